"""Gate (S6): a window in which each bidder says whether he goes on (询问期).

Silence is a waiver. Who may answer is the terms' choice: everybody, or only those who have
a valid quote (DOMAIN §2.3, Shantou).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from auction_rules.facts import (
    Answered,
    DeadlineMoved,
    Entitled,
    FloorFact,
    Instant,
    RoundOpened,
    StageClosed,
    StageOpened,
)
from auction_rules.floor import BidderAsk, Confirm, Floor, OfficerAsk
from auction_rules.rule import Accept, Actions, Disclosure, Judgement, Refuse
from auction_rules.terms import Resume, Text


def nobody(floor: Floor[Any]) -> tuple[str, ...]:
    """Used where everybody is asked."""
    del floor
    return ()


@dataclass(frozen=True, slots=True)
class Gate:
    """A confirmation window of `length` microseconds before the stage named `before`."""

    id: str
    title: Text
    length: Instant
    before: str
    may_answer: Callable[[Floor[Any], str], bool]
    automatic: Callable[[Floor[Any]], tuple[str, ...]] = nobody
    """Who goes on without being asked, unless he says no."""
    preparation: Instant = 0
    """A pause before the window, in which nothing can be answered."""
    by_right: bool = False
    """Whether those who may answer are the ones entitled before, not those with an offer."""
    resume_policy: Resume = Resume.FULL_COUNTDOWN
    """A window of minutes is given whole whatever the terms say; one of days may follow them."""
    kind: str = "gate"

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """The question is asked, after the pause where there is one."""
        del floor
        opens = now + self.preparation
        return (StageOpened(self.id, self.kind, opens, opens + self.length),)

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """An answer counts once; there is no offer to make here."""
        del now
        if not isinstance(ask, Confirm):
            return Refuse("OUTSIDE_WINDOW")
        if refused := self._right(floor, bidder):
            return refused
        return Accept((Answered(bidder, ask.answer),))

    def _right(self, floor: Floor[Any], bidder: str) -> Refuse | None:
        if not self.may_answer(floor, bidder):
            return Refuse("NO_RIGHT_IN_PHASE" if self.by_right else "NO_QUALIFYING_BID")
        return Refuse("ALREADY_ANSWERED") if bidder in floor.standing.answers else None

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """No officer has anything to bring in here."""
        del floor, officer, ask, now
        return Refuse("NOT_BIDDABLE")

    def due(self, floor: Floor[Any]) -> Instant | None:
        """The end of the window."""
        return floor.standing.closes

    def turn(self, floor: Floor[Any], now: Instant) -> None:
        """It has no rounds: at its deadline it ends."""
        del floor, now

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """Those who said yes go on, in the order of their numbers."""
        del now
        answers = floor.standing.answers
        said = {**dict.fromkeys(self.automatic(floor), True), **answers}
        yes = tuple(sorted(b for b, answer in said.items() if answer))
        return (StageClosed(self.id), Entitled(self.before, yes))

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """The whole window again, after what was left of the pause: no power cut takes a right.

        Only where the rule passes the policy of its terms on, what remained of the window.
        """
        standing = floor.standing
        closes = standing.closes or now
        if (left := standing.opens - since) > 0:
            opens = max(standing.opens, now + left)
            ends = max(closes, opens + self.length)
            return (RoundOpened(standing.round, standing.price, opens, ends),)
        whole = self.resume_policy is Resume.FULL_COUNTDOWN
        given = self.length if whole else max(0, closes - since)
        return (DeadlineMoved(max(closes, now + given), "resumed"),)

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """Yes or no, or why not."""
        del now
        return Actions(ask="confirm", blocked=self._right(floor, bidder))

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """Nothing is sealed here."""
        del floor
        return Disclosure()
