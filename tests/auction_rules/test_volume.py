"""Volume auctions: quantity and money are conserved, and a slow twin grants the same."""

from collections import defaultdict
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.facts import Awarded, LeadersChanged, Unsold
from auction_rules.registry import find
from auction_rules.terms import SECOND
from tests.auction_rules.rejudged import BIDDERS, judge_again, session
from tests.auction_rules.table import Table
from tests.bidding.core.session import OPENS

UNIT = {"zh": "元/吨", "en": "CNY/t", "scale": 0, "fen": 100}
TERMS = {"unit": UNIT, "supply": 100, "opens": 10, "closes": 1_000, "start_price": 20}


def table(quotes, **terms):
    """The window open, and these (bidder, price, quantity, slot)."""
    here = Table(find("volume"), TERMS | terms, "A B C")
    here.bell()
    for n, (bidder, price, quantity, slot) in enumerate(quotes):
        said = here.bid(bidder, price, 10 + n, quantity=quantity, slot=slot)
        assert said == "accepted"
    return here


def test_lines_are_leaders_by_their_own_keys():
    here = table([("A", 30, 60, "1"), ("B", 25, 60, "1"), ("C", 21, 5, "1")])
    closing = here.end()
    assert LeadersChanged(("A/1", "B/1"), 25) in closing
    assert Awarded("A", None, 25, 60, 150_000) in closing
    assert Awarded("B", None, 25, 40, 100_000) in closing
    assert here.rule.ranking(here.floor) == ("A/1", "B/1", "C/1")
    assert here.rule.settlement(here.floor).unused == 0


@pytest.mark.parametrize(
    ("quantity", "slot", "said"),
    [
        (None, "1", "QTY_BELOW_MIN"),
        (4, "1", "QTY_BELOW_MIN"),
        (5, "1", "accepted"),
        (30, "2", "accepted"),
        (31, "2", "QTY_OVER_LIMIT"),
        (50, "1", "accepted"),
        (5, None, "NO_SUCH_LOT"),
        (5, "3", "NO_SUCH_LOT"),
    ],
)
def test_the_limits_of_a_bidder_are_over_all_his_lines(quantity, slot, said):
    here = table([("A", 30, 20, "1")], lines=2, min_quantity=5, bidder_limit=50, amendments=1)
    assert here.bid("A", 40, 500, quantity=quantity, slot=slot) == said


@pytest.mark.parametrize(
    ("lines", "limit", "amendments", "bounds"),
    [
        (2, 50, 0, (5, 30)),
        (2, 25, 0, (5, 5)),
        # Four are left and five are the least: only the line that stands can be replaced.
        (2, 24, 0, None),
        (2, 24, 1, (5, 24)),
        (2, None, 0, (5, 80)),
    ],
)
def test_the_quantity_offered_is_what_the_other_lines_leave(lines, limit, amendments, bounds):
    terms = {"lines": lines, "min_quantity": 5, "bidder_limit": limit, "amendments": amendments}
    here = table([("A", 30, 20, "1")], **terms)
    said = here.rule.actions(here.floor, "A", 500)
    if bounds is None:
        assert said.blocked is not None
        return
    assert (said.quantity_minimum, said.quantity_maximum) == bounds


def test_a_line_left_open_is_offered_when_another_is_used_up():
    here = table([("A", 30, 20, "1")], lines=2)
    assert here.rule.actions(here.floor, "A", 500).blocked is None
    assert here.bid("A", 40, 500, quantity=5, slot="2") == "accepted"
    blocked = here.rule.actions(here.floor, "A", 501).blocked
    assert blocked is not None
    assert blocked.reason == "ALREADY_QUOTED"


def test_exactly_the_supply_is_not_short():
    assert (
        Unsold("UNDERSUBSCRIBED") not in table([("A", 30, 100, "1")], undersubscribed="ANNUL").end()
    )
    assert Unsold("UNDERSUBSCRIBED") in table([("A", 30, 99, "1")], undersubscribed="ANNUL").end()


@pytest.mark.parametrize(
    "terms",
    [
        {"supply": 0},
        {"min_quantity": 0},
        {"min_quantity": 101},
        {"bidder_limit": 101},
        {"bidder_limit": 4, "min_quantity": 5},
        {"margin": "PRO_RATA", "misfit": "SKIP"},
        {"pricing": "HIGHEST_REJECTED", "misfit": "SKIP"},
        {"closes": 10},
        {"start_price": 0},
        {"start_price": 2**53 - 1},
        {"step": 0},
        {"lines": 0},
    ],
)
def test_terms_that_do_not_go_together(terms):
    with pytest.raises(ValidationError):
        find("volume").Config.model_validate(TERMS | terms)


WINDOW = {"unit": UNIT, "opens": OPENS, "closes": OPENS + 60 * SECOND, "start_price": 20}
plans = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.sampled_from(BIDDERS),
        st.integers(19, 24),
        st.integers(1, 30),
        st.sampled_from(["1", "2"]),
    ),
    max_size=12,
)
some_terms = st.fixed_dictionaries(
    {
        "supply": st.integers(2, 90),
        "lines": st.just(2),
        "amendments": st.integers(0, 1),
        "min_quantity": st.integers(1, 2),
        "undersubscribed": st.sampled_from(["AS_PRICED", "AT_FLOOR", "ANNUL"]),
        "residue": st.sampled_from(["EARLIER", "LARGEST_REMAINDER", "UNALLOCATED"]),
        "rounding": st.sampled_from(["DOWN", "PERCENT_UP"]),
    }
)
allocations = st.one_of(
    st.fixed_dictionaries(
        {
            "margin": st.just("EARLIER"),
            "misfit": st.sampled_from(["PARTIAL", "STOP"]),
            "pricing": st.sampled_from(["PAY_AS_BID", "LOWEST_ACCEPTED", "HIGHEST_REJECTED"]),
        }
    ),
    st.fixed_dictionaries(
        {
            "margin": st.just("EARLIER"),
            "misfit": st.just("SKIP"),
            "pricing": st.sampled_from(["PAY_AS_BID", "LOWEST_ACCEPTED"]),
        }
    ),
    st.fixed_dictionaries(
        {
            "margin": st.just("PRO_RATA"),
            "pricing": st.sampled_from(["PAY_AS_BID", "LOWEST_ACCEPTED", "HIGHEST_REJECTED"]),
        }
    ),
)


def _unit_by_unit(offers, supply, misfit):
    """The twin: every unit is asked for by itself, the best line first."""
    granted: defaultdict[str, int] = defaultdict(int)
    for offer in sorted(offers, key=lambda o: (-o.amount, o.i)):
        left = supply - sum(granted.values())
        if offer.quantity > left and misfit != "PARTIAL":
            if misfit == "STOP":
                break
            continue
        for _ in range(min(offer.quantity, left)):
            granted[offer.key] += 1
    return granted


@settings(max_examples=150)
@given(some_terms, allocations, plans)
def test_quantity_and_money_are_conserved(terms, allocation, plan):
    given_terms = {**WINDOW, **terms, **allocation}
    here = session("volume", given_terms, plan, "")
    judge_again(here)
    state, standing = here.state, here.state.standing
    supply, asked = terms["supply"], sum(o.quantity or 0 for o in standing.offers.values())
    sold = sum(a.quantity or 0 for a in standing.awards)
    settled = here.rule.settlement(state.floor())
    assert sold <= min(supply, asked)
    assert settled.unused == supply - sold
    assert settled.total == sum(a.price * 100 * (a.quantity or 0) for a in standing.awards)
    assert settled.total - settled.premium == 20 * 100 * sold
    for award in standing.awards:
        assert award.price >= 20
        # Nobody pays more than he asked for himself.
        own = [o.amount for o in standing.offers.values() if o.bidder == award.bidder]
        assert award.price <= max(own)
    if asked < supply and terms["undersubscribed"] == "ANNUL" and asked:
        assert standing.unsold == "UNDERSUBSCRIBED"
        return
    if not standing.awards:
        return
    if asked < supply:
        assert sold == asked
        if terms["undersubscribed"] == "AT_FLOOR":
            assert {a.price for a in standing.awards} == {20}
    if allocation["margin"] == "EARLIER":
        twin = _unit_by_unit(standing.offers.values(), supply, allocation["misfit"])
        mine = [a.quantity for a in standing.awards]
        order = sorted(standing.offers.values(), key=lambda o: (-o.amount, o.i))
        assert mine == [twin[o.key] for o in order if twin[o.key]]
    elif terms["residue"] != "UNALLOCATED":
        assert sold == min(supply, asked)
    assert Fraction(settled.total, 100) >= 20 * sold


def test_the_refused_part_of_a_line_is_the_highest_rejected():
    quotes = [("A", 30, 60, "1"), ("B", 25, 60, "1"), ("C", 21, 5, "1")]
    here = table(quotes, pricing="HIGHEST_REJECTED")
    assert [a.price for a in here.end() if isinstance(a, Awarded)] == [25, 25]
    # Where B fits exactly, what is rejected is C's line.
    here = table(quotes, pricing="HIGHEST_REJECTED", supply=120)
    assert [a.price for a in here.end() if isinstance(a, Awarded)] == [21, 21]
