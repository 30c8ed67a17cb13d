"""An auditor who installs the product without extras can re-judge a session."""

import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
# Refuses whatever a base install would not have, then runs the film's own command line.
PROBE = """
import importlib.abc, json, runpy, sys
refused = set(json.loads(sys.argv[1]))

class Gate(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in refused:
            return None
        raise ModuleNotFoundError(f"{name} is not part of a base install", name=name)

sys.meta_path.insert(0, Gate())
{body}
"""


def base_modules() -> set[str]:
    """Top-level modules of the base dependencies and of what these need in turn."""
    # The tree's own list: what is installed may have been installed from an older one.
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [Requirement(line).name for line in project["dependencies"]]
    seen = {canonical(project["name"])}
    while wanted:
        name = canonical(wanted.pop())
        if name in seen:
            continue
        seen.add(name)
        for line in importlib.metadata.requires(name) or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                wanted.append(requirement.name)
    return {
        module
        for module, owners in importlib.metadata.packages_distributions().items()
        if any(canonical(owner) in seen for owner in owners)
    }


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def probe(body: str) -> subprocess.CompletedProcess[str]:
    program = PROBE.replace("{body}", body)
    refused = json.dumps(sorted(set(importlib.metadata.packages_distributions()) - base_modules()))
    return subprocess.run(
        [sys.executable, "-c", program, refused],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_gate_holds() -> None:
    done = probe("import aiohttp")
    assert done.returncode == 1
    assert "aiohttp is not part of a base install" in done.stderr


def test_the_film_runs_on_a_base_install() -> None:
    done = probe("sys.argv = ['replay', '--help']; runpy.run_module('replay', run_name='__main__')")
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_every_rule_loads_on_a_base_install() -> None:
    done = probe("from auction_rules import registry; print(len(list(registry.rules())))")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0


def test_the_server_is_an_extra() -> None:
    assert {"pydantic", "orjson", "cryptography", "yaml"} <= base_modules()
    assert base_modules().isdisjoint({"aiohttp", "sqlalchemy", "websockets", "redis", "asyncpg"})
