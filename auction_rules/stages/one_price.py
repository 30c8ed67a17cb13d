"""One price (一次报价): one sealed quote each; the one nearest to the average wins.

DOMAIN §2.4, Suzhou and Taicang: quotes within an announced range, on a quantum; a price that is
taken is refused, and the later bidder must name another; no change afterwards; hidden until the
end. The average is of the actual quotes, half up to the smallest unit; of two equally near the
one below wins. Refusing a duplicate tells that the price is taken: the rule texts want it so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from auction_rules.facts import (
    Amount,
    DeadlineMoved,
    FloorFact,
    Instant,
    LeadersChanged,
    OfferStood,
    Revealed,
    StageClosed,
    StageOpened,
)
from auction_rules.floor import Bid, BidderAsk, Floor, Offer, OfficerAsk, offer_key
from auction_rules.money import divide_half_up
from auction_rules.rule import Accept, Actions, Disclosure, Judgement, Refuse
from auction_rules.terms import Resume, Text

SLOT: Final = "one_price"
"""Where the quote stands, beside the offer of the open phases."""


def quotes(floor: Floor[Any], slot: str = SLOT) -> list[Offer]:
    """The quotes in the order of arrival."""
    found = [o for o in floor.standing.offers.values() if o.slot == slot]
    return sorted(found, key=lambda o: o.i)


def average(floor: Floor[Any]) -> Amount:
    """The average of the quotes, half up; there must be one."""
    amounts = [o.amount for o in quotes(floor)]
    return divide_half_up(sum(amounts), len(amounts))


def nearest_first(floor: Floor[Any]) -> list[Offer]:
    """The quotes, nearest to the average first; of two equally near the lower one first."""
    found = quotes(floor)
    if not found:
        return []
    middle = average(floor)
    return sorted(found, key=lambda o: (abs(o.amount - middle), o.amount))


def _form(floor: Floor[Any], bidder: str, bid: Bid) -> Refuse | None:
    if bid.lot is not None and bid.lot != floor.entrants[bidder].lot:
        return Refuse("NOT_YOUR_LOT")
    return None if bid.quantity is None else Refuse("QUANTITY_FIXED", {"quantity": None})


@dataclass(frozen=True, slots=True)
class OnePrice:
    """One window of `length` microseconds; amounts from `least` to `most` on the quantum."""

    id: str
    title: Text
    length: Instant
    least: Amount
    most: Amount
    quantum: Amount
    resume_policy: Resume
    slot: str = SLOT
    kind: str = "one_price"

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """Quotes are taken."""
        del floor
        return (StageOpened(self.id, self.kind, now, now + self.length),)

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """One quote each, of a price nobody else has named."""
        del now
        if not isinstance(ask, Bid):
            return Refuse("OUTSIDE_WINDOW")
        if refused := self._right(floor, bidder) or _form(floor, bidder, ask):
            return refused
        if refused := self._valid(floor, ask.amount):
            return refused
        return Accept((OfferStood(bidder, None, ask.amount, None, self.slot),))

    def _right(self, floor: Floor[Any], bidder: str) -> Refuse | None:
        entitled = floor.standing.entitled
        if entitled is not None and bidder not in entitled:
            return Refuse("NO_RIGHT_IN_PHASE")
        made = offer_key(bidder, self.slot) in floor.standing.offers
        return Refuse("ALREADY_QUOTED") if made else None

    def _valid(self, floor: Floor[Any], amount: Amount) -> Refuse | None:
        if not self.least <= amount <= self.most:
            return Refuse("OUT_OF_RANGE", {"minimum": self.least, "maximum": self.most})
        if (amount - self.least) % self.quantum:
            return Refuse("NOT_ON_GRID", {"step": self.quantum})
        return self._taken(floor, amount)

    def _taken(self, floor: Floor[Any], amount: Amount) -> Refuse | None:
        named = any(o.amount == amount for o in quotes(floor))
        return Refuse("DUPLICATE_PRICE") if named else None

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """No officer has anything to bring in here."""
        del floor, officer, ask, now
        return Refuse("NOT_BIDDABLE")

    def due(self, floor: Floor[Any]) -> Instant | None:
        """The end of the window."""
        return floor.standing.closes

    def turn(self, floor: Floor[Any], now: Instant) -> None:
        """It has no rounds."""
        del floor, now

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """All quotes, the average and who is nearest become known; without a quote, nothing new."""
        del now
        ranked = nearest_first(floor)
        if not ranked:
            return (StageClosed(self.id),)
        best = ranked[0]
        return (
            StageClosed(self.id),
            Revealed("offers"),
            Revealed("average", average(floor)),
            LeadersChanged((best.key,), best.amount),
        )

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """The time that remained, or the whole window where the terms promise it."""
        closes = floor.standing.closes
        if closes is None:
            return ()
        whole = self.resume_policy is Resume.FULL_COUNTDOWN
        given = self.length if whole else max(0, closes - since)
        return (DeadlineMoved(max(closes, now + given), "resumed"),)

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """The range; not which prices are taken."""
        del now
        if refused := self._right(floor, bidder):
            return Actions(ask="bid", blocked=refused)
        return Actions(ask="bid", minimum=self.least, maximum=self.most, step=self.quantum)

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """Each sees his own quote only."""
        del floor
        return Disclosure(sealed=True)
