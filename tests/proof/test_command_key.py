"""A bidder's key: which public keys come in, and which signatures hold."""

import base64

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from bidding.proof import command_key

LOG, ACTOR, ASK = "bid.example.cn/log/sample", "bidder:03", {"amount": 120, "lot": None}
TEXT = command_key.signed_text(LOG, ACTOR, "r-1", "bid", ASK)
ED = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
P256 = ec.derive_private_key(0xDA711, ec.SECP256R1())


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


ED_PUBLIC = b64(ED.public_key().public_bytes_raw())
P256_POINT = P256.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
P256_PUBLIC = b64(P256_POINT)


def p256_sign(text: bytes) -> str:
    r, s = decode_dss_signature(P256.sign(text, ec.ECDSA(hashes.SHA256())))
    return b64(r.to_bytes(32) + s.to_bytes(32))


def test_what_is_signed_has_one_spelling():
    assert TEXT == (
        b"bidding/command/v1\n"
        b'{"actor":"bidder:03","ask":{"amount":120,"lot":null},"kind":"bid",'
        b'"log":"bid.example.cn/log/sample","ref":"r-1"}'
    )


@pytest.mark.parametrize(
    ("alg", "public", "signature"),
    [("ed25519", ED_PUBLIC, b64(ED.sign(TEXT))), ("p256", P256_PUBLIC, p256_sign(TEXT))],
    ids=["ed25519", "p256"],
)
class TestEither:
    def test_a_sound_key_and_its_signature_hold(self, alg, public, signature):
        assert command_key.fault(alg, public) is None
        assert command_key.verify(alg, public, signature, TEXT)

    @given(st.data())
    def test_any_changed_bit_fails(self, alg, public, signature, data):
        raw = bytearray(base64.b64decode(signature))
        bit = data.draw(st.integers(0, len(raw) * 8 - 1))
        raw[bit // 8] ^= 1 << bit % 8
        assert not command_key.verify(alg, public, b64(bytes(raw)), TEXT)
        text = bytearray(TEXT)
        at = data.draw(st.integers(0, len(text) - 1))
        text[at] ^= 1
        assert not command_key.verify(alg, public, signature, bytes(text))

    @pytest.mark.parametrize("bad", ["", "x", "====", b64(b"\0" * 64), b64(b"\xff" * 64)])
    def test_what_is_no_signature_fails_and_never_raises(self, alg, public, signature, bad):
        assert not command_key.verify(alg, public, bad, TEXT)
        assert not command_key.verify(alg, public, signature + "=", TEXT)


@pytest.mark.parametrize(
    ("alg", "public"),
    [
        ("ed25519", b64(bytes(32))),  # low order
        ("ed25519", b64((2**255 - 19).to_bytes(32, "little"))),  # zero, not canonical
        ("ed25519", ED_PUBLIC.rstrip("=")),
        ("ed25519", P256_PUBLIC),
        ("p256", ED_PUBLIC),
        ("p256", b64(P256_POINT[:-1] + bytes([P256_POINT[-1] ^ 1]))),  # off the curve
        ("p256", b64(b"\x02" + P256_POINT[1:33])),  # compressed: a second spelling
        ("p256", b64(bytes(65))),
        ("sm2", ED_PUBLIC),
    ],
)
def test_an_unsound_key_is_refused_with_a_word(alg, public):
    assert command_key.fault(alg, public)


def test_ids_tell_keys_apart_and_fit_an_identifier():
    ids = {command_key.key_id("ed25519", ED_PUBLIC), command_key.key_id("p256", P256_PUBLIC)}
    assert len(ids) == 2
    assert all(len(name) == 16 and set(name) <= set(_ALPHABET) for name in ids)


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
