"""Scenario files are read strictly: what is not understood is an error with its line."""

from pathlib import Path

import pytest

from replay.located import Unreadable
from replay.scenario import Times, read

GOOD = """\
scenario: tiny
title: {zh: 小, en: tiny}
source: constructed
provenance: constructed
rule: english
terms: {opens: "10:00:00", start_price: "100", step: "10"}
start: 2026-03-02T09:00:00+08:00
bidders:
  A: {}
steps:
  - {at: "10:00:01", by: A, bid: "100"}
outcome: {status: sold}
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "one.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_is_read(tmp_path: Path) -> None:
    scenario = read(write(tmp_path, GOOD))
    assert scenario.scenario == "tiny"
    assert scenario.steps[0].bid == "100"


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("source: constructed", "sauce: constructed", 3, "sauce"),
        ('bid: "100"', "bidd: 100", 11, "bidd"),
        ('bid: "100"', "bid: 100", 11, "bid"),
        ('bid: "100"', "bid: 1.5", 11, "in quotes"),
        ('bid: "100"', 'bid: "1e3"', 11, "bid"),
        ('bid: "100"', 'bid: "100", confirm: true', 11, "exactly one"),
        ("by: A", "by: Z", 1, "no such bidder"),
        ("  A: {}", "  A: {}\n  A: {}", 10, "twice"),
        ("start: 2026-03-02T09:00:00+08:00", "start: 2026-03-02T09:00:00", 1, "time zone"),
        ("rule: english", "rule: English!", 5, "rule"),
        ("bidders:", "bidders: [", 10, "expected"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        read(write(tmp_path, GOOD.replace(old, new)))
    assert says in str(caught.value)
    assert str(caught.value).startswith(f"line {line}:")


def test_an_empty_and_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="empty"):
        read(write(tmp_path, ""))
    with pytest.raises(Unreadable):
        read(tmp_path / "nowhere.yaml")


def test_times() -> None:
    times = Times("2026-03-02T07:00:00+08:00")
    start = 1_772_406_000_000_000
    assert times.start == start
    assert times.read("08:00:00.000001") == start + 3_600_000_001
    assert times.read("+1d 07:00:00") == start + 86_400_000_000
    assert times.read("+00:00:01.5") == start + 1_500_000
    assert times.read("2026-03-02T00:00:00+00:00") == start + 3_600_000_000
    with pytest.raises(ValueError, match="finer than a microsecond"):
        times.read("08:00:00.0000001")
