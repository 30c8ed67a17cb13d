"""Outcry with a prior right at equal price (优先购买权): its holder may name the price that stands.

Everybody else must go higher. Among holders the announced order counts (`Entrant.priority`, 1
before 2), and between equal ranks the earlier offer: 法释〔2016〕18号 art. 21, DOMAIN §5. What an
offer at the same price does to the end is what every offer does. It asks nobody after the end:
that is `first_refusal`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from auction_rules.facts import FloorFact, Instant, OfferStood
from auction_rules.floor import Bid, BidderAsk, Floor, Offer
from auction_rules.rule import Accept, Actions, Judgement, Refuse
from auction_rules.stages.outcry import Outcry

Rank = tuple[bool, int]
"""The place of a prior right, best first; nobody without one comes before anybody with one."""


def rank(floor: Floor[Any], bidder: str) -> Rank:
    """The bidder's place in the announced order."""
    entrant = floor.entrants.get(bidder)
    place = 0 if entrant is None else entrant.priority
    return (place < 1, place)


@dataclass(frozen=True, slots=True)
class EqualPrice(Outcry):
    """Open outcry in which a better right may equal the price that stands."""

    level: bool = False
    """Whether a right as good as the leader's may equal it too; lots tell them apart later."""

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """As in the outcry; at the price that stands by right alone."""
        top = floor.standing.top
        if top is None or not isinstance(ask, Bid) or ask.amount != top.amount:
            return Outcry.judge(self, floor, bidder, ask, now)
        if refused := self._right(floor, bidder, ask) or self._equal(floor, bidder, top):
            return refused
        lot = floor.entrants[bidder].lot
        stood = OfferStood(bidder, lot, ask.amount, self.quantity(floor, bidder))
        facts: tuple[FloorFact, ...] = (stood, self.leading(floor.after((stood,), now)))
        return Accept((*facts, *self._moved(floor, now, changed=True)))

    def _equal(self, floor: Floor[Any], bidder: str, top: Offer) -> Refuse | None:
        if bidder in floor.standing.leaders:
            return Refuse("ALREADY_LEADING")
        own, leading = rank(floor, bidder), rank(floor, top.bidder)
        without_right, _ = own
        if own < leading or (self.level and own == leading and not without_right):
            return None
        return Refuse("EQUAL_PRICE_NO_PRIORITY", {}, self.ladder.nearest(top.amount, top.amount))

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """From the price that stands for a better right, from the next one for all others."""
        shown, top = Outcry.actions(self, floor, bidder, now), floor.standing.top
        if top is None or self._right(floor, bidder, None) or self._equal(floor, bidder, top):
            return shown
        if shown.blocked is not None:
            # The ladder is at its end: to equal is all that is left.
            step = self.ladder.step_from(top.amount)
            return Actions("bid", top.amount, top.amount, step, (top.amount,))
        quick = (top.amount, *shown.quick[:-1])
        return replace(shown, minimum=top.amount, quick=quick, equal=True)
