"""Each session's figures come from its award entries, and agree with what its rule settles."""

from dataclasses import replace

import pytest

from bidding.core.record import rule_of
from bidding.core.state import OVER
from replay.play import play
from replay.results import Result, read
from replay.scenario import Step
from replay.scenario import read as read_scenario
from tests.replay.plays import (
    CONFIRMED,
    SCENARIOS,
    SMALL,
    every_scenario,
    first_run,
    next_in_line,
    opened,
    small,
)


def result_of(run) -> Result:
    _, _, session = opened(run)
    return read(session.state, rule_of(session.state), session.entries)


@pytest.mark.parametrize("path", every_scenario(), ids=lambda path: path.stem)
def test_the_awards_of_every_scenario_add_up_to_what_its_rule_settles(path):
    """Entry by entry: each award stands in the entry it names, and they sum to the settlement."""
    for run in play(read_scenario(path)):
        if run.state.status not in OVER:
            continue
        _, _, session = opened(run)
        found = read(session.state, rule_of(session.state), session.entries)
        assert found.agrees, run.name
        assert found.closed
        for won in found.awards:
            facts = session.entries[won.i]["data"]["facts"]
            rows = [f for f in facts if f["fact"] == "awarded" and f["bidder"] == won.bidder]
            assert won.total in [row["total"] for row in rows], run.name
        # Nothing is a deal before it is confirmed; then all of it is that nobody failed to take.
        assert not (found.pending and found.line().deals)
        held = replace(found, outcome="confirmed") if found.pending else found
        line = held.line()
        assert line.failed == (not held.counted)
        assert (found.line().pending, line.pending) == (found.pending, False)
        if held.counted and found.unit.fen:
            assert line.amount == sum(won.total for won in found.awards) * found.unit.fen


def test_a_sale_told():
    before = result_of(first_run(small())).line()
    assert (before.deals, before.amount, before.failed, before.pending) == (0, 0, False, True)
    found = result_of(first_run(small(steps=[*SMALL["steps"], *CONFIRMED])))
    assert [(won.bidder, won.total) for won in found.awards] == [("A", 15_000)]
    assert (found.status, found.premium, found.saved) == ("closed", 5_000, None)
    assert len(found.extensions) == 1
    line = found.line()
    assert (line.deals, line.amount, line.start, line.premium) == (1, 15_000, 10_000, 5_000)
    assert (line.extensions, line.interventions, line.failed) == (1, 0, False)


def test_an_unsold_one_says_why_and_counts_nothing():
    found = result_of(first_run(small(steps=[], outcome={"at": "10:05:00", "status": "unsold"})))
    assert found.failure is not None
    i, sentence = found.failure
    assert i > 0
    assert sentence["zh"]
    line = found.line()
    assert (line.deals, line.amount, line.start, line.failed) == (0, 0, None, True)


def test_suspending_and_resuming_are_interventions_and_admitting_is_none():
    steps = [
        {"at": "10:00:00", "by": "A", "bid": "100"},
        {"at": "10:01:00", "staff": "suspend", "reason": "电力故障"},
        {"at": "10:02:00", "staff": "resume", "reason": "电力恢复"},
    ]
    found = result_of(first_run(small(steps=steps, outcome={"at": "10:07:00", "status": "sold"})))
    assert [act.kind for act in found.acts] == ["suspend", "resume"]
    assert found.line().interventions == 2


def test_the_next_in_line_is_the_deal_and_the_winner_in_default_is_kept_as_lapsed():
    found = result_of(next_in_line())
    assert [(won.bidder, won.total) for won in found.awards] == [("C", 96_000)]
    (lapsed,) = found.lapsed
    assert (lapsed.won.bidder, lapsed.won.total) == ("A", 90_000)
    # Both point at the entry in which two officers made the change.
    assert found.awards[0].i == lapsed.i > lapsed.won.i
    assert (found.agrees, found.saved) == (True, 4_000)
    assert (found.line().deals, found.line().amount) == (1, 96_000)


def test_once_nobody_is_left_the_sale_has_fallen_through_and_counts_no_more():
    found = result_of(next(play(read_scenario(SCENARIOS / "officers" / "next-in-line.yaml"))))
    assert (found.outcome, set(found.vacated), len(found.counted)) == ("vacant", {"C"}, 0)
    line = found.line()
    assert (line.deals, line.amount, line.failed, line.pending) == (0, 0, True, False)
    assert found.failure is not None
    i, sentence = found.failure
    assert i == found.defaults[-1]
    assert sentence["zh"] == "C 号成交后违约，成交已撤销：逾期未签。没有名次下一位。"


def test_of_several_awards_only_those_that_hold_count_and_against_their_own_starts():
    """DOMAIN §15 S12: D 18,000, A 15,000, B 13,000 over 10,000 each; then D is in default."""
    scenario = read_scenario(SCENARIOS / "car_plates" / "plates-by-price-and-time.yaml")
    after = [
        {"at": "15:10:00", "staff": "review", "officer": "staff", "reason": "核对无误"},
        {"at": "15:11:00", "staff": "confirm_result", "reason": "确认成交"},
        {"at": "15:12:00", "staff": "default", "who": "D", "reason": "逾期未缴款"},
    ]
    steps = [*scenario.steps, *(Step.model_validate(one) for one in after)]
    whole, left = (
        result_of(first_run(scenario.model_copy(update={"steps": steps[:n]}))) for n in (-1, None)
    )
    yuan = 10**whole.unit.scale * (whole.unit.fen or 0)
    told = [
        (line.deals, line.amount, line.start, line.failed) for line in (whole.line(), left.line())
    ]
    assert told == [
        (3, 46_000 * yuan, 30_000 * yuan, False),
        (2, 28_000 * yuan, 20_000 * yuan, False),
    ]
    assert (left.outcome, set(left.vacated), left.agrees) == ("confirmed", {"D"}, True)
