"""Sealed offers with averages told on the way: what car-plate auctions broadcast (MECHANISMS M13).

At each instant the terms name, one figure about all the offers so far becomes public; nothing
else does. The figure is the rule's; the notice says how it is made, and that it is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from auction_rules.facts import Amount, FloorFact, Instant, Revealed
from auction_rules.floor import Floor
from auction_rules.stages.sealed import Sealed

_WHAT = "average"


def told(floor: Floor[Any]) -> int:
    """How many figures have been broadcast."""
    return sum(what.startswith(_WHAT) for what in floor.standing.revealed)


@dataclass(frozen=True, slots=True)
class SealedBroadcast(Sealed):
    """A sealed window that speaks at `broadcasts`, in their order."""

    broadcasts: tuple[Instant, ...] = ()
    figure: Callable[[Floor[Any]], Amount | None] = lambda _floor: None

    def due(self, floor: Floor[Any]) -> Instant | None:
        """The next broadcast, or the end; a broadcast missed in a suspension comes at once."""
        closes = floor.standing.closes
        following = self.broadcasts[told(floor) :]
        if not following or closes is None:
            return closes
        return min(following[0], closes)

    def turn(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...] | None:
        """The figure over the offers that stand at this instant."""
        number = told(floor)
        if number >= len(self.broadcasts) or now < self.broadcasts[number]:
            return None
        return (Revealed(f"{_WHAT} {number + 1}", self.figure(floor)),)
