"""Canonical JSON: one value, one sequence of bytes (RFC 8785 within our profile).

The profile: objects whose keys match `[a-z][a-z0-9_]*`, arrays, strings without lone
surrogates, integers of at most 2**53-1 in size, true, false, null; nested at most 64
deep. No floats, no other keys. Within it RFC 8785 needs no number formatting and no
UTF-16 sorting, so every language can re-create the bytes with its own JSON library.

It is not a general RFC 8785 encoder: what lies outside the profile is refused.

1. Stored bytes are never re-serialised; `encode` is called once, by the author.
2. Bytes from outside enter through `decode` only: `raw == encode(parse(raw))`. That
   one comparison catches duplicate keys, `1.0`, `1e2`, spaces, key order, escapes.
3. Integers stop at 2**53-1 because beyond it JCS gives two numbers the same bytes,
   hence two records one signature.
"""

import hashlib
import re
from typing import Final

import orjson

from bidding.proof.text import to_base64

MAX_INT: Final = 2**53 - 1
MAX_DEPTH: Final = 64

_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
_is_key: Final = re.compile(r"[a-z][a-z0-9_]*").fullmatch


class CanonError(ValueError):
    """A value or bytes outside the profile; `path` leads to it, as in `$.lots[3].price`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = ""

    def __str__(self) -> str:
        return f"${self.path}: {self.reason}"


def encode(value: object) -> bytes:
    """The canonical bytes of `value`. Raises CanonError naming the offending place.

    Types must be exact: an enum or a subclass of int says that somebody forgot to
    turn a domain value into a plain one.
    """
    _admit(value, 0)
    return fast(value)


def admit(value: object) -> None:
    """Raises CanonError, naming the place, unless the value is inside the profile: no floats."""
    _admit(value, 0)


def fast(value: object) -> bytes:
    """The same bytes for a value already known to be inside the profile; the hot path.

    It checks integers and surrogates but not floats, keys or types: the caller built
    the value. `orjson.Fragment` may stand for a part encoded before. Raises CanonError.
    """
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except orjson.JSONEncodeError as error:
        raise CanonError(str(error)) from None


def decode(raw: bytes) -> object:
    """The value of canonical bytes. Raises CanonError unless `raw` is the one spelling."""
    try:
        value: object = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise CanonError(f"not JSON: {error}") from None
    _admit(value, 0)
    again = fast(value)
    if again != raw:
        at = next((i for i, (a, b) in enumerate(zip(raw, again, strict=False)) if a != b), 0)
        raise CanonError(f"not the canonical spelling (first difference at byte {at})")
    return value


def sha256_b64(raw: bytes) -> str:
    """SHA-256 in base64, the way entries name other bytes."""
    return to_base64(hashlib.sha256(raw).digest())


def _admit(value: object, depth: int) -> None:
    """Raises CanonError unless `value` lies inside the profile."""
    kind = type(value)
    if kind is str:
        _admit_text(value)  # type: ignore[arg-type]
    elif kind is int:
        if not -MAX_INT <= value <= MAX_INT:  # type: ignore[operator]
            raise CanonError("integer beyond 2**53-1")
    elif value is None or kind is bool:
        return
    elif depth >= MAX_DEPTH:
        raise CanonError(f"nested deeper than {MAX_DEPTH}")
    elif kind is dict:
        _admit_object(value, depth)  # type: ignore[arg-type]
    elif kind is list or kind is tuple:
        _admit_array(value, depth)  # type: ignore[arg-type]
    else:
        raise CanonError(f"{kind.__name__} has no place here")


def _admit_text(value: str) -> None:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise CanonError("lone surrogate") from None


def _is_plain(value: object) -> bool:
    """Whether it is seen at once that this is admitted, as of nearly every part: the hot path."""
    kind = type(value)
    if kind is str:
        return value.isascii()  # type: ignore[attr-defined, no-any-return]
    if kind is int:
        return -MAX_INT <= value <= MAX_INT  # type: ignore[operator]
    return value is None or kind is bool


def _admit_object(value: dict[object, object], depth: int) -> None:
    for key, item in value.items():
        if type(key) is not str or not _is_key(key):
            raise CanonError(f"key {key!r:.40} does not match [a-z][a-z0-9_]*")
        if _is_plain(item):
            continue
        try:
            _admit(item, depth + 1)
        except CanonError as error:
            error.path = f".{key}{error.path}"
            raise


def _admit_array(value: list[object] | tuple[object, ...], depth: int) -> None:
    for position, item in enumerate(value):
        try:
            _admit(item, depth + 1)
        except CanonError as error:
            error.path = f"[{position}]{error.path}"
            raise
