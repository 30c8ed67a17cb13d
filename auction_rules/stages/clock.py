"""Clock (S2): a price is named for one tick after another, and bidders answer it.

Serves descending and ascending clocks. What it is not: a race. An answer names the tick it
answers, everything that arrives within a tick weighs the same, and nobody sees the answers of
others before the tick ends; what follows from them is worked out at its end. Every tick is a
`RoundOpened` fact; the prices themselves follow from the terms (`Rungs`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from auction_rules.facts import (
    Amount,
    DeadlineMoved,
    FloorFact,
    Instant,
    RoundOpened,
    StageClosed,
    StageOpened,
)
from auction_rules.floor import Bid, BidderAsk, Floor, Leave, OfficerAsk, Stay
from auction_rules.money import divide_half_up, divide_up
from auction_rules.rule import Accept, Actions, Disclosure, Judgement, Line, Refuse
from auction_rules.terms import Resume, Text


@dataclass(frozen=True, slots=True)
class Rungs:
    """The prices of a clock in the smallest unit: from `start` to `last`, `step` by step.

    `sign` is +1 where the price rises, -1 where it falls. The last step is shorter where the
    way is not a whole number of steps: the last price is always named. With `basis_points` a step
    is that part of the price it starts from, half up, and at least one smallest unit.
    """

    start: Amount
    last: Amount
    step: Amount
    sign: int
    basis_points: int = 0

    def after(self, price: Amount) -> Amount | None:
        """The price of the tick after the one at `price`; None after the last."""
        if price == self.last:
            return None
        step = max(1, divide_half_up(price * self.basis_points, 10_000))
        ahead = price + self.sign * (step if self.basis_points else self.step)
        return ahead if self.sign * (self.last - ahead) > 0 else self.last

    def before(self, price: Amount) -> Amount | None:
        """The price of the tick before the one at `price`; None before the first."""
        return None if price == self.start else self.back(price, 1)

    def back(self, price: Amount, steps: int) -> Amount:
        """The price one or more steps back, never before the start."""
        if self.basis_points:
            seen = tuple(self._up_to(price))
            return seen[max(0, len(seen) - 1 - steps)]
        # Whole steps from the start, whatever the length of the last one.
        number = divide_up(self.sign * (price - self.start), self.step)
        return self.start + self.sign * self.step * max(0, number - steps)

    def _up_to(self, price: Amount) -> Iterator[Amount]:
        """Every price from the start to this one, which must be one of them."""
        here: Amount | None = self.start
        while here is not None:
            yield here
            here = None if here == price else self.after(here)


@dataclass(frozen=True, slots=True)
class Onward:
    """The clock goes on: the price of the next tick, and what the last one came to."""

    price: Amount | None
    facts: tuple[FloorFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock; `length` is that of a tick in microseconds."""

    id: str
    title: Text
    length: Instant
    first: Amount | None
    """The price of the first tick; None where each product has its own."""
    right: Callable[[Floor[Any], str], Refuse | None]
    """Why the bidder may not answer this tick; None when he may."""
    stay: Callable[[Floor[Any], str, Stay], Judgement]
    """What a yes comes to, given the right to answer."""
    onward: Callable[[Floor[Any]], Onward | None]
    """At the end of a tick: how the clock goes on, or None when it stops."""
    ended: Callable[[Floor[Any]], tuple[FloorFact, ...]]
    """What the last tick came to."""
    resume_policy: Resume
    leave: Callable[[Floor[Any], str], Judgement] = lambda _floor, _bidder: Refuse("OUTSIDE_WINDOW")
    """What a no comes to; where silence is the only no, it cannot be said."""
    slots: tuple[str, ...] = ()
    """The products a yes must name one of, where the clock sells several."""
    quantities: Callable[[Floor[Any], str], tuple[Amount, Amount] | None] = lambda _f, _b: None
    """The least and the most he may ask for, of the first product where there are several."""
    offer: Callable[[Floor[Any], str, Bid], Judgement] | None = None
    """What an answer that names a price of its own comes to; None where none may be named."""
    prices: Callable[[Floor[Any], str], tuple[Amount, Amount] | None] = lambda _f, _b: None
    """The least and the highest price that may be named, of the first product where several."""
    lines: Callable[[Floor[Any], str], tuple[Line, ...]] = lambda _f, _b: ()
    """What he may say about each product, where the clock sells several."""
    points: Callable[[Floor[Any], str], tuple[int, int] | None] = lambda _f, _b: None
    """The points he may be active on and those he is, where demand is held to points."""
    kind: str = "clock"

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """The first tick begins with the stage."""
        del floor
        end = now + self.length
        opened = StageOpened(self.id, self.kind, now, end)
        return (opened, RoundOpened(1, self.first, now, end))

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """Only yes or no to the tick; that it is this tick the programme has tested."""
        del now
        if isinstance(ask, Bid) and self.offer is not None:
            slot = ask.lot if ask.slot is None else ask.slot
            refused = self.right(floor, bidder) or self._named(slot, ask.lot)
            return refused or self.offer(floor, bidder, replace(ask, slot=slot))
        if not isinstance(ask, Stay | Leave):
            return Refuse("OUTSIDE_WINDOW")
        if refused := self.right(floor, bidder):
            return refused
        if isinstance(ask, Leave):
            return self.leave(floor, bidder)
        return self._named(ask.slot, None) or self.stay(floor, bidder, ask)

    def _named(self, slot: str | None, lot: str | None) -> Refuse | None:
        """Whether the product is one of the clock; where it sells one, none is named."""
        known = slot in self.slots if self.slots else slot is None
        return None if known and lot in (None, slot) else Refuse("NO_SUCH_LOT")

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """No officer has anything to bring in here."""
        del floor, officer, ask, now
        return Refuse("NOT_BIDDABLE")

    def due(self, floor: Floor[Any]) -> Instant | None:
        """The end of the tick."""
        return floor.standing.closes

    def turn(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...] | None:
        """The next tick, unless the answers stop the clock."""
        further = self.onward(floor)
        if further is None:
            return None
        number = floor.standing.round + 1
        return (*further.facts, RoundOpened(number, further.price, now, now + self.length))

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """The answers to the last tick are open."""
        del now
        return (StageClosed(self.id), *self.ended(floor))

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """The tick's whole length again, or what remained of it, as the terms promise."""
        closes = floor.standing.closes or now
        full = self.resume_policy is Resume.FULL_COUNTDOWN
        given = self.length if full else max(0, closes - since)
        return (DeadlineMoved(max(closes, now + given), "resumed"),)

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """The tick to name and its price, or why not."""
        del now
        standing = floor.standing
        if refused := self.right(floor, bidder):
            return Actions(ask="stay", blocked=refused, price=standing.price)
        leaves = isinstance(self.leave(floor, bidder), Accept)
        least, most = self.quantities(floor, bidder) or (None, None)
        low, high = self.prices(floor, bidder) or (None, None)
        return Actions(
            ask="stay",
            minimum=low,
            maximum=high,
            round=standing.round,
            price=standing.price,
            quantity_minimum=least,
            quantity_maximum=most,
            lines=self.lines(floor, bidder),
            also=("leave",) if leaves else (),
            points=self.points(floor, bidder),
        )

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """Answers are hidden while the clock runs: who sees one would no longer answer alone."""
        del floor
        return Disclosure(sealed=True)
