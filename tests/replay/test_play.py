"""Playing: every scenario of the repository holds, and an expectation that fails is told."""

from pathlib import Path

import pytest

from bidding.proof.policy import parse_policy
from replay.located import Unreadable
from replay.play import play
from replay.rejudge import rejudge
from replay.scenario import read
from replay.verify import verify
from tests.replay.plays import SMALL, every_scenario, first_run, small


@pytest.mark.parametrize("path", every_scenario(), ids=lambda p: p.stem)
def test_every_scenario_holds_verifies_and_rejudges(path: Path) -> None:
    for run in play(read(path)):
        assert [miss.line() for miss in run.misses] == [], run.name
        raw, policy = run.archive()
        session = verify(raw, parse_policy(policy))
        judged = rejudge(session.origin, session.entries)
        assert judged.difference is None
        assert judged.entries == len(run.bodies)
        assert session.state.digest == run.state.digest


def steps(**changes: object) -> list[dict[str, object]]:
    return [*SMALL["steps"][:-1], {**SMALL["steps"][-1], **changes}]


@pytest.mark.parametrize(
    ("changes", "about"),
    [
        ({"steps": steps(expect="BELOW_START")}, "answer"),
        ({"steps": steps(deadline="10:05:31")}, "deadline"),
        ({"steps": steps(nearest=["1"])}, "nearest amounts missing"),
        ({"outcome": {**SMALL["outcome"], "at": "10:05:29"}}, "closed at"),
        ({"outcome": {"status": "unsold"}}, "status"),
        ({"outcome": {"status": "sold", "awards": [{"bidder": "B"}]}}, "winners"),
        ({"outcome": {"status": "sold", "awards": [{"bidder": "A", "price": "1"}]}}, "price of A"),
        ({"outcome": {"status": "sold", "figures": {"premium": "1"}}}, "premium"),
        ({"outcome": {"status": "sold", "leader": "B"}}, "leader"),
        ({"outcome": {"status": "sold", "top": "1"}}, "top"),
        ({"outcome": {"status": "sold", "reason": "NO_BID"}}, "reason"),
    ],
)
def test_an_expectation_that_does_not_hold_is_a_miss(
    changes: dict[str, object], about: str
) -> None:
    assert first_run(small()).ok
    assert [miss.about for miss in first_run(small(**changes)).misses] == [about]


def test_views_are_checked() -> None:
    see = {"at": "10:04:31", "see": {"as": "public"}, "shows": {"top": "150"}, "hides": ["awards"]}
    assert first_run(small(steps=[*SMALL["steps"], see])).ok
    wrong = {**see, "shows": {"top": "140"}, "hides": ["offers"]}
    misses = first_run(small(steps=[*SMALL["steps"], wrong])).misses
    assert [m.about for m in misses] == ["shows top", "hides offers"]


def test_a_crash_changes_nothing() -> None:
    crash = {"at": "10:04:31", "crash": True}
    plain, crashed = first_run(small()), first_run(small(steps=[*SMALL["steps"], crash]))
    assert crashed.ok
    assert crashed.bodies == plain.bodies


def test_a_retry_with_the_same_ref_gets_the_first_answer() -> None:
    once = {"at": "10:04:30", "by": "A", "bid": "150", "ref": "r1"}
    again = {**once, "at": "10:04:40"}
    run = first_run(small(steps=[*SMALL["steps"][:-1], once, again]))
    assert run.ok
    assert len(run.bodies) == len(first_run(small()).bodies)


def test_the_same_ref_for_something_else_is_refused() -> None:
    once = {"at": "10:04:30", "by": "A", "bid": "150", "ref": "r1"}
    other = {**once, "at": "10:04:40", "bid": "160", "expect": "REF_REUSED"}
    assert first_run(small(steps=[*SMALL["steps"][:-1], once, other])).ok


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"rule": "no_such_rule"}, "not installed"),
        ({"rule": "english@99"}, "not installed"),
        ({"terms": {**SMALL["terms"], "step": "0"}}, "step"),
        ({"terms": {**SMALL["terms"], "colour": "red"}}, "colour"),
        ({"steps": [{"at": "08:00:00", "by": "A", "bid": "1"}]}, "before the step before it"),
    ],
)
def test_a_play_that_cannot_begin_says_why(changes: dict[str, object], says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        first_run(small(**changes))
