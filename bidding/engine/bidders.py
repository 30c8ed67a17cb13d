"""The bidders' book: what a bidder has prepared, and his complaints (异议) with their answers.

Not part of the record: nothing here decides an auction. A complaint is filed as one file with its
evidence, is numbered by the house, and is acknowledged under the centre's signature, so that
nobody can say later that it never came; staff read it under a paddle or an alias, never a name.

All instants are microseconds since 1970 UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

Prepared = Literal["checked", "practised"]
MOST_OPEN: Final = 20
"""Complaints of one account in one auction: more is no complaint but a flood."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """That an account did this for an auction, when last, and what came out of it."""

    account: str
    auction: str
    kind: Prepared
    at: int
    found: Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint. `file` is a ZIP; `ref` is the bidder's own, so that a retry counts once.

    `number` counts through the whole house; it is 0 until the book has given one.
    """

    auction: str
    account: str
    alias: str
    """What staff call him: his paddle, or his application's alias."""
    ref: str
    ground: str
    text: str
    filed: int
    sha256: str
    file: bytes = field(repr=False)
    number: int = 0
    answer: str | None = None
    answered: int | None = None
    by: str | None = None


class Flood(Exception):
    """An account has filed too much in one auction."""


class BidderBook(Protocol):
    """Where it is kept. Every call is one transaction."""

    async def prepared(self, done: Preparation) -> None:
        """Keeps the latest of each kind."""
        ...

    async def preparations(self, account: str) -> list[Preparation]:
        """All of an account."""
        ...

    async def file(self, complaint: Complaint) -> Complaint:
        """Gives it a number; the same account and `ref` again is the earlier one. Raises Flood."""
        ...

    async def complaint(self, number: int) -> Complaint | None:
        """One complaint, with its file."""
        ...

    async def complaints(
        self, *, auction: str | None = None, account: str | None = None
    ) -> list[Complaint]:
        """The latest first, without their files."""
        ...

    async def answer(self, number: int, answer: str, by: str, now: int) -> bool:
        """Answers once. False: there is none such, or it is answered."""
        ...

    async def close(self) -> None:
        """Lets running transactions finish, then lets go."""
        ...
