"""SM2 verification against two independent signers, and against every small change."""

import gmssl_pyx
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from gmssl.sm2 import CryptSM2
from hypothesis import given
from hypothesis import strategies as st

from bidding.proof import sm2
from bidding.proof.sm2 import N, P, Sm2Error

SECRET = bytes.fromhex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8")


def _public(secret: bytes) -> bytes:
    """The key of a secret, by an implementation that is not ours."""
    signer = CryptSM2(private_key=secret.hex(), public_key="")
    return bytes.fromhex("04" + signer._kg(int.from_bytes(secret), signer.ecc_table["g"]))


PUBLIC = _public(SECRET)
ORACLE = CryptSM2(private_key=SECRET.hex(), public_key=PUBLIC[1:].hex())


def _signed(message: bytes, nonce: int) -> bytes:
    return bytes.fromhex(ORACLE.sign_with_sm3(message, f"{nonce:064x}"))


@given(message=st.binary(max_size=300), nonce=st.integers(1, N - 1))
def test_what_the_oracle_signs_verifies(message, nonce):
    sm2.verify(PUBLIC, message, _signed(message, nonce))


@given(message=st.binary(min_size=1, max_size=60), data=st.data())
def test_one_flipped_bit_of_message_signature_or_key_fails(message, data):
    parts = [message, _signed(message, 12345), PUBLIC]
    which = data.draw(st.integers(0, 2))
    bit = data.draw(st.integers(0, 8 * len(parts[which]) - 1))
    changed = bytearray(parts[which])
    changed[bit // 8] ^= 1 << bit % 8
    parts[which] = bytes(changed)
    with pytest.raises(Sm2Error):
        sm2.verify(parts[2], parts[0], parts[1])


@given(message=st.binary(max_size=60))
def test_what_the_other_library_signs_verifies(message):
    der = gmssl_pyx.sm2_sign(SECRET, PUBLIC[1:], message)
    r, s = decode_dss_signature(der)
    sm2.verify(PUBLIC, message, r.to_bytes(32) + s.to_bytes(32))


def test_another_identity_is_another_signature():
    raw = _signed(b"m", 5)
    sm2.verify(PUBLIC, b"m", raw, b"1234567812345678")
    with pytest.raises(Sm2Error):
        sm2.verify(PUBLIC, b"m", raw, b"1234567812345679")
    with pytest.raises(Sm2Error, match="8,192"):
        sm2.digest(PUBLIC, b"m", bytes(8_192))


@pytest.mark.parametrize(("r", "s"), [(0, 1), (1, 0), (N, 1), (1, N), (1, N - 1)])
def test_numbers_outside_their_range(r, s):
    """The last pair has r + s = N, so t = 0."""
    with pytest.raises(Sm2Error):
        sm2.verify(PUBLIC, b"m", r.to_bytes(32) + s.to_bytes(32))


def test_multiples_that_meet_at_infinity_are_refused():
    """s G + t P = 0 for the key P = -s/t G: nothing there has an x."""
    r, s = 3, 5
    t = r + s
    secret = -s * pow(t, -1, N) % N
    with pytest.raises(Sm2Error):
        sm2.verify(_public(secret.to_bytes(32)), b"m", r.to_bytes(32) + s.to_bytes(32))


def test_a_key_that_is_the_base_point_doubles_and_still_verifies():
    """Secret 1: the table of the joint multiplication adds G to itself."""
    public = _public((1).to_bytes(32))
    signer = CryptSM2(private_key=f"{1:064x}", public_key=public[1:].hex())
    sm2.verify(public, b"m", bytes.fromhex(signer.sign_with_sm3(b"m", f"{9:064x}")))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        PUBLIC[:-1],
        PUBLIC + b"\0",
        PUBLIC[1:],
        b"\x02" + PUBLIC[1:33],
        b"\x05" + PUBLIC[1:],
        b"\x04" + bytes(64),
        b"\x04" + P.to_bytes(32) + PUBLIC[33:],
        b"\x04" + PUBLIC[1:33] + b"\xff" * 32,
    ],
    ids=lambda raw: raw[:5].hex() + f"-{len(raw)}",
)
def test_keys_that_are_none(raw):
    with pytest.raises(Sm2Error):
        sm2.parse_public(raw)
    with pytest.raises(Sm2Error):
        sm2.verify(raw, b"m", _signed(b"m", 5))


@pytest.mark.parametrize("length", [0, 63, 65])
def test_signatures_of_another_length(length):
    with pytest.raises(Sm2Error, match="64 bytes"):
        sm2.verify(PUBLIC, b"m", (_signed(b"m", 5) + b"\0")[:length])
