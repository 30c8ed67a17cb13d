"""What a round of an ascending clock comes to where a change may name a price inside the round.

MECHANISMS M14, after the clock auctions of the FCC. A change of demand names a price between the
price before the round and the price of the round; the part of the way that this is, an exact
fraction, is its price point. Changes are gone over by price point, whatever the product, and at
one point in the order of the bidders given. A reduction is applied only so far that the demand
stays at the supply; an increase only so far as points are free. What could not be applied waits,
and whenever something was applied the waiting ones are tried again, the first of them first: so
nobody is held to a quantity at a price above the one at which he wanted less.

Pure arithmetic; who may ask for what, and what silence means, is the rule's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import lcm

from auction_rules.clock_demand import Demand, Market
from auction_rules.facts import Amount


@dataclass(frozen=True, slots=True)
class Change:
    """From this price on the bidder wants so much; `part` of `whole` is how far up the round."""

    bidder: str
    product: str
    quantity: Amount
    price: Amount
    part: Amount
    whole: Amount


@dataclass(frozen=True, slots=True)
class Processed:
    """The demand after the round, and the highest price at which each product's demand fell."""

    after: dict[tuple[str, str], Amount]
    reached: Mapping[str, Amount]


def by_point(changes: Iterable[Change], order: Sequence[str]) -> list[Change]:
    """By price point; at the same point by the order of bidders, then as they are given."""
    known = list(changes)
    # All fractions over one denominator, so that integers compare as they do.
    common = lcm(*(c.whole for c in known))
    return sorted(known, key=lambda c: (c.part * (common // c.whole), order.index(c.bidder)))


def processed(
    sale: Market, held: Demand, changes: Sequence[Change], eligibility: Mapping[str, int]
) -> Processed:
    """The round in which these changes, in this order, met the demand held before it."""
    after, reached = dict(held), dict[str, Amount]()
    waiting: list[Change] = []
    for change in changes:
        waiting.append(change)
        while any(_applied(sale, after, reached, c, eligibility) for c in waiting):
            # Each application brings a bidder nearer to what he asked for: this ends.
            pass
    return Processed(after, reached)


def _applied(
    sale: Market,
    after: dict[tuple[str, str], Amount],
    reached: dict[str, Amount],
    change: Change,
    eligibility: Mapping[str, int],
) -> bool:
    key = (change.bidder, change.product)
    now = after.get(key, 0)
    if change.quantity < now:
        room = sale.demand(after, change.product) - sale.supply[change.product]
        less = min(now - change.quantity, max(0, room))
        if less:
            after[key] = now - less
            reached[change.product] = max(reached.get(change.product, 0), change.price)
        return less > 0
    free = eligibility[change.bidder] - sale.activity(after, change.bidder)
    more = min(change.quantity - now, max(0, free // sale.points[change.product]))
    if more:
        after[key] = now + more
    return more > 0
