"""Land: the cap and its sequels, presets, and what holds for every course of a listing."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.commit import commitment
from auction_rules.facts import (
    Awarded,
    Closed,
    DeadlineMoved,
    Entitled,
    LeadersChanged,
    Noted,
    OfferStood,
    Revealed,
    StageClosed,
    Unsold,
)
from auction_rules.floor import Bid, Confirm, Draw, OpenReserve, SealReserve
from auction_rules.land_listing import RULE, LandTerms
from auction_rules.land_presets import PRESETS
from auction_rules.registry import find
from auction_rules.rule import Accept
from auction_rules.terms import SECOND, SQUARE_METRE, Unit
from bidding.core.commands import Resume
from bidding.core.document import Document
from bidding.core.record import bind, command_of, record, replay
from bidding.core.state import State, evolve
from tests.auction_rules.known import FILLED_IN
from tests.auction_rules.table import Table
from tests.bidding.core.plans import plans, play
from tests.bidding.core.session import OPENS as LISTED
from tests.bidding.core.session import ORIGIN, T0, UNIT, opened

OPENS, CLOSES = 1_000 * SECOND, 2_000 * SECOND
TERMS = {
    "unit": {"zh": "万元", "en": "10k CNY", "scale": 0, "fen": 1_000_000},
    "lot_zh": "LOT-01",
    "listing_opens": OPENS,
    "listing_closes": CLOSES,
    "start_price": 100,
    "step": 10,
    "grid": "MULTIPLE_OF_STEP",
    "countdown_seconds": 60,
}
POOL = {"cap_price": 150, "cap_sequel": "POOL_LOTTERY"}
ONE_PRICE = {
    "cap_price": 150,
    "cap_sequel": "ONE_PRICE",
    "one_price_confirm_seconds": 30,
    "one_price_seconds": 40,
    "one_price_least": 150,
    "one_price_most": 200,
    "one_price_quantum": 5,
}
INDICATOR = {
    "cap_price": 150,
    "cap_sequel": "NEXT_INDICATOR",
    "indicator_start": 1_000,
    "indicator_step": 200,
    "indicator_most": 1_500,
}
TOTAL = {"cap_price": 150, "cap_sequel": "SEALED_TOTAL", "total_seconds": 40}
JOIN = {"cap_price": 150, "cap_sequel": "JOIN_LOTTERY", "join_seconds": 30}
ABOVE = {"cap_trigger": "ABOVE_CAP"}
ROW = {"kind": "SELF_HELD_AREA", "start": 100, "step": 100, "most": 300}
LIST = INDICATOR | {"indicator_most": 1_400, "more_indicators": [ROW], "agree_seconds": 20}


def table(bidders="A B C", **terms):
    """A table where the first bell has rung."""
    here = Table(find("land_listing"), TERMS | terms, bidders)
    here.bell()
    return here


def beyond(**terms):
    """The same, A having reached the cap in the listing, which is over."""
    here = table(**terms)
    assert here.bid("A", 150, OPENS) == "accepted"
    here.bell()
    return here


@pytest.mark.parametrize(
    ("cap", "ok"), [(9_250, False), (9_200, True), (8_000, False), (7_900, False), (8_100, True)]
)
def test_the_cap_is_aligned(cap, ok):
    # The worked example of Wuxi: start 8,000, step 100.
    terms = TERMS | {"start_price": 8_000, "step": 100, "cap_price": cap}
    if ok:
        assert LandTerms.model_validate(terms).cap_price == cap
        return
    with pytest.raises(ValidationError) as wrong:
        LandTerms.model_validate(terms)
    assert wrong.value.errors()[0]["type"] == "CAP_NOT_ALIGNED"


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"cap_sequel": "POOL_LOTTERY"}, "cap_price"),
        ({"over_cap": "CLAMP"}, "cap_price"),
        ({"cap_price": 150, "timed_step": 20}, "CAP_NOT_ALIGNED"),
        ({"cap_price": 100 + 10 * 2**49}, "CAP_NOT_ALIGNED"),
        (POOL | {"grid": "MIN_STEP"}, "grid"),
        ({"cap_price": 150, "reserve_kind": "PUBLIC", "reserve": 151}, "reserve"),
        ({"cap_price": 150, "one_price_seconds": 10}, "cap_sequel"),
        (ONE_PRICE | {"one_price_seconds": 0}, "one_price_seconds"),
        (ONE_PRICE | {"one_price_most": None}, "one_price_least"),
        (ONE_PRICE | {"one_price_least": 149}, "one_price_least"),
        (ONE_PRICE | {"one_price_most": 149}, "one_price_least"),
        (ONE_PRICE | {"one_price_quantum": 0}, "one_price_least"),
        ({"cap_price": 150, "indicator_start": 10}, "cap_sequel"),
        (INDICATOR | {"indicator_step": 0}, "indicator_start"),
        (INDICATOR | {"indicator_most": 999}, "indicator_start"),
        (INDICATOR | {"indicator": "SELF_HELD_SHARE"}, "indicator_most"),
        (ABOVE, "cap_price"),
        ({"cap_price": 150} | ABOVE, "cap_trigger"),
        (POOL | ABOVE, "cap_trigger"),
        (JOIN | ABOVE | {"over_cap": "CLAMP"}, "over_cap"),
        (JOIN | ABOVE | {"cap_price": 100}, "CAP_NOT_ALIGNED"),
        (JOIN | {"join_seconds": 0}, "join_seconds"),
        ({"cap_price": 150, "join_seconds": 30}, "join_seconds"),
        (ONE_PRICE | {"cap_sequel": "SELL", "one_price_pause_seconds": 1}, "cap_sequel"),
        (TOTAL | {"total_seconds": 0}, "total_seconds"),
        (TOTAL | {"total_most": 149}, "total_most"),
        (TOTAL | {"total_step": 0}, "total_step"),
        ({"cap_price": 150, "total_most": 160}, "total_most"),
        (INDICATOR | {"agree_seconds": 20}, "agree_seconds"),
        (INDICATOR | {"more_indicators": [ROW]}, "more_indicators"),
        (LIST | {"more_indicators": [ROW | {"start": 0}]}, "indicator_start"),
        (LIST | {"more_indicators": [ROW | {"kind": "SELF_HELD_SHARE"}]}, "more_indicators"),
        ({"cap_price": 150, "more_indicators": [ROW]}, "cap_sequel"),
    ],
)
def test_terms_that_do_not_go_together(terms, code):
    with pytest.raises(ValidationError) as wrong:
        LandTerms.model_validate(TERMS | terms)
    first = wrong.value.errors()[0]
    assert first["type"] == code
    assert first["ctx"]["zh"]
    assert first["ctx"]["en"]


def test_a_price_that_is_only_passed_need_not_be_a_rung():
    terms = TERMS | JOIN | ABOVE | {"cap_price": 153, "grid": "MIN_STEP"}
    assert LandTerms.model_validate(terms).cap_price == 153


def test_the_reserve_may_be_the_cap():
    terms = {"cap_price": 150, "reserve_kind": "PUBLIC", "reserve": 150}
    assert LandTerms.model_validate(TERMS | terms).reserve == 150


def test_several_at_the_cap_are_drawn_from():
    here = table(**POOL)
    assert here.bid("C", 150, OPENS) == "accepted"
    assert here.bid("B", 150, OPENS) == "accepted"
    assert here.bid("B", 150, OPENS) == "DUPLICATE_CAP_CONSENT"
    assert here.bid("A", 160, OPENS) == "ABOVE_CAP"
    assert here.bid("A", 140, OPENS) == "CAP_REACHED"
    assert here.standing.leaders == ("C", "B")
    assert here.rule.least(here.floor) == 150
    here.bell()
    here.bell()
    assert here.standing.stage == "lottery"
    assert here.standing.pool == ("B", "C")
    assert here.rule.due(here.floor) is None
    assert here.rule.ranking(here.floor) == ("C", "B")
    judged = here.rule.office(here.floor, "li", Draw("seed"), CLOSES + 70 * SECOND)
    assert isinstance(judged, Accept)
    here.happen(judged.facts, CLOSES + 70 * SECOND)
    number = int.from_bytes(hashlib.sha256(b"seed|LOT-01|B,C").digest(), "big")
    winner = "BC"[number % 2]
    assert here.bell() == (
        StageClosed("lottery"),
        LeadersChanged((winner,), 150),
        Awarded(winner, None, 150, None, 150),
        Closed(),
    )


def test_an_offer_beyond_the_cap_may_be_read_as_one_at_it():
    here = table(**POOL, over_cap="CLAMP")
    judged = here.ask("A", Bid(9_999), OPENS)
    assert isinstance(judged, Accept)
    assert judged.facts[0] == OfferStood("A", None, 150, None)
    assert here.bid("A", 9_999, OPENS) == "DUPLICATE_CAP_CONSENT"
    assert here.bid("B", 151, OPENS) == "accepted"
    assert here.standing.leaders == ("A", "B")


def test_a_sealed_reserve_above_the_cap_counts_as_the_cap():
    here = table(cap_price=150, reserve_kind="SEALED")
    sealed = SealReserve(commitment(999, "07"))
    judged = here.rule.office(here.floor, "li", sealed, OPENS)
    here.happen(judged.facts, OPENS)
    here.bid("A", 150, OPENS)
    assert here.bell()[-2:] == (Awarded("A", None, 150, None, 150), Closed())


def test_below_the_cap_a_sealed_reserve_is_opened():
    here = table(cap_price=150, reserve_kind="SEALED")
    judged = here.rule.office(here.floor, "li", SealReserve(commitment(999, "07")), OPENS)
    here.happen(judged.facts, OPENS)
    here.bid("A", 140, OPENS)
    here.bell()
    here.bell()
    assert here.standing.stage == "reserve"


@pytest.mark.parametrize(
    "gate",
    [
        {"timed_needs": "TWO_IN_LAST_HOUR", "last_hour": "COUNTED", "last_hour_seconds": 10},
        {"eligibility": "CONFIRMED", "inquiry_seconds": 10},
    ],
)
def test_two_at_the_cap_are_drawn_from_though_the_gate_stays_shut(gate):
    here = table(**POOL, **gate)
    here.bid("A", 150, OPENS)
    here.bid("B", 150, OPENS)
    here.bell()
    here.bell()
    assert here.standing.stage == "lottery"


@pytest.mark.parametrize("sequel", [ONE_PRICE, INDICATOR])
def test_the_cap_suspends_the_timed_phase_at_once(sequel):
    here = table(**sequel)
    here.bid("A", 100, OPENS)
    here.bell()
    assert here.bid("B", 150, CLOSES + SECOND) == "accepted"
    assert here.rule.due(here.floor) == 0
    here.happen(here.rule.lapse(here.floor, CLOSES + SECOND), CLOSES + SECOND)
    assert here.standing.stage in ("confirm", "indicator")
    assert here.standing.opens == CLOSES + SECOND


def one_price(*confirming, **terms):
    here = beyond(**ONE_PRICE, **terms)
    for bidder in confirming:
        assert here.confirm(bidder, CLOSES) == "accepted"
    here.bell()
    return here, CLOSES + 30 * SECOND


@pytest.mark.parametrize(
    ("amounts", "middle", "winner", "price"),
    [
        ((150,), 150, "A", 150),
        ((150, 200), 175, "A", 150),
        ((200, 150), 175, "B", 150),
        # 500 over 3 is 166.67: half up 167, and 170 is nearer than 150.
        ((150, 180, 170), 167, "C", 170),
        ((150, 155), 153, "B", 155),
    ],
)
def test_one_price_nearest_to_the_average(amounts, middle, winner, price):
    here, now = one_price("A", "B", "C")
    assert here.rule.disclosure(here.floor).sealed
    for bidder, amount in zip("ABC", amounts, strict=False):
        assert here.bid(bidder, amount, now) == "accepted"
    facts = here.bell()
    assert facts[:4] == (
        StageClosed("one_price"),
        Revealed("offers"),
        Revealed("average", middle),
        LeadersChanged((f"{winner}/one_price",), price),
    )
    assert facts[4:] == (Awarded(winner, None, price, None, price), Closed())
    assert here.rule.ranking(here.floor)[0] == f"{winner}/one_price"


@pytest.mark.parametrize(
    ("bid", "answer"),
    [
        (Bid(149), "OUT_OF_RANGE"),
        (Bid(201), "OUT_OF_RANGE"),
        (Bid(151), "NOT_ON_GRID"),
        (Bid(155), "DUPLICATE_PRICE"),
        (Bid(160, lot="X"), "NOT_YOUR_LOT"),
        (Bid(160, quantity=1), "QUANTITY_FIXED"),
        (Confirm(), "OUTSIDE_WINDOW"),
        (Bid(160), None),
    ],
)
def test_what_is_no_valid_quote(bid, answer):
    here, now = one_price("A", "B")
    assert here.bid("A", 155, now) == "accepted"
    assert here.bid("A", 160, now) == "ALREADY_QUOTED"
    assert here.bid("C", 160, now) == "NO_RIGHT_IN_PHASE"
    assert here.rule.least(here.floor) == 150
    judged = here.ask("B", bid, now)
    assert (None if isinstance(judged, Accept) else judged.reason) == answer


def test_without_a_quote_the_top_of_the_open_bidding_wins():
    here, _ = one_price("B")
    assert here.bell() == (
        StageClosed("one_price"),
        Awarded("A", None, 150, None, 150),
        Closed(),
    )


@pytest.mark.parametrize(
    ("entry", "answers", "right"),
    [
        ("CONFIRMED", {}, ()),
        ("CONFIRMED", {"B": True, "C": False}, ("B",)),
        ("BIDDERS_AUTOMATIC", {}, ("A",)),
        ("BIDDERS_AUTOMATIC", {"C": True}, ("A", "C")),
        ("BIDDERS_AUTOMATIC", {"A": False, "C": True}, ("C",)),
    ],
)
def test_who_quotes_one_price(entry, answers, right):
    here = beyond(**ONE_PRICE, one_price_entry=entry)
    for bidder, answer in answers.items():
        assert here.confirm(bidder, CLOSES, answer=answer) == "accepted"
    assert here.bell()[1] == Entitled("one_price", right)
    assert here.standing.closed == (right == ())


def test_the_next_indicator_goes_to_the_most():
    here = beyond(**INDICATOR)
    now = CLOSES + SECOND
    assert here.rule.quantity_unit(here.floor.terms) == SQUARE_METRE
    assert here.rule.least(here.floor) == 150
    assert here.bid("B", 150, now, quantity=999) == "QTY_BELOW_MIN"
    assert here.bid("B", 150, now, quantity=1_100) == "QTY_NOT_ON_GRID"
    assert here.bid("B", 150, now, quantity=1_600) == "QTY_OVER_LIMIT"
    assert here.bid("B", 150, now, lot="X") == "NOT_YOUR_LOT"
    assert here.bid("B", 160, now) == "ABOVE_CAP"
    assert here.bid("B", 140, now) == "CAP_REACHED"
    assert here.confirm("B", now) == "OUTSIDE_WINDOW"
    judged = here.ask("B", Bid(150), now)
    assert isinstance(judged, Accept)
    assert judged.facts == (
        OfferStood("B", None, 150, 1_000, "indicator"),
        LeadersChanged(("B/indicator",), 150),
        DeadlineMoved(now + 60 * SECOND, "extension"),
    )
    assert here.bid("A", 150, now + SECOND, quantity=1_400) == "accepted"
    # 1,500 is the end of it, and off the steps: nothing more can be offered.
    blocked = here.rule.actions(here.floor, "B", now + SECOND).blocked
    assert blocked is not None
    assert blocked.reason == "QTY_OVER_LIMIT"
    assert here.rule.ranking(here.floor) == ("A/indicator", "B/indicator", "A")
    assert here.bell()[-2:] == (Awarded("A", None, 150, 1_400, 150), Closed())


@pytest.mark.parametrize("sequel", [ONE_PRICE, JOIN, TOTAL, INDICATOR])
def test_an_offer_beyond_the_threshold_does_not_stand_and_ends_the_bidding(sequel):
    here = table(**sequel | ABOVE)
    here.bid("A", 150, OPENS)
    here.bell()
    # At the threshold bidding goes on as ever.
    assert here.standing.stage == "timed"
    now = CLOSES + SECOND
    judged = here.ask("B", Bid(160), now)
    assert isinstance(judged, Accept)
    assert not [fact for fact in judged.facts if isinstance(fact, OfferStood)]
    assert here.standing.leaders == ("A",)
    assert here.bid("C", 170, now) == "CAP_REACHED"
    assert here.rule.least(here.floor) is None
    assert here.rule.due(here.floor) == 0
    here.happen(here.rule.lapse(here.floor, now), now)
    assert here.standing.stage in ("confirm", "join", "total", "indicator")


@pytest.mark.parametrize("sequel", [ONE_PRICE, JOIN, TOTAL, INDICATOR])
def test_at_the_threshold_and_not_beyond_it_is_an_ordinary_sale(sequel):
    here = table(**sequel | ABOVE)
    here.bid("A", 150, OPENS)
    assert here.end()[-2:] == (Awarded("A", None, 150, None, 150), Closed())


@pytest.mark.parametrize(
    ("answers", "facts"),
    [
        ({}, (Unsold("NOBODY_JOINED"),)),
        ({"A": False}, (Unsold("NOBODY_JOINED"),)),
        ({"C": True}, (Awarded("C", None, 150, None, 150),)),
        ({"A": True, "B": False}, (Awarded("A", None, 150, None, 150),)),
    ],
)
def test_who_joins_the_draw_at_the_cap(answers, facts):
    here = beyond(**JOIN)
    for bidder, answer in answers.items():
        assert here.confirm(bidder, CLOSES, answer=answer) == "accepted"
    assert here.end()[-len(facts) - 1 :] == (*facts, Closed())


def test_several_who_join_are_drawn_between():
    here = beyond(**JOIN)
    for bidder in "CB":
        here.confirm(bidder, CLOSES)
    here.bell()
    assert here.standing.pool == ("B", "C")
    assert here.standing.leaders == ("B", "C")
    drawn = here.rule.office(here.floor, "li", Draw("seed"), CLOSES + 40 * SECOND)
    here.happen(drawn.facts, CLOSES + 40 * SECOND)
    number = int.from_bytes(hashlib.sha256(b"seed|LOT-01|B,C").digest(), "big")
    assert here.end()[-2] == Awarded("BC"[number % 2], None, 150, None, 150)


@pytest.mark.parametrize(
    ("totals", "leaders"),
    [
        ({"A": 150}, ("A/total",)),
        ({"A": 150, "B": 151}, ("B/total",)),
        ({"C": 160, "B": 160, "A": 150}, ("C/total", "B/total")),
    ],
)
def test_the_highest_sealed_total(totals, leaders):
    here = beyond(**TOTAL)
    for bidder, amount in totals.items():
        assert here.bid(bidder, amount, CLOSES) == "accepted"
        assert here.bid(bidder, 170, CLOSES) == "ALREADY_QUOTED"
    assert here.rule.least(here.floor) == 150
    here.bell()
    assert here.standing.leaders == leaders
    assert here.rule.ranking(here.floor)[0] == leaders[0]
    assert here.standing.closed == (len(leaders) == 1)


def test_the_one_drawn_for_equal_totals_has_it_at_his_total():
    here = beyond(**TOTAL)
    for bidder in "BC":
        here.bid(bidder, 160, CLOSES)
    here.bell()
    assert here.standing.pool == ("B", "C")
    drawn = here.rule.office(here.floor, "li", Draw("seed"), CLOSES + 50 * SECOND)
    here.happen(drawn.facts, CLOSES + 50 * SECOND)
    number = int.from_bytes(hashlib.sha256(b"seed|LOT-01|B,C").digest(), "big")
    winner = "BC"[number % 2]
    assert here.end()[-3:] == (
        LeadersChanged((f"{winner}/total",), 160),
        Awarded(winner, None, 160, None, 160),
        Closed(),
    )


def test_equal_totals_by_time():
    here = beyond(**TOTAL, total_equal="EARLIER")
    for bidder in "CB":
        here.bid(bidder, 160, CLOSES)
    assert here.end()[-2] == Awarded("C", None, 160, None, 160)


def test_one_indicator_leads_to_the_next_when_it_is_at_its_end():
    here = beyond(**LIST)
    now = CLOSES + SECOND
    assert here.bid("B", 150, now, quantity=1_400) == "accepted"
    assert here.rule.due(here.floor) == 0
    here.happen(here.rule.lapse(here.floor, now), now)
    assert here.standing.stage == "agree_2"
    assert here.confirm("A", now) == "accepted"
    here.bell()
    now += 20 * SECOND
    assert here.bid("B", 150, now, quantity=100) == "NO_RIGHT_IN_PHASE"
    assert here.bid("A", 150, now, quantity=300) == "accepted"
    # The last one has no successor: it runs to the end of its countdown.
    assert here.rule.due(here.floor) == now + 60 * SECOND
    assert here.rule.ranking(here.floor) == ("A/indicator_2", "B/indicator", "A")
    assert here.bell()[-3:] == (
        Noted("indicator", 1_400),
        Awarded("A", None, 150, 300, 150),
        Closed(),
    )


def test_an_indicator_short_of_its_end_is_the_last():
    here = beyond(**LIST)
    here.bid("B", 150, CLOSES + SECOND, quantity=1_200)
    assert here.bell()[-2:] == (Awarded("B", None, 150, 1_200, 150), Closed())


@pytest.mark.parametrize(
    ("since", "opens", "closes"),
    [(5, 105, 135), (10, 100, 130), (20, None, 130)],
)
def test_a_fault_in_the_pause_gives_back_what_was_left_of_it(since, opens, closes):
    # Ten seconds of pause, then thirty to confirm; resumed a hundred seconds after the close.
    here = beyond(**ONE_PRICE, one_price_pause_seconds=10)
    assert here.confirm("B", CLOSES + 9 * SECOND) == "OUTSIDE_WINDOW"
    resumed = CLOSES + 100 * SECOND
    here.happen(here.rule.resume(here.floor, CLOSES + since * SECOND, resumed), resumed)
    assert here.closes == CLOSES + closes * SECOND
    assert here.standing.opens == CLOSES + (10 if opens in (None, 100) else opens) * SECOND
    assert here.confirm("B", CLOSES + 106 * SECOND) == "accepted"


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_fills_valid_terms(name):
    preset = RULE.presets[name]
    assert preset["title"].keys() == {"zh", "en"}
    # The prices beyond the preset are the centre's to fill.
    hall = {**RULE.example, **FILLED_IN.get(name, {}), **preset["terms"]}
    terms = LandTerms.model_validate(hall)
    for key, value in preset["terms"].items():
        read = getattr(terms, key)
        assert read == (Unit(**value) if key == "unit" else value) or key == "one_price_quantum"
    # Whole units of money, whatever its decimals.
    assert terms.one_price_quantum in (1, 10**terms.unit.scale)


# Every course of a listing, under terms of any kind.


@st.composite
def documents(draw):
    """A listing of two minutes, a gate of any kind, and a cap of any kind or none."""
    sealed = draw(st.booleans())
    terms = {
        "unit": UNIT,
        "listing_opens": LISTED,
        "listing_closes": LISTED + 120 * SECOND,
        "start_price": 100,
        "step": draw(st.sampled_from([5, 10])),
        "timed_step": draw(st.sampled_from([None, 5, 10])),
        "grid": "MULTIPLE_OF_STEP",
        "countdown_seconds": draw(st.integers(1, 40)),
        "countdown_mode": draw(st.sampled_from(["RESET", "EXTEND", "CYCLE"])),
        "resume": draw(st.sampled_from(["FULL_COUNTDOWN", "REMAINING"])),
        "single_bidder": draw(st.sampled_from(["SELL", "NO_SALE"])),
        "resume_notice_seconds": draw(st.sampled_from([0, 0, 25])),
        "reserve_kind": "SEALED" if sealed else "NONE",
    }
    hour = draw(st.sampled_from(["OPEN", "FROZEN", "COUNTED"]))
    if hour != "OPEN":
        terms |= {"last_hour": hour, "last_hour_seconds": draw(st.integers(1, 90))}
    right = draw(st.sampled_from(["ALL", "HAS_VALID_BID", "CONFIRMED", "BID_AND_CONFIRMED"]))
    terms |= {"eligibility": right}
    if "CONFIRMED" in right:
        terms["inquiry_seconds"] = draw(st.integers(1, 30))
    if draw(st.booleans()):
        again = draw(st.booleans())
        terms |= {"preparation_seconds": draw(st.integers(1, 30)), "resume_with_preparation": again}
    kinds = [{}, POOL, ONE_PRICE, INDICATOR, LIST, JOIN, TOTAL, {"cap_price": 150}]
    terms |= draw(st.sampled_from(kinds))
    if terms.get("cap_sequel") not in (None, "POOL_LOTTERY") and draw(st.booleans()):
        terms |= ABOVE
    elif "cap_price" in terms:
        terms["over_cap"] = draw(st.sampled_from(["REJECT", "CLAMP"]))
    title = {"zh": "样例", "en": "Sample"}
    return Document(
        auction="sample",
        title=title,  # type: ignore[arg-type]
        rule="land_listing",
        version="1",
        terms=terms,
    )


def ended(session):
    """The session once officers have done their part, and nobody asks anything more."""
    if session.state.status == "suspended":
        session.ask("staff:li", Resume("恢复供电"))
    for _ in range(12):
        stage = session.state.standing.stage
        if stage == "reserve":
            session.ask("staff:li", OpenReserve(130, "07"))
        if stage == "lottery":
            session.ask("staff:li", Draw("seed"))
        at = session.due()
        if at is None:
            return session
        session.until(at)
    raise AssertionError("twelve bells, and still not over")


@settings(max_examples=3 * settings().max_examples)
@given(documents(), plans)
def test_a_listing_judges_itself_again_and_sells_what_stood(doc, plan):
    session = opened(doc, "01", "02")
    session.until(LISTED)
    session.ask("staff:li", SealReserve(commitment(130, "07")), T0 + 61 * SECOND)
    session = ended(play(session, plan))
    state = bind(evolve(State(ORIGIN), session.entries[0]), session.rule)
    best = 0
    for body, entry in zip(session.bodies[1:], session.entries[1:], strict=True):
        before = state.standing
        again = record(state, command_of(entry), entry["t"], session.rule, first=entry.get("by"))
        assert again.body == body
        state = again.state
        if before.stage == state.standing.stage and before.closes is not None:
            assert (state.standing.closes or 0) >= before.closes
        for fact in entry["data"].get("facts", ()):
            if fact["fact"] == "offer_stood" and fact["slot"] is None:
                cap = state.terms.cap_price
                pooled = "LOTTERY" in state.terms.cap_sequel and best == cap
                assert fact["amount"] > best or (pooled and fact["amount"] == cap)
                assert cap is None or fact["amount"] <= cap
                best = max(best, fact["amount"])
    assert state == session.state
    assert replay(ORIGIN, session.bodies) == session.state
    standing, terms = state.standing, state.terms
    if state.status != "closed":
        return
    assert bool(standing.awards) != (standing.unsold is not None)
    for award in standing.awards:
        mine = [o for o in standing.offers.values() if o.bidder == award.bidder]
        assert (award.price, award.quantity) in {(o.amount, o.quantity) for o in mine}
        assert award.total == award.price >= best or award.price == best
        assert terms.reserve_kind != "SEALED" or award.price >= 130
        assert (
            terms.single_bidder == "SELL" or len({o.bidder for o in standing.offers.values()}) > 1
        )


HOUR, DAY = 3_600 * SECOND, 86_400 * SECOND


@pytest.mark.parametrize(
    ("lost", "reopens"),
    [(HOUR, 0), (HOUR + 1, DAY), (3 * HOUR, DAY)],
)
def test_notice_is_given_after_a_fault_of_more_than_an_hour(lost, reopens):
    here = table(resume_direct_seconds=3_600, resume_notice_seconds=86_400)
    here.bid("A", 100, OPENS)
    since = OPENS + 100 * SECOND
    left, now = CLOSES - since, since + lost
    here.happen(here.rule.resume(here.floor, since, now), now)
    assert here.closes == now + reopens + left
    if reopens:
        blocked = here.rule.actions(here.floor, "B", now + reopens - 1).blocked
        assert blocked is not None
        assert blocked.reason == "OUTSIDE_WINDOW"
        assert here.bid("B", 110, now + reopens - 1) == "OUTSIDE_WINDOW"
    assert here.bid("B", 110, now + reopens) == "accepted"


def test_a_second_fault_in_the_time_of_notice_takes_nothing():
    here = table(resume_notice_seconds=86_400)
    here.bid("A", 100, OPENS)
    since, now = OPENS + 100 * SECOND, OPENS + 200 * SECOND
    here.happen(here.rule.resume(here.floor, since, now), now)
    closes = here.closes
    # Any fault is announced a day ahead here, so the second one counts from its own end.
    again = now + HOUR
    here.happen(here.rule.resume(here.floor, now + HOUR - SECOND, again), again)
    assert here.closes == closes + HOUR
    assert here.bid("B", 110, again + DAY - 1) == "OUTSIDE_WINDOW"
    assert here.bid("B", 110, again + DAY) == "accepted"


def test_how_long_a_fault_may_last_goes_with_notice():
    with pytest.raises(ValidationError) as wrong:
        LandTerms.model_validate(TERMS | {"resume_direct_seconds": 3_600})
    assert wrong.value.errors()[0]["type"] == "resume_direct_seconds"


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_that_needs_a_cap_says_so_in_its_title_and_in_its_first_refusal(name):
    """No rule fixes a cap: it is the parcel's, and the centre fills it in."""
    terms = {**RULE.example, **PRESETS[name]["terms"]}
    title = PRESETS[name]["title"]
    needs = "cap_sequel" in terms
    assert ("须填最高限价" in title["zh"]) is needs
    assert ("fill in the cap" in title["en"]) is needs
    if not needs:
        RULE.Config.model_validate(terms)
        return
    with pytest.raises(ValidationError) as refused:
        RULE.Config.model_validate(terms)
    (problem,) = refused.value.errors()
    assert problem["type"] == "cap_price"
    assert problem["ctx"]["zh"].startswith("须填写最高限价")
    assert problem["ctx"]["en"].startswith("fill in the cap")


def test_single_quotes_without_a_range_ask_for_the_range():
    terms = {**RULE.example, **PRESETS["one_price"]["terms"], "cap_price": "15000"}
    with pytest.raises(ValidationError) as refused:
        RULE.Config.model_validate(terms)
    (problem,) = refused.value.errors()
    assert problem["type"] == "one_price_least"
    assert problem["ctx"]["zh"] == "须填写一次报价的下限和上限"
