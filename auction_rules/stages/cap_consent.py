"""Consent to the cap (询问是否参加摇号): who joins the draw says so in a window of his own.

DOMAIN §2.4 (the platform asks who joins: none, no sale; one, sold; two or more, a draw) and
MECHANISMS M17, Nanchang: the price is fixed at the ceiling, and a yes is an offer at it. Silence is
a waiver, also of whoever reached the cap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from auction_rules.facts import Amount, FloorFact, Instant, LeadersChanged, OfferStood
from auction_rules.floor import BidderAsk, Confirm, Floor
from auction_rules.rule import Accept, Judgement
from auction_rules.stages.gate import Gate


@dataclass(frozen=True, slots=True)
class CapConsent(Gate):
    """A gate at which a yes stands for the cap."""

    cap: Amount = 0

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """A yes is an offer of the cap, unless that is what he has offered already."""
        judged = Gate.judge(self, floor, bidder, ask, now)
        standing = floor.standing.offers.get(bidder)
        joins = isinstance(judged, Accept) and isinstance(ask, Confirm) and ask.answer
        if not joins or (standing is not None and standing.amount == self.cap):
            return judged
        assert isinstance(judged, Accept)
        return Accept((*judged.facts, OfferStood(bidder, None, self.cap, None)))

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """Those who joined lead, all at the cap."""
        facts = Gate.close(self, floor, now)
        joined = tuple(sorted(b for b, answer in floor.standing.answers.items() if answer))
        return (*facts, LeadersChanged(joined, self.cap)) if joined else facts
