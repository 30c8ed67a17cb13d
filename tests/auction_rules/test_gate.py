"""The gate: a question, a window, and silence is a waiver."""

import pytest

from auction_rules.facts import Answered, DeadlineMoved, Entitled, StageClosed, StageOpened
from auction_rules.floor import Bid, Confirm, Entrant, Floor, Standing
from auction_rules.rule import Accept, Refuse
from auction_rules.stages.gate import Gate

GATE = Gate(
    "inquiry",
    {"zh": "询问", "en": "Inquiry"},
    length=300,
    before="timed",
    may_answer=lambda _, bidder: bidder != "B",
)


def floor(now=None, **answers):
    entrants = {b: Entrant(b) for b in "ABC"}
    start = Floor(None, Standing(), entrants, 1)
    asked = start.after(GATE.open(start, 1_000), 1_000)
    return asked.after([Answered(b, answer) for b, answer in answers.items()], 1_001)


def test_the_question_is_open_for_the_length_of_the_window():
    assert GATE.open(floor(), 1_000) == (StageOpened("inquiry", "gate", 1_000, 1_300),)
    assert GATE.due(floor()) == 1_300
    assert GATE.disclosure(floor()).sealed is False


@pytest.mark.parametrize(
    ("bidder", "ask", "said"),
    [
        ("A", Confirm(answer=True), Accept((Answered("A", True),))),
        ("A", Confirm(answer=False), Accept((Answered("A", False),))),
        ("B", Confirm(), Refuse("NO_QUALIFYING_BID")),
        ("C", Confirm(), Refuse("ALREADY_ANSWERED")),
        ("C", Confirm(answer=False), Refuse("ALREADY_ANSWERED")),
        ("A", Bid(500), Refuse("OUTSIDE_WINDOW")),
    ],
)
def test_answers(bidder, ask, said):
    assert GATE.judge(floor(C=True), bidder, ask, 1_100) == said


@pytest.mark.parametrize(
    ("bidder", "blocked"),
    [("A", None), ("B", Refuse("NO_QUALIFYING_BID")), ("C", Refuse("ALREADY_ANSWERED"))],
)
def test_what_a_bidder_may_do_is_what_judge_holds_him_to(bidder, blocked):
    actions = GATE.actions(floor(C=True), bidder, 1_100)
    assert (actions.ask, actions.blocked) == ("confirm", blocked)
    assert actions.minimum is None
    assert actions.quick == ()


@pytest.mark.parametrize(
    ("answers", "goes_on"),
    [
        ({}, ()),
        ({"A": False}, ()),
        ({"C": True, "A": True}, ("A", "C")),
        ({"C": True, "A": False}, ("C",)),
    ],
)
def test_those_who_said_yes_go_on(answers, goes_on):
    assert GATE.close(floor(**answers), 1_300) == (
        StageClosed("inquiry"),
        Entitled("timed", goes_on),
    )


@pytest.mark.parametrize(("now", "closes"), [(1_000, 1_300), (1_200, 1_500), (9_000, 9_300)])
def test_after_a_suspension_the_whole_window_again(now, closes):
    assert GATE.resume(floor(), 1_100, now) == (DeadlineMoved(closes, "resumed"),)
