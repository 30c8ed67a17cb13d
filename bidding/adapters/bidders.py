"""The bidders' book on SQLAlchemy, in a store of its own: complaints are no part of any record.

It implements `bidding.engine.bidders.BidderBook`. Every call is one transaction of `book_database`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    RowMapping,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bidding.adapters.book_database import BIG, BookDatabase, insert_on
from bidding.engine.bidders import MOST_OPEN, Complaint, Flood, Preparation

_meta = MetaData()

_preparations = Table(
    "preparations",
    _meta,
    Column("account", String(32), primary_key=True),
    Column("auction", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("found", Text, nullable=False),
)

_complaints = Table(
    "complaints",
    _meta,
    Column("number", BIG, primary_key=True, autoincrement=True),
    Column("auction", String(64), nullable=False, index=True),
    Column("account", String(32), nullable=False, index=True),
    Column("alias", String(32), nullable=False),
    Column("ref", String(64), nullable=False),
    Column("ground", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("filed", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("file", LargeBinary, nullable=False),
    Column("answer", Text),
    Column("answered", BigInteger),
    Column("by", String(64)),
    # A form that is sent twice is one complaint.
    UniqueConstraint("account", "ref"),
    # A number that was acknowledged is never given again.
    sqlite_autoincrement=True,
)

#: One row. Who holds it gives the next number: no hole, and no number twice.
_count = Table(
    "complaint_count",
    _meta,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
)

_WITHOUT_FILE: Final = tuple(column for column in _complaints.c if column.name != "file")


class SqlBidders:
    """One book in one database. Make it with `await SqlBidders.open(path)`."""

    def __init__(self, database: BookDatabase) -> None:
        self._database, self._whole = database, database.whole

    @classmethod
    async def open(cls, place: Path | str) -> SqlBidders:
        """Opens or makes the book, at a path or URL. Raises BookBroken."""
        return cls(await BookDatabase.open(place, "bidders"))

    async def close(self) -> None:
        """Lets running transactions finish, then lets go."""
        await self._database.close()

    async def prepared(self, done: Preparation) -> None:
        """As the port says."""
        row = asdict(done) | {"found": json.dumps(dict(done.found), ensure_ascii=False)}

        async def work(c: AsyncConnection) -> None:
            made = insert_on(c, _preparations).values(row)
            latest = {"at": made.excluded.at, "found": made.excluded.found}
            # Another node may have written a later one.
            newer = _preparations.c.at <= made.excluded.at
            key = _preparations.primary_key
            await c.execute(
                made.on_conflict_do_update(index_elements=key, set_=latest, where=newer)
            )

        await self._whole(work)

    async def preparations(self, account: str) -> list[Preparation]:
        """As the port says."""

        async def work(c: AsyncConnection) -> list[Preparation]:
            rows = await c.execute(select(_preparations).where(_preparations.c.account == account))
            return [
                Preparation(**{**row, "found": json.loads(row["found"])}) for row in rows.mappings()
            ]

        return await self._whole(work)

    async def file(self, complaint: Complaint) -> Complaint:
        """As the port says."""
        row = asdict(complaint)
        del row["number"]

        async def work(c: AsyncConnection) -> Complaint:
            # Whoever files waits here for the one before him, through the whole house.
            held = await c.execute(select(_count.c.last).with_for_update())
            number = held.scalar_one() + 1
            mine = _complaints.c.account == complaint.account
            again = await c.execute(
                select(_complaints).where(mine, _complaints.c.ref == complaint.ref)
            )
            if (earlier := again.mappings().first()) is not None:
                return _complaint(earlier)
            count = await c.execute(
                select(func.count()).where(mine, _complaints.c.auction == complaint.auction)
            )
            if count.scalar_one() >= MOST_OPEN:
                raise Flood(complaint.auction)
            await c.execute(update(_count).values(last=number))
            await c.execute(insert(_complaints).values(row | {"number": number}))
            return replace(complaint, number=number)

        return await self._whole(work)

    async def complaint(self, number: int) -> Complaint | None:
        """As the port says."""

        async def work(c: AsyncConnection) -> Complaint | None:
            rows = await c.execute(select(_complaints).where(_complaints.c.number == number))
            found = rows.mappings().first()
            return None if found is None else _complaint(found)

        return await self._whole(work)

    async def complaints(
        self, *, auction: str | None = None, account: str | None = None
    ) -> list[Complaint]:
        """As the port says."""

        async def work(c: AsyncConnection) -> list[Complaint]:
            query = select(*_WITHOUT_FILE).order_by(_complaints.c.number.desc())
            if auction is not None:
                query = query.where(_complaints.c.auction == auction)
            if account is not None:
                query = query.where(_complaints.c.account == account)
            return [_complaint(row) for row in (await c.execute(query)).mappings()]

        return await self._whole(work)

    async def answer(self, number: int, answer: str, by: str, now: int) -> bool:
        """As the port says."""

        async def work(c: AsyncConnection) -> bool:
            done = await c.execute(
                update(_complaints)
                .where(_complaints.c.number == number, _complaints.c.answer.is_(None))
                .values(answer=answer, answered=now, by=by)
            )
            return bool(done.rowcount)

        return await self._whole(work)


def _complaint(row: RowMapping) -> Complaint:
    return Complaint(**{"file": b"", **row})
