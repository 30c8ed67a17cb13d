"""What the notice says of every listing besides its terms: the freeze, the gate, the reserve."""

from __future__ import annotations

from typing import Final

from auction_rules.clauses import (
    FUJIAN_FIRST,
    FUJIAN_RESERVE,
    FUJIAN_TWO,
    SHANTOU_RESERVE,
    SUZHOU_FREEZES,
    SUZHOU_RESERVE,
    citing,
)
from auction_rules.listing_terms import (
    Eligibility,
    LastHour,
    ListingTerms,
    ReserveKind,
    TimedNeeds,
    TimedStart,
)
from auction_rules.reserve_says import entered, open_bidding
from auction_rules.says import Says, both, in_words, joined
from auction_rules.terms import Text

_HALF_AN_HOUR: Final = 1_800


def listed(terms: ListingTerms, *, capped: bool = False) -> Says:
    """The last stretch of the listing, what the timed phase needs, and the reserve."""
    reserve: Says = {}
    if terms.reserve_kind is not ReserveKind.NONE:
        sealed = terms.reserve_kind is ReserveKind.SEALED
        reserve = open_bidding("底价", sealed=sealed, capped=capped)
    when = (*_stretch(terms), *_gate(terms), *_sealing(terms))
    return joined({"when": when, "step": (_start(terms),)}, reserve)


def _stretch(terms: ListingTerms) -> tuple[Text, ...]:
    length = in_words(terms.last_hour_seconds)
    if terms.last_hour is not LastHour.FROZEN:
        return ()
    frozen = both(
        f"挂牌最后 {length['zh']}开始时，已取得竞买资格的竞买人为两人以上的，该时段冻结，不接受报价；"
        "不足两人的，照常报价",
        f"where two or more bidders have been admitted when the last {length['en']} of the listing "
        "begin, that stretch is frozen and no offer is taken; with fewer it stays open",
    )
    return (citing(frozen, SUZHOU_FREEZES),)


def _gate(terms: ListingTerms) -> tuple[Text, ...]:
    found: list[Text] = []
    if terms.timed_needs is TimedNeeds.TWO_IN_LAST_HOUR:
        length = in_words(terms.last_hour_seconds)
        two = both(
            f"挂牌最后 {length['zh']}内有两人以上报价的，进入限时竞价；否则不再进行限时竞价",
            f"timed bidding is held where two or more have made an offer in the last "
            f"{length['en']} of the listing, and else is not held",
        )
        found.append(citing(two, FUJIAN_TWO))
    return tuple(found)


def _start(terms: ListingTerms) -> Text:
    if terms.timed_start is TimedStart.TOP_PLUS_STEP:
        first = both(
            "限时竞价的起叫价为挂牌最高价加一个限时竞价增价幅度",
            "timed bidding begins at the highest offer of the listing and one step of the timed "
            "phase above it",
        )
        return citing(first, FUJIAN_FIRST)
    return both(
        "限时竞价以挂牌最高价为起点，首个报价至少在其上加一个增价幅度",
        "timed bidding begins at the highest offer of the listing, and its first offer is at least "
        "a step above",
    )


def _sealing(terms: ListingTerms) -> tuple[Text, ...]:
    if terms.reserve_kind is not ReserveKind.SEALED:
        return ()
    window = terms.reserve_from_seconds, terms.reserve_until_seconds
    told = entered(*window, both("挂牌", "the listing"), "底价")
    if terms.reserve_until_seconds:
        return (citing(told, FUJIAN_RESERVE),)
    if terms.reserve_from_seconds == _HALF_AN_HOUR:
        asks = terms.eligibility is Eligibility.BID_AND_CONFIRMED
        return (citing(told, SHANTOU_RESERVE if asks else SUZHOU_RESERVE),)
    return (told,)
