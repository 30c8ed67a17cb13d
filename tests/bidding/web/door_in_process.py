"""A door in this process, on SQLite files of its own, with limits the test chooses.

Its clock is the one that practice has: a test moves on over the time that nothing happens in.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from bidding.adapters.clock import WallClock
from bidding.adapters.keys import FileKeys
from bidding.adapters.papers import FilePapers
from bidding.adapters.passwords import Argon2Passwords
from bidding.adapters.sql_log import SqlLog
from bidding.books import Books
from bidding.client import Visitor
from bidding.core.document import Document
from bidding.core.record import due
from bidding.engine.house import House
from bidding.engine.identity import Account, Role
from bidding.engine.passing import ShiftedClock
from bidding.web.app import build
from bidding.web.context import Door, DoorSettings
from bidding.web.limits import Limits

PASSWORD = "correct horse"


@dataclass
class Open:
    """An open house and its address."""

    door: Door
    clock: ShiftedClock
    url: str

    def pass_by(self, by: int) -> None:
        """So many microseconds are over at once, and nobody lost them."""
        self.clock.forward(self.clock.now() + by)
        self.door.house.moved_on()

    async def until(self, auction: str, status: str) -> None:
        """Over all that is due, until the auction has come this far."""
        room = self.door.house.room(auction)
        async with asyncio.timeout(60):
            while room.state.status != status:
                bell = due(room.state, room.rule)
                if bell is not None and bell > self.clock.now():
                    self.pass_by(bell - self.clock.now())
                await asyncio.sleep(0.005)

    async def publish(self, auction: str = "a", *, later: int = 0) -> None:
        """An auction that opens now, or `later` microseconds from now."""
        opens = self.clock.now() + later
        terms = {"opens": opens, "duration_seconds": 3600, "start_price": 100, "step": 1}
        document = Document.model_validate(
            {
                "auction": auction,
                "title": {"zh": "标的", "en": "Lot"},
                "rule": "english",
                "version": "1",
                "terms": terms,
            }
        )
        await self.door.house.publish(document, "staff:s", "approver:t")


@contextlib.asynccontextmanager
async def open_door(
    folder: Path, limits: Limits | None = None, settings: DoorSettings | None = None
) -> AsyncIterator[Open]:
    wall = WallClock()
    clock = ShiftedClock(wall, wall.now())
    passwords = Argon2Passwords(time_cost=1, memory_kib=8)
    books = await Books.open(folder)
    log = SqlLog(folder / "log.db")
    house = House(log, clock, FileKeys(folder / "key"), "test/log")
    door = Door(
        house,
        books.registry,
        passwords,
        clock,
        settings or DoorSettings(limits=limits or Limits(), guarantees=bytes(range(32))),
        papers=FilePapers(folder / "papers"),
        money=books.money,
        oversight=books.oversight,
        bidders=books.bidders,
    )
    people: dict[str, Role] = {
        "b": "bidder",
        "b2": "bidder",
        "s": "staff",
        "t": "approver",
        "u": "auditor",
    }
    verifier = await passwords.hash(PASSWORD)
    for name, role in people.items():
        await books.registry.create_account(Account(name, name, frozenset({role}), verifier))
    runner = web.AppRunner(build(door), access_log=None, handle_signals=False, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    await house.recover()
    try:
        yield Open(door, clock, f"http://127.0.0.1:{runner.addresses[0][1]}")
    finally:
        await house.close()
        await runner.cleanup()
        await log.close()
        await books.close()
        passwords.close()


@contextlib.asynccontextmanager
async def signed_in(house: Open, *accounts: str) -> AsyncIterator[list[Visitor]]:
    async with contextlib.AsyncExitStack() as stack:
        found = []
        for account in accounts:
            visitor = await stack.enter_async_context(Visitor(house.url))
            await visitor.sign_in(account, PASSWORD)
            found.append(visitor)
        yield found
