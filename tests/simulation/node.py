"""One process: a house of its own, every task it ever started, and its way to the store."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any, TypeVar

from bidding.engine.auctioneer import INBOX_MAX, Answer
from bidding.engine.house import House
from bidding.engine.hub import Room
from bidding.engine.ports import LogError
from bidding.engine.seats import NoSuchAuction
from bidding.proof.receipt import ReceiptError
from bidding.testing import FixedKeys, VirtualClock
from tests.invariants.history import Wish
from tests.simulation.clock import NodeClock
from tests.simulation.faults import Faults
from tests.simulation.store import Handle, Store

PREFIX = "sim.example.cn/log"

#: A store that fails is told to whoever asked it; a log may be gone, or let go, in between.
_EXPECTED = (LogError, NoSuchAuction, IndexError, ReceiptError)

_T = TypeVar("_T")
_NODE: contextvars.ContextVar[Node | None] = contextvars.ContextVar("node", default=None)


class Node:
    """A process from its start to its fall. Made inside a loop that has `tasks_know_their_node`."""

    def __init__(
        self, name: str, store: Store, clock: VirtualClock, rng: Random, faults: Faults
    ) -> None:
        self.name = name
        self.tasks: list[asyncio.Task[Any]] = []
        self.fallen = asyncio.Event()
        self.handle = Handle(store)
        self.clock = NodeClock(clock, rng.randint(-faults.skew, faults.skew))
        self._true = clock
        self._context = contextvars.copy_context()
        self._context.run(_NODE.set, self)
        most = faults.inbox or INBOX_MAX
        self.house = self._in(
            lambda: House(self.handle, self.clock, FixedKeys(), PREFIX, holder=name, inbox_max=most)
        )

    def _in(self, work: Callable[[], _T]) -> _T:
        """Does something as this process: every task it starts falls with it."""
        return self._context.copy().run(work)

    def spawn(self, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        """Starts something in this process."""
        return self._in(lambda: asyncio.get_running_loop().create_task(work))

    def ask(self, auction: str, wish: Wish) -> asyncio.Future[Answer]:
        """A request reaches this node now."""
        try:
            answer = self._in(lambda: self.house.ask(auction, wish.command))
        except NoSuchAuction:
            # The house has not learned its logs yet: the door would not be open.
            return asyncio.get_running_loop().create_future()
        wish.stamped.append(self._true.now())
        wish.keys.add(str(wish.command.key))
        return answer

    def room(self, auction: str) -> Room | None:
        """The room of an auction; None while it is not open here."""
        try:
            return self.house.room(auction)
        except NoSuchAuction:
            return None

    def serves(self, auction: str) -> bool:
        """Whether a request for this auction would be decided now."""
        try:
            return self.house.consistency(auction, 1, 1) is not None
        except NoSuchAuction:
            return False

    async def recover(self) -> None:
        """As the product starts: tried again until the store answers."""
        while True:
            try:
                await self.house.recover()
            except LogError:
                await self.clock.sleep_until(self.clock.now() + 200_000)
            else:
                return

    def lost(self) -> list[str]:
        """Its tasks that ended with an error that is nobody's business to expect."""
        ended = [t for t in self.tasks if t.done() and not t.cancelled()]
        errors = [error for error in (task.exception() for task in ended) if error is not None]
        return [f"{self.name} lost a task: {e!r}" for e in errors if not isinstance(e, _EXPECTED)]

    def left(self) -> int:
        """How many of its tasks are still there."""
        return sum(not task.done() for task in self.tasks)

    def fall(self) -> None:
        """kill -9: nothing it was about to do is done, nothing on its way comes back."""
        self.fallen.set()
        self.handle.cut()
        for task in self.tasks:
            task.cancel()


def tasks_know_their_node(
    loop: asyncio.AbstractEventLoop, work: Any, **options: Any
) -> asyncio.Task[Any]:
    """A task factory: what a node starts is the node's, and falls with it."""
    task = asyncio.Task(work, loop=loop, **options)
    context = options.get("context")
    node = context.get(_NODE) if context is not None else _NODE.get()
    if node is not None:
        node.tasks.append(task)
    return task
