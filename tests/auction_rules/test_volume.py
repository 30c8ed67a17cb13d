"""Volume auctions: quantity and money are conserved, and a slow twin grants the same."""

import hashlib
from collections import defaultdict
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.commit import commitment
from auction_rules.facts import Awarded, LeadersChanged, Unsold
from auction_rules.floor import Draw, OpenReserve, SealReserve
from auction_rules.registry import find
from auction_rules.rule import Accept, Refuse
from auction_rules.terms import SECOND
from auction_rules.volume import marginal
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


MARGIN = {"margin": "DRAW", "lot_zh": "LOT-01"}


@pytest.mark.parametrize(
    ("quotes", "supply", "pool"),
    [
        # The supply ends among the two at 25.
        ([("A", 30, 60, "1"), ("B", 25, 30, "1"), ("C", 25, 30, "1")], 100, ("B", "C")),
        # They fit exactly, so a draw would change nothing.
        ([("A", 30, 40, "1"), ("B", 25, 30, "1"), ("C", 25, 30, "1")], 100, ()),
        # Nothing is left for that price.
        ([("A", 30, 100, "1"), ("B", 25, 30, "1"), ("C", 25, 30, "1")], 100, ()),
        # Equals above the margin both have theirs; below it one bidder is alone.
        ([("A", 30, 40, "1"), ("B", 30, 40, "1"), ("C", 25, 30, "1")], 100, ()),
        # The lines of one bidder are not drawn between.
        ([("A", 25, 60, "1"), ("A", 25, 30, "2"), ("B", 24, 60, "1")], 100, ()),
    ],
)
def test_who_is_drawn_between_at_the_margin(quotes, supply, pool):
    here = table(quotes, **MARGIN, lines=2, supply=supply)
    assert marginal(here.floor) == pool
    here.bell()
    assert here.standing.closed == (pool == ())
    assert here.standing.pool == (pool or None)


@pytest.mark.parametrize("seed", ["1", "2", "3", "4"])
def test_the_drawn_order_fills_and_the_last_gets_the_rest(seed):
    here = table([("A", 30, 60, "1"), ("B", 25, 30, "1"), ("C", 25, 30, "1")], **MARGIN)
    here.bell()
    drawn = here.rule.office(here.floor, "li", Draw(seed), 1_001)
    assert isinstance(drawn, Accept)
    here.happen(drawn.facts, 1_001)
    number = int.from_bytes(hashlib.sha256(f"{seed}|LOT-01|B,C".encode()).digest(), "big")
    first, last = ("B", "C") if number % 2 == 0 else ("C", "B")
    awards = [f for f in here.end() if isinstance(f, Awarded)]
    assert [(a.bidder, a.price, a.quantity) for a in awards] == [
        ("A", 25, 60),
        (first, 25, 30),
        (last, 25, 10),
    ]


def test_parts_are_granted_where_lots_are_drawn():
    with pytest.raises(ValidationError):
        find("volume").Config.model_validate(TERMS | MARGIN | {"misfit": "SKIP"})


def test_no_draw_for_an_auction_that_is_annulled():
    here = table([("A", 25, 60, "1"), ("B", 25, 30, "1")], **MARGIN, undersubscribed="ANNUL")
    assert Unsold("UNDERSUBSCRIBED") in here.end()
    few = table([("A", 25, 99, "1"), ("B", 25, 30, "1")], **MARGIN, min_bidders=3)
    assert Unsold("BELOW_MIN_BIDDERS") in few.end()


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 4),
            st.sampled_from(BIDDERS),
            st.integers(20, 22),
            st.integers(1, 70),
            st.just("1"),
        ),
        max_size=8,
    ),
    st.sampled_from(["a", "b", "c"]),
)
def test_a_draw_at_the_margin_judges_itself_again_and_grants_all_there_is(plan, seed):
    terms = {**TERMS, **MARGIN, "opens": OPENS, "closes": OPENS + 60 * SECOND}
    here = session("volume", terms, plan, seed)
    judge_again(here)
    standing = here.state.standing
    asked = sum(o.quantity or 0 for o in standing.offers.values())
    assert sum(a.quantity or 0 for a in standing.awards) == min(100, asked)
    granted = defaultdict(int, {a.bidder: a.quantity or 0 for a in standing.awards})
    lowest = min((o.amount for o in standing.offers.values() if granted[o.bidder]), default=0)
    for offer in standing.offers.values():
        # Above the margin everybody has all he asked for; below it nobody has anything.
        if offer.amount > lowest:
            assert granted[offer.bidder] == offer.quantity
        if offer.amount < lowest:
            assert not granted[offer.bidder]
    short = [o for o in standing.offers.values() if 0 < granted[o.bidder] < (o.quantity or 0)]
    assert len(short) <= 1


@pytest.mark.parametrize(
    ("pricing", "reserve", "sold"),
    [
        ("LOWEST_ACCEPTED", 25, True),
        ("LOWEST_ACCEPTED", 26, False),
        # Each his own: the lowest price paid is what counts.
        ("PAY_AS_BID", 25, True),
        ("PAY_AS_BID", 26, False),
    ],
)
def test_a_sealed_reserve_annuls_what_is_sold_below_it(pricing, reserve, sold):
    here = table([("A", 30, 60, "1"), ("B", 25, 60, "1")], sealed_reserve=True, pricing=pricing)
    sealed = here.rule.office(here.floor, "li", SealReserve(commitment(reserve, "07")), 500)
    assert isinstance(sealed, Accept)
    here.happen(sealed.facts, 500)
    here.bell()
    assert here.standing.stage == "reserve"
    shown = here.rule.office(here.floor, "li", OpenReserve(reserve, "07"), 1_001)
    assert isinstance(shown, Accept)
    here.happen(shown.facts, 1_001)
    assert (Unsold("RESERVE_NOT_MET") in here.end()) == (not sold)


def test_no_reserve_is_sealed_where_the_terms_know_none():
    here = table([("A", 30, 60, "1")])
    refused = here.rule.office(here.floor, "li", SealReserve(commitment(25, "07")), 500)
    assert isinstance(refused, Refuse)
    assert refused.reason == "NOT_BIDDABLE"
