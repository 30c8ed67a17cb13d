"""Turns (S4): several rounds in which one bidder after another may improve his own offer.

A round asks those who have an offer one by one, from the worst offer to the best, so that the
best answers last. Only the holder of the turn may act; what he offers is his alone until the turn
ends and then stands (MECHANISMS M21). Nobody can snipe: the last word is given, not taken.

Turn k of the whole stage is round number k of the floor; the order of the present round is the
stage's list of those entitled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from auction_rules.facts import (
    Amount,
    DeadlineMoved,
    Entitled,
    FloorFact,
    Instant,
    LeadersChanged,
    Noted,
    OfferStood,
    RoundOpened,
    StageClosed,
    StageOpened,
)
from auction_rules.floor import Bid, BidderAsk, Confirm, Floor, OfficerAsk
from auction_rules.rule import Accept, Actions, Disclosure, Judgement, Refuse
from auction_rules.steps import Ladder
from auction_rules.terms import Resume, Text

PENDING = "offer of the turn"
"""The note that keeps what the holder of the turn offers until it is published."""


@dataclass(frozen=True, slots=True)
class Turns:
    """`rounds` rounds of turns of `length`; `pause` before each round but `lead` before the first.

    All lengths in microseconds. Each must improve his own offer by a step of the ladder.
    """

    id: str
    title: Text
    ladder: Ladder
    order: Callable[[Floor[Any]], tuple[str, ...]]
    """Bidders in the order of their turns, worst offer first."""
    leading: Callable[[Floor[Any]], LeadersChanged]
    rounds: int
    length: Instant
    pause: Instant
    lead: Instant
    resume_policy: Resume
    kind: str = "turns"

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """The first round's order is public before its first turn."""
        start = now + self.lead
        return (
            StageOpened(self.id, self.kind, now, start + self.length),
            Entitled(self.id, self.order(floor)),
            RoundOpened(1, None, start, start + self.length),
        )

    def holder(self, floor: Floor[Any]) -> str | None:
        """Whose turn it is, or is next during a pause."""
        order, number = floor.standing.entitled or (), floor.standing.round
        return order[(number - 1) % len(order)] if order else None

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """The holder's last valid offer counts; a no takes the offer of this turn back."""
        del now
        if not isinstance(ask, Bid | Confirm):
            return Refuse("OUTSIDE_WINDOW")
        if refused := self._right(floor, bidder):
            return refused
        if isinstance(ask, Confirm):
            # M21: a bidder may cancel within his turn; what stood before it stands on.
            pending = floor.standing.notes.get(PENDING) is not None
            takes_back = pending and not ask.answer
            return Accept((Noted(PENDING, None),)) if takes_back else Refuse("OUTSIDE_WINDOW")
        if ask.lot is not None or ask.slot is not None:
            return Refuse("NO_SUCH_LOT")
        if ask.quantity is not None:
            return Refuse("QUANTITY_FIXED", {"quantity": None})
        refused = self.ladder.check(ask.amount, self._own(floor, bidder))
        return refused or Accept((Noted(PENDING, ask.amount),))

    def _right(self, floor: Floor[Any], bidder: str) -> Refuse | None:
        return None if bidder == self.holder(floor) else Refuse("NO_RIGHT_IN_PHASE")

    @staticmethod
    def _own(floor: Floor[Any], bidder: str) -> Amount | None:
        offer = floor.standing.offers.get(bidder)
        return offer.amount if offer else None

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """No officer has anything to bring in here."""
        del floor, officer, ask, now
        return Refuse("NOT_BIDDABLE")

    def due(self, floor: Floor[Any]) -> Instant | None:
        """The end of the turn; at once where nobody has one."""
        return floor.standing.closes if floor.standing.entitled else 0

    def turn(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...] | None:
        """What was offered stands; then the next turn, or a pause and the next round."""
        taken, count = floor.standing.round, len(floor.standing.entitled or ())
        if taken >= self.rounds * count:
            return None
        told = self._published(floor, now)
        if taken % count:
            return (*told, RoundOpened(taken + 1, None, now, now + self.length))
        start = now + self.pause
        return (
            *told,
            Entitled(self.id, self.order(floor.after(told, now))),
            RoundOpened(taken + 1, None, start, start + self.length),
        )

    def _published(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        bidder, amount = self.holder(floor), floor.standing.notes.get(PENDING)
        if bidder is None or amount is None:
            return ()
        lot = floor.entrants[bidder].lot
        stood = (OfferStood(bidder, lot, amount, None), Noted(PENDING, None))
        leading = self.leading(floor.after(stood, now))
        same = (leading.leaders, leading.cutoff) == (floor.standing.leaders, floor.standing.cutoff)
        return stood if same else (*stood, leading)

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """The last turn's offer stands, and the order of offers is final."""
        return (*self._published(floor, now), StageClosed(self.id))

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """Frozen time comes back, or the holder gets his whole turn again; a pause waits as long."""
        standing = floor.standing
        closes = standing.closes or now
        if since < standing.opens:
            away = now - since
            return (RoundOpened(standing.round, None, standing.opens + away, closes + away),)
        whole = self.resume_policy is Resume.FULL_COUNTDOWN
        left = self.length if whole else max(0, closes - since)
        return (DeadlineMoved(max(closes, now + left), "resumed"),)

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """The ladder from his own offer, for the holder of the turn."""
        del now
        number = floor.standing.round
        if refused := self._right(floor, bidder):
            return Actions(ask="bid", round=number, blocked=refused)
        pending = floor.standing.notes.get(PENDING)
        shown = Actions(
            ask="bid",
            round=number,
            pending=pending,
            also=("take_back",) if pending is not None else (),
        )
        own = self._own(floor, bidder)
        if not self.ladder.open(own):
            return replace(shown, blocked=Refuse("CAP_REACHED", self.ladder.end(own)))
        return replace(
            shown,
            minimum=self.ladder.minimum(own),
            maximum=self.ladder.maximum(own),
            open_ended=self.ladder.open_ended,
            step=self.ladder.step_from(own or self.ladder.start),
            quick=self.ladder.quick(own),
        )

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """What stands is open; what the holder does in his turn is not, until it ends."""
        del floor
        return Disclosure(acts_sealed=True)
