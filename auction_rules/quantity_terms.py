"""Terms of an auction of quantity at a fixed price; amounts are in the unit of the quantity."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from pydantic import Field, model_validator

from auction_rules.draw_terms import DrawTerms
from auction_rules.extension import Mode
from auction_rules.money import LIMIT
from auction_rules.stages.clock import Rungs
from auction_rules.steps import Grid, Ladder
from auction_rules.terms import (
    YUAN,
    Choice,
    Count,
    Moment,
    Money,
    Scaled,
    Seconds,
    Unit,
    term,
    wrong,
)
from auction_rules.ties import Tie

PIECES: Final = Unit(zh="件", en="pieces", scale=0)
Price: TypeAlias = Annotated[int, Scaled("price_unit"), Field(strict=True, ge=1, le=LIMIT)]


class Form(Choice):
    """How the best quantity is found (M07 knows both)."""

    OPEN = ("OPEN", "公开竞报", "bidders outbid each other in the open")
    CLOCK = (
        "CLOCK",
        "数量钟：从最有利的数量起逐档退让",
        "a clock comes down from the quantity that is best for the house",
    )


class Wins(Choice):
    """Which quantity is the best for the fixed price."""

    MOST = ("MOST", "给出数量最多者", "who gives the most")
    LEAST = ("LEAST", "要求数量最少者", "who asks for the least")


class QuantityTerms(DrawTerms):
    """Terms of an auction of quantity; amounts are in the unit of the quantity."""

    unit: Unit = term("数量单位", "Quantity unit", kind="unit", default=PIECES)
    price_unit: Unit = term("计价单位", "Price unit", kind="unit", default=YUAN)
    price: Price = term(
        "固定总价", "Fixed price of the whole", kind="money", unit_field="price_unit"
    )
    lot_zh: Annotated[str, Field(min_length=1, max_length=120)] = term(
        "标的", "Lot (Chinese)", default="标的"
    )
    lot_en: Annotated[str, Field(min_length=1, max_length=160)] = term(
        "标的（英文）", "Lot (English)", default="Lot"
    )
    form: Form = term("竞量方式", "Form", kind="enum", enum=Form.options(), default=Form.OPEN)
    wins: Wins = term("成交规则", "Who wins", kind="enum", enum=Wins.options(), default=Wins.MOST)
    opens: Moment = term("开始时间", "Opens", kind="instant")
    duration_seconds: Seconds = term("竞价时长（秒）", "Duration (s)", kind="seconds", default=300)
    start_quantity: Money = term("起始数量", "Start quantity", kind="area")
    step: Money = term("增减幅度", "Step", kind="area", default=1)
    grid: Grid = term("报价阶梯", "Grid", kind="enum", enum=Grid.options(), default=Grid.MIN_STEP)
    limit_quantity: Money | None = term(
        "数量界限(多者为上限，少者为下限)",
        "Farthest quantity (highest for MOST, lowest for LEAST)",
        kind="area",
        default=None,
    )
    min_bidders: Count = term(
        "最少有效报价人数", "Least bidders with an offer", kind="count", default=1
    )
    extension_mode: Mode = term(
        "延时方式", "Extension", kind="enum", enum=Mode.options(), default=Mode.RESET
    )
    extension_seconds: Seconds = term(
        "延时时长（秒，0 为不延时）", "Extension length (s, 0 = none)", kind="seconds", default=300
    )

    tick_seconds: Seconds = term(
        "数量钟每档时长（秒）", "Length of a tick of the clock (s)", kind="seconds", default=0
    )
    tie: Tie = term(
        "同一档多人应量", "Ties within a tick", kind="enum", enum=Tie.options(), default=Tie.DRAW
    )
    tie_seconds: Seconds = term(
        "密封再报时长（秒）", "Length of the sealed round (s)", kind="seconds", default=0
    )

    @property
    def sign(self) -> int:
        """+1 where more is better, -1 where less is."""
        return 1 if self.wins is Wins.MOST else -1

    @property
    def in_the_open(self) -> bool:
        """Whether bidders outbid each other for a time, and no clock runs."""
        return self.form is Form.OPEN

    def ladder(self) -> Ladder:
        """What may be offered in the open."""
        return Ladder(
            self.start_quantity, self.step, self.grid, cap=self.limit_quantity, sign=self.sign
        )

    def rungs(self) -> Rungs:
        """The quantities of the clock: from the limit back to the start, which always comes."""
        far = self.start_quantity if self.limit_quantity is None else self.limit_quantity
        return Rungs(far, self.start_quantity, self.step, -self.sign)

    @model_validator(mode="after")
    def _together(self) -> QuantityTerms:
        if self.duration_seconds < 1:
            raise wrong("duration", "竞价时长至少 1 秒", "the duration is at least one second")
        if self.step < 1 or self.start_quantity < 1 or not self.ladder().open(None):
            raise wrong(
                "start_quantity",
                "起始数量、幅度或界限不合理",
                "start, step and limit do not go together",
            )
        limit, on_grid = self.limit_quantity, self.grid is Grid.MULTIPLE_OF_STEP
        if limit is not None and (
            limit < 1 or (on_grid and (limit - self.start_quantity) % self.step)
        ):
            # DOMAIN §2.4 asks this of a cap in money; a limit off the grid could not be reached.
            raise wrong(
                "limit_quantity",
                "界限须与起始数量相差整数个幅度",
                "the limit is whole steps from the start",
            )
        if (self.form is Form.CLOCK) != bool(self.tick_seconds):
            raise wrong(
                "tick_seconds",
                "每档时长仅在数量钟填写",
                "the length of a tick goes with the clock",
            )
        if (self.tie is Tie.SEALED_ROUND) != bool(self.tie_seconds):
            raise wrong(
                "tie_seconds",
                "密封再报时长仅在同价再报时填写",
                "the length of the sealed round goes with ties told apart by one",
            )
        if self.form is Form.CLOCK:
            self._clock(limit)
        elif self.tie is not Tie.DRAW:
            raise wrong("tie", "公开竞报没有同量", "in the open no two are equal")
        return self

    def _clock(self, limit: int | None) -> None:
        if limit is None or self.min_bidders > 1:
            raise wrong(
                "limit_quantity",
                "数量钟须有界限，且一人应量即成交",
                "the clock starts from a limit, and one taker suffices",
            )
        ticks = abs(limit - self.start_quantity) // self.step + 2
        if ticks * self.tick_seconds > 366 * 86_400:
            raise wrong("step", "全程超过一年", "the whole clock would run for more than a year")
