"""Property rights: what moves an end, when a listing is extended, the reserve, one bidder alone."""

import pytest

from auction_rules.commit import commitment
from auction_rules.floor import OpenReserve, SealReserve
from auction_rules.property_rights import RULE
from auction_rules.property_terms import FIVE_DAYS
from auction_rules.registry import find
from auction_rules.rule import Accept
from auction_rules.terms import SECOND
from tests.auction_rules.prior import Prior
from tests.auction_rules.test_property_terms import AFTER, CLOSES, LONGER, ONE_PHASE, SEALED, TERMS
from tests.bidding.core.session import OPENS

PLACES = {"A": 0, "B": 0, "H": 1}
DAYS = FIVE_DAYS * SECOND


def table(**more):
    here = Prior(find("property_rights"), TERMS | more, PLACES)
    here.bell()
    return here


def timed(**more):
    """The table in its timed phase, A leading at 100."""
    here = table(**more)
    here.bid("A", 100, OPENS)
    here.bell()
    assert here.standing.stage == "timed"
    return here


def moves(here, *asked):
    """By how many seconds each offer moved the end."""
    found = []
    for bidder, amount, seconds in asked:
        before = here.closes
        assert here.bid(bidder, amount, CLOSES + seconds * SECOND) == "accepted"
        found.append((here.closes - before) // SECOND)
    return found


LIMITED = {"countdown_mode": "EXTEND", "extension_seconds": 5}


@pytest.mark.parametrize(
    ("more", "asked", "gained"),
    [
        # The countdown is 60 s. RESET: to 60 s from the offer, or to what the extension says.
        ({}, [("B", 110, 20), ("A", 120, 79)], [20, 59]),
        ({"extension_seconds": 5}, [("B", 110, 50), ("A", 120, 57)], [0, 2]),
        (LIMITED, [("B", 110, 0), ("A", 120, 0)], [5, 5]),
        (LIMITED | {"max_extensions": 1}, [("B", 110, 0), ("A", 120, 0)], [5, 0]),
        (LIMITED | {"max_extension_seconds": 8}, [("B", 110, 0), ("A", 120, 0)], [5, 3]),
        (LIMITED | {"trigger_window_seconds": 10}, [("B", 110, 49), ("A", 120, 50)], [0, 5]),
        (LIMITED | {"trigger": "ANY_BID"}, [("A", 110, 0), ("A", 120, 0)], [5, 5]),
        (LIMITED | {"trigger": "TOP_CHANGE"}, [("A", 110, 0), ("B", 120, 0)], [0, 5]),
        ({"countdown_mode": "CYCLE"}, [("B", 110, 1), ("A", 120, 59), ("B", 130, 60)], [60, 0, 60]),
        ({"countdown_mode": "CYCLE", "trigger": "TOP_CHANGE"}, [("A", 110, 1)], [0]),
        (
            {"countdown_mode": "CYCLE", "max_extensions": 1},
            [("B", 110, 1), ("A", 120, 61)],
            [60, 0],
        ),
        (
            {"countdown_mode": "CYCLE", "max_extension_seconds": 70},
            [("B", 110, 1), ("A", 120, 61)],
            [60, 10],
        ),
    ],
)
def test_what_an_offer_gains_in_the_timed_phase(more, asked, gained):
    assert moves(timed(**more), *asked) == gained


@pytest.mark.parametrize(("before_close", "gained"), [(40, 0), (31, 0), (30, 0), (29, 1), (1, 29)])
def test_one_phase_whose_end_moves(before_close, gained):
    here = table(**ONE_PHASE)
    assert here.bid("A", 100, CLOSES - before_close * SECOND) == "accepted"
    assert here.closes == CLOSES + gained * SECOND
    here.bell()
    assert here.standing.closed
    assert [a.bidder for a in here.standing.awards] == ["A"]


@pytest.mark.parametrize(("policy", "left"), [("FULL_COUNTDOWN", 90), ("REMAINING", 90)])
def test_a_long_phase_cut_short_early_loses_nothing(policy, left):
    here = table(**ONE_PHASE, resume=policy)
    since, now = OPENS + 10 * SECOND, OPENS + 1000 * SECOND
    here.happen(RULE.resume(here.floor, since, now), now)
    assert here.closes == now + left * SECOND


@pytest.mark.parametrize(("policy", "left"), [("FULL_COUNTDOWN", 30), ("REMAINING", 10)])
def test_a_long_phase_cut_short_late_gets_what_the_terms_promise(policy, left):
    here = table(**ONE_PHASE, resume=policy)
    since, now = OPENS + 90 * SECOND, OPENS + 1000 * SECOND
    here.happen(RULE.resume(here.floor, since, now), now)
    assert here.closes == now + left * SECOND


@pytest.mark.parametrize(("offers", "times"), [("", 2), ("A", 2), ("AA", 2), ("AB", 0), ("AH", 0)])
def test_the_listing_is_extended_while_fewer_than_two_have_offered(offers, times):
    here = table(**(LONGER | {"listing_extensions": 2}))
    for number, bidder in enumerate(offers):
        assert here.bid(bidder, 100 + 10 * number, OPENS) == "accepted"
    for number in range(1, times + 1):
        here.bell()
        assert (here.standing.stage, here.closes) == ("free", CLOSES + number * DAYS)
    here.bell()
    assert here.standing.stage == ("timed" if offers else None)
    assert here.standing.unsold == (None if offers else "NO_BID")


def test_a_second_offer_in_an_extension_is_enough():
    here = table(**(LONGER | {"listing_extensions": 2}))
    here.bid("A", 100, OPENS)
    here.bell()
    assert here.bid("B", 110, CLOSES + DAYS - 1) == "accepted"
    here.bell()
    assert here.standing.stage == "timed"


@pytest.mark.parametrize("after", ["", "AFTER"])
@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"single_bidder": "SELL"}, None),
        ({"single_bidder": "NO_SALE"}, "BELOW_MIN_BIDDERS"),
        ({"single_bidder": "NEGOTIATE"}, "NEGOTIATE"),
        (LONGER, None),
        (LONGER | {"after_extensions": "NO_SALE"}, "BELOW_MIN_BIDDERS"),
        (LONGER | {"after_extensions": "NEGOTIATE"}, "NEGOTIATE"),
    ],
)
def test_one_bidder_alone(more, reason, after):
    here = table(**(more | (AFTER if after else {})))
    here.bid("A", 100, OPENS)
    here.end()
    assert here.standing.unsold == reason
    assert RULE.settlement(here.floor).total == (0 if reason else 100)


def seal(here, officer, amount, at):
    judged = RULE.office(here.floor, officer, SealReserve(commitment(amount, "0a")), at)
    if isinstance(judged, Accept):
        here.happen(judged.facts, at)
    return "accepted" if isinstance(judged, Accept) else judged.reason


def unseal(here, officer, amount, at):
    judged = RULE.office(here.floor, officer, OpenReserve(amount, "0a"), at)
    if isinstance(judged, Accept):
        here.happen(judged.facts, at)
    return "accepted" if isinstance(judged, Accept) else judged.reason


@pytest.mark.parametrize(
    ("before_close", "answer"),
    [(61, "OUTSIDE_WINDOW"), (60, "accepted"), (21, "accepted"), (20, "OUTSIDE_WINDOW")],
)
def test_the_window_in_which_a_reserve_is_sealed(before_close, answer):
    here = table(**SEALED, reserve_from_seconds=60, reserve_until_seconds=20)
    assert seal(here, "li", 105, CLOSES - before_close * SECOND) == answer


@pytest.mark.parametrize("more", [{}, {"reserve_kind": "PUBLIC", "reserve": 120}])
def test_without_a_sealed_reserve_nobody_seals_one(more):
    assert seal(table(**more), "li", 105, OPENS) == "NOT_BIDDABLE"


def test_no_reserve_is_sealed_once_the_timed_phase_runs():
    here = timed(**SEALED)
    assert seal(here, "li", 105, here.standing.opens) == "NOT_BIDDABLE"


@pytest.mark.parametrize(
    ("reserves", "top", "sold"),
    [
        ([100], 100, True),
        ([101], 100, False),
        ([105, 112, 110], 109, True),
        ([105, 112, 110], 108, False),
        # A half counts up: the average of 105 and 112 is 109.
        ([105, 112], 109, True),
        ([105, 112], 108, False),
        # A third does not: 100, 100 and 101 are 100.
        ([100, 100, 101], 100, True),
        ([], 100, True),
    ],
)
def test_the_average_of_the_reserves_decides(reserves, top, sold):
    here = table(**(SEALED | {"step": 1}))
    for number, amount in enumerate(reserves):
        assert seal(here, f"o{number}", amount, OPENS) == "accepted"
    here.bid("A", top, OPENS)
    here.bell()
    here.bell()
    if reserves:
        assert (here.standing.stage, here.standing.closes) == ("reserve", None)
        now = CLOSES + 61 * SECOND
        for number, amount in enumerate(reserves):
            assert RULE.due(here.floor) is None
            assert unseal(here, f"o{number}", amount, now) == "accepted"
        here.happen(RULE.lapse(here.floor, now), now)
    assert here.standing.closed
    assert bool(here.standing.awards) == sold
    assert here.standing.unsold == (None if sold else "RESERVE_NOT_MET")


@pytest.mark.parametrize(("reserve", "stage"), [(100, "claim"), (101, None)])
def test_holders_are_asked_only_about_a_price_that_meets_the_reserve(reserve, stage):
    here = table(**SEALED, **AFTER)
    seal(here, "li", reserve, OPENS)
    here.bid("A", 100, OPENS)
    here.bell()
    here.bell()
    now = CLOSES + 61 * SECOND
    unseal(here, "li", reserve, now)
    here.happen(RULE.lapse(here.floor, now), now)
    assert here.standing.stage == stage
