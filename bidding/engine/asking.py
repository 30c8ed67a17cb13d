"""The door's side of several nodes: what was asked here, until it is answered.

A request is stamped here, once, and handed to whoever owns its auction: an auctioneer in this
process, or another node by letter. Letters get lost and owners fall, so it is handed over again,
under the same reference and with the same stamp, until the log answers it. It decides nothing.

1. Only two answers are final, and both are read in the log, here; a letter only says where.
2. What was handed over and not answered holds the bell: `mark` tells the owner from which instant
   on nothing is missing (RELIABILITY section 1.4).
3. After PATIENCE whoever asked hears Retry. What he asked may be in the log all the same, and
   then he is answered from there when he asks again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from bidding.core.commands import Command
from bidding.core.record import same_request
from bidding.engine.auctioneer import Answer, Retry, Step
from bidding.engine.auctioneer import Final as Decided
from bidding.engine.ports import Clock, Instant

#: So long whoever asked waits for the log: longer than a node takes to be replaced.
PATIENCE: Final = 5_000_000
#: What got no answer is handed over again after so many microseconds.
AGAIN: Final = 150_000


@dataclass(slots=True, eq=False)
class Asked:
    """One request under way from this door."""

    name: str
    origin: str
    command: Command
    stamp: Instant
    waiter: asyncio.Future[Answer]
    sent: Instant = 0
    inside: bool = False
    """Whether an auctioneer of this process has it now."""
    index: int | None = None
    """Where the owner says that the log answers it."""


#: Gives an auctioneer of this process the request; None when there is none.
Local = Callable[[Asked], "asyncio.Future[Answer] | None"]
#: Reads one entry of a log.
Read = Callable[[str, int], Awaitable[dict[str, Any]]]


class Asking:
    """Everything that was asked at this door and has no answer yet."""

    def __init__(
        self,
        clock: Clock,
        *,
        local: Local,
        send: Callable[[Asked], None],
        read: Read,
        most: int,
    ) -> None:
        self._clock, self._local, self._send, self._read, self._most = (
            clock,
            local,
            send,
            read,
            most,
        )
        self._open: dict[str, dict[str, Asked]] = {}
        self._names: dict[str, Asked] = {}
        self._reading: set[asyncio.Task[None]] = set()
        self._count = 0
        self.address = ""
        """Under which this door writes; empty while it may give no stamps."""

    @property
    def waiting(self) -> int:
        """How many requests have no answer yet."""
        return len(self._names)

    def ask(self, origin: str, command: Command, known: int | None) -> asyncio.Future[Answer]:
        """Stamps the request and hands it over before it returns.

        `known` is the index of an entry under its reference, where one was read already.
        """
        waiter: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if not self.address:
            waiter.set_result(Retry("recovering"))
            return waiter
        if len(self._open.get(origin, ())) >= self._most:
            waiter.set_result(Retry("busy"))
            return waiter
        self._count += 1
        name = f"{self.address}.{self._count}"
        if command.ref is None:
            # It may have to be handed over twice, and must not count twice.
            command = replace(command, ref=name)
        one = Asked(name, origin, command, self._clock.now(), waiter)
        self._open.setdefault(origin, {})[name] = self._names[name] = one
        if known is None:
            self._hand(one)
        else:
            self._look_up(one, known)
        return waiter

    def mark(self, origin: str) -> Instant:
        """Nothing stamped before this instant is under way to another node, nor will be.

        What an auctioneer of this process holds is in his own order already.
        """
        stamps = [a.stamp for a in self._open.get(origin, {}).values() if not a.inside]
        return min(stamps, default=self._clock.now())

    def said(self, name: str, index: int | None, why: str | None) -> str | None:
        """The owner's letter about a request. Returns the log to be read, if it has to be."""
        one = self._names.get(name)
        if one is None:
            return None
        if index is not None:
            one.index = index
            return one.origin
        if why == "busy":
            self._settle(one, Retry("busy"))
        return None

    def read(self, origin: str, steps: Iterable[Step]) -> None:
        """Entries were read here: whoever waits for one of them has his answer."""
        under_way = self._open.get(origin)
        if not under_way:
            return
        by_key = {str(one.command.key): one for one in under_way.values()}
        by_index = {one.index: one for one in under_way.values() if one.index is not None}
        twins = len(by_key) < len(under_way)
        for step in steps:
            entry, index = step.entry, step.entry["i"]
            answered = Decided(index, entry["t"], entry)
            if (told := by_index.get(index)) is not None and _answers(entry, told.command):
                self._settle(told, answered)
            key = entry.get("cmd")
            if key is None or key not in by_key:
                continue
            same = list(under_way.values()) if twins else [by_key[key]]
            for one in same:
                # Under the same reference, but another request: its owner has the word.
                if one.command.key == key and _answers(entry, one.command):
                    self._settle(one, answered)

    def look_again(self, origin: str | None = None) -> None:
        """Hands over what waits: for one log whose owner is known now, or what waited too long."""
        now = self._clock.now()
        for one in list(self._names.values()):
            if origin is None and now - one.stamp > PATIENCE:
                self._settle(one, Retry("recovering"))
            elif not one.inside and (one.origin == origin or now - one.sent >= AGAIN):
                if one.index is None:
                    self._hand(one)
                else:
                    self._look_up(one, one.index)

    def give_up(self, why: Literal["recovering", "closed_door"]) -> None:
        """Everybody who waits is to ask again."""
        for one in list(self._names.values()):
            self._settle(one, Retry(why))

    async def close(self) -> None:
        """Answers everybody, and reads no more."""
        self.give_up("closed_door")
        tasks = list(self._reading)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- handing over -----------------------------------------------------------------------

    def _hand(self, one: Asked) -> None:
        one.sent = self._clock.now()
        answer = self._local(one)
        if answer is None:
            self._send(one)
            return
        one.inside = True
        answer.add_done_callback(lambda done: self._answered(one, done.result()))

    def _answered(self, one: Asked, answer: Answer) -> None:
        one.inside = False
        # An auctioneer who stops says Retry; whoever comes after him is asked the same.
        if isinstance(answer, Decided) or answer.why == "busy":
            self._settle(one, answer)

    def _look_up(self, one: Asked, index: int) -> None:
        one.sent = self._clock.now()
        task = asyncio.create_task(self._from_log(one, index))  # noqa: TID251 held until it ends
        self._reading.add(task)
        task.add_done_callback(self._looked_up)

    async def _from_log(self, one: Asked, index: int) -> None:
        entry = await self._read(one.origin, index)
        if _answers(entry, one.command):
            self._settle(one, Decided(index, entry["t"], entry))
        else:
            self._hand(one)

    def _looked_up(self, task: asyncio.Task[None]) -> None:
        self._reading.discard(task)
        if not task.cancelled():
            task.exception()  # a log that cannot be read now is read when it is looked at again

    def _settle(self, one: Asked, answer: Answer) -> None:
        self._names.pop(one.name, None)
        under_way = self._open.get(one.origin)
        if under_way is not None:
            under_way.pop(one.name, None)
            if not under_way:
                del self._open[one.origin]
        # Whoever asked may have hung up; the entry stands all the same.
        if not one.waiter.done():
            one.waiter.set_result(answer)


def _answers(entry: dict[str, Any], command: Command) -> bool:
    """Whether an entry answers this request of this asker, whatever a letter said."""
    return bool(entry["actor"] == command.actor) and same_request(entry, command)
