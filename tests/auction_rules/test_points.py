"""Points: each formula against fractions, its edges, and what is left out of a mean."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction_rules.points import (
    Formula,
    PricePoints,
    evaluated,
    life_cycle,
    mean,
    without_ends,
)

PRICES = (900, 1_000, 950, 2_000)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (PricePoints(Formula.LOWEST_RATIO, 10_000), [10_000, 9_000, 9_474, 4_500]),
        (PricePoints(Formula.LINEAR, 10_000), [10_000, 9_091, 9_545, 0]),
        # Mean 1213, rounded half up from 1212.5, and distances in per cent of it.
        (PricePoints(Formula.MEAN_DEDUCTION, 10_000, 100, 50), [8_710, 9_122, 8_916, 3_512]),
        (PricePoints(Formula.MEAN_DEDUCTION, 10_000, 100, 50, True), [9_615, 9_744, 9_872, 0]),
        (PricePoints(Formula.MEAN_DEDUCTION, 10_000, 100, 0), [10_000, 10_000, 10_000, 3_512]),
    ],
)
def test_each_formula(formula, expected):
    assert [formula.of(price, PRICES) for price in PRICES] == expected


def test_a_price_over_its_coefficient_is_exact():
    """M12, price/coef: 1 + 16/80 takes 1,100 to 916 2/3, and no quality leaves a price as it is."""
    assert evaluated(1_100, 8_000, 1_600) == Fraction(2_750, 3)
    assert evaluated(900, 8_000, 0) == 900


def test_a_life_cycle_cost_is_exact():
    """M12, additive cost: 3.99 points short at 1,250 each add 4,987.5, and full points nothing."""
    assert life_cycle(110_000, 1_250, 399) == Fraction(229_975, 2)
    assert life_cycle(90_000, 1_250, 0) == 90_000


def test_points_never_fall_below_zero():
    assert PricePoints(Formula.MEAN_DEDUCTION, 100, over=1_000).of(200, (100, 200)) == 0


@pytest.mark.parametrize("formula", list(Formula))
def test_equal_prices_have_all_the_points(formula):
    assert PricePoints(formula, 4_000, over=100).of(70, (70, 70)) == 4_000


@pytest.mark.parametrize(
    ("values", "left"),
    [([3], [3]), ([3, 1], [1, 3]), ([3, 1, 2], [2]), ([5, 5, 1, 9], [5, 5]), ([2, 2, 2], [2])],
)
def test_without_ends(values, left):
    assert without_ends(values) == left


def test_a_mean_is_rounded_half_up():
    assert [mean([1, 2]), mean([1, 1, 2]), mean([0])] == [2, 1, 0]


prices = st.lists(st.integers(1, 10**9), min_size=1, max_size=6)


@given(prices, st.integers(1, 100))
def test_a_lower_price_never_has_fewer_points(offers, weight):
    for formula in (Formula.LOWEST_RATIO, Formula.LINEAR):
        scale = PricePoints(formula, weight * 100)
        points = [scale.of(price, offers) for price in sorted(offers)]
        assert points == sorted(points, reverse=True)
        assert points[0] == weight * 100
        assert points[-1] >= 0


@given(prices, st.integers(1, 100))
def test_ratio_is_exact_to_half_a_hundredth(offers, weight):
    scale = PricePoints(Formula.LOWEST_RATIO, weight * 100)
    for price in offers:
        exact = Fraction(min(offers) * weight * 100, price)
        assert abs(scale.of(price, offers) - exact) <= Fraction(1, 2)
