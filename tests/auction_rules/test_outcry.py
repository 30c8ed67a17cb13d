"""Open outcry: rights before the ladder, the offer, the leaders, the deadline."""

from dataclasses import replace
from typing import Any

import pytest

from auction_rules.extension import Countdown, Trigger
from auction_rules.facts import (
    DeadlineMoved,
    Entitled,
    LeadersChanged,
    Noted,
    OfferStood,
    Revealed,
    StageClosed,
    StageOpened,
)
from auction_rules.floor import Bid, Confirm, Entrant, Floor, Standing
from auction_rules.rule import Accept, Refuse
from auction_rules.stages.outcry import Outcry
from auction_rules.steps import Ladder
from auction_rules.terms import Resume


def best(floor: Floor[Any]) -> LeadersChanged:
    top = max(floor.standing.offers.values(), key=lambda o: o.amount, default=None)
    return LeadersChanged((top.bidder,) if top else (), top.amount if top else None)


def to_beat(floor: Floor[Any], bidder: str) -> int | None:
    top = floor.standing.top
    return top.amount if top else None


STAGE = Outcry(
    id="timed",
    kind="timed",
    title={"zh": "限时竞价", "en": "Timed bidding"},
    ladder=Ladder(100, 10, cap=150),
    to_beat=to_beat,
    leading=best,
    quantity=lambda *_: 7,
    resume_policy=Resume.FULL_COUNTDOWN,
    length=300,
    countdown=Countdown(300),
)


def floor(stage=STAGE, now=1_000, **offers):
    """Opened at `now`, with these offers made one microsecond apart."""
    entrants = {b: Entrant(b, f"P{b}") for b in "ABC"}
    here = Floor(None, Standing(), entrants, 1)
    here = here.after(stage.open(here, now), now)
    for n, (bidder, amount) in enumerate(offers.items()):
        judged = stage.judge(here, bidder, Bid(amount), now + n)
        assert isinstance(judged, Accept)
        here = replace(here.after(judged.facts, now + n), index=here.index + 1)
    return here


@pytest.mark.parametrize(
    ("changes", "opens", "closes"),
    [
        ({}, 1_000, 1_300),
        ({"preparation": 60}, 1_060, 1_360),
        ({"ends": 5_000}, 1_000, 5_000),
        ({"ends": 5_000, "begins": 1_000}, 1_000, 5_000),
        # Announced for 400, opened at 1,000: it ends as much later.
        ({"ends": 5_000, "begins": 400}, 1_000, 5_600),
    ],
)
def test_when_it_opens_and_closes(changes, opens, closes):
    stage = replace(STAGE, **changes)
    assert stage.open(floor(), 1_000) == (StageOpened("timed", "timed", opens, closes),)
    assert stage.due(floor(stage)) == closes


def test_a_first_bid_clock_announces_no_end_and_waits_until_one():
    stage = replace(STAGE, starts_on_first_bid=True, ends=5_000, begins=400)
    opened = StageOpened("timed", "timed", 1_000, None)
    assert stage.open(floor(), 1_000) == (opened, Noted("latest_start", 5_600))
    assert stage.due(floor(stage)) == 5_600
    assert isinstance(stage.judge(floor(stage), "A", Bid(100), 5_599), Accept)
    assert stage.judge(floor(stage), "A", Bid(100), 5_600) == Refuse("AFTER_DEADLINE")
    assert stage.actions(floor(stage), "A", 5_600).blocked == Refuse("AFTER_DEADLINE")


def test_an_offer_stands_leads_and_moves_the_end():
    judged = STAGE.judge(floor(), "A", Bid(100), 1_050)
    assert judged == Accept(
        (
            OfferStood("A", "PA", 100, 7),
            LeadersChanged(("A",), 100),
            DeadlineMoved(1_350, "extension"),
        )
    )


def test_the_deadline_follows_only_a_change_of_leader_where_the_terms_say_so():
    stage = replace(STAGE, countdown=Countdown(300, trigger=Trigger.TOP_CHANGE))
    here = floor(stage, A=100)
    own = stage.judge(here, "A", Bid(110), 1_100)
    assert own == Accept((OfferStood("A", "PA", 110, 7), LeadersChanged(("A",), 110)))
    other = stage.judge(here, "B", Bid(110), 1_100)
    assert isinstance(other, Accept)
    assert other.facts[-1] == DeadlineMoved(1_400, "extension")


def test_the_first_offer_starts_the_clock_and_the_second_does_not():
    stage = replace(STAGE, starts_on_first_bid=True, countdown=None)
    first = stage.judge(floor(stage), "A", Bid(100), 1_050)
    assert isinstance(first, Accept)
    assert first.facts[-1] == DeadlineMoved(1_350, "first_bid")
    second = stage.judge(floor(stage, A=100), "B", Bid(110), 1_060)
    assert isinstance(second, Accept)
    assert DeadlineMoved not in {type(fact) for fact in second.facts}


def test_a_sealed_stage_says_nothing_about_leaders_until_it_closes():
    stage = replace(STAGE, sealed=True, countdown=None, to_beat=lambda *_: None)
    assert stage.judge(floor(stage), "A", Bid(100), 1_050) == Accept(
        (OfferStood("A", "PA", 100, 7),)
    )
    assert stage.disclosure(floor(stage)).sealed is True
    assert stage.close(floor(stage, A=100, B=130), 1_300) == (
        StageClosed("timed"),
        Revealed("offers"),
        LeadersChanged(("B",), 130),
    )


def test_who_may_go_on_is_named_at_the_close():
    stage = replace(STAGE, entitle=lambda f: Entitled("next", tuple(sorted(f.standing.offers))))
    assert stage.close(floor(stage, B=100, A=110), 1_300) == (
        StageClosed("timed"),
        Entitled("next", ("A", "B")),
    )
    assert STAGE.close(floor(A=100), 1_300) == (StageClosed("timed"),)


def entitled(*bidders):
    return lambda here: here.after([Entitled("timed", bidders)], 1_000)


@pytest.mark.parametrize(
    ("ask", "changes", "prepared", "reason", "detail"),
    [
        (Confirm(), {}, None, "OUTSIDE_WINDOW", {}),
        (Bid(110), {}, entitled("B", "C"), "NO_RIGHT_IN_PHASE", {}),
        (Bid(110), {}, entitled(), "NO_RIGHT_IN_PHASE", {}),
        (Bid(110), {"own_raise": False}, None, "ALREADY_LEADING", {}),
        (Bid(110, lot="PB"), {}, None, "NOT_YOUR_LOT", {}),
        (Bid(110, quantity=8), {}, None, "QUANTITY_FIXED", {"quantity": 7}),
        (Bid(109), {}, None, "BELOW_MIN_NEXT", {"minimum": 110, "step": 10, "cap": 150}),
        (Bid(151), {}, None, "ABOVE_CAP", {"minimum": 110, "step": 10, "cap": 150}),
        # Rights come before the ladder, the lot before the quantity.
        (Bid(1), {}, entitled("B"), "NO_RIGHT_IN_PHASE", {}),
        (Bid(1, lot="PB", quantity=8), {}, None, "NOT_YOUR_LOT", {}),
        (Bid(1, quantity=8), {}, None, "QUANTITY_FIXED", {"quantity": 7}),
    ],
)
def test_what_is_refused_and_in_which_order(ask, changes, prepared, reason, detail):
    stage = replace(STAGE, **changes)
    here = floor(stage, A=100)
    here = prepared(here) if prepared else here
    judged = stage.judge(here, "A", ask, 1_100)
    assert isinstance(judged, Refuse)
    assert (judged.reason, judged.detail) == (reason, detail)


def test_naming_what_is_his_anyway_does_no_harm():
    judged = STAGE.judge(floor(), "A", Bid(100, lot="PA", quantity=7, stage="timed"), 1_100)
    assert isinstance(judged, Accept)


@pytest.mark.parametrize(
    ("policy", "countdown", "since", "now", "closes"),
    [
        (Resume.FULL_COUNTDOWN, Countdown(300), 1_200, 9_000, 9_300),
        (Resume.REMAINING, Countdown(300), 1_200, 9_000, 9_100),
        (Resume.REMAINING, Countdown(300), 1_300, 9_000, 9_000),
        (Resume.REMAINING, Countdown(300), 1_400, 9_000, 9_000),
        # Without a countdown the whole window is promised; `STAGE` lasts 300.
        (Resume.FULL_COUNTDOWN, None, 1_200, 9_000, 9_300),
        (Resume.REMAINING, None, 1_200, 9_000, 9_100),
        # Officers had moved the end: what remained is longer than the window, and none of it is lost.
        (Resume.FULL_COUNTDOWN, None, 900, 9_000, 9_400),
        # A countdown shorter than what remained takes nothing away: 290 remained.
        (Resume.FULL_COUNTDOWN, Countdown(50), 1_010, 1_020, 1_310),
    ],
)
def test_what_a_suspension_gives_back(policy, countdown, since, now, closes):
    stage = replace(STAGE, resume_policy=policy, countdown=countdown)
    assert stage.resume(floor(stage), since, now) == (DeadlineMoved(closes, "resumed"),)


def test_a_window_by_the_calendar_gets_back_what_it_lost():
    stage = replace(STAGE, resume_policy=Resume.FULL_COUNTDOWN, countdown=None, ends=1_300)
    assert stage.resume(floor(stage), 1_200, 9_000) == (DeadlineMoved(9_100, "resumed"),)


def test_the_wait_for_a_first_offer_is_given_back_what_a_suspension_took():
    stage = replace(STAGE, starts_on_first_bid=True, ends=5_000)
    assert stage.resume(floor(stage), 1_500, 2_000) == (Noted("latest_start", 5_500),)


@pytest.mark.parametrize(
    ("offers", "minimum", "maximum", "quick"),
    [
        ({}, 100, 150, (100, 110, 120, 130, 140, 150)),
        ({"A": 100, "B": 135}, 145, 150, (145,)),
    ],
)
def test_what_a_bidder_may_do(offers, minimum, maximum, quick):
    actions = STAGE.actions(floor(**offers), "C", 1_100)
    assert (actions.ask, actions.minimum, actions.maximum) == ("bid", minimum, maximum)
    assert (actions.quick, actions.step, actions.blocked) == (quick, 10, None)


@pytest.mark.parametrize(
    ("stage", "offers", "bidder", "blocked"),
    [
        (STAGE, {"A": 150}, "B", Refuse("CAP_REACHED", {"cap": 150})),
        (replace(STAGE, own_raise=False), {"A": 100}, "A", Refuse("ALREADY_LEADING")),
        (replace(STAGE, own_raise=False), {"A": 100}, "B", None),
    ],
)
def test_what_blocks_a_bidder_is_what_refuses_him(stage, offers, bidder, blocked):
    here = floor(stage, **offers)
    assert stage.actions(here, bidder, 1_100).blocked == blocked
    judged = stage.judge(here, bidder, Bid(145), 1_100)
    assert judged == blocked if blocked else isinstance(judged, Accept)
