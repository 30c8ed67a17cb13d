"""Exact decimals, against the standard library's own decimal arithmetic."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction_rules.money import (
    LIMIT,
    divide_half_up,
    divide_up,
    format_decimal,
    parse_decimal,
    rate,
    ten_to,
)

amounts = st.integers(-LIMIT, LIMIT)


@pytest.mark.parametrize(
    ("text", "scale", "value"),
    [
        ("4000.5", 2, 400_050),
        ("4000.50", 2, 400_050),
        ("4000", 2, 400_000),
        ("0", 0, 0),
        ("-0.01", 2, -1),
        ("18.3626", 4, 183_626),
        ("0000000000000001", 0, 1),
        ("9007199254740991", 0, LIMIT),
    ],
)
def test_reads_a_decimal_exactly(text, scale, value):
    assert parse_decimal(text, scale) == value


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("4000.505", 2),
        ("1.0", 0),
        ("9007199254740992", 0),
        ("90071992547409.92", 2),
        ("99999999999999999", 0),
        ("", 2),
        (".5", 2),
        ("5.", 2),
        ("1e3", 2),
        ("+1", 2),
        ("1,000", 2),
        (" 1", 2),
        ("1\n", 2),
        ("NaN", 2),
        ("\uff11", 0),
        ("\u0661", 0),
    ],
)
def test_refuses_what_is_no_decimal_or_too_fine_or_too_large(text, scale):
    with pytest.raises(ValueError):
        parse_decimal(text, scale)


@given(amounts, st.integers(0, 9))
def test_what_is_printed_is_read_back(value, scale):
    plain = format_decimal(value, scale, group=False)
    assert Decimal(plain) == Decimal(value).scaleb(-scale)
    if len(plain.lstrip("-").partition(".")[0]) <= 16:
        assert parse_decimal(plain, scale) == value
    assert format_decimal(value, scale).replace(",", "") == plain


@pytest.mark.parametrize(
    ("value", "scale", "shown"),
    [
        (400_050, 2, "4,000.50"),
        (400_000, 2, "4,000"),
        (5, 2, "0.05"),
        (-5, 2, "-0.05"),
        (0, 4, "0"),
        (123_456_789, 0, "123,456,789"),
    ],
)
def test_prints_in_threes_and_drops_decimals_that_are_all_zero(value, scale, shown):
    assert format_decimal(value, scale) == shown


@given(amounts, st.integers(1, LIMIT))
def test_every_rounding_is_the_one_it_names(numerator, denominator):
    exact = Fraction(numerator, denominator)
    half_up = divide_half_up(numerator, denominator)
    assert abs(exact - half_up) <= Fraction(1, 2)
    if abs(exact - half_up) == Fraction(1, 2):
        assert abs(half_up) > abs(exact)
    assert divide_up(numerator, denominator) == ceil(exact)


@given(amounts, st.integers(1, LIMIT))
def test_a_rate_has_two_decimals_half_up(part, whole):
    told = rate(part, whole)
    assert told is not None
    exact = Fraction(part * 100, whole)
    shown = Fraction(Decimal(told.removesuffix("%")))
    assert abs(exact - shown) <= Fraction(1, 200)
    assert Decimal(told.removesuffix("%")).as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [
        (600, 10_000, "6.00%"),
        (10_100, 251_200, "4.02%"),
        (1, 20_000, "0.01%"),
        (-1, 20_000, "-0.01%"),
        (1, 20_001, "0.00%"),
        (1, 0, None),
    ],
)
def test_published_rates(part, whole, told):
    assert rate(part, whole) == told


def test_half_up_is_the_library_s_half_up():
    for part in range(-60, 60):
        exact = Decimal(part) / Decimal(8)
        assert divide_half_up(part, 8) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize(("scale", "parts"), [(0, 1), (1, 10), (2, 100), (9, 1_000_000_000)])
def test_a_whole_has_so_many_parts(scale, parts):
    assert ten_to(scale) == parts


def test_a_scale_below_nought_is_refused():
    with pytest.raises(ValueError, match="-1"):
        ten_to(-1)
