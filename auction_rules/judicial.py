"""网络司法拍卖 judicial@1: online judicial sale, 法释〔2016〕18号.

1. The start price is the reserve; one bidder suffices (art. 11).
2. It is no lower than 70 % of the appraised or market value, in a repeated sale no lower than
   80 % of the last start price (arts 10, 26).
3. Bidding lasts a day or more. An offer within the last five minutes moves the end to its own
   time plus five minutes, and time is arrival at the server (art. 20).
4. A prior right, as the court confirmed it, may name the same price; between rights the order
   counts, and between equal ones the time (arts 19, 21): see `stages.equal_price`. A holder who
   does not take part has waived (arts 16, 19): nobody is asked after the end.
5. After a suspension (art. 28) what was left of the day comes back whole; where the terms promise
   a full countdown, five minutes at least.

A deposit may come until the end (arts 17, 18): no document of this rule sets an earlier deadline.
The house counts it, and lets nobody offer before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, model_validator

from auction_rules.clauses import (
    JUDICIAL_ABSENT,
    JUDICIAL_DEPOSIT,
    JUDICIAL_EXTENDS,
    JUDICIAL_PRIOR,
    JUDICIAL_SUSPENDS,
    citing,
)
from auction_rules.extension import Countdown
from auction_rules.facts import Amount, Awarded, FloorFact, Instant, LeadersChanged, Unsold
from auction_rules.floor import Floor, Offer
from auction_rules.money import rate
from auction_rules.program import Stage, Staged
from auction_rules.rule import Lot, Settlement
from auction_rules.says import HIGHER_EACH, HIGHEST, Says, both, in_words
from auction_rules.stages.equal_price import EqualPrice, Rank, rank
from auction_rules.steps import Grid, Ladder
from auction_rules.terms import (
    SECOND,
    Choice,
    Moment,
    Money,
    Resume,
    RuleConfig,
    Text,
    term,
    wrong,
)

BIDDING: Final[Text] = {"zh": "竞价", "en": "Bidding"}
DAY: Final = 86_400
LAST_MINUTES: Final = 300


class Sale(Choice):
    """Which attempt at selling it is, with the least share of the basis in percent."""

    FIRST = ("FIRST", "第一次拍卖", "the first sale")
    AGAIN = ("AGAIN", "再次拍卖", "a repeated sale")


LEAST_PERCENT: Final[Mapping[Sale, int]] = {Sale.FIRST: 70, Sale.AGAIN: 80}
_PRIOR: Final = both(
    "依法享有优先购买权的竞买人可以报出与当前最高价相同的价格；顺位在先者优先，"
    "同一顺位的，先出价者优先",
    "a bidder with a prior right may name the highest price itself; the better right wins, "
    "and of equal rights the earlier offer",
)
_ABSENT: Final = both(
    "优先购买权人经通知未参加竞买的，视为放弃，竞价结束后不再询问",
    "a holder who was notified and takes no part has waived, and nobody is asked after the end",
)
_ONE: Final = both(
    "仅一人出价且不低于起拍价的，亦可成交", "one bidder at the start or above suffices"
)
_DEPOSIT: Final = both(
    "保证金由人民法院在起拍价的 5% 至 20% 之间确定，竞买人应当以实名交纳，未足额交纳的不得出价；"
    "竞价结束前交纳并经确认的，自确认时起可以出价",
    "the court sets the deposit within 5% and 20% of the start price, and a bidder pays it under his "
    "own name; nobody offers before it is complete, and who pays before the end of the bidding may "
    "offer from its confirmation on",
)
_TOLD: Final = both(
    "拍卖中止的，公布原因；原因消除后五日内恢复",
    "where the sale is suspended the reason is published, and it goes on within five days of its "
    "end",
)


class JudicialTerms(RuleConfig):
    """Terms of an online judicial sale."""

    lot_zh: Annotated[str, Field(min_length=1, max_length=120)] = term(
        "标的", "Lot (Chinese)", default="标的"
    )
    lot_en: Annotated[str, Field(min_length=1, max_length=160)] = term(
        "标的（英文）", "Lot (English)", default="Lot"
    )
    opens: Moment = term("竞价开始", "Opens", kind="instant")
    duration_seconds: Annotated[int, Field(strict=True, ge=DAY, le=30 * DAY)] = term(
        "竞价时间（秒，不少于二十四小时）",
        "Bidding time (s, a day or more)",
        kind="seconds",
        default=DAY,
    )
    sale: Sale = term("拍卖次别", "Attempt", kind="enum", enum=Sale.options(), default=Sale.FIRST)
    basis_price: Money = term(
        "评估价或市价；再次拍卖为前次起拍价",
        "Appraised or market value; in a repeated sale the last start price",
        kind="money",
    )
    start_price: Money = term(
        "起拍价（即保留价）", "Start price, which is the reserve", kind="money"
    )
    step: Money = term("增价幅度", "Step", kind="money", default=1)
    grid: Grid = term("报价阶梯", "Grid", kind="enum", enum=Grid.options(), default=Grid.MIN_STEP)
    extension_seconds: Annotated[int, Field(strict=True, ge=LAST_MINUTES, le=LAST_MINUTES)] = term(
        "最后时段内有出价的，自该出价起顺延（秒）",
        "An offer in the last stretch moves the end to itself and this (s)",
        help_zh="由司法解释规定为五分钟，不能更改",
        help_en="Five minutes by the judicial interpretation; it cannot be another",
        kind="seconds",
        default=LAST_MINUTES,
    )
    resume: Resume = term(
        "恢复后的时间",
        "Time after resumption",
        kind="enum",
        enum=Resume.options(),
        default=Resume.REMAINING,
    )

    @model_validator(mode="after")
    def _together(self) -> JudicialTerms:
        if self.start_price < 1 or self.step < 1 or not _ladder(self).open(self.start_price):
            raise wrong(
                "step",
                "起拍价和增价幅度须大于零且不能过大",
                "start price and step are more than zero and not too large",
            )
        # Arts 10 and 26, as whole numbers: nothing is rounded in anybody's favour.
        if self.start_price * 100 < self.basis_price * LEAST_PERCENT[self.sale]:
            raise wrong(
                "start_price",
                "起拍价不得低于评估价或市价的 70%；再次拍卖降价不得超过前次起拍价的 20%",
                "the start is at least 70 % of the value, or 80 % of the last start price",
            )
        return self


class Judicial(Staged[JudicialTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "judicial"
    version: ClassVar[str] = "1"
    deposit_until_end: ClassVar[bool] = True
    deposit_percent: ClassVar[tuple[int, int] | None] = (5, 20)
    tells: ClassVar[frozenset[str]] = frozenset({"basis_price", "extension_seconds"})
    title: ClassVar[Text] = {"zh": "网络司法拍卖", "en": "Online judicial sale"}
    Config = JudicialTerms
    example: ClassVar[Mapping[str, Any]] = {
        "lot_zh": "某小区住宅一套",
        "lot_en": "A flat",
        "opens": "2026-03-02T10:00:00+08:00",
        "basis_price": "1000000",
        "start_price": "700000",
        "step": "5000",
    }

    def stages(self, terms: JudicialTerms) -> tuple[Stage, ...]:
        """One stage of bidding."""
        stretch = terms.extension_seconds * SECOND
        bidding = EqualPrice(
            id="bidding",
            kind="timed",
            title=BIDDING,
            ladder=_ladder(terms),
            to_beat=_top,
            leading=_leading,
            quantity=_no_quantity,
            resume_policy=terms.resume,
            length=terms.duration_seconds * SECOND,
            countdown=Countdown(stretch, window=stretch),
        )
        return (bidding,)

    def starts(self, terms: JudicialTerms) -> Instant:
        """The announced opening."""
        return terms.opens

    def priorities(self, terms: JudicialTerms) -> bool:
        """Holders of a prior right are named before the sale (art. 19)."""
        del terms
        return True

    def follows(self, floor: Floor[JudicialTerms], closed: str) -> str | None:
        """There is but one stage."""
        del floor, closed
        return None

    def finish(self, floor: Floor[JudicialTerms], now: Instant) -> tuple[FloorFact, ...]:
        """The leader wins: no offer below the start was ever valid, so the reserve is met."""
        del now
        top = floor.standing.top
        if top is None:
            return (Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"),)
        return (Awarded(top.bidder, None, top.amount, None, top.amount),)

    def least(self, floor: Floor[JudicialTerms]) -> Amount | None:
        """What somebody without a prior right could offer."""
        ladder, top = _ladder(floor.terms), _top(floor, "")
        return ladder.minimum(top) if ladder.open(top) else None

    def ranking(self, floor: Floor[JudicialTerms]) -> tuple[str, ...]:
        """By amount; equal ones by right, then by arrival."""
        offers = floor.standing.offers.values()
        return tuple(o.key for o in sorted(offers, key=lambda o: _place(floor, o)))

    def settlement(self, floor: Floor[JudicialTerms]) -> Settlement:
        """Deal, premium over the start (溢价) and its rate."""
        top = floor.standing.top
        if top is None:
            return Settlement(0, 0, None)
        premium = top.amount - floor.terms.start_price
        return Settlement(top.amount, premium, rate(premium, floor.terms.start_price))

    def says(self, terms: JudicialTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        minutes = in_words(terms.extension_seconds)
        extends = both(
            f"最后 {minutes['zh']}内有出价的，截止时间顺延至该出价到达后 {minutes['zh']}",
            f"an offer in the last {minutes['en']} moves the end to {minutes['en']} after it",
        )
        again = terms.sale is Sale.AGAIN
        zh, en = (terms.unit.written(terms.basis_price, lang) for lang in ("zh", "en"))
        basis = both(
            f"前次起拍价为 {zh}，起拍价的降低不超过其 20%"
            if again
            else f"评估价或者市价为 {zh}，起拍价不低于其 70%",
            f"the last start price was {en}, and the start is at most 20% below it"
            if again
            else f"the appraised or market value is {en}, and the start is at least 70% of it",
        )
        return {
            "what": (basis,),
            "extension": (citing(extends, JUDICIAL_EXTENDS),),
            # Arts 19 and 21: a prior right names the same price, and nobody else can.
            "tie": (citing(_PRIOR, JUDICIAL_PRIOR), citing(_ABSENT, JUDICIAL_ABSENT), HIGHER_EACH),
            "result": (HIGHEST, _ONE),
            "failure": (citing(_TOLD, JUDICIAL_SUSPENDS),),
            "other": (citing(_DEPOSIT, JUDICIAL_DEPOSIT),),
        }

    def lots(self, terms: JudicialTerms) -> tuple[Lot, ...]:
        """The one lot."""
        return (Lot("1", {"zh": terms.lot_zh, "en": terms.lot_en}),)


def _ladder(terms: JudicialTerms) -> Ladder:
    return Ladder(terms.start_price, terms.step, terms.grid)


def _top(floor: Floor[JudicialTerms], bidder: str) -> Amount | None:
    del bidder
    top = floor.standing.top
    return top.amount if top else None


def _no_quantity(floor: Floor[JudicialTerms], bidder: str) -> Amount | None:
    del floor, bidder
    return None


def _place(floor: Floor[JudicialTerms], offer: Offer) -> tuple[Amount, Rank, int]:
    return (-offer.amount, rank(floor, offer.bidder), offer.i)


def _leading(floor: Floor[JudicialTerms]) -> LeadersChanged:
    best = min(floor.standing.offers.values(), key=lambda o: _place(floor, o))
    return LeadersChanged((best.bidder,), best.amount)


RULE: Final = Judicial()
