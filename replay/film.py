"""The film itself: the state of a session at any entry or instant, and the room as a party saw it.

States are folded once and kept at every `EVERY`-th entry, so that seeking in a long session
folds a short stretch and no more. Folding runs no rule; drawing the room asks the archived one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, Final

from auction_rules.facts import Instant
from auction_rules.registry import UnknownRule
from auction_rules.rule import Rule
from auction_rules.terms import Text, show_instant
from bidding.core import said, views
from bidding.core.record import bind, rule_of
from bidding.core.state import BadEntry, State, evolve
from bidding.proof.text import BilingualError
from replay import bare

EVERY: Final = 256
"""Entries between two kept states: about 10 ms of folding, and one state of memory."""


class NoRule(BilingualError, LookupError):
    """The rule of the session is not installed here, so its room cannot be drawn."""


class NoEntry(BilingualError, IndexError):
    """An index at which the session has no entry."""


def bound(first: State) -> tuple[State, Rule | None]:
    """The state with its terms, and its rule; as it was and None where the rule is not installed."""
    try:
        rule = rule_of(first)
    except UnknownRule:
        return first, None
    return bind(first, rule), rule


def sentence(entry: Mapping[str, Any], first: State, rule: Rule | None) -> Text:
    """One sentence for one entry; `first` is the state after entry 0, bound to the rule if it is here."""
    if rule is None:
        return bare.text(entry, first)
    try:
        return said.entry(entry, views.unit_of(first), rule, first)
    except (KeyError, ValueError, TypeError, AttributeError):
        # The owner signed a reason or a note that this rule does not know; re-judging says so.
        return bare.text(entry, first)


class Film:
    """One session, entry by entry. Takes entries in order; BadEntry where one cannot follow."""

    def __init__(self, origin: str, entries: Sequence[Mapping[str, Any]] = ()) -> None:
        self.origin = origin
        self.entries: list[Mapping[str, Any]] = []
        self.rule: Rule | None = None
        """The installed rule the session ran under; None when it is not here."""
        self._kept: list[State] = []
        self._last = State(origin)
        self._times: list[Instant] = []
        for entry in entries:
            self.add(entry)

    def add(self, entry: Mapping[str, Any]) -> State:
        """The next entry; the state after it."""
        state = evolve(self._last, entry)
        if not self.entries:
            state, self.rule = bound(state)
        if len(self.entries) % EVERY == 0:
            self._kept.append(state)
        self.entries.append(entry)
        self._times.append(entry["t"])
        self._last = state
        return state

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def end(self) -> State:
        """The state after the last entry."""
        return self._last

    def state(self, index: int) -> State:
        """The state after the entry at `index`; NoEntry where there is none."""
        if not 0 <= index < len(self.entries):
            last = len(self.entries) - 1
            raise NoEntry(
                f"the session has entries 0 to {last}", f"本场只有编号 0 至 {last} 的记录"
            )
        state = self._kept[index // EVERY]
        for entry in self.entries[state.index : index + 1]:
            state = evolve(state, entry)
        return state

    def index_at(self, t: Instant) -> int | None:
        """The last entry recorded at or before `t`; None before the session began."""
        found = bisect_right(self._times, t) - 1
        return found if found >= 0 else None

    def room(self, index: int, audience: str, now: Instant | None = None) -> dict[str, Any]:
        """The room as this audience saw it after the entry at `index`. Raises NoRule.

        `now` is the instant on its clock; without it, that of the entry.
        """
        state = self.state(index)
        return views.snapshot(state, self.asked(), audience, state.t if now is None else now)

    def panel(self, index: int, bidder: str, now: Instant | None = None) -> dict[str, Any]:
        """The bidder's own panel beside the room. Raises NoRule."""
        state = self.state(index)
        return views.you(state, self.asked(), bidder, state.t if now is None else now)

    def event(self, index: int, audience: str) -> dict[str, Any] | None:
        """The line this audience was shown of the entry at `index`; None where it saw none."""
        after = self.state(index)
        before = self.state(index - 1) if index else State(self.origin, terms=after.terms)
        return views.event(before, self.entries[index], after, self.asked(), audience)

    def asked(self) -> Rule:
        """The rule of the session. Raises NoRule, naming it, where it is not installed."""
        if self.rule is None:
            document = self.entries[0]["data"]["document"]
            name = bare.rule_name(document)
            raise NoRule(f"the rule {name} is not installed here", f"未安装本场的竞价规则 {name}")
        return self.rule

    def text(self, index: int) -> Text:
        """What the entry says, in one sentence of each language; plainer without the rule."""
        return sentence(self.entries[index], self._kept[0], self.rule)

    def lines(self, lang: str) -> list[str]:
        """The session told in one line an entry."""
        return [
            f"{entry['i']:>5}  {show_instant(entry['t'])}  {entry['actor']:<14} "
            f"{entry['type']:<18} {self.text(index)[lang]}"
            for index, entry in enumerate(self.entries)
        ]


__all__ = ["EVERY", "BadEntry", "Film", "NoEntry", "NoRule"]
