"""The line of those who are asked: in order, one after the other, and nobody who is excluded."""

from dataclasses import replace

import pytest

from auction_rules.facts import Awarded, Closed, DeadlineMoved, RoundOpened, Unsold
from auction_rules.registry import find
from tests.auction_rules.table import Table

HOUR = 3_600_000_000
TERMS = {
    "unit": {"zh": "元", "en": "CNY", "scale": 0},
    "opens": 0,
    "closes": 100,
    "ceiling": 1000,
    "step": 10,
    "confirm_seconds": 3600,
}


def asked(**terms):
    """C is first, then B, then A; C is being asked."""
    here = Table(find("reverse_procurement"), {**TERMS, **terms}, "A B C")
    here.bell()
    for n, (bidder, amount) in enumerate({"A": 920, "B": 910, "C": 900}.items()):
        assert here.bid(bidder, amount, 10 + n) == "accepted"
    return here


def exclude(here, bidder):
    entrants = {**here.floor.entrants, bidder: replace(here.floor.entrants[bidder], excluded=True)}
    here.floor = replace(here.floor, entrants=entrants)


@pytest.mark.parametrize(
    ("out", "first"), [("", "C"), ("C", "B"), ("B", "C"), ("CB", "A"), ("BA", "C")]
)
def test_an_excluded_bidder_is_passed_over(out, first):
    here = asked()
    for bidder in out:
        exclude(here, bidder)
    assert here.bell()[-1] == RoundOpened("CBA".index(first) + 1, None, 100, 100 + HOUR)
    for bidder in "ABC":
        right = here.rule.actions(here.floor, bidder, 200).blocked is None
        assert right == (bidder == first)
    assert here.confirm(first, 200) == "accepted"
    award = next(f for f in here.end() if isinstance(f, Awarded))
    assert award.bidder == first


def test_who_is_excluded_while_he_is_asked_loses_the_rest_of_his_window():
    here = asked()
    here.bell()
    exclude(here, "C")
    assert here.rule.due(here.floor) == 0
    facts = here.rule.lapse(here.floor, 500)
    assert facts == (RoundOpened(2, None, 500, 500 + HOUR),)
    here.happen(facts, 500)
    assert here.confirm("B", 600, answer=False) == "accepted"
    here.bell()
    assert here.confirm("A", 700) == "accepted"
    assert Awarded("A", None, 920, None, 920) in here.bell()


@pytest.mark.parametrize("when", ["before", "while"])
def test_with_everybody_excluded_nothing_is_bought(when):
    here = asked()
    if when == "while":
        here.bell()
    for bidder in "ABC":
        exclude(here, bidder)
    if when == "before":
        here.bell()
    assert here.bell()[-2:] == (Unsold("ALL_DEFAULTED"), Closed())


@pytest.mark.parametrize(
    ("resume", "closes"),
    [("FULL_COUNTDOWN", 4 * HOUR + HOUR), ("REMAINING", 4 * HOUR + HOUR - (1_000 - 100))],
)
def test_a_suspended_window_gets_what_the_terms_promise(resume, closes):
    here = asked(resume=resume)
    here.bell()
    moved = here.rule.resume(here.floor, 1_000, 4 * HOUR)
    assert moved == (DeadlineMoved(closes, "resumed"),)
