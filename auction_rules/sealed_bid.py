"""密封报价 sealed_bid@1: one window, hidden offers, opened together.

Three mechanisms in one rule: first price (MECHANISMS M08), the highest rejected price for one
unit or several (M09), and the offer nearest the average (M11, with DOMAIN §2.4 for which of two
equally near offers wins). It sells or buys: `direction` turns every comparison.

1. The last valid offer of a bidder counts, and its time is his place among equals. Where the
   terms say so it can be taken back before the close (M08).
2. Offers worse than the public reserve do not win and set no price; the average is over them
   all the same, since it is taken of valid offers.
3. An average invites bidders to agree on offers; a notice that uses one should say why.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from auction_rules.allocation import uniform_price
from auction_rules.averages import trimmed_mean
from auction_rules.facts import Amount, Awarded, FloorFact, Instant, LeadersChanged, Unsold
from auction_rules.floor import Bid, Floor, Offer
from auction_rules.lint import Remark
from auction_rules.money import rate
from auction_rules.program import Stage, Staged
from auction_rules.reserve_says import public
from auction_rules.rule import Lot, Refuse, Settlement
from auction_rules.says import Says, both, joined
from auction_rules.sealed_terms import (
    Distance,
    NearTie,
    SealedTerms,
    Tie,
    Winner,
    ladder,
    sign,
)
from auction_rules.stages.draw import DrawStage
from auction_rules.stages.escrowed import kept_by
from auction_rules.stages.sealed import Sealed
from auction_rules.stages.unsealing import following, handed_in, unsealing
from auction_rules.terms import Text, Unit

SEALED: Final[Text] = {"zh": "密封报价", "en": "Sealed offers"}
DRAWING: Final[Text] = {"zh": "摇号", "en": "Draw"}


class SealedBid(Staged[SealedTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "sealed_bid"
    version: ClassVar[str] = "1"
    title: ClassVar[Text] = {"zh": "密封报价", "en": "Sealed offers"}
    Config = SealedTerms
    example: ClassVar[Mapping[str, Any]] = {
        "lot_zh": "示例标的",
        "lot_en": "Sample lot",
        "opens": "2026-03-02T09:00:00+08:00",
        "closes": "2026-03-02T10:00:00+08:00",
        "start_price": "1000000",
        "step": "10000",
        "amendments": 2,
    }

    def stages(self, terms: SealedTerms) -> tuple[Stage, ...]:
        """The window, and the draw where equal offers are drawn for."""
        plain = Sealed(
            id="sealed",
            title=SEALED,
            ladder=ladder(terms),
            leading=_leading,
            begins=terms.opens,
            ends=terms.closes,
            amendments=terms.amendments,
            check=_check,
            cancels=terms.may_withdraw,
        )
        window = kept_by(terms, plain)
        rooms: tuple[Stage, ...] = (window, *unsealing(terms, window))
        if terms.tie is not Tie.DRAW:
            return rooms
        return (*rooms, DrawStage("draw", DRAWING, lambda floor: floor.terms.lot_id, tied))

    def lint(self, terms: SealedTerms) -> tuple[Remark, ...]:
        """An average invites agreements (MECHANISMS M11), and of two offers it says little."""
        if terms.winner is not Winner.NEAREST_AVERAGE:
            return ()
        few = Remark(
            "AVERAGE_OF_FEW",
            "少于三人报价时平均价没有意义：请规定最少有效报价人数不少于三人。",
            "An average of fewer than three offers means little: ask for three bidders at least.",
        )
        agreed = Remark(
            "AVERAGE_INVITES_AGREEMENT",
            "平均价规则容易诱发串通：同一方控制多个报价即可左右平均价。请在公告中说明理由。",
            "An average invites agreements: whoever controls several offers moves it. Say why.",
        )
        return (agreed,) if terms.min_bidders >= 3 else (agreed, few)

    def starts(self, terms: SealedTerms) -> Instant:
        """The opening of the window."""
        return terms.opens

    def follows(self, floor: Floor[SealedTerms], closed: str) -> str | None:
        """The opening of what bidders sealed, if they are enough; a draw, where a place depends on it."""
        enough = handed_in(floor) >= floor.terms.min_bidders
        if enough and (opening := following(floor, closed, "sealed")):
            return opening
        drawn = floor.terms.tie is Tie.DRAW and closed != "draw"
        return "draw" if drawn and _failure(floor) is None and tied(floor) else None

    def finish(self, floor: Floor[SealedTerms], now: Instant) -> tuple[FloorFact, ...]:
        """An award for each unit that found a winner, best first."""
        del now
        failed = _failure(floor)
        if failed == "RESERVE_NOT_MET":
            return (Unsold("RESERVE_NOT_MET"),)
        if failed == "BELOW_MIN_BIDDERS":
            return (Unsold("BELOW_MIN_BIDDERS"),)
        if failed is not None:
            return (Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"),)
        leaders, awards = _leading(floor), _awards(floor)
        # After a draw the order that opened with the offers may have changed.
        changed = leaders.leaders != floor.standing.leaders
        return (leaders, *awards) if changed else awards

    def least(self, floor: Floor[SealedTerms]) -> Amount:
        """The start: what others offered does not bind anybody."""
        return floor.terms.start_price

    def ranking(self, floor: Floor[SealedTerms]) -> tuple[str, ...]:
        """Best first under the terms; what the average leaves out of account comes last."""
        order = ranked(floor)
        rest = [o for o in _by_price(floor) if o not in order]
        return tuple(o.key for o in (*order, *rest))

    def settlement(self, floor: Floor[SealedTerms]) -> Settlement:
        """Totals over what is awarded, or would be; a purchase has its saving as well."""
        terms, s = floor.terms, sign(floor.terms)
        awards = floor.standing.awards
        if not awards and not floor.standing.closed and _failure(floor) is None:
            awards = _awards(floor)
        total, base = sum(a.total for a in awards), terms.start_price * len(awards)
        premium = s * (total - base)
        shown = rate(premium, base)
        saved = (premium, shown) if s < 0 else (None, None)
        return Settlement(total, premium, shown, terms.units - len(awards), *saved)

    def says(self, terms: SealedTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        reserve: Says = {} if terms.reserve is None else public(sign(terms))
        if terms.winner is Winner.BEST_PRICE:
            return reserve
        near = both(
            "最接近全部有效报价平均价者为优", "nearer to the mean of all valid offers is better"
        )
        return joined({"best": (near,)}, reserve)

    def lots(self, terms: SealedTerms) -> tuple[Lot, ...]:
        """The one lot."""
        return (Lot(terms.lot_id, {"zh": terms.lot_zh, "en": terms.lot_en}),)

    def direction(self, terms: SealedTerms) -> int:
        """As the terms say."""
        return sign(terms)

    def settlement_unit(self, terms: SealedTerms) -> Unit:
        """The unit of the prices."""
        return terms.unit


def _check(floor: Floor[SealedTerms], bidder: str, bid: Bid) -> Refuse | None:
    del bidder
    if bid.lot not in (None, floor.terms.lot_id):
        return Refuse("NO_SUCH_LOT")
    return None if bid.quantity in (None, 1) else Refuse("QUANTITY_FIXED", {"quantity": 1})


def average(floor: Floor[SealedTerms]) -> Amount | None:
    """The reference of M11: of all valid offers, trimmed as the terms say, half up."""
    terms, amounts = floor.terms, [o.amount for o in floor.standing.offers.values()]
    return trimmed_mean(amounts, terms.trim_basis_points, terms.trim_rounding)


def _class_of(floor: Floor[SealedTerms]) -> Mapping[str, tuple[int, int]]:
    """What an offer is worth for its place: the smaller comes first, equal ones tie."""
    terms, s = floor.terms, sign(floor.terms)
    offers = floor.standing.offers
    if terms.winner is Winner.BEST_PRICE:
        return {key: (-s * o.amount, 0) for key, o in offers.items()}
    reference = average(floor) or 0
    side = {NearTie.BELOW: 1, NearTie.ABOVE: -1, NearTie.AS_EQUAL: 0}[terms.near_tie]
    worth = {}
    for key, o in offers.items():
        apart = o.amount - reference
        outside = {Distance.FROM_BELOW: apart > 0, Distance.FROM_ABOVE: apart < 0}
        if not outside.get(terms.distance, False):
            worth[key] = (abs(apart), side * (1 if apart > 0 else -1 if apart < 0 else 0))
    return worth


def _by_price(floor: Floor[SealedTerms]) -> list[Offer]:
    s = sign(floor.terms)
    return sorted(floor.standing.offers.values(), key=lambda o: (-s * o.amount, o.i))


def ranked(floor: Floor[SealedTerms]) -> list[Offer]:
    """Offers that may win, best first: by worth, then as drawn, then by arrival (log order)."""
    worth, terms, s = _class_of(floor), floor.terms, sign(floor.terms)
    drawn = {bidder: n for n, bidder in enumerate(floor.standing.order)}
    meets = [
        o
        for key, o in floor.standing.offers.items()
        if key in worth and (terms.reserve is None or s * (o.amount - terms.reserve) >= 0)
    ]
    return sorted(meets, key=lambda o: (worth[o.key], drawn.get(o.bidder, 0), o.i))


def tied(floor: Floor[SealedTerms]) -> tuple[str, ...]:
    """Those among whom a draw decides: equal offers of which some win and some do not."""
    order, worth, units = ranked(floor), _class_of(floor), floor.terms.units
    if len(order) <= units:
        return ()
    margin = worth[order[units - 1].key]
    if worth[order[units].key] != margin:
        return ()
    return tuple(o.bidder for o in order if worth[o.key] == margin)


def _winners(floor: Floor[SealedTerms]) -> list[Offer]:
    return ranked(floor)[: floor.terms.units]


def _leading(floor: Floor[SealedTerms]) -> LeadersChanged:
    winners, s = _winners(floor), sign(floor.terms)
    worst = min((s * o.amount for o in winners), default=None)
    return LeadersChanged(tuple(o.bidder for o in winners), None if worst is None else s * worst)


def _failure(floor: Floor[SealedTerms]) -> str | None:
    offers = floor.standing.offers
    if not handed_in(floor):
        return "NO_BID"
    if len(offers) < floor.terms.min_bidders:
        return "BELOW_MIN_BIDDERS"
    return None if ranked(floor) else "RESERVE_NOT_MET"


def _awards(floor: Floor[SealedTerms]) -> tuple[Awarded, ...]:
    terms, order, units = floor.terms, ranked(floor), floor.terms.units
    least = terms.start_price if terms.reserve is None else terms.reserve
    won, lost = ([o.amount for o in part] for part in (order[:units], order[units:]))
    one = uniform_price(won, lost, terms.pricing, least, sign(terms))
    prices = [o.amount if one is None else one for o in order[:units]]
    return tuple(
        Awarded(o.bidder, None, price, None, price)
        for o, price in zip(order[:units], prices, strict=True)
    )


RULE: Final = SealedBid()
