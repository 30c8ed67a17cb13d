"""The page for laymen is true: each of its commands is run as an auditor's install would run it."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.docs.practice import write
from tests.house.test_base_install import PROBE, ROOT, base_modules

PAGES = ("verify-it-yourself.md", "verify-it-yourself.zh-CN.md")
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
STATUS = {"refused:": 1, "不通过：": 1, "not yet witnessed:": 3, "尚待见证：": 3}


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def commands(name: str) -> list[tuple[str, list[str]]]:
    """Each command with the lines the page says it answers."""
    found: list[tuple[str, list[str]]] = []
    for kind, text in BLOCK.findall(page(name)):
        for line in text.splitlines() if kind == "console" else ():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def meant(lines: list[str]) -> re.Pattern[str]:
    """A line that is … stands for any lines, a … within one for the rest of it or a part."""
    parts = ["(?:.*\n)*" if x == "…" else f"{re.escape(x).replace('…', '.*')}\n" for x in lines]
    return re.compile("".join(parts))


def refused_modules() -> str:
    return json.dumps(sorted(set(packages_distributions()) - base_modules()))


def run(command: str, folder: Path, refused: str) -> subprocess.CompletedProcess[str]:
    python, *words = shlex.split(command)
    assert python == "python", command
    arguments = [sys.executable, *words]
    if words[0] == "-m":
        body = f"sys.argv = {words[1:]!r}\nrunpy.run_module({words[1]!r}, run_name='__main__')"
        arguments = [sys.executable, "-c", PROBE.replace("{body}", body), refused]
    return subprocess.run(
        arguments,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("name", PAGES)
def test_every_command_answers_what_the_page_says(name: str, tmp_path: Path) -> None:
    write(tmp_path)
    refused = refused_modules()
    for command, lines in commands(name):
        done = run(command, tmp_path, refused)
        assert meant(lines).fullmatch(done.stdout), f"{command}\n{done.stdout}{done.stderr}"
        said = "".join(lines[:1])
        wanted = next((number for start, number in STATUS.items() if said.startswith(start)), 0)
        assert done.returncode == wanted, command
        assert done.stderr == "", command
    assert "<html" in (tmp_path / "record.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_nothing_on_the_page_goes_unrun_but_the_install(name: str) -> None:
    kinds = {(kind, text.strip()) for kind, text in BLOCK.findall(page(name)) if kind != "console"}
    assert kinds == {("sh", "python -m pip install .")}
    assert page(name).count("```") == 2 * len(BLOCK.findall(page(name)))
    parts = {command.split()[3] for command, _ in commands(name) if command.startswith("python -m")}
    assert parts == {
        "verify",
        "receipt",
        "draw",
        "rejudge",
        "show",
        "explain",
        "at",
        "transcript",
    }


def test_both_pages_run_the_same_commands() -> None:
    plain = [[c.replace(" --lang zh", "") for c, _ in commands(name)] for name in PAGES]
    assert plain[0] == plain[1]


def test_the_practice_files_are_made_by_a_base_install_in_a_folder_not_yet_there(
    tmp_path: Path,
) -> None:
    command = "python -m tests.docs.practice"
    for name in PAGES:
        assert f"{command} " in page(name)
    folder = tmp_path / "new" / "practice"
    done = run(f"{command} {folder}", tmp_path, refused_modules())
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    write(tmp_path / "again")
    made = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert made == {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()}
    assert len(made) == 9


def test_a_pattern_is_no_pattern_for_everything() -> None:
    assert not meant(["ok: 3 entries …"]).fullmatch("ok: 4 entries of a log\n")
    assert not meant(["first", "…", "last"]).fullmatch("first\nsecond\n")
    assert meant(["first", "…", "last"]).fullmatch("first\nlast\n")


def test_people_are_led_to_it() -> None:
    for readme, name in zip(("README.md", "README.zh-CN.md"), PAGES, strict=True):
        assert f"](docs/{name})" in (ROOT / readme).read_text(encoding="utf-8")
        assert all((ROOT / "docs" / other).exists() for other in (*PAGES, "witness.md"))
    words = (ROOT / "desks" / "src" / "verify" / "Desk.vue").read_text(encoding="utf-8")
    assert "links.guide(lang)" in words
