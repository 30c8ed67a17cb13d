"""Open, then closed: the end a seed fixed, the finalists, the sealed finals."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.conformance import check
from auction_rules.facts import Awarded, OfferWithdrawn, Unsold
from auction_rules.floor import Draw, Offer
from auction_rules.open_closed import RULE, finalists
from auction_rules.terms import SECOND
from bidding.core import views
from tests.auction_rules.courses import SEED, accepted, began, over, plans, played, rejudged, rung
from tests.bidding.core.session import OPENS, outcome

COMMIT = hashlib.sha256(SEED.encode()).hexdigest()
TERMS = {
    "open_seconds": 60,
    "random_seconds": 600,
    "final_seconds": 30,
    "end_commit": COMMIT,
    "ceiling": 1000,
    "step": 10,
}
# SHA-256 of "sample|random end" modulo 600, and one: worked out here with another program.
LENGTH = 1 + int(hashlib.sha256(b"sample|random end").hexdigest(), 16) % 600
STRETCH = OPENS + 60 * SECOND
END = STRETCH + LENGTH * SECOND


@pytest.mark.parametrize(
    "terms",
    [
        {"open_seconds": 0},
        {"random_seconds": 0},
        {"final_seconds": 0},
        {"step": 0},
        {"step": 1001},
        {"end_commit": "sample"},
    ],
)
def test_terms_that_do_not_go_together(terms):
    with pytest.raises(ValidationError):
        RULE.Config.model_validate({**TERMS, "opens": OPENS, **terms})


@pytest.mark.parametrize(
    ("amounts", "margin", "least", "chosen"),
    [
        ([], 1000, 3, ""),
        ([850], 1000, 3, "A"),
        ([850, 935], 1000, 3, "AB"),
        ([850, 936], 1000, 1, "A"),
        ([850, 935, 935, 936], 1000, 3, "ABC"),
        ([850, 900, 936, 937], 1000, 3, "ABC"),
        ([850, 860, 870, 880, 890], 1000, 3, "ABCDE"),
        ([850, 850, 851], 0, 0, "AB"),
        ([3, 4], 3333, 1, "A"),
        ([3, 4], 3334, 1, "AB"),
    ],
)
def test_finalists(amounts, margin, least, chosen):
    ranked = [Offer("ABCDE"[n], None, a, None, n, n) for n, a in enumerate(amounts)]
    assert finalists(ranked, margin, least) == tuple(chosen)


def test_an_offer_counts_up_to_the_end_and_not_at_it():
    session = began("open_closed", TERMS)
    assert session.bid("01", 900) == "accepted"
    assert session.bid("02", 850, END - 1) == "accepted"
    assert session.bid("01", 800, END) == "accepted"
    assert session.bid("03", 700, END + 1) == "accepted"
    session.until(STRETCH + 600 * SECOND)
    assert session.state.standing.stage == "seed"
    assert session.bid("01", 500) == "OUTSIDE_WINDOW"
    assert outcome(session.ask("staff:li", Draw("other"))) == "COMMITMENT_DIFFERS"
    assert outcome(session.ask("staff:li", Draw(SEED))) == "accepted"
    assert outcome(session.ask("staff:li", Draw(SEED))) == "NOT_BIDDABLE"
    standing = session.state.standing
    assert {o.bidder: o.amount for o in standing.offers.values()} == {"01": 900, "02": 850}
    assert standing.entitled == ("02", "01")
    assert OfferWithdrawn("03", None, "late").fact in str(session.entries[-2]["data"]["facts"])
    assert session.bid("03", 500) == "NO_RIGHT_IN_PHASE"


def test_the_last_offer_in_time_is_the_one_that_stands_again():
    session = began("open_closed", TERMS)
    for amount, at in ((900, OPENS), (880, STRETCH), (860, END - 2), (840, END), (820, END + 9)):
        assert session.bid("01", amount, at) == "accepted"
    session.until(STRETCH + 600 * SECOND)
    session.ask("staff:li", Draw(SEED))
    assert rung(session).state.standing.offers["01"].amount == 860


def test_the_sentence_of_an_offer_that_came_after_the_end():
    session = began("open_closed", TERMS)
    session.bid("03", 700, END)
    before = session.states
    session.until(STRETCH + 600 * SECOND)
    session.ask("staff:li", Draw(SEED))
    rung(session)
    line = views.event(before[-2], session.entries[-1], session.state, session.rule, "public")
    assert line is not None
    assert "03 号报价晚于随机截止，不计入" in line["text"]["zh"]
    assert session.state.standing.unsold == Unsold("NO_BID").reason


def test_finals_are_sealed_and_below_ones_own():
    session = began("open_closed", TERMS)
    for bidder, amount in (("01", 900), ("02", 890)):
        assert session.bid(bidder, amount, session.now + 1) == "accepted"
    session.until(STRETCH + 600 * SECOND)
    session.ask("staff:li", Draw(SEED))
    rung(session)
    assert session.bid("01", 891) == "BELOW_MIN_NEXT"
    assert session.bid("01", 890) == "accepted"
    assert session.bid("01", 700) == "ALREADY_QUOTED"
    assert views.snapshot(session.state, session.rule, "staff", session.now)["offers"] == []
    assert over(session).state.standing.awards == (Awarded("02", None, 890, None, 890),)


def test_the_seed_is_not_shown_while_offers_are_taken():
    session = began("open_closed", TERMS)
    for at in (OPENS, STRETCH):
        assert outcome(session.ask("staff:li", Draw(SEED), at)) == "NOT_BIDDABLE"
    session.until(STRETCH + 600 * SECOND)
    assert outcome(session.ask("staff:li", Draw("a|b"))) == "BAD_SEED"
    assert session.due() is None


@pytest.mark.parametrize("more", [{}, {"margin_basis_points": 0, "least_finalists": 1}])
def test_conformance(more):
    assert check(RULE, {**RULE.example, **more}) == []


terms = st.fixed_dictionaries(
    {
        "open_seconds": st.integers(1, 60),
        "random_seconds": st.integers(1, 90),
        "final_seconds": st.integers(1, 30),
        "end_commit": st.just(COMMIT),
        "ceiling": st.integers(100, 1000),
        "step": st.integers(1, 20),
        "margin_basis_points": st.integers(0, 2000),
        "least_finalists": st.integers(0, 3),
        "resume": st.sampled_from(["FULL_COUNTDOWN", "REMAINING"]),
    }
)


@given(terms, plans)
def test_any_course(terms, plan):
    session = over(played(began("open_closed", terms), plan))
    rejudged(session)
    standing = session.state.standing
    offered = {(bidder, amount) for bidder, amount, _, _ in accepted(session)}
    assert {(o.bidder, o.amount) for o in standing.offers.values()} <= offered
    for award in standing.awards:
        assert award.price == min(o.amount for o in standing.offers.values())
    assert standing.notes["random end"] > standing.notes["last stretch opened"]
    # An offer of the open phase counts whatever the seed says.
    for before, entry in zip(session.states, session.entries[1:], strict=False):
        if entry["type"] == "bid.accepted" and before.standing.stage == "open":
            bidder = entry["actor"].removeprefix("bidder:")
            assert standing.offers[bidder].amount <= entry["data"]["ask"]["amount"]
