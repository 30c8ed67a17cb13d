"""21: the shill score within one session, after Trevathan and Read.

Of their six parts one, how often a bidder meets the same seller, is unknown to one session and is
left out; the others keep their weights. Single scores only partly separate proven shills (HZ).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from bidding.core.said import both
from replay.indicators.course import Course, Offer
from replay.indicators.lead import (
    Indicator,
    Input,
    Lead,
    amount,
    count,
    mean,
    places,
    ratio,
    seconds,
    unsaid,
)

BIDDERS: Final = 3
OFFERS: Final = 5
MARK: Final = Fraction(7)
_NIL: Final = Fraction(0)
_BIDS: Final = both("报价次数／最多者", "offers / most")
_WAIT: Final = both("平均跟价时间／最慢者（秒）", "mean wait / slowest (s)")
_RAISE: Final = both("平均加价／最大者", "mean raise / largest")
_FIRST: Final = both(
    "首报距首个报价／全程（秒）", "his first offer after the first / the course (s)"
)
WEIGHTS: Final = {"bids": 2, "loses": 5, "prompt": 2, "small": 2, "early": 2}


def shill(course: Course) -> Iterator[Lead]:
    """21: a score from 0 to 10 for each bidder who won nothing."""
    said = False
    for contest in sorted(course.finals):
        own = [offer for offer in course.own(contest) if not offer.sealed]
        winners = frozenset(course.winners(contest))
        entries: dict[str, list[int]] = {}
        for offer in own:
            entries.setdefault(offer.bidder, []).append(offer.i)
        if len(entries) < BIDDERS or not winners:
            continue
        said = True
        for bidder, (value, takes) in _scores(own, course.ended).items():
            mine = entries[bidder]
            if bidder not in winners and len(mine) >= OFFERS:
                row = ("score", (bidder,), ratio(value), value >= MARK, places(course, mine))
                yield Lead(21, *row, course.log, contest, takes=takes)
    if not said:
        yield unsaid(21, "score", log=course.log)


def _scores(own: list[Offer], ended: int) -> dict[str, tuple[Fraction, tuple[Input, ...]]]:
    """What a loser scores, by number, and the numbers it is worked out from."""
    waits: dict[str, list[Fraction]] = {}
    raises: dict[str, list[Fraction]] = {}
    counts: dict[str, int] = {}
    first: dict[str, int] = {}
    before: Offer | None = None
    for offer in own:
        counts[offer.bidder] = counts.get(offer.bidder, 0) + 1
        first.setdefault(offer.bidder, offer.t)
        if before is not None and before.bidder != offer.bidder:
            waits.setdefault(offer.bidder, []).append(Fraction(offer.t - before.t))
            raises.setdefault(offer.bidder, []).append(Fraction(abs(offer.amount - before.amount)))
        before = offer
    wait, step = _means(waits), _means(raises)
    slowest, largest = max(wait.values(), default=_NIL), max(step.values(), default=_NIL)
    began, most = own[0].t, max(counts.values())
    lasted = max(ended - began, 1)
    scores = {}
    for bidder in sorted(counts):
        parts = {
            "bids": Fraction(counts[bidder], most),
            "loses": Fraction(1),
            "prompt": _less(wait.get(bidder), slowest),
            "small": _less(step.get(bidder), largest),
            "early": 1 - Fraction(first[bidder] - began, lasted),
        }
        weighed = sum((WEIGHTS[name] * part for name, part in parts.items()), _NIL)
        takes = [Input(_BIDS, count(counts[bidder]), count(most))]
        # Who never followed another has neither, and nothing is added for it.
        if bidder in wait:
            takes.append(Input(_WAIT, seconds(wait[bidder]), seconds(slowest)))
            takes.append(Input(_RAISE, amount(step[bidder]), amount(largest)))
        takes.append(
            Input(_FIRST, *(seconds(Fraction(n)) for n in (first[bidder] - began, lasted)))
        )
        scores[bidder] = (10 * weighed / sum(WEIGHTS.values()), tuple(takes))
    return scores


def _means(found: dict[str, list[Fraction]]) -> dict[str, Fraction]:
    return {bidder: mean(row) for bidder, row in found.items()}


def _less(one: Fraction | None, largest: Fraction) -> Fraction:
    """1 minus its part of the largest; nothing where there is none, or the largest is zero."""
    return _NIL if one is None or not largest else 1 - one / largest


INDICATORS: Final = (
    Indicator(
        21,
        both("托儿评分", "Shill score"),
        both(
            "对未成交者（本人至少 5 次报价，全场至少 3 人）：10×（2×报价次数÷最多者 + 5 + "
            "2×(1－平均跟价时间÷最慢者) + 2×(1－平均加价÷最大者) + 2×(1－首报时刻在全程中的位置)）÷13；"
            "达到 7 列为线索。不含“与同一卖方同场频率”一项，单场无从得知。",
            "For a bidder who won nothing (5 offers of his, 3 bidders): 10 x (2 x offers / most + 5 + "
            "2 x (1 - mean wait / slowest) + 2 x (1 - mean raise / largest) + 2 x (1 - place of his "
            "first offer in the course)) / 13; a lead from 7. How often he meets the same seller is "
            "left out: one session cannot tell.",
        ),
        both(
            "热心而谨慎的真实竞买人，早到、勤报、每次只加一档、最后放弃，得分同样高。",
            "A keen and careful bidder who comes early, raises by one step and gives up scores high.",
        ),
        single=shill,
    ),
)

__all__ = ["INDICATORS", "shill"]
