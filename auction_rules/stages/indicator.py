"""The next indicator: the price stays at the cap, and something else is bid (竞配建、竞自持).

DOMAIN §2.4: after the cap the bidders offer public-housing area, or a share they will hold
themselves; the most wins. An offer is the cap with a quantity; without one it is for the least
that is valid. Nobody offers any: whoever reached the cap first wins (MECHANISMS M17, Jinan). Where
a list of indicators follows one upon another, each ends at once when its upper end is offered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from auction_rules.extension import Countdown
from auction_rules.facts import (
    Amount,
    DeadlineMoved,
    FloorFact,
    Instant,
    LeadersChanged,
    OfferStood,
    StageClosed,
    StageOpened,
)
from auction_rules.floor import Bid, BidderAsk, Floor, Offer, OfficerAsk
from auction_rules.rule import Accept, Actions, Disclosure, Judgement, Refuse
from auction_rules.terms import Resume, Text

SLOT: Final = "indicator"
"""Where the offer of a quantity stands, beside the offer that reached the cap."""


def most_first(floor: Floor[Any], slot: str = SLOT) -> list[Offer]:
    """The offers of a quantity of one indicator, largest first; no two are equal."""
    found = [o for o in floor.standing.offers.values() if o.slot == slot]
    return sorted(found, key=lambda o: (-(o.quantity or 0), o.i))


def _lot(floor: Floor[Any], bidder: str, bid: Bid) -> Refuse | None:
    foreign = bid.lot is not None and bid.lot != floor.entrants[bidder].lot
    return Refuse("NOT_YOUR_LOT") if foreign else None


@dataclass(frozen=True, slots=True)
class Indicator:
    """Open outcry in quantities, from `start` in whole steps up to `most`, at the price `cap`."""

    id: str
    title: Text
    cap: Amount
    start: Amount
    step: Amount
    most: Amount
    countdown: Countdown
    resume_policy: Resume
    slot: str = SLOT
    leads_on: bool = False
    """Whether another indicator follows when this one is at its end."""
    kind: str = "timed"

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """A full countdown."""
        del floor
        return (StageOpened(self.id, self.kind, now, now + self.countdown.length),)

    def _least(self, floor: Floor[Any]) -> Amount:
        ranked = most_first(floor, self.slot)
        return (ranked[0].quantity or 0) + self.step if ranked else self.start

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """A larger quantity at the cap leads, and restarts the countdown."""
        if not isinstance(ask, Bid):
            return Refuse("OUTSIDE_WINDOW")
        least = self._least(floor)
        quantity = least if ask.quantity is None else ask.quantity
        refused = (
            self._right(floor, bidder)
            or _lot(floor, bidder, ask)
            or self._price(ask.amount)
            or self._quantity(least, quantity)
        )
        if refused is not None:
            return refused
        stood = OfferStood(bidder, None, self.cap, quantity, self.slot)
        leader = most_first(floor.after((stood,), now), self.slot)[0].key
        changed = floor.standing.leaders != (leader,)
        led = (LeadersChanged((leader,), self.cap),) if changed else ()
        moved = self.countdown.moved(floor.standing, now, leaders_changed=changed)
        return Accept((stood, *led, *moved))

    def _right(self, floor: Floor[Any], bidder: str) -> Refuse | None:
        entitled = floor.standing.entitled
        if entitled is not None and bidder not in entitled:
            return Refuse("NO_RIGHT_IN_PHASE")
        return None

    def _price(self, amount: Amount) -> Refuse | None:
        if amount == self.cap:
            return None
        above = amount > self.cap
        return Refuse("ABOVE_CAP" if above else "CAP_REACHED", {"cap": self.cap}, (self.cap,))

    def _quantity(self, least: Amount, quantity: Amount) -> Refuse | None:
        if quantity > self.most:
            return Refuse("QTY_OVER_LIMIT", {"quantity": self.most})
        if quantity < least:
            return Refuse("QTY_BELOW_MIN", {"quantity": least})
        if (quantity - self.start) % self.step:
            return Refuse("QTY_NOT_ON_GRID", {"quantity": self.step})
        return None

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """No officer has anything to bring in here."""
        del floor, officer, ask, now
        return Refuse("NOT_BIDDABLE")

    def due(self, floor: Floor[Any]) -> Instant | None:
        """Its deadline as it stands; at once where its end is reached and another follows."""
        return 0 if self.leads_on and self.at_end(floor) else floor.standing.closes

    def at_end(self, floor: Floor[Any]) -> bool:
        """Whether somebody has offered the most there can be."""
        ranked = most_first(floor, self.slot)
        return bool(ranked) and ranked[0].quantity == self.most

    def turn(self, floor: Floor[Any], now: Instant) -> None:
        """It has no rounds."""
        del floor, now

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """The largest quantity stands."""
        del floor, now
        return (StageClosed(self.id),)

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """The time that remained, or a full countdown where the terms promise one; never less."""
        closes = floor.standing.closes
        if closes is None:
            return ()
        given = max(0, closes - since)
        if self.resume_policy is Resume.FULL_COUNTDOWN:
            given = max(given, self.countdown.length)
        return (DeadlineMoved(max(closes, now + given), "resumed"),)

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """The cap, as long as a larger quantity can be named."""
        del now
        least = self._least(floor)
        if refused := self._right(floor, bidder) or self._quantity(least, least):
            return Actions(ask="bid", blocked=refused)
        return Actions(
            ask="bid",
            minimum=self.cap,
            maximum=self.cap,
            step=1,
            quick=(self.cap,),
            quantity_minimum=least,
            quantity_maximum=self.most,
            quantity_step=self.step,
        )

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """Nothing is sealed."""
        del floor
        return Disclosure()
