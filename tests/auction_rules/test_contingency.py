"""What a suspension gives back to a fixed window: the whole of it, or what remained."""

import pytest

from auction_rules.contingency import given_back
from auction_rules.facts import DeadlineMoved
from auction_rules.registry import find
from tests.auction_rules.table import Table

TERMS = {"opens": 10, "closes": 1_000, "start_price": 100, "mode": "LOWEST", "entry": "QUOTE"}


@pytest.mark.parametrize(
    ("resume", "since", "now", "closes"),
    [
        ("FULL_COUNTDOWN", 900, 2_000, 2_990),
        ("REMAINING", 900, 2_000, 2_100),
        ("REMAINING", 900, 900, 1_000),
        # Whatever is given back, an announced end never moves back.
        ("FULL_COUNTDOWN", 5, 5, 1_000),
        ("REMAINING", 1_200, 1_300, 1_300),
    ],
)
def test_the_new_end(resume, since, now, closes):
    here = Table(find("intermediary"), TERMS | {"resume": resume}, "A B C")
    here.bell()
    assert here.closes == 1_000
    moved = (DeadlineMoved(closes, "resumed"),)
    assert given_back(here.floor, 990, since, now) == moved
    assert here.rule.resume(here.floor, since, now) == moved


def test_a_stage_without_an_end_gets_none():
    here = Table(find("intermediary"), TERMS, "A B C")
    assert given_back(here.floor, 990, 5, 6) == ()
