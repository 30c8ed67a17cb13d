"""Plays for the tests of the film: one small session, recorded in memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bidding.proof import canon
from bidding.proof.policy import Policy, parse_policy
from replay.play import Run, play
from replay.scenario import Scenario, read
from replay.verify import Session, verify

REPOSITORY = Path(__file__).parents[2]
SCENARIOS = REPOSITORY / "examples" / "scenarios"

SMALL: dict[str, Any] = {
    "scenario": "small",
    "title": {"zh": "小", "en": "small"},
    "source": "constructed",
    "provenance": "constructed",
    "rule": "english",
    "terms": {
        "opens": "10:00:00",
        "duration_seconds": 300,
        "start_price": "100",
        "step": "10",
        "extension_seconds": 60,
        "trigger_window_seconds": 60,
    },
    "start": "2026-03-02T09:00:00+08:00",
    "bidders": {"A": {}, "B": {}, "C": {"deposit": "unpaid"}},
    "steps": [
        {"at": "10:00:00", "by": "A", "bid": "100"},
        {"at": "10:01:00", "by": "B", "bid": "105", "expect": "BELOW_MIN_NEXT", "nearest": ["110"]},
        {"at": "10:01:01", "by": "B", "bid": "110"},
        {"at": "10:02:00", "by": "C", "bid": "120", "expect": "DEPOSIT_NOT_CONFIRMED"},
        {"at": "10:04:30", "by": "A", "bid": "150", "deadline": "10:05:30"},
    ],
    "outcome": {"at": "10:05:30", "status": "sold", "awards": [{"bidder": "A", "price": "150"}]},
}


CONFIRMED: list[dict[str, Any]] = [
    {"at": "10:06:00", "staff": "review", "officer": "staff", "reason": "核对无误"},
    {"at": "10:07:00", "staff": "confirm_result", "reason": "确认成交"},
]
"""What makes a deal of the small play's award."""


def small(**changes: Any) -> Scenario:
    """The small play, with parts replaced."""
    return Scenario.model_validate({**SMALL, **changes})


def first_run(scenario: Scenario) -> Run:
    """The play itself, without its variants."""
    return next(play(scenario))


def next_in_line() -> Run:
    """A won and defaulted, C took the place and is published; before C is in default too."""
    scenario = read(SCENARIOS / "officers" / "next-in-line.yaml")
    return first_run(scenario.model_copy(update={"steps": scenario.steps[:-3]}))


def opened(run: Run) -> tuple[bytes, Policy, Session]:
    """The run's archive, its policy, and the verified session."""
    raw, policy_text = run.archive()
    policy = parse_policy(policy_text)
    return raw, policy, verify(raw, policy)


def every_scenario() -> list[Path]:
    """Every scenario file of the repository."""
    return sorted(SCENARIOS.rglob("*.yaml"))


__all__ = ["SMALL", "every_scenario", "first_run", "opened", "read", "small"]


def misjudged() -> tuple[bytes, str, int]:
    """An archive whose owner signed other nearest amounts than the rule gives; its policy; where."""
    run = first_run(small())
    entries = [json.loads(body) for body in run.bodies]
    wrong = next(e for e in entries if e["data"].get("reason") == "BELOW_MIN_NEXT")
    wrong["data"]["nearest"] = [99_900]
    run.bodies[:] = [canon.encode(e) for e in entries]
    return *run.archive(), wrong["i"]
