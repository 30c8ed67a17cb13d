"""Lots of a quota sale bid for one after another, each with its own countdown (DOMAIN §4, §13).

The lots go in the order of the notice. What one lot brought is decided before the next one opens,
so whoever won a lot of an exclusive group (互斥) is refused on the others, and so is everybody of
his party; the same with a limit on what a party may win. The stage is the open bidding of one lot:
it sees the offers for its own lot alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from auction_rules.extension import Countdown
from auction_rules.facts import Amount, FloorFact, Instant, LeadersChanged, Noted, OfferStood
from auction_rules.floor import Bid, BidderAsk, Floor, Offer, offer_key
from auction_rules.program import Stage
from auction_rules.quota_terms import Equal, QuotaLot, QuotaTerms, ladder
from auction_rules.rule import Accept, Actions, Judgement, Refuse
from auction_rules.stages.cap_pool import CapPool, cap_pool
from auction_rules.stages.draw import DrawStage
from auction_rules.stages.outcry import Outcry
from auction_rules.terms import SECOND, Text
from auction_rules.values import changed

DRAWING: Final[Text] = {"zh": "摇号", "en": "Draw"}


def narrow(floor: Floor[Any], lot: str) -> Floor[Any]:
    """The floor as one lot sees it: its own offers, one a bidder."""
    mine = [o for o in floor.standing.offers.values() if o.slot == lot]
    offers = {o.bidder: replace(o, slot=None) for o in mine}
    keys = {o.key: o.bidder for o in mine}
    leaders = tuple(keys[key] for key in floor.standing.leaders if key in keys)
    return changed(floor, standing=changed(floor.standing, offers=offers, leaders=leaders))


@dataclass(frozen=True, slots=True)
class LotHall(CapPool):
    """Open bidding for one of several lots; a pool at the ceiling where the terms draw."""

    lot: str = ""
    pooled: bool = False
    barred: Callable[[Floor[Any], str], Refuse | None] = lambda _floor, _bidder: None

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """Nobody leads yet."""
        return (*Outcry.open(self, floor, now), LeadersChanged((), None))

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """An offer for this lot, of somebody who may still win it."""
        if isinstance(ask, Bid):
            if any(named not in (None, self.lot) for named in (ask.lot, ask.slot)):
                return Refuse("NO_SUCH_LOT")
            if refused := self.barred(floor, bidder):
                return refused
            ask = replace(ask, lot=None, slot=None)
        here = narrow(floor, self.lot)
        judged = (CapPool if self.pooled else Outcry).judge(self, here, bidder, ask, now)
        if isinstance(judged, Refuse):
            return judged
        return Accept(tuple(self._widened(fact) for fact in judged.facts))

    def _widened(self, fact: FloorFact) -> FloorFact:
        if isinstance(fact, OfferStood):
            return replace(fact, lot=self.lot, slot=self.lot)
        if isinstance(fact, LeadersChanged):
            return replace(fact, leaders=tuple(offer_key(b, self.lot) for b in fact.leaders))
        return fact

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """The same, beforehand."""
        if refused := self.barred(floor, bidder):
            return Actions(ask="bid", blocked=refused)
        here = narrow(floor, self.lot)
        return (CapPool if self.pooled else Outcry).actions(self, here, bidder, now)


def halls(terms: QuotaTerms, title: Text) -> tuple[Stage, ...]:
    """A hall for each lot in turn, and after it the draw where there may be one."""
    rooms: list[Stage] = []
    for n, lot in enumerate(terms.lots):
        rooms.append(_hall(terms, n, lot, title))
        if may_draw(terms):
            rooms.append(_draw(lot.id))
    return tuple(rooms)


def may_draw(terms: QuotaTerms) -> bool:
    """Whether several may offer the ceiling of a lot."""
    return terms.equal is Equal.DRAW and terms.cap_price is not None


def _hall(terms: QuotaTerms, number: int, lot: QuotaLot, title: Text) -> LotHall:
    name = {
        "zh": f"{title['zh']}（{lot.zh or lot.id}）",
        "en": f"{title['en']}: {lot.en or lot.id}",
    }
    return LotHall(
        id=hall_id(lot.id),
        kind="timed",
        title={"zh": name["zh"], "en": name["en"]},
        ladder=ladder(terms),
        to_beat=top_of,
        leading=_leading,
        quantity=lambda _floor, _bidder: lot.area,
        resume_policy=terms.resume,
        begins=terms.opens if number == 0 else None,
        length=terms.countdown_seconds * SECOND,
        countdown=Countdown(terms.countdown_seconds * SECOND),
        lot=lot.id,
        pooled=may_draw(terms),
        barred=lambda floor, bidder: barred(floor, bidder, number),
    )


def _draw(lot: str) -> DrawStage:
    return DrawStage(
        f"draw-{lot}",
        DRAWING,
        lambda _floor: lot,
        lambda floor: at_ceiling(floor, lot),
        lambda floor: (Noted(_drawn(lot), floor.standing.order[0]),),
    )


def hall_id(lot: str) -> str:
    """The room in which a lot is bid for."""
    return f"timed-{lot}"


def _drawn(lot: str) -> str:
    return f"drawn {lot}"


def follows(floor: Floor[QuotaTerms], closed: str) -> str | None:
    """The draw for the lot that was bid for, or the next lot; None after the last one."""
    lots = [lot.id for lot in floor.terms.lots]
    number = next(n for n, lot in enumerate(lots) if closed in (hall_id(lot), f"draw-{lot}"))
    drawn_for = closed == hall_id(lots[number]) and may_draw(floor.terms)
    if drawn_for and len(at_ceiling(floor, lots[number])) > 1:
        return f"draw-{lots[number]}"
    return hall_id(lots[number + 1]) if number + 1 < len(lots) else None


def top_of(floor: Floor[Any], bidder: str = "") -> Amount | None:
    """The best offer on a floor that one lot sees."""
    del bidder
    return max((o.amount for o in floor.standing.offers.values()), default=None)


def _leading(floor: Floor[QuotaTerms]) -> LeadersChanged:
    best = top_of(floor)
    rows = [o for o in floor.standing.offers.values() if o.amount == best]
    leaders = tuple(o.bidder for o in sorted(rows, key=lambda o: o.i))
    return LeadersChanged(leaders, best)


def at_ceiling(floor: Floor[QuotaTerms], lot: str) -> tuple[str, ...]:
    """Who offered the ceiling of a lot, if enough came for it to be sold at all."""
    here = narrow(floor, lot)
    enough = len(here.standing.offers) >= floor.terms.min_bidders
    return cap_pool(here, floor.terms.cap_price) if enough else ()


def winner(floor: Floor[QuotaTerms], lot: str) -> Offer | None:
    """The offer that has the lot; None where too few came. Decided once its rooms are closed."""
    rows = [o for o in floor.standing.offers.values() if o.slot == lot]
    if not rows or len(rows) < floor.terms.min_bidders:
        return None
    drawn = floor.standing.notes.get(_drawn(lot))
    return min(rows, key=lambda o: (-o.amount, o.bidder != drawn, o.i))


def barred(floor: Floor[QuotaTerms], bidder: str, number: int) -> Refuse | None:
    """Why he cannot win the lot of this number any more: a group of it, or his limit."""
    terms = floor.terms
    lot, party = terms.lots[number], terms.party(bidder)
    won = [
        earlier
        for earlier in terms.lots[:number]
        if (has := winner(floor, earlier.id)) is not None and terms.party(has.bidder) == party
    ]
    rivals = terms.rivals(lot.id)
    if any(earlier.id in rivals for earlier in won):
        return Refuse("EXCLUDED_BY_MUTEX")
    held = sum(earlier.area for earlier in won)
    if terms.bidder_limit is not None and held + lot.area > terms.bidder_limit:
        return Refuse("QTY_OVER_LIMIT", {"quantity": max(0, terms.bidder_limit - held)})
    return None
