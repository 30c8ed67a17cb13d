"""Committing to something now and showing it later, as sealed reserves and sealed offers do."""

from __future__ import annotations

import base64
import hashlib

from auction_rules.facts import Amount


def commitment(amount: Amount, nonce: str) -> str:
    """Base64 SHA-256 over a domain line, the nonce and the amount; hides it, and binds to it."""
    text = f"daylight/reserve/v1\n{nonce}\n{amount}\n"
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def answers(commit: str, text: bytes) -> bool:
    """Whether `text` is what the commitment, base64 of its SHA-256, was made to."""
    return base64.b64encode(hashlib.sha256(text).digest()).decode("ascii") == commit
