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
    acts,
    began,
    over,
    people,
    played,
    rejudged,
    rung,
    waits,
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
        {"automatic_waivers": True},
        {"withdrawal_basis_points": 1},
        {"later_phases": [{"from_round": 1, "activity_basis_points": 7_000}]},
        {"later_phases": [{"from_round": 2, "activity_basis_points": 5_999}]},
        {"later_phases": [{"from_round": 3, "activity_basis_points": 7_000}] * 2},
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
    assert stage.activity.eligible(session.state.floor(), "01") == kept  # type: ignore[attr-defined]


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


def owed(session):
    notes = session.state.standing.notes
    return {k.removeprefix("owes "): v for k, v in notes.items() if k.startswith("owes ")}


MAY_WITHDRAW = {"withdrawals": 2, "withdrawal_basis_points": 333, "activity_basis_points": 1}


@pytest.mark.parametrize(
    ("again", "owes", "price"),
    [
        # 3.33 % of 1,250 is 41.625: half up.
        ([], {"01/L1 2": 42}, None),
        ([("02", 1000)], {"01/L1 2": 250}, 1000),
        ([("02", 1200)], {"01/L1 2": 50}, 1200),
        ([("02", 1400)], {}, 1400),
        # He himself comes back.
        ([("01", 1100)], {"01/L1 2": 150}, 1100),
    ],
)
def test_what_a_withdrawal_costs(again, owes, price):
    session = began("simultaneous", {**TERMS, **MAY_WITHDRAW})
    assert session.bid("01", 1250, lot="L1") == "accepted"
    assert session.bid("02", 500, lot="L2") == "accepted"
    rung(session)
    assert session.bid("01", 500, lot="L3") == "accepted"
    assert session.bid("01", 0, lot="L1") == "accepted"
    rung(session)
    assert session.state.standing.leaders == ("02/L2", "01/L3")
    assert "01/L1" not in session.state.standing.offers
    for bidder, amount in again:
        assert session.bid(bidder, amount, lot="L1") == "accepted"
    ended = over(session).state.standing
    assert owed(session) == owes
    assert [a.price for a in ended.awards if a.lot == "L1"] == ([price] if price else [])
    assert RULE.settlement(session.state.floor()).total == 1000 + (price or 0)


def test_a_later_withdrawal_counts_as_what_the_lot_brought():
    session = began("simultaneous", {**TERMS, **MAY_WITHDRAW})
    assert session.bid("01", 1250, lot="L1") == "accepted"
    assert session.bid("02", 500, lot="L2") == "accepted"
    rung(session)
    assert session.bid("01", 500, lot="L3") == "accepted"
    assert session.bid("01", 0, lot="L1") == "accepted"
    rung(session)
    assert session.bid("02", 1200, lot="L1") == "accepted"
    rung(session)
    assert session.bid("02", 0, lot="L1") == "accepted"
    rung(session)
    assert session.bid("01", 1000, lot="L1") == "accepted"
    over(session)
    assert owed(session) == {"01/L1 2": 50, "02/L1 4": 200}


def test_equal_offers_by_lots_drawn_after_their_round():
    session = began("simultaneous", {**TERMS, "tie": "DRAWN_EACH_ROUND"})
    for lot in ("L2", "L3"):
        for bidder in ("01", "02"):
            assert session.bid(bidder, 500, lot=lot) == "accepted"
    assert session.bid("03", 1000, lot="L1") == "accepted"
    session.until(OPENS + 60 * SECOND)
    assert (session.state.standing.kind, session.due()) == ("draw", None)
    assert session.state.standing.pool == ("01/L2", "01/L3", "02/L2", "02/L3")
    session.ask("staff:li", Draw("5eed"))
    session.until(session.now)
    standing = session.state.standing
    first = {key[3:]: key for key in reversed(standing.order)}
    assert standing.leaders == ("03/L1", first["L2"], first["L3"])
    assert (standing.kind, standing.round) == ("rounds", 2)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"tie": "DRAWN_ORDER"},
        {"tie": "DRAWN_EACH_ROUND", "click_amounts": 2},
        {"waivers": 2, "automatic_waivers": True, "withdrawals": 1, "final_rounds_after": 2},
    ],
)
def test_conformance(more):
    assert check(RULE, {**RULE.example, **more}) == []


PHASE = {"from_round": 3, "activity_basis_points": 10_000}
terms = st.fixed_dictionaries(
    {
        "items": st.just(ITEMS),
        "round_seconds": st.integers(1, 60),
        "pause_seconds": st.integers(0, 10),
        "eligibility_points": st.integers(1, 5),
        "activity_basis_points": st.integers(1, 10_000),
        "later_phases": st.sampled_from([[], [PHASE]]),
        "waivers": st.integers(1, 2),
        "automatic_waivers": st.booleans(),
        "withdrawals": st.integers(0, 2),
        "click_amounts": st.sampled_from([0, 0, 2]),
        "final_rounds_after": st.sampled_from([0, 0, 2]),
        "tie": st.sampled_from(["EARLIER", "DRAWN_ORDER", "DRAWN_EACH_ROUND"]),
        "resume": st.sampled_from(["FULL_COUNTDOWN", "REMAINING"]),
    }
)
more_acts = st.one_of(
    acts, st.tuples(st.sampled_from(["stay", "stay", "leave", "zero", "zero"]), people)
)
more_plans = st.lists(st.tuples(waits, more_acts), min_size=4, max_size=24)


@given(terms, more_plans)
def test_any_course(terms, plan):
    session = over(played(began("simultaneous", terms), plan, ("L1", "L2", "L3", None)))
    rejudged(session)
    standing = session.state.standing
    assert len({award.lot for award in standing.awards}) == len(standing.awards)
    offered = {(b, lot, amount) for b, amount, lot, _ in accepted(session)}
    starts = {str(i["id"]): int(str(i["start_price"])) for i in ITEMS}
    steps = {str(i["id"]): int(str(i["step"])) for i in ITEMS}
    for award in standing.awards:
        assert award.lot is not None
        assert (award.bidder, award.lot, award.price) in offered
        assert award.price >= starts[award.lot]
        if terms["click_amounts"]:
            assert (award.price - starts[award.lot]) % steps[award.lot] == 0
        for other in standing.offers.values():
            assert other.lot != award.lot or other.amount <= award.price
    points = {str(i["id"]): int(str(i["points"])) for i in ITEMS}
    had = dict.fromkeys(BIDDERS, (terms["eligibility_points"], terms["waivers"], 0))
    for state in session.states:
        notes = state.standing.notes
        for bidder in BIDDERS:
            kept, left, used = had[bidder]
            now = (
                notes.get(f"eligibility {bidder}", kept),
                notes.get(f"waivers {bidder}", left),
                notes.get(f"withdrawals {bidder}", used),
            )
            assert 0 <= now[0] <= kept
            assert left - 1 <= now[1] <= left
            assert now[1] >= 0
            assert used <= now[2] <= terms["withdrawals"]
            had[bidder] = now
            high = [k.partition("/")[2] for k in state.standing.leaders if k.startswith(bidder)]
            assert sum(points[lot] for lot in high) <= now[0]
    if terms["final_rounds_after"]:
        assert max(s.standing.round for s in session.states) <= terms["final_rounds_after"] + 3
