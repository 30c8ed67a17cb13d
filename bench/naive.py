"""The naive twin: what a first version of such a server does, for comparison.

`python -m bench.naive FOLDER BIDDERS`. The same rule and the same entries, but one commit a bid
and one `send_str` a watcher, awaited in turn. No accounts: the bidder is in the address.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from pathlib import Path

import orjson
import uvloop
from aiohttp import WSMsgType, web

from auction_rules.floor import Bid
from bench.decide import START, session
from bidding.core.commands import Command
from bidding.core.record import record
from bidding.core.views import answer


class Twin:
    """One auction, one connection to the disk, one lock."""

    def __init__(self, data: Path, bidders: int) -> None:
        self.rule, self.state = session("far_adjustment", bidders)
        self.names = list(self.state.entrants)
        self.disk = sqlite3.connect(
            data / "naive.db", isolation_level=None, check_same_thread=False
        )
        self.disk.execute("PRAGMA journal_mode=WAL")
        self.disk.execute("PRAGMA synchronous=FULL")
        self.disk.execute("CREATE TABLE entry (idx INTEGER PRIMARY KEY, body BLOB)")
        self.watchers: set[web.WebSocketResponse] = set()
        self.turn = asyncio.Lock()

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        bidder = request.query.get("bidder")
        if bidder is None:
            self.watchers.add(socket)
        async for message in socket:
            if message.type is WSMsgType.TEXT and bidder is not None:
                await self._bid(socket, self.names[int(bidder)], message.json())
        self.watchers.discard(socket)
        return socket

    async def _bid(self, socket: web.WebSocketResponse, bidder: str, asked: dict[str, int]) -> None:
        async with self.turn:
            command = Command(f"bidder:{bidder}", Bid(asked["amount"]), str(asked["ref"]))
            made = record(self.state, command, START + self.state.index, self.rule)
            await asyncio.to_thread(
                self.disk.execute, "INSERT INTO entry VALUES (?, ?)", (made.entry["i"], made.body)
            )
            self.state = made.state
            text = orjson.dumps({"type": "events", "events": [made.entry]}).decode()
            await socket.send_str(orjson.dumps(answer(made.entry, self.state)).decode())
            for watcher in self.watchers:
                await watcher.send_str(text)


async def serve(data: Path, bidders: int) -> None:
    """Serves until standard input ends."""
    app = web.Application()
    app.router.add_get("/", Twin(data, bidders).handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    uvloop.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
