"""多单位升价钟 ascending_clock@1: several units of one or more products, prices rise by rounds.

MECHANISMS M14, without prices inside a round: a bidder says how much he wants of each product at
the round's price, and what he does not name he does not want. A reduction counts only so far as
the demand stays at the supply; whose, where there is no room for all, is a term (drawn order or
pro rata). Points limit what one may want, and who uses less than the activity asked for loses
the rest. After a round, a product in excess demand takes the price of the round; where the
demand has come down to the supply, it takes that price only if nobody was held against his will,
else it keeps the price before. The clock ends after a round that leaves no excess demand.

Answers are hidden within a round; after it, everybody learns what each holds and the prices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from auction_rules.ascending_terms import ClockSaleTerms, Product
from auction_rules.clock_demand import Demand, Market, Rationing
from auction_rules.facts import (
    Amount,
    Awarded,
    FloorFact,
    Instant,
    Noted,
    OfferStood,
    Revealed,
    Unsold,
)
from auction_rules.floor import Floor, Stay
from auction_rules.money import LIMIT, rate
from auction_rules.program import Stage, Staged
from auction_rules.rule import Accept, Judgement, Lot, Refuse, Settlement
from auction_rules.stages.clock import Clock, Onward
from auction_rules.stages.draw import DrawStage
from auction_rules.terms import (
    SECOND,
    Text,
    Unit,
)
from auction_rules.worth import settled_in, total_of

ORDER: Final[Text] = {"zh": "减量顺序摇号", "en": "Draw for the order of reductions"}
CLOCK: Final[Text] = {"zh": "升价轮次", "en": "Rounds"}
ASKED: Final = "/asked"
"""Behind a product, the slot of what is asked for in a round; the product alone is what is held."""


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
            ended=lambda floor: (Revealed("offers"), *_results(floor, _round(floor))),
            resume_policy=terms.resume,
            slots=tuple(p.id for p in terms.products) if several else (),
        )
        if terms.rationing is Rationing.PRO_RATA:
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
        terms, held = floor.terms, _held(floor)
        awards = [
            _award(terms, bidder, product.id, price(floor, product), held[bidder, product.id])
            for product in terms.products
            for bidder in _order(floor)
            if held.get((bidder, product.id))
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


def market(terms: ClockSaleTerms) -> Market:
    """What is on sale."""
    return Market(
        {p.id: p.supply for p in terms.products},
        {p.id: p.points for p in terms.products},
        terms.rationing,
    )


def price(floor: Floor[ClockSaleTerms], product: Product) -> Amount:
    """The price that stands for a product: what is held would be paid with it."""
    noted: Amount = floor.standing.notes.get(f"price {product.id}", product.start_price)
    return noted


def round_price(floor: Floor[ClockSaleTerms], product: Product) -> Amount:
    """The price at which a product is asked for in the round that is open."""
    first = floor.standing.round <= 1
    return price(floor, product) + (0 if first else product.step)


def eligibility(floor: Floor[ClockSaleTerms], bidder: str) -> int:
    """The points a bidder has; who did nothing in the first round has none."""
    first = (floor.terms.eligibility or LIMIT) if floor.standing.round <= 1 else 0
    points: int = floor.standing.notes.get(f"eligibility {bidder}", first)
    return points


def _order(floor: Floor[ClockSaleTerms]) -> tuple[str, ...]:
    """As drawn; who was admitted after the draw comes after all others, by his number."""
    drawn = floor.standing.order
    return (*drawn, *sorted(b for b in floor.entrants if b not in drawn))


def _held(floor: Floor[ClockSaleTerms]) -> dict[tuple[str, str], Amount]:
    names = [p.id for p in floor.terms.products]
    offers = floor.standing.offers.values()
    return {(o.bidder, o.slot or ""): o.quantity or 0 for o in offers if o.slot in names}


def _asked(floor: Floor[ClockSaleTerms]) -> dict[tuple[str, str], Amount]:
    """What was asked for in the round that is open: a round opens after all before it."""
    return {
        (o.bidder, (o.slot or "").removesuffix(ASKED)): o.quantity or 0
        for o in floor.standing.offers.values()
        if (o.slot or "").endswith(ASKED) and o.t >= floor.standing.opens
    }


def _right(floor: Floor[ClockSaleTerms], bidder: str) -> Refuse | None:
    return None if eligibility(floor, bidder) else Refuse("NO_RIGHT_IN_PHASE")


def _ask(floor: Floor[ClockSaleTerms], bidder: str, ask: Stay) -> Judgement:
    """The last answer of a round counts; nobody has seen the ones before it."""
    products = {p.id: p for p in floor.terms.products}
    slot = ask.slot or floor.terms.products[0].id
    product = products[slot]
    quantity = 1 if ask.quantity is None else ask.quantity
    if quantity < 0:
        return Refuse("QTY_BELOW_MIN")
    wanted = {**_asked(floor), (bidder, slot): quantity}
    points = market(floor.terms).activity(wanted, bidder)
    if quantity > product.supply or points > eligibility(floor, bidder):
        return Refuse("QTY_OVER_LIMIT")
    amount = round_price(floor, product)
    return Accept((OfferStood(bidder, slot, amount, quantity, slot + ASKED),))


@dataclass(frozen=True, slots=True)
class _Round:
    """The demands before, during and after the round that is open."""

    held: Demand
    asked: Demand
    after: Demand


def _round(floor: Floor[ClockSaleTerms]) -> _Round:
    held, asked, order = _held(floor), _asked(floor), _order(floor)
    points = {bidder: eligibility(floor, bidder) for bidder in order}
    return _Round(held, asked, market(floor.terms).processed(held, asked, points, order))


def _results(floor: Floor[ClockSaleTerms], done: _Round) -> tuple[FloorFact, ...]:
    """What each holds after the round, where it changed; the prices; the points that are left."""
    order, facts = _order(floor), list[FloorFact]()
    for product in floor.terms.products:
        new = _new_price(floor, product, done)
        moved = new != price(floor, product) or floor.standing.round <= 1
        facts += [Noted(f"price {product.id}", new)] if moved else []
        for bidder in order:
            key = (bidder, product.id)
            quantity = done.after.get(key, 0)
            if key in done.after and (moved or quantity != done.held.get(key)):
                facts.append(OfferStood(bidder, product.id, new, quantity, product.id))
    for bidder in order:
        used = market(floor.terms).activity(done.after, bidder)
        kept = used * 10_000 // floor.terms.activity_basis_points
        facts.append(Noted(f"eligibility {bidder}", min(eligibility(floor, bidder), kept)))
    return tuple(facts)


def _new_price(floor: Floor[ClockSaleTerms], product: Product, done: _Round) -> Amount:
    sale = market(floor.terms)
    asked_at, stands = round_price(floor, product), price(floor, product)
    if sale.demand(done.after, product.id) > product.supply:
        return asked_at
    kept_against_will = any(
        quantity > done.asked.get(key, 0)
        for key, quantity in done.after.items()
        if key[1] == product.id
    )
    came_down = sale.demand(done.held, product.id) > product.supply
    return asked_at if came_down and not kept_against_will else stands


def _onward(floor: Floor[ClockSaleTerms]) -> Onward | None:
    sale, done = market(floor.terms), _round(floor)
    if all(sale.demand(done.after, p.id) <= p.supply for p in floor.terms.products):
        return None
    facts = _results(floor, done)
    if len(floor.terms.products) > 1:
        return Onward(None, facts)
    # With excess demand the only product has taken the price of the round.
    product = floor.terms.products[0]
    return Onward(round_price(floor, product) + product.step, facts)


def _award(terms: ClockSaleTerms, bidder: str, lot: str, at: Amount, quantity: Amount) -> Awarded:
    total = total_of(terms.unit, terms.quantity_unit, at, quantity)
    return Awarded(bidder, lot, at, quantity, total)


RULE: Final = AscendingClock()
