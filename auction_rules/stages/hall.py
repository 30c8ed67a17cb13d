"""Outcry in a listing's hall: what may happen at its ceiling, and a preparation given again.

Open outcry with four things more. Officers may seal a reserve meanwhile. An offer beyond the cap
may be read as one at the cap (DOMAIN §2.4, `over_cap`). The cap may end the stage at once, may
gather a pool, or may simply be the last word; or it is a threshold: an offer beyond it does not
stand, and ends the bidding (DOMAIN §2.4, Suzhou; MECHANISMS M17, Nanchang). A phase that was
suspended may begin again with its preparation (DOMAIN §2.5, Fujian 55).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from auction_rules.facts import Amount, FloorFact, Instant, Noted, RoundOpened
from auction_rules.floor import Bid, BidderAsk, Floor, OfficerAsk
from auction_rules.rule import Accept, Actions, Judgement, Refuse
from auction_rules.stages.cap_pool import CapPool
from auction_rules.stages.outcry import Outcry
from auction_rules.stages.sealed import nobody
from auction_rules.terms import Resume

_PASSED: Final = "passed_by"


def passed_by(floor: Floor[Any]) -> str | None:
    """Who offered more than the threshold; None as long as nobody has."""
    bidder: str | None = floor.standing.notes.get(_PASSED)
    return bidder


@dataclass(frozen=True, slots=True)
class Hall(CapPool):
    """One phase of a listing; `CapPool` serves it only where the terms gather a pool."""

    officers: Callable[[Floor[Any], str, OfficerAsk, Instant], Judgement] = nobody
    announced: Callable[[Floor[Any]], Amount | None] = lambda _floor: None
    """The price the phase begins at, where it names one."""
    pooled: bool = False
    clamps: bool = False
    stops_at_cap: bool = False
    prepares_again: bool = False
    threshold: Amount | None = None
    """An offer beyond this one does not stand; it is the last of the open bidding."""

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """The phase begins, with its price where one is named."""
        facts = Outcry.open(self, floor, now)
        price = self.announced(floor)
        if price is None:
            return facts
        opens = now + self.preparation
        return (*facts, RoundOpened(1, price, opens, opens + self.length))

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """An offer, read as the terms say."""
        cap = self.ladder.cap
        if self.clamps and cap is not None and isinstance(ask, Bid) and ask.amount > cap:
            ask = replace(ask, amount=cap)
        stage = CapPool if self.pooled else Outcry
        if isinstance(ask, Bid) and (over := self._over(floor)):
            return self._right(floor, bidder, ask) or over
        judged = stage.judge(self, floor, bidder, ask, now)
        if self.threshold is None or isinstance(judged, Refuse) or not isinstance(ask, Bid):
            return judged
        return Accept((Noted(_PASSED, bidder),)) if ask.amount > self.threshold else judged

    def _over(self, floor: Floor[Any]) -> Refuse | None:
        """Nothing more can be offered once somebody has passed the threshold."""
        passed = passed_by(floor) is not None
        return Refuse("CAP_REACHED", {"cap": self.threshold}) if passed else None

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """The bounds of what can stand; an offer beyond the cap stands at the cap."""
        if refused := self._over(floor):
            return Actions(ask="bid", blocked=self._right(floor, bidder, None) or refused)
        return (CapPool if self.pooled else Outcry).actions(self, floor, bidder, now)

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """As the rule allows."""
        return self.officers(floor, officer, ask, now)

    def due(self, floor: Floor[Any]) -> Instant | None:
        """Its deadline; at once where the cap suspends the bidding."""
        top = floor.standing.top
        reached = top is not None and top.amount == self.ladder.cap
        if self.stops_at_cap and (reached or passed_by(floor) is not None):
            return 0
        return floor.standing.closes

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """As in the outcry; preparation that was cut short, or is promised again, comes first.

        It is the same round, and the price it was announced with: a fault ends nothing (§2.5).
        """
        standing = floor.standing
        closes = standing.closes
        left = max(0, standing.opens - since)
        ready = self.preparation if self.prepares_again else left
        if closes is None or not ready:
            return Outcry.resume(self, floor, since, now)
        full = left or self.resume_policy is Resume.FULL_COUNTDOWN
        length = self.length if full else max(0, closes - since)
        opens = max(standing.opens, now + ready)
        ends = max(closes, opens + length)
        return (RoundOpened(standing.round, standing.price, opens, ends),)
