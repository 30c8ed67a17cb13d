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

    def took(self, step: Step) -> None:
        """One entry further."""
        if step.before.index % MARK_EVERY == 0:
            self.marks.append(step.before)
        if (command := step.entry.get("cmd")) is not None:
            self.seen[command] = step.entry["i"]
        self.state = step.after


async def verify(
    log: EventLog, origin: str, key: Verifier, since: int | None = None, *, grows: bool = False
) -> Verified:
    """Reads the whole log and believes it: leaves, roots, signatures, then meaning.

    Where it `grows` meanwhile, because somebody else writes it, no further than when it was called.
    Raises LogDamaged naming the log and the entry, BadEntry's reason included; UnknownRule when
    the rule of the session is not installed. The order is that of an archive: nothing is parsed
    before a signed root covers it.
    """
    notes = await _signed(log, origin, key)
    found = Verified(State(origin))
    size = 0
    stop = max(notes, default=0) if grows else None
    async for start, bodies in _pages(log, origin, stop=stop):
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
        found.took(step)
        if since is not None and step.entry["i"] >= since:
            found.late.append(step)
    return found


async def go_on(log: EventLog, key: Verifier, found: Verified) -> list[Step]:
    """The steps from where `found` stands to the end of the log, which `found` then holds.

    All or nothing, and only under signed checkpoints. Raises as `verify` does.
    """
    origin, start = found.state.origin, found.state.index
    bodies = await log.read(origin, start)
    if not bodies:
        return []
    # Read after the entries: whoever wrote an entry wrote the checkpoint over it in the same breath.
    notes = await _signed(log, origin, key, start)
    steps, state = [], found.state
    for offset, body in enumerate(bodies):
        steps.append(_step(state, start + offset, body))
        state = steps[-1].after
        if offset % _SLICE == _SLICE - 1:
            await asyncio.sleep(0)
    # No `await` from here on: what is found must be the same entries in tree, state and note.
    for step, body in zip(steps, bodies, strict=True):
        found.tree.append(leaf_hash(body))
        found.took(step)
        root, note = notes.get(found.tree.size, (None, b""))
        if root is not None and found.tree.root() != root:
            raise LogDamaged(f"{origin}: entry {found.tree.size - 1} is not what was signed for")
        found.checkpoint = note or found.checkpoint
    if found.tree.size not in notes:
        raise LogDamaged(f"{origin}: entry {found.tree.size - 1} is under no signed checkpoint")
    return steps


async def fold(log: EventLog, state: State, stop: int) -> AsyncIterator[Step]:
    """The steps from `state` on, up to entry `stop`. Raises LogDamaged, UnknownRule."""
    done = 0
    async for start, bodies in _pages(log, state.origin, state.index, stop):
        for offset, body in enumerate(bodies):
            step = _step(state, start + offset, body)
            yield step
            state = step.after
            done += 1
            if done % _SLICE == 0:
                await asyncio.sleep(0)


def _step(state: State, index: int, body: bytes) -> Step:
    try:
        entry: Any = canon.decode(body)
        after = evolve(state, entry)
        if state.index == 0:
            after = bind(after, rule_of(after))
    except (BadEntry, KeyError, TypeError, ValueError, AssertionError) as error:
        raise LogDamaged(f"{state.origin}: entry {index} cannot be read: {error}") from error
    return Step(state, entry, after)


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


async def _signed(
    log: EventLog, origin: str, key: Verifier, beyond: int = 0
) -> dict[int, tuple[bytes, bytes]]:
    """By size: root and note of every stored checkpoint, each signature checked."""
    signed: dict[int, tuple[bytes, bytes]] = {}
    for count, note in enumerate(await log.checkpoints(origin, beyond)):
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
