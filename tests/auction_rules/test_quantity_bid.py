"""Quantity at a fixed price: most or least, the limit, and that the money never moves."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.conformance import check
from auction_rules.facts import Awarded, DeadlineMoved, LeadersChanged, OfferStood, Unsold
from auction_rules.floor import Bid
from auction_rules.registry import find
from auction_rules.rule import Accept, Settlement
from auction_rules.terms import SECOND
from tests.auction_rules.clocks import answers, plans, played, ticks
from tests.auction_rules.rejudged import BIDDERS, judge_again, session
from tests.auction_rules.table import Table
from tests.bidding.core.session import OPENS

TERMS = {
    "price": "500000.50",
    "opens": 0,
    "duration_seconds": 60,
    "start_quantity": 100,
    "step": 5,
    "extension_seconds": 30,
}

CLOCK = {"form": "CLOCK", "limit_quantity": 120, "tick_seconds": 10}


def table(**terms):
    here = Table(find("quantity_bid"), TERMS | terms, "A B")
    here.bell()
    return here


def test_an_offer_is_a_quantity_and_the_price_stays():
    here = table()
    judged = here.ask("A", Bid(100), 50 * SECOND)
    assert isinstance(judged, Accept)
    assert judged.facts == (
        OfferStood("A", None, 100, None),
        LeadersChanged(("A",), 100),
        DeadlineMoved(80 * SECOND, "extension"),
    )
    assert here.rule.least(here.floor) == 105
    assert here.bid("B", 104, 51 * SECOND) == "BELOW_MIN_NEXT"
    assert here.bid("B", 120, 51 * SECOND) == "accepted"
    assert here.bid("A", 130, 81 * SECOND) == "AFTER_DEADLINE"
    assert Awarded("B", None, 120, 120, 500_000_50) in here.end()
    assert here.rule.settlement(here.floor) == Settlement(500_000_50, 0, None)
    assert here.rule.ranking(here.floor) == ("B", "A")


def test_nobody_takes_the_price():
    here = table()
    assert here.rule.settlement(here.floor).total == 0
    assert here.end()[-2] == Unsold("NO_BID")


def test_at_the_limit_nothing_is_left_to_offer():
    here = table(wins="LEAST", limit_quantity=90)
    assert here.bid("A", 89, SECOND) == "ABOVE_CAP"
    assert here.bid("A", 90, SECOND) == "accepted"
    assert here.rule.least(here.floor) is None
    blocked = here.rule.actions(here.floor, "B", SECOND).blocked
    assert blocked is not None
    assert blocked.reason == "CAP_REACHED"


@pytest.mark.parametrize(
    "terms",
    [
        {"price": "0"},
        {"price": "1.005"},
        {"duration_seconds": 0},
        {"step": 0},
        {"start_quantity": 0},
        {"limit_quantity": 99},
        {"wins": "LEAST", "limit_quantity": 101},
        {"wins": "LEAST", "limit_quantity": 0},
        {"grid": "MULTIPLE_OF_STEP", "limit_quantity": 103},
        {"form": "CLOCK", "limit_quantity": 120},
        {"tick_seconds": 10, "limit_quantity": 120},
        {**CLOCK, "limit_quantity": None},
        {**CLOCK, "min_bidders": 2},
        {**CLOCK, "tie": "SEALED_ROUND"},
        {**CLOCK, "tie_seconds": 5},
        {"tie": "SEALED_ROUND", "tie_seconds": 5},
        {**CLOCK, "limit_quantity": 50_000_000, "step": 1},
    ],
)
def test_terms_that_do_not_go_together(terms):
    with pytest.raises(ValidationError):
        find("quantity_bid").Config.model_validate(TERMS | terms)


asks = st.tuples(
    st.integers(0, 15), st.sampled_from(BIDDERS), st.integers(88, 125), st.none(), st.none()
)


@settings(max_examples=100)
@given(
    st.sampled_from(["MOST", "LEAST"]),
    st.sampled_from(["MIN_STEP", "MULTIPLE_OF_STEP"]),
    st.booleans(),
    st.lists(asks, max_size=14),
)
def test_each_quantity_is_a_step_better_and_the_last_one_wins(wins, grid, limited, plan):
    s = 1 if wins == "MOST" else -1
    limit = {"limit_quantity": 100 + s * 10} if limited else {}
    terms = {**TERMS, "opens": OPENS, "wins": wins, "grid": grid, **limit}
    here = session("quantity_bid", terms, plan, "")
    judge_again(here)
    given_ = [e["data"]["ask"]["amount"] for e in here.entries if e["type"] == "bid.accepted"]
    for earlier, later in pairwise(given_):
        assert s * (later - earlier) >= 5
    assert all(s * (amount - 100) >= 0 for amount in given_)
    assert grid == "MIN_STEP" or all(amount % 5 == 0 for amount in given_)
    assert not limited or all(s * (amount - 100) <= 10 for amount in given_)
    standing = here.state.standing
    assert [a.quantity for a in standing.awards] == given_[-1:]
    assert all(a.total == 500_000_50 for a in standing.awards)


ways = st.fixed_dictionaries(
    {
        "wins": st.sampled_from(["MOST", "LEAST"]),
        "tie": st.sampled_from(["DRAW", "SEALED_ROUND"]),
        "step": st.integers(3, 9),
    }
)


@settings(max_examples=100)
@given(ways, plans, st.sampled_from(["5eed", "00ff"]))
def test_the_clock_gives_way_until_somebody_takes_it(way, plan, seed):
    s = 1 if way["wins"] == "MOST" else -1
    limit = 100 + s * 20
    terms = {**TERMS, **CLOCK, **way, "price": "500000.50", "limit_quantity": limit}
    if way["tie"] == "SEALED_ROUND":
        terms["tie_seconds"] = 10
    terms.pop("opens")
    terms["unit"] = {"zh": "件", "en": "pieces", "scale": 0}
    here = played("quantity_bid", terms, plan, seed)
    called = [fact["price"] for _, fact in ticks(here)]
    assert called[0] == limit
    assert called == sorted(called, reverse=s > 0)
    assert all(s * (q - 100) >= 0 for q in called)
    taken = {bidder: offer["amount"] for _, bidder, offer in answers(here)}
    standing = here.state.standing
    if not taken:
        assert (called[-1], standing.unsold) == (100, "NO_BID")
        return
    # Everybody who took it did so in one tick, the last.
    assert set(taken.values()) == {called[-1]}
    (award,) = standing.awards
    assert award.bidder in taken
    assert award.total == 500_000_50
    assert award.price == award.quantity
    assert s * (award.price - called[-1]) >= 0
    if way["tie"] == "DRAW":
        assert award.price == called[-1]
        assert bool(standing.order) == (len(taken) > 1)


@pytest.mark.parametrize("way", [{}, {"wins": "LEAST", "limit_quantity": "50"}])
def test_conformance_of_the_clock(way):
    rule = find("quantity_bid")
    assert check(rule, {**rule.example, **CLOCK, "limit_quantity": "200", **way}) == []
