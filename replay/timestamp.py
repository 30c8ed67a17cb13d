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

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class StampRefused(ValueError):
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
        raise StampRefused("no certificate in PEM form") from error


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
        raise StampRefused(_short(str(error))) from error


def _short(said: str) -> str:
    """The reason without OpenSSL's own file names."""
    if "Unable to verify pkcs7" in said:
        return (
            "no chain from the certificates given"
            if "certificate verify error" in said
            else "its signature does not hold"
        )
    return said
