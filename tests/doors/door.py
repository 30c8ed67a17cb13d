"""Talking to a real house through its doors: sign-ins, auctions to talk about, bare streams."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bidding.client import Visitor
from bidding.engine.identity import Role
from tests.doors.house_process import (
    PASSWORD,
    SECOND,
    HouseProcess,
    begun_by_an_offer,
    make_people,
    now,
    publish,
    take_part,
)
from tests.doors.program import ROOT

__all__ = [
    "PASSWORD",
    "ROOT",
    "SECOND",
    "HouseProcess",
    "begun_by_an_offer",
    "now",
    "publish",
    "take_part",
]

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
PATIENCE = 30.0
"""Seconds until what must come has come: a busy machine is no defect."""
#: What a person is called; it must never be found in the record or in a log line.
REAL_NAME = "欧阳真名"


@contextlib.contextmanager
def house_process(
    data: Path, *options: str, environment: Mapping[str, str] | None = None
) -> Iterator[HouseProcess]:
    asyncio.run(make_people(data, PEOPLE, called=REAL_NAME))
    house = HouseProcess(data, options or ("--no-demo",), environment or {})
    house.start()
    try:
        yield house
    finally:
        house.stop()


@contextlib.asynccontextmanager
async def signed_in(house: HouseProcess, *accounts: str) -> AsyncIterator[list[Visitor]]:
    async with contextlib.AsyncExitStack() as stack:
        visitors = []
        for account in accounts:
            visitor = await stack.enter_async_context(Visitor(house.url))
            await visitor.sign_in(account, PASSWORD)
            visitors.append(visitor)
        yield visitors


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


async def running(staff: Visitor, approver: Visitor, seconds: int = 600) -> str:
    """An english auction that is open for bids now."""
    auction = await publish(staff, approver, english(await now(staff) + SECOND, seconds))
    await until_status(staff, auction, "running")
    return auction


async def until_status(visitor: Visitor, auction: str, status: str, within: float = 60) -> None:
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
        url,
        additional_headers={**cookies, **headers},
        compression=None,
        proxy=None,
        max_size=2**24,
        open_timeout=PATIENCE,
    ) as ws:
        if hello:
            await ws.send(
                json.dumps({"type": "hello", "v": 1, "auction": auction, "csrf": visitor.csrf})
            )
            channels = (await receive(ws, "welcome"))["channels"]
            for _ in channels:
                await receive(ws, "snapshot")
        yield ws


async def receive(ws: ClientConnection, *kinds: str, within: float = PATIENCE) -> dict[str, Any]:
    """The next message of one of these kinds; others are passed over."""
    async with asyncio.timeout(within):
        while True:
            message: dict[str, Any] = json.loads(await ws.recv())
            if message["type"] in kinds:
                return message


async def closed_with(ws: ClientConnection, within: float = PATIENCE) -> int:
    """The code the house closes this connection with; what comes before is passed over."""
    async with asyncio.timeout(within):
        while True:
            try:
                await ws.recv()
            except ConnectionClosed as closed:
                # 1006: cut off without a word.
                return closed.rcvd.code if closed.rcvd else 1006
