"""Whether bids are taken now, and when auctions stood still of late: for everybody, at any time.

Told by the pulse that a bid's own path is tried with, and by the entries of the sessions; it keeps no
record of its own. However many look, it is worked out once in two seconds; a log that grew is read
from where it was left. While the record cannot be read, or takes longer, that is said, with what was
last known: only the pulse and a store that fails say that no bids are taken.

What an officer suspended is listed and marked, and is not counted as time without service.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from auction_rules.facts import Instant
from auction_rules.terms import Text
from bidding.engine.ports import LogError
from bidding.web.context import Door
from bidding.web.problems import Problem
from bidding.web.rooms import everything
from replay.interruptions import Interruption

State: TypeAlias = Literal["taking", "quiet", "partly", "away"]
"""Bids are taken; nothing runs that takes any; some auction waits after an interruption, or its record
did not pass the check; none are."""

DAYS: Final = 30
_DAY: Final = 86_400_000_000
_MOST: Final = 200
_FRESH: Final = 2_000_000
_PATIENCE: Final = 3
"""So many seconds a look may take; then what was last known is told, and that it is not all."""


@dataclass(frozen=True, slots=True)
class Paused:
    """One auction that stood still in the period."""

    auction: str
    title: Text
    status: str
    rows: tuple[Interruption, ...]
    acts_sealed: bool
    archive: bool


@dataclass(slots=True)
class _Seen:
    """What was found when somebody last looked."""

    at: Instant | None = None
    running: int = 0
    suspended: int = 0
    paused: list[Paused] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


class Service:
    """The state of the service behind one door."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._seen = _Seen()
        self._unread = self._behind = False
        self._looking: asyncio.Task[_Seen] | None = None

    async def told(self) -> dict[str, Any]:
        """As the public page shows it; all instants and spans are microseconds."""
        now = self._door.clock.now()
        if self._seen.at is None or not 0 <= now - self._seen.at < _FRESH:
            await self._look_again(now)
        house, seen, now = self._door.house, self._seen, self._door.clock.now()
        newest = sorted(
            ((row, one) for one in seen.paused for row in one.rows),
            key=lambda pair: (-pair[0].since, pair[1].auction),
        )
        waits = any(row.outcome == "open" and row.cause == "service" for row, _ in newest)
        waits = waits or len(seen.unreadable) > 0
        return {
            "now": now,
            "state": self._state(waits=waits, running=seen.running > 0 or house.heard is not None),
            "complete": not (self._unread or self._behind or seen.unreadable),
            "heard": house.heard,
            "running": seen.running,
            "suspended": seen.suspended,
            "unreadable": seen.unreadable,
            "days": DAYS,
            "sessions": [_sums(one, now) for one in seen.paused],
            "interruptions": [_row(row, one) for row, one in newest[:_MOST]],
        }

    def _state(self, *, waits: bool, running: bool) -> State:
        if self._unread or not self._door.house.taking:
            return "away"
        if waits:
            return "partly"
        return "taking" if running else "quiet"

    async def close(self) -> None:
        """Nobody asks any more."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait({self._looking})

    async def _look_again(self, now: Instant) -> None:
        """One look for all who ask meanwhile; a store that only hangs keeps nobody waiting."""
        looking = self._looking
        if looking is None:
            looking = self._looking = asyncio.create_task(self._look(now))  # noqa: TID251 held here
        done, _ = await asyncio.wait({looking}, timeout=_PATIENCE)
        self._behind = not done
        if not done:
            return
        if self._looking is looking:
            self._looking = None
        try:
            self._seen, self._unread = looking.result(), False
        except (LogError, Problem):
            self._unread = True  # the next who asks tries again

    async def _look(self, now: Instant) -> _Seen:
        door, seen, begins = self._door, _Seen(now), now - DAYS * _DAY
        shown, seen.unreadable = await everything(door)
        for present in shown:
            name, state = present.name, present.state
            seen.running += state.status == "running"
            seen.suspended += state.status == "suspended"
            if state.t < begins and (present.over or state.suspended is None):
                continue  # what was over before the period is not read again for it
            found = await door.interruptions.of(name, state.index)
            rows = tuple(r for r in found.found if r.ended is None or r.ended >= begins)
            if rows:
                title, sealed = state.document["title"], present.acts_sealed
                seen.paused.append(
                    Paused(name, title, state.status, rows, sealed, present.offers_archive)
                )
        return seen


def _sums(one: Paused, now: Instant) -> dict[str, Any]:
    served = [row for row in one.rows if row.cause == "service"]
    return {
        "auction": one.auction,
        "title": dict(one.title),
        "status": one.status,
        "times": len(one.rows),
        "service": sum(row.lasted(now) for row in served),
        "all": sum(row.lasted(now) for row in one.rows),
    }


def _row(row: Interruption, one: Paused) -> dict[str, Any]:
    return {
        "auction": one.auction,
        "title": dict(one.title),
        "archive": one.archive,
        "number": row.number,
        # While a stage is sealed its number would tell how many have acted.
        "entry": None if one.acts_sealed else row.i,
        "cause": row.cause,
        "reason": dict(row.reason),
        "since": row.since,
        "told": row.told,
        "resumes": row.resumes,
        "ended": row.ended,
        "outcome": row.outcome,
        "by": row.by,
        "why": None if row.why is None else dict(row.why),
        "given": row.given,
        "closes": row.closes_after,
        "messages": [{"t": m.t, "text": dict(m.text)} for m in row.messages],
    }


__all__ = ["DAYS", "Service", "State"]
