"""Verify an archive against a policy: bytes, tree, signatures, then the fold of the states.

Three questions, asked in this order: is this the log that its owner signed, does each entry
follow from the state before it, and does every sealed offer open to what the log says. Whether
the rule decided rightly is `rejudge`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from bidding.core.state import BadEntry, State
from bidding.proof.archive import ArchiveError, Verified, verify_archive
from bidding.proof.policy import Policy
from replay.film import Film
from replay.openings import Opened, openings

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many entries of how many were folded, now and then."""

_TELL_EVERY = 1_000


@dataclass(frozen=True, slots=True)
class Session:
    """A session that holds: its film, and what vouches for it."""

    film: Film
    proof: Verified
    opened: tuple[Opened, ...]
    """The offers that their bidders had sealed, opened again."""

    @property
    def origin(self) -> str:
        """The name of its log."""
        return self.proof.archive.origin

    @property
    def entries(self) -> tuple[dict[str, Any], ...]:
        """Its entries, parsed."""
        return self.proof.entries

    @property
    def checkpoints(self) -> int:
        """How many signed checkpoints it carries."""
        return len(self.proof.archive.checkpoints)

    @property
    def witnesses(self) -> tuple[str, ...]:
        """Who cosigned the last checkpoint, by the policy's names."""
        return self.proof.witnesses

    @property
    def state(self) -> State:
        """The state it ends in."""
        return self.film.end


def verify(raw: bytes, policy: Policy, told: Progress | None = None) -> Session:
    """The session in an archive; ArchiveError or PolicyError says what is wrong and where."""
    verified = verify_archive(raw, policy)
    film = Film(verified.archive.origin)
    for index, entry in enumerate(verified.entries):
        try:
            film.add(entry)
        except (BadEntry, ValueError, KeyError, TypeError, AssertionError, AttributeError) as wrong:
            raise ArchiveError(
                f"entry {index}",
                f"it is signed, but it cannot follow the entries before it: {wrong}",
                "虽有签名，但与之前的记录接不上",
            ) from wrong
        if told is not None and (index + 1) % _TELL_EVERY == 0:
            told(index + 1, len(verified.entries))
    return Session(film, verified, openings(verified.entries))


__all__ = ["Progress", "Session", "verify"]
