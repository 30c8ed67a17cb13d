"""Quota sales: S6 with its draw, listed lots with groups and limits, and what must stay true."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.conformance import check
from auction_rules.facts import (
    Awarded,
    DeadlineMoved,
    Drawn,
    LeadersChanged,
    Noted,
    OfferStood,
    PoolFixed,
)
from auction_rules.floor import Bid, Draw
from auction_rules.quota import tied
from auction_rules.registry import find
from auction_rules.rule import Accept, Actions, Refuse
from auction_rules.terms import SECOND
from tests.auction_rules.rejudged import BIDDERS, judge_again, session
from tests.auction_rules.table import Table
from tests.bidding.core.session import OPENS
from tests.shared import SHARED

PER_MU = {"zh": "万元/亩", "en": "10k/mu", "scale": 0, "fen": 1_000_000}
TIMED = {
    "unit": PER_MU,
    "lots": [{"id": "LOT-01", "area": "100"}],
    "opens": 0,
    "countdown_seconds": 240,
    "start_price": 30,
    "cap_price": 75,
}
LOTS = [{"id": "P1", "area": "18.3626"}, {"id": "P2", "area": "30"}, {"id": "P3", "area": "7.5"}]
LISTED = {
    "unit": PER_MU,
    "form": "LISTED",
    "lots": LOTS,
    "opens": 0,
    "closes": 1_000,
    "start_price": 30,
    "cap_price": 75,
}
START = 10 * 3600


def at(clock):
    """Microseconds after ten o'clock of `hh:mm:ss.mmm`."""
    hours, minutes, seconds = clock.split(":")
    whole, _, part = seconds.partition(".")
    since = int(hours) * 3600 + int(minutes) * 60 + int(whole) - START
    return since * SECOND + int(part or 0) * 1_000


def test_s6_is_the_example_of_the_shared_file():
    cases = json.loads((SHARED / "scenarios" / "worked-examples.json").read_bytes())
    (s6,) = (case for case in cases if case["id"] == "S6")
    here = Table(find("quota"), TIMED, "A B C D E")
    here.bell()
    for row in s6["events"]:
        said = here.bid(row["bidder"], row["price"], at(row["t"]))
        assert said == row["code"].replace("OK", "accepted")
        if "pool" in row:
            assert here.standing.leaders == tuple(row["pool"])
    expect = s6["expect"]
    assert here.closes == at(expect["end"])
    opened = here.bell()
    assert PoolFixed("LOT-01", tuple(expect["pool"])) in opened
    text = f"{expect['seed']}|{expect['lot']}|{','.join(expect['pool'])}"
    assert hashlib.sha256(text.encode()).hexdigest() == expect["sha256"]
    drawn = here.rule.office(here.floor, "li", Draw(expect["seed"]), at(expect["end"]))
    assert isinstance(drawn, Accept)
    (fact,) = drawn.facts
    assert isinstance(fact, Drawn)
    assert fact.order[0] == expect["winner"]
    here.happen(drawn.facts, at(expect["end"]))
    facts = here.bell()
    assert Awarded("A", "LOT-01", 75, 1_000_000, 7_500 * 10_000 * 100) in facts
    assert LeadersChanged(("A",), 75) in facts


def test_with_the_ceiling_on_the_floor_actions_offer_it_alone():
    here = Table(find("quota"), TIMED, "A B")
    here.bell()
    judged = here.ask("A", Bid(75), SECOND)
    assert isinstance(judged, Accept)
    assert judged.facts == (
        OfferStood("A", None, 75, 1_000_000),
        LeadersChanged(("A",), 75),
        DeadlineMoved(241 * SECOND, "extension"),
    )
    free = here.rule.actions(here.floor, "B", 2 * SECOND)
    assert free == Actions("bid", 75, 75, 1, (75,))
    assert here.rule.least(here.floor) == 75
    held = here.rule.actions(here.floor, "A", 2 * SECOND).blocked
    assert held == Refuse("DUPLICATE_CAP_CONSENT", {"cap": 75})
    assert here.bid("A", 74, 3 * SECOND) == "CAP_REACHED"
    assert here.bid("B", 75, 3 * SECOND, lot="LOT-02") == "NOT_YOUR_LOT"
    assert here.bid("B", 75, 3 * SECOND, quantity=7) == "QUANTITY_FIXED"
    assert here.confirm("B", 3 * SECOND) == "OUTSIDE_WINDOW"


def listed(offers, **terms):
    """The window open, and these (bidder, lot, price)."""
    here = Table(find("quota"), LISTED | terms, "A B C")
    here.bell()
    for n, (bidder, lot, price) in enumerate(offers):
        assert here.bid(bidder, price, n, slot=lot) == "accepted"
    return here


def winners(here):
    return [(fact.bidder, fact.lot) for fact in here.end() if isinstance(fact, Awarded)]


def test_a_limit_voids_what_would_go_beyond_it():
    offers = [("A", "P1", 60), ("A", "P2", 60), ("B", "P2", 50), ("A", "P3", 60)]
    assert winners(listed(offers)) == [("A", "P1"), ("A", "P2"), ("A", "P3")]
    # 18.3626 and 7.5 are within 30; with P2 it would be more.
    assert winners(listed(offers, bidder_limit="30")) == [("A", "P1"), ("B", "P2"), ("A", "P3")]


def test_who_is_drawn_for():
    offers = [("A", "P1", 60), ("B", "P1", 60), ("B", "P2", 50), ("C", "P2", 50), ("A", "P2", 70)]
    assert tied(listed(offers).floor) == ("A", "B")
    # With a group the second best may win: then equals below the best matter as well.
    assert tied(listed(offers, exclusive=[{"lots": ["P1", "P2"]}]).floor) == ("A", "B", "C")


@pytest.mark.parametrize(
    "terms",
    [
        TIMED | {"lots": []},
        TIMED | {"party_mark": "-"},
        TIMED | {"bidder_limit": "200"},
        TIMED | {"lots": LOTS, "party_mark": "x"},
        TIMED | {"lots": [{"id": "P1", "area": "0"}]},
        TIMED | {"lots": [{"id": "P1", "area": "1.00001"}]},
        TIMED | {"countdown_seconds": 0},
        TIMED | {"closes": 100},
        TIMED | {"amendments": 1},
        TIMED | {"cap_price": 30},
        TIMED | {"cap_price": 20},
        TIMED | {"step": 2},
        TIMED | {"start_price": 0, "cap_price": None},
        LISTED | {"lots": LOTS[:1] * 2},
        LISTED | {"closes": None},
        LISTED | {"closes": 0},
        LISTED | {"exclusive": [{"lots": ["P1", "P9"]}]},
        LISTED | {"cap_price": 29},
    ],
)
def test_terms_that_do_not_go_together(terms):
    with pytest.raises(ValidationError):
        find("quota").Config.model_validate(terms)


bids = st.tuples(
    st.integers(0, 9), st.sampled_from(BIDDERS), st.integers(29, 36), st.none(), st.none()
)


@settings(max_examples=100)
@given(st.sampled_from(["DRAW", "EARLIER"]), st.lists(bids, max_size=14))
def test_open_bidding_never_passes_the_ceiling_and_restarts_with_every_offer(equal, plan):
    terms = {**TIMED, "opens": OPENS, "countdown_seconds": 20, "cap_price": 34, "equal": equal}
    here = session("quota", terms, plan, "2018")
    judge_again(here)
    amounts = []
    for before, entry, after in zip(here.states, here.entries[1:], here.states[1:], strict=False):
        if entry["type"] == "bid.accepted":
            amounts.append(entry["data"]["ask"]["amount"])
            assert after.standing.closes == entry["t"] + 20 * SECOND
            assert before.standing.closes is not None
    below = [amount for amount in amounts if amount < 34]
    assert below == sorted(set(below))
    assert amounts == below + [34] * (len(amounts) - len(below))
    standing = here.state.standing
    assert (standing.pool is not None) == (equal == "DRAW" and amounts.count(34) > 1)
    for award in standing.awards:
        assert award.price == amounts[-1]
        assert award.total == award.price * 100 * 1_000_000
    assert len(standing.awards) == bool(amounts)


offers = st.tuples(
    st.integers(0, 4),
    st.sampled_from(BIDDERS),
    st.integers(29, 33),
    st.none(),
    st.sampled_from(["P1", "P2", "P3", None]),
)


@settings(max_examples=120)
@given(
    st.sampled_from(["DRAW", "EARLIER"]),
    st.sampled_from([(), ({"lots": ["P1", "P2"]},)]),
    st.sampled_from([None, "30", "48.3626"]),
    st.lists(offers, max_size=12),
)
def test_listed_lots_keep_groups_and_limits(equal, exclusive, limit, plan):
    terms = {
        **LISTED,
        "opens": OPENS,
        "closes": OPENS + 60 * SECOND,
        "cap_price": 32,
        "equal": equal,
        "exclusive": exclusive,
        "bidder_limit": limit,
        "amendments": 1,
    }
    here = session("quota", terms, plan, "2024")
    judge_again(here)
    standing, config = here.state.standing, here.state.terms
    held = {bidder: [a for a in standing.awards if a.bidder == bidder] for bidder in BIDDERS}
    for mine in held.values():
        assert config.bidder_limit is None or sum(a.quantity or 0 for a in mine) <= (
            config.bidder_limit
        )
        assert not exclusive or len([a for a in mine if a.lot in ("P1", "P2")]) <= 1
    areas = {lot.id: lot.area for lot in config.lots}
    for award in standing.awards:
        assert award.quantity == areas[award.lot or ""]
        assert award.total * 10_000 == award.price * 1_000_000 * (award.quantity or 0)
        better = [
            o.bidder
            for o in standing.offers.values()
            if o.slot == award.lot and o.amount > award.price
        ]
        # Whoever offered more for this lot was void for it: he holds another one.
        assert all(held[bidder] for bidder in better)
    settled = here.rule.settlement(here.state.floor())
    assert settled.total == sum(a.total for a in standing.awards)
    assert settled.unused == sum(areas.values()) - sum(a.quantity or 0 for a in standing.awards)


def test_the_draw_decides_and_not_the_time():
    # SHA-256 of "20240306|P1+P2+P3|A,B" is odd, so the later of two equal offers has the lot.
    here = listed([("A", "P1", 60), ("B", "P1", 60), ("C", "P1", 50)])
    here.bell()
    drawn = here.rule.office(here.floor, "li", Draw("20240306"), 1_000)
    assert isinstance(drawn, Accept)
    here.happen(drawn.facts, 1_000)
    assert winners(here) == [("B", "P1")]
    assert here.standing.leaders == ("B/P1",)
    assert here.rule.ranking(here.floor) == ("B/P1", "A/P1", "C/P1")


IN_TURN = {
    **TIMED,
    "lots": [{"id": "L1", "area": "10"}, {"id": "L2", "area": "10"}, {"id": "L3", "area": "10"}],
    "cap_price": 33,
    "exclusive": [{"lots": ["L1", "L2"]}],
    "party_mark": "-",
}


def in_turn(bidders="1 2 3-1 3-2", **terms):
    here = Table(find("quota"), IN_TURN | terms, bidders)
    here.bell()
    return here


def test_lots_in_turn_open_when_the_one_before_is_decided():
    here = in_turn()
    assert here.standing.stage == "timed-L1"
    assert here.bid("1", 30, SECOND) == "accepted"
    assert here.bid("2", 31, 2 * SECOND, slot="L2") == "NO_SUCH_LOT"
    here.bell()
    assert here.standing.stage == "timed-L2"
    assert here.standing.leaders == ()
    assert here.rule.least(here.floor) == 30
    assert here.rule.actions(here.floor, "2", here.standing.opens).minimum == 30


@pytest.mark.parametrize(
    ("winner", "asks", "said"),
    [
        ("1", "1", "EXCLUDED_BY_MUTEX"),
        ("1", "2", "accepted"),
        ("3-1", "3-1", "EXCLUDED_BY_MUTEX"),
        ("3-1", "3-2", "EXCLUDED_BY_MUTEX"),
        ("3-1", "1", "accepted"),
    ],
)
def test_winning_a_lot_bars_the_party_from_the_rest_of_its_group(winner, asks, said):
    here = in_turn()
    assert here.bid(winner, 30, SECOND) == "accepted"
    here.bell()
    now = here.standing.opens
    blocked = here.rule.actions(here.floor, asks, now).blocked
    assert (blocked is None) == (said == "accepted")
    assert here.bid(asks, 30, now) == said
    here.bell()
    # The third lot is in no group.
    assert here.bid(asks, 30, here.standing.opens) == "accepted"


def test_sealed_offers_that_a_group_or_a_limit_voids_are_named():
    offers = [("A", "P1", 60), ("A", "P2", 60), ("B", "P2", 50), ("A", "P3", 60)]
    group = listed(offers, exclusive=[{"lots": ["P1", "P2"]}]).end()
    assert [f for f in group if isinstance(f, Noted)] == [Noted("void A/P2", "EXCLUDED_BY_MUTEX")]
    limit = listed(offers, bidder_limit="30").end()
    assert [f for f in limit if isinstance(f, Noted)] == [Noted("void A/P2", "QTY_OVER_LIMIT")]
    assert not [f for f in listed(offers).end() if isinstance(f, Noted)]


@pytest.mark.parametrize("equal", ["DRAW", "EARLIER"])
def test_lots_in_turn_keep_what_every_rule_owes_the_house(equal):
    rule = find("quota")
    lots = [{"id": f"L{n}", "area": "10"} for n in (1, 2, 3)]
    terms = {**rule.example, "lots": lots, "cap_price": "33", "equal": equal}
    terms |= {"exclusive": [{"lots": ["L1", "L3"]}], "bidder_limit": "20"}
    assert [str(failure) for failure in check(rule, terms)] == []


turns = st.tuples(
    st.integers(0, 9), st.sampled_from(BIDDERS), st.integers(29, 34), st.none(), st.none()
)


@settings(max_examples=80)
@given(
    st.sampled_from([(), ({"lots": ["L1", "L2"]},), ({"lots": ["L1", "L2", "L3"]},)]),
    st.sampled_from([None, "10", "20"]),
    st.integers(1, 2),
    st.lists(turns, max_size=14),
)
def test_nobody_wins_two_lots_that_exclude_each_other(exclusive, limit, least, plan):
    terms = {
        **IN_TURN,
        "opens": OPENS,
        "countdown_seconds": 12,
        "equal": "EARLIER",
        "exclusive": exclusive,
        "bidder_limit": limit,
        "min_bidders": least,
    }
    here = session("quota", terms, plan, "2018")
    judge_again(here)
    standing = here.state.standing
    groups = [group["lots"] for group in exclusive]
    for bidder in BIDDERS:
        mine = [a.lot for a in standing.awards if a.bidder == bidder]
        assert all(len([lot for lot in mine if lot in group]) <= 1 for group in groups)
        assert limit is None or len(mine) <= int(limit) // 10
    for award in standing.awards:
        offers = [o for o in standing.offers.values() if o.slot == award.lot]
        assert award.price == max(o.amount for o in offers)
        assert len(offers) >= least
