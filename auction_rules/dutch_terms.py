"""Terms of a Dutch auction: its clock, the supply and who may take how much of it, ties."""

from __future__ import annotations

from typing import Final

from pydantic import model_validator

from auction_rules.allocation import Misfit
from auction_rules.clock_terms import ClockTerms, Direction
from auction_rules.facts import Amount
from auction_rules.terms import Area, Choice, Count, Seconds, Unit, term, wrong
from auction_rules.ties import Tie
from auction_rules.worth import highest_price, units_problem

UNITS: Final = Unit(zh="份", en="units")


class Pricing(Choice):
    """What buyers of several units pay."""

    PAY_AS_BID = ("PAY_AS_BID", "按各自应价", "each the price he took")
    UNIFORM = (
        "UNIFORM",
        "统一按最低应价（采购为最高应价）",
        "all the lowest price taken (buying: the highest)",
    )


class DutchTerms(ClockTerms):
    """Terms of a Dutch auction."""

    direction: Direction = term(
        "方向", "Direction", kind="enum", enum=Direction.options(), default=Direction.FORWARD
    )
    quantity_unit: Unit = term("数量单位", "Quantity unit", kind="unit", default=UNITS)
    supply: Area = term("数量", "Supply", kind="area", default=1)
    min_quantity: Area = term("每次最少数量", "Least quantity", kind="area", default=1)
    max_per_bidder: Area | None = term(
        "每人最多数量", "Most for one bidder", kind="area", default=None
    )
    misfit: Misfit = term(
        "末位不能完全容纳时",
        "When the last one does not fit",
        kind="enum",
        enum=Misfit.options(),
        default=Misfit.PARTIAL,
    )
    pricing: Pricing = term(
        "成交价", "Price", kind="enum", enum=Pricing.options(), default=Pricing.PAY_AS_BID
    )
    back_up_ticks: Count = term(
        "有成交后回退档数(0 为不回退)",
        "Steps the clock backs up after a sale (0 = none)",
        kind="count",
        default=0,
    )
    tie: Tie = term(
        "同一档多人应价", "Ties within a tick", kind="enum", enum=Tie.options(), default=Tie.DRAW
    )
    tie_seconds: Seconds = term(
        "密封再报时长（秒）", "Length of the sealed round (s)", kind="seconds", default=0
    )

    @property
    def runs(self) -> int:
        """A selling clock falls, a buying one rises (M05, M06)."""
        return -self.direction.better

    @model_validator(mode="after")
    def _dutch(self) -> DutchTerms:
        if (self.tie is Tie.SEALED_ROUND) != bool(self.tie_seconds):
            raise wrong(
                "tie_seconds",
                "密封再报时长仅在同价再报时填写",
                "the length of the sealed round goes with ties told apart by one",
            )
        if not 1 <= self.min_quantity <= self.supply:
            raise wrong(
                "min_quantity",
                "每次最少数量须大于零且不超过总数量",
                "the least quantity is more than zero and not above the supply",
            )
        if self.max_per_bidder is not None and self.max_per_bidder < self.min_quantity:
            raise wrong(
                "max_per_bidder",
                "每人最多数量低于每次最少数量",
                "the most for one bidder is below the least quantity",
            )
        # One lot alone is not multiplied.
        several = self.supply > 1
        if several and (problem := units_problem(self.unit, self.quantity_unit)):
            raise wrong(*problem)
        if max(self.start_price, self.last_price) > self.dearest():
            raise wrong("start_price", "总价过大", "the total would be too large")
        return self

    def dearest(self) -> Amount:
        """The highest price at which every total is an exact JSON integer."""
        return highest_price(self.unit, self.quantity_unit, self.supply, self.supply)
