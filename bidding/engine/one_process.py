"""Leases and letters between houses of one process: for practice, for tests, and as their measure.

They keep the contracts of `nodes` and pass the same tests as PostgreSQL's leases and Redis's
letters. Nothing here survives the process, so it is of no use where two machines share a record.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bidding.engine.nodes import Grant, NotPresent, View
from bidding.engine.ports import Clock, Instant


@dataclass(slots=True)
class _Node:
    seen: Instant
    until: Instant
    place: str | None = None
    left: bool = False


@dataclass(slots=True)
class _Lease:
    owner: str | None
    since: Instant
    owed: Instant | None = None


class LocalLeases:
    """Implements `Leases` on one clock; `ttl` in microseconds."""

    def __init__(self, clock: Clock, ttl: Instant) -> None:
        self._clock, self._ttl = clock, ttl
        self._nodes: dict[str, _Node] = {}
        self._leases: dict[str, _Lease] = {}

    async def enter(self, name: str, place: str | None = None) -> str:
        """As the port says."""
        now = self._clock.now()
        address = f"{name}.{len(self._nodes) + 1}"
        self._nodes[address] = _Node(now, now + self._ttl, place)
        return address

    async def renew(self, address: str) -> View:
        """As the port says."""
        node = self._present(address)
        node.seen = self._clock.now()
        node.until = node.seen + self._ttl
        return await self.look()

    async def look(self) -> View:
        """As the port says."""
        now = self._clock.now()
        present = {a: n.until for a, n in self._nodes.items() if self._is_there(a)}
        left = frozenset(a for a, n in self._nodes.items() if n.left)
        owners = {k: lease.owner for k, lease in self._leases.items() if lease.owner in present}
        places = {a: n.place for a, n in self._nodes.items() if n.place and a in present}
        return View(now, present, left, {k: v for k, v in owners.items() if v}, places)

    async def acquire(self, log: str, address: str) -> Grant | None:
        """As the port says."""
        self._present(address)
        now = self._clock.now()
        before = self._leases.get(log, _Lease(None, now))
        owner, owed = before.owner, before.owed
        if owner is None:
            served = before.since
        elif owner == address:
            served = now
        elif self._is_there(owner):
            return None
        else:
            served = self._nodes[owner].seen
        served = served if owed is None else min(served, owed)
        self._leases[log] = _Lease(address, now, served)
        return Grant(served, handed=owner in (None, address) and owed is None)

    async def owes(self, log: str, address: str, since: Instant | None) -> None:
        """As the port says."""
        lease = self._leases.get(log)
        if lease is not None and lease.owner == address:
            lease.owed = since

    async def release(self, log: str, address: str) -> None:
        """As the port says."""
        lease = self._leases.get(log)
        if lease is not None and lease.owner == address:
            self._leases[log] = _Lease(None, self._clock.now(), lease.owed)

    async def leave(self, address: str) -> None:
        """As the port says."""
        for log, lease in self._leases.items():
            if lease.owner == address:
                self._leases[log] = _Lease(None, self._clock.now(), lease.owed)
        self._nodes[address].left = True

    async def close(self) -> None:
        """As the port says; there is no connection."""

    def _is_there(self, address: str) -> bool:
        node = self._nodes[address]
        return not node.left and self._clock.now() < node.until

    def _present(self, address: str) -> _Node:
        if address not in self._nodes or not self._is_there(address):
            raise NotPresent(address)
        return self._nodes[address]


class LocalPost:
    """The way between the buses of one process."""

    def __init__(self) -> None:
        self.takers: dict[str, Callable[[bytes], None]] = {}

    def carry(self, address: str | None, letter: bytes) -> None:
        """Brings a letter with the next turn of the loop, never within the call that wrote it."""
        takers = list(self.takers.values()) if address is None else [self.takers.get(address)]
        for take in takers:
            if take is not None:
                asyncio.get_running_loop().call_soon(take, letter)


class LocalBus:
    """One node's end of it. Implements `Bus`."""

    def __init__(self, post: LocalPost) -> None:
        self._post = post
        self._address: str | None = None

    @property
    def up(self) -> bool:
        """As the port says; within a process letters always go."""
        return True

    @property
    def place(self) -> None:
        """As the port says; within a process nobody needs one."""

    def meet(self, places: Mapping[str, str | None]) -> None:
        """As the port says."""

    def listen(self, address: str, take: Callable[[bytes], None]) -> None:
        """As the port says."""
        self._post.takers.pop(self._address or "", None)
        self._address = address
        self._post.takers[address] = take

    def post(self, address: str | None, letter: bytes) -> None:
        """As the port says."""
        self._post.carry(address, letter)

    async def close(self) -> None:
        """As the port says."""
        self._post.takers.pop(self._address or "", None)
