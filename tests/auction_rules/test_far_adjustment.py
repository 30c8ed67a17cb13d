"""The floor-area-ratio auction, played without a house; S14 is the worked example of DOMAIN §15."""

import hashlib
import itertools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.facts import (
    Awarded,
    Closed,
    DeadlineMoved,
    Entitled,
    LeadersChanged,
    OfferStood,
    Revealed,
    StageClosed,
    StageOpened,
    Unsold,
)
from auction_rules.far_adjustment import RULE
from auction_rules.far_grants import tied, winning_set
from auction_rules.floor import Bid, Draw
from auction_rules.registry import find
from auction_rules.rule import Accept, Refuse, Settlement
from auction_rules.terms import SECOND
from tests.auction_rules.table import Table
from tests.shared import SHARED

OPENS = 1_000 * SECOND
CLOSES = 4_600 * SECOND
YUAN = 100
AREAS = {"P1": 30_000, "P2": 25_000, "P3": 40_000, "P4": 20_000, "P5": 15_000, "P6": 15_000}
TERMS: dict[str, Any] = {
    "parcels": [{"id": p, "added_area": area} for p, area in AREAS.items()],
    "quota_area": 100_000,
    "start_price": "4000",
    "step": "100",
    "quoting_opens": OPENS,
    "quoting_closes": CLOSES,
    "countdown_seconds": 240,
}
QUOTES = (("1", 5_000), ("2", 4_500), ("4", 5_200), ("5", 4_800), ("3", 4_800), ("6", 4_400))
"""S14 in the order of arrival: 5 before 3 at the same price. Bidder 1 owns parcel P1, and so on."""


def table(quotes=QUOTES, bidders="1 2 3 4 5 6", **terms):
    """Quoting opened, and these quotes in yuan made one microsecond apart."""
    lots = {b: f"P{b}" for b in bidders.split()}
    here = Table(find("far_adjustment"), TERMS | terms, bidders, lots=lots)
    here.bell()
    for n, (bidder, yuan) in enumerate(quotes):
        assert here.bid(bidder, yuan * YUAN, OPENS + n) == "accepted"
    return here


def award(bidder, yuan, area=None):
    area = AREAS[f"P{bidder}"] if area is None else area
    return Awarded(bidder, f"P{bidder}", yuan * YUAN, area, yuan * YUAN * area)


def test_whoever_is_not_admitted_is_told_so():
    """A house asks for its own bidders; one who is played may have been turned away."""
    here = table()
    refused = Refuse("NOT_QUALIFIED")
    assert RULE.actions(here.floor, "9", OPENS + 9).blocked == refused
    assert RULE.judge(here.floor, "9", Bid(5_000 * YUAN), OPENS + 9) == refused


def test_s14_is_the_example_of_the_shared_file():
    cases = json.loads((SHARED / "scenarios" / "worked-examples.json").read_bytes())
    (s14,) = (case for case in cases if case["id"] == "S14")
    rows = sorted(s14["events"], key=lambda row: row["order"])
    assert {row["parcel"]: row["added_m2"] for row in rows} == AREAS
    theirs = [(row["parcel"].removeprefix("P"), row["price"]) for row in rows]
    # What counts is price and, between 5 and 3, arrival.
    assert sorted(theirs) == sorted(QUOTES)
    assert theirs.index(("5", 4_800)) < theirs.index(("3", 4_800))
    for name, misfit in (("SKIP_FIT", "SKIP"), ("STOP_AT_MISFIT", "STOP")):
        here = table(misfit=misfit)
        expected = s14["expect"][name]
        assert [f"P{b}" for b in here.standing.leaders] == expected["winners"]
        settled = RULE.settlement(here.floor)
        assert settled.unused == expected["unused_m2"]
        if "total_yuan" in expected:
            assert settled.total == expected["total_yuan"] * YUAN
            assert settled.premium == expected["premium_yuan"] * YUAN


@pytest.mark.parametrize(
    ("terms", "awards", "settled"),
    [
        (
            {"misfit": "SKIP"},
            (award("4", 5_200), award("1", 5_000), award("5", 4_800), award("2", 4_500)),
            Settlement(438_500_000 * YUAN, 78_500_000 * YUAN, "21.81%", 10_000),
        ),
        (
            {"misfit": "STOP"},
            (award("4", 5_200), award("1", 5_000), award("5", 4_800)),
            Settlement(326_000_000 * YUAN, 66_000_000 * YUAN, "25.38%", 35_000),
        ),
        (
            {"misfit": "PARTIAL"},
            (
                award("4", 5_200),
                award("1", 5_000),
                award("5", 4_800),
                award("3", 4_800, 35_000),
            ),
            Settlement(494_000_000 * YUAN, 94_000_000 * YUAN, "23.50%", 0),
        ),
        (
            {"pricing": "UNIFORM"},
            (award("4", 4_500), award("1", 4_500), award("5", 4_500), award("2", 4_500)),
            Settlement(405_000_000 * YUAN, 45_000_000 * YUAN, "12.50%", 10_000),
        ),
        (
            {"quota_kind": "PARCEL_COUNT", "quota_area": None, "quota_parcels": 2},
            (award("4", 5_200), award("1", 5_000)),
            Settlement(254_000_000 * YUAN, 54_000_000 * YUAN, "27.00%", 0),
        ),
        (
            {"basis": "TOTAL"},
            tuple(
                Awarded(b, f"P{b}", yuan * YUAN, AREAS[f"P{b}"], yuan * YUAN)
                for b, yuan in (("4", 5_200), ("1", 5_000), ("5", 4_800), ("2", 4_500))
            ),
            Settlement(19_500 * YUAN, 3_500 * YUAN, "21.88%", 10_000),
        ),
    ],
)
def test_s14_under_other_terms(terms, awards, settled):
    here = table(**terms)
    # Before the close the figures say what would be, afterwards what is.
    assert RULE.settlement(here.floor) == settled
    assert here.end() == (StageClosed("timed"), *awards, Closed())
    assert here.standing.awards == awards
    assert RULE.settlement(here.floor) == settled


def test_a_raise_that_changes_the_winning_set_restarts_the_countdown():
    here = table(restart_on="WINNING_SET_CHANGED")
    here.bell()
    assert (here.standing.stage, here.closes) == ("timed", CLOSES + 240 * SECOND)
    now = CLOSES + 100 * SECOND
    judged = here.rule.judge(here.floor, "6", Bid(4_600 * YUAN), now)
    assert judged.facts == (
        OfferStood("6", "P6", 4_600 * YUAN, 15_000),
        LeadersChanged(("4", "1", "5", "6"), 4_600 * YUAN),
        DeadlineMoved(now + 240 * SECOND, "extension"),
    )
    # A leader who raises himself within the same order changes nothing but the price.
    same = here.rule.judge(here.floor, "4", Bid(5_300 * YUAN), now)
    assert same.facts == (OfferStood("4", "P4", 5_300 * YUAN, 20_000),)
    here.ask("6", Bid(4_600 * YUAN), now)
    assert RULE.settlement(here.floor).unused == 20_000


def test_each_raises_only_his_own_price():
    here = table()
    here.bell()
    now = CLOSES
    assert here.bid("6", 4_400 * YUAN, now) == "BELOW_MIN_NEXT"
    assert here.bid("6", 4_450 * YUAN, now) == "BELOW_MIN_NEXT"
    assert here.bid("6", 4_550 * YUAN, now) == "NOT_ON_GRID"
    assert here.bid("6", 4_500 * YUAN, now, lot="P1") == "NOT_YOUR_LOT"
    assert here.bid("6", 4_500 * YUAN, now, quantity=30_000) == "QUANTITY_FIXED"
    assert here.bid("6", 4_500 * YUAN, now, lot="P6", quantity=15_000) == "accepted"
    actions = RULE.actions(here.floor, "4", now)
    assert actions.minimum == 5_300 * YUAN
    assert RULE.least(here.floor) == 4_000 * YUAN


def test_among_equals_the_earlier_is_first_and_a_raise_arrives_anew():
    here = table((("1", 4_000), ("2", 4_100), ("1", 4_100)))
    assert RULE.ranking(here.floor) == ("2", "1")
    assert [share.bidder for share in winning_set(here.floor)] == ["2", "1"]


def test_a_cap_ends_the_raising_of_one_bidder_not_of_the_others():
    here = table((("1", 4_200),), cap_price="4200")
    assert here.bid("1", 4_300 * YUAN, OPENS + 9) == "ABOVE_CAP"
    assert here.bid("1", 4_200 * YUAN, OPENS + 9) == "CAP_REACHED"
    assert here.bid("2", 4_200 * YUAN, OPENS + 9) == "accepted"


def test_sealed_quotes_open_when_the_stage_closes():
    here = table((), quoting="SEALED")
    assert RULE.disclosure(here.floor).sealed is True
    judged = here.ask("1", Bid(5_000 * YUAN), OPENS)
    assert judged.facts == (OfferStood("1", "P1", 5_000 * YUAN, 30_000),)
    assert here.bid("2", 4_000 * YUAN, OPENS) == "accepted"
    assert here.standing.leaders == ()
    assert here.bell() == (
        StageClosed("quoting"),
        Revealed("offers"),
        LeadersChanged(("1", "2"), 4_000 * YUAN),
        Entitled("timed", ("1", "2")),
        StageOpened("timed", "timed", CLOSES, CLOSES + 240 * SECOND),
    )
    assert RULE.disclosure(here.floor).sealed is False


def test_quotes_are_refused_outside_the_half_open_window():
    here = Table(find("far_adjustment"), TERMS, "1", lots={"1": "P1"})
    assert here.bid("1", 4_000 * YUAN, OPENS - 1) == "NOT_BIDDABLE"
    here.bell()
    assert here.bid("1", 4_000 * YUAN, OPENS) == "accepted"
    assert here.bid("1", 4_100 * YUAN, CLOSES) == "AFTER_DEADLINE"
    assert here.bid("1", 4_100 * YUAN, CLOSES - 1) == "accepted"


def test_only_those_with_a_quote_enter_the_timed_stage_unless_all_may():
    for eligibility, said in (("HAS_QUOTE", "NO_RIGHT_IN_PHASE"), ("ALL", "accepted")):
        here = table((("1", 5_000),), eligibility=eligibility)
        here.bell()
        assert here.bid("2", 4_000 * YUAN, CLOSES) == said


def test_preparation_keeps_everybody_out_before_the_timed_stage():
    here = table(preparation_seconds=60)
    here.bell()
    assert here.bid("6", 4_500 * YUAN, CLOSES + 60 * SECOND - 1) == "OUTSIDE_WINDOW"
    blocked = RULE.actions(here.floor, "6", CLOSES).blocked
    assert blocked is not None
    assert blocked.reason == "OUTSIDE_WINDOW"
    assert here.bid("6", 4_500 * YUAN, CLOSES + 60 * SECOND) == "accepted"


INQUIRY = {"eligibility": "QUOTE_AND_CONFIRMED", "confirm_seconds": 300}


def test_the_inquiry_lets_in_those_with_a_quote_who_say_yes():
    # DOMAIN S4 (Shantou): silence is a waiver, a quote is needed, the window is half-open.
    here = table((("1", 5_000), ("2", 5_000)), **INQUIRY)
    assert here.bell()[-1] == StageOpened("inquiry", "gate", CLOSES, CLOSES + 300 * SECOND)
    assert here.confirm("1", CLOSES + 60 * SECOND) == "accepted"
    assert here.confirm("1", CLOSES + 61 * SECOND) == "ALREADY_ANSWERED"
    assert here.confirm("3", CLOSES + 120 * SECOND) == "NO_QUALIFYING_BID"
    assert here.bid("1", 5_100 * YUAN, CLOSES + 120 * SECOND) == "OUTSIDE_WINDOW"
    assert here.confirm("2", CLOSES + 300 * SECOND) == "OUTSIDE_WINDOW"
    assert here.bell()[:2] == (StageClosed("inquiry"), Entitled("timed", ("1",)))
    assert here.bid("2", 5_100 * YUAN, CLOSES + 330 * SECOND) == "NO_RIGHT_IN_PHASE"
    assert here.bid("1", 5_100 * YUAN, CLOSES + 330 * SECOND) == "accepted"
    # Who did not go on keeps what he quoted.
    assert here.end()[1:3] == (award("1", 5_100), award("2", 5_000))


def test_when_nobody_says_yes_the_quotes_decide():
    here = table((("1", 5_000),), **INQUIRY)
    here.bell()
    assert here.confirm("1", CLOSES + 1, answer=False) == "accepted"
    assert here.bell() == (
        StageClosed("inquiry"),
        Entitled("timed", ()),
        award("1", 5_000),
        Closed(),
    )


def test_who_only_confirms_may_enter_without_a_quote():
    here = table((), **(INQUIRY | {"eligibility": "CONFIRMED"}))
    here.bell()
    assert here.standing.stage == "inquiry"
    assert here.confirm("3", CLOSES + 1) == "accepted"
    here.bell()
    assert here.bid("3", 4_000 * YUAN, CLOSES + 300 * SECOND) == "accepted"
    assert here.end()[1] == award("3", 4_000)


@pytest.mark.parametrize(
    ("bidders", "quotes", "terms", "reason"),
    [
        ("", (), {}, "NO_APPLICANT"),
        ("1", (), {}, "NO_BID"),
        ("1", (), {"eligibility": "ALL"}, "NO_BID"),
        ("1", (), INQUIRY, "NO_BID"),
        ("1 2", (("1", 5_000),), {"min_bidders": 2}, "BELOW_MIN_BIDDERS"),
    ],
)
def test_why_nothing_is_granted(bidders, quotes, terms, reason):
    here = table(quotes, bidders, **terms)
    *_, unsold, closed = here.end()
    assert (unsold, closed) == (Unsold(reason), Closed())
    settled = RULE.settlement(here.floor)
    assert (settled.total, settled.premium_rate) == (0, None)
    assert settled.unused == 100_000


def test_areas_in_parts_of_a_mu_are_paid_half_up():
    mu = {"zh": "亩", "en": "mu", "scale": 4}
    here = table(
        (("1", 4_000),),
        "1",
        unit={"zh": "元/亩", "en": "CNY/mu", "scale": 2, "fen": 1},
        quantity_unit=mu,
        parcels=[{"id": "P1", "added_area": "18.3626"}],
        quota_area="20",
        step="0.01",
    )
    assert here.bid("1", 400_001, OPENS + 1) == "accepted"
    # 4000.01 x 18.3626 = 73450.583626, to the fen.
    assert here.end()[1] == Awarded("1", "P1", 400_001, 183_626, 7_345_058)


def test_the_largest_offers_still_make_an_exact_total():
    here = table(())
    largest = RULE.actions(here.floor, "1", OPENS).maximum
    assert largest is not None
    for bidder in "123456":
        assert here.bid(bidder, largest, OPENS) == "accepted"
    assert here.bid("1", largest + 100 * YUAN, OPENS) == "CAP_REACHED"
    total = RULE.settlement(here.floor).total
    assert total < 2**53 < total * 2


def test_lots_are_the_parcels_and_the_programme_has_the_inquiry_where_asked():
    terms = table(()).floor.terms
    assert [(lot.id, lot.quantity) for lot in RULE.lots(terms)] == list(AREAS.items())
    assert RULE.settlement_unit(terms).zh == "元"
    assert RULE.quantity_unit(terms).zh == "㎡"  # type: ignore[union-attr]
    assert [s.id for s in RULE.programme(terms)] == ["quoting", "timed"]
    asked = table((), **INQUIRY).floor.terms
    assert [s.id for s in RULE.programme(asked)] == ["quoting", "inquiry", "timed"]


def test_a_quota_that_fits_nobody_is_said_so():
    here = table(quota_area=1)  # everybody in QUOTES asks for more
    assert Unsold("NOTHING_FITS") in here.end()


def test_the_least_amount_that_gets_a_bidder_in():
    here = table()
    assert RULE.actions(here.floor, "4", here.standing.opens).enter is None  # he is in
    # The third's 40,000 are in the way of nobody above; the sixth must outbid the second.
    sixth = RULE.actions(here.floor, "6", here.standing.opens).enter
    assert sixth is not None
    below = sixth - 100 * YUAN
    assert here.bid("6", below, here.standing.opens + 1) in ("accepted", "BELOW_MIN_NEXT")
    assert "6" not in here.standing.leaders
    assert here.bid("6", sixth, here.standing.opens + 2) == "accepted"
    assert "6" in here.standing.leaders


EQUALS = {"equal": "DRAW", "cap_price": "4500"}


@pytest.mark.parametrize(
    ("quotes", "more", "pool"),
    [
        # 30,000 and 40,000 and 25,000 at the cap: 95,000 fit into 100,000.
        ((("1", 4_500), ("3", 4_500), ("2", 4_500)), {}, ()),
        # With 20,000 more they do not: any of the four may be the one left out.
        ((("1", 4_500), ("3", 4_500), ("2", 4_500), ("4", 4_500)), {}, ("1", "3", "2", "4")),
        # The best price is served first; the equals below it do not all fit.
        ((("3", 4_500), ("1", 4_400), ("2", 4_400), ("4", 4_400)), {}, ("1", "2", "4")),
        # 40,000 are left for two that together ask for 55,000.
        ((("3", 4_500), ("4", 4_400), ("1", 4_300), ("2", 4_300)), {}, ("1", "2")),
        # Whoever is skipped at one price decides what is left for equals below it.
        (
            (("1", 4_500), ("3", 4_500), ("2", 4_400), ("4", 4_400)),
            {"quota_area": 60_000},
            ("1", "3", "2", "4"),
        ),
        # Where the misfit stops everything, the equals below get nothing in any order.
        (
            (("1", 4_500), ("3", 4_500), ("2", 4_400), ("4", 4_400)),
            {"quota_area": 60_000, "misfit": "STOP"},
            ("1", "3"),
        ),
        # Nothing is left for the last price, in whatever order.
        ((("1", 4_500), ("2", 4_400), ("4", 4_400)), {"quota_area": 30_000}, ()),
        # None of the equals fits, but a part could be granted.
        ((("1", 4_500), ("2", 4_400), ("4", 4_400)), {"quota_area": 40_000}, ()),
        (
            (("1", 4_500), ("2", 4_400), ("4", 4_400)),
            {"quota_area": 40_000, "misfit": "PARTIAL"},
            ("2", "4"),
        ),
        # One parcel of two at the same price.
        (
            (("1", 4_500), ("2", 4_500)),
            {"quota_kind": "PARCEL_COUNT", "quota_area": None, "quota_parcels": 1},
            ("1", "2"),
        ),
    ],
)
def test_between_whom_an_order_decides(quotes, more, pool):
    here = table(quotes, **EQUALS, **more)
    assert tied(here.floor) == pool
    here.bell()
    here.bell()
    assert here.standing.closed == (pool == ())
    assert here.standing.pool == (tuple(sorted(pool)) if pool else None)


def test_every_order_grants_the_same_where_nobody_is_drawn_for():
    quotes = (("1", 4_500), ("3", 4_500), ("2", 4_500))
    for order in itertools.permutations(quotes):
        shares = winning_set(table(order, **EQUALS).floor)
        assert {s.bidder for s in shares} == {"1", "2", "3"}


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_the_draw_orders_equals_at_the_cap(seed):
    more = {"quota_kind": "PARCEL_COUNT", "quota_area": None, "quota_parcels": 1}
    here = table((("1", 4_500), ("2", 4_500)), **EQUALS, **more)
    here.bell()
    here.bell()
    drawn = here.rule.office(here.floor, "li", Draw(seed), CLOSES)
    assert isinstance(drawn, Accept)
    here.happen(drawn.facts, CLOSES)
    text = f"{seed}|P1+P2+P3+P4+P5+P6|1,2"
    first = "12"[int.from_bytes(hashlib.sha256(text.encode()).digest(), "big") % 2]
    facts = here.bell()
    assert facts[-2:] == (award(first, 4_500), Closed())
    assert here.standing.leaders == (first,)


def test_too_few_are_not_drawn_between():
    more = {"quota_kind": "PARCEL_COUNT", "quota_area": None, "quota_parcels": 1}
    here = table((("1", 4_500), ("2", 4_500)), **EQUALS, **more, min_bidders=3)
    assert Unsold("BELOW_MIN_BIDDERS") in here.end()


@st.composite
def _two_orders(draw):
    """The same quotes in two orders of arrival, and the terms of the quota."""
    bidders = draw(st.lists(st.sampled_from("123456"), min_size=2, max_size=5, unique=True))
    quotes = [(b, draw(st.sampled_from([4_300, 4_400, 4_500]))) for b in bidders]
    area = draw(st.sampled_from([15_000, 30_000, 45_000, 60_000, 100_000]))
    more = {"quota_area": area, "misfit": draw(st.sampled_from(["SKIP", "STOP", "PARTIAL"]))}
    return quotes, draw(st.permutations(quotes)), more


@settings(max_examples=150)
@given(_two_orders())
def test_where_nobody_is_drawn_for_arrival_changes_no_grant(case):
    quotes, again, more = case
    first, second = (table(tuple(order), **EQUALS, **more).floor for order in (quotes, again))
    assert set(tied(first)) == set(tied(second))
    granted, other = (
        {share.bidder: share.quantity for share in winning_set(floor)} for floor in (first, second)
    )
    assert sum(granted.values()) <= more["quota_area"]
    if not tied(first):
        assert granted == other


def test_prices_and_areas_are_per_the_same_area():
    mu = {"zh": "亩", "en": "mu", "scale": 4}
    with pytest.raises(ValidationError) as caught:
        RULE.Config.model_validate({**RULE.example, "quantity_unit": mu})
    (error,) = caught.value.errors()
    assert "面积或数量单位“亩”与计价单位“元/㎡”中的单位不一致" in error["ctx"]["zh"]
    per_mu = {"zh": "元/亩", "en": "CNY/mu", "scale": 2, "fen": 1}
    RULE.Config.model_validate({**RULE.example, "quantity_unit": mu, "unit": per_mu})
    metres = {"zh": "平方米", "en": "m²", "scale": 0}
    RULE.Config.model_validate({**RULE.example, "quantity_unit": metres})
