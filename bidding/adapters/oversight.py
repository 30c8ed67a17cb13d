"""The overseers' book on SQLAlchemy, in a file of its own; the database itself refuses changes.

It implements `bidding.engine.oversight.OversightBook`. Every call is one transaction of `one_file`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    insert,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bidding.adapters.one_file import OneFile
from bidding.engine.oversight import Entered, Late, Step

_meta = MetaData()

_results = Table(
    "results",
    _meta,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("category", String(16), nullable=False),
    Column("centre", Text, nullable=False),
    Column("closed", Integer, nullable=False),
    Column("deals", Integer, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("start", Integer),
    Column("budget", Integer),
    Column("source", Text, nullable=False),
    Column("by", String(32), nullable=False),
    Column("at", Integer, nullable=False),
)

_withdrawals = Table(
    "withdrawals",
    _meta,
    Column("result", ForeignKey("results.id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("by", String(32), nullable=False),
    Column("at", Integer, nullable=False),
)

_steps = Table(
    "lead_steps",
    _meta,
    Column("lead", String(32), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("turn", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("by", String(32), nullable=False),
    Column("role", String(16), nullable=False),
    Column("at", Integer, nullable=False),
    Column("shown", Text, nullable=False),
    Column("finding", String(16)),
)

_KEPT: Final = ("results", "withdrawals", "lead_steps")
_RESULT: Final = tuple(c.name for c in _results.columns if c.name != "number")


class SqlOversight:
    """One book in one database. Make it with `await SqlOversight.open(path)`."""

    def __init__(self, file: OneFile) -> None:
        self._file, self._whole = file, file.whole

    @classmethod
    async def open(cls, path: Path) -> SqlOversight:
        """Opens or makes the book. Raises FileBroken."""
        return cls(await OneFile.open(path, _make))

    async def close(self) -> None:
        """Lets running transactions finish, then lets go of the file."""
        await self._file.close()

    async def enter(self, result: Entered) -> None:
        """As the port says."""
        row = {name: getattr(result, name) for name in _RESULT}

        async def work(c: AsyncConnection) -> None:
            await c.execute(insert(_results).values(row))

        await self._whole(work)

    async def withdraw(self, result: str, reason: str, by: str, at: int) -> bool:
        """As the port says."""

        async def work(c: AsyncConnection) -> bool:
            row = {"result": result, "reason": reason, "by": by, "at": at}
            try:
                await c.execute(insert(_withdrawals).values(row))
            except IntegrityError:
                return False
            return True

        return await self._whole(work)

    async def entered(self) -> list[Entered]:
        """As the port says."""
        gone = _withdrawals.c

        async def work(c: AsyncConnection) -> list[Entered]:
            query = (
                select(
                    *(_results.c[name] for name in _RESULT),
                    gone.reason.label("withdrawn"),
                    gone.by.label("withdrawn_by"),
                    gone.at.label("withdrawn_at"),
                )
                .outerjoin(_withdrawals, gone.result == _results.c.id)
                .order_by(_results.c.number)
            )
            return [Entered(**row) for row in (await c.execute(query)).mappings()]

        return await self._whole(work)

    async def step(self, step: Step) -> None:
        """As the port says."""
        row = {column.name: getattr(step, column.name) for column in _steps.columns}
        where = _steps.c.lead == step.lead

        async def work(c: AsyncConnection) -> None:
            before = (await c.execute(select(_steps.c.number).where(where))).all()
            if step.number != len(before):
                raise Late(step.lead)
            await c.execute(insert(_steps).values(row))

        await self._whole(work)

    async def steps(self, lead: str | None = None) -> list[Step]:
        """As the port says."""
        query = select(_steps).order_by(_steps.c.lead, _steps.c.number)
        if lead is not None:
            query = query.where(_steps.c.lead == lead)

        async def work(c: AsyncConnection) -> list[Step]:
            return [Step(**row) for row in (await c.execute(query)).mappings()]

        return await self._whole(work)


def _make(connection: Connection) -> None:
    _meta.create_all(connection)
    for table in _KEPT:
        for act in ("UPDATE", "DELETE"):
            connection.execute(
                text(
                    f"CREATE TRIGGER IF NOT EXISTS {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, 'nothing is changed here'); END"
                )
            )
