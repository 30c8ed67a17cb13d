"""PostgreSQL as a centre runs it: a primary whose commits wait for a standby that may be promoted.

Strict: whoever writes waits for a standby, even right after a promotion, until there is one again.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg

from tests.postgres import Server, as_nobody, binaries, initialised, started

_STRICT = (
    "synchronous_standby_names=ANY 1 (standby)",
    "wal_keep_size=64MB",
    # The house's pools, and those of nodes that fell and are not missed yet.
    "max_connections=150",
)


@dataclass
class Pair:
    """A primary and its standby, in one folder."""

    under: Path
    primary: Server = field(init=False)
    standby: Server | None = field(init=False, default=None)
    _number: Any = field(default_factory=lambda: count(1))

    @classmethod
    def made(cls) -> Pair:
        """Both run; whoever asks for them ends them."""
        pair = cls(Path(tempfile.mkdtemp(prefix="pg-pair-")))
        pair.under.chmod(0o755)
        pair.primary = started(initialised(pair._folder()), *_STRICT)
        pair.follow()
        return pair

    def url(self, user: str, database: str) -> str:
        """Of whoever is the primary now."""
        return self.primary.url(user, database)

    async def shell(self, database: str = "postgres") -> asyncpg.Connection:
        """A superuser's connection to the primary."""
        return await self.primary.shell(database)

    @property
    def socket(self) -> Path:
        """Where the primary listens."""
        return self.primary.sockets / ".s.PGSQL.5432"

    def follow(self) -> None:
        """A new standby of the primary, from a copy of it."""
        under = self._folder()
        data = under / "data"
        command: list[Any] = [binaries() / "pg_basebackup", "-h", self.primary.sockets]
        command += ["-U", "postgres", "-D", data, "-c", "fast", "--no-sync", "--no-manifest"]
        if os.geteuid() == 0:
            shutil.chown(under, 65534, 65534)
        subprocess.run(command, check=True, capture_output=True, cwd="/", **as_nobody())
        (data / "standby.signal").touch()
        told = f"host={self.primary.sockets} user=postgres application_name=standby"
        self.standby = started(data, *_STRICT, f"primary_conninfo={told}")

    async def promote(self) -> None:
        """The standby is the primary from now on; the old one is ended if it was not."""
        assert self.standby is not None
        kill(self.primary)
        self.primary, self.standby = self.standby, None
        shell = await self.shell()
        try:
            assert await shell.fetchval("SELECT pg_promote(true, 30)")
        finally:
            await shell.close()

    def lose_standby(self) -> None:
        """It is killed."""
        assert self.standby is not None
        kill(self.standby)
        self.standby = None

    def close(self) -> None:
        """Both end, and nothing is left."""
        for server in (self.primary, self.standby):
            if server is not None:
                kill(server)
        shutil.rmtree(self.under, ignore_errors=True)

    def _folder(self) -> Path:
        found = self.under / str(next(self._number))
        found.mkdir(mode=0o755)
        return found


def signalled(server: Server, number: int) -> None:
    """The server and every process of it: a backend outlives a postmaster by some time."""
    pid = server.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for one in (pid, *map(int, children)):
        try:
            os.kill(one, number)
        except ProcessLookupError:
            continue


def kill(server: Server) -> None:
    """Kill -9 of all of it."""
    if server.process.poll() is None:
        # Stopped first, so that it starts nobody while its children are counted.
        server.process.send_signal(signal.SIGSTOP)
        signalled(server, signal.SIGKILL)
        server.process.wait(10)
