"""多数量密封报价 volume@1: a volume of equal units, each bidder with lines of price and quantity.

MECHANISMS M13, with the carbon auctions of Guangdong as its published cases (DOMAIN §4). Lines
are sorted by price, then by arrival (log order), and filled while the supply lasts. What winners
pay, what happens to the line that no longer fits, and what happens when demand falls short are
terms. Not here: offers without a price, and minimum fills that make a bidder decline a part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, model_validator

from auction_rules.allocation import (
    Misfit,
    Pricing,
    Residue,
    ShareRounding,
    Wish,
    fill,
    fill_pro_rata,
    uniform_price,
)
from auction_rules.facts import Amount, Awarded, FloorFact, Instant, LeadersChanged, Unsold
from auction_rules.floor import Bid, Floor, Offer
from auction_rules.money import rate
from auction_rules.program import Stage, Staged
from auction_rules.rule import Lot, Refuse, Settlement
from auction_rules.stages.sealed import Sealed
from auction_rules.steps import Grid, Ladder
from auction_rules.terms import (
    Area,
    Choice,
    Count,
    Moment,
    Money,
    RuleConfig,
    Text,
    Unit,
    term,
    wrong,
)
from auction_rules.worth import highest_price, settled_in, total_of

BIDDING: Final[Text] = {"zh": "密封申报", "en": "Sealed lines"}
TONNE: Final = Unit(zh="吨", en="t", scale=0)
YUAN_PER_TONNE: Final = Unit(zh="元/吨", en="CNY/t", scale=2, fen=1)


class Margin(Choice):
    """Who gets what is left at the price at which the supply ends."""

    EARLIER = ("EARLIER", "时间优先", "earlier lines first")
    PRO_RATA = ("PRO_RATA", "按申报数量比例分配", "pro rata to the quantities")


class Short(Choice):
    """What happens when the valid lines ask for less than the supply."""

    AS_PRICED = ("AS_PRICED", "全部成交，按定价规则", "sell all, priced as ever")
    AT_FLOOR = ("AT_FLOOR", "全部按底价成交", "sell all at the floor")
    ANNUL = ("ANNUL", "本场流拍", "annul the auction")


class VolumeTerms(RuleConfig):
    """Terms of a volume auction."""

    unit: Unit = term("计价单位", "Price unit", kind="unit", default=YUAN_PER_TONNE)
    quantity_unit: Unit = term("数量单位", "Quantity unit", kind="unit", default=TONNE)
    lot_zh: Annotated[str, Field(min_length=1, max_length=120)] = term(
        "标的", "Lot (Chinese)", default="标的"
    )
    lot_en: Annotated[str, Field(min_length=1, max_length=160)] = term(
        "标的（英文）", "Lot (English)", default="Lot"
    )
    supply: Area = term("发放总量", "Supply", kind="area")
    opens: Moment = term("申报开始", "Opens", kind="instant")
    closes: Moment = term("申报截止", "Closes", kind="instant")
    start_price: Money = term("底价", "Floor price", kind="money")
    step: Money = term("报价单位", "Price step", kind="money", default=1)
    lines: Annotated[int, Field(strict=True, ge=1, le=20)] = term(
        "每人可申报笔数", "Lines a bidder", kind="count", default=1
    )
    amendments: Count = term(
        "每笔可修改次数(0 为不可撤改)",
        "How often a line may be replaced",
        kind="count",
        default=0,
    )
    min_quantity: Area = term("每笔最小申报量", "Least quantity of a line", kind="area", default=1)
    bidder_limit: Area | None = term(
        "每人累计申报上限", "Most quantity a bidder", kind="area", default=None
    )
    pricing: Pricing = term(
        "成交价",
        "Winners pay",
        kind="enum",
        enum=Pricing.options(),
        default=Pricing.LOWEST_ACCEPTED,
    )
    margin: Margin = term(
        "边际同价", "At the margin", kind="enum", enum=Margin.options(), default=Margin.EARLIER
    )
    misfit: Misfit = term(
        "不能完全容纳时",
        "When a line does not fit",
        kind="enum",
        enum=Misfit.options(),
        default=Misfit.PARTIAL,
    )
    rounding: ShareRounding = term(
        "比例取整",
        "Rounding of shares",
        kind="enum",
        enum=ShareRounding.options(),
        default=ShareRounding.DOWN,
    )
    residue: Residue = term(
        "取整余量", "Units left over", kind="enum", enum=Residue.options(), default=Residue.EARLIER
    )
    undersubscribed: Short = term(
        "申报不足时",
        "When demand falls short",
        kind="enum",
        enum=Short.options(),
        default=Short.AS_PRICED,
    )
    min_bidders: Count = term(
        "最少有效申报人数", "Least bidders with a line", kind="count", default=1
    )

    @model_validator(mode="after")
    def _together(self) -> VolumeTerms:
        for problem_of in (_quantity_problem, _price_problem):
            problem = problem_of(self)
            if problem is not None:
                raise wrong(*problem)
        return self


def _quantity_problem(c: VolumeTerms) -> tuple[str, str, str] | None:
    if c.supply < 1 or not 1 <= c.min_quantity <= c.supply:
        return ("min_quantity", "最小申报量须在总量以内", "the least line lies within the supply")
    if c.bidder_limit is not None and not c.min_quantity <= c.bidder_limit <= c.supply:
        return (
            "bidder_limit",
            "累计上限须在最小申报量与总量之间",
            "the limit lies between the least line and the supply",
        )
    if c.margin is Margin.PRO_RATA and c.misfit is not Misfit.PARTIAL:
        return ("misfit", "按比例分配时须给予部分", "pro rata grants parts")
    return None


def _price_problem(c: VolumeTerms) -> tuple[str, str, str] | None:
    if c.closes <= c.opens:
        return ("closes", "截止须晚于开始", "the close must be after the opening")
    if c.step < 1 or c.start_price < 1 or not _ladder(c).open(None):
        return ("start_price", "底价或报价单位不合理", "floor or step is off")
    if c.pricing is Pricing.HIGHEST_REJECTED and c.misfit is Misfit.SKIP:
        # A large line skipped may name more than a small one that fits behind it.
        return (
            "pricing",
            "按最高落选报价时不能跳过",
            "the highest rejected price does not go with skipping",
        )
    return None


class Volume(Staged[VolumeTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "volume"
    version: ClassVar[str] = "1"
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

    def stages(self, terms: VolumeTerms) -> tuple[Stage, ...]:
        """The one window."""
        return (
            Sealed(
                id="sealed",
                title=BIDDING,
                ladder=_ladder(terms),
                leading=_leading,
                begins=terms.opens,
                ends=terms.closes,
                amendments=terms.amendments,
                check=_check,
                quantities=_bounds,
                slots=tuple(str(n) for n in range(1, terms.lines + 1)),
            ),
        )

    def starts(self, terms: VolumeTerms) -> Instant:
        """The opening of the window."""
        return terms.opens

    def follows(self, floor: Floor[VolumeTerms], closed: str) -> str | None:
        """There is but one stage."""
        del floor, closed
        return None

    def finish(self, floor: Floor[VolumeTerms], now: Instant) -> tuple[FloorFact, ...]:
        """An award for each line that was granted something, in rank order."""
        del now
        offers, terms = floor.standing.offers, floor.terms
        if not offers:
            return (Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"),)
        if len({o.bidder for o in offers.values()}) < terms.min_bidders:
            return (Unsold("BELOW_MIN_BIDDERS"),)
        if terms.undersubscribed is Short.ANNUL and short(floor):
            # As the rules of the European emission auctions do (MECHANISMS M13).
            return (Unsold("UNDERSUBSCRIBED"),)
        return awards(floor) or (Unsold("NOTHING_FITS"),)

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

    def lots(self, terms: VolumeTerms) -> tuple[Lot, ...]:
        """The whole volume."""
        return (Lot("1", {"zh": terms.lot_zh, "en": terms.lot_en}, terms.supply),)

    def settlement_unit(self, terms: VolumeTerms) -> Unit:
        """Yuan to the fen where the price unit is worth so many."""
        return settled_in(terms.unit)

    def quantity_unit(self, terms: VolumeTerms) -> Unit | None:
        """The unit of the volume."""
        return terms.quantity_unit


def _total(terms: VolumeTerms, price: Amount, quantity: Amount) -> Amount:
    return total_of(terms.unit, terms.quantity_unit, price, quantity)


def _ladder(terms: VolumeTerms) -> Ladder:
    # Never more awards than smallest units of the supply; each total rounds by less than one.
    limit = highest_price(terms.unit, terms.quantity_unit, terms.supply, terms.supply)
    return Ladder(terms.start_price, terms.step, Grid.MULTIPLE_OF_STEP, limit=limit)


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


def ranked(floor: Floor[VolumeTerms]) -> list[Offer]:
    """The lines by price, best first; among equals the one that arrived earlier."""
    return sorted(floor.standing.offers.values(), key=lambda o: (-o.amount, o.i))


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
