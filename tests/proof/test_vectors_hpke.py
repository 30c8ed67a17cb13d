"""RFC 9180's vectors for X25519 with each AEAD: the library we rely on opens what the RFC sealed."""

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.bindings._rust import openssl
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from bidding.proof import escrow, hpke
from tests.shared import vectors

CASES = vectors("rfc9180_hpke_x25519")["vectors"]
SUITES = {
    1: Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM),
    2: hpke._SUITES[hpke.Curve.X25519],
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


@pytest.mark.parametrize(
    ("ikm", "private", "public"),
    [
        # RFC 9180 appendix A.3.1, the ephemeral key and the recipient's.
        (
            "4270e54ffd08d79d5928020af4686d8f6b7d35dbe470265f1f5aa22816ce860e",
            "4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb",
            (
                "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac9"
                "8536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4"
            ),
        ),
        (
            "668b37171f1072f3cf12ea8a236a45df23fc13b82af3609ad1e354f6ef817550",
            "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2",
            None,
        ),
    ],
)
def test_rfc_9180_derives_the_p256_key(ikm, private, public):
    found = hpke.p256_private(bytes.fromhex(ikm))
    assert f"{found.private_numbers().private_value:064x}" == private
    if public is not None:
        assert hpke.publics(bytes.fromhex(ikm))[32:].hex() == public
