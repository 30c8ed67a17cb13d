"""A suspended sealed window gets back what the terms promise, in every rule that has one."""

import pytest

from auction_rules.facts import DeadlineMoved
from auction_rules.registry import rules
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
