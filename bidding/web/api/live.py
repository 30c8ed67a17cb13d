"""The officers' live board: every auction in one list, with what tells whether it needs somebody.

Numbers, never names. While a stage is sealed nobody may learn that somebody acted, so neither
counts nor times that would tell are given.
"""

from typing import Any, Final

from auction_rules.reasons import say
from bidding.core.views import suspended_of, unit_of
from bidding.web import wire
from bidding.web.rooms import Present, everything
from bidding.web.routes import WATCHERS, Answer, Call, Query, Route

ROOM: Final = "office"


class RefusedCount(Answer):
    """How many requests of bidders were refused for a reason; the sentence is that of the last."""

    reason: str
    count: int
    sentence: wire.Sentence
    t: wire.Instant


class LiveLine(Answer):
    """One auction. `lag`: the longest time from stamp to disk of late, in microseconds.

    `accepted`, `refused`, `last` and `lag` are null while the stage is sealed: they would tell
    that somebody acted. `waiting` counts acts that one officer proposed and nobody has answered.
    """

    auction: str
    title: dict[str, str]
    rule: dict[str, Any]
    status: str
    stage: dict[str, Any] | None
    opens: wire.Instant | None
    closes: wire.Instant | None
    top: int | None
    top_excluded: bool
    start: int | None
    highest: int | None
    unit: dict[str, Any]
    awards: list[dict[str, Any]]
    result: str | None
    figures: dict[str, Any] | None
    settlement_unit: dict[str, Any]
    archive: bool
    after: dict[str, Any] | None
    suspended: dict[str, Any] | None
    sealed: bool
    entrants: int
    unpaid: int
    online: int
    accepted: int | None
    refused: list[RefusedCount] | None
    last: wire.Instant | None
    lag: int | None
    waiting: int


class LiveQuery(Query):
    """What is over is left out unless asked for: a centre has years of it."""

    over: bool = False


class LiveList(Answer):
    """Auctions, and how many of them are over, whether they are listed or not.

    `unreadable`: the ids of those whose record did not pass the check, which nobody serves now.
    """

    now: wire.Instant
    ended: int
    auctions: list[LiveLine]
    unreadable: list[str]


async def live(call: Call) -> dict[str, Any]:
    """Every auction, as those who run it must see it."""
    found, unreadable = await everything(call.door)
    with_over = call.query(LiveQuery).over
    lines = [await _line(call, one) for one in found if with_over or not one.over]
    ended = sum(one.over for one in found)
    now = call.door.clock.now()
    return {"now": now, "ended": ended, "auctions": lines, "unreadable": unreadable}


async def _line(call: Call, present: Present) -> dict[str, Any]:
    # What is shown is of one moment, though counting may wait for the disk.
    state = present.state
    people = [person for person in state.people.values() if not person.excluded]
    told = present.line() | {
        "suspended": suspended_of(state),
        "sealed": present.acts_sealed,
        "entrants": len(people),
        "unpaid": sum(not person.deposit_ok for person in people),
        "online": present.bidders_here,
        "waiting": len(state.proposals),
    }
    tally = await call.door.tallies.of(present.name, state.index)
    if present.acts_sealed:
        return told | dict.fromkeys(("accepted", "refused", "last", "lag"))
    unit, refused = unit_of(state), []
    for code, count in tally.refused.most_common():
        entry = tally.latest[code]
        sentence = say(code, entry["data"]["detail"], unit)
        refused.append({"reason": code, "count": count, "sentence": sentence, "t": entry["t"]})
    return told | {
        "accepted": tally.accepted,
        "refused": refused,
        "last": tally.last,
        "lag": call.door.house.lag(present.name),
    }


ROUTES: Final = (
    Route(
        "GET",
        "/api/office/live",
        live,
        ROOM,
        "现场总览",
        "The live board",
        roles=WATCHERS,
        query=LiveQuery,
        answer=LiveList,
    ),
)
