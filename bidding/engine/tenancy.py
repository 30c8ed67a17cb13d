"""The house as one node among several: what the membership asks of it, and the following of others.

An auction that another node owns is read here as it grows, when a letter says so and, because
letters may be lost, now and then without one.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

from bidding.core.commands import Command
from bidding.engine.auctioneer import Answer
from bidding.engine.heartbeat import Heartbeat
from bidding.engine.ports import Instant, LogDamaged, LogError
from bidding.engine.seating import Seating
from bidding.engine.seats import Ground, Seat, Seats
from bidding.engine.supervisor import Chores, told
from bidding.proof import canon

_log = logging.getLogger(__name__)

_LOOK: Final = 500_000
"""How often a followed auction that runs is looked at, though no letter told that it grew."""
_LOOK_AT_ALL: Final = 10
"""And every so many times, those that do not run."""


class Tenancy:
    """The house's side of its membership: its `Tenant`."""

    def __init__(
        self, ground: Ground, seats: Seats, seating: Seating, heart: Heartbeat, chores: Chores
    ) -> None:
        self._ground, self._seats, self._seating, self._chores = ground, seats, seating, chores
        self._heart = heart

    # -- what the membership asks -----------------------------------------------------------

    def noticed(self, origin: str) -> None:
        """There is a log of this name, of this house or of another on the same record."""
        seat = self._seats.known(origin)
        if seat is not None and not self._chores.over and not self._seating.in_place(seat):
            self._open(seat)

    def moved(self, origin: str) -> None:
        """It is owned by somebody else than before: it is opened here or followed."""
        seat = self._seats.at(origin)
        if seat is not None and self._ground.others is not None and not self._chores.over:
            seat.grant = self._ground.others.grant(origin)
            self._open(seat)

    def known(self) -> list[str]:
        """Every log that somebody has to own: what runs or stands still first, what is over last."""
        seats = [seat for seat in self._seats if seat.refused is None]
        return [seat.origin for seat in sorted(seats, key=lambda s: (s.over, not _goes_on(s)))]

    def patient(self, origin: str) -> bool:
        """Whether it is over, so that its next owner has time."""
        seat = self._seats.at(origin)
        return seat is not None and seat.over

    def owed(self, origin: str) -> Instant | None:
        """Since when its time was lost, as far as its record does not say so yet."""
        seat = self._seats.at(origin)
        return None if seat is None else self._heart.owed(seat)

    @property
    def opening(self) -> int:
        """How many auctions are being opened here, to be written or to be followed."""
        return sum(seat.opening is not None and not seat.opening.done() for seat in self._seats)

    def local(self, origin: str, command: Command, stamp: Instant) -> asyncio.Future[Answer] | None:
        """Asks the auctioneer of this process; None where there is none."""
        seat = self._seats.at(origin)
        if seat is None or seat.auctioneer is None:
            return None
        return seat.auctioneer.ask(command, stamp)

    def grew(self, origin: str) -> None:
        """It has entries that may not have been read here."""
        seat = self._seats.at(origin)
        if seat is None:
            self.noticed(origin)
        elif seat.follower is not None and not self._chores.over:
            self._catch_up(seat)

    async def entry(self, origin: str, index: int) -> dict[str, Any]:
        """One entry, read from the log; by then the room shows it too. Raises LogError."""
        seat = self._seats.at(origin)
        if seat is not None and seat.follower is not None:
            await seat.follower.up_to_date()
        (body,) = await self._ground.log.read(origin, index, index + 1)
        found: dict[str, Any] = canon.decode(body)  # type: ignore[assignment] # an entry is an object
        return found

    # Nobody waits for these: an end that nobody foresaw has to be told.

    def _open(self, seat: Seat) -> None:
        told(self._chores.begin(self._seating.opened(seat)), f"opening {seat.origin}")

    def _catch_up(self, seat: Seat) -> None:
        told(self._chores.begin(self.catch_up(seat)), f"following {seat.origin}")

    # -- following --------------------------------------------------------------------------

    async def found(self, auction: str) -> Seat:
        """The seat of an auction; one that was published elsewhere just now is looked for."""
        origin = self._seats.origin(auction)
        if auction not in self._seats and origin in await self._ground.log.logs():
            self.noticed(origin)
        return self._seats[auction]

    async def catch_up(self, seat: Seat) -> None:
        """Reads what a followed auction has grown by; when it cannot be read, what was stands."""
        follower = seat.follower
        if follower is None:
            return
        try:
            await follower.up_to_date()
            seat.looked = self._ground.clock.now()
            if self._ground.witnessing.policy.demands:
                await self._read_witnessed(seat)
        except LogDamaged as error:
            seat.refused = str(error)
            _log.critical("%s is followed no more: %s", seat.origin, error)
        except LogError as error:
            _log.warning("%s cannot be read now: %s", seat.origin, error)

    async def _read_witnessed(self, seat: Seat) -> None:
        kept = await self._ground.witnessing.kept(self._ground.keys.signer(seat.origin).verifier)
        if kept is not None and kept != seat.cosigned and seat.room is not None:
            seat.cosigned = kept
            seat.room.witnessed(kept.size)

    async def look_after(self) -> None:
        """Looks at what is followed, for letters may be lost and their bearer gone."""
        turn = 0
        while True:
            now = self._ground.clock.now()
            turn += 1
            for seat in self._seats:
                if seat.follower is not None and (_goes_on(seat) or turn % _LOOK_AT_ALL == 0):
                    self._catch_up(seat)
            await self._ground.clock.sleep_until(now + _LOOK)


def _goes_on(seat: Seat) -> bool:
    return seat.room is not None and seat.room.state.status in ("running", "suspended")
