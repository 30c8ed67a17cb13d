"""Which Ed25519 public keys we let in.

Libraries disagree on signatures under odd keys: of 914 known edge cases OpenSSL
accepts 208 and libsodium 43. With a low-order key one signature can hold for every
text. Such keys have no honest owner, so they are refused at enrolment, and after that
all verifiers agree on ours. It is not a signature scheme: `cryptography` verifies.
"""

from typing import Final

_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P
# The y of the eight points whose order divides 8: 0, 1, -1 and the two of order 8.
_Y8: Final = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_LOW_ORDER: Final = frozenset({0, 1, _P - 1, _Y8, _P - _Y8})


def fault(public: bytes) -> str | None:
    """Why this public key (32 bytes, RFC 8032 5.1.2) is refused; None when it is sound."""
    if len(public) != 32:
        return "an Ed25519 public key has 32 bytes"
    y = int.from_bytes(public, "little") & (2**255 - 1)
    if y >= _P:
        return "non-canonical Ed25519 public key"
    if y in _LOW_ORDER:
        return "low-order Ed25519 public key"
    # On the curve x*x = (y*y - 1) / (d*y*y + 1); Euler's criterion tells a square.
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    if pow(square, (_P - 1) // 2, _P) != 1:
        return "no point of the Ed25519 curve"
    return None
