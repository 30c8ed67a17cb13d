"""The results of all sessions of this house that are over, read from their logs and kept while they stand.

A log that grows after the close (a review, a default, a result declared void) is read again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from auction_rules.facts import Instant
from bidding.core.state import OVER
from bidding.engine.house import House
from bidding.engine.seats import NoSuchAuction
from replay.results import Result, read

_AT_ONCE: Final = 1_000


class Results:
    """What is over, by auction."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._found: dict[str, Result] = {}
        self._opened: dict[str, Instant] = {}
        self._turn = asyncio.Lock()

    async def all(self) -> list[Result]:
        """Every session that is over, the latest first; one whose log does not hold is left out."""
        found = [await self.of(name) for name in self._house.auctions()]
        rows = [result for result in found if result is not None]
        return sorted(rows, key=lambda result: (-result.closed, result.auction))

    async def of(self, auction: str) -> Result | None:
        """The result of one; None where it is not over, or its log does not hold."""
        try:
            room = await self._house.opened(auction)
        except NoSuchAuction:
            return None
        if room.state.status not in OVER:
            return None
        async with self._turn:
            known = self._found.get(auction)
            state = room.state
            if known is None or known.size != state.index:
                entries = await self._entries(auction, state.index)
                known = self._found[auction] = read(state, room.rule, entries)
        return known

    async def opened(self, auction: str) -> Instant:
        """When an auction was published, by entry 0. Raises NoSuchAuction."""
        if auction not in self._opened:
            (entry,) = await self._house.entries(auction, 0, 1)
            self._opened[auction] = entry["t"]
        return self._opened[auction]

    async def _entries(self, auction: str, size: int) -> list[Mapping[str, Any]]:
        entries: list[Mapping[str, Any]] = []
        while len(entries) < size:
            stop = min(len(entries) + _AT_ONCE, size)
            entries += await self._house.entries(auction, len(entries), stop)
        return entries
