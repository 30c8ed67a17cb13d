"""Sealed total (密封报总价): one sealed amount each beyond the cap; the highest wins.

DOMAIN §2.4, Hefei 2016: ten minutes, and equal totals are drawn for. MECHANISMS M17, Jinan: the
same with the earlier one first; nobody quotes, and whoever first reached the cap wins. Unlike one
price, a total may be named by several, and refusing tells nobody anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from auction_rules.facts import (
    Amount,
    FloorFact,
    Instant,
    LeadersChanged,
    Revealed,
    StageClosed,
)
from auction_rules.floor import Floor, Offer
from auction_rules.stages.one_price import OnePrice, quotes

SLOT: Final = "total"
"""Where the total stands, beside the offer of the open phases."""


def highest_first(floor: Floor[Any]) -> list[Offer]:
    """The totals, highest first; equal ones by arrival."""
    return sorted(quotes(floor, SLOT), key=lambda o: (-o.amount, o.i))


@dataclass(frozen=True, slots=True)
class SealedTotal(OnePrice):
    """One window of `length` microseconds; amounts from `least` to `most` on the quantum."""

    slot: str = SLOT
    kind: str = "sealed"

    def _taken(self, floor: Floor[Any], amount: Amount) -> None:
        """Several may name the same total."""
        del floor, amount

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """All totals become known, and who named the highest; without one, nothing new."""
        del now
        ranked = highest_first(floor)
        if not ranked:
            return (StageClosed(self.id),)
        best = ranked[0].amount
        leaders = tuple(o.key for o in ranked if o.amount == best)
        return (StageClosed(self.id), Revealed("offers"), LeadersChanged(leaders, best))
