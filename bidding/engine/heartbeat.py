"""The heartbeat of the house: a write each second while something runs, and what its absence costs.

`pulse` counts what was lost; here it is given back to each session. Time in which nothing could be
written is nobody's, and neither is time in which a door could not be heard.
"""

from __future__ import annotations

import logging
from typing import Final

from bidding.core.record import due
from bidding.core.state import State
from bidding.engine.membership import Membership
from bidding.engine.ports import Clock, EventLog, Instant, LogError
from bidding.engine.pulse import BEAT, INTERRUPTED, QUICK, TOLERATED, Pulse
from bidding.engine.seats import OVER, Seat, Seats, earliest

_log = logging.getLogger(__name__)

#: A session that opens within this time is watched as if it ran.
_SOON: Final = 5_000_000


class Heartbeat:
    """Beats for all seats. `last` is when the house was up before it went down, once it was read."""

    def __init__(
        self, log: EventLog, clock: Clock, seats: Seats, others: Membership | None
    ) -> None:
        self._log, self._clock, self._seats, self._others = log, clock, seats, others
        self.pulse = Pulse(clock.now())
        self.last: Instant | None = None
        self._looked: Instant | None = None

    def watched(self, now: Instant) -> bool:
        """Whether anything runs here for which a write that does not come back would be a loss."""
        return any(_watched(seat, now) for seat in self._seats)

    def attend(self, seat: Seat, since: Instant) -> None:
        """Something was written or taken up: if it runs from now on, its time counts at once.

        Until the next beat a process could stand still and nobody would know what was lost.
        """
        if not self.pulse.watching and _watched(seat, since):
            self.pulse.watching = True
            self.pulse.begin(since)

    def moved_on(self) -> None:
        """The clock was moved on purpose, as in practice: nobody lost that time."""
        self.pulse.begin(self._clock.now())
        for seat in self._seats:
            if seat.auctioneer is not None:
                seat.auctioneer.moved_on()

    async def beat(self) -> None:
        """While something runs, notes each second that the house is up: rules 2 and 5 of the house need it."""
        while True:
            sent = self._clock.now()
            # Begun again after its own fall, it counts what was lost meanwhile.
            before, watched = self.pulse.watching, self.watched(sent)
            # Nothing ran when it looked last: what runs now began after that, perhaps long ago.
            looked, self._looked = self._looked, sent
            self.pulse.watching = watched
            if watched:
                if not before:
                    self.pulse.begin(sent if looked is None else looked)
                try:
                    await self._log.beat(self._served(sent))
                except LogError as error:
                    _log.error("the house cannot note that it is up: %s", error)
                else:
                    self._felt(sent)
            while self._clock.now() < sent + BEAT:
                await self._clock.sleep_until(sent + BEAT)

    def _served(self, sent: Instant) -> Instant:
        """Until when the house was up and owes nobody time that is not in his record: to be noted.

        Whoever comes after us knows of a loss only by this, until it is written.
        """
        others = self._others
        ours = (s for s in self._seats if others is None or others.holds(s.origin))
        owed = (self._owed(seat) for seat in ours)
        return min([self.pulse.served(sent), *(since for since in owed if since is not None)])

    def owed(self, seat: Seat) -> Instant | None:
        """Since when time was lost to an auction that is written here, and its log does not know.

        With what nobody has counted yet: whoever owns it next must not find less than we would.
        """
        now = self._clock.now()
        uncounted = self.pulse.unheard(now) and _watched(seat, now)
        return earliest(self._owed(seat), self.pulse.heard if uncounted else None)

    def _owed(self, seat: Seat) -> Instant | None:
        if seat.refused is not None:
            return None
        if seat.auctioneer is not None:
            return earliest(seat.lost_from, seat.auctioneer.owed)
        state = None if seat.room is None else seat.room.state
        if state is not None and _stands_still(state):
            return None
        if seat.grant is not None:
            return earliest(seat.lost_from, seat.grant.served)
        return earliest(seat.lost_from, self.last if state is None else seat.up_until)

    def _felt(self, sent: Instant) -> None:
        """A write came back: what was lost before it is given back, what waited for it goes on."""
        now = self._clock.now()
        self.pulse.came_back(sent, now)
        silent = None if self._others is None else self._others.doors.silent_since()
        for seat in self._seats:
            if seat.auctioneer is None:
                continue
            if silent is not None:
                # We could write, and yet a bid from over there would not arrive.
                if not seat.silenced:
                    seat.silenced = True
                    seat.auctioneer.interrupted(silent)
                continue
            seat.silenced = False
            lost = self.pulse.lost - seat.given_back
            if lost > TOLERATED:
                seat.given_back = self.pulse.lost
                # A beat more than was surely lost: what is given back is never too little.
                seat.auctioneer.interrupted(sent - lost - BEAT)
            elif now - sent <= QUICK:
                seat.auctioneer.well()


def _stands_still(state: State) -> bool:
    """Whether no time of it can be lost: it is over, or suspended without an hour to go on."""
    return state.status in OVER or (state.status == "suspended" and state.resuming is None)


def _watched(seat: Seat, now: Instant) -> bool:
    if seat.room is None or seat.auctioneer is None:
        return False
    state = seat.room.state
    if state.status == "announced":
        bell = due(state, seat.room.rule)
        return bell is not None and bell <= now + _SOON
    if state.suspended is not None and state.suspended.reason == INTERRUPTED:
        return True
    return state.status == "running" or state.resuming is not None
