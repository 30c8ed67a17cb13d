"""Files that commands read, and the one way to say that one cannot be read."""

from __future__ import annotations

import argparse
import errno
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bidding.proof.policy import Policy, PolicyError, parse_policy
from bidding.proof.text import BilingualError
from replay.film import NoEntry, NoRule
from replay.remarks import is_remarks
from replay.verify import Session, verify

STRANGE: Final = (
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RecursionError,
    StopIteration,
)
"""What a log that its owner signed and no house could have made may end in."""

_UNREAD: Final = {
    errno.ENOENT: "文件不存在",
    errno.EACCES: "没有访问权限",
    errno.EPERM: "没有访问权限",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EEXIST: "文件已存在",
    errno.ENOSPC: "磁盘空间不足",
    errno.EROFS: "所在磁盘只读",
}
_MARK: Final = b"\xef\xbb\xbf"


class Usage(Exception):
    """Something that cannot be read at all, told in both languages."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en, self.zh = en, zh


def unusable(path: Path, wrong: OSError) -> Usage:
    """Why the system would not read or write this file."""
    zh = _UNREAD.get(wrong.errno or 0, f"无法使用（{wrong.strerror}）")
    return Usage(f"{path}: {wrong.strerror}", f"{path}：{zh}")


def read_bytes(path: Path) -> bytes:
    """A file's bytes. Raises Usage."""
    try:
        return path.read_bytes()
    except OSError as wrong:
        raise unusable(path, wrong) from wrong


def policy_bytes(path: Path) -> bytes:
    """A policy as it was published: editors on Windows add a mark and carriage returns to text."""
    return read_bytes(path).removeprefix(_MARK).replace(b"\r\n", b"\n")


def read_policy(path: Path) -> Policy:
    """The policy in a file. Raises Usage."""
    try:
        return parse_policy(policy_bytes(path).decode("utf-8"))
    except PolicyError as wrong:
        raise Usage(f"{path}: {wrong.en}", f"{path}：{wrong.zh}") from wrong
    except UnicodeDecodeError as wrong:
        raise Usage(
            f"{path}: no text in UTF-8 (byte {wrong.start})",
            f"{path}：不是 UTF-8 文本（第 {wrong.start} 个字节，从 0 起）",
        ) from wrong


def legible(line: str) -> str:
    r"""A line as it may be printed, with \uXXXX for what would begin another, move the cursor or
    turn the writing round: whoever owns a log chose its words, and must not write our answers.
    """
    return "".join(
        one if one.isprintable() or unicodedata.category(one) == "Zs" else f"\\u{ord(one):04x}"
        for one in line
    )


def add_archive(parser: argparse.ArgumentParser) -> None:
    """The arguments of every command that opens an archive."""
    parser.add_argument("archive", type=Path, help="the archive of the session")
    add_policy(parser)


def add_policy(parser: argparse.ArgumentParser) -> None:
    """Whom to trust, and the language of the answer."""
    parser.add_argument("--policy", type=Path, required=True, help="whose signatures count")
    add_lang(parser)


def add_lang(parser: argparse.ArgumentParser) -> None:
    """The language of the answer."""
    parser.add_argument(
        "--lang", choices=("zh", "en"), default="en", help="the language of the answer"
    )


def read_session(args: argparse.Namespace) -> Session:
    """The verified session that `add_archive` asked for. Raises Usage where it is none."""
    raw = read_bytes(args.archive)
    if is_remarks(raw):
        raise Usage(
            f"{args.archive}: these are the remarks on a session, not the session; ask verify",
            f"{args.archive}：这是对一场竞价的批注，不是竞价记录本身；请用 verify 核验",
        )
    return verify(raw, read_policy(args.policy))


@contextmanager
def shown() -> Iterator[None]:
    """Around the showing of a verified session: what cannot be shown is told, never raised.

    Its owner may have signed what folds and still makes no sense to the rule. Raises Usage.
    """
    try:
        yield
    except (NoEntry, NoRule) as wrong:
        raise Usage(wrong.en, wrong.zh) from wrong
    except BilingualError:
        raise
    except STRANGE as wrong:
        what = " ".join(f"{type(wrong).__name__}: {wrong}".split())
        raise Usage(
            f"the log holds what this version cannot show ({what:.200}); ask rejudge",
            f"记录中有本版本无法展示的内容（{what:.200}），请用 rejudge 重新裁判",
        ) from wrong
