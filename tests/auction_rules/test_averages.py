"""Trimmed averages: how many are left out, and that the rounding has the name it has."""

from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction_rules.averages import TrimRounding, trimmed, trimmed_mean

TEN = range(10_000, 20_000, 1_000)


def test_ten_quotes_as_they_are_broadcast():
    # DOMAIN §15 S12: ten quotes from 10,000 to 19,000, a tenth left out at each end.
    assert trimmed_mean(TEN, 1_000, TrimRounding.DOWN) == 14_500


@pytest.mark.parametrize(
    ("values", "share", "rounding", "left"),
    [
        ([3, 1, 2], 0, "UP", [1, 2, 3]),
        ([5, 4, 3, 2, 1], 1_000, "DOWN", [1, 2, 3, 4, 5]),
        ([5, 4, 3, 2, 1], 1_000, "HALF_UP", [2, 3, 4]),
        ([5, 4, 3, 2, 1], 999, "HALF_UP", [1, 2, 3, 4, 5]),
        ([5, 4, 3, 2, 1], 1, "UP", [2, 3, 4]),
        ([1, 1, 9], 3_334, "DOWN", [1]),
        ([1, 9], 4_999, "UP", [1, 9]),
        ([7], 4_999, "UP", [7]),
        ([], 1_000, "UP", []),
    ],
)
def test_what_is_left(values, share, rounding, left):
    assert trimmed(values, share, TrimRounding[rounding]) == left


def test_an_average_of_nothing_is_none():
    assert trimmed_mean([], 1_000, TrimRounding.DOWN) is None


def test_the_average_is_rounded_half_up():
    assert trimmed_mean([1, 2], 0, TrimRounding.DOWN) == 2
    assert trimmed_mean([1, 1, 2], 0, TrimRounding.DOWN) == 1


@given(
    st.lists(st.integers(0, 10**15), max_size=30),
    st.integers(0, 4_999),
    st.sampled_from(TrimRounding),
)
def test_against_fractions(values, share, rounding):
    exact = Fraction(len(values) * share, 10_000)
    count = {"DOWN": floor(exact), "UP": ceil(exact), "HALF_UP": floor(exact + Fraction(1, 2))}[
        rounding.value
    ]
    kept = list(values)
    if 2 * count < len(values):
        for _ in range(count):
            kept.remove(min(kept))
            kept.remove(max(kept))
    assert trimmed(values, share, rounding) == sorted(kept)
    mean = trimmed_mean(values, share, rounding)
    assert mean == (floor(Fraction(sum(kept), len(kept)) + Fraction(1, 2)) if kept else None)
