"""The book of bank notices on SQLAlchemy, in a store of its own: names of payers go no further.

It implements `bidding.engine.money.MoneyBook`. Every call is one transaction of `book_database`.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import (
    Column,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bidding.adapters.book_database import BIG, BookDatabase, put_once
from bidding.engine.money import (
    Conflict,
    Guarantee,
    Notice,
    SealedGuarantee,
    State,
    SubAccount,
)

_meta = MetaData()

_accounts = Table(
    "sub_accounts",
    _meta,
    Column("number", String(16), primary_key=True),
    Column("auction", String(64), nullable=False),
    Column("bidder", String(32), nullable=False),
    Column("opened", BIG, nullable=False),
    UniqueConstraint("auction", "bidder"),
)

_notices = Table(
    "notices",
    _meta,
    Column("id", BIG, primary_key=True, autoincrement=True),
    Column("bank", String(32), nullable=False),
    Column("serial", String(64), nullable=False),
    Column("account", String(16), nullable=False, index=True),
    Column("payer_account", String(64), nullable=False),
    Column("amount", BIG, nullable=False),
    Column("received", BIG, nullable=False),
    Column("payer", Text, nullable=False),
    Column("told", BIG, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text),
    Column("by", String(32)),
    Column("entry", BIG),
    # A bank's serial is one payment; the other key fields then must be equal too.
    UniqueConstraint("bank", "serial"),
)

_guarantees = Table(
    "guarantees",
    _meta,
    Column("issuer", Text, primary_key=True),
    Column("number", String(64), primary_key=True),
    Column("auction", String(64), nullable=False, index=True),
    Column("bidder", String(32), nullable=False),
    Column("amount", BIG, nullable=False),
    Column("until", BIG, nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("by", String(32), nullable=False),
    Column("entry", BIG),
)


_sealed = Table(
    "sealed_guarantees",
    _meta,
    Column("commit", String(44), primary_key=True),
    Column("auction", String(64), nullable=False, index=True),
    # No column says whose it is: that is what is sealed.
    Column("owner", String(32), nullable=False),
    Column("box", Text, nullable=False),
    Column("told", BIG, nullable=False),
    Column("state", String(8), nullable=False),
    Column("entry", BIG),
)


class SqlMoney:
    """One book in one database. Make it with `await SqlMoney.open(path)`."""

    def __init__(self, database: BookDatabase) -> None:
        self._database, self._whole = database, database.whole

    @classmethod
    async def open(cls, place: Path | str) -> SqlMoney:
        """Opens or makes the book, at a path or URL. Raises BookBroken."""
        return cls(await BookDatabase.open(place, "money"))

    async def close(self) -> None:
        """Lets running transactions finish, then lets go."""
        await self._database.close()

    async def sub_account(self, auction: str, bidder: str, candidate: str, now: int) -> SubAccount:
        """As the port says."""
        row = asdict(SubAccount(candidate, auction, bidder, now))

        async def work(c: AsyncConnection) -> SubAccount:
            kept, _ = await put_once(c, _accounts, row, "auction", "bidder")
            return SubAccount(**kept)

        try:
            return await self._whole(work)
        except IntegrityError as error:
            raise Conflict(candidate) from error

    async def account(self, number: str) -> SubAccount | None:
        """As the port says."""

        async def work(c: AsyncConnection) -> SubAccount | None:
            rows = await c.execute(select(_accounts).where(_accounts.c.number == number))
            found = rows.mappings().first()
            return None if found is None else SubAccount(**found)

        return await self._whole(work)

    async def take(self, notice: Notice) -> tuple[Notice, bool]:
        """As the port says."""

        async def work(c: AsyncConnection) -> tuple[Notice, bool]:
            row = {name: getattr(notice, name) for name in _TOLD}
            found, new = await put_once(c, _notices, row, "bank", "serial")
            kept = Notice(**found)
            if kept.key != notice.key:
                raise Conflict(notice.bank_ref)
            return kept, not new

        return await self._whole(work)

    async def settle(
        self,
        notice: int,
        state: State,
        *,
        was: tuple[State, ...],
        reason: str | None,
        by: str | None,
        entry: int | None,
    ) -> bool:
        """As the port says."""
        values = {"state": state, "reason": reason, "by": by, "entry": entry}
        still = (_notices.c.id == notice, _notices.c.state.in_(was))

        async def work(c: AsyncConnection) -> bool:
            return bool((await c.execute(update(_notices).where(*still).values(values))).rowcount)

        return await self._whole(work)

    async def notice(self, notice: int) -> Notice | None:
        """As the port says."""

        async def work(c: AsyncConnection) -> Notice | None:
            rows = await c.execute(select(_notices).where(_notices.c.id == notice))
            found = rows.mappings().first()
            return None if found is None else Notice(**found)

        return await self._whole(work)

    async def notices(self, auction: str) -> list[Notice]:
        """As the port says."""

        async def work(c: AsyncConnection) -> list[Notice]:
            query = (
                select(_notices)
                .join(_accounts, _accounts.c.number == _notices.c.account)
                .where(_accounts.c.auction == auction)
                .order_by(_notices.c.received, _notices.c.id)
            )
            return [Notice(**row) for row in (await c.execute(query)).mappings()]

        return await self._whole(work)

    async def guarantee(self, guarantee: Guarantee) -> Guarantee:
        """As the port says."""

        async def work(c: AsyncConnection) -> Guarantee:
            found, _ = await put_once(c, _guarantees, asdict(guarantee), "issuer", "number")
            kept = Guarantee(**found)
            if kept.about != guarantee.about:
                raise Conflict(guarantee.number)
            return kept

        return await self._whole(work)

    async def guaranteed(self, issuer: str, number: str, entry: int) -> None:
        """As the port says."""
        where = (_guarantees.c.issuer == issuer, _guarantees.c.number == number)

        async def work(c: AsyncConnection) -> None:
            await c.execute(update(_guarantees).where(*where).values(entry=entry))

        await self._whole(work)

    async def guarantees(self, auction: str) -> list[Guarantee]:
        """As the port says."""

        async def work(c: AsyncConnection) -> list[Guarantee]:
            query = (
                select(_guarantees)
                .where(_guarantees.c.auction == auction)
                .order_by(_guarantees.c.issuer, _guarantees.c.number)
            )
            return [Guarantee(**row) for row in (await c.execute(query)).mappings()]

        return await self._whole(work)

    async def sealed(self, auction: str) -> list[SealedGuarantee]:
        """As the port says."""

        async def work(c: AsyncConnection) -> list[SealedGuarantee]:
            where = _sealed.c.auction == auction
            query = select(_sealed).where(where).order_by(_sealed.c.told, _sealed.c.commit)
            return [SealedGuarantee(**row) for row in (await c.execute(query)).mappings()]

        return await self._whole(work)

    async def seal(self, guarantee: SealedGuarantee) -> SealedGuarantee:
        """As the port says."""

        async def work(c: AsyncConnection) -> SealedGuarantee:
            kept, _ = await put_once(c, _sealed, asdict(guarantee), "commit")
            earlier = SealedGuarantee(**kept)
            if (earlier.auction, earlier.box) != (guarantee.auction, guarantee.box):
                raise Conflict(guarantee.commit)
            return earlier

        return await self._whole(work)

    async def unsealed(
        self, commit: str, state: Literal["sealed", "opened", "void"], entry: int | None
    ) -> None:
        """As the port says."""

        async def work(c: AsyncConnection) -> None:
            where = _sealed.c.commit == commit
            await c.execute(update(_sealed).where(where).values(state=state, entry=entry))

        await self._whole(work)


_TOLD: Final = (
    *("bank", "serial", "account", "payer_account", "amount", "received", "payer"),
    *("told", "state"),
)
