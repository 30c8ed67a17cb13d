"""指标交易 quota@1: reclamation, farmland-reserve and paddy-field quotas, in areas of four decimals.

Two forms under one price floor and ceiling (DOMAIN §4):

1. TIMED: open bidding with a countdown that every offer restarts, one lot after another; several
   may offer the ceiling, and between them a draw decides (the paddy sale of Guangdong 2018, DOMAIN
   §15 S6) or the first of them has it. Who won a lot of an exclusive group is refused on the rest.
2. LISTED: several lots in one sealed window, an offer for each lot; best price, then time or a
   draw. With the ceiling at the floor the price is fixed and time alone decides, as the
   application seconds of the reclamation notice of 2024 suggest. Lots are awarded in the order
   of the notice; whoever won a lot of an exclusive group (互斥) is void for the others, his party
   or consortium with him, and the record says which offers were void and why.

The allocation clause of the reclamation rule was not found: what it may say is a term here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from auction_rules import quota_lots
from auction_rules.allocation import one_lot_each
from auction_rules.extension import Countdown
from auction_rules.facts import (
    Amount,
    Awarded,
    FloorFact,
    Instant,
    LeadersChanged,
    Noted,
    Unsold,
)
from auction_rules.floor import Bid, Floor, Offer, offer_key
from auction_rules.money import rate
from auction_rules.program import Stage, Staged
from auction_rules.quota_terms import Equal, Form, QuotaLot, QuotaTerms, ladder
from auction_rules.rule import Lot, Refuse, Settlement
from auction_rules.says import EARLIER, HIGHEST, LOTS, NEVER_EQUAL, Says, both
from auction_rules.stages.cap_pool import CapPool, cap_pool
from auction_rules.stages.draw import DrawStage
from auction_rules.stages.outcry import Outcry
from auction_rules.stages.sealed import Sealed
from auction_rules.terms import SECOND, Text, Unit
from auction_rules.worth import settled_in, total_of

TIMED: Final[Text] = {"zh": "网上限时竞价", "en": "Timed bidding"}
LISTED: Final[Text] = {"zh": "网上申报", "en": "Sealed offers"}
DRAWING: Final[Text] = {"zh": "摇号", "en": "Draw"}


_RESTARTS: Final = both(
    "每个有效报价使倒计时重新开始，倒计时届满即止",
    "each valid offer restarts the countdown, and the bidding ends when one runs out",
)


class Quota(Staged[QuotaTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "quota"
    version: ClassVar[str] = "1"
    title: ClassVar[Text] = {"zh": "指标交易", "en": "Quota sale"}
    Config = QuotaTerms
    example: ClassVar[Mapping[str, Any]] = {
        "lots": [{"id": "LOT-01", "zh": "一号标的", "en": "Lot 1", "area": "100"}],
        "opens": "2026-03-02T10:00:00+08:00",
        "countdown_seconds": 240,
        "start_price": "30",
        "cap_price": "75",
        "step": "1",
    }

    def stages(self, terms: QuotaTerms) -> tuple[Stage, ...]:
        """Bidding in the form of the terms, then the draw where there may be one."""
        if terms.in_turn:
            return quota_lots.halls(terms, TIMED)
        first = _listed(terms) if terms.form is Form.LISTED else _timed(terms)
        return (first, DrawStage("draw", DRAWING, _drawn_for, tied)) if _draws(terms) else (first,)

    def starts(self, terms: QuotaTerms) -> Instant:
        """The opening time."""
        return terms.opens

    def follows(self, floor: Floor[QuotaTerms], closed: str) -> str | None:
        """The next lot, or a draw where equal offers decide about a lot."""
        if floor.terms.in_turn:
            return quota_lots.follows(floor, closed)
        if closed == "draw" or not _draws(floor.terms) or _too_few(floor):
            return None
        return "draw" if len(tied(floor)) > 1 else None

    def finish(self, floor: Floor[QuotaTerms], now: Instant) -> tuple[FloorFact, ...]:
        """Each lot that found somebody, in the order of the notice."""
        del now
        if not floor.standing.offers:
            return (Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"),)
        if _too_few(floor):
            return (Unsold("BELOW_MIN_BIDDERS"),)
        found, awards = leading(floor), _awards(floor)
        if not awards:
            return (Unsold("BELOW_MIN_BIDDERS"),)
        # After a draw the first of the equals may be another than the earliest.
        changed = found.leaders != floor.standing.leaders
        led = (found,) if changed else ()
        return (*_voids(floor), *led, *awards)

    def least(self, floor: Floor[QuotaTerms]) -> Amount | None:
        """The floor for sealed offers; else one step above the best, or the ceiling itself."""
        if floor.terms.in_turn:
            return self._least_in_turn(floor)
        rungs, top = ladder(floor.terms), _top(floor, "")
        if floor.terms.form is Form.LISTED:
            return floor.terms.start_price
        if top == floor.terms.cap_price and _draws(floor.terms):
            return top
        return rungs.minimum(top) if rungs.open(top) else None

    def _least_in_turn(self, floor: Floor[QuotaTerms]) -> Amount | None:
        """For the lot that is being bid for; the floor before the first one opens."""
        stage = self._current(floor)
        if stage is None:
            return floor.terms.start_price
        if not isinstance(stage, quota_lots.LotHall):
            return None
        top = quota_lots.top_of(quota_lots.narrow(floor, stage.lot))
        if stage.pooled and top == floor.terms.cap_price:
            return top
        return stage.ladder.minimum(top) if stage.ladder.open(top) else None

    def ranking(self, floor: Floor[QuotaTerms]) -> tuple[str, ...]:
        """Lot by lot, by price, then as drawn or by arrival."""
        return tuple(o.key for lot in floor.terms.lots for o in _for_lot(floor, lot.id))

    def settlement(self, floor: Floor[QuotaTerms]) -> Settlement:
        """Totals over what is awarded, or would be; the area left."""
        terms, standing = floor.terms, floor.standing
        rows = standing.awards
        if not rows and not standing.closed and not _too_few(floor):
            rows = _awards(floor)
        total = sum(a.total for a in rows)
        base = sum(_total(terms, terms.start_price, a.quantity or 0) for a in rows)
        unused = sum(lot.area for lot in terms.lots) - sum(a.quantity or 0 for a in rows)
        return Settlement(total, total - base, rate(total - base, base), unused)

    def says(self, terms: QuotaTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        listed = terms.form is Form.LISTED
        order = both(
            "各标的按公告次序依次确定竞得人", "the lots are awarded in the order of the notice"
        )
        group = both(
            "已竞得互斥标的之一的，其本人及同一竞买人、联合体对其余互斥标的的报价无效",
            "who has won a lot of an exclusive group is void for the others of it, and so are "
            "all numbers of his party or consortium",
        )
        several = (order,) if len(terms.lots) > 1 else ()
        return {
            "extension": () if listed else (_RESTARTS,),
            "ceiling": _ceiling(terms),
            "tie": (LOTS if _draws(terms) else EARLIER if listed else NEVER_EQUAL,),
            "result": (HIGHEST, *several, *((group,) if terms.exclusive else ())),
        }

    def lots(self, terms: QuotaTerms) -> tuple[Lot, ...]:
        """As the notice lists them."""
        return tuple(
            Lot(q.id, {"zh": q.zh or q.id, "en": q.en or q.id}, q.area) for q in terms.lots
        )

    def settlement_unit(self, terms: QuotaTerms) -> Unit:
        """Yuan to the fen where the price unit is worth so many."""
        return settled_in(terms.unit)

    def quantity_unit(self, terms: QuotaTerms) -> Unit | None:
        """The unit of the areas."""
        return terms.quantity_unit


def _ceiling(terms: QuotaTerms) -> tuple[Text, ...]:
    """What becomes of offers at the ceiling and above it."""
    if terms.cap_price is None:
        return ()
    above = both("高于最高限价的报价不予受理", "an offer above the ceiling is refused")
    if terms.form is Form.LISTED:
        return (above,)
    if terms.equal is Equal.EARLIER:
        first = both("首先报出最高限价者以该价格成交", "whoever first offers the ceiling has it")
        return (above, first)
    pool = both(
        "最高限价可以由多人各报一次，有人报出后不再受理其他价格；倒计时届满仅一人报出的，由其成交，"
        "两人以上的，以摇号确定",
        "several may offer the ceiling, each once, and then no other price is taken; one alone at "
        "it when the countdown ends has it, and between two or more lots decide",
    )
    return (above, pool)


def _timed(terms: QuotaTerms) -> Stage:
    pooling = _draws(terms)
    return (CapPool if pooling else Outcry)(
        id="timed",
        kind="timed",
        title=TIMED,
        ladder=ladder(terms),
        to_beat=_top,
        leading=leading,
        quantity=lambda floor, _bidder: floor.terms.lots[0].area,
        resume_policy=terms.resume,
        begins=terms.opens,
        length=terms.countdown_seconds * SECOND,
        countdown=Countdown(terms.countdown_seconds * SECOND),
    )


def _listed(terms: QuotaTerms) -> Stage:
    return Sealed(
        id="sealed",
        title=LISTED,
        ladder=ladder(terms),
        leading=leading,
        begins=terms.opens,
        ends=terms.closes,
        amendments=terms.amendments,
        check=_check,
        quantities=_barred,
        slots=tuple(lot.id for lot in terms.lots),
    )


def _draws(terms: QuotaTerms) -> bool:
    """Whether equal offers can lead to a draw: open bidding has them at a ceiling alone."""
    capped = terms.form is Form.LISTED or terms.cap_price is not None
    return terms.equal is Equal.DRAW and capped


def _total(terms: QuotaTerms, price: Amount, area: Amount) -> Amount:
    return total_of(terms.unit, terms.quantity_unit, price, area)


def _area(terms: QuotaTerms, lot: str) -> Amount:
    return next(q.area for q in terms.lots if q.id == lot)


def _check(floor: Floor[QuotaTerms], bidder: str, bid: Bid) -> Refuse | None:
    """The slot of an offer is its lot; a lot is offered for as a whole."""
    del bidder
    terms, area = floor.terms, _area(floor.terms, bid.slot or "")
    if bid.lot not in (None, bid.slot):
        return Refuse("NO_SUCH_LOT")
    if bid.quantity not in (None, area):
        return Refuse("QUANTITY_FIXED", {"quantity": area})
    beyond = terms.bidder_limit is not None and area > terms.bidder_limit
    return Refuse("QTY_OVER_LIMIT", {"quantity": terms.bidder_limit}) if beyond else None


def _barred(
    floor: Floor[QuotaTerms], bidder: str, slot: str | None
) -> tuple[Amount, Amount] | None:
    """Bounds that leave no room, for a lot larger than one bidder may have; else it is whole."""
    del bidder
    limit, area = floor.terms.bidder_limit, _area(floor.terms, slot or "")
    return (area, limit) if limit is not None and area > limit else None


def _top(floor: Floor[QuotaTerms], bidder: str) -> Amount | None:
    del bidder
    return max((o.amount for o in floor.standing.offers.values()), default=None)


def _for_lot(floor: Floor[QuotaTerms], lot: str) -> list[Offer]:
    """Offers for a lot, best first: by price, then as drawn, then by arrival (log order)."""
    drawn = {bidder: n for n, bidder in enumerate(floor.standing.order)}
    rows = [o for o in floor.standing.offers.values() if o.slot in (None, lot)]
    return sorted(rows, key=lambda o: (-o.amount, drawn.get(o.bidder, len(drawn)), o.i))


def tied(floor: Floor[QuotaTerms]) -> tuple[str, ...]:
    """Those among whom the draw decides; one draw orders them for every lot.

    Open bidding has equal offers only at the ceiling. For listed lots the best price counts, and
    any price where a group or a limit may void the best.
    """
    terms = floor.terms
    if terms.form is Form.TIMED:
        return cap_pool(floor, terms.cap_price)
    deep = bool(terms.exclusive) or terms.bidder_limit is not None
    pool: dict[str, None] = {}
    for lot in terms.lots:
        rows = _for_lot(floor, lot.id)
        prices = [o.amount for o in rows]
        for o in rows:
            if prices.count(o.amount) > 1 and (deep or o.amount == prices[0]):
                pool[o.bidder] = None
    return tuple(pool)


def _drawn_for(floor: Floor[QuotaTerms]) -> str:
    """The lot, or all of them in the order of the notice: part of the text that is hashed."""
    return "+".join(lot.id for lot in floor.terms.lots)


def _too_few(floor: Floor[QuotaTerms]) -> bool:
    bidders = {o.bidder for o in floor.standing.offers.values()}
    return not bidders or len(bidders) < floor.terms.min_bidders


def winners(floor: Floor[QuotaTerms]) -> tuple[tuple[QuotaLot, Offer], ...]:
    """Each lot that finds somebody with the offer that has it, as things stand."""
    terms, standing = floor.terms, floor.standing
    if terms.in_turn:
        found = ((q, quota_lots.winner(floor, q.id)) for q in terms.lots)
        return tuple((q, offer) for q, offer in found if offer is not None)
    rows = [(q.id, q.area, [o.bidder for o in _for_lot(floor, q.id)]) for q in terms.lots]
    groups = [group.lots for group in terms.exclusive]
    won = dict(one_lot_each(rows, groups, terms.bidder_limit, terms.party))
    listed = terms.form is Form.LISTED
    return tuple(
        (q, standing.offers[offer_key(won[q.id], q.id if listed else None)])
        for q in terms.lots
        if q.id in won
    )


def _voids(floor: Floor[QuotaTerms]) -> tuple[Noted, ...]:
    """Sealed offers better than the one that has the lot, and why each of them is void."""
    terms, found = floor.terms, {q.id: offer for q, offer in winners(floor)}
    if terms.form is not Form.LISTED:
        return ()
    said = []
    for lot in terms.lots:
        rivals = terms.rivals(lot.id)
        parties = [terms.party(found[r].bidder) for r in rivals if r in found and r != lot.id]
        for offer in _for_lot(floor, lot.id):
            if found.get(lot.id) == offer:
                break
            group = terms.party(offer.bidder) in parties
            reason = "EXCLUDED_BY_MUTEX" if group else "QTY_OVER_LIMIT"
            said.append(Noted(f"void {offer.key}", reason))
    return tuple(said)


def leading(floor: Floor[QuotaTerms]) -> LeadersChanged:
    """Who has a lot as things stand; at a ceiling with a draw, everybody in the pool."""
    one = floor.terms.form is Form.TIMED and not floor.terms.in_turn
    if one and not floor.standing.order:
        pool = cap_pool(floor, floor.terms.cap_price)
        if pool and _draws(floor.terms):
            return LeadersChanged(pool, floor.terms.cap_price)
    found = [offer for _, offer in winners(floor)]
    lowest = min((o.amount for o in found), default=None)
    return LeadersChanged(tuple(o.key for o in found), lowest)


def _awards(floor: Floor[QuotaTerms]) -> tuple[Awarded, ...]:
    terms = floor.terms
    return tuple(
        Awarded(o.bidder, q.id, o.amount, q.area, _total(terms, o.amount, q.area))
        for q, o in winners(floor)
    )


RULE: Final = Quota()
