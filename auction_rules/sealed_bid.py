"""密封报价 sealed_bid@1: one window, hidden offers, opened together.

Three mechanisms in one rule: first price (MECHANISMS M08), the highest rejected price for one
unit or several (M09), and the offer nearest the average (M11, with DOMAIN §2.4 for which of two
equally near offers wins). It sells or buys: `direction` turns every comparison.

1. The last valid offer of a bidder counts, and its time is his place among equals.
2. Offers worse than the public reserve do not win and set no price; the average is over them
   all the same, since it is taken of valid offers.
3. An average invites bidders to agree on offers; a notice that uses one should say why.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, model_validator

from auction_rules.allocation import Pricing, uniform_price
from auction_rules.averages import TrimRounding, trimmed_mean
from auction_rules.facts import Amount, Awarded, FloorFact, Instant, LeadersChanged, Unsold
from auction_rules.floor import Bid, Floor, Offer
from auction_rules.money import LIMIT, rate
from auction_rules.program import Stage, Staged
from auction_rules.rule import Lot, Refuse, Settlement
from auction_rules.stages.draw import DrawStage
from auction_rules.stages.sealed import Sealed
from auction_rules.steps import Grid, Ladder
from auction_rules.terms import Choice, Count, Moment, Money, RuleConfig, Text, Unit, term, wrong

SEALED: Final[Text] = {"zh": "密封报价", "en": "Sealed offers"}
DRAWING: Final[Text] = {"zh": "摇号", "en": "Draw"}


class Direction(Choice):
    """Whether the highest or the lowest offer is the best."""

    FORWARD = ("FORWARD", "价高者得", "highest wins")
    REVERSE = ("REVERSE", "价低者得", "lowest wins")


class Winner(Choice):
    """Which offer wins."""

    BEST_PRICE = ("BEST_PRICE", "最优报价", "the best price")
    NEAREST_AVERAGE = ("NEAREST_AVERAGE", "最接近平均价", "the price nearest the average")


class Distance(Choice):
    """Which offers are measured against the average."""

    ABSOLUTE = ("ABSOLUTE", "上下均可", "from either side")
    FROM_BELOW = ("FROM_BELOW", "不高于平均价", "not above it")
    FROM_ABOVE = ("FROM_ABOVE", "不低于平均价", "not below it")


class NearTie(Choice):
    """Which of two different prices wins that are equally near the average."""

    BELOW = ("BELOW", "低于平均价者", "the one below it")
    ABOVE = ("ABOVE", "高于平均价者", "the one above it")
    AS_EQUAL = ("AS_EQUAL", "视同相同报价", "as if the prices were equal")


class Tie(Choice):
    """How equal offers are told apart."""

    EARLIER = ("EARLIER", "先报者优先", "the earlier one")
    DRAW = ("DRAW", "摇号", "a draw")


class SealedTerms(RuleConfig):
    """Terms of a sealed auction."""

    lot_zh: Annotated[str, Field(min_length=1, max_length=120)] = term(
        "标的", "Lot (Chinese)", default="标的"
    )
    lot_en: Annotated[str, Field(min_length=1, max_length=160)] = term(
        "标的（英文）", "Lot (English)", default="Lot"
    )
    lot_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")] = term(
        "标的编号", "Lot number", default="1"
    )
    direction: Direction = term(
        "竞价方向", "Direction", kind="enum", enum=Direction.options(), default=Direction.FORWARD
    )
    units: Annotated[int, Field(strict=True, ge=1, le=100_000)] = term(
        "数量（每人一份）", "Units, one a winner", kind="count", default=1
    )
    opens: Moment = term("报价开始", "Opens", kind="instant")
    closes: Moment = term("报价截止", "Closes", kind="instant")
    start_price: Money = term(
        "起始价（反向时为最高限价）", "Start price (the ceiling when lowest wins)", kind="money"
    )
    cap_price: Money | None = term(
        "报价上限（反向时为下限）", "Farthest valid price", kind="money", default=None
    )
    step: Money = term("报价单位", "Step", kind="money", default=1)
    grid: Grid = term(
        "报价阶梯", "Grid", kind="enum", enum=Grid.options(), default=Grid.MULTIPLE_OF_STEP
    )
    amendments: Count = term(
        "可修改报价次数(0 为一次报价)",
        "How often an offer may be replaced",
        kind="count",
        default=0,
    )
    reserve: Money | None = term("保留价（公开）", "Reserve (public)", kind="money", default=None)
    min_bidders: Count = term(
        "最少有效报价人数", "Least bidders with an offer", kind="count", default=1
    )
    winner: Winner = term(
        "成交规则", "Who wins", kind="enum", enum=Winner.options(), default=Winner.BEST_PRICE
    )
    pricing: Pricing = term(
        "成交价", "Winners pay", kind="enum", enum=Pricing.options(), default=Pricing.PAY_AS_BID
    )
    tie: Tie = term(
        "报价相同时", "Equal offers", kind="enum", enum=Tie.options(), default=Tie.EARLIER
    )
    trim_basis_points: Annotated[int, Field(strict=True, ge=0, le=4_999)] = term(
        "计算平均价时两端各剔除（万分之）",
        "Left out of the average at each end (basis points)",
        kind="count",
        default=0,
    )
    trim_rounding: TrimRounding = term(
        "剔除个数取整",
        "Rounding of how many",
        kind="enum",
        enum=TrimRounding.options(),
        default=TrimRounding.DOWN,
    )
    distance: Distance = term(
        "与平均价比较", "Nearness", kind="enum", enum=Distance.options(), default=Distance.ABSOLUTE
    )
    near_tie: NearTie = term(
        "距离相同时", "Equally near", kind="enum", enum=NearTie.options(), default=NearTie.BELOW
    )

    @model_validator(mode="after")
    def _together(self) -> SealedTerms:
        for problem_of in (_price_problem, _average_problem):
            problem = problem_of(self)
            if problem is not None:
                raise wrong(*problem)
        return self


def _price_problem(c: SealedTerms) -> tuple[str, str, str] | None:
    s, ladder = _sign(c), _ladder(c)
    if c.closes <= c.opens:
        return ("closes", "截止须晚于开始", "the close must be after the opening")
    if c.step < 1 or c.start_price < 1 or not ladder.open(None):
        return (
            "start_price",
            "起始价、限价或报价单位不合理",
            "start, cap and step do not go together",
        )
    on_grid = c.grid is Grid.MULTIPLE_OF_STEP
    if c.cap_price is not None and on_grid and (c.cap_price - c.start_price) % c.step:
        return ("cap_price", "限价须与起始价相差整数个报价单位", "the cap must be on the grid")
    # DOMAIN §2.4: start <= reserve <= cap, in the direction of the auction.
    most = ladder.maximum(None)
    if c.reserve is not None and not s * c.start_price <= s * c.reserve <= s * most:
        return ("reserve", "保留价须在起始价与限价之间", "the reserve lies between start and cap")
    if c.units * c.start_price > LIMIT:
        return ("start_price", "金额过大", "the amounts are too large")
    return None


def _average_problem(c: SealedTerms) -> tuple[str, str, str] | None:
    if c.winner is Winner.NEAREST_AVERAGE:
        if c.units != 1 or c.pricing is not Pricing.PAY_AS_BID:
            return (
                "winner",
                "平均价规则仅适用于一份标的，按自身报价成交",
                "the average is for one unit, at the winner's own price",
            )
    elif c.trim_basis_points:
        return ("trim_basis_points", "仅平均价规则可剔除两端", "trimming goes with the average")
    return None


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
        window = Sealed(
            id="sealed",
            title=SEALED,
            ladder=_ladder(terms),
            leading=_leading,
            begins=terms.opens,
            ends=terms.closes,
            amendments=terms.amendments,
            check=_check,
        )
        if terms.tie is not Tie.DRAW:
            return (window,)
        return (window, DrawStage("draw", DRAWING, lambda floor: floor.terms.lot_id, tied))

    def starts(self, terms: SealedTerms) -> Instant:
        """The opening of the window."""
        return terms.opens

    def follows(self, floor: Floor[SealedTerms], closed: str) -> str | None:
        """A draw, where a place depends on it."""
        drawn = floor.terms.tie is Tie.DRAW and closed == "sealed"
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
        terms, s = floor.terms, _sign(floor.terms)
        awards = floor.standing.awards
        if not awards and not floor.standing.closed and _failure(floor) is None:
            awards = _awards(floor)
        total, base = sum(a.total for a in awards), terms.start_price * len(awards)
        premium = s * (total - base)
        shown = rate(premium, base)
        saved = (premium, shown) if s < 0 else (None, None)
        return Settlement(total, premium, shown, terms.units - len(awards), *saved)

    def lots(self, terms: SealedTerms) -> tuple[Lot, ...]:
        """The one lot."""
        return (Lot(terms.lot_id, {"zh": terms.lot_zh, "en": terms.lot_en}),)

    def direction(self, terms: SealedTerms) -> int:
        """As the terms say."""
        return _sign(terms)

    def settlement_unit(self, terms: SealedTerms) -> Unit:
        """The unit of the prices."""
        return terms.unit


def _sign(terms: SealedTerms) -> int:
    return 1 if terms.direction is Direction.FORWARD else -1


def _ladder(terms: SealedTerms) -> Ladder:
    s = _sign(terms)
    return Ladder(
        terms.start_price,
        terms.step,
        terms.grid,
        cap=terms.cap_price,
        sign=s,
        ceiling=terms.start_price if s < 0 else None,
        limit=LIMIT // terms.units,
    )


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
    terms, s = floor.terms, _sign(floor.terms)
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
    s = _sign(floor.terms)
    return sorted(floor.standing.offers.values(), key=lambda o: (-s * o.amount, o.i))


def ranked(floor: Floor[SealedTerms]) -> list[Offer]:
    """Offers that may win, best first: by worth, then as drawn, then by arrival (log order)."""
    worth, terms, s = _class_of(floor), floor.terms, _sign(floor.terms)
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
    winners, s = _winners(floor), _sign(floor.terms)
    worst = min((s * o.amount for o in winners), default=None)
    return LeadersChanged(tuple(o.bidder for o in winners), None if worst is None else s * worst)


def _failure(floor: Floor[SealedTerms]) -> str | None:
    offers = floor.standing.offers
    if not offers:
        return "NO_BID"
    if len(offers) < floor.terms.min_bidders:
        return "BELOW_MIN_BIDDERS"
    return None if ranked(floor) else "RESERVE_NOT_MET"


def _awards(floor: Floor[SealedTerms]) -> tuple[Awarded, ...]:
    terms, order, units = floor.terms, ranked(floor), floor.terms.units
    least = terms.start_price if terms.reserve is None else terms.reserve
    won, lost = ([o.amount for o in part] for part in (order[:units], order[units:]))
    one = uniform_price(won, lost, terms.pricing, least, _sign(terms))
    prices = [o.amount if one is None else one for o in order[:units]]
    return tuple(
        Awarded(o.bidder, None, price, None, price)
        for o, price in zip(order[:units], prices, strict=True)
    )


RULE: Final = SealedBid()
