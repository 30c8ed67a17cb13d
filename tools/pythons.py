"""The Pythons an auditor may have: found on this machine or brought, each with a small environment.

What it is: for 3.11, 3.12 and 3.13, a `.venv-3.x` with the base dependencies of `pyproject.toml`
at the versions of `requirements.lock` and nothing else, made once. What it is not: the
environment of the product or of its tests; that is `tools/boot.py`.

An interpreter is looked for on PATH, among pyenv's versions, where uv knows one, and then asked
of uv. One that cannot be had is an error with the command that mends it; nothing is skipped.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tools import boot

VERSIONS: Final = ("3.11", "3.12", "3.13")
ROOT: Final = Path(__file__).resolve().parents[1]


class NoPython(Exception):
    """A Python or its packages cannot be had; the text says what mends it."""


def environment(version: str) -> Path:
    """The Python of `.venv-<version>`, made when it is not there or its packages changed."""
    folder = ROOT / f".venv-{version}"
    python, stamp = folder / "bin" / "python", folder / ".daylight"
    wanted = _digest()
    known = stamp.read_text(encoding="ascii") if stamp.exists() else ""
    if known == wanted and is_version(python, version):
        return python
    base = find(version)
    boot.say(f"Preparing {folder.name} ...")
    shutil.rmtree(folder, ignore_errors=True)
    _make(base, folder)
    stamp.write_text(wanted, encoding="ascii")
    return python


def find(version: str) -> Path:
    """An interpreter of this version. Raises NoPython."""
    for candidate in _candidates(version):
        if is_version(candidate, version):
            return candidate
    raise NoPython(
        f"Python {version} is not on this machine and uv could not bring it. Mend it with one of\n"
        f"    uv python install {version}\n"
        f"    pyenv install {version}\n"
        "and start again."
    )


def is_version(python: Path, version: str) -> bool:
    """Whether this starts and says it is that version; a shim on PATH may do neither."""
    if not python.exists():
        return False
    told = _run([python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
    return told.returncode == 0 and told.stdout.strip() == version


def _candidates(version: str) -> Iterator[Path]:
    for place in os.get_exec_path():
        yield Path(place, f"python{version}")
    if pyenv := shutil.which("pyenv"):
        versions = Path(_run([Path(pyenv), "root"]).stdout.strip(), "versions")
        for one in sorted(versions.glob(f"{version}.*"), reverse=True):
            yield one / "bin" / "python"
    if (uv := find_uv()) is None:
        return
    for bring in (False, True):
        if bring:
            boot.say(f"Asking uv for Python {version} ...")
            _run([uv, "python", "install", version])
        found = _run([uv, "python", "find", "--no-project", version])
        if found.returncode == 0:
            yield Path(found.stdout.strip())


def find_uv() -> Path | None:
    """The uv on PATH or beside the Python that runs this."""
    if found := shutil.which("uv"):
        return Path(found)
    beside = Path(sys.executable).parent / "uv"
    return beside if beside.exists() else None


def requirements() -> list[str]:
    """What an auditor installs: the base dependencies of the product."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return list(project["project"]["dependencies"])


def _make(base: Path, folder: Path) -> None:
    """A fresh environment with the base dependencies. Raises NoPython."""
    python = folder / "bin" / "python"
    wanted: list[str | Path] = ["-c", boot.LOCK, *requirements()]
    if (uv := find_uv()) is not None:
        boot.tell_others()
        made = _run([uv, "venv", "--quiet", "--python", base, folder])
        if made.returncode == 0:
            done = _run([uv, "pip", "install", "--quiet", "--python", python, *wanted])
            if done.returncode == 0:
                return
        shutil.rmtree(folder, ignore_errors=True)
    made = _run([base, "-m", "venv", folder])
    if made.returncode == 0:
        pip: list[str | Path] = [python, "-m", "pip", "--disable-pip-version-check"]
        done = _run([*pip, "install", "-q", *wanted])
        if done.returncode == 0:
            return
        raise NoPython(
            f"{folder.name} got no packages; pip said:\n{done.stderr.strip()}\n"
            "`pip config list` shows where it looks. Mend that and start again."
        )
    raise NoPython(
        f"{base} makes no virtual environment. Mend it with\n"
        "    apt-get install python3-venv     (as root; Debian and Ubuntu)\n"
        "or put uv on PATH, and start again."
    )


def _digest() -> str:
    """What the environments depend on, so that a change makes them anew."""
    text = boot.LOCK.read_text(encoding="utf-8") + "\n".join(requirements())
    return hashlib.sha256(text.encode()).hexdigest()


def _run(command: list[str | Path]) -> subprocess.CompletedProcess[str]:
    return boot.run(command, quiet=True)


__all__ = ["VERSIONS", "NoPython", "environment", "find"]
