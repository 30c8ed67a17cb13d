"""The auditor's command line: `python -m replay verify|receipt|show|at|rejudge|scenario`.

Exit 0: it holds. Exit 1: it does not, and one line says what and where. Exit 2: a file or an
argument cannot be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from auction_rules.registry import UnknownRule
from auction_rules.terms import show_instant
from bidding.core.notice import notice, text
from bidding.proof import canon
from bidding.proof.archive import ArchiveError
from bidding.proof.policy import Policy, PolicyError, parse_policy
from bidding.proof.receipt import ReceiptError, verify_receipt
from replay.film import lines, room_at, state_at
from replay.located import Unreadable
from replay.play import Run, play
from replay.rejudge import RuleMissing, rejudge
from replay.scenario import read
from replay.verify import Session, verify


class Usage(Exception):
    """Something that cannot be read at all."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m replay", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, told in (
        ("verify", "is this the log its owner signed, whole and in order"),
        ("show", "tell the session, one line an entry"),
        ("at", "the room after the entry at INDEX, as a party saw it"),
        ("rejudge", "ask the rule again and stop at the first difference"),
    ):
        one = commands.add_parser(name, help=told, description=told)
        one.add_argument("archive", type=Path)
        if name == "at":
            one.add_argument("index", type=int)
            one.add_argument("--as", dest="audience", default="public", metavar="AUDIENCE")
        if name == "show":
            one.add_argument(
                "--terms", action="store_true", help="the notice of entry 0 instead: terms in words"
            )
        one.add_argument("--policy", type=Path, required=True, help="whose signatures count")
        one.add_argument("--lang", choices=("zh", "en"), default="en")
    receipt = commands.add_parser("receipt", help="is this receipt of the log, and what it says")
    receipt.add_argument("receipt", type=Path)
    receipt.add_argument("--policy", type=Path, required=True, help="whose signatures count")
    receipt.add_argument("--lang", choices=("zh", "en"), default="en")
    plays = commands.add_parser("scenario", help="play scenario files and check what they expect")
    plays.add_argument("files", nargs="+", type=Path)
    plays.add_argument("--json", action="store_true", help="one JSON line a play")
    plays.add_argument("--archive", type=Path, metavar="DIR", help="write each run as an archive")
    return parser


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as wrong:
        raise Usage(f"{path}: {wrong.strerror}") from wrong


def _policy(path: Path) -> Policy:
    try:
        return parse_policy(_bytes(path).decode("utf-8"))
    except (PolicyError, UnicodeDecodeError) as wrong:
        raise Usage(f"{path}: {wrong}") from wrong


def _session(args: argparse.Namespace) -> Session:
    return verify(_bytes(args.archive), _policy(args.policy))


def _verify(args: argparse.Namespace) -> int:
    session = _session(args)
    count, notes = len(session.entries), session.checkpoints
    if args.lang == "zh":
        by = "、".join(session.witnesses) or "无（仅由日志所有者签名）"
        print(f"有效：{session.origin} 共 {count} 条记录，{notes} 个检查点，见证：{by}")
    else:
        by = ", ".join(session.witnesses) or "nobody but the log's owner"
        print(f"ok: {count} entries of {session.origin}, {notes} checkpoints, witnessed by {by}")
    return 0


def _receipt(args: argparse.Namespace) -> int:
    found = verify_receipt(_bytes(args.receipt), _policy(args.policy))
    entry = canon.decode(found.entry)
    assert isinstance(entry, dict)
    words = _RECEIPT[args.lang]
    print(words[0].format(**entry))
    print(words[1].format(at=show_instant(entry["t"]), **entry))
    print(words[2], json.dumps(entry["data"], ensure_ascii=False))
    return 0


_RECEIPT = {
    "en": ("ok: entry {i} of {log}", "{type} by {actor}, recorded {at} CST", "it says:"),
    "zh": ("有效：{log} 第 {i} 号记录", "{type}，{actor}，记录时间 {at}", "内容："),
}


def _show(args: argparse.Namespace) -> int:
    session = _session(args)
    if args.terms:
        document = state_at(session.origin, session.entries, 0).document
        try:
            told = notice(document, document["sha256"])
        except UnknownRule as missing:
            raise Usage(f"the rule {missing} is not here") from missing
        print(text(told, args.lang), end="")
        return 0
    for line in lines(session.origin, session.entries, args.lang):
        print(line)
    return 0


def _at(args: argparse.Namespace) -> int:
    session = _session(args)
    try:
        state = state_at(session.origin, session.entries, args.index)
    except IndexError as wrong:
        raise Usage(str(wrong)) from wrong
    if state.terms is None:
        raise Usage(f"the rule {state.document['rule']}@{state.document['version']} is not here")
    print(json.dumps(room_at(state, args.audience), ensure_ascii=False, indent=2))
    return 0


def _rejudge(args: argparse.Namespace) -> int:
    session = _session(args)
    try:
        judged = rejudge(session.origin, session.entries)
    except RuleMissing as missing:
        raise Usage(str(missing)) from missing
    if judged.difference is not None:
        print(judged.difference.line())
        return 1
    count, rule, same = judged.entries, judged.rule, judged.same_source
    if args.lang == "zh":
        source = "源程序一致" if same else "同一版本的另一份源程序"
        print(f"有效：按 {rule}（{source}）重新裁判 {count} 条记录，无差异")
    else:
        source = "the same source" if same else "ANOTHER source of the same version"
        print(f"ok: {count} entries re-judged under {rule}, {source}: no difference")
    return 0


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted((*path.rglob("*.yaml"), *path.rglob("*.yml")))
        else:
            yield path


def _scenario(args: argparse.Namespace) -> int:
    if args.archive is not None:
        args.archive.mkdir(parents=True, exist_ok=True)
    played = failed = 0
    for path in _files(args.files):
        try:
            for run in play(read(path)):
                played += 1
                failed += not run.ok
                _tell(path, run, as_json=args.json)
                if args.archive is not None:
                    _keep(args.archive, run)
        except Unreadable as wrong:
            raise Usage(f"{path}: {wrong}") from wrong
    if not played:
        raise Usage("no scenario found")
    print(f"{played - failed} passed, {failed} failed", file=sys.stderr if args.json else None)
    return 1 if failed else 0


def _tell(path: Path, run: Run, *, as_json: bool) -> None:
    if as_json:
        row: dict[str, Any] = {
            "file": str(path),
            "run": run.name,
            "ok": run.ok,
            "entries": len(run.bodies),
            "misses": [
                {"step": m.step, "about": m.about, "expected": m.expected, "got": m.got}
                for m in run.misses
            ],
        }
        print(json.dumps(row, ensure_ascii=False))
        return
    for miss in run.misses:
        print(f"{path}: {run.name}: {miss.line()}")


def _keep(folder: Path, run: Run) -> None:
    archive, policy = run.archive()
    (folder / f"{run.name}.session").write_bytes(archive)
    (folder / f"{run.name}.policy").write_text(policy, encoding="utf-8")


_COMMANDS = {
    "verify": _verify,
    "receipt": _receipt,
    "show": _show,
    "at": _at,
    "rejudge": _rejudge,
    "scenario": _scenario,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is the answer."""
    args = _parser().parse_args(argv)
    try:
        return _COMMANDS[args.command](args)
    except (ArchiveError, PolicyError, ReceiptError) as wrong:
        print(f"不通过：{wrong.zh}" if args.lang == "zh" else f"refused: {wrong.en}")
        return 1
    except Usage as wrong:
        print(wrong, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
