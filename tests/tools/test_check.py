"""The check: which steps there are, and that one failing step fails the whole."""

import os
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


def test_what_only_computes_runs_beside_the_others_and_gives_way(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    said = tmp_path / "said"
    said.touch()
    wait = f"import os, time\nwhile not open({str(said)!r}).read(): time.sleep(0.01)\n"
    beside = f"{wait}print('as nice as', os.nice(0), flush=True)"
    table = {
        # In a row of its own: in one row with the tests it would wait for them for ever.
        "simulation": [[sys.executable, "-c", beside]],
        "tests": [[sys.executable, "-c", f"open({str(said)!r}, 'w').write('tests')"]],
        "golden": [[sys.executable, "-c", "exit(1)"]],
    }
    done = check._all(list(table), table)
    assert list(done) == list(table)
    assert {name: passed for name, (passed, _) in done.items()} == {
        "simulation": True,
        "tests": True,
        "golden": False,
    }
    nice = min(os.nice(0) + check.GIVE_WAY, 19)
    assert f"== simulation says\nas nice as {nice}\n" in capfd.readouterr().out


def test_what_was_compiled_once_is_kept(
    quick: dict[str, list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick["keeps"] = [[sys.executable, "-c", "import sys; exit(sys.dont_write_bytecode)"]]
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert check.main(["keeps"]) == 0


def test_named_steps_only(quick: dict[str, list[list[str]]]) -> None:
    assert check.main(["good"]) == 0


def test_unknown_step_is_told(
    quick: dict[str, list[list[str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert check.main(["bads"]) == 2
    assert "there are: good bad" in capsys.readouterr().err
