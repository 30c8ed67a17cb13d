"""11, 13 and 16: two parties whose offers or whose coming go together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Final

from bidding.core.said import both
from replay.indicators.course import Course
from replay.indicators.lead import TOO_FEW, Indicator, Lead, Place, mean, ratio, root, unsaid
from replay.indicators.meeting import NO_PARTIES, Meeting, meetings

CORRELATED: Final = 8
CORRELATION_MARK: Final = Fraction(4, 5)
GROUPED: Final = 5
CROWD: Final = 5
"""Offers in a contest whose middle is worth aiming at."""
BESIDE: Final = Fraction(1, 200)
SHARE_MARK: Final = Fraction(4, 5)
LIFT_MARK: Final = Fraction(3, 2)

_Pairs = dict[tuple[str, str], list[Meeting]]


def _met(found: Sequence[Meeting], offers: int, times: int) -> _Pairs:
    """Pairs that both offered, in contests with so many offers, so many times."""
    pairs: _Pairs = {}
    often: dict[str, int] = {}
    large = [m for m in found if len(m.finals) >= offers]
    for meeting in large:
        for party in meeting.finals:
            often[party] = often.get(party, 0) + 1
    for meeting in large:
        # Who comes seldom cannot be in a pair that comes often.
        here = sorted(p for p in meeting.finals if often[p] >= times)
        for one, other in combinations(here, 2):
            pairs.setdefault((one, other), []).append(meeting)
    return {pair: rows for pair, rows in sorted(pairs.items()) if len(rows) >= times}


def _inputs(pair: tuple[str, str], rows: Sequence[Meeting]) -> tuple[Place, ...]:
    return tuple(place for meeting in rows for place in meeting.places(pair))


def residuals(courses: Sequence[Course]) -> Iterator[Lead]:
    """11: correlation of what is left of two offers once the others' mean is divided out."""
    found, said = meetings(courses), False
    for pair, rows in _met(found, 4, CORRELATED).items():
        points = [point for m in rows if (point := _residual(m, pair)) is not None]
        if len(points) < CORRELATED:
            continue
        (xs, ys) = ([p[0] for p in points], [p[1] for p in points])
        x, y = mean(xs), mean(ys)
        both_ways = mean([(a - x) * (b - y) for a, b in points])
        spread = mean([(a - x) ** 2 for a in xs]) * mean([(b - y) ** 2 for b in ys])
        if not spread:
            continue
        said = True
        value = both_ways * abs(both_ways) / spread
        marked = value >= CORRELATION_MARK**2
        yield Lead(11, "correlation", pair, root(value), marked, _inputs(pair, rows))
    if not said:
        yield unsaid(11, "correlation", TOO_FEW if found else NO_PARTIES)


def _residual(meeting: Meeting, pair: tuple[str, str]) -> tuple[Fraction, Fraction] | None:
    others = [Fraction(o.amount) for p, o in meeting.finals.items() if p not in pair]
    middle = mean(others)
    if not middle:
        return None
    one, other = (Fraction(meeting.finals[party].amount) for party in pair)
    return one / middle - 1, other / middle - 1


def beside(courses: Sequence[Course]) -> Iterator[Lead]:
    """13: pairs that come together and lie side by side around the middle."""
    found = meetings(courses)
    pairs = _met(found, CROWD, GROUPED)
    if not pairs:
        yield unsaid(13, "beside", TOO_FEW if found else NO_PARTIES)
    for pair, rows in pairs.items():
        close = [meeting for meeting in rows if _side_by_side(meeting, pair)]
        value = Fraction(len(close), len(rows))
        row = (ratio(value), value >= SHARE_MARK, _inputs(pair, close))
        yield Lead(13, "beside", pair, *row)


def _side_by_side(meeting: Meeting, pair: tuple[str, str]) -> bool:
    order = sorted(meeting.finals, key=lambda p: (meeting.finals[p].amount, meeting.finals[p].i))
    neighbours = any(set(two) == set(pair) for two in pairwise(order))
    low, high = sorted(meeting.finals[party].amount for party in pair)
    return neighbours and low > 0 and Fraction(high - low, low) <= BESIDE


def together(courses: Sequence[Course]) -> Iterator[Lead]:
    """16: how far the sessions of two parties are the same sessions."""
    visits: dict[str, dict[str, int]] = {}
    known = [course for course in courses if course.parties]
    for course in known:
        for bidder, party in sorted(course.parties.items()):
            if bidder in course.admitted:
                visits.setdefault(party, {}).setdefault(course.log, course.admitted[bidder])
    often = sorted(party for party, logs in visits.items() if len(logs) >= GROUPED)
    said = False
    for one, other in combinations(often, 2):
        shared = sorted(visits[one].keys() & visits[other].keys())
        if len(shared) < GROUPED:
            continue
        said = True
        value = Fraction(len(shared), len(visits[one].keys() | visits[other].keys()))
        lift = Fraction(len(shared) * len(known), len(visits[one]) * len(visits[other]))
        inputs = tuple(
            Place(log, i) for log in shared for i in sorted({visits[one][log], visits[other][log]})
        )
        marked = value >= SHARE_MARK and lift >= LIFT_MARK
        yield Lead(16, "jaccard", (one, other), ratio(value), marked, inputs)
        yield Lead(16, "lift", (one, other), ratio(lift), marked=False, inputs=inputs)
    if not said:
        yield unsaid(16, "jaccard", TOO_FEW if known else NO_PARTIES)


INDICATORS: Final = (
    Indicator(
        11,
        both("条件独立性", "Conditional independence"),
        both(
            "两家主体报价除以其余报价均值再减 1，跨场（至少 8 场，每场至少 4 家）的相关系数；"
            "达到 0.8 列为线索。",
            "Two parties' offers over the mean of the others, less 1: their correlation over sessions "
            "(8 or more, of 4 offers at least); a lead from 0.8.",
        ),
        both(
            "日志不含成本因素，只以其余报价作替代；同一地区、同一供应商的两家成本会一起涨落。",
            "The log holds no costs: the other offers stand for them. Two firms of one region or one "
            "supplier share ups and downs.",
        ),
        cross=residuals,
    ),
    Indicator(
        13,
        both("围绕均值抱团", "Groups around the average"),
        both(
            "同场报价（至少 5 场，每场至少 5 家）中，两家名次相邻且相差不超过 0.5% 的场次比例；"
            "达到 0.8 列为线索。",
            "Of the contests both offered in (5 or more, of 5 offers at least), the share in which the "
            "two were neighbours within 0.5 % of each other; a lead from 0.8.",
        ),
        both(
            "以均价定标时，理性的报价人都会靠近预期均值，未经联络也会相邻。",
            "Where the average wins, everybody aims at it and comes to lie side by side unasked.",
        ),
        cross=beside,
    ),
    Indicator(
        16,
        both("同进同出", "Co-bidding"),
        both(
            "两家共同获准入场的场次÷任一家入场的场次（Jaccard，至少共同 5 场）；达到 0.8 且"
            "提升度（共同场次×总场次÷各自场次之积）达到 1.5 列为线索。",
            "Sessions that admitted both, over those that admitted either (Jaccard, 5 together or "
            "more); a lead from 0.8 if the lift (both x all / (one x other)) is 1.5 or more.",
        ),
        both(
            "同一地区、同一资质、同一行业的企业关注的本来就是同一批公告。",
            "Firms of one region, one licence or one trade read the same notices.",
        ),
        cross=together,
    ),
)

__all__ = ["INDICATORS", "beside", "residuals", "together"]
