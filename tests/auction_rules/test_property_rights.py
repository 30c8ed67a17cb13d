"""Property rights: modes, first refusal in the hall and after it, steps by price."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.conformance import check
from auction_rules.floor import Entrant
from auction_rules.property_rights import RULE, PropertyTerms
from auction_rules.registry import find
from auction_rules.rule import Refuse
from auction_rules.stages.first_refusal import holders, outbid
from auction_rules.terms import SECOND
from tests.auction_rules.courses import SMALL, accepted, began, over, played, rejudged
from tests.auction_rules.prior import Prior, rights
from tests.bidding.core.session import OPENS

CLOSES = OPENS + 100 * SECOND
TERMS = {
    "unit": {"zh": "元", "en": "CNY", "scale": 0, "fen": 100},
    "opens": OPENS,
    "closes": CLOSES,
    "start_price": 100,
    "step": 10,
    "countdown_seconds": 60,
}
EQUAL = {"first_refusal": "IN_HALL_EQUAL", "equal_ranks": "EARLIER"}
AFTER = {"first_refusal": "AFTER_BID", "equal_ranks": "EARLIER", "claim_seconds": 30}
RAISES = AFTER | {"raise_seconds": 20, "exercise": "AGAIN"}
SINGLE = {"quoting": "SINGLE", "countdown_seconds": 0}
TIERS = {"step_tiers": [{"from_price": 150, "step": 20}, {"from_price": 200, "step": 50}]}
KINDS = [{}, EQUAL, AFTER, RAISES, SINGLE, SINGLE | AFTER, SINGLE | RAISES, TIERS, TIERS | RAISES]
PLACES = {"A": 0, "B": 0, "G": 2, "H": 1, "I": 2}


def table(**more):
    here = Prior(find("property_rights"), TERMS | more, PLACES)
    here.bell()
    return here


def asked_at(price=110, **more):
    """The table once the holders are asked about the price that B offered after A."""
    here = table(**(RAISES | more))
    here.bid("A", price - 10, OPENS)
    here.bid("B", price, OPENS)
    here.bell()
    here.bell()
    assert here.standing.stage == "claim"
    return here


@pytest.mark.parametrize(
    "terms",
    [
        {"closes": OPENS},
        {"step": 0},
        {"start_price": 0},
        {"countdown_seconds": 0},
        {"quoting": "SINGLE"},
        SINGLE | EQUAL,
        AFTER | {"claim_seconds": 0},
        AFTER | {"equal_ranks": None},
        {"equal_ranks": "DRAW"},
        {"claim_seconds": 30},
        AFTER | {"raise_seconds": 30},
        AFTER | {"exercise": "ONCE"},
        EQUAL | {"raise_seconds": 30, "exercise": "AGAIN"},
        EQUAL | {"equal_ranks": "DRAW"},
        EQUAL | {"claim_seconds": 30},
        TIERS | {"grid": "MULTIPLE_OF_STEP"},
        {"step_tiers": [{"from_price": 100, "step": 20}]},
        {"step_tiers": [{"from_price": 200, "step": 20}, {"from_price": 200, "step": 30}]},
        {"step_tiers": [{"from_price": 300, "step": 20}, {"from_price": 200, "step": 30}]},
        {"step_tiers": [{"from_price": 200, "step": 0}]},
    ],
)
def test_terms_that_do_not_go_together(terms):
    with pytest.raises(ValidationError):
        PropertyTerms.model_validate(TERMS | terms)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_every_kind_of_terms_keeps_what_rules_owe_the_house(kind):
    assert [str(failure) for failure in check(RULE, TERMS | kind)] == []


@pytest.mark.parametrize(
    ("more", "answer"), [({}, "BELOW_MIN_NEXT"), (AFTER, "BELOW_MIN_NEXT"), (EQUAL, "accepted")]
)
@pytest.mark.parametrize("timed", [False, True])
def test_the_same_price_in_the_hall(more, answer, timed):
    here = table(**more)
    here.bid("A", 100, OPENS)
    if timed:
        here.bell()
    for bidder in "AH":
        told = RULE.actions(here.floor, bidder, here.standing.opens)
        assert told.equal == (bidder == "H" and answer == "accepted")
    assert here.bid("H", 100, here.standing.opens) == answer
    assert here.standing.leaders == (("H",) if answer == "accepted" else ("A",))
    assert RULE.ranking(here.floor)[0] == here.standing.leaders[0]


@pytest.mark.parametrize(
    ("current", "least"), [(100, 110), (149, 159), (150, 170), (199, 219), (200, 250), (201, 251)]
)
def test_the_step_of_the_price_that_stands(current, least):
    here = table(**TIERS)
    assert here.bid("A", 100, OPENS) == "accepted"
    if current > 100:
        assert here.bid("B", current, OPENS) == "accepted"
    assert RULE.least(here.floor) == least
    assert here.bid("A", least - 1, OPENS) == "BELOW_MIN_NEXT"
    assert here.bid("A", least, OPENS) == "accepted"


@pytest.mark.parametrize(
    ("leader", "order"),
    [("A", ("H", "G", "I")), ("G", ("H",)), ("I", ("H",)), ("H", ())],
)
def test_who_is_asked_and_in_which_order(leader, order):
    here = table(**AFTER)
    here.bid(leader, 100, OPENS)
    assert holders(here.floor) == order
    here.bell()
    here.bell()
    assert here.standing.stage == ("claim" if order else None)
    assert here.standing.entitled == (order or None)


def test_nobody_is_asked_about_nothing():
    assert holders(table(**AFTER).floor) == ()


def test_each_holder_has_his_own_window():
    here = asked_at()
    began_at = here.standing.opens
    assert here.confirm("G", began_at) == "NO_RIGHT_IN_PHASE"
    here.bell()
    assert here.standing.round == 2
    assert here.confirm("H", here.standing.opens) == "NO_RIGHT_IN_PHASE"
    assert here.confirm("G", began_at + 60 * SECOND) == "OUTSIDE_WINDOW"
    assert here.confirm("G", began_at + 60 * SECOND - 1) == "accepted"
    assert here.standing.leaders == ("G",)
    assert RULE.ranking(here.floor) == ("G", "B", "A")
    assert RULE.least(here.floor) is None


def test_who_is_admitted_while_holders_are_asked_is_not():
    here = asked_at()
    now = here.standing.opens
    here.floor = replace(here.floor, entrants={"C": Entrant("C", None, 1), **here.floor.entrants})
    assert holders(here.floor) == ("C", "H", "G", "I")
    assert here.confirm("C", now) == "NO_RIGHT_IN_PHASE"
    assert here.confirm("H", now) == "accepted"


def test_only_the_one_whose_price_was_taken_may_raise_and_only_once():
    here = asked_at()
    now = here.standing.opens
    here.confirm("H", now)
    assert outbid(here.floor) == ("B",)
    here.happen(RULE.lapse(here.floor, now), now)
    assert (here.standing.stage, here.standing.entitled) == ("raise", ("B",))
    assert here.bid("A", 120, now) == "NO_RIGHT_IN_PHASE"
    assert here.bid("H", 120, now) == "NO_RIGHT_IN_PHASE"
    assert here.bid("B", 119, now) == "BELOW_MIN_NEXT"
    assert RULE.actions(here.floor, "B", now).minimum == 120
    assert here.bid("B", 120, now) == "accepted"
    assert RULE.due(here.floor) == 0
    assert here.bid("B", 130, now) == "ALREADY_QUOTED"
    assert RULE.actions(here.floor, "B", now).blocked == Refuse("ALREADY_QUOTED")
    assert here.bid("A", 130, now) == "NO_RIGHT_IN_PHASE"


def test_who_has_waived_is_not_asked_at_a_higher_price():
    here = asked_at()
    now = here.standing.opens
    here.confirm("H", now, answer=False)
    here.happen(RULE.lapse(here.floor, now), now)
    here.confirm("G", now)
    here.happen(RULE.lapse(here.floor, now), now)
    here.bid("B", 120, now)
    here.happen(RULE.lapse(here.floor, now), now)
    assert here.standing.entitled == ("G", "I")


def test_a_raise_cut_short_gets_its_whole_window_again():
    here = asked_at()
    now = here.standing.opens
    here.confirm("H", now)
    here.happen(RULE.lapse(here.floor, now), now)
    here.happen(RULE.resume(here.floor, now + 19 * SECOND, now + 50 * SECOND), now + 50 * SECOND)
    assert here.closes == now + 70 * SECOND


@pytest.mark.parametrize(("policy", "reason"), [("SELL", None), ("NO_SALE", "BELOW_MIN_BIDDERS")])
def test_one_bidder(policy, reason):
    here = table(single_bidder=policy)
    here.bid("A", 100, OPENS)
    here.end()
    assert here.standing.unsold == reason
    assert RULE.settlement(here.floor).total == (0 if reason else 100)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(KINDS), rights)
def test_any_course_judges_itself_again(kind, plan):
    quick = {"closes": OPENS + 4 * SECOND}
    if "quoting" not in kind:
        quick["countdown_seconds"] = 3
    terms = {k: v for k, v in (TERMS | kind | quick).items() if k != "unit"}
    session = over(played(began("property_rights", terms), plan))
    rejudged(session)
    offers, standing = accepted(session), session.state.standing
    if "quoting" not in kind:
        best, leader = 0, None
        for bidder, amount, _, _ in offers:
            if amount == best:
                assert kind is EQUAL
                assert bidder == SMALL != leader
            else:
                assert amount > best
            best, leader = amount, bidder
    if standing.awards:
        (award,) = standing.awards
        assert award.price == max(amount for _, amount, _, _ in offers)
        took = standing.notes.get("exercised") == award.bidder
        assert took or (award.bidder, award.price) in [(b, a) for b, a, _, _ in offers]
        assert not took or award.bidder == SMALL
