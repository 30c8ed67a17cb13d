"""`seconds`: where every second of a session went, and which entries say so."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from auction_rules.terms import show_instant
from replay.commands.files import add_archive, read_session
from replay.seconds import Contradiction, stretches

HELP = "where every second went: announced, running, suspended and why"
_SUM = {
    "en": "{all} in all, of which {still} stood still; every second is in one line above",
    "zh": "共 {all}，其中停止计时 {still}；每一秒都在上列某一行中",
}
_WRONG = {
    "en": "entry {i} counts in time that the record says stood still",
    "zh": "编号 {i} 的记录发生在记录称已停止计时的时间内",
}


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    add_archive(parser)
    parser.add_argument("--json", action="store_true", help="both languages, for machines")


def run(args: argparse.Namespace) -> int:
    """The exit status."""
    try:
        found = stretches(read_session(args).film)
    except Contradiction as wrong:
        print(_WRONG[args.lang].format(i=wrong.i))
        return 1
    if args.json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False))
        return 0
    for one in found:
        length = _length(one.stop - one.start)
        print(f"{show_instant(one.start)}  {length:>15}  #{one.i}  {one.what[args.lang]}")
    whole = found[-1].stop - found[0].start
    still = sum(one.stop - one.start for one in found if one.stands_still)
    print(_SUM[args.lang].format(all=_length(whole), still=_length(still)))
    return 0


def _length(by: int) -> str:
    seconds, part = divmod(by, 1_000_000)
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}.{part // 1000:03}"
