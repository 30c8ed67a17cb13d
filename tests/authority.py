"""A time-stamping authority for tests: OpenSSL's own, behind HTTP, with a CA that lives as long."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

_CONFIG = """
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[tsa_certificate]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


class OwnAuthority:
    """Keys, certificates and the signing; `url` once it is served."""

    def __init__(self, folder: Path, name: str = "Test") -> None:
        self.folder = folder
        folder.mkdir()
        self._config = folder / "openssl.cnf"
        self._config.write_text(_CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        self.certificate = folder / "ca.pem"
        self._made("ca", f"{name} CA", "ca")
        signer = ("-CA", str(self.certificate), "-CAkey", str(folder / "ca.key"))
        self._made("tsa", f"{name} TSA", "tsa_certificate", *signer)
        self.asked = 0
        self.away = False
        self.always: bytes | None = None
        self.url = ""

    def _made(self, file: str, name: str, section: str, *signed_by: str) -> None:
        key, pem = self.folder / f"{file}.key", self.folder / f"{file}.pem"
        _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key)
        request: tuple[str | Path, ...] = ("-new", "-key", key, "-subj", f"/CN={name}")
        if not signed_by:
            _openssl(
                *("req", *request, "-x509", "-days", "2", "-out", pem),
                *("-config", self._config_for(section), "-extensions", section),
            )
            return
        asked = self.folder / "asked.csr"
        _openssl("req", *request, "-out", asked, "-config", self._config_for(section))
        _openssl(
            *("x509", "-req", "-in", asked, "-days", "2", "-out", pem, "-CAcreateserial"),
            *signed_by,
            *("-extfile", self._config, "-extensions", section),
        )

    def _config_for(self, section: str) -> Path:
        path = self.folder / f"{section}.cnf"
        names = "[req]\ndistinguished_name = names\nprompt = no\n[names]\n"
        path.write_text(names + self._config.read_text())
        return path

    def answer(self, query: bytes) -> bytes:
        """The response to a DER request, as OpenSSL makes it; `always` where a test set it."""
        if self.always is not None:
            return self.always
        asked = self.folder / "asked.tsq"
        asked.write_bytes(query)
        made = self.folder / "made.tsr"
        _openssl(
            *("ts", "-reply", "-queryfile", asked, "-out", made),
            *("-config", self._config, "-section", "here"),
        )
        return made.read_bytes()

    async def handle(self, request: web.Request) -> web.Response:
        """One request over HTTP (RFC 3161 section 3.4)."""
        self.asked += 1
        if self.away:
            return web.Response(status=503)
        made = await asyncio.to_thread(self.answer, await request.read())
        return web.Response(body=made, content_type="application/timestamp-reply")

    async def serve(self) -> web.AppRunner:
        """On a port of the system's choice; whoever asks closes it."""
        app = web.Application()
        app.router.add_post("/", self.handle)
        runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        return runner


class Forger:
    """Whoever has keys of the authority's CA, and signs what the authority said with any of them."""

    def __init__(self, authority: OwnAuthority, message: bytes) -> None:
        folder = self._folder = authority.folder
        self._ca_key = form.load_pem_private_key((folder / "ca.key").read_bytes(), None)
        self.ca = x509.load_pem_x509_certificate(authority.certificate.read_bytes())
        self._keys: dict[int, ec.EllipticCurvePrivateKey] = {}
        asked = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256)
        (folder / "response").write_bytes(authority.answer(asked.build().as_bytes()))
        _openssl("ts", "-reply", "-in", folder / "response", "-token_out", "-out", folder / "token")
        self._said = folder / "said"
        _openssl(
            *("cms", "-verify", "-noverify", "-inform", "DER", "-in", folder / "token"),
            *("-out", self._said),
        )

    def certificate(
        self,
        begins: datetime,
        ends: datetime,
        usage: Sequence[x509.ObjectIdentifier],
        *,
        critical: bool = True,
        issuer: x509.Certificate | None = None,
    ) -> x509.Certificate:
        """One of the CA, or of `issuer` with the key this made for it."""
        key = ec.generate_private_key(ec.SECP256R1())
        by = self._ca_key if issuer is None else self._keys[issuer.serial_number]
        made = _certificate(key, issuer or self.ca, by, (begins, ends), usage, critical=critical)
        self._keys[made.serial_number] = key
        return made

    def twin(
        self, of: x509.Certificate, usage: Sequence[x509.ObjectIdentifier]
    ) -> x509.Certificate:
        """Another with the same key, issuer and number, which the issuer never signed."""
        key, valid = self._keys[of.serial_number], (of.not_valid_before_utc, of.not_valid_after_utc)
        return _certificate(key, self.ca, key, valid, usage, number=of.serial_number)

    def token(self, signer: x509.Certificate, beside: x509.Certificate | None = None) -> bytes:
        """What the authority said of the message, signed with this certificate's key."""
        folder, key = self._folder, self._keys[signer.serial_number]
        (folder / "signer.pem").write_bytes(signer.public_bytes(form.Encoding.PEM))
        (folder / "signer.key").write_bytes(
            key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
        )
        more: tuple[str | Path, ...] = ()
        if beside is not None:
            (folder / "beside.pem").write_bytes(beside.public_bytes(form.Encoding.PEM))
            more = ("-certfile", folder / "beside.pem")
        _openssl(
            *("cms", "-sign", "-binary", "-nodetach", "-nosmimecap", "-cades", "-md", "sha256"),
            *("-econtent_type", "1.2.840.113549.1.9.16.1.4", "-in", self._said),
            *("-signer", folder / "signer.pem", "-inkey", folder / "signer.key", *more),
            *("-outform", "DER", "-out", folder / "forged"),
        )
        # TimeStampResp: status granted, then the token.
        body = bytes.fromhex("3003020100") + (folder / "forged").read_bytes()
        return b"\x30\x82" + len(body).to_bytes(2) + body


def _certificate(
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate,
    signed_with: object,
    valid: tuple[datetime, datetime],
    usage: Sequence[x509.ObjectIdentifier],
    *,
    critical: bool = True,
    number: int | None = None,
) -> x509.Certificate:
    assert isinstance(signed_with, ec.EllipticCurvePrivateKey)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Forged")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(number or x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    if usage:
        made = made.add_extension(x509.ExtendedKeyUsage(usage), critical=critical)
    return made.sign(signed_with, hashes.SHA256())


def _openssl(*words: str | Path) -> None:
    command = ["openssl", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
