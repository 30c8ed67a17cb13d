"""Sealed offers that may be taken back while the window is open (MECHANISMS M08, M20).

What it is: a no takes one's own offer back, as "-1" does in the hybrid form (M20) and as a tender
may be withdrawn before its deadline (招标投标法 art. 29); who took his back may offer again.
What it is not: a withdrawal after the opening, which no rule allows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from auction_rules.facts import Instant, OfferWithdrawn
from auction_rules.floor import BidderAsk, Confirm, Floor
from auction_rules.rule import Accept, Actions, Judgement, Refuse
from auction_rules.stages.outcry import Outcry

CANCELLED: Final = "cancelled"
"""The cause of an offer that its bidder took back himself."""


def taken_back(floor: Floor[Any], bidder: str, ask: Confirm, refused: Refuse | None) -> Judgement:
    """What a bidder's no comes to; `refused` is why he may do nothing in this stage at all."""
    if refused is not None:
        return refused
    # Offers of earlier stages are kept in slots of their own: only this window's is his here.
    if ask.answer or bidder not in floor.standing.offers:
        return Refuse("OUTSIDE_WINDOW")
    return Accept((OfferWithdrawn(bidder, None, CANCELLED),))


def may_take_back(floor: Floor[Any], bidder: str, refused: Refuse | None) -> bool:
    """Whether a no would take something back now, as `taken_back` judges it."""
    return isinstance(taken_back(floor, bidder, Confirm(answer=False), refused), Accept)


@dataclass(frozen=True, slots=True)
class Cancellable(Outcry):
    """The sealed form of an outcry, in which an offer can be taken back."""

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """As in an outcry, and a no for who has an offer to take back."""
        if isinstance(ask, Confirm):
            return taken_back(floor, bidder, ask, self._right(floor, bidder, None))
        return Outcry.judge(self, floor, bidder, ask, now)

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """As in an outcry, and whether there is an offer to take back."""
        back = may_take_back(floor, bidder, self._right(floor, bidder, None))
        shown = Outcry.actions(self, floor, bidder, now)
        return replace(shown, also=("take_back",)) if back else shown
