"""产权网络竞价 property_rights@1: online sale of property rights (企业国有资产交易).

Two modes (DOMAIN §5). Repeated offers (多次报价): a free phase, then timed bidding that each offer
prolongs; in Huizhou by cycles, until one passes without an offer. A single quote (一次报价):
sealed, once; of equal ones the earlier wins. Sealed rounds are `multi_round`.

The first refusal (优先购买权) is used in the hall at equal price, or after the bidding; after it
whoever is outbid may raise once more where the terms allow. No timed phase is held over nothing:
without an offer in the free phase it is unsold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, model_validator

from auction_rules.extension import Countdown, Mode
from auction_rules.facts import Amount, Awarded, FloorFact, Instant, LeadersChanged, Unsold
from auction_rules.floor import Floor, Offer
from auction_rules.listing_terms import SingleBidder
from auction_rules.money import rate
from auction_rules.program import Stage, Staged
from auction_rules.rule import Lot, Settlement
from auction_rules.stages.equal_price import EqualPrice, Rank, rank
from auction_rules.stages.first_refusal import FirstRefusal, RaiseOnce, exerciser, holders
from auction_rules.stages.outcry import Outcry
from auction_rules.stages.sealed import Sealed
from auction_rules.step_tiers import StepTier, TieredLadder, rising
from auction_rules.steps import Grid
from auction_rules.terms import (
    SECOND,
    Choice,
    Moment,
    Money,
    RuleConfig,
    Seconds,
    Text,
    term,
    wrong,
)

FREE: Final[Text] = {"zh": "自由报价", "en": "Free offers"}
TIMED: Final[Text] = {"zh": "限时竞价", "en": "Timed bidding"}
SINGLE: Final[Text] = {"zh": "一次报价", "en": "Single quote"}
CLAIM: Final[Text] = {"zh": "优先购买权行权", "en": "First refusal"}
RAISE: Final[Text] = {"zh": "追加报价", "en": "One more raise"}

Problem = tuple[str, str, str]


class Quoting(Choice):
    """How offers are made."""

    REPEATED = ("REPEATED", "多次报价", "repeated offers")
    SINGLE = ("SINGLE", "一次报价", "a single quote")


class Refusal(Choice):
    """How a first refusal is used."""

    NONE = ("NONE", "无优先购买权", "nobody has one")
    IN_HALL_EQUAL = ("IN_HALL_EQUAL", "场内同价行权", "in the hall, at equal price")
    AFTER_BID = ("AFTER_BID", "竞价结束后行权", "after the bidding")


class PropertyTerms(RuleConfig):
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
    opens: Moment = term("报价开始", "Opens", kind="instant")
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
    reserve: Money | None = term("保留价（公开）", "Reserve (public)", kind="money", default=None)
    single_bidder: SingleBidder = term(
        "仅一人报价时",
        "When only one has made an offer",
        kind="enum",
        enum=SingleBidder.options(),
        default=SingleBidder.SELL,
    )
    first_refusal: Refusal = term(
        "优先购买权",
        "First refusal",
        kind="enum",
        enum=Refusal.options(),
        default=Refusal.NONE,
    )
    claim_seconds: Seconds = term(
        "行权时限（秒）", "Window for each holder (s)", kind="seconds", default=0
    )
    raise_seconds: Seconds = term(
        "行权后最高报价人追加报价时限（秒，0 为不得追加）",
        "Window to raise once more (s, 0 = no raise)",
        kind="seconds",
        default=0,
    )

    @model_validator(mode="after")
    def _together(self) -> PropertyTerms:
        for problem_of in (_price_problem, _time_problem, _refusal_problem):
            if (problem := problem_of(self)) is not None:
                raise wrong(*problem)
        return self


def _price_problem(c: PropertyTerms) -> Problem | None:
    if c.start_price < 1 or c.step < 1 or not _ladder(c).open(c.start_price):
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
    if (c.quoting is Quoting.REPEATED) != bool(c.countdown_seconds):
        return (
            "countdown_seconds",
            "多次报价须填限时竞价倒计时，一次报价不填",
            "a countdown goes with repeated offers, and with those alone",
        )
    return None


def _refusal_problem(c: PropertyTerms) -> Problem | None:
    if c.first_refusal is Refusal.IN_HALL_EQUAL and c.quoting is Quoting.SINGLE:
        return (
            "first_refusal",
            "一次报价密封进行，不能场内同价行权",
            "nobody sees a sealed price, so nobody can equal it",
        )
    after = c.first_refusal is Refusal.AFTER_BID
    if after != bool(c.claim_seconds) or (c.raise_seconds and not after):
        return (
            "claim_seconds",
            "行权时限和追加报价时限仅用于竞价结束后行权，行权时限必填",
            "windows to claim and to raise go with AFTER_BID, which needs the first",
        )
    return None


class PropertyRights(Staged[PropertyTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "property_rights"
    version: ClassVar[str] = "1"
    title: ClassVar[Text] = {"zh": "产权网络竞价", "en": "Online sale of property rights"}
    Config = PropertyTerms
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "huizhou": {
            "title": {
                "zh": "惠州：自由报价，按周期限时竞价",
                "en": "Huizhou: free offers, then cycles",
            },
            "terms": {
                "quoting": "REPEATED",
                "grid": "MULTIPLE_OF_STEP",
                "countdown_mode": "CYCLE",
            },
        },
    }
    """Terms that published rules fix, by name: `title` in both languages, and `terms`."""
    example: ClassVar[Mapping[str, Any]] = {
        "lot_zh": "某公司 30% 股权",
        "lot_en": "30 % of a company",
        "opens": "2026-03-02T09:00:00+08:00",
        "closes": "2026-03-02T15:00:00+08:00",
        "start_price": "1000000",
        "step": "10000",
        "countdown_seconds": 300,
    }

    def stages(self, terms: PropertyTerms) -> tuple[Stage, ...]:
        """Free and timed, or one sealed window; then what the first refusal asks for."""
        rooms: tuple[Stage, ...] = (_single(terms),)
        if terms.quoting is Quoting.REPEATED:
            rooms = (_free(terms), _timed(terms))
        if terms.first_refusal is Refusal.AFTER_BID:
            rooms = (*rooms, FirstRefusal("claim", CLAIM, terms.claim_seconds * SECOND))
        return (*rooms, _raise(terms)) if terms.raise_seconds else rooms

    def starts(self, terms: PropertyTerms) -> Instant:
        """The announced opening."""
        return terms.opens

    def follows(self, floor: Floor[PropertyTerms], closed: str) -> str | None:
        """Free, timed, then the holders; between claim and raise until somebody is silent."""
        if floor.standing.top is None:
            return None
        if closed == "free":
            return "timed"
        if closed == "claim":
            raises = floor.terms.raise_seconds and exerciser(floor) is not None
            return "raise" if raises else None
        if closed == "raise":
            return "claim" if exerciser(floor) is None else None
        after = floor.terms.first_refusal is Refusal.AFTER_BID
        return "claim" if after and not _failed(floor) and holders(floor) else None

    def finish(self, floor: Floor[PropertyTerms], now: Instant) -> tuple[FloorFact, ...]:
        """The leader wins at his own amount, if the terms let it be sold."""
        del now
        top = floor.standing.top
        if top is None:
            return (Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"),)
        return _failed(floor) or (Awarded(top.bidder, None, top.amount, None, top.amount),)

    def least(self, floor: Floor[PropertyTerms]) -> Amount | None:
        """What somebody without an offer and without a prior right could name."""
        stage, ladder = floor.standing.stage, _ladder(floor.terms)
        if stage in ("claim", "raise"):
            return None
        top = None if stage == "single" else _top(floor, "")
        return ladder.minimum(top) if ladder.open(top) else None

    def ranking(self, floor: Floor[PropertyTerms]) -> tuple[str, ...]:
        """The leader, then by amount; equal ones by right where it counts in the hall."""
        lead, offers = floor.standing.leaders[:1], floor.standing.offers.values()
        ranked = sorted(offers, key=lambda o: (o.key not in lead, _place(floor, o)))
        return tuple(o.key for o in ranked)

    def settlement(self, floor: Floor[PropertyTerms]) -> Settlement:
        """Deal, premium over the start (溢价) and its rate."""
        top = floor.standing.top
        if top is None or floor.standing.unsold:
            return Settlement(0, 0, None)
        premium = top.amount - floor.terms.start_price
        return Settlement(top.amount, premium, rate(premium, floor.terms.start_price))

    def lots(self, terms: PropertyTerms) -> tuple[Lot, ...]:
        """The one lot."""
        return (Lot("1", {"zh": terms.lot_zh, "en": terms.lot_en}),)


def _ladder(terms: PropertyTerms) -> TieredLadder:
    tiers = tuple((row.from_price, row.step) for row in terms.step_tiers)
    return TieredLadder(terms.start_price, terms.step, terms.grid, tiers=tiers)


def _hall(terms: PropertyTerms, name: str, kind: str, title: Text, **more: Any) -> Outcry:
    equal = terms.first_refusal is Refusal.IN_HALL_EQUAL and name != "raise"
    room = RaiseOnce if name == "raise" else EqualPrice if equal else Outcry
    return room(
        id=name,
        kind=kind,
        title=title,
        ladder=_ladder(terms),
        to_beat=_top,
        leading=_leading,
        quantity=_no_quantity,
        resume_policy=terms.resume,
        **more,
    )


def _free(terms: PropertyTerms) -> Outcry:
    return _hall(terms, "free", "quoting", FREE, begins=terms.opens, ends=terms.closes)


def _timed(terms: PropertyTerms) -> Outcry:
    length = terms.countdown_seconds * SECOND
    countdown = Countdown(length, terms.countdown_mode)
    return _hall(terms, "timed", "timed", TIMED, length=length, countdown=countdown)


def _raise(terms: PropertyTerms) -> Outcry:
    return _hall(terms, "raise", "timed", RAISE, length=terms.raise_seconds * SECOND)


def _single(terms: PropertyTerms) -> Sealed:
    return Sealed(
        id="single",
        title=SINGLE,
        ladder=_ladder(terms),
        leading=_leading,
        begins=terms.opens,
        ends=terms.closes,
    )


def _failed(floor: Floor[PropertyTerms]) -> tuple[Unsold, ...]:
    """Why what was offered is not sold; a first refusal later changes nothing about it."""
    terms, top = floor.terms, floor.standing.top
    alone = len(floor.standing.offers) < 2
    if alone and terms.single_bidder is SingleBidder.NO_SALE:
        return (Unsold("BELOW_MIN_BIDDERS"),)
    if top is not None and terms.reserve is not None and top.amount < terms.reserve:
        return (Unsold("RESERVE_NOT_MET"),)
    return ()


def _top(floor: Floor[PropertyTerms], bidder: str) -> Amount | None:
    del bidder
    top = floor.standing.top
    return top.amount if top else None


def _no_quantity(floor: Floor[PropertyTerms], bidder: str) -> Amount | None:
    del floor, bidder
    return None


def _place(floor: Floor[PropertyTerms], offer: Offer) -> tuple[Amount, Rank, int]:
    in_hall = floor.terms.first_refusal is Refusal.IN_HALL_EQUAL
    right = rank(floor, offer.bidder) if in_hall else (False, 0)
    return (-offer.amount, right, offer.i)


def _leading(floor: Floor[PropertyTerms]) -> LeadersChanged:
    ranked = sorted(floor.standing.offers.values(), key=lambda o: _place(floor, o))
    return LeadersChanged(tuple(o.bidder for o in ranked[:1]), ranked[0].amount if ranked else None)


RULE: Final = PropertyRights()
