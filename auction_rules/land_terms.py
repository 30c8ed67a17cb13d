"""Terms of a listing of land: the cap (最高限价), what reaches it, and what follows.

DOMAIN §2.4 and MECHANISMS M17. The rest of the terms is that of every listing, in
`listing_terms`; the rooms that these terms lead to are in `land_sequels`.
"""

from __future__ import annotations

from typing import Final

from pydantic import model_validator

from auction_rules.draw_terms import DrawTerms
from auction_rules.facts import Amount
from auction_rules.land_choices import (
    CapSequel,
    CapTrigger,
    EqualTotals,
    IndicatorKind,
    IndicatorRow,
    OnePriceEntry,
    OverCap,
)
from auction_rules.listing_terms import LARGEST, ListingTerms, Problem
from auction_rules.money import ten_to
from auction_rules.steps import Grid
from auction_rules.terms import (
    SQUARE_METRE,
    Area,
    Money,
    Seconds,
    Unit,
    term,
    wrong,
)


class LandTerms(ListingTerms, DrawTerms):
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
    cap_trigger: CapTrigger = term(
        "转入后续程序的条件",
        "What leads to it",
        kind="enum",
        enum=CapTrigger.options(),
        default=CapTrigger.AT_CAP,
    )
    join_seconds: Seconds = term(
        "摇号确认期（秒）", "Window to join the draw (s)", kind="seconds", default=0
    )
    one_price_entry: OnePriceEntry = term(
        "一次报价资格",
        "Who quotes one price",
        kind="enum",
        enum=OnePriceEntry.options(),
        default=OnePriceEntry.CONFIRMED,
    )
    one_price_pause_seconds: Seconds = term(
        "一次报价确认前暂停（秒）",
        "Pause before the window to confirm (s)",
        kind="seconds",
        default=0,
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
    total_seconds: Seconds = term(
        "密封报总价时长（秒）", "Window for the sealed total (s)", kind="seconds", default=0
    )
    total_step: Money = term("密封总价最小变动单位", "Total in whole", kind="money", default=1)
    total_most: Money | None = term("密封总价上限", "Total up to", kind="money", default=None)
    total_equal: EqualTotals = term(
        "密封总价相同时",
        "Equal totals",
        kind="enum",
        enum=EqualTotals.options(),
        default=EqualTotals.LOTTERY,
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
    more_indicators: tuple[IndicatorRow, ...] = term(
        "其后各指标（前一指标到达上限后依次竞报）",
        "Indicators after it, each when the one before is at its end",
        kind="list",
        default=(),
    )
    agree_seconds: Seconds = term(
        "进入下一指标前的确认期（秒，0 为不询问）",
        "Window to agree to the next indicator (s, 0 = nobody is asked)",
        kind="seconds",
        default=0,
    )

    resume_direct_seconds: Seconds = term(
        "中止不超过此时长的直接恢复（秒）",
        "A fault of at most so long is ended at once (s)",
        kind="seconds",
        default=0,
    )
    resume_notice_seconds: Seconds = term(
        "超过的提前预告后恢复（秒，0 为不预告）",
        "After a longer one, notice ahead of going on (s, 0 = none)",
        kind="seconds",
        default=0,
    )

    @model_validator(mode="after")
    def _cap(self) -> LandTerms:
        for problem_of in _PROBLEMS:
            if (problem := problem_of(self)) is not None:
                raise wrong(*problem)
        return self

    @property
    def indicators(self) -> tuple[IndicatorRow, ...]:
        """All of them in order; empty where the sequel is another."""
        if self.cap_sequel is not CapSequel.NEXT_INDICATOR:
            return ()
        first = IndicatorRow(
            kind=self.indicator,
            start=self.indicator_start or 0,
            step=self.indicator_step or 0,
            most=self.indicator_most or 0,
        )
        return (first, *self.more_indicators)


def _cap_problem(c: LandTerms) -> Problem | None:
    cap, above = c.cap_price, c.cap_trigger is CapTrigger.ABOVE_CAP
    if cap is None:
        if c.cap_sequel is CapSequel.SELL and c.over_cap is OverCap.REJECT and not above:
            return None
        return (
            "cap_price",
            "须填写最高限价：已选择到达或者超过最高限价后的程序；不设限价的，改选“按最高限价成交”",
            "fill in the cap: what follows it was chosen; where there is none, choose “sold at the cap”",
        )
    steps = (c.step, c.step_when_timed)
    aligned = above or not any((cap - c.start_price) % s for s in steps)
    if cap <= c.start_price or cap > LARGEST or not aligned:
        # DOMAIN §2.4, Wuxi design: (cap - start) / step must be a positive integer. A price that
        # is only to be passed, 25 % above a guide price say, need not be a rung.
        return (
            "CAP_NOT_ALIGNED",
            "最高限价须为起始价加整数个增价幅度",
            "the cap must be the start price and whole steps",
        )
    if not above and c.cap_sequel is not CapSequel.SELL and c.grid is not Grid.MULTIPLE_OF_STEP:
        # Off the grid the last rung below the cap could be too near to it for anybody to go on.
        return (
            "grid",
            "到价后另有程序的，报价须为增价幅度的整数倍",
            "a cap with a sequel needs offers in whole steps",
        )
    if c.reserve is not None and c.reserve > cap:
        return ("reserve", "底价不得高于最高限价", "the reserve is not above the cap")
    return None


def _trigger_problem(c: LandTerms) -> Problem | None:
    if c.cap_trigger is CapTrigger.AT_CAP:
        return None
    if c.cap_sequel in (CapSequel.SELL, CapSequel.POOL_LOTTERY):
        return (
            "cap_trigger",
            "超过最高限价才转入的，须有询问、一次报价、密封总价或下一指标",
            "an offer beyond the cap can lead to a question, a quote or an indicator only",
        )
    if c.over_cap is OverCap.CLAMP:
        return (
            "over_cap",
            "超过最高限价的报价转入后续程序，不能按最高限价受理",
            "an offer beyond the cap cannot both lead on and be read as one at the cap",
        )
    return None


def _join_problem(c: LandTerms) -> Problem | None:
    if (c.cap_sequel is CapSequel.JOIN_LOTTERY) != bool(c.join_seconds):
        return (
            "join_seconds",
            "询问是否参加摇号的须填确认期，否则不填",
            "a window to join goes with JOIN_LOTTERY",
        )
    return None


def _one_price_problem(c: LandTerms) -> Problem | None:
    least, most = c.one_price_least, c.one_price_most
    windows = (c.one_price_confirm_seconds, c.one_price_seconds)
    if c.cap_sequel is not CapSequel.ONE_PRICE:
        if any(windows) or c.one_price_pause_seconds or least is not None or most is not None:
            return ("cap_sequel", "未采用一次报价", "these terms go with ONE_PRICE")
        return None
    if all(windows) and (least is None or most is None):
        return (
            "one_price_least",
            "须填写一次报价的下限和上限",
            "fill in the lower and the upper end of the single quotes",
        )
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


def _total_problem(c: LandTerms) -> Problem | None:
    if (c.cap_sequel is CapSequel.SEALED_TOTAL) != bool(c.total_seconds):
        return (
            "total_seconds",
            "密封报总价须填报价时长，否则不填",
            "a window goes with SEALED_TOTAL",
        )
    cap, most = c.cap_price or 0, c.total_most
    if most is not None and (not c.total_seconds or not cap <= most <= LARGEST):
        return (
            "total_most",
            "密封总价上限不得低于最高限价",
            "the upper end of the totals is the cap or above",
        )
    if c.total_step < 1:
        return ("total_step", "最小变动单位须大于零", "totals are in whole amounts above zero")
    return None


def _indicator_problem(c: LandTerms) -> Problem | None:
    given = (c.indicator_start, c.indicator_step, c.indicator_most)
    if c.cap_sequel is not CapSequel.NEXT_INDICATOR:
        if given != (None, None, None) or c.more_indicators or c.agree_seconds:
            return ("cap_sequel", "未采用下一指标", "these terms go with NEXT_INDICATOR")
        return None
    rows = c.indicators
    if None in given or any(not 0 < row.start <= row.most or not row.step for row in rows):
        return (
            "indicator_start",
            "下一指标须填起始值、递增幅度和上限，且大于零",
            "the indicator needs a start, a step and an upper end, all more than zero",
        )
    return _list_problem(c, rows) or _share_problem(c, rows)


def _list_problem(c: LandTerms, rows: tuple[IndicatorRow, ...]) -> Problem | None:
    if any((row.most - row.start) % row.step for row in rows[:-1]):
        # Else nobody could ever bring it to its end, and the next one would never be bid.
        return (
            "more_indicators",
            "其后还有指标的，上限须为起始值加整数个递增幅度",
            "an indicator that others follow must be able to reach its end in whole steps",
        )
    if c.agree_seconds and len(rows) == 1:
        return ("agree_seconds", "没有其后的指标", "there is no indicator to agree to")
    return None


def _share_problem(c: LandTerms, rows: tuple[IndicatorRow, ...]) -> Problem | None:
    shares = [row for row in rows if row.kind is IndicatorKind.SELF_HELD_SHARE]
    if shares and len(rows) > 1:
        # All quantities of a session are in one unit: areas, or a share.
        return (
            "more_indicators",
            "比例与面积单位不同，不能依次竞报",
            "a share and areas have different units: they cannot follow one another",
        )
    if any(row.most > _WHOLE * ten_to(c.quantity_unit.scale) for row in shares):
        return ("indicator_most", "自持比例不得超过 100%", "a share is at most 100 %")
    return None


def _notice_problem(c: LandTerms) -> Problem | None:
    if c.resume_direct_seconds and not c.resume_notice_seconds:
        return (
            "resume_direct_seconds",
            "不预告的，一律直接恢复",
            "without notice every fault is ended at once",
        )
    return None


_WHOLE: Final[Amount] = 100
_PROBLEMS: Final = (
    _cap_problem,
    _trigger_problem,
    _join_problem,
    _one_price_problem,
    _total_problem,
    _indicator_problem,
    _notice_problem,
)
