"""A secret of 32 bytes in one file that only the house may read, made where there is none.

`header` says what it is for, so that no file is taken for another; `zh` and `en` name it to people.
"""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BYTES: Final = 32


class SecretFileError(Exception):
    """The file cannot be used; the text says what to mend, `zh` says it in Chinese."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh


@dataclass(frozen=True, slots=True)
class SecretFile:
    """One kind of secret."""

    header: str
    zh: str
    en: str

    def kept(self, path: Path, *, create: bool = True) -> bytes:
        """The bytes in the file, which is made where it is missing. Raises SecretFileError.

        `create` is for a house of one process: of two nodes that each made one, neither could
        read what the other hid.
        """
        try:
            if not path.exists():
                if not create:
                    raise SecretFileError(
                        f"{self.zh} {path} 不存在：请从另一节点复制；各节点都没有时，"
                        "在一台上用 --make-key 生成，再复制到其余节点。",
                        f"{self.en} is missing at {path}: copy it from another node; where none "
                        "has it, run --make-key on one and copy what it makes to the others.",
                    )
                self._create(path)
            return self._read(path)
        except OSError as error:
            raise SecretFileError(
                f"{self.zh} {path} 无法使用（{error.strerror}）。",
                f"{self.en} {path} cannot be used: {error.strerror}.",
            ) from error

    def _read(self, path: Path) -> bytes:
        # Whoever has read it knows all that it hides: say so instead of going on.
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SecretFileError(
                f"{self.zh} {path} 可被他人读取，请将权限改为 0600。",
                f"{path} may be read by others: make it mode 0600.",
            )
        header, _, rest = path.read_text("ascii", errors="replace").partition("\n")
        try:
            secret = bytes.fromhex(rest.removesuffix("\n"))
        except ValueError:
            secret = b""
        if header != self.header or len(secret) != BYTES:
            raise SecretFileError(
                f"{path} 不是{self.zh}，请恢复原文件。",
                f"{path} is not {self.en[:1].lower()}{self.en[1:]}: restore the file.",
            )
        return secret

    def _create(self, path: Path) -> None:
        """Written beside and moved into place: a crash leaves the whole file or none."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(f"{self.header}\n{secrets.token_bytes(BYTES).hex()}\n")
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)


TAGS: Final = SecretFile("daylight-tag-secret/v1", "连接标识的密钥", "A secret of tags")
"""May be destroyed once a session is closed: its tags then tell nothing any more."""

GUARANTEES: Final = SecretFile(
    "daylight-guarantee-secret/v1", "电子保函的解密密钥", "The secret that opens guarantees"
)
"""Without it no sealed guarantee can be opened: it belongs in every backup."""

__all__ = ["BYTES", "GUARANTEES", "TAGS", "SecretFile", "SecretFileError"]
