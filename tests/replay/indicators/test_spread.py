"""3 to 8 and 23: figures of one contest, worked out by hand."""

from fractions import Fraction

import pytest

from tests.replay.indicators.built import Log, contest, found, silent, value


def test_close_offers_vary_little():
    # Mean 101.5; squared deviations 2.25 + 0.25 + 0.25 + 2.25 = 5, over 3.
    of, lead = value(3, contest(100, 101, 102, 103))
    assert of == Fraction(5, 3) / Fraction(203, 2) ** 2
    assert lead
    (row,) = found(3, contest(100, 101, 102, 103))
    assert row.value is not None
    assert row.value.show() == "0.0127"  # 1.29099... / 101.5 = 0.012719...
    assert [place.index for place in row.inputs] == [6, 7, 8, 9]


def test_wide_offers_vary():
    # Mean 142.5; squared deviations 5675, over 3.
    of, lead = value(3, contest(100, 120, 150, 200))
    assert of == Fraction(5675, 3) / Fraction(285, 2) ** 2
    assert not lead


@pytest.mark.parametrize("number", [3, 4, 5, 6, 7, 8, 23])
def test_three_offers_are_too_few(number):
    assert silent(number, contest(100, 101, 102, won=102)) == "too few to say"


@pytest.mark.parametrize("number", [5, 6, 7])
def test_without_a_winner_at_one_end_nothing_is_said(number):
    assert silent(number, contest(100, 101, 102, 103)) == "too few to say"
    assert silent(number, contest(100, 101, 102, 103, won=102)) == "too few to say"


@pytest.mark.parametrize("number", [5, 6, 7, 8])
def test_equal_offers_cannot_be_divided(number):
    log = Log()
    for name in "ABCD":
        log.admit(name)
    log.stage("sealed")
    for name in "ABCD":
        log.bid(name, 100)
    log.award("A", 100)
    # Number 8 sees four equal offers; the others see no end that the winner holds alone.
    assert silent(number, log.course).startswith(("offers are all equal", "too few"))


def test_offers_below_zero_are_not_compared_by_ratio():
    assert silent(3, contest(-103, -102, -101, -100)).startswith("offers are all equal, or not")
    assert silent(4, contest(-103, -102, -101, -100)).startswith("offers are all equal, or not")


def test_spread():
    course = contest(100, 101, 102, 103, won=103)
    assert value(4, course, part="spread") == (Fraction(3, 100), True)
    assert value(4, course, part="diffp") == (Fraction(1, 103), False)
    assert value(4, contest(100, 120, 150, 200), part="spread") == (Fraction(1), False)


def test_relative_distance():
    # The gap is 10; the losers 100, 101, 102 have a sample variance of 1.
    assert value(5, contest(90, 100, 101, 102, won=90)) == (Fraction(100), True)
    # The gap is 2; the losers 92, 100, 110 have a sample variance of 244/3.
    assert value(5, contest(90, 92, 100, 110, won=90)) == (Fraction(4) / Fraction(244, 3), False)


def test_normalised_gap():
    # Gap 10 over a mean gap of 12/3; gap 2 over a mean gap of 20/3.
    assert value(6, contest(90, 100, 101, 102, won=90)) == (Fraction(5, 2), True)
    assert value(6, contest(90, 92, 100, 110, won=90)) == (Fraction(3, 10), False)


@pytest.mark.parametrize(
    ("amounts", "won"), [((96, 101, 101, 101, 101), 96), ((104, 99, 99, 99, 99), 104)]
)
def test_skew_and_kurtosis_of_a_purchase_and_a_sale(amounts, won):
    # Deviations -4, 1, 1, 1, 1: moments 4, -12, 52; 144/64 and 52/16. A sale is the mirror image.
    course = contest(*amounts, won=won)
    assert value(7, course, part="skew") == (Fraction(-9, 4), True)
    assert value(7, course, part="kurtosis") == (Fraction(13, 4), True)
    (row,) = found(7, course, part="skew")
    assert row.value is not None
    assert row.value.show() == "-1.5000"


def test_an_even_field_is_not_skew():
    # Deviations -2, -1, 1, 2: moments 5/2, 0, 17/2.
    course = contest(98, 99, 101, 102, won=98)
    assert value(7, course, part="skew") == (Fraction(0), False)
    assert value(7, course, part="kurtosis") == (Fraction(34, 25), False)


def test_distance_from_uniform():
    # At 101 the uniform share is 1 while a quarter of the offers lies below.
    assert value(8, contest(97, 101, 101, 101)) == (Fraction(3, 4), True)
    assert value(8, contest(100, 110, 120, 130)) == (Fraction(1, 4), False)


def test_an_end_beyond_what_the_others_suggest():
    course = contest(90, 100, 101, 102)
    # The others span 2, so their support ends 1 below 100: 90 is 9 beyond, of a whole span of 12.
    assert value(23, course, part="low") == (Fraction(3, 4), True)
    # The others span 11 and end at 101 + 5.5: 102 is 4.5 short of it.
    assert value(23, course, part="high") == (Fraction(-3, 8), False)
    assert value(23, contest(90, 100, 100, 100), part="low") == (Fraction(1), True)


def test_even_steps_are_inside():
    course = contest(100, 110, 120, 130)
    assert value(23, course, part="low") == (Fraction(0), False)
    assert value(23, course, part="high") == (Fraction(0), False)


@pytest.mark.parametrize(("price", "lead"), [(100_400, True), (101_000, False)])
def test_a_winner_near_a_reserve(price, lead):
    log = Log()
    for name in "AB":
        log.admit(name)
    log.stage("sealed")
    log.bid("A", price)
    log.bid("B", 50_000)
    log.reserve(100_000)
    log.award("A", price)
    assert value(23, log.course, part="reserve") == (Fraction(price - 100_000, 100_000), lead)
    (row,) = found(23, log.course, part="reserve")
    assert [(one.value.show(), one.of.show()) for one in row.takes] == [
        (f"{price}.0000", "100000.0000")
    ]


def test_prices_that_a_clock_names_are_no_offers():
    log = Log()
    for name in "ABCD":
        log.admit(name)
    log.stage("clock")
    for name in "ABCD":
        log.bid(name, 100)
    log.award("A", 100)
    assert silent(3, log.course) == "too few to say"
