"""Files that commands read, and the one way to say that one cannot be read."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bidding.proof.policy import Policy, PolicyError, parse_policy
from replay.film import NoRule
from replay.verify import Session, verify


class Usage(Exception):
    """Something that cannot be read at all."""


def read_bytes(path: Path) -> bytes:
    """A file's bytes. Raises Usage."""
    try:
        return path.read_bytes()
    except OSError as wrong:
        raise Usage(f"{path}: {wrong.strerror}") from wrong


def read_policy(path: Path) -> Policy:
    """The policy in a file. Raises Usage."""
    try:
        return parse_policy(read_bytes(path).decode("utf-8"))
    except (PolicyError, UnicodeDecodeError) as wrong:
        raise Usage(f"{path}: {wrong}") from wrong


def add_archive(parser: argparse.ArgumentParser) -> None:
    """The arguments of every command that opens an archive."""
    parser.add_argument("archive", type=Path)
    add_policy(parser)


def add_policy(parser: argparse.ArgumentParser) -> None:
    """Whom to trust, and the language of the answer."""
    parser.add_argument("--policy", type=Path, required=True, help="whose signatures count")
    add_lang(parser)


def add_lang(parser: argparse.ArgumentParser) -> None:
    """The language of the answer."""
    parser.add_argument("--lang", choices=("zh", "en"), default="en")


def read_session(args: argparse.Namespace) -> Session:
    """The verified session that `add_archive` asked for."""
    return verify(read_bytes(args.archive), read_policy(args.policy))


@contextmanager
def shown() -> Iterator[None]:
    """Around the showing of a verified session: what cannot be shown is told, never raised.

    Its owner may have signed what folds and still makes no sense to the rule. Raises Usage.
    """
    try:
        yield
    except (IndexError, NoRule) as wrong:
        raise Usage(str(wrong)) from wrong
    except (KeyError, ValueError, TypeError, AttributeError) as wrong:
        raise Usage(
            f"the log holds what this version cannot show ({wrong}); ask rejudge"
        ) from wrong
