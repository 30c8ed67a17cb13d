"""`at`: the room after an entry or at an instant, as a party saw it."""

from __future__ import annotations

import argparse
import json

from auction_rules.terms import instant
from replay import bare
from replay.commands.files import Usage, add_archive, read_session, shown
from replay.film import Film

HELP = "the room after the entry at INDEX, or at an instant, as a party saw it"


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    add_archive(parser)
    parser.add_argument("index", help="an index, or an instant like 2026-03-02T10:00:00+08:00")
    parser.add_argument(
        "--as",
        dest="audience",
        default="public",
        metavar="AUDIENCE",
        help="the public's, bidder:NUMBER, staff or auditor",
    )


def run(args: argparse.Namespace) -> int:
    """The exit status."""
    film = read_session(args).film
    index, now = _place(film, args.index)
    with shown():
        if film.rule is None:
            room = bare.room(film.state(index))
        else:
            _admit(film, args.audience)
            room = film.room(index, args.audience, now)
            if args.audience.startswith("bidder:"):
                room["you"] = film.panel(index, args.audience.partition(":")[2], now)
        told = json.dumps(room, ensure_ascii=False, indent=2)
    print(told)
    return 0


def _place(film: Film, text: str) -> tuple[int, int | None]:
    if text.isascii() and text.isdigit():
        return int(text), None
    try:
        now = instant(text)
    except ValueError as wrong:
        raise Usage(
            f"{text} is neither an index nor an instant", f"{text} 既不是记录编号，也不是时刻"
        ) from wrong
    index = film.index_at(now)
    if index is None:
        raise Usage(f"the session had not begun at {text}", f"{text} 时本场尚未开始")
    return index, now


def _admit(film: Film, audience: str) -> None:
    """Raises Usage for a party that there is not: its room would be mistaken for somebody's."""
    role, _, number = audience.partition(":")
    if audience in ("public", "staff", "auditor"):
        return
    if role == "bidder" and number in film.end.people:
        return
    known = ", ".join(f"bidder:{one}" for one in sorted(film.end.people))
    raise Usage(
        f"no party {audience}; there are public, staff, auditor, {known}",
        f"没有 {audience} 这一方，可用：public、staff、auditor、{known.replace(', ', '、')}",
    )
