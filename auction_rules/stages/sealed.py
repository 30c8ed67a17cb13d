"""Sealed offers (S3): collected in one window, hidden from everybody, opened at its end.

The last valid offer counts, and its time is the tie-break. `amendments` limits how often a
bidder may replace his offer; `check` says which amounts are valid and what would be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from auction_rules.contingency import given_back
from auction_rules.facts import (
    Amount,
    FloorFact,
    Instant,
    LeadersChanged,
    Noted,
    OfferStood,
    Revealed,
    StageClosed,
    StageOpened,
)
from auction_rules.floor import Bid, BidderAsk, Confirm, Floor, OfficerAsk, offer_key
from auction_rules.rule import Accept, Actions, Disclosure, Judgement, Line, Refuse
from auction_rules.stages.cancel import may_take_back, taken_back
from auction_rules.steps import Ladder
from auction_rules.terms import Text


def nobody(floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
    """Used where no officer has anything to bring in."""
    del floor, officer, ask, now
    return Refuse("NOT_BIDDABLE")


@dataclass(frozen=True, slots=True)
class Sealed:
    """One sealed window; lengths in microseconds. `ladder` gives start, grid and cap."""

    id: str
    title: Text
    ladder: Ladder
    leading: Callable[[Floor[Any]], LeadersChanged]
    length: Instant = 0
    begins: Instant | None = None
    ends: Instant | None = None
    amendments: int | None = 0
    """How often an offer may be replaced; None is as often as one likes."""
    right: Callable[[Floor[Any], str], Refuse | None] = lambda _floor, _bidder: None
    check: Callable[[Floor[Any], str, Bid], Refuse | None] = lambda _floor, _bidder, _bid: None
    """What else the rule asks of an offer: its quantity, its difference from others."""
    current: Callable[[Floor[Any], str], Amount | None] = lambda _floor, _bidder: None
    """What the bidder's offer must improve on by a step; None when he has only the start."""
    tally: str = "offers"
    """The name under which offers are counted: a stage that counts anew has its own."""
    slots: tuple[str, ...] = ()
    """The slots a bidder may fill, where he may make several offers."""
    quantities: Callable[[Floor[Any], str, str | None], tuple[Amount, Amount] | None] = (
        lambda _floor, _bidder, _slot: None
    )
    """The least and the most quantity for a slot, as `check` applies them; None: it is fixed."""
    officers: Callable[[Floor[Any], str, OfficerAsk, Instant], Judgement] = nobody
    cancels: bool = False
    """Whether a no takes the offer back; one offer a bidder, and none from an earlier stage."""
    open_at_end: bool = True
    kind: str = "sealed"

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """A fixed end moves on by as much as the stage opens late."""
        del floor
        late = max(0, now - (self.begins if self.begins is not None else now))
        closes = now + self.length if self.ends is None else self.ends + late
        return (StageOpened(self.id, self.kind, now, closes),)

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """A valid offer replaces the bidder's earlier one, if he may still replace it."""
        del now
        if isinstance(ask, Confirm) and self.cancels:
            return taken_back(floor, bidder, ask, self.right(floor, bidder))
        if not isinstance(ask, Bid):
            return Refuse("OUTSIDE_WINDOW")
        refused = self._may(floor, bidder, ask.slot) or self._valid(floor, bidder, ask)
        if refused is not None:
            return refused
        lot = floor.entrants[bidder].lot if ask.lot is None else ask.lot
        stood = OfferStood(bidder, lot, ask.amount, ask.quantity, ask.slot)
        count = floor.standing.notes.get(self._tally(bidder, ask.slot), 0)
        return Accept((stood, *self._counted(bidder, ask.slot, count + 1)))

    def _tally(self, bidder: str, slot: str | None) -> str:
        return f"{self.tally} {offer_key(bidder, slot)}"

    def _counted(self, bidder: str, slot: str | None, count: int) -> tuple[FloorFact, ...]:
        return (Noted(self._tally(bidder, slot), count),)

    def _may(self, floor: Floor[Any], bidder: str, slot: str | None) -> Refuse | None:
        if refused := self.right(floor, bidder):
            return refused
        if (slot is None) != (not self.slots) or (slot is not None and slot not in self.slots):
            return Refuse("NO_SUCH_LOT")
        made = floor.standing.notes.get(self._tally(bidder, slot), 0)
        if self.amendments is not None and made > self.amendments:
            return Refuse("AMEND_LIMIT" if self.amendments else "ALREADY_QUOTED")
        return None

    def _room(self, floor: Floor[Any], bidder: str, slot: str | None) -> Refuse | None:
        """Why this slot cannot be filled: no right to it, or no quantity left for it."""
        bounds = self.quantities(floor, bidder, slot)
        full = bounds is not None and bounds[1] < bounds[0]
        return self._may(floor, bidder, slot) or (Refuse("QTY_OVER_LIMIT") if full else None)

    def _valid(self, floor: Floor[Any], bidder: str, bid: Bid) -> Refuse | None:
        current = self.current(floor, bidder)
        return self.ladder.check(bid.amount, current) or self.check(floor, bidder, bid)

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """As the rule allows."""
        return self.officers(floor, officer, ask, now)

    def due(self, floor: Floor[Any]) -> Instant | None:
        """The end of the window."""
        return floor.standing.closes

    def turn(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...] | None:
        """One window."""
        del floor, now
        return None

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """The offers are opened and ranked."""
        del now
        if not self.open_at_end:
            return (StageClosed(self.id),)
        leaders = self.leading(floor)
        return (StageClosed(self.id), Revealed("offers"), leaders)

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """The time that remained, or the whole window where the terms promise it."""
        begins = floor.standing.opens if self.begins is None else self.begins
        length = self.length if self.ends is None else self.ends - begins
        return given_back(floor, length, since, now)

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """Start, cap and grid; nothing about anybody else."""
        del now
        free = (slot for slot in self.slots if self._room(floor, bidder, slot) is None)
        slot = next(free, self.slots[0]) if self.slots else None
        lines = tuple(self._line(floor, bidder, slot) for slot in self.slots)
        also = ("take_back",) if self._may_take_back(floor, bidder) else ()
        if refused := self._room(floor, bidder, slot):
            return Actions(ask="bid", blocked=refused, lines=lines, also=also)
        least, most = self.quantities(floor, bidder, slot) or (None, None)
        current = self.current(floor, bidder)
        if not self.ladder.open(current):
            end = Refuse("CAP_REACHED", self.ladder.end(current))
            return Actions(ask="bid", blocked=end, lines=lines, also=also)
        return Actions(
            ask="bid",
            minimum=self.ladder.minimum(current),
            maximum=self.ladder.maximum(current),
            open_ended=self.ladder.open_ended,
            step=self.ladder.step_from(current or self.ladder.start),
            quantity_minimum=least,
            quantity_maximum=most,
            lines=lines,
            also=also,
            left=None if self.slots else self._left(floor, bidder),
        )

    def _line(self, floor: Floor[Any], bidder: str, slot: str) -> Line:
        current = self.current(floor, bidder)
        least, most = self.quantities(floor, bidder, slot) or (None, None)
        return Line(
            slot,
            minimum=self.ladder.minimum(current),
            maximum=self.ladder.maximum(current),
            open_ended=self.ladder.open_ended,
            step=self.ladder.step_from(current or self.ladder.start),
            quantity_minimum=least,
            quantity_maximum=most,
            blocked=self._room(floor, bidder, slot),
        )

    def _left(self, floor: Floor[Any], bidder: str) -> int | None:
        if self.amendments is None:
            return None
        made = floor.standing.notes.get(self._tally(bidder, None), 0)
        assert isinstance(made, int)
        return self.amendments + 1 - made

    def _may_take_back(self, floor: Floor[Any], bidder: str) -> bool:
        return self.cancels and may_take_back(floor, bidder, self.right(floor, bidder))

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """Sealed while it is open."""
        del floor
        return Disclosure(sealed=True)
