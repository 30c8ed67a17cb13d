"""Which suspension waits for an officer of whom nobody told; figures for whoever runs the machines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bidding.core.house_facts import Resuming, Suspended
from bidding.core.state import State
from bidding.engine.contingency import waits
from bidding.testing import SECOND

NOW = 1_000_000 * SECOND


def stopped(reason: str, seconds: int) -> State:
    """A session that stands, by a document that says nothing: five minutes end by themselves."""
    return State("x/log/a", suspended=Suspended(NOW - seconds * SECOND, reason))


@pytest.mark.parametrize(
    "reason", ["RECOVERY", "RECOVERY_FAILED", "RULE_CHANGED", "QUORUM_MISSING", "INTERRUPTED"]
)
def test_what_the_house_stopped_for_too_long_waits_for_an_officer(reason):
    assert waits(stopped(reason, 301), NOW) == 301 * SECOND


@pytest.mark.parametrize("reason", ["RECOVERY_FAILED", "RULE_CHANGED"])
def test_what_people_have_to_look_at_waits_from_its_first_second_on(reason):
    assert waits(stopped(reason, 1), NOW) == SECOND


@pytest.mark.parametrize(
    "state",
    [
        State("x/log/a"),
        stopped("INTERRUPTED", 299),
        stopped("停电", 3_000),
        replace(stopped("RECOVERY", 3_000), resuming=Resuming(NOW + SECOND, "RECOVERY")),
        replace(stopped("RECOVERY", 3_000), ended="terminated"),
    ],
    ids=["not stopped", "goes on by itself", "stopped by an officer", "announced", "over"],
)
def test_nobody_is_called_for_what_goes_on_or_was_decided(state):
    assert waits(state, NOW) == 0
