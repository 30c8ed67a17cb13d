"""Bidders who ask again until they know, officers who interfere, viewers who keep all they saw."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import orjson

from auction_rules.conformance.asks import asked_of
from auction_rules.conformance.chance import Chance
from auction_rules.floor import Bid, BidderAsk, Proxy
from auction_rules.money import LIMIT
from bidding.core import downtime
from bidding.core.commands import (
    Announce,
    Ask,
    Command,
    Exclude,
    Propose,
    Resume,
    Second,
    Suspend,
    Terminate,
    ask_to_json,
)
from bidding.core.record import rule_of
from bidding.core.state import State
from bidding.engine.auctioneer import Answer, Final
from bidding.engine.hub import Payload, Subscription
from bidding.engine.ports import LogError
from bidding.testing import SECOND
from tests.invariants.history import Seen, Told, Wish
from tests.simulation.faults import MS

if TYPE_CHECKING:
    from tests.simulation.node import Node
    from tests.simulation.sales import Sale
    from tests.simulation.world import World

#: A client asks again after so long without an answer, and then ever less often.
_PATIENCE = 3 * SECOND
_PAUSE = (200 * MS, 2 * SECOND)
_OVER = ("closed", "terminated", "voided")
_FLOOD = 40


class Client:
    """Somebody with a network between him and the house. One reference, however often it is sent."""

    def __init__(
        self, world: World, sale: Sale, rng: Random, actor: str, name: str | None = None
    ) -> None:
        self.world, self.sale, self.rng, self.actor = world, sale, rng, actor
        self._name = name or actor.partition(":")[2]
        self._count = 0
        self._turned_away = False
        self.near = False
        """Whether he is on the house's own network: what is sent together arrives together."""

    def new_ref(self) -> str:
        """The reference of a new request; a retry keeps the one it has."""
        self._count += 1
        return f"{self._name}-{self._count}"

    async def want(self, ask: Ask) -> Wish:
        """Sends until a final answer is there, or until the run is over."""
        world = self.world
        wish = Wish(Command(self.actor, ask, self.new_ref()), world.clock.now())
        self.sale.history.wishes.append(wish)
        pause = _PAUSE[0]
        while not world.finished:
            answer = await self._send(wish)
            if answer is not None:
                wish.told.append(Told(world.clock.now(), answer.index, answer.t, answer.entry))
                if self.rng.random() < 0.05:
                    # A page that was reloaded asks again for what it knows already.
                    continue
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
        node = world.lead(self.rng, turned_away=self._turned_away)
        if node is None:
            return None
        answer = node.ask(self.sale.auction, wish)
        if world.one_in(faults.doubled_requests):
            # Both of them are answered, and whichever answer comes first is believed.
            answer = _either(answer, node.ask(self.sale.auction, wish))
        await world.first(answer, _PATIENCE)
        await world.sleep(self._way())
        if not answer.done() or world.one_in(faults.lost_replies):
            return None
        found = answer.result()
        self._turned_away = not isinstance(found, Final)
        return found if isinstance(found, Final) else None

    def _way(self) -> int:
        if self.near:
            return 0
        if self.world.one_in(self.world.faults.late_packets):
            return self.rng.randrange(1 * SECOND, 8 * SECOND)
        return self.rng.randrange(1 * MS, 40 * MS)


def _either(*asked: asyncio.Future[Answer]) -> asyncio.Future[Answer]:
    """The first answer of these."""
    first: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    for one in asked:
        one.add_done_callback(
            lambda done: (
                None if first.done() or done.cancelled() else first.set_result(done.result())
            )
        )
    return first


async def bids(world: World, sale: Sale, rng: Random, number: str) -> None:
    """One bidder's evening: mostly the next step, now and then nonsense, most of it at the end."""
    client = Client(world, sale, rng, f"bidder:{number}")
    await world.sleep_until(sale.opens - rng.randrange(2 * SECOND))
    while world.clock.now() < sale.until:
        room = world.room(sale)
        if room is not None and room.state.status in _OVER:
            return
        if (
            room is None
            or number not in room.state.entrants
            or (room.state.status == "suspended" and rng.random() < 0.8)
        ):
            await world.sleep(1 * SECOND)
            continue
        state = room.state
        await client.want(_asked(state, rng, number, world.clock.now()))
        closes = state.standing.closes
        left = 30 * SECOND if closes is None else max(0, closes - world.clock.now())
        await world.sleep(rng.randrange(300 * MS, max(800 * MS, min(20 * SECOND, left // 2))))


def _asked(state: State, rng: Random, number: str, now: int) -> BidderAsk:
    """What he asks next, by what his page shows him."""
    rule = rule_of(state)
    if rule.name != "english":
        ask = asked_of(rule, state.floor(), number, now, Chance(f"{rng.random()}"))
        # The door lets no greater number in.
        if isinstance(ask, Proxy) and ask.limit is not None:
            return Proxy(min(ask.limit, LIMIT))
        return replace(ask, amount=min(ask.amount, LIMIT)) if isinstance(ask, Bid) else ask
    top = max((offer.amount for offer in state.standing.offers.values()), default=0)
    amount = (top + 1_000 * rng.choice((1, 1, 1, 2, 5))) if top else 100_000
    if rng.random() < 0.1:
        amount = rng.choice((0, 1, top or 100_000, amount + 1, 10**12))
    return Bid(amount)


async def floods(world: World, sale: Sale, rng: Random) -> None:
    """Forty requests in the same instant, near the announced end: everybody is told in the end."""
    for _ in range(world.faults.floods):
        at = sale.opens + sale.length - rng.randrange(4 * SECOND)
        await world.sleep_until(at)
        crowd = [admit.bidder for admit in sale.admits]
        clients = [
            Client(world, sale, Random(rng.random()), f"bidder:{rng.choice(crowd)}", f"{at}-{n}")
            for n in range(_FLOOD)
        ]
        for client in clients:
            client.near = True
        world.note(f"forty requests at once for {sale.auction}")
        amounts = [rng.randrange(90, 400) * 1_000 for _ in clients]
        await asyncio.gather(
            *(client.want(Bid(amount)) for client, amount in zip(clients, amounts, strict=True))
        )


async def snipes(world: World, sale: Sale, rng: Random, number: str) -> None:
    """Waits for the last moment before each announced end, and asks then."""
    client = Client(world, sale, rng, f"bidder:{number}", f"{number}-last")
    client.near = True
    moment = 0
    while world.clock.now() < sale.until:
        room = world.room(sale)
        state = None if room is None else room.state
        closes = None if state is None else state.standing.closes
        if state is None or closes is None or state.status != "running" or closes <= moment:
            await world.sleep(1 * SECOND)
            continue
        moment = closes - rng.randrange(5 * MS, 400 * MS)
        await world.sleep_until(min(moment, world.clock.now() + 1 * SECOND))
        if world.clock.now() >= moment:
            await client.want(_asked(state, rng, number, moment))
            moment = closes


async def interferes(world: World, sale: Sale, rng: Random) -> None:
    """An officer: suspends for some seconds and says why, excludes a bidder, or ends it all."""
    client = Client(world, sale, rng, "staff:li")
    for _ in range(world.faults.officers):
        await world.sleep_until(sale.opens + rng.randrange(sale.length))
        if world.finished:
            return
        chosen = rng.random()
        if chosen < 0.7:
            await client.want(Suspend("power"))
            await client.want(Announce("稍候", "One moment"))
            await world.sleep(rng.randrange(1 * SECOND, 20 * SECOND))
            await client.want(Resume("power is back"))
        elif chosen < 0.9:
            await client.want(Exclude(rng.choice(sale.admits).bidder, "not who he said"))
        else:
            await client.want(Terminate("ordered by the authority"))


async def pays_late(world: World, sale: Sale, rng: Random) -> None:
    """The first bidder's money comes when the session runs: until then he may not bid."""
    await world.sleep_until(sale.opens + rng.randrange(sale.length // 2))
    client = Client(world, sale, rng, "staff:sun")
    await client.want(sale.paid(sale.admits[0].bidder, sale.opens))


async def resumes(world: World, sale: Sale, rng: Random) -> None:
    """Two officers who end what does not end by itself: one proposes, another confirms."""
    one, other = (Client(world, sale, rng, actor) for actor in ("staff:zhao", "approver:qian"))
    while not world.finished:
        await world.sleep(2 * SECOND)
        room = world.room(sale)
        if room is None or room.state.suspended is None or room.state.resuming is not None:
            continue
        stopped = room.state.suspended
        if not downtime.too_long(room.state, stopped.since, world.clock.now() - 2 * SECOND):
            continue
        if not downtime.takes_two(room.state, world.clock.now()):
            await one.want(Resume("the service is there again"))
            continue
        ask = Propose("resume", ask_to_json(Resume("the service is there again")))
        told = (await one.want(ask)).told
        if told and told[0].entry["type"] == "propose.accepted":
            await other.want(Second(told[0].index, agree=rng.random() < 0.9))


class Viewer:
    """A page on one channel that comes back with the number it saw last."""

    def __init__(self, world: World, sale: Sale, rng: Random, channel: str = "public") -> None:
        self.world, self.sale, self.rng, self.channel = world, sale, rng, channel
        self.seen = Seen(channel=channel)
        self._last: int | None = None
        self._lost = asyncio.Event()
        sale.history.viewers.append(self.seen)

    async def watch(self) -> None:
        """Watches until the run is over, on whichever node serves."""
        world = self.world
        while not world.finished:
            node = world.lead(self.rng)
            joined = None if node is None else await self._join(node)
            if joined is None:
                await world.sleep(self.rng.randrange(100 * MS, 1 * SECOND))
                continue
            self._lost.clear()
            self.seen.since = world.clock.now()
            assert node is not None
            fallen = asyncio.ensure_future(node.fallen.wait())
            lost = asyncio.ensure_future(self._lost.wait())
            await asyncio.wait({fallen, lost}, return_when=asyncio.FIRST_COMPLETED)
            self.seen.since = None
            for waiting in (fallen, lost):
                waiting.cancel()
            if not node.fallen.is_set():
                joined.leave()
            await world.sleep(self.rng.randrange(100 * MS, 1 * SECOND))

    async def _join(self, node: Node) -> Subscription | None:
        room = node.room(self.sale.auction)
        if room is None:
            return None
        joining = node.spawn(room.join(self._shown, {self.channel: self._last}))
        await self.world.first(joining, _PATIENCE)
        if not joining.done() or joining.cancelled():
            joining.cancel()
            return None
        if isinstance(joining.exception(), LogError):
            return None
        subscription, first = joining.result()
        self._take(first, live=False)
        return subscription

    def _shown(self, tick: Sequence[Payload]) -> None:
        if self._lost.is_set():
            return
        if not tick or self.world.one_in(self.world.faults.lost_viewers):
            self._lost.set()  # a break: what was in this tick is fetched again by its number
        else:
            self._take(tick, live=True)

    def _take(self, tick: Sequence[Payload], *, live: bool) -> None:
        for payload in tick:
            frame = orjson.loads(payload.text)
            if frame.get("type") == "snapshot":
                self._last = frame["n"]
                self.seen.rooms.append((frame["n"], payload.text))
                continue
            for line in frame.get("events", ()):
                self._line(line["n"], orjson.dumps(line, option=orjson.OPT_SORT_KEYS))
                if live:
                    self.seen.heard[line["n"]] = self.world.clock.now()

    def _line(self, n: int, line: bytes) -> None:
        seen = self.seen
        if self._last is not None and n != self._last + 1:
            seen.disputes.append(f"line {n} came after line {self._last}")
        if seen.lines.setdefault(n, line) != line:
            seen.disputes.append(f"line {n} was shown in two ways")
        self._last = n
