"""A dry run: a whole session under given terms, played in milliseconds with a company of bidders.

It is the same `record` as live, on virtual time and in memory: nothing of the house is touched,
and what it tells can be believed as far as the rule goes. What it is not: a forecast. How real
people bid, nobody knows.

1. It is played entry by entry and hands back control after each, so that a server can go on
   answering bidders in between.
2. It is bounded: after MOST_ENTRIES it stops and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from auction_rules.facts import Instant
from auction_rules.registry import find
from auction_rules.rule import Rule
from auction_rules.terms import SECOND
from bidding.core import commands as c
from bidding.core import views
from bidding.core.decide import Accepted, decide
from bidding.core.document import Document, least_deposit
from bidding.core.record import Recorded, due, open_session, record
from bidding.core.state import OVER, State
from replay.company import STYLES, Officers, company, stand_ins
from replay.course import Course
from replay.sealing import Sealer

MOST_ENTRIES: Final = 1_200
MOST_BIDDERS: Final = 12
_BEFORE: Final = 60 * SECOND
"""The session is published so long before anything happens."""
_AUCTION: Final = "dry-run"


class Rehearsal:
    """One dry run. `terms` are validated terms of `rule`; `seed` names every choice in it."""

    def __init__(self, rule: Rule, terms: Any, bidders: int, seed: str, style: str) -> None:
        if style not in STYLES or not 0 <= bidders <= MOST_BIDDERS:
            raise ValueError("no such company")
        stood_in = stand_ins(terms)
        self.replaced = stood_in.replaced
        self.rule = rule
        self.document = Document.model_validate(
            {
                "auction": _AUCTION,
                "title": {"zh": "演练", "en": "Dry run"},
                "rule": rule.name,
                "version": rule.version,
                "terms": stood_in.terms,
                "deposit": least_deposit(rule, terms),
            }
        )
        _, self.terms = self.document.bound()
        self.guests = company(rule, self.terms, bidders, seed, style)
        self.sealer = Sealer(_AUCTION, self.terms, stood_in.privates)
        self.officers = Officers(self.terms, self.sealer, tuple(stood_in.privates), seed)
        self.state = State("")
        self.course = Course(rule, self.terms)
        self.cut = False
        self._turn = 0

    def play(self) -> Iterator[int]:
        """Entry by entry to its end; yields how many there are."""
        self._keep(
            open_session("dry.run/log", self.document, self._begin(), "staff:1", "approver:2")
        )
        for guest in self.guests:
            self._ask("staff:1", c.Admit(guest.number, guest.lot), self.state.t)
            if asked := self.document.deposit:
                paid = c.Deposit(guest.number, asked, self.state.t, f"paid-{guest.number}")
                self._ask("staff:1", paid, self.state.t)
            yield len(self.course.lines)
        while self.state.status not in OVER:
            if len(self.course.lines) >= MOST_ENTRIES:
                self.cut = True
                return
            if not self._one():
                return
            yield len(self.course.lines)

    @property
    def waits(self) -> bool:
        """It ended nowhere: it waits for something that the dry run cannot bring."""
        return self.state.status not in OVER and not self.cut

    def outcome(self) -> Mapping[str, Any]:
        """The room at its end, as those see it who may see everything."""
        return views.snapshot(self.state, self.rule, "auditor", self.state.t)

    def _begin(self) -> Instant:
        opened = open_session("dry.run/log", self.document, 0, "staff:1", "approver:2")
        first = self.rule.due(opened.state.floor())
        return max(0, (first or 0) - _BEFORE)

    def _one(self) -> bool:
        bell = due(self.state, self.rule)
        if self._somebody(bell) or self._officer(bell):
            return True
        if bell is None:
            return False
        self._ask("system", c.Bell(), bell)
        return True

    def _somebody(self, bell: Instant | None) -> bool:
        now = self.state.t
        if self.state.status != "running" or (bell is not None and bell <= now):
            return False
        self._turn += 1
        for n in range(len(self.guests)):
            guest = self.guests[(n + self._turn) % len(self.guests)]
            at = guest.pause(now, bell)
            for ask in guest.wishes(self.state, self.rule, at, self.sealer):
                if guest.content(self.state, ask):
                    continue
                if self._would(f"bidder:{guest.number}", ask, at):
                    guest.remember(self.state, ask)
                    self._ask(f"bidder:{guest.number}", ask, at)
                    return True
        return False

    def _officer(self, bell: Instant | None) -> bool:
        at = self.state.t + SECOND
        if bell is not None and at >= bell:
            at = self.state.t
        for key, officer, ask in self.officers.duties(self.state, self.rule):
            if self._would(f"staff:{officer}", ask, at):
                self.officers.done.add(key)
                self._ask(f"staff:{officer}", ask, at)
                return True
        return False

    def _would(self, actor: str, ask: c.Ask, at: Instant) -> bool:
        """Tried aside: what would be refused leaves no line."""
        return isinstance(decide(self.state, c.Command(actor, ask), at, self.rule), Accepted)

    def _ask(self, actor: str, ask: c.Ask, at: Instant) -> None:
        self._keep(record(self.state, c.Command(actor, ask), at, self.rule))

    def _keep(self, made: Recorded) -> None:
        before, self.state = self.state, made.state
        self.course.tell(made.entry, before, made.state)


def rehearse(name: str, terms: Mapping[str, Any], bidders: int, seed: str, style: str) -> Rehearsal:
    """A dry run under the newest version of a rule, played to its end.

    Raises UnknownRule, pydantic's ValidationError, or ValueError for a company there cannot be.
    """
    rule = find(name)
    found = Rehearsal(rule, rule.Config.model_validate(terms), bidders, seed, style)
    for _ in found.play():
        pass
    return found


__all__ = ["MOST_BIDDERS", "MOST_ENTRIES", "STYLES", "Rehearsal", "rehearse"]
