"""The version is written once, and everything that says it says the same."""

import json
import re
import tomllib
from pathlib import Path

from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager

from bidding.core.record import ENGINE
from bidding.version import VERSION
from bidding.web import asyncapi, openapi
from bidding.web.app import ROUTES

ROOT = Path(__file__).parents[2]


def test_the_package_takes_its_version_from_the_house() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "version" not in project
    assert ProjectMetadata(str(ROOT), PluginManager()).version == VERSION


def test_everything_that_says_a_version_says_this_one() -> None:
    assert f"daylight {VERSION}" == ENGINE
    assert openapi.document(ROUTES)["info"]["version"] == VERSION
    assert asyncapi.document()["info"]["version"] == VERSION
    desks = json.loads((ROOT / "desks" / "package.json").read_text(encoding="utf-8"))
    assert desks["version"] == VERSION
    assert f"## {VERSION} " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_it_is_written_in_one_place() -> None:
    for folder in ("bidding", "auction_rules", "replay"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.name != "version.py":
                quoted = re.search(rf'"[^"\n]*\b{re.escape(VERSION)}"', path.read_text("utf-8"))
                # The binding of AsyncAPI to WebSocket has a version of its own.
                assert quoted is None or "bindingVersion" in path.read_text("utf-8"), path
