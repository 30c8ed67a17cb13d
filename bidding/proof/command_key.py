r"""A bidder's own key: which public keys we let in, what he signs, whether it holds.

The private key is made in his browser and never leaves it. What is signed is the request
itself, spelled in one way only, so that an entry of the log holds everything needed to check it:

    "bidding/command/v1\n" || JCS {actor, ask, kind, log, ref}

It does not decide what follows from a bad signature; that is bidding.core.decide.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from bidding.proof import canon, ed25519
from bidding.proof.text import from_base64, to_base64

PREFIX: Final = b"bidding/command/v1\n"
_ID_BYTES: Final = 12
_P256_HALF: Final = 32


def signed_text(log: str, actor: str, ref: str | None, kind: str, ask: Mapping[str, Any]) -> bytes:
    """The bytes a bidder signs: one spelling of which log, who, which reference, what."""
    request = {"actor": actor, "ask": dict(ask), "kind": kind, "log": log, "ref": ref}
    return PREFIX + canon.fast(request)


def key_id(alg: str, public: str) -> str:
    """16 characters that name a key: base64url of SHA-256(alg || LF || base64 public key)."""
    digest = hashlib.sha256(f"{alg}\n{public}".encode()).digest()[:_ID_BYTES]
    return to_base64(digest).replace("+", "-").replace("/", "_")


def fault(alg: str, public: str) -> str | None:
    """Why this public key is refused at enrolment; None when it is sound.

    `ed25519`: 32 bytes, canonical, not of low order. `p256`: 65 bytes, an uncompressed point
    (SEC 1 section 2.3.3) of the curve. `public` is base64 in its one spelling.
    """
    try:
        raw = from_base64(public)
    except ValueError:
        return "not canonical base64"
    if alg == "ed25519":
        return ed25519.fault(raw)
    if alg == "p256":
        try:
            _p256(raw)
        except ValueError:
            return "no point of the P-256 curve"
        return None
    return "unknown algorithm"


def verify(alg: str, public: str, signature: str, text: bytes) -> bool:
    """Whether the signature (base64 of 64 bytes; P-256 as r || s) over `text` holds.

    `public` has passed `fault`. Never raises for what a stranger may send as `signature`.
    """
    try:
        raw = from_base64(signature)
    except ValueError:
        return False
    try:
        _VERIFY[alg](from_base64(public), raw, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def _p256(raw: bytes) -> ec.EllipticCurvePublicKey:
    if len(raw) != 2 * _P256_HALF + 1 or raw[0] != 4:
        raise ValueError("an uncompressed point has 65 bytes")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)


def _verify_ed25519(public: bytes, signature: bytes, text: bytes) -> None:
    Ed25519PublicKey.from_public_bytes(public).verify(signature, text)


def _verify_p256(public: bytes, signature: bytes, text: bytes) -> None:
    # WebCrypto gives r || s (IEEE P1363); the library wants them as DER.
    if len(signature) != 2 * _P256_HALF:
        raise ValueError("a P-256 signature has 64 bytes")
    r = int.from_bytes(signature[:_P256_HALF])
    s = int.from_bytes(signature[_P256_HALF:])
    _p256(public).verify(encode_dss_signature(r, s), text, ec.ECDSA(hashes.SHA256()))


_VERIFY: Final[Mapping[str, Callable[[bytes, bytes, bytes], None]]] = {
    "ed25519": _verify_ed25519,
    "p256": _verify_p256,
}
