"""Rounds of turns: whose turn it is, what is told when, and a published auction played again."""

import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.conformance import check
from auction_rules.facts import Awarded, FloorFact
from auction_rules.registry import find
from auction_rules.terms import SECOND, instant
from auction_rules.turn_rounds import RULE
from bidding.core import views
from tests.auction_rules.courses import accepted, began, over, plans, played, rejudged, rung
from tests.auction_rules.table import Table
from tests.bidding.core.session import OPENS
from tests.shared import SHARED

TERMS = {
    "opens": OPENS,
    "closes": OPENS + 10 * SECOND,
    "ceiling": 1000,
    "step": 10,
    "rounds": 2,
    "turn_seconds": 20,
    "pause_seconds": 5,
    "lead_seconds": 10,
}


def in_turns():
    """01 at 900, 02 at 900 but later, 03 at 800; the first turn is 02's, twenty seconds in."""
    session = began("turn_rounds", TERMS)
    for bidder, amount in (("01", 900), ("02", 900), ("03", 800)):
        assert session.bid(bidder, amount, session.now + 1) == "accepted"
    session.until(OPENS + 20 * SECOND)
    return session


@pytest.mark.parametrize("terms", [{"closes": OPENS}, {"step": 0}, {"turn_seconds": 0}])
def test_terms_that_do_not_go_together(terms):
    with pytest.raises(ValidationError):
        RULE.Config.model_validate({**TERMS, **terms})


def test_the_order_of_turns():
    session = in_turns()
    seen = []
    while session.state.status == "running":
        standing = session.state.standing
        seen.append((standing.round, standing.opens - OPENS, standing.entitled))
        rung(session)
    assert seen == [
        (1, 20 * SECOND, ("02", "01", "03")),
        (2, 40 * SECOND, ("02", "01", "03")),
        (3, 60 * SECOND, ("02", "01", "03")),
        (4, 85 * SECOND, ("02", "01", "03")),
        (5, 105 * SECOND, ("02", "01", "03")),
        (6, 125 * SECOND, ("02", "01", "03")),
    ]
    assert session.now == OPENS + 145 * SECOND
    assert session.state.standing.awards == (Awarded("03", None, 800, None, 800),)


def test_an_offer_is_its_bidders_alone_until_the_turn_ends():
    session = in_turns()
    before = views.snapshot(session.state, session.rule, "public", session.now)
    state = session.state
    assert session.bid("02", 700) == "accepted"
    entry = session.entries[-1]
    after = views.snapshot(session.state, session.rule, "public", session.now)
    assert after == before
    for audience in ("public", "staff", "auditor", "bidder:01"):
        assert views.event(state, entry, session.state, session.rule, audience) is None
    mine = views.event(state, entry, session.state, session.rule, "bidder:02")
    assert mine is not None
    assert mine["ask"]["amount"] == 700
    rung(session)
    told = views.snapshot(session.state, session.rule, "public", session.now)
    assert (told["top"], told["leaders"]) == (700, ["02"])


def test_a_turn_is_left_unused_and_taken_back():
    session = in_turns()
    assert session.confirm("02", answer=False) == "OUTSIDE_WINDOW"
    assert session.bid("02", 700) == "accepted"
    assert session.confirm("02", answer=True) == "OUTSIDE_WINDOW"
    assert session.confirm("02", answer=False) == "accepted"
    assert session.bid("02", 895) == "BELOW_MIN_NEXT"
    assert session.bid("02", 890) == "accepted"
    assert session.bid("01", 700) == "NO_RIGHT_IN_PHASE"
    rung(session)
    assert session.state.standing.offers["02"].amount == 890


def test_no_lots_and_no_quantities():
    session = in_turns()
    assert session.bid("02", 700, lot="1") == "NO_SUCH_LOT"
    assert session.bid("02", 700, slot="1") == "NO_SUCH_LOT"
    assert session.bid("02", 700, quantity=1) == "QUANTITY_FIXED"


@pytest.mark.vectors("prozorro_3round_2015")
def test_the_published_record():
    """Every amount shown at the end of a turn is the published one, and so are the times."""
    record = json.loads((SHARED / "data" / "prozorro_3round_2015.json").read_text("utf-8"))
    stages = record["document"]["stages"]
    turns = [s for s in stages if s["type"] == "bids"]
    start = instant(stages[0]["start"])
    terms = {"opens": start - 1800 * SECOND, "closes": start, "ceiling": "500000", "step": "5000"}
    here = Table(find("turn_rounds"), terms, "A B")
    names = {turns[0]["bidder_id"]: "A", turns[1]["bidder_id"]: "B"}
    here.bell()
    # The record does not hold A's first offer; B's is the one that never changed.
    assert here.bid("A", 50_000_000, start - 1500 * SECOND) == "accepted"
    assert here.bid("B", turns[1]["amount"] * 100, _at(turns[1]["time"])) == "accepted"
    here.bell()
    ended: int | None = None
    last: tuple[FloorFact, ...] = ()
    for turn in turns:
        assert here.standing.opens == _at(turn["start"])
        if turn.get("changed"):
            bidder = names[turn["bidder_id"]]
            assert here.bid(bidder, turn["amount"] * 100, _at(turn["time"])) == "accepted"
        ended = RULE.due(here.floor)
        last = here.bell()
        assert here.standing.offers[names[turn["bidder_id"]]].amount == turn["amount"] * 100
    assert Awarded("B", None, 45_000_000, None, 45_000_000) in last
    assert ended == _at(stages[-1]["start"])


def _at(text):
    assert datetime.fromisoformat(text).tzinfo is not None
    return instant(text)


@pytest.mark.parametrize("more", [{}, {"min_offers": 1, "rounds": 1, "resume": "REMAINING"}])
def test_conformance(more):
    assert check(RULE, {**RULE.example, **more}) == []


terms = st.fixed_dictionaries(
    {
        "closes": st.integers(1, 30).map(lambda s: OPENS + s * SECOND),
        "ceiling": st.integers(100, 1000),
        "step": st.integers(1, 20),
        "amendments": st.integers(0, 1),
        "rounds": st.integers(1, 3),
        "turn_seconds": st.integers(1, 30),
        "pause_seconds": st.integers(0, 10),
        "lead_seconds": st.integers(0, 10),
        "min_offers": st.integers(0, 3),
        "resume": st.sampled_from(["FULL_COUNTDOWN", "REMAINING"]),
    }
)


@given(terms, plans)
def test_any_course(terms, plan):
    session = over(played(began("turn_rounds", terms), plan))
    rejudged(session)
    standing = session.state.standing
    offered = {(bidder, amount) for bidder, amount, _, _ in accepted(session)}
    assert {(o.bidder, o.amount) for o in standing.offers.values()} <= offered
    for before, entry in zip(session.states, session.entries[1:], strict=False):
        if entry["type"] == "bid.accepted" and before.standing.stage == "turns":
            order, number = before.standing.entitled or (), before.standing.round
            bidder = entry["actor"].removeprefix("bidder:")
            assert order[(number - 1) % len(order)] == bidder
            own = before.standing.offers[bidder].amount
            assert entry["data"]["ask"]["amount"] <= own - session.state.terms.step
    for award in standing.awards:
        assert award.price == min(o.amount for o in standing.offers.values())
