"""The machine of listings: phases, gates, freezes, reserves, what a suspension gives back."""

import pytest
from pydantic import ValidationError

from auction_rules.commit import commitment
from auction_rules.facts import (
    Awarded,
    Closed,
    DeadlineMoved,
    Entitled,
    LeadersChanged,
    RoundOpened,
    StageClosed,
    StageOpened,
    Unsold,
)
from auction_rules.floor import Confirm, OpenReserve, SealReserve
from auction_rules.land_listing import RULE, LandTerms
from auction_rules.registry import find
from auction_rules.rule import Accept, Settlement
from auction_rules.terms import SECOND
from tests.auction_rules.table import Table

OPENS, CLOSES = 1_000 * SECOND, 2_000 * SECOND
TERMS = {
    "unit": {"zh": "万元", "en": "10k CNY", "scale": 0, "fen": 1_000_000},
    "listing_opens": OPENS,
    "listing_closes": CLOSES,
    "start_price": 100,
    "step": 10,
    "countdown_seconds": 60,
}
LAST = {"last_hour_seconds": 100}
FROZEN = {"last_hour": "FROZEN", **LAST}
COUNTED = {"last_hour": "COUNTED", **LAST}


def table(bidders="A B C", **terms):
    """A table where the first bell has rung."""
    here = Table(find("land_listing"), TERMS | terms, bidders)
    here.bell()
    return here


def office(here, officer, ask, now):
    """`accepted`, or the code of the refusal, of what an officer brings in."""
    judged = here.rule.office(here.floor, officer, ask, now)
    if isinstance(judged, Accept):
        here.happen(judged.facts, now)
        return "accepted"
    return judged.reason


def seal(amount):
    return SealReserve(commitment(amount, "07"))


def test_a_whole_listing():
    here = Table(find("land_listing"), TERMS, "A B")
    assert here.rule.due(here.floor) == OPENS
    assert here.bell() == (StageOpened("listing", "quoting", OPENS, CLOSES),)
    assert here.bid("A", 100, OPENS) == "accepted"
    assert here.bid("B", 109, OPENS) == "BELOW_MIN_NEXT"
    assert here.closes == CLOSES
    assert here.bell() == (
        StageClosed("listing"),
        StageOpened("timed", "timed", CLOSES, CLOSES + 60 * SECOND),
        RoundOpened(1, 100, CLOSES, CLOSES + 60 * SECOND),
    )
    assert here.bid("B", 110, CLOSES + SECOND) == "accepted"
    assert here.closes == CLOSES + 61 * SECOND
    assert RULE.settlement(here.floor) == Settlement(110, 10, "10.00%")
    assert here.end() == (StageClosed("timed"), Awarded("B", None, 110, None, 110), Closed())


@pytest.mark.parametrize(("start", "price"), [("TOP", 120), ("TOP_PLUS_STEP", 125)])
def test_the_price_that_is_announced_does_not_change_what_is_valid(start, price):
    here = table(timed_start=start, timed_step=5)
    here.bid("A", 120, OPENS)
    here.bell()
    assert here.standing.price == price
    assert here.bid("B", 124, CLOSES) == "BELOW_MIN_NEXT"
    assert here.bid("B", 125, CLOSES) == "accepted"


@pytest.mark.parametrize(("bidders", "stage"), [("A", "last_hour"), ("A B", "frozen")])
def test_a_freeze_needs_two(bidders, stage):
    here = table(bidders, **FROZEN)
    here.bell()
    assert here.standing.stage == stage
    assert here.standing.opens == CLOSES - 100 * SECOND
    assert here.closes == CLOSES
    wanted = "FROZEN_WINDOW" if stage == "frozen" else "accepted"
    assert here.bid("A", 100, CLOSES - SECOND) == wanted
    acts = here.rule.actions(here.floor, "A", CLOSES - SECOND)
    assert (acts.blocked.reason if acts.blocked else "accepted") in ("FROZEN_WINDOW", "accepted")
    assert here.rule.least(here.floor) == (None if stage == "frozen" else 110)


@pytest.mark.parametrize(
    ("needs", "early", "late", "timed"),
    [
        ("ONE_BID", "A", "", True),
        ("ONE_BID", "", "", False),
        ("TWO_BIDDERS", "A", "", False),
        ("TWO_BIDDERS", "AA", "", False),
        ("TWO_BIDDERS", "A", "B", True),
        ("TWO_IN_LAST_HOUR", "AB", "A", False),
        ("TWO_IN_LAST_HOUR", "A", "BB", False),
        ("TWO_IN_LAST_HOUR", "", "AB", True),
    ],
)
def test_what_the_gate_needs(needs, early, late, timed):
    here = table(**COUNTED, timed_needs=needs)
    price = 100
    for bidder in early:
        assert here.bid(bidder, price, CLOSES - 100 * SECOND - 1) == "accepted"
        price += 10
    here.bell()
    for bidder in late:
        assert here.bid(bidder, price, CLOSES - 100 * SECOND) == "accepted"
        price += 10
    last = here.bell()
    assert (here.standing.stage == "timed") == timed
    assert (last[-1] == Closed()) != timed


def test_only_those_with_an_offer_enter_where_the_terms_say_so():
    here = table(**COUNTED, eligibility="HAS_VALID_BID")
    here.bid("B", 100, OPENS)
    assert Entitled("timed", ("B",)) not in here.bell()
    here.bid("A", 110, CLOSES - SECOND)
    assert Entitled("timed", ("A", "B")) in here.bell()
    assert here.bid("C", 120, CLOSES) == "NO_RIGHT_IN_PHASE"


def test_the_frozen_stretch_names_who_may_enter():
    here = table(**FROZEN, eligibility="HAS_VALID_BID")
    here.bid("B", 100, OPENS)
    here.bell()
    assert here.bell()[:2] == (StageClosed("frozen"), Entitled("timed", ("B",)))


def test_answers_belong_to_the_inquiry():
    here = table(eligibility="CONFIRMED", inquiry_seconds=30)
    here.bid("A", 100, OPENS)
    assert here.confirm("C", OPENS) == "OUTSIDE_WINDOW"
    here.bell()
    assert here.standing.stage == "inquiry"
    assert here.rule.least(here.floor) is None
    assert here.confirm("C", CLOSES) == "accepted"
    here.bell()
    assert here.bid("A", 110, CLOSES + 30 * SECOND) == "NO_RIGHT_IN_PHASE"
    assert here.bid("C", 110, CLOSES + 30 * SECOND) == "accepted"


@pytest.mark.parametrize(
    ("window", "now", "answer"),
    [
        ({}, OPENS, "accepted"),
        ({}, CLOSES - 1, "accepted"),
        ({"reserve_from_seconds": 50}, CLOSES - 50 * SECOND - 1, "OUTSIDE_WINDOW"),
        ({"reserve_from_seconds": 50}, CLOSES - 50 * SECOND, "accepted"),
        ({"reserve_until_seconds": 100}, CLOSES - 100 * SECOND - 1, "accepted"),
        ({"reserve_until_seconds": 100}, CLOSES - 100 * SECOND, "OUTSIDE_WINDOW"),
        ({"reserve_until_seconds": 150}, CLOSES - 150 * SECOND - 1, "accepted"),
        ({"reserve_until_seconds": 150}, CLOSES - 150 * SECOND, "OUTSIDE_WINDOW"),
    ],
)
@pytest.mark.parametrize("last", [{}, FROZEN, COUNTED])
def test_the_window_for_sealing_is_counted_from_the_close(window, now, answer, last):
    here = table(reserve_kind="SEALED", **window, **last)
    while (due := here.rule.due(here.floor)) is not None and due <= now:
        here.bell()
    assert office(here, "li", seal(150), now) == answer


def test_a_window_moves_with_the_close_after_a_suspension():
    here = table(reserve_kind="SEALED", reserve_from_seconds=50, **COUNTED)
    here.happen(here.rule.resume(here.floor, OPENS, OPENS + 500 * SECOND), OPENS + 500 * SECOND)
    here.bell()
    end = CLOSES + 500 * SECOND
    assert here.closes == end
    assert office(here, "li", seal(150), end - 50 * SECOND - 1) == "OUTSIDE_WINDOW"
    assert office(here, "li", seal(150), end - 50 * SECOND) == "accepted"


def test_no_reserve_is_sealed_where_none_is_foreseen():
    here = table(reserve_kind="PUBLIC", reserve=100)
    assert office(here, "li", seal(150), OPENS) == "NOT_BIDDABLE"


@pytest.mark.parametrize(
    ("sealed", "end"),
    [
        ((), Awarded("A", None, 110, None, 110)),
        ((110,), Awarded("A", None, 110, None, 110)),
        ((111,), Unsold("RESERVE_NOT_MET")),
        ((100, 120), Awarded("A", None, 110, None, 110)),
        # The average of 110 and 111, half up, is 111.
        ((110, 111), Unsold("RESERVE_NOT_MET")),
        ((110, 110, 111), Awarded("A", None, 110, None, 110)),
    ],
)
def test_sealed_reserves_are_averaged(sealed, end):
    here = table(reserve_kind="SEALED")
    here.bid("A", 110, OPENS)
    for n, amount in enumerate(sealed):
        assert office(here, f"o{n}", seal(amount), OPENS) == "accepted"
    here.bell()
    facts = here.bell()
    if sealed:
        assert here.standing.stage == "reserve"
        assert here.rule.due(here.floor) is None
        for n, amount in enumerate(sealed):
            assert office(here, f"o{n}", OpenReserve(amount, "07"), CLOSES + 70 * SECOND) == (
                "accepted"
            )
        facts = here.bell()
    assert facts[-2:] == (end, Closed())


@pytest.mark.parametrize(
    ("bidders", "offers", "terms", "end"),
    [
        ("", (), {}, Unsold("NO_APPLICANT")),
        ("A", (), {}, Unsold("NO_BID")),
        ("A", (), {"min_entrants": 2}, Unsold("TOO_FEW_QUALIFIED")),
        ("A", (("A", 100),), {"min_entrants": 2}, Unsold("TOO_FEW_QUALIFIED")),
        ("A", (("A", 100),), {}, Awarded("A", None, 100, None, 100)),
        ("A B", (("A", 100),), {"single_bidder": "NO_SALE"}, Unsold("BELOW_MIN_BIDDERS")),
        (
            "A B",
            (("A", 100), ("B", 110)),
            {"single_bidder": "NO_SALE"},
            Awarded("B", None, 110, None, 110),
        ),
        (
            "A",
            (("A", 100),),
            {"reserve_kind": "PUBLIC", "reserve": 101},
            Unsold("RESERVE_NOT_MET"),
        ),
    ],
)
def test_how_it_ends(bidders, offers, terms, end):
    here = table(bidders, **terms)
    for bidder, amount in offers:
        assert here.bid(bidder, amount, OPENS) == "accepted"
    assert here.end()[-2:] == (end, Closed())
    if isinstance(end, Unsold):
        assert RULE.settlement(here.floor) == Settlement(0, 0, None)


def timed(**terms):
    here = table(preparation_seconds=30, **terms)
    here.bid("A", 100, OPENS)
    here.bell()
    return here


@pytest.mark.parametrize(
    ("terms", "since", "opens", "closes"),
    [
        # In the preparation: 20 s of it were left.
        ({}, 10, 520, 580),
        ({"resume": "REMAINING"}, 10, 520, 580),
        ({"resume_with_preparation": True}, 10, 530, 590),
        # In the countdown, 40 s before its end.
        ({}, 50, None, 560),
        ({"resume": "REMAINING"}, 50, None, 540),
        ({"resume_with_preparation": True}, 50, 530, 590),
        ({"resume_with_preparation": True, "resume": "REMAINING"}, 50, 530, 570),
    ],
)
def test_what_a_resumed_timed_phase_gets(terms, since, opens, closes):
    here = timed(**terms)
    resumed = here.rule.resume(here.floor, CLOSES + since * SECOND, CLOSES + 500 * SECOND)
    end = CLOSES + closes * SECOND
    if opens is None:
        assert resumed == (DeadlineMoved(end, "resumed"),)
    else:
        # DOMAIN §2.5: the phase that was open goes on; a fault ends no round and begins none.
        assert resumed == (RoundOpened(1, 100, CLOSES + opens * SECOND, end),)
    here.happen(resumed, CLOSES + 500 * SECOND)
    if opens is not None:
        assert here.bid("B", 110, CLOSES + opens * SECOND - 1) == "OUTSIDE_WINDOW"
        assert here.bid("B", 110, CLOSES + opens * SECOND) == "accepted"


def test_nothing_is_given_back_where_nothing_runs():
    here = table(**FROZEN)
    here.bell()
    left = here.rule.resume(here.floor, CLOSES - 10 * SECOND, CLOSES)
    assert left == (DeadlineMoved(CLOSES + 10 * SECOND, "resumed"),)
    assert here.rule.judge(here.floor, "A", Confirm(), CLOSES - SECOND).reason == "OUTSIDE_WINDOW"


def test_ranking_is_by_amount():
    here = table()
    here.bid("A", 100, OPENS)
    here.bid("B", 110, OPENS)
    here.bid("A", 120, OPENS)
    assert here.rule.ranking(here.floor) == ("A", "B")
    assert here.standing.leaders == ("A",)
    assert here.rule.lots(here.floor.terms)[0].id == "1"
    assert LeadersChanged(("A",), 120) not in here.end()


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"step": 0}, "step"),
        ({"timed_step": 0}, "step"),
        ({"start_price": 0}, "step"),
        ({"start_price": 2**53 - 1}, "start_price"),
        ({"last_hour": "FROZEN"}, "last_hour_seconds"),
        ({"last_hour_seconds": 10}, "last_hour_seconds"),
        ({"last_hour": "FROZEN", "last_hour_seconds": 1_000}, "listing_closes"),
        ({"listing_closes": OPENS}, "listing_closes"),
        ({"countdown_seconds": 0}, "countdown_seconds"),
        ({"eligibility": "CONFIRMED"}, "inquiry_seconds"),
        ({"inquiry_seconds": 10}, "inquiry_seconds"),
        ({"timed_needs": "TWO_IN_LAST_HOUR"}, "timed_needs"),
        ({"timed_needs": "TWO_IN_LAST_HOUR", **FROZEN}, "timed_needs"),
        ({"resume_with_preparation": True}, "resume_with_preparation"),
        ({"reserve": 100}, "reserve"),
        ({"reserve_kind": "PUBLIC"}, "reserve"),
        ({"reserve_kind": "PUBLIC", "reserve": 99}, "reserve"),
        ({"reserve_from_seconds": 10}, "reserve_from_seconds"),
        ({"reserve_kind": "SEALED", "reserve_from_seconds": 1_001}, "reserve_from_seconds"),
        ({"reserve_kind": "SEALED", "reserve_until_seconds": 1_000}, "reserve_from_seconds"),
        (
            {"reserve_kind": "SEALED", "reserve_from_seconds": 10, "reserve_until_seconds": 10},
            "reserve_from_seconds",
        ),
    ],
)
def test_terms_that_do_not_go_together(terms, code):
    with pytest.raises(ValidationError) as wrong:
        LandTerms.model_validate(TERMS | terms)
    first = wrong.value.errors()[0]
    assert first["type"] == code
    assert first["ctx"]["zh"]
    assert first["ctx"]["en"]
