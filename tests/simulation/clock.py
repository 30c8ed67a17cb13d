"""Time of a run: true time, which passes at once when nothing is left to do, and each node's own."""

from __future__ import annotations

import asyncio

from bidding.testing import VirtualClock

#: A loop that never comes to rest is a hot loop, which is a finding of its own.
_TURNS_MAX = 100_000


class TrueClock(VirtualClock):
    """As its parent, but it looks whether anything is left to do instead of waiting for long."""

    async def _rest(self) -> None:
        """Until nothing but time can move anything. No socket and no thread takes part in a run."""
        ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
        for _ in range(_TURNS_MAX):
            if not ready:
                return
            await asyncio.sleep(0)
        raise AssertionError("the loop never comes to rest")


class NodeClock:
    """The clock of one node: true time and its own error. Implements `Clock`.

    `wall` is how far an administrator or a time server has stepped the machine's wall clock since
    the node started. As in `bidding.adapters.clock`, nothing here follows it.
    """

    def __init__(self, true: VirtualClock, off: int) -> None:
        self._true, self.off = true, off
        self.wall = 0
        self.still_until = 0
        """True time until which the whole node stands still, timers and all."""

    def now(self) -> int:
        return self._true.now() + self.off

    async def sleep_until(self, when: int) -> None:
        await self._true.sleep_until(when - self.off)
        await self.awake()

    async def awake(self) -> None:
        """Returns when the node does not stand still."""
        while self._true.now() < self.still_until:
            await self._true.sleep_until(self.still_until)
