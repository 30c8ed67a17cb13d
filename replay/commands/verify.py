"""`verify`: is this the log its owner signed, whole and in order."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from bidding.proof.archive import ArchiveError
from bidding.proof.policy import PolicyError
from replay.commands.files import add_archive, read_bytes, read_policy
from replay.verify import Session, verify

HELP = "is this the log its owner signed, whole and in order"
_BAR = 40


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    add_archive(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object, for machines")


def run(args: argparse.Namespace) -> int:
    """The exit status."""
    told = _bar if sys.stderr.isatty() else None
    try:
        session = verify(read_bytes(args.archive), read_policy(args.policy), told)
    except (ArchiveError, PolicyError) as wrong:
        if not args.json:
            raise
        where = wrong.where if isinstance(wrong, ArchiveError) else "policy"
        _print({"ok": False, "where": where, "sentence": {"zh": wrong.zh, "en": wrong.en}})
        return 1
    if args.json:
        _print({"ok": True, **_found(session)})
    else:
        print(_sentence(session, args.lang))
    return 0


def _found(session: Session) -> dict[str, Any]:
    return {
        "log": session.origin,
        "entries": len(session.entries),
        "checkpoints": session.checkpoints,
        "root": session.proof.checkpoint.root.hex(),
        "witnesses": list(session.witnesses),
        "opened": [
            {"entry": one.index, "bidder": one.bidder, "amount": one.amount, "void": one.void}
            for one in session.opened
        ],
        "status": session.state.status,
    }


def _sentence(session: Session, lang: str) -> str:
    count, notes = len(session.entries), session.checkpoints
    if lang == "zh":
        by = "、".join(session.witnesses) or "无（仅由日志所有者签名）"
        sealed = f"，密封报价重新解密 {len(session.opened)} 份" if session.opened else ""
        return f"有效：{session.origin} 共 {count} 条记录，{notes} 个检查点，见证：{by}{sealed}"
    by = ", ".join(session.witnesses) or "nobody but the log's owner"
    sealed = f", {len(session.opened)} sealed offers opened again" if session.opened else ""
    return (
        f"ok: {count} entries of {session.origin}, {notes} checkpoints, witnessed by {by}{sealed}"
    )


def _print(found: dict[str, Any]) -> None:
    print(json.dumps(found, ensure_ascii=False))


def _bar(done: int, total: int) -> None:
    """Progress on a terminal, drawn over itself."""
    filled = _BAR * done // total
    end = "\n" if done + 1_000 > total else ""
    sys.stderr.write(f"\r[{'#' * filled}{'.' * (_BAR - filled)}] {done}/{total}{end}")
    sys.stderr.flush()
