"""A sealed window whose offers come sealed already: nobody at the centre can read them.

It is the window of `sealed`, with its rights, its limits on replacing and its tie-break by time.
Whether an amount is valid shows only when it is opened (`unsealing`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from auction_rules.escrow_terms import Escrow, EscrowTerms
from auction_rules.facts import FloorFact, Instant, OfferSealed, OfferWithdrawn, StageClosed
from auction_rules.floor import Bid, BidderAsk, Confirm, Floor, SealedBid
from auction_rules.rule import Accept, Actions, Judgement, Refuse
from auction_rules.stages.cancel import CANCELLED
from auction_rules.stages.sealed import Sealed


@dataclass(frozen=True, slots=True)
class Escrowed(Sealed):
    """The window; `threshold` of `holders` trustees open it, 0 of 0 where each bidder opens his own."""

    threshold: int = 0
    holders: int = 0

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """A sealed offer replaces the earlier one; where the rule lets him, a no takes it back."""
        del now
        if isinstance(ask, Confirm) and self.cancels:
            return self._taken_back(floor, bidder, ask)
        if isinstance(ask, Bid):
            return Refuse("MUST_BE_SEALED")
        if not isinstance(ask, SealedBid):
            return Refuse("OUTSIDE_WINDOW")
        # Any valid amount stands in for the hidden one: the lot is asked about here.
        form = Bid(self.ladder.minimum(None), ask.lot)
        if refused := self._may(floor, bidder, None) or self.check(floor, bidder, form):
            return refused
        if (ask.k, len(ask.shares)) != (self.threshold, self.holders):
            return Refuse("SEAL_MALFORMED")
        sealed = OfferSealed(bidder, ask.lot, ask.commit, ask.box, ask.k, ask.shares)
        count = floor.standing.notes.get(self._tally(bidder, None), 0)
        return Accept((sealed, *self._counted(bidder, None, count + 1)))

    def _taken_back(self, floor: Floor[Any], bidder: str, ask: Confirm) -> Judgement:
        if refused := self.right(floor, bidder):
            return refused
        if ask.answer or bidder not in floor.standing.sealed:
            return Refuse("OUTSIDE_WINDOW")
        return Accept((OfferWithdrawn(bidder, None, CANCELLED),))

    def _may_take_back(self, floor: Floor[Any], bidder: str) -> bool:
        no = Confirm(answer=False)
        return self.cancels and isinstance(self._taken_back(floor, bidder, no), Accept)

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """What is sealed stays sealed; without any the window ends as others do."""
        return (StageClosed(self.id),) if floor.standing.sealed else Sealed.close(self, floor, now)

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """The same bounds: a page that seals an amount beyond them would make a void offer."""
        return replace(Sealed.actions(self, floor, bidder, now), ask="seal")


def kept_by(terms: EscrowTerms, window: Sealed) -> Sealed:
    """The window itself where the centre keeps the offers, else the same window for sealed ones."""
    if terms.escrow is Escrow.PLAIN:
        return window
    assert not window.slots, "one sealed offer a bidder"
    same = {field.name: getattr(window, field.name) for field in fields(window)}
    return Escrowed(**same, threshold=terms.threshold, holders=len(terms.trustees))
