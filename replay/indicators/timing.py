"""19: who follows whom, faster than a person can, and only in the last seconds."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Final

from bidding.core.said import both
from replay.indicators.course import Course, Offer
from replay.indicators.lead import Indicator, Input, Lead, count, places, ratio, unsaid

LEAST: Final = 5
"""Own offers of a bidder."""
FOLLOWS: Final = 2_000_000
FASTER: Final = 300_000
"""Microseconds: sooner than this after another's offer, no person can have read and answered it."""
LAST: Final = 10_000_000
SHARE_MARK: Final = Fraction(4, 5)
FAST_MARK: Final = Fraction(1, 2)
_OF_HIS: Final = both("其中如此报价／本人报价", "such offers / his offers")


def timing(course: Course) -> Iterator[Lead]:
    """19, over the whole session; sealed offers have no rhythm worth the name."""
    own = [offer for offer in course.own() if not offer.sealed]
    mine: dict[str, list[Offer]] = {}
    for offer in own:
        mine.setdefault(offer.bidder, []).append(offer)
    able = sorted(bidder for bidder, offers in mine.items() if len(offers) >= LEAST)
    if not able:
        yield unsaid(19, "any", log=course.log)
        return
    follows: dict[tuple[str, str], list[int]] = {}
    fast: dict[str, list[int]] = {}
    for before, offer in pairwise(own):
        if before.bidder == offer.bidder:
            continue
        if offer.t - before.t <= FOLLOWS:
            follows.setdefault((offer.bidder, before.bidder), []).append(offer.i)
        if offer.t - before.t < FASTER:
            fast.setdefault(offer.bidder, []).append(offer.i)
    total = Counter(offer.bidder for offer in own)
    # Of two bidders alone, each always follows the other.
    pairs = [pair for pair in sorted(follows) if total[pair[0]] >= LEAST and len(mine) >= 3]
    for pair in pairs:
        yield _share(course, "follows", pair, follows[pair], total[pair[0]])
    if not pairs and len(mine) >= 3:
        yield _share(course, "follows", (), [], len(own))
    for bidder in able:
        yield _share(course, "faster", (bidder,), fast.get(bidder, []), total[bidder])
    yield from _late(course, able, mine)


def _late(course: Course, able: list[str], mine: dict[str, list[Offer]]) -> Iterator[Lead]:
    if not course.closings:
        return
    since = [i for i, _ in course.closings]
    for bidder in able:
        found = []
        for offer in mine[bidder]:
            # The closing as it stood before this very offer moved it.
            place = bisect_right(since, offer.i - 1) - 1
            if place >= 0 and 0 <= course.closings[place][1] - offer.t <= LAST:
                found.append(offer.i)
        yield _share(course, "last", (bidder,), found, len(mine[bidder]))


def _share(course: Course, part: str, who: tuple[str, ...], found: list[int], of: int) -> Lead:
    value = Fraction(len(found), of)
    mark = FAST_MARK if part == "faster" else SHARE_MARK
    row = (part, who, ratio(value), value >= mark, places(course, found))
    return Lead(19, *row, course.log, takes=(Input(_OF_HIS, count(len(found)), count(of)),))


INDICATORS: Final = (
    Indicator(
        19,
        both("时间规律", "Timing"),
        both(
            "本人报价（至少 5 次）中：紧接同一人之后 2 秒内的比例（3 人以上），"
            "达到 0.8 列为线索；在他人报价后不足 0.3 秒的比例，达到 0.5 列；"
            "在截止前 10 秒内的比例，达到 0.8 列。密封报价不计。",
            "Of a bidder's own offers (5 or more): the share within 2 s after one and the same rival "
            "(with 3 bidders or more), a lead from 0.8; the share less than 0.3 s after another's "
            "offer, a lead from 0.5; the share in the last 10 s, a lead from 0.8. Sealed offers do "
            "not count.",
        ),
        both(
            "两名真正的对手也会紧跟对方；最后时刻报价是常见策略；"
            "预先填好金额或两次点击恰好相近，也会显得很快。",
            "Two real rivals follow each other; late offers are a common tactic; an amount filled in "
            "beforehand, or two clicks by chance, look fast.",
        ),
        single=timing,
    ),
)

__all__ = ["INDICATORS", "timing"]
