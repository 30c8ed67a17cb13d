"""Accepted bids a second and the time to the answer, through the real door: `python -m bench.ack`.

One server process, one load process, on the same machine. Twenty bidders raise themselves as
fast as they are answered (eight bids each under way), a hundred watchers read everything. Then
the same at half that rate, evenly spaced, for the time from sending a bid to its final answer.
Beside it in the same run: the same house without a store and without watchers, and the naive
twin (one commit a bid, one awaited send a watcher).
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import orjson
import uvloop
from websockets.asyncio.client import ClientConnection, connect

from bench.door import PASSWORD
from bidding.client import Visitor

BIDDERS = 20
WATCHERS = 100
UNDER_WAY = 8
SECONDS = 6.0
WARM_UP = 1.5
STEP = 10_000
START_PRICE = 400_000
OPENS_IN = 1_000_000
"""Microseconds from publishing to the opening."""


@dataclass
class Load:
    """One bidder's connection and what came back."""

    socket: ClientConnection
    hello: bytes | None
    amount: int = START_PRICE
    sent: dict[str, float] = field(default_factory=dict)
    waits: list[tuple[float, float]] = field(default_factory=list)
    refused: int = 0
    free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(UNDER_WAY))
    serial: int = 0
    idle: asyncio.Event = field(default_factory=asyncio.Event)

    async def bid(self) -> None:
        """Sends the next raise; the answer is counted when it comes."""
        self.serial += 1
        ref = f"r{self.serial}"
        frame = {"ref": ref, "amount": self.amount}
        if self.hello is not None:
            frame |= {"type": "bid", "lot": None, "quantity": None, "stage": None}
        self.amount += STEP
        self.sent[ref] = perf_counter()
        self.idle.clear()
        await self.socket.send(orjson.dumps(frame), text=True)

    async def read(self) -> None:
        """Takes answers until the connection ends."""
        while True:
            frame = await self.socket.recv(decode=False)
            # Only answers matter here; the rest is what every watcher reads.
            if b'"accepted"' not in frame[:40] and b'"refused"' not in frame[:40]:
                continue
            answer = orjson.loads(frame)
            started = self.sent.pop(answer["ref"])
            now = perf_counter()
            self.waits.append((now, now - started))
            self.refused += answer["type"] == "refused"
            self.free.release()
            if not self.sent:
                self.idle.set()


@asynccontextmanager
async def process(*arguments: str) -> AsyncIterator[tuple[str, int]]:
    """A server process; yields its address and its id."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        yield (await child.stdout.readline()).decode().strip(), child.pid
    finally:
        child.stdin.close()
        await child.wait()


async def furnish(
    url: str, stack: AsyncExitStack, bidders: int = BIDDERS
) -> list[tuple[str, bytes]]:
    """Publishes a session, seats everybody; returns cookie and hello frame of each bidder."""
    people: dict[str, Visitor] = {}
    for name in ("staff", "approver", *(f"bidder{n}" for n in range(bidders))):
        people[name] = await stack.enter_async_context(Visitor(url))
        await people[name].sign_in(name, PASSWORD)
    staff = people["staff"]
    now = (await staff.get("/api/time"))["now"]
    fields = {
        "auction": "bench",
        "title": {"zh": "测量", "en": "measurement"},
        "rule": "far_adjustment",
        "terms": {
            "parcels": [{"id": f"P{n}", "added_area": 1_000} for n in range(bidders)],
            "quota_area": bidders * 500,
            "start_price": START_PRICE,
            "step": STEP,
            "quoting_opens": now + OPENS_IN,
            "quoting_closes": now + 3_600_000_000,
        },
        "deposit": 0,
    }
    draft = await staff.post("/api/drafts", fields)
    submitted = await staff.post(f"/api/drafts/{draft['id']}/submit")
    approval = {"sha256": submitted["sha256"]}
    await people["approver"].post(f"/api/drafts/{draft['id']}/approve", approval)
    seats = []
    for n in range(bidders):
        visitor = people[f"bidder{n}"]
        applied = await visitor.post("/api/auctions/bench/apply", {"lot": f"P{n}"})
        await staff.post("/api/auctions/bench/admit", {"application": applied["id"]})
        seats.append((visitor.cookie, hello(visitor.csrf)))
    left = now + OPENS_IN - (await staff.get("/api/time"))["now"]
    await asyncio.sleep(max(0, left / 1e6) + 0.1)
    return seats


def hello(csrf: str | None) -> bytes:
    """The first frame of a stream."""
    first = {"type": "hello", "v": 1, "auction": "bench", "csrf": csrf, "cursors": None}
    return orjson.dumps(first)


async def drain(socket: ClientConnection) -> None:
    """A watcher: reads everything, keeps nothing."""
    while True:
        await socket.recv(decode=False)


async def run(mode: str, watchers: int) -> dict[str, float]:
    """Bids a second flat out, then answer times at half that rate."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        (Path(folder) / mode).mkdir()
        data = str(Path(folder) / mode)
        naive = mode == "naive"
        arguments = ("bench.naive", data) if naive else ("bench.door", mode, data)
        url, _ = await stack.enter_async_context(process(*arguments, str(BIDDERS)))
        stream = url.replace("http", "ws") + ("/" if naive else "/api/v1/stream")
        seats = [] if naive else await furnish(url, stack)
        loads = []
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        for n in range(BIDDERS):
            cookie, first = ("", None) if naive else seats[n]
            address = f"{stream}?bidder={n}" if naive else stream
            socket = await open_stream(stack, address, cookie, first)
            loads.append(Load(socket, first))
        reading = [tasks.create_task(load.read()) for load in loads]
        for _ in range(watchers):
            socket = await open_stream(stack, stream, "", None if naive else hello(None))
            reading.append(tasks.create_task(drain(socket)))
        flat_out = await flood(loads)
        waits = await paced(loads, flat_out / 2)
        assert not any(load.refused for load in loads), "every bid of the measurement is accepted"
        for task in reading:
            task.cancel()
    waits.sort()
    return {
        "per_second": round(flat_out),
        "p50_ms": round(waits[len(waits) // 2] * 1e3, 2),
        "p99_ms": round(waits[len(waits) * 99 // 100] * 1e3, 2),
    }


async def open_stream(
    stack: AsyncExitStack, url: str, cookie: str, first: bytes | None
) -> ClientConnection:
    """A connection that has said hello."""
    headers = {"Cookie": cookie} if cookie else {}
    socket = await stack.enter_async_context(
        connect(
            url,
            additional_headers=headers,
            compression=None,
            max_size=2**24,
            max_queue=None,
            ping_interval=None,
            proxy=None,
        )
    )
    if first is not None:
        await socket.send(first, text=True)
    return socket


async def answered(loads: list[Load]) -> None:
    """Waits until nothing is under way."""
    for load in loads:
        await load.idle.wait()


async def flood(loads: list[Load]) -> float:
    """Accepted bids a second with eight under way for each bidder, after a warm-up."""
    until = perf_counter() + WARM_UP + SECONDS

    async def one(load: Load) -> None:
        while perf_counter() < until:
            await load.free.acquire()
            await load.bid()

    await asyncio.gather(*(one(load) for load in loads))
    await answered(loads)
    begun = until - SECONDS
    counted = sum(begun <= at < until for load in loads for at, _ in load.waits)
    return counted / SECONDS


async def paced(loads: list[Load], rate: float, seconds: float = SECONDS) -> list[float]:
    """Answer times in seconds with bids sent evenly at `rate` a second."""
    for load in loads:
        load.waits.clear()
    started, count = perf_counter(), 0
    while (passed := perf_counter() - started) < seconds:
        while count < passed * rate:
            await loads[count % len(loads)].bid()
            count += 1
        await asyncio.sleep(0.001)
    await answered(loads)
    return [wait for load in loads for _, wait in load.waits]


def measure() -> list[dict[str, object]]:
    """One row a machine, with the ratio of its rate to the product's."""
    rows: list[dict[str, object]] = []
    product = 0.0
    for what, mode, watchers in (
        (f"the product, {WATCHERS} watchers", "house", WATCHERS),
        ("the product, no watchers", "house", 0),
        ("without store and watchers (baseline)", "bare", 0),
        (f"naive twin, {WATCHERS} watchers (baseline)", "naive", WATCHERS),
    ):
        found = uvloop.run(run(mode, watchers))
        product = product or found["per_second"]
        rows.append({"what": what, **found, "ratio": round(found["per_second"] / product, 2)})
    return rows


if __name__ == "__main__":
    for row in measure():
        print(
            f"{row['what']:<44}{row['per_second']:>8} bids/s {row['ratio']:>6}x"
            f"   answer p50 {row['p50_ms']} ms, p99 {row['p99_ms']} ms"
        )
