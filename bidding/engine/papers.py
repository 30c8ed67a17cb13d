"""Papers: pictures, maps and documents that belong to an auction, named by what is in them.

A paper is its bytes. Its SHA-256 stands in the auction's document, which two people approved and
entry 0 of the log holds; so nobody can change one afterwards without its being seen. What is
here: what a paper may be, and the port of the place where they are kept.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final, Protocol

MOST_BYTES: Final = 10 * 1024 * 1024
"""Of one paper."""
PAPER_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
"""The first half of its SHA-256 in hex: its address. The whole hash stands in the document."""

_STARTS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)


class NoRoom(Exception):
    """The place is full: the operator must give it more room."""


class Papers(Protocol):
    """Where papers are kept. Putting the same bytes twice is putting them once."""

    async def put(self, content: bytes) -> str:
        """Keeps it for good before it returns its hex SHA-256. Raises NoRoom."""
        ...

    async def get(self, paper: str) -> bytes | None:
        """The bytes of a paper by its id; None where there is none, or no longer that one."""
        ...


def sha256(content: bytes) -> str:
    """The hex SHA-256 by which everybody can tell it."""
    return hashlib.sha256(content).hexdigest()


def media_of(content: bytes) -> str | None:
    """What it is by its first bytes, whatever its name says; None where it is none of ours.

    Only kinds that a browser shows without running anything in them.
    """
    return next((media for start, media in _STARTS if content.startswith(start)), None)
