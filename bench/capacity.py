"""How many nodes a load takes: `python -m bench.capacity`, and the same as a table of docs/scale.md.

A model of what keeps a node busy, in whole microseconds of processor time for each second, with costs that
are measured at a real node. What it is not: a promise about another machine; measure there first.

1. A node is one process on one core. What is committed together is signed, written and shown in one turn, and
   a room is shown in ticks: however many bids come, an auction has no more turns a second than there are
   ticks, and a stream gets no more frames.
2. Every node shows every auction. So each bears every bid once, as the writer or as a follower; following
   is counted as dear as deciding, which is more than it costs.
3. Streams and their frames are spread evenly by the balancer. One node more than needed stands by,
   so that one may fall at the worst minute.
4. Where the bids alone fill a node, no number of nodes helps: the auctions are split between
   clusters, which share nothing.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import uvloop
from websockets.asyncio.client import ClientConnection

from bench.ack import Load, furnish, hello, open_stream, paced, process
from bidding.engine.hub import TICK

SECOND: Final = 1_000_000
TICKS: Final = SECOND // TICK
SHARE_PERCENT: Final = 60
"""How busy a core may be: above that, waiting grows faster than load."""
STREAMS: Final = 12_000
"""Of bidders and watchers at one node: the balancer's `maxconn` of both pools."""
COMMITS: Final = 1_300
"""A second, on one connection to a database that waits for its disk."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Microseconds of one core: a second of nothing, a turn, a bid in it, a frame to one stream."""

    idle: int
    turn: int
    bid: int
    frame: int


@dataclass(frozen=True, slots=True)
class Demand:
    """The worst second of one cluster. Bids and streams of `auctions`, evenly."""

    auctions: int
    bids: int
    streams: int

    @property
    def turns(self) -> int:
        """A second, over all auctions: one for each bid while bids are few."""
        return min(self.bids, self.auctions * TICKS)

    @property
    def frames(self) -> int:
        """A second, over all nodes: one for each turn to each stream of its auction."""
        return -(-self.streams * self.turns // self.auctions)


def on_every_node(costs: Costs, demand: Demand) -> int:
    """Microseconds a second that each node works, however many there are."""
    return costs.idle + demand.turns * costs.turn + demand.bids * costs.bid


def nodes_for(costs: Costs, demand: Demand) -> int | None:
    """Nodes, one standing by among them; None where bids alone are too many for one cluster."""
    left = SECOND * SHARE_PERCENT // 100 - on_every_node(costs, demand)
    if left <= 0 or demand.turns > COMMITS:
        return None
    for_frames = -(-demand.frames * costs.frame // left)
    return max(for_frames, -(-demand.streams // STREAMS), 1) + 1


def split(costs: Costs, demand: Demand) -> tuple[int, int] | None:
    """Clusters and the nodes of each, fewest nodes in all; None where one auction is too much."""
    best: tuple[int, int] | None = None
    for clusters in range(1, demand.auctions + 1):
        part = Demand(*(-(-n // clusters) for n in (demand.auctions, demand.bids, demand.streams)))
        nodes = nodes_for(costs, part)
        if nodes is not None and (best is None or clusters * nodes < best[0] * best[1]):
            best = clusters, nodes
    return best


#: What docs/scale.md plans with, and why these figures.
PLANNED: Final = Costs(idle=50_000, turn=3_500, bid=350, frame=8)

PLACES: Final = {
    "a city": Demand(auctions=20, bids=40, streams=3_000),
    "a province": Demand(auctions=300, bids=600, streams=40_000),
    "a country": Demand(auctions=9_000, bids=12_000, streams=1_200_000),
    "the hottest auction known": Demand(auctions=1, bids=2_600, streams=156_000),
}


def plan() -> list[str]:
    """Rows of the table in docs/scale.md."""
    rows = []
    for place, demand in PLACES.items():
        found = split(PLANNED, demand)
        answer = "none" if found is None else f"{found[0]:,} × {found[1]:,}"
        rows.append(
            f"| {place} | {demand.auctions:,} | {demand.bids:,} | {demand.streams:,} | "
            f"{demand.frames:,} | {answer} |"
        )
    return rows


# Measured at a real node -------------------------------------------------------------------------

BIDDERS: Final = 5
WATCHERS: Final = 5


@dataclass(frozen=True, slots=True)
class Seen:
    """One run as it really was: a loaded machine asks less than it was told to."""

    spent: int
    """Microseconds that it lasted."""
    turns: int
    bids: int
    frames: int
    worked: int
    """Microseconds of processor time of the node."""


def told(costs: Costs, seen: Seen) -> int:
    """Microseconds that a node should have worked in such a run."""
    return (
        costs.idle * seen.spent // SECOND
        + costs.turn * seen.turns
        + costs.bid * seen.bids
        + costs.frame * seen.frames
    )


def learnt(nothing: Seen, few: Seen, many: Seen, frame: int) -> Costs:
    """Costs from three runs; what a frame costs is measured alone, by `bench.fanout`."""
    idle = nothing.worked * SECOND // nothing.spent
    rest = [s.worked - told(Costs(idle, 0, 0, frame), s) for s in (few, many)]
    # Two runs, two unknowns: turns * turn + bids * bid == rest.
    whole = few.turns * many.bids - many.turns * few.bids
    turn = (rest[0] * many.bids - rest[1] * few.bids) // whole
    bid = (few.turns * rest[1] - many.turns * rest[0]) // whole
    return Costs(idle, turn, max(0, bid), frame)


def worked(pid: int) -> int:
    """Microseconds of processor time that a process has used."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) * SECOND // os.sysconf("SC_CLK_TCK")


async def runs(demands: list[tuple[int, int]], seconds: float) -> list[Seen]:
    """Bids a second and watchers, each in turn at one real node; watchers only come."""
    found = []
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        url, pid = await stack.enter_async_context(
            process("bench.door", "house", folder, str(BIDDERS))
        )
        stream = url.replace("http", "ws") + "/api/v1/stream"
        loads = []
        for cookie, first in await furnish(url, stack, BIDDERS):
            loads.append(Load(await open_stream(stack, stream, cookie, first), first))
        counts: list[int] = []
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        reading = [tasks.create_task(load.read()) for load in loads]

        async def count(socket: ClientConnection, at: int) -> None:
            while True:
                await socket.recv(decode=False)
                counts[at] += 1

        await paced(loads, demands[-1][0], 0.5)  # what is done for the first time only
        for bids, watchers in demands:
            while len(counts) < watchers:
                socket = await open_stream(stack, stream, "", hello(None))
                counts.append(0)
                reading.append(tasks.create_task(count(socket, len(counts) - 1)))
            await asyncio.sleep(0.3)
            counts[:] = [0] * len(counts)
            before, began = worked(pid), perf_counter()
            await (paced(loads, bids, seconds) if bids else asyncio.sleep(seconds))
            await asyncio.sleep(0.1)
            asked = sum(len(load.waits) for load in loads) if bids else 0
            frames = sum(counts) * (len(counts) + BIDDERS) // len(counts)
            spent = round((perf_counter() - began) * SECOND)
            turns = max(counts) if bids else 0
            found.append(Seen(spent, turns, asked, frames, worked(pid) - before))
        for task in reading:
            task.cancel()
    return found


#: Bids a second and watchers: nothing, few, many; and a mix that the model has to tell beforehand.
DEMANDS: Final = [(0, WATCHERS), (20, WATCHERS), (400, WATCHERS), (150, 60)]


def measure(seconds: float = 1.5) -> list[dict[str, Any]]:
    """Rows: the costs of this machine, and how near the model came to the mix."""
    nothing, few, many, mix = uvloop.run(runs(DEMANDS, seconds))
    costs = learnt(nothing, few, many, PLANNED.frame)
    return [
        {"what": "a second of nothing, µs", "cost": costs.idle},
        {"what": "a turn, µs", "cost": costs.turn},
        {"what": "a bid in a turn, µs", "cost": costs.bid},
        {
            "what": f"{mix.turns} turns, {mix.bids} bids, {mix.frames} frames, µs",
            "told": told(costs, mix),
            "measured": mix.worked,
        },
    ]


if __name__ == "__main__":
    for row in measure():
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    print(*plan(), sep="\n")
