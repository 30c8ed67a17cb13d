"""荷兰式竞价 dutch@1: the price falls (or, buying, rises) until somebody takes it.

MECHANISMS M05 and, reversed, M06. The clock names a price for a tick; who takes it names the
tick he answers. Everything that arrives within one tick weighs the same: where the supply does
not suffice for all of it, the tie chain of the terms decides, never the network. Several units
may be sold: the clock goes on, or backs up, until they are gone or its last price has passed.

Nobody can bid before the clock, and it is never extended: an answer is a yes to its tick, at the
price of the tick. What it is not: a correction of a sale that stands; that is the house's void.

The rule text of a centre's Dutch form was not found (DOMAIN §16); whatever a centre might decide
otherwise is a term. Premium (溢价) is counted from the floor, savings (节约) from the cap.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from auction_rules.allocation import Misfit, fill
from auction_rules.clock_terms import Direction
from auction_rules.dutch_terms import DutchTerms, Pricing
from auction_rules.facts import (
    Amount,
    Awarded,
    Entitled,
    FloorFact,
    Instant,
    Noted,
    OfferStood,
    Revealed,
    Unsold,
)
from auction_rules.floor import Floor, Offer, Stay
from auction_rules.money import rate
from auction_rules.program import Stage, Staged
from auction_rules.rule import Accept, Judgement, Lot, Refuse, Settlement
from auction_rules.says import CLOCK_STOPPED, Says, both
from auction_rules.stages.clock import Clock, Onward
from auction_rules.terms import SECOND, Text, Unit
from auction_rules.ties import ROUND, TieChain
from auction_rules.worth import settled_in, total_of

CLOCK: Final[Text] = {"zh": "荷兰钟", "en": "Dutch clock"}


class Dutch(Staged[DutchTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "dutch"
    version: ClassVar[str] = "1"
    title: ClassVar[Text] = {"zh": "荷兰式竞价", "en": "Dutch auction"}
    Config = DutchTerms
    example: ClassVar[Mapping[str, Any]] = {
        "opens": "2026-03-02T10:00:00+08:00",
        "start_price": "1000000",
        "last_price": "600000",
        "step": "10000",
        "tick_seconds": 30,
    }

    def stages(self, terms: DutchTerms) -> tuple[Stage, ...]:
        """The clock, then what the tie chain needs."""
        clock = Clock(
            id="clock",
            title=CLOCK,
            length=terms.tick,
            first=terms.start_price,
            right=_right,
            stay=_take,
            onward=_onward,
            ended=_ended,
            resume_policy=terms.resume,
            quantities=_bounds,
        )
        return (clock, *chain(terms).stages())

    def starts(self, terms: DutchTerms) -> Instant:
        """The opening time."""
        return terms.opens

    def follows(self, floor: Floor[DutchTerms], closed: str) -> str | None:
        """The chain goes on as long as the supply does not suffice for those who are level."""
        return chain(floor.terms).follows(floor, closed)

    def finish(self, floor: Floor[DutchTerms], now: Instant) -> tuple[FloorFact, ...]:
        """What was taken is sold, at the prices the terms name."""
        del now
        sold = _sold(floor)
        if not sold:
            return (Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"),)
        terms = floor.terms
        better = terms.direction.better
        last = min((o.amount for o, _ in sold), key=lambda amount: better * amount)
        return tuple(_award(terms, o, granted, last) for o, granted in sold)

    def least(self, floor: Floor[DutchTerms]) -> Amount | None:
        """The price of the clock."""
        return floor.standing.price

    def ranking(self, floor: Floor[DutchTerms]) -> tuple[str, ...]:
        """By price, better first; of equal ones the tie chain's order, then the log's."""
        order, sign = floor.standing.order, floor.terms.direction.better

        def place(offer: Offer) -> tuple[int, int, int]:
            drawn = order.index(offer.bidder) if offer.bidder in order else len(order)
            return (-sign * offer.amount, drawn, offer.i)

        return tuple(o.key for o in sorted(floor.standing.offers.values(), key=place))

    def settlement(self, floor: Floor[DutchTerms]) -> Settlement:
        """Selling: premium over the floor. Buying: what was saved under the cap."""
        terms, awards = floor.terms, floor.standing.awards
        total = sum(a.total for a in awards)
        sold = sum(a.quantity or 0 for a in awards)
        if not awards:
            return Settlement(0, 0, None, unused=terms.supply)
        bound = total_of(terms.unit, terms.quantity_unit, terms.last_price, sold)
        gained = terms.direction.better * (total - bound)
        unused = terms.supply - sold
        if terms.direction is Direction.FORWARD:
            return Settlement(total, gained, rate(gained, bound), unused)
        return Settlement(total, 0, None, unused, saved=gained, saving_rate=rate(gained, bound))

    def says(self, terms: DutchTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        several = both(
            "先应价者成交，直至数量售完或者钟走到末档价格",
            "who takes the price of a tick has it, until all is gone or the clock has run down",
        )
        one = both("先应价者按该档价格成交", "who takes the price of the clock wins at it")
        many = terms.supply > 1
        return {"result": (several if many else one,), "sight": (_SOME if many else CLOCK_STOPPED,)}

    def lots(self, terms: DutchTerms) -> tuple[Lot, ...]:
        """The one lot, with its quantity."""
        return (Lot("1", {"zh": terms.lot_zh, "en": terms.lot_en}, terms.supply),)

    def direction(self, terms: DutchTerms) -> int:
        """Higher is better where the house sells."""
        return terms.direction.better

    def quantity_unit(self, terms: DutchTerms) -> Unit | None:
        """The unit of the supply."""
        return terms.quantity_unit

    def settlement_unit(self, terms: DutchTerms) -> Unit:
        """Yuan to the fen where the price unit says what it is worth."""
        return settled_in(terms.unit)


_SOME: Final = both(
    "每档结束时公布下一档价格，有人应价的一并公布剩余数量；应价人于停钟后公布",
    "at the end of each tick the next price is told, and where some was taken what is left; who "
    "took it is told when the clock has stopped",
)


def chain(terms: DutchTerms) -> TieChain:
    """How the takers of one tick are told apart."""
    return TieChain(
        choice=terms.tie,
        sign=terms.direction.better,
        length=terms.tie_seconds * SECOND,
        resume=terms.resume,
        tied=_last_takers,
        room=_room,
        tail=terms.misfit is Misfit.SKIP,
        limit=terms.dearest(),
    )


def _taken(floor: Floor[DutchTerms]) -> tuple[Offer, ...]:
    """Every taking of the clock, in the order of the log; its slot is the number of its tick."""
    taken = (o for o in floor.standing.offers.values() if o.slot is not None)
    return tuple(sorted(taken, key=lambda o: o.i))


def _tick_of(offer: Offer) -> int:
    return int(offer.slot or 0)


def _last_takers(floor: Floor[DutchTerms]) -> tuple[Offer, ...]:
    taken = _taken(floor)
    last = max((_tick_of(o) for o in taken), default=0)
    return tuple(o for o in taken if _tick_of(o) == last)


def _room(floor: Floor[DutchTerms]) -> Amount:
    """What is left for the last tick in which anybody took: all before it was granted in full."""
    last = {o.key for o in _last_takers(floor)}
    before = sum(o.quantity or 0 for o in _taken(floor) if o.key not in last)
    return floor.terms.supply - before


def _left(floor: Floor[DutchTerms]) -> Amount:
    """What the tick that is open has to offer."""
    here = floor.standing.round
    sold = sum(o.quantity or 0 for o in _taken(floor) if _tick_of(o) != here)
    return floor.terms.supply - sold


def _right(floor: Floor[DutchTerms], bidder: str) -> Refuse | None:
    own = [o for o in _taken(floor) if o.bidder == bidder]
    if any(_tick_of(o) == floor.standing.round for o in own):
        return Refuse("ALREADY_ANSWERED")
    most = floor.terms.max_per_bidder
    # He who may not even take the least has nothing to answer any more.
    if most is not None and sum(o.quantity or 0 for o in own) + _least(floor) > most:
        return Refuse("QTY_OVER_LIMIT")
    return None


def _least(floor: Floor[DutchTerms]) -> Amount:
    """The least quantity; the remainder where not even so much is left."""
    return min(floor.terms.min_quantity, _left(floor))


def _take(floor: Floor[DutchTerms], bidder: str, ask: Stay) -> Judgement:
    price, number = floor.standing.price, floor.standing.round
    assert price is not None
    least, left = _bounds(floor, bidder)
    quantity = least if ask.quantity is None else ask.quantity
    if quantity < least:
        return Refuse("QTY_BELOW_MIN")
    if quantity > left:
        return Refuse("QTY_OVER_LIMIT")
    return Accept((OfferStood(bidder, None, price, quantity, str(number)),))


def _bounds(floor: Floor[DutchTerms], bidder: str) -> tuple[Amount, Amount]:
    """The least and the most he may take in the tick that is open."""
    own = sum(o.quantity or 0 for o in _taken(floor) if o.bidder == bidder)
    most, left = floor.terms.max_per_bidder, _left(floor)
    return _least(floor), left if most is None else min(left, most - own)


def _onward(floor: Floor[DutchTerms]) -> Onward | None:
    standing, terms = floor.standing, floor.terms
    here = sum(o.quantity or 0 for o in _taken(floor) if _tick_of(o) == standing.round)
    left = _left(floor) - here
    if left <= 0 or standing.price is None:
        return None
    rungs = terms.rungs()
    facts = (Noted("left", left),) if here else ()
    if here and terms.back_up_ticks:
        return Onward(rungs.back(standing.price, terms.back_up_ticks), facts)
    price = rungs.after(standing.price)
    return None if price is None else Onward(price, facts)


def _ended(floor: Floor[DutchTerms]) -> tuple[FloorFact, ...]:
    takers = _last_takers(floor)
    if not takers:
        return ()
    bidders = tuple(sorted(o.bidder for o in takers))
    # Those of the last tick are named; the sealed round, if one follows, is theirs alone.
    return (Revealed("offers"), chain(floor.terms).leading(floor), Entitled(ROUND, bidders))


def _sold(floor: Floor[DutchTerms]) -> tuple[tuple[Offer, Amount], ...]:
    """The offers that are served and what each is granted: earlier ticks in full, then the last."""
    last = {o.key for o in _last_takers(floor)}
    before = [(o, o.quantity or 0) for o in _taken(floor) if o.key not in last]
    best = chain(floor.terms).best(floor)
    ranked = [(o.bidder, o.quantity or 0) for o in best]
    granted = {s.bidder: s.quantity for s in fill(ranked, _room(floor), floor.terms.misfit)}
    return (*before, *((o, granted[o.bidder]) for o in best if o.bidder in granted))


def _award(terms: DutchTerms, offer: Offer, granted: Amount, last: Amount) -> Awarded:
    price = last if terms.pricing is Pricing.UNIFORM else offer.amount
    total = total_of(terms.unit, terms.quantity_unit, price, granted)
    return Awarded(offer.bidder, None, price, granted, total)


RULE: Final = Dutch()
