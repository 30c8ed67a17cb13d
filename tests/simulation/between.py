"""Models of what lies between nodes: their letters, and the leases. Both break as the world says.

What is kept lies in `bidding.engine.one_process`, which passes the contracts of `engine.nodes`
beside PostgreSQL's leases and Redis's letters. Around it stand the ways the real ones fail.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import TYPE_CHECKING, TypeVar

from bidding.engine.membership import TTL
from bidding.engine.nodes import Grant, LeasesAway, View
from bidding.engine.one_process import LocalBus, LocalLeases, LocalPost
from bidding.engine.ports import Instant
from bidding.testing import SECOND
from tests.simulation.faults import MS

if TYPE_CHECKING:
    from tests.simulation.node import Node
    from tests.simulation.store import Store

_T = TypeVar("_T")


class Post(LocalPost):
    """The way of all letters: some are lost, doubled or late, and then they overtake each other."""

    def __init__(self, store: Store, rng: Random) -> None:
        super().__init__()
        self._store, self._rng = store, rng
        self.down = False
        """Whether nothing is carried for anybody."""

    def send(self, address: str | None, letter: bytes) -> None:
        """A letter sets out."""
        faults = self._store.faults
        if self.down or self._one_in(faults.lost_letters):
            return
        for _ in range(1 + self._one_in(faults.doubled_letters)):
            late = self._one_in(faults.late_letters)
            by = self._rng.randrange(50 * MS, 3 * SECOND) if late else self._rng.randrange(100, MS)
            self._store.in_store(self._later(by, address, letter))

    async def _later(self, by: int, address: str | None, letter: bytes) -> None:
        await self._store.sleep(by)
        if not self.down:
            self.carry(address, letter)

    def _one_in(self, rate: int) -> bool:
        return rate > 0 and self._rng.randrange(rate) == 0


class End(LocalBus):
    """One node's end of it, which may be cut off. Implements `Bus`."""

    def __init__(self, post: Post, node: Node) -> None:
        super().__init__(post)
        self._way, self._node = post, node

    @property
    def up(self) -> bool:
        return not (self._way.down or self._node.mute)

    def listen(self, address: str, take: Callable[[bytes], None]) -> None:
        """What comes is taken by the node itself, once it is awake."""

        def taken(letter: bytes) -> None:
            if not self._node.mute:
                self._node.when_awake(lambda: take(letter))

        super().listen(address, taken)

    def post(self, address: str | None, letter: bytes) -> None:
        if not self._node.mute:
            self._way.send(address, letter)


class Desk:
    """One node's way to the leases, which lie in the store. Implements `Leases`."""

    def __init__(self, kept: LocalLeases, node: Node) -> None:
        self._kept, self._node = kept, node

    async def enter(self, name: str, place: str | None = None) -> str:
        return await self._ask(lambda: self._kept.enter(name, place))

    async def renew(self, address: str) -> View:
        return await self._ask(lambda: self._kept.renew(address))

    async def look(self) -> View:
        return await self._ask(self._kept.look)

    async def acquire(self, log: str, address: str) -> Grant | None:
        return await self._ask(lambda: self._kept.acquire(log, address))

    async def owes(self, log: str, address: str, since: Instant | None) -> None:
        await self._ask(lambda: self._kept.owes(log, address, since))

    async def release(self, log: str, address: str) -> None:
        await self._ask(lambda: self._kept.release(log, address))

    async def leave(self, address: str) -> None:
        await self._ask(lambda: self._kept.leave(address))

    async def close(self) -> None:
        """The store outlives its nodes."""

    async def _ask(self, work: Callable[[], Awaitable[_T]]) -> _T:
        store = self._node.handle.store
        await store.travel(store.rng.randrange(100, 1 * MS))
        if self._node.fallen.is_set():
            await asyncio.Event().wait()
        if store.down or self._node.parted:
            raise LeasesAway("the store is not to be reached")
        found = await work()
        if store.one_in(store.faults.lost_leases):
            raise LeasesAway("the answer was lost")
        await self._node.awake()
        return found


def leases(store: Store) -> LocalLeases:
    """Those of the record, by the store's own clock."""
    return LocalLeases(store.clock, TTL)
