"""Work that must go on as long as the house does: its end is told at once, and it is begun again.

A task that dies in the background is noticed by nobody: asyncio tells of it when the memory is
cleared away, if at all. What runs for ever is started here and nowhere else. What ends by itself is a chore:
whoever starts it awaits it, or has told its end.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

from bidding.engine.ports import Clock, Instant

_log = logging.getLogger(__name__)

#: So long after its end, in microseconds, work is begun again: one that fails at once must not
#: take the loop from those that work.
PAUSE: Final = 1_000_000

_T = TypeVar("_T")


class Supervisor:
    """Holds the tasks that run for ever; `ended` counts how often each has ended all the same."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.ended: Counter[str] = Counter()

    def keep(self, what: str, work: Callable[[], Awaitable[None]], pause: Instant = PAUSE) -> None:
        """Runs it from now on; work of this name that runs already goes on.

        `pause` is for what cannot be missed for as long as others, in microseconds.
        """
        if what not in self._tasks:
            task = asyncio.create_task(self._keep(what, work, pause))  # noqa: TID251 held here
            self._tasks[what] = task

    async def drop(self, *names: str) -> None:
        """Ends the work of these names, or all of it."""
        chosen = names or tuple(self._tasks)
        tasks = [self._tasks.pop(name) for name in chosen if name in self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep(self, what: str, work: Callable[[], Awaitable[None]], pause: Instant) -> None:
        while True:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 it is told and begun again
                _log.critical("%s stopped and is begun again: %r", what, error, exc_info=error)
            else:
                _log.critical("%s came to an end and is begun again", what)
            self.ended[what] += 1
            wake = self._clock.now() + pause
            while self._clock.now() < wake:
                await self._clock.sleep_until(wake)


class Chores:
    """Tasks of the house that end by themselves, held until they do; `over` once the house closes."""

    def __init__(self) -> None:
        self.over = False
        self.tasks: set[asyncio.Task[Any]] = set()

    def begin(self, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        """Starts one. Whoever knows that the house closes looks at `over` first."""
        task = asyncio.create_task(work)  # noqa: TID251 held until it ends
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def end(self) -> None:
        """Breaks off all that are under way."""
        tasks = list(self.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def told(task: asyncio.Task[None], what: str) -> None:
    """Says so when a task that nobody awaits ends with an error."""

    def look(ended: asyncio.Task[None]) -> None:
        if not ended.cancelled() and (error := ended.exception()) is not None:
            _log.critical("%s failed: %r", what, error, exc_info=error)

    task.add_done_callback(look)
