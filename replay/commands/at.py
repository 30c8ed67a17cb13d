"""`at`: the room after an entry, as a party saw it."""

from __future__ import annotations

import argparse
import json

from replay.commands.files import Usage, add_archive, read_session
from replay.film import room_at, state_at

HELP = "the room after the entry at INDEX, as a party saw it"


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    add_archive(parser)
    parser.add_argument("index", type=int)
    parser.add_argument("--as", dest="audience", default="public", metavar="AUDIENCE")


def run(args: argparse.Namespace) -> int:
    """The exit status."""
    session = read_session(args)
    try:
        state = state_at(session.origin, session.entries, args.index)
    except IndexError as wrong:
        raise Usage(str(wrong)) from wrong
    if state.terms is None:
        raise Usage(f"the rule {state.document['rule']}@{state.document['version']} is not here")
    print(json.dumps(room_at(state, args.audience), ensure_ascii=False, indent=2))
    return 0
