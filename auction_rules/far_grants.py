"""Who is granted what in a floor-area-ratio auction, as things stand (DOMAIN §1).

Rank by price, then as drawn or by arrival; grant while the quota lasts. Pure arithmetic over the
standing offers: the stages and the end of the auction are in `far_adjustment`.
"""

from __future__ import annotations

from auction_rules.allocation import Misfit, Share, fill
from auction_rules.facts import Amount, Awarded, LeadersChanged, OfferStood
from auction_rules.far_terms import Basis, FarTerms, Pricing, QuotaKind, ladder
from auction_rules.floor import Floor, Offer
from auction_rules.money import divide_half_up, ten_to
from auction_rules.steps import Grid


def quota(terms: FarTerms) -> Amount:
    """What can be granted in all: area, or a number of parcels."""
    return terms.quota_area or 0 if terms.quota_kind is QuotaKind.AREA else terms.quota_parcels


def weight(terms: FarTerms, area: Amount) -> Amount:
    """What a grant takes of the quota: its area, or one parcel."""
    return area if terms.quota_kind is QuotaKind.AREA else 1


def ranked(floor: Floor[FarTerms]) -> list[Offer]:
    """Standing offers by amount, best first; among equals as drawn, and else by arrival."""
    drawn = {bidder: n for n, bidder in enumerate(floor.standing.order)}
    offers = floor.standing.offers.values()
    return sorted(offers, key=lambda o: (-o.amount, drawn.get(o.bidder, len(drawn)), o.i))


def winning_set(floor: Floor[FarTerms]) -> tuple[Share, ...]:
    """Who would be granted what if it ended now, in rank order; quantities are areas."""
    terms = floor.terms
    rows = ranked(floor)
    weights = ((o.bidder, weight(terms, o.quantity or 0)) for o in rows)
    shares = fill(weights, quota(terms), terms.misfit)
    if terms.quota_kind is QuotaKind.AREA:
        return shares
    areas = {o.bidder: o.quantity or 0 for o in rows}
    return tuple(Share(s.bidder, areas[s.bidder]) for s in shares)


def tied(floor: Floor[FarTerms]) -> tuple[str, ...]:
    """Those of equal price between whom an order decides; empty where every order grants the same.

    An order matters from the first price at which not all fit and some could. Where misfits are
    skipped it may also decide what is left for equal offers below.
    """
    terms, rows = floor.terms, ranked(floor)
    pool: list[str] = []
    granted = {share.bidder: share.quantity for share in winning_set(floor)}
    left = quota(terms)
    for price in dict.fromkeys(o.amount for o in rows):
        group = [o for o in rows if o.amount == price]
        weights = [weight(terms, o.quantity or 0) for o in group]
        fits = bool(left) if terms.misfit is Misfit.PARTIAL else min(weights) <= left
        if len(group) > 1 and (pool or (fits and sum(weights) > left)):
            pool += [o.bidder for o in group]
        if sum(weights) > left and terms.misfit is not Misfit.SKIP:
            break
        left -= sum(weight(terms, granted[o.bidder]) for o in group if o.bidder in granted)
    return tuple(pool)


def leading(floor: Floor[FarTerms]) -> LeadersChanged:
    """The winning set as a fact: its members best first, and the cut-off price."""
    shares = winning_set(floor)
    amounts = [floor.standing.offers[s.bidder].amount for s in shares]
    return LeadersChanged(tuple(s.bidder for s in shares), min(amounts, default=None))


def entering(floor: Floor[FarTerms], bidder: str) -> Amount | None:
    """The least valid amount with which the bidder would be in the winning set; None if he is.

    A higher price never ranks lower, so the first rung that suffices is found by halving.
    """
    if any(share.bidder == bidder for share in winning_set(floor)):
        return None
    rungs, current = ladder(floor.terms), own(floor, bidder)
    if not rungs.open(current):
        return None
    least, most = rungs.minimum(current), rungs.maximum(current)
    best = max((o.amount for o in floor.standing.offers.values()), default=least)
    most = min(most, rungs.minimum(best) if best >= least else least)
    width = rungs.step if rungs.grid is Grid.MULTIPLE_OF_STEP else 1
    low, high = 0, (most - least) // width
    if not _would_win(floor, bidder, least + high * width):
        return None
    while low < high:
        middle = (low + high) // 2
        if _would_win(floor, bidder, least + middle * width):
            high = middle
        else:
            low = middle + 1
    return least + low * width


def _would_win(floor: Floor[FarTerms], bidder: str, amount: Amount) -> bool:
    offer = OfferStood(bidder, floor.entrants[bidder].lot, amount, asked(floor, bidder))
    after = floor.after((offer,), floor.standing.opens)
    return any(share.bidder == bidder for share in winning_set(after))


def award(terms: FarTerms, offer: Offer, share: Share, lowest: Amount) -> Awarded:
    """The award of a share; everybody at the lowest winning price where it is uniform."""
    price = lowest if terms.pricing is Pricing.UNIFORM else offer.amount
    total = due_for(terms, price, share.quantity)
    return Awarded(offer.bidder, offer.lot, price, share.quantity, total)


def due_for(terms: FarTerms, price: Amount, area: Amount) -> Amount:
    """In the settlement unit; a price per area times the area, rounded half up."""
    if terms.basis is Basis.TOTAL:
        return price
    worth = price * (terms.unit.fen or 1)
    return divide_half_up(worth * area, ten_to(terms.quantity_unit.scale))


def own(floor: Floor[FarTerms], bidder: str) -> Amount | None:
    """What the bidder has offered; None when nothing."""
    offer = floor.standing.offers.get(bidder)
    return offer.amount if offer else None


def asked(floor: Floor[FarTerms], bidder: str) -> Amount | None:
    """The area the bidder's parcel asks for."""
    lot = floor.entrants[bidder].lot
    return next((p.added_area for p in floor.terms.parcels if p.id == lot), None)
