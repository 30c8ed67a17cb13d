"""Sealing to somebody's public key: RFC 9180 base mode, single shot, with one of two curves.

    X25519   DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM      enc of 32 bytes
    P256     DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM       enc of 65 bytes

Some browsers have no X25519 in their WebCrypto; all have P-256. Whoever can be written to by both
publishes two public keys and keeps one secret of 32 bytes: it is the private key for X25519, and
the `ikm` from which RFC 9180 section 7.1.3 derives the one for P-256. What is sealed tells its
curve by its length.
"""

import hmac
from enum import Enum
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SECRET_BYTES: Final = 32
TAG_BYTES: Final = 16
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_KEM_P256: Final = b"KEM\x00\x10"


class Curve(Enum):
    """Which of the two; the value is how many bytes a public key has."""

    X25519 = 32
    P256 = 65


_SUITES: Final = {
    Curve.X25519: Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
    Curve.P256: Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
}
BOTH_BYTES: Final = Curve.X25519.value + Curve.P256.value


def sealed_bytes(curve: Curve, plain: int) -> int:
    """How long `plain` bytes are when they are sealed."""
    return curve.value + plain + TAG_BYTES


def curve_of(sealed: int, plain: int) -> Curve | None:
    """The curve of `plain` bytes that are this long when sealed."""
    return next((curve for curve in Curve if sealed_bytes(curve, plain) == sealed), None)


def publics(secret: bytes) -> bytes:
    """Both public keys of a secret: X25519, then P-256 uncompressed; 97 bytes."""
    x25519 = X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    p256 = p256_private(secret).public_key()
    point = p256.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return x25519 + point


def public_for(public: bytes, curve: Curve) -> bytes | None:
    """The part of somebody's public key that is for this curve; None when there is none."""
    size = Curve.X25519.value
    if curve is Curve.X25519:
        return public[:size]
    return public[size:] if len(public) == BOTH_BYTES else None


def p256_private(secret: bytes) -> ec.EllipticCurvePrivateKey:
    """DeriveKeyPair of RFC 9180 section 7.1.3 with `secret` as `ikm`."""
    prk = _extract(b"dkp_prk" + secret)
    for counter in range(256):
        info = (32).to_bytes(2) + b"HPKE-v1" + _KEM_P256 + b"candidate" + bytes([counter])
        found = int.from_bytes(hmac.digest(prk, info + b"\x01", "sha256"))
        if 0 < found < _ORDER:
            return ec.derive_private_key(found, ec.SECP256R1())
    raise AssertionError("once in 2**8192")


def _extract(labeled: bytes) -> bytes:
    return hmac.digest(bytes(32), b"HPKE-v1" + _KEM_P256 + labeled, "sha256")


def seal(plain: bytes, public: bytes, info: bytes) -> bytes:
    """The bytes enc || ct, to a sound public key of 32 (X25519) or 65 (P-256) bytes."""
    curve = Curve(len(public))
    theirs = (
        X25519PublicKey.from_public_bytes(public)
        if curve is Curve.X25519
        else ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    )
    return _SUITES[curve].encrypt(plain, theirs, info)


def unseal(sealed: bytes, plain: int, secret: bytes, info: bytes) -> bytes | None:
    """The `plain` bytes in `sealed`; None when they were not sealed to this secret and info."""
    curve = curve_of(len(sealed), plain)
    if curve is None:
        return None
    own = (
        X25519PrivateKey.from_private_bytes(secret)
        if curve is Curve.X25519
        else p256_private(secret)
    )
    try:
        return _SUITES[curve].decrypt(sealed, own, info)
    except (InvalidTag, ValueError):  # an enc that is no sound point gives no shared secret
        return None


def fault(public: bytes) -> str | None:
    """Why nothing can be sealed to this public key, of one curve or both; None when it is sound."""
    if len(public) not in (Curve.X25519.value, BOTH_BYTES):
        return "a trustee's key has 32 bytes (X25519), or 97 (X25519 and P-256)"
    first, second = public[:32], public[32:]
    if int.from_bytes(first, "little") >= 2**255 - 19:
        return "non-canonical X25519 public key"
    try:
        # Any private key shows it: a low-order point gives the zero secret, which is refused.
        X25519PrivateKey.from_private_bytes(bytes([8]) * 32).exchange(
            X25519PublicKey.from_public_bytes(first)
        )
    except ValueError:
        return "low-order X25519 public key"
    try:
        if second:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), second)
    except ValueError:
        return "no point of P-256"
    return None
