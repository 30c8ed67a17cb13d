"""The Rule protocol: stateless questions over values.

A rule decides nothing about people, money in the bank, or time: the house has checked who
asks and hands over the instant. Everything a rule answers is a value; a refusal is one too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from auction_rules.facts import Amount, Awarded, FloorFact, Instant
from auction_rules.floor import BidderAsk, Floor, OfficerAsk, Unsealed
from auction_rules.terms import RuleConfig, Text, Unit


@dataclass(frozen=True, slots=True)
class Accept:
    """Yes, and this is what happened."""

    facts: tuple[FloorFact, ...]


@dataclass(frozen=True, slots=True)
class Refuse:
    """No, for this reason; `nearest` are the closest amounts that would be valid now."""

    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    nearest: tuple[Amount, ...] = ()


Judgement: TypeAlias = Accept | Refuse


@dataclass(frozen=True, slots=True)
class Line:
    """What a bidder may do now about one slot, where he may hold several offers side by side."""

    slot: str
    ask: str = "bid"
    minimum: Amount | None = None
    maximum: Amount | None = None
    step: Amount | None = None
    quick: tuple[Amount, ...] = ()
    price: Amount | None = None
    quantity_minimum: Amount | None = None
    quantity_maximum: Amount | None = None
    pending: Amount | None = None
    """What he has offered here in the round that is open: his alone until it ends."""
    withdraw: bool = False
    """Whether an offer of zero takes back what he holds here."""
    blocked: Refuse | None = None
    open_ended: bool = False
    """As in `Actions`: whether no term names the maximum."""


@dataclass(frozen=True, slots=True)
class Actions:
    """What this bidder may do now: the very numbers that `judge` will hold him to."""

    ask: str | None = None
    minimum: Amount | None = None
    maximum: Amount | None = None
    step: Amount | None = None
    quick: tuple[Amount, ...] = ()
    round: int | None = None
    """The round that a stay or leave must name."""
    price: Amount | None = None
    enter: Amount | None = None
    """The least amount that would bring him among the provisional winners, where he is not."""
    quantity_minimum: Amount | None = None
    """The least and the most he may ask for in the slot that comes next; None where he has no
    quantity to choose."""
    quantity_maximum: Amount | None = None
    blocked: Refuse | None = None
    limits: tuple[Amount, Amount] | None = None
    """The nearest and the farthest limit he may set for the house to bid to; None: he may not."""
    quantity_step: Amount | None = None
    """The grid of the quantity, counted from its minimum; None: any."""
    lines: tuple[Line, ...] = ()
    """Every slot he may fill, in the order of the notice; empty where he has one offer."""
    also: tuple[str, ...] = ()
    """What else he may ask: `take_back` (a no), `leave`, `waive` (a stay without more)."""
    left: int | None = None
    """How many offers he may still make in this stage; None: as many as he likes."""
    pending: Amount | None = None
    """What he has offered in the turn that is open: his alone until it ends."""
    points: tuple[int, int] | None = None
    """The points he may be active on, and those he is active on; None where there are none."""
    waivers: int | None = None
    """How many rounds he may still sit out without losing points."""
    equal: bool = False
    """Whether a prior right lets him offer the price that stands: it is the minimum then."""
    open_ended: bool = False
    """Whether no term names the maximum: it is where the exact integers of a record end."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Who may see what now.

    `sealed`: each sees only his own offer, and not how many there are. `scores_sealed`: nobody
    sees an expert's points. Secret limits are never shown to anybody but their owner.
    `acts_sealed`: what stood stays open, but what a bidder does now is told to him alone until
    the rule publishes it.
    """

    sealed: bool = False
    scores_sealed: bool = False
    acts_sealed: bool = False
    limits: bool = False
    """Whether bidders may set secret limits now: while they may, nobody reads the record."""


@dataclass(frozen=True, slots=True)
class Lot:
    """One thing on the floor as the public list shows it."""

    id: str
    title: Text
    quantity: Amount | None = None


@dataclass(frozen=True, slots=True)
class StageTitle:
    """One line of the programme."""

    id: str
    kind: str
    title: Text


@dataclass(frozen=True, slots=True)
class Settlement:
    """Figures of the outcome in the settlement unit; rates as text with a named rounding."""

    total: Amount
    premium: Amount
    premium_rate: str | None
    unused: Amount | None = None
    saved: Amount | None = None
    """节约资金: what a reverse auction saved over the ceiling; None where nothing is bought."""
    saving_rate: str | None = None
    """节资率: saved over the ceiling, two decimals, half up."""


class Rule(Protocol):
    """One auction rule under one version; its meaning never changes under that version."""

    name: str
    version: str
    title: Text
    Config: type[RuleConfig]
    example: Mapping[str, Any]
    own_lots: bool
    """Whether every bidder comes with a lot of his own."""

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """What is so from the moment the session is published."""
        ...

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """Accept with facts, or refuse with a reason. `now` is inside no assumption."""
        ...

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """The same for what an officer brings in: chance, a reserve, an expert's points."""
        ...

    def unseal(self, floor: Floor[Any], openings: tuple[Unsealed, ...]) -> tuple[FloorFact, ...]:
        """What sealed offers come to that the house could open, or could not, at this instant."""
        ...

    def due(self, floor: Floor[Any]) -> Instant | None:
        """The next instant at which something happens by itself; None when nothing does."""
        ...

    def lapse(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """What happens because the instant that was due has come."""
        ...

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """What the contingency term gives back after a suspension that began at `since`."""
        ...

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """What the bidder may do now; the same functions as `judge`."""
        ...

    def least(self, floor: Floor[Any]) -> Amount | None:
        """The least amount that somebody without an offer could name now; None: there is none."""
        ...

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """Who may see what now."""
        ...

    def ranking(self, floor: Floor[Any]) -> tuple[str, ...]:
        """Keys of the standing offers (`Offer.key`), best first."""
        ...

    def next_award(self, floor: Floor[Any], gone: frozenset[str]) -> Awarded | Refuse:
        """What whoever comes after the winner gets when the winner and all who are `gone` do not
        take it; why nobody does, where the rule knows no such thing or nobody is left.
        """
        ...

    def settlement(self, floor: Floor[Any]) -> Settlement:
        """The money of the outcome, or of what stands if it ended now."""
        ...

    def programme(self, terms: Any) -> tuple[StageTitle, ...]:
        """The stages in order, for people."""
        ...

    def lots(self, terms: Any) -> tuple[Lot, ...]:
        """What is on the floor."""
        ...

    def settlement_unit(self, terms: Any) -> Unit:
        """The unit of totals, premiums and deposits due."""
        ...

    def direction(self, terms: Any) -> int:
        """+1 where a higher amount is better, -1 where a lower one is."""
        ...

    def quantity_unit(self, terms: Any) -> Unit | None:
        """The unit of quantities, where the rule has any."""
        ...

    def priorities(self, terms: Any) -> bool:
        """Whether a priority given with the admission (`Entrant.priority`) can change anything."""
        ...
