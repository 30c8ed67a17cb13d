"""Draw (S7): a fixed pool, then entropy as a logged input, then the order it gives.

The stage waits for the entropy, from the source that the terms name (stages.entropy); nobody can
bid. It ends at the instant the order is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from auction_rules.draw import drawn_order
from auction_rules.facts import Drawn, FloorFact, Instant, PoolFixed, StageClosed, StageOpened
from auction_rules.floor import BidderAsk, Floor, OfficerAsk
from auction_rules.rule import Actions, Disclosure, Judgement, Refuse
from auction_rules.stages.entropy import Entropy
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
        opened = StageOpened(self.id, self.kind, now, None)
        asked = self._entropy.open(floor, now) if len(pool) > 1 else ()
        return (opened, PoolFixed(self.what(floor), pool), *asked)

    @property
    def _entropy(self) -> Entropy:
        return Entropy(self.what, self._found)

    def _found(self, floor: Floor[Any], seed: str, order: tuple[str, ...]) -> tuple[FloorFact, ...]:
        what = self.what(floor)
        return (Drawn(what, seed, order or drawn_order(floor.standing.pool or (), seed, what)),)

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """There is nothing a bidder could do."""
        del floor, bidder, ask, now
        return Refuse("OUTSIDE_WINDOW")

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """The entropy counts once."""
        if floor.standing.order:
            return Refuse("NOT_BIDDABLE")
        return self._entropy.office(floor, officer, ask, now)

    def due(self, floor: Floor[Any]) -> Instant | None:
        """At once when the order is known, or when one is left to draw from."""
        return 0 if self._done(floor) else self._entropy.due(floor)

    def turn(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...] | None:
        """One draw, then it ends; what the source asks of people may take several windows."""
        return None if self._done(floor) else self._entropy.turn(floor, now)

    @staticmethod
    def _done(floor: Floor[Any]) -> bool:
        return bool(floor.standing.order) or len(floor.standing.pool or ()) < 2

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """The order stands."""
        del now
        return (StageClosed(self.id), *self.then(floor))

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """Only committing and revealing have a time."""
        return self._entropy.resume(floor, since, now)

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """Watch."""
        del floor, bidder, now
        return Actions(blocked=Refuse("OUTSIDE_WINDOW"))

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """Everything is open."""
        del floor
        return Disclosure()
