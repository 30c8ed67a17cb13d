"""The secret of the door's tags in one file that only the house may read.

Made when the centre first turns tags on. It may be destroyed at any time after a session is
closed: its tags then tell nothing any more, and the log stays whole.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import Final

_HEADER: Final = "daylight-tag-secret/v1"
_BYTES: Final = 32


class TagSecretError(Exception):
    """The file cannot be used; the text says what to mend, `zh` says it in Chinese."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh


def tag_secret(path: Path) -> bytes:
    """The 32 bytes in the file, which is made where there is none. Raises TagSecretError."""
    try:
        if not path.exists():
            _create(path)
        return _read(path)
    except OSError as error:
        raise TagSecretError(
            f"连接标识的密钥 {path} 无法使用（{error.strerror}）。",
            f"The secret of tags {path} cannot be used: {error.strerror}.",
        ) from error


def _read(path: Path) -> bytes:
    # Whoever has read it can try every address: say so instead of hashing on.
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise TagSecretError(
            f"连接标识的密钥 {path} 可被他人读取，请将权限改为 0600。",
            f"{path} may be read by others: make it mode 0600.",
        )
    header, _, rest = path.read_text("ascii", errors="replace").partition("\n")
    try:
        secret = bytes.fromhex(rest.removesuffix("\n"))
    except ValueError:
        secret = b""
    if header != _HEADER or len(secret) != _BYTES:
        raise TagSecretError(
            f"{path} 不是连接标识的密钥，请恢复原文件。",
            f"{path} is not a secret of tags: restore the file.",
        )
    return secret


def _create(path: Path) -> None:
    """Written beside and moved into place: a crash leaves the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{_HEADER}\n{secrets.token_bytes(_BYTES).hex()}\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


__all__ = ["TagSecretError", "tag_secret"]
