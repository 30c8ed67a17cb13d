"""17 and 18: staying silent after all the trouble of entering, and amounts that may be signals."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import gcd
from typing import Final

from bidding.core.said import both
from replay.indicators.course import Course, Offer
from replay.indicators.lead import (
    Indicator,
    Input,
    Lead,
    amount,
    count,
    median,
    places,
    ratio,
    unsaid,
)

QUALIFIED: Final = 3
SILENT_MARK: Final = Fraction(1, 2)
ENDINGS: Final = 4
"""Own offers of a bidder, and offers of others, before his endings are looked at."""
ENDING_MARK: Final = Fraction(1, 2)
RAISES: Final = 5
JUMP_MARK: Final = Fraction(10)
LOTS_MARK: Final = 2
_SILENT: Final = both("未报价者／合格竞买人", "silent / bidders with their deposit")
_HIS_ENDING: Final = both("以此尾数的报价／本人报价", "his offers with it / his offers")
_THEIR_ENDING: Final = both("以此尾数的报价／他人报价", "others' offers with it / others' offers")
_CHANGE: Final = both("最大变动／变动中位数", "largest change / median change")
_DIGITS: Final = re.compile(r"[0-9]+", re.ASCII)


def absent(course: Course) -> Iterator[Lead]:
    """17: who paid and never offered, and who revoked after somebody else had offered."""
    acted = {offer.bidder for offer in course.offers}
    # A sealed offer that was never opened is an act too, though no amount ever stood.
    acted |= {a.bidder for a in course.asked if a.reason is None and a.kind != "enrol"}
    ready = sorted(course.paid)
    if len(ready) < QUALIFIED or not course.closings:
        yield unsaid(17, "silent", log=course.log)
    else:
        silent = tuple(bidder for bidder in ready if bidder not in acted)
        value = Fraction(len(silent), len(ready))
        inputs = places(course, [course.paid[bidder] for bidder in silent])
        row = ("silent", silent, ratio(value), value >= SILENT_MARK, inputs)
        takes = (Input(_SILENT, count(len(silent)), count(len(ready))),)
        yield Lead(17, *row, course.log, takes=takes)
        who: list[str] = []
        entries: list[int] = []
        for bidder, i in course.revoked:
            others = [o.i for o in course.offers if o.bidder != bidder and o.i < i]
            if others:
                who.append(bidder)
                entries += (others[-1], i)
        gone = ("revoked", tuple(sorted(set(who))), count(len(who)), bool(who))
        yield Lead(17, *gone, places(course, entries), course.log)


def signals(course: Course) -> Iterator[Lead]:
    """18: endings, lot numbers in amounts, jumps."""
    said = False
    for contest in sorted({offer.contest for offer in course.offers}):
        own = course.own(contest)
        for lead in (*_endings(course, contest, own), *_jumps(course, contest, own)):
            said = True
            yield lead
    for lead in _lots(course):
        said = True
        yield lead
    if not said:
        yield unsaid(18, "any", log=course.log)


def _endings(course: Course, contest: str, own: Sequence[Offer]) -> Iterator[Lead]:
    """The commonest ending of a bidder, unless it is common among the others as well."""
    if not own:
        return
    grid = _grid(own)
    tails: dict[str, list[Offer]] = {}
    ends: Counter[int] = Counter()
    for offer in own:
        tails.setdefault(offer.bidder, []).append(offer)
        ends[offer.amount // grid % 100] += 1
    for bidder in sorted(tails):
        mine = tails[bidder]
        rest = len(own) - len(mine)
        if len(mine) < ENDINGS or rest < ENDINGS:
            continue
        found = Counter(offer.amount // grid % 100 for offer in mine)
        ending, times = min(found.items(), key=lambda pair: (-pair[1], pair[0]))
        value, theirs = Fraction(times, len(mine)), Fraction(ends[ending] - times, rest)
        marked = ending != 0 and value >= ENDING_MARK and 2 * theirs < value
        inputs = places(course, [o.i for o in mine if o.amount // grid % 100 == ending])
        takes = (
            Input(_HIS_ENDING, count(times), count(len(mine))),
            Input(_THEIR_ENDING, count(ends[ending] - times), count(rest)),
        )
        row = ("ending", (bidder,), ratio(value), marked, inputs)
        yield Lead(18, *row, course.log, contest, takes=takes)


def _grid(offers: Sequence[Offer]) -> int:
    """The largest power of ten that divides every amount: no information is in those zeros."""
    common = gcd(*(offer.amount for offer in offers))
    grid = 1
    while common and common % (grid * 10) == 0:
        grid *= 10
    return grid


def _jumps(course: Course, contest: str, own: Sequence[Offer]) -> Iterator[Lead]:
    """The largest change from the offer before it, over the median change of all."""
    moves = [
        (Fraction(abs(later.amount - earlier.amount)), later)
        for earlier, later in pairwise(own)
        if later.amount != earlier.amount
    ]
    if len(moves) < RAISES:
        return
    largest, offer = max(moves, key=lambda move: (move[0], -move[1].i))
    middle = median([move for move, _ in moves])
    value = largest / middle
    inputs = places(course, [offer.i])
    row = ("jump", (offer.bidder,), ratio(value), value >= JUMP_MARK, inputs)
    takes = (Input(_CHANGE, amount(largest), amount(middle)),)
    yield Lead(18, *row, course.log, contest, takes=takes)


def _lots(course: Course) -> Iterator[Lead]:
    """Offers for one lot that end in the number of another lot of the session."""
    numbers: dict[str, str] = {}
    for contest in sorted(course.finals):
        found = _DIGITS.findall(contest)
        if found and len(found[-1]) >= 2:
            numbers[contest] = found[-1]
    if len(numbers) < 2:
        return
    others = {c: tuple(n for other, n in numbers.items() if other != c) for c in numbers}
    hits: dict[str, list[int]] = {}
    grid = _grid(course.own())
    for offer in course.own():
        if offer.contest in others:
            digits = str(offer.amount // grid)
            mine = hits.setdefault(offer.bidder, [])
            if digits.endswith(others[offer.contest]):
                mine.append(offer.i)
    for bidder in sorted(hits):
        found = hits[bidder]
        inputs = places(course, found)
        row = ("lot", (bidder,), count(len(found)), len(found) >= LOTS_MARK, inputs)
        yield Lead(18, *row, course.log)


INDICATORS: Final = (
    Indicator(
        17,
        both("交而不报", "Entered and silent"),
        both(
            "保证金已确认却从未报价者占全部合格竞买人（至少 3 人）的比例；达到一半列为线索。"
            "在他人报价之后撤销本人报价的，另列。",
            "The share of bidders with their deposit confirmed (3 or more) who never offered; a lead "
            "from one half on. Besides, everybody who revoked after another had offered.",
        ),
        both(
            "价格很快超过预算、误了时间或看过标的后改变主意，都会不报价。",
            "Prices that outran a budget, a missed hour or second thoughts keep people silent too.",
        ),
        single=absent,
    ),
    Indicator(
        18,
        both("价格信号", "Price signalling"),
        both(
            "同一非零尾数（去掉公共零后末两位）占其报价的比例，本人和他人各至少 4 次，"
            "达到一半且超过他人使用率两倍列为线索；最大变动÷变动中位数（至少 5 次），达到 10 列；"
            "以另一标的编号（两位以上）结尾的报价，2 次起列。",
            "The share of a bidder's offers with one non-zero ending (last two digits without common "
            "zeros; 4 offers of his and 4 of others), a lead from one half and more than twice the "
            "others' share; the largest change over the median change (5 or more), a lead from 10; "
            "offers that end in another lot's number (two digits or more), a lead from 2.",
        ),
        both(
            "吉利数字、公司整数习惯和固定加价幅度都会使尾数重复；一次大幅加价可能是想吓退对手。",
            "Lucky numbers, habits and fixed steps repeat endings; a jump may be meant to deter.",
        ),
        single=signals,
    ),
)

__all__ = ["INDICATORS", "absent", "signals"]
