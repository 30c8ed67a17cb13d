"""The draws of a session on paper: source, pool, seed, result, and whether the same comes out again.

Values enough to redo each draw with any tool; the working itself is what `python -m replay draw`
and the page of verification show.
"""

from __future__ import annotations

from collections.abc import Iterator

from auction_rules.draw_terms import Source
from auction_rules.terms import Text, show_instant
from bidding.core.said import both
from replay.draw import Redrawn, redraw
from replay.paper.document import Cell, Section
from replay.verify import Session


def drawn(session: Session) -> Section | None:
    """The section; None where nothing was drawn."""
    made = [one for one in redraw(session.entries) if one.entry is not None]
    if not made:
        return None
    pairs = tuple(pair for one in made for pair in _pairs(one))
    paragraph = both(
        "任何人都可以重做：python -m replay draw 档案 --policy 策略。",
        "Anybody can redo this: python -m replay draw ARCHIVE --policy POLICY.",
    )
    return Section("draws", both("摇号", "Draws"), (paragraph,), pairs)


def _pairs(one: Redrawn) -> Iterator[tuple[Text, Cell]]:
    source = Source[one.source]
    what = both("随机截止", "Random end") if one.kind == "number" else both(one.what, one.what)
    yield both("摇号事项", "Drawn for"), Cell(what)
    yield both("随机数来源", "Source of chance"), Cell(both(source.zh, source.en))
    if one.round is not None:
        yield (
            both("期号", "Publication"),
            Cell(both(f"第 {one.round} 期", f"number {one.round}")),
        )
    if one.kind == "order":
        at = one.pool_entry
        zh, en = "、".join(one.pool), ", ".join(one.pool)
        yield both("名单", "Pool"), Cell(both(f"{zh}（第 {at} 号记录）", f"{en} (entry {at})"))
    if one.seed:
        yield both("种子", "Seed"), Cell(both(one.seed, one.seed))
    zh, en = _result(one)
    yield (
        both("结果", "Result"),
        Cell(both(f"{zh}（第 {one.entry} 号记录）", f"{en} (entry {one.entry})")),
    )
    yield both("重做", "Redone"), Cell(_verdict(one))


def _result(one: Redrawn) -> tuple[str, str]:
    if one.kind == "number":
        at = show_instant(int(one.recorded[0]))
        return at, at
    return "、".join(one.recorded), ", ".join(one.recorded)


def _verdict(one: Redrawn) -> Text:
    if not one.same:
        return both("结果不一致", "another result comes out")
    if not one.holds:
        return both(
            "结果可以重现，但有一项不成立", "the result comes out, but one check does not hold"
        )
    untold = [check for check in one.checks if check.ok is None]
    if not untold:
        return both("结果一致，各项成立", "the same result comes out, and every check holds")
    return both(
        "结果一致；从记录中看不出来的：" + "；".join(check.zh for check in untold),
        "the same result comes out; what the record cannot tell: "
        + "; ".join(check.en for check in untold),
    )


__all__ = ["drawn"]
