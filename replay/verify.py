"""Verify an archive against a policy: bytes, tree, signatures, then the fold of the states.

Two questions, asked in this order: is this the log that its owner signed, and does each
entry follow from the state before it. Whether the rule decided rightly is `rejudge`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bidding.core.state import BadEntry, State, evolve
from bidding.proof.archive import ArchiveError, verify_archive
from bidding.proof.policy import Policy


@dataclass(frozen=True, slots=True)
class Session:
    """A session that holds: its entries, who witnessed it, and the state it ends in."""

    origin: str
    entries: tuple[dict[str, Any], ...]
    checkpoints: int
    witnesses: tuple[str, ...]
    state: State


def verify(raw: bytes, policy: Policy) -> Session:
    """The session in an archive; ArchiveError or PolicyError says what is wrong and where."""
    verified = verify_archive(raw, policy)
    origin = verified.archive.origin
    state = State(origin)
    for index, entry in enumerate(verified.entries):
        try:
            state = evolve(state, entry)
        except (BadEntry, ValueError, KeyError, TypeError, AssertionError, AttributeError) as wrong:
            raise ArchiveError(
                f"entry {index}",
                f"it is signed, but it cannot follow the entries before it: {wrong}",
                "虽有签名，但与之前的记录接不上",
            ) from wrong
    entries: tuple[dict[str, Any], ...] = verified.entries
    checkpoints = len(verified.archive.checkpoints)
    return Session(origin, entries, checkpoints, verified.witnesses, state)
