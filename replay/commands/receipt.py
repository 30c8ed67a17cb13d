"""`receipt`: is this receipt of the log, who vouches for it, and what does it say.

The centre's acknowledgement of a complaint is a paper of another kind, and is read as well.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from auction_rules.terms import show_instant
from bidding.core.state import State
from bidding.proof import canon
from bidding.proof.acknowledgement import is_acknowledgement, verify_acknowledgement
from bidding.proof.archive import HEADER as ARCHIVE
from bidding.proof.policy import Policy
from bidding.proof.receipt import Receipt, ReceiptError, weigh_receipt
from replay.commands.files import (
    STRANGE,
    Usage,
    add_policy,
    legible,
    read_bytes,
    read_policy,
    shown,
)
from replay.film import bound, sentence
from replay.reach import vouched
from replay.verify import verify

HELP = "is this receipt of the log, who vouches for it, and what it says"
WAITING: Final = 3
"""The exit status of a receipt that the centre signed and the policy's witnesses have not yet."""
_SAID: Final = {
    "en": {
        "holds": "ok: entry {i} of {log}",
        "waits": "not yet witnessed: entry {i} of {log}; the centre's signature holds and binds "
        "it, witnesses who have not signed: {missing}",
        "by": "{type} by {actor}, recorded {at} UTC+8",
        "says": "it says (amounts in the smallest unit of the terms, for CNY usually fen; with the "
        "notice or the archive, --terms FILE tells them in its unit):",
        "means": "that is: {sentence}",
        "terms": "amounts are told in the unit of the document with SHA-256 {sha256}",
        "comma": ", ",
        "taken": "ok: the centre has complaint {number} on {auction}, from {alias}, filed {at} UTC+8",
        "alone": "signed by the centre; a paper beside the log, for which no witness is asked",
        "file": "the file complained with has SHA-256 {sha256}",
        "same": "it is the file you gave",
        "other": "refused: the file you gave is another: its SHA-256 is {sha256}",
    },
    "zh": {
        "holds": "有效：{log} 第 {i} 号记录",
        "waits": "尚待见证：{log} 第 {i} 号记录；交易中心的签名成立并对其有约束力，"
        "尚未签名的见证人：{missing}",
        "by": "{type}，{actor}，记录时间 {at}",
        "says": "内容（金额以条款所定的最小单位计，人民币通常为分；以 --terms 给出公告文件或档案，"
        "即按其计价单位显示）：",
        "means": "即：{sentence}",
        "terms": "金额按 SHA-256 为 {sha256} 的规则文件的计价单位显示",
        "comma": "、",
        "taken": "有效：交易中心已受理异议第 {number} 号（{auction}），提出人 {alias}，提出时间 {at}",
        "alone": "由交易中心签名；这是日志之外的文件，不要求见证",
        "file": "所提交的异议文件的 SHA-256 为 {sha256}",
        "same": "与您提供的文件一致",
        "other": "不通过：您提供的是另一份文件，其 SHA-256 为 {sha256}",
    },
}


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument(
        "receipt", type=Path, help="a receipt, or the acknowledgement of a complaint"
    )
    add_policy(parser)
    parser.add_argument(
        "--terms",
        type=Path,
        metavar="FILE",
        help="the archive, or the document.json of the notice: amounts are told in its unit",
    )
    parser.add_argument(
        "--complaint",
        type=Path,
        metavar="FILE",
        help="the complaint you filed: it must be the one that is acknowledged",
    )


def run(args: argparse.Namespace) -> int:
    """The exit status: 0 it holds, WAITING the centre's signature holds and witnesses miss."""
    raw, policy = read_bytes(args.receipt), read_policy(args.policy)
    if is_acknowledgement(raw):
        return _acknowledged(raw, policy, args)
    if raw.startswith(ARCHIVE):
        raise ReceiptError(
            "this is an archive, not a receipt: ask verify",
            "这是竞价档案，不是回执，请用 verify 核验",
        )
    found = weigh_receipt(raw, policy)
    entry = canon.decode(found.receipt.entry)
    assert isinstance(entry, dict)
    words = _SAID[args.lang]
    missing = words["comma"].join(found.missing)
    place = {"i": found.receipt.index, "log": entry["log"], "missing": missing}
    told = list(_meaning(entry, found.receipt, policy, args))
    print(words["waits" if missing else "holds"].format(**place))
    if found.witnesses or not missing:
        print(vouched(found.witnesses)[args.lang])
    # What its owner left out of an entry is shown as left out: only i, log and t were checked.
    who = {key: entry.get(key, "?") for key in ("type", "actor")}
    print(legible(words["by"].format(at=show_instant(entry["t"]), **who)))
    print("\n".join(map(legible, [*told, f"{words['says']} {_data(entry)}"])))
    return WAITING if missing else 0


def _data(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry.get("data"), ensure_ascii=False)


def _meaning(
    entry: dict[str, Any], receipt: Receipt, policy: Policy, args: argparse.Namespace
) -> list[str]:
    """The entry in words with amounts in the unit of the terms, where these are known."""
    document = _document(entry, receipt, policy, args.terms)
    if document is None:
        return []
    words = _SAID[args.lang]
    sha256 = hashlib.sha256(canon.encode(document)).hexdigest()
    with shown():
        said_of_it = sentence(entry, *bound(State(entry["log"], document=document)))
    said = [words["means"].format(sentence=said_of_it[args.lang])]
    return said if args.terms is None else [*said, words["terms"].format(sha256=sha256)]


def _document(
    entry: Mapping[str, Any], receipt: Receipt, policy: Policy, path: Path | None
) -> dict[str, Any] | None:
    """The document of the session: in entry 0 itself, or in the file that was given."""
    if path is None:
        found = entry["data"].get("document") if receipt.index == 0 else None
        return found if isinstance(found, dict) else None
    raw = read_bytes(path)
    if raw.startswith(ARCHIVE):
        # The receipt is held against it, so that no other session's unit is taken.
        session = verify(raw, policy, held=[receipt.encode()])
        document: dict[str, Any] = session.entries[0]["data"]["document"]
        return document
    try:
        document = json.loads(raw)
        assert isinstance(document["terms"]["unit"], dict)
        bound(State(entry["log"], document=document))
    except STRANGE as wrong:
        raise Usage(
            f"{path}: neither an archive nor the document of a notice",
            f"{path}：既不是档案，也不是公告的规则文件",
        ) from wrong
    return document


def _acknowledged(raw: bytes, policy: Policy, args: argparse.Namespace) -> int:
    """The exit status: 0 the centre has the complaint, 1 it has another file than the one given."""
    found, words = verify_acknowledgement(raw, policy), _SAID[args.lang]
    place = {"number": found.number, "auction": found.auction, "alias": found.alias}
    print(legible(words["taken"].format(at=show_instant(found.filed), **place)))
    print(words["alone"])
    print(words["file"].format(sha256=found.sha256))
    if args.complaint is None:
        return 0
    given = hashlib.sha256(read_bytes(args.complaint)).hexdigest()
    same = given == found.sha256
    print(words["same" if same else "other"].format(sha256=given))
    return 0 if same else 1
