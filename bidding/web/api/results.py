"""What became of an auction, told to one bidder: what decided it and why, his receipts, his deposit.

Every line is told as his own channel and the public one told it (`views.event`); the chain behind a
line is opened once the session is over and nothing lies sealed, for his own requests and for
what everybody saw.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiohttp import web

from auction_rules import prose
from auction_rules.rule import Rule
from auction_rules.terms import Text
from bidding.core import aftermath, said, views
from bidding.core.state import State
from bidding.engine.identity import Seat
from bidding.web.evidence import MOST_RECEIPTS, READ_ME, packed
from bidding.web.problems import Problem
from bidding.web.rooms import Present
from bidding.web.routes import BIDDER, Answer, Call, Route, file_response
from bidding.web.wire import Instant, Sentence
from replay.explain import explain
from replay.film import Film, NoRule

ROOM: Final = "bidder"
ZIP: Final = "application/zip"
_DECIDES: Final = frozenset(
    {
        *(
            "stage_opened",
            "stage_closed",
            "deadline_moved",
            "drawn",
            "awarded",
            "award_lapsed",
            "unsold",
        ),
        *("suspended", "resumed", "terminated", "voided", "concluded", "revealed", "closed"),
    }
)
"""Facts that move a session on; who asks how it came out reads these, and the offers that won."""
_MOST_TURNS: Final = 200


class LineTold(Answer):
    """One line of the record as you may see it; `reason` where a request was refused."""

    i: int
    t: Instant
    type: str
    accepted: bool
    amount: int | None
    text: Sentence
    reason: Sentence | None


class PaidOut(Answer):
    """Money that left your deposit, in fen."""

    i: int
    t: Instant
    purpose: str
    amount: int
    reason: str


class MyResult(Answer):
    """`own` are your requests, `turns` what decided the session; deposits in fen."""

    room: dict[str, Any]
    you: dict[str, Any]
    over: bool
    own: list[LineTold]
    turns: list[LineTold]
    turns_left_out: int
    deposit: dict[str, int]
    payouts: list[PaidOut]
    steps: list[dict[str, Any]]


class WhyLine(Answer):
    """One link: the entries it rests on, and the clause."""

    text: Sentence
    entries: list[int]
    clause: Sentence | None


class WhyTold(Answer):
    """The chain behind one entry."""

    i: int
    lines: list[WhyLine]


async def seat_of(call: Call) -> Seat:
    """The caller's seat. Raises NOT_FOUND."""
    seat = await call.door.registry.seat(call.auction, call.account.account)
    if seat is None or not seat.admitted:
        raise Problem("NOT_FOUND")
    return seat


async def result(call: Call) -> dict[str, Any]:
    """What happened, as you may know it."""
    present, seat = await Present.of(call.door, call.auction), await seat_of(call)
    state = present.state
    entries = await call.door.house.entries(call.auction, 0, state.index)
    told = await asyncio.to_thread(_told, state.origin, entries, seat.paddle, _won_by(state))
    person = state.people.get(seat.paddle)
    standing = aftermath.standing_steps(state)
    paid, out = (person.paid, person.out) if person is not None else (0, 0)
    return {
        "room": present.snapshot(f"bidder:{seat.paddle}"),
        "you": views.you(state, present.rule, seat.paddle, call.door.clock.now()),
        "over": present.over,
        **told,
        "deposit": {
            "required": state.document["deposit"],
            "paid": paid,
            "out": out,
            "left": paid - out,
        },
        "steps": [
            {"step": one.step, "bidder": one.bidder, "reason": one.reason}
            for one in state.after
            if (one in standing if one.step != "defaulted" else one.bidder == seat.paddle)
        ],
    }


def _won_by(state: State) -> frozenset[int]:
    """The entries of the offers that won, once it is known who did."""
    won = {award.bidder for award in state.standing.awards}
    return frozenset(o.i for o in state.standing.offers.values() if o.bidder in won)


def _told(
    origin: str, entries: Sequence[Mapping[str, Any]], bidder: str, won: frozenset[int]
) -> dict[str, Any]:
    """One pass over the record: the bidder's lines, the turns, the money that left."""
    own: list[dict[str, Any]] = []
    turns: list[dict[str, Any]] = []
    payouts: list[dict[str, Any]] = []
    film = Film(origin)
    before: State | None = None
    for entry in entries:
        after = film.add(entry)
        if film.rule is None:
            break  # nothing can be told in words without the rule
        start = before or State(origin, terms=after.terms)
        facts = entry["data"].get("facts", ())
        for fact in facts:
            if fact["fact"] == "paid_out" and fact["bidder"] == bidder:
                row = {name: fact[name] for name in ("purpose", "amount", "reason")}
                payouts.append({"i": entry["i"], "t": entry["t"], **row})
        mine = entry["actor"] == f"bidder:{bidder}"
        audience = f"bidder:{bidder}" if mine else "public"
        if mine or entry["i"] in won or any(fact["fact"] in _DECIDES for fact in facts):
            line = views.event(start, entry, after, film.rule, audience)
            if line is not None and line["i"] is not None:
                (own if mine else turns).append(_line(line))
        before = after
    return {
        "own": own,
        "turns": turns[-_MOST_TURNS:],
        "turns_left_out": max(0, len(turns) - _MOST_TURNS),
        "payouts": payouts,
    }


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    ask = line.get("ask") or {}
    return {
        "i": line["i"],
        "t": line["t"],
        "type": line["type"],
        "accepted": "reason" not in line,
        "amount": ask.get("amount"),
        "text": line["text"],
        "reason": line.get("sentence"),
    }


async def why(call: Call) -> dict[str, Any]:
    """Why an entry is as it is: your own request, or what everybody saw."""
    present, seat = await Present.of(call.door, call.auction), await seat_of(call)
    if not present.over:
        raise Problem("NOT_OPEN")
    if present.sealed:
        raise Problem("SEALED")
    entries = await call.door.house.entries(call.auction, 0, present.state.index)
    index = int(call.path["i"])
    if index >= len(entries):
        raise Problem("NOT_FOUND")
    entry = entries[index]
    # Only a request that set a limit has one behind it; what everybody saw is explained to everybody.
    others = entry["actor"] != f"bidder:{seat.paddle}"
    hidden = present.limits and others and str(entry["type"]).startswith("proxy.")
    lines = await asyncio.to_thread(
        _why, present.state.origin, entries, index, seat.paddle, hidden=hidden
    )
    if lines is None:
        raise Problem("NOT_FOUND")
    return {"i": index, "lines": lines}


def _why(
    origin: str, entries: Sequence[Mapping[str, Any]], index: int, bidder: str, *, hidden: bool
) -> list[dict[str, Any]] | None:
    """The chain; None for what he was never shown. `hidden`: others' limits may stand behind it."""
    film = Film(origin, entries)
    mine = entries[index]["actor"] == f"bidder:{bidder}"
    try:
        shown = film.event(index, f"bidder:{bidder}" if mine else "public")
        if shown is None:
            return None
        if hidden:
            assert film.rule is not None, "it was told in words"
            clause = _clause(film.rule, film.state(index), shown["facts"])
            return [{"text": shown["text"], "entries": [index], "clause": clause}]
        chain = explain(film, index).lines
    except NoRule:
        return None
    return [{"text": x.text, "entries": list(x.entries), "clause": x.clause} for x in chain]


def _clause(rule: Rule, state: State, facts: Sequence[Mapping[str, Any]]) -> Text:
    """What the others' offers that a limit made rest on: the tie where two are level, else the step."""
    topic = "step" if said.level(facts) is None else "tie"
    return prose.topic(rule, state.terms, topic)


async def own_receipts(call: Call, seat: Seat, chosen: Sequence[int] | None) -> dict[str, bytes]:
    """File names and bytes of his receipts; of all his entries, or of those he chose."""
    house, state = call.door.house, call.door.house.room(call.auction).state
    found = await house.entries(call.auction, 0, state.index)
    own = [int(e["i"]) for e in found if e["actor"] == f"bidder:{seat.paddle}"]
    if chosen is not None:
        own = [i for i in own if i in set(chosen)]
    files = {}
    for i in own[-MOST_RECEIPTS:]:
        try:
            proof, _ = await house.receipt(call.auction, i)
        except IndexError:
            raise Problem("TRY_LATER", headers={"Retry-After": "1"}) from None
        files[f"receipts/{call.auction}-{i}.tlog-proof"] = proof
    return files


async def receipts(call: Call) -> web.Response:
    """All your receipts in one file, with the keys to verify them."""
    await Present.of(call.door, call.auction)
    files = await own_receipts(call, await seat_of(call), None)
    files[f"{call.auction}.policy"] = call.door.house.policy(call.auction).encode()
    files["README.txt"] = READ_ME.encode()
    content = await asyncio.to_thread(packed, files)
    return file_response(content, ZIP, f"{call.auction}-receipts.zip")


_ONE: Final = "/api/auctions/{auction}/mine"

ROUTES: Final = (
    Route(
        "GET",
        _ONE,
        result,
        ROOM,
        "我的结果",
        "What became of it, for you",
        roles=BIDDER,
        answer=MyResult,
        problems=("NOT_FOUND",),
    ),
    Route(
        "GET",
        f"{_ONE}/why/{{i}}",
        why,
        ROOM,
        "为什么",
        "Why an entry is as it is",
        roles=BIDDER,
        answer=WhyTold,
        problems=("NOT_OPEN", "SEALED", "NOT_FOUND"),
    ),
    Route(
        "GET",
        f"{_ONE}/receipts",
        receipts,
        ROOM,
        "下载我的全部回执",
        "All your receipts in one file",
        roles=BIDDER,
        file=ZIP,
        problems=("NOT_FOUND", "TRY_LATER"),
    ),
)
