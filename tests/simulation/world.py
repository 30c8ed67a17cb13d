"""One run of one seed: auctions, nodes that fall and come back, people, and what was seen."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from typing import Any
from unittest.mock import patch

from bidding.engine.hub import Room
from bidding.engine.membership import Membership
from bidding.testing import EPOCH, SECOND
from tests.invariants import broken
from tests.invariants.history import History
from tests.simulation import sales
from tests.simulation.clock import TrueClock
from tests.simulation.faults import Faults, drawn
from tests.simulation.node import Node, tasks_know_their_node
from tests.simulation.people import Client, Viewer, bids, floods, interferes, pays_late, resumes
from tests.simulation.sales import Sale
from tests.simulation.store import Store
from tests.simulation.troubles import Troubles

_OVER = ("closed", "terminated", "voided")


@dataclass(frozen=True)
class Run:
    """What came of a seed: a history for each auction, and what was drawn to go wrong."""

    seed: int
    faults: Faults
    histories: tuple[History, ...]

    def broken(self) -> list[str]:
        """Every invariant that does not hold."""
        found = []
        for history in self.histories:
            name = history.origin.rpartition("/")[2]
            found += [f"{name}: {what}" for what in broken(history)]
        return found

    def trace(self) -> str:
        """A digest of all that happened, was written, and was told: same seed, same trace."""
        digest = sha256()
        for history in self.histories:
            for at, what in history.timeline:
                digest.update(f"{at} {what}\n".encode())
            for body in (*history.bodies, *history.notes):
                digest.update(body)
            for wish in history.wishes:
                told = [(one.at, one.index) for one in wish.told]
                digest.update(f"{wish.command.key} {wish.wanted} {wish.stamped} {told}\n".encode())
            for viewer in history.viewers:
                digest.update(f"{sorted(viewer.lines)}\n".encode())
        return digest.hexdigest()


class World:
    """Everything of one run. `await run()` once."""

    calm_seconds = 90
    """After the faults stop, so much time for everything to come right."""

    def __init__(self, seed: int, faults: Faults | None = None) -> None:
        self.seed, self.rng = seed, Random(seed)
        drew = self._draw()
        self.drew = self.faults = drew if faults is None else faults
        self.clock = TrueClock()
        self.store = Store(self.clock, Random(self.rng.random()), self.faults)
        self.sales = self._sales()
        self.serving: Node | None = None
        """The node that people are led to."""
        self.heir: Node | None = None
        """A newer node that took over while people are still led to the other one."""
        self.healed = 0
        """True time from which nothing breaks any more; zero before."""
        self.finished = False
        self._nodes = 0
        self._all: list[Node] = []

    def _draw(self) -> Faults:
        return drawn(self.rng)

    def _sales(self) -> list[Sale]:
        return sales.drawn(self.rng, EPOCH + 30 * SECOND, self.faults.skew)

    # -- for people -------------------------------------------------------------------------

    async def sleep(self, by: int) -> None:
        """Lets so much true time pass."""
        await self.clock.sleep_until(self.clock.now() + by)

    async def sleep_until(self, when: int) -> None:
        """Until that true time."""
        await self.clock.sleep_until(when)

    async def first(self, waited: asyncio.Future[Any], patience: int) -> None:
        """Until it is done, or patience is at its end; cancels nothing."""
        timer = asyncio.ensure_future(self.sleep(patience))
        await asyncio.wait({waited, timer}, return_when=asyncio.FIRST_COMPLETED)
        timer.cancel()

    def one_in(self, rate: int) -> bool:
        """Whether this one is hit."""
        return rate > 0 and self.rng.randrange(rate) == 0

    def room(self, sale: Sale) -> Room | None:
        """What a page shows now."""
        rooms = (node.room(sale.auction) for node in self.standing())
        return next((room for room in rooms if room is not None), None)

    def lead(self, rng: Random, *, turned_away: bool = False) -> Node | None:
        """The node that somebody reaches. As behind a load balancer: whom one turns away, another
        one serves.
        """
        return self.heir if turned_away and self.heir is not None else self.serving

    def standing(self) -> list[Node]:
        """The nodes that people may be led to."""
        return [] if self.serving is None else [self.serving]

    def note(self, what: str) -> None:
        """A line in the timeline of every auction."""
        for sale in self.sales:
            sale.history.note(self.clock.now(), what)

    def lost(self, start: int, why: str, stop: int | None = None) -> None:
        """From `start` until now, or `stop`, nobody could be served."""
        for sale in self.sales:
            sale.history.lost(start, self.clock.now() if stop is None else stop, why)

    def took_over(self, node: Node, since: int) -> None:
        """A process serves; nothing else was wrong since it was started."""
        for sale in self.sales:
            sale.history.takes_over(since, self.clock.now(), node.name)

    def boot(self) -> Node:
        """A new process."""
        if self._all and all(node.fallen.is_set() for node in self._all):
            since, now = max(node.fell for node in self._all), self.clock.now()
            for sale in self.sales:
                sale.history.nobody(since, now)
        self._nodes += 1
        name = f"node-{self._nodes}"
        node = Node(name, self.store, self.clock, self.rng, self.faults, others=self._others)
        self._all.append(node)
        return node

    def _others(self, node: Node) -> Membership | None:
        """Its part among several nodes."""
        return None

    # -- the run ----------------------------------------------------------------------------

    async def run(self) -> tuple[History, ...]:
        """From the publication to a calm after the end; returns what everybody saw."""
        loop = asyncio.get_running_loop()
        loop.set_task_factory(tasks_know_their_node)
        logging.disable(logging.CRITICAL)  # the faults are ours; the house need not report them
        calm = Faults(skew=self.drew.skew, inbox=self.drew.inbox)
        self.faults = self.store.faults = calm
        try:
            # The record names the Python it was made on; a seed is the same run on all.
            with patch("platform.python_version", lambda: "3.11.0"):
                await self._alone(self._publish())
            self.faults = self.store.faults = self.drew
            cast = self._cast()
            await self.clock.advance(max(s.until for s in self.sales) - self.clock.now())
            self._heal(calm)
            await self.clock.advance(self.calm_seconds * SECOND)
            for _ in range(40):  # a full window after each late resumption
                if all(self._over(sale) for sale in self.sales):
                    break
                await self.clock.advance(15 * SECOND)
            await self.clock.advance(10 * SECOND)
            self.finished = True
            ended = self.clock.now()
            await self.clock.advance(20 * SECOND)
            left = max((node.left() for node in self.standing()), default=0)
            for sale in self.sales:
                # What is still slow on its way from before is the last of the faults.
                sale.history.ended = ended
                sale.history.healed = max(self.healed, self.store.through)
                sale.history.tasks_left = left
                sale.history.lost_tasks = [what for node in self._all for what in node.lost()]
                sale.history.bodies = await self.store.kept.read(sale.history.origin)
                sale.history.notes = await self.store.kept.checkpoints(sale.history.origin)
                sale.history.writers = self.store.writers.get(sale.history.origin, [])
            for task in cast:
                task.cancel()
            for node in self.standing():
                node.fall()
            ends = await asyncio.gather(*cast, return_exceptions=True)
        finally:
            logging.disable(logging.NOTSET)
            loop.set_task_factory(None)
        for end in ends:
            # A model that broke is no finding; it must not pass for a quiet run.
            if isinstance(end, Exception):
                raise end
        return tuple(sale.history for sale in self.sales)

    async def _alone(self, work: Coroutine[Any, Any, None]) -> None:
        """Time passes until this is done."""
        task = asyncio.ensure_future(work)
        while not task.done():
            await self.clock.advance(10_000)
        await task

    async def _publish(self) -> None:
        node = self._first_node()
        for sale in self.sales:
            await node.spawn(node.house.publish(sale.document, "staff:li", "approver:wang"))
            officer = Client(self, sale, Random(1), "staff:wang")
            for number, admit in enumerate(sale.admits):
                await officer.want(admit)
                if number:  # the first one pays in the middle of it all
                    await officer.want(sale.paid(admit.bidder, self.clock.now()))

    def _first_node(self) -> Node:
        self.serving = self.boot()
        return self.serving

    def _crowd(self, sale: Sale, own: Callable[[], Random]) -> list[Coroutine[Any, Any, None]]:
        """Those who all come at the end."""
        return [floods(self, sale, own())]

    def _troubles(self) -> Troubles:
        return Troubles(self)

    def _cast(self) -> list[asyncio.Task[Any]]:
        """Everybody who acts: each with chances of his own, so that one does not move another's."""
        parts: list[Coroutine[Any, Any, None]] = []

        def own() -> Random:
            return Random(self.rng.random())

        for sale in self.sales:
            parts += [bids(self, sale, own(), admit.bidder) for admit in sale.admits]
            parts += [Viewer(self, sale, own()).watch() for _ in range(2)]
            channels = ("staff", f"bidder:{sale.admits[0].bidder}")
            parts += [Viewer(self, sale, own(), name).watch() for name in channels]
            parts += [resumes(self, sale, own()), pays_late(self, sale, own())]
            parts += [interferes(self, sale, own()), *self._crowd(sale, own)]
        parts += self._troubles().all(own)
        return [asyncio.ensure_future(part) for part in parts]

    def _heal(self, calm: Faults) -> None:
        """From here on nothing breaks any more; what is broken comes back."""
        self.healed = self.clock.now()
        self.note("no more faults")
        self.faults = self.store.faults = calm
        self.store.down = False
        self.store.slow = 0

    def _over(self, sale: Sale) -> bool:
        room = self.room(sale)
        return room is not None and room.state.status in _OVER
