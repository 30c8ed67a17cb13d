"""A disk that fails as the test tells it, under a real process: `failing_disk.c`, preloaded."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

How: TypeAlias = Literal[
    "eio_write",
    "enospc",
    "eio_fsync",
    "slow_fsync",
    "die_before_write",
    "die_torn",
    "die_after_fsync",
]


@dataclass(frozen=True)
class FailingDisk:
    """The compiled library, and the file in which it is told what to do."""

    library: Path
    word: Path

    @classmethod
    def built(cls, folder: Path) -> FailingDisk:
        """Compiles it; a machine without a C compiler says so."""
        compiler = shutil.which("cc") or shutil.which("gcc")
        assert compiler is not None, "a C compiler is needed: apt-get install gcc libc6-dev"
        source, library = Path(__file__).with_suffix(".c"), folder / "failing_disk.so"
        command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"]
        subprocess.run(command, check=True)
        return cls(library, folder / "how")

    def environment(self, file: str) -> dict[str, str]:
        """What a process is started with so that its files named like `file` may fail."""
        return {
            "LD_PRELOAD": str(self.library),
            "FAILING_FILE": file,
            "FAILING_HOW": str(self.word),
        }

    def fail(self, how: How) -> None:
        """From now on."""
        self.word.write_text(how)

    def mend(self) -> None:
        """All is well again."""
        self.word.write_text("")

    @contextmanager
    def failing(self, how: How) -> Iterator[None]:
        """While the block runs."""
        self.fail(how)
        try:
            yield
        finally:
            self.mend()
