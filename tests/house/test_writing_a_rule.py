"""The guide for authors of rules shows what is: each piece is of the example, or runs as shown."""

import doctest
import re
import sys
from pathlib import Path

import pytest

from auction_rules.conformance import PROPERTIES
from auction_rules.terms import RuleConfig, term
from auction_rules.topics import topic_of
from auction_rules.wording import value

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "my_rule"
GUIDE = (ROOT / "docs" / "writing-a-rule.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
SHOWN = [block for kind, block in BLOCKS if kind != "sh" and not block.startswith(">>>")]
TRIED = [block for _, block in BLOCKS if block.startswith(">>>")]


def test_there_are_pieces():
    assert len(SHOWN) >= 9
    assert len(TRIED) >= 3
    assert GUIDE.count("```") == 2 * len(BLOCKS)


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: block.splitlines()[1].strip()[:40])
def test_piece_is_a_piece_of_the_example(block):
    named, _, piece = block.partition("\n")
    source = (EXAMPLE / named.removeprefix("# ")).read_text(encoding="utf-8")
    assert piece.strip()
    assert piece in source


def test_what_is_tried_comes_out_as_shown(monkeypatch):
    monkeypatch.syspath_prepend(str(EXAMPLE))
    test = doctest.DocTestParser().get_doctest("\n".join(TRIED), {}, "guide", None, 0)
    runner = doctest.DocTestRunner(verbose=False)
    told: list[str] = []
    result = runner.run(test, out=told.append)
    sys.modules.pop("my_rule", None)
    assert result.attempted >= 8
    assert result.failed == 0, "".join(told)


def test_the_first_command_needs_no_published_package():
    first = next(block for kind, block in BLOCKS if kind == "sh")
    assert "pip install <path of the clone> pytest" in first
    assert "pip install daylight" not in GUIDE


def test_every_property_has_a_row():
    rows = "".join(re.findall(r"^\| ([\w, ]+) \|", GUIDE, re.MULTILINE))
    assert [name for name in PROPERTIES if name not in rows] == []


def test_what_is_said_of_names_and_kinds_is_so():
    config, fields = _Lengths.model_validate({}), _Lengths.model_fields
    said = {n: value(config, fields[n], n, getattr(config, n))["en"] for n in ("a_seconds", "a")}
    assert said == {"a_seconds": "10 minutes", "a": "600"}
    share = "a_basis_points"
    assert value(config, fields[share], share, 250)["en"] == "2.50%"
    assert topic_of("round_seconds") == "when"
    assert topic_of("finalists") == "other"


class _Lengths(RuleConfig):
    a_seconds: int = term("时长（秒）", "A (s)", kind="count", default=600)
    a: int = term("时长（秒）", "A (s)", kind="seconds", default=600)
    a_basis_points: int = term("比例（万分之）", "A (basis points)", kind="money", default=250)


def test_an_hour():
    minutes = re.findall(r"^## .*\((\d+) minutes\)$", GUIDE, re.MULTILINE)
    assert sum(map(int, minutes)) <= 60
