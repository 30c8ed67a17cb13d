"""Sharing out a quota, against a slow twin that reads the terms literally."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction_rules.allocation import Misfit, Share, fill

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
