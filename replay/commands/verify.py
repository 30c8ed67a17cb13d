"""`verify`: is this the log its owner signed, whole and in order."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from auction_rules.terms import show_instant
from bidding.proof.archive import ArchiveError, Verified
from bidding.proof.gm import GmError, GmVerifier, parse_gm_policy
from bidding.proof.policy import PolicyError
from replay.beside import Beside, NoExtra, beside, strangers
from replay.commands.files import Usage, add_archive, policy_bytes, read_bytes, read_policy
from replay.reach import reach
from replay.remarks import SUFFIX, is_remarks, remarks
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
    parser.add_argument(
        "--sm2", type=Path, metavar="FILE", help="the centre's SM2 key: its parallel log must hold"
    )
    parser.add_argument(
        "--authority",
        type=Path,
        metavar="PEM",
        help="certificates of the time-stamping authority you trust: its time-stamp must hold",
    )


def run(args: argparse.Namespace) -> int:
    """The exit status."""
    told = _bar if sys.stderr.isatty() and not args.json else None
    raw, policy = read_bytes(args.archive), read_policy(args.policy)
    sm2 = None if args.sm2 is None else _sm2_key(args.sm2)
    authority = None if args.authority is None else read_bytes(args.authority)
    held = [read_bytes(path) for path in args.held]
    try:
        if is_remarks(raw):
            proof = remarks(raw, policy, held=held)
            _tell_remarks(args, proof, beside(proof, sm2=sm2, authority=authority), len(held))
            return 0
        session = verify(raw, policy, told, held=held)
        more = beside(session.proof, sm2=sm2, authority=authority)
    except NoExtra as wrong:
        raise Usage(wrong.en, wrong.zh) from wrong
    except (ArchiveError, PolicyError) as wrong:
        if not args.json:
            raise
        _print(_refused(wrong))
        return 1
    others = strangers(session.proof, policy)
    same = _same_policy(session, policy_bytes(args.policy))
    if args.json:
        _print(
            {
                "ok": True,
                **_found(session),
                **_beside(more),
                "strangers": others,
                "policy_as_published": same,
            }
        )
    else:
        print(_sentence(session, more, args.lang))
        print(reach(session)[args.lang])
        if others:
            print(_STRANGERS[_form(others, args.lang)].format(others))
        if same is False:
            print(_OTHER_POLICY[args.lang])
    return 0


def _tell_remarks(args: argparse.Namespace, proof: Verified, more: Beside, held: int) -> None:
    """What holds: the remarks of a session, which are a log of their own."""
    origin, count = proof.archive.origin, len(proof.entries)
    of, checkpoints = origin.removesuffix(SUFFIX), len(proof.archive.checkpoints)
    if args.json:
        root = proof.checkpoint.root.hex()
        told = {"ok": True, "log": origin, "remarks_on": of, "entries": count, "root": root}
        witnesses = list(proof.witnesses)
        rest = {"checkpoints": checkpoints, "witnesses": witnesses, "held": held}
        _print({**told, **rest, **_beside(more)})
        return
    chinese = args.lang == "zh"
    kept = [_MORE["held"][_form(held, args.lang)].format(held)] if held else []
    extra = [*kept, *said_beside(more, count, chinese=chinese)]
    form = _REMARKS[_form(count, args.lang)]
    print(("，" if chinese else ", ").join((form.format(count, of, checkpoints), *extra)))
    print(_NO_SESSION[args.lang])


def _sm2_key(path: Path) -> GmVerifier:
    try:
        return parse_gm_policy(read_bytes(path).decode("ascii", errors="replace"))
    except GmError as wrong:
        raise Usage(f"{path}: {wrong.en}", f"{path}：{wrong.zh}") from wrong


def _same_policy(session: Session, policy: bytes) -> bool | None:
    """Whether it is the policy published with the session; None where its log names none."""
    published = session.entries[0]["data"].get("policy_sha256")
    return None if published is None else bool(published == hashlib.sha256(policy).hexdigest())


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


def _beside(more: Beside) -> dict[str, Any]:
    """What holds beside the record: over how many entries, and the authority's time (µs UTC)."""
    stamp = None if more.stamp is None else {"entries": more.stamp.size, "t": more.stamp.t}
    sm2 = None if more.sm2 is None else {"entries": more.sm2.size}
    return {"sm2": sm2, "timestamp": stamp, "unchecked": list(more.unchecked)}


def _of(size: int, count: int, *, chinese: bool) -> str:
    """Over how many entries; where a proof stops short of the record's end, that is said."""
    if size == count:
        return f"{count} 条记录" if chinese else f"{count} entries"
    if chinese:
        return f"仅前 {size} 条记录，本文件共 {count} 条"
    return f"only the first {size} of {count} entries"


def said_beside(more: Beside, count: int, *, chinese: bool) -> list[str]:
    """What holds beside a record of `count` entries, in a few words each."""
    said = []
    if more.sm2 is not None:
        said.append(_SM2[chinese].format(_of(more.sm2.size, count, chinese=chinese)))
    if more.stamp is not None and more.stamp.t is not None:
        over = _of(more.stamp.size, count, chinese=chinese)
        said.append(_STAMP[chinese].format(over, show_instant(more.stamp.t)))
    said += [_UNCHECKED[name][chinese] for name in more.unchecked]
    return said


def _sentence(session: Session, extra: Beside, lang: str) -> str:
    count, notes, chinese = len(session.entries), session.checkpoints, lang == "zh"
    more = [_MORE[name][_form(many, lang)].format(many) for name, many in _counts(session) if many]
    more += said_beside(extra, count, chinese=chinese)
    if chinese:
        by = "、".join(session.witnesses) or "无（仅由日志所有者签名）"
        start = f"有效：{session.origin} 共 {count} 条记录，{notes} 个检查点，见证：{by}"
        return "，".join((start, *more))
    by = ", ".join(session.witnesses) or "nobody but the log's owner"
    entries, checkpoints = _ENTRIES[count != 1], _CHECKPOINTS[notes != 1]
    start = f"ok: {count} {entries} of {session.origin}, {notes} {checkpoints}, witnessed by {by}"
    return ", ".join((start, *more))


def _form(many: int, lang: str) -> int:
    """Which of one, several, Chinese."""
    return 2 if lang == "zh" else int(many != 1)


def _counts(session: Session) -> tuple[tuple[str, int], ...]:
    return (
        ("signed", session.signed),
        ("unsound", session.unsound),
        ("opened", len(session.opened)),
        ("held", session.held),
    )


_ENTRIES = ("entry", "entries")
_CHECKPOINTS = ("checkpoint", "checkpoints")
_MORE = {
    "signed": (
        "{} request signed by a bidder's own key",
        "{} requests signed by bidders' own keys",
        "竞买人本人密钥签名的请求 {} 条",
    ),
    "unsound": (
        "{} bad signature rightly refused",
        "{} bad signatures rightly refused",
        "正确拒绝的无效签名 {} 条",
    ),
    "opened": (
        "{} sealed offer opened again",
        "{} sealed offers opened again",
        "密封报价重新解密 {} 份",
    ),
    "held": ("continues {} kept paper", "continues {} kept papers", "与所持凭据 {} 份一致"),
}
_SM2 = ("SM3/SM2 log over {} holds", "SM3/SM2 并行日志有效（{}）")
_STAMP = ("time-stamped over {} at {}", "时间戳有效（{}，{}）")
_REMARKS = (
    "ok: {} remark on {}, each chained to those before it, checkpoints: {}",
    "ok: {} remarks on {}, each chained to those before it, checkpoints: {}",
    "有效：对 {1} 的批注 {0} 条，逐条相连，检查点 {2} 个",
)
_NO_SESSION = {
    "en": "this is what officers remarked on a session, signed by the centre; it is not the session, "
    "whose own archive is verified by itself",
    "zh": "这是工作人员对一场竞价所作的批注，由交易中心签名；不是竞价记录本身，竞价记录请另以其档案核验",
}
_UNCHECKED = {
    "sm2": (
        "an SM2 signature is there and was not checked (--sm2)",
        "另有 SM2 签名未核验（--sm2）",
    ),
    "timestamp": (
        "a time-stamp is there and was not checked (--authority)",
        "另有时间戳未核验（--authority）",
    ),
}
_STRANGERS = (
    "note: not checked: {} signature line by a key that this policy does not name, or damaged",
    "note: not checked: {} signature lines by keys that this policy does not name, or damaged",
    "注意：有 {} 行签名的公钥不在信任策略中（另有见证人，或该行已损坏），未核验",
)
_OTHER_POLICY = {
    "en": "note: this policy is not the one published with the session "
    "(policy_sha256 of entry 0 differs)",
    "zh": "注意：所用信任策略与本场公布的不同（与 0 号记录的 policy_sha256 不符）",
}


def _print(found: dict[str, Any]) -> None:
    print(json.dumps(found, ensure_ascii=False))


def _bar(done: int, total: int) -> None:
    """Progress on a terminal, drawn over itself."""
    filled = _BAR * done // total
    end = "\n" if done == total else ""
    sys.stderr.write(f"\r[{'#' * filled}{'.' * (_BAR - filled)}] {done}/{total}{end}")
    sys.stderr.flush()
