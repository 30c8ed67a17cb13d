"""A real house in a process of its own, and people who know its doors."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bidding.adapters.passwords import Argon2Passwords
from bidding.adapters.registry import SqlRegistry
from bidding.client import Visitor
from bidding.engine.identity import Account, Role

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery"
PEOPLE: dict[str, tuple[Role, ...]] = {
    "bidder1": ("bidder",),
    "bidder2": ("bidder",),
    "bidder3": ("bidder",),
    "staff1": ("staff",),
    "staff2": ("staff", "approver"),
    "approver1": ("approver",),
    "auditor1": ("auditor",),
    "guessed": ("bidder",),
}
#: What a person is called; it must never be found in the record or in a log line.
REAL_NAME = "欧阳真名"
SECOND = 1_000_000


@dataclass
class HouseProcess:
    """The program as a centre starts it, on a port the system chose."""

    data: Path
    options: tuple[str, ...] = ("--no-demo",)
    url: str = ""
    process: subprocess.Popen[str] | None = None
    logs: list[Path] = field(default_factory=list)

    def start(self, port: int = 0) -> None:
        self.logs.append(self.data / f"stderr-{len(self.logs)}.txt")
        command = [sys.executable, "server.py", "--port", str(port), "--data", str(self.data)]
        with self.logs[-1].open("w") as errors:
            self.process = subprocess.Popen(
                [*command, *self.options],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        assert "http" in first, self.logs[-1].read_text()
        self.url = first.split()[-1]

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def end(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def log_text(self) -> str:
        return "".join(path.read_text() for path in self.logs)

    def errors(self) -> list[str]:
        """Every line that the house itself calls an error: there is none in a good run."""
        lines = [json.loads(line) for line in self.log_text().splitlines() if line.startswith("{")]
        return [str(line) for line in lines if line["level"] in ("error", "critical")]


@contextlib.contextmanager
def house_process(data: Path, *options: str) -> Iterator[HouseProcess]:
    asyncio.run(make_people(data))
    house = HouseProcess(data, options or ("--no-demo",))
    house.start()
    try:
        yield house
    finally:
        if house.process is not None and house.process.poll() is None:
            house.end()


async def make_people(data: Path) -> None:
    # As weak as Argon2 allows: these tests are about doors, and sign in a hundred times.
    passwords = Argon2Passwords(time_cost=1, memory_kib=8)
    registry = await SqlRegistry.open(data / "house.db")
    verifier = await passwords.hash(PASSWORD)
    for name, roles in PEOPLE.items():
        await registry.create_account(
            Account(name, f"{REAL_NAME}{name}", frozenset(roles), verifier)
        )
    await registry.close()
    passwords.close()


@contextlib.asynccontextmanager
async def signed_in(house: HouseProcess, *accounts: str) -> AsyncIterator[list[Visitor]]:
    async with contextlib.AsyncExitStack() as stack:
        visitors = []
        for account in accounts:
            visitor = await stack.enter_async_context(Visitor(house.url))
            await visitor.sign_in(account, PASSWORD)
            visitors.append(visitor)
        yield visitors


async def now(visitor: Visitor) -> int:
    return int((await visitor.get("/api/time"))["now"])


def english(opens: int, seconds: int = 600, **more: Any) -> dict[str, Any]:
    return {
        "title": {"zh": "测试标的", "en": "Test lot"},
        "rule": "english",
        "terms": {
            "opens": opens,
            "duration_seconds": seconds,
            "start_price": 100_000,
            "step": 1_000,
            "extension_seconds": 0,
            **more,
        },
        "deposit": 5_000,
    }


def sealed(opens: int, seconds: int) -> dict[str, Any]:
    return {
        "title": {"zh": "密封报价", "en": "Sealed"},
        "rule": "far_adjustment",
        "terms": {
            "parcels": [
                {"id": "P1", "zh": "一", "en": "1", "added_area": 300},
                {"id": "P2", "zh": "二", "en": "2", "added_area": 250},
            ],
            "quota_area": 400,
            "start_price": 4_000,
            "step": 100,
            "quoting": "SEALED",
            "quoting_opens": opens,
            "quoting_closes": opens + seconds * SECOND,
            "countdown_seconds": 2,
        },
        "deposit": 0,
    }


async def publish(staff: Visitor, approver: Visitor, fields: dict[str, Any]) -> str:
    draft = await staff.post("/api/drafts", fields)
    submitted = await staff.post(f"/api/drafts/{draft['id']}/submit")
    done = await approver.post(
        f"/api/drafts/{draft['id']}/approve", {"sha256": submitted["sha256"]}
    )
    return str(done["auction"])


async def take_part(
    staff: Visitor, auction: str, bidder: Visitor, lot: str | None = None, *, pays: bool = True
) -> str:
    """Apply, be admitted, pay; the paddle number."""
    path = f"/api/auctions/{auction}"
    applied = await bidder.post(f"{path}/apply", {"lot": lot})
    admitted = await staff.post(f"{path}/admit", {"application": applied["id"]})
    assert admitted["type"] == "accepted", admitted
    required = (await staff.get(path))["document"]["deposit"]
    if pays and required:
        notice = {
            "bidder": admitted["bidder"],
            "amount": required,
            "received": await now(staff),
            "bank_ref": f"bank-{auction}-{admitted['bidder']}",
        }
        assert (await staff.post(f"{path}/deposits", notice))["type"] == "accepted"
    return str(admitted["bidder"])


async def running(staff: Visitor, approver: Visitor, seconds: int = 600) -> str:
    """An english auction that is open for bids now."""
    auction = await publish(staff, approver, english(await now(staff) + SECOND, seconds))
    await until_status(staff, auction, "running")
    return auction


async def until_status(visitor: Visitor, auction: str, status: str, within: float = 30) -> None:
    end = time.monotonic() + within
    while (found := (await visitor.get(f"/api/auctions/{auction}"))["room"]["status"]) != status:
        assert time.monotonic() < end, found
        await asyncio.sleep(0.05)


async def size(watcher: Visitor, auction: str) -> int:
    return int((await watcher.get(f"/api/auctions/{auction}/entries", limit=1))["size"])


@contextlib.asynccontextmanager
async def socket(
    visitor: Visitor, auction: str | None, *, hello: bool = True, **headers: str
) -> AsyncIterator[ClientConnection]:
    """A bare stream: hello said and the opening read, unless asked otherwise."""
    url = visitor.url.replace("http", "ws", 1) + "/api/v1/stream"
    cookies = {"Cookie": visitor.cookie} if visitor.cookie else {}
    async with connect(
        url, additional_headers={**cookies, **headers}, compression=None, proxy=None, max_size=2**24
    ) as ws:
        if hello:
            await ws.send(
                json.dumps({"type": "hello", "v": 1, "auction": auction, "csrf": visitor.csrf})
            )
            channels = (await receive(ws, "welcome"))["channels"]
            for _ in channels:
                await receive(ws, "snapshot")
        yield ws


async def receive(ws: ClientConnection, *kinds: str, within: float = 10) -> dict[str, Any]:
    """The next message of one of these kinds; others are passed over."""
    async with asyncio.timeout(within):
        while True:
            message: dict[str, Any] = json.loads(await ws.recv())
            if message["type"] in kinds:
                return message


async def closed_with(ws: ClientConnection, within: float = 10) -> int:
    """The code the house closes this connection with; what comes before is passed over."""
    async with asyncio.timeout(within):
        while True:
            try:
                await ws.recv()
            except ConnectionClosed as closed:
                # 1006: cut off without a word.
                return closed.rcvd.code if closed.rcvd else 1006
