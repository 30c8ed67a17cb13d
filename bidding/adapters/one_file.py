"""One SQLite file behind SQLAlchemy's async engine: what every book of the house is kept in.

Every call is one transaction, run in a task of its own and never cancelled half-way; one
connection a process. SQLite may lose commits when two connections of one process write or
checkpoint at once, and a rolled-back journal is the plainest that survives a power cut.

It knows no table. The event log is not kept so: it has a writer's thread and a journal of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

_T = TypeVar("_T")

_PRAGMAS: Final = (
    "journal_mode=TRUNCATE",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=10000",
)


class FileBroken(Exception):
    """A file of the house that cannot be opened; the text names it."""


class OneFile:
    """An open file. Make it with `await OneFile.open(path, make)`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._running: set[asyncio.Task[Any]] = set()

    @classmethod
    async def open(cls, path: Path, make: Callable[[Connection], None]) -> OneFile:
        """Opens or makes the file; `make` creates what is missing. Raises FileBroken."""
        engine = create_async_engine(
            f"sqlite+aiosqlite:///{path}",
            poolclass=AsyncAdaptedQueuePool,
            pool_size=1,
            max_overflow=0,
            pool_timeout=30,
        )
        event.listen(engine.sync_engine, "connect", _prepare)
        file = cls(engine)
        try:
            await file.whole(lambda connection: connection.run_sync(make))
        except DBAPIError as error:
            await file.close()
            raise FileBroken(f"{path}: {error.orig}") from error
        except BaseException:
            await file.close()
            raise
        return file

    async def whole(self, work: Callable[[AsyncConnection], Awaitable[_T]]) -> _T:
        """One transaction: all of `work`, or nothing. Whoever is cancelled does not cancel it."""

        async def transaction() -> _T:
            async with self._engine.begin() as connection:
                return await work(connection)

        task = asyncio.create_task(transaction())  # noqa: TID251 held in _running
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Lets running transactions finish, then lets go of the file."""
        if self._running:
            await asyncio.gather(*self._running, return_exceptions=True)
        await self._engine.dispose()


def _prepare(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
