"""`verify`: is this the log its owner signed, whole and in order."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from bidding.proof.archive import ArchiveError
from bidding.proof.policy import PolicyError
from replay.commands.files import add_archive, read_bytes, read_policy
from replay.verify import Altered, Session, verify

HELP = "is this the log its owner signed, whole and in order"
_BAR = 40


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    add_archive(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object, for machines")
    parser.add_argument(
        "--held",
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help="a receipt or checkpoint you kept: the archive must continue it (may be repeated)",
    )


def run(args: argparse.Namespace) -> int:
    """The exit status."""
    told = _bar if sys.stderr.isatty() and not args.json else None
    raw, policy = read_bytes(args.archive), read_policy(args.policy)
    try:
        session = verify(raw, policy, told, held=[read_bytes(path) for path in args.held])
    except (ArchiveError, PolicyError) as wrong:
        if not args.json:
            raise
        _print(_refused(wrong))
        return 1
    if args.json:
        _print({"ok": True, **_found(session)})
    else:
        print(_sentence(session, args.lang))
    return 0


def _refused(wrong: ArchiveError | PolicyError) -> dict[str, Any]:
    """What is proved; `between` where it is a stretch of entries, `likely` a guess within it."""
    proved = wrong.proved if isinstance(wrong, Altered) else wrong
    row: dict[str, Any] = {
        "ok": False,
        "where": wrong.where if isinstance(wrong, ArchiveError) else "policy",
        "sentence": {"zh": proved.zh, "en": proved.en},
    }
    if isinstance(wrong, ArchiveError) and wrong.between is not None:
        row["between"] = list(wrong.between)
    if isinstance(wrong, Altered):
        likely = wrong.likely
        row["likely"] = {
            "entry": likely.index,
            "line": likely.line,
            "sentence": {"zh": likely.zh, "en": likely.en},
        }
    return row


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
        "signed": session.signed,
        "unsound": session.unsound,
        "held": session.held,
        "status": session.state.status,
    }


def _sentence(session: Session, lang: str) -> str:
    count, notes, chinese = len(session.entries), session.checkpoints, lang == "zh"
    more = [_MORE[name][chinese].format(many) for name, many in _counts(session) if many]
    if chinese:
        by = "、".join(session.witnesses) or "无（仅由日志所有者签名）"
        start = f"有效：{session.origin} 共 {count} 条记录，{notes} 个检查点，见证：{by}"
        return "，".join((start, *more))
    by = ", ".join(session.witnesses) or "nobody but the log's owner"
    start = f"ok: {count} entries of {session.origin}, {notes} checkpoints, witnessed by {by}"
    return ", ".join((start, *more))


def _counts(session: Session) -> tuple[tuple[str, int], ...]:
    return (
        ("signed", session.signed),
        ("unsound", session.unsound),
        ("opened", len(session.opened)),
        ("held", session.held),
    )


_MORE = {
    "signed": ("{} requests signed by bidders' own keys", "竞买人本人密钥签名的请求 {} 条"),
    "unsound": ("{} bad signatures rightly refused", "正确拒绝的无效签名 {} 条"),
    "opened": ("{} sealed offers opened again", "密封报价重新解密 {} 份"),
    "held": ("continues {} kept papers", "与所持凭据 {} 份一致"),
}


def _print(found: dict[str, Any]) -> None:
    print(json.dumps(found, ensure_ascii=False))


def _bar(done: int, total: int) -> None:
    """Progress on a terminal, drawn over itself."""
    filled = _BAR * done // total
    end = "\n" if done == total else ""
    sys.stderr.write(f"\r[{'#' * filled}{'.' * (_BAR - filled)}] {done}/{total}{end}")
    sys.stderr.flush()
