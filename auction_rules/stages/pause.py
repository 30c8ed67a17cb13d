"""Pause (S4): a stretch between two rounds in which nothing is asked; what stands, stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from auction_rules.facts import DeadlineMoved, FloorFact, Instant, StageClosed, StageOpened
from auction_rules.floor import BidderAsk, Floor, OfficerAsk
from auction_rules.rule import Actions, Disclosure, Judgement, Refuse
from auction_rules.terms import Text


@dataclass(frozen=True, slots=True)
class Pause:
    """`length` microseconds from the instant it opens."""

    id: str
    title: Text
    length: Instant
    kind: str = "frozen"

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """Everybody sees when it goes on."""
        del floor
        return (StageOpened(self.id, self.kind, now, now + self.length),)

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """The next round has not begun."""
        del floor, bidder, ask, now
        return Refuse("OUTSIDE_WINDOW")

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """No officer has anything to bring in."""
        del floor, officer, ask, now
        return Refuse("NOT_BIDDABLE")

    def due(self, floor: Floor[Any]) -> Instant | None:
        """Its end."""
        return floor.standing.closes

    def turn(self, floor: Floor[Any], now: Instant) -> None:
        """It has no rounds."""
        del floor, now

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """It ends."""
        del floor, now
        return (StageClosed(self.id),)

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """The time that remained: nobody acts in it, so there is nothing to promise whole."""
        closes = floor.standing.closes
        if closes is None:
            return ()
        return (DeadlineMoved(max(closes, now + max(0, closes - since)), "resumed"),)

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """Wait."""
        del floor, bidder, now
        return Actions(ask="bid", blocked=Refuse("OUTSIDE_WINDOW"))

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """The offers of the round before are open."""
        del floor
        return Disclosure()
