"""The book of bank notices on SQLAlchemy, in a file of its own: names of payers go no further.

It implements `bidding.engine.money.MoneyBook`. Every call is one transaction of `one_file`.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bidding.adapters.one_file import OneFile
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
    Column("opened", Integer, nullable=False),
    UniqueConstraint("auction", "bidder"),
)

_notices = Table(
    "notices",
    _meta,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("bank", String(32), nullable=False),
    Column("serial", String(64), nullable=False),
    Column("account", String(16), nullable=False, index=True),
    Column("payer_account", String(64), nullable=False),
    Column("amount", Integer, nullable=False),
    Column("received", Integer, nullable=False),
    Column("payer", Text, nullable=False),
    Column("told", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text),
    Column("by", String(32)),
    Column("entry", Integer),
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
    Column("amount", Integer, nullable=False),
    Column("until", Integer, nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("by", String(32), nullable=False),
    Column("entry", Integer),
)


_sealed = Table(
    "sealed_guarantees",
    _meta,
    Column("commit", String(44), primary_key=True),
    Column("auction", String(64), nullable=False, index=True),
    # No column says whose it is: that is what is sealed.
    Column("owner", String(32), nullable=False),
    Column("box", Text, nullable=False),
    Column("told", Integer, nullable=False),
    Column("state", String(8), nullable=False),
    Column("entry", Integer),
)


class SqlMoney:
    """One book in one database. Make it with `await SqlMoney.open(path)`."""

    def __init__(self, file: OneFile) -> None:
        self._file, self._whole = file, file.whole

    @classmethod
    async def open(cls, path: Path) -> SqlMoney:
        """Opens or makes the book. Raises FileBroken."""
        return cls(await OneFile.open(path, _meta.create_all))

    async def close(self) -> None:
        """Lets running transactions finish, then lets go of the file."""
        await self._file.close()

    async def sub_account(self, auction: str, bidder: str, candidate: str, now: int) -> SubAccount:
        """As the port says."""
        opened = SubAccount(candidate, auction, bidder, now)

        async def work(c: AsyncConnection) -> SubAccount:
            where = (_accounts.c.auction == auction, _accounts.c.bidder == bidder)
            found = (await c.execute(select(_accounts).where(*where))).mappings().first()
            if found is not None:
                return SubAccount(**found)
            row = {"number": candidate, "auction": auction, "bidder": bidder, "opened": now}
            try:
                await c.execute(insert(_accounts).values(row))
            except IntegrityError as error:
                raise Conflict(candidate) from error
            return opened

        return await self._whole(work)

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
            where = (_notices.c.bank == notice.bank, _notices.c.serial == notice.serial)
            found = (await c.execute(select(_notices).where(*where))).mappings().first()
            if found is not None:
                earlier = _notice(found)
                if earlier.key != notice.key:
                    raise Conflict(notice.bank_ref)
                return earlier, True
            row = {name: getattr(notice, name) for name in _TOLD}
            done = await c.execute(insert(_notices).values(row).returning(_notices.c.id))
            kept = await c.execute(select(_notices).where(_notices.c.id == done.scalar_one()))
            return _notice(kept.mappings().one()), False

        return await self._whole(work)

    async def settle(
        self, notice: int, state: State, *, reason: str | None, by: str | None, entry: int | None
    ) -> None:
        """As the port says."""
        values = {"state": state, "reason": reason, "by": by, "entry": entry}

        async def work(c: AsyncConnection) -> None:
            await c.execute(update(_notices).where(_notices.c.id == notice).values(values))

        await self._whole(work)

    async def notice(self, notice: int) -> Notice | None:
        """As the port says."""

        async def work(c: AsyncConnection) -> Notice | None:
            rows = await c.execute(select(_notices).where(_notices.c.id == notice))
            found = rows.mappings().first()
            return None if found is None else _notice(found)

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
            return [_notice(row) for row in (await c.execute(query)).mappings()]

        return await self._whole(work)

    async def guarantee(self, guarantee: Guarantee) -> Guarantee:
        """As the port says."""

        async def work(c: AsyncConnection) -> Guarantee:
            where = (
                _guarantees.c.issuer == guarantee.issuer,
                _guarantees.c.number == guarantee.number,
            )
            found = (await c.execute(select(_guarantees).where(*where))).mappings().first()
            if found is None:
                await c.execute(insert(_guarantees).values(asdict(guarantee)))
                return guarantee
            earlier = Guarantee(**found)
            if earlier.about != guarantee.about:
                raise Conflict(guarantee.number)
            return earlier

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
            where = _sealed.c.commit == guarantee.commit
            found = (await c.execute(select(_sealed).where(where))).mappings().first()
            if found is None:
                await c.execute(insert(_sealed).values(asdict(guarantee)))
                return guarantee
            earlier = SealedGuarantee(**found)
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


def _notice(row: RowMapping) -> Notice:
    return Notice(**row)
