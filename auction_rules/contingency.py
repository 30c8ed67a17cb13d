"""What a suspension gives back to a window that has a fixed length (DOMAIN §2.5).

For rules whose windows run by the calendar. Clocks and countdowns have their own ways.
"""

from __future__ import annotations

from typing import Any

from auction_rules.facts import DeadlineMoved, Instant
from auction_rules.floor import Floor
from auction_rules.terms import Resume


def given_back(
    floor: Floor[Any], length: Instant, since: Instant, now: Instant
) -> tuple[DeadlineMoved, ...]:
    """The new end: `length` microseconds from now, or what remained when it was suspended."""
    closes = floor.standing.closes
    if closes is None:
        return ()
    whole = floor.terms.resume is Resume.FULL_COUNTDOWN
    left = length if whole else max(0, closes - since)
    return (DeadlineMoved(max(closes, now + left), "resumed"),)
