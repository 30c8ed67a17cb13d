"""The figures of this house and of what was entered from elsewhere, each down to its log entry.

A figure is a sum of lines; a line is a session held here, read off its log, or a result that an
officer entered and that says so. Nothing is estimated, and nothing entered is ever changed.
"""

import asyncio
import secrets
from dataclasses import asdict
from importlib import import_module
from typing import Annotated, Any, Final, Literal

from aiohttp import web
from pydantic import Field

from auction_rules.money import LIMIT
from bidding.engine.oversight import Entered
from bidding.web.api.asking import Reason
from bidding.web.api.transcripts import MEDIA
from bidding.web.problems import Field as Wrong
from bidding.web.problems import Problem
from bidding.web.routes import (
    HOUSE,
    WATCHERS,
    Answer,
    Body,
    Call,
    Query,
    Route,
    file_response,
)
from bidding.web.wire import Instant, Sentence, Whole
from replay import report
from replay.figures import CATEGORIES, Category, Figures, Line, summed, within
from replay.results import Result, Won

ROOM: Final = "oversight"

Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Fen = Annotated[int, Field(ge=0, le=LIMIT)]
# fmt: off
CategoryName = Literal[
    "land", "mining", "property", "procurement", "works", "quota", "intermediary", "judicial", "other",
]
# fmt: on


class FiguresQuery(Query):
    """Civil days (UTC+8), both included; a category, a centre, a source; all where none is named."""

    first: Day | None = None
    last: Day | None = None
    category: CategoryName | None = None
    centre: Annotated[str, Field(max_length=120)] | None = None
    source: Literal["log", "entered"] | None = None


class SheetQuery(FiguresQuery):
    """As the figures, in one language or both."""

    lang: Literal["zh", "en"] | None = None


class EnterBody(Body):
    """A result of elsewhere. Amounts in fen; `start` for a sale, `budget` for a purchase."""

    title: Reason
    category: CategoryName
    centre: Reason
    day: Day
    deals: Annotated[int, Field(ge=1, le=100_000)]
    amount: Fen
    start: Fen | None = None
    budget: Fen | None = None
    source: Reason


class WithdrawResultBody(Body):
    """Which result no longer counts, and why."""

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    reason: Reason


class FiguresTold(Answer):
    """Amounts in fen; rates in percent, two decimals, halves away from zero."""

    deals: Whole
    amount: Whole
    premium: int
    premium_base: Whole
    premium_rate: str | None
    saved: Whole
    budget: Whole
    saving_rate: str | None
    sessions: Whole
    failed: Whole
    pending: Whole
    failure_rate: str | None
    extended: Whole
    extensions: Whole
    extension_rate: str | None
    interventions: Whole


class CategoryTold(Answer):
    """The figures of one category."""

    category: str
    title: Sentence
    figures: FiguresTold


class AwardTold(Answer):
    """One award as entry `i` of the log has it; `total` in the settlement unit."""

    i: Whole
    t: Instant
    bidder: str
    lot: str | None
    total: Whole


class LapsedTold(AwardTold):
    """An award that counts no longer, since entry `by`."""

    by: Whole


class ActTold(Answer):
    """One intervention, entry `i` of the log."""

    i: Whole
    t: Instant
    role: str
    kind: str


class LineTold(Answer):
    """What a figure is made of. `agrees`: the awards add up to what the rule settles.

    `outcome` says what the result is worth; awards of `vacated` numbers fell through and add nothing.
    """

    key: str
    source: str
    category: str
    centre: str
    closed: Instant
    title: Sentence
    rule: Sentence | None
    status: str | None
    deals: Whole
    amount: Whole
    start: Whole | None
    budget: Whole | None
    premium: int | None
    saved: Whole | None
    unit: dict[str, Any] | None
    awards: list[AwardTold]
    lapsed: list[LapsedTold]
    extensions: list[Whole]
    acts: list[ActTold]
    defaults: list[Whole]
    outcome: str | None
    vacated: list[str]
    failure: dict[str, Any] | None
    agrees: bool
    lag: Whole | None
    entered: dict[str, Any] | None


class FiguresAnswer(Answer):
    """Everything of a period. `disagree`: the auctions whose awards do not add up; always empty in a good house."""

    figures: FiguresTold
    categories: list[CategoryTold]
    lines: list[LineTold]
    centres: list[str]
    disagree: list[str]
    lag: Whole | None


class EnteredTold(Answer):
    """A result as it was entered; `withdrawn` says why it no longer counts."""

    id: str
    title: str
    category: str
    centre: str
    closed: Instant
    deals: Whole
    amount: Whole
    start: Whole | None
    budget: Whole | None
    source: str
    by: str
    at: Instant
    withdrawn: str | None
    withdrawn_by: str | None
    withdrawn_at: Instant | None


class EnteredList(Answer):
    """All that was entered, withdrawn results too."""

    results: list[EnteredTold]


async def figures(call: Call) -> dict[str, Any]:
    """The figures of a period, and the lines they are the sums of."""
    lines, known, typed = await _gathered(call)
    chosen = _chosen(lines, call.query(FiguresQuery))
    rows = [_told(call, line, known.get(line.key), typed.get(line.key)) for line in chosen]
    lags = [row["lag"] for row in rows if row["lag"] is not None]
    return {
        "figures": _sums(summed(chosen)),
        "categories": [
            {
                "category": str(one.value),
                "title": {"zh": one.zh, "en": one.en},
                "figures": _sums(summed(line for line in chosen if line.category is one)),
            }
            for one in Category
            if any(line.category is one for line in chosen)
        ],
        "lines": rows,
        "centres": sorted({line.centre for line in lines}),
        "disagree": [row["key"] for row in rows if not row["agrees"]],
        "lag": max(lags, default=None),
    }


async def _gathered(call: Call) -> tuple[list[Line], dict[str, Result], dict[str, Entered]]:
    results = {result.auction: result for result in await call.door.results.all()}
    entered = {one.id: one for one in await call.door.oversight.entered() if not one.withdrawn}
    lines = [result.line() for result in results.values()]
    lines += [line_of(one) for one in entered.values()]
    lines.sort(key=lambda line: (-line.closed, line.key))
    return lines, results, entered


def line_of(one: Entered) -> Line:
    """An entered result as a line: nothing is known of how its sessions were held."""
    return Line(
        *(one.id, "entered", CATEGORIES[one.category], one.centre, one.closed),
        *(one.deals, one.amount, one.start, one.budget),
        sessions=0,
    )


def _chosen(lines: list[Line], query: FiguresQuery) -> list[Line]:
    try:
        found = within(lines, query.first, query.last)
    except ValueError:
        raise _wrong("first", "没有这一天。", "There is no such day.") from None
    return [
        line
        for line in found
        if query.category in (None, str(line.category.value))
        and query.centre in (None, line.centre)
        and query.source in (None, line.source)
    ]


def _wrong(path: str, zh: str, en: str) -> Problem:
    return Problem("BAD_FIELDS", fields=[Wrong(path, {"zh": zh, "en": en})])


def _sums(found: Figures) -> dict[str, Any]:
    return asdict(found) | {
        "premium_rate": found.premium_rate,
        "saving_rate": found.saving_rate,
        "failure_rate": found.failure_rate,
        "extension_rate": found.extension_rate,
    }


def _told(call: Call, line: Line, result: Result | None, typed: Entered | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "key": line.key,
        "source": line.source,
        "category": str(line.category.value),
        "centre": line.centre,
        "closed": line.closed,
        "deals": line.deals,
        "amount": line.amount,
        "start": line.start,
        "budget": line.budget,
        "premium": line.premium,
        "saved": line.saved,
    }
    if line.source == "entered":
        assert typed is not None
        told = {"source": typed.source, "by": typed.by, "at": typed.at}
        title = {"zh": typed.title, "en": typed.title}
        return row | _NOTHING | {"title": title, "entered": told}
    assert result is not None
    failure = result.failure
    return row | {
        "title": dict(result.title),
        "rule": dict(result.rule_title),
        "status": result.status,
        "unit": result.unit.model_dump(mode="json"),
        "awards": [_award(won) for won in result.awards],
        "lapsed": [_award(one.won) | {"by": one.i} for one in result.lapsed],
        "extensions": list(result.extensions),
        "acts": [asdict(act) for act in result.acts],
        "defaults": list(result.defaults),
        "outcome": result.outcome,
        "vacated": sorted(result.vacated),
        "failure": None if failure is None else {"i": failure[0], "sentence": dict(failure[1])},
        "agrees": result.agrees,
        "lag": call.door.house.lag(result.auction),
        "entered": None,
    }


def _award(won: Won) -> dict[str, Any]:
    return {"i": won.i, "t": won.t, "bidder": won.bidder, "lot": won.lot, "total": won.total}


_NOTHING: Final[dict[str, Any]] = {
    "rule": None,
    "status": None,
    "unit": None,
    "awards": [],
    "lapsed": [],
    "extensions": [],
    "acts": [],
    "defaults": [],
    "outcome": None,
    "vacated": [],
    "failure": None,
    "agrees": True,
    "lag": None,
}


async def sheet(call: Call) -> web.Response:
    """The same figures and lines as a workbook, every award with its log and entry."""
    query = call.query(SheetQuery)
    lines, known, typed = await _gathered(call)
    chosen = _chosen(lines, query)
    titles = {key: dict(result.title) for key, result in known.items()}
    titles |= {key: {"zh": one.title, "en": one.title} for key, one in typed.items()}
    sections = report.sections(chosen, known, titles, query.first, query.last, source=query.source)
    try:
        printer = import_module("replay.paper.xlsx")
    except ModuleNotFoundError as missing:
        raise Problem("NO_PRINTER") from missing
    langs = ("zh", "en") if query.lang is None else (query.lang,)
    made = max((line.closed for line in chosen), default=0)
    content: bytes = await asyncio.to_thread(printer.sheets, report.TITLE, made, sections, langs)
    return file_response(content, MEDIA["xlsx"], "figures.xlsx")


async def entered(call: Call) -> dict[str, Any]:
    """Everything that was entered by hand."""
    return {"results": [asdict(one) for one in await call.door.oversight.entered()]}


async def enter(call: Call) -> dict[str, Any]:
    """Enter a result of a session that was held elsewhere."""
    body = call.body(EnterBody)
    if body.start is not None and body.budget is not None:
        sentence = ("起始价与预算只填一项。", "Give a start or a budget, not both.")
        raise _wrong("budget", *sentence)
    try:
        closed = report.noon(body.day)
    except ValueError:
        raise _wrong("day", "没有这一天。", "There is no such day.") from None
    given = body.model_dump(exclude={"day"})
    one = Entered(
        id=secrets.token_hex(8),
        closed=closed,
        by=call.account.account,
        at=call.door.clock.now(),
        **given,
    )
    await call.door.oversight.enter(one)
    return asdict(one)


async def withdraw(call: Call) -> dict[str, Any]:
    """Say that an entered result no longer counts; it stays readable."""
    body, book = call.body(WithdrawResultBody), call.door.oversight
    by, now = call.account.account, call.door.clock.now()
    if not await book.withdraw(body.id, body.reason, by, now):
        raise Problem("NOT_FOUND")
    return await entered(call)


ROUTES: Final = (
    Route(
        "GET",
        "/api/figures",
        figures,
        ROOM,
        "统计数字，逐条对应日志",
        "Figures, each down to its log entry",
        roles=WATCHERS,
        query=FiguresQuery,
        answer=FiguresAnswer,
    ),
    Route(
        "GET",
        "/api/figures.xlsx",
        sheet,
        ROOM,
        "统计表（XLSX）",
        "The figures as a workbook",
        roles=WATCHERS,
        query=SheetQuery,
        file=MEDIA["xlsx"],
        problems=("NO_PRINTER",),
    ),
    Route(
        "GET",
        "/api/results/entered",
        entered,
        ROOM,
        "手工录入的结果",
        "Results entered by hand",
        roles=WATCHERS,
        answer=EnteredList,
    ),
    Route(
        "POST",
        "/api/results/entered",
        enter,
        ROOM,
        "录入其他场所的结果",
        "Enter a result of elsewhere",
        roles=HOUSE,
        body=EnterBody,
        answer=EnteredTold,
        status=201,
    ),
    Route(
        "POST",
        "/api/results/withdraw",
        withdraw,
        ROOM,
        "撤销一条录入",
        "Withdraw an entered result",
        roles=HOUSE,
        body=WithdrawResultBody,
        answer=EnteredList,
        problems=("NOT_FOUND",),
    ),
)
