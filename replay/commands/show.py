"""`show`: the session told, one line an entry."""

from __future__ import annotations

import argparse

from replay.commands.files import add_archive, read_session

HELP = "tell the session, one line an entry"


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    add_archive(parser)


def run(args: argparse.Namespace) -> int:
    """The exit status."""
    for line in read_session(args).film.lines(args.lang):
        print(line)
    return 0
