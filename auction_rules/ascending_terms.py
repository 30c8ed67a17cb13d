"""Terms of an ascending clock for several units: products, rounds, points."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from auction_rules.clock_demand import Rationing
from auction_rules.money import LIMIT
from auction_rules.terms import (
    Area,
    Count,
    Moment,
    Money,
    RuleConfig,
    Seconds,
    Unit,
    term,
    wrong,
)
from auction_rules.worth import highest_price

ROUNDS: Final = 100_000
"""So many rounds a price may rise before it would leave the exact integers."""
UNITS: Final = Unit(zh="份", en="units")


class Product(BaseModel):
    """One product of the clock."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")] = term("编号", "Product")
    zh: str = term("名称", "Name (Chinese)", default="")
    en: str = term("名称（英文）", "Name (English)", default="")
    supply: Area = term("数量", "Supply", kind="area")
    start_price: Money = term("起始单价", "Start price of a unit", kind="money")
    step: Money = term("每轮加价", "Raise a round", kind="money")
    points: Count = term(
        "每个最小数量单位的资格点数", "Points of a smallest unit", kind="count", default=1
    )


class ClockSaleTerms(RuleConfig):
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

    @model_validator(mode="after")
    def _together(self) -> ClockSaleTerms:
        names = [p.id for p in self.products]
        if not names or len({*names}) != len(names):
            raise wrong("products", "标的为空或编号重复", "no products, or one named twice")
        if any(p.supply < 1 or p.step < 1 or p.points < 1 for p in self.products):
            raise wrong(
                "products",
                "数量、每轮加价和点数都须大于零",
                "supply, raise and points are more than zero",
            )
        if self.round_seconds < 1:
            raise wrong("round", "每轮至少 1 秒", "a round lasts at least one second")
        if not 1 <= self.activity_basis_points <= 10_000:
            raise wrong(
                "activity", "最低活跃度须在 1 到 10000 之间", "the activity lies within 1 and 10000"
            )
        for p in self.products:
            most = highest_price(self.unit, self.quantity_unit, p.supply, p.supply)
            if p.start_price + p.step * ROUNDS > most or p.points * p.supply > LIMIT // 10_000:
                raise wrong("products", "总价或点数过大", "a total would be too large")
        return self
