"""多数量密封报价 volume@1: a volume of equal units, each bidder with lines of price and quantity.

MECHANISMS M13, with the carbon auctions of Guangdong as its published cases (DOMAIN §4). Lines
are sorted by price, then by arrival (log order) or by a draw among those at the price where the
supply ends, and filled while it lasts. What winners pay, what happens to the line that no longer
fits, and what happens when demand falls short are terms. Where the price of a secondary market
shall annul the auction, officers seal it as a reserve while lines are taken. Not here: offers
without a price, and minimum fills that make a bidder decline a part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from auction_rules.allocation import Wish, fill, fill_pro_rata, uniform_price
from auction_rules.facts import Amount, Awarded, FloorFact, Instant, LeadersChanged, Unsold
from auction_rules.floor import Bid, Floor, Offer, OfficerAsk
from auction_rules.money import rate
from auction_rules.program import Stage, Staged
from auction_rules.reserve_says import VOLUME
from auction_rules.rule import Judgement, Lot, Refuse, Settlement
from auction_rules.says import EARLIER, LOTS, Says, both, joined
from auction_rules.stages.draw import DrawStage
from auction_rules.stages.reserve import OpenReserves, reserve_of, sealing
from auction_rules.stages.sealed import Sealed, nobody
from auction_rules.terms import Text, Unit
from auction_rules.volume_terms import Margin, Short, VolumeTerms, ladder
from auction_rules.worth import settled_in, total_of

BIDDING: Final[Text] = {"zh": "密封申报", "en": "Sealed lines"}
_SHARED: Final = both(
    "总量在某一报价上不足的，该报价的各笔按申报数量比例分配",
    "lines at the price at which the supply ends share pro rata to their quantities",
)
_EQUAL: Final[Mapping[Margin, tuple[Text, ...]]] = {
    Margin.EARLIER: (EARLIER,),
    Margin.DRAW: (LOTS,),
    Margin.PRO_RATA: (_SHARED,),
}
DRAWING: Final[Text] = {"zh": "边际同价摇号", "en": "Draw among equals at the margin"}

__all__ = ["RULE", "Volume", "VolumeTerms"]


class Volume(Staged[VolumeTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "volume"
    version: ClassVar[str] = "1"
    tells: ClassVar[frozenset[str]] = frozenset({"sealed_reserve"})
    title: ClassVar[Text] = {"zh": "多数量密封报价", "en": "Sealed volume auction"}
    Config = VolumeTerms
    example: ClassVar[Mapping[str, Any]] = {
        "supply": "1000000",
        "opens": "2026-03-02T09:30:00+08:00",
        "closes": "2026-03-02T11:30:00+08:00",
        "start_price": "35",
        "lines": 3,
        "min_quantity": "1000",
        "bidder_limit": "500000",
    }

    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "guangdong_2014": {
            "title": {
                "zh": "广东碳配额 2014：价格优先、时间优先，统一按最低成交报价",
                "en": "Guangdong carbon 2014: price, then time; all at the lowest accepted",
            },
            "terms": {
                "pricing": "LOWEST_ACCEPTED",
                "margin": "EARLIER",
                "misfit": "PARTIAL",
                "undersubscribed": "AS_PRICED",
            },
        },
        "guangdong_2015": {
            "title": {
                "zh": "广东碳配额 2015：申报不足的全部按底价成交",
                "en": "Guangdong carbon 2015: all at the floor when demand falls short",
            },
            # All seven paid 35, the floor, on 2015-03-27.
            "terms": {
                "pricing": "LOWEST_ACCEPTED",
                "margin": "EARLIER",
                "misfit": "PARTIAL",
                "undersubscribed": "AT_FLOOR",
            },
        },
        "eu_ets": {
            "title": {
                "zh": "欧盟碳配额：统一价，边际同价摇号，申报不足的流拍",
                "en": "EU ETS: one price, a draw at the margin, annulled when undersubscribed",
            },
            # Regulation (EU) 1031/2010, art. 7.
            "terms": {
                "pricing": "LOWEST_ACCEPTED",
                "margin": "DRAW",
                "sealed_reserve": True,
                "misfit": "PARTIAL",
                "undersubscribed": "ANNUL",
            },
        },
    }
    """Terms that published rules fix, by name: `title` in both languages, and `terms`."""

    def stages(self, terms: VolumeTerms) -> tuple[Stage, ...]:
        """The one window, the draw where there may be one, and the reserve where one is sealed."""
        rooms: list[Stage] = [_sealed(terms)]
        if terms.margin is Margin.DRAW:
            rooms.append(DrawStage("draw", DRAWING, _drawn_for, marginal, _redrawn))
        if terms.sealed_reserve:
            rooms.append(OpenReserves())
        return tuple(rooms)

    def starts(self, terms: VolumeTerms) -> Instant:
        """The opening of the window."""
        return terms.opens

    def follows(self, floor: Floor[VolumeTerms], closed: str) -> str | None:
        """A draw, where lines of several bidders meet the end of the supply; then the reserve."""
        if closed == "reserve" or _failure(floor) is not None:
            return None
        if closed == "sealed" and floor.terms.margin is Margin.DRAW and marginal(floor):
            return "draw"
        return "reserve" if floor.standing.reserves else None

    def finish(self, floor: Floor[VolumeTerms], now: Instant) -> tuple[FloorFact, ...]:
        """An award for each line that was granted something, in rank order."""
        del now
        failed = _failure(floor)
        if failed is not None:
            return (failed,)
        sold, reserve = awards(floor), reserve_of(floor)
        if sold and reserve is not None and min(a.price for a in sold) < reserve:
            # MECHANISMS M13: annulled where the price is well below the secondary market's.
            return (Unsold("RESERVE_NOT_MET"),)
        return sold or (Unsold("NOTHING_FITS"),)

    def least(self, floor: Floor[VolumeTerms]) -> Amount:
        """The floor price: what others asked for binds nobody."""
        return floor.terms.start_price

    def ranking(self, floor: Floor[VolumeTerms]) -> tuple[str, ...]:
        """By price, then by arrival."""
        return tuple(o.key for o in ranked(floor))

    def settlement(self, floor: Floor[VolumeTerms]) -> Settlement:
        """Totals over what is granted, and the volume that stays unsold."""
        terms, standing = floor.terms, floor.standing
        sold = standing.awards
        if not sold and not standing.closed and standing.offers:
            sold = awards(floor)
        total = sum(a.total for a in sold)
        base = sum(_total(terms, terms.start_price, a.quantity or 0) for a in sold)
        unused = terms.supply - sum(a.quantity or 0 for a in sold)
        return Settlement(total, total - base, rate(total - base, base), unused)

    def says(self, terms: VolumeTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        order = both(
            "按报价由高到低成交至总量用完",
            "lines are filled from the highest price down until the supply is used up",
        )
        said: Says = {"tie": _EQUAL[terms.margin], "result": (order,)}
        return joined(said, VOLUME) if terms.sealed_reserve else said

    def lots(self, terms: VolumeTerms) -> tuple[Lot, ...]:
        """The whole volume."""
        return (Lot("1", {"zh": terms.lot_zh, "en": terms.lot_en}, terms.supply),)

    def settlement_unit(self, terms: VolumeTerms) -> Unit:
        """Yuan to the fen where the price unit is worth so many."""
        return settled_in(terms.unit)

    def quantity_unit(self, terms: VolumeTerms) -> Unit | None:
        """The unit of the volume."""
        return terms.quantity_unit


def _sealed(terms: VolumeTerms) -> Sealed:
    return Sealed(
        id="sealed",
        title=BIDDING,
        ladder=ladder(terms),
        leading=_leading,
        begins=terms.opens,
        ends=terms.closes,
        amendments=terms.amendments,
        check=_check,
        quantities=_bounds,
        officers=_sealing if terms.sealed_reserve else nobody,
        slots=tuple(str(n) for n in range(1, terms.lines + 1)),
    )


def _total(terms: VolumeTerms, price: Amount, quantity: Amount) -> Amount:
    return total_of(terms.unit, terms.quantity_unit, price, quantity)


def _sealing(floor: Floor[VolumeTerms], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
    """As long as lines are taken."""
    standing = floor.standing
    return sealing(floor, officer, ask, now, (standing.opens, standing.closes or 0))


def _check(floor: Floor[VolumeTerms], bidder: str, bid: Bid) -> Refuse | None:
    """The quantity of the line, and of all the bidder's lines together."""
    quantity, (least, left) = bid.quantity or 0, _bounds(floor, bidder, bid.slot)
    if bid.lot not in (None, "1"):
        return Refuse("NO_SUCH_LOT")
    if quantity < least:
        return Refuse("QTY_BELOW_MIN", {"quantity": least})
    return Refuse("QTY_OVER_LIMIT", {"quantity": left}) if quantity > left else None


def _bounds(floor: Floor[VolumeTerms], bidder: str, slot: str | None) -> tuple[Amount, Amount]:
    """The least quantity of a line, and what his other lines leave of his limit."""
    terms = floor.terms
    limit = terms.supply if terms.bidder_limit is None else terms.bidder_limit
    own = [o for o in floor.standing.offers.values() if o.bidder == bidder and o.slot != slot]
    return terms.min_quantity, limit - sum(o.quantity or 0 for o in own)


def _failure(floor: Floor[VolumeTerms]) -> Unsold | None:
    """Why nothing is sold, whatever the lines say."""
    offers, terms = floor.standing.offers, floor.terms
    if not offers:
        return Unsold("NO_BID" if floor.entrants else "NO_APPLICANT")
    if len({o.bidder for o in offers.values()}) < terms.min_bidders:
        return Unsold("BELOW_MIN_BIDDERS")
    if terms.undersubscribed is Short.ANNUL and short(floor):
        # As the rules of the European emission auctions do (MECHANISMS M13).
        return Unsold("UNDERSUBSCRIBED")
    return None


def ranked(floor: Floor[VolumeTerms]) -> list[Offer]:
    """The lines by price, best first; among equals as drawn, and else by arrival."""
    drawn = {bidder: n for n, bidder in enumerate(floor.standing.order)}
    lines = floor.standing.offers.values()
    return sorted(lines, key=lambda o: (-o.amount, drawn.get(o.bidder, len(drawn)), o.i))


def marginal(floor: Floor[VolumeTerms]) -> tuple[str, ...]:
    """Bidders with a line at the price where the supply ends; none where a draw changes nothing.

    MECHANISMS M13, the European emission auctions: equal lines go in a random order by an
    algorithm fixed beforehand, and the last of them gets what is left.
    """
    left = floor.terms.supply
    lines = ranked(floor)
    for price in dict.fromkeys(o.amount for o in lines):
        at_price = [o for o in lines if o.amount == price]
        asked = sum(o.quantity or 0 for o in at_price)
        if asked > left:
            bidders = tuple(dict.fromkeys(o.bidder for o in at_price))
            return bidders if left and len(bidders) > 1 else ()
        left -= asked
    return ()


def _drawn_for(floor: Floor[VolumeTerms]) -> str:
    return floor.terms.lot_zh


def _redrawn(floor: Floor[VolumeTerms]) -> tuple[FloorFact, ...]:
    return (_leading(floor),)


def short(floor: Floor[VolumeTerms]) -> bool:
    """Whether all the lines together ask for less than there is."""
    asked = sum(o.quantity or 0 for o in floor.standing.offers.values())
    return asked < floor.terms.supply


def grants(floor: Floor[VolumeTerms]) -> tuple[tuple[Offer, Amount], ...]:
    """Each line in rank order with what it is granted, zero included."""
    terms, lines = floor.terms, ranked(floor)
    if terms.margin is Margin.PRO_RATA:
        wishes = [Wish(o.key, o.bidder, o.amount, o.quantity or 0) for o in lines]
        shares = fill_pro_rata(wishes, terms.supply, terms.rounding, terms.residue)
        return tuple(zip(lines, shares, strict=True))
    filled = fill(((o.key, o.quantity or 0) for o in lines), terms.supply, terms.misfit)
    granted = {share.bidder: share.quantity for share in filled}
    return tuple((o, granted.get(o.key, 0)) for o in lines)


def _price(floor: Floor[VolumeTerms], shared: Sequence[tuple[Offer, Amount]]) -> Amount | None:
    """The one price of all; None where each pays his own. A part refused counts as rejected."""
    terms = floor.terms
    if short(floor) and terms.undersubscribed is Short.AT_FLOOR:
        return terms.start_price
    won = [o.amount for o, quantity in shared if quantity]
    lost = [o.amount for o, quantity in shared if quantity < (o.quantity or 0)]
    return uniform_price(won, lost, terms.pricing, terms.start_price)


def awards(floor: Floor[VolumeTerms]) -> tuple[Awarded, ...]:
    """One for each line with a grant, best first."""
    terms, shared = floor.terms, grants(floor)
    one = _price(floor, shared)
    rows = []
    for offer, quantity in shared:
        if quantity:
            price = offer.amount if one is None else one
            total = _total(terms, price, quantity)
            rows.append(Awarded(offer.bidder, None, price, quantity, total))
    return tuple(rows)


def _leading(floor: Floor[VolumeTerms]) -> LeadersChanged:
    won = [o for o, quantity in grants(floor) if quantity]
    return LeadersChanged(tuple(o.key for o in won), won[-1].amount if won else None)


RULE: Final = Volume()
