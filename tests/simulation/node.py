"""One process: a house of its own, every task it ever started, and its way to the store."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any, TypeVar

from bidding.engine.auctioneer import INBOX_MAX, Answer, Final
from bidding.engine.house import House
from bidding.engine.hub import Room
from bidding.engine.membership import Membership
from bidding.engine.ports import LogError
from bidding.engine.seats import NoSuchAuction
from bidding.proof.receipt import ReceiptError
from bidding.testing import FixedKeys, VirtualClock
from tests.invariants.history import Held, Wish
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
        self,
        name: str,
        store: Store,
        clock: VirtualClock,
        rng: Random,
        faults: Faults,
        *,
        others: Callable[[Node], Membership | None],
    ) -> None:
        self.name = name
        self.tasks: list[asyncio.Task[Any]] = []
        self.fallen = asyncio.Event()
        self.fell = 0
        """True time of its fall; zero before."""
        self.clock = NodeClock(clock, rng.randint(-faults.skew, faults.skew))
        self.handle = Handle(store, self.clock.awake)
        self.mute = False
        """Whether no letter reaches it or leaves it."""
        self._true = clock
        self._context = contextvars.copy_context()
        self._context.run(_NODE.set, self)
        self.most = faults.inbox or INBOX_MAX
        self.others = others(self)
        self.handle.alone = self.others is None
        self.house = self._in(self._house)

    def _house(self) -> House:
        keys, most, others = FixedKeys(), self.most, self.others
        return House(
            self.handle, self.clock, keys, PREFIX, holder=self.name, inbox_max=most, others=others
        )

    def _in(self, work: Callable[[], _T]) -> _T:
        """Does something as this process: every task it starts falls with it."""
        return self._context.copy().run(work)

    def spawn(self, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        """Starts something in this process."""
        return self._in(lambda: asyncio.get_running_loop().create_task(work))

    @property
    def parted(self) -> bool:
        """Whether it cannot reach the store."""
        return self.handle.parted

    @parted.setter
    def parted(self, parted: bool) -> None:
        self.handle.parted = parted

    @property
    def well(self) -> bool:
        """Whether nothing ails it but what ails all."""
        return not (self.mute or self.parted or self._true.now() < self.clock.still_until)

    def writes(self, auction: str) -> bool:
        """Whether it decides what is asked about an auction."""
        seats = self.house._seats
        return auction in seats and seats[auction].auctioneer is not None

    async def awake(self) -> None:
        """Returns when it does not stand still."""
        await self.clock.awake()

    def when_awake(self, work: Callable[[], Any]) -> None:
        """Does something in this process, once it does not stand still; never after its fall."""
        if self.fallen.is_set():
            return
        if self._true.now() < self.clock.still_until:
            self.spawn(self._later(work))
        else:
            self._in(work)

    async def _later(self, work: Callable[[], Any]) -> None:
        await self.awake()
        work()

    def ask(self, auction: str, wish: Wish) -> asyncio.Future[Answer]:
        """A request reaches this node, which takes it once it is awake."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if self._true.now() < self.clock.still_until:
            self.when_awake(lambda: _passed_on(self._taken(auction, wish), answer))
            return answer
        return self._taken(auction, wish)

    def _taken(self, auction: str, wish: Wish) -> asyncio.Future[Answer]:
        try:
            answer = self._in(lambda: self.house.ask(auction, wish.command))
        except NoSuchAuction:
            # The house has not learned its logs yet: the door would not be open.
            return asyncio.get_running_loop().create_future()
        held = Held(self._true.now(), self.name)
        answer.add_done_callback(lambda done: self._given_back(done, held))
        wish.held.append(held)
        wish.stamped.append(held.since)
        wish.keys.add(str(wish.command.key))
        return answer

    def _given_back(self, done: asyncio.Future[Answer], held: Held) -> None:
        if not done.cancelled() and not isinstance(done.result(), Final):
            held.until = self._true.now()

    def room(self, auction: str) -> Room | None:
        """The room of an auction; None while it is not open here."""
        try:
            return self.house.room(auction)
        except NoSuchAuction:
            return None

    def serves(self, auction: str) -> bool:
        """Whether a request for this auction would be decided now."""
        seats = self.house._seats
        return auction in seats and seats[auction].reader is not None

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
        if not self.fallen.is_set():
            self.fell = self._true.now()
        self.fallen.set()
        self.handle.cut()
        for task in self.tasks:
            task.cancel()


def _passed_on(asked: asyncio.Future[Answer], answer: asyncio.Future[Answer]) -> None:
    """What is answered to one is answered to the other."""

    def done(asked: asyncio.Future[Answer]) -> None:
        if not asked.cancelled() and not answer.done():
            answer.set_result(asked.result())

    asked.add_done_callback(done)


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
