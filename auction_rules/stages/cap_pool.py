"""Outcry under a cap that several may reach: those who do form the pool of a draw (摇号).

Until the cap is offered it is open outcry as ever. From then on nothing is left to say but yes
to the cap, once each; every yes restarts the countdown (DOMAIN §2.4, §15 S6 and S7). The draw
itself is another stage, and so is whatever else a rule lets follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from auction_rules.facts import FloorFact, Instant, LeadersChanged, OfferStood
from auction_rules.floor import Bid, BidderAsk, Floor
from auction_rules.rule import Accept, Actions, Judgement, Refuse
from auction_rules.stages.outcry import Outcry


def cap_pool(floor: Floor[Any], cap: int | None) -> tuple[str, ...]:
    """Who has offered the cap, in the order of arrival; empty where there is no cap."""
    at_cap = [o for o in floor.standing.offers.values() if o.amount == cap]
    return tuple(o.bidder for o in sorted(at_cap, key=lambda o: o.i))


@dataclass(frozen=True, slots=True)
class CapPool(Outcry):
    """An outcry whose ladder has a cap, to be offered by several."""

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """As in the outcry; with the cap on the floor, its amount alone, once a bidder."""
        pool = cap_pool(floor, self.ladder.cap)
        if not pool or not isinstance(ask, Bid):
            return Outcry.judge(self, floor, bidder, ask, now)
        refused = self._right(floor, bidder, ask) or self._consent(pool, bidder, ask.amount)
        if refused is not None:
            return refused
        lot, quantity = floor.entrants[bidder].lot, self.quantity(floor, bidder)
        stood = OfferStood(bidder, lot, ask.amount, quantity)
        leading: LeadersChanged = self.leading(floor.after((stood,), now))
        facts: tuple[FloorFact, ...] = (stood, leading)
        return Accept((*facts, *self._moved(floor, now, changed=True)))

    def _consent(self, pool: tuple[str, ...], bidder: str, amount: int) -> Refuse | None:
        """DOMAIN §13: above the cap, below it, and only then whether he has said yes before."""
        cap = self.ladder.cap or 0
        beyond = self.ladder.sign * (amount - cap)
        if not beyond:
            return Refuse("DUPLICATE_CAP_CONSENT", {"cap": cap}) if bidder in pool else None
        nearest = () if bidder in pool else (cap,)
        return Refuse("ABOVE_CAP" if beyond > 0 else "CAP_REACHED", {"cap": cap}, nearest)

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """Yes to the cap, where it is on the floor and he has not said so."""
        pool = cap_pool(floor, self.ladder.cap)
        if not pool:
            return Outcry.actions(self, floor, bidder, now)
        cap = self.ladder.cap or 0
        if refused := self._right(floor, bidder, None) or self._consent(pool, bidder, cap):
            return Actions(ask="bid", blocked=refused)
        return Actions(ask="bid", minimum=cap, maximum=cap, step=self.ladder.step, quick=(cap,))
