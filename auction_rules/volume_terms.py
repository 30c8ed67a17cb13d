"""The terms of a volume auction: supply, lines, what winners pay, and the margin.

What each term does, the rule in `volume` says.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, model_validator

from auction_rules.allocation import Misfit, Pricing, Residue, ShareRounding
from auction_rules.draw_terms import DrawTerms
from auction_rules.steps import Grid, Ladder
from auction_rules.terms import (
    Area,
    Choice,
    Count,
    Moment,
    Money,
    Unit,
    term,
    wrong,
)
from auction_rules.worth import highest_price, units_problem

TONNE: Final = Unit(zh="吨", en="t", scale=0)
YUAN_PER_TONNE: Final = Unit(zh="元/吨", en="CNY/t", scale=2, fen=1)


class Margin(Choice):
    """Who gets what is left at the price at which the supply ends."""

    EARLIER = ("EARLIER", "时间优先", "earlier lines first")
    DRAW = ("DRAW", "摇号定先后，末位得余量", "in a drawn order, the last one gets the rest")
    PRO_RATA = ("PRO_RATA", "按申报数量比例分配", "pro rata to the quantities")


class Short(Choice):
    """What happens when the valid lines ask for less than the supply."""

    AS_PRICED = ("AS_PRICED", "全部成交，按定价规则", "sell all, priced as ever")
    AT_FLOOR = ("AT_FLOOR", "全部按底价成交", "sell all at the floor")
    ANNUL = ("ANNUL", "本场流拍", "annul the auction")


class VolumeTerms(DrawTerms):
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
    sealed_reserve: bool = term(
        "设密封保留价（成交的最低价低于其平均的流拍）",
        "A sealed reserve: annulled where the lowest price paid is below its average",
        kind="bool",
        default=False,
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
    if c.margin is not Margin.EARLIER and c.misfit is not Misfit.PARTIAL:
        # With parts granted the supply ends at one price, and only the lines at it can be short.
        return ("misfit", "按比例或摇号分配时须给予部分", "pro rata and a draw grant parts")
    return units_problem(c.unit, c.quantity_unit)


def _price_problem(c: VolumeTerms) -> tuple[str, str, str] | None:
    if c.closes <= c.opens:
        return ("closes", "截止须晚于开始", "the close must be after the opening")
    if c.step < 1 or c.start_price < 1 or not ladder(c).open(None):
        return ("start_price", "底价或报价单位不合理", "floor or step is off")
    if c.pricing is Pricing.HIGHEST_REJECTED and c.misfit is Misfit.SKIP:
        # A large line skipped may name more than a small one that fits behind it.
        return (
            "pricing",
            "按最高落选报价时不能跳过",
            "the highest rejected price does not go with skipping",
        )
    return None


def ladder(terms: VolumeTerms) -> Ladder:
    """Which prices are valid."""
    # Never more awards than smallest units of the supply; each total rounds by less than one.
    limit = highest_price(terms.unit, terms.quantity_unit, terms.supply, terms.supply)
    return Ladder(terms.start_price, terms.step, Grid.MULTIPLE_OF_STEP, limit=limit)
