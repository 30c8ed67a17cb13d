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
from dataclasses import dataclass, field
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
    book = _Book(
        sale,
        dict(held),
        {product: sale.demand(held, product) for product in sale.supply},
        {b: points - sale.activity(held, b) for b, points in eligibility.items()},
    )
    waiting: list[Change] = []
    for change in changes:
        waiting.append(change)
        # Each application brings a bidder nearer to what he asked for: this ends.
        while any(book.applied(c) for c in waiting):
            waiting = [c for c in waiting if not book.done(c)]
    return Processed(book.after, book.reached)


@dataclass(slots=True)
class _Book:
    """The demand while changes are gone over, with its sums kept up."""

    sale: Market
    after: dict[tuple[str, str], Amount]
    demand: dict[str, Amount]
    free: dict[str, int]
    reached: dict[str, Amount] = field(default_factory=dict)

    def done(self, change: Change) -> bool:
        """Whether the bidder has what he asked for."""
        return self.after.get((change.bidder, change.product), 0) == change.quantity

    def applied(self, change: Change) -> bool:
        """Applies as much of a change as there is room for; whether that was any."""
        product = change.product
        now = self.after.get((change.bidder, product), 0)
        if change.quantity < now:
            room = self.demand[product] - self.sale.supply[product]
            less = min(now - change.quantity, max(0, room))
            if less:
                self._move(change, -less)
                self.reached[product] = max(self.reached.get(product, 0), change.price)
            return less > 0
        points = self.sale.points[product]
        more = min(change.quantity - now, max(0, self.free[change.bidder] // points))
        if more:
            self._move(change, more)
        return more > 0

    def _move(self, change: Change, by: Amount) -> None:
        key = (change.bidder, change.product)
        self.after[key] = self.after.get(key, 0) + by
        self.demand[change.product] += by
        self.free[change.bidder] -= by * self.sale.points[change.product]
