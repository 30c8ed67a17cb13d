"""Claim (S6): named holders are asked in order, each in a window of his own.

Serves the first refusal (优先购买权) after the hammer and the confirmation with the next in line:
the holder says yes, or says no, or is silent, which the terms count as no. Round n asks holder n;
a holder who has been excluded is passed over, and when it happens while he is asked, at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from auction_rules.contingency import given_back
from auction_rules.facts import (
    Answered,
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
        """The first holder who may answer is asked."""
        end, number = now + self.length, self._next(floor, 1) or 1
        return (StageOpened(self.id, self.kind, now, end), RoundOpened(number, None, now, end))

    def _asked(self, floor: Floor[Any]) -> str | None:
        holders, number = self.holders(floor), floor.standing.round
        if not 0 < number <= len(holders):
            return None
        return holders[number - 1] if _may_answer(floor, holders[number - 1]) else None

    def _next(self, floor: Floor[Any], number: int) -> int | None:
        """The place of the first holder from `number` on who has not been excluded."""
        holders = self.holders(floor)
        places = range(number, len(holders) + 1)
        return next((n for n in places if _may_answer(floor, holders[n - 1])), None)

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
        """At once after an answer, or when the one asked is excluded; else the window's end."""
        if floor.standing.answers or self._asked(floor) is None:
            return 0
        return floor.standing.closes

    def turn(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...] | None:
        """The next holder, unless this one said yes or was the last."""
        if any(floor.standing.answers.values()):
            return None
        number = self._next(floor, floor.standing.round + 1)
        if number is None:
            return None
        return (RoundOpened(number, None, now, now + self.length),)

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """It ends."""
        del floor, now
        return (StageClosed(self.id),)

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """The holder gets back what the terms promise: his whole window, or what remained of it."""
        return given_back(floor, self.length, since, now)

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


def _may_answer(floor: Floor[Any], holder: str) -> bool:
    entrant = floor.entrants.get(holder.partition("/")[0])
    return entrant is None or not entrant.excluded
