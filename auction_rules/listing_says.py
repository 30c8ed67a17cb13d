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
_ELSE: Final = both(
    "否则不进行限时竞价，以挂牌最高有效报价为最后报价",
    "else the highest offer of the listing is the last one",
)
_NOBODY_CONFIRMS: Final = both(
    "询问期内无人确认的，不进行限时竞价，以挂牌最高有效报价为最后报价",
    "where nobody confirms in the inquiry there is no timed bidding, and the highest offer of the "
    "listing is the last one",
)


def listed(terms: ListingTerms, *, capped: bool = False) -> Says:
    """The last stretch of the listing, what the timed phase needs, and the reserve."""
    reserve: Says = {}
    if terms.reserve_kind is not ReserveKind.NONE:
        sealed = terms.reserve_kind is ReserveKind.SEALED
        reserve = open_bidding("底价", sealed=sealed, capped=capped)
    asked = (_NOBODY_CONFIRMS,) if terms.asks else ()
    when = (*_stretch(terms), _gate(terms), *asked, *_sealing(terms))
    return joined({"when": when, "step": (_start(terms),)}, reserve)


def _stretch(terms: ListingTerms) -> tuple[Text, ...]:
    length = _last(terms)
    if terms.last_hour is LastHour.OPEN:
        return (both("挂牌期内始终可以报价", "offers are taken as long as the listing is open"),)
    if terms.last_hour is LastHour.COUNTED:
        counted = both(
            f"挂牌最后 {length['zh']}照常报价，并单独统计该时段的报价人",
            f"the last {length['en']} of the listing is open too, and who bids in it is counted",
        )
        return (counted,)
    frozen = both(
        f"挂牌最后 {length['zh']}开始时，已取得竞买资格的竞买人为两人以上的，该时段冻结，不接受报价，"
        "不足两人的，照常报价",
        f"where two or more bidders have been admitted by the beginning of the last {length['en']} "
        "of the listing, that stretch is frozen and no offer is taken, and with fewer it stays open",
    )
    return (citing(frozen, SUZHOU_FREEZES),)


def _last(terms: ListingTerms) -> Text:
    length = in_words(terms.last_hour_seconds)
    return both(length["zh"], length["en"].removeprefix("1 "))


def _gate(terms: ListingTerms) -> Text:
    length = _last(terms)
    match terms.timed_needs:
        case TimedNeeds.ONE_BID:
            return both(
                "有一个以上有效报价的，进入限时竞价",
                "timed bidding is held where there is a valid offer",
            )
        case TimedNeeds.TWO_BIDDERS:
            return both(
                f"挂牌期内有两人以上报价的，进入限时竞价，{_ELSE['zh']}",
                f"timed bidding is held where two or more have made an offer, and {_ELSE['en']}",
            )
        case TimedNeeds.TWO_IN_LAST_HOUR:
            two = both(
                f"挂牌最后 {length['zh']}内有两人以上报价的，进入限时竞价，{_ELSE['zh']}",
                "timed bidding is held where two or more have made an offer in the last "
                f"{length['en']} of the listing, and {_ELSE['en']}",
            )
            return citing(two, FUJIAN_TWO)


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
