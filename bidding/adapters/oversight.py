"""The overseers' book on SQLAlchemy, in a store of its own; the database itself refuses changes.

It implements `bidding.engine.oversight.OversightBook`. Every call is one transaction of
`book_database`; the triggers that refuse are in the migrations.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    func,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bidding.adapters.book_database import BIG, BookDatabase
from bidding.engine.oversight import Entered, Late, Step

_meta = MetaData()

_results = Table(
    "results",
    _meta,
    Column("number", BIG, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("category", String(16), nullable=False),
    Column("centre", Text, nullable=False),
    Column("closed", BIG, nullable=False),
    Column("deals", BIG, nullable=False),
    Column("amount", BIG, nullable=False),
    Column("start", BIG),
    Column("budget", BIG),
    Column("source", Text, nullable=False),
    Column("by", String(32), nullable=False),
    Column("at", BIG, nullable=False),
)

_withdrawals = Table(
    "withdrawals",
    _meta,
    Column("result", ForeignKey("results.id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("by", String(32), nullable=False),
    Column("at", BIG, nullable=False),
)

_steps = Table(
    "lead_steps",
    _meta,
    Column("lead", String(32), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("turn", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("by", String(32), nullable=False),
    Column("role", String(16), nullable=False),
    Column("at", BIG, nullable=False),
    Column("shown", Text, nullable=False),
    Column("finding", String(16)),
)

_RESULT: Final = tuple(c.name for c in _results.columns if c.name != "number")


class SqlOversight:
    """One book in one database. Make it with `await SqlOversight.open(path)`."""

    def __init__(self, database: BookDatabase) -> None:
        self._database, self._whole = database, database.whole

    @classmethod
    async def open(cls, place: Path | str) -> SqlOversight:
        """Opens or makes the book, at a path or URL. Raises BookBroken."""
        return cls(await BookDatabase.open(place, "oversight"))

    async def close(self) -> None:
        """Lets running transactions finish, then lets go."""
        await self._database.close()

    async def enter(self, result: Entered) -> None:
        """As the port says."""
        row = {name: getattr(result, name) for name in _RESULT}

        async def work(c: AsyncConnection) -> None:
            await c.execute(insert(_results).values(row))

        await self._whole(work)

    async def withdraw(self, result: str, reason: str, by: str, at: int) -> bool:
        """As the port says."""
        row = {"result": result, "reason": reason, "by": by, "at": at}

        async def work(c: AsyncConnection) -> None:
            await c.execute(insert(_withdrawals).values(row))

        try:
            await self._whole(work)
        except IntegrityError:  # withdrawn before, or never entered
            return False
        return True

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
            before = await c.execute(select(func.count()).select_from(_steps).where(where))
            if step.number != before.scalar_one():
                raise Late(step.lead)
            await c.execute(insert(_steps).values(row))

        try:
            await self._whole(work)
        except IntegrityError as error:  # of two who write at once one has the number
            raise Late(step.lead) from error

    async def steps(self, lead: str | None = None) -> list[Step]:
        """As the port says."""
        query = select(_steps).order_by(_steps.c.lead, _steps.c.number)
        if lead is not None:
            query = query.where(_steps.c.lead == lead)

        async def work(c: AsyncConnection) -> list[Step]:
            return [Step(**row) for row in (await c.execute(query)).mappings()]

        return await self._whole(work)
