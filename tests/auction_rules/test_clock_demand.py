"""What a round comes to: reductions as far as the supply stays wanted, increases as points allow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction_rules.clock_demand import Market, Rationing

ONE = {"P": 10}
TWO = {"P": 4, "Q": 2}


def after(held, asked, *, supply=ONE, points=None, eligible=100, order="ABC", how="PRO_RATA"):
    """Demands by bidder and product, written `A/P`."""
    market = Market(supply, points or dict.fromkeys(supply, 1), Rationing[how])

    def pairs(demand):
        return {tuple(key.split("/")): quantity for key, quantity in demand.items()}

    points_of = eligible if isinstance(eligible, dict) else dict.fromkeys(order, eligible)
    done = market.processed(pairs(held), pairs(asked), points_of, tuple(order))
    return {f"{b}/{p}": q for (b, p), q in done.items() if q}


@pytest.mark.parametrize(
    ("how", "order", "held", "asked", "come"),
    [
        # Excess remains: every reduction goes.
        ("PRO_RATA", "AB", {"A/P": 9, "B/P": 9}, {"A/P": 6, "B/P": 5}, {"A/P": 6, "B/P": 5}),
        # Room for 3 of 5: 1.2, 1.2, 0.6; the largest remainder first.
        (
            "PRO_RATA",
            "ABC",
            {"A/P": 6, "B/P": 5, "C/P": 2},
            {"A/P": 4, "B/P": 3, "C/P": 1},
            {"A/P": 5, "B/P": 4, "C/P": 1},
        ),
        # Equal remainders: by the order of the numbers.
        ("PRO_RATA", "AB", {"A/P": 6, "B/P": 5}, {}, {"A/P": 5, "B/P": 5}),
        ("DRAW", "BA", {"A/P": 6, "B/P": 5}, {}, {"A/P": 6, "B/P": 4}),
        ("DRAW", "AB", {"A/P": 8, "B/P": 5}, {"A/P": 7}, {"A/P": 7, "B/P": 3}),
        # Below the supply nothing may go at all.
        ("DRAW", "AB", {"A/P": 4, "B/P": 5}, {}, {"A/P": 4, "B/P": 5}),
        # One's increase makes room for the other's reduction.
        ("DRAW", "AB", {"A/P": 5, "B/P": 5}, {"A/P": 2, "B/P": 8}, {"A/P": 2, "B/P": 8}),
        ("PRO_RATA", "AB", {"A/P": 5, "B/P": 5}, {"A/P": 2, "B/P": 7}, {"A/P": 3, "B/P": 7}),
    ],
)
def test_one_product(how, order, held, asked, come):
    assert after(held, asked, order=order, how=how) == come


def test_who_is_held_in_one_product_has_no_points_for_another():
    held, asked = {"A/P": 4, "B/Q": 2}, {"A/Q": 2, "B/Q": 2}
    assert after(held, asked, supply=TWO, eligible=4) == {"A/P": 4, "B/Q": 2}
    # With a point to spare, one of the two comes in.
    assert after(held, asked, supply=TWO, eligible=5) == {"A/P": 4, "A/Q": 1, "B/Q": 2}


def test_points_are_counted_by_product():
    asked = {"A/P": 2, "A/Q": 2}
    come = after({}, asked, supply=TWO, points={"P": 1, "Q": 3}, eligible=6)
    assert come == {"A/P": 2, "A/Q": 1}


demands = st.dictionaries(
    st.sampled_from(["A/P", "A/Q", "B/P", "B/Q", "C/P", "C/Q"]), st.integers(0, 6)
)


@given(demands, demands, st.integers(1, 12), st.sampled_from(list(Rationing)))
def test_demand_never_falls_below_supply_and_points_never_run_over(held, asked, eligible, how):
    used = {b: sum(q for key, q in held.items() if key[0] == b) for b in "ABC"}
    points = {b: max(eligible, used[b]) for b in "ABC"}
    come = after(held, asked, supply=TWO, eligible=points, how=how)
    for product, supply in TWO.items():
        was = sum(q for key, q in held.items() if key[2] == product)
        now = sum(q for key, q in come.items() if key[2] == product)
        assert now >= min(was, supply)
    for b in "ABC":
        assert sum(q for key, q in come.items() if key[0] == b) <= points[b]
    for key in sorted({*held, *asked}):
        low, high = sorted((held.get(key, 0), asked.get(key, 0)))
        assert low <= come.get(key, 0) <= high
