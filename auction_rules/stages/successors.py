"""Successors (S6): those who have all named one price, asked in the order drawn (DOMAIN §5, 建湖).

The first drawn confirms, or is in default (反悔) by a no or by silence; then the next one may. What
follows when all are in default is the rule's to say: nobody leads alone then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from auction_rules.facts import FloorFact, LeadersChanged
from auction_rules.floor import Floor
from auction_rules.stages.claim import Claim


def drawn(floor: Floor[Any]) -> tuple[str, ...]:
    """The whole order that the draw gave."""
    return floor.standing.order


def confirmed(floor: Floor[Any], bidder: str) -> tuple[FloorFact, ...]:
    """He alone leads, at the price he named."""
    return (LeadersChanged((bidder,), floor.standing.offers[bidder].amount),)


@dataclass(frozen=True, slots=True)
class Successors(Claim):
    """One window for each of those drawn; see `claim`."""

    holders: Callable[[Floor[Any]], tuple[str, ...]] = drawn
    claimed: Callable[[Floor[Any], str], tuple[FloorFact, ...]] = confirmed
