"""The course of a session for the eye: its price, stages and deadlines, and every entry told.

Fed with one entry after another, from a dry run or from a scenario. It shows everything to whoever
prepares a session; what others may see of a live one is `bidding.core.views`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from auction_rules.facts import Amount, Instant
from auction_rules.rule import Rule
from auction_rules.terms import Text, show_time
from bidding.core import said
from bidding.core.state import State


@dataclass(frozen=True, slots=True)
class Line:
    """One entry told: by whom (a number, or a role), accepted or not, and the sentence."""

    i: int
    t: Instant
    who: str
    accepted: bool
    sentence: Text


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage that was entered; `closes` is the deadline it was opened with."""

    id: str
    title: Text
    opened: Instant
    closes: Instant | None
    ended: Instant | None


@dataclass(frozen=True, slots=True)
class Moved:
    """A deadline that moved, or was set anew by a round: from when, to when, why."""

    i: int
    t: Instant
    was: Instant | None
    closes: Instant | None
    why: Text


@dataclass(frozen=True, slots=True)
class Priced:
    """The price from this instant on: the best offer, or what a clock asks."""

    t: Instant
    amount: Amount


class Course:
    """What has happened so far, under validated `terms` of `rule`."""

    def __init__(self, rule: Rule, terms: Any) -> None:
        self.rule, self.terms = rule, terms
        self.lines: list[Line] = []
        self.stages: list[Stage] = []
        self.moves: list[Moved] = []
        self.prices: list[Priced] = []
        self._titles = {s.id: s.title for s in rule.programme(terms)}

    def tell(self, entry: Mapping[str, Any], before: State, after: State) -> None:
        """The next entry, with the states around it."""
        role, _, number = entry["actor"].partition(":")
        self.lines.append(
            Line(
                entry["i"],
                entry["t"],
                number if role == "bidder" else role,
                "reason" not in entry["data"],
                said.entry(
                    entry, self.terms.unit, self.rule, after, partial(show_time, now=entry["t"])
                ),
            )
        )
        for fact in entry["data"].get("facts", ()):
            self._noticed(entry, fact, before)
        self._priced(entry["t"], after)

    def _noticed(self, entry: Mapping[str, Any], fact: Mapping[str, Any], before: State) -> None:
        i, t = entry["i"], entry["t"]
        match fact["fact"]:
            case "stage_opened":
                self._stage_ends(t)
                title = self._titles.get(fact["stage"], said.both(fact["stage"], fact["stage"]))
                self.stages.append(Stage(fact["stage"], title, t, fact["closes"], None))
            case "stage_closed":
                self._stage_ends(t)
            case "deadline_moved":
                was = before.standing.closes
                self.moves.append(Moved(i, t, was, fact["closes"], said.why_moved(fact["why"])))
            case "round_opened":
                number = fact["number"]
                why = said.both(f"第 {number} 轮", f"round {number}")
                if entry["type"] == "resume.accepted":
                    # The round that stood is given its time again.
                    why = said.why_moved("resumed")
                self.moves.append(Moved(i, t, before.standing.closes, fact["closes"], why))

    def _stage_ends(self, t: Instant) -> None:
        if self.stages and self.stages[-1].ended is None:
            self.stages[-1] = replace(self.stages[-1], ended=t)

    def _priced(self, t: Instant, after: State) -> None:
        standing = after.standing
        amount = standing.named
        if amount is None and standing.top is not None:
            amount = standing.top.amount
        if amount is not None and (not self.prices or self.prices[-1].amount != amount):
            self.prices.append(Priced(t, amount))


__all__ = ["Course", "Line", "Moved", "Priced", "Stage"]
