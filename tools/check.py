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
# Three workers on two cores: much of the suite waits for real seconds to pass, and what is timed
# closely was seen to hold at three times that load. A file's tests stay together, so that a server
# is started once for them.
_BESIDE = "simulation"
PYTEST = ["-m", "pytest", "-n", "5", "--dist", "loadfile", "-q"]


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
    """Each step to its end, in order; the simulation beside those that keep one core busy.

    It has no clock of its own, so nothing can come out differently for it. It has ended before
    the tests begin: some of those are timed closely.
    """
    beside = threading.Thread(target=lambda: aside.update({_BESIDE: _run(_BESIDE, known[_BESIDE])}))
    aside: dict[str, tuple[bool, float]] = {}
    results: dict[str, tuple[bool, float]] = {}
    if _BESIDE in chosen:
        beside.start()
    for name in chosen:
        if name == _BESIDE:
            beside.join()
            results[name] = aside[name]
        else:
            results[name] = _run(name, known[name])
    return results


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    if "--" in words:
        at = words.index("--")
        return words[:at], words[at + 1 :]
    return words, []


def _run(name: str, commands: list[list[str]]) -> tuple[bool, float]:
    sys.stdout.write(f"\n== {name}\n")
    sys.stdout.flush()
    began = time.monotonic()  # noqa: TID251 - tells a person what the check spends its time on
    where = ROOT / "desks" if name == "desks" else ROOT
    passed = all(
        subprocess.run(command, cwd=where, stdin=subprocess.DEVNULL, check=False).returncode == 0
        for command in commands
    )
    return passed, time.monotonic() - began  # noqa: TID251 - as above


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
