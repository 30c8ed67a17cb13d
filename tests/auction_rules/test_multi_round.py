"""Sealed rounds: who goes on, what must improve, and which offer wins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.conformance import check
from auction_rules.facts import Awarded
from auction_rules.floor import Offer
from auction_rules.multi_round import RULE, shortlisted
from auction_rules.terms import SECOND
from tests.auction_rules.courses import accepted, began, over, plans, played, rejudged
from tests.bidding.core.session import OPENS, UNIT

TERMS = {"start_price": 1000, "step": 50, "round_seconds": 60, "shortlist_count": 2}


def config(**terms):
    return RULE.Config.model_validate({**TERMS, "opens": OPENS, "unit": UNIT, **terms})


@pytest.mark.parametrize(
    "terms",
    [
        {"round_seconds": 0},
        {"step": 0},
        {"shortlist_count": 0},
        {"shortlist_basis_points": 5},
        {"shortlist": "DROP_N", "shortlist_count": 0},
        {"shortlist": "DROP_N", "shortlist_basis_points": 5},
        {"rounds": 1},
    ],
)
def test_terms_that_do_not_go_together(terms):
    with pytest.raises(ValidationError):
        config(**terms)


@pytest.mark.parametrize(
    ("terms", "amounts", "chosen"),
    [
        ({}, [], ""),
        ({}, [1200, 1200, 1100], "AB"),
        ({"shortlist": "WITHIN", "shortlist_basis_points": 1000}, [1200, 1080, 1079], "AB"),
        ({"shortlist": "WITHIN"}, [1200, 1200, 1199], "AB"),
        ({"shortlist": "DROP_N", "shortlist_count": 1}, [], ""),
        ({"shortlist": "DROP_N", "shortlist_count": 1}, [1200], "A"),
        ({"shortlist": "DROP_N", "shortlist_count": 1}, [1200, 1200, 1200], "AB"),
        ({"shortlist": "DROP_N", "shortlist_count": 2}, [1200, 1100, 1000], "A"),
        ({"shortlist": "DROP_N", "shortlist_count": 5}, [1200, 1100, 1000], "A"),
        (
            {"shortlist": "WITHIN", "shortlist_basis_points": 1000, "better": "LOWER"},
            [900, 990, 991],
            "AB",
        ),
    ],
)
def test_shortlist(terms, amounts, chosen):
    ranked = [Offer("ABC"[n], None, a, None, n, n) for n, a in enumerate(amounts)]
    assert "".join(o.bidder for o in shortlisted(config(**terms), ranked)) == chosen


def test_who_stays_out_stays_out():
    session = began("multi_round", TERMS)
    for bidder, amount in (("01", 1000), ("02", 1100), ("03", 1200)):
        assert session.bid(bidder, amount) == "accepted"
    session.until(OPENS + 60 * SECOND)
    assert session.bid("01", 5000) == "NO_RIGHT_IN_PHASE"
    assert session.bid("04", 5000) == "NO_RIGHT_IN_PHASE"
    assert session.bid("02", 1149) == "BELOW_MIN_NEXT"
    assert session.bid("02", 1250) == "accepted"
    assert session.bid("02", 1300) == "ALREADY_QUOTED"
    session.until(OPENS + 120 * SECOND)
    assert session.state.standing.leaders == ("02", "03")
    assert session.rule.least(session.state.floor()) is None
    assert over(session).state.standing.awards == (Awarded("02", None, 1250, None, 1250),)
    assert session.state.t == OPENS + 180 * SECOND


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"better": "LOWER", "amendments": 1},
        {"shortlist": "WITHIN", "shortlist_basis_points": 500, "rounds": 2},
        {"shortlist": "DROP_N", "shortlist_count": 1, "pause_seconds": 60},
    ],
)
def test_conformance(more):
    assert check(RULE, {**RULE.example, **more}) == []


@st.composite
def terms(draw: st.DrawFn) -> dict[str, object]:
    within = draw(st.booleans())
    margin = {"shortlist": "WITHIN", "shortlist_basis_points": draw(st.integers(0, 2000))}
    ranks = draw(st.sampled_from(["TOP_N", "DROP_N"]))
    count = {"shortlist": ranks, "shortlist_count": draw(st.integers(1, 3))}
    return {
        "better": draw(st.sampled_from(["HIGHER", "LOWER"])),
        "rounds": draw(st.integers(2, 4)),
        "round_seconds": draw(st.integers(1, 40)),
        "pause_seconds": draw(st.sampled_from([0, 0, 1, 20])),
        "start_price": draw(st.integers(100, 1000)),
        "step": draw(st.integers(1, 20)),
        "amendments": draw(st.integers(0, 2)),
        **(margin if within else count),
    }


@given(terms(), plans)
def test_any_course(terms, plan):
    session = over(played(began("multi_round", terms), plan))
    rejudged(session)
    sign = RULE.direction(session.state.terms)
    standing = session.state.standing
    last: dict[str, tuple[str, int]] = {}
    for before, entry in zip(session.states, session.entries[1:], strict=False):
        if entry["type"] != "bid.accepted":
            continue
        bidder, amount = entry["actor"], entry["data"]["ask"]["amount"]
        assert sign * (amount - session.state.terms.start_price) >= 0
        assert str(before.standing.stage).startswith("round-")
        if before.standing.stage != "round-1":
            assert sign * (amount - last[bidder][1]) >= session.state.terms.step
        last[bidder] = (str(before.standing.stage), amount)
    offered = {(bidder, amount) for bidder, amount, _, _ in accepted(session)}
    for award in standing.awards:
        assert (award.bidder, award.price) in offered
        best = [standing.offers[key].amount for key in standing.leaders]
        assert sign * award.price == max(sign * amount for amount in best)
