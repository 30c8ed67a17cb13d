"""A bidder's own desk: his auctions, what each asks of him next, and what he has prepared.

Nothing here is part of a record. What a browser finds out about itself before a session is kept as
it was told: it helps the bidder and whoever he calls for help, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from bidding.core import views
from bidding.core.said import bare
from bidding.engine.bidders import Preparation, Prepared
from bidding.engine.identity import Application, Seat
from bidding.web.asked import Place, Step, next_step, steps
from bidding.web.rooms import Present, everything, payment_of
from bidding.web.routes import BIDDER, Answer, Body, Call, Route
from bidding.web.wire import Instant, Sentence, Whole

ROOM: Final = "bidder"

Found = Literal["ok", "warn", "bad", "untried"]


class StepTold(Answer):
    """A step: `now` is yours to do, `waiting` the house's; `by`: until when."""

    step: str
    state: str
    by: Instant | None
    ask: str | None


class Declined(Answer):
    """Why you were not admitted, and what staff call you (`alias`), as in a complaint about it."""

    at: Instant
    reason: str
    sentence: Sentence
    alias: str


class MyAuction(Answer):
    """An auction as in the public list, with your own part in it.

    `alias` stands for you until you are admitted: officers know your application by nothing else.
    """

    line: dict[str, Any]
    bidder: str | None
    lot: str | None
    alias: str | None
    sentence: dict[str, str] | None
    deposit: dict[str, Any] | None
    deposit_deadline: Instant | None
    declined: Declined | None
    account: str | None
    steps: list[StepTold]
    next: StepTold | None
    checked: dict[str, Any] | None
    practised: Instant | None
    complaints: int
    answered: int


class MyAuctions(Answer):
    """`now` is the server's time; all instants are its own.

    `unreadable`: those you asked to take part in whose record did not pass the check.
    """

    now: Instant
    auctions: list[MyAuction]
    unreadable: list[str]


class CheckBody(Body):
    """What your browser found before the session. Times in microseconds; null: not measured."""

    clock: Found
    line: Found
    key: Found
    sound: Found
    screen: Found
    off: Annotated[int, Field(ge=-(2**53) + 1, le=2**53 - 1)] | None
    uncertainty: Whole | None
    trip: Whole | None


class CheckTold(Answer):
    """When it was kept, and whether nothing of it stands in the way."""

    at: Instant
    ok: bool


async def mine(call: Call) -> dict[str, Any]:
    """Everything you take part in, and what you could still apply for."""
    door, account = call.door, call.account.account
    seats = {seat.auction: seat for seat in await door.registry.seats(account)}
    prepared = await door.bidders.preparations(account)
    filed = await door.bidders.complaints(account=account)
    found = []
    shown, unreadable = await everything(door)
    for present in shown:
        name = present.name
        seat = seats.get(name)
        own = seat if seat is not None and seat.admitted else None
        asked = await _application(call, name) if own is None else None
        if present.over and own is None and asked is None:
            continue
        done = {one.kind: one for one in prepared if one.auction == name}
        complaints = [one for one in filed if one.auction == name]
        found.append(
            await _row(call, present, own, asked, done)
            | {
                "complaints": len(complaints),
                "answered": sum(one.answer is not None for one in complaints),
            }
        )
    asked_for = [n for n in unreadable if n in seats or await _application(call, n) is not None]
    return {"now": door.clock.now(), "auctions": found, "unreadable": asked_for}


async def _application(call: Call, name: str) -> Application | None:
    listed = await call.door.registry.applications(name)
    return next((one for one in listed if one.account == call.account.account), None)


async def _row(
    call: Call,
    present: Present,
    seat: Seat | None,
    asked: Application | None,
    done: Mapping[Prepared, Preparation],
) -> dict[str, Any]:
    state, line, now = present.state, present.line(), call.door.clock.now()
    panel = None if seat is None else views.you(state, present.rule, seat.paddle, now)
    required = state.document["deposit"]
    place = Place(
        status=state.status,
        applied=seat is not None or asked is not None,
        panel=panel,
        prepared=frozenset(done),
        opens=line["opens"],
        closes=line["closes"],
        pay_by=state.document["deposit_deadline"],
        now=now,
        deposit=required,
        declined=asked is not None and asked.state == "refused",
    )
    listed, due = steps(place), next_step(place)
    paying = await payment_of(call.door, present, seat)
    checked, practised = done.get("checked"), done.get("practised")
    return {
        "line": line,
        "bidder": None if seat is None else seat.paddle,
        "lot": seat.lot if seat is not None else asked.lot if asked is not None else None,
        "alias": asked.alias if asked is not None else None,
        "sentence": panel["sentence"] if panel is not None else None,
        "deposit": panel["deposit"]
        if panel is not None
        else {"required": required, "paid": 0, "ok": required == 0},
        "deposit_deadline": place.pay_by,
        "declined": await _declined(call, asked) if asked is not None and place.declined else None,
        "account": None if paying is None else paying["account"],
        "steps": [_told(one) for one in listed],
        "next": None if due is None else _told(due),
        "checked": None if checked is None else {"at": checked.at, **checked.found},
        "practised": None if practised is None else practised.at,
    }


async def _declined(call: Call, asked: Application) -> dict[str, Any] | None:
    listed = await call.door.registry.declines(asked.auction)
    last = next((one for one in reversed(listed) if one.application == asked.id), None)
    if last is None:
        return None
    reason = bare(last.reason)
    sentence = {
        "zh": f"您的参加申请未获准。理由：{reason}。",
        "en": f"Your application was declined. The reason: {reason}.",
    }
    return {"at": last.at, "reason": last.reason, "sentence": sentence, "alias": asked.alias}


def _told(step: Step) -> dict[str, Any]:
    return {"step": step.step, "state": step.state, "by": step.by, "ask": step.ask}


async def check(call: Call) -> dict[str, Any]:
    """Keep what your browser found."""
    await Present.of(call.door, call.auction)
    body, now = call.body(CheckBody), call.door.clock.now()
    ok = "bad" not in (body.clock, body.line, body.key)
    found = body.model_dump() | {"ok": int(ok)}
    account = call.account.account
    await call.door.bidders.prepared(Preparation(account, call.auction, "checked", now, found))
    return {"at": now, "ok": ok}


ROUTES: Final = (
    Route(
        "GET",
        "/api/mine",
        mine,
        ROOM,
        "我的竞价",
        "Your auctions and what each asks of you",
        roles=BIDDER,
        answer=MyAuctions,
    ),
    Route(
        "POST",
        "/api/auctions/{auction}/check",
        check,
        ROOM,
        "登记开场前自检",
        "Keep your check before the session",
        roles=BIDDER,
        body=CheckBody,
        answer=CheckTold,
    ),
)
