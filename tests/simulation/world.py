"""One run of one seed: nodes that fall and come back, faults on their way, and what was seen."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from random import Random
from typing import Any, TypeVar

from bidding.core.commands import Admit
from bidding.core.document import Document
from bidding.engine.auctioneer import Answer
from bidding.engine.house import House, NoSuchAuction
from bidding.engine.hub import Room
from bidding.engine.ports import LogError
from bidding.proof.receipt import ReceiptError
from bidding.testing import EPOCH, SECOND, FixedKeys, VirtualClock
from tests.simulation.faults import Faults, drawn
from tests.simulation.history import History, Span, Wish
from tests.simulation.people import Client, Viewer, bids, interferes
from tests.simulation.store import Handle, Store

PREFIX = "sim.example.cn/log"
AUCTION = "sim-1"
ORIGIN = f"{PREFIX}/{AUCTION}"

#: After the faults stop, so much time for everything to come right.
_CALM = 90 * SECOND

_T = TypeVar("_T")
_NODE: contextvars.ContextVar[Node | None] = contextvars.ContextVar("node", default=None)


class NodeClock:
    """The clock of one node: true time and its own error. Implements `Clock`."""

    def __init__(self, true: VirtualClock, off: int) -> None:
        self._true, self._off = true, off

    def now(self) -> int:
        return self._true.now() + self._off

    async def sleep_until(self, when: int) -> None:
        await self._true.sleep_until(when - self._off)


class Node:
    """One process: a house of its own, its tasks, its way to the store."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.name = world, name
        self.tasks: list[asyncio.Task[Any]] = []
        self.fallen = asyncio.Event()
        self.handle = Handle(world.store)
        off = world.rng.randint(-world.faults.skew, world.faults.skew)
        self.clock = NodeClock(world.clock, off)
        self._context = contextvars.copy_context()
        self._context.run(_NODE.set, self)
        self.house = self._in(
            lambda: House(self.handle, self.clock, FixedKeys(), PREFIX, holder=name)
        )

    def _in(self, work: Callable[[], _T]) -> _T:
        """Does something as this process: every task it starts falls with it."""
        return self._context.copy().run(work)

    def spawn(self, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        return self._in(lambda: asyncio.get_running_loop().create_task(work))

    def ask(self, wish: Wish) -> asyncio.Future[Answer]:
        """A request reaches this node now."""
        wish.stamped.append(self.world.clock.now())
        try:
            return self._in(lambda: self.house.ask(AUCTION, wish.command))
        except NoSuchAuction:
            # The house has not learned its logs yet: the door would not be open.
            return asyncio.get_running_loop().create_future()

    def room(self) -> Room | None:
        try:
            return self.house.room(AUCTION)
        except NoSuchAuction:
            return None

    def fall(self) -> None:
        """kill -9: nothing it was about to do is done, nothing on its way comes back."""
        self.fallen.set()
        self.handle.cut()
        for task in self.tasks:
            task.cancel()


class World:
    """Everything of one run. `await run()` once."""

    def __init__(self, seed: int, faults: Faults | None = None) -> None:
        self.rng = Random(seed)
        self.faults = drawn(self.rng) if faults is None else faults
        self.clock = VirtualClock()
        self.store = Store(self.clock, Random(self.rng.random()), self.faults)
        self.history = History(ORIGIN, skew=self.faults.skew)
        self.opens = EPOCH + 30 * SECOND
        self.length = self.rng.choice((40, 90, 180)) * SECOND
        self.extension = self.rng.choice((0, 15, 30))
        self.bidders = self.rng.randrange(2, 9)
        self.serving: Node | None = None
        self.finished = False
        self._nodes = 0

    # -- for people -------------------------------------------------------------------------

    async def sleep(self, by: int) -> None:
        await self.clock.sleep_until(self.clock.now() + by)

    async def sleep_until(self, when: int) -> None:
        await self.clock.sleep_until(when)

    async def first(self, waited: asyncio.Future[Any], patience: int) -> None:
        """Until it is done, or patience is at its end; cancels nothing."""
        timer = asyncio.ensure_future(self.sleep(patience))
        await asyncio.wait({waited, timer}, return_when=asyncio.FIRST_COMPLETED)
        timer.cancel()

    def one_in(self, rate: int) -> bool:
        return rate > 0 and self.rng.randrange(rate) == 0

    def room(self) -> Room | None:
        return None if self.serving is None else self.serving.room()

    # -- the run ----------------------------------------------------------------------------

    async def run(self) -> History:
        """From the publication to a calm after the end; returns what everybody saw."""
        loop = asyncio.get_running_loop()
        loop.set_task_factory(_tasks_know_their_node)
        logging.disable(logging.CRITICAL)  # the faults are ours; the house need not report them
        calm, self.faults = self.faults, Faults(skew=self.faults.skew)
        self.store.faults = self.faults
        try:
            await self._alone(self._publish())
            self.faults = self.store.faults = calm
            cast = self._cast()
            until = self.opens + self.length + (self.extension * 8) * SECOND
            await self.clock.advance(until - self.clock.now())
            self._heal()
            await self.clock.advance(_CALM)
            for _ in range(40):  # a full window after each late resumption
                if self._over():
                    break
                await self.clock.advance(15 * SECOND)
            await self.clock.advance(10 * SECOND)
            self.finished = True
            self.history.ended = self.clock.now()
            await self.clock.advance(20 * SECOND)
            await self._alone(self._collect())
            for task in cast:
                task.cancel()
            if self.serving is not None:
                self.serving.fall()
            await asyncio.gather(*cast, return_exceptions=True)
        finally:
            logging.disable(logging.NOTSET)
            loop.set_task_factory(None)
        return self.history

    async def _alone(self, work: Coroutine[Any, Any, None]) -> None:
        """Time passes until this is done."""
        task = asyncio.ensure_future(work)
        while not task.done():
            await self.clock.advance(10_000)
        await task

    async def _publish(self) -> None:
        terms = {
            "opens": self.opens,
            "duration_seconds": self.length // SECOND,
            "start_price": 100_000,
            "step": 1_000,
            "extension_seconds": self.extension,
        }
        title = {"zh": "模拟", "en": "Simulation"}
        document = Document.model_validate(
            {"auction": AUCTION, "title": title, "rule": "english", "version": "1", "terms": terms}
        )
        node = self._boot()
        await node.spawn(node.house.publish(document, "staff:li", "approver:wang"))
        self.serving = node
        officer = Client(self, Random(1), "staff:wang")
        for number in range(self.bidders):
            await officer.want(Admit(f"b{number}"))

    def _boot(self) -> Node:
        self._nodes += 1
        return Node(self, f"node-{self._nodes}")

    def _cast(self) -> list[asyncio.Task[Any]]:
        """Everybody who acts: each with chances of his own, so that one does not move another's."""
        chances = [Random(self.rng.random()) for _ in range(self.bidders)]
        parts: list[Coroutine[Any, Any, None]] = [
            bids(self, rng, f"b{number}") for number, rng in enumerate(chances)
        ]
        parts += [Viewer(self, Random(self.rng.random())).watch() for _ in range(3)]
        parts.append(interferes(self, Random(self.rng.random())))
        for fault in (self._crashes, self._zombies, self._stalls, self._outages, self._slow):
            parts.append(fault(Random(self.rng.random())))
        parts.append(self._receipts(Random(self.rng.random())))
        parts.append(self._operator())
        return [asyncio.ensure_future(part) for part in parts]

    async def _crashes(self, rng: Random) -> None:
        for when in self._moments(rng, self.faults.crashes):
            await self.clock.sleep_until(when)
            if self.history.healed or self.serving is None:
                return
            fell, self.serving = self.serving, None
            self.history.note(self.clock.now(), f"{fell.name} falls")
            start = self.clock.now()
            fell.fall()
            await self.sleep(rng.randrange(50_000, max(100_000, self.faults.down)))
            await self._come_back(start)

    async def _come_back(self, start: int) -> None:
        node = self._boot()
        node.spawn(self._recovers(node))
        while node.room() is None or node.house._seats[AUCTION].auctioneer is None:
            self.serving = node
            await self.sleep(50_000)
        self.history.outages.append(Span(start, self.clock.now(), "fallen"))
        self.history.note(self.clock.now(), f"{node.name} serves")
        self.serving = node

    async def _recovers(self, node: Node) -> None:
        while True:
            try:
                await node.house.recover()
            except LogError:
                await self.sleep(200_000)
            else:
                return

    async def _zombies(self, rng: Random) -> None:
        """A second node takes over while the first does not know it, and still has askers."""
        for when in self._moments(rng, self.faults.zombies):
            await self.clock.sleep_until(when)
            if self.history.healed or self.serving is None:
                return
            old = self.serving
            self.history.note(self.clock.now(), f"{old.name} is a zombie")
            start = self.clock.now()
            node = self._boot()
            node.spawn(self._recovers(node))
            while node.room() is None:
                await self.sleep(50_000)
            # Half of the time people still talk to the old one for a while.
            await self.sleep(rng.choice((0, 3 * SECOND)))
            self.history.outages.append(Span(start, self.clock.now(), "two nodes"))
            if self.serving is old:
                self.serving = node
                self.history.note(self.clock.now(), f"{node.name} serves")
                await self.sleep(10 * SECOND)
                old.fall()
            else:
                node.fall()

    async def _stalls(self, rng: Random) -> None:
        for when in self._moments(rng, self.faults.stalls):
            await self.clock.sleep_until(when)
            if self.history.healed:
                return
            by = rng.randrange(100_000, self.faults.stall)
            self.history.note(self.clock.now(), f"everything stands still for {by / SECOND:.1f} s")
            self.history.outages.append(Span(self.clock.now(), self.clock.now() + by, "stalled"))
            self.clock.jump(by)

    async def _outages(self, rng: Random) -> None:
        for when in self._moments(rng, self.faults.outages):
            await self.clock.sleep_until(when)
            if self.history.healed:
                return
            start = self.clock.now()
            self.store.down = True
            self.history.note(start, "the store is down")
            await self.sleep(rng.randrange(100_000, self.faults.outage))
            self.store.down = False
            self.history.note(self.clock.now(), "the store is up")
            self.history.outages.append(Span(start, self.clock.now(), "store down"))

    async def _slow(self, rng: Random) -> None:
        for when in self._moments(rng, self.faults.slow_spells):
            await self.clock.sleep_until(when)
            if self.history.healed:
                return
            start = self.clock.now()
            self.store.slow = self.faults.slow
            self.history.note(start, f"commits take {self.faults.slow / SECOND:.1f} s longer")
            await self.sleep(rng.randrange(1 * SECOND, 12 * SECOND))
            self.store.slow = 0
            self.history.note(self.clock.now(), "commits are quick again")
            if self.faults.slow > SECOND:
                self.history.outages.append(Span(start, self.clock.now(), "store slow"))

    async def _operator(self) -> None:
        """Starts a node anew when the one that serves has let go of the auction: it was fenced."""
        while not self.finished:
            await self.sleep(1 * SECOND)
            node = self.serving
            if node is None or AUCTION not in node.house.auctions():
                continue
            if node.house.refused(AUCTION) is not None:
                self.history.note(self.clock.now(), f"{node.name} was fenced and is replaced")
                start = self.clock.now() - SECOND
                self.serving = None
                node.fall()
                await self._come_back(start)

    async def _receipts(self, rng: Random) -> None:
        """Now and then somebody fetches the proof of the newest entry."""
        while not self.finished:
            await self.sleep(rng.randrange(500_000, 4 * SECOND))
            node, room = self.serving, self.room()
            if node is None or room is None or room.state.index == 0:
                continue
            index = rng.randrange(room.state.index)
            asked = node.spawn(node.house.receipt(AUCTION, index))
            await self.first(asked, 3 * SECOND)
            if not asked.done():
                asked.cancel()
            elif not asked.cancelled() and asked.exception() is None:
                self.history.receipts.append((index, asked.result()[0]))
            elif not asked.cancelled():
                allowed = (IndexError, LogError, NoSuchAuction, ReceiptError)
                assert isinstance(asked.exception(), allowed), asked.exception()

    def _moments(self, rng: Random, count: int) -> list[int]:
        """When something happens: anywhere, and more often near the announced end."""
        found = []
        for _ in range(count):
            near_end = rng.random() < 0.5
            start = self.opens + (self.length - 10 * SECOND if near_end else 0)
            found.append(start + rng.randrange(20 * SECOND if near_end else self.length))
        return sorted(found)

    def _heal(self) -> None:
        """From here on nothing breaks any more; what is broken comes back."""
        self.history.healed = self.clock.now()
        self.history.note(self.clock.now(), "no more faults")
        self.faults = self.store.faults = Faults(skew=self.faults.skew)
        self.store.down = False
        self.store.slow = 0

    def _over(self) -> bool:
        room = self.room()
        return room is not None and room.state.status in ("closed", "terminated", "voided")

    async def _collect(self) -> None:
        self.history.bodies = await self.store.kept.read(ORIGIN)
        self.history.notes = await self.store.kept.checkpoints(ORIGIN)


def _tasks_know_their_node(
    loop: asyncio.AbstractEventLoop, work: Any, **options: Any
) -> asyncio.Task[Any]:
    task = asyncio.Task(work, loop=loop, **options)
    context = options.get("context")
    node = context.get(_NODE) if context is not None else _NODE.get()
    if node is not None:
        node.tasks.append(task)
    return task


def played(seed: int, faults: Faults | None = None) -> tuple[History, Faults]:
    """The whole run of a seed, on a loop of its own."""
    world = World(seed, faults)
    drew = replace(world.faults)
    return asyncio.run(world.run()), drew
