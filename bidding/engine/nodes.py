"""What several houses on one record need of the world: leases, and letters. One Protocol each.

Nothing here makes a bid safe: that is the log's fence. Leases say who should write, so that nodes
do not fight; letters carry requests to him. Both may be wrong or away, and then people wait.

1. A node is present until an instant of the leases' clock, and renews that. A node that cannot
   tell whether it still is behaves as if it were not: its door gives no stamps.
2. A lease on a log is worth what its holder's presence is worth. It is released by the holder, or
   it ends with his presence; nobody can take it away. What its holder owes stands in it: he may go
   before his record says what was lost before him, or under him.
3. Letters may be lost, doubled, reordered and late; whoever reads one believes nothing in it that
   the log does not say, but for who wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bidding.engine.ports import Instant


class BusAddressError(ValueError):
    """What letters should go by has an address that nothing can have; the text says why."""


class LeasesAway(Exception):
    """The leases could not be asked: nobody knows who is present and who owns what."""


class NotPresent(Exception):
    """The presence of this node has run out: it has to enter afresh, under a new address."""


@dataclass(frozen=True, slots=True)
class View:
    """Who was there, and who owned what, at `now` of the leases' clock."""

    now: Instant
    present: Mapping[str, Instant] = field(default_factory=dict)
    """Address of each node that is present -> until when, unless it renews."""
    left: frozenset[str] = frozenset()
    """Addresses that ended with a goodbye: nobody has to wait for a word of theirs."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """Log -> address of its owner, for every owner who is present."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Address of each node that is present and may be written to directly -> its host:port."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A lease on a log that was free. `served` is until when somebody surely served it before.

    `handed` says that he released it, so that nothing of his was cut off, and that he owed nothing.
    """

    served: Instant
    handed: bool


class Leases(Protocol):
    """Who is present and who owns which log; the clock that all nodes agree on."""

    async def enter(self, name: str, place: str | None = None) -> str:
        """The address of a node that is present from now on; each one is given once.

        `place` is the host:port at which the others may write to it directly. Raises LeasesAway.
        """
        ...

    async def renew(self, address: str) -> View:
        """Present for another while. Raises NotPresent, LeasesAway."""
        ...

    async def look(self) -> View:
        """What is there now, and changes nothing. Raises LeasesAway."""
        ...

    async def acquire(self, log: str, address: str) -> Grant | None:
        """The lease of a log that nobody present owns; None when somebody does.

        It owes all since `served`, until `owes` says otherwise. Raises NotPresent, LeasesAway.
        """
        ...

    async def owes(self, log: str, address: str, since: Instant | None) -> None:
        """From `since` on the log was not served, and does not say so yet; None: it says all.

        Whoever acquires it next is granted no later `served`. A log that is not the node's is left
        alone. Raises LeasesAway.
        """
        ...

    async def release(self, log: str, address: str) -> None:
        """Lets go of a log; one that is not the node's is left alone. Raises LeasesAway."""
        ...

    async def leave(self, address: str) -> None:
        """Goodbye: lets go of everything and is present no more. Raises LeasesAway."""
        ...

    async def close(self) -> None:
        """Lets go of the connection, and of no lease."""
        ...


class Bus(Protocol):
    """Letters between nodes. It promises nothing, and never makes anybody wait."""

    @property
    def up(self) -> bool:
        """Whether letters are on their way as far as this end can tell."""
        ...

    @property
    def place(self) -> str | None:
        """The host:port at which others may write to this node directly."""
        ...

    def meet(self, places: Mapping[str, str | None]) -> None:
        """Who is present, by address, and where he may be written to directly, if he may."""
        ...

    def listen(self, address: str, take: Callable[[bytes], None]) -> None:
        """From now on `take` gets the letters to `address`, and to nobody else, and to all."""
        ...

    def post(self, address: str | None, letter: bytes) -> None:
        """Sends to one node, or to all (None), the sender among them. Never waits, never raises."""
        ...

    async def close(self) -> None:
        """Stops sending and listening; what is on its way may be lost."""
        ...
