"""Sharing out a quota, against a slow twin that reads the terms literally."""

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction_rules.allocation import (
    Misfit,
    Pricing,
    Residue,
    Share,
    ShareRounding,
    Wish,
    fill,
    fill_pro_rata,
    one_lot_each,
    pro_rata,
    uniform_price,
)

offers = st.lists(st.integers(1, 40), max_size=8).map(
    lambda wanted: [(f"B{n}", quantity) for n, quantity in enumerate(wanted)]
)


def twin(ranked, quota, misfit):
    """Ask for each offer anew what all those before it have taken."""
    granted: list[Share] = []
    for place, (bidder, wanted) in enumerate(ranked):
        taken = sum(share.quantity for share in granted)
        fits = taken + wanted <= quota
        full_so_far = len(granted) == place and all(
            share.quantity == want for share, (_, want) in zip(granted, ranked, strict=False)
        )
        if fits and (misfit is Misfit.SKIP or full_so_far):
            granted.append(Share(bidder, wanted))
        elif misfit is Misfit.PARTIAL and full_so_far and taken < quota:
            granted.append(Share(bidder, quota - taken))
    return tuple(granted)


@given(offers, st.integers(0, 120), st.sampled_from(Misfit))
def test_grants_are_those_of_the_twin_and_never_more_than_there_is(ranked, quota, misfit):
    granted = fill(ranked, quota, misfit)
    assert granted == twin(ranked, quota, misfit)
    assert sum(share.quantity for share in granted) <= quota
    wanted = dict(ranked)
    assert all(0 < share.quantity <= wanted[share.bidder] for share in granted)
    if misfit is Misfit.PARTIAL:
        assert sum(share.quantity for share in granted) == min(quota, sum(wanted.values()))


@given(offers, st.integers(0, 120))
def test_skipping_grants_at_least_what_stopping_does(ranked, quota):
    stopped = fill(ranked, quota, Misfit.STOP)
    assert fill(ranked, quota, Misfit.SKIP)[: len(stopped)] == stopped
    assert fill(ranked, quota, Misfit.PARTIAL)[: len(stopped)] == stopped


@pytest.mark.parametrize(
    ("misfit", "granted"),
    [
        (Misfit.SKIP, {"P4": 20, "P1": 30, "P5": 15, "P2": 25}),
        (Misfit.STOP, {"P4": 20, "P1": 30, "P5": 15}),
        (Misfit.PARTIAL, {"P4": 20, "P1": 30, "P5": 15, "P3": 35}),
    ],
)
def test_skip_stop_and_partial_differ_by_a_parcel(misfit, granted):
    # DOMAIN S14, in thousands of square metres.
    ranked = [("P4", 20), ("P1", 30), ("P5", 15), ("P3", 40), ("P2", 25), ("P6", 15)]
    assert {s.bidder: s.quantity for s in fill(ranked, 100, misfit)} == granted


@pytest.mark.parametrize(
    ("rounding", "residue", "shares"),
    [
        # Ten for wishes of 3, 6 and 8: 30/17, 60/17 and 80/17.
        ("DOWN", "UNALLOCATED", (1, 3, 4)),
        ("DOWN", "EARLIER", (2, 4, 4)),
        ("DOWN", "LARGEST_REMAINDER", (2, 3, 5)),
        ("PERCENT_UP", "UNALLOCATED", (1, 3, 4)),
        ("PERCENT_UP", "EARLIER", (2, 4, 4)),
        ("PERCENT_UP", "LARGEST_REMAINDER", (2, 3, 5)),
    ],
)
def test_pro_rata_names_its_rounding(rounding, residue, shares):
    assert pro_rata([3, 6, 8], 10, ShareRounding[rounding], Residue[residue]) == shares


def test_a_common_percentage_rounded_up_leaves_the_last_with_the_rest():
    # 100,000 of 300,000 is 33.34 % rounded up: two get 33,340 and the last what is left.
    equal = [100_000] * 3
    assert pro_rata(equal, 100_000, ShareRounding.PERCENT_UP, Residue.EARLIER) == (
        33_340,
        33_340,
        33_320,
    )


def test_pro_rata_of_what_suffices_is_what_is_wished():
    assert pro_rata([3, 4], 7, ShareRounding.DOWN, Residue.EARLIER) == (3, 4)


quantities = st.lists(st.integers(1, 60), min_size=1, max_size=8)
roundings, residues = st.sampled_from(ShareRounding), st.sampled_from(Residue)


@given(quantities, st.integers(0, 200), roundings, residues)
def test_pro_rata_grants_no_more_than_there_is_and_no_more_than_wished(
    wants, supply, rounding, residue
):
    shares = pro_rata(wants, supply, rounding, residue)
    assert all(0 <= share <= want for share, want in zip(shares, wants, strict=True))
    assert sum(shares) <= supply
    if residue is not Residue.UNALLOCATED:
        assert sum(shares) == min(supply, sum(wants))


@given(quantities, st.integers(0, 200))
def test_pro_rata_down_with_the_largest_remainder_against_fractions(wants, supply):
    shares = pro_rata(wants, supply, ShareRounding.DOWN, Residue.LARGEST_REMAINDER)
    rate = min(Fraction(1), Fraction(supply, sum(wants)))
    twin = [floor(want * rate) for want in wants]
    by_remainder = sorted(range(len(wants)), key=lambda n: (twin[n] - wants[n] * rate, n))
    for n in by_remainder[: min(supply, sum(wants)) - sum(twin)]:
        twin[n] += 1
    assert list(shares) == twin


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 20)), max_size=8),
    st.integers(0, 60),
    residues,
)
def test_the_margin_shares_and_better_prices_are_filled(lines, supply, residue):
    ranked = [
        Wish(str(n), str(n), price, quantity)
        for n, (price, quantity) in enumerate(sorted(lines, key=lambda line: -line[0]))
    ]
    grants = fill_pro_rata(ranked, supply, ShareRounding.DOWN, residue)
    assert len(grants) == len(ranked)
    assert sum(grants) <= supply
    served = [w.price for w, grant in zip(ranked, grants, strict=True) if grant]
    for wish, grant in zip(ranked, grants, strict=True):
        if served and wish.price > min(served):
            assert grant == wish.quantity
    if residue is not Residue.UNALLOCATED:
        assert sum(grants) == min(supply, sum(quantity for _, quantity in lines))


@pytest.mark.parametrize(
    ("pricing", "won", "lost", "sign", "price"),
    [
        ("PAY_AS_BID", [9, 8], [7], 1, None),
        ("LOWEST_ACCEPTED", [9, 8], [7], 1, 8),
        ("LOWEST_ACCEPTED", [], [], 1, 5),
        ("HIGHEST_REJECTED", [9, 8], [6, 7], 1, 7),
        ("HIGHEST_REJECTED", [9, 8], [], 1, 5),
        ("HIGHEST_REJECTED", [9], [4], 1, 5),
        ("LOWEST_ACCEPTED", [2, 3], [4], -1, 3),
        ("HIGHEST_REJECTED", [2, 3], [4, 6], -1, 4),
        ("HIGHEST_REJECTED", [2, 3], [], -1, 5),
    ],
)
def test_the_one_price(pricing, won, lost, sign, price):
    assert uniform_price(won, lost, Pricing[pricing], 5, sign) == price


def test_whoever_won_a_lot_of_a_group_is_void_for_the_rest_of_it():
    lots = [("L1", 5, ["A", "B"]), ("L2", 5, ["A", "B"]), ("L3", 5, ["A", "B"])]
    assert one_lot_each(lots) == (("L1", "A"), ("L2", "A"), ("L3", "A"))
    assert one_lot_each(lots, [["L1", "L3"]]) == (("L1", "A"), ("L2", "A"), ("L3", "B"))
    assert one_lot_each(lots, [["L1", "L2", "L3"]]) == (("L1", "A"), ("L2", "B"))
    assert one_lot_each(lots, limit=9) == (("L1", "A"), ("L2", "B"))
    assert one_lot_each([("L1", 5, [])]) == ()
