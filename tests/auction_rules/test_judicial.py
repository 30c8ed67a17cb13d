"""Judicial sale: who may equal a price, what moves the end, and how low the start may be."""

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from auction_rules.judicial import DAY, RULE, JudicialTerms
from auction_rules.registry import find
from auction_rules.terms import SECOND
from tests.auction_rules.courses import SMALL, accepted, began, over, played, rejudged
from tests.auction_rules.prior import Prior, rights
from tests.bidding.core.session import OPENS

END = OPENS + DAY * SECOND
TERMS = {
    "unit": {"zh": "元", "en": "CNY", "scale": 0, "fen": 100},
    "opens": OPENS,
    "basis_price": 1000,
    "start_price": 700,
    "step": 10,
}


def table(**more):
    here = Prior(find("judicial"), TERMS | more, {"A": 0, "B": 0, "P": 1, "Q": 1, "R": 2})
    here.bell()
    return here


@pytest.mark.parametrize(
    ("sale", "basis", "start", "ok"),
    [
        ("FIRST", 1000, 700, True),
        ("FIRST", 1000, 699, False),
        ("FIRST", 1001, 700, False),
        ("FIRST", 999, 700, True),
        ("AGAIN", 700, 560, True),
        ("AGAIN", 700, 559, False),
        ("AGAIN", 1000, 700, False),
        ("FIRST", 0, 0, False),
    ],
)
def test_how_low_the_start_may_be(sale, basis, start, ok):
    terms = TERMS | {"sale": sale, "basis_price": basis, "start_price": start}
    if ok:
        assert JudicialTerms.model_validate(terms).start_price == start
        return
    with pytest.raises(ValidationError, match="start"):
        JudicialTerms.model_validate(terms)


@pytest.mark.parametrize(
    "terms",
    [
        {"duration_seconds": DAY - 1},
        {"extension_seconds": 299},
        {"extension_seconds": 301},
        {"step": 0},
    ],
)
def test_what_the_law_does_not_let_a_notice_say(terms):
    with pytest.raises(ValidationError):
        JudicialTerms.model_validate(TERMS | terms)


@pytest.mark.parametrize(
    ("leader", "asks", "answer"),
    [
        ("A", "B", "EQUAL_PRICE_NO_PRIORITY"),
        ("A", "P", "accepted"),
        ("A", "R", "accepted"),
        ("R", "P", "accepted"),
        ("R", "A", "EQUAL_PRICE_NO_PRIORITY"),
        ("P", "R", "EQUAL_PRICE_NO_PRIORITY"),
        ("P", "Q", "EQUAL_PRICE_NO_PRIORITY"),
        ("P", "P", "ALREADY_LEADING"),
        ("A", "A", "ALREADY_LEADING"),
    ],
)
def test_who_may_equal_whom(leader, asks, answer):
    here = table()
    assert here.bid(leader, 700, OPENS) == "accepted"
    actions = RULE.actions(here.floor, asks, OPENS)
    assert actions.minimum == (700 if answer == "accepted" else 710)
    assert (700 in actions.quick) == (answer == "accepted")
    assert here.bid(asks, 700, OPENS) == answer
    assert here.standing.leaders == (asks if answer == "accepted" else leader,)
    assert here.bid(asks, 710, OPENS) == "accepted"


def test_a_right_does_not_help_below_the_price_or_below_the_start():
    here = table()
    assert here.bid("P", 699, OPENS) == "BELOW_START"
    here.bid("A", 720, OPENS)
    assert here.bid("P", 719, OPENS) == "BELOW_MIN_NEXT"
    assert here.bid("P", 725, OPENS) == "BELOW_MIN_NEXT"


def test_at_the_end_of_the_ladder_to_equal_is_all_that_is_left():
    here = table(unit={"zh": "元", "en": "CNY", "scale": 0})
    most = RULE.actions(here.floor, "A", OPENS).maximum
    assert most is not None
    assert here.bid("A", most, OPENS) == "accepted"
    assert RULE.actions(here.floor, "B", OPENS).blocked is not None
    left = RULE.actions(here.floor, "P", OPENS)
    assert (left.minimum, left.maximum, left.quick) == (most, most, (most,))
    assert here.bid("P", most, OPENS) == "accepted"


@pytest.mark.parametrize(
    ("at", "closes"),
    [
        (END - 300 * SECOND - 1, END),
        (END - 300 * SECOND, END),
        (END - 300 * SECOND + 1, END + 1),
        (END - 1, END + 300 * SECOND - 1),
    ],
)
@pytest.mark.parametrize("equal", [False, True])
def test_what_moves_the_end(at, closes, equal):
    here = table()
    here.bid("A", 700, OPENS)
    assert here.bid("P", 700 if equal else 710, at) == "accepted"
    assert here.closes == closes


@pytest.mark.parametrize(
    ("policy", "left", "given"),
    [
        ("REMAINING", 23 * 3600, 23 * 3600),
        ("FULL_COUNTDOWN", 23 * 3600, 23 * 3600),
        ("REMAINING", 120, 120),
        ("FULL_COUNTDOWN", 120, 300),
        ("FULL_COUNTDOWN", 300, 300),
        ("FULL_COUNTDOWN", 301, 301),
    ],
)
def test_what_a_suspension_gives_back(policy, left, given):
    """The day that art. 20 promises is never cut to the five minutes of an extension."""
    here = table(resume=policy)
    since, now = END - left * SECOND, END + DAY * SECOND
    here.happen(RULE.resume(here.floor, since, now), now)
    assert here.closes == now + given * SECOND


@pytest.mark.parametrize(
    ("order", "winner"),
    [
        (("A", "R", "P"), "P"),
        (("A", "P", "Q"), "P"),
        (("A", "Q", "P"), "Q"),
        (("R", "Q"), "Q"),
        (("P", "R"), "P"),
        (("A", "B", "R"), "R"),
        (("A", "B"), "A"),
    ],
)
def test_at_one_price_the_order_counts_and_then_the_time(order, winner):
    """Art. 21; who is refused at this price does not go higher here."""
    here = table()
    for bidder in order:
        here.bid(bidder, 700, OPENS)
    here.end()
    assert [(a.bidder, a.price) for a in here.standing.awards] == [(winner, 700)]


def test_equal_offers_are_ranked_by_right():
    here = table()
    for bidder in ("A", "R", "P"):
        here.bid(bidder, 700, OPENS)
    assert RULE.ranking(here.floor) == ("P", "R", "A")


@settings(max_examples=200, deadline=None)
@given(rights)
def test_any_course_judges_itself_again(plan):
    terms = {k: v for k, v in TERMS.items() if k != "unit"}
    session = over(played(began("judicial", terms, deposit=7_000), plan))
    rejudged(session)
    offers, leader = accepted(session), None
    best = 0
    for bidder, amount, _, _ in offers:
        if amount == best:
            assert bidder == SMALL
            assert leader != SMALL
        else:
            assert amount >= (best + 10 if best else 700)
        best, leader = amount, bidder
    awards = session.state.standing.awards
    assert [(a.bidder, a.price) for a in awards] == ([(leader, best)] if offers else [])
