"""A house in a process of its own, for measurements: `python -m bench.door MODE FOLDER`.

MODE `house` is the product: SQLite with full synchronisation and the real door, with limits wide
enough for one machine to load it. MODE `bare` is the same without a store: what durability and
the disk cost is the difference. Prints its address, runs until its input closes.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvloop
from aiohttp import web

from bidding.adapters.clock import WallClock
from bidding.adapters.keys import FileKeys
from bidding.adapters.papers import FilePapers
from bidding.adapters.passwords import Argon2Passwords
from bidding.adapters.sql_log import SqlLog
from bidding.books import Books
from bidding.engine.house import House
from bidding.engine.identity import Account, Role
from bidding.testing import MemoryLog
from bidding.web.app import build
from bidding.web.context import Door, DoorSettings
from bidding.web.limits import Limits, Rate

PASSWORD = "measured in public"  # noqa: S105 of a house that lives for a minute
WIDE = Rate(1_000_000, 1_000_000)
LIMITS = Limits(
    by_address=WIDE,
    by_sign_in=WIDE,
    messages=WIDE,
    bids=WIDE,
    password_failures_by_address=WIDE,
    sockets_by_address=20_000,
    sockets_by_account=1_000,
)


async def serve(mode: str, data: Path, bidders: int) -> None:
    """Serves until standard input ends."""
    clock, passwords = WallClock(), Argon2Passwords()
    books = await Books.open(data)
    verifier = await passwords.hash(PASSWORD)
    people: dict[str, frozenset[Role]] = {
        "staff": frozenset({"staff"}),
        "approver": frozenset({"approver"}),
        **{f"bidder{n}": frozenset({"bidder"}) for n in range(bidders)},
    }
    for name, roles in people.items():
        await books.registry.create_account(Account(name, name, roles, verifier))
    log = SqlLog(data / "log.db") if mode == "house" else MemoryLog()
    house = House(log, clock, FileKeys(data / "key"), "bench.example/log")
    papers = FilePapers(data / "papers")
    door = Door(
        house,
        books.registry,
        passwords,
        clock,
        DoorSettings(limits=LIMITS),
        papers=papers,
        money=books.money,
        oversight=books.oversight,
        bidders=books.bidders,
    )
    runner = web.AppRunner(build(door), access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await house.recover()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await house.close()
    await runner.cleanup()
    await log.close()
    await books.close()
    passwords.close()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
