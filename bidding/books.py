"""The four books of the house, and where they lie: opened together, brought forward, looked at.

A file each in the data folder, or a schema each in one PostgreSQL database that every node opens.
It is put together here, once, for whoever starts a house and for whoever keeps one; it asks no book
anything. The event log is no book: it has a place of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bidding.adapters.bidders import SqlBidders
from bidding.adapters.book_database import BookDatabase, newest
from bidding.adapters.money import SqlMoney
from bidding.adapters.oversight import SqlOversight
from bidding.adapters.registry import SqlRegistry

#: The file of each book in a data folder; in PostgreSQL its schema is `book_` and the name.
FILES: Final = {
    "registry": "house.db",
    "money": "money.db",
    "oversight": "oversight.db",
    "bidders": "bidders.db",
}


def place_of(book: str, data: Path, url: str | None) -> Path | str:
    """Where a book lies: the database at `url`, or without one its file in the data folder."""
    return data / FILES[book] if url is None else url


@dataclass(frozen=True)
class Books:
    """All four, open."""

    registry: SqlRegistry
    money: SqlMoney
    oversight: SqlOversight
    bidders: SqlBidders

    @classmethod
    async def open(cls, data: Path, url: str | None = None) -> Books:
        """Opens or makes them, and brings older ones forward. Raises BookBroken, and holds none."""
        async with AsyncExitStack() as stack:
            registry = await SqlRegistry.open(place_of("registry", data, url))
            stack.push_async_callback(registry.close)
            money = await SqlMoney.open(place_of("money", data, url))
            stack.push_async_callback(money.close)
            oversight = await SqlOversight.open(place_of("oversight", data, url))
            stack.push_async_callback(oversight.close)
            bidders = await SqlBidders.open(place_of("bidders", data, url))
            stack.pop_all()
        return cls(registry, money, oversight, bidders)

    async def close(self) -> None:
        """Lets running transactions finish, then lets go of all."""
        for book in (self.registry, self.money, self.oversight, self.bidders):
            await book.close()


@dataclass(frozen=True)
class Store:
    """One book as it was found: the last migration it has had, and the last this program knows.

    `found` is None for a book that is not there yet.
    """

    book: str
    found: str | None
    known: str


async def stores(data: Path, url: str | None = None) -> Sequence[Store]:
    """Every book, unchanged. Raises BookBroken, for one of a newer program too."""
    found = []
    for book in FILES:
        place = place_of(book, data, url)
        missing = isinstance(place, Path) and not place.is_file()
        version = None if missing else await BookDatabase.version(place, book)
        found.append(Store(book, version, newest(book)))
    return found
