"""How one session ended, read off its entries: awards, failures, extensions, acts of officers.

Every figure points at the entry that it comes from. The rule is asked one thing only: what the
outcome comes to over its start or budget (`settlement`); that its total is the sum of the awards in
the log is checked here each time, and told where it is not so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from auction_rules.facts import Amount, Instant
from auction_rules.reasons import say
from auction_rules.rule import Rule
from auction_rules.terms import Text, Unit
from bidding.core import aftermath, said
from bidding.core.state import OVER, State
from replay.figures import Category, Line, category_of

_SOLD: Final = frozenset({"confirmed", "published"})

INTERVENTIONS: Final = frozenset(
    {
        *("suspend", "resume", "extend", "exclude", "surrogate"),
        *("withdraw", "second", "terminate", "void", "reaward"),
    }
)
"""Accepted acts of officers that change the course; admitting, paying and drawing are routine."""


@dataclass(frozen=True, slots=True)
class Won:
    """One award (成交一宗), and the entry it stands in. Amounts in the settlement unit's smallest."""

    i: int
    t: Instant
    bidder: str
    lot: str | None
    price: Amount
    quantity: Amount | None
    total: Amount


@dataclass(frozen=True, slots=True)
class Lapsed:
    """An award that counts no longer, and the entry that ends it.

    There the next in line took its place, or the result was confirmed without an excluded winner.
    """

    won: Won
    i: int
    t: Instant


@dataclass(frozen=True, slots=True)
class Act:
    """An intervention: its entry, the role of who asked, and what."""

    i: int
    t: Instant
    role: str
    kind: str


@dataclass(frozen=True, slots=True)
class Result:
    """A session that is over. `closed`: when it came to its end, by the log."""

    auction: str
    origin: str
    title: Text
    rule: str
    rule_title: Text
    category: Category
    status: str
    closed: Instant
    size: int
    unit: Unit
    awards: tuple[Won, ...]
    total: Amount
    premium: Amount | None
    saved: Amount | None
    agrees: bool
    """Whether the awards in the log add up to what the rule settles."""
    extensions: tuple[int, ...]
    """Entries in which an offer moved the end."""
    acts: tuple[Act, ...]
    defaults: tuple[int, ...]
    """Entries in which a winner was found in default."""
    lapsed: tuple[Lapsed, ...]
    """Awards that the record ends, in order."""
    outcome: str
    """What the result is worth (`aftermath.Outcome`): only a confirmed one is a deal."""
    vacated: frozenset[str]
    """Winners in default or excluded: their awards are listed still, and add nothing."""
    failure: tuple[int, Text] | None
    """Why nothing was sold, and the entry that says so."""
    opened: Instant
    """When it was published, by entry 0."""
    steps: tuple[tuple[str, Instant], ...]
    """What officers did with the result, in order: reviewed, confirmed, published."""
    ended: Instant
    """When its last word was said: closed, terminated, or declared void later."""
    fallen: Mapping[str, tuple[Instant, str]]
    """By number, whose award fell through or would have: since when, and why."""
    direction: int
    """1 where a higher amount is better, -1 where a lower one is: a purchase."""

    @property
    def centre(self) -> str:
        """Whose log it is: the name without the auction."""
        return self.origin.rpartition("/")[0]

    @property
    def counted(self) -> tuple[Won, ...]:
        """The awards that count as deals: confirmed, and not fallen through since."""
        if self.outcome not in _SOLD:
            return ()
        return tuple(won for won in self.awards if won.bidder not in self.vacated)

    @property
    def pending(self) -> bool:
        """Whether it may still become a deal: awarded, and not confirmed yet."""
        return self.outcome == "provisional"

    def line(self) -> Line:
        """Its part in the figures; amounts only where the unit is worth so many fen."""
        fen, sold = self.unit.fen, self.counted
        total = sum(won.total for won in sold) * fen if fen else 0
        start = budget = None
        if fen and sold and self.saved is not None:
            budget = total + self.saved * fen
        elif fen and sold and self.premium is not None:
            start = total - self.premium * fen
        return Line(
            *(self.auction, "log", self.category, self.centre, self.closed),
            *(len(sold), total, start, budget),
            failed=not sold and not self.pending,
            pending=self.pending,
            extensions=len(self.extensions),
            interventions=len(self.acts),
        )


class _Reader:
    def __init__(self) -> None:
        self.awards: list[Won] = []
        self.lapsed: list[Lapsed] = []
        self.acts: list[Act] = []
        self.extensions: list[int] = []
        self.defaults: list[int] = []
        self.closed: Instant = 0
        self.failure: tuple[int, Text] | None = None
        self.opened: Instant = 0
        self.ended: Instant = 0
        self.steps: list[tuple[str, Instant]] = []

    def entry(self, entry: Mapping[str, Any]) -> None:
        i, t, data = entry["i"], entry["t"], entry["data"]
        if i == 0:
            self.opened = t
        kind, _, outcome = str(entry["type"]).partition(".")
        role = str(entry["actor"]).partition(":")[0]
        turned_down = kind == "second" and not data["ask"]["agree"]
        if outcome == "accepted" and kind in INTERVENTIONS and not turned_down:
            self.acts.append(Act(i, t, role, kind))
        for fact in data.get("facts", ()):
            self._fact(fact, i, t)

    def _fact(self, fact: Mapping[str, Any], i: int, t: Instant) -> None:
        match fact["fact"]:
            case "awarded":
                row = (fact[name] for name in ("bidder", "lot", "price", "quantity", "total"))
                self.awards.append(Won(i, t, *row))
            case "award_lapsed":
                gone = (fact["bidder"], fact["lot"])
                self.lapsed += [
                    Lapsed(won, i, t) for won in self.awards if (won.bidder, won.lot) == gone
                ]
                self.awards = [won for won in self.awards if (won.bidder, won.lot) != gone]
            case "unsold":
                self.failure = (i, say(fact["reason"], {}, None))
            case "closed":
                self.closed = self.ended = t
            case "terminated" | "voided":
                self.closed, self.ended = self.closed or t, t
                self.failure = (i, said.reason(fact["reason"]))
            case "deadline_moved" if fact["why"] == "extension":
                self.extensions.append(i)
            case "concluded" if fact["step"] == "defaulted":
                self.defaults.append(i)
            case "concluded":
                self.steps.append((fact["step"], t))


def read(state: State, rule: Rule, entries: Iterable[Mapping[str, Any]]) -> Result:
    """The result of a session that is over, from all of its entries and the state they end in."""
    assert state.status in OVER, "a session has a result once it is over"
    reader = _Reader()
    for entry in entries:
        reader.entry(entry)
    total = sum(won.total for won in reader.awards)
    premium: Amount | None = None
    saved: Amount | None = None
    agrees = True
    gone = aftermath.vacated(state)
    if reader.awards:
        settled = rule.settlement(state.floor())
        agrees = settled.total == total
        if gone and {won.bidder for won in reader.awards} - gone:
            # What stands of several awards is compared with its own starts or budgets.
            settled = rule.settlement(aftermath.held_floor(state))
            total = settled.total
        saved = settled.saved
        # A rule without a start to compare with gives no rate either.
        if saved is None and settled.premium_rate is not None:
            premium = settled.premium
    failure = reader.failure
    if failure is None and aftermath.outcome(state) == "vacant":
        # The latest entry after which nobody holds what was sold, and what it says.
        last = max(aftermath.fallen(state), key=lambda one: one.i)
        failure = last.i, said.fallen(last)
    return Result(
        auction=state.document["auction"],
        origin=state.origin,
        title=dict(state.document["title"]),
        rule=rule.name,
        rule_title=dict(rule.title),
        category=category_of(rule.name),
        status=state.status,
        closed=reader.closed,
        size=state.index,
        unit=rule.settlement_unit(state.terms),
        awards=tuple(reader.awards),
        total=total,
        premium=premium,
        saved=saved,
        agrees=agrees,
        extensions=tuple(reader.extensions),
        acts=tuple(reader.acts),
        defaults=tuple(reader.defaults),
        lapsed=tuple(reader.lapsed),
        outcome=aftermath.outcome(state) or "",
        vacated=gone,
        fallen=_fallen(state, reader),
        failure=failure,
        opened=reader.opened,
        steps=tuple(reader.steps),
        ended=reader.ended,
        direction=rule.direction(state.terms),
    )


def _fallen(state: State, reader: _Reader) -> dict[str, tuple[Instant, str]]:
    won = {*(one.bidder for one in reader.awards), *(one.won.bidder for one in reader.lapsed)}
    gone = {name: (out.t, out.reason) for name, out in state.exclusions.items() if name in won}
    return gone | {one.bidder: (one.t, one.reason) for one in aftermath.fallen(state)}


__all__ = ["INTERVENTIONS", "Act", "Lapsed", "Result", "Won", "read"]
