"""`Leases` on PostgreSQL: presence, ownership, and the clock that all nodes agree on.

On connections of its own: a presence must be renewed while appends wait for their standby. The
functions are in nodes.sql, beside those of the log, because a lease is on a log of this database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from bidding.adapters.pg_log.schema import NOT_PRESENT
from bidding.engine.nodes import Grant, LeasesAway, NotPresent, View
from bidding.engine.ports import Clock, Instant

#: One renews, others look for a bell or acquire.
_CONNECTIONS: Final = 4

#: Hears what the database's clock said, when it was asked and when the answer was there.
Hears = Callable[[Instant, Instant, Instant], None]


class PgLeases:
    """Implements `bidding.engine.nodes.Leases`; `url` begins with `postgresql+asyncpg://`.

    `ttl` is how long a presence is good for, in microseconds; nobody waits longer for an answer.
    `hears` is told each reading of the database's clock, in `clock`'s time.
    """

    def __init__(self, url: str, clock: Clock, hears: Hears, *, ttl: Instant) -> None:
        self._engine = create_async_engine(
            url,
            isolation_level="AUTOCOMMIT",
            pool_size=_CONNECTIONS,
            max_overflow=0,
            pool_timeout=ttl / 1_000_000,
            # Presence is renewed three times a second and forgotten in two: it needs no disk. What
            # a crash of the database loses of it is no more than what a lease may lie anyhow.
            connect_args={
                "timeout": ttl / 1_000_000,
                "server_settings": {"synchronous_commit": "off"},
            },
        )
        self._clock, self._hears, self._ttl = clock, hears, ttl
        self._running: set[asyncio.Task[Any]] = set()

    async def enter(self, name: str, place: str | None = None) -> str:
        """As the port says."""
        rows = await self._ask("SELECT daylight.enter($1, $2, $3)", name, self._ttl, place)
        await self.look()  # so that the first stamp is on the clock of the others
        return f"{name}.{rows[0][0]}"

    async def renew(self, address: str) -> View:
        """As the port says."""
        await self._ask("SELECT daylight.renew($1, $2)", _number(address), self._ttl)
        return await self.look()

    async def look(self) -> View:
        """As the port says."""
        asked = self._clock.now()
        rows = await self._ask("SELECT * FROM daylight.look()")
        now: Instant = rows[0].at
        self._hears(now, asked, self._clock.now())
        nodes = [row for row in rows if row.address is not None]
        present = {row.address: row.until for row in nodes if not row.gone}
        owners = {log: row.address for row in nodes if not row.gone for log in row.owns or ()}
        places = {row.address: row.place for row in nodes if row.place and not row.gone}
        left = frozenset(row.address for row in nodes if row.gone)
        return View(now, present, left, owners, places)

    async def acquire(self, log: str, address: str) -> Grant | None:
        """As the port says."""
        sent = "SELECT * FROM daylight.acquire($1, $2, true)"
        (row,) = await self._ask(sent, log, _number(address))
        return Grant(row.served, row.handed) if row.granted else None

    async def owes(self, log: str, address: str, since: Instant | None) -> None:
        """As the port says."""
        await self._ask("SELECT daylight.owes($1, $2, $3)", log, _number(address), since)

    async def release(self, log: str, address: str) -> None:
        """As the port says."""
        await self._ask("SELECT daylight.release($1, $2)", log, _number(address))

    async def leave(self, address: str) -> None:
        """As the port says."""
        await self._ask("SELECT daylight.leave($1)", _number(address))

    async def close(self) -> None:
        """As the port says."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=self._ttl / 1_000_000)
        await self._engine.dispose()

    async def _ask(self, statement: str, *values: Any) -> Sequence[Any]:
        task = asyncio.create_task(self._run(statement, values))  # noqa: TID251 held in _running
        self._running.add(task)
        task.add_done_callback(self._ended)
        # `wait` leaves it alone: a statement that is cancelled half-way costs its connection.
        done, _ = await asyncio.wait({task}, timeout=self._ttl / 1_000_000)
        if not done:
            raise LeasesAway("no answer from the database")
        return task.result()

    async def _run(self, statement: str, values: Sequence[Any]) -> Sequence[Any]:
        try:
            async with self._engine.connect() as connection:
                return (await connection.exec_driver_sql(statement, tuple(values))).all()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == NOT_PRESENT:
                raise NotPresent(str(error.orig)) from error
            raise LeasesAway(f"the database: {error.orig}") from error
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            raise LeasesAway(f"the database cannot be reached: {error}") from error

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # whoever gave up waiting was told; nobody else asks


def _number(address: str) -> int:
    """The number under which the database knows a node; a name may have dots of its own."""
    return int(address.rpartition(".")[2])
