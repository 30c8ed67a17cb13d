"""Everything that is checked, in one go: what `./check` runs once the environment stands.

    ./check                       every step
    ./check lint types            these steps only
    ./check tests -- -k sealed    what follows `--` goes to pytest

What it is: a list of commands, each run to its end, and a summary. What it is not: a place for
rules; those are in `pyproject.toml`, `desks/tsconfig.json` and the tests.

A missing browser or server fails the check with the command that mends it; nothing is skipped.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from tools.browser import NoBrowser, bring
from tools.build_desks import BuildFailed, build, node_binary

ROOT = Path(__file__).resolve().parents[1]
# Five workers on two cores: much of the suite waits for real seconds to pass (see tests/lanes.py,
# which gives them their files). A file's tests stay together, so that a server is started once.
PYTEST = ["-m", "pytest", "-n", "5", "--dist", "loadfile", "-q"]
# Both only compute and have no clock of their own, so nothing can come out differently for what
# runs beside them; they give way to the steps in front, some of which are timed closely.
BESIDE = ("simulation", "golden")
GIVE_WAY = 10


def steps(pytest_words: list[str]) -> dict[str, list[list[str]]]:
    """Every step by name, with its commands, in the order in which they are run."""
    python, node = sys.executable, str(node_binary())
    return {
        "lint": [[python, "-m", "ruff", "check", "--quiet"]],
        "format": [[python, "-m", "ruff", "format", "--check", "--quiet"]],
        "types": [[python, "-m", "mypy"]],
        "desks": [
            [node, "node_modules/vue-tsc/bin/vue-tsc.js", "--noEmit"],
            [node, "node_modules/vitest/vitest.mjs", "run"],
        ],
        "simulation": [[python, "-m", "tests.simulation", "--check"]],
        "tests": [[python, *PYTEST, *pytest_words]],
        "golden": [
            [python, "-m", "tools.golden", "everywhere"],
            [python, "-m", "tests.simulation", "--everywhere"],
        ],
    }


def main(words: list[str]) -> int:
    """Run the steps named, or all of them; 0 when every one of them passed."""
    names, pytest_words = _split(words)
    known = steps(pytest_words)
    if unknown := [name for name in names if name not in known]:
        sys.stderr.write(f"no step {unknown[0]!r}; there are: {' '.join(known)}\n")
        return 2
    chosen = names or list(known)
    # Hundreds of Pythons are started here. Where none may keep what it compiled, each compiles its
    # libraries anew, which takes longer than most of what they are started for.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        build(ROOT)
        if "tests" in chosen:
            os.environ["BROWSER_BIN"] = str(bring())
    except (BuildFailed, NoBrowser) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    results = _all(chosen, known)
    width = max(map(len, results))
    lines = [
        f"  {name:{width}}  {'passed' if passed else 'FAILED'}  {seconds:6.1f} s"
        for name, (passed, seconds) in results.items()
    ]
    sys.stdout.write("\n".join(["", "check:", *lines, ""]))
    return 0 if all(passed for passed, _ in results.values()) else 1


def _all(chosen: list[str], known: dict[str, list[list[str]]]) -> dict[str, tuple[bool, float]]:
    """Each step to its end, in order; those that only compute in a row of their own, beside."""
    results: dict[str, tuple[bool, float]] = {}
    rows = [[name for name in chosen if (name in BESIDE) == beside] for beside in (False, True)]
    told = threading.Lock()
    threads = [threading.Thread(target=_row, args=(row, known, results, told)) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {name: results[name] for name in chosen}


def _row(
    names: list[str],
    known: dict[str, list[list[str]]],
    results: dict[str, tuple[bool, float]],
    told: threading.Lock,
) -> None:
    for name in names:
        results[name] = _run(name, known[name], told)


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    if "--" in words:
        at = words.index("--")
        return words[:at], words[at + 1 :]
    return words, []


def _run(name: str, commands: list[list[str]], told: threading.Lock) -> tuple[bool, float]:
    """One step. What runs beside another says all it has to say when it has ended."""
    beside = name in BESIDE
    _say(f"\n== {name}\n" if not beside else f"\n== {name}, beside the others\n", told)
    began = time.monotonic()  # noqa: TID251 - tells a person what the check spends its time on
    passed = all(_passed(command, name, told) for command in commands)
    return passed, time.monotonic() - began  # noqa: TID251 - as above


def _passed(command: list[str], name: str, told: threading.Lock) -> bool:
    where = ROOT / "desks" if name == "desks" else ROOT
    if name not in BESIDE:
        done = subprocess.run(command, cwd=where, stdin=subprocess.DEVNULL, check=False)
        return done.returncode == 0
    aside = subprocess.run(
        ["nice", "-n", str(GIVE_WAY), *command],
        cwd=where,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    _say(f"\n== {name} says\n{aside.stdout}", told)
    return aside.returncode == 0


def _say(words: str, told: threading.Lock) -> None:
    with told:
        sys.stdout.write(words)
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
