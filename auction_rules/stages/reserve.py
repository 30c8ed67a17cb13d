"""Opening sealed reserves: those who committed show amount and nonce; the average counts.

The amounts were committed to while the floor was open (`sealing` below, used by the stages before
it); here they are shown, after the last offer. Whoever committed must open; the stage ends
when all have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from auction_rules.commit import commitment
from auction_rules.facts import (
    Amount,
    FloorFact,
    Instant,
    ReserveOpened,
    ReserveSealed,
    StageClosed,
    StageOpened,
)
from auction_rules.floor import BidderAsk, Floor, OfficerAsk, OpenReserve, SealReserve
from auction_rules.money import divide_half_up
from auction_rules.rule import Accept, Actions, Disclosure, Judgement, Refuse
from auction_rules.terms import Text

_COMMIT: Final = re.compile(r"[A-Za-z0-9+/]{43}=", re.ASCII)
TITLE: Final[Text] = {"zh": "揭示保留价", "en": "Opening the reserve"}


def sealing(
    floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant, window: tuple[Instant, Instant]
) -> Judgement:
    """A commitment made within the half-open window; immutable, one a person."""
    if not isinstance(ask, SealReserve):
        return Refuse("NOT_BIDDABLE")
    if not window[0] <= now < window[1]:
        return Refuse("OUTSIDE_WINDOW")
    if officer in floor.standing.reserves:
        return Refuse("ALREADY_QUOTED")
    if not _COMMIT.fullmatch(ask.commit):
        return Refuse("BAD_COMMITMENT")
    return Accept((ReserveSealed(officer, ask.commit),))


def reserve_of(floor: Floor[Any]) -> Amount | None:
    """The reserve that counts: the average of those opened, half up; None when there is none."""
    opened = floor.standing.reserve_amounts.values()
    return divide_half_up(sum(opened), len(opened)) if opened else None


@dataclass(frozen=True, slots=True)
class OpenReserves:
    """The stage in which sealed reserves are shown."""

    id: str = "reserve"
    kind: str = "reserve"

    @property
    def title(self) -> Text:
        """Its name for people."""
        return TITLE

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """Waits for the officers; nothing lapses."""
        del floor
        return (StageOpened(self.id, self.kind, now, None),)

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """The offers are in."""
        del floor, bidder, ask, now
        return Refuse("AFTER_DEADLINE")

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """The amount must be the one committed to."""
        del now
        if not isinstance(ask, OpenReserve):
            return Refuse("NOT_BIDDABLE")
        commit = floor.standing.reserves.get(officer)
        if commit is None or officer in floor.standing.reserve_amounts:
            return Refuse("NOT_ALLOWED")
        if commitment(ask.amount, ask.nonce) != commit:
            return Refuse("COMMITMENT_DIFFERS")
        return Accept((ReserveOpened(officer, ask.amount),))

    def due(self, floor: Floor[Any]) -> Instant | None:
        """At once when all are open."""
        standing = floor.standing
        return 0 if standing.reserves.keys() == standing.reserve_amounts.keys() else None

    def turn(self, floor: Floor[Any], now: Instant) -> None:
        """It has no rounds."""
        del floor, now

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """All are known."""
        del floor, now
        return (StageClosed(self.id),)

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """No time runs here."""
        del floor, since, now
        return ()

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """Wait."""
        del floor, bidder, now
        return Actions(blocked=Refuse("AFTER_DEADLINE"))

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """Offers are open; a reserve not yet shown is only a commitment."""
        del floor
        return Disclosure()
