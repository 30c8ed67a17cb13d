"""What the desk says an officer may do is what the rule accepts from him, in every worked example."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from auction_rules.rule import Rule
from bidding.core import office
from bidding.core.record import bind, rule_of
from bidding.core.state import State, evolve
from bidding.proof import canon
from replay.play import play
from replay.scenario import read
from tests.replay.plays import SCENARIOS

OFFICERS_KINDS = {
    *("draw", "draw_commit", "draw_reveal", "draw_figure", "draw_balls"),
    *("seal_reserve", "open_reserve", "score", "withdraw", "trustee_key"),
}


def courses(path: Path) -> Iterator[tuple[Rule, State, dict[str, Any]]]:
    """Every entry of every variant, with the state before it."""
    for run in play(read(path)):
        assert run.ok
        state, rule = State(run.state.origin), None
        for body in run.bodies:
            entry: Any = canon.decode(body)
            if rule is not None:
                yield rule, state, entry
            state = evolve(state, entry)
            rule = rule or rule_of(state)
            state = bind(state, rule)


def plays_with_officers() -> list[Path]:
    words = ("draw", "score:", "reserve", "withdraw", "trustee_key")
    return [p for p in sorted(SCENARIOS.rglob("*.yaml")) if any(w in p.read_text() for w in words)]


def test_whatever_an_officer_did_was_asked_of_him_just_then():
    seen = set()
    for path in plays_with_officers():
        for rule, state, entry in courses(path):
            kind, _, outcome = entry["type"].partition(".")
            role, _, who = entry["actor"].partition(":")
            if kind not in OFFICERS_KINDS or outcome != "accepted":
                continue
            t, officer = entry["t"], who or role
            free = {one.ask for one in office.asked(state, rule, officer, t) if not one.blocked}
            assert kind in free, path.stem
            seen.add(kind)
            if kind == "score":
                assert entry["data"]["ask"]["bidder"] in office.to_score(state, rule, officer, t)
    assert seen == OFFICERS_KINDS


def every_state(name: str) -> list[tuple[Rule, State, dict[str, Any]]]:
    return list(courses(SCENARIOS / name))


def kinds(found: tuple[office.Asked, ...]) -> dict[str, str]:
    return {one.ask: one.blocked["en"] if one.blocked else "" for one in found}


def test_a_party_that_has_committed_waits_and_a_stranger_is_told_that_he_is_none():
    blocked = set()
    for rule, state, entry in every_state("draws/commit-reveal.yaml"):
        if state.standing.kind != "draw" or not state.standing.chance.commits:
            continue
        if state.standing.chance.revealing or state.status != "running":
            continue
        party = next(iter(state.standing.chance.commits))
        mine = kinds(office.asked(state, rule, party, entry["t"]))
        assert mine.keys() == {"draw_commit", "draw_reveal"}
        assert all(mine.values())
        stranger = kinds(office.asked(state, rule, "nobody", entry["t"]))
        blocked |= set(stranger.values())
    assert len(blocked) == 1
    assert "party" in blocked.pop()


def test_nothing_is_asked_of_anybody_while_the_session_stands_still():
    for rule, state, entry in every_state("opening/suspended.yaml"):
        if state.status != "running":
            assert office.asked(state, rule, "li", entry["t"]) == ()


def test_of_a_draw_it_tells_how_far_it_is_and_not_what_was_typed():
    told = []
    for _, state, _ in every_state("draws/balls.yaml"):
        found = office.drawing(state)
        if found["typed"] == 1:
            (typed,) = state.standing.chance.typed.values()
            assert sorted(typed) == found["pool"] != list(typed)
            assert found["order"] == []
            told.append(found)
    assert told
