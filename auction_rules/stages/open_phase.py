"""A phase of open offers in a sale of property rights (产权): four things the outcry leaves open.

Whether a prior right may name the same price there (`equal_price`). What an officer may bring in
while it runs: a sealed reserve. Whether, at its end, it goes on because too few came: the
extension of a listing (延牌, DOMAIN §5). And that a resumed phase never gets less than it had.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from auction_rules.facts import FloorFact, Instant
from auction_rules.floor import BidderAsk, Floor, OfficerAsk
from auction_rules.rule import Actions, Judgement
from auction_rules.stages.equal_price import EqualPrice
from auction_rules.stages.outcry import Outcry
from auction_rules.stages.sealed import nobody


@dataclass(frozen=True, slots=True)
class OpenPhase(EqualPrice):
    """One phase; without `by_right` everybody must go higher."""

    by_right: bool = False
    officers: Callable[[Floor[Any], str, OfficerAsk, Instant], Judgement] = nobody
    again: Callable[[Floor[Any]], tuple[FloorFact, ...] | None] = lambda _floor: None
    """What happens at the end when the phase goes on all the same; None when it is over."""

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """By right, or as everybody."""
        return (EqualPrice if self.by_right else Outcry).judge(self, floor, bidder, ask, now)

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """The same bounds that `judge` applies."""
        return (EqualPrice if self.by_right else Outcry).actions(self, floor, bidder, now)

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """As the rule allows."""
        return self.officers(floor, officer, ask, now)

    def turn(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...] | None:
        """The phase goes on, if the rule says so."""
        del now
        return self.again(floor)
