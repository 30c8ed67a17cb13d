"""Terms that every auction on a clock has: its prices and the length of a tick.

The whole ladder of prices follows from these terms (`rungs`), so that anybody can write it down
before the auction. Which way the clock runs is the rule's own term.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, model_validator

from auction_rules.draw_terms import DrawTerms
from auction_rules.facts import Amount
from auction_rules.money import divide_half_up
from auction_rules.stages.clock import Rungs
from auction_rules.terms import (
    SECOND,
    Choice,
    Count,
    Moment,
    Money,
    Seconds,
    term,
    wrong,
)


class Direction(Choice):
    """Whether the house sells or buys."""

    FORWARD = ("FORWARD", "正向（出让）", "forward (selling)")
    REVERSE = ("REVERSE", "反向（采购）", "reverse (buying)")

    @property
    def better(self) -> int:
        """+1 where the house wants a higher price, -1 where a lower one."""
        return 1 if self is Direction.FORWARD else -1


class RungKind(Choice):
    """What a step of the clock is."""

    AMOUNT = ("AMOUNT", "固定金额", "fixed amount")
    PERCENT_OF_START = ("PERCENT_OF_START", "起始价的百分比", "percent of the start price")
    PERCENT_OF_LATEST = (
        "PERCENT_OF_LATEST",
        "上一档价格的百分比",
        "percent of the price of the tick before",
    )


MOST_LEVELS: Final = 2_000
"""A ladder in percent of the latest price is walked, level by level; longer ones nobody reads."""


class ClockTerms(DrawTerms):
    """The prices of a clock; amounts in the price unit, percentages in basis points."""

    lot_zh: Annotated[str, Field(min_length=1, max_length=120)] = term(
        "标的", "Lot (Chinese)", default="标的"
    )
    lot_en: Annotated[str, Field(min_length=1, max_length=160)] = term(
        "标的（英文）", "Lot (English)", default="Lot"
    )
    opens: Moment = term("开始时间", "Opens", kind="instant")
    tick_seconds: Seconds = term(
        "每档时长（秒）", "Length of a tick (s)", kind="seconds", default=30
    )
    start_price: Money = term("起始价", "Start price", kind="money")
    last_price: Money = term(
        "末档价格",
        "Last price of the clock",
        help_zh="降价时为最低价，升价时为最高价；不足一档的，最后一档直接到此价",
        help_en="The floor of a falling clock, the cap of a rising one; a last step may be shorter",
        kind="money",
    )
    step_kind: RungKind = term(
        "调价方式", "Step kind", kind="enum", enum=RungKind.options(), default=RungKind.AMOUNT
    )
    step: Money = term("每档调价额", "Step", kind="money", default=0)
    step_basis_points: Count = term(
        "每档调价比例（万分之，四舍五入）", "Step (basis points, half up)", kind="count", default=0
    )

    @property
    def runs(self) -> int:
        """+1 where the clock rises, -1 where it falls."""
        raise NotImplementedError

    @property
    def tick(self) -> int:
        """The length of a tick in microseconds."""
        return self.tick_seconds * SECOND

    def rungs(self) -> Rungs:
        """Every price of the clock."""
        latest = self.step_kind is RungKind.PERCENT_OF_LATEST
        points = self.step_basis_points if latest else 0
        return Rungs(self.start_price, self.last_price, self._step(), self.runs, points)

    def _step(self) -> Amount:
        if self.step_kind is RungKind.AMOUNT:
            return self.step
        # M20: one percent of the start price a tick. Of the latest price: the first step.
        step = divide_half_up(self.start_price * self.step_basis_points, 10_000)
        latest = self.step_kind is RungKind.PERCENT_OF_LATEST and self.step_basis_points
        return max(1, step) if latest else step

    @model_validator(mode="after")
    def _clock_goes_together(self) -> ClockTerms:
        if self.tick_seconds < 1:
            raise wrong("tick", "每档时长至少 1 秒", "a tick lasts at least one second")
        unused = self.step if self.step_kind is not RungKind.AMOUNT else self.step_basis_points
        if unused:
            raise wrong(
                "step", "调价额与调价比例只填一项", "give the step as an amount or in basis points"
            )
        if self._step() < 1:
            raise wrong("step", "每档调价额必须大于零", "the step must be more than zero")
        way = self.runs * (self.last_price - self.start_price)
        if way < 0:
            raise wrong(
                "last_price",
                "末档价格与调价方向不符",
                "the last price lies behind the start of the clock",
            )
        # Nobody shall publish a clock that outlives a year.
        if self._levels(way) * self.tick_seconds > 366 * 86_400:
            raise wrong("step", "全程超过一年", "the whole clock would run for more than a year")
        return self

    def _levels(self, way: Amount) -> int:
        """How many ticks there are at most."""
        if self.step_kind is not RungKind.PERCENT_OF_LATEST:
            return way // self._step() + 2
        rungs, count = self.rungs(), 1
        price = rungs.after(self.start_price)
        while price is not None:
            if count == MOST_LEVELS:
                raise wrong("step", f"超过 {MOST_LEVELS} 档", f"more than {MOST_LEVELS} levels")
            price, count = rungs.after(price), count + 1
        return count
