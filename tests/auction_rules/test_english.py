"""The ascending auction, played without a house."""

from typing import Any

import pytest

from auction_rules.english import RULE
from auction_rules.facts import (
    Awarded,
    Closed,
    DeadlineMoved,
    LeadersChanged,
    OfferStood,
    StageClosed,
    StageOpened,
    Unsold,
)
from auction_rules.floor import Bid
from auction_rules.registry import find
from auction_rules.rule import Lot, Settlement
from auction_rules.terms import SECOND
from tests.auction_rules.table import Table

OPENS = 10 * SECOND
TERMS: dict[str, Any] = {
    "unit": {"zh": "万元", "en": "10k CNY", "scale": 0, "fen": 1_000_000},
    "opens": OPENS,
    "duration_seconds": 60,
    "start_price": 100,
    "step": 10,
    "extension_seconds": 30,
}


def table(bidders="A B C", **terms):
    """A table where the first bell has rung."""
    here = Table(find("english"), TERMS | terms, bidders)
    here.bell()
    return here


def test_a_whole_auction():
    here = Table(find("english"), TERMS, "A B C")
    assert here.rule.due(here.floor) == OPENS
    assert here.bid("A", 100, OPENS - 1) == "NOT_BIDDABLE"
    assert here.bell() == (StageOpened("timed", "timed", OPENS, OPENS + 60 * SECOND),)
    assert here.bid("A", 99, OPENS) == "BELOW_START"
    assert here.bid("A", 100, OPENS) == "accepted"
    assert here.closes == OPENS + 60 * SECOND
    late = OPENS + 60 * SECOND - 1
    assert here.ask("B", Bid(115), late).facts == (  # type: ignore[union-attr]
        OfferStood("B", None, 115, None),
        LeadersChanged(("B",), 115),
        DeadlineMoved(late + 30 * SECOND, "extension"),
    )
    assert here.bid("C", 124, late + 1) == "BELOW_MIN_NEXT"
    assert here.bid("C", 200, late + 30 * SECOND) == "AFTER_DEADLINE"
    assert here.end() == (
        StageClosed("timed"),
        Awarded("B", None, 115, None, 115),
        Closed(),
    )
    assert here.bid("C", 200, late + 31 * SECOND) == "NOT_BIDDABLE"
    assert RULE.settlement(here.floor) == Settlement(115, 15, "15.00%")


@pytest.mark.parametrize(
    ("bidders", "offers", "terms", "end"),
    [
        ("", (), {}, Unsold("NO_APPLICANT")),
        ("A", (), {}, Unsold("NO_BID")),
        ("A", (("A", 100),), {}, Awarded("A", None, 100, None, 100)),
        ("A", (("A", 100),), {"reserve": 100}, Awarded("A", None, 100, None, 100)),
        ("A", (("A", 100),), {"reserve": 101}, Unsold("RESERVE_NOT_MET")),
        ("A B", (("A", 100),), {"min_bidders": 2}, Unsold("BELOW_MIN_BIDDERS")),
        (
            "A B",
            (("A", 100), ("B", 110)),
            {"min_bidders": 2},
            Awarded("B", None, 110, None, 110),
        ),
        (
            "A B",
            (("A", 100),),
            {"min_bidders": 2, "reserve": 500},
            Unsold("BELOW_MIN_BIDDERS"),
        ),
    ],
)
def test_who_wins_or_why_nobody_does(bidders, offers, terms, end):
    here = table(bidders, **terms)
    for bidder, amount in offers:
        assert here.bid(bidder, amount, OPENS) == "accepted"
    assert here.end() == (StageClosed("timed"), end, Closed())
    settled = RULE.settlement(here.floor)
    assert settled.total == (end.total if isinstance(end, Awarded) else 0)


def test_the_stage_the_bidder_saw_is_tested_before_the_deadline():
    here = table()
    assert here.bid("A", 100, here.closes, stage="quoting") == "STALE_PHASE"
    assert here.bid("A", 100, here.closes, stage="timed") == "AFTER_DEADLINE"
    assert here.confirm("A", here.closes) == "OUTSIDE_WINDOW"
    assert here.bid("A", 100, here.closes - 1, stage="timed") == "accepted"


@pytest.mark.parametrize(("now", "closes"), [(29, 60), (30, 60), (31, 61), (59, 89)])
def test_each_offer_restarts_the_countdown_in_seconds(now, closes):
    here = table()
    assert here.bid("A", 100, OPENS + now * SECOND) == "accepted"
    assert here.closes == OPENS + closes * SECOND


def test_without_an_extension_the_end_is_hard():
    here = table(extension_seconds=0)
    assert here.bid("A", 100, here.closes - 1) == "accepted"
    assert here.closes == OPENS + 60 * SECOND


def test_a_clock_that_waits_for_the_first_offer():
    # However long it would wait, the first offer starts the announced duration.
    late = OPENS + 4_000 * SECOND
    here = table(clock_starts="FIRST_BID", latest_start=late)
    assert here.standing.closes is None
    assert here.bid("A", 100, OPENS + 5 * SECOND) == "accepted"
    assert here.closes == OPENS + 65 * SECOND
    too_late = table(clock_starts="FIRST_BID", latest_start=late)
    assert too_late.bid("A", 100, late) == "AFTER_DEADLINE"
    nobody = table(clock_starts="FIRST_BID", latest_start=late)
    assert RULE.due(nobody.floor) == late
    assert nobody.end()[1] == Unsold("NO_BID")


def test_the_leader_may_or_may_not_raise_himself():
    free, bound = table(), table(leader_may_raise=False)
    for here, said in ((free, "accepted"), (bound, "ALREADY_LEADING")):
        assert here.bid("A", 100, OPENS) == "accepted"
        assert here.bid("A", 110, OPENS) == said
        assert here.bid("B", 120, OPENS) == "accepted"
        assert here.bid("A", 130, OPENS) == "accepted"


def test_percent_steps_are_of_the_current_price():
    here = table(step_kind="PERCENT", step_basis_points=1_000, step=1, start_price=101)
    assert here.bid("A", 101, OPENS) == "accepted"
    assert here.bid("B", 111, OPENS) == "BELOW_MIN_NEXT"
    assert here.bid("B", 112, OPENS) == "accepted"
    assert RULE.actions(here.floor, "C", OPENS).minimum == 124


def test_a_newcomer_is_told_the_least_amount_until_there_is_none():
    ceiling = 2**53 - 1
    here = table()
    assert RULE.least(here.floor) == 100
    assert here.bid("A", 150, OPENS) == "accepted"
    assert RULE.least(here.floor) == 160
    assert here.bid("A", ceiling + 1, OPENS) == "JUMP_NOT_ALLOWED"
    assert RULE.actions(here.floor, "B", OPENS).maximum == ceiling
    assert here.bid("A", ceiling, OPENS) == "accepted"
    assert RULE.least(here.floor) is None
    assert here.bid("B", ceiling, OPENS) == "CAP_REACHED"
    blocked = RULE.actions(here.floor, "B", OPENS).blocked
    assert blocked is not None
    assert (blocked.reason, blocked.detail) == ("CAP_REACHED", {"cap": ceiling})
    assert here.end()[1] == Awarded("A", None, ceiling, None, ceiling)


def test_ranking_and_titles():
    here = table()
    for bidder, amount in (("A", 100), ("B", 110), ("A", 120)):
        here.bid(bidder, amount, OPENS)
    assert RULE.ranking(here.floor) == ("A", "B")
    assert RULE.lots(here.floor.terms) == (Lot("1", {"zh": "标的", "en": "Lot"}),)
    assert [s.id for s in RULE.programme(here.floor.terms)] == ["timed"]
    assert RULE.quantity_unit(here.floor.terms) is None
    assert RULE.settlement_unit(here.floor.terms).zh == "万元"


def test_a_suspension_gives_a_full_countdown_or_the_rest():
    # DOMAIN S18: the countdown restarts in full, the offer stays.
    here = table()
    here.bid("A", 100, OPENS + 50 * SECOND)
    later = OPENS + 86_400 * SECOND
    since = OPENS + 70 * SECOND
    full = RULE.resume(here.floor, since, later)
    assert full == (DeadlineMoved(later + 30 * SECOND, "resumed"),)
    rest = table(resume="REMAINING")
    rest.bid("A", 100, OPENS + 50 * SECOND)
    back = RULE.resume(rest.floor, since, later)
    assert back == (DeadlineMoved(later + 10 * SECOND, "resumed"),)
