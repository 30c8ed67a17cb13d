"""Who takes the place of a winner in default (次高、候补), and at what price: his own.

What it is: the answer of rules that know a single winner who is paid, or pays, what he offered.
There the one after him in the ranking may be awarded at his own offer: 政府采购法实施条例 art. 49 and
招标投标法实施条例 art. 55 let the purchaser go down the list of candidates, or hold a new one. What
it is not: a right of anybody's. Whether it is done at all, the notice and officers say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from auction_rules.facts import Awarded
from auction_rules.floor import Floor, Offer
from auction_rules.rule import Refuse


def next_at_own_price(
    floor: Floor[Any], ranked: Sequence[Offer], gone: frozenset[str]
) -> Awarded | Refuse:
    """The award of the first after the winner who is not `gone`; nobody before him is asked again."""
    awards = floor.standing.awards
    if len(awards) != 1:
        return Refuse("NO_NEXT_BY_RULE")
    (won,) = awards
    behind = [offer.bidder for offer in ranked].index(won.bidder) + 1
    for offer in ranked[behind:]:
        if offer.bidder not in gone:
            return Awarded(offer.bidder, won.lot, offer.amount, offer.quantity, offer.amount)
    return Refuse("NOBODY_NEXT")


__all__ = ["next_at_own_price"]
