"""The check: which steps there are, and that one failing step fails the whole."""

import sys
from pathlib import Path

import pytest

from tools import check


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """Two steps that do next to nothing, in place of the real ones."""
    table = {"good": [[sys.executable, "-c", ""]], "bad": [[sys.executable, "-c", "exit(3)"]]}
    monkeypatch.setattr(check, "steps", lambda _: table)
    monkeypatch.setattr(check, "build", lambda _: False)
    return table


def test_every_check_of_the_house_is_a_step() -> None:
    known = check.steps(["-k", "sealed"])
    whole = ["lint", "format", "types", "desks", "simulation", "tests", "golden"]
    assert list(known) == whole
    assert known["tests"][0][-2:] == ["-k", "sealed"]


def test_words_after_the_dashes_go_to_pytest() -> None:
    assert check._split(["tests", "--", "-k", "x"]) == (["tests"], ["-k", "x"])
    assert check._split(["lint"]) == (["lint"], [])


def test_a_failing_step_fails_the_check(
    quick: dict[str, list[list[str]]], capfd: pytest.CaptureFixture[str]
) -> None:
    assert check.main([]) == 1
    shown = capfd.readouterr().out
    assert "good  passed" in shown
    assert "bad   FAILED" in shown


def test_the_simulation_runs_beside_others_and_ends_before_the_tests(tmp_path: Path) -> None:
    """Some tests are timed closely: nothing may run beside them."""
    said = tmp_path / "order"
    said.touch()

    def step(name: str, before: str = "") -> list[list[str]]:
        return [[sys.executable, "-c", f"{before}open({str(said)!r}, 'a').write('{name} ')"]]

    # It has not ended when the other has, and would not end at all before it.
    waits = (
        f"import time\nwhile not open({str(said)!r}).read(): time.sleep(0.01)\ntime.sleep(0.5)\n"
    )
    table = {
        "types": step("types"),
        "simulation": step("simulation", waits),
        "tests": step("tests"),
    }
    done = check._all(list(table), table)
    assert said.read_text().split() == ["types", "simulation", "tests"]
    assert {name: passed for name, (passed, _) in done.items()} == dict.fromkeys(table, True)
    table["simulation"] = [[sys.executable, "-c", "exit(1)"]]
    assert not check._all(["simulation"], table)["simulation"][0]


def test_named_steps_only(quick: dict[str, list[list[str]]]) -> None:
    assert check.main(["good"]) == 0


def test_unknown_step_is_told(
    quick: dict[str, list[list[str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert check.main(["bads"]) == 2
    assert "there are: good bad" in capsys.readouterr().err
