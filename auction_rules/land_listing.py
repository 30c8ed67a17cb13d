"""国有建设用地使用权网上挂牌 land_listing@1: the listing of land-use rights, with a cap or without.

The machine is `listing`; here is what land alone has: a cap (最高限价) and what follows when it is
reached (DOMAIN §2.4). Sold at the cap; a draw among all who offer it; one price, nearest to the
average; or another indicator, public-housing area or a share held for oneself. Bidding up to the
cap is open, and the one-price sequel begins when the cap itself is reached, as in Dongguan.

Presets are the published gates of DOMAIN §2.3: Suzhou 18-23, Fujian 30-44, Shantou 19-24, the
Zijin notice of 2020 and the Qinzhou auctions; and three sequels. They fill terms, no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from pydantic import model_validator

from auction_rules.facts import Amount
from auction_rules.floor import Floor
from auction_rules.land_presets import PRESETS
from auction_rules.listing import Ceiling, Listing, by_amount, countdown
from auction_rules.listing_terms import LARGEST, ListingTerms, Problem
from auction_rules.program import Stage
from auction_rules.stages.draw import DrawStage
from auction_rules.stages.gate import Gate
from auction_rules.stages.indicator import Indicator, most_first
from auction_rules.stages.one_price import OnePrice, nearest_first
from auction_rules.steps import Grid
from auction_rules.terms import (
    SECOND,
    SQUARE_METRE,
    Area,
    Choice,
    Money,
    Seconds,
    Text,
    Unit,
    term,
    wrong,
)

DRAWING: Final[Text] = {"zh": "摇号", "en": "Draw"}
CONFIRMING: Final[Text] = {"zh": "一次报价确认", "en": "Confirming for one price"}
QUOTING: Final[Text] = {"zh": "一次报价", "en": "One price"}


class CapSequel(Choice):
    """What follows when the cap is reached."""

    SELL = ("SELL", "按最高限价成交", "sold at the cap")
    POOL_LOTTERY = ("POOL_LOTTERY", "多人到达最高限价的，摇号", "a draw among all at the cap")
    ONE_PRICE = ("ONE_PRICE", "一次报价，最接近平均价者得", "one price, nearest to the average")
    NEXT_INDICATOR = ("NEXT_INDICATOR", "转为竞报下一指标", "another indicator is bid")


class OverCap(Choice):
    """How an offer beyond the cap is read."""

    REJECT = ("REJECT", "不予受理", "refused")
    CLAMP = ("CLAMP", "按最高限价受理", "as one at the cap")


class OnePriceEntry(Choice):
    """Who quotes one price."""

    CONFIRMED = ("CONFIRMED", "确认期内确认者", "those who confirm")
    BIDDERS_AUTOMATIC = (
        "BIDDERS_AUTOMATIC",
        "有有效报价者自动进入，其他人须确认",
        "those with an offer, and others who confirm",
    )


class IndicatorKind(Choice):
    """What is bid after the cap."""

    HOUSING_AREA = ("HOUSING_AREA", "竞配建面积", "Public-housing area")
    SELF_HELD_SHARE = ("SELF_HELD_SHARE", "竞自持比例", "Share held for oneself")


class LandTerms(ListingTerms):
    """Terms of a listing of land."""

    quantity_unit: Unit = term("指标单位", "Indicator unit", kind="unit", default=SQUARE_METRE)
    cap_price: Money | None = term("最高限价", "Cap", kind="money", default=None)
    over_cap: OverCap = term(
        "超过最高限价的报价",
        "Offers beyond the cap",
        kind="enum",
        enum=OverCap.options(),
        default=OverCap.REJECT,
    )
    cap_sequel: CapSequel = term(
        "到达最高限价后",
        "When the cap is reached",
        kind="enum",
        enum=CapSequel.options(),
        default=CapSequel.SELL,
    )
    one_price_entry: OnePriceEntry = term(
        "一次报价资格",
        "Who quotes one price",
        kind="enum",
        enum=OnePriceEntry.options(),
        default=OnePriceEntry.CONFIRMED,
    )
    one_price_confirm_seconds: Seconds = term(
        "一次报价确认期（秒）", "Window to confirm (s)", kind="seconds", default=0
    )
    one_price_seconds: Seconds = term(
        "一次报价时长（秒）", "Window for one price (s)", kind="seconds", default=0
    )
    one_price_least: Money | None = term(
        "一次报价下限", "One price from", kind="money", default=None
    )
    one_price_most: Money | None = term("一次报价上限", "One price to", kind="money", default=None)
    one_price_quantum: Money = term(
        "一次报价最小变动单位", "One price in whole", kind="money", default=1
    )
    indicator: IndicatorKind = term(
        "下一指标",
        "Next indicator",
        kind="enum",
        enum=IndicatorKind.options(),
        default=IndicatorKind.HOUSING_AREA,
    )
    indicator_start: Area | None = term("指标起始值", "Indicator from", kind="area", default=None)
    indicator_step: Area | None = term("指标递增幅度", "Indicator step", kind="area", default=None)
    indicator_most: Area | None = term("指标上限", "Indicator up to", kind="area", default=None)

    @model_validator(mode="after")
    def _cap(self) -> LandTerms:
        for problem_of in (_cap_problem, _one_price_problem, _indicator_problem):
            if (problem := problem_of(self)) is not None:
                raise wrong(*problem)
        return self


def _cap_problem(c: LandTerms) -> Problem | None:
    cap = c.cap_price
    if cap is None:
        if c.cap_sequel is CapSequel.SELL and c.over_cap is OverCap.REJECT:
            return None
        return ("cap_price", "未设最高限价", "there is no cap for this to follow")
    steps = (c.step, c.step_when_timed)
    if cap <= c.start_price or cap > LARGEST or any((cap - c.start_price) % s for s in steps):
        # DOMAIN §2.4, Wuxi design: (cap - start) / step must be a positive integer.
        return (
            "CAP_NOT_ALIGNED",
            "最高限价须为起始价加整数个增价幅度",
            "the cap must be the start price and whole steps",
        )
    if c.cap_sequel is not CapSequel.SELL and c.grid is not Grid.MULTIPLE_OF_STEP:
        # Off the grid the last rung below the cap could be too near to it for anybody to go on.
        return (
            "grid",
            "到价后另有程序的，报价须为增价幅度的整数倍",
            "a cap with a sequel needs offers in whole steps",
        )
    if c.reserve is not None and c.reserve > cap:
        return ("reserve", "底价不得高于最高限价", "the reserve is not above the cap")
    return None


def _one_price_problem(c: LandTerms) -> Problem | None:
    least, most = c.one_price_least, c.one_price_most
    windows = (c.one_price_confirm_seconds, c.one_price_seconds)
    if c.cap_sequel is not CapSequel.ONE_PRICE:
        if any(windows) or least is not None or most is not None:
            return ("cap_sequel", "未采用一次报价", "these terms go with ONE_PRICE")
        return None
    if not all(windows) or least is None or most is None:
        return (
            "one_price_seconds",
            "一次报价须填确认期、报价时长和上下限",
            "one price needs both windows and its range",
        )
    if not (c.cap_price or 0) <= least <= most <= LARGEST or c.one_price_quantum < 1:
        return (
            "one_price_least",
            "一次报价区间不得低于最高限价，最小变动单位须大于零",
            "the range begins at the cap or above, and its quantum is more than zero",
        )
    return None


def _indicator_problem(c: LandTerms) -> Problem | None:
    start, step, most = c.indicator_start, c.indicator_step, c.indicator_most
    if c.cap_sequel is not CapSequel.NEXT_INDICATOR:
        if (start, step, most) != (None, None, None):
            return ("cap_sequel", "未采用下一指标", "these terms go with NEXT_INDICATOR")
        return None
    if start is None or not step or most is None or not 0 < start <= most:
        return (
            "indicator_start",
            "下一指标须填起始值、递增幅度和上限，且大于零",
            "the indicator needs a start, a step and an upper end, all more than zero",
        )
    whole = 100 * 10**c.quantity_unit.scale
    if c.indicator is IndicatorKind.SELF_HELD_SHARE and most > whole:
        return ("indicator_most", "自持比例不得超过 100%", "a share is at most 100 %")
    return None


class LandListing(Listing[LandTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "land_listing"
    version: ClassVar[str] = "1"
    title: ClassVar[Text] = {"zh": "国有建设用地使用权网上挂牌", "en": "Listing of land-use rights"}
    Config = LandTerms
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = PRESETS
    """Terms that published rules fix, by name: `title` in both languages, and `terms`."""
    example: ClassVar[Mapping[str, Any]] = {
        "unit": {"zh": "万元", "en": "CNY 10k", "scale": 0, "fen": 1_000_000},
        "lot_zh": "一号宗地",
        "lot_en": "Parcel 1",
        "listing_opens": "2026-03-02T09:00:00+08:00",
        "listing_closes": "2026-03-12T10:00:00+08:00",
        "start_price": "10000",
        "step": "100",
        "grid": "MULTIPLE_OF_STEP",
        "countdown_seconds": 240,
    }

    def ceiling(self, terms: LandTerms) -> Ceiling | None:
        """The cap of these terms; a sequel other than the pool stops the bidding at once."""
        if terms.cap_price is None:
            return None
        return Ceiling(
            terms.cap_price,
            clamps=terms.over_cap is OverCap.CLAMP,
            pooled=terms.cap_sequel is CapSequel.POOL_LOTTERY,
            stops=terms.cap_sequel in (CapSequel.ONE_PRICE, CapSequel.NEXT_INDICATOR),
        )

    def sequels(self, terms: LandTerms) -> tuple[Stage, ...]:
        """The rooms beyond the cap."""
        match terms.cap_sequel:
            case CapSequel.SELL:
                return ()
            case CapSequel.POOL_LOTTERY:
                return (DrawStage("lottery", DRAWING, _drawn_for, _pool),)
            case CapSequel.ONE_PRICE:
                return (_confirming(terms), _one_price(terms))
            case CapSequel.NEXT_INDICATOR:
                return (_indicator(terms),)

    def sequel(self, floor: Floor[LandTerms], closed: str) -> str | None:
        """From the cap to the room beyond it, and from there on."""
        chosen = floor.terms.cap_sequel
        if closed == "timed" and chosen is CapSequel.POOL_LOTTERY:
            # One alone at the cap has bought; two or more are drawn from (DOMAIN §2.4).
            return "lottery" if len(floor.standing.leaders) > 1 else None
        if closed == "timed" and chosen is CapSequel.ONE_PRICE:
            return "confirm"
        if closed == "timed" and chosen is CapSequel.NEXT_INDICATOR:
            return "indicator"
        return "one_price" if closed == "confirm" and floor.standing.entitled else None

    def least(self, floor: Floor[LandTerms]) -> Amount | None:
        """Beyond the cap: the least one price, or the cap that goes with a quantity."""
        if floor.standing.stage == "one_price":
            return floor.terms.one_price_least
        if floor.standing.stage == "indicator":
            return floor.terms.cap_price
        return super().least(floor)

    def ranking(self, floor: Floor[LandTerms]) -> tuple[str, ...]:
        """What was offered beyond the cap comes before what led to it."""
        return tuple(o.key for o in (*nearest_first(floor), *most_first(floor), *by_amount(floor)))

    def quantity_unit(self, terms: LandTerms) -> Unit | None:
        """The unit of the indicator, where one may be bid."""
        return terms.quantity_unit if terms.cap_sequel is CapSequel.NEXT_INDICATOR else None


def _pool(floor: Floor[LandTerms]) -> tuple[str, ...]:
    return floor.standing.leaders


def _drawn_for(floor: Floor[LandTerms]) -> str:
    return floor.terms.lot_zh


def _confirming(terms: LandTerms) -> Gate:
    bidders_too = terms.one_price_entry is OnePriceEntry.BIDDERS_AUTOMATIC
    return Gate(
        id="confirm",
        title=CONFIRMING,
        length=terms.one_price_confirm_seconds * SECOND,
        before="one_price",
        may_answer=lambda _floor, _bidder: True,
        automatic=lambda floor: tuple(sorted(floor.standing.offers)) if bidders_too else (),
    )


def _one_price(terms: LandTerms) -> OnePrice:
    return OnePrice(
        id="one_price",
        title=QUOTING,
        length=terms.one_price_seconds * SECOND,
        least=terms.one_price_least or 0,
        most=terms.one_price_most or 0,
        quantum=terms.one_price_quantum,
        resume_policy=terms.resume,
    )


def _indicator(terms: LandTerms) -> Indicator:
    return Indicator(
        id="indicator",
        title={"zh": terms.indicator.zh, "en": terms.indicator.en},
        cap=terms.cap_price or 0,
        start=terms.indicator_start or 0,
        step=terms.indicator_step or 1,
        most=terms.indicator_most or 0,
        countdown=countdown(terms),
        resume_policy=terms.resume,
    )


RULE: Final = LandListing()
