"""Every second of a session is in one stretch, and each names the entry that began it."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import orjson
import pytest

from replay.__main__ import main
from replay.film import Film
from replay.play import play
from replay.scenario import read
from replay.seconds import Contradiction, consistent, stretches
from tests.replay.plays import SCENARIOS

SECOND = 1_000_000
PLAYS = sorted((SCENARIOS / "downtime").glob("*.yaml"))


def films(path: Path) -> dict[str, Film]:
    """Each variant of a play, by name."""
    found = {}
    for run in play(read(path)):
        assert run.ok
        entries = [orjson.loads(body) for body in run.bodies]
        found[run.name] = Film(run.state.origin, entries)
    return found


@pytest.mark.parametrize("path", [*PLAYS, SCENARIOS / "outage-in-countdown.yaml"], ids=str)
def test_the_stretches_meet_without_a_gap(path: Path) -> None:
    for film in films(path).values():
        found = stretches(film)
        assert found[0].start == film.state(0).t
        assert found[-1].stop == film.end.t
        for one, following in pairwise(found):
            assert one.stop == following.start
            assert one.start < one.stop


def test_time_stands_still_from_when_it_was_lost_and_not_from_when_it_was_known() -> None:
    film = films(SCENARIOS / "downtime" / "short-outage.yaml")["short-outage"]
    opened = film.state(0).t
    told = [(one.what["en"], (one.stop - one.start) // SECOND) for one in stretches(film)]
    assert told == [
        ("announced", 3600),
        ("Timed bidding", 540),
        ("suspended: the service was away; the time is given back", 90),
        ("going on is announced: the service was away; the time is given back", 60),
        ("Timed bidding", 60),
        ("over", 0),
    ]
    still, hour = (one for one in stretches(film) if one.stands_still)
    assert still.start == opened + (3600 + 540) * SECOND
    assert film.entries[still.i]["type"] == "suspend.accepted"
    assert film.entries[hour.i]["type"] == "resume.accepted"


def test_an_offer_in_time_that_stood_still_contradicts_the_record() -> None:
    film = films(SCENARIOS / "downtime" / "short-outage.yaml")["short-outage"]
    still = next(one for one in stretches(film) if one.stands_still)
    bid = next(e for e in film.entries if e["type"] == "bid.accepted")
    with pytest.raises(Contradiction) as wrong:
        consistent(film, [replace(still, start=bid["t"] - 1)])
    assert wrong.value.i == bid["i"]
    consistent(film, [replace(still, start=bid["t"])])


def test_the_command_says_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    long = SCENARIOS / "downtime" / "long-outage.yaml"
    assert main(["scenario", str(long), "--archive", str(tmp_path)]) == 0
    capsys.readouterr()
    archive = tmp_path / "long-outage.session"
    words = ["seconds", str(archive), "--policy", str(archive.with_suffix(".policy"))]
    assert main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].startswith("2026-03-02 10:05:00      0:12:00.000")
    assert lines[-1].startswith("1:24:00.000 in all, of which 0:14:00.000 stood still")
    assert main([*words, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["stands_still"] for row in rows] == [False, False, True, True, False, False]
    assert main([*words, "--lang", "zh"]) == 0
    assert "停止计时 0:14:00.000" in capsys.readouterr().out
