"""Hybrid Dutch: three stages, and who may act in which."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.facts import Awarded, DeadlineMoved
from auction_rules.floor import Stay
from auction_rules.hybrid_dutch import RULE, STOPPED
from auction_rules.registry import find
from auction_rules.rule import Accept
from auction_rules.terms import SECOND
from tests.auction_rules.clocks import answers, plans, played
from tests.auction_rules.table import Table

TERMS = {"opens": 0, "start_price": 1_000, "last_price": 600, "step": 100}


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"last_price": 1_001}, "last_price"),
        ({"sealed_seconds": 0}, "windows"),
        ({"best_seconds": 0}, "windows"),
        ({"least_raise": 0}, "least_raise"),
        ({"start_price": 2**53 - 1, "last_price": 2**53 - 2, "least_raise": 1}, "start_price"),
    ],
)
def test_terms_that_do_not_go_together(terms, code):
    with pytest.raises(ValidationError) as said:
        RULE.Config.model_validate({**TERMS, **terms})
    assert said.value.errors()[0]["type"] == code


hybrid_terms = st.fixed_dictionaries(
    {
        "start_price": st.integers(40, 80),
        "last_price": st.integers(0, 40),
        "step": st.integers(5, 30),
        "tick_seconds": st.just(10),
        "sealed_seconds": st.just(25),
        "best_seconds": st.just(15),
        "least_raise": st.integers(1, 4),
        "best_offer": st.sampled_from(["MATCH", "EXCEED"]),
        "sealed_tie": st.sampled_from(["DRAW", "EARLIER"]),
    }
)


@given(hybrid_terms, plans, st.sampled_from(["5eed", "00ff"]))
def test_who_may_act_where_and_who_wins(terms, plan, seed):
    here = played("hybrid_dutch", terms, plan, seed)
    config, standing = here.state.terms, here.state.standing
    taken = list(answers(here))
    if not taken:
        assert standing.unsold == "NO_BID"
        return
    (award,) = standing.awards
    price = taken[0][2]["amount"]
    stopped = standing.notes[STOPPED]
    assert stopped in {bidder for _, bidder, _ in taken}
    assert {offer["amount"] for _, _, offer in taken} == {price}
    sealed: dict[str, int] = {}
    best: dict[str, int] = {}
    for before, entry in zip(here.states, here.entries[1:], strict=False):
        if entry["type"] == "bid.accepted":
            where = {"sealed": sealed, "best": best}[before.standing.stage or ""]
            where[entry["actor"].partition(":")[2]] = entry["data"]["ask"]["amount"]
    assert stopped not in sealed
    assert set(best) <= {stopped}
    assert all(amount >= price + config.least_raise for amount in sealed.values())
    highest = max(sealed.values(), default=price)
    if best:
        raised = config.least_raise if config.best_offer == "EXCEED" else 0
        assert best[stopped] >= highest + raised
        assert (award.bidder, award.price) == (stopped, best[stopped])
    elif sealed:
        assert (award.price, sealed[award.bidder]) == (highest, highest)
    else:
        assert (award.bidder, award.price) == (stopped, price)


def test_a_sealed_offer_is_cancelled_by_a_no_and_may_be_made_again():
    here = Table(find("hybrid_dutch"), {**TERMS, "least_raise": 10}, "A B C")
    here.bell()
    assert isinstance(here.ask("A", Stay(1), 5), Accept)
    here.bell()
    now = here.standing.opens + 1
    assert here.confirm("B", now, answer=False) == "OUTSIDE_WINDOW"
    assert here.bid("B", 1_010, now) == "accepted"
    assert here.confirm("B", now + 1, answer=True) == "OUTSIDE_WINDOW"
    assert here.confirm("A", now + 1, answer=False) == "NO_RIGHT_IN_PHASE"
    assert here.confirm("B", now + 2, answer=False) == "accepted"
    assert "B" not in here.standing.offers
    assert here.confirm("B", now + 3, answer=False) == "OUTSIDE_WINDOW"
    assert here.bid("C", 1_050, now + 4) == "accepted"
    # Above the price of the clock, not above what he took back.
    assert here.bid("B", 1_010, now + 5) == "accepted"
    assert here.confirm("C", here.closes, answer=False) == "OUTSIDE_WINDOW"
    assert here.confirm("C", here.closes - 1, answer=False) == "accepted"
    assert Awarded("B", None, 1_010, None, 1_010) in here.end()


def test_when_all_cancel_the_price_of_the_clock_stands():
    here = Table(find("hybrid_dutch"), {**TERMS, "least_raise": 10}, "A B")
    here.bell()
    here.ask("A", Stay(1), 5)
    here.bell()
    now = here.standing.opens + 1
    assert here.bid("B", 1_010, now) == "accepted"
    assert here.confirm("B", now, answer=False) == "accepted"
    # Nobody has gone above it, so there is nothing he must answer.
    assert Awarded("A", None, 1_000, None, 1_000) in here.bell()


@pytest.mark.parametrize("stage", ["sealed", "best"])
@pytest.mark.parametrize("resume", ["FULL_COUNTDOWN", "REMAINING"])
def test_a_suspended_window_gets_what_the_terms_promise(stage, resume):
    here = Table(find("hybrid_dutch"), {**TERMS, "least_raise": 10, "resume": resume}, "A B")
    here.bell()
    here.ask("A", Stay(1), 5)
    here.bell()
    if stage == "best":
        assert here.bid("B", 1_010, here.standing.opens) == "accepted"
        here.bell()
    assert here.standing.stage == stage
    whole = {"sealed": 600, "best": 300}[stage] * SECOND
    now = here.closes + 10
    left = whole if resume == "FULL_COUNTDOWN" else 7
    assert RULE.resume(here.floor, here.closes - 7, now) == (DeadlineMoved(now + left, "resumed"),)
