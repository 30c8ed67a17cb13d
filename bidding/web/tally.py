"""How often each auction was asked, for the officers' board: counts of what its log holds.

Counted from the log itself, each entry once, and only when somebody looks. It is not part of any
record and holds no amounts; whoever shows it must ask first whether the stage is sealed. `Counted`
does the same for anything else that is told of a log entry by entry.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Protocol, TypeVar

from bidding.engine.house import House

_AT_ONCE: Final = 1_000
_OFFERS: Final = frozenset({"bid", "confirm", "stay", "leave", "seal", "reveal", "surrogate"})
"""What bidders ask of the floor. A secret limit is its owner's alone: that he set one, too."""
_OFFICERS: Final = ("staff", "approver")


@dataclass(slots=True)
class Tally:
    """The counts as of entry `index`; instants are microseconds."""

    index: int = 0
    accepted: int = 0
    last: int | None = None
    """When the last accepted one was made."""
    extensions: int = 0
    suspensions: int = 0
    officers: int = 0
    """Requests of officers after the publication, admissions and deposits included."""
    refused: Counter[str] = field(default_factory=Counter)
    """How many were refused, by reason."""
    latest: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """The last entry refused for each reason."""

    def count(self, entry: Mapping[str, Any]) -> None:
        """Takes the next entry of the log."""
        kind, _, outcome = str(entry["type"]).partition(".")
        self.index += 1
        facts = entry["data"].get("facts", ())
        self.extensions += sum(fact["fact"] == "deadline_moved" for fact in facts)
        self.suspensions += sum(fact["fact"] == "suspended" for fact in facts)
        self.officers += entry["actor"].partition(":")[0] in _OFFICERS and kind != "session"
        # An offer on a bidder's behalf that takes two is made by the second officer's yes.
        if kind not in _OFFERS and not any(fact["fact"] == "on_behalf" for fact in facts):
            return
        if outcome == "accepted":
            self.accepted, self.last = self.accepted + 1, entry["t"]
        else:
            reason = entry["data"]["reason"]
            self.refused[reason] += 1
            self.latest[reason] = entry


class Counts(Protocol):
    """What is counted of one auction; `index` entries are in it."""

    index: int

    def count(self, entry: Mapping[str, Any]) -> None:
        """Takes the next entry of the log."""
        ...


_C = TypeVar("_C", bound=Counts)


class Counted(Generic[_C]):
    """The counts of all auctions of a house, of one sort that `begin` begins."""

    def __init__(self, house: House, begin: Callable[[], _C]) -> None:
        self._house, self._begin = house, begin
        self._found: dict[str, _C] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    async def of(self, auction: str, size: int) -> _C:
        """The counts of the first `size` entries, or of more where somebody just asked for more."""
        found = self._found.get(auction)
        if found is None:
            found = self._found[auction] = self._begin()
        async with self._turns.setdefault(auction, asyncio.Lock()):
            while found.index < size:
                stop = min(found.index + _AT_ONCE, size)
                for entry in await self._house.entries(auction, found.index, stop):
                    found.count(entry)
        return found
