"""The figures of a period as sections of a workbook: sums, categories, lines, awards.

What it is: values in the shapes that printers walk (replay/paper/document.py). Amounts are yuan with
two decimals, as numbers a spreadsheet can count with; whoever adds up the last sheet finds the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from auction_rules.facts import Amount, Instant
from auction_rules.money import format_decimal
from auction_rules.terms import Text, show_instant
from bidding.core.said import both
from replay.figures import Category, Figures, Line, day_begins, day_of, summed
from replay.paper.document import Cell, Section, Table
from replay.results import Result

TITLE: Final[Text] = both("公共资源交易统计表", "Figures of public-resource trading")
_HALF_DAY: Final = 43_200_000_000

ROUNDING: Final[Text] = both(
    "金额按未舍入的原值汇总；比率取两位小数，四舍五入。"
    "溢价率＝溢价÷起始价；节资率＝节约资金÷预算（成交不高于预算的）。一笔成交记录计为一宗；"
    "确认之后才计，违约或者取消资格的不计。",
    "Sums are of unrounded values; rates have two decimals, halves away from zero. Premium rate: "
    "premium over start. Saving rate: saving over budget, where the deal is not above it. "
    "One award is one deal, counted once it is confirmed and not after a default or an exclusion.",
)


_SOURCE: Final[Mapping[str, Text]] = {
    "log": both("本站日志", "log"),
    "entered": both("手工录入", "entered by hand"),
}
_SOURCES: Final[Mapping[str | None, Text]] = {
    None: both("来源：全部", "Source: all"),
    "log": both("来源：本站日志", "Source: log"),
    "entered": both("来源：手工录入", "Source: entered by hand"),
}
HAND: Final[Text] = both(
    "手工录入的结果由一人录入，未经另一人确认。",
    "A result entered by hand was entered by one officer and not confirmed by a second.",
)


def noon(day: str) -> Instant:
    """The middle of a civil day (UTC+8): when a result counts of which only the day is known."""
    return day_begins(day) + _HALF_DAY


def _span(first: str | None, last: str | None) -> Text:
    """Which days the figures are of; an end that nobody named is said to be open."""
    if first is None and last is None:
        return both("全部日期", "All days")
    if last is None:
        return both(f"{first} 起（UTC+8）", f"From {first}, UTC+8")
    if first is None:
        return both(f"截至 {last}（UTC+8）", f"To {last}, UTC+8")
    return both(f"{first} 至 {last}（UTC+8）", f"{first} to {last}, UTC+8")


def sections(
    lines: Sequence[Line],
    known: Mapping[str, Result],
    titles: Mapping[str, Text],
    first: str | None,
    last: str | None,
    *,
    source: str | None = None,
) -> list[Section]:
    """The sheets, in order. `known` are the sessions held here, `titles` of every line, by key.

    `first`, `last` and `source` are what the lines were chosen by; None where nobody chose.
    """
    by_hand = any(line.source == "entered" for line in lines)
    return [
        Section(
            "figures",
            both("汇总", "Figures"),
            (_span(first, last), _SOURCES[source], *([HAND] if by_hand else []), ROUNDING),
            table=Table(_HEADS, (_row(both("合计", "All"), summed(lines)), *_categories(lines))),
        ),
        Section("lines", both("场次", "Lines"), table=_lines(lines, titles)),
        Section("awards", both("成交记录", "Awards"), table=_awards(lines, known)),
    ]


_HEADS: Final = (
    both("类别", "Category"),
    both("成交宗数", "Deals"),
    both("成交金额（元）", "Amount (CNY)"),
    both("溢价（元）", "Premium (CNY)"),
    both("溢价率", "Premium rate"),
    both("节约资金（元）", "Saved (CNY)"),
    both("节资率", "Saving rate"),
    both("场次", "Sessions"),
    both("未成交场次", "Failed"),
    both("待确认场次", "To be confirmed"),
    both("延时场次", "Extended"),
    both("人工干预", "Interventions"),
)


def _categories(lines: Sequence[Line]) -> list[tuple[Cell, ...]]:
    rows = []
    for one in Category:
        mine = [line for line in lines if line.category is one]
        if mine:
            rows.append(_row(both(one.zh, one.en), summed(mine)))
    return rows


def _row(title: Text, found: Figures) -> tuple[Cell, ...]:
    return (
        Cell(title),
        _count(found.deals),
        _yuan(found.amount),
        _yuan(found.premium),
        _word(found.premium_rate or "–"),
        _yuan(found.saved),
        _word(found.saving_rate or "–"),
        _count(found.sessions),
        _count(found.failed),
        _count(found.pending),
        _count(found.extended),
        _count(found.interventions),
    )


def _lines(lines: Sequence[Line], titles: Mapping[str, Text]) -> Table:
    heads = (
        both("编号", "Id"),
        both("名称", "Title"),
        both("来源", "Source"),
        both("中心", "Centre"),
        both("类别", "Category"),
        both("日期", "Day"),
        both("成交宗数", "Deals"),
        both("成交金额（元）", "Amount (CNY)"),
        both("起始价（元）", "Start (CNY)"),
        both("预算（元）", "Budget (CNY)"),
        both("溢价（元）", "Premium (CNY)"),
        both("节约资金（元）", "Saved (CNY)"),
    )
    rows = tuple(
        (
            _word(line.key),
            Cell(titles[line.key]),
            Cell(_SOURCE[line.source]),
            _word(line.centre),
            Cell(both(line.category.zh, line.category.en)),
            _word(day_of(line.closed)),
            _count(line.deals),
            _yuan(line.amount),
            *(_yuan(each) for each in (line.start, line.budget, line.premium, line.saved)),
        )
        for line in lines
    )
    return Table(heads, rows)


def _awards(lines: Sequence[Line], known: Mapping[str, Result]) -> Table:
    heads = (
        both("日志", "Log"),
        both("记录号", "Entry"),
        both("时间", "Time"),
        both("竞买号", "Number"),
        both("标的", "Lot"),
        both("成交金额（元）", "Amount (CNY)"),
        both(
            "未确认、已撤销或者已递补，不计入（元）", "Not confirmed or lapsed, not counted (CNY)"
        ),
    )
    rows = []
    for line in lines:
        result = known.get(line.key)
        if result is None:
            continue
        gone = [one.won for one in result.lapsed]
        gone += [won for won in result.awards if won not in result.counted]
        for won in sorted((*gone, *result.counted), key=lambda each: each.i):
            fen = None if result.unit.fen is None else won.total * result.unit.fen
            counts = won not in gone
            rows.append(
                (
                    _word(result.origin),
                    _count(won.i),
                    _word(show_instant(won.t)),
                    _word(won.bidder),
                    _word(won.lot or ""),
                    _yuan(fen if counts else None),
                    _yuan(None if counts else fen),
                )
            )
    return Table(heads, tuple(rows))


def _word(text: str) -> Cell:
    return Cell({"zh": text, "en": text})


def _count(number: int) -> Cell:
    return Cell({"zh": str(number), "en": str(number)}, Decimal(number))


def _yuan(fen: Amount | None) -> Cell:
    if fen is None:
        return _word("")
    shown = format_decimal(fen, 2)
    return Cell({"zh": shown, "en": shown}, Decimal(fen).scaleb(-2))


__all__ = ["HAND", "ROUNDING", "TITLE", "noon", "sections"]
