"""A dry run under the terms of every rule: it comes to an end, and what it shows is what happened."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from auction_rules.registry import find, rules
from auction_rules.terms import SECOND
from replay.located import Unreadable
from replay.rehearsal import MOST_BIDDERS, MOST_ENTRIES, Rehearsal, rehearse
from replay.scenario import parse

NAMES = sorted(rule.name for rule in rules())
ENGLISH: dict[str, Any] = {
    "lot_zh": "设备一批",
    "lot_en": "Machines",
    "start_price": "1000",
    "step": "10",
    "opens": "2026-03-02T10:00:00+08:00",
    "duration_seconds": 600,
    "extension_seconds": 120,
}


@pytest.mark.parametrize("style", ["calm", "keen", "late"])
@pytest.mark.parametrize("name", NAMES)
def test_every_rule_is_played_to_its_end(name: str, style: str) -> None:
    run = rehearse(name, find(name).example, 5, "a", style)
    assert (run.state.status, run.waits, run.cut) == ("closed", False, False)
    assert run.outcome()["awards"], "five bidders came and nothing was awarded"
    assert any(line.who.isdigit() and line.accepted for line in run.course.lines)
    assert all(line.accepted for line in run.course.lines)
    # Each stage that was entered was left, and the last one with the last entry.
    assert run.course.stages
    assert all(stage.ended is not None for stage in run.course.stages)
    times = [line.t for line in run.course.lines]
    assert times == sorted(times)


def test_the_same_seed_gives_the_same_play_and_another_one_another() -> None:
    first, again, other = (rehearse("english", ENGLISH, 6, seed, "keen") for seed in "aab")
    assert first.course.lines == again.course.lines
    assert first.course.lines != other.course.lines


def test_without_bidders_nothing_is_sold() -> None:
    run = rehearse("english", ENGLISH, 0, "a", "calm")
    assert run.outcome()["unsold"] is not None
    assert run.course.prices == []


def test_prices_and_extensions_are_those_of_the_terms() -> None:
    run = rehearse("english", ENGLISH, 6, "a", "late")
    prices = [price.amount for price in run.course.prices]
    # The first offer is at the start, each one after it higher by whole steps of 10 yuan.
    assert prices[0] == 100_000
    assert all(
        after > before and (after - before) % 1_000 == 0 for before, after in pairwise(prices)
    )
    extended = [m for m in run.course.moves if m.was is not None]
    assert extended, "offers in the last seconds extended nothing"
    assert all(m.closes == m.t + 120 * SECOND for m in extended)
    closes = run.course.moves[-1].closes
    assert run.course.stages[-1].ended == closes == run.state.t


def test_unhurried_bidders_extend_less_than_late_ones() -> None:
    moved = {
        style: len([m for m in rehearse("english", ENGLISH, 3, "a", style).course.moves if m.was])
        for style in ("calm", "late")
    }
    assert moved["calm"] < moved["late"]


def test_secrets_of_others_are_replaced_and_named() -> None:
    # A seed that nobody here knows: without a stand-in the session would wait for it for ever.
    terms = {**find("open_closed").example, "end_commit": "ab" * 32}
    run = rehearse("open_closed", terms, 4, "a", "keen")
    assert run.replaced == ("end_commit",)
    assert run.state.status == "closed"
    assert rehearse("english", ENGLISH, 2, "a", "calm").replaced == ()


def test_it_stops_after_so_many_entries() -> None:
    long = {**ENGLISH, "step": "0.01", "extension_seconds": 120}
    rule = find("english")
    run = Rehearsal(rule, rule.Config.model_validate(long), MOST_BIDDERS, "a", "keen")
    for guest in run.guests:
        guest.worth = 10**12
    for _ in run.play():
        pass
    assert run.cut
    assert len(run.course.lines) == MOST_ENTRIES
    assert not run.waits


@pytest.mark.parametrize(("bidders", "style"), [(-1, "calm"), (MOST_BIDDERS + 1, "calm"), (3, "x")])
def test_there_is_no_such_company(bidders: int, style: str) -> None:
    with pytest.raises(ValueError, match="no such company"):
        rehearse("english", ENGLISH, bidders, "a", style)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: &x [1]\nb: *x\n", "line 1"),
        ("a: 1\nb: *x\n", "line 2"),
        ("[" * 40 + "]" * 40, "line 1: nested"),
    ],
)
def test_a_short_file_cannot_unfold_into_a_long_one(text: str, line: str) -> None:
    with pytest.raises(Unreadable, match=line):
        parse(text)
