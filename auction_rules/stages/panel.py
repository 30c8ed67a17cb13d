"""Panel: named officers working apart enter points for the bidders on a list (DOMAIN §8).

An entry is final. While points are sealed nobody is told any; they are open once all are in. With
`one` the first entry ends the stage: an owner naming the bidder of his choice. Nothing lapses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from auction_rules.facts import FloorFact, Instant, Revealed, Scored, StageClosed, StageOpened
from auction_rules.floor import Bid, BidderAsk, Floor, OfficerAsk, Score
from auction_rules.rule import Accept, Actions, Disclosure, Judgement, Refuse
from auction_rules.terms import Text


def score_key(officer: str, bidder: str) -> str:
    """Where the standing keeps what this officer gave this bidder."""
    return f"{officer}/{bidder}"


@dataclass(frozen=True, slots=True)
class Panel:
    """Points from `least` to `most`, in hundredths, by each officer for each bidder listed."""

    id: str
    title: Text
    officers: Callable[[Floor[Any]], tuple[str, ...]]
    bidders: Callable[[Floor[Any]], tuple[str, ...]]
    most: int
    least: int = 0
    one: bool = False
    kind: str = "panel"

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """Waits for the officers."""
        del floor
        return (StageOpened(self.id, self.kind, now, None),)

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """The offers are in."""
        del floor, bidder, now
        return Refuse("AFTER_DEADLINE" if isinstance(ask, Bid) else "OUTSIDE_WINDOW")

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """One entry by each officer named, for each bidder listed."""
        del now
        if not isinstance(ask, Score):
            return Refuse("NOT_BIDDABLE")
        if officer not in self.officers(floor):
            return Refuse("NOT_ALLOWED")
        if ask.bidder not in self.bidders(floor):
            return Refuse("NOT_ON_LIST")
        if score_key(officer, ask.bidder) in floor.standing.scores:
            return Refuse("ALREADY_SCORED")
        if not self.least <= ask.points <= self.most:
            return Refuse("POINTS_OUT_OF_RANGE")
        return Accept((Scored(officer, ask.bidder, ask.points),))

    def due(self, floor: Floor[Any]) -> Instant | None:
        """At once when all points are in, or the one that is waited for, or nobody is listed."""
        scores, listed = floor.standing.scores, self.bidders(floor)
        if not listed:
            return 0
        given = [score_key(o, b) in scores for o in self.officers(floor) for b in listed]
        return 0 if (any(given) if self.one else all(given)) else None

    def turn(self, floor: Floor[Any], now: Instant) -> None:
        """It has no rounds."""
        del floor, now

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """Points that were sealed are open from here on."""
        del floor, now
        ended = StageClosed(self.id)
        return (ended,) if self.one else (ended, Revealed(self.id))

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """No time runs here."""
        del floor, since, now
        return ()

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """Wait."""
        del floor, bidder, now
        return Actions(blocked=Refuse("AFTER_DEADLINE"))

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """Prices are open; points are not, unless one choice is all there is to enter."""
        del floor
        return Disclosure(scores_sealed=not self.one)
