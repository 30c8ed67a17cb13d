"""All 25 indicators, and one question: what leads are there in these sessions.

The answer does not depend on the order in which sessions are given.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from auction_rules.terms import Text
from replay.indicators import conduct, desk, links, pairs, screens, shill, spread, timing, turns
from replay.indicators.course import Course
from replay.indicators.lead import Base, Indicator, Lead

_MODULES: Final = (links, spread, conduct, timing, shill, desk, screens, pairs, turns)

INDICATORS: Final[dict[int, Indicator]] = {
    one.number: one
    for one in sorted(
        (one for module in _MODULES for one in module.INDICATORS), key=lambda one: one.number
    )
}
SINGLE: Final = frozenset(n for n, one in INDICATORS.items() if one.single is not None)
CROSS: Final = frozenset(INDICATORS) - SINGLE


@dataclass(frozen=True, slots=True)
class Found:
    """What one indicator found."""

    indicator: Indicator
    leads: tuple[Lead, ...]
    sessions: int
    """How many were looked at."""

    @property
    def marked(self) -> tuple[Lead, ...]:
        """Those that reach the mark."""
        return tuple(lead for lead in self.leads if lead.marked)

    @property
    def unsaid(self) -> Text | None:
        """Why it can say nothing of any session; None where it looked at one, and found or not."""
        if not self.leads or any(lead.value is not None for lead in self.leads):
            return None
        silent = {lead.log for lead in self.leads}
        if self.indicator.only_found and len(silent) < self.sessions:
            return None
        return self.leads[0].unsaid


class SameSession(Exception):
    """Two archives of one log: it would count twice."""


def leads(courses: Sequence[Course], only: Collection[int] = ()) -> tuple[Found, ...]:
    """Every value of these indicators (all of them, if none is named), with its base rate.

    Raises SameSession where two courses are of one log.
    """
    ordered = sorted(courses, key=lambda course: (course.began, course.log))
    logs = [course.log for course in ordered]
    if len({*logs}) != len(logs):
        raise SameSession(next(log for log in logs if logs.count(log) > 1))
    return tuple(
        Found(one, _based(one, _asked(one, ordered), len(ordered)), len(ordered))
        for number, one in INDICATORS.items()
        if not only or number in only
    )


def _asked(one: Indicator, courses: Sequence[Course]) -> list[Lead]:
    if one.single is not None:
        return [lead for course in courses for lead in one.single(course)]
    assert one.cross is not None, "an indicator is of one session or of many"
    return list(one.cross(courses))


def _based(one: Indicator, found: Sequence[Lead], sessions: int) -> tuple[Lead, ...]:
    """Each with how often its part reaches the mark: in sessions, or among whom it was asked of.

    A session in which nothing could be said is not one in which nothing was found.
    """
    bases: dict[str, Base] = {}
    silent = {lead.log for lead in found if lead.value is None}
    for part in sorted({lead.part for lead in found}):
        mine = [lead for lead in found if lead.part == part and lead.value is not None]
        shown = [lead for lead in mine if lead.marked]
        if one.single is None:
            bases[part] = Base(len(shown), len(mine), sessions)
            continue
        of = sessions - len(silent) if one.only_found else len({lead.log for lead in mine})
        bases[part] = Base(len({lead.log for lead in shown}), of, sessions)
    return tuple(replace(lead, base=bases[lead.part]) for lead in found)


__all__ = ["CROSS", "INDICATORS", "SINGLE", "Found", "SameSession", "leads"]
