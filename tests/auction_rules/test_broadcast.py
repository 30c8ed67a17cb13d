"""Broadcasts in a sealed window: at their instants, in order, once, and late rather than never."""

from typing import Any

from auction_rules.facts import LeadersChanged, Revealed, StageClosed
from auction_rules.floor import Bid, Entrant, Floor, Standing
from auction_rules.rule import Accept
from auction_rules.stages.broadcast import SealedBroadcast, told
from auction_rules.steps import Ladder
from auction_rules.terms import Resume, RuleConfig

WINDOW = SealedBroadcast(
    id="sealed",
    title={"zh": "报价", "en": "Quotes"},
    ladder=Ladder(10, 1),
    leading=lambda floor: LeadersChanged(tuple(floor.standing.offers), None),
    begins=0,
    ends=100,
    broadcasts=(30, 60),
    figure=lambda floor: sum(o.amount for o in floor.standing.offers.values()) or None,
)


def opened():
    floor: Floor[Any] = Floor(
        RuleConfig(resume=Resume.REMAINING), Standing(), {b: Entrant(b) for b in "AB"}, 1
    )
    return floor.after(WINDOW.open(floor, 0), 0)


def test_each_figure_is_told_once_and_then_the_window_ends():
    floor = opened()
    assert WINDOW.due(floor) == 30
    assert WINDOW.turn(floor, 29) is None
    floor = floor.after(WINDOW.turn(floor, 30) or (), 30)
    assert told(floor) == 1
    stood = WINDOW.judge(floor, "A", Bid(12), 40)
    assert isinstance(stood, Accept)
    floor = floor.after(stood.facts, 40)
    assert WINDOW.due(floor) == 60
    assert WINDOW.turn(floor, 60) == (Revealed("average 2", 12),)
    floor = floor.after((Revealed("average 2", 12),), 60)
    assert WINDOW.due(floor) == 100
    assert WINDOW.turn(floor, 100) is None
    assert WINDOW.close(floor, 100)[0] == StageClosed("sealed")
    assert WINDOW.disclosure(floor).sealed


def test_what_a_suspension_swallowed_is_told_late_and_in_order():
    floor = opened()
    floor = floor.after(WINDOW.resume(floor, 20, 90), 90)
    assert floor.standing.closes == 170
    assert WINDOW.due(floor) == 30
    floor = floor.after(WINDOW.turn(floor, 90) or (), 90)
    assert WINDOW.turn(floor, 90) == (Revealed("average 2", None),)
