"""What overseers keep beside the logs: results of sessions held elsewhere, and what came of leads.

Nothing here decides an auction, and nothing here is ever changed: a result entered in error is
withdrawn with a reason and stays readable; a lead (线索) goes from question to explanation to
conclusion (问询、说明、结论), a line each, and a line never says that somebody is guilty.

All instants are microseconds since 1970 UTC, all amounts fen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

Turn = Literal["asked", "explained", "concluded"]
Finding = Literal["cleared", "referred", "watched"]

LEAD: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)


class Late(Exception):
    """Somebody else wrote first: what the writer saw is not what stands there."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A result typed in by an officer. One line may stand for several deals of one kind.

    `start` where something was sold, `budget` where something was bought; at most one of them.
    `source` says where the figures were read. `withdrawn` is why the line no longer counts.
    """

    id: str
    title: str
    category: str
    centre: str
    closed: int
    deals: int
    amount: int
    start: int | None
    budget: int | None
    source: str
    by: str
    at: int
    withdrawn: str | None = None
    withdrawn_by: str | None = None
    withdrawn_at: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One line about one lead: who wrote what and when; `shown` is the value as it stood then."""

    lead: str
    number: int
    turn: Turn
    text: str
    by: str
    role: str
    at: int
    shown: str
    finding: Finding | None = None


class OversightBook(Protocol):
    """Where both are kept; every call is one transaction."""

    async def enter(self, result: Entered) -> None:
        """Keeps a result."""
        ...

    async def withdraw(self, result: str, reason: str, by: str, at: int) -> bool:
        """Says that a result no longer counts; False where there is none, or it is so already."""
        ...

    async def entered(self) -> list[Entered]:
        """All results, withdrawn ones too, in the order in which they were entered."""
        ...

    async def step(self, step: Step) -> None:
        """Adds a line to a lead. Raises Late unless `number` is the next one."""
        ...

    async def steps(self, lead: str | None = None) -> list[Step]:
        """The lines of one lead, or of all, in order."""
        ...


def may_follow(steps: Sequence[Step], turn: Turn) -> bool:
    """Whether this turn may come next: ask, explain, then ask again or conclude; then it is over."""
    last = steps[-1].turn if steps else None
    match turn:
        case "asked":
            return last in (None, "explained")
        case "explained":
            return last == "asked"
        case "concluded":
            return last == "explained"


__all__ = ["LEAD", "Entered", "Finding", "Late", "OversightBook", "Step", "Turn", "may_follow"]
