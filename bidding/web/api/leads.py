"""The leads desk: what deserves a question, with formula and base rate, and what came of asking.

A lead is never a verdict. Auditors see all of them and ask; officers see those they are asked about
and explain; an auditor concludes. Every line has its author and its time, and none is ever changed.
"""

from dataclasses import asdict
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from bidding.engine.oversight import LEAD, Late, Step, may_follow
from bidding.web.problems import Field as Wrong
from bidding.web.problems import Problem
from bidding.web.routes import CLEAN, UNCLEAN, WATCHERS, Answer, Body, Call, Route
from bidding.web.wire import Instant, Sentence, Whole
from replay.indicators.catalogue import Found
from replay.indicators.parts import PARTS
from replay.indicators.plain import MARK, name, plain

ROOM: Final = "oversight"


class StepBody(Body):
    """The next line about a lead. `after`: how many you have seen; `finding` goes with a conclusion.

    cleared: the explanation holds. watched: kept in view. referred: handed on to those who decide.
    """

    turn: Literal["asked", "explained", "concluded"]
    text: Annotated[
        str,
        Field(min_length=1, max_length=1000, pattern=f"^{CLEAN}*[^\\s{UNCLEAN}]{CLEAN}*$"),
    ]
    after: Annotated[int, Field(ge=0, le=1000)]
    finding: Literal["cleared", "watched", "referred"] | None = None


class StepTold(Answer):
    """One line: who wrote what and when; `shown` is the value as it stood then."""

    lead: str
    number: Whole
    turn: str
    text: str
    by: str
    role: str
    at: Instant
    shown: str
    finding: str | None


class IndicatorTold(Answer):
    """One indicator. `leads` reach its mark, or were asked about; `below`: how many values do not."""

    number: Whole
    title: Sentence
    formula: Sentence
    caveat: Sentence
    across_sessions: bool
    below: Whole
    unsaid: Sentence | None
    leads: list[dict[str, Any]]


class LeadsAnswer(Answer):
    """All indicators with their leads. `mark` goes wherever any of it goes; `units`: of each log's prices."""

    mark: Sentence
    sessions: Whole
    units: dict[str, dict[str, Any]]
    indicators: list[IndicatorTold]


class StepsAnswer(Answer):
    """All lines about one lead, in order."""

    steps: list[StepTold]


async def leads(call: Call) -> dict[str, Any]:
    """What there is to ask about."""
    desk = call.door.lead_desk
    courses, found = await desk.found()
    steps = await _steps(call)
    told = plain(courses, found)
    sees_all = call.who.has("auditor")
    return {
        "mark": MARK,
        "sessions": len(courses),
        "units": {course.log: desk.unit(course.log).model_dump(mode="json") for course in courses},
        "indicators": [
            _indicator(one, row, steps, sees_all=sees_all)
            for one, row in zip(found, told["indicators"], strict=True)
        ],
    }


async def _steps(call: Call) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {}
    for step in await call.door.oversight.steps():
        rows.setdefault(step.lead, []).append(asdict(step))
    return rows


def _indicator(
    one: Found,
    row: dict[str, Any],
    steps: dict[str, list[dict[str, Any]]],
    *,
    sees_all: bool,
) -> dict[str, Any]:
    values = row.pop("values")
    shown = [
        value | {"part_title": PARTS[value["part"]], "steps": steps.get(value["id"], [])}
        for value in values
        if value["id"] in steps or (sees_all and value["lead"])
    ]
    below = sum(lead.value is not None and not lead.marked for lead in one.leads)
    return row | {
        "leads": shown,
        "below": below,
        "unsaid": None if one.unsaid is None else dict(one.unsaid),
    }


async def step(call: Call) -> dict[str, Any]:
    """Ask, explain or conclude."""
    body, lead = call.body(StepBody), call.path["id"]
    if (body.finding is None) == (body.turn == "concluded"):
        sentence = {
            "zh": "作结论时须选择处理结果，其他步骤不选。",
            "en": "A conclusion says what is done, and no other step does.",
        }
        raise Problem("BAD_FIELDS", fields=[Wrong("finding", sentence)])
    if body.turn != "explained" and not call.who.has("auditor"):
        raise Problem("FORBIDDEN")
    book = call.door.oversight
    shown = await _shown(call, lead)
    before = await book.steps(lead)
    if shown is None and not before:
        raise Problem("NOT_FOUND")
    if len(before) != body.after:
        raise Problem("OUT_OF_DATE")
    if not may_follow(before, body.turn):
        raise Problem("OUT_OF_TURN")
    line = Step(
        *(lead, body.after, body.turn, body.text),
        *(call.account.account, _role(call), call.door.clock.now(), shown or ""),
        body.finding,
    )
    try:
        await book.step(line)
    except Late:
        raise Problem("OUT_OF_DATE") from None
    return {"steps": [asdict(one) for one in await book.steps(lead)]}


def _role(call: Call) -> str:
    return next(role for role in ("auditor", "staff", "approver") if call.who.has(role))


async def _shown(call: Call, lead: str) -> str | None:
    """The lead's value now; None where there is no such lead, or it no longer reaches the mark."""
    if not LEAD.fullmatch(lead):
        return None
    _, found = await call.door.lead_desk.found()
    for one in found:
        for value in one.marked:
            if name(value) == lead and value.value is not None:
                return value.value.show()
    return None


ROUTES: Final = (
    Route(
        "GET",
        "/api/leads",
        leads,
        ROOM,
        "线索（不是结论）",
        "Leads, never verdicts",
        roles=WATCHERS,
        answer=LeadsAnswer,
    ),
    Route(
        "POST",
        "/api/leads/{id}/steps",
        step,
        ROOM,
        "问询、说明、结论",
        "Ask, explain, conclude",
        roles=WATCHERS,
        body=StepBody,
        answer=StepsAnswer,
        problems=("NOT_FOUND", "OUT_OF_DATE", "OUT_OF_TURN"),
    ),
)
