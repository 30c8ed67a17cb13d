"""`receipt`: is this receipt of the log, who vouches for it, and what does it say."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Final

from auction_rules.terms import show_instant
from bidding.proof import canon
from bidding.proof.receipt import weigh_receipt
from replay.commands.files import add_policy, read_bytes, read_policy
from replay.reach import vouched

HELP = "is this receipt of the log, who vouches for it, and what it says"
WAITING: Final = 3
"""The exit status of a receipt that the centre signed and the policy's witnesses have not yet."""
_SAID: Final = {
    "en": {
        "holds": "ok: entry {i} of {log}",
        "waits": "not yet witnessed: entry {i} of {log}; the centre's signature holds and binds "
        "it, witnesses who have not signed: {missing}",
        "by": "{type} by {actor}, recorded {at} UTC+8",
        "says": "it says (amounts in the smallest unit of the terms, for CNY usually fen):",
        "comma": ", ",
    },
    "zh": {
        "holds": "有效：{log} 第 {i} 号记录",
        "waits": "尚待见证：{log} 第 {i} 号记录；交易中心的签名成立并对其有约束力，"
        "尚未签名的见证人：{missing}",
        "by": "{type}，{actor}，记录时间 {at}",
        "says": "内容（金额以条款所定的最小单位计，人民币通常为分）：",
        "comma": "、",
    },
}


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("receipt", type=Path)
    add_policy(parser)


def run(args: argparse.Namespace) -> int:
    """The exit status: 0 it holds, WAITING the centre's signature holds and witnesses miss."""
    found = weigh_receipt(read_bytes(args.receipt), read_policy(args.policy))
    entry = canon.decode(found.receipt.entry)
    assert isinstance(entry, dict)
    words = _SAID[args.lang]
    missing = words["comma"].join(found.missing)
    place = {"i": found.receipt.index, "log": entry["log"], "missing": missing}
    print(words["waits" if missing else "holds"].format(**place))
    if found.witnesses or not missing:
        print(vouched(found.witnesses)[args.lang])
    # What its owner left out of an entry is shown as left out: only i, log and t were checked.
    who = {key: entry.get(key, "?") for key in ("type", "actor")}
    print(words["by"].format(at=show_instant(entry["t"]), **who))
    print(words["says"], json.dumps(entry.get("data"), ensure_ascii=False))
    return WAITING if missing else 0
