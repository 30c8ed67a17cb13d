"""Terms of a listing (挂牌): what differs between cities, as data for one machine.

Every value here was read in a rule text; DOMAIN §2.2, §2.3 and §2.5 say where. What a rule adds
(a cap and its sequels for land, the form for mining rights) is in the rule's own module.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, model_validator

from auction_rules.extension import Mode
from auction_rules.facts import Instant
from auction_rules.money import LIMIT
from auction_rules.steps import Grid
from auction_rules.terms import (
    SECOND,
    Choice,
    Count,
    Moment,
    Money,
    RuleConfig,
    Seconds,
    term,
    wrong,
)


class LastHour(Choice):
    """What the last stretch of the listing is."""

    OPEN = ("OPEN", "与此前相同，照常报价", "open like the rest")
    FROZEN = ("FROZEN", "冻结，不接受报价", "frozen: no offers")
    COUNTED = ("COUNTED", "照常报价并单独统计报价人", "open, and who bids in it is counted")


class Eligibility(Choice):
    """Who may enter the timed phase (DOMAIN §13)."""

    ALL = ("ALL", "全部竞买人", "every admitted bidder")
    HAS_VALID_BID = ("HAS_VALID_BID", "有有效报价者自动进入", "those with a valid offer")
    CONFIRMED = ("CONFIRMED", "询问期内确认者", "those who confirm when asked")
    BID_AND_CONFIRMED = (
        "BID_AND_CONFIRMED",
        "有有效报价且在询问期内确认者",
        "those with a valid offer who confirm when asked",
    )


class TimedNeeds(Choice):
    """What the listing must have brought for the timed phase to be held."""

    ONE_BID = ("ONE_BID", "有一个有效报价", "one valid offer")
    TWO_BIDDERS = ("TWO_BIDDERS", "有两人以上报价", "offers of two bidders")
    TWO_IN_LAST_HOUR = (
        "TWO_IN_LAST_HOUR",
        "最后时段内有两人以上报价",
        "offers of two bidders in the last stretch",
    )


class TimedStart(Choice):
    """The price that the timed phase announces; the least offer is a step above the top either way."""

    TOP = ("TOP", "以挂牌最高价为起点", "the highest offer of the listing")
    TOP_PLUS_STEP = ("TOP_PLUS_STEP", "挂牌最高价加一个竞价幅度", "that offer and one step")


class ReserveKind(Choice):
    """Whether there is a reserve, and who knows it."""

    NONE = ("NONE", "无底价", "none")
    PUBLIC = ("PUBLIC", "公开底价", "public")
    SEALED = ("SEALED", "密封底价，多人录入取平均", "sealed; several are averaged")


class SingleBidder(Choice):
    """When only one bidder has made a valid offer."""

    SELL = ("SELL", "可以成交", "sold to him")
    NO_SALE = ("NO_SALE", "不成交", "not sold")


class ListingTerms(RuleConfig):
    """Terms that listings of land and of mining rights share."""

    lot_zh: Annotated[str, Field(min_length=1, max_length=120)] = term(
        "标的", "Lot (Chinese)", default="标的"
    )
    lot_en: Annotated[str, Field(min_length=1, max_length=160)] = term(
        "标的（英文）", "Lot (English)", default="Lot"
    )
    listing_opens: Moment = term("挂牌报价开始", "Listing opens", kind="instant")
    listing_closes: Moment = term("挂牌报价截止", "Listing closes", kind="instant")
    start_price: Money = term("起始价", "Start price", kind="money")
    step: Money = term("增价幅度", "Step", kind="money")
    timed_step: Money | None = term(
        "限时竞价增价幅度",
        "Step in the timed phase",
        help_zh="不填则与挂牌期相同",
        help_en="As in the listing when empty",
        kind="money",
        default=None,
    )
    grid: Grid = term("报价阶梯", "Grid", kind="enum", enum=Grid.options(), default=Grid.MIN_STEP)
    max_jump_steps: Count = term(
        "单次最多加价幅度数(0 为不限)",
        "Most steps in one offer (0 = no limit)",
        kind="count",
        default=0,
    )
    last_hour: LastHour = term(
        "挂牌最后时段",
        "Last stretch of the listing",
        kind="enum",
        enum=LastHour.options(),
        default=LastHour.OPEN,
    )
    last_hour_seconds: Seconds = term(
        "最后时段长度（秒）", "Length of the last stretch (s)", kind="seconds", default=0
    )
    eligibility: Eligibility = term(
        "限时竞价资格",
        "Who may enter the timed phase",
        kind="enum",
        enum=Eligibility.options(),
        default=Eligibility.ALL,
    )
    timed_needs: TimedNeeds = term(
        "进入限时竞价的条件",
        "The timed phase needs",
        kind="enum",
        enum=TimedNeeds.options(),
        default=TimedNeeds.ONE_BID,
    )
    inquiry_seconds: Seconds = term("询问期（秒）", "Inquiry window (s)", kind="seconds", default=0)
    preparation_seconds: Seconds = term(
        "限时竞价准备期（秒）", "Preparation (s)", kind="seconds", default=0
    )
    timed_start: TimedStart = term(
        "限时竞价起点",
        "The timed phase begins at",
        kind="enum",
        enum=TimedStart.options(),
        default=TimedStart.TOP,
    )
    countdown_seconds: Seconds = term(
        "限时竞价倒计时（秒）", "Countdown (s)", kind="seconds", default=300
    )
    countdown_mode: Mode = term(
        "倒计时方式", "Countdown mode", kind="enum", enum=Mode.options(), default=Mode.RESET
    )
    resume_with_preparation: bool = term(
        "限时竞价中止后恢复时重新给予准备期",
        "A resumed timed phase begins with a new preparation",
        kind="bool",
        default=False,
    )
    reserve_kind: ReserveKind = term(
        "底价", "Reserve", kind="enum", enum=ReserveKind.options(), default=ReserveKind.NONE
    )
    reserve: Money | None = term("公开底价", "Public reserve", kind="money", default=None)
    reserve_from_seconds: Seconds = term(
        "底价录入开始（截止前秒数，0 为挂牌开始）",
        "Reserve may be sealed from (s before the close, 0 = the opening)",
        kind="seconds",
        default=0,
    )
    reserve_until_seconds: Seconds = term(
        "底价录入截止（截止前秒数）",
        "Reserve may be sealed until (s before the close)",
        kind="seconds",
        default=0,
    )
    min_entrants: Count = term("最少竞买人数", "Least admitted bidders", kind="count", default=1)
    single_bidder: SingleBidder = term(
        "仅一人报价时",
        "When only one has made an offer",
        kind="enum",
        enum=SingleBidder.options(),
        default=SingleBidder.SELL,
    )

    @model_validator(mode="after")
    def _listing(self) -> ListingTerms:
        for problem_of in (_price_problem, _time_problem, _gate_problem, _reserve_problem):
            if (problem := problem_of(self)) is not None:
                raise wrong(*problem)
        return self

    @property
    def last_opens(self) -> Instant:
        """When the last stretch begins; the close of the listing where there is none."""
        return self.listing_closes - self.last_hour_seconds * SECOND

    @property
    def step_when_timed(self) -> int:
        """The step of the timed phase."""
        return self.step if self.timed_step is None else self.timed_step

    @property
    def asks(self) -> bool:
        """Whether there is an inquiry before the timed phase."""
        return self.eligibility in (Eligibility.CONFIRMED, Eligibility.BID_AND_CONFIRMED)


Problem = tuple[str, str, str]
LARGEST: Final = LIMIT // 2
"""No start, step or reserve beyond this, so that what comes next is still an exact integer."""


def _price_problem(c: ListingTerms) -> Problem | None:
    if min(c.start_price, c.step, c.step_when_timed) < 1:
        return (
            "step",
            "起始价和增价幅度必须大于零",
            "start price and steps must be more than zero",
        )
    if max(c.start_price, c.step, c.step_when_timed) > LARGEST:
        return ("start_price", "起始价或增价幅度过大", "start price or step is too large")
    return None


def _time_problem(c: ListingTerms) -> Problem | None:
    if (c.last_hour is LastHour.OPEN) != (c.last_hour_seconds == 0):
        return (
            "last_hour_seconds",
            "最后时段单独处理时须填其长度，否则不填",
            "the length of the last stretch goes with FROZEN or COUNTED",
        )
    if not c.listing_opens < c.last_opens <= c.listing_closes:
        return (
            "listing_closes",
            "挂牌须在最后时段之前有报价时间",
            "the listing must be open before its last stretch",
        )
    if c.countdown_seconds < 1:
        return ("countdown_seconds", "倒计时至少 1 秒", "the countdown is at least one second")
    return None


def _gate_problem(c: ListingTerms) -> Problem | None:
    if c.asks != bool(c.inquiry_seconds):
        return (
            "inquiry_seconds",
            "需要确认时须填询问期，否则不填",
            "an inquiry window goes with confirmation",
        )
    if c.timed_needs is TimedNeeds.TWO_IN_LAST_HOUR and c.last_hour is not LastHour.COUNTED:
        return (
            "timed_needs",
            "按最后时段报价人数决定时，最后时段须单独统计",
            "bidders of the last stretch count only where it is COUNTED",
        )
    if c.resume_with_preparation and not c.preparation_seconds:
        return (
            "resume_with_preparation",
            "没有准备期，不能重新给予",
            "there is no preparation to give again",
        )
    return None


def _reserve_problem(c: ListingTerms) -> Problem | None:
    if (c.reserve_kind is ReserveKind.PUBLIC) != (c.reserve is not None):
        return ("reserve", "公开底价须填写，其他情形不填", "an amount goes with a public reserve")
    if c.reserve is not None and not c.start_price <= c.reserve <= LARGEST:
        return ("reserve", "底价不得低于起始价", "the reserve is not below the start price")
    window = c.reserve_from_seconds or c.reserve_until_seconds
    if c.reserve_kind is not ReserveKind.SEALED:
        if window:
            return (
                "reserve_from_seconds",
                "密封底价才有录入时段",
                "a window for sealing goes with a sealed reserve",
            )
        return None
    length = c.listing_closes - c.listing_opens
    opens = c.reserve_from_seconds * SECOND or length
    if not c.reserve_until_seconds * SECOND < opens <= length:
        return (
            "reserve_from_seconds",
            "底价录入时段须在挂牌期内",
            "the window for sealing lies within the listing",
        )
    return None
