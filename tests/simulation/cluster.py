"""One run of one seed with several nodes on one record: people are led to any of them.

The nodes own, follow, take over and hand over by themselves (`bidding.engine.membership`); what
goes wrong is what goes wrong with one node, and what can only go wrong between several.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from random import Random
from typing import TYPE_CHECKING, Any

from bidding.engine.membership import Membership
from bidding.testing import EPOCH, SECOND
from tests.invariants.history import Span
from tests.simulation import sales
from tests.simulation.between import Desk, End, Post, leases
from tests.simulation.faults import Faults, among_nodes
from tests.simulation.node import Node
from tests.simulation.people import snipes
from tests.simulation.troubles import Troubles
from tests.simulation.world import Run, World

if TYPE_CHECKING:
    from tests.simulation.sales import Sale

#: One seed of so many is of several nodes.
_OF, _WHICH = 5, 2
_WATCH = 50_000


def of_several(seed: int) -> bool:
    """Whether a seed is a run of several nodes."""
    return seed % _OF == _WHICH


class Cluster(World):
    """Everything of one run on two or three nodes. `await run()` once."""

    calm_seconds = 40

    def __init__(self, seed: int, faults: Faults | None = None) -> None:
        super().__init__(seed, faults)
        self.count = 2 + self.rng.randrange(2)
        self.post = Post(self.store, Random(self.rng.random()))
        self.leases = leases(self.store)
        self.nodes: list[Node] = []
        """Those that run, whatever ails them."""

    def _draw(self) -> Faults:
        return among_nodes(self.rng)

    def _sales(self) -> list[Sale]:
        lengths = (20, 40)
        return sales.drawn(self.rng, EPOCH + 10 * SECOND, self.drew.skew, lengths, most=2)

    # -- for people -------------------------------------------------------------------------

    def lead(self, rng: Random, *, turned_away: bool = False) -> Node | None:
        """As a load balancer does: to any node that says it is ready, else to any."""
        ready = [node for node in self.nodes if node.house.ready]
        return rng.choice(ready or self.nodes) if self.nodes else None

    def standing(self) -> list[Node]:
        return list(self.nodes)

    # -- nodes ------------------------------------------------------------------------------

    def boot(self) -> Node:
        """A new process beside the others; it comes in by itself."""
        node = super().boot()
        self.nodes.append(node)
        node.spawn(node.recover())
        return node

    def _others(self, node: Node) -> Membership:
        desk, end = Desk(self.leases, node), End(self.post, node)
        return Membership(desk, end, node.clock, node.name, most=node.most)

    def away(self, node: Node) -> None:
        """A process is gone."""
        node.fall()
        if node in self.nodes:
            self.nodes.remove(node)

    def served(self, sale: Sale) -> bool:
        """Whether a request for it would be decided now, at one door at least."""
        if self.store.down or self.post.down:
            return False
        return any(node.well and node.writes(sale.auction) for node in self.nodes)

    async def _publish(self) -> None:
        for _ in range(self.count):
            self.boot()
        while not all(node.house.ready for node in self.nodes):
            await self.sleep(_WATCH)
        await super()._publish()

    def _first_node(self) -> Node:
        return self.nodes[0]

    def _heal(self, calm: Faults) -> None:
        super()._heal(calm)
        self.post.down = False
        for node in self.nodes:
            node.mute = node.parted = False
            node.clock.still_until = 0

    def _crowd(self, sale: Sale, own: Callable[[], Random]) -> list[Coroutine[Any, Any, None]]:
        """Those who wait for the last moment, at whichever door."""
        return [snipes(self, sale, own(), admit.bidder) for admit in sale.admits]

    def _troubles(self) -> Troubles:
        return Between(self)


class Between(Troubles):
    """The faults of several nodes, and of all that they share."""

    def __init__(self, world: Cluster) -> None:
        super().__init__(world)
        self.nodes = world

    def all(self, own: Callable[[], Random]) -> list[Coroutine[Any, Any, None]]:
        """One coroutine a kind, each with chances of its own."""
        acts = (self._crashes, self._outages, self._slow, self._steps, self._receipts)
        more = (self._freezes, self._cuts, self._partings, self._no_post, self._leavings)
        return [*(act(own()) for act in (*acts, *more)), *map(self._watch, self.world.sales)]

    async def _watch(self, sale: Sale) -> None:
        """Notes when nobody could be served at any door."""
        world, since = self.nodes, 0
        while not world.finished:
            if not world.served(sale):
                since = since or world.clock.now()
            elif since:
                sale.history.lost(since, world.clock.now(), "nobody writes")
                since = 0
            await world.sleep(_WATCH)

    def ails(self, node: Node, start: int) -> None:
        """From `start` until now this door was out of order."""
        for sale in self.world.sales:
            sale.history.ailing.append(Span(start, self.world.clock.now(), node.name))

    async def _each(
        self, rng: Random, count: int, act: Callable[[Node, Random], Coroutine[Any, Any, None]]
    ) -> None:
        for when in self._moments(rng, count):
            await self.world.sleep_until(when)
            if self.world.healed:
                return
            if self.nodes.nodes:
                await act(rng.choice(self.nodes.nodes), rng)

    async def _crashes(self, rng: Random) -> None:
        await self._each(rng, self.world.faults.crashes, self._crash)

    async def _crash(self, node: Node, rng: Random) -> None:
        world, start = self.nodes, self.world.clock.now()
        self.ails(node, start)
        owned = [sale for sale in world.sales if node.writes(sale.auction)]
        world.note(f"{node.name} falls")
        world.away(node)
        only = world.drew.named()
        if world.nodes and set(only) <= _MILD:
            while not all(world.served(sale) for sale in owned):
                await world.sleep(_WATCH)
            for sale in owned:
                sale.history.takes_over(start, world.clock.now(), "another node")
        await world.sleep(rng.randrange(50_000, max(100_000, world.drew.down)))
        world.note(f"{world.boot().name} comes")

    async def _freezes(self, rng: Random) -> None:
        await self._each(rng, self.world.faults.freezes, self._freeze)

    async def _freeze(self, node: Node, rng: Random) -> None:
        by = rng.randrange(100_000, self.world.drew.stall)
        self.world.note(f"{node.name} stands still for {by / SECOND:.1f} s")
        start = self.world.clock.now()
        node.clock.still_until = start + by
        await self.world.sleep(by)
        self.ails(node, start)

    async def _cuts(self, rng: Random) -> None:
        await self._each(rng, self.world.faults.cuts, self._cut)

    async def _cut(self, node: Node, rng: Random) -> None:
        self.world.note(f"no letter reaches {node.name} or leaves it")
        node.mute = True
        start = self.world.clock.now()
        await self.world.sleep(rng.randrange(200_000, 6 * SECOND))
        node.mute = False
        self.ails(node, start)
        self.world.note(f"letters reach {node.name} again")

    async def _partings(self, rng: Random) -> None:
        await self._each(rng, self.world.faults.partings, self._part)

    async def _part(self, node: Node, rng: Random) -> None:
        self.world.note(f"{node.name} cannot reach the store")
        node.parted = True
        start = self.world.clock.now()
        await self.world.sleep(rng.randrange(200_000, 6 * SECOND))
        node.parted = False
        self.ails(node, start)
        self.world.note(f"{node.name} reaches the store again")

    async def _no_post(self, rng: Random) -> None:
        world = self.nodes
        for when in self._moments(rng, world.faults.no_post):
            await world.sleep_until(when)
            if world.healed:
                return
            world.note("there are no letters")
            world.post.down = True
            start = world.clock.now()
            await world.sleep(rng.randrange(200_000, world.drew.outage))
            world.post.down = False
            for node in world.nodes:
                self.ails(node, start)
            world.note("letters go again")

    async def _leavings(self, rng: Random) -> None:
        await self._each(rng, self.world.faults.leavings, self._leave)

    async def _leave(self, node: Node, rng: Random) -> None:
        world = self.nodes
        world.note(f"{node.name} is drained, {world.boot().name} comes")
        await world.sleep(2 * SECOND)
        start = world.clock.now()
        going = node.spawn(node.house.close())
        await world.first(going, 20 * SECOND)
        world.away(node)
        self.ails(node, start)
        world.note(f"{node.name} has gone")


#: Faults beside which a takeover is still as quick as promised.
_MILD = frozenset({"crashes", "lost_requests", "lost_replies", "doubled_requests", "late_packets"})


def played(seed: int, faults: Faults | None = None) -> Run:
    """The whole run of a seed, on a loop of its own; with `faults` instead of those it draws."""
    world = (Cluster if of_several(seed) else World)(seed, faults)
    drew = world.drew
    return Run(seed, drew, asyncio.run(world.run()))
