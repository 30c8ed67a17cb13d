"""Opening (开标): after the deadline offers are decrypted in a window, then read out together.

Electronic Tendering Measures (电子招标投标办法) art. 31: an offer that cannot be decrypted through its
bidder's fault counts as revoked (撤销), otherwise as withdrawn (撤回); the others go on. An
officer says which it is; bidders do nothing here, and no price shows before all are read out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from auction_rules.contingency import given_back
from auction_rules.facts import (
    FloorFact,
    Instant,
    OfferWithdrawn,
    Revealed,
    StageClosed,
    StageOpened,
)
from auction_rules.floor import Bid, BidderAsk, Floor, OfficerAsk, Withdraw
from auction_rules.rule import Accept, Actions, Disclosure, Judgement, Refuse
from auction_rules.terms import Text

CAUSES: Final = ("revoked", "withdrawn")


@dataclass(frozen=True, slots=True)
class ReadOut:
    """A window of `length` microseconds in which offers may turn out not to open."""

    id: str
    title: Text
    length: Instant
    kind: str = "read_out"

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """Decryption begins."""
        del floor
        return (StageOpened(self.id, self.kind, now, now + self.length),)

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """The offers are in; a late one is refused and its time recorded."""
        del floor, bidder, now
        return Refuse("AFTER_DEADLINE" if isinstance(ask, Bid) else "OUTSIDE_WINDOW")

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """An offer that does not open, with the cause."""
        del officer
        if not isinstance(ask, Withdraw):
            return Refuse("NOT_BIDDABLE")
        closes = floor.standing.closes
        if now < floor.standing.opens or (closes is not None and now >= closes):
            return Refuse("OUTSIDE_WINDOW")
        if ask.cause not in CAUSES:
            return Refuse("UNKNOWN_CAUSE")
        if ask.bidder not in floor.standing.offers:
            return Refuse("NOT_ON_LIST")
        return Accept((OfferWithdrawn(ask.bidder, None, ask.cause),))

    def due(self, floor: Floor[Any]) -> Instant | None:
        """The end of the window."""
        return floor.standing.closes

    def turn(self, floor: Floor[Any], now: Instant) -> None:
        """One window."""
        del floor, now

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """唱标: everything that opened is read out."""
        del floor, now
        return (StageClosed(self.id), Revealed("offers"))

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """As the terms say."""
        return given_back(floor, self.length, since, now)

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """Wait."""
        del floor, bidder, now
        return Actions(blocked=Refuse("AFTER_DEADLINE"))

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """Sealed until all are read out."""
        del floor
        return Disclosure(sealed=True)
