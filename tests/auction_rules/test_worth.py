"""What a price per unit comes to, and the largest price that is still exact."""

from fractions import Fraction
from math import floor

from hypothesis import given
from hypothesis import strategies as st

from auction_rules.money import LIMIT
from auction_rules.terms import YUAN, Unit
from auction_rules.worth import highest_price, settled_in, total_of

PER_MU = Unit(zh="万元/亩", en="10k/mu", scale=0, fen=1_000_000)
PLAIN = Unit(zh="点", en="points", scale=0)
MU = Unit(zh="亩", en="mu", scale=4)


def test_s6_a_hundred_mu_at_the_ceiling():
    assert total_of(PER_MU, MU, 75, 1_000_000) == 75_000_000_00
    assert settled_in(PER_MU) is YUAN


def test_a_unit_that_is_worth_no_fen_settles_in_itself():
    assert settled_in(PLAIN) is PLAIN
    assert total_of(PLAIN, MU, 3, 5_000) == 2  # 1.5, half up


@given(st.integers(1, 10**6), st.integers(0, 4), st.integers(1, 10**9), st.integers(1, 50))
def test_the_highest_price_is_exact_in_every_split(fen, scale, quantity, parts):
    unit, area = Unit(zh="元", en="CNY", scale=2, fen=fen), Unit(zh="亩", en="mu", scale=scale)
    most = highest_price(unit, area, quantity, parts)
    assert 0 <= most <= LIMIT
    share = quantity // parts
    shares = [share] * (parts - 1) + [quantity - share * (parts - 1)]
    totals = [total_of(unit, area, most, part) for part in shares]
    assert sum(totals) <= LIMIT
    assert totals[0] == floor(Fraction(most * fen * shares[0], 10**scale) + Fraction(1, 2))
