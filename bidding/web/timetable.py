"""When auctions need people, and where two of them get into each other's way.

Pure: documents in, windows and clashes out. The end is foreseen as it is when nobody extends
anything; how long people will bid, nobody knows. What it is not: a booking of rooms or of people.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

from auction_rules.facts import Instant
from auction_rules.rule import Rule
from auction_rules.terms import SECOND, AtInstant, Text, marks_of
from replay.rehearsal import Rehearsal

_HOUR: Final = 3_600 * SECOND
LONG: Final = 12 * _HOUR
"""A session longer than this is attended at its opening and at its end only."""
_AROUND: Final = _HOUR
NEAR: Final = 10 * 60 * SECOND
"""Two sessions that close within this time of each other cannot both be watched to the end."""


@dataclass(frozen=True, slots=True)
class Span:
    """When a session opens, and when it closes if nothing extends it; None where nobody can say."""

    opens: Instant | None
    closes: Instant | None


@dataclass(frozen=True, slots=True)
class Item:
    """One auction in the timetable. `officer` is who answers for it; `over`: it needs nobody."""

    key: str
    title: Text
    officer: str | None
    span: Span
    over: bool = False

    @property
    def attended(self) -> tuple[tuple[Instant, Instant], ...]:
        """Half-open windows in which somebody must be there."""
        opens, closes = self.span.opens, self.span.closes
        if self.over or opens is None:
            return ()
        if closes is None or closes <= opens:
            return ((opens, opens + _AROUND),)
        if closes - opens <= LONG:
            return ((opens, closes),)
        return ((opens, opens + _AROUND), (closes - _AROUND, closes))


@dataclass(frozen=True, slots=True)
class Clash:
    """Two sessions in each other's way, from when, and why in both languages."""

    kind: str
    one: str
    other: str
    at: Instant
    sentence: Text


def foreseen(rule: Rule, terms: Any) -> Iterator[Span | None]:
    """Plays the terms without bidders; None while it is at it, the span at last.

    What ends early for want of bidders lasts until the last instant that its terms name.
    """
    run = Rehearsal(rule, terms, 0, "timetable", "calm")
    for _ in run.play():
        yield None
    named = list(_named(terms))
    opened = [stage.opened for stage in run.course.stages]
    first = min([*opened[:1], *named], default=None)
    ends = [s.closes for s in run.course.stages if s.closes is not None]
    yield Span(first, max([*ends, *opened, *named], default=None))


def _named(terms: Any) -> Iterator[Instant]:
    for name, field in type(terms).model_fields.items():
        value = getattr(terms, name)
        if value is not None and any(isinstance(mark, AtInstant) for mark in marks_of(field)):
            yield value


def clashes(items: Sequence[Item]) -> list[Clash]:
    """Every pair that is in each other's way, by the time at which it begins."""
    found = [clash for one, other in combinations(items, 2) for clash in _between(one, other)]
    return sorted(found, key=lambda c: (c.at, c.one, c.other, c.kind))


def _between(one: Item, other: Item) -> Iterator[Clash]:
    at = _overlap(one, other)
    if at is not None:
        yield Clash("hours", one.key, other.key, at, _HOURS)
        if one.officer is not None and one.officer == other.officer:
            yield Clash("officer", one.key, other.key, at, _officer(one.officer))
    closes = (one.span.closes, other.span.closes)
    if one.over or other.over or closes[0] is None or closes[1] is None:
        return
    if abs(closes[0] - closes[1]) < NEAR:
        yield Clash("closes", one.key, other.key, min(closes[0], closes[1]), _CLOSES)


def _overlap(one: Item, other: Item) -> Instant | None:
    """When the first window of both begins; None where there is none."""
    both = [
        max(a[0], b[0])
        for a in one.attended
        for b in other.attended
        if max(a[0], b[0]) < min(a[1], b[1])
    ]
    return min(both, default=None)


_HOURS: Final[Text] = {
    "zh": "两场需要值守的时间重叠，请确认大厅和人员安排。",
    "en": "Both need people at the same hours: check the hall and the staff.",
}
_CLOSES: Final[Text] = {
    "zh": "两场截止时间相距不足十分钟，难以同时值守到结束。",
    "en": "Both close within ten minutes: nobody can watch both to the end.",
}


def _officer(account: str) -> Text:
    return {
        "zh": f"{account} 同时负责这两场。",
        "en": f"{account} answers for both at the same time.",
    }
