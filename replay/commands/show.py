"""`show`: the session told, one line an entry."""

from __future__ import annotations

import argparse

from replay.commands.files import add_archive, read_session
from replay.film import lines

HELP = "tell the session, one line an entry"


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    add_archive(parser)


def run(args: argparse.Namespace) -> int:
    """The exit status."""
    session = read_session(args)
    for line in lines(session.origin, session.entries, args.lang):
        print(line)
    return 0
