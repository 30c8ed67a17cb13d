"""Bidders who ask again until they know, officers who interfere, viewers who keep all they saw."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING

import orjson

from auction_rules.floor import Bid
from bidding.core.commands import Announce, Command, Resume, Suspend
from bidding.engine.auctioneer import Final
from bidding.engine.hub import Payload, Subscription
from bidding.testing import SECOND
from tests.simulation.faults import MS
from tests.simulation.history import Seen, Told, Wish

if TYPE_CHECKING:
    from tests.simulation.world import Node, World

#: A client asks again after so long without an answer, and then ever less often.
_PATIENCE = 3 * SECOND
_PAUSE = (200 * MS, 2 * SECOND)


class Client:
    """Somebody with a network between him and the house. One reference, however often it is sent."""

    def __init__(self, world: World, rng: Random, actor: str) -> None:
        self.world, self.rng, self.actor = world, rng, actor
        self._count = 0

    def new_ref(self) -> str:
        self._count += 1
        return f"{self.actor.partition(':')[2]}-{self._count}"

    async def want(self, ask: object) -> Wish:
        """Sends until a final answer is there, or until the run is over."""
        world = self.world
        wish = Wish(Command(self.actor, ask, self.new_ref()), world.clock.now())  # type: ignore[arg-type]
        world.history.wishes.append(wish)
        pause = _PAUSE[0]
        while not world.finished:
            answer = await self._send(wish)
            if answer is not None:
                wish.told.append(Told(world.clock.now(), answer.index, answer.t, answer.entry))
                return wish
            await world.sleep(self.rng.randrange(pause // 2, pause))
            pause = min(2 * pause, _PAUSE[1])
        wish.given_up = True
        return wish

    async def _send(self, wish: Wish) -> Final | None:
        world, faults = self.world, self.world.faults
        await world.sleep(self._way())
        if world.one_in(faults.lost_requests):
            await world.sleep(_PATIENCE)
            return None
        node = world.serving
        if node is None:
            return None
        answer = node.ask(wish)
        if world.one_in(faults.doubled_requests):
            node.ask(wish)
        await world.first(answer, _PATIENCE)
        await world.sleep(self._way())
        if not answer.done() or world.one_in(faults.lost_replies):
            return None
        found = answer.result()
        return found if isinstance(found, Final) else None

    def _way(self) -> int:
        if self.world.one_in(self.world.faults.late_packets):
            return self.rng.randrange(1 * SECOND, 8 * SECOND)
        return self.rng.randrange(1 * MS, 40 * MS)


async def bids(world: World, rng: Random, number: str) -> None:
    """One bidder's evening: mostly the next step, now and then nonsense, most of it at the end."""
    client = Client(world, rng, f"bidder:{number}")
    await world.sleep_until(world.opens - rng.randrange(2 * SECOND))
    while not world.finished:
        room = world.room()
        if room is not None and room.state.status in ("closed", "terminated", "voided"):
            return
        if room is None or (room.state.status == "suspended" and rng.random() < 0.8):
            await world.sleep(1 * SECOND)
            continue
        offers = room.state.standing.offers
        top = max((offer.amount for offer in offers.values()), default=0)
        step, start = 1_000, 100_000
        amount = (top + step * rng.choice((1, 1, 1, 2, 5))) if top else start
        if rng.random() < 0.1:
            amount = rng.choice((0, 1, top or start, amount + 1, 10**12))
        await client.want(Bid(amount))
        closes = room.state.standing.closes
        left = 30 * SECOND if closes is None else max(0, closes - world.clock.now())
        await world.sleep(rng.randrange(300 * MS, max(800 * MS, min(20 * SECOND, left // 2))))


async def interferes(world: World, rng: Random) -> None:
    """An officer: suspends a few times, for some seconds, and says why."""
    client = Client(world, rng, "staff:li")
    for _ in range(world.faults.officers):
        await world.sleep_until(world.opens + rng.randrange(world.length))
        if world.finished:
            return
        await client.want(Suspend("power"))
        await client.want(Announce("稍候", "One moment"))
        await world.sleep(rng.randrange(1 * SECOND, 20 * SECOND))
        await client.want(Resume("power is back"))


class Viewer:
    """A page on the public channel that comes back with the number it saw last."""

    def __init__(self, world: World, rng: Random) -> None:
        self.world, self.rng = world, rng
        self.seen = Seen()
        self._last: int | None = None
        self._lost = asyncio.Event()
        world.history.viewers.append(self.seen)

    async def watch(self) -> None:
        """Watches until the run is over, on whichever node serves."""
        world = self.world
        while not world.finished:
            node = world.serving
            joined = None if node is None else await self._join(node)
            if joined is None:
                await world.sleep(self.rng.randrange(100 * MS, 1 * SECOND))
                continue
            self._lost.clear()
            assert node is not None
            fallen = asyncio.ensure_future(node.fallen.wait())
            lost = asyncio.ensure_future(self._lost.wait())
            await asyncio.wait({fallen, lost}, return_when=asyncio.FIRST_COMPLETED)
            for waiting in (fallen, lost):
                waiting.cancel()
            if not node.fallen.is_set():
                joined.leave()
            await world.sleep(self.rng.randrange(100 * MS, 1 * SECOND))

    async def _join(self, node: Node) -> Subscription | None:
        room = node.room()
        if room is None:
            return None
        joining = node.spawn(room.join(self._shown, {"public": self._last}))
        await self.world.first(joining, _PATIENCE)
        if not joining.done() or joining.cancelled():
            joining.cancel()
            return None
        subscription, first = joining.result()
        self._take(first)
        return subscription

    def _shown(self, tick: Sequence[Payload]) -> None:
        if self._lost.is_set():
            return
        if not tick or self.world.one_in(self.world.faults.lost_viewers):
            self._lost.set()  # a break: what was in this tick is fetched again by its number
        else:
            self._take(tick)

    def _take(self, tick: Sequence[Payload]) -> None:
        for payload in tick:
            frame = orjson.loads(payload.text)
            if frame.get("type") == "snapshot":
                self._last = frame["n"]
                continue
            for line in frame.get("events", ()):
                self._line(line["n"], orjson.dumps(line, option=orjson.OPT_SORT_KEYS))

    def _line(self, n: int, line: bytes) -> None:
        seen = self.seen
        if self._last is not None and n != self._last + 1:
            seen.disputes.append(f"line {n} came after line {self._last}")
        if seen.lines.setdefault(n, line) != line:
            seen.disputes.append(f"line {n} was shown in two ways")
        self._last = n
