"""A round of drand quicknet verified offline: its signature, under the key that the chain hash names.

Scheme bls-unchained-g1-rfc9380: SHA-256 of the round (eight bytes, big-endian) is hashed to a point
of G1 (RFC 9380) and signed with BLS over BLS12-381; the public key is in G2. Nobody can choose such
a signature and there is one only, so whoever verifies it needs neither the network nor the officer
who typed it. The curve is a product's, of the extra [beacon].
What it is not: a client. It fetches nothing, and knows no other chain.
"""

from __future__ import annotations

import hashlib
from typing import Final

from py_arkworks_bls12381 import GT, G1Point, G2Point

KEY: Final = bytes.fromhex(
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
)
"""The public key of drand quicknet, compressed; the chain hash in the notice is made from it."""
_TAG: Final = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"


def is_signed(number: int, signature: str) -> bool:
    """Whether this (hexadecimal) is drand quicknet's signature of the round of this number.

    Never raises for what an officer may have typed as a signature.
    """
    try:
        # It refuses what is no point of the right subgroup.
        point = G1Point.from_compressed_bytes(bytes.fromhex(signature))
    except ValueError:
        return False
    message = hashlib.sha256(number.to_bytes(8)).digest()
    hashed = G1Point.hash_to_curve(message, _TAG)
    return GT.pairing_check([point, -hashed], [G2Point(), G2Point.from_compressed_bytes(KEY)])


__all__ = ["KEY", "is_signed"]
