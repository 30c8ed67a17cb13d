"""A model of the log's store: one set of logs, and a handle for each node that may be cut off.

What is committed lies in `bidding.testing.MemoryLog`, which passes the contract of every log.
Around it stand the ways a real store fails: slow, broken before, broken after, arriving late.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, TypeVar

from bidding.engine.ports import Batch, Instant, Lease, LogBroken
from bidding.testing import SECOND, MemoryLog, VirtualClock
from tests.simulation.faults import MS, Faults

_T = TypeVar("_T")
#: As canonical JSON has the fact.
_RESUMED = b'"fact":"resumed"'


class Store:
    """The committed logs, and what ails them now."""

    def __init__(self, clock: VirtualClock, rng: Random, faults: Faults) -> None:
        self.clock, self.rng, self.faults = clock, rng, faults
        self.kept = MemoryLog()
        self.down = False
        self.slow = 0
        self.through = 0
        """True time at which the last of what set out in a slow spell is through."""
        self._moving: list[asyncio.Task[Any]] = []
        self.writers: dict[str, list[tuple[int, int]]] = {}
        """Of each log: first entry and epoch of each batch that was written, in order."""
        self.taken_by: Handle | None = None
        """Who took a log over last."""
        self._watching: list[asyncio.Future[None]] = []
        self._resuming: list[asyncio.Future[None]] = []

    def in_store(self, work: Awaitable[_T]) -> asyncio.Task[_T]:
        """Something that goes on whatever becomes of the node that asked for it."""
        task = asyncio.ensure_future(work)
        self._moving = [one for one in self._moving if not one.done()] + [task]
        assert isinstance(task, asyncio.Task)
        return task

    def next_write(self) -> asyncio.Future[None]:
        """Done when the next append sets out: for what shall happen in its midst."""
        watching: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._watching.append(watching)
        return watching

    def next_resumption(self) -> asyncio.Future[None]:
        """Done when it is written that a session goes on, before its node knows."""
        resuming: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._resuming.append(resuming)
        return resuming

    def one_in(self, rate: int) -> bool:
        """Whether this one is hit."""
        return rate > 0 and self.rng.randrange(rate) == 0

    async def write(self, batch: Batch) -> None:
        """The way of one append, from the node to the disk and back."""
        _all_done(self._watching)
        late = self.one_in(self.faults.lands_late)
        if self.one_in(self.faults.fails_before):
            # A commit that breaks may have been long on its way.
            await self.travel(self.rng.randrange(5 * MS))
            raise LogBroken("the store broke before it wrote")
        await self.travel(self.rng.randrange(100, 2 * MS))
        if late:
            self.in_store(self._later(batch))
            raise LogBroken("no answer in time")
        self.up()
        await self._keep(batch)
        await self.sleep(self.rng.randrange(100, 1 * MS))
        if self.one_in(self.faults.fails_after):
            raise LogBroken("the store broke after it wrote")

    async def _keep(self, batch: Batch) -> None:
        await self.kept.append(batch)
        self.writers.setdefault(batch.log, []).append((batch.expected, batch.epoch))
        if any(_RESUMED in body for body in batch.bodies):
            _all_done(self._resuming)

    async def _later(self, batch: Batch) -> None:
        await self.sleep(self.rng.randrange(1 * SECOND, 8 * SECOND))
        try:
            await self._keep(batch)
        except Exception:  # noqa: BLE001 nobody is there any more to be told
            return

    async def sleep(self, by: int) -> None:
        """Time on the way."""
        await self.clock.sleep_until(self.clock.now() + by)

    async def travel(self, by: int) -> None:
        """Time on the way there: in a slow spell what has set out takes its time, though it ends."""
        if self.slow:
            self.through = max(self.through, self.clock.now() + by + self.slow)
        await self.sleep(by + self.slow)

    def up(self) -> None:
        """Raises LogBroken during an outage."""
        if self.down:
            raise LogBroken("the store is down")


def _all_done(waiting: list[asyncio.Future[None]]) -> None:
    for one in waiting:
        if not one.done():
            one.set_result(None)
    waiting.clear()


class Handle:
    """One node's way to the store. Once cut, nothing comes back on it. Implements `EventLog`."""

    def __init__(self, store: Store, awake: Callable[[], Awaitable[None]]) -> None:
        self.store, self._awake = store, awake
        self.alone = False
        """Whether the store is an embedded one, for one node at a time."""
        self._cut = False
        self.parted = False
        """Whether the store is out of reach from here."""

    def cut(self) -> None:
        """The node fell: whatever is on its way is answered to nobody."""
        self._cut = True

    async def create(self, log: str, body: bytes, checkpoint: bytes) -> None:
        await self._ask(lambda: self.store.kept.create(log, body, checkpoint))

    async def take_over(self, log: str, holder: str) -> Lease:
        lease = await self._ask(lambda: self.store.kept.take_over(log, holder))
        self.store.taken_by = self
        return lease

    async def append(self, batch: Batch) -> None:
        self._reached()
        writing = self.store.in_store(self.store.write(batch))
        try:
            await asyncio.shield(writing)
        finally:
            if writing.done() and not writing.cancelled():
                writing.exception()
            else:
                writing.add_done_callback(lambda task: task.cancelled() or task.exception())
            if self._cut:
                await asyncio.Event().wait()
            await self._awake()
        self._reached()

    async def read(self, log: str, start: int = 0, stop: int | None = None) -> list[bytes]:
        return await self._ask(lambda: self.store.kept.read(log, start, stop))

    async def checkpoints(self, log: str, beyond: int = 0) -> list[bytes]:
        return await self._ask(lambda: self.store.kept.checkpoints(log, beyond))

    async def keep_cosigned(self, log: str, size: int, note: bytes) -> None:
        await self._ask(lambda: self.store.kept.keep_cosigned(log, size, note))

    async def cosigned(self, log: str) -> tuple[int, bytes] | None:
        return await self._ask(lambda: self.store.kept.cosigned(log))

    async def logs(self) -> list[str]:
        return await self._ask(self.store.kept.logs)

    async def beat(self, now: Instant) -> None:
        # An embedded store is held by one process (its file is locked): that the one before still
        # runs is noted by nobody. Nodes that share a record go by what stands in their leases.
        counts = not self.alone or self.store.taken_by in (None, self)
        await self._ask(
            lambda: self.store.kept.beat(now) if counts else self.store.kept.last_beat()
        )

    async def last_beat(self) -> Instant | None:
        return await self._ask(self.store.kept.last_beat)

    async def close(self) -> None:
        """The store outlives its nodes."""

    async def _ask(self, work: Callable[[], Awaitable[_T]]) -> _T:
        if not self._cut:
            # A beat and a take-over travel the same slow way as a bid.
            await self.store.travel(self.store.rng.randrange(100, 1 * MS))
        if self._cut:
            await asyncio.Event().wait()
        self._reached()
        self.store.up()
        found = await work()
        await self._awake()
        return found

    def _reached(self) -> None:
        if self.parted:
            raise LogBroken("the store cannot be reached")
