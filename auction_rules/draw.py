"""Drawing lots (摇号) so that anybody can redo it with nothing but SHA-256.

The pool is fixed and public first; then entropy comes in from a source named beforehand. Each
pick hashes the seed, what is drawn for, and the names still in the pool:

    SHA-256("<seed>|<what>|<name>,<name>,...")  as a number, modulo how many are left

A number in the last, incomplete stretch of the range would favour the first names; it is
rejected and the same text is hashed again with "|1", "|2", ... at its end.

Where the seed comes from secrets or from a beacon (auction_rules.draw_terms):

    commitment = SHA-256("<what>|<party>|<secret>"), in hexadecimal
    seed       = SHA-256("<party>:<secret>,<party>:<secret>,..."), in the order of the terms
    seed       = SHA-256 of the bytes of a drand signature, which is what drand calls randomness
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

_RANGE: Final = 1 << 256


def drawn_order(pool: Iterable[str], seed: str, what: str) -> tuple[str, ...]:
    """All of the pool in the order in which they are drawn; the first is the winner."""
    left = sorted(pool)
    order: list[str] = []
    while left:
        order.append(left.pop(_pick(f"{seed}|{what}|{','.join(left)}", len(left))))
    return tuple(order)


def drawn_number(seed: str, what: str, below: int) -> int:
    """One number from 0 up to, not including, `below`: SHA-256("<seed>|<what>"), as above."""
    return _pick(f"{seed}|{what}", below)


def secret_commitment(what: str, party: str, secret: str) -> str:
    """What a party publishes first: lower-case hexadecimal, of no use to any other party or draw."""
    return hashlib.sha256(f"{what}|{party}|{secret}".encode()).hexdigest()


def joint_seed(secrets: Iterable[tuple[str, str]]) -> str:
    """The seed that party and secret give, in this order."""
    text = ",".join(f"{party}:{secret}" for party, secret in secrets)
    return hashlib.sha256(text.encode()).hexdigest()


def drand_seed(signature: str) -> str:
    """The randomness of a drand round, from its signature in hexadecimal."""
    return hashlib.sha256(bytes.fromhex(signature)).hexdigest()


def _pick(text: str, count: int) -> int:
    limit = _RANGE - _RANGE % count
    attempt = 0
    while True:
        again = f"{text}|{attempt}" if attempt else text
        number = int.from_bytes(hashlib.sha256(again.encode()).digest(), "big")
        if number < limit:
            return number % count
        attempt += 1
