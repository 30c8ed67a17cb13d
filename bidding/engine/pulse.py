"""Whether the house can write, told by writing: what a bid meets, the pulse meets first.

A store that answers reads, or a process that runs, is not yet a service: only a write that came
back shows that a bid would have (RELIABILITY section 0, findings 5 and 6). It knows no auction;
what an interruption means to one is decided by its auctioneer and the contingency of its rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bidding.engine.ports import Instant

#: The reason in the record of a session that is suspended for want of writes.
INTERRUPTED: Final = "INTERRUPTED"

#: A write is sent every so many microseconds while something runs.
BEAT: Final = 1_000_000
#: Without a write that came back for so long, nobody may be told that time is up.
DEAF_AFTER: Final = 2_000_000
#: A write that takes longer than this is no sign of health: while it was on its way nobody was
#: served (RELIABILITY section 0, finding 6).
QUICK: Final = 1_000_000
#: So much may be lost in all before it is given back: with one beat more, two seconds (S6).
TOLERATED: Final = 1_000_000
#: Beats wander by less than this on a healthy machine.
_GRAIN: Final = 500_000


@dataclass(slots=True)
class Pulse:
    """`heard` is when the last write was sent that came back, `lost` the time without one."""

    heard: Instant
    lost: Instant = 0
    watching: bool = False
    """Whether writes are sent now: without them silence means nothing."""

    def begin(self, now: Instant) -> None:
        """Nothing was watched before: what came earlier was not lost."""
        self.heard = max(self.heard, now)

    def came_back(self, sent: Instant, now: Instant) -> None:
        """A write sent at `sent` is durable now. What passed beyond a beat before it was lost,
        and so was the time that it took, unless it was quick.
        """
        if sent < self.heard:
            return  # sent before the clock was moved on purpose
        gap, took = sent - self.heard, now - sent
        if gap > BEAT + _GRAIN:
            self.lost += gap - BEAT
        if took > QUICK:
            self.lost += took
        self.heard = max(self.heard, now if took > QUICK else sent)

    def served(self, sent: Instant) -> Instant:
        """Until when no time was lost that is not counted, for a write sent at `sent` to note.

        It is noted before anybody knows what the write will show: a note of `sent` itself would
        hide the loss from whoever comes after us.
        """
        return self.heard if sent - self.heard > BEAT + _GRAIN else sent

    def deaf(self, now: Instant) -> bool:
        """Whether nobody knows if a bid could be written now."""
        return now - self.heard > DEAF_AFTER

    def unheard(self, now: Instant) -> bool:
        """Whether time is being lost at this moment, or was, and nobody has counted it yet."""
        return self.watching and self.deaf(now)
