"""The guide for authors of rules shows what is: each piece is of the example, or runs as shown."""

import doctest
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "my_rule"
GUIDE = (ROOT / "docs" / "writing-a-rule.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
SHOWN = [block for _, block in BLOCKS if not block.startswith(">>>")]
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


def test_an_hour():
    minutes = re.findall(r"^## .*\((\d+) minutes\)$", GUIDE, re.MULTILINE)
    assert sum(map(int, minutes)) <= 60
