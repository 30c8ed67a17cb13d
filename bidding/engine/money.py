"""The book of bank notices: what banks said, under which sub-account, and what came of it.

What counts is in an auction's log (`Deposit`, `Payout`); this book knows what the log must not: payers'
names and accounts. The interface is that of the bank-enterprise rules in DOMAIN section 9:

1. Each bidder has a sub-account of his own in each auction; a number is never given twice.
2. A bank sends a notice again until it hears 00 or 01. The same notice is one whose six key
   fields are equal; it is answered 01 and counts once.
3. The bank's time of receipt decides, however late the notice comes.
4. The payer must be the bidder by name. Otherwise the money is held until a person grants it
   with a reason, or it is sent back.

All instants are microseconds since 1970 UTC, all amounts fen.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal, Protocol

State = Literal["told", "counted", "held", "refused", "returned"]

ACCOUNT: Final = re.compile(r"[0-9]{16}", re.ASCII)
_ODD_ONES: Final = 14


@dataclass(frozen=True, slots=True)
class SubAccount:
    """One bidder's account for one auction."""

    number: str
    auction: str
    bidder: str
    opened: int


@dataclass(frozen=True, slots=True)
class Notice:
    """What a bank told. The first six fields are its key."""

    bank: str
    serial: str
    account: str
    payer_account: str
    amount: int
    received: int
    payer: str
    told: int = 0
    state: State = "told"
    reason: str | None = None
    """A code of refusal, or an officer's words."""
    by: str | None = None
    entry: int | None = None
    id: int = 0

    @property
    def key(self) -> tuple[str, str, str, str, int, int]:
        """What makes two notices the same one."""
        return (
            self.bank,
            self.serial,
            self.account,
            self.payer_account,
            self.amount,
            self.received,
        )

    @property
    def bank_ref(self) -> str:
        """What the log knows it by: unique in the house, and nobody's name."""
        return f"{self.bank}:{self.serial}"


@dataclass(frozen=True, slots=True)
class Guarantee:
    """A bank's or insurer's word that stands for a deposit (保函); the log has `commit` alone."""

    issuer: str
    number: str
    auction: str
    bidder: str
    amount: int
    until: int
    nonce: str
    by: str
    entry: int | None = None

    @property
    def commit(self) -> str:
        """Base64 SHA-256: shows, once the nonce is told, which guarantee the log means."""
        text = f"daylight/guarantee/v1\n{self.nonce}\n{self.issuer}\n{self.number}\n"
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")

    @property
    def about(self) -> tuple[str, str, int, int]:
        """What one number can be registered for, once."""
        return (self.auction, self.bidder, self.amount, self.until)


@dataclass(frozen=True, slots=True)
class SealedGuarantee:
    """A guarantee nobody has opened yet (or that did not open). Whose it is, only its `owner` tells
    who has the house's secret; `box` is base64.
    """

    commit: str
    auction: str
    owner: str
    box: str
    told: int
    state: Literal["sealed", "opened", "void"] = "sealed"
    entry: int | None = None
    """The line of the log in which it came in, sealed."""


class Conflict(Exception):
    """A bank used a serial number again for other money."""


class MoneyBook(Protocol):
    """Where notices are kept. Every call is one transaction: done or not done."""

    async def sub_account(self, auction: str, bidder: str, candidate: str, now: int) -> SubAccount:
        """The bidder's account; opened under `candidate` where there is none. Taken numbers raise
        Conflict.
        """
        ...

    async def account(self, number: str) -> SubAccount | None:
        """Whose account this is."""
        ...

    async def take(self, notice: Notice) -> tuple[Notice, bool]:
        """The notice as kept, and whether it was there before. Raises Conflict."""
        ...

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
        """What came of it. False, and nothing is changed, when it is in none of the states `was`."""
        ...

    async def notice(self, notice: int) -> Notice | None:
        """One notice."""
        ...

    async def notices(self, auction: str) -> list[Notice]:
        """All notices of an auction's accounts, the earliest receipt first."""
        ...

    async def guarantee(self, guarantee: Guarantee) -> Guarantee:
        """The guarantee as kept, the earlier one of the same number. Raises Conflict."""
        ...

    async def guaranteed(self, issuer: str, number: str, entry: int) -> None:
        """Entry `entry` of the auction's log counts it."""
        ...

    async def guarantees(self, auction: str) -> list[Guarantee]:
        """All of an auction, in the order of their numbers."""
        ...

    async def sealed(self, auction: str) -> list[SealedGuarantee]:
        """All sealed guarantees of an auction, in the order in which they came."""
        ...

    async def seal(self, guarantee: SealedGuarantee) -> SealedGuarantee:
        """The guarantee as kept. Raises Conflict where its commitment stands for another box."""
        ...

    async def unsealed(
        self, commit: str, state: Literal["sealed", "opened", "void"], entry: int | None
    ) -> None:
        """What became of it."""
        ...

    async def close(self) -> None:
        """Lets go of the file."""
        ...


def new_number() -> str:
    """Sixteen digits that nobody can foresee, the last one a check digit (Luhn)."""
    body = "6" + "".join(str(secrets.randbelow(10)) for _ in range(_ODD_ONES))
    return body + check_digit(body)


def check_digit(body: str) -> str:
    """The Luhn digit that makes the whole number hold: one wrong digit is noticed."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def holds(number: str) -> bool:
    """Whether it can be one of ours."""
    return bool(ACCOUNT.fullmatch(number)) and check_digit(number[:-1]) == number[-1]


def same_name(one: str, other: str) -> bool:
    """Whether two names are one to a bank: width, case, spaces and brackets aside."""
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    wide = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in wide if not letter.isspace())
