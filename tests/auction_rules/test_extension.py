"""Countdowns: which offer moves the end, and how far."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction_rules.extension import Countdown, Mode, Trigger
from auction_rules.facts import DeadlineMoved
from auction_rules.floor import Standing, stand


def closes_after(countdown, standing, now, *, changed=True):
    """Where the end lies after an offer at `now`."""
    moved = countdown.moved(standing, now, leaders_changed=changed)
    for fact in moved:
        assert fact.why == "extension"
    return moved[0].closes if moved else standing.closes


@pytest.mark.parametrize(
    ("mode", "now", "closes"),
    [
        (Mode.RESET, 0, 100),  # 0 + 40 lies before the end: nothing moves
        (Mode.RESET, 60, 100),
        (Mode.RESET, 61, 101),
        (Mode.RESET, 99, 139),
        (Mode.EXTEND, 0, 140),
        (Mode.EXTEND, 99, 140),
        (Mode.CYCLE, 59, 100),  # the cycle [20, 60) before the last one
        (Mode.CYCLE, 60, 140),  # the last cycle [60, 100)
        (Mode.CYCLE, 99, 140),
    ],
)
def test_what_an_offer_does_to_the_end(mode, now, closes):
    assert closes_after(Countdown(40, mode), Standing(closes=100), now) == closes


def test_a_cycle_is_granted_once_however_many_offer_in_it():
    countdown = Countdown(40, Mode.CYCLE)
    granted = Standing(closes=140)
    assert closes_after(countdown, granted, 99) == 140
    assert closes_after(countdown, granted, 100) == 180


@pytest.mark.parametrize(("now", "closes"), [(69, 100), (70, 110), (99, 139)])
def test_only_the_last_part_triggers(now, closes):
    assert closes_after(Countdown(40, window=30), Standing(closes=100), now) == closes


@pytest.mark.parametrize(
    ("trigger", "changed", "closes"),
    [
        (Trigger.ANY_BID, False, 130),
        (Trigger.ANY_BID, True, 130),
        (Trigger.TOP_CHANGE, False, 100),
        (Trigger.TOP_CHANGE, True, 130),
    ],
)
def test_which_offers_trigger(trigger, changed, closes):
    countdown = Countdown(40, trigger=trigger)
    assert closes_after(countdown, Standing(closes=100), 90, changed=changed) == closes


@pytest.mark.parametrize(("extensions", "closes"), [(0, 140), (2, 140), (3, 100)])
def test_not_more_often_than_the_terms_say(extensions, closes):
    countdown = Countdown(40, Mode.EXTEND, max_count=3)
    assert closes_after(countdown, Standing(closes=100, extensions=extensions), 5) == closes


@pytest.mark.parametrize(("extended", "closes"), [(0, 140), (50, 130), (79, 101), (80, 100)])
def test_not_longer_in_all_than_the_terms_say(extended, closes):
    countdown = Countdown(40, Mode.EXTEND, max_total=80)
    assert closes_after(countdown, Standing(closes=100, extended=extended), 5) == closes


def test_a_stage_without_an_end_has_none_to_move():
    assert Countdown(40).moved(Standing(), 5, leaders_changed=True) == ()


def test_an_announced_end_does_not_come_nearer():
    with pytest.raises(AssertionError):
        stand(Standing(closes=100), DeadlineMoved(99, "extension"), 0, 0)


countdowns = st.builds(
    Countdown,
    length=st.integers(1, 50),
    mode=st.sampled_from(Mode),
    trigger=st.sampled_from(Trigger),
    window=st.integers(0, 30),
    max_count=st.integers(0, 4),
    max_total=st.integers(0, 90),
)


@given(countdowns, st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=25))
def test_over_a_whole_stage_the_limits_hold_and_the_end_never_moves_back(countdown, offers):
    standing, now = Standing(closes=100), 0
    for gap, changed in offers:
        now += gap
        before = standing.closes
        assert before is not None
        if now >= before:
            break
        facts = countdown.moved(standing, now, leaders_changed=changed)
        for fact in facts:
            standing = stand(standing, fact, now, 0)
        assert standing.closes is not None
        assert standing.closes >= before
        if facts:
            assert standing.closes > before
            assert standing.closes - before <= countdown.length
            assert changed or countdown.trigger is Trigger.ANY_BID
    assert standing.closes == 100 + standing.extended
    if countdown.max_count:
        assert standing.extensions <= countdown.max_count
    if countdown.max_total:
        assert standing.extended <= countdown.max_total


@given(st.integers(1, 50), st.lists(st.integers(0, 40), max_size=25))
def test_with_reset_the_end_is_the_last_offer_plus_the_countdown(length, gaps):
    standing, now = Standing(closes=length), 0
    for gap in gaps:
        if now + gap >= (standing.closes or 0):
            break
        now += gap
        for fact in Countdown(length).moved(standing, now, leaders_changed=False):
            standing = stand(standing, fact, now, 0)
        assert standing.closes == now + length
