"""Dry runs: a whole session on virtual time before anybody publishes it, and plays from a file.

Nothing of the house is touched: no log, no register, no clock but the one in the terms. A dry run
is played entry by entry on the loop that serves the bidders, so that none of them waits
for it; a scenario is bounded by its size.
"""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationError

from auction_rules.registry import UnknownRule, find
from bidding.core import views
from bidding.core.record import replay as fold
from bidding.core.state import evolve
from bidding.proof import canon
from bidding.web import problems
from bidding.web.problems import Problem
from bidding.web.routes import HOUSE, Answer, Body, Call, Plain, Route
from bidding.web.wire import Instant, Sentence
from replay.course import Course
from replay.located import Unreadable
from replay.play import Run, play
from replay.rehearsal import MOST_BIDDERS, Rehearsal
from replay.scenario import Scenario, parse

_MOST_SECONDS: Final = 3.0
_MOST_STEPS: Final = 400
_MOST_VARIANTS: Final = 8
_MOST_LINES: Final = 600
"""Entries told of one play; the price and the deadlines are told whole."""
_TURN: Final = asyncio.Semaphore(1)


class DryRunBody(Body):
    """Terms as in a draft, and who comes: so many bidders, who bid in one style.

    The same `seed` gives the same dry run.
    """

    terms: dict[str, Plain]
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9.]{1,16}$")] | None = None
    bidders: Annotated[int, Field(ge=0, le=MOST_BIDDERS)] = 5
    style: Literal["calm", "keen", "late"] = "keen"
    seed: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,32}$")] = "1"


class ScenarioBody(Body):
    """A scenario file as text (docs: examples/scenarios)."""

    text: Annotated[str, Field(max_length=60_000)]


class LineTold(Answer):
    """One entry; `who` is a bidder's number, or system, staff, approver."""

    i: int
    t: Instant
    who: str
    accepted: bool
    sentence: Sentence


class StageTold(Answer):
    """A stage that was entered, with the deadline it was opened with."""

    id: str
    title: Sentence
    opened: Instant
    closes: Instant | None
    ended: Instant | None


class MoveTold(Answer):
    """A deadline that moved."""

    i: int
    t: Instant
    was: Instant | None
    closes: Instant | None
    why: Sentence


class PriceTold(Answer):
    """The price from this instant on."""

    t: Instant
    amount: int


class CourseTold(Answer):
    """A whole play. `room` is where it ended, as in `GET /api/auctions/{auction}` for staff.

    `cut`: it was stopped for its length; `waits`: it waits for what a dry run cannot bring.
    `replaced` names terms whose secrets were replaced by the dry run's own. `ok` and `misses`
    are a scenario's: whether what it expects has come.
    """

    name: str
    lines: list[LineTold]
    lines_left_out: int
    stages: list[StageTold]
    moves: list[MoveTold]
    prices: list[PriceTold]
    room: dict[str, Any]
    cut: bool
    waits: bool
    replaced: list[str]
    ok: bool
    misses: list[str]


class PlaysTold(Answer):
    """A scenario's play and its variants."""

    title: Sentence
    plays: list[CourseTold]


async def dry_run(call: Call) -> dict[str, Any]:
    """Play the terms with a company of bidders."""
    body = call.body(DryRunBody)
    try:
        rule = find(call.path["name"], body.version)
    except UnknownRule:
        raise Problem("NOT_FOUND") from None
    try:
        terms = rule.Config.model_validate(body.terms)
        run = Rehearsal(rule, terms, body.bidders, body.seed, body.style)
    except ValidationError as error:
        raise Problem("BAD_FIELDS", fields=problems.fields_of(error, "terms")) from None
    await _one_at_a_time(_play(run))
    return _told("dry-run", run.course, dict(run.outcome())) | {
        "cut": run.cut,
        "waits": run.waits,
        "replaced": list(run.replaced),
    }


async def _play(run: Rehearsal) -> None:
    time = asyncio.get_running_loop().time
    until = time() + _MOST_SECONDS
    for _ in run.play():
        # Bidders' requests get their turn after every entry: a few milliseconds at most.
        await asyncio.sleep(0)
        if time() > until:
            run.cut = True
            return


async def scenario(call: Call) -> dict[str, Any]:
    """Play a scenario file with its variants."""
    try:
        found = await asyncio.to_thread(parse, call.body(ScenarioBody).text)
        _bounded(found)
    except Unreadable as wrong:
        raise _unreadable(wrong) from None
    plays: list[dict[str, Any]] = []

    async def all_of_them() -> None:
        try:
            runs = play(found)
            while (run := await asyncio.to_thread(next, runs, None)) is not None:
                plays.append(await asyncio.to_thread(_run_told, run))
        except Unreadable as wrong:
            raise _unreadable(wrong) from None

    await _one_at_a_time(all_of_them())
    return {"title": found.title.model_dump(), "plays": plays}


async def _one_at_a_time(work: Any) -> None:
    """Whoever comes while another one plays is told to wait a moment, and does not queue."""
    if _TURN.locked():
        work.close()
        raise Problem("TOO_FAST", headers={"Retry-After": "1"})
    async with _TURN:
        await work


def _bounded(found: Scenario) -> None:
    steps = len(found.steps) + sum(
        len(v.then) + (len(v.steps) if isinstance(v.steps, list) else 0) for v in found.variants
    )
    if steps > _MOST_STEPS or len(found.variants) > _MOST_VARIANTS:
        raise Unreadable.at(
            1,
            f"at most {_MOST_STEPS} steps and {_MOST_VARIANTS} variants are played here",
            f"此处至多演练 {_MOST_STEPS} 步、{_MOST_VARIANTS} 个变式",
        )


def _unreadable(wrong: Unreadable) -> Problem:
    sentence = {"zh": f"无法按此脚本演练：{wrong.zh}", "en": f"This cannot be played: {wrong.en}"}
    return Problem("BAD_FIELDS", fields=[problems.Field("text", sentence)])


def _run_told(run: Run) -> dict[str, Any]:
    first = fold(run.state.origin, run.bodies[:1])
    rule = find(first.document["rule"], first.document["version"])
    course = Course(rule, first.terms)
    state = first
    for body in run.bodies:
        entry = canon.decode(body)
        assert isinstance(entry, dict), "a play holds entries"
        after = evolve(state, entry) if entry["i"] else first
        course.tell(entry, state, after)
        state = after
    room = views.snapshot(run.state, rule, "auditor", run.state.t)
    return _told(run.name, course, room) | {
        "ok": run.ok,
        "misses": [miss.line() for miss in run.misses],
    }


def _told(name: str, course: Course, room: dict[str, Any]) -> dict[str, Any]:
    lines = [asdict(line) for line in course.lines]
    return {
        "name": name,
        "lines": lines[:_MOST_LINES],
        "lines_left_out": max(0, len(lines) - _MOST_LINES),
        "stages": [asdict(stage) for stage in course.stages],
        "moves": [asdict(moved) for moved in course.moves],
        "prices": [asdict(price) for price in course.prices],
        "room": room,
        "cut": False,
        "waits": False,
        "replaced": [],
        "ok": True,
        "misses": [],
    }


ROUTES: Final = (
    Route(
        "POST",
        "/api/rules/{name}/dry-run",
        dry_run,
        "rules",
        "演练：虚拟时间、模拟竞买人",
        "A dry run on virtual time with bidders played by the house",
        roles=HOUSE,
        body=DryRunBody,
        answer=CourseTold,
        problems=("BAD_FIELDS", "NOT_FOUND", "TOO_FAST"),
    ),
    Route(
        "POST",
        "/api/scenarios/dry-run",
        scenario,
        "rules",
        "按脚本文件演练",
        "A dry run from a scenario file",
        roles=HOUSE,
        body=ScenarioBody,
        answer=PlaysTold,
        problems=("BAD_FIELDS", "TOO_FAST"),
    ),
)
