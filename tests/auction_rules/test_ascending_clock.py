"""Ascending clock: what the terms may be; supply, prices and points in any course of answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.ascending_clock import RULE
from tests.auction_rules.clocks import SLOTS, plans, played, ticks

PRODUCT = {"id": "P", "supply": 4, "start_price": 100, "step": 5}


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"products": []}, "products"),
        ({"products": [PRODUCT, PRODUCT]}, "products"),
        ({"products": [{**PRODUCT, "supply": 0}]}, "products"),
        ({"products": [{**PRODUCT, "step": 0}]}, "products"),
        ({"products": [{**PRODUCT, "points": 0}]}, "products"),
        ({"products": [{**PRODUCT, "step": 2**44}]}, "products"),
        ({"products": [{**PRODUCT, "supply": 2**44, "points": 10, "step": 1}]}, "products"),
        ({"round_seconds": 0}, "round"),
        ({"activity_basis_points": 0}, "activity"),
        ({"activity_basis_points": 10_001}, "activity"),
    ],
)
def test_terms_that_do_not_go_together(terms, code):
    with pytest.raises(ValidationError) as said:
        RULE.Config.model_validate({"opens": 0, "products": [PRODUCT], **terms})
    assert said.value.errors()[0]["type"] == code


@st.composite
def clock_terms(draw):
    """One product or two, few units, any way of rationing."""
    products = [
        {
            "id": name,
            "supply": draw(st.integers(1, 6)),
            "start_price": draw(st.integers(0, 50)),
            "step": draw(st.integers(1, 9)),
            "points": draw(st.integers(1, 2)),
        }
        for name in SLOTS[: draw(st.integers(1, 2))]
    ]
    return {
        "products": products,
        "round_seconds": 10,
        "eligibility": draw(st.sampled_from([0, 3, 8])),
        "activity_basis_points": draw(st.sampled_from([10_000, 6_000])),
        "rationing": draw(st.sampled_from(["DRAW", "PRO_RATA"])),
    }


@given(clock_terms(), plans, st.sampled_from(["5eed", "00ff"]))
def test_supply_prices_and_points(terms, plan, seed):
    here = played("ascending_clock", terms, plan, seed)
    config, awards = here.state.terms, here.state.standing.awards
    rounds = len(list(ticks(here)))
    for product in config.products:
        mine = [a for a in awards if a.lot == product.id]
        assert sum(a.quantity or 0 for a in mine) <= product.supply
        assert len({a.price for a in mine}) <= 1
        prices = _told(here, f"price {product.id}")
        assert prices[0] == product.start_price
        assert prices == sorted(prices)
        assert all((p - product.start_price) % product.step == 0 for p in prices)
        assert prices[-1] <= product.start_price + (rounds - 1) * product.step
        assert all(a.price == prices[-1] for a in mine)
        # What was wanted beyond the supply in the first round is never left unsold.
        if len(prices) > 1:
            assert sum(a.quantity or 0 for a in mine) == product.supply
    points = {p.id: p.points for p in config.products}
    for bidder in here.state.entrants:
        left = _told(here, f"eligibility {bidder}")
        assert left == sorted(left, reverse=True)
        won = sum(points[a.lot or ""] * (a.quantity or 0) for a in awards if a.bidder == bidder)
        assert won <= left[-1]
        assert won <= (config.eligibility or won)


def _told(here, key):
    facts = [f for entry in here.entries for f in entry["data"].get("facts", ())]
    return [f["value"] for f in facts if f["fact"] == "noted" and f["key"] == key]
