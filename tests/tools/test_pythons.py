"""Finding Pythons: shims that do not start are passed by, and what is missing is told with its cure."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools import pythons

HERE = ".".join(map(str, sys.version_info[:2]))


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on PATH but what a test puts there, and no uv."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pythons, "find_uv", lambda: None)
    return tmp_path


def test_the_one_on_path(bare: Path) -> None:
    there = program(bare / f"python{HERE}", f'exec {sys.executable} "$@"')
    assert pythons.find(HERE) == there


def test_a_shim_that_does_not_start_is_passed_by(bare: Path) -> None:
    program(bare / f"python{HERE}", "exit 127")
    program(bare / "pyenv", f"echo {bare}/pyenv-root")
    real = program(
        bare / f"pyenv-root/versions/{HERE}.99/bin/python", f'exec {sys.executable} "$@"'
    )
    assert pythons.find(HERE) == real


def test_one_that_says_another_version_is_passed_by(bare: Path) -> None:
    program(bare / f"python{HERE}", "echo 2.7")
    with pytest.raises(pythons.NoPython):
        pythons.find(HERE)


def test_uv_is_asked_last_and_brings_it(
    bare: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    there = bare / "brought" / "python"
    uv = program(
        bare / "uv",
        f'case "$2" in install) touch {bare}/asked;;\n'
        f"find) [ -e {bare}/asked ] && echo {there};; esac",
    )
    program(there, f'exec {sys.executable} "$@"')
    monkeypatch.setenv("PATH", f"{bare}:/usr/bin:/bin")
    monkeypatch.setattr(pythons, "find_uv", lambda: uv)
    monkeypatch.setattr("os.get_exec_path", list)
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert pythons.find(HERE) == there
    assert f"Asking uv for Python {HERE}" in capsys.readouterr().out


def test_one_that_cannot_be_had_is_told_with_what_mends_it(bare: Path) -> None:
    with pytest.raises(pythons.NoPython, match=r"uv python install 3\.99"):
        pythons.find("3.99")


def test_a_python_that_makes_no_environment_is_told(bare: Path) -> None:
    base = program(bare / "python3.99", "exit 1")
    with pytest.raises(pythons.NoPython, match="apt-get install python3-venv"):
        pythons._make(base, bare / ".venv-3.99")


def test_an_environment_that_stands_is_used_again(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []

    def make(base: Path, folder: Path) -> None:
        made.append(folder)
        program(folder / "bin" / "python", f'exec {sys.executable} "$@"')

    program(bare / f"python{HERE}", f'exec {sys.executable} "$@"')
    monkeypatch.setattr(pythons, "ROOT", bare)
    monkeypatch.setattr(pythons, "_make", make)
    (bare / "pyproject.toml").write_text('[project]\ndependencies = ["pydantic>=2"]\n')
    first = pythons.environment(HERE)
    assert pythons.environment(HERE) == first == bare / f".venv-{HERE}" / "bin" / "python"
    assert len(made) == 1
    (bare / "pyproject.toml").write_text('[project]\ndependencies = ["pydantic>=3"]\n')
    pythons.environment(HERE)
    assert len(made) == 2


def test_what_an_auditor_installs_has_no_server_in_it() -> None:
    names = " ".join(pythons.requirements())
    assert "pydantic" in names
    assert "aiohttp" not in names
