"""Reading a log back: verified before it is believed, folded in slices.

Start-up is a replay, and so is a channel that somebody opens late. Both run beside live
auctions on one event loop, so they work in slices and let others breathe between them. No rule
code runs here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final

from bidding.core.record import bind, rule_of
from bidding.core.state import BadEntry, State, evolve
from bidding.engine.auctioneer import Step
from bidding.engine.ports import EventLog, LogDamaged
from bidding.proof import canon
from bidding.proof.checkpoint import CheckpointError, parse_body
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import NoteError, Verifier, open_note

#: Entries asked of the log at once, and entries folded before others get their turn.
_PAGE: Final = 512
_SLICE: Final = 32
#: A state is remembered every so many entries, so that old lines need no fold from entry 0.
MARK_EVERY: Final = 512


@dataclass(slots=True)
class Verified:
    """A log whose every byte is under a signed checkpoint, folded to where it stands."""

    state: State
    tree: Tree = field(default_factory=Tree)
    seen: dict[str, int] = field(default_factory=dict)
    checkpoint: bytes = b""
    marks: list[State] = field(default_factory=list)
    """The state before entry 0, MARK_EVERY, 2 * MARK_EVERY, ..."""
    late: list[Step] = field(default_factory=list)
    """The steps from `since` on, for a room that has shown the earlier ones."""


async def verify(log: EventLog, origin: str, key: Verifier, since: int | None = None) -> Verified:
    """Reads the whole log and believes it: leaves, roots, signatures, then meaning.

    Raises LogDamaged naming the log and the entry, BadEntry's reason included; UnknownRule when
    the rule of the session is not installed. The order is that of an archive: nothing is parsed
    before a signed root covers it.
    """
    notes = await _signed(log, origin, key)
    found = Verified(State(origin))
    size = 0
    async for start, bodies in _pages(log, origin):
        for offset, body in enumerate(bodies):
            found.tree.append(leaf_hash(body))
            size = start + offset + 1
            if size in notes:
                root, note = notes.pop(size)
                if found.tree.root() != root:
                    raise LogDamaged(
                        f"{origin}: entry {size - 1}, or one before it, is not what the "
                        f"checkpoint over {size} entries was signed for"
                    )
                found.checkpoint = note
        await asyncio.sleep(0)
    if notes:
        missing = min(notes)
        raise LogDamaged(f"{origin}: entry {size} is missing; {missing} were signed for")
    if not found.checkpoint or parse_body(_text(found.checkpoint)).size != size:
        raise LogDamaged(f"{origin}: entry {size - 1} is under no signed checkpoint")
    async for step in fold(log, State(origin), size):
        if step.before.index % MARK_EVERY == 0:
            found.marks.append(step.before)
        if (command := step.entry.get("cmd")) is not None:
            found.seen[command] = step.entry["i"]
        if since is not None and step.entry["i"] >= since:
            found.late.append(step)
        found.state = step.after
    return found


async def fold(log: EventLog, state: State, stop: int) -> AsyncIterator[Step]:
    """The steps from `state` on, up to entry `stop`. Raises LogDamaged, UnknownRule."""
    done = 0
    async for start, bodies in _pages(log, state.origin, state.index, stop):
        for offset, body in enumerate(bodies):
            try:
                entry: Any = canon.decode(body)
                after = evolve(state, entry)
                if state.index == 0:
                    after = bind(after, rule_of(after))
            except (BadEntry, KeyError, TypeError, ValueError, AssertionError) as error:
                reason = f"{state.origin}: entry {start + offset} cannot be read: {error}"
                raise LogDamaged(reason) from error
            yield Step(state, entry, after)
            state = after
            done += 1
            if done % _SLICE == 0:
                await asyncio.sleep(0)


async def _pages(
    log: EventLog, origin: str, start: int = 0, stop: int | None = None
) -> AsyncIterator[tuple[int, list[bytes]]]:
    while stop is None or start < stop:
        until = start + _PAGE if stop is None else min(start + _PAGE, stop)
        bodies = await log.read(origin, start, until)
        if bodies:
            yield start, bodies
        start += len(bodies)
        if start < until:
            return


async def _signed(log: EventLog, origin: str, key: Verifier) -> dict[int, tuple[bytes, bytes]]:
    """By size: root and note of every stored checkpoint, each signature checked."""
    signed: dict[int, tuple[bytes, bytes]] = {}
    for count, note in enumerate(await log.checkpoints(origin)):
        try:
            checkpoint = parse_body(open_note(note, [key]).text)
        except (NoteError, CheckpointError) as error:
            raise LogDamaged(f"{origin}: stored checkpoint {count}: {error}") from error
        if checkpoint.origin != origin:
            raise LogDamaged(f"{origin}: stored checkpoint {count} is of {checkpoint.origin}")
        signed[checkpoint.size] = checkpoint.root, note
        if count % _SLICE == 0:
            await asyncio.sleep(0)
    return signed


def _text(note: bytes) -> bytes:
    return note[: note.rfind(b"\n\n") + 1]
