"""The four books together: opened and let go as one, and looked at without being touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from bidding.adapters.book_database import BookBroken, BookDatabase
from bidding.adapters.registry import SqlRegistry
from bidding.books import FILES, Books, place_of, stores
from tests.bidding.adapters.conftest import new_place


def test_a_book_is_a_file_in_the_folder_or_a_schema_of_the_one_database():
    url = "postgresql+asyncpg://daylight@/daylight"
    assert place_of("money", Path("var"), None) == Path("var/money.db")
    assert {place_of(book, Path("var"), url) for book in FILES} == {url}


async def test_looking_makes_nothing(tmp_path):
    assert {(one.book, one.found) for one in await stores(tmp_path)} == {(b, None) for b in FILES}
    assert list(tmp_path.iterdir()) == []
    await (await Books.open(tmp_path)).close()
    assert {path.name for path in tmp_path.glob("*.db")} == set(FILES.values())
    assert all(one.found == one.known for one in await stores(tmp_path))


async def test_one_that_cannot_be_opened_leaves_the_others_free(tmp_path, monkeypatch):
    (tmp_path / "bidders.db").write_bytes(b"no book" * 100)
    closed = []

    async def close(self: BookDatabase) -> None:
        closed.append(self._where)
        await kept(self)

    kept = BookDatabase.close
    monkeypatch.setattr(BookDatabase, "close", close)
    with pytest.raises(BookBroken, match=r"bidders\.db"):
        await Books.open(tmp_path)
    assert {Path(each).name for each in closed} == set(FILES.values())


async def test_all_four_share_one_postgresql_database(tmp_path):
    url = await new_place("postgresql", tmp_path)
    assert isinstance(url, str)
    books = await Books.open(tmp_path, url)
    assert all(one.found == one.known for one in await stores(tmp_path, url))
    other = await SqlRegistry.open(url)
    assert await other.accounts() == []
    await other.close()
    await books.close()
    assert list(tmp_path.iterdir()) == []
