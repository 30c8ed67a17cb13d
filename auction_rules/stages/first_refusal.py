"""First refusal after the bidding (事后行权): holders are asked, and who is outbid may raise once.

DOMAIN §5, third family. `FirstRefusal` asks holders of a prior right in their order whether they
take it at the highest price. Where the terms allow it `RaiseOnce` follows a yes: the one whose
price was taken may go higher, once, and then the holder is asked again. It ends when he stays
silent, or when no holder takes the new price. A holder who let a lower price go is not asked at a
higher one: he has waived (弃权).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from auction_rules.facts import (
    DeadlineMoved,
    Entitled,
    FloorFact,
    Instant,
    LeadersChanged,
    Noted,
    OfferStood,
)
from auction_rules.floor import BidderAsk, Floor
from auction_rules.rule import Actions, Judgement, Refuse
from auction_rules.stages.claim import Claim
from auction_rules.stages.equal_price import rank
from auction_rules.stages.outcry import Outcry

EXERCISED: Final = "exercised"
"""The note that names the holder who took the price last."""


def holders(floor: Floor[Any], *, once: bool = False) -> tuple[str, ...]:
    """Who is to be asked now, best right first; equal ranks as drawn, or else by their numbers.

    A right no better than the leader's own is not asked: his offer was there first. With `once`
    whoever took a price is not asked about the price raised over it.
    """
    top = floor.standing.top
    if top is None:
        return ()
    places = {name: place for place, name in enumerate(floor.standing.order)}
    ranked = sorted(floor.entrants, key=lambda b: (rank(floor, b), places.get(b, len(places)), b))
    better = [b for b in ranked if rank(floor, b) < rank(floor, top.bidder)]
    last = floor.standing.notes.get(EXERCISED)
    return tuple(better[better.index(last) + once :] if last in better else better)


def level(floor: Floor[Any]) -> tuple[str, ...]:
    """Those to be asked who share their rank with another of them."""
    named = holders(floor)
    ranks = [rank(floor, b) for b in named]
    return tuple(b for b in named if ranks.count(rank(floor, b)) > 1)


def exerciser(floor: Floor[Any]) -> str | None:
    """The holder who took the price that stands; None when nobody has."""
    last: str | None = floor.standing.notes.get(EXERCISED)
    return last if last is not None and floor.standing.leaders[:1] == (last,) else None


def outbid(floor: Floor[Any]) -> tuple[str, ...]:
    """Whose price was taken: the best offer but the holder's; of equal ones the earlier."""
    taker = exerciser(floor)
    others = [o for o in floor.standing.offers.values() if o.bidder != taker]
    best = sorted(others, key=lambda o: (-o.amount, o.i))
    return tuple(o.bidder for o in best[:1])


def in_line(floor: Floor[Any]) -> tuple[str, ...]:
    """`holders`, each as often as somebody raises."""
    return holders(floor)


def asked(floor: Floor[Any]) -> tuple[str, ...]:
    """The holders as they were when the stage opened: who is admitted later is not asked."""
    return floor.standing.entitled or ()


def taken(floor: Floor[Any], bidder: str) -> tuple[FloorFact, ...]:
    """The holder offers the highest price and leads."""
    top = floor.standing.top
    assert top is not None, "nobody is asked about a price that is not there"
    return (
        OfferStood(bidder, floor.entrants[bidder].lot, top.amount, None),
        LeadersChanged((bidder,), top.amount),
        Noted(EXERCISED, bidder),
    )


@dataclass(frozen=True, slots=True)
class FirstRefusal(Claim):
    """One window for each holder; see `claim`."""

    order: Callable[[Floor[Any]], tuple[str, ...]] = in_line
    """Who is asked, in order, as it is fixed when the stage opens."""
    holders: Callable[[Floor[Any]], tuple[str, ...]] = asked
    claimed: Callable[[Floor[Any], str], tuple[FloorFact, ...]] = taken

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """The order is fixed, then the first holder is asked."""
        order = (Entitled(self.id, self.order(floor)),)
        return (*order, *Claim.open(self, floor.after(order, now), now))


def _spent(floor: Floor[Any], bidder: str) -> Refuse | None:
    """Once is once, also in the instant before the bell."""
    raised = floor.standing.acted and bidder in (floor.standing.entitled or ())
    return Refuse("ALREADY_QUOTED") if raised else None


@dataclass(frozen=True, slots=True)
class RaiseOnce(Outcry):
    """One window for one bidder and one offer above the price that was taken."""

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """The one whose price was taken may go higher."""
        return (Entitled(self.id, outbid(floor)), *Outcry.open(self, floor, now))

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """An offer above the price taken; with it the window is over for him too."""
        return _spent(floor, bidder) or Outcry.judge(self, floor, bidder, ask, now)

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """The same."""
        spent = _spent(floor, bidder)
        return Actions(blocked=spent) if spent else Outcry.actions(self, floor, bidder, now)

    def due(self, floor: Floor[Any]) -> Instant | None:
        """At once when he has raised; else the end of the window."""
        return 0 if floor.standing.acted else floor.standing.closes

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """He gets his whole window again: one who was cut off has not stayed silent."""
        del since
        closes = floor.standing.closes or now
        return (DeadlineMoved(max(closes, now + self.length), "resumed"),)
