"""Each time a session stood still is one row, told by its own entries, and no second is in two."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest

from bidding.core.downtime import RECOVERY
from bidding.engine.pulse import INTERRUPTED
from replay.film import Film
from replay.interruptions import Interruption, Interruptions
from replay.play import play
from replay.scenario import read
from replay.seconds import stretches
from tests.replay.plays import SCENARIOS, every_scenario

SECOND = 1_000_000
DOWNTIME = SCENARIOS / "downtime"
STOPPED = [path for path in every_scenario() if re.search("suspend|outage", path.read_text())]


def entries_of(path: Path) -> dict[str, list[Any]]:
    """The entries of a play and of each variant, by its own name."""
    return {
        run.name.removeprefix(f"{path.stem}."): [orjson.loads(body) for body in run.bodies]
        for run in play(read(path))
    }


def of(entries: Sequence[Mapping[str, Any]]) -> list[Interruption]:
    counted = Interruptions()
    for entry in entries:
        counted.count(entry)
    assert counted.index == len(entries)
    return counted.found


def after(entries: Sequence[Mapping[str, Any]], row: Interruption) -> tuple[int, ...]:
    """Since when it stood still, when that was known, until when: seconds after the publication."""
    known = (row.since, row.told, row.ended)
    return tuple((at - entries[0]["t"]) // SECOND for at in known if at is not None)


def test_a_short_one_ends_by_the_published_rule_after_its_notice():
    # short-outage.yaml: away from 10:09:00 to 10:10:30, a minute's notice; the minute left is given back.
    entries = entries_of(DOWNTIME / "short-outage.yaml")["short-outage"]
    (row,) = of(entries)
    assert after(entries, row) == (4140, 4230, 4290)
    assert (row.cause, row.outcome, row.by) == ("service", "resumed", "rule")
    assert row.given == 150 * SECOND == row.lasted(0)
    assert "服务中断" in row.reason["zh"]
    assert entries[row.i]["type"] == "suspend.accepted"


def test_a_long_one_is_ended_by_two_who_say_why():
    # long-outage.yaml: away from 10:05 to 10:13; confirmed 10:17, on at 10:19 for the five minutes left.
    found = entries_of(DOWNTIME / "long-outage.yaml")
    entries = found["long-outage"]
    (row,) = of(entries)
    assert after(entries, row) == (3900, 4380, 4740)
    assert (row.cause, row.outcome, row.by) == ("service", "resumed", "two")
    assert row.why == {"zh": "机房恢复供电", "en": "机房恢复供电"}
    assert row.given == 840 * SECOND
    (waits,) = of(found["never-resumed"])
    assert (waits.outcome, waits.ended, waits.by, waits.given) == ("open", None, None, None)
    assert waits.lasted(waits.since + 7) == 7
    (over,) = of(found["turned-down"])
    assert (over.outcome, over.by, over.given) == ("over", "officer", None)
    assert over.why == {"zh": "改期另行公告", "en": "改期另行公告"}


@pytest.mark.parametrize(
    ("name", "by"), [("staff-stopped-it-for-long", "two"), ("staff-stopped-it-briefly", "officer")]
)
def test_what_an_officer_stopped_is_listed_as_that(name, by):
    (row,) = of(entries_of(DOWNTIME / "long-outage.yaml")[name])
    assert (row.cause, row.outcome, row.by) == ("officer", "resumed", by)


@pytest.mark.parametrize("path", STOPPED, ids=lambda path: path.stem)
def test_the_rows_of_a_session_are_the_seconds_that_stood_still(path):
    for name, entries in entries_of(path).items():
        found = of(entries)
        assert [row.number for row in found] == list(range(1, len(found) + 1))
        for one, following in pairwise(found):
            assert one.ended is not None, name
            assert one.ended <= following.since, name
        film = Film(entries[0]["log"], entries)
        still = sum(one.stop - one.start for one in stretches(film) if one.stands_still)
        assert sum(row.lasted(film.end.t) for row in found) == still, name


def entry(t: int, actor: str, *facts: dict[str, Any], **more: Any) -> dict[str, Any]:
    """As much of an entry as is read here."""
    kind, ask = more.get("kind", "bell"), more.get("ask", {})
    data = {"ask": ask, "facts": list(facts)}
    return {"i": t, "t": t, "actor": actor, "type": f"{kind}.accepted", "data": data}


def suspended(since: int, reason: str) -> dict[str, Any]:
    return {"fact": "suspended", "since": since, "reason": reason}


def test_an_hour_that_was_missed_begins_another_row_where_it_was_lost():
    """An officer stops it; the process falls within the notice: each second has one cause."""
    opened = {"fact": "stage_opened", "closes": 100}
    hour = {"fact": "resuming", "at": 40, "reason": "好了"}
    again = {"fact": "resuming", "at": 60, "reason": RECOVERY}
    moved = {"fact": "deadline_moved", "closes": 150, "why": "resumed"}
    said = {"fact": "announced", "zh": "请稍候。", "en": "Please wait."}
    found = of(
        [
            entry(0, "system", opened),
            entry(5, "staff:s", {**said, "zh": "早了。"}),
            entry(10, "staff:s", suspended(10, "停电"), kind="suspend", ask={"since": None}),
            entry(12, "staff:s", said, kind="announce"),
            entry(30, "staff:s", hour, kind="resume"),
            entry(50, "system", suspended(10, RECOVERY), kind="suspend", ask={"since": 35}),
            entry(50, "system", again, kind="resume"),
            entry(60, "system", {"fact": "resumed", "reason": RECOVERY}, moved),
        ]
    )
    told = [(row.cause, row.since, row.told, row.ended, row.outcome, row.by) for row in found]
    assert told == [
        ("officer", 10, 10, 35, "again", "officer"),
        ("service", 35, 50, 60, "resumed", "rule"),
    ]
    assert [[message.text["zh"] for message in row.messages] for row in found] == [["请稍候。"], []]
    assert [row.given for row in found] == [None, 50]
    assert found[1].resumes == 60


def test_what_a_stage_asks_for_is_no_fault_of_the_service():
    missing = entry(20, "system", suspended(20, "QUORUM_MISSING"))
    lost = entry(30, "system", suspended(25, INTERRUPTED), kind="suspend", ask={"since": 25})
    assert of([missing])[0].cause == "stage"
    assert of([lost])[0].cause == "service"
    # The words of an officer are his own, whatever code they look like.
    (row,) = of([entry(20, "staff:s", suspended(20, RECOVERY), kind="suspend", ask={})])
    assert (row.cause, row.reason["zh"]) == ("officer", RECOVERY)
