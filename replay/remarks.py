"""The remarks on a session: a log of its own, chained and signed like a session's, and none.

Asked are: is the file what its owner signed, does it continue what somebody kept of it, and is each
entry a remark. What it is not: a look at the session, whose entries the remarks name by number and by
the hash of their bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bidding.proof.archive import ArchiveError, Verified, verify_archive
from bidding.proof.policy import Policy
from bidding.proof.text import from_base64
from replay.held import compare, read_held

SUFFIX: Final = "/notes"
"""What follows the name of a session's log in that of the remarks on it."""
TYPE: Final = "note.accepted"
_FIELDS: Final = {"v", "log", "i", "t", "type", "actor", "cmd", "data"}
_DATA: Final = {"entry", "leaf", "text"}
_AUTHOR: Final = re.compile(r"(?:auditor|staff|approver):[A-Za-z0-9_-]{1,32}")
_HASH: Final = 32


def is_remarks(raw: bytes) -> bool:
    """Whether a file says of itself that it is one of remarks; nothing of it is verified."""
    return any(line.endswith(SUFFIX.encode()) for line in raw.split(b"\n", 2)[1:2])


def remarks(raw: bytes, policy: Policy, *, held: Sequence[bytes] = ()) -> Verified:
    """The file, where it holds and its entries are remarks. Raises ArchiveError or PolicyError.

    `held` are receipts or checkpoints somebody kept: the file must continue each of them.
    """
    kept = [read_held(number, one, policy) for number, one in enumerate(held, 1)]
    proof = verify_archive(raw, policy)
    for one in kept:
        compare(one, proof.archive)
    before = 0
    for index, entry in enumerate(proof.entries):
        t = entry["t"]
        if not _is_remark(entry) or not isinstance(t, int) or t < before:
            raise ArchiveError(
                f"entry {index}",
                "it is signed, but it is no remark that could follow those before it",
                "虽有签名，但不是能接在前面各条之后的批注",
            )
        before = t
    return proof


def _is_remark(entry: Mapping[str, Any]) -> bool:
    actor, data = entry.get("actor"), entry.get("data")
    if entry.keys() != _FIELDS or entry["type"] != TYPE:
        return False
    if not isinstance(actor, str) or not _AUTHOR.fullmatch(actor):
        return False
    if not isinstance(entry["cmd"], str) or not entry["cmd"].startswith(f"{actor}/"):
        return False
    if not isinstance(data, Mapping) or data.keys() != _DATA:
        return False
    about, text = data["entry"], data["text"]
    return type(about) is int and about >= 0 and isinstance(text, str) and _is_hash(data["leaf"])


def _is_hash(given: Any) -> bool:
    try:
        return isinstance(given, str) and len(from_base64(given)) == _HASH
    except ValueError:
        return False
