"""`server.py` as a process of its own, without reading its libraries from the disk for every start.

Most of what a start costs is imports, and the suite starts a hundred houses. So a process that has
them forks for each: its own memory, its own signals, killed as any other. What is said of a start
from nothing (an environment of its own, the command itself) is tested with `from_nothing`.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing import reduction
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Protocol, TextIO

ROOT = Path(__file__).parents[2]
_READY = multiprocessing.get_context("forkserver")
# What a house reads only when it opens its books is half of its start.
_OPENING = ["alembic.command", "sqlalchemy.dialects.sqlite.aiosqlite", "aiosqlite"]
_READY.set_forkserver_preload(["server", "tests.doors.program", *_OPENING])


class Running(Protocol):
    """What is asked of a process; `subprocess.Popen` has it too."""

    pid: int
    stdout: Any

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int, /) -> None: ...


def from_nothing(
    words: list[str], errors: TextIO, environment: Mapping[str, str]
) -> subprocess.Popen[str]:
    """The command as an operator types it."""
    return subprocess.Popen(
        [sys.executable, "-m", "bidding", "serve", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
    )


@dataclass
class _Forked:
    process: ForkServerProcess
    pid: int
    stdout: TextIO

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self.process.join(timeout)
        if self.process.exitcode is None:
            raise TimeoutError(f"{self.pid} still runs after {timeout} s")
        return self.process.exitcode

    def send_signal(self, sig: int, /) -> None:
        if self.process.exitcode is None:
            os.kill(self.pid, sig)


def forked(words: list[str], errors: TextIO) -> Running:
    """The same program, from a process that has its libraries."""
    reads, writes = os.pipe()
    process = _READY.Process(target=_main, args=(words, _Lent(writes), _Lent(errors.fileno())))
    process.start()
    os.close(writes)
    assert process.pid is not None
    return _Forked(process, process.pid, os.fdopen(reads))


def errand(words: list[str], timeout: float = 100) -> subprocess.CompletedProcess[str]:
    """The program run to its end, and what it said."""
    with tempfile.TemporaryFile("w+") as errors:
        running = forked(words, errors)
        try:
            with running.stdout as said:
                stdout = said.read()
            code = running.wait(timeout)
        finally:
            running.send_signal(signal.SIGKILL)
        errors.seek(0)
        return subprocess.CompletedProcess(words, code, stdout, errors.read())


class _Lent:
    """A file descriptor on its way to the child."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> tuple[Any, ...]:
        return _received, (reduction.DupFd(self.number),)


def _received(lent: Any) -> int:
    number: int = lent.detach()
    return number


def _main(words: list[str], out: int, err: int) -> None:
    for number, target in ((out, 1), (err, 2)):
        os.dup2(number, target)
        os.close(number)
    os.chdir(ROOT)
    sys.argv = ["server.py", *words]
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    import server  # noqa: PLC0415 only the child needs it

    sys.exit(server.main())
