"""Acts of officers that the document must grant, and those that take two of them.

One proposes, an approver who is somebody else confirms; both are entries. What is only proposed is
told to the house and to auditors, never on the floor.
"""

import secrets
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from bidding.core import commands as c
from bidding.core.officers import MOST_SECONDS
from bidding.web import problems, wire
from bidding.web.api.asking import CommandAnswer, Paddle, Reason, told
from bidding.web.problems import Problem
from bidding.web.rooms import Present
from bidding.web.routes import HOUSE, Body, Call, Route, Run

ROOM: Final = "office"


class ExtendBody(Body):
    """By how many seconds the end of the open stage moves later, and why."""

    seconds: Annotated[int, Field(ge=1, le=MOST_SECONDS)]
    reason: Reason
    ref: wire.Reference | None = None


class SurrogateBody(Body):
    """An offer on behalf of a bidder; the reason says how he asked for it."""

    bidder: Paddle
    amount: wire.Integer
    reason: Reason
    lot: wire.Name | None = None
    quantity: wire.Integer | None = None
    stage: wire.Name | None = None
    slot: wire.Name | None = None
    ref: wire.Reference | None = None


class ReawardBody(Body):
    """The next in line by the rule's ranking, named so that nobody is surprised; and why."""

    bidder: Paddle
    reason: Reason
    ref: wire.Reference | None = None


class ProposeBody(Body):
    """An act that takes two. `seconds` goes with extend; bidder and amount with surrogate.

    `exclude` and `reaward` take the bidder alone. A resumption takes two after a suspension longer than the
    notice lets end by itself.
    """

    act: Literal["extend", "surrogate", "exclude", "terminate", "void", "reaward", "resume"]
    reason: Reason
    seconds: Annotated[int, Field(ge=1, le=MOST_SECONDS)] | None = None
    bidder: Paddle | None = None
    amount: wire.Integer | None = None
    lot: wire.Name | None = None
    quantity: wire.Integer | None = None
    slot: wire.Name | None = None
    ref: wire.Reference | None = None


class SecondBody(Body):
    """The entry of the proposal, and whether you confirm it or turn it down."""

    proposal: wire.Whole
    agree: bool
    ref: wire.Reference | None = None


_GOES_WITH: Final[dict[str, tuple[str, ...]]] = {
    "extend": ("seconds",),
    "surrogate": ("bidder", "amount"),
    "exclude": ("bidder",),
    "terminate": (),
    "void": (),
    "reaward": ("bidder",),
    "resume": (),
}
_MISSING: Final = {"zh": "请填写。", "en": "This is needed."}


async def extend(call: Call) -> Any:
    """Move the end of the open stage later."""
    body = call.body(ExtendBody)
    return await _ask(call, c.Extend(body.seconds, body.reason), body.ref)


async def surrogate(call: Call) -> Any:
    """Make an offer on behalf of a bidder."""
    b = call.body(SurrogateBody)
    ask = c.Surrogate(b.bidder, b.amount, b.reason, b.lot, b.quantity, b.stage, b.slot)
    return await _ask(call, ask, b.ref)


async def reaward(call: Call) -> Any:
    """Award the next in line after a default, where one approver may."""
    body = call.body(ReawardBody)
    return await _ask(
        call, c.Reaward(body.bidder, body.reason), body.ref, second=call.who.has("approver")
    )


async def propose(call: Call) -> Any:
    """Propose an act that takes two."""
    body = call.body(ProposeBody)
    given = body.model_dump()
    missing = [name for name in _GOES_WITH[body.act] if given[name] is None]
    if missing:
        raise Problem("BAD_FIELDS", fields=[problems.Field(name, _MISSING) for name in missing])
    about = _about(body)
    return await _ask(call, c.Propose(body.act, c.ask_to_json(about)), body.ref)


def _about(body: ProposeBody) -> c.Ask:
    match body.act:
        case "extend":
            return c.Extend(body.seconds or 0, body.reason)
        case "surrogate":
            who, amount = body.bidder or "", body.amount or 0
            return c.Surrogate(who, amount, body.reason, body.lot, body.quantity, None, body.slot)
        case "exclude":
            return c.Exclude(body.bidder or "", body.reason)
        case "terminate":
            return c.Terminate(body.reason)
        case "void":
            return c.Void(body.reason)
        case "reaward":
            return c.Reaward(body.bidder or "", body.reason)
        case "resume":
            return c.Resume(body.reason)


async def second(call: Call) -> Any:
    """Confirm a proposal, or turn it down. Only an approver who is somebody else confirms."""
    body = call.body(SecondBody)
    ask = c.Second(body.proposal, body.agree)
    return await _ask(call, ask, body.ref, second=call.who.has("approver"))


async def _ask(call: Call, ask: c.Ask, ref: str | None, *, second: bool = False) -> Any:
    await Present.of(call.door, call.auction)
    role = "approver" if second or not call.who.has("staff") else "staff"
    command = c.Command(f"{role}:{call.account.account}", ask, ref or secrets.token_urlsafe(16))
    answer = await call.door.stream.ask(call.auction, command)
    return told(answer)


def _route(path: str, run: Run, zh: str, en: str, body: type[Body]) -> Route:
    return Route(
        "POST",
        f"/api/auctions/{{auction}}/{path}",
        run,
        ROOM,
        zh,
        en,
        roles=HOUSE,
        body=body,
        answer=CommandAnswer,
        also=(202,),
    )


ROUTES: Final = (
    _route("extend", extend, "延长截止时间", "Move the end later", ExtendBody),
    _route("surrogate", surrogate, "代竞买人报价", "Offer on behalf", SurrogateBody),
    _route("reaward", reaward, "递补", "Award the next in line", ReawardBody),
    _route("proposals", propose, "提请须两人办理的事项", "Propose an act of two", ProposeBody),
    _route("second", second, "确认或不同意提请", "Answer a proposal", SecondBody),
)
