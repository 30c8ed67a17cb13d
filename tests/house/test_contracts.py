"""The import contracts of pyproject.toml are kept, and every one of them can be broken."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = [
    contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
]
# The smallest house that breaks everything: module -> the line it must not have.
BREACHES = {
    "auction_rules/floor.py": "import asyncio, os, bidding.core",
    "auction_rules/odd.py": "import server",
    "bidding/core/decide.py": "import bidding.engine.house",
    "bidding/proof/merkle.py": "import replay.film",
    "bidding/engine/house.py": "import time",
    "bidding/engine/ports.py": "",
    "bidding/adapters/redis_bus.py": "import bidding.adapters.sql_log",
    "bidding/adapters/sql_log.py": "import bidding.engine.house, bidding.engine.ports",
    "bidding/web/stream.py": "import sqlalchemy, bidding.testing",
    "bidding/upkeep/backup.py": "import bidding.web.stream",
    "bidding/clustered.py": "import bidding.web.stream",
    "bidding/standing.py": "import bidding.errands",
    "bidding/errands.py": "import bidding.web.stream",
    "bidding/settings.py": "",
    "bidding/log_lines.py": "",
    "bidding/client/wire.py": "import bidding.engine.house",
    "bidding/testing.py": "",
    "replay/film.py": "import bidding.web.stream",
}
# The same house, with the imports it may have.
ALLOWED = {
    "auction_rules/floor.py": "import pydantic, fractions",
    "auction_rules/registry.py": "import importlib.metadata, pathlib, sys",
    "bidding/core/decide.py": "import auction_rules.floor, bidding.proof.merkle, orjson, hashlib",
    "bidding/proof/merkle.py": "import hashlib, orjson, cryptography",
    "bidding/engine/house.py": "import asyncio, bidding.core.decide, bidding.engine.ports",
    "bidding/engine/ports.py": "import bidding.core.decide",
    "bidding/engine/identity.py": "import dataclasses",
    "bidding/adapters/redis_bus.py": "import redis, bidding.engine.ports",
    "bidding/adapters/sql_log.py": "import sqlalchemy, time, bidding.engine.ports",
    "bidding/adapters/accounts.py": "import argon2, bidding.engine.identity",
    "bidding/web/stream.py": "import aiohttp, bidding.engine.house, replay.film",
    "bidding/upkeep/backup.py": "import sqlite3, bidding.adapters.sql_log, bidding.engine.house",
    "bidding/clustered.py": "import bidding.adapters.redis_bus, bidding.engine.house",
    "bidding/standing.py": "import bidding.adapters.sql_log, bidding.settings, ssl",
    "bidding/errands.py": "import bidding.standing, bidding.client.wire, getpass",
    "bidding/settings.py": "import pydantic, argparse",
    "bidding/log_lines.py": "import structlog",
    "bidding/client/wire.py": "import websockets, aiohttp, bidding.core.decide",
    "bidding/testing.py": "import bidding.engine.house, bidding.client.wire",
    "replay/film.py": "import bidding.core.decide, yaml, argparse, pathlib",
}


def lint(folder: Path) -> tuple[int, str]:
    """Exit code and words of import-linter over the packages in a folder."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def small_house(folder: Path, modules: dict[str, str]) -> None:
    (folder / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for name, line in modules.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(line + "\n")
    for package in ("auction_rules", "bidding", "replay"):
        for here in [folder / package, *(p for p in (folder / package).rglob("*") if p.is_dir())]:
            (here / "__init__.py").touch()


def verdicts(words: str) -> dict[str, str]:
    """KEPT or BROKEN for each contract; a long name is wrapped over lines."""
    one_line = re.sub(r"\s+", " ", words)
    return {
        name: found[1]
        for name in CONTRACTS
        if (found := re.search(re.escape(name) + r" (KEPT|BROKEN)", one_line))
    }


def test_the_house_keeps_its_contracts() -> None:
    code, words = lint(ROOT)
    assert code == 0, words
    assert verdicts(words) == dict.fromkeys(CONTRACTS, "KEPT")


def test_every_contract_can_be_broken(tmp_path: Path) -> None:
    small_house(tmp_path, BREACHES)
    code, words = lint(tmp_path)
    assert code == 1
    assert verdicts(words) == dict.fromkeys(CONTRACTS, "BROKEN"), words


def test_what_the_house_allows_is_allowed(tmp_path: Path) -> None:
    small_house(tmp_path, ALLOWED)
    code, words = lint(tmp_path)
    assert code == 0, words


@pytest.mark.parametrize("word", ["utils", "helpers", "manager", "base", "common", "misc"])
def test_a_thing_has_a_name(word: str) -> None:
    shipped = [ROOT / name for name in ("auction_rules", "bidding", "replay", "tools", "bench")]
    named = [p for folder in shipped for p in folder.rglob("*.py") if p.stem == word]
    assert named == []
