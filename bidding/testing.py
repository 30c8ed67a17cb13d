"""Public helpers for tests: a virtual clock, a log in memory, fixed keys, and a small stage.

They keep the contracts of `bidding.engine.ports` and pass the same contract tests as the real
ones. Nothing here is durable or secret, and nothing that ships may import it.
"""

from __future__ import annotations

import asyncio
import hashlib
import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from auction_rules.rule import Rule
from bidding.core.commands import Command
from bidding.core.document import Document
from bidding.core.record import Recorded, open_session, write
from bidding.core.state import State
from bidding.engine.passing import Kept, PassingLog
from bidding.engine.ports import (
    Batch,
    Instant,
    LogBroken,
    checked,
)
from bidding.proof.merkle import leaf_hash
from bidding.proof.note import Signer

#: 2026-03-02 09:00 Beijing time: a working day, long before anything a test schedules.
EPOCH: Final = 1_772_413_200_000_000
SECOND: Final = 1_000_000

#: Turns of the loop after which everything that can run without time passing has run.
_TURNS: Final = 60


class VirtualClock:
    """Time that passes when the test says so. Implements `Clock`."""

    def __init__(self, now: Instant = EPOCH) -> None:
        self._now = now
        self._sleepers: list[tuple[Instant, int, asyncio.Future[None]]] = []
        self._count = 0

    def now(self) -> Instant:
        """The virtual instant."""
        return self._now

    async def sleep_until(self, when: Instant) -> None:
        """Returns when the test has advanced that far."""
        if when <= self._now:
            await asyncio.sleep(0)
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (when, self._count, waiter))
        await waiter

    def jump(self, by: Instant) -> None:
        """Lets time pass without anybody noticing yet: a stalled loop, a late timer."""
        assert by >= 0, "time never goes back"
        self._now += by

    async def advance(self, by: Instant) -> None:
        """Lets time pass, waking each sleeper at his instant and letting him act."""
        until = self._now + by
        await self._rest()
        while self._sleepers and self._sleepers[0][0] <= until:
            when, _, waiter = heapq.heappop(self._sleepers)
            if waiter.done():
                continue
            self._now = max(self._now, when)
            waiter.set_result(None)
            await self._rest()
        # Somebody may have jumped beyond it meanwhile, and time never goes back.
        self._now = max(self._now, until)
        await self._rest()

    async def _rest(self) -> None:
        """Returns when only time, or the test, can move anything."""
        await settle()


async def settle() -> None:
    """Lets every task run until only time, or the test, can move anything."""
    for _ in range(_TURNS):
        await asyncio.sleep(0)


class MemoryLog(PassingLog):
    """The log of a practice, with the faults a test asks for. Implements `EventLog`.

    `hold()` keeps appends on their way until `release()`. `break_next(written=...)` makes the next
    one fail as a real store does: nobody can tell whether it was written.
    """

    def __init__(self) -> None:
        super().__init__()
        self._leaves: dict[str, list[bytes]] = {}
        self._gate = asyncio.Event()
        self._gate.set()
        self._faults: list[bool] = []
        self._down = False
        self.appends = 0
        """How many batches were written."""

    def hold(self) -> None:
        """From now on appends wait."""
        self._gate.clear()

    def release(self) -> None:
        """Lets the waiting appends through."""
        self._gate.set()

    def break_next(self, *, written: bool) -> None:
        """The next append raises LogBroken, after or before its entries were kept."""
        self._faults.append(written)

    def go_down(self, *, down: bool = True) -> None:
        """While down, everything raises LogBroken."""
        self._down = down

    def tamper(self, log: str, index: int, body: bytes, *, leaf: bool = True) -> None:
        """What somebody with the file and no key can do; with `leaf` he hides it well."""
        self._logs[log].bodies[index] = body
        if leaf:
            self._leaves[log][index] = leaf_hash(body)

    def cut(self, log: str, size: int) -> None:
        """Loses every entry from `size` on, and keeps the checkpoints."""
        del self._logs[log].bodies[size:], self._leaves[log][size:]

    async def append(self, batch: Batch) -> None:
        """Writes the batch, or fails as asked."""
        await self._gate.wait()
        kept = self._kept(batch.log)
        if self._faults:
            if self._faults.pop(0):
                self._write(kept, batch)
            raise LogBroken("as the test asked")
        self._write(kept, batch)
        self.appends += 1

    async def read(self, log: str, start: int = 0, stop: int | None = None) -> list[bytes]:
        """Entries start .. stop-1. Raises LogDamaged where a leaf is not the body's."""
        found = await super().read(log, start, stop)
        return checked(
            log,
            start,
            zip(range(start, start + len(found)), found, self._leaves[log][start:], strict=False),
        )

    def _open(self) -> None:
        super()._open()
        if self._down:
            raise LogBroken("as the test asked")

    def _write(self, kept: Kept, batch: Batch) -> None:
        super()._write(kept, batch)
        self._leaves.setdefault(batch.log, []).extend(leaf_hash(body) for body in batch.bodies)


class FixedKeys:
    """One key known to everybody. Implements `Keys`."""

    def __init__(self, seed: str = "daylight tests") -> None:
        self._seed = hashlib.sha256(seed.encode()).digest()

    def signer(self, origin: str) -> Signer:
        """The key under the name of the log."""
        return _signer(origin, self._seed)


@cache
def _signer(origin: str, seed: bytes) -> Signer:
    return Signer(origin, seed)


@dataclass(frozen=True, slots=True)
class Play:
    """given / when / then on the pure core: a session as it stands after some requests."""

    rule: Rule
    state: State
    entries: tuple[dict[str, Any], ...]
    bodies: tuple[bytes, ...]

    def when(self, command: Command, at: Instant) -> Play:
        """The session after one more request, asked at `at`."""
        return self._with(write(self.state, command, at, self.rule))

    def given(self, asked: Iterable[tuple[Command, Instant]]) -> Play:
        """The session after several requests."""
        play = self
        for command, at in asked:
            play = play.when(command, at)
        return play

    @property
    def last(self) -> dict[str, Any]:
        """The latest entry."""
        return self.entries[-1]

    def _with(self, made: Recorded) -> Play:
        entries, bodies = (*self.entries, made.entry), (*self.bodies, made.body)
        return Play(self.rule, made.state, entries, bodies)


def published(document: Document, at: Instant = EPOCH, prefix: str = "test/log") -> Play:
    """A session as it stands right after its publication."""
    rule, _ = document.bound()
    origin = f"{prefix}/{document.auction}"
    made = open_session(origin, document, at, "staff:li", "approver:wang")
    return Play(rule, made.state, (made.entry,), (made.body,))
