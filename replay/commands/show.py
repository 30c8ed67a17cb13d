"""`show`: the session told, one line an entry, or the notice it began with."""

from __future__ import annotations

import argparse

from auction_rules.registry import UnknownRule
from bidding.core.notice import notice, text
from replay.commands.files import Usage, add_archive, legible, read_session, shown
from replay.film import Film

HELP = "tell the session, one line an entry"


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    add_archive(parser)
    parser.add_argument(
        "--terms", action="store_true", help="the notice of entry 0 instead: terms in words"
    )


def run(args: argparse.Namespace) -> int:
    """The exit status."""
    film = read_session(args).film
    if args.terms:
        with shown():
            told = _notice(film, args.lang)
        print("\n".join(map(legible, told.split("\n"))), end="")
        return 0
    with shown():
        lines = film.lines(args.lang)
    for line in lines:
        print(legible(line))
    return 0


def _notice(film: Film, lang: str) -> str:
    document = film.state(0).document
    try:
        return text(notice(document, document["sha256"]), lang)
    except UnknownRule as missing:
        raise Usage(f"the rule {missing} is not here", f"未安装规则 {missing}") from missing
