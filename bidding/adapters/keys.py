"""The centre's signing key in one file that only the house may read.

One Ed25519 key signs the checkpoints of all auctions; C2SP signed-note mixes the key's name
into its id, so each log has a verifier of its own though the key is one. The file is made at
the first start, and never again: a second key would fit no log that is there. It is not a secrets service: where the centre has an HSM, write another
`bidding.engine.ports.Keys`.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bidding.proof.note import Signer

_SEED_BYTES: Final = 32
_HEADER: Final = "daylight-signing-key/v1"


class KeyFileError(Exception):
    """The key file cannot be used; the text says what to mend, `zh` says it in Chinese."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh


class FileKeys:
    """Implements `bidding.engine.ports.Keys`. Raises KeyFileError.

    `create` is for a house without a log: whoever has logs has a key, or has lost it.
    """

    def __init__(self, path: Path, *, create: bool = True) -> None:
        try:
            if path.exists():
                self._seed = _read(path)
            elif create:
                self._seed = _create(path)
            else:
                raise KeyFileError(
                    f"本服务的签名密钥 {path} 不见了，请恢复该文件。",
                    f"The key of this house, {path}, is missing: restore it.",
                )
        except OSError as error:
            raise KeyFileError(
                f"签名密钥 {path} 无法使用（{error.strerror}）。",
                f"The signing key {path} cannot be used: {error.strerror}.",
            ) from error

    def signer(self, origin: str) -> Signer:
        """The centre's key under the name of the log `origin`."""
        return Signer(origin, self._seed)

    def secret(self, purpose: str) -> bytes:
        """32 bytes that whoever has the key can make, for one purpose (RFC 5869); they tell nothing of it."""
        return HKDF(hashes.SHA256(), 32, salt=None, info=purpose.encode()).derive(self._seed)


def _read(path: Path) -> bytes:
    info = path.stat()
    # A key that others could read must be assumed to be copied: say so instead of signing on.
    if stat.S_IMODE(info.st_mode) & 0o077:
        raise KeyFileError(
            f"签名密钥 {path} 可被他人读取，请将权限改为 0600。",
            f"{path} may be read by others: make it mode 0600.",
        )
    header, _, rest = path.read_text("ascii", errors="replace").partition("\n")
    try:
        seed = base64.b64decode(rest.removesuffix("\n"), validate=True)
    except binascii.Error:
        seed = b""
    if header != _HEADER or len(seed) != _SEED_BYTES:
        raise KeyFileError(
            f"{path} 不是本服务的签名密钥，请恢复原文件。",
            f"{path} is not a signing key of this house: restore the file.",
        )
    return seed


def _create(path: Path) -> bytes:
    """Makes the key durable before anything can be signed with it.

    Written beside and linked into place: a crash leaves the whole key or none, and of two
    processes that start at once the second finds the first one's.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    seed = secrets.token_bytes(_SEED_BYTES)
    text = f"{_HEADER}\n{base64.b64encode(seed).decode()}\n".encode("ascii")
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return _read(path)
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return seed
