"""Open outcry (S1): anyone entitled may improve, until the stage's deadline.

Serves both 网上报价 (a free phase, `countdown` None, open or sealed) and 限时竞价 (a countdown
that offers restart). What must be beaten and who then leads are the rule's two functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from auction_rules.extension import Countdown
from auction_rules.facts import (
    Amount,
    DeadlineMoved,
    Entitled,
    FloorFact,
    Instant,
    LeadersChanged,
    Noted,
    OfferStood,
    Revealed,
    StageClosed,
    StageOpened,
)
from auction_rules.floor import Bid, BidderAsk, Floor, OfficerAsk
from auction_rules.rule import Accept, Actions, Disclosure, Judgement, Refuse
from auction_rules.steps import Ladder
from auction_rules.terms import Resume, Text

_LATEST: Final = "latest_start"


@dataclass(frozen=True, slots=True)
class Outcry:
    """One open-outcry stage. Lengths in microseconds; `ends` is a fixed end, if there is one."""

    id: str
    kind: str
    title: Text
    ladder: Ladder
    to_beat: Callable[[Floor[Any], str], Amount | None]
    """The amount the bidder's next offer must improve on; None when he has only the start."""
    leading: Callable[[Floor[Any]], LeadersChanged]
    """Who leads once an offer stands."""
    quantity: Callable[[Floor[Any], str], Amount | None]
    """What the bidder's offer is for."""
    resume_policy: Resume
    begins: Instant | None = None
    """The announced opening; a stage with a fixed end that opens late ends as much later."""
    ends: Instant | None = None
    length: Instant = 0
    preparation: Instant = 0
    starts_on_first_bid: bool = False
    countdown: Countdown | None = None
    sealed: bool = False
    entitle: Callable[[Floor[Any]], Entitled | None] | None = None
    entering: Callable[[Floor[Any], str], Amount | None] | None = None
    """The least valid amount that would make the bidder a provisional winner."""
    own_raise: bool = True
    """Whether the leader may raise himself."""

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """Begins at `now` after its preparation; a first-bid clock opens without an end."""
        del floor
        opens = now + self.preparation
        end = opens + self.length
        if self.ends is not None:
            end = self.ends + max(0, now - (self.begins or now))
        if self.starts_on_first_bid:
            # No end is announced yet; if nobody comes by then, it is over.
            return (StageOpened(self.id, self.kind, opens, None), Noted(_LATEST, end))
        return (StageOpened(self.id, self.kind, opens, end),)

    def _waits_until(self, floor: Floor[Any]) -> Instant | None:
        """While a first-bid clock waits: the instant at which it waits no longer."""
        waits = self.starts_on_first_bid and floor.standing.closes is None
        latest: Instant | None = floor.standing.notes[_LATEST] if waits else None
        return latest

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """An offer that improves stands, may change who leads, and may move the end."""
        if not isinstance(ask, Bid):
            return Refuse("OUTSIDE_WINDOW")
        if refused := self._late(floor, now) or self._right(floor, bidder, ask):
            return refused
        if refused := self.ladder.check(ask.amount, self.to_beat(floor, bidder)):
            return refused
        entrant = floor.entrants[bidder]
        stood = OfferStood(bidder, entrant.lot, ask.amount, self.quantity(floor, bidder))
        facts: list[FloorFact] = [stood]
        leading = self.leading(floor.after(facts, now))
        changed = leading.leaders != floor.standing.leaders
        if not self.sealed and (changed or leading.cutoff != floor.standing.cutoff):
            facts.append(leading)
        return Accept((*facts, *self._moved(floor, now, changed=changed)))

    def _moved(
        self, floor: Floor[Any], now: Instant, *, changed: bool
    ) -> tuple[DeadlineMoved, ...]:
        if self._waits_until(floor) is not None:
            return (DeadlineMoved(now + self.length, "first_bid"),)
        if self.countdown is None:
            return ()
        return self.countdown.moved(floor.standing, now, leaders_changed=changed)

    def _late(self, floor: Floor[Any], now: Instant) -> Refuse | None:
        latest = self._waits_until(floor)
        return None if latest is None or now < latest else Refuse("AFTER_DEADLINE")

    def _right(self, floor: Floor[Any], bidder: str, ask: Bid | None) -> Refuse | None:
        entitled = floor.standing.entitled
        if entitled is not None and bidder not in entitled:
            return Refuse("NO_RIGHT_IN_PHASE")
        if not self.own_raise and floor.standing.leaders[:1] == (bidder,):
            return Refuse("ALREADY_LEADING")
        if ask is None:
            return None
        lot = floor.entrants[bidder].lot
        if ask.lot is not None and ask.lot != lot:
            return Refuse("NOT_YOUR_LOT")
        fixed = self.quantity(floor, bidder)
        if ask.quantity is not None and ask.quantity != fixed:
            return Refuse("QUANTITY_FIXED", {"quantity": fixed})
        return None

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """No officer has anything to bring in here."""
        del floor, officer, ask, now
        return Refuse("NOT_BIDDABLE")

    def due(self, floor: Floor[Any]) -> Instant | None:
        """Its deadline as it stands, or the end of the wait for a first offer."""
        latest = self._waits_until(floor)
        return floor.standing.closes if latest is None else latest

    def turn(self, floor: Floor[Any], now: Instant) -> None:
        """It has no rounds: at its deadline it ends."""
        del floor, now

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """Sealed offers open; the leaders become known; the right to go on is named."""
        del now
        facts: list[FloorFact] = [StageClosed(self.id)]
        if self.sealed:
            facts += [Revealed("offers"), self.leading(floor)]
        if self.entitle is not None and (right := self.entitle(floor)) is not None:
            facts.append(right)
        return tuple(facts)

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """The remaining time, or a full countdown where the terms promise one; never less."""
        closes, latest = floor.standing.closes, self._waits_until(floor)
        if latest is not None:
            return (Noted(_LATEST, max(latest, now + max(0, latest - since))),)
        if closes is None:
            return ()
        target = now + max(0, closes - since)
        if self.countdown is not None and self.resume_policy is Resume.FULL_COUNTDOWN:
            target = max(now + self.countdown.length, closes)
        return (DeadlineMoved(max(target, closes), "resumed"),)

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """The same ladder and the same rights that `judge` applies."""
        if refused := self._late(floor, now) or self._right(floor, bidder, None):
            return Actions(ask="bid", blocked=refused)
        current = self.to_beat(floor, bidder)
        if not self.ladder.open(current):
            return Actions(ask="bid", blocked=Refuse("CAP_REACHED", self.ladder.end(current)))
        return Actions(
            ask="bid",
            minimum=self.ladder.minimum(current),
            maximum=self.ladder.maximum(current),
            step=self.ladder.step_from(current or self.ladder.start),
            quick=self.ladder.quick(current),
            enter=None if self.sealed or self.entering is None else self.entering(floor, bidder),
        )

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """Sealed while a sealed stage is open."""
        del floor
        return Disclosure(sealed=self.sealed)
