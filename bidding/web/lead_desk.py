"""The leads (线索) in the sessions of this house that are over: read from their logs, worked out when asked.

Sessions that run are left alone: what stands in them may be sealed, and asking would disturb them.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from auction_rules.terms import Unit
from bidding.core.state import OVER
from bidding.core.views import unit_of
from bidding.engine.house import House
from bidding.engine.seats import NoSuchAuction
from replay.indicators.catalogue import Found, leads
from replay.indicators.course import Course, read

_AT_ONCE: Final = 1_000


class LeadDesk:
    """Worked out once for the same logs."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._courses: dict[str, tuple[int, Course]] = {}
        self._units: dict[str, Unit] = {}
        self._found: tuple[dict[str, int], tuple[Found, ...]] = ({}, ())
        self._turn = asyncio.Lock()

    async def found(self) -> tuple[list[Course], tuple[Found, ...]]:
        """The sessions that were looked at, and every value of every indicator over them."""
        async with self._turn:
            sizes: dict[str, int] = {}
            for auction in self._house.auctions():
                size = await self._read(auction)
                if size is not None:
                    sizes[auction] = size
            courses = [self._courses[auction][1] for auction in sizes]
            if sizes != self._found[0]:
                self._found = (sizes, await asyncio.to_thread(leads, courses))
            return courses, self._found[1]

    def unit(self, log: str) -> Unit:
        """The unit of the prices in a log that was looked at."""
        return self._units[log]

    async def _read(self, auction: str) -> int | None:
        """How long the log is that was read; None where there is nothing to look at."""
        try:
            room = await self._house.opened(auction)
        except NoSuchAuction:
            return None
        state = room.state
        sealed = state.standing.stage is not None and room.rule.disclosure(state.floor()).sealed
        if state.status not in OVER or sealed:
            return None
        known = self._courses.get(auction)
        if known is None or known[0] != state.index:
            entries: list[dict[str, Any]] = []
            while len(entries) < state.index:
                stop = min(len(entries) + _AT_ONCE, state.index)
                entries += await self._house.entries(auction, len(entries), stop)
            self._courses[auction] = (state.index, read(state.origin, entries))
            self._units[state.origin] = unit_of(state)
        return state.index
