"""Makes the environment, then starts the product or the check: `./run`, `./check`.

What it is: the first thing that runs on a machine that has nothing but Python. It needs the
standard library only.

    python3 tools/boot.py run [options of server.py]   the server, on its defaults
    python3 tools/boot.py check [options]              everything that is checked
    python3 tools/boot.py setup [--check]              the environment only

What it is not: a package manager. Versions are pinned in `requirements.lock`, what is installed
is said in `pyproject.toml`.

Rules:

1. Unchanged inputs cost nothing: a stamp in `.venv` holds their digest.
2. The environment of `check` contains that of `run`; once made it stays, whoever asks next, so
   the two never undo each other.
3. Only one boot at a time touches the environment.
4. No registry is named here: the configuration of pip on this machine says where packages come
   from, and uv is told the same.
5. What cannot be had stops the run with one sentence that says what mends it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - pyproject's promise is not kept by whoever types python3
    sys.exit(f"Daylight needs Python 3.11 or newer; python3 here is {sys.version.split()[0]}.")

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".daylight"
LOCK = ROOT / "requirements.lock"
NAME = "daylight-bidding"
# What an install reads; when a byte of it changes the install is done again.
INPUTS = ("pyproject.toml", "requirements.lock", "tools/build_desks.py", "desks")
# Files the running environment needs although no install step would miss them.
PRODUCTS = ("bidding/web/static/manifest.json",)
INSTALLS = {
    "run": ["-e", ".[server,report]"],
    "check": ["-e", ".[server,cluster,report,gm,timestamp,beacon]", "--group", "test"],
}


def main(words: list[str]) -> None:
    """Do what the first word says. Ends the process."""
    os.chdir(ROOT)
    task, rest = (words[0], words[1:]) if words else ("", [])
    if task == "setup" and rest in ([], ["--check"]):
        prepare("check" if rest else "run")
    elif task == "run":
        prepare("run")
        os.execv(PYTHON, [str(PYTHON), "server.py", *rest])  # noqa: S606 - our own program, no shell
    elif task == "check":
        prepare("check")
        os.execv(PYTHON, [str(PYTHON), "tools/check.py", *rest])  # noqa: S606 - as above
    else:
        sys.exit("usage: python3 tools/boot.py run [...] | check [...] | setup [--check]")


def prepare(mode: str) -> None:
    """Bring `.venv` to what `mode` needs; do nothing when it is there already."""
    lock = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        prepare_alone(mode)
    finally:
        os.close(lock)


def prepare_alone(mode: str) -> None:
    """As `prepare`, for the one process that may."""
    digest = digest_of_inputs()
    found_mode, found_digest = stamp()
    if found_mode == "check":
        mode = "check"
    products = all((ROOT / path).exists() for path in PRODUCTS)
    if products and (found_mode, found_digest) == (mode, digest) and runs():
        return
    began = time.monotonic()  # noqa: TID251 - tells a person how long the set-up took
    say(f"Preparing the environment ({mode}) in {VENV.name} ...")
    if not runs():
        make_venv()
    # The mode is kept even if the install fails: what was there already still is.
    STAMP.write_text(f"{mode} unfinished\n")
    install(mode)
    STAMP.write_text(f"{mode} {digest}\n")
    took = time.monotonic() - began  # noqa: TID251 - as above
    say(f"Environment ready after {took:.0f} s.")


def stamp() -> tuple[str, str]:
    """Mode and digest of the last install, empty when there is none."""
    try:
        mode, digest = STAMP.read_text().split()
    except (OSError, ValueError):
        return "", ""
    return mode, digest


def digest_of_inputs() -> str:
    """SHA-256, in hex, over what an install reads and the Python it is made with."""
    whole = hashlib.sha256(f"{sys.version_info[:2]}\n".encode())
    for name in INPUTS:
        start = ROOT / name
        for path in [start] if start.is_file() else sorted(walk(start)):
            inner = hashlib.sha256(path.read_bytes()).hexdigest()
            whole.update(f"{path.relative_to(ROOT)}\0{inner}\n".encode())
    return whole.hexdigest()


def walk(folder: Path) -> list[Path]:
    """Every file under a folder, but what npm installed there."""
    found: list[Path] = []
    for here, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != "node_modules"]
        found += [Path(here, name) for name in files]
    return found


def runs() -> bool:
    """Whether the environment's Python starts and is of the version we were started with."""
    if not PYTHON.exists():
        return False
    told = "import sys; print(*sys.version_info[:2])"
    done = run([PYTHON, "-c", told], quiet=True)
    return done.returncode == 0 and done.stdout.split() == [str(n) for n in sys.version_info[:2]]


def make_venv() -> None:
    """Make `.venv`, with pip in it where this Python can."""
    shutil.rmtree(VENV, ignore_errors=True)
    if has_ensurepip():
        must([sys.executable, "-m", "venv", VENV], "Python could not make a virtual environment.")
    elif uv := shutil.which("uv"):
        must([uv, "venv", "--quiet", "--python", sys.executable, VENV], "uv made no environment.")
    elif os.geteuid() == 0 and shutil.which("apt-get"):
        # Debian cuts ensurepip out of Python and ships it in a package of its own.
        apt_install(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")
        must([sys.executable, "-m", "venv", VENV], "Python could not make a virtual environment.")
    else:
        sys.exit(
            "This Python has no ensurepip, so it cannot make a virtual environment. Mend it with\n"
            "    apt-get install python3-venv     (as root; Debian and Ubuntu)\n"
            "or put uv on PATH, and start again."
        )


def has_ensurepip() -> bool:
    """Whether `venv` can bring pip; asked of the Python itself, in its own process."""
    return run([sys.executable, "-c", "import ensurepip"], quiet=True).returncode == 0


def apt_install(package: str) -> None:
    """Install one Debian package as root. Ends the process when that fails."""
    say(f"Installing the Debian package {package} ...")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    # A broken foreign list must not stop us: the install tells whether the package is there.
    run(["apt-get", "update", "-q"], quiet=True, environment=environment)
    command = ["apt-get", "install", "-q", "-y", "--no-install-recommends", package]
    done = run([*command], quiet=True, environment=environment)
    if done.returncode != 0:
        say(done.stdout + done.stderr)
        sys.exit(f"Mend it with: apt-get update && apt-get install {package}")


def install(mode: str) -> None:
    """Install the product and what `mode` needs, at the locked versions."""
    wanted = ["-c", str(LOCK), *INSTALLS[mode]]
    tell_others()
    if uv := find_uv():
        # The editable link is made anew each time: the pages are built inside that step.
        command: list[str | Path] = [uv, "pip", "install", "--quiet", "--python", PYTHON]
        command += ["--reinstall-package", NAME, *wanted]
        done = run(command, quiet=True)
        if done.returncode == 0:
            return
        say(done.stderr)
        if "BuildFailed" in done.stderr:
            # Packages were found; it is our own pages that do not build, and pip would not help.
            sys.exit("The desks could not be built; the words above say where.")
        say("uv could not install; trying pip.")
    pip: list[str | Path] = [PYTHON, "-m", "pip", "--disable-pip-version-check"]
    # Dependency groups are read by pip 25.1 and later; Debian's bundled one is older.
    otherwise = (
        "No packages came. pip must reach a registry from this machine; `pip config list` shows\n"
        "where it looks. Mend that and start again."
    )
    must([*pip, "install", "-q", "--upgrade", "pip>=25.1"], otherwise)
    must([*pip, "install", "-q", *wanted], otherwise)


def find_uv() -> str | None:
    """The uv on PATH, else from the environment itself; None when it cannot be had."""
    if found := shutil.which("uv"):
        return found
    own = VENV / "bin" / "uv"
    if not own.exists():
        run([PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "-q", "uv>=0.8"])
    return str(own) if own.exists() else None


def tell_others() -> None:
    """Tell uv and Node what pip's configuration says; neither reads pip's files.

    What a person has set for them already stays.
    """
    pip = pip_settings()
    told = {
        "UV_DEFAULT_INDEX": pip.get("index-url"),
        "UV_INSECURE_HOST": pip.get("trusted-host"),
        "UV_HTTP_TIMEOUT": pip.get("timeout") or pip.get("default-timeout"),
        "SSL_CERT_FILE": pip.get("cert"),
        "NODE_EXTRA_CA_CERTS": pip.get("cert"),
    }
    for name, value in told.items():
        if value:
            os.environ.setdefault(name, value)


def pip_settings() -> dict[str, str]:
    """What pip reads on this machine, from its files and variables, by the name of the option."""
    # `config list` rather than `config get`: newer versions of pip find some keys only that way.
    python = PYTHON if PYTHON.exists() else sys.executable
    return read_settings(run([python, "-m", "pip", "config", "list"], quiet=True).stdout)


def read_settings(listed: str) -> dict[str, str]:
    """Option -> value, out of the lines of `pip config list`."""
    found: dict[str, str] = {}
    # A later section goes before an earlier one: for all commands, for install, in a variable.
    for section in ("global", "install", ":env:"):
        for line in listed.splitlines():
            name, _, value = line.partition("=")
            if name.startswith(f"{section}."):
                found[name.removeprefix(f"{section}.")] = value.strip("'\"")
    return found


def must(command: list[str | Path], otherwise: str) -> None:
    """Run a command; when it fails, end with the sentence that says what mends it."""
    if run(command).returncode != 0:
        sys.exit(otherwise)


def run(
    command: list[str | Path], *, quiet: bool = False, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command, with its words shown or kept."""
    return subprocess.run(
        [str(word) for word in command],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.PIPE if quiet else None,
        text=True,
        check=False,
    )


def say(sentence: str) -> None:
    """Tell the person at the terminal, at once."""
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
