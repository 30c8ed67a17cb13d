"""The reel of a film: one line an entry with its marks, and the lines a party was shown.

The marks are what somebody who looks for a moment jumps to. They are read from the states before
and after an entry and from its facts; no rule is asked. It judges nothing and explains nothing:
why an entry is as it is, is for `explain`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from auction_rules.facts import Amount, Instant
from auction_rules.terms import Text
from bidding.core import views
from bidding.core.state import State, evolve
from replay.film import Film

MARKS: Final = ("stage", "lead", "extension", "refusal", "staff")
"""What an entry may be marked with, in the order they are told."""
_OFFICERS: Final = ("staff", "approver")
_COURSE: Final = frozenset(
    [
        "stage_opened",
        "stage_closed",
        "round_opened",
        "suspended",
        "resumed",
        "terminated",
        "voided",
        "closed",
    ]
)
"""Facts with which the session goes into another part of its course."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One entry on the reel, as far as one looks for it."""

    i: int
    t: Instant
    type: str
    actor: str
    bidder: str | None
    """The bidder who asked, or about whom an officer asked."""
    lot: str | None
    reason: str | None
    """Why it was refused; None where it was not."""
    asked: Amount | None
    """What a bidder named in vain. A limit is not told, here as everywhere."""
    marks: tuple[str, ...]


class Reel:
    """The frames of one film, kept as entries are added. Takes entries in order."""

    def __init__(self, film: Film) -> None:
        self.film = film
        self.frames: list[Frame] = []
        before = State(film.origin)
        for index, entry in enumerate(film.entries):
            after = film.state(0) if index == 0 else evolve(before, entry)
            self.frames.append(_frame(before, entry, after))
            before = after

    def add(self, entry: Mapping[str, Any]) -> None:
        """The next entry. Raises BadEntry where it cannot follow."""
        before = self.film.end
        self.frames.append(_frame(before, entry, self.film.add(entry)))

    def told(self, start: int, stop: int) -> Iterator[tuple[Frame, Text]]:
        """Frames `start` to `stop` - 1, as far as there are any, each with its sentence."""
        for frame in self.frames[start:stop]:
            yield frame, self.film.text(frame.i)

    def seen(self, audience: str, start: int, stop: int) -> Iterator[tuple[int, dict[str, Any]]]:
        """What this audience was shown of entries `start` to `stop` - 1: the entry, and the line.

        A bidder listens to the public's channel beside his own; of what came on both his own line
        is told. An entry it saw nothing of is left out. Raises NoRule without the session's rule.
        """
        film = self.film
        rule = film.asked()
        before = film.state(start - 1) if start else None
        for entry in film.entries[start:stop]:
            if before is None:
                after = film.state(0)
                before = State(film.origin, terms=after.terms)
            else:
                after = evolve(before, entry)
            line = views.event(before, entry, after, rule, audience)
            if line is None and audience.startswith("bidder:"):
                line = views.event(before, entry, after, rule, "public")
            if line is not None:
                yield entry["i"], line
            before = after


def _frame(before: State, entry: Mapping[str, Any], after: State) -> Frame:
    data = entry["data"]
    ask = data.get("ask") or {}
    role, _, name = entry["actor"].partition(":")
    about = name if role == "bidder" else ask.get("bidder")
    lot = ask.get("lot")
    if lot is None and about is not None and about in after.entrants:
        lot = after.entrants[about].lot
    return Frame(
        i=entry["i"],
        t=entry["t"],
        type=entry["type"],
        actor=entry["actor"],
        bidder=about,
        lot=lot,
        reason=data.get("reason"),
        asked=ask.get("amount") if _in_vain(entry) else None,
        marks=tuple(_marks(before, entry, after)),
    )


def _in_vain(entry: Mapping[str, Any]) -> bool:
    """Whether a bidder asked and was refused, and it was about no limit."""
    kind, _, decided = str(entry["type"]).partition(".")
    role = str(entry["actor"]).partition(":")[0]
    return decided == "refused" and kind != "proxy" and role == "bidder"


def _marks(before: State, entry: Mapping[str, Any], after: State) -> Iterator[str]:
    facts = {row["fact"] for row in entry["data"].get("facts", ())}
    if not facts.isdisjoint(_COURSE):
        yield "stage"
    # Leaders that vanish because a stage ended did not lose the lead to anybody.
    if after.standing.leaders and before.standing.leaders != after.standing.leaders:
        yield "lead"
    if "deadline_moved" in facts:
        yield "extension"
    if entry["type"].endswith(".refused"):
        yield "refusal"
    # The publication is entry 0; what people jump to are the acts after it.
    if entry["actor"].partition(":")[0] in _OFFICERS and entry["i"]:
        yield "staff"


__all__ = ["MARKS", "Frame", "Reel"]
