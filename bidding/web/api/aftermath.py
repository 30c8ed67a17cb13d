"""After the close: review, confirmation, publication, defaults; what goes to the records office; counts.

Each step is a command that leaves a line. Where the policy asks for witnesses, nothing is published
before a quorum of them has signed all of it: what is announced must already be proved.
"""

import asyncio
import io
import zipfile
from typing import Any, Final, Literal

from aiohttp import web

from auction_rules.facts import Instant
from auction_rules.reasons import why_not
from auction_rules.rule import Refuse, Rule
from bidding.core import commands as c
from bidding.core.aftermath import next_award, standing_steps, successor, vacated
from bidding.core.officers import takes_two
from bidding.core.state import State
from bidding.engine.house import NotWitnessed
from bidding.proof.policy import parse_policy
from bidding.web import wire
from bidding.web.api.asking import CommandAnswer, Paddle, Reason, told
from bidding.web.problems import Problem
from bidding.web.rooms import Present
from bidding.web.routes import HOUSE, Answer, Body, Call, Route, file_response
from replay.film import NoRule
from replay.paper import html
from replay.transcript import LANGS, NoTranscript, transcript
from replay.verify import verify

ROOM: Final = "office"
ZIP: Final = "application/zip"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The same record makes the same file, whoever packs it and whenever."""


class ConcludeBody(Body):
    """A step, and why or how; `bidder` goes with a default alone."""

    step: Literal["reviewed", "confirmed", "published", "defaulted"]
    reason: Reason
    bidder: Paddle | None = None
    ref: wire.Reference


class StepLine(Answer):
    """A step that was taken. `mine` when you took it yourself."""

    step: str
    reason: str
    bidder: str | None
    follows: str | None
    mine: bool


class Counts(Answer):
    """What the session was made of: lines of its log, requests, acts of officers."""

    entries: int
    accepted: int
    refused: int
    extensions: int
    suspensions: int
    officers: int


class NextAward(Answer):
    """The award of the next in line (递补) after a default or for an excluded winner.

    `blocked` says why there is none.

    `price` in the unit of the prices. `two`: one officer proposes it, another confirms.
    """

    bidder: str | None
    price: int | None
    blocked: wire.Sentence | None
    two: bool


class Aftermath(Answer):
    """Where the result stands. `next`: who would follow a single winner by rank.

    `steps` are all that were taken, `standing` of them about the result that stands. `reaward` once
    a winner has defaulted or was excluded; the numbers of both are `vacated`.
    """

    steps: list[StepLine]
    standing: int
    reaward: NextAward | None
    winners: list[str]
    vacated: list[str]
    next: str | None
    witnessed: bool | None
    counts: Counts


async def aftermath(call: Call) -> dict[str, Any]:
    """The steps taken, and figures of the session; only once it is over."""
    present = await Present.of(call.door, call.auction)
    if not present.over:
        raise Problem("NOT_OPEN")
    state, rule = present.state, present.rule
    me = call.account.account
    tally = await call.door.tallies.of(call.auction, state.index)
    steps = [
        {
            "step": one.step,
            "reason": one.reason,
            "bidder": one.bidder,
            "follows": one.follows,
            "mine": one.by.partition(":")[2] == me,
        }
        for one in state.after
    ]
    return {
        "steps": steps,
        "standing": len(standing_steps(state)),
        "reaward": _next_award(state, rule, call.door.clock.now()),
        "winners": [award.bidder for award in state.standing.awards],
        "vacated": sorted(vacated(state)),
        "next": successor(state, rule, None),
        "witnessed": await _witnessed(call, state.index),
        "counts": {
            "entries": state.index,
            "accepted": tally.accepted,
            "refused": tally.refused.total(),
            "extensions": tally.extensions,
            "suspensions": tally.suspensions,
            "officers": tally.officers,
        },
    }


def _next_award(state: State, rule: Rule, now: Instant) -> dict[str, Any] | None:
    if not vacated(state):
        return None
    found = next_award(state, rule)
    two = takes_two(state, "reaward", now)
    if isinstance(found, Refuse):
        sentence = why_not(found.reason, found.detail, None)
        return {"bidder": None, "price": None, "blocked": sentence, "two": two}
    return {"bidder": found.bidder, "price": found.price, "blocked": None, "two": two}


async def _witnessed(call: Call, size: int) -> bool | None:
    """Whether a quorum has signed all `size` entries; None where the policy asks for none."""
    if not call.door.house.witnessing.policy.demands:
        return None
    try:
        await call.door.house.receipt(call.auction, size - 1, "R2")
    except (NotWitnessed, IndexError):
        return False
    return True


async def conclude(call: Call) -> Any:
    """Take the next step after the close."""
    body = call.body(ConcludeBody)
    present = await Present.of(call.door, call.auction)
    if body.step == "published" and await _witnessed(call, present.state.index) is False:
        raise Problem("NOT_WITNESSED", headers={"Retry-After": "1"})
    role = "approver" if call.who.has("approver") else "staff"
    ask = c.Conclude(body.step, body.reason, body.bidder)
    command = c.Command(f"{role}:{call.account.account}", ask, body.ref)
    answer = await call.door.stream.ask(call.auction, command)
    return told(answer)


async def package(call: Call) -> web.Response:
    """One file for the records office: the archive, whose signatures count, and the papers to read."""
    present = await Present.of(call.door, call.auction)
    if not present.over:
        raise Problem("NOT_OPEN")
    archive = await call.door.house.archive(call.auction)
    policy = call.door.house.policy(call.auction)
    content = await asyncio.to_thread(_packed, call.auction, archive, policy)
    return file_response(content, ZIP, f"{call.auction}.zip")


def _packed(auction: str, archive: bytes, policy: str) -> bytes:
    files = {f"{auction}.archive": archive, f"{auction}.policy": policy.encode()}
    files |= _papers(archive, policy)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            packed.writestr(info, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _papers(archive: bytes, policy: str) -> dict[str, bytes]:
    """The record and the confirmation, where the session has one; none without the rule."""
    session, papers = verify(archive, parse_policy(policy)), {}
    for kind in ("record", "confirmation"):
        try:
            paper = transcript(session, kind, "auditor" if kind == "record" else "public")
        except (NoRule, NoTranscript):
            continue
        papers[f"{kind}.html"] = html.render(paper, LANGS)
    return papers


_ONE: Final = "/api/auctions/{auction}"

ROUTES: Final = (
    Route(
        "GET",
        f"{_ONE}/aftermath",
        aftermath,
        ROOM,
        "成交后办理",
        "After the close",
        roles=HOUSE,
        answer=Aftermath,
        problems=("NOT_OPEN",),
    ),
    Route(
        "POST",
        f"{_ONE}/conclude",
        conclude,
        ROOM,
        "审核、确认、公示、违约",
        "Review, confirm, publish, default",
        roles=HOUSE,
        body=ConcludeBody,
        answer=CommandAnswer,
        also=(202,),
        problems=("NOT_WITNESSED",),
    ),
    Route(
        "GET",
        f"{_ONE}/package",
        package,
        ROOM,
        "归档材料",
        "What goes to the records office",
        roles=HOUSE,
        file=ZIP,
        problems=("NOT_OPEN",),
    ),
)
