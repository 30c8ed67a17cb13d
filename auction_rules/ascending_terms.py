"""Terms of an ascending clock for several units: products, rounds, points."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from auction_rules.clock_demand import Rationing
from auction_rules.draw_terms import DrawTerms
from auction_rules.facts import Amount
from auction_rules.money import LIMIT
from auction_rules.terms import (
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
from auction_rules.worth import highest_price, units_problem

ROUNDS: Final = 100_000
"""So many rounds a price may rise before it would leave the exact integers."""
UNITS: Final = Unit(zh="份", en="units")


class Inside(Choice):
    """Whether a change of demand may name a price inside the round (M14)."""

    WHOLE = ("WHOLE", "只按本轮价报量", "quantities at the price of the round only")
    PRICE_POINTS = (
        "PRICE_POINTS",
        "可在轮初价与本轮价之间报价位",
        "a price between the last one and that of the round may be named",
    )


class Missing(Choice):
    """What it means that nothing was heard of a bidder for a product he holds."""

    ZERO = ("ZERO", "视为自轮初价起减至零", "he wants none, from the price before the round on")
    AS_BEFORE = (
        "AS_BEFORE",
        "视为维持原量，但全体均未报的除外",
        "he goes on wanting what he holds, unless nobody is heard",
    )


class Product(BaseModel):
    """One product of the clock."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")] = term("编号", "Product")
    zh: str = term("名称", "Name (Chinese)", default="")
    en: str = term("名称（英文）", "Name (English)", default="")
    supply: Area = term("数量", "Supply", kind="area")
    start_price: Money = term("起始单价", "Start price of a unit", kind="money")
    step: Money = term("每轮加价", "Raise a round", kind="money", default=0)
    step_basis_points: Annotated[int, Field(strict=True, ge=0, le=10_000)] = term(
        "每轮加价比例（万分之，四舍五入）",
        "Raise a round, of the price (basis points, half up)",
        kind="count",
        default=0,
    )
    points: Count = term(
        "每个最小数量单位的资格点数", "Points of a smallest unit", kind="count", default=1
    )


class ClockSaleTerms(DrawTerms):
    """Terms of an ascending clock."""

    quantity_unit: Unit = term("数量单位", "Quantity unit", kind="unit", default=UNITS)
    products: tuple[Product, ...] = term("标的", "Products", kind="list")
    opens: Moment = term("开始时间", "Opens", kind="instant")
    round_seconds: Seconds = term(
        "每轮时长（秒）", "Length of a round (s)", kind="seconds", default=600
    )
    eligibility: Count = term(
        "每人初始资格点数(0 为不限)",
        "Points of each bidder at the start (0 = no limit)",
        kind="count",
        default=0,
    )
    activity_basis_points: Count = term(
        "最低活跃度（万分之）", "Activity asked for (basis points)", kind="count", default=10_000
    )
    rationing: Rationing = term(
        "减量不能全部接受时",
        "When there is no room for all reductions",
        kind="enum",
        enum=Rationing.options(),
        default=Rationing.PRO_RATA,
    )
    inside: Inside = term(
        "轮内价位",
        "Prices inside a round",
        kind="enum",
        enum=Inside.options(),
        default=Inside.WHOLE,
    )
    missing: Missing = term(
        "未报量的标的",
        "A product not answered",
        kind="enum",
        enum=Missing.options(),
        default=Missing.ZERO,
    )

    @model_validator(mode="after")
    def _together(self) -> ClockSaleTerms:
        names = [p.id for p in self.products]
        if not names or len({*names}) != len(names):
            raise wrong("products", "标的为空或编号重复", "no products, or one named twice")
        if any(p.supply < 1 or p.points < 1 for p in self.products):
            raise wrong("products", "数量和点数都须大于零", "supply and points are more than zero")
        if any(bool(p.step) == bool(p.step_basis_points) for p in self.products):
            raise wrong(
                "products",
                "每轮加价与加价比例须填且只填一项",
                "give the raise either as an amount or in basis points",
            )
        if self.inside is Inside.PRICE_POINTS and self.rationing is Rationing.PRO_RATA:
            # M14: at one price point somebody comes first; a share of each has no order.
            raise wrong(
                "rationing",
                "可报轮内价位的，须按次序减量",
                "prices inside a round go with an order of reductions",
            )
        if self.round_seconds < 1:
            raise wrong("round", "每轮至少 1 秒", "a round lasts at least one second")
        if not 1 <= self.activity_basis_points <= 10_000:
            raise wrong(
                "activity", "最低活跃度须在 1 到 10000 之间", "the activity lies within 1 and 10000"
            )
        if problem := units_problem(self.unit, self.quantity_unit):
            raise wrong(*problem)
        for p in self.products:
            far = p.start_price + p.step * ROUNDS
            if far > self.dearest(p) or p.points * p.supply > LIMIT // 10_000:
                raise wrong("products", "总价或点数过大", "a total would be too large")
        return self

    def dearest(self, product: Product) -> Amount:
        """The highest price at which totals, and the price after it, are exact JSON integers."""
        most = highest_price(self.unit, self.quantity_unit, product.supply, product.supply)
        # A price may double in a round.
        return min(most, LIMIT // 2 - 1)
