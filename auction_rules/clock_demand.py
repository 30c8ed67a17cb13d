"""What a round of an ascending clock for several units comes to.

Pure arithmetic over demands. As in the clock auctions of MECHANISMS M14: a reduction is applied
only so far that the demand for the product stays at the supply; an increase only so far as the
bidder's points allow; and since each may make room for the other, both are gone over until
nothing changes any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from auction_rules.allocation import Residue, ShareRounding, pro_rata
from auction_rules.facts import Amount
from auction_rules.terms import Choice

Demand: TypeAlias = Mapping[tuple[str, str], Amount]
"""(bidder, product) -> quantity; who is not in it wants nothing."""


class Rationing(Choice):
    """Whose reductions are applied when there is no room for all."""

    DRAW = ("DRAW", "按开始前摇定的顺序", "in the order drawn before the first round")
    NAMED = ("NAMED", "按竞买号顺序", "in the order of the bidders' numbers")
    PRO_RATA = (
        "PRO_RATA",
        "按减少量比例，余数大者先补",
        "pro rata to the reductions, largest remainder first",
    )


@dataclass(frozen=True, slots=True)
class Market:
    """What is on sale: supply and points of each product, in the smallest quantity unit."""

    supply: Mapping[str, Amount]
    points: Mapping[str, int]
    rationing: Rationing

    def demand(self, held: Demand, product: str) -> Amount:
        """The demand of all bidders for a product."""
        return sum(quantity for (_, p), quantity in held.items() if p == product)

    def activity(self, held: Demand, bidder: str) -> int:
        """The points of all that a bidder wants."""
        return sum(q * self.points[p] for (b, p), q in held.items() if b == bidder)

    def processed(
        self, held: Demand, asked: Demand, eligibility: Mapping[str, int], order: Sequence[str]
    ) -> dict[tuple[str, str], Amount]:
        """The demand after a round in which these bidders, in this order, asked for so much."""
        after = dict(held)
        while True:
            before = dict(after)
            for product in self.supply:
                self._reduce(after, asked, product, order)
            for bidder in order:
                self._increase(after, asked, bidder, eligibility[bidder])
            if after == before:
                return after

    def _reduce(
        self,
        after: dict[tuple[str, str], Amount],
        asked: Demand,
        product: str,
        order: Sequence[str],
    ) -> None:
        wants = [max(0, after.get((b, product), 0) - asked.get((b, product), 0)) for b in order]
        room = max(0, self.demand(after, product) - self.supply[product])
        if self.rationing is Rationing.PRO_RATA:
            grants = pro_rata(wants, room, ShareRounding.DOWN, Residue.LARGEST_REMAINDER)
        else:
            grants = _in_order(wants, room)
        for bidder, less in zip(order, grants, strict=True):
            if less:
                after[bidder, product] -= less

    def _increase(
        self, after: dict[tuple[str, str], Amount], asked: Demand, bidder: str, eligibility: int
    ) -> None:
        for product, points in self.points.items():
            key = (bidder, product)
            more = asked.get(key, 0) - after.get(key, 0)
            free = (eligibility - self.activity(after, bidder)) // points
            if min(more, free) > 0:
                after[key] = after.get(key, 0) + min(more, free)


def _in_order(wants: Sequence[Amount], room: Amount) -> tuple[Amount, ...]:
    grants: list[Amount] = []
    for want in wants:
        grants.append(min(want, room))
        room -= grants[-1]
    return tuple(grants)
