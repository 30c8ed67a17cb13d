"""The film itself: the state of a session at any entry, and the room as a party saw it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from auction_rules.registry import UnknownRule
from auction_rules.terms import Text, show_instant
from bidding.core import said, views
from bidding.core.record import bind, rule_of
from bidding.core.state import BadEntry, State, evolve


def state_at(origin: str, entries: Sequence[dict[str, Any]], index: int) -> State:
    """The state after the entry at `index`; BadEntry or IndexError where there is none.

    Folding runs no rule; the terms are bound when the rule is installed.
    """
    if not 0 <= index < len(entries):
        raise IndexError(f"the session has entries 0 to {len(entries) - 1}")
    state = State(origin)
    for entry in entries[: index + 1]:
        state = evolve(state, entry)
    try:
        return bind(state, rule_of(state))
    except UnknownRule:
        return state


def room_at(state: State, audience: str) -> dict[str, Any]:
    """The room as this audience saw it at the state's own time."""
    return views.snapshot(state, rule_of(state), audience, state.t)


def lines(origin: str, entries: Sequence[dict[str, Any]], lang: str) -> list[str]:
    """The session told in one line an entry."""
    state = state_at(origin, entries, 0)
    return [
        f"{entry['i']:>5}  {show_instant(entry['t'])}  {entry['actor']:<14} "
        f"{entry['type']:<18} {_said(entry, state)[lang]}"
        for entry in entries
    ]


def _said(entry: dict[str, Any], state: State) -> Text:
    if state.terms is None:
        # Facts are a closed set, but their amounts need the unit that only the terms name.
        return {"zh": "", "en": ""}
    return said.entry(entry, views.unit_of(state), rule_of(state), state)


__all__ = ["BadEntry", "lines", "room_at", "state_at"]
