"""The letters that nodes write to each other. They hold requests and hints, never a decision.

ask     a request as a door stamped it; `id` is the door's own name for it
said    where the log answers it (`i`), or why it is to be asked again (`why`)
grew    a log has entries that others may not have read
flush   the owner asks a door: what have you still under way that came before `at`?
mark    the door's word: nothing stamped before `upto` is under way from here, nor will be
beat    a door shows the owner that a bid would reach him
free    a log was let go; `heir` is who may have it at once
mine    a log has a new owner, who takes requests now
"""

from __future__ import annotations

from typing import Any

import orjson

from auction_rules.facts import Instant
from bidding.core.commands import Command, Signature, ask_from_json, ask_to_json, kind_of


def encode(kind: str, sender: str, **fields: Any) -> bytes:
    """One letter."""
    return orjson.dumps({"k": kind, "from": sender, **fields})


def decode(letter: bytes) -> dict[str, Any]:
    """The fields of a letter; ValueError for what is none."""
    found = orjson.loads(letter)
    if not isinstance(found, dict) or not isinstance(found.get("k"), str):
        raise ValueError("not a letter")  # noqa: TRY004 what came is a wrong letter, not a wrong type
    return found


def asked(command: Command) -> dict[str, Any]:
    """A command as it travels. Who asks is the door's word: only nodes can write letters."""
    row: dict[str, Any] = {
        "actor": command.actor,
        "kind": kind_of(command.ask),
        "ask": ask_to_json(command.ask),
        "ref": command.ref,
        "tags": [list(tag) for tag in command.tags],
    }
    if command.signature is not None:
        row["sig"] = [command.signature.key, command.signature.value]
    return row


def command(row: dict[str, Any], received: Instant) -> Command:
    """The command as it was asked, with its door's stamp. ValueError, KeyError for what is none."""
    signed = row.get("sig")
    return Command(
        row["actor"],
        ask_from_json(row["kind"], row["ask"]),
        row["ref"],
        None if signed is None else Signature(*signed),
        tuple((str(name), str(value)) for name, value in row["tags"]),
        received,
    )
