"""`EventLog` on PostgreSQL: connections, patience, and what an error means."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bidding.adapters.pg_log.schema import FENCED, GAP, LOG_EXISTS, NO_SUCH_LOG
from bidding.engine.ports import (
    Batch,
    DuplicateCommand,
    Fenced,
    Gap,
    Instant,
    Lease,
    LogBroken,
    LogError,
    LogExists,
    NoSuchLog,
    checked,
)

#: So many statements are on their way at once; each log has one append at a time.
_CONNECTIONS: Final = 8

#: Seconds until whoever waits for a write is told that nobody knows. The write itself goes on.
PATIENCE: Final = 5.0

_REFUSALS: Final[dict[str, type[LogError]]] = {
    NO_SUCH_LOG: NoSuchLog,
    FENCED: Fenced,
    GAP: Gap,
    LOG_EXISTS: LogExists,
}

_UNIQUE_VIOLATION: Final = "23505"
#: PostgreSQL's plain warning. In a commit it means: no standby is known to have this.
_WARNING: Final = "01000"


class PgLog:
    """Implements `bidding.engine.ports.EventLog`; `url` begins with `postgresql+asyncpg://`.

    Nothing is connected before the first call. The schema is made by `schema.install`.
    """

    def __init__(self, url: str, *, patience: float = PATIENCE) -> None:
        # One statement is one transaction: every function of the schema is whole by itself.
        self._engine: AsyncEngine = create_async_engine(
            url,
            isolation_level="AUTOCOMMIT",
            pool_size=_CONNECTIONS,
            max_overflow=0,
            pool_timeout=patience,
            connect_args={"timeout": patience},
        )
        self._patience = patience
        self._warned: set[Any] = set()
        #: For each log, the write that was asked for last and has not ended.
        self._last: dict[object, asyncio.Task[Any]] = {}
        self._closed = False
        event.listen(self._engine.sync_engine, "connect", self._listen)

    async def create(self, log: str, body: bytes, checkpoint: bytes) -> None:
        """A new log with entry 0. Raises LogExists, LogBroken."""
        Batch(log, 0, 0, (body,), (None,), checkpoint)  # what is no batch is the caller's error
        await self._write("SELECT daylight.create_log($1, $2, $3)", log, body, checkpoint)

    async def take_over(self, log: str, holder: str) -> Lease:
        """A new epoch, once an append on its way has ended. Raises NoSuchLog, LogBroken."""
        rows = await self._write("SELECT * FROM daylight.take_over($1, $2)", log, holder)
        return Lease(rows[0].epoch, rows[0].next_idx)

    async def append(self, batch: Batch) -> None:
        """Durable, on the standby too where there is one, when it returns.

        Raises Fenced, Gap, DuplicateCommand, NoSuchLog, LogBroken. Cancelling the caller does
        not cancel the write: its outcome is then unknown to him.
        """
        await self._write(
            "SELECT daylight.append($1, $2, $3, $4, $5, $6)",
            batch.log,
            batch.epoch,
            batch.expected,
            list(batch.bodies),
            list(batch.cmds),
            batch.checkpoint,
        )

    async def read(self, log: str, start: int = 0, stop: int | None = None) -> list[bytes]:
        """Entries start .. stop-1. Raises NoSuchLog, LogDamaged, LogBroken."""
        rows = await self._read(
            "SELECT idx, body, leaf_hash FROM daylight.log_entry"
            " WHERE log_id = daylight.id_of($1) AND idx >= $2 AND ($3::bigint IS NULL OR idx < $3)"
            " ORDER BY idx",
            log,
            start,
            stop,
        )
        return checked(log, start, rows)

    async def checkpoints(self, log: str, beyond: int = 0) -> list[bytes]:
        """As the port says, smallest tree first. Raises NoSuchLog, LogBroken."""
        rows = await self._read(
            "SELECT note FROM daylight.log_checkpoint"
            " WHERE log_id = daylight.id_of($1) AND size > $2 ORDER BY size",
            log,
            beyond,
        )
        return [row.note for row in rows]

    async def keep_cosigned(self, log: str, size: int, note: bytes) -> None:
        """Durable when it returns. Raises NoSuchLog, LogBroken."""
        await self._write("SELECT daylight.keep_cosigned($1, $2, $3)", log, size, note)

    async def cosigned(self, log: str) -> tuple[int, bytes] | None:
        """The newest note that was kept. Raises NoSuchLog, LogBroken."""
        rows = await self._read(
            "SELECT size, note FROM daylight.log_cosigned WHERE log_id = daylight.id_of($1)"
            " ORDER BY size DESC, cosigned_id DESC LIMIT 1",
            log,
        )
        return (rows[0].size, rows[0].note) if rows else None

    async def logs(self) -> list[str]:
        """The names of all logs, oldest first."""
        return [
            row.name for row in await self._read("SELECT name FROM daylight.log ORDER BY log_id")
        ]

    async def beat(self, now: Instant) -> None:
        """Notes that the house was up at `now`. Raises LogBroken."""
        await self._write("SELECT daylight.beat($1)", now)

    async def last_beat(self) -> Instant | None:
        """The latest instant noted, by whichever node."""
        rows = await self._read("SELECT t FROM daylight.house_beat")
        return rows[0][0] if rows else None

    async def close(self) -> None:
        """Finishes what was asked for, as long as that takes, and lets go. May be called twice."""
        self._closed = True
        while self._last:
            await asyncio.wait(set(self._last.values()))
        await self._engine.dispose()

    # -- one statement ------------------------------------------------------------------------

    async def _write(self, statement: str, *values: Any) -> Sequence[Any]:
        """A statement that nobody cancels. Raises what the port names."""
        if self._closed:
            raise LogBroken("the log is closed")
        about = values[0]
        before = self._last.get(about)
        task = asyncio.create_task(self._after(before, statement, values))  # noqa: TID251 held
        self._last[about] = task
        task.add_done_callback(lambda ended: self._written(about, ended))
        # `wait` leaves the task alone, whether the time is up or the caller is cancelled.
        done, _ = await asyncio.wait({task}, timeout=self._patience)
        if not done:
            raise LogBroken(f"no answer from the database in {self._patience:g} s: nobody knows")
        return task.result()

    async def _read(self, statement: str, *values: Any) -> Sequence[Any]:
        return await self._run(statement, values, durably=False)

    async def _after(
        self, before: asyncio.Task[Any] | None, statement: str, values: Sequence[Any]
    ) -> Sequence[Any]:
        """What is written of one log is written in the order in which it was asked for."""
        if before is not None:
            await asyncio.wait({before})
        return await self._run(statement, values, durably=True)

    def _written(self, about: str, ended: asyncio.Task[Any]) -> None:
        if self._last.get(about) is ended:
            del self._last[about]
        if not ended.cancelled():
            ended.exception()  # whoever gave up waiting was told; nobody else asks

    async def _run(self, statement: str, values: Sequence[Any], *, durably: bool) -> Sequence[Any]:
        if self._closed and not durably:
            raise LogBroken("the log is closed")
        try:
            async with self._engine.connect() as connection:
                raw = (await connection.get_raw_connection()).driver_connection
                self._warned.discard(raw)
                rows = (await connection.exec_driver_sql(statement, tuple(values))).all()
                if durably and raw in self._warned:
                    await connection.invalidate()
                    raise LogBroken("committed here, and no standby is known to have it")
                return rows
        except DBAPIError as error:
            raise _meaning(error) from error
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            raise LogBroken(f"the database cannot be reached: {error}") from error

    def _listen(self, adapted: Any, record: Any) -> None:
        """Has the driver say when a commit on this connection was made without its standby."""
        raw = adapted.driver_connection

        def heard(_connection: Any, message: Any) -> None:
            if message.sqlstate == _WARNING:
                self._warned.add(raw)

        raw.add_log_listener(heard)
        raw.add_termination_listener(lambda _connection: self._warned.discard(raw))


def _meaning(error: DBAPIError) -> LogError:
    """What the port calls it: a plain refusal, or that nobody knows."""
    state = getattr(error.orig, "sqlstate", None)
    refusal = _REFUSALS.get(state) if isinstance(state, str) else None
    if refusal is not None:
        return refusal(str(error.orig))
    if state == _UNIQUE_VIOLATION and "log_entry_cmd" in str(error.orig):
        return DuplicateCommand("command is in the log already")
    return LogBroken(f"the database: {error.orig}")
