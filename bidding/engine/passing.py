"""What a practice house stands on: a log, a key and a clock that pass away with it.

Nothing here is durable, and nothing here is the centre's: the key is made for one session and never
written, so that what is signed with it can be taken for nobody's word. They keep the contracts of
`ports` all the same, because the same engine runs on them.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field

from bidding.engine.ports import (
    Batch,
    Clock,
    DuplicateCommand,
    Fenced,
    Gap,
    Instant,
    Lease,
    LogBroken,
    LogExists,
    NoSuchLog,
)
from bidding.proof.note import Signer


class ShiftedClock:
    """Another clock from a given instant on, which can be moved forward. Implements `Clock`."""

    def __init__(self, clock: Clock, start: Instant) -> None:
        self._clock = clock
        self._offset = start - clock.now()
        self._moved = asyncio.Event()

    def now(self) -> Instant:
        """Microseconds since 1970 UTC, as the session's terms count them."""
        return self._clock.now() + self._offset

    def forward(self, to: Instant) -> None:
        """Moves on to `to`, waking everybody who sleeps; time never goes back."""
        self._offset += max(0, to - self.now())
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep_until(self, when: Instant) -> None:
        """Sleeps until about `when`, or until the clock is moved."""
        try:
            async with asyncio.timeout(max(0, when - self.now()) / 1_000_000):
                await self._moved.wait()
        except TimeoutError:
            return


@dataclass(slots=True)
class Kept:
    """One log as it lies in memory."""

    epoch: int = 0
    bodies: list[bytes] = field(default_factory=list)
    cmds: set[str] = field(default_factory=set)
    notes: list[bytes] = field(default_factory=list)
    cosigned: dict[int, bytes] = field(default_factory=dict)


class PassingLog:
    """Logs in memory, gone when the process or the session ends. Implements `EventLog` but for power cuts."""

    def __init__(self) -> None:
        self._logs: dict[str, Kept] = {}
        self._beat: Instant | None = None
        self._closed = False

    async def create(self, log: str, body: bytes, checkpoint: bytes) -> None:
        """As the port says."""
        self._open()
        if log in self._logs:
            raise LogExists(log)
        first = Batch(log, 0, 0, (body,), (None,), checkpoint)
        self._logs[log] = Kept()
        self._write(self._logs[log], first)

    async def take_over(self, log: str, holder: str) -> Lease:
        """As the port says; there is only one who could hold it."""
        del holder
        kept = self._kept(log)
        kept.epoch += 1
        return Lease(kept.epoch, len(kept.bodies))

    async def append(self, batch: Batch) -> None:
        """As the port says."""
        self._write(self._kept(batch.log), batch)

    async def read(self, log: str, start: int = 0, stop: int | None = None) -> list[bytes]:
        """As the port says."""
        return self._kept(log).bodies[start:stop]

    async def checkpoints(self, log: str, beyond: int = 0) -> list[bytes]:
        """As the port says."""
        return [n for n in self._kept(log).notes if int(n.split(b"\n", 2)[1]) > beyond]

    async def keep_cosigned(self, log: str, size: int, note: bytes) -> None:
        """As the port says."""
        kept = self._kept(log)
        opening = f"{log}\n{size}\n".encode()
        if not any(n.startswith(opening) and note.startswith(n) for n in kept.notes):
            raise LogBroken("no such checkpoint was signed")
        kept.cosigned[size] = note

    async def cosigned(self, log: str) -> tuple[int, bytes] | None:
        """As the port says."""
        return max(self._kept(log).cosigned.items(), default=None)

    async def logs(self) -> list[str]:
        """As the port says."""
        self._open()
        return list(self._logs)

    async def beat(self, now: Instant) -> None:
        """As the port says."""
        self._open()
        self._beat = now

    async def last_beat(self) -> Instant | None:
        """As the port says."""
        self._open()
        return self._beat

    async def close(self) -> None:
        """Forgets everything."""
        self._closed = True
        self._logs.clear()

    def _open(self) -> None:
        if self._closed:
            raise LogBroken("the log is closed")

    def _kept(self, log: str) -> Kept:
        self._open()
        try:
            return self._logs[log]
        except KeyError:
            raise NoSuchLog(log) from None

    def _write(self, kept: Kept, batch: Batch) -> None:
        if batch.epoch != kept.epoch:
            raise Fenced(f"{batch.log}: epoch {batch.epoch} may not write, {kept.epoch} may")
        if batch.expected != len(kept.bodies):
            raise Gap(f"{batch.log}: {len(kept.bodies)} is next, not {batch.expected}")
        new = [cmd for cmd in batch.cmds if cmd is not None]
        if len(set(new)) < len(new) or not kept.cmds.isdisjoint(new):
            raise DuplicateCommand(f"{batch.log}: a command is in the log already")
        kept.cmds.update(new)
        kept.bodies.extend(batch.bodies)
        kept.notes.append(batch.checkpoint)


class PassingKeys:
    """A key that was made now and is never kept. Implements `Keys`."""

    def __init__(self) -> None:
        self._seed = secrets.token_bytes(32)

    def signer(self, origin: str) -> Signer:
        """The key under the name of the log."""
        return Signer(origin, self._seed)


__all__ = ["Kept", "PassingKeys", "PassingLog", "ShiftedClock"]
