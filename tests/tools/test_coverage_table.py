"""The coverage table is current, and no parameter and no choice goes unplayed."""

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tool():
    path = ROOT / "tools" / "coverage_table.py"
    spec = importlib.util.spec_from_file_location("coverage_table", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["coverage_table"] = module
    spec.loader.exec_module(module)
    return module


def test_nothing_is_untouched(tool):
    assert [" ".join(row) for row in tool.untouched()] == []


def test_the_table_is_current(tool):
    assert tool.TABLE.read_text(encoding="utf-8") == tool.table(), "python tools/coverage_table.py"


def test_choices_are_counted_by_what_is_played(tool, tmp_path):
    """One play says nothing about a choice: its default is what was played."""
    text = (ROOT / "examples" / "scenarios" / "outage-in-countdown.yaml").read_text("utf-8")
    (tmp_path / "one.yaml").write_text(text, encoding="utf-8")
    count = tool.counted(tmp_path)
    assert count["english", "resume", "FULL_COUNTDOWN"] == 3
    assert count["english", "resume", "REMAINING"] == 1
    assert count["english", "leader_may_raise", "true"] == 4
    assert count["english", "leader_may_raise", "false"] == 0
    assert count["english", "step", "given"] == 4
    assert count["english", "reserve", "given"] == 0
    assert ("english", "reserve", "given") in tool.untouched(tmp_path)
    assert "| step | 增价幅度 | given | 4 |" in tool.table(tmp_path)


def test_a_choice_that_is_left_open_is_no_row(tool):
    rows = {
        value
        for rule, name, value in tool.counted()
        if (rule, name) == ("property_rights", "exercise")
    }
    assert rows == {"AGAIN", "ONCE"}
