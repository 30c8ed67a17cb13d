"""The terms of the ascending auction `english@1`: what an officer fills in, and what goes together.

What it is: MECHANISMS M01 and, for proxy bids, M03 as parameters. What it is not: the rule,
which is `auction_rules/english.py`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from auction_rules.extension import Mode
from auction_rules.proxy import Equal, Overtake, ProxyBids
from auction_rules.steps import Grid, Ladder, StepKind
from auction_rules.terms import Choice, Count, Moment, Money, RuleConfig, Seconds, term, wrong


class ClockStart(Choice):
    """When the announced duration begins to run."""

    SCHEDULE = ("SCHEDULE", "到点开始", "at the opening time")
    FIRST_BID = ("FIRST_BID", "首个有效报价起算", "with the first valid offer")


class EnglishTerms(RuleConfig):
    """Terms of an ascending auction."""

    lot_zh: Annotated[str, Field(min_length=1, max_length=120)] = term(
        "标的", "Lot (Chinese)", default="标的"
    )
    lot_en: Annotated[str, Field(min_length=1, max_length=160)] = term(
        "标的（英文）", "Lot (English)", default="Lot"
    )
    opens: Moment = term("开始时间", "Opens", kind="instant")
    duration_seconds: Seconds = term("竞价时长（秒）", "Duration (s)", kind="seconds", default=300)
    clock_starts: ClockStart = term(
        "计时起点",
        "Clock starts",
        kind="enum",
        enum=ClockStart.options(),
        default=ClockStart.SCHEDULE,
    )
    latest_start: Moment | None = term(
        "无人报价时的结束时间",
        "End when nobody bids",
        help_zh="计时自首个报价起算时必填：到此仍无人报价即流拍",
        help_en="Needed when the clock starts with the first offer: unsold if nobody came by then",
        kind="instant",
        default=None,
    )
    start_price: Money = term("起始价", "Start price", kind="money")
    step_kind: StepKind = term(
        "增价方式", "Step kind", kind="enum", enum=StepKind.options(), default=StepKind.AMOUNT
    )
    step: Money = term(
        "增价幅度",
        "Step",
        help_zh="按百分比时为最小增价额",
        help_en="With percent steps: the least raise",
        kind="money",
        default=1,
    )
    step_basis_points: Count = term(
        "增价比例（万分之）", "Step (basis points)", kind="count", default=0
    )
    grid: Grid = term("报价阶梯", "Grid", kind="enum", enum=Grid.options(), default=Grid.MIN_STEP)
    max_jump_steps: Count = term(
        "单次最多加几个幅度（0 为不限）",
        "Most steps in one bid (0 = no limit)",
        kind="count",
        default=0,
    )
    reserve: Money | None = term("保留价（公开）", "Reserve (public)", kind="money", default=None)
    min_bidders: Count = term(
        "最少有效报价人数", "Least bidders with an offer", kind="count", default=1
    )
    leader_may_raise: bool = term(
        "领先者可自行加价", "The leader may raise himself", kind="bool", default=True
    )
    proxy: ProxyBids = term(
        "自动出价",
        "Proxy bids",
        kind="enum",
        enum=ProxyBids.options(),
        default=ProxyBids.NONE,
    )
    proxy_equal: Equal = term(
        "自动出价限额相当时",
        "Equal proxy limits",
        help_zh="双方限额均不能按约定超过对方时由谁领先",
        help_en="Who leads when neither limit outbids the other",
        kind="enum",
        enum=Equal.options(),
        default=Equal.EARLIER,
    )
    proxy_overtake: Overtake = term(
        "自动出价超过对方的要求",
        "How a proxy limit overtakes",
        kind="enum",
        enum=Overtake.options(),
        default=Overtake.PARTIAL,
    )
    proxy_keeps_time: bool = term(
        "变更限额后保留原委托的先后",
        "A changed proxy limit keeps its place in time",
        kind="bool",
        default=True,
    )
    proxy_to_reserve: bool = term(
        "限额达到保留价时直接报至保留价",
        "A proxy limit that reaches the reserve raises to it at once",
        kind="bool",
        default=False,
    )
    extension_mode: Mode = term(
        "延时方式", "Extension", kind="enum", enum=Mode.options(), default=Mode.RESET
    )
    extension_seconds: Seconds = term(
        "延时时长（秒，0 为不延时）", "Extension length (s, 0 = none)", kind="seconds", default=300
    )
    trigger_window_seconds: Seconds = term(
        "触发延时的最后时段（秒，0 为全程）",
        "Trigger window (s, 0 = always)",
        kind="seconds",
        default=0,
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
    def _together(self) -> EnglishTerms:
        if self.duration_seconds < 1:
            raise wrong("duration", "竞价时长至少 1 秒", "the duration is at least one second")
        if self.step < 1:
            raise wrong("step", "增价幅度必须大于零", "the step must be more than zero")
        percent = self.step_kind is StepKind.PERCENT
        if percent != bool(self.step_basis_points):
            raise wrong("step", "增价比例仅在按百分比时填写", "basis points go with percent steps")
        if percent and (self.grid is Grid.MULTIPLE_OF_STEP or self.max_jump_steps):
            raise wrong(
                "step",
                "百分比增价不能要求整数倍或限制跳价",
                "percent steps have no grid or jump limit",
            )
        if not self.ladder().open(self.start_price):
            raise wrong("start_price", "起始价或增价幅度过大", "start price or step is too large")
        self._proxies()
        waits = self.clock_starts is ClockStart.FIRST_BID
        if waits != (self.latest_start is not None):
            raise wrong(
                "latest_start",
                "计时自首个报价起算时须填无人报价的结束时间，否则不填",
                "the end when nobody bids goes with a clock started by the first offer",
            )
        if self.latest_start is not None and self.latest_start <= self.opens:
            raise wrong(
                "latest_start", "结束时间须晚于开始时间", "the end must be after the opening"
            )
        return self

    def _proxies(self) -> None:
        if self.proxy is ProxyBids.NONE:
            names = ("proxy_equal", "proxy_overtake", "proxy_keeps_time", "proxy_to_reserve")
            fields = type(self).model_fields
            if any(getattr(self, name) != fields[name].default for name in names):
                raise wrong(
                    "proxy",
                    "不设自动出价时不填自动出价的各项约定",
                    "the terms of proxy bids go with proxy bids",
                )
        if self.proxy_to_reserve and self.reserve is None:
            raise wrong("proxy_to_reserve", "没有保留价", "there is no reserve to raise to")
        whole = self.grid is Grid.MULTIPLE_OF_STEP
        if whole and self.proxy_overtake is not Overtake.PARTIAL:
            raise wrong(
                "proxy_overtake",
                "报价须为增价幅度整数倍时，超过对方总是完整幅度，不必另定",
                "with whole steps only, a limit always overtakes by a whole step",
            )

    def ladder(self) -> Ladder:
        """Which amounts may come next."""
        return Ladder(
            self.start_price,
            self.step,
            self.grid,
            self.step_basis_points,
            max_jump=self.max_jump_steps or None,
        )
