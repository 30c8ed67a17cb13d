"""What the notice says of a listing of land besides its terms: what the cap leads to; see `says`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from auction_rules.land_choices import CapSequel, CapTrigger, EqualTotals
from auction_rules.land_terms import LandTerms
from auction_rules.says import EARLIER, LOTS, NEVER_EQUAL, Says, both
from auction_rules.terms import Text

_HIGHER: Final = both(
    "公开竞价中每次报价须高于当前最高报价",
    "in open bidding each offer must be higher than the one before it",
)
_BELOW_CAP: Final = both(
    "公开竞价中低于最高限价的每次报价须高于当前最高报价，最高限价可以由多人报出",
    "in open bidding each offer below the cap must be higher than the one before it; "
    "the cap itself may be offered by several",
)
_OPEN: Final = both(
    "公开竞价中报价最高者成交，按其报价付款",
    "in open bidding the highest offer wins, and its price is paid",
)
_SHORT_OF_IT: Final = both(
    "公开竞价中没有报价达到最高限价的，报价最高者成交，按其报价付款",
    "where no offer of the open bidding reaches the cap, the highest one wins, and its price is paid",
)
_NOT_BEYOND: Final = both(
    "公开竞价中没有报价超过最高限价的，报价最高者成交，按其报价付款",
    "where no offer of the open bidding is above the cap, the highest one wins, and its price is paid",
)
_AFTER_REACHING: Final = both("有报价达到最高限价的，", "where one reaches the cap, ")
_AFTER_PASSING: Final = both("有报价超过最高限价的，", "where one is above the cap, ")
_PASSED: Final = both(
    "报价高于最高限价的，该报价不成立，公开竞价就此结束，转入后续程序",
    "an offer above the cap does not stand: the open bidding ends with it, and what follows begins",
)
_REACHED: Final = both(
    "报价达到最高限价的，公开竞价就此结束；在挂牌期内达到的，于挂牌截止后转入后续程序",
    "the open bidding ends with an offer at the cap; where that comes while the listing is open, "
    "what follows waits for its end",
)
_NOBODY: Final = both(
    "后续程序中无人报价的，由公开竞价的最高有效报价者成交",
    "where nobody makes an offer in what follows, the highest offer of the open bidding wins",
)
_WINS: Final[Mapping[CapSequel, Text]] = {
    CapSequel.SELL: both(
        "首先报出最高限价者以该价格成交", "whoever first offers the cap has it at the cap"
    ),
    CapSequel.POOL_LOTTERY: both(
        "仅一人报出最高限价的，由其成交；两人以上的，以摇号确定",
        "one alone at the cap has it; between two or more lots decide",
    ),
    CapSequel.JOIN_LOTTERY: both(
        "询问全体竞买人是否按最高限价参加摇号；仅一人参加的，由其按最高限价成交；"
        "两人以上的，以摇号确定",
        "all are asked whether they join a draw at the cap; one alone has it at the cap; between "
        "two or more lots decide",
    ),
    CapSequel.ONE_PRICE: both(
        "一次报价最接近全部报价平均价者，按其报价成交；平均价四舍五入至最小计价单位",
        "of the single quotes the one nearest to the average of all wins at its own price; "
        "the average is rounded half up to the smallest unit",
    ),
    CapSequel.SEALED_TOTAL: both(
        "密封总价最高者成交，按其总价付款", "the highest sealed total wins, and it is paid"
    ),
    CapSequel.NEXT_INDICATOR: both(
        "价格为最高限价，所报指标最多者成交；有多项指标的，依次竞报，前一项达到上限后竞报下一项，"
        "进入下一项者即接受其前各项的上限",
        "the price is the cap, and the most of the indicator wins; where there are several, each "
        "is bid when the one before is at its end, and whoever goes on accepts that end",
    ),
}
_NEAR: Final = both(
    "与平均价同等接近的，低于平均价者优先；他人已报的价格不予受理，须另报",
    "of two equally near the one below the average wins; a price that somebody has named is "
    "refused, and another must be named",
)
_SAME_COUNTDOWN: Final = both(
    "竞报指标适用与限时竞价相同的倒计时，自该阶段开始时起计",
    "while an indicator is bid the countdown of the timed phase runs, from the beginning of that stage",
)
_NOBODY_JOINS: Final = both(
    "无人参加摇号的，不成交", "where nobody joins the draw, nothing is sold"
)


def told(terms: LandTerms) -> Says:
    """Who wins with a cap and without, equal offers, and what leads from the cap to the rest."""
    if terms.cap_price is None:
        return {"tie": (NEVER_EQUAL,), "result": (_OPEN,)}
    chosen = terms.cap_sequel
    stays_open = chosen in (CapSequel.SELL, CapSequel.POOL_LOTTERY)
    passed = terms.cap_trigger is CapTrigger.ABOVE_CAP
    ceiling = () if stays_open else (_PASSED if passed else _REACHED,)
    falls_back = stays_open or chosen is CapSequel.JOIN_LOTTERY
    winners = (_OPEN, _WINS[chosen]) if stays_open else _either(chosen, passed=passed)
    said: dict[str, tuple[Text, ...]] = {
        "tie": _equal(terms),
        "ceiling": ceiling,
        "result": (*winners, *(() if falls_back else (_NOBODY,))),
    }
    if chosen is CapSequel.NEXT_INDICATOR:
        said["extension"] = (_SAME_COUNTDOWN,)
    if chosen is CapSequel.JOIN_LOTTERY:
        said["failure"] = (_NOBODY_JOINS,)
    return said


def _either(chosen: CapSequel, *, passed: bool) -> tuple[Text, Text]:
    """Two winners are described: which of them it is depends on what the cap led to."""
    when, wins = _AFTER_PASSING if passed else _AFTER_REACHING, _WINS[chosen]
    then = both(when["zh"] + wins["zh"], when["en"] + wins["en"])
    return (_NOT_BEYOND if passed else _SHORT_OF_IT, then)


def _equal(terms: LandTerms) -> tuple[Text, ...]:
    match terms.cap_sequel:
        case CapSequel.POOL_LOTTERY:
            return (_BELOW_CAP, LOTS)
        case CapSequel.JOIN_LOTTERY:
            return (_HIGHER, LOTS)
        case CapSequel.ONE_PRICE:
            return (_HIGHER, _NEAR)
        case CapSequel.SEALED_TOTAL:
            return (_HIGHER, LOTS if terms.total_equal is EqualTotals.LOTTERY else EARLIER)
        case _:
            return (NEVER_EQUAL,)
