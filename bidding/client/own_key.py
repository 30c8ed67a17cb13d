"""A bidder's own signing key, for programs that bid: bots, load, tests.

A browser keeps such a key where nobody can read it; a program keeps `private` where it keeps
its other secrets. It does not know the wire: it turns a request into a signature.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bidding.proof.command_key import key_id, signed_text
from bidding.proof.text import to_base64


@dataclass(frozen=True)
class OwnKey:
    """An Ed25519 key pair; a new one unless `private` is given."""

    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate, repr=False)
    alg: str = "ed25519"

    @cached_property
    def public(self) -> str:
        """Base64 of the 32 public bytes."""
        return to_base64(self.private.public_key().public_bytes_raw())

    @cached_property
    def id(self) -> str:
        """What the log calls this key."""
        return key_id(self.alg, self.public)

    def sign(self, log: str, actor: str, ref: str, kind: str, ask: Mapping[str, Any]) -> str:
        """Base64 signature over one request, as the log will hold it."""
        return to_base64(self.private.sign(signed_text(log, actor, ref, kind, ask)))
