"""`explain`: why an entry is as it is, as a chain of facts and clauses."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from replay.commands.files import add_archive, legible, read_session, shown
from replay.explain import explain

HELP = "why was it accepted, refused, extended or awarded"
_RESTS = {"zh": "依据：", "en": "rests on: "}
_SEE = {"zh": "见记录", "en": "see entries"}


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    add_archive(parser)
    parser.add_argument("index", type=int, help="the number of the entry")
    parser.add_argument("--json", action="store_true", help="both languages, for machines")


def run(args: argparse.Namespace) -> int:
    """The exit status."""
    film = read_session(args).film
    with shown():
        why = explain(film, args.index)
    if args.json:
        print(json.dumps(asdict(why), ensure_ascii=False))
        return 0
    for number, line in enumerate(why.lines, 1):
        seen = [i for i in line.entries if i != why.index]
        see = f" [{_SEE[args.lang]} {', '.join(map(str, seen))}]" if seen else ""
        print(f"{number}. {legible(line.text[args.lang])}{see}")
        if line.clause is not None:
            print(f"   {_RESTS[args.lang]}{legible(line.clause[args.lang])}")
    return 0
