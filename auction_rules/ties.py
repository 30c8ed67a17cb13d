"""The tie chain: how bidders who are level are told apart, as one named record.

Answers within one tick never race, so they tie (MECHANISMS M05). The links of a chain are
taken in order until enough of the tied are told apart:

- SEALED_ROUND: the tied, and nobody else, may improve on the level price in one sealed window;
  who stays silent keeps the level price (ISED: the originals stand where none improve).
- DRAW: lots (摇号) among those still level where the supply runs out.
- EARLIER: the log's order; only for rules in which time may count.
- SHARED: nobody is told apart; the rule awards to all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from auction_rules.facts import Amount, FloorFact, Instant, LeadersChanged
from auction_rules.floor import Floor, Offer
from auction_rules.money import LIMIT
from auction_rules.program import Stage
from auction_rules.stages.draw import DrawStage
from auction_rules.stages.outcry import Outcry
from auction_rules.steps import Ladder
from auction_rules.terms import Choice, Resume, Text

ROUND: Final = "tie_round"
DRAW: Final = "tie_draw"
_ROUND_TITLE: Final[Text] = {"zh": "同价者密封再报", "en": "Sealed round of the tied"}
_DRAW_TITLE: Final[Text] = {"zh": "同价摇号", "en": "Draw among the tied"}


class Tie(Choice):
    """How answers within one tick are told apart."""

    DRAW = ("DRAW", "摇号", "by lot")
    SEALED_ROUND = (
        "SEALED_ROUND",
        "同价者密封再报一次，仍同价则摇号",
        "a sealed round of the tied, then by lot",
    )


class ExitTie(Choice):
    """How those are told apart who all left at the same level."""

    DRAW = ("DRAW", "摇号", "by lot")
    SEALED_ROUND = (
        "SEALED_ROUND",
        "同价者密封再报一次，仍同价则摇号",
        "a sealed round of the tied, then by lot",
    )
    EARLIER = ("EARLIER", "最后一次应价在先者", "the earlier last acceptance")
    SHARED = (
        "SHARED",
        "按上一档价格共同成交，各担等份",
        "they share it at the previous level, in equal parts",
    )


LINKS: Final = {
    "DRAW": (DRAW,),
    "SEALED_ROUND": (ROUND, DRAW),
    "EARLIER": (),
    "SHARED": (),
}
"""The stages that each choice of a tie needs, in order; none where the log's order decides."""


@dataclass(frozen=True, slots=True)
class TieChain:
    """The chain of one rule. `sign` +1 where more is better; `length` in microseconds."""

    choice: Tie | ExitTie
    sign: int
    length: Instant
    resume: Resume
    tied: Callable[[Floor[Any]], tuple[Offer, ...]]
    """The offers that are level once the clock has stopped; one a bidder."""
    room: Callable[[Floor[Any]], Amount]
    """How much is left for them."""
    tail: bool = False
    """Whether those behind the ones who do not fit may still be served."""
    limit: Amount = LIMIT
    """No sealed offer beyond this: what it comes to must still be an exact integer."""
    then: Callable[[Floor[Any]], tuple[FloorFact, ...]] = lambda _floor: ()
    """What is known once the lots are drawn."""

    def stages(self) -> tuple[Stage, ...]:
        """The rooms this chain needs, in the order in which they may open."""
        rooms: dict[str, Stage] = {
            ROUND: Outcry(
                id=ROUND,
                kind="sealed",
                title=_ROUND_TITLE,
                ladder=Ladder(0, 1, sign=self.sign, limit=self.limit),
                # One unit short of the level price, so that the level price itself is valid.
                to_beat=lambda floor, _: self.tied(floor)[0].amount - self.sign,
                leading=self.leading,
                quantity=self._quantity,
                resume_policy=self.resume,
                length=self.length,
                sealed=True,
            ),
            DRAW: DrawStage(DRAW, _DRAW_TITLE, lambda _floor: "tie", self.level, self.then),
        }
        return tuple(rooms[link] for link in LINKS[self.choice])

    def follows(self, floor: Floor[Any], closed: str) -> str | None:
        """The next room of the chain after the stage just closed; None when nobody is level."""
        links = LINKS[self.choice]
        left = links[links.index(closed) + 1 :] if closed in links else links
        return left[0] if left and self.level(floor) else None

    def best(self, floor: Floor[Any]) -> tuple[Offer, ...]:
        """The tied, each with the better of his level offer and his sealed one, best first."""
        order = floor.standing.order

        def place(offer: Offer) -> tuple[int, int, int]:
            drawn = order.index(offer.bidder) if offer.bidder in order else len(order)
            return (-self.sign * offer.amount, drawn, offer.i)

        return tuple(sorted((self._improved(floor, o) for o in self.tied(floor)), key=place))

    def level(self, floor: Floor[Any]) -> tuple[str, ...]:
        """Who must be told apart: the equal ones for whom together not enough is left."""
        left, best = self.room(floor), self.best(floor)
        seen = 0
        for _, same in groupby(best, key=lambda offer: offer.amount):
            group = tuple(same)
            asked = sum(o.quantity or 1 for o in group)
            if left and asked > left:
                rest = best[seen:] if self.tail else group
                return tuple(o.bidder for o in rest) if len(rest) > 1 else ()
            left -= min(left, asked)
            seen += len(group)
        return ()

    def leading(self, floor: Floor[Any]) -> LeadersChanged:
        """The tied in their order, as far as it is known."""
        best = self.best(floor)
        return LeadersChanged(tuple(o.bidder for o in best), best[-1].amount)

    def _improved(self, floor: Floor[Any], level: Offer) -> Offer:
        own = floor.standing.offers.get(level.bidder)
        return level if own is None or self.sign * (own.amount - level.amount) < 0 else own

    def _quantity(self, floor: Floor[Any], bidder: str) -> Amount | None:
        return next((o.quantity for o in self.tied(floor) if o.bidder == bidder), None)
