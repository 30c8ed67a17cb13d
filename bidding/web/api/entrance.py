"""Who asked to take part and what became of it, for those who watch the house: by alias and number.

An application and its being declined stand in the register; admissions, exclusions and deposits stand
in the record, each with the officer who acted and the instant. No account and no name is told.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bidding.core import said
from bidding.web import wire
from bidding.web.api.admission import DeclineTold, declines_of
from bidding.web.api.asking import ROOM
from bidding.web.rooms import Present
from bidding.web.routes import WATCHERS, Answer, Call, Route

_AT_ONCE: Final = 1_000
_FACTS: Final = frozenset({"admitted", "excluded", "deposit_counted", "guarantee_counted"})
_ASKS: Final = frozenset({"admit", "exclude", "deposit", "guarantee"})


class EntranceStep(Answer):
    """One entry of the record about somebody's taking part; `received`: the bank's time of a deposit."""

    i: int
    t: wire.Instant
    by: str
    text: wire.Sentence
    accepted: bool
    received: wire.Instant | None


class EntranceLine(Answer):
    """One application; `alias` and `applied` are null where a number was given without one."""

    alias: str | None
    applied: wire.Instant | None
    lot: str | None
    state: str
    bidder: str | None
    priority: int
    declines: list[DeclineTold]
    steps: list[EntranceStep]


class Entrance(Answer):
    """Everybody who asked, the earliest first."""

    lines: list[EntranceLine]


async def entrance(call: Call) -> dict[str, Any]:
    """Applications, declines, admissions, exclusions and deposits, with who acted and when."""
    present, registry = await Present.of(call.door, call.auction), call.door.registry
    steps = await _steps(call, present)
    declines = await registry.declines(call.auction)
    lines = [
        {
            "alias": a.alias,
            "applied": a.created,
            "lot": a.lot,
            "state": a.state,
            "bidder": a.paddle if a.state == "admitted" else None,
            "priority": a.priority,
            "declines": declines_of(a, declines),
            "steps": steps.pop(a.paddle, []) if a.paddle is not None else [],
        }
        for a in await registry.applications(call.auction)
    ]
    # A number that the register gave to nobody: the record counts, and it has to be seen.
    return {"lines": [*lines, *(_unasked(present, one, steps[one]) for one in sorted(steps))]}


def _unasked(present: Present, bidder: str, steps: list[dict[str, Any]]) -> dict[str, Any]:
    entrant = present.state.entrants.get(bidder)
    return {
        "alias": None,
        "applied": None,
        "lot": None if entrant is None else entrant.lot,
        "state": "refused" if entrant is None else "admitted",
        "bidder": bidder,
        "priority": 0 if entrant is None else entrant.priority,
        "declines": [],
        "steps": steps,
    }


async def _steps(call: Call, present: Present) -> dict[str, list[dict[str, Any]]]:
    """What the record holds about each number's taking part, in order."""
    found: dict[str, list[dict[str, Any]]] = {}
    size = present.state.index
    for start in range(0, size, _AT_ONCE):
        stop = min(start + _AT_ONCE, size)
        for entry in await call.door.house.entries(call.auction, start, stop):
            for bidder in sorted(set(_about(entry))):
                found.setdefault(bidder, []).append(_step(present, entry))
    return found


def _about(entry: Mapping[str, Any]) -> Iterator[str]:
    data = entry["data"]
    for fact in data.get("facts", ()):
        if fact["fact"] in _FACTS:
            yield fact["bidder"]
    if "reason" in data and entry["type"].partition(".")[0] in _ASKS:
        yield data["ask"]["bidder"]


def _step(present: Present, entry: Mapping[str, Any]) -> dict[str, Any]:
    facts = entry["data"].get("facts", ())
    return {
        "i": entry["i"],
        "t": entry["t"],
        "by": entry["actor"].partition(":")[2],
        "text": said.entry(entry, present.state.terms.unit, present.rule, present.state),
        "accepted": "reason" not in entry["data"],
        "received": next((f["received"] for f in facts if f["fact"] == "deposit_counted"), None),
    }


ROUTES: Final = (
    Route(
        "GET",
        "/api/auctions/{auction}/entrance",
        entrance,
        ROOM,
        "申请、准入与保证金的经过",
        "Who applied, and what became of it",
        roles=WATCHERS,
        answer=Entrance,
    ),
)
