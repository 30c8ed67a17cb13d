"""The wall clock, read once; monotonic time since.

An administrator, a time server or a leap second may step the system's clock in the middle of
an auction. A deadline must not move with it, so the wall is read at the start of the process
and everything after that is the monotonic counter (RELIABILITY section 1.4). It is not a
source of precise civil time: keeping the machine near UTC is the time server's task.
"""

from __future__ import annotations

import asyncio
import time

from bidding.engine.ports import Instant


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
