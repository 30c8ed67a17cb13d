"""Sharing out a quota among offers in rank order.

Pure arithmetic over (bidder, quantity) in rank order; DOMAIN §1 shows that SKIP and STOP
can differ by a whole parcel, so the choice is printed in the terms.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from auction_rules.facts import Amount
from auction_rules.terms import Choice


class Misfit(Choice):
    """What happens to the first offer that no longer fits."""

    SKIP = ("SKIP", "跳过，由后序能容纳者递补", "skip it; later ones that fit are taken")
    STOP = ("STOP", "到此为止", "stop there")
    PARTIAL = ("PARTIAL", "给予剩余部分", "grant the remainder")


@dataclass(frozen=True, slots=True)
class Share:
    """What one bidder is granted."""

    bidder: str
    quantity: Amount


def fill(ranked: Iterable[tuple[str, Amount]], quota: Amount, misfit: Misfit) -> tuple[Share, ...]:
    """Grants in rank order; their sum never exceeds the quota."""
    left = quota
    granted: list[Share] = []
    for bidder, quantity in ranked:
        if quantity <= left:
            granted.append(Share(bidder, quantity))
            left -= quantity
        elif misfit is Misfit.STOP:
            break
        elif misfit is Misfit.PARTIAL:
            if left:
                granted.append(Share(bidder, left))
            break
    return tuple(granted)
