"""What is asked of a bidder next: a table of places and the one step each must come to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bidding.web.asked import Place, next_step, steps

ALL = frozenset({"practised", "checked"})


def panel(**more: Any) -> dict[str, Any]:
    actions = {"ask": "bid", "blocked": None} | more.pop("actions", {})
    deposit = {"required": 100, "paid": 100, "ok": True} | more.pop("deposit", {})
    plain = {"admitted": True, "keys": ["k"], "state": "none"}
    return plain | {"deposit": deposit, "actions": actions} | more


STRANGER = Place("announced", False, None, frozenset(), 100, None, 50, 10)
APPLIED = replace(STRANGER, applied=True)
POOR = replace(APPLIED, panel=panel(deposit={"paid": 0, "ok": False}, keys=[]))
KEYLESS = replace(APPLIED, panel=panel(keys=[]))
SEATED = replace(APPLIED, panel=panel())
READY = replace(SEATED, prepared=ALL)
RUNNING = replace(READY, status="running", opens=None, closes=200, now=150)


@pytest.mark.parametrize(
    ("place", "step", "state", "by"),
    [
        (STRANGER, "apply", "now", 50),
        (replace(STRANGER, pay_by=None), "apply", "now", 100),
        (APPLIED, "admission", "waiting", 100),
        (replace(APPLIED, declined=True), "apply", "now", 50),
        # Asking again would be of no use once he could not pay in time.
        (replace(APPLIED, declined=True, deposit=500, now=50), "apply", "missed", 50),
        (POOR, "pay", "now", 50),
        (replace(POOR, now=50), "pay", "missed", 50),
        (KEYLESS, "enrol", "now", 100),
        (SEATED, "practise", "now", 100),
        (replace(SEATED, prepared=frozenset({"practised"})), "check", "now", 100),
        (READY, "act", "later", 100),
        (RUNNING, "act", "now", 200),
        (replace(RUNNING, prepared=frozenset()), "act", "now", 200),
        (replace(RUNNING, panel=panel(state="leading"), prepared=frozenset()), "wait", None, 200),
        (replace(RUNNING, panel=panel(state="leading")), "wait", "waiting", 200),
        (replace(RUNNING, panel=panel(actions={"blocked": {"reason": "X"}})), "wait", None, 200),
        (replace(READY, status="suspended", opens=None, now=150), "wait", "waiting", None),
        (replace(SEATED, status="suspended", opens=None, now=150), "wait", "waiting", None),
        (replace(POOR, status="suspended", pay_by=None, now=150), "pay", "now", None),
        (replace(READY, status="closed"), "result", "now", None),
        (replace(APPLIED, panel=panel(admitted=False)), "admission", "missed", 100),
    ],
)
def test_the_next_step_is_the_first_that_is_his(place, step, state, by):
    found = next_step(place)
    assert found is not None
    assert (found.step, found.by) == (step, by)
    assert state is None or found.state == state


def test_what_the_rule_asks_is_named():
    place = replace(RUNNING, panel=panel(actions={"ask": "confirm"}))
    found = next_step(place)
    assert found is not None
    assert found.ask == "confirm"


def test_of_a_session_he_had_no_part_in_nothing_is_asked():
    assert next_step(replace(STRANGER, status="closed")) is None
    assert next_step(replace(APPLIED, declined=True, status="closed")) is None


def test_where_no_deposit_is_asked_there_is_no_such_step():
    free = replace(SEATED, panel=panel(deposit={"required": 0}))
    assert "pay" not in [one.step for one in steps(free)]
    assert [one.step for one in steps(SEATED)] == [
        *("apply", "admission", "pay", "enrol", "practise", "check", "act", "result")
    ]


@pytest.mark.parametrize("place", [STRANGER, APPLIED])
def test_a_deposit_is_among_the_steps_before_anybody_applies(place):
    assert "pay" not in [one.step for one in steps(place)]
    due = [one for one in steps(replace(place, deposit=100)) if one.step == "pay"]
    assert [(one.state, one.by) for one in due] == [("later", 50)]
    found = next_step(replace(place, deposit=100))
    assert found is not None
    assert found.step != "pay"
