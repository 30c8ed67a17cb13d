"""Accepted bids a second through the auctioneer: decide, sign, append, answer, show.

`python -m bench.engine`. One auction over SQLite with synchronous=FULL, receipts possible, a
hundred listeners on the public channel, eight bids under way for each of twenty bidders, no
sockets. Beside it in the same run: the same house over a log in memory with nobody listening,
and the naive twin of the store: decide, commit, then the next bid.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import uvloop

from auction_rules.floor import Bid
from bidding.adapters.clock import WallClock
from bidding.adapters.sql_log import SqlLog
from bidding.core.commands import Admit, Command
from bidding.core.document import Document
from bidding.core.record import record
from bidding.engine.auctioneer import Answer
from bidding.engine.auctioneer import Final as Decided
from bidding.engine.house import House
from bidding.engine.hub import Payload
from bidding.engine.ports import EventLog
from bidding.testing import FixedKeys, MemoryLog

BIDDERS: Final = 20
UNDER_WAY: Final = 8
LISTENERS: Final = 100
SECONDS: Final = 3.0
WARM_UP: Final = 0.5
START_PRICE: Final = 400_000
STEP: Final = 10_000


def document(clock: WallClock) -> Document:
    """An adjustment of mountain farmland whose free phase is open now: each raises his own."""
    parcels = [{"id": f"P{k}", "added_area": 1_000} for k in range(BIDDERS)]
    terms = {
        "parcels": parcels,
        "quota_area": 5_000,
        "start_price": START_PRICE,
        "step": STEP,
        "quoting_opens": clock.now() + 200_000,
        "quoting_closes": clock.now() + 3_600_000_000,
    }
    title = {"zh": "测量", "en": "Measurement"}
    fields = {"auction": "bench", "title": title, "rule": "far_adjustment", "version": "1"}
    return Document.model_validate({**fields, "terms": terms})


async def opened(house: House, clock: WallClock) -> str:
    """A running auction with its bidders admitted."""
    terms = document(clock)
    opens = terms.terms["quoting_opens"]
    auction = await house.publish(terms, "staff:li", "approver:wang")
    for k in range(BIDDERS):
        await house.ask(auction, Command("staff:li", Admit(f"{k:02}", f"P{k}"), f"a{k}"))
    while clock.now() < opens:
        await clock.sleep_until(opens)
    # Whoever asks now is answered after the opening bell: a second admission, refused.
    await house.ask(auction, Command("staff:li", Admit("00", "P0"), "again"))
    assert house.room(auction).state.status == "running"
    return auction


async def through(log: EventLog, listeners: int) -> dict[str, Any]:
    """Rate and waits of accepted bids through the house over this log."""
    clock = WallClock()
    house = House(log, clock, FixedKeys(), "bench/log")
    auction = await opened(house, clock)
    shown = 0

    def listen(tick: Sequence[Payload]) -> None:
        nonlocal shown
        shown += sum(len(payload.text) for payload in tick)

    for _ in range(listeners):
        await house.room(auction).join(listen, {"public": None})
    waits: list[tuple[float, float]] = []

    async def bidding(bidder: int, turn: int) -> None:
        asked = turn
        while (sent := perf_counter()) < end:
            command = Command(f"bidder:{bidder:02}", Bid(raises[bidder]), f"r{asked}")
            raises[bidder] += STEP
            asked += UNDER_WAY
            answer: Answer = await house.ask(auction, command)
            assert isinstance(answer, Decided), answer
            assert answer.entry["type"] == "bid.accepted", answer.entry["data"]
            waits.append((sent, perf_counter() - sent))

    raises = [START_PRICE] * BIDDERS
    start = perf_counter()
    end = start + WARM_UP + SECONDS
    async with asyncio.TaskGroup() as group:
        for bidder in range(BIDDERS):
            for turn in range(UNDER_WAY):
                group.create_task(bidding(bidder, turn))
    counted = sorted(wait for sent, wait in waits if sent >= start + WARM_UP)
    await house.close()
    await log.close()
    return {
        "per_second": round(len(counted) / SECONDS),
        "p50_ms": round(counted[len(counted) // 2] * 1000, 1),
        "p99_ms": round(counted[len(counted) * 99 // 100] * 1000, 1),
    }


async def naive(folder: Path) -> float:
    """Bids a second of whoever decides one, commits it, and only then takes the next."""
    clock = WallClock()
    house = House(MemoryLog(), clock, FixedKeys(), "bench/log")
    auction = await opened(house, clock)
    room = house.room(auction)
    state, rule = room.state, room.rule
    await house.close()
    raw = sqlite3.connect(folder / "naive.db", isolation_level=None)
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")
    raw.execute("CREATE TABLE entry (idx INTEGER PRIMARY KEY, body BLOB NOT NULL)")
    count, start = 0, perf_counter()
    while (spent := perf_counter() - start) < SECONDS:
        raised, bidder = divmod(count, BIDDERS)
        command = Command(f"bidder:{bidder:02}", Bid(START_PRICE + raised * STEP), f"r{count}")
        made = record(state, command, clock.now(), rule)
        raw.execute("INSERT INTO entry VALUES (?, ?)", (made.entry["i"], made.body))
        state = made.state
        count += 1
    raw.close()
    return count / spent


def measure() -> list[dict[str, Any]]:
    """Three rows: ours, ours without a store and without listeners, one commit a bid."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            twin = runner.run(naive(folder))
            bare = runner.run(through(MemoryLog(), 0))
            full = runner.run(through(SqlLog(folder / "log.db"), LISTENERS))
    return [
        {
            "what": f"SQLite FULL, {LISTENERS} listeners",
            **full,
            "of_bare": round(full["per_second"] / bare["per_second"], 2),
            "of_naive": round(full["per_second"] / twin, 1),
        },
        {"what": "no store, nobody listening", **bare},
        {"what": "one commit a bid, one at a time", "per_second": round(twin)},
    ]


if __name__ == "__main__":
    for row in measure():
        print(row)
