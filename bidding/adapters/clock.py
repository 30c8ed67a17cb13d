"""The wall clock, read once; monotonic time since. And the clock that several nodes share.

An administrator, a time server or a leap second may step the system's clock in the middle of
an auction. A deadline must not move with it, so the wall is read at the start of the process
and everything after that is the monotonic counter (RELIABILITY section 1.4). It is not a
source of precise civil time: keeping the machine near UTC is the time server's task.
"""

from __future__ import annotations

import asyncio
import time
from typing import Final

from bidding.engine.ports import Instant

#: The most that one reading moves the shared clock, in microseconds: with three readings a second
#: a drift of one per cent is followed, and a deadline is never jumped over.
_SLEW: Final = 5_000


class WallClock:
    """Implements `bidding.engine.ports.Clock`."""

    def __init__(self) -> None:
        self._anchor = time.time_ns() - time.monotonic_ns()

    def now(self) -> Instant:
        """Microseconds since 1970 UTC; never goes back."""
        return (self._anchor + time.monotonic_ns()) // 1000

    async def sleep_until(self, when: Instant) -> None:
        """Sleeps until about `when`; returns at once if that has passed. May wake early."""
        await asyncio.sleep(max(0, when - self.now()) / 1_000_000)

    def drift(self) -> int:
        """How far the system's wall clock has wandered from ours, in microseconds, signed.

        A step of more than 250 ms is worth a look by the operator; nothing here follows it.
        """
        return time.time_ns() // 1000 - self.now()


class SharedClock:
    """The clock of a database as one of its nodes keeps it: read now and then, monotonic since.

    Implements `bidding.engine.ports.Clock`. Each reading is good to half the time it took; what
    lies beyond that is made good by a little at a time, so that no instant is jumped over. It
    starts on this machine's wall clock, which only the readings before the first stamp set right.
    """

    def __init__(self) -> None:
        self._anchor = time.time_ns() - time.monotonic_ns()
        self._latest = 0
        self._read = False
        self.uncertainty: int = 0
        """Half of what the last reading took, in microseconds: how far two nodes may be apart."""
        self.off: int = 0
        """How far the last reading was from ours, beyond what it took; microseconds, signed."""

    def now(self) -> Instant:
        """Microseconds since 1970 UTC; never goes back."""
        self._latest = max(self._latest, (self._anchor + time.monotonic_ns()) // 1000)
        return self._latest

    async def sleep_until(self, when: Instant) -> None:
        """Sleeps until about `when`; returns at once if that has passed. May wake early."""
        await asyncio.sleep(max(0, when - self.now()) / 1_000_000)

    def hears(self, told: Instant, asked: Instant, got: Instant) -> None:
        """The database said `told`, somewhere between our `asked` and `got`."""
        error, half = told - (asked + got) // 2, (got - asked) // 2
        beyond = max(0, abs(error) - half) * (1 if error > 0 else -1)
        self.uncertainty, self.off = half, beyond
        if self._read:
            self._anchor += max(-_SLEW, min(_SLEW, beyond)) * 1000
            return
        self._read = True
        self._anchor += error * 1000
        if error < 0:
            # No stamp has been given yet, so that nothing can go back by this.
            self._latest = 0
