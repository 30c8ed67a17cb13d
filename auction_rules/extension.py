"""Countdowns: how an offer moves the end of a timed stage.

Three forms read in Chinese rules (DOMAIN §2.3, §5). RESET: the end is the offer's time plus
the countdown. EXTEND: the end moves on by the countdown. CYCLE: cycles of one length follow
each other, and the stage ends with the first cycle in which nothing happened.
"""

from __future__ import annotations

from dataclasses import dataclass

from auction_rules.facts import DeadlineMoved, Instant
from auction_rules.floor import Standing
from auction_rules.terms import Choice


class Mode(Choice):
    """What an offer does to the end."""

    RESET = ("RESET", "有效报价后重新倒计时", "each valid offer restarts the countdown")
    EXTEND = ("EXTEND", "在原截止时间上顺延", "the end moves on by the countdown")
    CYCLE = ("CYCLE", "按周期，空一个周期即止", "cycles; the first empty one ends it")


class Trigger(Choice):
    """Which offers move the end."""

    ANY_BID = ("ANY_BID", "任何有效报价", "any valid offer")
    TOP_CHANGE = ("TOP_CHANGE", "领先者或入围名单变化", "a change of the leader or winning set")


@dataclass(frozen=True, slots=True)
class Countdown:
    """An extension record; lengths in microseconds, 0 or None meaning no such limit."""

    length: Instant
    mode: Mode = Mode.RESET
    trigger: Trigger = Trigger.ANY_BID
    window: Instant = 0
    max_count: int = 0
    max_total: Instant = 0

    def moved(
        self, standing: Standing, now: Instant, *, leaders_changed: bool
    ) -> tuple[DeadlineMoved, ...]:
        """The move of the deadline that an offer standing at `now` causes, if any."""
        closes = standing.closes
        if closes is None or (self.trigger is Trigger.TOP_CHANGE and not leaders_changed):
            return ()
        if self.window and now < closes - self.window:
            return ()
        if self.max_count and standing.extensions >= self.max_count:
            return ()
        target = self._target(standing, closes, now)
        if self.max_total:
            target = min(target, closes + self.max_total - standing.extended)
        return (DeadlineMoved(target, "extension"),) if target > closes else ()

    def _target(self, standing: Standing, closes: Instant, now: Instant) -> Instant:
        if self.mode is Mode.RESET:
            return now + self.length
        if self.mode is Mode.EXTEND:
            return closes + self.length
        # The end of the cycle that `now` lies in, counted back from the close: a second
        # offer in the same cycle finds the next cycle already granted.
        cycles_left = (closes - now - 1) // self.length
        return closes if cycles_left else closes + self.length
