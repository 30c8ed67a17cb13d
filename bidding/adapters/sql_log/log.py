"""`EventLog` on SQLite: from the event loop to the writer's thread and back."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DatabaseError, OperationalError

from bidding.adapters.sql_log.tables import (
    BEAT,
    CHECKPOINT,
    COSIGNED,
    ENTRY,
    LOG,
    WRITER,
    append,
)
from bidding.adapters.sql_log.writer import (
    READERS,
    Outcome,
    Request,
    Writer,
    engine_for_reading,
)
from bidding.engine.ports import (
    Batch,
    Instant,
    Lease,
    LogBroken,
    LogDamaged,
    LogError,
    LogExists,
    LogInUse,
    NoSuchLog,
    checked,
)

#: So many requests share one commit at most: a commit stays a matter of milliseconds.
_GROUP_MAX: Final = 64

_T = TypeVar("_T")


class SqlLog:
    """Implements `bidding.engine.ports.EventLog` on one SQLite file.

    Raises LogInUse when another process has the file open, LogBroken when it cannot be opened,
    LogDamaged when it is no database or a torn one, OSError when its folder cannot be written.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._lock = _lock(path)
        self._ids: dict[str, int] = {}
        self._closed = False
        self._requests: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        # A row that is rolled back after all is forgotten with the broken connection.
        self._writer = Writer(path, self._ids.clear)
        try:
            self._writer.open()
        except BaseException:
            self._lock.close()
            raise
        self._reading = engine_for_reading(path)
        self._readers = ThreadPoolExecutor(READERS, "log-reader")
        self._thread = threading.Thread(target=self._write_on, name="log-writer", daemon=True)
        self._thread.start()

    async def create(self, log: str, body: bytes, checkpoint: bytes) -> None:
        """A new log with entry 0. Raises LogExists, LogBroken."""
        batch = Batch(log, 0, 0, (body,), (None,), checkpoint)

        def run(connection: Connection) -> None:
            if connection.execute(select(LOG.c.log_id).where(LOG.c.name == log)).first():
                raise LogExists(log)
            made = connection.execute(insert(LOG).values(name=log).returning(LOG.c.log_id)).one()
            first = {"log_id": made.log_id, "epoch": 0, "next_idx": 0, "holder": ""}
            connection.execute(insert(WRITER), first)
            append(connection, made.log_id, batch)

        await self._ask(run)

    async def take_over(self, log: str, holder: str) -> Lease:
        """A new epoch. Raises NoSuchLog, LogBroken, LogDamaged."""

        def run(connection: Connection) -> Lease:
            taken = connection.execute(
                update(WRITER)
                .where(WRITER.c.log_id == self._id(connection, log))
                .values(epoch=WRITER.c.epoch + 1, holder=holder)
                .returning(WRITER.c.epoch, WRITER.c.next_idx)
            ).one()
            return Lease(taken.epoch, taken.next_idx)

        return await self._ask(run)

    async def append(self, batch: Batch) -> None:
        """Durable when it returns. Raises Fenced, Gap, DuplicateCommand, NoSuchLog, LogBroken.

        Cancelling the caller does not cancel the write: its outcome is then unknown to him.
        """
        await self._ask(
            lambda connection: append(connection, self._id(connection, batch.log), batch)
        )

    async def read(self, log: str, start: int = 0, stop: int | None = None) -> list[bytes]:
        """Entries start .. stop-1. Raises NoSuchLog, LogDamaged, LogBroken."""

        def run(connection: Connection) -> list[bytes]:
            found = (
                select(ENTRY.c.idx, ENTRY.c.body, ENTRY.c.leaf_hash)
                .where(ENTRY.c.log_id == self._id(connection, log), ENTRY.c.idx >= start)
                .order_by(ENTRY.c.idx)
            )
            if stop is not None:
                found = found.where(ENTRY.c.idx < stop)
            return checked(log, start, connection.execute(found))

        return await self._read(run)

    async def checkpoints(self, log: str, beyond: int = 0) -> list[bytes]:
        """As the port says, smallest tree first. Raises NoSuchLog, LogBroken."""

        def run(connection: Connection) -> list[bytes]:
            found = (
                select(CHECKPOINT.c.note)
                .where(CHECKPOINT.c.log_id == self._id(connection, log))
                .where(CHECKPOINT.c.size > beyond)
                .order_by(CHECKPOINT.c.size)
            )
            return list(connection.scalars(found))

        return await self._read(run)

    async def keep_cosigned(self, log: str, size: int, note: bytes) -> None:
        """Durable when it returns. Raises NoSuchLog, LogBroken."""

        def run(connection: Connection) -> None:
            row = {"log_id": self._id(connection, log), "size": size, "note": note}
            connection.execute(insert(COSIGNED), row)

        await self._ask(run)

    async def cosigned(self, log: str) -> tuple[int, bytes] | None:
        """The newest note that was kept. Raises NoSuchLog, LogBroken."""

        def run(connection: Connection) -> tuple[int, bytes] | None:
            found = (
                select(COSIGNED.c.size, COSIGNED.c.note)
                .where(COSIGNED.c.log_id == self._id(connection, log))
                .order_by(COSIGNED.c.size.desc(), COSIGNED.c.cosigned_id.desc())
                .limit(1)
            )
            row = connection.execute(found).first()
            return None if row is None else (row.size, row.note)

        return await self._read(run)

    async def logs(self) -> list[str]:
        """The names of all logs, oldest first."""
        names = select(LOG.c.name).order_by(LOG.c.log_id)
        return await self._read(lambda connection: list(connection.scalars(names)))

    async def beat(self, now: Instant) -> None:
        """Notes that the house was up at `now`. Raises LogBroken."""
        row = sqlite.insert(BEAT).values(beat_id=1, t=now)
        row = row.on_conflict_do_update(index_elements=[BEAT.c.beat_id], set_={"t": now})

        def run(connection: Connection) -> None:
            connection.execute(row)

        await self._ask(run)

    async def last_beat(self) -> Instant | None:
        """The latest instant noted."""
        return await self._read(lambda connection: connection.scalar(select(BEAT.c.t)))

    async def close(self) -> None:
        """Writes what was asked for, then lets go of the file. May be called twice."""
        if self._closed:
            return
        self._closed = True
        self._requests.put(None)
        await asyncio.to_thread(self._thread.join)
        await asyncio.to_thread(self._readers.shutdown)
        self._reading.dispose()
        self._lock.close()

    # -- from the event loop to the threads -------------------------------------------------

    async def _ask(self, run: Callable[[Connection], _T]) -> _T:
        if self._closed:
            raise LogBroken("the log is closed")
        waiter: asyncio.Future[_T] = asyncio.get_running_loop().create_future()
        self._requests.put(Request(run, waiter))
        return await waiter

    async def _read(self, run: Callable[[Connection], _T]) -> _T:
        def in_thread() -> _T:
            try:
                with self._reading.connect() as connection:
                    return run(connection)
            except OperationalError as error:
                raise LogBroken(f"{self._path}: {error.orig}") from error
            except DatabaseError as error:
                raise LogDamaged(f"{self._path}: {error.orig}") from error

        if self._closed:
            raise LogBroken("the log is closed")
        return await asyncio.get_running_loop().run_in_executor(self._readers, in_thread)

    def _id(self, connection: Connection, log: str) -> int:
        known = self._ids.get(log)
        if known is None:
            row = connection.execute(select(LOG.c.log_id).where(LOG.c.name == log)).first()
            if row is None:
                raise NoSuchLog(log)
            known = self._ids[log] = row.log_id
        return known

    # -- the writer's thread ----------------------------------------------------------------

    def _write_on(self) -> None:
        """Commits group after group until the None that `close` puts in the queue."""
        last = False
        while not last:
            group: list[Request] = []
            while len(group) < _GROUP_MAX:
                try:
                    request = self._requests.get(block=not group)
                except queue.Empty:
                    break
                if request is None:
                    last = True
                    break
                group.append(request)
            if group:
                _tell(self._writer.commit(group))
        self._writer.close()


def _tell(outcomes: Sequence[Outcome]) -> None:
    """Wakes each event loop once, however many of its auctions were in the group."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Outcome]] = {}
    for outcome in outcomes:
        by_loop.setdefault(outcome[0].waiter.get_loop(), []).append(outcome)
    for loop, told in by_loop.items():
        # A closed loop has nobody left to be told, and the log has it all the same.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_resolve, told)


def _resolve(outcomes: Sequence[Outcome]) -> None:
    for request, outcome in outcomes:
        if request.waiter.cancelled():
            continue
        if isinstance(outcome, LogError):
            request.waiter.set_exception(outcome)
        else:
            request.waiter.set_result(outcome)


def _lock(path: Path) -> Any:
    """The lock of the process; the kernel drops it with the process, however that ends."""
    file = path.with_name(path.name + ".lock").open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise LogInUse(f"{path} is in use by another process of the house") from None
    return file
