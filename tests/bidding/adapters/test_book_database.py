"""What a book stands on: whole transactions, sentences for the operator, and stores that come forward."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bidding.adapters.book_database import BookBroken, BookDatabase, database, put_once
from bidding.engine.ports import BookAway
from tests.bidding.adapters.conftest import new_place
from tests.postgres import fresh_database

#: A table of the tests' own, beside those of the book.
DRAWER = Table(
    "drawer",
    MetaData(),
    Column("key", Integer, primary_key=True),
    Column("value", Integer, nullable=False),
)


@pytest.fixture
async def nodes(place):
    """One database, open twice, with a drawer in it."""
    opened = await BookDatabase.open(place, "money"), await BookDatabase.open(place, "money")
    await opened[0].whole(lambda c: c.run_sync(DRAWER.create))
    await opened[0].whole(
        lambda c: c.execute(insert(DRAWER), [{"key": k, "value": 0} for k in (1, 2)])
    )
    yield opened
    for each in opened:
        await each.close()


async def values(book: BookDatabase) -> list[int]:
    found = await book.whole(lambda c: c.execute(select(DRAWER.c.value).order_by(DRAWER.c.key)))
    return list(found.scalars())


async def test_what_fails_leaves_nothing(nodes):
    async def half(c: AsyncConnection) -> None:
        await c.execute(update(DRAWER).values(value=7))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await nodes[0].whole(half)
    assert await values(nodes[1]) == [0, 0]


async def test_a_row_is_put_once_and_the_other_finds_it(nodes):
    async def put(c: AsyncConnection) -> tuple[int, bool]:
        row, new = await put_once(c, DRAWER, {"key": 3, "value": 5}, "key")
        return row["value"], new

    found = await asyncio.gather(*(node.whole(put) for node in nodes))
    assert sorted(found) == [(5, False), (5, True)]


async def test_whoever_stands_still_in_a_transaction_does_not_hold_up_the_others():
    """As a node does that is stopped between two statements: its rows are free again by themselves."""
    where = await new_place("postgresql", Path())
    stopped, other = [await BookDatabase.open(where, "money") for _ in range(2)]
    await other.whole(lambda c: c.run_sync(DRAWER.create))
    await other.whole(lambda c: c.execute(insert(DRAWER), [{"key": 1, "value": 0}]))
    holds, wakes = asyncio.Event(), asyncio.Event()
    limit = await other.whole(lambda c: c.execute(text("SHOW idle_in_transaction_session_timeout")))
    assert limit.scalar_one() == "5s"

    async def stands_still(c: AsyncConnection) -> None:
        # His alone is shortened: the others may be slow on a busy machine.
        await c.execute(text("SET LOCAL idle_in_transaction_session_timeout = 50"))
        await c.execute(update(DRAWER).values(value=1))
        holds.set()
        await wakes.wait()
        await c.execute(update(DRAWER).values(value=2))

    asleep = asyncio.ensure_future(stopped.whole(stands_still))
    await holds.wait()
    await other.whole(lambda c: c.execute(update(DRAWER).values(value=3)))
    wakes.set()
    with pytest.raises(BookAway):
        await asleep
    assert await values(other) == [3]
    # What it was in the midst of is undone, and the next thing that it does is done.
    await stopped.whole(lambda c: c.execute(update(DRAWER).values(value=4)))
    assert await values(other) == [4]
    for each in (stopped, other):
        await each.close()


async def test_what_is_read_to_be_changed_is_not_changed_meanwhile(nodes):
    async def count(c: AsyncConnection) -> None:
        one = select(DRAWER.c.value).where(DRAWER.c.key == 1).with_for_update()
        value = (await c.execute(one)).scalar_one()
        await asyncio.sleep(0)
        await c.execute(update(DRAWER).where(DRAWER.c.key == 1).values(value=value + 1))

    await asyncio.gather(*(nodes[n % 2].whole(count) for n in range(20)))
    assert await values(nodes[0]) == [20, 0]


async def test_two_that_lock_each_other_both_come_to_their_end(nodes):
    def crossing(first: int, second: int):
        async def work(c: AsyncConnection) -> None:
            for key in (first, second):
                await c.execute(
                    update(DRAWER).where(DRAWER.c.key == key).values(value=DRAWER.c.value + 1)
                )
                await asyncio.sleep(0.1)

        return work

    await asyncio.gather(nodes[0].whole(crossing(1, 2)), nodes[1].whole(crossing(2, 1)))
    assert await values(nodes[0]) == [2, 2]


async def test_who_waits_too_long_is_told_and_the_transaction_goes_on(nodes, monkeypatch):
    go = asyncio.Event()

    async def slow(c: AsyncConnection) -> None:
        await c.execute(update(DRAWER).values(value=9))
        await go.wait()

    monkeypatch.setattr(database, "PATIENCE", 0.2)
    with pytest.raises(BookAway, match="no answer"):
        await nodes[0].whole(slow)
    monkeypatch.undo()
    go.set()
    assert await values(nodes[1]) == [9, 9]


async def test_a_server_that_goes_away_is_said_and_found_again():
    server, name = await fresh_database()
    book = await BookDatabase.open(server.url("postgres", name), "money")
    shell = await server.shell()
    ours = f"FROM pg_stat_activity WHERE datname = '{name}'"

    async def cut_off(c: AsyncConnection) -> None:
        await shell.fetch(f"SELECT pg_terminate_backend(pid) {ours}")
        await c.execute(text("SELECT 1"))

    with pytest.raises(BookAway):
        await book.whole(cut_off)
    assert (await book.whole(lambda c: c.execute(select(func.now())))).scalar_one() is not None
    # A connection that dies in the pool is noticed before it is used.
    await shell.fetch(f"SELECT pg_terminate_backend(pid) {ours}")
    assert (await book.whole(lambda c: c.execute(select(func.now())))).scalar_one() is not None
    await book.close()
    await shell.close()


async def test_no_request_is_answered_by_a_defect_as_if_the_book_were_away(nodes):
    async def wrong(_: AsyncConnection) -> None:
        raise KeyError("a defect")

    with pytest.raises(KeyError):
        await nodes[0].whole(wrong)


async def broken(place: Path | str) -> tuple[str, str]:
    """What the operator is told."""
    with pytest.raises(BookBroken) as told:
        await BookDatabase.open(place, "money")
    zh, en = told.value.zh, str(told.value)
    assert zh.endswith("。")
    assert en.endswith(".")
    assert "\n" not in zh + en
    return zh, en


async def test_what_cannot_be_opened_is_said_in_a_sentence_with_its_place(tmp_path):
    noise = tmp_path / "noise.db"
    noise.write_bytes(b"not a database" * 100)
    for path in (noise, tmp_path / "no" / "folder.db"):
        zh, en = await broken(path)
        assert zh.startswith(f"{path} 无法打开（")
        assert en.startswith(f"{path} cannot be opened: ")
    server, name = await fresh_database()
    for url, word in (
        (server.url("postgres", "nowhere"), 'database "nowhere" does not exist'),
        (server.url("nobody", name), 'role "nobody" does not exist'),
        ("postgresql+asyncpg://u:secret@127.0.0.1:1/x", "127.0.0.1"),
    ):
        zh, en = await broken(url)
        assert zh.startswith("PostgreSQL ")
        assert word in en
        assert "secret" not in zh + en


# Stores that come forward ----------------------------------------------------------------------


BOOKS = {"registry": "house", "money": "money", "oversight": "oversight", "bidders": "bidders"}
BASELINE = Path(__file__).parent / "baseline"
MIGRATIONS = Path(database.__file__).parent / "migrations"


def rows_of(file: sqlite3.Connection) -> dict[str, list[dict[str, object]]]:
    file.row_factory = sqlite3.Row
    names = file.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    return {
        name: [dict(row) for row in file.execute(f"SELECT * FROM {name} ORDER BY 1")]
        for (name,) in names.fetchall()
    }


@pytest.fixture(params=BOOKS)
def book(request) -> str:
    return request.param


def baseline(book: str) -> sqlite3.Connection:
    """A store as the first release wrote it, from a program of that release."""
    file = sqlite3.connect(":memory:")
    file.executescript((BASELINE / f"{BOOKS[book]}.sql").read_text("utf-8"))
    return file


async def laid_down(kind: str, folder: Path, book: str, monkeypatch) -> Path | str:
    """A place with a store of the first release in it."""
    place, old = await new_place(kind, folder), baseline(book)
    if isinstance(place, Path):
        with sqlite3.connect(place) as copy:
            old.backup(copy)
        copy.close()
        return place
    with monkeypatch.context() as first_release:
        first_release.setattr("bidding.adapters.book_database.forward.newest", lambda _: "0001")
        store = await BookDatabase.open(place, book)

    def fill(connection) -> None:
        tables = MetaData()
        tables.reflect(connection)
        rows = rows_of(old)
        for table in tables.sorted_tables:
            for row in rows.get(table.name, ()):
                values = {
                    c.name: bool(row[c.name]) if c.type.python_type is bool else row[c.name]
                    for c in table.columns
                }
                connection.execute(insert(table).values(values))

    await store.whole(lambda c: c.run_sync(fill))
    await store.close()
    return place


async def found_in(place: Path | str, book: str) -> dict[str, list[dict[str, object]]]:
    store = await BookDatabase.open(place, book)

    def read(connection) -> dict[str, list[dict[str, object]]]:
        tables = MetaData()
        tables.reflect(connection)
        return {
            table.name: [
                dict(row)
                for row in connection.execute(select(table).order_by(table.columns[0])).mappings()
            ]
            for table in tables.sorted_tables
        }

    found = await store.whole(lambda c: c.run_sync(read))
    await store.close()
    return found


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_store_of_the_first_release_comes_forward_with_all_that_is_in_it(
    kind, book, tmp_path, monkeypatch, caplog
):
    place = await laid_down(kind, tmp_path, book, monkeypatch)
    assert await BookDatabase.version(place, book) == "0001"
    with caplog.at_level("INFO", "books"):
        before, after = rows_of(baseline(book)), await found_in(place, book)
    added: dict[str, dict[str, list[dict[str, object]]]] = {
        # A program of the first release looks here, and refuses what it does not know.
        "registry": {"house": [{"schema_version": 2}], "declines": []},
        "bidders": {"complaint_count": [{"one": 1, "last": 2}]},
        "money": {"sealed_guarantees": []},
    }
    version = [{"version_num": await BookDatabase.version(place, book)}]
    told = [record.getMessage() for record in caplog.records if record.name == "books"]
    said = f"{book} brought forward from schema 0001 to {version[0]['version_num']}"
    assert told == [said] * (book in added)
    assert after == before | added.get(book, {}) | {"alembic_version": version}
    assert version[0]["version_num"] == max(p.name[1:5] for p in (MIGRATIONS / book).glob("v*"))


async def change(place: Path | str, statement: str) -> None:
    """As somebody with a database shell; the book of money."""
    if isinstance(place, Path):
        with sqlite3.connect(place) as file:
            file.execute(statement)
        file.close()
        return
    store = await BookDatabase.open(place, "money")
    await store.whole(lambda c: c.execute(text(statement)))
    await store.close()


async def test_a_store_of_a_newer_program_is_refused_and_left_alone(place):
    await (await BookDatabase.open(place, "money")).close()
    await change(place, "UPDATE alembic_version SET version_num = '0099'")
    for _ in range(2):
        zh, en = await broken(place)
        assert "由更新版本的程序写成（结构 0099，本程序至 0002）" in zh
        assert "written by a newer program (schema 0099, this one knows 0002)" in en
    with pytest.raises(BookBroken):
        await BookDatabase.version(place, "money")


async def test_a_migration_that_fails_leaves_the_store_as_it_was(tmp_path, monkeypatch):
    for kind in ("sqlite", "postgresql"):
        place = await laid_down(kind, tmp_path, "bidders", monkeypatch)
        schema = "" if kind == "sqlite" else "book_bidders."
        # Somebody's own table stands where the migration wants to put one.
        in_the_way = f"CREATE TABLE {schema}complaint_count (x integer)"
        if isinstance(place, Path):
            await change(place, in_the_way)
        else:
            server = re.sub(r".*host=", "", place)
            name = re.sub(r".*/(\w+)\?.*", r"\1", place)
            shell = await asyncpg.connect(host=server, user="postgres", database=name)
            await shell.execute(in_the_way)
            await shell.close()
        for _ in range(2):
            with pytest.raises(BookBroken, match="complaint_count"):
                await BookDatabase.open(place, "bidders")
            assert await BookDatabase.version(place, "bidders") == "0001"


async def test_nodes_that_start_at_once_make_one_store(book):
    place = await new_place("postgresql", Path())
    opened = await asyncio.gather(*(BookDatabase.open(place, book) for _ in range(4)))
    for each in opened:
        await each.close()
    assert len((await found_in(place, book))["alembic_version"]) == 1


async def test_the_right_to_make_schemas_is_needed_once():
    server, name = await fresh_database()
    place, shell = server.url("house", name), await server.shell()
    with pytest.raises(BookBroken, match="permission denied"):
        await BookDatabase.open(place, "bidders")
    await shell.execute(f"GRANT CREATE ON DATABASE {name} TO house")
    await (await BookDatabase.open(place, "bidders")).close()
    await shell.execute(f"REVOKE CREATE ON DATABASE {name} FROM house")
    await shell.close()
    # As far as the program before this one had brought it.
    owner = await server.shell(name)
    await owner.execute(
        "SET search_path = book_bidders; DROP TABLE complaint_count;"
        "UPDATE alembic_version SET version_num = '0001'"
    )
    await owner.close()
    await (await BookDatabase.open(place, "bidders")).close()
    assert await BookDatabase.version(place, "bidders") == "0002"


async def test_what_the_migrations_make_is_what_the_book_asks_for(place, book):
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 loaded as late as by the house
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415

    module = __import__(f"bidding.adapters.{book}", fromlist=["_meta"])
    store = await BookDatabase.open(place, book)

    def differences(connection) -> list[object]:
        # `house` is what a program of the first release looks for; no table of this one.
        opts = {"include_name": lambda name, kind, _: (name, kind) != ("house", "table")}
        return compare_metadata(MigrationContext.configure(connection, opts=opts), module._meta)

    assert await store.whole(lambda c: c.run_sync(differences)) == []
    await store.close()


def test_numbers_follow_each_other_and_nothing_leads_back(book):
    files = sorted((MIGRATIONS / book).glob("v*.py"))
    assert [path.name[1:5] for path in files] == [f"{n:04}" for n in range(1, len(files) + 1)]
    before = "None"
    for path in files:
        source = path.read_text("utf-8")
        assert f'revision = "{path.name[1:5]}"\ndown_revision = {before}\n' in source
        assert "def downgrade" not in source
        before = f'"{path.name[1:5]}"'
