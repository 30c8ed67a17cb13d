"""Shamir's secret sharing over GF(2^8): any k of n shares give the secret, fewer give nothing.

The field is that of FIPS 197 section 4.2, modulo x^8 + x^4 + x^3 + x + 1 (0x11b). Each byte of
the secret is the constant term of a polynomial of degree k - 1 of its own; share number x, from
1 to n, is the polynomials' values at x (A. Shamir, "How to share a secret", CACM 22(11), 1979).

The other coefficients come from the secret itself, HKDF-Expand(secret, "bidding/shares/v1",
32(k - 1)) by RFC 5869 section 2.3: whoever knows the secret recomputes every share and sees
which one was dealt wrongly. So the secret must be 32 bytes of real chance, never a password.

It is not verifiable sharing: until the secret is known, nobody can tell a wrong share from a
right one. Nor is it constant in time; shares are made on the bidder's own machine and joined
when they are public.
"""

from collections.abc import Mapping
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

SECRET_BYTES: Final = 32
MAX_SHARES: Final = 255
_INFO: Final = b"bidding/shares/v1"


def _tables() -> tuple[bytes, bytes]:
    """Powers of the generator 3, twice over, and its logarithms."""
    powers, logs = bytearray(510), bytearray(256)
    value = 1
    for exponent in range(255):
        powers[exponent] = powers[exponent + 255] = value
        logs[value] = exponent
        doubled = value << 1
        value ^= doubled ^ (0x11B if doubled > 0xFF else 0)
    return bytes(powers), bytes(logs)


_POWERS, _LOGS = _tables()


def times(a: int, b: int) -> int:
    """The product of two field elements."""
    return _POWERS[_LOGS[a] + _LOGS[b]] if a and b else 0


def over(a: int, b: int) -> int:
    """The quotient of two field elements; `b` is not zero."""
    assert b, "nothing is divided by zero"
    return _POWERS[_LOGS[a] - _LOGS[b] + 255] if a else 0


def deal(secret: bytes, k: int, n: int) -> tuple[bytes, ...]:
    """The n shares of a 32-byte secret, numbers 1 to n in order; any k of them give it back."""
    assert len(secret) == SECRET_BYTES, "the secret has 32 bytes"
    assert 1 <= k <= n <= MAX_SHARES, "1 <= k <= n <= 255"
    rows = [secret, *_coefficients(secret, k)]
    return tuple(bytes(_value(rows, at, x) for at in range(SECRET_BYTES)) for x in range(1, n + 1))


def join(shares: Mapping[int, bytes]) -> bytes:
    """The secret behind exactly these shares, by number; nonsense when one of them is wrong.

    Lagrange's interpolation at zero, where subtracting and adding are the same.
    """
    assert shares, "no secret from no share"
    assert all(1 <= x <= MAX_SHARES and len(y) == SECRET_BYTES for x, y in shares.items())
    secret = bytearray(SECRET_BYTES)
    for x, share in shares.items():
        weight = 1
        for other in shares:
            if other != x:
                weight = times(weight, over(other, other ^ x))
        for at, byte in enumerate(share):
            secret[at] ^= times(weight, byte)
    return bytes(secret)


def _coefficients(secret: bytes, k: int) -> list[bytes]:
    if k == 1:
        return []
    size = SECRET_BYTES * (k - 1)
    raw = HKDFExpand(algorithm=SHA256(), length=size, info=_INFO).derive(secret)
    return [raw[at : at + SECRET_BYTES] for at in range(0, size, SECRET_BYTES)]


def _value(rows: list[bytes], at: int, x: int) -> int:
    """The polynomial of byte `at`, at x, by Horner's rule."""
    value = 0
    for row in reversed(rows):
        value = times(value, x) ^ row[at]
    return value
