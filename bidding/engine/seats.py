"""The seats of the house: one for each auction, which outlives every auctioneer who sits in it.

What is known here of an auction, and what the rooms of the house share: the ground they stand on.
Nobody is opened, followed or asked here; `seating` does that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bidding.engine.auctioneer import Auctioneer, Step
from bidding.engine.following import Follower
from bidding.engine.hub import Room
from bidding.engine.membership import Membership
from bidding.engine.nodes import Grant
from bidding.engine.ports import Clock, EventLog, Instant, Keys
from bidding.engine.side_proofs import SideProofs
from bidding.engine.witnessing import Cosigned, Witnessing

#: The statuses in which a session has ended.
OVER: Final = ("closed", "terminated", "voided")


class NoSuchAuction(LookupError):
    """No auction of this name is open here; the text says why when the house knows."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the house was given: the record and the clock, the keys, and whom it works with."""

    log: EventLog
    clock: Clock
    keys: Keys
    witnessing: Witnessing
    side: SideProofs | None
    """What draws up the proofs beside the logs, where somebody asked for them."""
    others: Membership | None
    """This node's part among several, where there are several."""
    holder: str
    """Under which name logs are taken over."""
    inbox_max: int
    decided: Callable[[Sequence[Step]], None]
    """Told of what was decided here, once it is durable."""


@dataclass(slots=True, eq=False)
class Seat:
    """One auction of the house, through all its auctioneers."""

    origin: str
    room: Room | None = None
    auctioneer: Auctioneer | None = None
    follower: Follower | None = None
    """Instead of an auctioneer, where another node has him."""
    grant: Grant | None = None
    """How the lease was had, until somebody has opened the auction with it."""
    looked: Instant = 0
    """When a followed auction was read last."""
    silenced: bool = False
    """Whether it was told that a door cannot reach it."""
    failures: int = 0
    up_until: Instant | None = None
    lost_from: Instant | None = None
    """From when on time is to be given back, until that is durable."""
    given_back: Instant = 0
    """How much of what the house lost is settled for this auction."""
    refused: str | None = None
    opening: asyncio.Task[None] | None = None
    cosigned: Cosigned | None = None
    """What a quorum has signed, as far as was read of what another node keeps."""
    witnessed_as: str | None = None
    """The end of the session that a quorum has signed; what is announced later takes nothing back."""

    @property
    def over(self) -> bool:
        """Whether its session is known to have ended: nobody waits for its next second."""
        return self.room is not None and self.room.state.status in OVER

    @property
    def reader(self) -> Auctioneer | Follower | None:
        """Who knows the log now; None while it is being read."""
        return self.auctioneer or self.follower


def earliest(*instants: Instant | None) -> Instant | None:
    """The earliest of those that are known."""
    return min((one for one in instants if one is not None), default=None)


class Seats:
    """All seats by auction, oldest first. `prefix` is what each log's name begins with."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._seats: dict[str, Seat] = {}

    def __iter__(self) -> Iterator[Seat]:
        """As they are now: whoever waits in between misses what is added meanwhile."""
        return iter(tuple(self._seats.values()))

    def __contains__(self, auction: str) -> bool:
        return auction in self._seats

    def __getitem__(self, auction: str) -> Seat:
        try:
            return self._seats[auction]
        except KeyError:
            raise NoSuchAuction(auction) from None

    def names(self) -> list[str]:
        """The ids of all auctions known here, oldest first."""
        return list(self._seats)

    def at(self, origin: str) -> Seat | None:
        """The seat of a log, by the log's name."""
        return self._seats.get(self.auction(origin))

    def add(self, seat: Seat) -> None:
        """A new auction."""
        self._seats[self.auction(seat.origin)] = seat

    def known(self, origin: str) -> Seat | None:
        """The seat of a log of ours, made if need be; None for a log that is no auction of ours."""
        auction = self.auction(origin)
        # Remarks on an auction lie below it, and are no auction.
        if not origin.startswith(f"{self.prefix}/") or "/" in auction:
            return None
        return self._seats.setdefault(auction, Seat(origin))

    def origin(self, auction: str) -> str:
        """The name of an auction's log."""
        return f"{self.prefix}/{auction}"

    def auction(self, origin: str) -> str:
        """The auction that a log is of."""
        return origin.removeprefix(f"{self.prefix}/")
