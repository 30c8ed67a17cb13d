"""Remarks on a record: a log of its own beside each auction's, chained and signed like the others.

An auditor writes in it what he thinks of an entry. The record itself is never touched: the log
is called `<origin>/notes`, each remark names its entry and the hash of that entry's bytes, and
nothing is ever changed or removed. An archive of it verifies with the file of `policy`, by the
same programs as any other; a remark that is withdrawn is another remark.

1. One remark, one entry, one signed checkpoint; nobody is told before it is durable.
2. Before this house goes on with a log, it believes it: leaves, root and signature.
3. A reference has one effect: asked again, it answers with the remark that is there.
4. A house that is not alone on its record keeps no book open: each time it is read again, and
   whoever was quicker is written behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bidding.engine.ports import (
    Batch,
    Clock,
    EventLog,
    Fenced,
    Gap,
    Keys,
    Lease,
    LogDamaged,
    LogError,
    LogExists,
    NoSuchLog,
)
from bidding.proof import canon
from bidding.proof.archive import write_archive
from bidding.proof.checkpoint import Checkpoint, CheckpointError, parse_body
from bidding.proof.envelope import VERSION, EntryError, open_entry
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import NoteError, open_note
from bidding.proof.policy import policy_text
from bidding.proof.text import to_base64

SUFFIX: Final = "/notes"
"""What follows the name of an auction's log in that of the remarks on it."""
TYPE: Final = "note.accepted"
MOST: Final = 10_000
"""Remarks on one auction: a limit against a mistake of a program."""


class Full(Exception):
    """The auction has MOST remarks already."""


class OtherNote(Exception):
    """The same reference stands for another remark already."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody writes: about which entry, whose bytes hash to `leaf`, under his reference."""

    author: str
    """An actor, as `auditor:lu`."""
    entry: int
    leaf: bytes
    text: str
    ref: str


@dataclass(slots=True)
class _Book:
    """One log of remarks, as far as it is written."""

    lease: Lease | None = None
    """None while nothing was written."""
    tree: Tree = field(default_factory=Tree)
    notes: list[dict[str, Any]] = field(default_factory=list)


class Notebook:
    """The remarks on all auctions of a house."""

    def __init__(
        self, log: EventLog, clock: Clock, keys: Keys, holder: str, *, alone: bool = True
    ) -> None:
        self._log, self._clock, self._keys, self._holder = log, clock, keys, holder
        self._alone = alone
        self._books: dict[str, _Book] = {}
        self._turns: dict[str, asyncio.Lock] = {}
        self._writing: set[asyncio.Task[dict[str, Any]]] = set()

    async def notes(self, origin: str) -> Sequence[dict[str, Any]]:
        """The remarks on the log `origin`, oldest first. Raises LogError."""
        async with self._turn(origin):
            return tuple((await self._book(origin)).notes)

    async def write(self, origin: str, remark: Remark) -> dict[str, Any]:
        """The remark as it is logged; durable when it returns. Raises Full, OtherNote, LogError."""
        # A browser that hangs up must not leave a book that disagrees with its log.
        task = asyncio.create_task(self._write(origin, remark))  # noqa: TID251 held until it ends
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)
        return await asyncio.shield(task)

    async def archive(self, origin: str) -> bytes | None:
        """All of them in one file, as of an auction; None where there are none. Raises LogError."""
        name = origin + SUFFIX
        async with self._turn(origin):
            if not (await self._book(origin)).notes:
                return None
            bodies, notes = await self._log.read(name), await self._log.checkpoints(name)
        return write_archive(name, bodies, notes)

    def policy(self, origin: str) -> str:
        """Whose signature counts under the remarks: the centre's. No witness is asked for."""
        return policy_text(self._keys.signer(origin + SUFFIX).verifier)

    def _turn(self, origin: str) -> asyncio.Lock:
        return self._turns.setdefault(origin, asyncio.Lock())

    async def _write(self, origin: str, remark: Remark) -> dict[str, Any]:
        async with self._turn(origin):
            try:
                return await self._once(origin, remark)
            except (Fenced, Gap, LogExists):
                if self._alone:
                    raise
                # Another node wrote in the same instant, and nothing of this was written.
                return await self._once(origin, remark)

    async def _once(self, origin: str, remark: Remark) -> dict[str, Any]:
        book, cmd = await self._book(origin, to_write=True), f"{remark.author}/{remark.ref}"
        known = next((note for note in book.notes if note["cmd"] == cmd), None)
        if known is not None:
            if known["data"] != _data(remark):
                raise OtherNote(remark.ref)
            return known
        if len(book.notes) >= MOST:
            raise Full(origin)
        return await self._append(origin, book, remark)

    async def _append(self, origin: str, book: _Book, remark: Remark) -> dict[str, Any]:
        name, index = origin + SUFFIX, len(book.notes)
        cmd = f"{remark.author}/{remark.ref}"
        last = book.notes[-1]["t"] if book.notes else 0
        note = {
            "v": VERSION,
            "log": name,
            "i": index,
            "t": max(self._clock.now(), last),
            "type": TYPE,
            "actor": remark.author,
            "cmd": cmd,
            "data": _data(remark),
        }
        body = canon.encode(note)
        try:
            if book.lease is None:
                root = Tree.from_leaves([leaf_hash(body)]).root()
                await self._log.create(name, body, self._signed(name, 1, root))
                book.lease = await self._log.take_over(name, self._holder)
                book.tree.append(leaf_hash(body))
            else:
                book.tree.append(leaf_hash(body))
                signed = self._signed(name, index + 1, book.tree.root())
                await self._log.append(
                    Batch(name, book.lease.epoch, index, (body,), (cmd,), signed)
                )
        except LogError:
            # Nobody knows what is there now: it is read afresh by whoever comes next.
            self._books.pop(origin, None)
            raise
        book.notes.append(note)
        return note

    def _signed(self, name: str, size: int, root: bytes) -> bytes:
        return self._keys.signer(name).sign(Checkpoint(name, size, root).body())

    async def _book(self, origin: str, *, to_write: bool = False) -> _Book:
        """The book of a log, read and believed when it is first asked for. Rules 2 and 4."""
        if not self._alone:
            return await self._read(origin + SUFFIX, to_write=to_write)
        if (book := self._books.get(origin)) is None:
            book = self._books[origin] = await self._read(origin + SUFFIX, to_write=True)
        return book

    async def _read(self, name: str, *, to_write: bool) -> _Book:
        lease = None
        try:
            if to_write:
                lease = await self._log.take_over(name, self._holder)
            signed = await self._log.checkpoints(name)
        except NoSuchLog:
            return _Book()
        # No further than what was signed by then: another node may be writing on.
        bodies = await self._log.read(name, 0, None if lease else _size(signed))
        tree = Tree.from_leaves(leaf_hash(body) for body in bodies)
        try:
            text = open_note(signed[-1], [self._keys.signer(name).verifier]).text
            checkpoint = parse_body(text)
            notes: list[dict[str, Any]] = [
                open_entry(body, name, index) for index, body in enumerate(bodies)
            ]
        except (NoteError, CheckpointError, EntryError, IndexError) as error:
            raise LogDamaged(f"{name}: {error}") from error
        if (checkpoint.origin, checkpoint.size) != (name, len(bodies)) or (
            checkpoint.root != tree.root()
        ):
            raise LogDamaged(f"{name}: it is not what its last checkpoint was signed for")
        return _Book(lease, tree, notes)


def _size(signed: Sequence[bytes]) -> int:
    """Of how many entries the last checkpoint is."""
    return int(signed[-1].split(b"\n", 2)[1]) if signed else 0


def _data(remark: Remark) -> dict[str, Any]:
    return {"entry": remark.entry, "leaf": to_base64(remark.leaf), "text": remark.text}
