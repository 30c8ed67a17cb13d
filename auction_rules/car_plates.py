"""小汽车增量指标竞价 car_plates@1: many equal units, one quote a bidder and a few amendments.

The Shenzhen form (MECHANISMS M13, DOMAIN §15 S12): quotes are sealed; at announced times the
average of the middle quotes is broadcast; the last valid quote counts and its time is the
tie-break; price first, then time; every winner pays his own quote. Published at the end are the
lowest winning price and the time of the last winner's quote.

The Hangzhou form adds a cap that begins at an hour: twice last month's average from 15:00 on
(DOMAIN §4). What is not here: units that grow by half in the course; its four conditions are not
in any text read.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from auction_rules.averages import TrimRounding, trimmed_mean
from auction_rules.facts import Amount, Awarded, FloorFact, Instant, LeadersChanged, Noted, Unsold
from auction_rules.floor import Bid, Floor, Offer
from auction_rules.money import LIMIT, divide_half_up, format_decimal, rate
from auction_rules.program import Stage, Staged
from auction_rules.rule import Lot, Refuse, Settlement
from auction_rules.says import Says, both, joined
from auction_rules.stages.late_cap import LateCap
from auction_rules.steps import Grid, Ladder
from auction_rules.terms import (
    Count,
    Moment,
    Money,
    RuleConfig,
    Text,
    Unit,
    show_instant,
    term,
    wrong,
)

QUOTING: Final[Text] = {"zh": "竞价报价", "en": "Sealed quotes"}
PLATES: Final = Unit(zh="个", en="units", scale=0)


class Broadcast(BaseModel):
    """A time at which an average is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: Moment = term("播报时间", "Told at", kind="instant")


class PlateTerms(RuleConfig):
    """Terms of an auction of equal units."""

    units: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = term(
        "指标数量", "Units", kind="count"
    )
    opens: Moment = term("报价开始", "Opens", kind="instant")
    closes: Moment = term("报价截止", "Closes", kind="instant")
    start_price: Money = term("竞价底价", "Least price", kind="money")
    step: Money = term("报价单位", "Multiple of", kind="money", default=1)
    amendments: Count = term(
        "可修改报价次数", "How often a quote may be replaced", kind="count", default=2
    )
    broadcasts: tuple[Broadcast, ...] = term(
        "平均报价播报", "Averages are told", kind="list", default=()
    )
    trim_basis_points: Annotated[int, Field(strict=True, ge=0, le=4_999)] = term(
        "平均报价两端各剔除（万分之）",
        "Left out of the average at each end (basis points)",
        kind="count",
        default=1_000,
    )
    trim_rounding: TrimRounding = term(
        "剔除个数取整",
        "Rounding of how many",
        kind="enum",
        enum=TrimRounding.options(),
        default=TrimRounding.DOWN,
    )

    last_average: Money | None = term(
        "上月平均成交价（用于后段限价）",
        "Last month's average (for the late cap)",
        kind="money",
        default=None,
    )
    late_cap_percent: Annotated[int, Field(strict=True, ge=1, le=10_000)] = term(
        "后段限价（上月平均成交价的百分之）",
        "Late cap in percent of that average",
        kind="count",
        default=200,
    )
    late_cap_from: Moment | None = term(
        "后段限价开始", "The late cap begins", kind="instant", default=None
    )

    @model_validator(mode="after")
    def _together(self) -> PlateTerms:
        if self.closes <= self.opens:
            raise wrong("closes", "截止须晚于开始", "the close must be after the opening")
        if self.step < 1 or not _ladder(self).open(None) or self.start_price < 1:
            raise wrong("start_price", "底价或报价单位不合理", "least price or multiple is off")
        times = [self.opens, *(b.at for b in self.broadcasts), self.closes]
        if any(later <= earlier for earlier, later in pairwise(times)):
            raise wrong(
                "broadcasts",
                "播报时间须在报价时段内并依次排列",
                "broadcasts lie within the window, in order",
            )
        _late_cap_problem(self)
        return self

    @property
    def late_cap(self) -> Amount | None:
        """Half up to the smallest unit; a quote on the grid may come up to it."""
        if self.last_average is None:
            return None
        return divide_half_up(self.last_average * self.late_cap_percent, 100)


def _late_cap_problem(c: PlateTerms) -> None:
    if (c.late_cap is None) != (c.late_cap_from is None):
        raise wrong(
            "late_cap_from",
            "后段限价须填上月平均成交价和开始时间，否则都不填",
            "a late cap has both an average and an hour, or neither",
        )
    if c.late_cap_from is not None and not c.opens < c.late_cap_from < c.closes:
        raise wrong(
            "late_cap_from",
            "后段限价须在报价时段内开始",
            "the late cap begins within the window",
        )
    if c.late_cap is not None and not c.start_price <= c.late_cap <= LIMIT // c.units:
        raise wrong(
            "last_average",
            "后段限价不得低于竞价底价，也不能过大",
            "the late cap is not below the least price, nor too large",
        )


def _averages(terms: PlateTerms) -> Says:
    """When averages are told, and what is left out of them."""
    if not terms.broadcasts:
        return {}
    times = [show_instant(b.at) for b in terms.broadcasts]
    share = f"{format_decimal(terms.trim_basis_points, 2)}%"
    cut = terms.trim_rounding
    told = both(
        f"平台于 {'、'.join(times)} 公布届时全部有效报价的平均值，计算时最高和最低两端各剔除 {share}，"
        f"剔除个数{cut.zh}",
        f"at {', '.join(times)} the average of all valid quotes is published, "
        f"without {share} of them at each end, their number {cut.en}",
    )
    return {"sight": (told,)}


def _late(terms: PlateTerms) -> Says:
    """The cap of the last hours."""
    if terms.late_cap is None or terms.last_average is None or terms.late_cap_from is None:
        return {}
    at, percent = show_instant(terms.late_cap_from), terms.late_cap_percent
    average, cap = (
        {lang: terms.unit.written(amount, lang) for lang in ("zh", "en")}
        for amount in (terms.last_average, terms.late_cap)
    )
    capped = both(
        f"自 {at} 起，报价不得高于上月平均成交价 {average['zh']}的 {percent}%，即 {cap['zh']}",
        f"from {at} on no quote may be above {percent}% of last month's average "
        f"of {average['en']}, which is {cap['en']}",
    )
    return {"ceiling": (capped,)}


_PRICE_TIME: Final = both(
    "按价格优先、时间优先排序：报价相同的，有效报价到达服务器在先者优先",
    "ranked by price, then by time: of equal offers the one that reached the server first wins",
)
_PAY_AS_BID: Final = both(
    "按报价由高到低成交至指标用完，各按自己的报价付款",
    "the highest offers win until the units are used up, each at its own price",
)


class CarPlates(Staged[PlateTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "car_plates"
    version: ClassVar[str] = "1"
    tells: ClassVar[frozenset[str]] = frozenset(
        {
            "broadcasts",
            "trim_basis_points",
            "trim_rounding",
            "last_average",
            "late_cap_percent",
            "late_cap_from",
        }
    )
    title: ClassVar[Text] = {"zh": "小汽车增量指标竞价", "en": "Car-plate auction"}
    Config = PlateTerms
    example: ClassVar[Mapping[str, Any]] = {
        "unit": {"zh": "元", "en": "CNY", "scale": 0, "fen": 100},
        "units": 3,
        "opens": "2026-03-25T09:00:00+08:00",
        "closes": "2026-03-25T15:00:00+08:00",
        "start_price": "10000",
        "step": "100",
        "broadcasts": [
            {"at": "2026-03-25T11:00:00+08:00"},
            {"at": "2026-03-25T13:00:00+08:00"},
        ],
    }
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "shenzhen": {
            "title": {
                "zh": "深圳：一次报价、两次修改，11 时和 13 时播报平均价",
                "en": "Shenzhen: one quote and two amendments, averages told at 11 and 13",
            },
            # The highest and the lowest tenth are left out; how a tenth is rounded no text says.
            "terms": {"amendments": 2, "trim_basis_points": 1_000, "trim_rounding": "DOWN"},
        },
        "hangzhou": {
            "title": {
                "zh": "杭州：15 时起限价为上月平均成交价的两倍（须填上月平均成交价和开始时间）",
                "en": "Hangzhou: from 15:00 on at most twice last month's average "
                "(fill in the average and the hour)",
            },
            # The hour and the average are the centre's to fill.
            "terms": {"late_cap_percent": 200},
        },
    }
    """Terms that published rules fix, by name: `title` in both languages, and `terms`."""

    def stages(self, terms: PlateTerms) -> tuple[Stage, ...]:
        """The one window."""
        return (
            LateCap(
                id="sealed",
                title=QUOTING,
                ladder=_ladder(terms),
                leading=_leading,
                begins=terms.opens,
                ends=terms.closes,
                amendments=terms.amendments,
                check=_check,
                broadcasts=tuple(b.at for b in terms.broadcasts),
                figure=average,
                cap=terms.late_cap,
                capped_from=terms.late_cap_from or 0,
            ),
        )

    def starts(self, terms: PlateTerms) -> Instant:
        """The opening of the window."""
        return terms.opens

    def follows(self, floor: Floor[PlateTerms], closed: str) -> str | None:
        """There is but one stage."""
        del floor, closed
        return None

    def finish(self, floor: Floor[PlateTerms], now: Instant) -> tuple[FloorFact, ...]:
        """The best by price, then by time, each at his own quote; then when the last was made."""
        del now
        winners = _winners(floor)
        if not winners:
            return (Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"),)
        return (*_awards(floor), Noted("last_winner_time", show_instant(winners[-1].t)))

    def least(self, floor: Floor[PlateTerms]) -> Amount:
        """The start: what others quoted binds nobody."""
        return floor.terms.start_price

    def ranking(self, floor: Floor[PlateTerms]) -> tuple[str, ...]:
        """By price, then by the time of the last valid quote."""
        return tuple(o.key for o in _ranked(floor))

    def settlement(self, floor: Floor[PlateTerms]) -> Settlement:
        """Totals over the winners; units that found nobody."""
        terms = floor.terms
        awards = floor.standing.awards or _awards(floor)
        total, base = sum(a.total for a in awards), terms.start_price * len(awards)
        return Settlement(total, total - base, rate(total - base, base), terms.units - len(awards))

    def says(self, terms: PlateTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        said: Says = {"tie": (_PRICE_TIME,), "result": (_PAY_AS_BID,)}
        return joined(said, _averages(terms), _late(terms))

    def lots(self, terms: PlateTerms) -> tuple[Lot, ...]:
        """The units together."""
        return (Lot("1", {"zh": "小汽车增量指标", "en": "Car plates"}, terms.units),)

    def settlement_unit(self, terms: PlateTerms) -> Unit:
        """The unit of the prices."""
        return terms.unit

    def quantity_unit(self, terms: PlateTerms) -> Unit | None:
        """Counted."""
        del terms
        return PLATES


def _ladder(terms: PlateTerms) -> Ladder:
    return Ladder(terms.start_price, terms.step, Grid.MULTIPLE_OF_STEP, limit=LIMIT // terms.units)


def _check(floor: Floor[PlateTerms], bidder: str, bid: Bid) -> Refuse | None:
    del floor, bidder
    if bid.lot not in (None, "1"):
        return Refuse("NO_SUCH_LOT")
    return None if bid.quantity in (None, 1) else Refuse("QTY_OVER_LIMIT", {"quantity": 1})


def average(floor: Floor[PlateTerms]) -> Amount | None:
    """The average of the middle quotes as they stand, half up; None while there are none."""
    terms, amounts = floor.terms, [o.amount for o in floor.standing.offers.values()]
    return trimmed_mean(amounts, terms.trim_basis_points, terms.trim_rounding)


def _ranked(floor: Floor[PlateTerms]) -> list[Offer]:
    return sorted(floor.standing.offers.values(), key=lambda o: (-o.amount, o.i))


def _winners(floor: Floor[PlateTerms]) -> list[Offer]:
    return _ranked(floor)[: floor.terms.units]


def _awards(floor: Floor[PlateTerms]) -> tuple[Awarded, ...]:
    return tuple(Awarded(o.bidder, None, o.amount, 1, o.amount) for o in _winners(floor))


def _leading(floor: Floor[PlateTerms]) -> LeadersChanged:
    winners = _winners(floor)
    cutoff = winners[-1].amount if winners else None
    return LeadersChanged(tuple(o.bidder for o in winners), cutoff)


RULE: Final = CarPlates()
