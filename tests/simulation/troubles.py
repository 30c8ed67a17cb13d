"""What goes wrong in a run, and when: each kind of fault acts by itself."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from random import Random
from typing import TYPE_CHECKING, Any

from bidding.engine.ports import LogError
from bidding.engine.seats import NoSuchAuction
from bidding.proof.receipt import ReceiptError
from bidding.testing import SECOND
from tests.simulation.faults import MS

if TYPE_CHECKING:
    from tests.simulation.node import Node
    from tests.simulation.world import World


class Troubles:
    """All faults of a world, and the operator and the auditor who live with them."""

    def __init__(self, world: World) -> None:
        self.world = world

    def all(self, own: Callable[[], Random]) -> list[Coroutine[Any, Any, None]]:
        """One coroutine a kind, each with chances of its own."""
        acts = (self._crashes, self._zombies, self._stalls, self._outages, self._slow)
        more = (self._steps, self._operator, self._receipts)
        # Chances of its own: what others do stays what their seed drew.
        early = self._early_stalls(Random(f"early stalls {self.world.seed}"))
        return [*(act(own()) for act in (*acts, *more)), early]

    async def _crashes(self, rng: Random) -> None:
        world = self.world
        for when in self._moments(rng, world.faults.crashes):
            await world.sleep_until(when)
            await self._perhaps_in_a_write(rng)
            if world.healed or world.serving is None:
                continue
            fell, world.serving = world.serving, None
            world.note(f"{fell.name} falls")
            start = world.clock.now()
            fell.fall()
            await world.sleep(rng.randrange(50_000, max(100_000, world.drew.down)))
            await self._come_back(start)

    async def _perhaps_in_a_write(self, rng: Random) -> None:
        """Half of the time: in the midst of an append, on its way there or on its way back."""
        if rng.random() < 0.5:
            await self.world.first(self.world.store.next_write(), 5 * SECOND)
            await self.world.sleep(rng.randrange(4 * MS))

    async def _come_back(self, start: int) -> None:
        world = self.world
        node = world.serving = world.boot()
        booted, ailing = world.clock.now(), self._ailing()
        node.spawn(node.recover())
        # When another node has taken over before it served, it is that one that people wait for.
        while not (self._serves(node) or self._let_go(node) or node.fallen.is_set()):
            await world.sleep(50_000)
            ailing = ailing or self._ailing()
        world.lost(start, "fallen")
        if not (ailing or self._let_go(node) or node.fallen.is_set()):
            world.took_over(node, booted)
        world.note(f"{node.name} serves")

    def _ailing(self) -> bool:
        """Whether more is wrong now than that a process is gone."""
        world = self.world
        fails = world.faults.fails_before + world.faults.fails_after + world.faults.lands_late
        stalls = world.faults.stalls + world.faults.early_stalls
        return world.store.down or world.store.slow > 0 or fails > 0 or stalls > 0

    def _serves(self, node: Node) -> bool:
        return all(node.serves(sale.auction) for sale in self.world.sales)

    @staticmethod
    def _let_go(node: Node) -> bool:
        """Whether somebody else writes one of its logs now."""
        return any(node.house.refused(auction) is not None for auction in node.house.auctions())

    async def _zombies(self, rng: Random) -> None:
        """A second node takes over while the first does not know it, and still has askers."""
        world = self.world
        for when in self._moments(rng, world.faults.zombies):
            await world.sleep_until(when)
            await self._perhaps_in_a_write(rng)
            if world.healed or world.serving is None:
                continue
            old = world.serving
            world.note(f"{old.name} is a zombie")
            start = world.clock.now()
            node = world.boot()
            node.spawn(node.recover())
            # It may be the one that loses: to the operator, or to a node that comes back.
            while not (self._serves(node) or self._let_go(node) or world.finished):
                await world.sleep(50_000)
            # Time is lost until a node can write again; whoever is led to the old one for a
            # while longer is turned away by it, and asks the new one.
            world.lost(start, "two nodes")
            world.heir = node
            await world.sleep(rng.choice((0, 3 * SECOND)))
            world.heir = None
            if world.serving is old:
                world.serving = node
                world.note(f"{node.name} serves")
                await world.sleep(10 * SECOND)
                old.fall()
            else:
                node.fall()

    async def _stalls(self, rng: Random) -> None:
        world = self.world
        for when in self._moments(rng, world.faults.stalls):
            await world.sleep_until(when)
            if world.healed:
                return
            self._stand_still(rng.randrange(100_000, world.drew.stall))

    async def _early_stalls(self, rng: Random) -> None:
        """Before the house has beaten once for what goes on: nothing ran there until now."""
        world = self.world
        for _ in range(world.faults.early_stalls):
            await world.store.next_resumption()
            await world.sleep(rng.randrange(900 * MS))
            if world.healed:
                return
            self._stand_still(rng.randrange(2 * SECOND, 10 * SECOND))

    def _stand_still(self, by: int) -> None:
        world, now = self.world, self.world.clock.now()
        world.note(f"everything stands still for {by / SECOND:.1f} s")
        world.lost(now, "stalled", now + by)
        world.clock.jump(by)

    async def _outages(self, rng: Random) -> None:
        world = self.world
        for when in self._moments(rng, world.faults.outages):
            await world.sleep_until(when)
            if world.healed:
                return
            start = world.clock.now()
            world.store.down = True
            world.note("the store is down")
            await world.sleep(rng.randrange(100_000, world.drew.outage))
            world.store.down = False
            world.note("the store is up")
            world.lost(start, "store down", self._ended())

    async def _slow(self, rng: Random) -> None:
        world, slow = self.world, self.world.drew.slow
        for when in self._moments(rng, world.faults.slow_spells):
            await world.sleep_until(when)
            if world.healed:
                return
            start = world.clock.now()
            world.store.slow = slow
            world.note(f"commits take {slow / SECOND:.1f} s longer")
            await world.sleep(rng.randrange(1 * SECOND, 12 * SECOND))
            world.store.slow = 0
            world.note("commits are quick again")
            if slow > SECOND:
                world.lost(start, "store slow", self._ended())

    def _ended(self) -> int:
        """When what was broken came right: now, or when everything did."""
        return self.world.healed or self.world.clock.now()

    async def _steps(self, rng: Random) -> None:
        """Somebody sets the machine's clock by minutes, and back after a while."""
        world = self.world
        for when in self._moments(rng, world.faults.steps):
            await world.sleep_until(when)
            node = world.lead(rng)
            if world.healed or node is None:
                continue
            clock = node.clock
            clock.wall = rng.choice((-5, -1, 1, 5)) * 60 * SECOND
            world.note(f"the wall clock is stepped by {clock.wall // SECOND} s")
            await world.sleep(rng.randrange(1 * SECOND, 20 * SECOND))
            clock.wall = 0

    async def _operator(self, rng: Random) -> None:
        """Starts a node anew when the one that serves has let go of an auction: it was fenced."""
        world = self.world
        while not world.finished:
            await world.sleep(1 * SECOND)
            node = world.serving
            if node is None or not self._let_go(node):
                continue
            world.note(f"{node.name} was fenced and is replaced")
            start = world.clock.now() - SECOND
            world.serving = None
            node.fall()
            await self._come_back(start)

    async def _receipts(self, rng: Random) -> None:
        """Now and then somebody fetches the proof of an entry."""
        world = self.world
        while not world.finished:
            await world.sleep(rng.randrange(500_000, 4 * SECOND))
            sale = rng.choice(world.sales)
            node = world.lead(rng)
            room = None if node is None else node.room(sale.auction)
            if node is None or room is None or room.state.index == 0:
                continue
            index = rng.randrange(room.state.index)
            asked = node.spawn(node.house.receipt(sale.auction, index))
            await world.first(asked, 3 * SECOND)
            if not asked.done():
                asked.cancel()
            elif not asked.cancelled() and asked.exception() is None:
                sale.history.receipts.append((index, asked.result()[0]))
            elif not asked.cancelled():
                allowed = (IndexError, LogError, NoSuchAuction, ReceiptError)
                assert isinstance(asked.exception(), allowed), asked.exception()

    def _moments(self, rng: Random, count: int) -> list[int]:
        """When something happens: anywhere, and more often near the announced end."""
        found = []
        for _ in range(count):
            sale = rng.choice(self.world.sales)
            near_end = rng.random() < 0.5
            start = sale.opens + (sale.length - 10 * SECOND if near_end else 0)
            found.append(start + rng.randrange(20 * SECOND if near_end else sale.length))
        return sorted(found)
