"""Who people are: accounts, sign-ins, drafts, applications, and the paddle each one holds.

This module holds the values and the ports; a database implements them in `bidding.adapters`,
the door asks them. It is *not* part of the record: an auction's log knows paddle numbers and
salted commitments only, so that whatever is kept here may be corrected or erased
while every log stays verifiable (PROOF section 1.2, personal data).

House rules of identity:

1. A name, a password or an address never enters a log entry, a log line or a channel.
2. One account holds at most one paddle in an auction, and a paddle belongs to one account.
3. Bidders hold no other role: who may act for the house may not bid in it (四川/深圳交易规则: 工作人员回避).
4. A draft is published by somebody other than the people who wrote or submitted it.
5. One bank reference counts one deposit, once, in one auction.

All instants are integers: microseconds since 1970 UTC. All amounts: fen.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

Role = Literal["bidder", "staff", "approver", "auditor"]
ROLES: Final[tuple[Role, ...]] = ("bidder", "staff", "approver", "auditor")

#: What may stand in the log behind `staff:` or `approver:`; so also every account's sign-in name.
ACCOUNT_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")

DraftState = Literal["draft", "submitted", "published"]
ApplicationState = Literal["waiting", "admitted", "refused"]


@dataclass(frozen=True, slots=True)
class Account:
    """One person's account. `verifier` is a password hash, never a password."""

    account: str
    name: str
    roles: frozenset[Role]
    verifier: str
    disabled: bool = False

    def __post_init__(self) -> None:
        if not ACCOUNT_ID.fullmatch(self.account):
            raise ValueError("an account is 1 to 32 of A-Z a-z 0-9 _ -")
        if not self.roles <= set(ROLES):
            raise ValueError(f"roles are {', '.join(ROLES)}")
        if "bidder" in self.roles and len(self.roles) > 1:
            raise ValueError("a bidder may not also act for the house")


@dataclass(frozen=True, slots=True)
class SignIn:
    """One signed-in browser or program.

    `key` is the SHA-256 of the token in the cookie: whoever reads the table cannot sign in
    with it. `id` is what lists show and what `DELETE /api/sessions/{id}` names.
    """

    id: str
    key: bytes
    account: str
    created: int
    last_seen: int
    user_agent: str
    address: str
    revoked: int | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A document on its way to publication. `writers` are all who ever changed it."""

    id: str
    proposer: str
    fields: Mapping[str, Any]
    writers: frozenset[str] = frozenset()
    state: DraftState = "draft"
    submitted_by: str | None = None
    approver: str | None = None
    sha256: str | None = None
    auction: str | None = None
    returned: str | None = None
    updated: int = 0
    version: int = 0


@dataclass(frozen=True, slots=True)
class Application:
    """Somebody asks to take part. Staff see `alias`, not the account, until the close."""

    id: str
    auction: str
    account: str
    alias: str
    lot: str | None
    created: int
    state: ApplicationState = "waiting"
    paddle: str | None = None
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Decline:
    """That an officer declined what was asked at `applied`, and the reason that the applicant reads."""

    application: str
    applied: int
    at: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Seat:
    """Which paddle an account holds in an auction, and the salt of its commitment."""

    auction: str
    account: str
    paddle: str
    lot: str | None
    salt: bytes = field(repr=False)
    admitted: bool = False


@dataclass(frozen=True, slots=True)
class BankNotice:
    """A bank's word that money came in: `bank_ref` is unique in the whole house."""

    bank_ref: str
    auction: str
    bidder: str
    amount: int
    received: int
    counted: int | None = None


class Taken(Exception):
    """What should be new exists already: an account, a bank reference, an application."""


class Stale(Exception):
    """Somebody else changed the thing since it was read; read it again."""


class Registry(Protocol):
    """The house's own register. Every call is one transaction: done or not done."""

    async def create_account(self, account: Account) -> None: ...
    async def account(self, account: str) -> Account | None: ...
    async def accounts(self) -> list[Account]: ...
    async def disable(self, account: str, now: int) -> None: ...
    async def enable(self, account: str) -> None: ...

    async def sign_in(self, sign_in: SignIn) -> None: ...
    async def sign_in_by_key(self, key: bytes) -> SignIn | None: ...
    async def sign_ins(self, account: str) -> list[SignIn]: ...
    async def touch(self, ids: Mapping[str, int]) -> None: ...
    async def revoke(self, account: str, sign_in: str, now: int) -> bool: ...
    async def alive(self, ids: frozenset[str]) -> frozenset[str]: ...

    async def add_draft(self, draft: Draft) -> None: ...
    async def draft(self, draft: str) -> Draft | None: ...
    async def drafts(self) -> list[Draft]: ...
    async def change_draft(self, draft: Draft) -> None: ...

    async def apply(self, application: Application) -> Application: ...
    async def application(self, application: str) -> Application | None: ...
    async def applications(self, auction: str) -> list[Application]: ...
    async def decline(self, decline: Decline) -> bool: ...
    async def declines(self, auction: str) -> list[Decline]: ...
    async def give_paddle(
        self, application: str, candidates: tuple[str, ...], salt: bytes, priority: int
    ) -> Seat: ...
    async def admitted(self, application: str) -> None: ...
    async def seat(self, auction: str, account: str) -> Seat | None: ...
    async def seats(self, account: str) -> list[Seat]: ...
    async def holder(self, auction: str, paddle: str) -> str | None: ...

    async def bank_notice(self, notice: BankNotice) -> BankNotice: ...
    async def counted(self, bank_ref: str, index: int) -> None: ...
    async def close(self) -> None: ...


class Passwords(Protocol):
    """Slow on purpose, so never on the event loop."""

    async def hash(self, password: str) -> str: ...
    async def matches(self, verifier: str, password: str) -> bool: ...


def commitment(salt: bytes, person: Mapping[str, str]) -> str:
    """The `who` of an admission: base64 of SHA-256(salt || canonical person).

    With the salt in hand anybody can check who held a paddle; once the salt is erased
    nobody can, and the log need not change (PROOF section 1.2).
    """
    if len(salt) != 32:
        raise ValueError("a salt is 32 bytes")
    canonical = json.dumps(dict(person), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return base64.b64encode(hashlib.sha256(salt + canonical.encode()).digest()).decode()
