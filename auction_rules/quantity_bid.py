"""定价竞量 quantity_bid@1: the price is fixed, the bidders bid quantity.

The form called Brazilian (MECHANISMS M07): the price of the whole is announced; who gives the
most for it wins, or who is content with the least. The amount of an offer, its start, step and
limit are quantities here; the money never moves. In the open, each offer is better than the one
before. On the clock, the other definition of the form, the quantity comes down tick by tick from
the limit, best for the house, towards the start; who takes it has it, and several who take it in
one tick tie, never race.

It is also the skeleton of bidding floor area of public housing or a self-held share once a land
price has reached its cap.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from auction_rules.extension import Countdown
from auction_rules.facts import (
    Amount,
    Awarded,
    Entitled,
    FloorFact,
    Instant,
    LeadersChanged,
    OfferStood,
    Revealed,
    Unsold,
)
from auction_rules.floor import Floor, Offer, Stay
from auction_rules.money import LIMIT
from auction_rules.program import Stage, Staged
from auction_rules.quantity_terms import Form, QuantityTerms, Wins
from auction_rules.rule import Accept, Judgement, Lot, Refuse, Settlement
from auction_rules.says import LOTS, NEVER_EQUAL, Says, both
from auction_rules.stages.clock import Clock, Onward
from auction_rules.stages.outcry import Outcry
from auction_rules.terms import SECOND, Text, Unit
from auction_rules.ties import ROUND, TieChain

TIMED: Final[Text] = {"zh": "竞报数量", "en": "Bidding quantity"}
CLOCK: Final[Text] = {"zh": "数量钟", "en": "Quantity clock"}
SLOT: Final = "clock"
"""Takings of the clock and the sealed round of a tie are different offers of a bidder."""


class QuantityBid(Staged[QuantityTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "quantity_bid"
    version: ClassVar[str] = "1"
    title: ClassVar[Text] = {"zh": "定价竞量", "en": "Quantity auction at a fixed price"}
    Config = QuantityTerms
    example: ClassVar[Mapping[str, Any]] = {
        "price": "500000",
        "opens": "2026-03-02T10:00:00+08:00",
        "duration_seconds": 300,
        "start_quantity": "100",
        "step": "5",
        "extension_seconds": 120,
    }

    def stages(self, terms: QuantityTerms) -> tuple[Stage, ...]:
        """One timed stage; or the clock, and what its ties need."""
        if terms.form is Form.CLOCK:
            return (_clock(terms), *chain(terms).stages())
        countdown = Countdown(terms.extension_seconds * SECOND, terms.extension_mode)
        return (
            Outcry(
                id="timed",
                kind="timed",
                title=TIMED,
                ladder=terms.ladder(),
                to_beat=_best,
                leading=_leading,
                quantity=_none_apart,
                resume_policy=terms.resume,
                begins=terms.opens,
                length=terms.duration_seconds * SECOND,
                countdown=countdown if terms.extension_seconds else None,
            ),
        )

    def starts(self, terms: QuantityTerms) -> Instant:
        """The opening time."""
        return terms.opens

    def follows(self, floor: Floor[QuantityTerms], closed: str) -> str | None:
        """After the clock, what its ties need."""
        on_clock = floor.terms.form is Form.CLOCK
        return chain(floor.terms).follows(floor, closed) if on_clock else None

    def finish(self, floor: Floor[QuantityTerms], now: Instant) -> tuple[FloorFact, ...]:
        """The best quantity, for the fixed price: price and quantity of the award say both."""
        del now
        winner = floor.standing.top
        if floor.terms.form is Form.CLOCK:
            winner = next(iter(chain(floor.terms).best(floor)), None)
        if winner is None:
            return (Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"),)
        if len(floor.standing.offers) < floor.terms.min_bidders:
            return (Unsold("BELOW_MIN_BIDDERS"),)
        return (Awarded(winner.bidder, None, winner.amount, winner.amount, floor.terms.price),)

    def least(self, floor: Floor[QuantityTerms]) -> Amount | None:
        """One step better than the best quantity, or the start; None at the limit. Or the tick's."""
        if floor.terms.form is Form.CLOCK:
            return floor.standing.price
        ladder, best = floor.terms.ladder(), _best(floor, "")
        return ladder.minimum(best) if ladder.open(best) else None

    def ranking(self, floor: Floor[QuantityTerms]) -> tuple[str, ...]:
        """By quantity, best first; where a clock's takers are equal, as drawn, then by the log."""
        s, order = floor.terms.sign, floor.standing.order

        def place(offer: Offer) -> tuple[int, int, int]:
            drawn = order.index(offer.bidder) if offer.bidder in order else len(order)
            return (-s * offer.amount, drawn, offer.i)

        return tuple(o.key for o in sorted(floor.standing.offers.values(), key=place))

    def settlement(self, floor: Floor[QuantityTerms]) -> Settlement:
        """The fixed price, once somebody takes it; there is no premium in money."""
        taken = bool(floor.standing.offers) and floor.standing.unsold is None
        return Settlement(floor.terms.price if taken else 0, 0, None)

    def says(self, terms: QuantityTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        most = terms.wins is Wins.MOST
        won = (
            both(
                "报量最多者成交，按公布的固定价格付款",
                "who offers the most wins, at the fixed price",
            )
            if most
            else both(
                "报量最少者成交，按公布的固定价格付款",
                "who offers the least wins, at the fixed price",
            )
        )
        tie = LOTS if terms.form is Form.CLOCK else NEVER_EQUAL
        told = (_TOLD,) if terms.form is Form.CLOCK else ()
        return {"tie": (tie,), "ceiling": (_limit(terms),), "result": (won,), "sight": told}

    def lots(self, terms: QuantityTerms) -> tuple[Lot, ...]:
        """The one lot."""
        return (Lot("1", {"zh": terms.lot_zh, "en": terms.lot_en}),)

    def direction(self, terms: QuantityTerms) -> int:
        """Up for the most, down for the least."""
        return terms.sign

    def settlement_unit(self, terms: QuantityTerms) -> Unit:
        """The unit of the fixed price."""
        return terms.price_unit

    def quantity_unit(self, terms: QuantityTerms) -> Unit | None:
        """The unit of the offers."""
        return terms.unit


_TOLD: Final = both(
    "每档结束时无人应答的，公布下一档数量；有人应答的，停钟并公布该档全部应答人",
    "at the end of a tick that nobody took the next quantity is told; of one that was taken the "
    "clock stops, and all who took it are told",
)


def _clock(terms: QuantityTerms) -> Clock:
    return Clock(
        id="clock",
        title=CLOCK,
        length=terms.tick_seconds * SECOND,
        first=terms.rungs().start,
        right=_right,
        stay=_take,
        onward=_onward,
        ended=_ended,
        resume_policy=terms.resume,
    )


def chain(terms: QuantityTerms) -> TieChain:
    """How the takers of one tick are told apart: in the sealed round they may give more, or less."""
    limit = terms.limit_quantity or LIMIT
    return TieChain(
        choice=terms.tie,
        sign=terms.sign,
        length=terms.tie_seconds * SECOND,
        resume=terms.resume,
        tied=_takers,
        room=lambda _floor: 1,
        limit=limit if terms.wins is Wins.MOST else LIMIT,
    )


def _takers(floor: Floor[QuantityTerms]) -> tuple[Offer, ...]:
    """Those who took the quantity of the one tick in which anybody did, in the order of the log."""
    taken = (o for o in floor.standing.offers.values() if o.slot == SLOT)
    return tuple(sorted(taken, key=lambda o: o.i))


def _right(floor: Floor[QuantityTerms], bidder: str) -> Refuse | None:
    taken = any(o.bidder == bidder for o in _takers(floor))
    return Refuse("ALREADY_ANSWERED") if taken else None


def _take(floor: Floor[QuantityTerms], bidder: str, ask: Stay) -> Judgement:
    quantity = floor.standing.price
    assert quantity is not None
    if ask.quantity is not None:
        return Refuse("QUANTITY_FIXED", {"quantity": None})
    return Accept((OfferStood(bidder, None, quantity, None, SLOT),))


def _onward(floor: Floor[QuantityTerms]) -> Onward | None:
    here = floor.standing.price
    following = None if _takers(floor) or here is None else floor.terms.rungs().after(here)
    return None if following is None else Onward(following)


def _ended(floor: Floor[QuantityTerms]) -> tuple[FloorFact, ...]:
    takers = _takers(floor)
    if not takers:
        return ()
    bidders = tuple(sorted(o.bidder for o in takers))
    return (Revealed("offers"), chain(floor.terms).leading(floor), Entitled(ROUND, bidders))


def _limit(terms: QuantityTerms) -> Text:
    """How far a quantity may go; the price itself is fixed."""
    if terms.limit_quantity is None:
        return both(
            "价格固定，数量不另设界限", "the price is fixed, and no limit is set to quantities"
        )
    zh, en = (terms.unit.written(terms.limit_quantity, lang) for lang in ("zh", "en"))
    most = terms.wins is Wins.MOST
    return both(
        f"价格固定，所报数量不得{'高' if most else '低'}于 {zh}",
        f"the price is fixed, and no quantity may be {'above' if most else 'below'} {en}",
    )


def _best(floor: Floor[QuantityTerms], bidder: str) -> Amount | None:
    del bidder
    top = floor.standing.top
    return top.amount if top else None


def _none_apart(floor: Floor[QuantityTerms], bidder: str) -> Amount | None:
    # The amount is the quantity: there is no other.
    del floor, bidder
    return None


def _leading(floor: Floor[QuantityTerms]) -> LeadersChanged:
    s = floor.terms.sign
    best = max(floor.standing.offers.values(), key=lambda o: (s * o.amount, -o.i))
    return LeadersChanged((best.bidder,), best.amount)


RULE: Final = QuantityBid()
