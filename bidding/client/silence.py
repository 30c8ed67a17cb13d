"""Notices that nothing is heard while an answer is due: a node that stands still closes nothing by itself.

It knows no socket. After QUIET seconds without a frame the line is tried; after as many more it is
left, and whoever holds the line comes back elsewhere and asks again. While nothing is due it costs nothing.
"""

import asyncio
from collections.abc import Callable
from typing import Final

#: Two of them are no less than what a balancer takes to cut a line to a node that stands still.
QUIET: Final = 1.0


class Silence:
    """`due` tells whether an answer is waited for; `attempt` and `leave` are done to the line."""

    def __init__(
        self, due: Callable[[], bool], attempt: Callable[[], None], leave: Callable[[], None]
    ) -> None:
        self._due, self._attempt, self._leave = due, attempt, leave
        self._frames = 0
        self._timer: asyncio.TimerHandle | None = None

    def heard(self) -> None:
        """A frame came, whatever it says."""
        self._frames += 1

    def asked(self) -> None:
        """From now on an answer is due."""
        if self._timer is None:
            self._listen(tried=False)

    def close(self) -> None:
        """Listens no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _listen(self, *, tried: bool) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(QUIET, self._listened, self._frames, tried)

    def _listened(self, frames: int, tried: bool) -> None:
        self._timer = None
        if not self._due():
            return
        silent = frames == self._frames
        if silent and tried:
            self._leave()
            return
        if silent:
            self._attempt()
        self._listen(tried=silent)
