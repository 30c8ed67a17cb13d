"""Open data of auctions: flat records with stable ids, and what each field means. No personal data.

A bidder is the number he had in that auction, and nothing else: who it is, the centre publishes where
the law says so. What is not public yet (a result its witnesses have not signed) is not here either.

Amounts of money are decimal text in yuan, exact; instants are ISO 8601 in UTC.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from auction_rules.facts import Amount, Instant
from auction_rules.money import format_decimal
from auction_rules.rule import Lot
from auction_rules.terms import Text
from bidding.core.said import both
from replay.figures import summed
from replay.interruptions import Interruption
from replay.results import Result, Won

Record = dict[str, Any]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Public:
    """One auction as everybody may know it. `result` once it is over and published."""

    line: Mapping[str, Any]
    origin: str
    sha256: str
    category: str
    opened: Instant
    direction: int
    """-1 for a purchase."""
    result: Result | None
    period: tuple[Instant | None, Instant | None] = (None, None)
    """From when to when offers were invited, by the terms: extensions do not change it."""
    lots: tuple[Lot, ...] = ()
    rated: bool | None = None
    """Whether more than the price decides; None where the terms do not tell."""
    interruptions: tuple[Interruption, ...] = ()
    """When it stood still, where somebody asked for that."""
    acts_sealed: bool = False
    """Whether the number of an entry would tell now how often somebody acted."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An auction whose record did not pass the check: that it is there is all that is known."""

    auction: str
    origin: str


def iso(moment: Instant | None) -> str | None:
    """`2026-03-02T02:00:00Z`, to the microsecond where there are any."""
    if moment is None:
        return None
    return (_EPOCH + timedelta(microseconds=moment)).isoformat().replace("+00:00", "Z")


def yuan(fen: Amount | None) -> str | None:
    """Decimal text with two decimals, ungrouped."""
    if fen is None:
        return None
    sign, size = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{size // 100}.{size % 100:02d}"


AUCTION_FIELDS: Final[dict[str, Text]] = {
    "id": both("场次编号，不会改变", "the auction's id; it never changes"),
    "log": both("日志名称", "the name of its log"),
    "title_zh": both("名称", "title in Chinese"),
    "title_en": both("英文名称", "title in English"),
    "category": both("类别", "category"),
    "rule": both("竞价规则及版本", "rule and version"),
    "document_sha256": both("规则文件的 SHA-256", "SHA-256 of the rule document"),
    "published": both("公告时间", "when it was published"),
    "status": both(
        "状态：announced、running、suspended、closed、terminated、voided；unreadable 记录未通过核对，其余字段为空",
        "announced, running, suspended, closed, terminated or voided; unreadable: its record did not "
        "pass the check, and the other fields are null",
    ),
    "opens": both("开始时间", "when it opens"),
    "closes": both(
        "当前阶段的截止时间；未开始、中止期间和结束后为空",
        "when the current stage closes; null before it begins, while suspended and once over",
    ),
    "ended": both("结束时间", "when it ended"),
    "outcome": both(
        "结果状态：provisional 待确认，confirmed 已确认，published 已公示，vacant 成交后违约或取消资格、"
        "目前没有竞得人，unsold 流拍，terminated 已终止，voided 已宣布无效；未结束为空",
        "provisional: not confirmed yet; confirmed; published; vacant: the sale fell through and nobody "
        "holds it; unsold; terminated; voided; null before the end",
    ),
    "deals": both("成交宗数（确认之后才计）", "deals, counted once confirmed"),
    "amount_yuan": both("成交金额（元）", "amount of the deals, CNY"),
    "premium_yuan": both("溢价（元）", "premium over the start, CNY"),
    "premium_rate": both("溢价率，四舍五入到两位小数", "premium rate, two decimals, half up"),
    "saved_yuan": both("节约资金（元）", "saved under the budget, CNY"),
    "saving_rate": both("节资率，四舍五入到两位小数", "saving rate, two decimals, half up"),
    "failure_zh": both("未成交的原因", "why nothing was sold, in Chinese"),
    "failure_en": both("未成交的原因（英文）", "why nothing was sold"),
    "room": both("观看地址", "where to watch it"),
    "verify": both("核验地址", "where to verify its record"),
}

RESULT_FIELDS: Final[dict[str, Text]] = {
    "id": both("成交编号：场次、记录号、序号", "auction, entry and ordinal; it never changes"),
    "auction": both("场次编号", "the auction's id"),
    "log": both("日志名称", "the name of its log"),
    "entry": both("成交记录在日志中的序号", "the entry of the log that awards it"),
    "awarded": both("成交时间", "when it was awarded"),
    "title_zh": both("名称", "title in Chinese"),
    "title_en": both("英文名称", "title in English"),
    "category": both("类别", "category"),
    "lot": both("标的编号", "the lot"),
    "number": both("竞得人的竞买号", "the winner's number in this auction"),
    "total": both("成交金额，按 unit", "amount in `unit`"),
    "unit": both("金额单位", "the unit of `total`"),
    "amount_yuan": both("成交金额（元）", "amount in CNY, where the unit is money"),
    "status": both(
        "closed 有效，voided 已宣布无效，lapsed 成交已撤销（违约或取消资格，已递补或者尚无竞得人）",
        "closed: it stands; voided: declared void; lapsed: it fell through (default or exclusion), "
        "whether or not another took its place",
    ),
    "outcome": both(
        "所在场次的结果状态，与 auctions 相同：provisional 待确认，confirmed 已确认，published 已公示等",
        "what the result of its auction is worth, as in auctions: provisional, confirmed, published, ...",
    ),
    "lapsed": both("撤销时间；未撤销为空", "when it fell through, else null"),
    "lapsed_reason": both("撤销原因", "why it fell through"),
    "verify": both("核验地址", "where to verify its record"),
}

INTERRUPTION_FIELDS: Final[dict[str, Text]] = {
    "id": both("中断编号：场次、第几次", "auction and ordinal; it never changes"),
    "auction": both("场次编号", "the auction's id"),
    "log": both("日志名称", "the name of its log"),
    "entry": both(
        "中止记录在日志中的序号；密封阶段内为空",
        "the entry of the log that suspends it; null during a sealed stage",
    ),
    "title_zh": both("名称", "title in Chinese"),
    "title_en": both("英文名称", "title in English"),
    "cause": both(
        "service 服务中断，stage 规则要求，officer 工作人员中止",
        "service: it could not be served; stage: its rules ask for it; officer: an officer did it",
    ),
    "reason_zh": both("中止原因", "why, in Chinese"),
    "reason_en": both("中止原因（英文）", "why"),
    "since": both("自何时起停止计时", "from when on no time ran"),
    "recorded": both("何时记入日志", "when the log came to know"),
    "resumes": both("公告的恢复时间", "the hour of going on, as announced"),
    "ended": both("停止计时至何时；未恢复为空", "until when; null while it stands still"),
    "seconds": both(
        "停止计时多少秒；未恢复为空", "for how many seconds; null while it stands still"
    ),
    "outcome": both(
        "open 尚未恢复，resumed 已恢复，again 恢复前再次中止，over 未恢复而终止",
        "open: stands still; resumed; again: suspended anew before it went on; over: ended so",
    ),
    "decided_by": both(
        "rule 按规则自动，officer 一名工作人员，two 两人办理",
        "rule: by itself as published; officer: one of them; two: two of them",
    ),
    "decided_zh": both("决定的理由", "the reason of that decision, in Chinese"),
    "decided_en": both("决定的理由（英文）", "the reason of that decision"),
    "given_back_seconds": both(
        "截止时间推迟多少秒", "by how many seconds the end was moved when it went on"
    ),
    "verify": both("核验地址", "where to verify its record"),
}


def auction_record(one: Public, base: str) -> Record:
    """One auction. `base` is the origin of this house's pages."""
    line, result = one.line, one.result
    sums = None if result is None else result.line()
    failure = None if result is None or result.failure is None else result.failure[1]
    from_sums: Record = dict.fromkeys(
        ("deals", "amount_yuan", "premium_yuan", "premium_rate", "saved_yuan", "saving_rate")
    )
    if sums is not None:
        figures = summed([sums])
        from_sums |= {"deals": sums.deals, "amount_yuan": yuan(sums.amount)}
        if sums.premium is not None:
            from_sums |= {"premium_yuan": yuan(sums.premium)}
            from_sums |= {"premium_rate": figures.premium_rate}
        if sums.saved is not None:
            from_sums |= {"saved_yuan": yuan(sums.saved), "saving_rate": figures.saving_rate}
    auction = line["auction"]
    return {
        "id": auction,
        "log": one.origin,
        "title_zh": line["title"]["zh"],
        "title_en": line["title"]["en"],
        "category": one.category,
        "rule": f"{line['rule']['name']}@{line['rule']['version']}",
        "document_sha256": one.sha256,
        "published": iso(one.opened),
        "status": line["status"],
        "opens": iso(line["opens"]),
        "closes": iso(line["closes"]) if line["status"] == "running" else None,
        "ended": None if result is None else iso(result.ended),
        "outcome": None if result is None else result.outcome,
        **from_sums,
        "failure_zh": None if failure is None else failure["zh"],
        "failure_en": None if failure is None else failure["en"],
        "room": f"{base}/room/{auction}",
        "verify": f"{base}/verify?auction={auction}",
    }


def unreadable_record(one: Unreadable, base: str) -> Record:
    """One whose record does not hold, among the auctions: all else of it is null."""
    return dict.fromkeys(AUCTION_FIELDS) | {
        "id": one.auction,
        "log": one.origin,
        "status": "unreadable",
        "room": f"{base}/room/{one.auction}",
    }


def award_ids(auction: str, awards: Iterable[Won]) -> list[str]:
    """A stable id for each award: entry and ordinal within it."""
    seen: dict[int, int] = {}
    ids = []
    for won in awards:
        seen[won.i] = seen.get(won.i, -1) + 1
        ids.append(f"{auction}-{won.i}-{seen[won.i]}")
    return ids


def result_records(result: Result, base: str) -> list[Record]:
    """One record for each award of a published result; of a void or lapsed one too, marked."""
    lapsed = [one.won for one in result.lapsed]
    marked = [(won, "lapsed") for won in lapsed]
    marked += [
        (won, "lapsed" if won.bidder in result.vacated else result.status) for won in result.awards
    ]
    names = award_ids(result.auction, (won for won, _ in marked))
    return [
        _result_record(result, name, won, status, base)
        for name, (won, status) in zip(names, marked, strict=True)
    ]


def _result_record(result: Result, name: str, won: Won, status: str, base: str) -> Record:
    fen, unit = result.unit.fen, result.unit
    at, why = result.fallen.get(won.bidder, (None, None)) if status == "lapsed" else (None, None)
    return {
        "id": name,
        "auction": result.auction,
        "log": result.origin,
        "entry": won.i,
        "awarded": iso(won.t),
        "title_zh": result.title["zh"],
        "title_en": result.title["en"],
        "category": str(result.category.value),
        "lot": won.lot,
        "number": won.bidder,
        "total": format_decimal(won.total, unit.scale, group=False),
        "unit": unit.zh,
        "amount_yuan": yuan(won.total * fen) if fen else None,
        "status": status,
        "outcome": result.outcome,
        "lapsed": None if at is None else iso(max(at, won.t)),
        "lapsed_reason": why,
        "verify": f"{base}/verify?auction={result.auction}",
    }


def interruption_records(one: Public, base: str) -> list[Record]:
    """One record each time that an auction stood still, oldest first."""
    auction, title = one.line["auction"], one.line["title"]
    return [
        {
            "id": f"{auction}-pause-{row.number}",
            "auction": auction,
            "log": one.origin,
            "entry": None if one.acts_sealed else row.i,
            "title_zh": title["zh"],
            "title_en": title["en"],
            "cause": row.cause,
            "reason_zh": row.reason["zh"],
            "reason_en": row.reason["en"],
            "since": iso(row.since),
            "recorded": iso(row.told),
            "resumes": iso(row.resumes),
            "ended": iso(row.ended),
            "seconds": None if row.ended is None else seconds(row.ended - row.since),
            "outcome": row.outcome,
            "decided_by": row.by,
            "decided_zh": None if row.why is None else row.why["zh"],
            "decided_en": None if row.why is None else row.why["en"],
            "given_back_seconds": None if row.given is None else seconds(row.given),
            "verify": f"{base}/verify?auction={auction}",
        }
        for row in one.interruptions
    ]


def seconds(span: Instant) -> str:
    """A span of time as decimal text in seconds, to the microsecond."""
    sign, size = ("-", -span) if span < 0 else ("", span)
    return f"{sign}{size // 1_000_000}.{size % 1_000_000:06d}"


def as_csv(fields: Iterable[str], records: Sequence[Record]) -> bytes:
    """RFC 4180, UTF-8 with a mark so that spreadsheets read Chinese; no cell is a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    names = list(fields)
    writer.writerow(names)
    for record in records:
        writer.writerow([_cell(record[name]) for name in names])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    number = text.removeprefix("-").replace(".", "", 1).removesuffix("%").isdecimal()
    return f"'{text}" if text.startswith(_FORMULA) and not number else text


__all__ = [
    "AUCTION_FIELDS",
    "INTERRUPTION_FIELDS",
    "RESULT_FIELDS",
    "Public",
    "Record",
    "Unreadable",
    "as_csv",
    "auction_record",
    "award_ids",
    "interruption_records",
    "iso",
    "result_records",
    "seconds",
    "unreadable_record",
    "yuan",
]
