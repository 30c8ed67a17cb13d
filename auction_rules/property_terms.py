"""Terms of a sale of property rights: what differs between exchanges, as data for one rule.

DOMAIN §5 says where each value was read. What the values do is in `property_rights`.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import Field, model_validator

from auction_rules.draw_terms import DrawTerms
from auction_rules.escrow_terms import Escrow, EscrowTerms
from auction_rules.extension import Mode, Trigger
from auction_rules.listing_terms import ReserveKind
from auction_rules.property_choices import (
    Alone,
    EqualRanks,
    Exercise,
    Quoting,
    Refusal,
    StillAlone,
)
from auction_rules.step_tiers import StepTier, TieredLadder, rising
from auction_rules.steps import Grid
from auction_rules.terms import (
    SECOND,
    Count,
    Moment,
    Money,
    Seconds,
    term,
    wrong,
)

FIVE_DAYS: Final = 5 * 86_400
"""Seconds: five working days are never less."""

Problem = tuple[str, str, str]


class PropertyTerms(EscrowTerms, DrawTerms):
    """Terms of a sale of property rights."""

    lot_zh: Annotated[str, Field(min_length=1, max_length=120)] = term(
        "标的", "Lot (Chinese)", default="标的"
    )
    lot_en: Annotated[str, Field(min_length=1, max_length=160)] = term(
        "标的（英文）", "Lot (English)", default="Lot"
    )
    quoting: Quoting = term(
        "报价方式",
        "Offers",
        kind="enum",
        enum=Quoting.options(),
        default=Quoting.REPEATED,
    )
    opens: Moment = term(
        "报价开始",
        "Opens",
        help_zh="动态报价：填信息披露开始时间，披露期即自由报价期",
        help_en="Dynamic quoting: the start of the disclosure, which then is the free phase",
        kind="instant",
    )
    closes: Moment = term("自由报价或一次报价截止", "Free or single offers close", kind="instant")
    start_price: Money = term("起始价", "Start price", kind="money")
    step: Money = term("增价幅度", "Step", kind="money", default=1)
    step_tiers: Annotated[tuple[StepTier, ...], Field(max_length=20)] = term(
        "加价幅度分组", "Steps by price", kind="rows", default=()
    )
    grid: Grid = term("报价阶梯", "Grid", kind="enum", enum=Grid.options(), default=Grid.MIN_STEP)
    countdown_seconds: Seconds = term(
        "限时竞价倒计时或周期（秒）", "Countdown or cycle (s)", kind="seconds", default=0
    )
    countdown_mode: Mode = term(
        "倒计时方式", "Countdown", kind="enum", enum=Mode.options(), default=Mode.RESET
    )
    extension_seconds: Seconds = term(
        "每次延时（秒，0 为与倒计时相同）",
        "Each extension (s, 0 = as long as the countdown)",
        kind="seconds",
        default=0,
    )
    trigger: Trigger = term(
        "触发延时的报价",
        "Offers that extend",
        kind="enum",
        enum=Trigger.options(),
        default=Trigger.ANY_BID,
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
    reserve_kind: ReserveKind = term(
        "保留价", "Reserve", kind="enum", enum=ReserveKind.options(), default=ReserveKind.NONE
    )
    reserve: Money | None = term("公开保留价", "Public reserve", kind="money", default=None)
    reserve_from_seconds: Seconds = term(
        "保留价录入开始（截止前秒数，0 为报价开始）",
        "Reserve may be sealed from (s before the close, 0 = the opening)",
        kind="seconds",
        default=0,
    )
    reserve_until_seconds: Seconds = term(
        "保留价录入截止（截止前秒数）",
        "Reserve may be sealed until (s before the close)",
        kind="seconds",
        default=0,
    )
    single_bidder: Alone = term(
        "仅一人报价时",
        "When only one has made an offer",
        kind="enum",
        enum=Alone.options(),
        default=Alone.SELL,
    )
    listing_extension_seconds: Seconds = term(
        "每次延牌（秒，不少于五个工作日）",
        "Each extension of the listing (s, five working days or more)",
        kind="seconds",
        default=0,
    )
    listing_extensions: Count = term(
        "最多延牌次数", "Most extensions of the listing", kind="count", default=0
    )
    after_extensions: StillAlone | None = term(
        "延牌期满仍仅一人报价时",
        "When after that there is still only one",
        kind="enum",
        enum=StillAlone.options(),
        default=None,
    )
    first_refusal: Refusal = term(
        "优先购买权",
        "First refusal",
        kind="enum",
        enum=Refusal.options(),
        default=Refusal.NONE,
    )
    equal_ranks: EqualRanks | None = term(
        "同顺位优先购买权人",
        "Holders of the same rank",
        kind="enum",
        enum=EqualRanks.options(),
        default=None,
    )
    claim_seconds: Seconds = term(
        "行权或确认时限（秒）", "Window for each holder (s)", kind="seconds", default=0
    )
    raise_seconds: Seconds = term(
        "行权后最高报价人追加报价时限（秒，0 为不得追加）",
        "Window to raise once more (s, 0 = no raise)",
        kind="seconds",
        default=0,
    )
    exercise: Exercise | None = term(
        "追加报价后的行权",
        "Taking the price after a raise",
        kind="enum",
        enum=Exercise.options(),
        default=None,
    )

    @model_validator(mode="after")
    def _together(self) -> PropertyTerms:
        for problem_of in (
            _price_problem,
            _time_problem,
            _extension_problem,
            _reserve_problem,
            _alone_problem,
            _refusal_problem,
        ):
            if (problem := problem_of(self)) is not None:
                raise wrong(*problem)
        return self

    @property
    def timed(self) -> bool:
        """Whether a timed phase follows the free one."""
        return self.quoting is Quoting.REPEATED

    @property
    def each_extension(self) -> int:
        """How long an offer extends, in seconds."""
        return self.extension_seconds or self.countdown_seconds


def ladder(terms: PropertyTerms) -> TieredLadder:
    """Which amounts may come next."""
    tiers = tuple((row.from_price, row.step) for row in terms.step_tiers)
    return TieredLadder(terms.start_price, terms.step, terms.grid, tiers=tiers)


def _price_problem(c: PropertyTerms) -> Problem | None:
    if c.start_price < 1 or c.step < 1 or not ladder(c).open(c.start_price):
        return (
            "step",
            "起始价和增价幅度须大于零且不能过大",
            "start price and step are more than zero and not too large",
        )
    if not rising(c.start_price, c.step_tiers):
        return (
            "step_tiers",
            "分组须高于起始价并逐级升高，幅度大于零",
            "the rows begin above the start price and rise, each with a step",
        )
    if c.step_tiers and c.grid is not Grid.MIN_STEP:
        return ("grid", "分组加价不能要求整数倍", "steps by price go with no grid")
    return None


def _time_problem(c: PropertyTerms) -> Problem | None:
    if c.closes <= c.opens:
        return ("closes", "截止须晚于开始", "the close must be after the opening")
    if c.escrow is not Escrow.PLAIN and c.quoting is not Quoting.SINGLE:
        return (
            "escrow",
            "仅一次报价可由竞买人密封",
            "only single offers are sealed by the bidders",
        )
    if c.timed != bool(c.countdown_seconds):
        return (
            "countdown_seconds",
            "有限时竞价的须填倒计时，其他情形不填",
            "a countdown goes with a timed phase, and with that alone",
        )
    return None


def _extension_problem(c: PropertyTerms) -> Problem | None:
    limits: tuple[Any, ...] = (c.trigger_window_seconds, c.max_extensions, c.max_extension_seconds)
    if c.quoting is Quoting.SINGLE:
        if any((*limits, c.extension_seconds, c.trigger is not Trigger.ANY_BID)):
            return ("trigger", "一次报价没有延时", "a single quote has no extension")
        return None
    if c.quoting is Quoting.EXTENDED and not c.extension_seconds:
        return ("extension_seconds", "须填每次延时", "how long each extension is must be said")
    # A cycle is extended by whole cycles, and every offer in it counts.
    whole = c.timed and not (c.extension_seconds or c.trigger_window_seconds)
    if c.countdown_mode is Mode.CYCLE and not whole:
        return (
            "countdown_mode",
            "按周期竞价的，不另填延时和触发时段",
            "cycles go with a timed phase, without another extension and without a window",
        )
    return None


def _reserve_problem(c: PropertyTerms) -> Problem | None:
    if (c.reserve_kind is ReserveKind.PUBLIC) != (c.reserve is not None):
        return (
            "reserve",
            "公开保留价须填写，其他情形不填",
            "an amount goes with a public reserve",
        )
    window = c.reserve_from_seconds or c.reserve_until_seconds
    if c.reserve_kind is not ReserveKind.SEALED:
        if window:
            return (
                "reserve_from_seconds",
                "密封保留价才有录入时段",
                "a window for sealing goes with a sealed reserve",
            )
        return None
    length = c.closes - c.opens
    opens = c.reserve_from_seconds * SECOND or length
    if not c.reserve_until_seconds * SECOND < opens <= length:
        return (
            "reserve_from_seconds",
            "保留价录入时段须在报价期内",
            "the window for sealing lies within the time for offers",
        )
    return None


def _alone_problem(c: PropertyTerms) -> Problem | None:
    extends = c.single_bidder is Alone.EXTEND_LISTING
    given = {
        bool(c.listing_extension_seconds),
        bool(c.listing_extensions),
        bool(c.after_extensions),
    }
    if given != {extends}:
        return (
            "listing_extensions",
            "延牌时间、次数和期满后的处理与延牌同填，其他情形不填",
            "length, number and what follows go with EXTEND_LISTING, and with that alone",
        )
    if extends and not c.timed:
        return (
            "single_bidder",
            "自由报价后进入限时竞价的，方可延牌",
            "the listing is extended where a timed phase follows it",
        )
    if extends and c.listing_extension_seconds < FIVE_DAYS:
        return (
            "listing_extension_seconds",
            "每次延牌不少于五个工作日",
            "a listing is extended by five working days or more",
        )
    return None


def _refusal_problem(c: PropertyTerms) -> Problem | None:
    in_hall, after = (c.first_refusal is r for r in (Refusal.IN_HALL_EQUAL, Refusal.AFTER_BID))
    if in_hall and c.quoting is Quoting.SINGLE:
        return (
            "first_refusal",
            "一次报价密封进行，不能场内同价行权",
            "nobody sees a sealed price, so nobody can equal it",
        )
    draws = c.equal_ranks is EqualRanks.DRAW
    if (in_hall or after) != (c.equal_ranks is not None):
        return (
            "equal_ranks",
            "有优先购买权的，须定同顺位者的先后，其他情形不填",
            "how equal ranks are told apart goes with a first refusal, and with that alone",
        )
    if (after or (in_hall and draws)) != bool(c.claim_seconds) or (c.raise_seconds and not after):
        return (
            "claim_seconds",
            "行权时限用于竞价结束后行权或摇号后逐一确认，追加报价仅用于竞价结束后行权",
            "the window goes with AFTER_BID or with lots in the hall, the raise with AFTER_BID",
        )
    if bool(c.raise_seconds) != (c.exercise is not None):
        return (
            "exercise",
            "可以追加报价的，须定能否再次行权，其他情形不填",
            "whether a price is taken again goes with a raise, and with that alone",
        )
    return None
