"""Draw (S7): a fixed pool, then entropy as a logged input, then the order it gives.

The stage waits for an officer to bring in the entropy; nobody can bid, and nothing lapses. It
ends at the instant the order is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from auction_rules.draw import drawn_order
from auction_rules.facts import Drawn, FloorFact, Instant, PoolFixed, StageClosed, StageOpened
from auction_rules.floor import BidderAsk, Draw, Floor, OfficerAsk
from auction_rules.rule import Accept, Actions, Disclosure, Judgement, Refuse
from auction_rules.terms import Text


@dataclass(frozen=True, slots=True)
class DrawStage:
    """A draw for `what` among those the rule names when the stage opens."""

    id: str
    title: Text
    what: Callable[[Floor[Any]], str]
    pool: Callable[[Floor[Any]], tuple[str, ...]]
    then: Callable[[Floor[Any]], tuple[FloorFact, ...]] = lambda _floor: ()
    """What is known once the order stands."""
    kind: str = "draw"

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """The pool is fixed before any entropy is known."""
        pool = tuple(sorted(self.pool(floor)))
        return (StageOpened(self.id, self.kind, now, None), PoolFixed(self.what(floor), pool))

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """There is nothing a bidder could do."""
        del floor, bidder, ask, now
        return Refuse("OUTSIDE_WINDOW")

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """The entropy counts once."""
        del officer, now
        if not isinstance(ask, Draw) or floor.standing.order:
            return Refuse("NOT_BIDDABLE")
        if not ask.seed.isascii() or not 1 <= len(ask.seed) <= 512 or "|" in ask.seed:
            return Refuse("BAD_SEED")
        what = self.what(floor)
        return Accept(
            (Drawn(what, ask.seed, drawn_order(floor.standing.pool or (), ask.seed, what)),)
        )

    def due(self, floor: Floor[Any]) -> Instant | None:
        """At once when the order is known, or when one is left to draw from."""
        return 0 if floor.standing.order or len(floor.standing.pool or ()) < 2 else None

    def turn(self, floor: Floor[Any], now: Instant) -> None:
        """One draw, then it ends."""
        del floor, now

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """The order stands."""
        del now
        return (StageClosed(self.id), *self.then(floor))

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """No time runs here."""
        del floor, since, now
        return ()

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """Watch."""
        del floor, bidder, now
        return Actions(blocked=Refuse("OUTSIDE_WINDOW"))

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """Everything is open."""
        del floor
        return Disclosure()
