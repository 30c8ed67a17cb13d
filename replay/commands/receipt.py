"""`receipt`: is this receipt of the log, and what does it say."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from auction_rules.terms import show_instant
from bidding.proof import canon
from bidding.proof.receipt import verify_receipt
from replay.commands.files import add_policy, read_bytes, read_policy

HELP = "is this receipt of the log, and what it says"
_RECEIPT = {
    "en": ("ok: entry {i} of {log}", "{type} by {actor}, recorded {at} CST", "it says:"),
    "zh": ("有效：{log} 第 {i} 号记录", "{type}，{actor}，记录时间 {at}", "内容："),
}


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("receipt", type=Path)
    add_policy(parser)


def run(args: argparse.Namespace) -> int:
    """The exit status."""
    found = verify_receipt(read_bytes(args.receipt), read_policy(args.policy))
    entry = canon.decode(found.entry)
    assert isinstance(entry, dict)
    words = _RECEIPT[args.lang]
    print(words[0].format(**entry))
    print(words[1].format(at=show_instant(entry["t"]), **entry))
    print(words[2], json.dumps(entry["data"], ensure_ascii=False))
    return 0
