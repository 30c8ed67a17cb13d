"""The one read-write connection: how it is opened, how a group commits, how it is given up."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.pool import NullPool, QueuePool

from bidding.adapters.sql_log.tables import make_tables
from bidding.adapters.sql_log.triggers import DUPLICATE
from bidding.engine.ports import DuplicateCommand, LogBroken, LogDamaged, LogError
from bidding.proof.merkle import leaf_hash

READERS: Final = 2

_PRAGMAS: Final = (
    "busy_timeout = 5000",
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    # REPLACE fires delete triggers only with this.
    "recursive_triggers = ON",
)

#: What no second try mends: the file is torn, or was never ours.
_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@dataclass(frozen=True, slots=True)
class Request:
    """One thing asked of the writer, and who waits for it."""

    run: Callable[[Connection], Any]
    waiter: asyncio.Future[Any]


Outcome: TypeAlias = tuple[Request, Any]
"""A request with its result, or with the LogError that it ended in."""


class Writer:
    """Lives in the writer's thread once it is open. `forget` is called when a commit is undone."""

    def __init__(self, path: Path, forget: Callable[[], None]) -> None:
        self._path, self._forget = path, forget
        self._engine = _engine_for_writing(path)
        self._connection: Connection | None = None

    def open(self) -> Connection:
        """A fresh connection, journal settled, tables made. Raises LogBroken, LogDamaged."""
        assert self._connection is None, "one read-write connection"
        try:
            connection = self._engine.connect()
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise self._unusable(error) from error
        try:
            _settle_journal(connection)
            make_tables(connection)
        except (SQLAlchemyError, sqlite3.Error, LogBroken) as error:
            _give_up(connection)
            raise self._unusable(error) from error
        self._connection = connection
        return connection

    def close(self) -> None:
        """Lets go of the file; SQLite copies the journal into it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        self._engine.dispose()

    def commit(self, group: Sequence[Request]) -> list[Outcome]:
        """Every request with its outcome; whoever reads a result here may rely on it."""
        outcomes: list[Outcome] = []
        # A torn page is the end of the auction that met it, not of those in the same commit.
        met_by = list(group)
        try:
            connection = self._connection or self.open()
            with connection.begin():
                for request in group:
                    met_by = [request]
                    outcomes.append((request, _attempt(connection, request)))
                met_by = []
        except Exception as error:  # noqa: BLE001 whatever it was, the outcome is unknown
            connection_was, self._connection = self._connection, None
            if connection_was is not None:
                _give_up(connection_was)
            self._forget()
            reason = self._unusable(error)
            kinds = ((r, type(reason) if r in met_by else LogBroken) for r in group)
            return [(request, kind(str(reason))) for request, kind in kinds]
        return outcomes

    def _unusable(self, error: Exception) -> LogBroken | LogDamaged:
        """What happened, as the port tells it: to be tried again, or never."""
        if isinstance(error, LogDamaged):
            return error
        raw = getattr(error, "orig", None) or error
        code = getattr(raw, "sqlite_errorcode", None) or 0
        # The low byte is the kind; SQLite writes details above it.
        kind = LogDamaged if code & 0xFF in _DAMAGED else LogBroken
        return kind(f"{self._path}: {raw}")


def _attempt(connection: Connection, request: Request) -> Any:
    """The result of one request, or its refusal, which leaves no trace."""
    savepoint = connection.begin_nested()
    try:
        result = request.run(connection)
    except IntegrityError as error:
        savepoint.rollback()
        if DUPLICATE in str(error.orig):
            return DuplicateCommand(str(error.orig))
        raise
    except LogError as refusal:
        savepoint.rollback()
        return refusal
    savepoint.commit()
    return result


def _give_up(connection: Connection) -> None:
    # It is thrown away because it is broken; that it says so once more changes nothing.
    with contextlib.suppress(SQLAlchemyError, sqlite3.Error):
        connection.invalidate()
        connection.close()


def _settle_journal(connection: Connection) -> None:
    """Copies what the journal holds into the file and syncs it, or raises LogBroken."""
    raw = connection.connection.dbapi_connection
    assert raw is not None
    cursor = raw.cursor()
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    row = cursor.fetchone()
    cursor.close()
    if row is None or row[0]:
        raise LogBroken("a reader keeps the journal from being settled")


def _engine_for_writing(path: Path) -> Engine:
    def connect() -> sqlite3.Connection:
        # check_same_thread: opened by whoever makes the log, used by the writer's thread only.
        raw = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            raw.create_function("leaf_hash", 1, leaf_hash, deterministic=True)
            for pragma in _PRAGMAS:
                raw.execute(f"PRAGMA {pragma}")
        except sqlite3.Error:
            raw.close()
            raise
        return raw

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def engine_for_reading(path: Path) -> Engine:
    """Read-only connections; they never copy the journal into the file."""

    def connect() -> sqlite3.Connection:
        uri = f"file:{quote(str(path))}?mode=ro"
        raw = sqlite3.connect(uri, uri=True, check_same_thread=False)
        raw.execute("PRAGMA busy_timeout = 5000")
        raw.execute("PRAGMA wal_autocheckpoint = 0")
        return raw

    return create_engine(
        "sqlite://", creator=connect, poolclass=QueuePool, pool_size=READERS, max_overflow=0
    )
