"""The house's register on SQLAlchemy: accounts, sign-ins, drafts, applications, paddles, bank notices.

Not the event log: nothing here decides an auction, and all of it may be lost without a
line of any log changing. It implements `bidding.engine.identity.Registry`. Every public call is one
transaction of `book_database`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, cast

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
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

from bidding.adapters.book_database import BIG, BookDatabase, insert_on, put_once
from bidding.engine.identity import (
    Account,
    Application,
    ApplicationState,
    BankNotice,
    Decline,
    Draft,
    DraftState,
    Role,
    Seat,
    SignIn,
    Stale,
    Taken,
)

_meta = MetaData()

_accounts = Table(
    "accounts",
    _meta,
    Column("account", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("disabled", Boolean, nullable=False),
)

_sign_ins = Table(
    "sign_ins",
    _meta,
    Column("id", String(32), primary_key=True),
    Column("key", LargeBinary(32), nullable=False, unique=True),
    Column("account", ForeignKey("accounts.account"), nullable=False, index=True),
    Column("created", BIG, nullable=False),
    Column("last_seen", BIG, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("revoked", BIG),
)

_drafts = Table(
    "drafts",
    _meta,
    Column("id", String(32), primary_key=True),
    Column("proposer", ForeignKey("accounts.account"), nullable=False),
    Column("fields", Text, nullable=False),
    Column("writers", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("submitted_by", String(32)),
    Column("approver", String(32)),
    Column("sha256", String(64)),
    Column("auction", String(64)),
    Column("returned", Text),
    Column("updated", BIG, nullable=False),
    Column("version", Integer, nullable=False),
)

_applications = Table(
    "applications",
    _meta,
    Column("id", String(32), primary_key=True),
    Column("auction", String(64), nullable=False),
    Column("account", ForeignKey("accounts.account"), nullable=False),
    Column("alias", String(16), nullable=False),
    Column("lot", String(64)),
    Column("created", BIG, nullable=False),
    Column("state", String(16), nullable=False),
    Column("paddle", String(32)),
    Column("priority", Integer, nullable=False),
    # One application a person and auction: asking twice is the same question.
    UniqueConstraint("auction", "account"),
)

_declines = Table(
    "declines",
    _meta,
    Column("number", BIG, primary_key=True, autoincrement=True),
    Column("application", ForeignKey("applications.id"), nullable=False),
    Column("applied", BIG, nullable=False),
    Column("at", BIG, nullable=False),
    Column("by", String(32), nullable=False),
    Column("reason", Text, nullable=False),
)

_seats = Table(
    "seats",
    _meta,
    Column("auction", String(64), primary_key=True),
    Column("paddle", String(32), primary_key=True),
    Column("account", ForeignKey("accounts.account"), nullable=False),
    Column("lot", String(64)),
    Column("salt", LargeBinary(32), nullable=False),
    Column("admitted", Boolean, nullable=False),
    UniqueConstraint("auction", "account"),
    Index("seats_by_account", "account"),
)

_bank_notices = Table(
    "bank_notices",
    _meta,
    Column("number", BIG, primary_key=True, autoincrement=True),
    Column("bank_ref", String(128), nullable=False, unique=True),
    Column("auction", String(64), nullable=False),
    Column("bidder", String(32), nullable=False),
    Column("amount", BIG, nullable=False),
    Column("received", BIG, nullable=False),
    Column("counted", BIG),
)


class SqlRegistry:
    """One register in one database. Make it with `await SqlRegistry.open(path)`."""

    def __init__(self, database: BookDatabase) -> None:
        self._database, self._whole = database, database.whole

    @classmethod
    async def open(cls, place: Path | str) -> "SqlRegistry":
        """Open or make the register, at a path or URL. Raises BookBroken."""
        return cls(await BookDatabase.open(place, "registry"))

    async def close(self) -> None:
        """Let running transactions finish, then let go."""
        await self._database.close()

    # Accounts -----------------------------------------------------------------------------

    async def create_account(self, account: Account) -> None:
        """Raises Taken if the name is in use."""
        row = {
            "account": account.account,
            "name": account.name,
            "roles": ",".join(sorted(account.roles)),
            "verifier": account.verifier,
            "disabled": account.disabled,
        }

        async def work(c: AsyncConnection) -> None:
            await c.execute(insert(_accounts).values(row))

        try:
            await self._whole(work)
        except IntegrityError as error:
            raise Taken(account.account) from error

    async def account(self, account: str) -> Account | None:
        async def work(c: AsyncConnection) -> Account | None:
            found = (
                (await c.execute(select(_accounts).where(_accounts.c.account == account)))
                .mappings()
                .first()
            )
            return _account(found) if found else None

        return await self._whole(work)

    async def accounts(self) -> list[Account]:
        async def work(c: AsyncConnection) -> list[Account]:
            rows = (await c.execute(select(_accounts).order_by(_accounts.c.account))).mappings()
            return [_account(row) for row in rows]

        return await self._whole(work)

    async def disable(self, account: str, now: int) -> None:
        """Close an account and end every sign-in of it in one breath (ASVS 7.4.2)."""

        async def work(c: AsyncConnection) -> None:
            await c.execute(
                update(_accounts).where(_accounts.c.account == account).values(disabled=True)
            )
            await c.execute(
                update(_sign_ins)
                .where(_sign_ins.c.account == account, _sign_ins.c.revoked.is_(None))
                .values(revoked=now)
            )

        await self._whole(work)

    async def enable(self, account: str) -> None:
        """Open a closed account again; its old sign-ins stay ended."""

        async def work(c: AsyncConnection) -> None:
            await c.execute(
                update(_accounts).where(_accounts.c.account == account).values(disabled=False)
            )

        await self._whole(work)

    # Sign-ins -----------------------------------------------------------------------------

    async def sign_in(self, sign_in: SignIn) -> None:
        """Keep a sign-in. One of an account that was closed meanwhile is ended from the start."""
        account = _accounts.c.account == sign_in.account

        async def work(c: AsyncConnection) -> None:
            # Locked: whoever closes the account then also ends this one, or has done so before.
            found = await c.execute(select(_accounts.c.disabled).where(account).with_for_update())
            row = asdict(sign_in)
            if found.scalar_one():
                row["revoked"] = sign_in.created
            await c.execute(insert(_sign_ins).values(row))

        await self._whole(work)

    async def sign_in_by_key(self, key: bytes) -> SignIn | None:
        async def work(c: AsyncConnection) -> SignIn | None:
            found = (
                (await c.execute(select(_sign_ins).where(_sign_ins.c.key == key)))
                .mappings()
                .first()
            )
            return SignIn(**found) if found else None

        return await self._whole(work)

    async def sign_ins(self, account: str) -> list[SignIn]:
        """Those not ended, the newest first."""

        async def work(c: AsyncConnection) -> list[SignIn]:
            rows = await c.execute(
                select(_sign_ins)
                .where(_sign_ins.c.account == account, _sign_ins.c.revoked.is_(None))
                .order_by(_sign_ins.c.created.desc())
            )
            return [SignIn(**row) for row in rows.mappings()]

        return await self._whole(work)

    async def touch(self, ids: Mapping[str, int]) -> None:
        """Write when each sign-in was last seen; many at once, because each commit is an fsync.

        Another node may have seen one later; that stands.
        """

        async def work(c: AsyncConnection) -> None:
            # In one order on every node: two that write the same rows do not wait for each other.
            for name, seen in sorted(ids.items()):
                earlier = (_sign_ins.c.id == name, _sign_ins.c.last_seen < seen)
                await c.execute(update(_sign_ins).where(*earlier).values(last_seen=seen))

        await self._whole(work)

    async def revoke(self, account: str, sign_in: str, now: int) -> bool:
        """End one sign-in of this account. False: there is none such, or it had ended."""

        async def work(c: AsyncConnection) -> bool:
            done = await c.execute(
                update(_sign_ins)
                .where(
                    _sign_ins.c.id == sign_in,
                    _sign_ins.c.account == account,
                    _sign_ins.c.revoked.is_(None),
                )
                .values(revoked=now)
            )
            return bool(done.rowcount)

        return await self._whole(work)

    async def alive(self, ids: frozenset[str]) -> frozenset[str]:
        """Which of these sign-ins are neither ended nor of a closed account."""

        async def work(c: AsyncConnection) -> frozenset[str]:
            rows = await c.execute(
                select(_sign_ins.c.id)
                .join(_accounts, _accounts.c.account == _sign_ins.c.account)
                .where(
                    _sign_ins.c.id.in_(ids),
                    _sign_ins.c.revoked.is_(None),
                    _accounts.c.disabled.is_(False),
                )
            )
            return frozenset(rows.scalars())

        return await self._whole(work)

    # Drafts -------------------------------------------------------------------------------

    async def add_draft(self, draft: Draft) -> None:
        async def work(c: AsyncConnection) -> None:
            await c.execute(insert(_drafts).values(_draft_row(draft)))

        await self._whole(work)

    async def draft(self, draft: str) -> Draft | None:
        async def work(c: AsyncConnection) -> Draft | None:
            found = (
                (await c.execute(select(_drafts).where(_drafts.c.id == draft))).mappings().first()
            )
            return _draft(found) if found else None

        return await self._whole(work)

    async def drafts(self) -> list[Draft]:
        """The most recently changed first."""

        async def work(c: AsyncConnection) -> list[Draft]:
            rows = await c.execute(select(_drafts).order_by(_drafts.c.updated.desc(), _drafts.c.id))
            return [_draft(row) for row in rows.mappings()]

        return await self._whole(work)

    async def change_draft(self, draft: Draft) -> None:
        """Write a draft that was read at `draft.version`. Raises Stale if it changed meanwhile."""

        async def work(c: AsyncConnection) -> None:
            row = _draft_row(draft) | {"version": draft.version + 1}
            done = await c.execute(
                update(_drafts)
                .where(_drafts.c.id == draft.id, _drafts.c.version == draft.version)
                .values(row)
            )
            if not done.rowcount:
                raise Stale(draft.id)

        await self._whole(work)

    # Applications and paddles -------------------------------------------------------------

    async def apply(self, application: Application) -> Application:
        """Record an application; the one already there if this account asked before.

        One that was declined waits again, as of now: what was asked then and why it was declined
        stay in `declines`.
        """
        again = {"state": "waiting", "created": application.created, "lot": application.lot}

        async def work(c: AsyncConnection) -> Application:
            row = asdict(application)
            kept, _ = await put_once(c, _applications, row, "auction", "account")
            declined = (_applications.c.id == kept["id"], _applications.c.state == "refused")
            anew = update(_applications).where(*declined).values(again).returning(*_applications.c)
            return _application((await c.execute(anew)).mappings().first() or kept)

        return await self._whole(work)

    async def application(self, application: str) -> Application | None:
        async def work(c: AsyncConnection) -> Application | None:
            found = (
                (await c.execute(select(_applications).where(_applications.c.id == application)))
                .mappings()
                .first()
            )
            return _application(found) if found else None

        return await self._whole(work)

    async def applications(self, auction: str) -> list[Application]:
        async def work(c: AsyncConnection) -> list[Application]:
            rows = await c.execute(
                select(_applications)
                .where(_applications.c.auction == auction)
                .order_by(_applications.c.created, _applications.c.id)
            )
            return [_application(row) for row in rows.mappings()]

        return await self._whole(work)

    async def decline(self, decline: Decline) -> bool:
        """False: it is not waiting any more, or was asked anew since; nothing is changed then."""
        waiting = (
            _applications.c.id == decline.application,
            _applications.c.created == decline.applied,
            _applications.c.state == "waiting",
        )

        async def work(c: AsyncConnection) -> bool:
            done = await c.execute(update(_applications).where(*waiting).values(state="refused"))
            if done.rowcount:
                await c.execute(insert(_declines).values(asdict(decline)))
            return bool(done.rowcount)

        return await self._whole(work)

    async def declines(self, auction: str) -> list[Decline]:
        """The earliest first."""

        async def work(c: AsyncConnection) -> list[Decline]:
            columns = (column for column in _declines.c if column.name != "number")
            rows = await c.execute(
                select(*columns)
                .join(_applications, _applications.c.id == _declines.c.application)
                .where(_applications.c.auction == auction)
                .order_by(_declines.c.number)
            )
            return [Decline(**row) for row in rows.mappings()]

        return await self._whole(work)

    async def give_paddle(
        self, application: str, candidates: tuple[str, ...], salt: bytes, priority: int
    ) -> Seat:
        """Reserve the first free paddle of `candidates` for an application.

        Asked again it returns the paddle given before: the admission may have to be repeated
        after a crash, and must then say the same. Raises LookupError without such an
        application, Taken when every candidate is in use.
        """

        async def work(c: AsyncConnection) -> Seat:
            # Asked twice at once for one application: the second finds the first one's seat.
            one = select(_applications).where(_applications.c.id == application).with_for_update()
            found = (await c.execute(one)).mappings().first()
            if found is None:
                raise LookupError(application)
            where = (_seats.c.auction == found["auction"], _seats.c.account == found["account"])
            if earlier := (await c.execute(select(_seats).where(*where))).mappings().first():
                return Seat(**earlier)
            used = set(
                (
                    await c.execute(
                        select(_seats.c.paddle).where(_seats.c.auction == found["auction"])
                    )
                ).scalars()
            )
            for paddle in (p for p in candidates if p not in used):
                seat = Seat(found["auction"], found["account"], paddle, found["lot"], salt)
                new = insert_on(c, _seats).values(asdict(seat))
                free = new.on_conflict_do_nothing(index_elements=["auction", "paddle"])
                if (await c.execute(free)).rowcount:
                    break
            else:
                raise Taken("paddles")
            await c.execute(
                update(_applications)
                .where(_applications.c.id == application)
                .values(paddle=seat.paddle, priority=priority)
            )
            return seat

        return await self._whole(work)

    async def admitted(self, application: str) -> None:
        """The log has the admission; say so here too."""

        async def work(c: AsyncConnection) -> None:
            found = (
                (await c.execute(select(_applications).where(_applications.c.id == application)))
                .mappings()
                .one()
            )
            await c.execute(
                update(_applications)
                .where(_applications.c.id == application)
                .values(state="admitted")
            )
            await c.execute(
                update(_seats)
                .where(_seats.c.auction == found["auction"], _seats.c.account == found["account"])
                .values(admitted=True)
            )

        await self._whole(work)

    async def seat(self, auction: str, account: str) -> Seat | None:
        async def work(c: AsyncConnection) -> Seat | None:
            rows = await c.execute(
                select(_seats).where(_seats.c.auction == auction, _seats.c.account == account)
            )
            found = rows.mappings().first()
            return Seat(**found) if found else None

        return await self._whole(work)

    async def seats(self, account: str) -> list[Seat]:
        async def work(c: AsyncConnection) -> list[Seat]:
            rows = await c.execute(select(_seats).where(_seats.c.account == account))
            return [Seat(**row) for row in rows.mappings()]

        return await self._whole(work)

    async def holder(self, auction: str, paddle: str) -> str | None:
        """Whose paddle this is. For the door's own use: no list and no log may show it."""

        async def work(c: AsyncConnection) -> str | None:
            rows = await c.execute(
                select(_seats.c.account).where(
                    _seats.c.auction == auction, _seats.c.paddle == paddle
                )
            )
            return rows.scalar_one_or_none()

        return await self._whole(work)

    # Bank notices -------------------------------------------------------------------------

    async def bank_notice(self, notice: BankNotice) -> BankNotice:
        """Record a notice, or return the same one recorded before (banks repeat themselves).

        Raises Taken when the reference stands for other money: another auction, bidder,
        amount or instant.
        """

        async def work(c: AsyncConnection) -> BankNotice:
            found, _ = await put_once(c, _bank_notices, asdict(notice), "bank_ref")
            kept = BankNotice(**{k: v for k, v in found.items() if k != "number"})
            if replace(kept, counted=notice.counted) != notice:
                raise Taken(notice.bank_ref)
            return kept

        return await self._whole(work)

    async def counted(self, bank_ref: str, index: int) -> None:
        """Entry `index` of the auction's log counts this notice."""

        async def work(c: AsyncConnection) -> None:
            await c.execute(
                update(_bank_notices)
                .where(_bank_notices.c.bank_ref == bank_ref)
                .values(counted=index)
            )

        await self._whole(work)


def _account(row: RowMapping) -> Account:
    roles = frozenset(cast("Role", r) for r in row["roles"].split(",") if r)
    return Account(row["account"], row["name"], roles, row["verifier"], row["disabled"])


def _draft_row(draft: Draft) -> dict[str, Any]:
    return {
        "id": draft.id,
        "proposer": draft.proposer,
        "fields": json.dumps(dict(draft.fields), ensure_ascii=False),
        "writers": ",".join(sorted(draft.writers)),
        "state": draft.state,
        "submitted_by": draft.submitted_by,
        "approver": draft.approver,
        "sha256": draft.sha256,
        "auction": draft.auction,
        "returned": draft.returned,
        "updated": draft.updated,
        "version": draft.version,
    }


def _draft(row: RowMapping) -> Draft:
    plain = dict(row)
    plain["fields"] = json.loads(plain["fields"])
    plain["writers"] = frozenset(w for w in plain["writers"].split(",") if w)
    plain["state"] = cast("DraftState", plain["state"])
    return Draft(**plain)


def _application(row: RowMapping) -> Application:
    plain = dict(row)
    plain["state"] = cast("ApplicationState", plain["state"])
    return Application(**plain)
