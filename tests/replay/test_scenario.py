"""Scenario files are read strictly: what is not understood is an error with its line."""

from pathlib import Path

import pytest

from replay.located import Unreadable
from replay.play import play
from replay.scenario import Scenario, Times, read

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


TERMS = """\
terms:
  opens: "10:00:00"
  start_price: "100"
  step: "10"
"""
VARIED = GOOD.replace(
    "outcome: {status: sold}\n",
    """\
outcome: {status: sold}
variants:
  - outcome: {status: sold}
    terms: {step: "20"}
  - outcome: {status: sold}
    terms:
      stepp: "20"
""",
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD.replace("step:", "stepp:"), "line 6: terms: stepp: "),
        (GOOD.replace('step: "10"', 'step: "1e1"'), "line 6: terms: step: "),
        # A key that is one letter wrong is unknown, and the right one is missing.
        (
            GOOD.replace(GOOD.splitlines(keepends=True)[5], TERMS.replace("opens", "open_")),
            "line 7: terms: open_: ",
        ),
        (
            GOOD.replace('step: "10"', "unit: {zh: 元, en: CNY, sale: 2}"),
            "line 6: terms: unit.sale",
        ),
        (GOOD.replace('start_price: "100", ', ""), "line 6: terms: start_price: "),
        (VARIED, "line 18: terms: stepp: "),
    ],
)
def test_terms_that_the_rule_refuses_are_named_with_their_line(
    tmp_path: Path, text: str, says: str
) -> None:
    scenario = read(write(tmp_path, text))
    with pytest.raises(Unreadable) as caught:
        list(play(scenario))
    assert str(caught.value).startswith(says)


def test_a_play_that_was_not_read_from_a_file_has_no_lines(tmp_path: Path) -> None:
    scenario = read(write(tmp_path, GOOD))
    made = Scenario.model_validate({**scenario.model_dump(), "terms": {"nonsense": 1}})
    with pytest.raises(Unreadable) as caught:
        list(play(made))
    assert str(caught.value).startswith("terms: nonsense: ")


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
