"""The alphabet that all text formats of this package share.

One value has one spelling. A lax decoder lets an attacker write a second file that
means the same but hashes differently, so every function here refuses the second
spelling instead of repairing it.
"""

import base64
import binascii
import re

# Sizes, indexes and times are signed 64-bit everywhere else (SQL, other verifiers).
MAX_INT64 = 2**63 - 1

# [0-9], not \d: str.isdigit() and \d accept full-width digits.
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


class BilingualError(ValueError):
    """A refusal told twice: `.en` for the record, `.zh` for the clerk at the counter."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh


def to_base64(raw: bytes) -> str:
    """Standard base64 (RFC 4648 section 4) with padding."""
    return base64.b64encode(raw).decode("ascii")


def from_base64(text: str) -> bytes:
    """The bytes of canonical base64. Raises ValueError on any other spelling.

    Padding bits must be zero: `...Aw=` and `...Ax=` decode to the same bytes, and only
    the first is admitted.
    """
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise ValueError("not base64") from None
    if to_base64(raw) != text:
        raise ValueError("not canonical base64")
    return raw


def from_decimal(text: str) -> int:
    """A count in ASCII decimal, 0 .. 2**63-1, no sign, no leading zero, else ValueError."""
    if not _DECIMAL.fullmatch(text):
        raise ValueError("not a plain decimal number")
    value = int(text)
    if value > MAX_INT64:
        raise ValueError("number above 2**63-1")
    return value
