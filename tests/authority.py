"""A time-stamping authority for tests: OpenSSL's own, behind HTTP, with a CA that lives as long."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

from aiohttp import web

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
        self._folder = folder
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
        key, pem = self._folder / f"{file}.key", self._folder / f"{file}.pem"
        _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key)
        request: tuple[str | Path, ...] = ("-new", "-key", key, "-subj", f"/CN={name}")
        if not signed_by:
            _openssl(
                *("req", *request, "-x509", "-days", "2", "-out", pem),
                *("-config", self._config_for(section), "-extensions", section),
            )
            return
        asked = self._folder / "asked.csr"
        _openssl("req", *request, "-out", asked, "-config", self._config_for(section))
        _openssl(
            *("x509", "-req", "-in", asked, "-days", "2", "-out", pem, "-CAcreateserial"),
            *signed_by,
            *("-extfile", self._config, "-extensions", section),
        )

    def _config_for(self, section: str) -> Path:
        path = self._folder / f"{section}.cnf"
        names = "[req]\ndistinguished_name = names\nprompt = no\n[names]\n"
        path.write_text(names + self._config.read_text())
        return path

    def answer(self, query: bytes) -> bytes:
        """The response to a DER request, as OpenSSL makes it; `always` where a test set it."""
        if self.always is not None:
            return self.always
        asked = self._folder / "asked.tsq"
        asked.write_bytes(query)
        made = self._folder / "made.tsr"
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


def _openssl(*words: str | Path) -> None:
    command = ["openssl", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
