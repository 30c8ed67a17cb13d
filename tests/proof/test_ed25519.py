import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from bidding.proof.ed25519 import fault

P = 2**255 - 19


@given(st.binary(min_size=32, max_size=32))
def test_every_honest_key_is_admitted(seed):
    assert fault(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()) is None


@pytest.mark.parametrize("y", [0, 1, P - 1])
@pytest.mark.parametrize("sign", [0, 2**255])
def test_low_order_keys_are_refused(y, sign):
    assert fault((y + sign).to_bytes(32, "little")) == "low-order Ed25519 public key"


@pytest.mark.parametrize("y", [P, P + 1, P + 18])
def test_non_canonical_keys_are_refused(y):
    assert fault(y.to_bytes(32, "little")) == "non-canonical Ed25519 public key"


def test_what_is_no_point_or_no_key_is_refused():
    assert fault((2).to_bytes(32, "little")) == "no point of the Ed25519 curve"
    assert fault(b"") == fault(bytes(31)) == "an Ed25519 public key has 32 bytes"
