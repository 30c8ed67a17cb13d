"""Prices inside a round: the order of changes, how far each is applied, and what price it makes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction_rules.clock_demand import Market, Rationing
from auction_rules.clock_points import Change, by_point, processed

ONE = {"P": 10}
TWO = {"P": 4, "Q": 2}
FROM = {"P": 100, "Q": 50}
STEP = {"P": 10, "Q": 30}


def change(text):
    """`A/P 103 4`: from 103 on A wants four of P."""
    key, price, quantity = text.split()
    bidder, product = key.split("/")
    part = int(price) - FROM[product]
    return Change(bidder, product, int(quantity), int(price), part, STEP[product])


def came(held, texts, *, supply=ONE, points=None, eligible=100, order="ABC"):
    market = Market(supply, points or dict.fromkeys(supply, 1), Rationing.NAMED)
    before = {tuple(key.split("/")): quantity for key, quantity in held.items()}
    changes = by_point([change(text) for text in texts], order)
    done = processed(market, before, changes, dict.fromkeys(order, eligible))
    return {f"{b}/{p}": q for (b, p), q in done.after.items() if q}, dict(done.reached)


@pytest.mark.parametrize(
    ("order", "texts", "sorted_"),
    [
        ("AB", ["A/P 107 4", "B/P 103 1"], ["B/P 103 1", "A/P 107 4"]),
        ("AB", ["B/P 105 4", "A/P 105 1"], ["A/P 105 1", "B/P 105 4"]),
        ("BA", ["B/P 105 4", "A/P 105 1"], ["B/P 105 4", "A/P 105 1"]),
        # 3/10 comes before 10/30, and 4/10 after it; 12/30 is 4/10 exactly.
        ("AB", ["A/Q 60 1", "B/P 103 1"], ["B/P 103 1", "A/Q 60 1"]),
        ("AB", ["B/P 104 1", "A/Q 60 1"], ["A/Q 60 1", "B/P 104 1"]),
        ("BA", ["A/Q 62 1", "B/P 104 1"], ["B/P 104 1", "A/Q 62 1"]),
        ("AB", ["B/P 104 1", "A/Q 62 1"], ["A/Q 62 1", "B/P 104 1"]),
        ("AB", [], []),
    ],
)
def test_the_order_of_changes(order, texts, sorted_):
    assert by_point([change(t) for t in texts], order) == [change(t) for t in sorted_]


@pytest.mark.parametrize(
    ("held", "texts", "after", "reached"),
    [
        # Excess of eight: five at 103, three of four at 107.
        (
            {"A/P": 8, "B/P": 6, "C/P": 4},
            ["A/P 107 4", "B/P 103 1", "C/P 110 4"],
            {"A/P": 5, "B/P": 1, "C/P": 4},
            {"P": 107},
        ),
        # Nothing goes below the supply, and nothing has a price.
        ({"A/P": 6, "B/P": 4}, ["A/P 102 0", "B/P 103 0"], {"A/P": 6, "B/P": 4}, {}),
        # An increase lets the waiting one go, at the price that he named.
        ({"A/P": 6, "B/P": 4}, ["A/P 102 3", "B/P 108 7"], {"A/P": 3, "B/P": 7}, {"P": 102}),
        # The first waiting one goes first, although the other came in between.
        (
            {"A/P": 6, "B/P": 4},
            ["A/P 102 3", "B/P 105 2", "C/P 108 4"],
            {"A/P": 3, "B/P": 3, "C/P": 4},
            {"P": 105},
        ),
    ],
)
def test_one_product(held, texts, after, reached):
    assert came(held, texts) == (after, reached)


def test_points_given_back_in_one_product_are_free_for_the_other():
    held = {"A/P": 4, "B/P": 2}
    texts = ["A/P 103 2", "A/Q 60 2"]
    assert came(held, texts, supply=TWO, eligible=4) == (
        {"A/P": 2, "B/P": 2, "A/Q": 2},
        {"P": 103},
    )
    # In the other order the increase waits, and goes as soon as the points are there.
    assert came(held, ["A/P 109 2", "A/Q 51 2"], supply=TWO, eligible=4)[0]["A/Q"] == 2
    # Held by the supply, there are no points.
    assert came({"A/P": 4}, texts, supply=TWO, eligible=4)[0] == {"A/P": 4}


quantities = st.dictionaries(
    st.sampled_from(["A/P", "A/Q", "B/P", "B/Q", "C/P", "C/Q"]), st.integers(0, 6)
)
wishes = st.dictionaries(
    st.sampled_from(["A/P", "A/Q", "B/P", "B/Q", "C/P", "C/Q"]),
    st.tuples(st.integers(0, 10), st.integers(0, 6)),
)


@given(quantities, wishes, st.integers(6, 14), st.permutations("ABC"))
def test_nobody_is_held_above_the_price_at_which_he_wanted_less(held, asked, eligible, order):
    prices = {key: FROM[key[2]] + way * STEP[key[2]] // 10 for key, (way, _) in asked.items()}
    texts = [f"{key} {prices[key]} {quantity}" for key, (_, quantity) in asked.items()]
    used = {b: sum(q for key, q in held.items() if key[0] == b) for b in "ABC"}
    most = max(eligible, *used.values())
    after, reached = came(held, texts, supply=TWO, eligible=most, order=order)
    for product, supply in TWO.items():
        was = sum(q for key, q in held.items() if key[2] == product)
        now = sum(q for key, q in after.items() if key[2] == product)
        assert now >= min(was, supply)
        if product in reached:
            assert FROM[product] <= reached[product] <= FROM[product] + STEP[product]
            assert now >= supply
    for key, (_, quantity) in asked.items():
        low, high = sorted((held.get(key, 0), quantity))
        assert low <= after.get(key, 0) <= high
        if after.get(key, 0) > quantity and key[2] in reached:
            assert reached[key[2]] <= prices[key]
    for key in sorted(set(held) - set(asked)):
        assert after.get(key, 0) == held[key]
    for b in "ABC":
        assert sum(q for key, q in after.items() if key[0] == b) <= most
