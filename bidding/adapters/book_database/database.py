"""A book's database: opened by path or by URL, asked in whole transactions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    RowMapping,
    Table,
    event,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from bidding.adapters.book_database.forward import Newer, forward, version_of
from bidding.engine.ports import BookAway

_T = TypeVar("_T")

#: Fen, microseconds and numbers of rows: 64 bits. SQLite numbers rows only with INTEGER keys.
BIG: Final = BigInteger().with_variant(Integer, "sqlite")

#: Seconds until whoever asks is told that the book does not answer. The transaction itself goes on.
PATIENCE: Final = 10.0

#: Milliseconds after which a transaction in which nothing is said is undone: whoever stands still in the
#: midst of one (SIGSTOP, a machine that froze) holds its rows, and all others wait for him.
_STILL: Final = 5_000

#: Connections of one book and node, opened as they are needed: four books, so 16 a node at most.
_CONNECTIONS: Final = 4

#: A rollback journal is the plainest that survives a power cut, and lets a second process in: an
#: account is made from the command line beside a running house, and two processes on a WAL are not
#: safe with the SQLite most systems have (WAL-reset bug, 3.7.0 to 3.51.2).
_PRAGMAS: Final = (
    "journal_mode=TRUNCATE",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=8000",
)

#: PostgreSQL undid the whole of it for the sake of another transaction: asking again is safe.
_UNDONE: Final = ("40001", "40P01")
_TRIES: Final = 5

#: What the database says of a statement, and not of itself.
_SAID: Final = (IntegrityError, ProgrammingError, DataError)


class BookBroken(Exception):
    """A book that cannot be opened; the text says where it is and what is wrong, in two languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh


class BookDatabase:
    """An open book. Make it with `await BookDatabase.open(place, book)`."""

    def __init__(self, engine: AsyncEngine, where: str) -> None:
        self._engine, self._where = engine, where
        self._running: set[asyncio.Task[Any]] = set()

    @classmethod
    async def open(cls, place: Path | str, book: str) -> BookDatabase:
        """Opens the book, made or brought forward where it has to be. Raises BookBroken.

        `place` is the path of its SQLite file, or the URL (`postgresql+asyncpg://`) of the database
        in which it has the schema `book_<book>`; `book` is the folder of its migrations.
        """
        database = cls(_engine(place, book), _where(place, book))
        try:
            await database._opened(lambda connection: forward(connection, book))
        except BaseException:
            await database.close()
            raise
        return database

    @classmethod
    async def version(cls, place: Path | str, book: str) -> str | None:
        """Which migration a store has had last, None for one without tables; changes nothing.

        Raises BookBroken.
        """
        database = cls(_engine(place, book), _where(place, book))
        try:
            return await database._opened(lambda connection: version_of(connection, book))
        finally:
            await database.close()

    async def _opened(self, work: Callable[[Connection], _T]) -> _T:
        try:
            async with self._engine.begin() as connection:
                return await connection.run_sync(work)
        except Newer as error:
            raise BookBroken(
                f"{self._where} 由更新版本的程序写成（结构 {error.found}，本程序至 {error.known}）："
                "请启动新版程序，或恢复升级前的备份。",
                f"{self._where} was written by a newer program (schema {error.found}, this one knows "
                f"{error.known}): start that program, or restore the backup made before it.",
            ) from error
        except Exception as error:
            # A driver's own errors come out bare while it connects.
            if not _of_database(error):
                raise
            what = _plain(error)
            raise BookBroken(
                f"{self._where} 无法打开（{what}）。", f"{self._where} cannot be opened: {what}."
            ) from error

    async def whole(self, work: Callable[[AsyncConnection], Awaitable[_T]]) -> _T:
        """One transaction: all of `work`, or nothing. Whoever is cancelled does not cancel it.

        `work` may be run again from its beginning, where PostgreSQL undid it all. Raises BookAway
        when the database does not answer: then nobody knows whether it was done.
        """
        task = asyncio.create_task(self._whole(work))  # noqa: TID251 held in _running
        self._running.add(task)
        task.add_done_callback(self._ended)
        # `wait` leaves the task alone, whether the time is up or the caller is cancelled.
        done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        if not done:
            raise BookAway(f"{self._where}: no answer in {PATIENCE:g} s")
        return task.result()

    async def _whole(self, work: Callable[[AsyncConnection], Awaitable[_T]]) -> _T:
        tries = _TRIES
        while True:
            tries -= 1
            try:
                async with self._engine.begin() as connection:
                    return await work(connection)
            except _SAID:
                raise
            except Exception as error:
                if getattr(getattr(error, "orig", None), "sqlstate", None) in _UNDONE and tries:
                    continue
                if not _of_database(error):
                    raise
                raise BookAway(f"{self._where}: {_plain(error)}") from error

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # whoever gave up waiting was told; nobody else asks

    async def close(self) -> None:
        """Lets running transactions finish, then lets go of the database."""
        if self._running:
            await asyncio.wait(self._running, timeout=PATIENCE)
        await self._engine.dispose()


async def put_once(
    connection: AsyncConnection, table: Table, row: Mapping[str, Any], *key: str
) -> tuple[RowMapping, bool]:
    """The row that stands under `key`, and whether it was put there now.

    `key` are the columns of a unique constraint. Of two that come at once one is put, and the other
    waits and finds it. Raises IntegrityError where another constraint is in the way.
    """
    there = select(table).where(*(table.c[name] == row[name] for name in key))
    if (found := (await connection.execute(there)).mappings().first()) is not None:
        return found, False
    new = insert_on(connection, table).values(row)
    new = new.on_conflict_do_nothing(index_elements=key)
    made = (await connection.execute(new.returning(*table.c))).mappings().first()
    if made is not None:
        return made, True
    return (await connection.execute(there)).mappings().one(), False


def insert_on(connection: AsyncConnection, table: Table) -> Any:
    """An insert that knows ON CONFLICT: both databases do, and SQLAlchemy has one for each."""
    kind = sqlite if connection.dialect.name == "sqlite" else postgresql
    return kind.insert(table)


def _engine(place: Path | str, book: str) -> AsyncEngine:
    if isinstance(place, str):
        return create_async_engine(
            place,
            isolation_level="READ COMMITTED",
            pool_size=_CONNECTIONS,
            max_overflow=0,
            pool_timeout=PATIENCE,
            pool_pre_ping=True,
            connect_args={
                "timeout": PATIENCE,
                "server_settings": {
                    "search_path": _schema(book),
                    "idle_in_transaction_session_timeout": str(_STILL),
                },
            },
        )
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{place}",
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=30,
    )
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _schema(book: str) -> str:
    return f"book_{book}"


def _where(place: Path | str, book: str) -> str:
    """What people are told; never a password."""
    if isinstance(place, Path):
        return str(place)
    url = make_url(place)
    return f"PostgreSQL {url.host or url.query.get('host', '')}/{url.database} ({_schema(book)})"


def _prepare(connection: Any, _record: object) -> None:
    # Python's driver would begin a transaction at the first change only, and not for a new table.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # What is read in a transaction is still so when it writes, beside another process too.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _of_database(error: Exception) -> bool:
    """Whether a database or the way to it says this; anything else is a defect of ours."""
    ours = isinstance(error, DBAPIError | PoolTimeoutError | OSError)
    return ours or type(error).__module__.startswith("asyncpg.")


def _plain(error: Exception) -> str:
    """The database's own words, on one line and without the statement."""
    said = getattr(error, "orig", None) or error
    return " ".join(str(said).rpartition(">: ")[2].split()) or type(said).__name__
