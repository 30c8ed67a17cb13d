"""Time-stamps: the vector and OpenSSL's own authority; what is refused, and with which words."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from replay.timestamp import StampRefused, certificates, check
from tests.authority import Forger, OwnAuthority
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
    with pytest.raises(StampRefused, match="over something else"):
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
    with pytest.raises(StampRefused, match="over something else"):
        check(response, b"opening\n", trusted)


@pytest.mark.parametrize("response", [b"", b"\x30\x00", RESPONSE[:-1], RESPONSE + b"\0"])
def test_what_is_no_response_is_refused(response: bytes):
    with pytest.raises(StampRefused):
        check(response, MESSAGE, certificates(CA))


def test_a_file_without_certificates_is_refused():
    with pytest.raises(StampRefused, match="no certificate"):
        certificates(b"not a certificate")


# Tokens that somebody made who has a certificate of the authority's CA, and not the right one -------

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
STAMPING, SERVER = ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.SERVER_AUTH


@pytest.fixture(scope="module")
def forger(tmp_path_factory: pytest.TempPathFactory) -> Forger:
    return Forger(OwnAuthority(tmp_path_factory.mktemp("forged") / "tsa"), b"closing\n")


def refused(response: bytes, trusted: list[x509.Certificate]) -> StampRefused:
    with pytest.raises(StampRefused) as caught:
        check(response, b"closing\n", trusted)
    return caught.value


def test_a_token_made_with_a_certificate_for_it_holds(forger: Forger):
    """Else the refusals below would say nothing."""
    good = forger.certificate(NOW - DAY, NOW + DAY, [STAMPING])
    assert check(forger.token(good), b"closing\n", [forger.ca]).t > 0


@pytest.mark.parametrize(
    ("begins", "ends", "en", "zh"),
    [
        (NOW - 3 * DAY, NOW - DAY, "had expired when it was made", "证书过期"),
        (NOW + DAY, NOW + 3 * DAY, "was not valid yet when it was made", "尚有证书未生效"),
    ],
)
def test_a_certificate_counts_as_of_the_time_in_the_token(forger: Forger, begins, ends, en, zh):
    told = refused(forger.token(forger.certificate(begins, ends, [STAMPING])), [forger.ca])
    assert en in told.en
    assert zh in told.zh


@pytest.mark.parametrize(
    ("usage", "critical"),
    [([SERVER], True), ([STAMPING, SERVER], True), ([STAMPING], False), ([], True)],
)
def test_a_certificate_for_something_else_stamps_nothing(forger: Forger, usage, critical):
    """RFC 3161 section 2.3: one extended key usage, critical, and that is time-stamping."""
    other = forger.certificate(NOW - DAY, NOW + DAY, usage, critical=critical)
    told = refused(forger.token(other), [forger.ca])
    assert "not one for time-stamps" in told.en or "no chain" in told.en


def test_a_certificate_of_the_same_name_and_number_lends_its_usage_to_nobody(forger: Forger):
    """Two certificates in the token: one that signed, and one beside it that might have."""
    server = forger.certificate(NOW - DAY, NOW + DAY, [SERVER])
    twin = forger.twin(server, [STAMPING])
    refused(forger.token(server, beside=twin), [forger.ca])


def test_whoever_is_no_authority_makes_no_signer(forger: Forger):
    between = forger.certificate(NOW - DAY, NOW + DAY, [])
    below = forger.certificate(NOW - DAY, NOW + DAY, [STAMPING], issuer=between)
    refused(forger.token(below, beside=between), [forger.ca])


def test_the_authority_s_certificate_alone_is_no_root(forger: Forger):
    good = forger.certificate(NOW - DAY, NOW + DAY, [STAMPING])
    assert "no chain" in refused(forger.token(good), [good]).en


@pytest.mark.parametrize("status", [1, 2, 5])
def test_what_was_not_granted_is_no_stamp(status: int):
    at = RESPONSE.index(bytes.fromhex("020100"))
    told = refused(RESPONSE[: at + 2] + bytes([status]) + RESPONSE[at + 3 :], certificates(CA))
    assert told.en == "the authority did not grant it"


def test_no_changed_byte_brings_anything_but_a_refusal_or_the_same_word():
    """What is not signed, as how the signature's own algorithm is named, says nothing by itself."""
    good = check(RESPONSE, MESSAGE, certificates(CA))
    refusals = 0
    for at in range(len(RESPONSE)):
        changed = bytearray(RESPONSE)
        changed[at] ^= 1
        try:
            assert check(bytes(changed), MESSAGE, certificates(CA)) == good
        except StampRefused:
            refusals += 1
    assert refusals > len(RESPONSE) - 20
