"""9, 10 and 24: what single sessions show, seen over many of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Final

from bidding.core.said import both
from replay.indicators.course import Course
from replay.indicators.lead import (
    TOO_FEW,
    Indicator,
    Lead,
    Place,
    Quantity,
    median,
    ratio,
    root,
    unsaid,
)
from replay.indicators.meeting import NO_PARTIES, meetings
from replay.indicators.spread import CV_MARK, cv_squared
from replay.indicators.spread import LEAST as OFFERS

TOGETHER: Final = 5
"""Sessions in which a subset must have met, or that must lie on each side of a break."""
MOST: Final = 12
"""Parties of one contest whose subsets are looked at; of more there are too many."""
NEAR: Final = Fraction(1, 100)
LOSERS: Final = 20
MISSING_MARK: Final = Fraction(1, 5)
BREAK_MARK: Final = Fraction(2)
ENTRY_MARK: Final = Fraction(3, 2)

_Row = tuple[Course, Fraction | None, int]
"""A contest: its session, the squared variation of four offers or more, how many offered."""


def subsets(courses: Sequence[Course]) -> Iterator[Lead]:
    """9: the variation among each three or four parties, over all the sessions they met in."""
    met = meetings(courses)
    often: dict[str, int] = {}
    for meeting in met:
        for party in meeting.finals:
            often[party] = often.get(party, 0) + 1
    found: dict[tuple[str, ...], list[tuple[Fraction, tuple[Place, ...]]]] = {}
    for meeting in met:
        here = sorted(p for p in meeting.finals if often[p] >= TOGETHER)
        for size in (3, 4) if len(here) <= MOST else ():
            for group in combinations(here, size):
                square = cv_squared([Fraction(meeting.finals[p].amount) for p in group])
                if square is not None:
                    found.setdefault(group, []).append((square, meeting.places(group)))
    rows = [(group, row) for group, row in sorted(found.items()) if len(row) >= TOGETHER]
    if not rows:
        yield unsaid(9, "median", TOO_FEW if met else NO_PARTIES)
    for group, row in rows:
        squares = [square for square, _ in row]
        inputs = tuple(place for _, entries in row for place in entries)
        middle = median(squares)
        yield Lead(9, "median", group, root(middle), middle < CV_MARK**2, inputs)
        yield Lead(9, "least", group, root(min(squares)), marked=False, inputs=inputs)
        yield Lead(9, "greatest", group, root(max(squares)), marked=False, inputs=inputs)


def close_losers(courses: Sequence[Course]) -> Iterator[Lead]:
    """10: losers within 1 % of the best, against those within 1 to 2 %."""
    near: list[Place] = []
    following = 0
    for course in courses:
        for contest in sorted(course.finals):
            ranked = course.ranked(contest)
            if not ranked or ranked[0].amount <= 0:
                continue
            best = ranked[0].amount
            for offer in ranked[1:]:
                margin = Fraction(abs(offer.amount - best), best)
                if margin <= NEAR:
                    near.append(Place(course.log, offer.i))
                elif margin <= 2 * NEAR:
                    following += 1
    total = len(near) + following
    if total < LOSERS:
        yield unsaid(10, "near")
        return
    value = Fraction(len(near), total)
    yield Lead(10, "near", (), ratio(value), value < MISSING_MARK, tuple(sorted(near)))


def breaks(courses: Sequence[Course]) -> Iterator[Lead]:
    """24: variation and participation before and after a change of rule, or a newcomer."""
    rows: list[_Row] = []
    for course in sorted(courses, key=lambda c: (c.began, c.log)):
        for contest in sorted(course.finals):
            amounts = [Fraction(o.amount) for o in course.finals[contest].values()]
            enough = len(amounts) >= OFFERS
            rows.append((course, cv_squared(amounts) if enough else None, len(amounts)))
    said = False
    for why, at in _changes(rows):
        before, after = rows[:at], rows[at:]
        for part, value, marked in _compare(before, after):
            said = True
            course = after[0][0]
            lead = Lead(
                24, f"{part}, {why}", (), value, marked, (Place(course.log, 0),), course.log
            )
            yield lead
    if not said:
        yield unsaid(24, "any")


def _changes(rows: Sequence[_Row]) -> list[tuple[str, int]]:
    """Where a rule took the place of another, or a party that comes often came first."""
    found: list[tuple[str, int]] = []
    first: dict[str, int] = {}
    visits: dict[str, int] = {}
    for at, (course, _, _) in enumerate(rows):
        if at and course.rule != rows[at - 1][0].rule:
            found.append(("rule", at))
        for party in set(course.parties.values()):
            first.setdefault(party, at)
            visits[party] = visits.get(party, 0) + 1
    found += [("newcomer", at) for p, at in first.items() if visits[p] >= TOGETHER]
    return sorted(
        {
            (why, at)
            for why, at in found
            # Contests of one session stand together: a break lies between sessions.
            if TOGETHER <= at <= len(rows) - TOGETHER and rows[at][0] is not rows[at - 1][0]
        }
    )


def _compare(
    before: Sequence[_Row],
    after: Sequence[_Row],
) -> Iterator[tuple[str, Quantity, bool]]:
    squares = [[s for _, s, _ in side if s is not None] for side in (before, after)]
    if min(map(len, squares)) >= TOGETHER and (was := median(squares[0])):
        value = median(squares[1]) / was
        yield "cv", root(value), not 1 / BREAK_MARK**2 < value < BREAK_MARK**2
    people = [median([Fraction(n) for _, _, n in side]) for side in (before, after)]
    if people[0]:
        value = people[1] / people[0]
        yield "participation", ratio(value), not 1 / ENTRY_MARK < value < ENTRY_MARK


INDICATORS: Final = (
    Indicator(
        9,
        both("子集汇总筛查", "Summary screens"),
        both(
            "每三家或四家主体共同报价的各场（至少 5 场，每场不超过 12 家）变异系数的中位数，"
            "小于 0.03 列为线索；另列最小、最大值。",
            "The median, over the sessions in which three or four parties all offered (5 or more, of "
            "12 parties at most), of the variation among them; a lead below 0.03. Least and "
            "greatest are shown beside it.",
        ),
        both(
            "子集数目很多，偶然接近难免；同行成本相近、公开竞价都会使差异变小。",
            "There are many subsets, and some lie close by chance; equal costs and open auctions "
            "bring offers together too.",
        ),
        cross=subsets,
    ),
    Indicator(
        10,
        both("缺少微弱落选者", "Missing close losers"),
        both(
            "与最优报价相差 1% 以内的落选报价数，占相差 2% 以内者的比例（合计至少 20 个）；"
            "小于 0.2 列为线索。",
            "Losing offers within 1 % of the best, over those within 2 % (20 or more in all); a lead "
            "below 0.2.",
        ),
        both(
            "加价幅度大于 1% 时，微弱落选本来就不可能出现。",
            "Where a step is more than 1 %, nobody can lose by less.",
        ),
        cross=close_losers,
    ),
    Indicator(
        24,
        both("结构突变", "Structural break"),
        both(
            "更换规则、或常来的主体（至少 5 场）首次出现前后（各至少 5 场）：变异系数中位数之比，"
            "达到 2 倍或一半列为线索；报价家数中位数之比，达到 1.5 倍或三分之二列。",
            "Before and after another rule, or the first coming of a party that comes often (5 "
            "sessions; 5 on each side): the ratio of the median variations, a lead from 2 or one half; "
            "and of the median numbers of offers, a lead from 3/2 or 2/3.",
        ),
        both(
            "市场行情、标的种类和季节同样会带来变化；规则变了，报价方式本就应当改变。",
            "Markets, kinds of lots and seasons change figures too; a new rule is meant to.",
        ),
        cross=breaks,
    ),
)

__all__ = ["INDICATORS", "breaks", "close_losers", "subsets"]
