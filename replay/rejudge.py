"""Ask the archived rule again, entry by entry, and stop at the first difference.

The request, its time and its asker come from the log; the decision, the facts, the nearest
amounts and the digest of the state are worked out anew and must give the very same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from auction_rules.facts import Instant, fact_to_json
from auction_rules.registry import UnknownRule, find, source_sha256
from auction_rules.rule import Rule
from auction_rules.terms import show_instant
from bidding.core.record import bind, command_of, due, record
from bidding.core.state import BadEntry, State, evolve
from bidding.proof import canon


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the log and the rule disagree: the entry, what about it, expected and recorded."""

    index: int
    about: str
    expected: Any
    recorded: Any

    def line(self) -> str:
        """One line for a clerk."""
        return (
            f"entry {self.index}: {self.about} differs; "
            f"the rule gives {_short(self.expected)}, the log has {_short(self.recorded)}"
        )


@dataclass(frozen=True, slots=True)
class Rejudged:
    """How far it went and what was found."""

    entries: int
    rule: str
    same_source: bool
    difference: Difference | None


class RuleMissing(LookupError):
    """The rule version of the session is not installed here, so nothing can be re-judged."""


def _short(value: Any) -> str:
    text = canon.fast(value).decode() if isinstance(value, dict | list | tuple) else str(value)
    return text if len(text) <= 400 else text[:400] + "..."


def rejudge(origin: str, entries: Sequence[dict[str, Any]]) -> Rejudged:
    """Re-judge parsed entries in order. RuleMissing when the rule version is not installed."""
    document = entries[0]["data"]["document"]
    name = f"{document['rule']}@{document['version']}"
    try:
        rule = find(document["rule"], document["version"])
    except UnknownRule as missing:
        raise RuleMissing(f"the rule {name} is not installed here") from missing
    same = source_sha256(rule) == document.get("rule_sha256")
    found = _first_difference(origin, entries, rule)
    judged = len(entries) if found is None else found.index
    return Rejudged(judged, name, same, found)


def _first_difference(
    origin: str, entries: Sequence[dict[str, Any]], rule: Rule
) -> Difference | None:
    try:
        state = bind(evolve(State(origin), entries[0]), rule)
    except BadEntry as wrong:
        return Difference(0, "entry", "an opening that can be folded", str(wrong))
    except ValidationError as wrong:
        return Difference(0, "terms", "terms this rule accepts", str(wrong.errors()[0]["msg"]))
    opened = [fact_to_json(f) for f in rule.open(State(origin, terms=state.terms).floor(), state.t)]
    if opened != entries[0]["data"]["facts"]:
        return Difference(0, "facts", opened, entries[0]["data"]["facts"])
    for entry in entries[1:]:
        found, state = _judge(state, entry, rule)
        if found is not None:
            return found
    return None


def _judge(state: State, entry: dict[str, Any], rule: Rule) -> tuple[Difference | None, State]:
    index = state.index
    try:
        command = command_of(entry)
    except (ValueError, KeyError, TypeError) as wrong:
        return Difference(index, "request", "a request we know", str(wrong)), state
    if entry["t"] < state.t:
        return Difference(index, "time", state.t, entry["t"]), state
    if missed := _missed_bell(state, entry, rule):
        return Difference(index, "order", missed, entry["type"]), state
    again = record(state, command, entry["t"], rule, first=entry.get("by"))
    if again.entry == entry:
        return None, again.state
    for key in ("ps", "type", "data"):
        if again.entry.get(key) != entry.get(key):
            return _detail(index, key, again.entry, entry), state
    return Difference(index, "entry", again.entry, entry), state


_ABOUT = {"ps": "state digest", "type": "decision", "data": "outcome"}


def _detail(index: int, key: str, again: dict[str, Any], entry: dict[str, Any]) -> Difference:
    if key != "data":
        return Difference(index, _ABOUT[key], again[key], entry.get(key))
    for field in ("ask", "facts", "reason", "detail", "nearest"):
        if again["data"].get(field) != entry["data"].get(field):
            got = entry["data"].get(field)
            return Difference(index, field, again["data"].get(field), got)
    return Difference(index, "outcome", again["data"], entry["data"])


def _missed_bell(state: State, entry: dict[str, Any], rule: Rule) -> str | None:
    """A bell that was due and was not rung before this entry; the house's own stop may go first."""
    kind = entry["type"].partition(".")[0]
    if kind == "bell" or (kind == "suspend" and entry["actor"] == "system"):
        return None
    at: Instant | None = due(state, rule)
    return None if at is None or at > entry["t"] else f"a bell at {show_instant(at)}"


__all__ = ["BadEntry", "Difference", "Rejudged", "RuleMissing", "rejudge"]
