"""The clock stage and its prices: what follows from the terms, and what an answer may be."""

import pytest

from auction_rules.facts import DeadlineMoved, RoundOpened, StageOpened
from auction_rules.floor import Bid, Confirm, Draw, Entrant, Floor, Leave, Standing, Stay
from auction_rules.rule import Accept, Refuse
from auction_rules.stages.clock import Clock, Onward, Rungs
from auction_rules.terms import Resume

DOWN = Rungs(1_000, 600, 150, -1)
UP = Rungs(600, 1_000, 150, 1)


def walked(rungs):
    price, seen = rungs.start, []
    while price is not None:
        seen.append(price)
        price = rungs.after(price)
    return seen


@pytest.mark.parametrize(
    ("rungs", "prices"),
    [
        (DOWN, [1_000, 850, 700, 600]),
        (UP, [600, 750, 900, 1_000]),
        (Rungs(900, 600, 150, -1), [900, 750, 600]),
        (Rungs(5, 5, 1, 1), [5]),
        (Rungs(2, 0, 5, -1), [2, 0]),
        # A tenth of the latest, half up: 10.5 is 11, 11.6 is 12, 12.8 is 13, 14.1 is 14.
        (Rungs(105, 150, 11, 1, 1_000), [105, 116, 128, 141, 150]),
        (Rungs(105, 70, 11, -1, 1_000), [105, 94, 85, 76, 70]),
        # At least one smallest unit.
        (Rungs(3, 0, 1, -1, 1), [3, 2, 1, 0]),
    ],
)
def test_every_price_of_the_clock_and_the_last_one_always(rungs, prices):
    assert walked(rungs) == prices
    assert [rungs.before(p) for p in prices] == [None, *prices[:-1]]
    for number, price in enumerate(prices):
        assert [rungs.back(price, n) for n in range(1, 6)] == [
            prices[max(0, number - n)] for n in range(1, 6)
        ]


def clock(**more):
    fields = {
        "id": "clock",
        "title": {"zh": "钟", "en": "Clock"},
        "length": 30,
        "first": 1_000,
        "right": lambda _, bidder: Refuse("ALREADY_ANSWERED") if bidder == "B" else None,
        "stay": lambda _floor, _bidder, _ask: Accept(()),
        "onward": lambda floor: Onward(900) if floor.standing.round < 2 else None,
        "ended": lambda _floor: (),
        "resume_policy": Resume.FULL_COUNTDOWN,
    }
    return Clock(**{**fields, **more})


def floor_of(stage, at=100):
    floor = Floor(None, Standing(), {b: Entrant(b) for b in "AB"}, 1)
    return floor.after(stage.open(floor, at), at)


def test_the_first_tick_opens_with_the_stage_and_the_next_one_when_it_ends():
    stage = clock()
    floor = floor_of(stage)
    assert stage.open(floor, 100) == (
        StageOpened("clock", "clock", 100, 130),
        RoundOpened(1, 1_000, 100, 130),
    )
    assert stage.due(floor) == 130
    turned = stage.turn(floor, 130)
    assert turned == (RoundOpened(2, 900, 130, 160),)
    assert stage.turn(floor.after(turned, 130), 160) is None


@pytest.mark.parametrize(
    ("slots", "bidder", "ask", "said"),
    [
        ((), "A", Stay(1), Accept(())),
        ((), "A", Stay(1, slot="P"), Refuse("NO_SUCH_LOT")),
        ((), "A", Stay(1, slot=""), Refuse("NO_SUCH_LOT")),
        (("P", "Q"), "A", Stay(1, slot="Q"), Accept(())),
        (("P", "Q"), "A", Stay(1), Refuse("NO_SUCH_LOT")),
        (("P", "Q"), "A", Stay(1, slot="R"), Refuse("NO_SUCH_LOT")),
        ((), "A", Leave(1), Refuse("OUTSIDE_WINDOW")),
        ((), "A", Bid(1_000), Refuse("OUTSIDE_WINDOW")),
        ((), "A", Confirm(), Refuse("OUTSIDE_WINDOW")),
        ((), "B", Stay(1), Refuse("ALREADY_ANSWERED")),
    ],
)
def test_answers(slots, bidder, ask, said):
    stage = clock(slots=slots)
    assert stage.judge(floor_of(stage), bidder, ask, 110) == said


@pytest.mark.parametrize(
    ("slots", "bidder", "ask", "said"),
    [
        ((), "A", Bid(950), Accept(())),
        ((), "B", Bid(950), Refuse("ALREADY_ANSWERED")),
        ((), "A", Bid(950, lot="P"), Refuse("NO_SUCH_LOT")),
        (("P", "Q"), "A", Bid(950), Refuse("NO_SUCH_LOT")),
        (("P", "Q"), "A", Bid(950, lot="Q"), Accept(())),
        (("P", "Q"), "A", Bid(950, slot="Q"), Accept(())),
        (("P", "Q"), "A", Bid(950, lot="P", slot="Q"), Refuse("NO_SUCH_LOT")),
        (("P", "Q"), "A", Confirm(), Refuse("OUTSIDE_WINDOW")),
    ],
)
def test_answers_that_name_a_price_where_one_may_be_named(slots, bidder, ask, said):
    asked = []

    def taken(_floor, _bidder, bid):
        asked.append(bid)
        return Accept(())

    stage = clock(
        slots=slots,
        offer=taken,
        prices=lambda _floor, _bidder: (901, 1_000),
    )
    floor = floor_of(stage)
    assert stage.judge(floor, bidder, ask, 110) == said
    assert [bid.slot for bid in asked] == ([ask.slot or ask.lot] if said == Accept(()) else [])
    actions = stage.actions(floor, "A", 110)
    assert (actions.minimum, actions.maximum) == (901, 1_000)


def test_what_a_bidder_may_do_is_what_judge_holds_him_to():
    stage = clock()
    floor = floor_of(stage)
    assert (stage.actions(floor, "A", 110).round, stage.actions(floor, "A", 110).price) == (
        1,
        1_000,
    )
    assert stage.actions(floor, "B", 110).blocked == Refuse("ALREADY_ANSWERED")


def test_answers_are_hidden_and_no_officer_has_a_part():
    stage = clock()
    assert stage.disclosure(floor_of(stage)).sealed
    assert stage.office(floor_of(stage), "li", Draw("00"), 110) == Refuse("NOT_BIDDABLE")


@pytest.mark.parametrize(
    ("policy", "since", "now", "closes"),
    [
        (Resume.FULL_COUNTDOWN, 110, 500, 530),
        (Resume.REMAINING, 110, 500, 520),
        (Resume.REMAINING, 110, 111, 131),
    ],
)
def test_a_suspended_tick_gets_what_the_terms_promise(policy, since, now, closes):
    stage = clock(resume_policy=policy)
    given = stage.resume(floor_of(stage), since, now)
    assert given == (DeadlineMoved(closes, "resumed"),)
