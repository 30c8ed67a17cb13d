"""Signed notes: a text and the lines that say who signed it.

C2SP signed-note, with C2SP tlog-cosignature for witnesses:

    <text, ending in a newline>
    <blank line>
    (em dash) <key name> base64(key id[4] || signature)      one line per signature

Signature types: 0x01 Ed25519 (logs), 0x04 Ed25519 with a time (witnesses), 0x06
ML-DSA-44 with a time (both). It does not decide whose signatures are enough: policy.py.

1. The last blank line separates; the text may hold others.
2. No control character but the newline, UTF-8 only, at most 100 signatures, 1 MB.
3. A signature by a key we do not know is ignored; a bad one by a key we know, or two
   keys of one name and id, refuses the whole note.
"""

import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from bidding.proof import ed25519
from bidding.proof.checkpoint import CheckpointError, parse_body
from bidding.proof.text import MAX_INT64, from_base64, to_base64

ED25519: Final = 0x01
COSIGNATURE: Final = 0x04
ML_DSA_44: Final = 0x06

MAX_SIGNATURES: Final = 100
MAX_BYTES: Final = 1_000_000

_PUBLIC_BYTES: Final = {ED25519: 32, COSIGNATURE: 32, ML_DSA_44: 1312}
_DASH: Final = "\N{EM DASH} "
# Unicode White_Space, written out so that it cannot change with the Python version.
_NAME: Final = re.compile(
    "[^\x00-\x20+\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ud800-\udfff]+"
)
_CONTROL: Final = re.compile(rb"[\x00-\x09\x0b-\x1f]")
_KEY_ID: Final = re.compile(r"[0-9a-f]{8}")


class NoteError(ValueError):
    """A note, key or signature that is malformed or does not hold; the text says why."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: the key it claims and its bytes after the key id."""

    name: str
    key_id: bytes
    raw: bytes

    def line(self) -> bytes:
        """The line as it stands under the text."""
        return f"{_DASH}{self.name} {to_base64(self.key_id + self.raw)}\n".encode()

    def time(self) -> int:
        """When a cosignature was made, in seconds since 1970 UTC. NoteError for other types."""
        return _timed(self.raw)[0]


@dataclass(frozen=True, slots=True)
class Note:
    """An opened note: its text, and one signature for each key that we know and checked."""

    text: bytes
    verified: tuple[Signature, ...]
    unverified: tuple[Signature, ...]


class Known(Protocol):
    """A public key that a note is opened with: a `Verifier`, or one of gm.py."""

    @property
    def name(self) -> str:
        """The name on its signature lines."""
        ...

    @property
    def key_id(self) -> bytes:
        """The four bytes on its signature lines."""
        ...

    def verify(self, text: bytes, raw: bytes) -> None:
        """Returns when `raw` is this key's signature on the note text, else NoteError."""
        ...


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with a name. Raises NoteError for names and keys we do not admit."""

    name: str
    alg: int
    public: bytes
    key_id: bytes = field(init=False)

    def __post_init__(self) -> None:
        admit_name(self.name)
        if len(self.public) != _PUBLIC_BYTES.get(self.alg):
            raise NoteError(f"no key of type {self.alg:#04x} has {len(self.public)} bytes")
        if self.alg != ML_DSA_44 and (reason := ed25519.fault(self.public)):
            raise NoteError(reason)
        object.__setattr__(self, "key_id", key_id_of(self.name, self.alg, self.public))

    @classmethod
    def for_key(cls, name: str, public: bytes, alg: int = ED25519) -> "Verifier":
        """The verifier of a raw public key; a log's key by default."""
        return cls(name, alg, public)

    @classmethod
    def parse(cls, vkey: str) -> "Verifier":
        """The verifier of `name+hex(key id)+base64(alg || public key)`, strictly."""
        name, key_id, alg, public = parse_key(vkey)
        verifier = cls(name, alg, public)
        if verifier.key_id != key_id:
            raise NoteError(f"the key id of {name} does not belong to its key")
        return verifier

    @property
    def vkey(self) -> str:
        """The key on one line, as policies and posters carry it."""
        material = to_base64(bytes([self.alg]) + self.public)
        return f"{self.name}+{self.key_id.hex()}+{material}"

    def verify(self, text: bytes, raw: bytes) -> None:
        """Returns when `raw` is this key's signature on the note text, else NoteError."""
        try:
            if self.alg == ML_DSA_44:
                time, signature = _timed(raw)
                message = _cosigned_message(self.name, time, text)
                MLDSA44PublicKey.from_public_bytes(self.public).verify(signature, message)
                return
            public = Ed25519PublicKey.from_public_bytes(self.public)
            if self.alg == COSIGNATURE:
                time, signature = _timed(raw)
                public.verify(signature, _cosigned_text(time, text))
            else:
                public.verify(raw, text)
        except InvalidSignature:
            raise NoteError(f"bad signature by {self.name}") from None
        except UnsupportedAlgorithm:
            raise NoteError("this installation of cryptography lacks ML-DSA-44") from None


class Signer:
    """A log's Ed25519 key and its name, which is the origin of the log."""

    def __init__(self, name: str, private: Ed25519PrivateKey | bytes) -> None:
        self._private = _private_key(private)
        self.verifier = Verifier(name, ED25519, self._private.public_key().public_bytes_raw())

    @classmethod
    def parse(cls, skey: str) -> "Signer":
        """The signer of `PRIVATE+KEY+name+hex(key id)+base64(alg || seed)`."""
        prefix = "PRIVATE+KEY+"
        if not skey.startswith(prefix):
            raise NoteError("a private key begins with PRIVATE+KEY+")
        name, key_id, alg, seed = parse_key(skey.removeprefix(prefix))
        if alg != ED25519:
            raise NoteError("only Ed25519 keys sign logs")
        signer = cls(name, seed)
        if signer.verifier.key_id != key_id:
            raise NoteError(f"the key id of {name} does not belong to its key")
        return signer

    def sign(self, text: str | bytes) -> bytes:
        """The whole note: text, blank line, one signature line.

        Whoever calls it for a checkpoint first makes sure that the tree continues the
        last one signed: a log that signs a fork has ended its own credit.
        """
        body = text.encode() if isinstance(text, str) else text
        _admit_text(body)
        signature = Signature(self.verifier.name, self.verifier.key_id, self._private.sign(body))
        return body + b"\n" + signature.line()


class Cosigner:
    """A witness's Ed25519 key (type 0x04). Its duty, checking consistency, is elsewhere."""

    def __init__(self, name: str, private: Ed25519PrivateKey | bytes) -> None:
        self._private = _private_key(private)
        self.verifier = Verifier(name, COSIGNATURE, self._private.public_key().public_bytes_raw())

    def cosign(self, body: bytes, time: int) -> bytes:
        """The signature line to append to a note over the checkpoint `body`.

        `time` is in seconds since 1970 UTC, as told by the caller's clock.
        """
        if not 0 <= time <= MAX_INT64:
            raise NoteError("time outside 0 .. 2**63-1")
        raw = struct.pack(">Q", time) + self._private.sign(_cosigned_text(time, body))
        return Signature(self.verifier.name, self.verifier.key_id, raw).line()


def parse_note(raw: bytes) -> tuple[bytes, tuple[Signature, ...]]:
    """Text and signature lines of a well-formed note. NOTHING is verified here."""
    if len(raw) > MAX_BYTES:
        raise NoteError(f"a note has at most {MAX_BYTES} bytes")
    if _CONTROL.search(raw):
        raise NoteError("control character")
    end = raw.rfind(b"\n\n")
    if end < 0 or not raw.endswith(b"\n") or end + 2 == len(raw):
        raise NoteError("a note is a text, a blank line and signature lines")
    try:
        lines = raw[end + 2 : -1].decode().split("\n")
        raw[:end].decode()
    except UnicodeDecodeError:
        raise NoteError("not UTF-8") from None
    if len(lines) > MAX_SIGNATURES:
        raise NoteError(f"a note has at most {MAX_SIGNATURES} signatures")
    return raw[: end + 1], tuple(_parse_line(line) for line in lines)


def open_note(raw: bytes, verifiers: Iterable[Known]) -> Note:
    """The note, once at least one known key signed it and no known key signed wrongly."""
    text, signatures = parse_note(raw)
    known: dict[tuple[str, bytes], list[Known]] = {}
    for verifier in verifiers:
        known.setdefault((verifier.name, verifier.key_id), []).append(verifier)
    verified: dict[tuple[str, bytes], Signature] = {}
    unverified: dict[Signature, None] = {}
    for signature in signatures:
        claimed = (signature.name, signature.key_id)
        match known.get(claimed, []):
            case []:
                unverified[signature] = None
            case [verifier]:
                verifier.verify(text, signature.raw)
                verified.setdefault(claimed, signature)
            case _:
                raise NoteError(f"two known keys share the name and id of {signature.name}")
    if not verified:
        raise NoteError("no signature by a known key")
    return Note(text, tuple(verified.values()), tuple(unverified))


def admit_name(name: str) -> None:
    """Returns when a key may have this name, else NoteError."""
    if not _NAME.fullmatch(name):
        raise NoteError("a key name is text without spaces and without '+'")


def _admit_text(text: bytes) -> None:
    if not text.endswith(b"\n") or _CONTROL.search(text):
        raise NoteError("the text ends in a newline and has no other control character")
    try:
        text.decode()
    except UnicodeDecodeError:
        raise NoteError("not UTF-8") from None


def _parse_line(line: str) -> Signature:
    name, space, blob = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space or not _NAME.fullmatch(name):
        raise NoteError("malformed signature line")
    try:
        raw = from_base64(blob)
    except ValueError as error:
        raise NoteError(f"signature of {name}: {error}") from None
    if len(raw) < 5:
        raise NoteError(f"signature of {name}: too short")
    return Signature(name, raw[:4], raw[4:])


def parse_key(text: str) -> tuple[str, bytes, int, bytes]:
    """name, key id, type, key material of `name+hex+base64`, of whatever type; else NoteError."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not _KEY_ID.fullmatch(parts[1]):
        raise NoteError("a key is name+hash+base64")
    try:
        material = from_base64(parts[2])
    except ValueError as error:
        raise NoteError(f"key of {parts[0]}: {error}") from None
    if not material:
        raise NoteError(f"key of {parts[0]}: empty")
    return parts[0], bytes.fromhex(parts[1]), material[0], material[1:]


def key_id_of(name: str, alg: int, public: bytes) -> bytes:
    """The four bytes by which a signature line tells its key; a hint, not a promise."""
    return sha256(name.encode() + b"\n" + bytes([alg]) + public).digest()[:4]


def _private_key(private: Ed25519PrivateKey | bytes) -> Ed25519PrivateKey:
    if isinstance(private, Ed25519PrivateKey):
        return private
    if len(private) != 32:
        raise NoteError("an Ed25519 seed has 32 bytes")
    return Ed25519PrivateKey.from_private_bytes(private)


def _timed(raw: bytes) -> tuple[int, bytes]:
    """Time and bare signature of tlog-cosignature's `timestamped_signature`."""
    if len(raw) not in (8 + 64, 8 + 2420):
        raise NoteError("no timed signature has this length")
    (time,) = struct.unpack(">Q", raw[:8])
    if time > MAX_INT64:
        raise NoteError("time above 2**63-1")
    return time, raw[8:]


def _cosigned_text(time: int, body: bytes) -> bytes:
    return b"cosignature/v1\ntime %d\n" % time + body


def _cosigned_message(name: str, time: int, body: bytes) -> bytes:
    """tlog-cosignature's `cosigned_message`: it commits to names, so keys may be shared.

    Extension lines are not part of it; a checkpoint that has any cannot be trusted on
    such a signature alone, so it is refused.
    """
    try:
        checkpoint = parse_body(body)
    except CheckpointError as error:
        raise NoteError(f"ML-DSA-44 signs checkpoints only: {error}") from None
    cosigner, origin = name.encode(), checkpoint.origin.encode()
    if checkpoint.extensions or len(cosigner) > 255 or len(origin) > 255:
        raise NoteError("ML-DSA-44 signs no extension lines and names up to 255 bytes")
    return (
        b"subtree/v1\n\0"
        + bytes([len(cosigner)])
        + cosigner
        + struct.pack(">Q", time)
        + bytes([len(origin)])
        + origin
        + struct.pack(">QQ", 0, checkpoint.size)
        + checkpoint.root
    )
