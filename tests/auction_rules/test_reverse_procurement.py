"""Reverse procurement: the ceiling, the preference compared exactly, the line of those asked."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.conformance import check
from auction_rules.facts import Awarded, Unsold
from auction_rules.floor import Entrant
from auction_rules.registry import find
from auction_rules.reverse_procurement import RULE, compared
from auction_rules.rule import Settlement
from auction_rules.terms import SECOND
from bidding.core import views
from replay.play import play
from replay.scenario import read
from tests.auction_rules.courses import SMALL, accepted, began, over, plans, played, rejudged
from tests.auction_rules.table import Table
from tests.bidding.core.session import OPENS

ROOT = Path(__file__).parents[2]
TERMS = {
    "unit": {"zh": "元", "en": "CNY", "scale": 0},
    "opens": 0,
    "closes": 100,
    "ceiling": 1000,
    "step": 10,
    "confirm_seconds": 0,
}


def table(bidders: str = "A B C", **terms: object) -> Table:
    here = Table(find("reverse_procurement"), {**TERMS, **terms}, bidders)
    here.bell()
    return here


@pytest.mark.parametrize(
    "terms",
    [
        {"closes": 0},
        {"step": 0},
        {"step": 1001},
        {"extension_seconds": 5},
        {"step_basis_points": 1},
        {"form": "OPEN", "step_basis_points": 10_000},
        {"form": "OPEN", "amendments": 1},
        {"form": "OPEN", "trigger_window_seconds": 5},
        {"preference_basis_points": 10_000},
    ],
)
def test_terms_that_do_not_go_together(terms):
    with pytest.raises(ValidationError):
        RULE.Config.model_validate({**TERMS, **terms})


@pytest.mark.parametrize(
    ("amount", "answer"),
    [(1001, "ABOVE_CEILING"), (1000, "accepted"), (1, "accepted"), (0, "JUMP_NOT_ALLOWED")],
)
@pytest.mark.parametrize("form", ["SEALED", "OPEN"])
def test_the_edges_of_a_first_offer(form, amount, answer):
    assert table(form=form).bid("A", amount, 1) == answer


def test_a_ceiling_comes_before_every_other_reason():
    here = table(form="OPEN", grid="MULTIPLE_OF_STEP")
    assert here.bid("A", 900, 1) == "accepted"
    assert here.bid("B", 1001, 2) == "ABOVE_CEILING"
    assert here.bid("B", 891, 3) == "BELOW_MIN_NEXT"
    assert here.bid("B", 885, 4) == "NOT_ON_GRID"
    assert here.bid("B", 890, 5) == "accepted"


@pytest.mark.parametrize("offers", [0, 1, 2, 3])
def test_enough_offers_or_none(offers):
    here = table()
    for bidder in "ABC"[:offers]:
        assert here.bid(bidder, 900, 1) == "accepted"
    end = here.end()
    expected = {0: Unsold("NO_BID"), 3: Awarded("A", None, 900, None, 900)}
    assert end[-2] == expected.get(offers, Unsold("INSUFFICIENT_BIDDERS"))
    saved = Settlement(900, 0, None, saved=100, saving_rate="10.00%")
    assert RULE.settlement(here.floor) == (saved if offers == 3 else Settlement(0, 0, None))


def test_nobody_admitted():
    assert table("").end()[-2] == Unsold("NO_APPLICANT")


def test_a_preferred_firm_is_bound_by_the_ceiling_when_its_discount_would_lead_beyond():
    here = began(
        "reverse_procurement",
        {**TERMS, "opens": OPENS, "closes": OPENS + 60 * SECOND, "form": "OPEN"}
        | {"preference_basis_points": 1000},
    )
    assert here.bid("01", 1000) == "accepted"
    assert here.rule.actions(here.state.floor(), SMALL, here.now).minimum == 1000
    assert here.bid(SMALL, 1000) == "accepted"
    assert here.rule.least(here.state.floor()) == 890


def test_the_room_shows_the_lowest_and_what_is_saved():
    window = {"opens": OPENS, "closes": OPENS + 60 * SECOND}
    here = began("reverse_procurement", {**TERMS, **window, "form": "OPEN", "min_offers": 2})
    assert here.bid("01", 900) == "accepted"
    assert views.patch(here.state, here.rule, "public")["figures"] is None
    assert here.bid("02", 880) == "accepted"
    room = views.patch(here.state, here.rule, "public")
    assert (room["top"], room["next"], room["leaders"]) == (880, 870, ["02"])
    assert room["figures"] == {
        "total": 880,
        "premium": 0,
        "premium_rate": None,
        "unused": None,
        "saved": 120,
        "saving_rate": "12.00%",
    }


@pytest.mark.parametrize("form", ["SEALED", "OPEN"])
@pytest.mark.parametrize("more", [{}, {"preference_basis_points": 999, "min_offers": 1}])
def test_conformance(form, more):
    extension = {"extension_seconds": 60} if form == "OPEN" else {"amendments": 1}
    assert check(RULE, {**RULE.example, "form": form, **extension, **more}) == []


@pytest.mark.parametrize(("key", "wrong"), [("saved", "9999"), ("saving_rate", "9.99%")])
def test_a_scenario_is_held_to_what_was_saved(key, wrong):
    told = read(ROOT / "examples/scenarios/reverse_procurement/sealed-lowest.yaml")
    assert told.outcome.figures is not None
    figures = told.outcome.figures.model_copy(update={key: wrong})
    outcome = told.outcome.model_copy(update={"figures": figures})
    bent = next(play(told.model_copy(update={"outcome": outcome})))
    assert [miss.about for miss in bent.misses] == [key]


@st.composite
def terms(draw: st.DrawFn) -> dict[str, object]:
    found: dict[str, object] = {
        "closes": OPENS + draw(st.integers(1, 60)) * SECOND,
        "ceiling": draw(st.integers(100, 1000)),
        "step": draw(st.integers(1, 20)),
        "grid": draw(st.sampled_from(["MIN_STEP", "MULTIPLE_OF_STEP"])),
        "min_offers": draw(st.integers(0, 3)),
        "preference_basis_points": draw(st.integers(0, 2000)),
        "confirm_seconds": draw(st.sampled_from([0, 10, 3600])),
        "form": draw(st.sampled_from(["SEALED", "OPEN"])),
    }
    if found["form"] == "SEALED":
        return {**found, "amendments": draw(st.integers(0, 2))}
    return {**found, "extension_seconds": draw(st.integers(0, 30))}


@given(terms(), plans)
def test_any_course(terms, plan):
    session = over(played(began("reverse_procurement", terms), plan))
    rejudged(session)
    floor, standing = session.state.floor(), session.state.standing
    config = floor.terms
    ranked = [standing.offers[key] for key in RULE.ranking(floor)]
    assert [compared(floor, o) for o in ranked] == sorted(compared(floor, o) for o in ranked)
    assert all(0 < amount <= config.ceiling for _, amount, _, _ in accepted(session))
    if config.form == "OPEN":
        prices = [a * (10_000 - _discount(config, b)) for b, a, _, _ in accepted(session)]
        assert all(late < early for early, late in pairwise(prices))
    for award in standing.awards:
        assert len(ranked) >= config.min_offers
        assert award.total == award.price == standing.offers[award.bidder].amount
        if not config.confirm_seconds:
            assert award.bidder == ranked[0].bidder
        else:
            assert standing.answers == {award.bidder: True}
        settled = RULE.settlement(floor)
        assert (settled.total, settled.saved) == (award.price, config.ceiling - award.price)


def _discount(config, bidder):
    return config.preference_basis_points if bidder == SMALL else 0


@pytest.mark.parametrize(
    ("step", "share", "best", "most"),
    [
        (10, 0, 900, 890),
        (10, 100, 900, 890),
        (10, 200, 900, 882),
        # 1.5 % of 901 is 13.515: fourteen.
        (1, 150, 901, 887),
        (1, 1, 100, 99),
    ],
)
def test_an_open_offer_falls_by_the_larger_of_amount_and_share(step, share, best, most):
    here = table(form="OPEN", step=step, step_basis_points=share)
    assert here.bid("A", best, 1) == "accepted"
    assert RULE.least(here.floor) == most
    assert here.bid("B", most + 1, 2) == "BELOW_MIN_NEXT"
    assert here.bid("B", most, 3) == "accepted"


def test_a_share_with_a_preference_is_of_the_small_firms_own_money():
    """Compared at 90 %, it must fall by a tenth of what is level with the best, in its own money."""
    here = table(form="OPEN", step_basis_points=1_000, preference_basis_points=1_000)
    here.floor = replace(here.floor, entrants={**here.floor.entrants, "B": Entrant("B", None, 1)})
    assert here.bid("A", 810, 1) == "accepted"
    # 810 in A's money is 900 in B's; a tenth of it is 90.
    assert here.bid("B", 811, 2) == "BELOW_MIN_NEXT"
    assert here.bid("B", 810, 3) == "accepted"
