"""What showing one thing to everybody costs the processor: `python -m bench.fanout`.

One process serves, another only reads and throws away. All ways write the same bytes to the same
number of sockets, in turns, and each is divided by the bare `sock.send` loop of its own round, so
that a noisy machine disturbs both alike. Only the serving process is counted.

    bare        sock.send of a finished frame, in a loop: what the kernel costs
    ours        a tick of a room through the hub and the door, with all safety checks
    ours, ten   ten events joined into one frame, as after a busy commit; per event
    send_str    aiohttp's own way, one awaited send a connection
    broadcast   websockets.broadcast on the websockets server
"""

from __future__ import annotations

import asyncio
import gc
import os
import select
import socket
import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from time import process_time
from typing import Any, Final

import orjson
import uvloop
from aiohttp import web
from websockets.asyncio.server import ServerConnection, broadcast, serve

from bench.door import LIMITS
from bidding.adapters.clock import WallClock
from bidding.adapters.keys import FileKeys
from bidding.adapters.papers import FilePapers
from bidding.adapters.passwords import Argon2Passwords
from bidding.books import Books
from bidding.core.document import Document
from bidding.engine.house import House
from bidding.engine.hub import Payload
from bidding.testing import MemoryLog
from bidding.web import wire
from bidding.web.app import build
from bidding.web.context import Door, DoorSettings

SOCKETS: Final = 500
FRAMES: Final = 20
ROUNDS: Final = 15

_HANDSHAKE: Final = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
_HELLO: Final = b'{"type":"hello","v":1,"auction":"fanout"}'
_EVENT: Final = orjson.dumps(
    {
        "n": 1234,
        "i": 2345,
        "t": 1_795_415_658_985_001,
        "type": "bid.accepted",
        "who": "62",
        "facts": [
            {
                "fact": "offer_stood",
                "bidder": "62",
                "lot": "P5",
                "amount": 400000,
                "quantity": 20000,
            }
        ],
        "text": {"zh": "62 号报价 4,000 元/㎡。", "en": "No. 62 offered 4,000 CNY/m²."},
    }
)


def _payload(events: int) -> bytes:
    return b'{"type":"events","channel":"public","from":1,"to":%d,"events":[%b],"room":{}}' % (
        events,
        b",".join([_EVENT] * events),
    )


# The process that reads ------------------------------------------------------------------------


def drain(ports: list[int]) -> None:
    """Connect to each port SOCKETS times, say so, and read everything until killed."""
    poll = select.epoll()
    held = {}
    for path, port in zip(("/api/v1/stream", "/twin", "/"), ports, strict=True):
        for _ in range(SOCKETS):
            line = socket.create_connection(("127.0.0.1", port))
            line.sendall(_HANDSHAKE.format(path=path, port=port).encode())
            while b"\r\n\r\n" not in line.recv(4096):
                pass
            if path == "/api/v1/stream":
                mask = bytes(4)  # a mask of zeros leaves the text as it is
                line.sendall(bytes((0x81, 0x80 | len(_HELLO))) + mask + _HELLO)
            line.settimeout(0)
            poll.register(line, select.EPOLLIN)
            held[line.fileno()] = line
    print("connected", flush=True)
    while True:
        for number, _ in poll.poll():
            if not held[number].recv(1 << 16):
                poll.unregister(number)


# The process that serves -----------------------------------------------------------------------


async def _house(folder: Path, stack: AsyncExitStack) -> Door:
    clock, passwords = WallClock(), Argon2Passwords()
    stack.callback(passwords.close)
    books = await Books.open(folder)
    stack.push_async_callback(books.close)
    house = House(MemoryLog(), clock, FileKeys(folder / "key"), "bench.example/log")
    stack.push_async_callback(house.close)
    now = clock.now()
    document = {
        "auction": "fanout",
        "title": {"zh": "测", "en": "Bench"},
        "rule": "english",
        "version": "1",
        "terms": {"opens": now, "duration_seconds": 86_400, "start_price": 100, "step": 1},
    }
    await house.publish(Document.model_validate(document), "staff:s", "approver:a")
    papers = FilePapers(folder / "papers")
    settings = DoorSettings(limits=LIMITS)
    return Door(
        house,
        books.registry,
        passwords,
        clock,
        settings,
        papers=papers,
        money=books.money,
        oversight=books.oversight,
        bidders=books.bidders,
    )


async def _listen(app: web.Application, stack: AsyncExitStack) -> int:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return int(runner.addresses[0][1])


async def _measure() -> list[dict[str, Any]]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        door = await _house(folder, stack)
        twins: list[web.WebSocketResponse] = []
        others: set[ServerConnection] = set()

        async def twin(request: web.Request) -> web.WebSocketResponse:
            line = web.WebSocketResponse(compress=False)
            await line.prepare(request)
            twins.append(line)
            async for _ in line:
                pass
            return line

        async def other(line: ServerConnection) -> None:
            others.add(line)
            await line.wait_closed()

        plain = web.Application()
        plain.router.add_get("/twin", twin)
        server = await stack.enter_async_context(serve(other, "127.0.0.1", 0, compression=None))
        ports = [
            await _listen(build(door), stack),
            await _listen(plain, stack),
            server.sockets[0].getsockname()[1],
        ]
        reader = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.fanout", *map(str, ports), stdout=asyncio.subprocess.PIPE
        )
        stack.push_async_callback(reader.wait)
        stack.callback(reader.kill)
        assert reader.stdout is not None
        await reader.stdout.readline()
        # Three servers of three makers must come to the same number.
        while min(door.stream.open, len(twins), len(others)) < SOCKETS:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        return await _compare(door, twins, others, stack)


async def _compare(
    door: Door,
    twins: list[web.WebSocketResponse],
    others: set[ServerConnection],
    stack: AsyncExitStack,
) -> list[dict[str, Any]]:
    room = door.house.room("fanout")
    raw = []
    for connection in door.stream._connections:  # noqa: SLF001 the same sockets, under the door
        number = os.dup(connection._transport.get_extra_info("socket").fileno())  # noqa: SLF001
        line = socket.socket(fileno=number)
        stack.callback(line.close)
        raw.append(line)
    one, ten = _payload(1), _payload(10)
    frame, text = wire.frame(one), one.decode()

    async def bare() -> None:
        for line in raw:
            line.send(frame)

    async def ours(payload: bytes) -> None:
        now = room._clock.now()  # noqa: SLF001 one tick, begun now
        await room._fan_out({"public": Payload("public", payload)}, now)  # noqa: SLF001

    async def send_str() -> None:
        for line in twins:
            await line.send_str(text)

    async def cast() -> None:
        broadcast(others, text)

    ways: list[tuple[str, int, Callable[[], Awaitable[None]]]] = [
        ("bare sock.send loop", 1, bare),
        ("ours, one event a frame", 1, lambda: ours(one)),
        ("ours, ten joined events, per event", 10, lambda: ours(ten)),
        ("aiohttp send_str loop", 1, send_str),
        ("websockets.broadcast", 1, cast),
    ]
    costs: dict[str, list[float]] = {what: [] for what, _, _ in ways}
    gc.disable()
    for _ in range(ROUNDS):
        for what, events, way in ways:
            costs[what].append(await _cost(way) / events)
    gc.enable()
    base = costs[ways[0][0]]
    return [
        {
            "what": what,
            "us_of_processor": round(statistics.median(costs[what]) * 1e6, 2),
            "times_bare": round(
                statistics.median(c / b for c, b in zip(costs[what], base, strict=True)), 3
            ),
        }
        for what, _, _ in ways
    ]


async def _cost(way: Callable[[], Awaitable[None]]) -> float:
    """Seconds of processor time a frame and socket, until the sockets have it."""
    began = process_time()
    for _ in range(FRAMES):
        await way()
        # uvloop writes what was queued at the end of a turn; two turns and it is out.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    spent = process_time() - began
    await asyncio.sleep(0.15)  # the reader catches up; nobody is measured against a full pipe
    return spent / FRAMES / SOCKETS


def measure() -> list[dict[str, Any]]:
    """Rows of what, processor time a frame and socket, and that over the bare loop's."""
    return uvloop.run(_measure())


if __name__ == "__main__":
    if len(sys.argv) > 1:
        drain([int(port) for port in sys.argv[1:]])
    else:
        for row in measure():
            print(f"{row['what']:<40}{row['us_of_processor']:>8} us{row['times_bare']:>8} x bare")
