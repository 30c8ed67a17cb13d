"""Proofs beside the logs as files of one folder: `<log, its slashes as tildes>.<kind>`.

Not the record: who loses this folder loses no entry, and the house makes the files anew.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
from pathlib import Path
from typing import Final

from bidding.engine.ports import SideFilesBroken

_LOG: Final = re.compile(r"[A-Za-z0-9.-]+(/[A-Za-z0-9._-]+)*")
_KIND: Final = re.compile(r"[a-z]+")


class FolderOfSideFiles:
    """Implements `bidding.engine.ports.SideFiles`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, log: str, kind: str, content: bytes) -> None:
        """Written beside and renamed: a crash leaves the old file or the new one."""
        try:
            await asyncio.to_thread(_replace, self._path(log, kind), content)
        except OSError as error:
            raise SideFilesBroken(f"{self._folder}: {error.strerror}") from error

    async def kept(self, log: str, kind: str) -> bytes | None:
        """The whole file."""
        try:
            return await asyncio.to_thread(self._path(log, kind).read_bytes)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SideFilesBroken(f"{self._folder}: {error.strerror}") from error

    def _path(self, log: str, kind: str) -> Path:
        assert _LOG.fullmatch(log), "names of logs are checked where they are made"
        assert _KIND.fullmatch(kind), "kinds are ours"
        # No log's name holds a tilde, so two logs never share a file.
        return self._folder / f"{log.replace('/', '~')}.{kind}"


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{secrets.token_hex(8)}")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
