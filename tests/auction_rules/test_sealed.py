"""A suspended sealed window gets back what the terms promise, in every rule that has one."""

import pytest

from auction_rules.facts import DeadlineMoved, OfferWithdrawn
from auction_rules.floor import Confirm
from auction_rules.registry import rules
from auction_rules.rule import Accept
from auction_rules.stages.sealed import Sealed
from auction_rules.terms import SECOND
from tests.auction_rules.known import known
from tests.auction_rules.table import Table

HOUR = 3_600 * SECOND
WINDOWS = {
    "car_plates": 6 * HOUR,
    "intermediary": 8 * HOUR,
    "multi_round": 600 * SECOND,
    "opening": 7 * 24 * HOUR + HOUR // 2,
    "reverse_procurement": HOUR,
    "sealed_bid": HOUR,
    "turn_rounds": HOUR,
    "volume": 2 * HOUR,
}
"""How long the first window of each example is, by its terms."""


def test_no_rule_that_begins_sealed_is_left_out():
    sealed = [r.name for r in rules() if _first_is_sealed(r)]
    assert sorted(sealed) == sorted(WINDOWS)


def _first_is_sealed(rule):
    return isinstance(rule.stages(rule.Config.model_validate(rule.example))[0], Sealed)


@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("resume", ["FULL_COUNTDOWN", "REMAINING"])
def test_a_quarter_before_the_end(name, resume):
    rule, terms = next((r, t) for n, r, t in known() if n == f"{name}-example")
    here = Table(rule, {**terms, "resume": resume}, "A B C")
    here.bell()
    quarter, length = 900 * SECOND, WINDOWS[name]
    if length < quarter:
        quarter = 60 * SECOND
    since, now = here.closes - quarter, here.closes + HOUR
    promised = length if resume == "FULL_COUNTDOWN" else quarter
    moved = here.rule.resume(here.floor, since, now)
    assert DeadlineMoved(now + promised, "resumed") in moved
    here.happen(moved, now)
    # A second fault gives back the same again, not the stretched window.
    again = here.rule.resume(here.floor, here.closes - quarter, here.closes + HOUR)
    assert DeadlineMoved(here.closes + HOUR + promised, "resumed") in again


@pytest.mark.parametrize("resume", ["FULL_COUNTDOWN", "REMAINING"])
def test_offers_count_in_the_time_given_back(resume):
    rule, terms = next((r, t) for n, r, t in known() if n == "sealed_bid-example")
    here = Table(rule, {**terms, "resume": resume}, "A B")
    here.bell()
    here.happen(here.rule.resume(here.floor, here.closes - 1, here.closes + 9), here.closes + 9)
    last = here.closes
    amount = here.rule.actions(here.floor, "A", last - 1).minimum or 0
    assert here.bid("A", amount, last) == "AFTER_DEADLINE"
    assert here.bid("A", amount, last - 1) == "accepted"


def test_an_offer_taken_back_is_gone_and_counts_as_made():
    rule, terms = next((r, t) for n, r, t in known() if n == "sealed_bid-example")
    here = Table(rule, {**terms, "may_withdraw": True, "amendments": 1}, "A B")
    here.bell()
    now, amount = here.standing.opens, rule.least(here.floor) or 0
    assert here.confirm("A", now, answer=False) == "OUTSIDE_WINDOW"
    assert here.bid("A", amount, now) == "accepted"
    assert here.confirm("B", now, answer=False) == "OUTSIDE_WINDOW"
    assert here.confirm("A", now, answer=True) == "OUTSIDE_WINDOW"
    assert here.ask("A", Confirm(answer=False), here.closes - 1) == Accept(
        (OfferWithdrawn("A", None, "cancelled"),)
    )
    assert here.standing.offers == {}
    assert here.bid("A", amount, here.closes - 1) == "accepted"
    assert here.bid("A", amount, here.closes - 1) == "AMEND_LIMIT"
    assert here.confirm("A", here.closes, answer=False) == "OUTSIDE_WINDOW"


@pytest.mark.parametrize("name", ["car_plates", "multi_round", "reverse_procurement", "volume"])
def test_where_no_text_lets_an_offer_be_taken_back_it_stands(name):
    rule, terms = next((r, t) for n, r, t in known() if n == f"{name}-example")
    here = Table(rule, terms, "A B")
    here.bell()
    now, actions = here.standing.opens, rule.actions(here.floor, "A", here.standing.opens)
    form = {"quantity": actions.quantity_minimum, "slot": "1" if name == "volume" else None}
    assert here.bid("A", actions.minimum or 0, now, **form) == "accepted"
    assert here.confirm("A", now, answer=False) == "OUTSIDE_WINDOW"
