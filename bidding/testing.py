"""Public helpers for tests: a virtual clock, a log in memory, fixed keys, and a small stage.

They keep the contracts of `bidding.engine.ports` and pass the same contract tests as the real
ones. Nothing here is durable or secret, and nothing that ships may import it.
"""

from __future__ import annotations

import asyncio
import hashlib
import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from auction_rules.rule import Rule
from bidding.core.commands import Command
from bidding.core.document import Document
from bidding.core.record import Recorded, open_session, write
from bidding.core.state import State
from bidding.engine.ports import (
    Batch,
    DuplicateCommand,
    Fenced,
    Gap,
    Instant,
    Lease,
    LogBroken,
    LogDamaged,
    LogExists,
    NoSuchLog,
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
        await settle()
        while self._sleepers and self._sleepers[0][0] <= until:
            when, _, waiter = heapq.heappop(self._sleepers)
            if waiter.done():
                continue
            self._now = max(self._now, when)
            waiter.set_result(None)
            await settle()
        self._now = until
        await settle()


async def settle() -> None:
    """Lets every task run until only time, or the test, can move anything."""
    for _ in range(_TURNS):
        await asyncio.sleep(0)


@dataclass(slots=True)
class _Kept:
    epoch: int
    bodies: list[bytes]
    leaves: list[bytes]
    cmds: dict[str, int] = field(default_factory=dict)
    notes: list[bytes] = field(default_factory=list)
    cosigned: list[tuple[int, bytes]] = field(default_factory=list)


class MemoryLog:
    """The event log as a dictionary, with the faults a test asks for. Implements `EventLog`.

    `hold()` keeps appends on their way until `release()`. `break_next(written=...)` makes the next
    one fail as a real store does: nobody can tell whether it was written.
    """

    def __init__(self) -> None:
        self._logs: dict[str, _Kept] = {}
        self._beat: Instant | None = None
        self._gate = asyncio.Event()
        self._gate.set()
        self._faults: list[bool] = []
        self._down = False
        self._closed = False
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
        kept = self._logs[log]
        kept.bodies[index] = body
        if leaf:
            kept.leaves[index] = leaf_hash(body)

    def cut(self, log: str, size: int) -> None:
        """Loses every entry from `size` on, and keeps the checkpoints."""
        kept = self._logs[log]
        del kept.bodies[size:], kept.leaves[size:]

    async def create(self, log: str, body: bytes, checkpoint: bytes) -> None:
        """A new log with entry 0."""
        self._up()
        batch = Batch(log, 0, 0, (body,), (None,), checkpoint)
        if log in self._logs:
            raise LogExists(log)
        self._logs[log] = _Kept(0, [], [])
        self._write(batch)

    async def take_over(self, log: str, holder: str) -> Lease:
        """A new epoch."""
        del holder
        self._up()
        kept = self._kept(log)
        kept.epoch += 1
        return Lease(kept.epoch, len(kept.bodies))

    async def append(self, batch: Batch) -> None:
        """Writes the batch, or fails as asked."""
        await self._gate.wait()
        self._up()
        if self._faults:
            if self._faults.pop(0):
                self._write(batch)
            raise LogBroken("as the test asked")
        self._write(batch)
        self.appends += 1

    async def read(self, log: str, start: int = 0, stop: int | None = None) -> list[bytes]:
        """Entries start .. stop-1."""
        self._up()
        kept = self._kept(log)
        found = kept.bodies[start:stop]
        for offset, body in enumerate(found):
            if leaf_hash(body) != kept.leaves[start + offset]:
                raise LogDamaged(f"{log}: entry {start + offset} is not what was written")
        return found

    async def checkpoints(self, log: str) -> list[bytes]:
        """Every checkpoint."""
        self._up()
        return list(self._kept(log).notes)

    async def keep_cosigned(self, log: str, size: int, note: bytes) -> None:
        """One more note with its witnesses' lines; only over a checkpoint that is there."""
        self._up()
        kept = self._kept(log)
        opening = f"{log}\n{size}\n".encode()
        if not any(n.startswith(opening) and note.startswith(n) for n in kept.notes):
            raise LogBroken("no such checkpoint was signed")
        kept.cosigned.append((size, note))

    async def cosigned(self, log: str) -> tuple[int, bytes] | None:
        """The largest that was kept, and of one size the latest."""
        self._up()
        return max(reversed(self._kept(log).cosigned), key=lambda one: one[0], default=None)

    async def logs(self) -> list[str]:
        """All names."""
        self._up()
        return list(self._logs)

    async def beat(self, now: Instant) -> None:
        """Notes that the house was up."""
        self._up()
        self._beat = now

    async def last_beat(self) -> Instant | None:
        """The latest instant noted."""
        self._up()
        return self._beat

    async def close(self) -> None:
        """Nothing can be asked after this."""
        self._closed = True

    def _up(self) -> None:
        if self._closed or self._down:
            raise LogBroken("the log is closed" if self._closed else "as the test asked")

    def _kept(self, log: str) -> _Kept:
        try:
            return self._logs[log]
        except KeyError:
            raise NoSuchLog(log) from None

    def _write(self, batch: Batch) -> None:
        kept = self._kept(batch.log)
        if batch.epoch != kept.epoch:
            raise Fenced(f"{batch.log}: epoch {batch.epoch} may not write, {kept.epoch} may")
        if batch.expected != len(kept.bodies):
            raise Gap(f"{batch.log}: {len(kept.bodies)} is next, not {batch.expected}")
        new = [cmd for cmd in batch.cmds if cmd is not None]
        if len(set(new)) < len(new) or not kept.cmds.keys().isdisjoint(new):
            raise DuplicateCommand(f"{batch.log}: a command is in the log already")
        for offset, cmd in enumerate(batch.cmds):
            if cmd is not None:
                kept.cmds[cmd] = batch.expected + offset
        kept.bodies.extend(batch.bodies)
        kept.leaves.extend(leaf_hash(body) for body in batch.bodies)
        kept.notes.append(batch.checkpoint)


class FixedKeys:
    """One key known to everybody. Implements `Keys`."""

    def __init__(self, seed: str = "daylight tests") -> None:
        self._seed = hashlib.sha256(seed.encode()).digest()

    def signer(self, origin: str) -> Signer:
        """The key under the name of the log."""
        return Signer(origin, self._seed)


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
