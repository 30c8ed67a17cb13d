"""Frozen: a stretch of time in which nobody may offer (DOMAIN §2.3, Suzhou art. 18).

What stands, stands; officers may bring in what the rule lets them, a sealed reserve for one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from auction_rules.facts import (
    DeadlineMoved,
    Entitled,
    FloorFact,
    Instant,
    StageClosed,
    StageOpened,
)
from auction_rules.floor import Bid, BidderAsk, Floor, OfficerAsk
from auction_rules.rule import Actions, Disclosure, Judgement, Refuse
from auction_rules.stages.sealed import nobody
from auction_rules.terms import Text


@dataclass(frozen=True, slots=True)
class Frozen:
    """From `begins` to `ends`; it ends as much later as it begins late."""

    id: str
    title: Text
    begins: Instant
    ends: Instant
    entitle: Callable[[Floor[Any]], Entitled | None]
    officers: Callable[[Floor[Any], str, OfficerAsk, Instant], Judgement] = nobody
    kind: str = "frozen"

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """The floor is closed to offers."""
        del floor
        return (StageOpened(self.id, self.kind, now, self.ends + max(0, now - self.begins)),)

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """No offer, and nothing else to say."""
        del floor, bidder, now
        return Refuse("FROZEN_WINDOW" if isinstance(ask, Bid) else "OUTSIDE_WINDOW")

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """As the rule allows."""
        return self.officers(floor, officer, ask, now)

    def due(self, floor: Floor[Any]) -> Instant | None:
        """Its end."""
        return floor.standing.closes

    def turn(self, floor: Floor[Any], now: Instant) -> None:
        """It has no rounds."""
        del floor, now

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """The right to go on is named, where the terms limit it."""
        del now
        right = self.entitle(floor)
        return (StageClosed(self.id),) if right is None else (StageClosed(self.id), right)

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """The time that remained (DOMAIN §2.5: the listing is longer by what was lost)."""
        closes = floor.standing.closes
        if closes is None:
            return ()
        return (DeadlineMoved(max(closes, now + max(0, closes - since)), "resumed"),)

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """Wait."""
        del floor, bidder, now
        return Actions(ask="bid", blocked=Refuse("FROZEN_WINDOW"))

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """Nothing is sealed."""
        del floor
        return Disclosure()
