"""Claim (S6): named holders are asked in order, each in a window of his own.

Serves the first refusal (优先购买权) after the hammer and the confirmation with the next in line:
the holder says yes, or says no, or is silent, which the terms count as no. Round n asks holder n.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from auction_rules.facts import (
    Answered,
    DeadlineMoved,
    FloorFact,
    Instant,
    RoundOpened,
    StageClosed,
    StageOpened,
)
from auction_rules.floor import BidderAsk, Confirm, Floor, OfficerAsk
from auction_rules.rule import Accept, Actions, Disclosure, Judgement, Refuse
from auction_rules.terms import Text


@dataclass(frozen=True, slots=True)
class Claim:
    """One window of `length` microseconds for each of the holders the rule names."""

    id: str
    title: Text
    length: Instant
    holders: Callable[[Floor[Any]], tuple[str, ...]]
    claimed: Callable[[Floor[Any], str], tuple[FloorFact, ...]]
    """What follows from a holder's yes."""
    kind: str = "claim"

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """The first holder is asked."""
        del floor
        end = now + self.length
        return (StageOpened(self.id, self.kind, now, end), RoundOpened(1, None, now, end))

    def _asked(self, floor: Floor[Any]) -> str | None:
        holders, number = self.holders(floor), floor.standing.round
        return holders[number - 1] if 0 < number <= len(holders) else None

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """Only the holder who is asked may answer, once."""
        del now
        if not isinstance(ask, Confirm):
            return Refuse("OUTSIDE_WINDOW")
        if bidder != self._asked(floor):
            return Refuse("NO_RIGHT_IN_PHASE")
        if floor.standing.answers:
            return Refuse("ALREADY_ANSWERED")
        follows = self.claimed(floor, bidder) if ask.answer else ()
        return Accept((Answered(bidder, ask.answer), *follows))

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """No officer answers for a bidder."""
        del floor, officer, ask, now
        return Refuse("NOT_BIDDABLE")

    def due(self, floor: Floor[Any]) -> Instant | None:
        """At once after an answer or when nobody is left to ask; else the end of the window."""
        if floor.standing.answers or self._asked(floor) is None:
            return 0
        return floor.standing.closes

    def turn(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...] | None:
        """The next holder, unless this one said yes or was the last."""
        if any(floor.standing.answers.values()):
            return None
        number = floor.standing.round + 1
        if number > len(self.holders(floor)):
            return None
        return (RoundOpened(number, None, now, now + self.length),)

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """It ends."""
        del floor, now
        return (StageClosed(self.id),)

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """The holder gets his whole window again."""
        del since
        closes = floor.standing.closes or now
        return (DeadlineMoved(max(closes, now + self.length), "resumed"),)

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """Yes or no for the one who is asked."""
        del now
        if bidder != self._asked(floor):
            return Actions(ask="confirm", blocked=Refuse("NO_RIGHT_IN_PHASE"))
        if floor.standing.answers:
            return Actions(ask="confirm", blocked=Refuse("ALREADY_ANSWERED"))
        return Actions(ask="confirm")

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """Nothing is sealed."""
        del floor
        return Disclosure()
