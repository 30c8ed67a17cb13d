"""Time-stamps: the vector and OpenSSL's own authority; what is refused, and with which words."""

from base64 import b64decode
from pathlib import Path

import pytest
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from replay.timestamp import StampRefused, certificates, check
from tests.authority import OwnAuthority
from tests.shared import vectors

VECTOR = vectors("rfc3161_timestamp")
MESSAGE, RESPONSE = b64decode(VECTOR["message_b64"]), b64decode(VECTOR["response_der_b64"])
CA = VECTOR["ca_pem"].encode()


def test_the_vector_of_openssl_holds():
    stamp = check(RESPONSE, MESSAGE, certificates(CA))
    # genTime 20261123042217Z, as `openssl ts -reply -text` shows it.
    assert stamp.t == 1_795_407_737 * 1_000_000
    assert stamp.serial == 3


def test_another_message_is_refused():
    with pytest.raises(StampRefused, match="Mismatch between messages"):
        check(RESPONSE, MESSAGE.replace(b"\n5\n", b"\n6\n"), certificates(CA))


def test_every_byte_of_the_signed_part_counts():
    # The token's tstInfo: digest, serial and time are in it.
    start = RESPONSE.index(b"20261123042217Z")
    for at in range(start, start + 15):
        changed = bytearray(RESPONSE)
        changed[at] ^= 1
        with pytest.raises(StampRefused):
            check(bytes(changed), MESSAGE, certificates(CA))


def test_another_authority_is_not_believed(tmp_path: Path):
    other = OwnAuthority(tmp_path / "other")
    with pytest.raises(StampRefused, match="no chain from the certificates given"):
        check(RESPONSE, MESSAGE, certificates(other.certificate.read_bytes()))


def test_a_fresh_token_of_openssl_holds_and_only_over_what_was_asked(tmp_path: Path):
    own = OwnAuthority(tmp_path / "own")
    asked = TimestampRequestBuilder().data(b"closing\n").hash_algorithm(HashAlgorithm.SHA256)
    response = own.answer(asked.build().as_bytes())
    trusted = certificates(own.certificate.read_bytes())
    assert check(response, b"closing\n", trusted).serial == 2
    with pytest.raises(StampRefused, match="Mismatch"):
        check(response, b"opening\n", trusted)


@pytest.mark.parametrize("response", [b"", b"\x30\x00", RESPONSE[:-1], RESPONSE + b"\0"])
def test_what_is_no_response_is_refused(response: bytes):
    with pytest.raises(StampRefused):
        check(response, MESSAGE, certificates(CA))


def test_a_file_without_certificates_is_refused():
    with pytest.raises(StampRefused, match="no certificate"):
        certificates(b"not a certificate")
