"""Three nodes, one record: bids at any of them, and everything that may fall, falls.

Judged by the log alone: what was acknowledged stands there, once, and the archive verifies.
"""

from __future__ import annotations

import asyncio
import itertools
import signal
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from bidding.client import Answer, Seat
from bidding.proof.policy import parse_policy
from replay.verify import verify
from tests.cluster.nodes import Cluster, cluster
from tests.doors.house_process import OFFICERS, SECOND, People

BIDDERS = [f"bidder{n}" for n in range(1, 5)]


def document(opens: int, seconds: int) -> dict[str, Any]:
    return {
        "auction": "three-nodes",
        "title": {"zh": "多机现场", "en": "Several nodes, live"},
        "rule": "english",
        "deposit": 0,
        "terms": {
            "opens": opens,
            "duration_seconds": seconds,
            "start_price": 1_000,
            "step": 1,
            "extension_seconds": 0,
        },
    }


class Bidder:
    """Bids as fast as he is answered, and keeps what he was told and when."""

    def __init__(self, name: str, seat: Seat, price: list[int]) -> None:
        self.name, self.seat, self._price = name, seat, price
        self.told: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.when: list[float] = []

    async def bid_on(self, stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            self._price[0] += 1
            ref = f"{self.name}-{len(self.asked)}"
            self.asked.append(ref)
            self.told[ref] = await self.seat.bid(self._price[0], ref=ref, within=20)
            self.when.append(loop.time())
            # As fast as one bidder may.
            await asyncio.sleep(0.21)


async def paused(bidders: list[Bidder], since: float, within: float = 15) -> float:
    """The longest that anybody waited from `since` until each had an answer again, in seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while not all(b.when and b.when[-1] > since + 1 for b in bidders):
        assert loop.time() < end, [b.when[-1:] for b in bidders]
        await asyncio.sleep(0.02)
    gaps = []
    for bidder in bidders:
        times = [since, *(t for t in bidder.when if t > since)]
        gaps.append(max(b - a for a, b in itertools.pairwise(times)))
    return max(gaps)


async def check(
    people: People, auction: str, numbers: dict[str, str], bidders: list[Bidder]
) -> Any:
    """What everybody was told is what the log says, once; returns the session."""
    archive = await people["auditor"].download(f"/api/auctions/{auction}/archive")
    policy = await people["auditor"].download(f"/api/auctions/{auction}/policy")
    session = verify(archive, parse_policy(policy.decode()))
    keys = Counter(e["cmd"] for e in session.entries if "cmd" in e)
    assert max(keys.values()) == 1, "a request counted twice"
    for bidder in bidders:
        actor = f"bidder:{numbers[bidder.name]}"
        for ref, answer in bidder.told.items():
            entry = session.entries[answer.i]
            assert (entry["actor"], entry["cmd"]) == (actor, f"{actor}/{ref}")
            assert entry["type"] == ("bid.accepted" if answer.accepted else "bid.refused")
            assert entry["t"] == answer.body["t"]
    return session


async def fallen(there: Cluster, auction: str, bidders: list[Bidder]) -> dict[str, float]:
    """Everything that may fall, falls once, under load; how long bidders waited each time."""
    loop = asyncio.get_running_loop()
    waited = {}

    owner = await there.owner(auction)
    assert owner is not None
    began = loop.time()
    await asyncio.to_thread(there.nodes[owner].end, signal.SIGTERM)
    waited["handed over"] = await paused(bidders, began)
    print(waited)
    await there.start(owner)

    owner = await there.owner(auction)
    assert owner is not None
    began = loop.time()
    there.nodes[owner].end(signal.SIGKILL)
    waited["killed"] = await paused(bidders, began)
    print(waited)
    await there.start(owner)

    owner = await there.owner(auction)
    assert owner is not None
    process = there.nodes[owner].process
    assert process is not None
    began = loop.time()
    port = there.nodes[owner].port
    process.send_signal(signal.SIGSTOP)
    there.balancer.down(port)
    waited["stopped"] = await paused(bidders, began)
    process.send_signal(signal.SIGCONT)
    there.balancer.backends.append(port)
    await paused(bidders, loop.time())

    began = loop.time()
    there.redis.end()
    await asyncio.sleep(1)
    there.redis.start()
    waited["without letters"] = await paused(bidders, began)
    return waited


async def test_nothing_is_lost_whatever_falls(tmp_path: Path) -> None:
    people_of = {**OFFICERS, **dict.fromkeys(BIDDERS, ("bidder",))}
    async with (
        cluster(tmp_path / "data", ("a", "b", "c"), people_of) as there,
        People(there.balancer) as people,
        AsyncExitStack() as stack,
    ):
        await people.sign_in(*people_of)
        now = int((await people["staff"].get("/api/time"))["now"])
        auction = await people.publish(document(now + 2 * SECOND, 3600))
        numbers = await people.admit(auction, dict.fromkeys(BIDDERS), 0)
        seats = [await stack.enter_async_context(people[name].join(auction)) for name in BIDDERS]
        price = [1_000]
        bidders = [Bidder(n, s, price) for n, s in zip(BIDDERS, seats, strict=True)]
        await asyncio.gather(
            *(s.until(lambda seat: seat.room["status"] == "running", 20) for s in seats)
        )
        stop = asyncio.Event()
        bidding = [asyncio.ensure_future(b.bid_on(stop)) for b in bidders]
        await asyncio.sleep(1)
        waited = await fallen(there, auction, bidders)
        stop.set()
        await asyncio.gather(*bidding)
        session = await check(people, auction, numbers, bidders)
        print({name: round(seconds, 2) for name, seconds in waited.items()})
        print({b.name: len(b.told) for b in bidders}, len(session.entries))
        assert waited["killed"] < 6
