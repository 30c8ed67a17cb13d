"""3 to 8 and 23: how the final offers of one contest lie beside each other.

Screens after Imhof and others, as far as they need no model. Fewer than four offers are noise.
Distances run from the winner's end, so the same formula serves sales and purchases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Final

from bidding.core.said import both
from replay.indicators.course import Course, Offer
from replay.indicators.lead import (
    Indicator,
    Input,
    Lead,
    Quantity,
    amount,
    mean,
    places,
    ratio,
    root,
    unsaid,
    variance,
)

LEAST: Final = 4
"""Offers in a contest; below it these figures are noise (DESKS §5)."""
CV_MARK: Final = Fraction(3, 100)
SPREAD_MARK: Final = Fraction(1, 20)
RD_MARK: Final = Fraction(1)
RDNOR_MARK: Final = Fraction(2)
SKEW_MARK: Final = Fraction(-1)
KURTOSIS_MARK: Final = Fraction(3)
KS_MARK: Final = Fraction(1, 2)
RESERVE_MARK: Final = Fraction(1, 200)
_RESERVE: Final = both("成交报价／保留价", "winning offer / reserve")
EQUAL: Final = both(
    "报价全部相同或不大于零，无法相除",
    "offers are all equal, or not above zero: nothing to divide by",
)

Row = tuple[str, Quantity, bool]
"""Part, value, whether it reaches the mark."""


def _over(
    course: Course,
    number: int,
    offers: Callable[[str], Sequence[Offer]],
    measure: Callable[[list[Fraction]], Iterator[Row] | None],
) -> Iterator[Lead]:
    """One measure over each contest with enough offers."""
    said = False
    for contest in sorted(course.finals):
        found = offers(contest)
        if len(found) < LEAST:
            continue
        said = True
        who = tuple(offer.bidder for offer in found)
        inputs = places(course, [offer.i for offer in found])
        rows = measure([Fraction(offer.amount) for offer in found])
        if rows is None:
            yield unsaid(number, "any", EQUAL, course.log)
            continue
        for part, value, marked in rows:
            yield Lead(number, part, who, value, marked, inputs, course.log, contest)
    if not said:
        yield unsaid(number, "any", log=course.log)


def _finals(course: Course) -> Callable[[str], list[Offer]]:
    return lambda contest: sorted(course.finals[contest].values(), key=lambda o: (o.amount, o.i))


def cv_squared(amounts: Sequence[Fraction]) -> Fraction | None:
    """Sample variance over the squared mean; None where the mean is not above zero."""
    middle = mean(amounts)
    return variance(amounts) / middle**2 if middle > 0 else None


def variation(course: Course) -> Iterator[Lead]:
    """3."""

    def measure(amounts: list[Fraction]) -> Iterator[Row] | None:
        square = cv_squared(amounts)
        return None if square is None else iter([("cv", root(square), square < CV_MARK**2)])

    return _over(course, 3, _finals(course), measure)


def spread(course: Course) -> Iterator[Lead]:
    """4: the spread, and beside it the gap between the two best."""

    def whole(amounts: list[Fraction]) -> Iterator[Row] | None:
        low, high = min(amounts), max(amounts)
        if low <= 0:
            return None
        value = (high - low) / low
        return iter([("spread", ratio(value), value < SPREAD_MARK)])

    def first(amounts: list[Fraction]) -> Iterator[Row] | None:
        if amounts[0] <= 0:
            return None
        # It is read beside the spread; alone it is large in any contest with one keen bidder.
        return iter([("diffp", ratio(abs(amounts[1] - amounts[0]) / amounts[0]), False)])

    yield from _over(course, 4, _finals(course), whole)
    for lead in _over(course, 4, course.ranked, first):
        if lead.value is not None:
            yield lead


def distance(course: Course) -> Iterator[Lead]:
    """5."""

    def measure(amounts: list[Fraction]) -> Iterator[Row] | None:
        losers = variance(amounts[1:])
        if not losers:
            return None
        square = (amounts[1] - amounts[0]) ** 2 / losers
        return iter([("rd", root(square), square > RD_MARK**2)])

    return _over(course, 5, course.ranked, measure)


def normalised(course: Course) -> Iterator[Lead]:
    """6."""

    def measure(amounts: list[Fraction]) -> Iterator[Row] | None:
        whole = amounts[-1] - amounts[0]
        if not whole:
            return None
        value = (amounts[1] - amounts[0]) * (len(amounts) - 1) / whole
        return iter([("rdnor", ratio(value), value > RDNOR_MARK)])

    return _over(course, 6, course.ranked, measure)


def shape(course: Course) -> Iterator[Lead]:
    """7: skew with the winner's end as the low one, and kurtosis."""

    def measure(amounts: list[Fraction]) -> Iterator[Row] | None:
        sign = 1 if amounts[-1] >= amounts[0] else -1
        middle = mean(amounts)
        second, third, fourth = (mean([(a - middle) ** k for a in amounts]) for k in (2, 3, 4))
        if not second:
            return None
        skew = sign * third * abs(third) / second**3
        kurtosis = fourth / second**2
        return iter(
            [
                ("skew", root(skew), skew < -(SKEW_MARK**2)),
                ("kurtosis", ratio(kurtosis), kurtosis > KURTOSIS_MARK),
            ]
        )

    return _over(course, 7, course.ranked, measure)


def uniform(course: Course) -> Iterator[Lead]:
    """8."""

    def measure(amounts: list[Fraction]) -> Iterator[Row] | None:
        low, high, n = amounts[0], amounts[-1], len(amounts)
        if low == high:
            return None
        steps = [((a - low) / (high - low), i) for i, a in enumerate(amounts)]
        value = max(max(Fraction(i + 1, n) - u, u - Fraction(i, n)) for u, i in steps)
        return iter([("ks", ratio(value), value > KS_MARK)])

    return _over(course, 8, _finals(course), measure)


def outside(course: Course) -> Iterator[Lead]:
    """23: the two outer offers against the support that the others suggest, and the reserve."""

    def measure(amounts: list[Fraction]) -> Iterator[Row] | None:
        if amounts[0] == amounts[-1]:
            return None
        return _beyond(amounts)

    yield from _over(course, 23, _finals(course), measure)
    for contest in sorted(course.finals):
        for reserve, i in course.reserves:
            won = [course.finals[contest].get(who) for who in course.winners(contest)]
            for offer in won:
                if offer is None or not reserve:
                    continue
                value = Fraction(offer.amount - reserve, reserve)
                inputs = places(course, [offer.i, i])
                near = abs(value) < RESERVE_MARK
                row = ("reserve", (offer.bidder,), ratio(value), near, inputs)
                takes = (
                    Input(_RESERVE, amount(Fraction(offer.amount)), amount(Fraction(reserve))),
                )
                yield Lead(23, *row, course.log, contest, takes=takes)


def _beyond(amounts: list[Fraction]) -> Iterator[Row]:
    """How far an end lies beyond the others' estimated bounds, in ranges of all offers.

    German-tank estimate: the bounds of a uniform support lie range / (n - 1) beyond its sample.
    """
    for part, end, others in (
        ("low", amounts[0], amounts[1:]),
        ("high", amounts[-1], amounts[:-1]),
    ):
        span = others[-1] - others[0]
        margin = span / (len(others) - 1)
        beyond = others[0] - margin - end if part == "low" else end - others[-1] - margin
        yield part, ratio(beyond / (amounts[-1] - amounts[0])), beyond > 0


_INDEPENDENT: Final = both(
    "公开竞价中各方看得见彼此报价，末次报价本就接近；这些指标主要适用于密封报价。",
    "In an open auction bidders see each other, and final offers lie close by nature; these figures "
    "are made for sealed offers.",
)
_ONE_JOB: Final = both(
    "成本结构相近、标的价值公开或报价有上下限时，同样的形状很常见。",
    "Equal costs, a value everybody knows, or bounds on offers give the same shape.",
)

INDICATORS: Final = (
    Indicator(
        3,
        both("变异系数", "Coefficient of variation"),
        both(
            "末次报价的样本标准差除以均值（至少 4 个报价）；小于 0.03 列为线索。",
            "Sample deviation of the final offers over their mean (4 or more); a lead below 0.03.",
        ),
        _INDEPENDENT,
        single=variation,
    ),
    Indicator(
        4,
        both("离散幅度", "Spread"),
        both(
            "（最高－最低）÷最低（至少 4 个报价），小于 0.05 列为线索；另列前两名差额÷第一名（diffp）。",
            "(highest - lowest) / lowest (4 offers or more), a lead below 0.05; beside it the gap of "
            "the two best over the best (diffp).",
        ),
        _INDEPENDENT,
        single=spread,
    ),
    Indicator(
        5,
        both("相对距离", "Relative distance"),
        both(
            "前两名差额除以其余（落选）报价的样本标准差；大于 1 列为线索。",
            "The gap of the two best over the sample deviation of the losing offers; a lead above 1.",
        ),
        both(
            "一家确有成本优势或特殊需要时也会明显领先；落选报价少时此值很不稳定。",
            "One bidder with a real advantage is well ahead too; with few losers this jumps about.",
        ),
        single=distance,
    ),
    Indicator(
        6,
        both("标准化首位间距", "Normalised first gap"),
        both(
            "前两名差额除以相邻报价的平均间距；大于 2 列为线索。",
            "The gap of the two best over the mean gap between neighbours; a lead above 2.",
        ),
        _ONE_JOB,
        single=normalised,
    ),
    Indicator(
        7,
        both("偏度与峰度", "Skew and kurtosis"),
        both(
            "三阶、四阶标准化中心矩，以成交方一端为低端；偏度小于 -1 或峰度大于 3 列为线索。",
            "Standardised third and fourth moments, the winner's end being the low one; a lead for a "
            "skew below -1 or a kurtosis above 3.",
        ),
        _ONE_JOB,
        single=shape,
    ),
    Indicator(
        8,
        both("与均匀分布之距", "Distance from uniform"),
        both(
            "首末报价之间经验分布与均匀分布之最大差（KS）；大于 0.5 列为线索。",
            "Largest difference of the offers from uniform between the ends (Kolmogorov-Smirnov); "
            "a lead above 0.5.",
        ),
        _ONE_JOB,
        single=uniform,
    ),
    Indicator(
        23,
        both("异常高低价", "Abnormally low or high"),
        both(
            "两端报价超出由其余报价估计的上下界（各向外 极差÷(n-1)）的程度，以全部报价极差为单位，"
            "大于 0 列为线索；成交方报价与已揭示保留价相差不足 0.5% 亦列。",
            "How far an end lies beyond bounds estimated from the other offers (range / (n - 1) "
            "further out), in ranges of all offers, a lead above 0; also a winning offer within "
            "0.5 % of an opened reserve.",
        ),
        both(
            "笔误、清仓、补贴或急需都会出极端价；保留价附近成交可能只因估价准确。",
            "Slips, clearance, subsidy or need make extreme offers; a reserve may just be well judged.",
        ),
        single=outside,
    ),
)

__all__ = ["INDICATORS", "cv_squared"]
