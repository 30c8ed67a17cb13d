"""The centre's SM2 key in one file that only the house may read; GmSSL signs with it.

For the optional parallel log and nothing else; needs the extra [gm]. It is not a certified
device: a centre whose assessment (密评) asks for one writes another `bidding.engine.ports.GmKeys`.
Like the house's first key it is made once, by hand, and never again: a second key would fit no
parallel log that is there.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import os
import stat
from pathlib import Path
from typing import Final

import gmssl_pyx
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from bidding.proof.gm import GmVerifier, gm_origin
from bidding.proof.sm2 import N, Sm2Error, parse_public

_HEADER: Final = "daylight-gm-signing-key/v1"
_SECRET: Final = 32
_POINT: Final = 64


class GmKeyError(Exception):
    """The key file cannot be used; the text says what to mend, `zh` says it in Chinese."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh


class GmFileKeys:
    """Implements `bidding.engine.ports.GmKeys`. Raises GmKeyError."""

    def __init__(self, path: Path) -> None:
        try:
            self._secret, self._point = _read(path)
        except OSError as error:
            raise GmKeyError(
                f"SM2 签名密钥 {path} 无法使用（{error.strerror}）。",
                f"The SM2 signing key {path} cannot be used: {error.strerror}.",
            ) from error

    @classmethod
    def make(cls, path: Path) -> GmFileKeys:
        """A new key in a new file; never over an old one."""
        point, secret = gmssl_pyx.sm2_key_generate()
        text = f"{_HEADER}\n{base64.b64encode(secret + point).decode()}\n"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            raise GmKeyError(
                f"{path} 已存在，不会被覆盖。", f"{path} is there already and is left alone."
            ) from None
        except OSError as error:
            raise GmKeyError(
                f"SM2 签名密钥 {path} 无法写入（{error.strerror}）。",
                f"The SM2 signing key {path} cannot be written: {error.strerror}.",
            ) from error
        return cls(path)

    def verifier(self, origin: str) -> GmVerifier:
        """The centre's key under the name of the parallel log of `origin`."""
        return GmVerifier(gm_origin(origin), b"\x04" + self._point)

    async def note(self, origin: str, body: bytes) -> bytes:
        """Signs and verifies in a thread: four milliseconds that no bidder should wait."""
        return await asyncio.to_thread(self._note, origin, body)

    def _note(self, origin: str, body: bytes) -> bytes:
        der = gmssl_pyx.sm2_sign(self._secret, self._point, body)
        r, s = decode_dss_signature(der)  # SM2's DER is the same pair of integers
        return self.verifier(origin).note(body, r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def _read(path: Path) -> tuple[bytes, bytes]:
    # A key that others could read must be assumed to be copied: say so instead of signing on.
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise GmKeyError(
            f"SM2 签名密钥 {path} 可被他人读取，请将权限改为 0600。",
            f"{path} may be read by others: make it mode 0600.",
        )
    header, _, rest = path.read_text("ascii", errors="replace").partition("\n")
    try:
        raw = base64.b64decode(rest.removesuffix("\n"), validate=True)
        parse_public(b"\x04" + raw[_SECRET:])
        good = header == _HEADER and 0 < int.from_bytes(raw[:_SECRET], "big") < N
    except (binascii.Error, Sm2Error):
        good, raw = False, b""
    if not good:
        raise GmKeyError(
            f"{path} 不是 SM2 签名密钥，请恢复原文件。",
            f"{path} is not an SM2 signing key: restore the file.",
        )
    return raw[:_SECRET], raw[_SECRET:]
