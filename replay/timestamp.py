"""A time-stamp (RFC 3161) verified offline, with the certificates that an auditor trusts.

Its product does the ASN.1 and the chain of certificates, as of the time in the token: an archive
outlives the certificates of its day. Needs the extra [timestamp]; nothing else of the film does.
It asks nobody whether a certificate was revoked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

from bidding.proof.text import BilingualError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class StampRefused(BilingualError):
    """Why a token, or the file of certificates, does not do."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an authority said: it saw these bytes, at this time (microseconds since 1970 UTC)."""

    t: int
    serial: int


def certificates(pem: bytes) -> list[x509.Certificate]:
    """The certificates in a PEM file. Raises StampRefused when there is none."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise StampRefused("no certificate in PEM form", "不是 PEM 格式的证书") from error


def check(response: bytes, message: bytes, trusted: list[x509.Certificate]) -> Stamp:
    """What the authority said of `message`, once a chain from `trusted` stands behind it.

    Raises StampRefused.
    """
    try:
        found = decode_timestamp_response(response)
        VerifierBuilder(roots=trusted).build().verify_message(found, message)
        said = found.tst_info
        return Stamp((said.gen_time - _EPOCH) // timedelta(microseconds=1), said.serial_number)
    except (VerificationError, ValueError, x509.ExtensionNotFound) as error:
        raise StampRefused(*_told(str(error))) from error


_TOLD: Final = (
    # A certificate counts as of the time in the token, not as of today.
    (
        "certificate has expired",
        "a certificate of its chain had expired when it was made",
        "出具时其证书链中已有证书过期",
    ),
    (
        "certificate is not yet valid",
        "a certificate of its chain was not valid yet when it was made",
        "出具时其证书链中尚有证书未生效",
    ),
    (
        "unsuitable certificate purpose",
        "the certificate it is signed with is not one for time-stamps",
        "签名所用的证书不是时间戳证书",
    ),
    (
        "certificate verify error",
        "no chain from the certificates given",
        "与所给的证书之间没有成立的证书链",
    ),
    ("Unable to verify pkcs7", "its signature does not hold", "其签名不成立"),
    ("Mismatch between messages", "it is over something else", "它所证明的是另外的内容"),
    ("PKIStatus", "the authority did not grant it", "时间戳机构未予出具"),
    ("Unsupported hash", "it is over a hash that is not relied upon", "它所用的散列算法不可信赖"),
)
"""What the products say, and what it means. They name files of their own; a clerk has no use for them."""


def _told(said: str) -> tuple[str, str]:
    for words, en, zh in _TOLD:
        if words in said:
            return en, zh
    return "it is no token that can be relied upon (RFC 3161)", "不是可以信赖的时间戳（RFC 3161）"
