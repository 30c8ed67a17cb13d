"""22 and 25: what the house's own side did, and whether lateness fell on everybody alike."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from fractions import Fraction
from math import isqrt
from typing import Final

from bidding.core.said import both
from replay.indicators.course import OFFERS, Course
from replay.indicators.lead import Indicator, Lead, count, places, ratio, seconds, unsaid

WITHIN: Final = 60_000_000
"""Microseconds between an act of staff and the offer it may have favoured."""
ACTS: Final = frozenset({"suspend", "resume", "exclude", "withdraw", "open_reserve"})
LATE: Final = "AFTER_DEADLINE"
LATE_LEAST: Final = 5
"""Late requests in all; below it a comparison is noise."""
_CRITICAL: Final = (
    *("3.841", "5.991", "7.815", "9.488", "11.070", "12.592", "14.067", "15.507", "16.919"),
    *("18.307", "19.675", "21.026", "22.362", "23.685", "24.996", "26.296", "27.587", "28.869"),
    *("30.144", "31.410", "32.671", "33.924", "35.172", "36.415", "37.652", "38.885", "40.113"),
    *("41.337", "42.557", "43.773"),
)
"""Chi-squared at 5 % for 1 to 30 degrees of freedom."""


def critical(freedom: int) -> Fraction:
    """Chi-squared at 5 %; beyond 30 degrees Fisher's (1.645 + root(2 f - 1))^2 / 2."""
    if freedom <= len(_CRITICAL):
        return Fraction(_CRITICAL[freedom - 1])
    scale = 10**6
    near = Fraction(isqrt((2 * freedom - 1) * scale**2), scale)
    return (Fraction(1645, 1000) + near) ** 2 / 2


def staff(course: Course) -> Iterator[Lead]:
    """22: acts before a winner took the lead, exclusions of a leader, admissions under way."""
    if not course.acts:
        yield unsaid(
            22, "any", both("日志中没有工作人员操作", "no act of staff in the log"), course.log
        )
        return
    winners = {bidder for bidder, _ in course.awards}
    taken = _taken(course, winners)
    at = [offer_t for offer_t, _, _ in taken]
    first = next((o.i for o in course.offers), None)
    when = [i for i, _, _ in course.leading]
    for act in course.acts:
        if act.kind in ACTS:
            place = bisect_left(at, act.t)
            # The same instant may still be before the act; the index decides.
            while place < len(taken) and taken[place][1] < act.i:
                place += 1
            if place < len(taken) and taken[place][0] - act.t <= WITHIN:
                led, i, bidder = taken[place]
                row = ("then_led", (act.officer, bidder), seconds(Fraction(led - act.t)))
                inputs = places(course, [act.i, i])
                yield Lead(22, *row, marked=True, inputs=inputs, log=course.log)
        if act.kind == "exclude" and act.about is not None:
            place = bisect_left(when, act.i) - 1
            if place >= 0 and act.about in course.leading[place][2]:
                inputs = places(course, [act.i, when[place]])
                who = (act.officer, act.about)
                row = ("leader_excluded", who, count(1))
                yield Lead(22, *row, marked=True, inputs=inputs, log=course.log)
        if act.kind == "admit" and first is not None and act.i > first and act.about in winners:
            inputs = places(course, [first, act.i])
            row = ("late_winner", (act.officer, act.about), count(1))
            yield Lead(22, *row, marked=True, inputs=inputs, log=course.log)


def _taken(course: Course, winners: set[str]) -> list[tuple[int, int, str]]:
    """Instant, entry and number wherever somebody who won in the end came to lead."""
    found: list[tuple[int, int, str]] = []
    before = frozenset[str]()
    for i, t, leaders in course.leading:
        new = sorted((frozenset(leaders) - before) & winners)
        found.extend((t, i, bidder) for bidder in new)
        before = frozenset(leaders)
    return found


def lateness(course: Course) -> Iterator[Lead]:
    """25: whether late requests are spread over bidders as their requests are."""
    asked: dict[str, int] = {}
    late: dict[str, list[int]] = {}
    for ask in course.asked:
        if ask.kind in OFFERS:
            asked[ask.bidder] = asked.get(ask.bidder, 0) + 1
            if ask.reason == LATE:
                late.setdefault(ask.bidder, []).append(ask.i)
    total, missed = sum(asked.values()), sum(len(found) for found in late.values())
    if missed < LATE_LEAST or len(asked) < 2 or missed == total:
        yield unsaid(25, "chi", log=course.log)
        return
    rate = Fraction(missed, total)
    chi = Fraction(0)
    for bidder, made in asked.items():
        off = (len(late.get(bidder, ())) - made * rate) ** 2
        chi += off / (made * rate) + off / (made * (1 - rate))
    worse = tuple(sorted(b for b, found in late.items() if len(found) > asked[b] * rate))
    inputs = places(course, [i for b in worse for i in late[b]])
    marked = chi > critical(len(asked) - 1)
    yield Lead(25, "chi", worse, ratio(chi), marked, inputs, course.log)


INDICATORS: Final = (
    Indicator(
        22,
        both("工作人员操作", "Acts of staff"),
        both(
            "中止、恢复、取消资格、认定撤回、揭示保留价之后 60 秒内，最终成交者取得领先（列出间隔秒数）；"
            "取消当时领先者的资格；成交者在已有报价之后才获准入场。均列为线索。",
            "Within 60 s after a suspension, resumption, exclusion, withdrawal or opened reserve the "
            "later winner took the lead (the value is the time between); a leader was excluded; the "
            "winner was admitted after offers had been made. Each is a lead.",
        ),
        both(
            "操作多由故障或规定引起，恢复后必有人先报价；"
            "查看密封数据、口头沟通不在日志中，无从判断。",
            "Most acts follow a fault or a duty, and somebody offers first after any pause; looking "
            "at sealed data and talking to people are not in the log.",
        ),
        single=staff,
        only_found=True,
    ),
    Indicator(
        25,
        both("延迟是否公平", "Lag fairness"),
        both(
            "各竞买号“已过截止”请求数与其请求总数的卡方检验（全场至少 5 次迟到）；"
            "超过 5% 临界值列为线索。",
            "Chi-squared of late requests against all requests of each number (5 late ones or more); "
            "a lead above the critical value at 5 %.",
        ),
        both(
            "习惯最后一刻出手的人自然更常迟到；日志不含网络往返时间，无法区分线路与习惯。",
            "Whoever waits for the last second is late more often; the log holds no round-trip times "
            "and cannot tell a slow line from a habit.",
        ),
        single=lateness,
    ),
)

__all__ = ["INDICATORS", "critical", "lateness", "staff"]
