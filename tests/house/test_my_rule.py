"""The example plug-in: found by its entry point, judged by its own test, with no network.

What an installer would write (its metadata and a path) is written by hand here: the rest is
what happens to any plug-in.
"""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "my_rule"


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> dict[str, str]:
    """The environment of a machine where the plug-in is installed."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    site = tmp_path_factory.mktemp("site")
    info = site / f"my_rule-{project['version']}.dist-info"
    info.mkdir()
    head = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(head, encoding="utf-8")
    points = project["entry-points"]["auction_rules"]
    lines = "".join(f"{name} = {value}\n" for name, value in points.items())
    (info / "entry_points.txt").write_text(f"[auction_rules]\n{lines}", encoding="utf-8")
    path = os.pathsep.join(map(str, (site, EXAMPLE, ROOT)))
    return {**os.environ, "PYTHONPATH": path}


def run(installed, *words) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        env=installed,
        cwd=EXAMPLE,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_it_is_on_the_list(installed):
    told = "import auction_rules.registry as r; x = r.find('two_rounds')"
    done = run(installed, "-c", f"{told}; print(x.version, r.source_sha256(x))")
    assert done.returncode == 0, done.stderr
    version, digest = done.stdout.split()
    assert version == "1"
    assert len(digest) == 64


def test_its_own_test_passes(installed):
    done = run(installed, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_its_plays_run_from_the_command_line(installed):
    done = run(installed, "-m", "replay", "scenario", "scenarios")
    assert done.returncode == 0, done.stdout + done.stderr


def test_without_its_metadata_it_is_unknown(installed):
    without = {**installed, "PYTHONPATH": str(ROOT)}
    done = run(without, "-m", "replay", "scenario", "scenarios")
    assert done.returncode != 0
    assert "two_rounds" in done.stdout + done.stderr
