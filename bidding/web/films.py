"""Films in memory: of the auctions of this house, and of archives that somebody opened here.

A film of an auction grows with its log whenever somebody looks. An opened file is its opener's
alone, is kept in memory only, and is forgotten when others need the room. All folding happens in a
thread, one at a time a film. Who may look, and when a record is sealed, is the handlers' to ask.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from bidding.engine.house import House
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.policy import Policy
from bidding.proof.receipt import Receipt
from replay.film import Film
from replay.reel import Reel
from replay.verify import verify

MOST_BYTES: Final = 32 * 1024 * 1024
"""Of one archive that is opened here."""
_FILMS: Final = 16
_FILES: Final = 8
_PAGE: Final = 1_000

_T = TypeVar("_T")


@dataclass(slots=True, eq=False)
class Showing:
    """One film and the turn to look at it."""

    reel: Reel
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def film(self) -> Film:
        """The film itself."""
        return self.reel.film

    async def ask(self, work: Callable[[], _T]) -> _T:
        """`work` in a thread, alone with the film."""
        async with self.turn:
            return await asyncio.to_thread(work)


@dataclass(slots=True, eq=False)
class Opened:
    """An archive that was verified here, with what proves each of its entries."""

    owner: str
    showing: Showing
    bodies: tuple[bytes, ...]
    tree: Tree
    checkpoint: bytes
    policy: str
    raw: bytes

    def receipt(self, index: int) -> bytes:
        """The proof of one entry under the file's last checkpoint."""
        proof = tuple(self.tree.inclusion(index, self.tree.size))
        return Receipt(self.bodies[index], index, proof, self.checkpoint).encode()


class Films:
    """The films of a house."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._films: OrderedDict[str, Showing] = OrderedDict()
        self._files: OrderedDict[str, Opened] = OrderedDict()

    async def of(self, auction: str, origin: str, size: int) -> Showing:
        """The film of the first `size` entries of an auction, or of more that were asked for."""
        showing = self._films.get(auction)
        if showing is None:
            showing = self._films[auction] = Showing(Reel(Film(origin)))
            if len(self._films) > _FILMS:
                self._films.popitem(last=False)
        self._films.move_to_end(auction)
        async with showing.turn:
            while (start := len(showing.film)) < size:
                more = await self._house.entries(auction, start, min(start + _PAGE, size))
                # On the loop's own thread a page of entries would hold up everybody.
                await asyncio.to_thread(_grow, showing.reel, more)
        return showing

    async def open(self, raw: bytes, policy: Policy, text: str, owner: str) -> str:
        """Verifies an archive and keeps it for `owner`; its name. Raises ArchiveError, PolicyError."""
        opened = await asyncio.to_thread(_opened, raw, policy, text, owner)
        name = secrets.token_urlsafe(16)
        self._files[name] = opened
        if len(self._files) > _FILES:
            self._files.popitem(last=False)
        return name

    def opened(self, name: str, owner: str) -> Opened | None:
        """An archive that this owner opened; None for everybody else."""
        opened = self._files.get(name)
        if opened is None or opened.owner != owner:
            return None
        self._files.move_to_end(name)
        return opened


def _grow(reel: Reel, entries: Sequence[Mapping[str, Any]]) -> None:
    for entry in entries:
        reel.add(entry)


def _opened(raw: bytes, policy: Policy, text: str, owner: str) -> Opened:
    session = verify(raw, policy)
    archive = session.proof.archive
    tree = Tree.from_leaves(leaf_hash(body) for body in archive.entries)
    return Opened(
        owner,
        Showing(Reel(session.film)),
        archive.entries,
        tree,
        archive.checkpoints[-1],
        text,
        raw,
    )
