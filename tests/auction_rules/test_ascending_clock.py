"""Ascending clock: what the terms may be; supply, prices and points in any course of answers."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.ascending_clock import RULE
from auction_rules.conformance import check
from auction_rules.money import divide_half_up
from tests.auction_rules.clocks import SLOTS, plans, played, ticks

BARE = {"zh": "分", "en": "fen", "scale": 0}
PRODUCT = {"id": "P", "supply": 4, "start_price": 100, "step": 5}


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"products": []}, "products"),
        ({"products": [PRODUCT, PRODUCT]}, "products"),
        ({"products": [{**PRODUCT, "supply": 0}]}, "products"),
        ({"products": [{**PRODUCT, "step": 0}]}, "products"),
        ({"products": [{**PRODUCT, "points": 0}]}, "products"),
        ({"products": [{**PRODUCT, "step_basis_points": 5}]}, "products"),
        ({"products": [{**PRODUCT, "step": 0, "step_basis_points": 10_001}]}, "less_than_equal"),
        (
            {"products": [{**PRODUCT, "step": 0, "step_basis_points": 1, "start_price": 2**52}]},
            "products",
        ),
        ({"inside": "PRICE_POINTS", "rationing": "PRO_RATA"}, "rationing"),
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


@pytest.mark.parametrize(
    ("raise_by", "prices"),
    [
        ({"step": 5}, [100, 105, 110]),
        ({"step": 0, "step_basis_points": 1_000}, [100, 110, 121]),
        # 100 and a half a hundredth of it is 0.5: half up is one.
        ({"step": 0, "step_basis_points": 50}, [100, 101, 102]),
        ({"step": 0, "step_basis_points": 1}, [100, 101, 102]),
    ],
)
def test_the_price_of_a_round(raise_by, prices):
    terms = {"products": [{**PRODUCT, **raise_by}], "round_seconds": 10, "rationing": "NAMED"}
    plan = [(0, "A", "stay", 4), (0, "B", "stay", 4), (10, "A", "stay", 4), (0, "B", "stay", 4)]
    here = played("ascending_clock", terms, plan, "5eed")
    assert [fact["price"] for _, fact in ticks(here)] == prices


def test_a_price_that_leaves_the_exact_integers_is_nobodys():
    product = {"id": "P", "supply": 1, "start_price": 2**50, "step_basis_points": 10_000}
    here = played(
        "ascending_clock",
        {"products": [product], "rationing": "NAMED", "inside": "PRICE_POINTS", "unit": BARE},
        [(600 * (n > 0 and who == "A"), who, "stay", 1) for n in range(9) for who in "AB"],
        "5eed",
    )
    (award,) = here.state.standing.awards
    assert (award.quantity, award.price) == (1, award.total)
    assert 2**50 < award.price < 2**53


@st.composite
def clock_terms(draw, inside):
    """One product or two, few units, any way of rationing."""
    products = []
    for name in SLOTS[: draw(st.integers(1, 2))]:
        per_cent = draw(st.booleans())
        products.append(
            {
                "id": name,
                "supply": draw(st.integers(1, 6)),
                "start_price": draw(st.integers(0, 50)),
                "step": 0 if per_cent else draw(st.integers(1, 9)),
                "step_basis_points": 1_500 if per_cent else 0,
                "points": draw(st.integers(1, 2)),
            }
        )
    ways = ["DRAW", "NAMED"] if inside == "PRICE_POINTS" else ["DRAW", "NAMED", "PRO_RATA"]
    return {
        "products": products,
        "round_seconds": 10,
        "eligibility": draw(st.sampled_from([0, 3, 8])),
        "activity_basis_points": draw(st.sampled_from([10_000, 6_000])),
        "rationing": draw(st.sampled_from(ways)),
        "inside": inside,
        "missing": draw(st.sampled_from(["ZERO", "AS_BEFORE"])),
    }


anything = st.sampled_from(["WHOLE", "PRICE_POINTS"]).flatmap(clock_terms)
prices_inside = st.sampled_from(["stay", *["at"] * 5])
inside_plans = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 1, 4, 9, 10]),
        st.sampled_from("ABC"),
        prices_inside,
        st.integers(0, 31),
    ),
    max_size=24,
)


@given(anything, st.one_of(plans, inside_plans), st.sampled_from(["5eed", "00ff"]))
def test_supply_prices_and_points(terms, plan, seed):
    here = played("ascending_clock", terms, plan, seed)
    config, awards = here.state.terms, here.state.standing.awards
    for product in config.products:
        mine = [a for a in awards if a.lot == product.id]
        assert sum(a.quantity or 0 for a in mine) <= product.supply
        assert len({a.price for a in mine}) <= 1
        prices = _told(here, f"price {product.id}")
        assert prices[0] == product.start_price
        assert prices == sorted(prices)
        for before, after in pairwise(prices):
            full = before + (product.step or max(1, divide_half_up(before * 1_500, 10_000)))
            assert after <= full
            assert config.inside == "PRICE_POINTS" or after == full
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


@pytest.mark.parametrize("missing", ["ZERO", "AS_BEFORE"])
def test_conformance(missing):
    inside = {"rationing": "DRAW", "inside": "PRICE_POINTS", "missing": missing}
    assert check(RULE, {**RULE.example, **inside}) == []
