"""RFC 9180's vectors for X25519 with each AEAD: the library we rely on opens what the RFC sealed."""

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.bindings._rust import openssl
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from bidding.proof import escrow
from tests.shared import vectors

CASES = vectors("rfc9180_hpke_x25519")["vectors"]
SUITES = {
    1: Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM),
    2: escrow._SUITE,
    3: Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305),
}


@pytest.mark.vectors("rfc9180_hpke_x25519")
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"aead{case['aead_id']}")
def test_rfc_9180(case):
    raw = {key: bytes.fromhex(case[key]) for key in ("skRm", "pkRm", "enc", "info")}
    first = {key: bytes.fromhex(value) for key, value in case["first_encryption"].items()}
    private = X25519PrivateKey.from_private_bytes(raw["skRm"])
    assert escrow.public_of(raw["skRm"]) == raw["pkRm"]
    suite, sealed = SUITES[case["aead_id"]], raw["enc"] + first["ct"]
    # The RFC's vectors have associated data, which only the library's own test hook takes.
    opened = openssl.hpke._decrypt_with_aad(suite, sealed, private, raw["info"], first["aad"])
    assert opened == first["pt"]
    for wrong in (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[1:], raw["enc"]):
        with pytest.raises(InvalidTag):
            openssl.hpke._decrypt_with_aad(suite, wrong, private, raw["info"], first["aad"])
    with pytest.raises(InvalidTag):
        openssl.hpke._decrypt_with_aad(suite, sealed, private, b"other", first["aad"])
