"""`verify`: is this the log its owner signed, whole and in order."""

from __future__ import annotations

import argparse

from replay.commands.files import add_archive, read_session

HELP = "is this the log its owner signed, whole and in order"


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    add_archive(parser)


def run(args: argparse.Namespace) -> int:
    """The exit status."""
    session = read_session(args)
    count, notes = len(session.entries), session.checkpoints
    if args.lang == "zh":
        by = "、".join(session.witnesses) or "无（仅由日志所有者签名）"
        print(f"有效：{session.origin} 共 {count} 条记录，{notes} 个检查点，见证：{by}")
    else:
        by = ", ".join(session.witnesses) or "nobody but the log's owner"
        print(f"ok: {count} entries of {session.origin}, {notes} checkpoints, witnessed by {by}")
    return 0
