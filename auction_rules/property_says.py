"""What the notice says of a sale of property rights besides its terms; see `says`."""

from __future__ import annotations

from typing import Final

from auction_rules.listing_terms import ReserveKind
from auction_rules.property_choices import (
    Alone,
    EqualRanks,
    Exercise,
    Quoting,
    Refusal,
)
from auction_rules.property_terms import PropertyTerms
from auction_rules.reserve_says import entered, open_bidding
from auction_rules.says import EARLIER, HIGHER_EACH, HIGHEST, NEVER_EQUAL, Says, both, joined
from auction_rules.terms import Text, show_instant

_IN_HALL: Final = both(
    "优先购买权人可以报出与当前最高价相同的价格，成为领先者；顺位在先者优先",
    "a holder of a first refusal may name the highest price itself and leads; the better right wins",
)
_HIGHER: Final = both(
    "竞价中每次报价须高于当前最高报价；行权人按最高报价行权的，由行权人成交",
    "in the bidding each offer must be higher than the one before it; "
    "a holder who takes the highest price has it",
)
_FIRST: Final = both("同一顺位的，先出价者优先", "of equal rights the earlier offer")
_LOTS: Final = both(
    "同一顺位的均可报出该价格，竞价结束后摇号排定第一、第二及以后次序，依次确认；"
    "在先者未确认的，由下一名递补",
    "of equal rights all may name it; lots then put them first, second and so on, and each may "
    "confirm where the one before has not",
)
_ALL_DEFAULT: Final = both(
    "摇号排定次序的优先购买权人均未确认的，不成交",
    "where none of those drawn confirms, nothing is sold",
)
_ASKED: Final = both(
    "竞价结束后依次询问优先购买权人，逾期未答复的，视为放弃；按最高报价行权的，由其以该价格成交",
    "after the bidding the holders are asked in turn, and silence is a waiver; "
    "who takes the highest price has it at that price",
)
_RAISE: Final = both(
    "行权后，价格被取得的报价人可以追加报价一次",
    "whoever's price was taken may then raise once",
)
_AGAIN: Final = both(
    "追加后再次询问行权人，直至一方不再出价",
    "the holder is asked again after each raise, until one of them is silent",
)
_ONCE: Final = both("行权人不再次被询问", "the holder is then not asked again")
_LONGER: Final = both(
    "自由报价截止时报价人不足两人的，延牌，原有报价仍然有效",
    "where fewer than two have made an offer when free offers close, the listing is extended, and "
    "offers made stay valid",
)


def told(terms: PropertyTerms) -> Says:
    """Equal offers, who wins, and what follows when too few come or all are in default."""
    single, lots = terms.quoting is Quoting.SINGLE, terms.equal_ranks is EqualRanks.DRAW
    tie: tuple[Text, ...] = (EARLIER if single else NEVER_EQUAL,)
    result: tuple[Text, ...] = (HIGHEST,)
    failure: tuple[Text, ...] = ()
    if terms.first_refusal is Refusal.IN_HALL_EQUAL:
        tie = (_IN_HALL, _LOTS if lots else _FIRST, EARLIER if single else HIGHER_EACH)
        failure = (_ALL_DEFAULT,) if lots else ()
    if terms.first_refusal is Refusal.AFTER_BID:
        tie = (EARLIER,) if single else (_HIGHER,)
        result = (*result, _ASKED)
    if terms.raise_seconds:
        result = (*result, _RAISE, _ONCE if terms.exercise is Exercise.ONCE else _AGAIN)
    if terms.single_bidder is Alone.EXTEND_LISTING:
        failure = (*failure, _LONGER)
    when = (_closing(terms),)
    said: Says = {"when": when, "tie": tie, "result": result, "failure": failure}
    return joined(said, _reserve(terms))


def _closing(terms: PropertyTerms) -> Text:
    at = show_instant(terms.closes)
    if terms.quoting is Quoting.SINGLE:
        return both(f"一次报价于 {at} 截止", f"single offers close at {at}")
    if terms.timed:
        return both(f"自由报价于 {at} 截止", f"free offers close at {at}")
    return both(
        f"报价于 {at} 截止，按本规则顺延的除外", f"offers close at {at}, unless the end is moved"
    )


def _reserve(terms: PropertyTerms) -> Says:
    if terms.reserve_kind is ReserveKind.NONE:
        return {}
    sealed = terms.reserve_kind is ReserveKind.SEALED
    asked = terms.first_refusal is Refusal.AFTER_BID
    unmet = open_bidding("保留价", sealed=sealed, holders=asked)
    if not sealed:
        return unmet
    window = terms.reserve_from_seconds, terms.reserve_until_seconds
    what = both("报价", "the time for free or single offers")
    return joined({"when": (entered(*window, what, "保留价"),)}, unmet)
