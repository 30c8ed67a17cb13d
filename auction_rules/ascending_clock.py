"""多单位升价钟 ascending_clock@1: several units of one or more products, prices rise by rounds.

MECHANISMS M14: a bidder says how much he wants of each product at the round's price; what silence
means is a term. A reduction counts only so far as the demand stays at the supply; whose, where
there is no room for all, is a term too (an order drawn or named beforehand, or pro rata). Points
limit what one may want, and who uses less than the activity asked for loses the rest. A product
in excess demand after a round takes the price of the round. The clock ends after a round that
leaves no excess demand.

Quantities only: a product whose demand has come down to the supply takes the price of the round
only if nobody was held against his will, else it keeps the price before. Prices inside a round:
an answer may name the price, above the one before and up to that of the round, from which on it
is meant (an offer with that price and the quantity); the product then takes the price at which
equality was reached (`clock_points`). With one unit of one product this is the clock for a single
thing: who is left pays the price at which the last other one left.

Answers are hidden within a round; after it, everybody learns what each holds and the prices.
What it is not: which unit of a product goes to whom (an assignment phase) is left to another
session, and an answer for several products that stands or falls as a whole cannot be given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from auction_rules.ascending_round import (
    ASKED,
    Where,
    came_to,
    eligibility,
    held,
    market,
    most,
    named,
    order,
    price,
    raised,
    results,
    round_price,
    wanted,
)
from auction_rules.ascending_terms import ClockSaleTerms, Inside, Product
from auction_rules.clock_demand import Rationing
from auction_rules.facts import Amount, Awarded, FloorFact, Instant, OfferStood, Revealed, Unsold
from auction_rules.floor import Bid, Floor, Stay
from auction_rules.money import rate
from auction_rules.program import Stage, Staged
from auction_rules.rule import Accept, Judgement, Line, Lot, Refuse, Settlement
from auction_rules.says import Says, both
from auction_rules.stages.clock import Clock, Onward
from auction_rules.stages.draw import DrawStage
from auction_rules.terms import SECOND, Text, Unit
from auction_rules.worth import settled_in, total_of

ORDER: Final[Text] = {"zh": "减量顺序摇号", "en": "Draw for the order of reductions"}
CLOCK: Final[Text] = {"zh": "升价轮次", "en": "Rounds"}


class AscendingClock(Staged[ClockSaleTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "ascending_clock"
    version: ClassVar[str] = "1"
    title: ClassVar[Text] = {"zh": "多单位升价钟", "en": "Ascending clock"}
    Config = ClockSaleTerms
    example: ClassVar[Mapping[str, Any]] = {
        "opens": "2026-03-02T10:00:00+08:00",
        "products": [
            {"id": "A", "zh": "甲类", "en": "A", "supply": "10", "start_price": "100", "step": "5"}
        ],
    }

    def stages(self, terms: ClockSaleTerms) -> tuple[Stage, ...]:
        """The order of reductions where it is drawn, then the rounds."""
        several = len(terms.products) > 1
        clock = Clock(
            id="clock",
            title=CLOCK,
            length=terms.round_seconds * SECOND,
            first=None if several else terms.products[0].start_price,
            right=_right,
            stay=_ask,
            onward=_onward,
            ended=lambda floor: (Revealed("offers"), *results(floor, came_to(floor))),
            resume_policy=terms.resume,
            slots=tuple(p.id for p in terms.products) if several else (),
            quantities=_bounds,
            offer=_ask_at if terms.inside is Inside.PRICE_POINTS else None,
            prices=_prices if terms.inside is Inside.PRICE_POINTS else lambda _f, _b: None,
            lines=_lines if several else lambda _f, _b: (),
            points=_points,
        )
        if terms.rationing is not Rationing.DRAW:
            return (clock,)
        # MECHANISMS M13: an order of ties is fixed before anybody has asked for anything.
        draw = DrawStage("order", ORDER, lambda _f: "order", lambda f: tuple(f.entrants))
        return (draw, clock)

    def starts(self, terms: ClockSaleTerms) -> Instant:
        """The opening time."""
        return terms.opens

    def follows(self, floor: Floor[ClockSaleTerms], closed: str) -> str | None:
        """The rounds follow the draw."""
        del floor
        return "clock" if closed == "order" else None

    def finish(self, floor: Floor[ClockSaleTerms], now: Instant) -> tuple[FloorFact, ...]:
        """What is held is sold, each product at its one price."""
        del now
        terms, mine = floor.terms, held(floor)
        awards = [
            _award(terms, bidder, product.id, price(floor, product), mine[bidder, product.id])
            for product in terms.products
            for bidder in order(floor)
            if mine.get((bidder, product.id))
        ]
        if awards:
            return tuple(awards)
        return (Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"),)

    def least(self, floor: Floor[ClockSaleTerms]) -> Amount | None:
        """The price of the round, where there is one product; later nobody can come in."""
        return floor.standing.price if floor.standing.round == 1 else None

    def ranking(self, floor: Floor[ClockSaleTerms]) -> tuple[str, ...]:
        """What is held, product by product, more before less."""
        names = [p.id for p in floor.terms.products]
        kept = [o for o in floor.standing.offers.values() if o.slot in names and o.quantity]
        kept.sort(key=lambda o: (names.index(o.slot or ""), -(o.quantity or 0), o.bidder))
        return tuple(o.key for o in kept)

    def settlement(self, floor: Floor[ClockSaleTerms]) -> Settlement:
        """Total and premium (溢价) over the start prices; unused where there is one product."""
        terms, awards = floor.terms, floor.standing.awards
        start = {p.id: p.start_price for p in terms.products}
        total = sum(a.total for a in awards)
        sold = sum(a.quantity or 0 for a in awards)
        unused = terms.products[0].supply - sold if len(terms.products) == 1 else None
        if not awards:
            return Settlement(0, 0, None, unused)
        least = sum(
            _award(terms, a.bidder, a.lot or "", start[a.lot or ""], a.quantity or 0).total
            for a in awards
        )
        return Settlement(total, total - least, rate(total - least, least), unused)

    def says(self, terms: ClockSaleTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        end = both(
            "各标的无超额需求时结束，按各自标的的现价付款",
            "it ends when no product has excess demand; each pays the price that stands",
        )
        inside = both(
            "各变更按其价位占本轮涨幅的比例先后处理；减量以不低于供应量为限，标的现价为供需相等处的价位",
            "changes count in the order of their part of the way up the round; a reduction goes no "
            "further than the supply, and the price is the one at which equality was reached",
        )
        told = both(
            "每轮结束时公布各标的现价、各竞买号牌持有的数量和剩余点数，轮内的答复不公布",
            "at the end of each round the prices that stand are told, and by bidder number what each "
            "holds and the points he has left; answers within the round are not",
        )
        won = (end, inside) if terms.inside is Inside.PRICE_POINTS else (end,)
        return {"result": won, "sight": (told,)}

    def lots(self, terms: ClockSaleTerms) -> tuple[Lot, ...]:
        """The products."""
        return tuple(
            Lot(p.id, {"zh": p.zh or p.id, "en": p.en or p.id}, p.supply) for p in terms.products
        )

    def quantity_unit(self, terms: ClockSaleTerms) -> Unit | None:
        """The unit of the supplies."""
        return terms.quantity_unit

    def settlement_unit(self, terms: ClockSaleTerms) -> Unit:
        """Yuan to the fen where the price unit says what it is worth."""
        return settled_in(terms.unit)


def _right(floor: Where, bidder: str) -> Refuse | None:
    return None if eligibility(floor, bidder) else Refuse("NO_RIGHT_IN_PHASE")


def _ask(floor: Where, bidder: str, ask: Stay) -> Judgement:
    """So much at the price of the round; the last answer counts, nobody has seen those before."""
    product = _product(floor, ask.slot)
    return _wants(floor, bidder, product, ask.quantity, round_price(floor, product))


def _ask_at(floor: Where, bidder: str, ask: Bid) -> Judgement:
    """So much from a price inside the round on."""
    product = _product(floor, ask.slot)
    low, high = _range(floor, product)
    if not low <= ask.amount <= high:
        nearest = (low if ask.amount < low else high,)
        return Refuse("OUT_OF_RANGE", {"minimum": low, "maximum": high}, nearest)
    return _wants(floor, bidder, product, ask.quantity, ask.amount)


def _wants(
    floor: Where, bidder: str, product: Product, said: Amount | None, at: Amount
) -> Judgement:
    quantity = 1 if said is None else said
    if quantity < 0:
        return Refuse("QTY_BELOW_MIN")
    if quantity > most(floor, bidder, product):
        return Refuse("QTY_OVER_LIMIT")
    return Accept((OfferStood(bidder, product.id, at, quantity, product.id + ASKED),))


def _product(floor: Where, slot: str | None) -> Product:
    """The one named; the only one needs no name."""
    products = {p.id: p for p in floor.terms.products}
    return products[slot or floor.terms.products[0].id]


def _range(floor: Where, product: Product) -> tuple[Amount, Amount]:
    """M14: above the price before the round, up to its own; in the first round there is but one."""
    high = round_price(floor, product)
    return min(high, price(floor, product) + 1), high


def _prices(floor: Where, bidder: str) -> tuple[Amount, Amount]:
    del bidder
    return _range(floor, floor.terms.products[0])


def _lines(floor: Where, bidder: str) -> tuple[Line, ...]:
    """Each product with the price of its round; inside a round a price of one's own, where allowed."""
    inside = floor.terms.inside is Inside.PRICE_POINTS
    asked, found = named(floor), list[Line]()
    for product in floor.terms.products:
        low, high = _range(floor, product)
        said = asked.get((bidder, product.id))
        line = Line(
            product.id,
            ask="stay",
            minimum=low if inside else None,
            maximum=high if inside else None,
            price=high,
            quantity_minimum=0,
            quantity_maximum=most(floor, bidder, product),
            pending=None if said is None else said.quantity,
        )
        found.append(line)
    return tuple(found)


def _points(floor: Where, bidder: str) -> tuple[int, int] | None:
    """None in the first round where the terms set no limit: there is nothing to be short of."""
    if floor.terms.eligibility is None and floor.standing.round <= 1:
        return None
    used = market(floor.terms).activity(wanted(floor, heard=True), bidder)
    return eligibility(floor, bidder), used


def _bounds(floor: Where, bidder: str) -> tuple[Amount, Amount]:
    """Of the first product; to ask for none is an answer."""
    return 0, most(floor, bidder, floor.terms.products[0])


def _onward(floor: Where) -> Onward | None:
    sale, done = market(floor.terms), came_to(floor)
    if all(sale.demand(done.after, p.id) <= p.supply for p in floor.terms.products):
        return None
    facts = results(floor, done)
    if len(floor.terms.products) > 1:
        return Onward(None, facts)
    # With excess demand the only product has taken the price of the round.
    product = floor.terms.products[0]
    return Onward(raised(product, round_price(floor, product)), facts)


def _award(terms: ClockSaleTerms, bidder: str, lot: str, at: Amount, quantity: Amount) -> Awarded:
    total = total_of(terms.unit, terms.quantity_unit, at, quantity)
    return Awarded(bidder, lot, at, quantity, total)


RULE: Final = AscendingClock()
