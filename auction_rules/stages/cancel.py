"""Sealed offers that may be taken back (MECHANISMS M20: "-1 cancels").

What it is: the sealed form of `outcry` in which a no takes one's own offer back while the window
is open; he may offer again. What it is not: a withdrawal after the opening, which no rule allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from auction_rules.facts import Instant, OfferWithdrawn
from auction_rules.floor import BidderAsk, Confirm, Floor
from auction_rules.rule import Accept, Judgement, Refuse
from auction_rules.stages.outcry import Outcry

CANCELLED: Final = "cancelled"
"""The cause of an offer that its bidder took back himself."""


@dataclass(frozen=True, slots=True)
class Cancellable(Outcry):
    """One window; an offer is cancelled by answering no, and nobody else is told."""

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """As in an outcry, and a no for who has an offer to take back."""
        if not isinstance(ask, Confirm):
            return Outcry.judge(self, floor, bidder, ask, now)
        if refused := self._right(floor, bidder, None):
            return refused
        # Offers of earlier stages are kept in slots of their own: only this window's is his here.
        if ask.answer or bidder not in floor.standing.offers:
            return Refuse("OUTSIDE_WINDOW")
        return Accept((OfferWithdrawn(bidder, None, CANCELLED),))
