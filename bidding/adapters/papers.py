"""Papers as files of one folder, each under the first half of its hash.

A file is written beside its place, flushed to the disk, and then moved there in one step: a crash
leaves a whole paper or none. What it is not: an index; which auction has which is in its document.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from pathlib import Path
from typing import Final

from bidding.engine.papers import PAPER_ID, NoRoom, sha256

ROOM: Final = 4 * 1024**3
"""Bytes of all papers together."""


class FilePapers:
    """Implements `bidding.engine.papers.Papers`. The folder is made with the first paper."""

    def __init__(self, folder: Path, *, room: int = ROOM) -> None:
        self._folder, self._room = folder, room

    async def put(self, content: bytes) -> str:
        """Raises NoRoom, also where the disk itself is full."""
        return await asyncio.to_thread(self._put, content)

    async def get(self, paper: str) -> bytes | None:
        """Checked against its name each time: a file that was changed is no longer that paper."""
        return await asyncio.to_thread(self._get, paper)

    def _put(self, content: bytes) -> str:
        digest = sha256(content)
        place = self._folder / digest[:32]
        if place.exists():
            return digest
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._used() + len(content) > self._room:
                raise NoRoom
            beside = self._folder / f".{secrets.token_hex(8)}"
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(place)
        except OSError as error:
            raise NoRoom from error
        return digest

    def _get(self, paper: str) -> bytes | None:
        if not PAPER_ID.fullmatch(paper):
            return None
        try:
            content = (self._folder / paper).read_bytes()
        except FileNotFoundError:
            return None
        return content if sha256(content).startswith(paper) else None

    def _used(self) -> int:
        return sum(entry.stat().st_size for entry in os.scandir(self._folder))
