"""What a price per unit comes to, and the largest price that is still exact."""

from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.money import LIMIT
from auction_rules.registry import find
from auction_rules.terms import YUAN, Unit
from auction_rules.worth import highest_price, settled_in, total_of, units_problem

PER_MU = Unit(zh="万元/亩", en="10k/mu", scale=0, fen=1_000_000)
PLAIN = Unit(zh="点", en="points", scale=0)
MU = Unit(zh="亩", en="mu", scale=4)


def test_s6_a_hundred_mu_at_the_ceiling():
    assert total_of(PER_MU, MU, 75, 1_000_000) == 75_000_000_00
    assert settled_in(PER_MU) is YUAN


def test_a_unit_that_is_worth_no_fen_settles_in_itself():
    assert settled_in(PLAIN) is PLAIN
    assert total_of(PLAIN, MU, 3, 5_000) == 2  # 1.5, half up


@pytest.mark.parametrize(
    ("price", "quantity", "differ"),
    [
        (("元/㎡", "CNY/m²"), ("平方米", "m2"), False),
        (("元/㎡", "CNY/m²"), ("亩", "mu"), True),
        (("元/㎡", "CNY/m²"), ("万㎡", "10k m²"), True),
        (("元/万㎡", "CNY/10k m²"), ("公顷", "ha"), False),
        (("元/公顷", "CNY/hectare"), ("公顷", "hectares"), False),
        (("万元/亩", "10k/mu"), ("亩", "mu"), False),
        (("万元/亩", "CNY 10k/mu"), ("公顷", "ha"), True),
        (("元/平方公里", "CNY/km²"), ("公顷", "ha"), True),
        (("元/吨", "CNY/t"), ("吨", "t"), False),
        (("元/吨", "CNY/t"), ("公斤", "kg"), True),
        (("元/件", "CNY/piece"), ("件", "pieces"), False),
        # A price in total, or of what is counted by no unit of its own.
        (("元", "CNY"), ("亩", "mu"), False),
    ],
)
def test_a_price_and_the_quantity_it_is_multiplied_by_are_per_the_same(price, quantity, differ):
    unit = Unit(zh=price[0], en=price[1])
    problem = units_problem(unit, Unit(zh=quantity[0], en=quantity[1]))
    assert (problem is not None) is differ


AREAS: dict[str, dict[str, Any]] = {
    "quota": {},
    "volume": {},
    "dutch": {"supply": 10},
    "ascending_clock": {},
}


@pytest.mark.parametrize("name", AREAS)
def test_every_rule_that_multiplies_compares_the_two(name):
    rule = find(name)
    units = {
        "unit": {"zh": "元/㎡", "en": "CNY/m²", "scale": 2},
        "quantity_unit": {"zh": "亩", "en": "mu", "scale": 0},
    }
    with pytest.raises(ValidationError) as caught:
        rule.Config.model_validate({**rule.example, **AREAS[name], **units})
    (error,) = caught.value.errors()
    assert error["type"] == "quantity_unit"


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
