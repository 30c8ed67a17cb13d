"""The terms of a floor-area-ratio auction: parcels, quota, prices, stages and countdown.

The rule text of the first such case was not found: whatever a centre might decide otherwise is a
term here. What each does, the rule in `far_adjustment` says.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from auction_rules.allocation import Misfit
from auction_rules.draw_terms import DrawTerms
from auction_rules.extension import Mode
from auction_rules.facts import Amount
from auction_rules.money import LIMIT, ten_to
from auction_rules.steps import Grid, Ladder
from auction_rules.terms import (
    SQUARE_METRE,
    YUAN_PER_SQUARE_METRE,
    Area,
    Choice,
    Count,
    Moment,
    Money,
    Seconds,
    Unit,
    term,
    wrong,
)
from auction_rules.worth import units_problem


class QuotaKind(Choice):
    """What is scarce."""

    AREA = ("AREA", "建筑面积总量", "floor area")
    PARCEL_COUNT = ("PARCEL_COUNT", "宗地数量", "number of parcels")


class Basis(Choice):
    """What the amount of an offer means."""

    PER_AREA = ("PER_AREA", "每平方米新增建筑面积单价", "per square metre of added floor area")
    TOTAL = ("TOTAL", "总价", "for the parcel in total")


class Pricing(Choice):
    """What winners pay."""

    PAY_AS_BID = ("PAY_AS_BID", "按各自报价", "each his own price")
    UNIFORM = ("UNIFORM", "按最低入围价", "the lowest winning price")


class RestartOn(Choice):
    """Which offers move the end of the timed stage."""

    ANY_BID = ("ANY_BID", "任何有效报价", "any valid offer")
    WINNING_SET_CHANGED = ("WINNING_SET_CHANGED", "入围名单变化", "a change of the winning set")


class Visibility(Choice):
    """Whether quotes of the first stage can be seen."""

    OPEN = ("OPEN", "公开报价", "open")
    SEALED = ("SEALED", "密封报价，截止后公开", "sealed until the stage closes")


class Eligibility(Choice):
    """Who may act in the timed stage."""

    ALL = ("ALL", "全部竞买人", "every admitted bidder")
    HAS_QUOTE = ("HAS_QUOTE", "有有效报价者", "those with a valid quote")
    CONFIRMED = ("CONFIRMED", "询问期内确认者", "those who confirm in the inquiry window")
    QUOTE_AND_CONFIRMED = (
        "QUOTE_AND_CONFIRMED",
        "有有效报价且在询问期内确认者",
        "those with a valid quote who confirm",
    )


class Equal(Choice):
    """Who comes first among equal offers when the quota does not suffice for all of them."""

    EARLIER = ("EARLIER", "先报者优先", "the earlier one")
    DRAW = ("DRAW", "摇号", "a draw")


class Parcel(BaseModel):
    """A parcel that asks for more floor area."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")] = term(
        "宗地编号", "Parcel", default=...
    )
    zh: str = term("名称", "Name (Chinese)", default="")
    en: str = term("名称（英文）", "Name (English)", default="")
    added_area: Area = term("申请新增建筑面积", "Added floor area", kind="area")


class FarTerms(DrawTerms):
    """Terms of a floor-area-ratio auction."""

    unit: Unit = term("计价单位", "Price unit", kind="unit", default=YUAN_PER_SQUARE_METRE)
    quantity_unit: Unit = term("面积单位", "Area unit", kind="unit", default=SQUARE_METRE)
    parcels: tuple[Parcel, ...] = term("宗地", "Parcels", kind="list")
    quota_kind: QuotaKind = term(
        "控制总量", "Quota of", kind="enum", enum=QuotaKind.options(), default=QuotaKind.AREA
    )
    quota_area: Area | None = term(
        "可新增建筑面积总量", "Floor area available", kind="area", default=None
    )
    quota_parcels: Count = term("可调整宗地数", "Parcels available", kind="count", default=0)
    misfit: Misfit = term(
        "不能完全容纳时",
        "When an offer does not fit",
        kind="enum",
        enum=Misfit.options(),
        default=Misfit.SKIP,
    )
    basis: Basis = term(
        "报价内容", "An offer is", kind="enum", enum=Basis.options(), default=Basis.PER_AREA
    )
    pricing: Pricing = term(
        "成交价", "Winners pay", kind="enum", enum=Pricing.options(), default=Pricing.PAY_AS_BID
    )
    start_price: Money = term("起始价", "Start price", kind="money")
    step: Money = term("增价幅度", "Step", kind="money", default=1)
    grid: Grid = term(
        "报价阶梯", "Grid", kind="enum", enum=Grid.options(), default=Grid.MULTIPLE_OF_STEP
    )
    cap_price: Money | None = term("最高限价", "Cap", kind="money", default=None)
    equal: Equal = term(
        "同价时", "Equal offers", kind="enum", enum=Equal.options(), default=Equal.EARLIER
    )
    min_bidders: Count = term(
        "最少有效报价人数", "Least bidders with an offer", kind="count", default=1
    )
    quoting_opens: Moment = term("网上报价开始", "Quoting opens", kind="instant")
    quoting_closes: Moment = term("网上报价截止", "Quoting closes", kind="instant")
    quoting: Visibility = term(
        "报价方式", "Quotes are", kind="enum", enum=Visibility.options(), default=Visibility.OPEN
    )
    eligibility: Eligibility = term(
        "限时竞价资格",
        "Who may enter the timed stage",
        kind="enum",
        enum=Eligibility.options(),
        default=Eligibility.HAS_QUOTE,
    )
    confirm_seconds: Seconds = term("询问期（秒）", "Inquiry window (s)", kind="seconds", default=0)
    preparation_seconds: Seconds = term(
        "准备期（秒）", "Preparation (s)", kind="seconds", default=0
    )
    countdown_seconds: Seconds = term("倒计时（秒）", "Countdown (s)", kind="seconds", default=300)
    countdown_mode: Mode = term(
        "倒计时方式", "Countdown mode", kind="enum", enum=Mode.options(), default=Mode.RESET
    )
    trigger_window_seconds: Seconds = term(
        "触发延时的最后时段（秒，0 为全程）",
        "Trigger window (s, 0 = always)",
        kind="seconds",
        default=0,
    )
    restart_on: RestartOn = term(
        "触发延时的报价",
        "Restart on",
        kind="enum",
        enum=RestartOn.options(),
        default=RestartOn.ANY_BID,
    )
    max_extensions: Count = term(
        "最多延时次数（0 为不限）", "Most extensions (0 = no limit)", kind="count", default=0
    )
    max_extension_seconds: Seconds = term(
        "累计延时上限（秒，0 为不限）",
        "Most extension time (s, 0 = no limit)",
        kind="seconds",
        default=0,
    )

    @model_validator(mode="after")
    def _together(self) -> FarTerms:
        # In this order: what is said about prices counts on there being an area.
        for problem_of in (_parcel_problem, _price_problem, _time_problem):
            problem = problem_of(self)
            if problem is not None:
                raise wrong(*problem)
        return self


def _parcel_problem(c: FarTerms) -> tuple[str, str, str] | None:
    if not c.parcels:
        return ("parcels", "至少要有一宗地", "there must be at least one parcel")
    if len({p.id for p in c.parcels}) != len(c.parcels):
        return ("parcels", "宗地编号不能重复", "parcel numbers must differ")
    if any(p.added_area < 1 for p in c.parcels):
        return ("parcels", "申请面积必须大于零", "the added area must be more than zero")
    if (c.quota_kind is QuotaKind.AREA) != bool(c.quota_area):
        return (
            "quota_area",
            "按面积控制时须填面积总量，否则不填",
            "a floor-area quota goes with kind AREA",
        )
    if (c.quota_kind is QuotaKind.PARCEL_COUNT) != bool(c.quota_parcels):
        return (
            "quota_parcels",
            "按宗数控制时须填宗数，否则不填",
            "a parcel quota goes with kind PARCEL_COUNT",
        )
    return None


def _price_problem(c: FarTerms) -> tuple[str, str, str] | None:
    if c.step < 1 or c.start_price < 1:
        return ("step", "起始价和增价幅度必须大于零", "start price and step must be more than zero")
    if c.cap_price is not None:
        aligned = c.grid is Grid.MIN_STEP or not (c.cap_price - c.start_price) % c.step
        if c.cap_price <= c.start_price or not aligned:
            # DOMAIN §2.4: (cap - start) / step must be a positive integer.
            return (
                "cap_price",
                "最高限价须为起始价加整数个增价幅度",
                "the cap must be start plus whole steps",
            )
    if c.basis is Basis.PER_AREA and (problem := units_problem(c.unit, c.quantity_unit)):
        return problem
    if c.cap_price is not None and c.cap_price > limit(c):
        return ("cap_price", "最高限价过大", "the cap is too large")
    if c.start_price + c.step > limit(c):
        return ("start_price", "起始价或增价幅度过大", "start price or step is too large")
    partial = c.misfit is Misfit.PARTIAL
    if c.basis is Basis.TOTAL and (partial or c.pricing is Pricing.UNIFORM):
        return (
            "basis",
            "按总价报价时不能部分给予或统一价",
            "offers in total go with neither partial grants nor a uniform price",
        )
    return None


def _time_problem(c: FarTerms) -> tuple[str, str, str] | None:
    if c.quoting_closes <= c.quoting_opens:
        return ("quoting_closes", "截止须晚于开始", "the close must be after the opening")
    if c.countdown_seconds < 1:
        return ("countdown_seconds", "倒计时至少 1 秒", "the countdown is at least one second")
    asks = c.eligibility in (Eligibility.CONFIRMED, Eligibility.QUOTE_AND_CONFIRMED)
    if asks != bool(c.confirm_seconds):
        return (
            "confirm_seconds",
            "需要确认时须填询问期，否则不填",
            "an inquiry window goes with confirmation",
        )
    return None


def ladder(terms: FarTerms) -> Ladder:
    """Which amounts may come next."""
    return Ladder(
        terms.start_price, terms.step, terms.grid, cap=terms.cap_price, limit=limit(terms)
    )


def limit(terms: FarTerms) -> Amount:
    """The largest offer at which the total over all parcels is still an exact JSON integer."""
    if terms.basis is Basis.TOTAL:
        return LIMIT // len(terms.parcels)
    worth = (terms.unit.fen or 1) * sum(p.added_area for p in terms.parcels)
    units = ten_to(terms.quantity_unit.scale)
    # Each total may be rounded up by less than one.
    return min(LIMIT, (LIMIT - len(terms.parcels)) * units // worth)
