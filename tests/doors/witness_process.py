"""A witness as its own process, with its key, its memory and its one file of configuration."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from tests.ports import Port

REPOSITORY = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "replay", "witness", "--config"]


class WitnessProcess:
    """`python -m replay witness` in a folder of its own; after `kill` it can be started again."""

    def __init__(
        self, folder: Path, name: str, *, centres: Sequence[str] = (), logs: Sequence[str] = ()
    ) -> None:
        folder.mkdir(parents=True)
        self.folder, self.name, self._port = folder, name, Port()
        self.file = folder / "witness.toml"
        self._lists = f"centres = {list(centres)!r}\nlogs = {list(logs)!r}\n"
        self._configure()
        made = subprocess.run(
            [*COMMAND, str(self.file), "--make-key"],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=True,
        )
        self.vkey = made.stdout.strip()
        self.url = ""
        self._process: subprocess.Popen[str] | None = None

    def _configure(self) -> None:
        own = f'listen = "127.0.0.1:{self._port.number}"\nname = "{self.name}"\n'
        self.file.write_text(own + 'key = "witness.key"\nstate = "state"\n' + self._lists)

    def start(self) -> None:
        """Returns when it listens; the second time on the same port."""
        with (self.folder / "stderr").open("ab") as told:
            self._process = subprocess.Popen(
                [*COMMAND, str(self.file)],
                cwd=REPOSITORY,
                stdout=subprocess.PIPE,
                stderr=told,
                text=True,
            )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        assert self.url.startswith("http://"), (self.folder / "stderr").read_text()
        assert self._process.stdout.readline().strip() == self.vkey

    def kill(self) -> None:
        """kill -9: no goodbye, no flush."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGKILL)
        self._end()

    def stop(self) -> int | None:
        """SIGTERM and wait; returns the exit status, None when it was gone already."""
        if self._process is None or self._process.poll() is not None:
            return None
        self._process.terminate()
        return self._end()

    def _end(self) -> int:
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.stdout.close()
        return self._process.wait(60)

    def ask(
        self, body: bytes, path: str = "/add-checkpoint", method: str = "POST"
    ) -> tuple[int, str, bytes]:
        """Status, type and body of one answer."""
        line = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        try:
            line.request(method, path, body)
            answer = line.getresponse()
            return answer.status, answer.headers["Content-Type"], answer.read()
        finally:
            line.close()
