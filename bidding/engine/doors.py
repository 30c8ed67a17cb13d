"""The owner's side of several nodes: what the other doors still hold, and whether they are heard.

A bell closes a window for everybody, so it is rung only when every door that was present at that
instant has said that nothing stamped before it is under way (RELIABILITY section 1.4). A door that
says nothing is no reason to go on: the time is given back instead. It knows no auction's meaning.

1. Which doors there are is read from the leases at or after the instant of the bell: a door that
   came in later gives later stamps, and a door that fell just before is still waited for.
2. A door that is present and not heard for DEAF_AFTER cannot reach us, whoever is to blame.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from bidding.engine.nodes import LeasesAway, View
from bidding.engine.ports import Clock, Instant
from bidding.engine.pulse import DEAF_AFTER

#: So long a silent door holds a bell; then the time is given back.
SILENT_AFTER: Final = 1_500_000
#: A door is asked again after so many microseconds.
_ASK_AGAIN: Final = 20_000
#: And the leases are read again, for doors that have said goodbye meanwhile.
_LOOK_AGAIN: Final = 200_000


@dataclass(slots=True, eq=False)
class _Bell:
    """One bell of one log on its way past the doors."""

    at: Instant
    marks: dict[str, Instant] = field(default_factory=dict)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    past: bool = False
    task: asyncio.Task[None] | None = None


class Doors:
    """All doors of the record as one owner sees them."""

    def __init__(
        self,
        clock: Clock,
        *,
        look: Callable[[], Awaitable[View]],
        flush: Callable[[str, str, Instant], None],
    ) -> None:
        self._clock, self._look, self._flush = clock, look, flush
        self._heard: dict[str, Instant] = {}
        self._bells: dict[str, _Bell] = {}

    def present(self, view: View) -> None:
        """These are there now; one that came in is heard by that."""
        now = self._clock.now()
        self._heard = {door: self._heard.get(door, now) for door in view.present}

    def hear(self, door: str) -> None:
        """A letter came from a door: a bid would have come too."""
        if door in self._heard:
            self._heard[door] = self._clock.now()

    def silence(self) -> Instant:
        """How long the longest silent door is not heard, in microseconds."""
        now = self._clock.now()
        return now - min(self._heard.values(), default=now)

    def silent_since(self) -> Instant | None:
        """Since when the longest silent door is not heard; None while all are."""
        oldest = min(self._heard.values(), default=None)
        if oldest is None or self._clock.now() - oldest <= DEAF_AFTER:
            return None
        return oldest

    def mark(self, origin: str, door: str, upto: Instant) -> None:
        """A door's word: nothing it stamped before `upto` is under way."""
        bell = self._bells.get(origin)
        if bell is not None:
            bell.marks[door] = max(upto, bell.marks.get(door, 0))
            bell.heard.set()

    def passed(
        self,
        origin: str,
        at: Instant,
        done: Callable[[], None],
        silent: Callable[[Instant], None],
    ) -> bool:
        """Whether the bell of `at` may be rung. If not: `done` is called once it may be.

        Or `silent`, with the instant since when, if a door says nothing.
        """
        bell = self._bells.get(origin)
        if bell is not None and bell.past and at <= bell.at:
            return True
        if bell is None or bell.at != at or bell.task is None or bell.task.done():
            self.forget(origin)
            bell = self._bells[origin] = _Bell(at)
            asking = self._ask_all(origin, bell, done, silent)
            bell.task = asyncio.create_task(asking)  # noqa: TID251 held in _bells
        return False

    def forget(self, origin: str) -> None:
        """Somebody else rings the bells of this log from now on, or another one is due."""
        bell = self._bells.pop(origin, None)
        if bell is not None and bell.task is not None:
            bell.task.cancel()

    async def close(self) -> None:
        """Waits for no door any more."""
        tasks = [bell.task for bell in self._bells.values() if bell.task is not None]
        for origin in list(self._bells):
            self.forget(origin)
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- one bell ---------------------------------------------------------------------------

    async def _ask_all(
        self,
        origin: str,
        bell: _Bell,
        done: Callable[[], None],
        silent: Callable[[Instant], None],
    ) -> None:
        began = self._clock.now()
        view = await self._seen_at(bell.at)
        waiting, looked, asked = list(view.present), self._clock.now(), 0
        while True:
            now = self._clock.now()
            if now - asked >= _ASK_AGAIN:
                asked = now
                for door in waiting:
                    self._flush(door, origin, bell.at)
            waiting = [door for door in waiting if bell.marks.get(door, 0) < bell.at]
            if not waiting:
                bell.past = True
                done()
                return
            bell.heard.clear()
            await self._until_heard(bell)
            now = self._clock.now()
            if now - began > SILENT_AFTER:
                since = min(self._heard.get(door, began) for door in waiting)
                silent(min(since, bell.at))
                return
            if now - looked > _LOOK_AGAIN:
                looked = now
                left = (await self._seen_at(bell.at)).left
                waiting = [door for door in waiting if door not in left]

    async def _seen_at(self, at: Instant) -> View:
        """Who is there, as of `at` or later."""
        while True:
            try:
                view = await self._look()
            except LeasesAway:
                view = None
            if view is not None and view.now >= at:
                return view
            await self._pause()

    async def _pause(self) -> None:
        await self._clock.sleep_until(self._clock.now() + _ASK_AGAIN)

    async def _until_heard(self, bell: _Bell) -> None:
        waits = asyncio.create_task(bell.heard.wait())  # noqa: TID251 held in this frame
        pause = asyncio.create_task(self._pause())  # noqa: TID251 held in this frame
        try:
            await asyncio.wait({waits, pause}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waits.cancel()
            pause.cancel()
