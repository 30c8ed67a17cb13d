"""When a session stood still, why, and what was decided after: read off its entries, one by one.

Each row points at the entry that suspended it. What the service itself caused is told apart from what
an officer stopped: both are listed, only the former counts as time in which the service was away.
`replay.seconds` tells where the other seconds went; nothing here is a record of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from auction_rules.facts import Instant
from auction_rules.terms import Text
from bidding.core import said

Cause: TypeAlias = Literal["service", "stage", "officer"]
"""The house itself could not serve; the rules of a stage ask for it; an officer stopped it."""
Outcome: TypeAlias = Literal["open", "resumed", "again", "over"]
"""Stands still; went on; was interrupted anew before it went on; ended without going on."""
By: TypeAlias = Literal["rule", "officer", "two"]
"""Who decided what came after: the published rule by itself, one officer, or two of them."""

_BY_STAGE: Final = "QUORUM_MISSING"
_TIMED: Final = ("stage_opened", "round_opened", "deadline_moved")


@dataclass(frozen=True, slots=True)
class Message:
    """What officers told everybody meanwhile, and the entry it stands in."""

    i: int
    t: Instant
    text: Text


@dataclass(frozen=True, slots=True)
class Interruption:
    """Time did not run from `since` on; `told` is when the record came to know. Microseconds."""

    number: int
    """The first of a session is 1."""
    i: int
    cause: Cause
    reason: Text
    since: Instant
    told: Instant
    resumes: Instant | None = None
    """The hour of going on, once it is announced."""
    ended: Instant | None = None
    outcome: Outcome = "open"
    by: By | None = None
    why: Text | None = None
    """The reason given by who decided."""
    closed_before: Instant | None = None
    closes_after: Instant | None = None
    """When the stage would have closed, and closes since it goes on; None where it has no end."""
    messages: tuple[Message, ...] = ()

    @property
    def given(self) -> Instant | None:
        """By how much the end of the stage was moved, when the session went on."""
        before, after = self.closed_before, self.closes_after
        return None if before is None or after is None else after - before

    def lasted(self, now: Instant) -> Instant:
        """How long it stood still, or has stood still at `now`."""
        return max(0, (now if self.ended is None else self.ended) - self.since)


@dataclass(slots=True)
class Interruptions:
    """Those of one session, as of entry `index`."""

    index: int = 0
    found: list[Interruption] = field(default_factory=list)
    _closes: Instant | None = None

    def count(self, entry: Mapping[str, Any]) -> None:
        """Takes the next entry of the log."""
        self.index += 1
        facts = entry["data"].get("facts", ())
        before = self._closes
        for fact in facts:
            if fact["fact"] in _TIMED:
                self._closes = fact["closes"]
            elif fact["fact"] == "stage_closed":
                self._closes = None
        for fact in facts:
            self._fact(fact, entry, before)

    def _fact(
        self, fact: Mapping[str, Any], entry: Mapping[str, Any], before: Instant | None
    ) -> None:
        t = entry["t"]
        match fact["fact"]:
            case "suspended":
                self._suspended(fact, entry)
            case "resuming":
                self._now(resumes=fact["at"], by=_by(entry), why=_why(entry, fact))
            case "resumed":
                if self._open is not None and self._open.by is None:
                    self._now(by=_by(entry), why=_why(entry, fact))
                self._now(
                    ended=t, outcome="resumed", closed_before=before, closes_after=self._closes
                )
            case "terminated":
                self._now(ended=t, outcome="over", by=_by(entry), why=_why(entry, fact))
            case "announced" if self._open is not None:
                told = Message(entry["i"], t, said.both(fact["zh"], fact["en"]))
                self._now(messages=(*self._open.messages, told))

    @property
    def _open(self) -> Interruption | None:
        return self.found[-1] if self.found and self.found[-1].outcome == "open" else None

    def _now(self, **changes: Any) -> None:
        if self._open is not None:
            self.found[-1] = replace(self._open, **changes)

    def _suspended(self, fact: Mapping[str, Any], entry: Mapping[str, Any]) -> None:
        since, before = fact["since"], self._open
        if before is not None:
            # The fact counts from the first of them; the request knows since when it was this one.
            since = max(before.since, entry["data"]["ask"].get("since") or entry["t"])
            self._now(ended=since, outcome="again")
        system = _role(entry) == "system"
        cause: Cause = "service" if system else "officer"
        if system and fact["reason"] == _BY_STAGE:
            cause = "stage"
        number, why = len(self.found) + 1, _why(entry, fact)
        self.found.append(Interruption(number, entry["i"], cause, why, since, entry["t"]))


def _role(entry: Mapping[str, Any]) -> str:
    return str(entry["actor"]).partition(":")[0]


def _by(entry: Mapping[str, Any]) -> By:
    if _role(entry) == "system":
        return "rule"
    return "two" if str(entry["type"]).startswith("second.") else "officer"


def _why(entry: Mapping[str, Any], fact: Mapping[str, Any]) -> Text:
    """What the house says by a code is put into words; an officer's words are left as they are."""
    words = str(fact.get("reason", ""))
    return said.reason(words) if _role(entry) == "system" else said.both(words, words)


__all__ = ["By", "Cause", "Interruption", "Interruptions", "Message", "Outcome"]
