"""Several lots at once: high bidders, activity, ties, and the round that ends it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.conformance import check
from auction_rules.facts import Awarded
from auction_rules.floor import Draw
from auction_rules.simultaneous import RULE
from auction_rules.terms import SECOND
from bidding.core import views
from tests.auction_rules.courses import (
    BIDDERS,
    accepted,
    began,
    over,
    plans,
    played,
    rejudged,
    rung,
)
from tests.bidding.core.session import OPENS

ITEMS = [
    {"id": "L1", "start_price": 1000, "step": 100, "points": 2},
    {"id": "L2", "start_price": 500, "step": 50, "points": 1},
    {"id": "L3", "start_price": 500, "step": 50, "points": 1},
]
TERMS = {"items": ITEMS, "round_seconds": 60, "eligibility_points": 4}


@pytest.mark.parametrize(
    "terms",
    [
        {"items": []},
        {"items": [ITEMS[0], ITEMS[0]]},
        {"items": [{**ITEMS[0], "step": 0}]},
        {"items": [{**ITEMS[0], "start_price": 2**53 - 1}]},
        {"round_seconds": 0},
        {"eligibility_points": 0},
        {"activity_basis_points": 10_001},
    ],
)
def test_terms_that_do_not_go_together(terms):
    with pytest.raises(ValidationError):
        RULE.Config.model_validate({**TERMS, "opens": OPENS, **terms})


def test_high_bidders_lot_by_lot():
    session = began("simultaneous", TERMS)
    assert session.bid("01", 1000, lot="L1") == "accepted"
    assert session.bid("02", 1100, lot="L1") == "accepted"
    assert session.bid("02", 500, slot="L2") == "accepted"
    assert session.bid("02", 500, lot="L2", slot="L3") == "NO_SUCH_LOT"
    assert session.bid("02", 500, lot="L2", quantity=1) == "QUANTITY_FIXED"
    assert session.state.standing.offers == {}
    session.until(OPENS + 60 * SECOND)
    standing = session.state.standing
    assert standing.leaders == ("02/L1", "02/L2")
    assert standing.cutoff == 500
    assert session.rule.ranking(session.state.floor()) == ("02/L1", "02/L2", "01/L1")
    assert session.rule.least(session.state.floor()) == 500
    ended = over(session).state
    assert ended.standing.awards == (
        Awarded("02", "L1", 1100, None, 1100),
        Awarded("02", "L2", 500, None, 500),
    )
    assert ended.t == OPENS + 120 * SECOND
    settled = RULE.settlement(ended.floor())
    assert (settled.total, settled.premium, settled.premium_rate) == (1600, 100, "6.67%")


@pytest.mark.parametrize(
    ("share", "used", "kept"),
    [
        (6000, ["L1", "L2"], 4),  # 3 of 4 is more than 2.4
        (6000, ["L1"], 3),  # 2 is less than 2.4: 2 / 0.6 = 3.33, rounded down
        (6000, ["L2"], 1),  # 1 / 0.6 = 1.66
        (5000, ["L1"], 4),  # exactly half is enough
        (10_000, ["L1"], 2),
        (6000, [], 0),
    ],
)
def test_activity(share, used, kept):
    session = began("simultaneous", {**TERMS, "activity_basis_points": share})
    for lot in used:
        assert session.bid("01", 1000, lot=lot) == "accepted"
    assert session.bid("02", 1000, lot="L3") == "accepted"
    session.until(OPENS + 60 * SECOND)
    assert session.state.standing.notes.get("eligibility 01", 4) == kept
    stage = RULE.stages(session.state.terms)[-1]
    assert stage.eligible(session.state.floor(), "01") == kept  # type: ignore[attr-defined]


def test_a_high_bidder_is_active_without_offering_again():
    session = began("simultaneous", {**TERMS, "activity_basis_points": 10_000})
    assert session.bid("01", 1000, lot="L1") == "accepted"
    session.until(OPENS + 60 * SECOND)
    assert session.bid("01", 1100, lot="L1") == "ALREADY_LEADING"
    assert session.bid("01", 500, lot="L2") == "QTY_OVER_LIMIT"
    assert session.bid("02", 500, lot="L2") == "NO_RIGHT_IN_PHASE"


@pytest.mark.parametrize("seed", ["0a1b", "aa"])
def test_equal_offers_by_the_drawn_order(seed):
    session = began("simultaneous", {**TERMS, "tie": "DRAWN_ORDER"})
    assert session.bid("01", 500, lot="L2") == "OUTSIDE_WINDOW"
    session.ask("staff:li", Draw(seed))
    session.until(OPENS)
    for bidder in BIDDERS:
        assert session.bid(bidder, 500, lot="L2") == "accepted"
    order = session.state.standing.order
    assert sorted(order) == sorted(BIDDERS)
    rung(session)
    assert session.state.standing.leaders == (f"{order[0]}/L2",)


def test_what_is_offered_in_a_round_is_its_bidders_alone():
    session = began("simultaneous", TERMS)
    before = views.snapshot(session.state, session.rule, "public", session.now)
    state = session.state
    assert session.bid("01", 500, lot="L2") == "accepted"
    assert views.snapshot(session.state, session.rule, "public", session.now) == before
    assert views.event(state, session.entries[-1], session.state, session.rule, "staff") is None


@pytest.mark.parametrize("tie", ["EARLIER", "DRAWN_ORDER"])
def test_conformance(tie):
    assert check(RULE, {**RULE.example, "tie": tie}) == []


terms = st.fixed_dictionaries(
    {
        "items": st.just(ITEMS),
        "round_seconds": st.integers(1, 60),
        "pause_seconds": st.integers(0, 10),
        "eligibility_points": st.integers(1, 5),
        "activity_basis_points": st.integers(1, 10_000),
        "tie": st.sampled_from(["EARLIER", "DRAWN_ORDER"]),
        "resume": st.sampled_from(["FULL_COUNTDOWN", "REMAINING"]),
    }
)


@given(terms, plans)
def test_any_course(terms, plan):
    session = over(played(began("simultaneous", terms), plan, ("L1", "L2", "L3", None)))
    rejudged(session)
    standing = session.state.standing
    assert len({award.lot for award in standing.awards}) == len(standing.awards)
    offered = {(b, lot, amount) for b, amount, lot, _ in accepted(session)}
    starts = {str(i["id"]): int(str(i["start_price"])) for i in ITEMS}
    for award in standing.awards:
        assert award.lot is not None
        assert (award.bidder, award.lot, award.price) in offered
        assert award.price >= starts[award.lot]
        for other in standing.offers.values():
            assert other.lot != award.lot or other.amount <= award.price
    points = {str(i["id"]): int(str(i["points"])) for i in ITEMS}
    for state in session.states:
        for bidder in BIDDERS:
            kept = state.standing.notes.get(f"eligibility {bidder}", terms["eligibility_points"])
            high = [k.partition("/")[2] for k in state.standing.leaders if k.startswith(bidder)]
            assert sum(points[lot] for lot in high) <= kept
