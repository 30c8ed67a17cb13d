"""How long a bidder waits when the node that writes his auction falls, stands still, or goes.

Three nodes, PostgreSQL and Redis, all real. A bid is asked at another node the moment after the
signal, and the clock stops when its final answer is there: detection, take-over, replay of the
tail, the suspension and resumption in the record, and the way back. `python -m bench.takeover
--rounds 50` for more of them; `--past 100` with so many auctions beside it that are over, which
the next owner has to take as well.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import math
import signal
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from bidding.client import Seat
from bidding.client.visitor import Visitor
from tests.cluster.nodes import Cluster, cluster
from tests.doors.house_process import OFFICERS, PASSWORD, SECOND, People

NAMES: Final = ("a", "b", "c")
ROUNDS: Final = 5
_BIDDER: Final = "bidder1"


class Stage:
    """A running auction, and one bidder with a seat at each node."""

    def __init__(self, there: Cluster, auction: str) -> None:
        self.there, self.auction = there, auction
        self._seats: dict[str, Seat] = {}
        self._price = 1_000

    async def sit(self, stack: AsyncExitStack) -> None:
        """Takes a seat at each node."""
        for name, node in self.there.nodes.items():
            visitor = await stack.enter_async_context(Visitor(node.url))
            await visitor.sign_in(_BIDDER, PASSWORD)
            self._seats[name] = await stack.enter_async_context(visitor.join(self.auction))

    async def bid(self, name: str) -> float:
        """Seconds until a bid at this node has its final answer."""
        self._price += 1
        began = perf_counter()
        await self._seats[name].bid(self._price, within=30)
        return perf_counter() - began

    async def owner(self) -> tuple[str, str]:
        """The node that owns the auction, and another one; both answer."""
        await self.bid(NAMES[0])  # answered: so there is one
        await asyncio.sleep(0.3)
        found = await self.there.owner(self.auction)
        assert found is not None
        return found, next(name for name in NAMES if name != found)

    async def back(self, name: str) -> None:
        """Until a node takes bids as before."""
        await self.bid(name)


async def killed(stage: Stage) -> float:
    """Kill -9; afterwards it comes back."""
    owner, other = await stage.owner()
    stage.there.nodes[owner].end(signal.SIGKILL)
    waited = await stage.bid(other)
    await stage.there.start(owner)
    await stage.back(owner)
    return waited


async def stopped(stage: Stage) -> float:
    """SIGSTOP, until another one has taken over."""
    owner, other = await stage.owner()
    process = stage.there.nodes[owner].process
    assert process is not None
    process.send_signal(signal.SIGSTOP)
    waited = await stage.bid(other)
    process.send_signal(signal.SIGCONT)
    await stage.back(owner)
    return waited


async def handed_over(stage: Stage) -> float:
    """SIGTERM: the longest of eight bids that are asked while it goes."""
    owner, other = await stage.owner()
    await asyncio.sleep(2)  # so that eight bids at once are within one bidder's rate
    process = stage.there.nodes[owner].process
    assert process is not None
    process.send_signal(signal.SIGTERM)
    asked = []
    for _ in range(8):
        asked.append(asyncio.ensure_future(stage.bid(other)))
        await asyncio.sleep(0.02)
    waited = max(await asyncio.gather(*asked))
    await asyncio.to_thread(stage.there.nodes[owner].stop)
    await stage.there.start(owner)
    await stage.back(owner)
    return waited


HAPPENINGS: Final[dict[str, Callable[[Stage], Awaitable[float]]]] = {
    "kill -9 of the writer": killed,
    "SIGSTOP of the writer": stopped,
    "planned hand-over": handed_over,
}


async def rounds(count: int, past: int) -> dict[str, list[float]]:
    """Seconds that the bidder waited, each time, by what happened; `past` auctions are over."""
    found: dict[str, list[float]] = {what: [] for what in HAPPENINGS}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "data"
        there = await stack.enter_async_context(
            cluster(folder, NAMES, {**OFFICERS, _BIDDER: ("bidder",)})
        )
        people = await stack.enter_async_context(People(there.balancer))
        await people.sign_in(*OFFICERS, _BIDDER)
        now = int((await people["staff"].get("/api/time"))["now"])
        for _ in range(past):
            over = await people.publish(_document(now + 3600 * SECOND))
            await people["approver"].post(f"/api/auctions/{over}/terminate", {"reason": "past"})
        now = int((await people["staff"].get("/api/time"))["now"])
        auction = await people.publish(_document(now + SECOND))
        await people.admit(auction, {_BIDDER: None}, 0)
        stage = Stage(there, auction)
        await stage.sit(stack)
        await asyncio.sleep(1.5)
        for _ in range(count):
            for what, happens in HAPPENINGS.items():
                found[what].append(await happens(stage))
    return found


def _document(opens: int) -> dict[str, Any]:
    return {
        "title": {"zh": "接管时间", "en": "Time to take over"},
        "rule": "english",
        "deposit": 0,
        "terms": {
            "opens": opens,
            "duration_seconds": 36_000,
            "start_price": 1_000,
            "step": 1,
            "extension_seconds": 0,
        },
    }


def _share(waited: list[float], share: float) -> int:
    """Milliseconds that this share of the rounds stayed within (the nearest rank)."""
    ordered = sorted(waited)
    return round(ordered[math.ceil(len(ordered) * share) - 1] * 1000)


def measure(count: int = ROUNDS, past: int = 0) -> list[dict[str, Any]]:
    """Rows for the table."""
    return [
        {
            "what": what,
            "rounds": len(waited),
            "p50 ms": _share(waited, 0.5),
            "p99 ms": _share(waited, 0.99),
            "most ms": _share(waited, 1),
        }
        for what, waited in asyncio.run(rounds(count, past)).items()
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--past", type=int, default=0)
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        for row in measure(given.rounds, given.past):
            print("  ".join(f"{name} {value}" for name, value in row.items()))
