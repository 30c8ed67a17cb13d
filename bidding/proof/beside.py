"""Proofs beside the record, carried in it: signature lines of a kind that C2SP leaves to others.

Two of them may stand under a checkpoint of ours: the SM2 signature of the parallel log over the
same entries (gm.py), and an RFC 3161 token of a time-stamping authority. Signed notes keep type
0xff for both, and whoever does not know a line passes it over; so an archive that carries them is
read by every verifier there ever was, and holds without them.

It checks no SM2 signature and no token: gm.py does, and `replay.timestamp`.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from bidding.proof.checkpoint import Checkpoint, CheckpointError, parse_body
from bidding.proof.gm import SIGNATURE_TYPE, gm_origin
from bidding.proof.merkle import HASH_BYTES
from bidding.proof.note import NoteError, Signature, key_id_of, parse_note
from bidding.proof.sm2 import SIGNATURE_BYTES

TOKEN: Final = b"bidding.example/rfc3161/v1"
_STAMPED: Final = "/rfc3161"


def with_gm(note: bytes, gm_note: bytes) -> bytes:
    """`note` with the parallel log's signature under it; unchanged where that is of another size.

    The line carries SM3 root and signature: name and size are the note's own. Raises NoteError.
    """
    ours, theirs = _checkpoint(note), _checkpoint(gm_note)
    if (theirs.origin, theirs.size) != (gm_origin(ours.origin), ours.size):
        return note
    (signature,) = parse_note(gm_note)[1]
    raw = theirs.root + signature.raw
    return note + Signature(signature.name, signature.key_id, raw).line()


def gm_notes(note: bytes) -> tuple[bytes, ...]:
    """The parallel log's notes that lie under `note`, whole again. NOTHING is verified here."""
    _, signatures = parse_note(note)
    ours = _checkpoint(note)
    name, found = gm_origin(ours.origin), []
    for one in signatures:
        if one.name == name and len(one.raw) == HASH_BYTES + SIGNATURE_BYTES:
            root, raw = one.raw[:HASH_BYTES], one.raw[HASH_BYTES:]
            body = Checkpoint(name, ours.size, root).body()
            found.append(body + b"\n" + Signature(name, one.key_id, raw).line())
    return tuple(found)


def with_token(notes: Sequence[bytes], response: bytes) -> list[bytes]:
    """`notes` with the authority's response under the one it is over; unchanged where it is of none.

    Which one it is over shows in the digest it holds; whether it holds is for its verifier.
    """
    found = list(notes)
    for at in reversed(range(len(found))):
        text, _ = parse_note(found[at])
        if sha256(text).digest() in response:
            name = _token_name(found[at])
            found[at] += Signature(name, _token_id(name), response).line()
            break
    return found


def tokens(note: bytes) -> tuple[bytes, ...]:
    """The responses of time-stamping authorities under `note`. NOTHING is verified here."""
    name = _token_name(note)
    known = (name, _token_id(name))
    return tuple(one.raw for one in parse_note(note)[1] if (one.name, one.key_id) == known)


def _checkpoint(note: bytes) -> Checkpoint:
    try:
        return parse_body(parse_note(note)[0])
    except CheckpointError as error:
        raise NoteError(str(error)) from error


def _token_name(note: bytes) -> str:
    return _checkpoint(note).origin + _STAMPED


def _token_id(name: str) -> bytes:
    return key_id_of(name, SIGNATURE_TYPE, TOKEN)
