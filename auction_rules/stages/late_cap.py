"""Sealed offers with a cap that begins at an hour (DOMAIN §4, car plates of Hangzhou).

Until then an offer may be as high as one likes, and one that was made stays valid; from that
instant on no offer above the cap is. The hour is an instant of the notice: a suspension does not
move it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from auction_rules.facts import Amount, Instant
from auction_rules.floor import BidderAsk, Floor
from auction_rules.rule import Actions, Judgement
from auction_rules.stages.broadcast import SealedBroadcast


@dataclass(frozen=True, slots=True)
class LateCap(SealedBroadcast):
    """A sealed window whose ladder ends at `cap` from `capped_from` on; None: it never does."""

    cap: Amount | None = None
    capped_from: Instant = 0

    def _at(self, now: Instant) -> LateCap:
        if self.cap is None or now < self.capped_from:
            return self
        return replace(self, ladder=replace(self.ladder, cap=self.cap))

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """As sealed offers are, under the cap of the hour."""
        return SealedBroadcast.judge(self._at(now), floor, bidder, ask, now)

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """The same, beforehand."""
        return SealedBroadcast.actions(self._at(now), floor, bidder, now)
