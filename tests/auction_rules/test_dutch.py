"""Dutch: what the terms may be, and what holds however many answer in a tick."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.dutch import RULE
from auction_rules.floor import Stay
from auction_rules.registry import find
from auction_rules.rule import Refuse
from auction_rules.terms import SECOND
from tests.auction_rules.clocks import answers, plans, played, ticks
from tests.auction_rules.table import Table

TERMS = {"opens": 0, "start_price": 1_000, "last_price": 600, "step": 100}


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"step": 0}, "step"),
        ({"step_basis_points": 5}, "step"),
        ({"step_kind": "PERCENT_OF_START"}, "step"),
        ({"step_kind": "PERCENT_OF_START", "step": 0}, "step"),
        ({"tick_seconds": 0}, "tick"),
        ({"last_price": 1_001}, "last_price"),
        ({"direction": "REVERSE"}, "last_price"),
        ({"start_price": 10_000_000, "step": 1}, "step"),
        ({"tie": "SEALED_ROUND"}, "tie_seconds"),
        ({"tie_seconds": 1}, "tie_seconds"),
        ({"min_quantity": 0}, "min_quantity"),
        ({"min_quantity": 2}, "min_quantity"),
        ({"supply": 5, "min_quantity": 3, "max_per_bidder": 2}, "max_per_bidder"),
        ({"start_price": 2**52, "step": 2**50, "supply": 100}, "start_price"),
    ],
)
def test_terms_that_do_not_go_together(terms, code):
    with pytest.raises(ValidationError) as said:
        RULE.Config.model_validate({**TERMS, **terms})
    assert said.value.errors()[0]["type"] == code


@pytest.mark.parametrize(
    ("start", "points", "step"), [(10_000, 100, 100), (150, 100, 2), (149, 100, 1), (50, 100, 1)]
)
def test_a_step_in_percent_is_of_the_start_rounded_half_up(start, points, step):
    percent = {"step": 0, "step_kind": "PERCENT_OF_START", "step_basis_points": points}
    terms = RULE.Config.model_validate({**TERMS, "start_price": start, "last_price": 0, **percent})
    assert terms.rungs().step == step


LADDERS = st.one_of(
    st.builds(lambda step: {"step": step}, st.integers(7, 20)),
    st.just({"step_kind": "PERCENT_OF_LATEST", "step_basis_points": 4_000}),
)


@st.composite
def dutch_terms(draw):
    """Any terms of a Dutch auction that go together, small enough to meet every edge."""
    forward = draw(st.booleans())
    ends = sorted(draw(st.lists(st.integers(0, 60), min_size=2, max_size=2)))
    supply = draw(st.integers(1, 9))
    terms = {
        "direction": "FORWARD" if forward else "REVERSE",
        "start_price": ends[forward],
        "last_price": ends[not forward],
        **draw(LADDERS),
        "tick_seconds": 10,
        "supply": supply,
        "min_quantity": draw(st.integers(1, min(3, supply))),
        "misfit": draw(st.sampled_from(["SKIP", "STOP", "PARTIAL"])),
        "pricing": draw(st.sampled_from(["PAY_AS_BID", "UNIFORM"])),
        "back_up_ticks": draw(st.integers(0, 2)),
    }
    if draw(st.booleans()):
        terms |= {"tie": "SEALED_ROUND", "tie_seconds": 10}
    if draw(st.booleans()):
        terms["max_per_bidder"] = terms["min_quantity"] + draw(st.integers(0, 3))
    return terms


@given(dutch_terms(), plans, st.sampled_from(["5eed", "00ff"]))
def test_supply_prices_and_ticks(terms, plan, seed):
    here = played("dutch", terms, plan, seed)
    config, awards = here.state.terms, here.state.standing.awards
    better = config.direction.better
    opened = {fact["number"]: fact for _, fact in ticks(here)}
    taken = list(answers(here))
    for now, bidder, offer in taken:
        tick = opened[int(offer["slot"])]
        assert tick["opens"] <= now < tick["closes"]
        assert offer["amount"] == tick["price"]
        assert bidder == offer["bidder"]
    assert len({(bidder, offer["slot"]) for _, bidder, offer in taken}) == len(taken)
    granted = [a.quantity or 0 for a in awards]
    assert all(q > 0 for q in granted)
    assert sum(granted) <= config.supply
    assert bool(taken) == bool(awards)
    if config.max_per_bidder is not None:
        for bidder in {a.bidder for a in awards}:
            assert (
                sum(a.quantity or 0 for a in awards if a.bidder == bidder) <= config.max_per_bidder
            )
    if config.pricing == "UNIFORM":
        assert len({a.price for a in awards}) <= 1
    worst = min((better * o["amount"] for _, _, o in taken), default=0)
    assert all(better * a.price >= worst for a in awards)
    assert all(a.total == a.price * 100 * (a.quantity or 0) for a in awards)
    # Who is first within a tick is never decided by who was first in the log.
    last = max((int(o["slot"]) for _, _, o in taken), default=0)
    asked = sum(o["quantity"] for _, _, o in taken if int(o["slot"]) == last)
    left = config.supply - sum(o["quantity"] for _, _, o in taken if int(o["slot"]) != last)
    alone = len([o for _, _, o in taken if int(o["slot"]) == last]) == 1
    if asked > left and not alone and config.tie == "DRAW":
        assert here.state.standing.order


def test_the_order_within_a_tick_changes_nothing_but_the_log():
    terms = {**TERMS, "tick_seconds": 10, "supply": 3}
    terms.pop("opens")
    one = played("dutch", terms, [(0, "A", "stay", 2), (1, "B", "stay", 2)], "5eed")
    two = played("dutch", terms, [(0, "B", "stay", 2), (1, "A", "stay", 2)], "5eed")
    assert one.state.standing.awards == two.state.standing.awards
    assert {a.quantity for a in one.state.standing.awards} == {1, 2}
    assert one.now - two.now < SECOND


def test_the_quantity_offered_is_what_is_left_for_him():
    terms = {**TERMS, "supply": 10, "min_quantity": 3, "max_per_bidder": 8}
    here = Table(find("dutch"), terms, "A B")
    here.bell()
    bounds = [RULE.actions(here.floor, b, 1) for b in "AB"]
    assert [(a.quantity_minimum, a.quantity_maximum) for a in bounds] == [(3, 8), (3, 8)]
    for quantity in (2, 9):
        assert isinstance(here.ask("A", Stay(1, quantity), 2), Refuse)
    here.ask("A", Stay(1, 5), 3)
    here.bell()
    bounds = [RULE.actions(here.floor, b, here.standing.opens) for b in "AB"]
    # Five are left; A may still have three of his eight.
    assert [(a.quantity_minimum, a.quantity_maximum) for a in bounds] == [(3, 3), (3, 5)]
