"""Every worked example of the shared file can be found among the plays, by its name."""

import json
import re
from pathlib import Path

from replay.scenario import read
from tests.shared import SHARED

SCENARIOS = Path(__file__).parents[2] / "examples" / "scenarios"


def test_every_worked_example_is_named_by_a_play():
    cases = json.loads((SHARED / "scenarios" / "worked-examples.json").read_bytes())
    sources = [read(path).source for path in sorted(SCENARIOS.rglob("*.yaml"))]
    named = {name for text in sources for name in re.findall(r"worked example (S\d+)", text)}
    assert {case["id"] for case in cases} <= named


def test_the_published_sums_agree():
    # S20: what was saved in procurement and in works is what was published for both.
    cases = json.loads((SHARED / "scenarios" / "worked-examples.json").read_bytes())
    (statistics,) = (case["expect"] for case in cases if case["id"] == "S20")
    procurement, works = 33_704, 405_698
    assert (
        f"{(procurement + works) // 100}.{(procurement + works) % 100:02d} 万元"
        == (statistics["saved"])
    )
