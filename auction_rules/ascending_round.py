"""One round of an ascending clock for several units, read off the floor: prices, points, demand.

What is held stands under the product's own slot; what is asked for in the round that is open
stands under `ASKED` behind it, with the price from which it is wanted. What a round comes to is
worked out by `clock_demand`, or by `clock_points` where prices inside the round may be named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from auction_rules.ascending_terms import ClockSaleTerms, Inside, Missing, Product
from auction_rules.clock_demand import Demand, Market
from auction_rules.clock_points import Change, by_point, processed
from auction_rules.facts import Amount, FloorFact, Noted, OfferStood
from auction_rules.floor import Floor, Offer
from auction_rules.money import LIMIT, divide_half_up

ASKED: Final = "/asked"
"""Behind a product, the slot of what is asked for in a round; the product alone is what is held."""

Where: TypeAlias = Floor[ClockSaleTerms]


@dataclass(frozen=True, slots=True)
class Round:
    """The demands before, during and after the round that is open."""

    held: Demand
    asked: Demand
    after: Demand
    reached: Mapping[str, Amount]
    """Where prices inside the round count: the highest price at which a product's demand fell."""


def market(terms: ClockSaleTerms) -> Market:
    """What is on sale."""
    return Market(
        {p.id: p.supply for p in terms.products},
        {p.id: p.points for p in terms.products},
        terms.rationing,
    )


def price(floor: Where, product: Product) -> Amount:
    """The price that stands for a product: what is held would be paid with it."""
    noted: Amount = floor.standing.notes.get(f"price {product.id}", product.start_price)
    return noted


def raised(product: Product, at: Amount) -> Amount:
    """The price of the round after one that left the price here, with demand in excess or not."""
    part = divide_half_up(at * product.step_basis_points, 10_000)
    return at + (product.step or max(1, part))


def round_price(floor: Where, product: Product) -> Amount:
    """The price at which a product is asked for in the round that is open."""
    stands = price(floor, product)
    return stands if floor.standing.round <= 1 else raised(product, stands)


def eligibility(floor: Where, bidder: str) -> int:
    """The points a bidder has; who did nothing in the first round has none."""
    first = (floor.terms.eligibility or LIMIT) if floor.standing.round <= 1 else 0
    points: int = floor.standing.notes.get(f"eligibility {bidder}", first)
    return points


def order(floor: Where) -> tuple[str, ...]:
    """As drawn, else by number; who was admitted after the draw comes after all others."""
    drawn = floor.standing.order
    return (*drawn, *sorted(b for b in floor.entrants if b not in drawn))


def held(floor: Where) -> dict[tuple[str, str], Amount]:
    """What each holds of each product after the last round."""
    names = [p.id for p in floor.terms.products]
    offers = floor.standing.offers.values()
    return {(o.bidder, o.slot or ""): o.quantity or 0 for o in offers if o.slot in names}


def named(floor: Where) -> dict[tuple[str, str], Offer]:
    """What was asked for in the round that is open: a round opens after all before it."""
    return {
        (o.bidder, (o.slot or "").removesuffix(ASKED)): o
        for o in floor.standing.offers.values()
        if (o.slot or "").endswith(ASKED) and o.t >= floor.standing.opens
    }


def wanted(floor: Where, *, heard: bool = False) -> dict[tuple[str, str], Amount]:
    """What was asked for, and what silence about a product means by the terms.

    `heard`: somebody is heard in this round, whatever was asked for so far.
    """
    said = {key: o.quantity or 0 for key, o in named(floor).items()}
    if floor.terms.missing is Missing.ZERO or not (said or heard):
        # Where nobody is heard, nobody goes on: a clock of sleepers would never end.
        return said
    gone = [b for b, entrant in floor.entrants.items() if entrant.excluded]
    dear = [p.id for p in floor.terms.products if too_dear(floor, p)]
    kept = {k: q for k, q in held(floor).items() if k[0] not in gone and k[1] not in dear}
    return {**kept, **said}


def too_dear(floor: Where, product: Product) -> bool:
    """Whether totals at the price of the round would no longer be exact: then nobody can ask."""
    return round_price(floor, product) > floor.terms.dearest(product)


def most(floor: Where, bidder: str, product: Product) -> Amount:
    """The most he may ask for of a product, given what he wants of the others."""
    others = {**wanted(floor, heard=True), (bidder, product.id): 0}
    free = eligibility(floor, bidder) - market(floor.terms).activity(others, bidder)
    return 0 if too_dear(floor, product) else min(product.supply, free // product.points)


def came_to(floor: Where) -> Round:
    """The round that is open, if it ended now."""
    sale, before, asked = market(floor.terms), held(floor), wanted(floor)
    points = {bidder: eligibility(floor, bidder) for bidder in order(floor)}
    if floor.terms.inside is Inside.WHOLE:
        after = sale.processed(before, asked, points, order(floor))
        return Round(before, asked, after, {})
    done = processed(sale, before, by_point(_changes(floor, asked), order(floor)), points)
    return Round(before, asked, done.after, done.reached)


def _changes(floor: Where, asked: Demand) -> list[Change]:
    said, changes = named(floor), list[Change]()
    for bidder in order(floor):
        for product in floor.terms.products:
            key = (bidder, product.id)
            stands, full = price(floor, product), round_price(floor, product)
            # M14: a bidder of whom nothing is heard goes down to zero at the price before.
            at = said[key].amount if key in said else stands
            # In the first round there is one price and so one point.
            whole = full - stands or 1
            change = Change(*key, asked.get(key, 0), at, min(at - stands, whole), whole)
            changes.append(change)
    return changes


def new_price(floor: Where, product: Product, done: Round) -> Amount:
    """The price that stands for a product after the round."""
    sale = market(floor.terms)
    full, stands = round_price(floor, product), price(floor, product)
    if sale.demand(done.after, product.id) > product.supply:
        return full
    if floor.terms.inside is Inside.PRICE_POINTS:
        # M14: where equality was reached; with nothing reduced there was no excess before.
        return done.reached.get(product.id, stands)
    kept_against_will = any(
        quantity > done.asked.get(key, 0)
        for key, quantity in done.after.items()
        if key[1] == product.id
    )
    came_down = sale.demand(done.held, product.id) > product.supply
    return full if came_down and not kept_against_will else stands


def results(floor: Where, done: Round) -> tuple[FloorFact, ...]:
    """What each holds after the round, where it changed; the prices; the points that are left."""
    bidders, facts = order(floor), list[FloorFact]()
    for product in floor.terms.products:
        new = new_price(floor, product, done)
        moved = new != price(floor, product) or floor.standing.round <= 1
        facts += [Noted(f"price {product.id}", new)] if moved else []
        for bidder in bidders:
            key = (bidder, product.id)
            quantity = done.after.get(key, 0)
            if key in done.after and (moved or quantity != done.held.get(key)):
                facts.append(OfferStood(bidder, product.id, new, quantity, product.id))
    for bidder in bidders:
        used = market(floor.terms).activity(done.after, bidder)
        kept = used * 10_000 // floor.terms.activity_basis_points
        facts.append(Noted(f"eligibility {bidder}", min(eligibility(floor, bidder), kept)))
    return tuple(facts)
