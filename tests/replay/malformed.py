"""Archives that their owner signed and no house could have written: for whoever must not stumble.

The key is a fresh one under a policy that trusts it alone, so nothing but the meaning is wrong.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bidding.core.state import State, evolve
from bidding.proof import canon
from bidding.proof.archive import parse_archive, write_archive
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import Signer
from bidding.proof.policy import policy_text

Entries = list[dict[str, Any]]
Place = tuple[str | int, ...]


def entries_of(raw: bytes) -> Entries:
    """The entries of an archive, to be changed."""
    return [json.loads(one) for one in parse_archive(raw).entries]


def signed(entries: Sequence[Any]) -> tuple[bytes, str]:
    """The archive and the policy of an owner who signs whatever it is."""
    origin = entries[0]["log"]
    signer = Signer(origin, b"\1" * 32)
    bodies = [canon.encode(one) for one in entries]
    tree = Tree.from_leaves(map(leaf_hash, bodies))
    note = signer.sign(Checkpoint(origin, tree.size, tree.root()).body())
    return write_archive(origin, bodies, [note]), policy_text(signer.verifier)


def chained(entries: Entries) -> Entries:
    """The same with every later digest made to fit, as far as it can be folded at all."""
    state = State(entries[0]["log"])
    for index, entry in enumerate(entries):
        if index:
            entry["ps"] = state.digest
        state = evolve(state, entry)
    return entries


def keep(folder: Path, entries: Sequence[Any]) -> list[str]:
    """The arguments that name the file and its policy."""
    raw, policy = signed(entries)
    (folder / "a.session").write_bytes(raw)
    (folder / "a.policy").write_text(policy, encoding="utf-8")
    return [str(folder / "a.session"), "--policy", str(folder / "a.policy")]


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Every place in a JSON value."""
    rows: Iterator[tuple[str | int, Any]]
    if isinstance(value, dict):
        rows = iter(value.items())
    elif isinstance(value, list):
        rows = iter(enumerate(value))
    else:
        return
    for key, inner in rows:
        yield (*at, key)
        yield from places(inner, (*at, key))


def changed(entries: Entries, at: Place, value: Any) -> Entries:
    """A copy with another value at a place; `...` removes it."""
    copied = copy.deepcopy(entries)
    holder: Any = copied
    for key in at[:-1]:
        holder = holder[key]
    if value is ...:
        del holder[at[-1]]
    else:
        holder[at[-1]] = copy.deepcopy(value)
    return copied
