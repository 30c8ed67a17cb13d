"""How letters between nodes are closed, whoever carries them.

Whoever could write one could bid for anybody, and one may carry a sealed offer. So each is encrypted
and authenticated (AES-256-GCM, NIST SP 800-38D) under a key that only nodes of this house have, and
bound to the name of its channel. It does not tell whether a letter is old or comes twice.
"""

from __future__ import annotations

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE: Final = 12


class LetterSeal:
    """Closes and opens letters; `secret` are 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(secret)

    def close(self, letter: bytes, channel: bytes) -> bytes:
        """The letter as it may be given to anybody."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, letter, channel)

    def open(self, sealed: bytes, channel: bytes) -> bytes | None:
        """The letter; None when no node of this house wrote it to this channel."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], channel)
        except (InvalidTag, ValueError):
            return None
