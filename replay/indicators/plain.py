"""Leads as plain values for machines and pages, each with a name of its own that stays the same.

A lead of one session is named by what it rests on, which is over and never changes. One that spans
sessions is named by whom and which contest it is about: with every new session its value changes,
and what was asked about it must still be found.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from auction_rules.terms import Text
from bidding.core.said import both
from replay.indicators.catalogue import CROSS, Found
from replay.indicators.course import Course
from replay.indicators.lead import Lead

MARK: Final[Text] = both(
    "以下为线索，不是结论；每条都可能有正当解释，请先核实、再询问。",
    "These are leads, not verdicts; each may have an innocent explanation: check first, then ask.",
)


def name(lead: Lead) -> str:
    """32 hexadecimal digits."""
    rests = [(place.log, place.index) for place in lead.inputs] if lead.log is not None else []
    parts = [lead.number, lead.part, sorted(lead.who), lead.log, lead.where, rests]
    plain_text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain_text.encode()).hexdigest()[:32]


def plain(courses: Sequence[Course], found: Iterable[Found]) -> dict[str, Any]:
    """Everything for machines; `mark` goes wherever it goes. Exact values are fractions."""
    return {
        "mark": MARK,
        "sessions": sorted(course.log for course in courses),
        "indicators": [
            {
                "number": one.indicator.number,
                "title": one.indicator.title,
                "formula": one.indicator.formula,
                "caveat": one.indicator.caveat,
                "across_sessions": one.indicator.number in CROSS,
                "values": [row(lead) for lead in one.leads],
            }
            for one in found
        ],
    }


def row(lead: Lead) -> dict[str, Any]:
    """One value with its base rate, or why there is none."""
    told: dict[str, Any] = {
        "id": name(lead),
        "part": lead.part,
        "who": list(lead.who),
        "lead": lead.marked,
        "log": lead.log,
        "contest": lead.where,
        "entries": [{"log": place.log, "index": place.index} for place in lead.inputs],
    }
    if lead.value is None:
        return {**told, "unsaid": lead.unsaid}
    exact, form = str(lead.value.of), lead.value.form.value
    told["value"] = {"exact": exact, "form": form, "shown": lead.value.show()}
    assert lead.base is not None, "a value has its base rate"
    base = lead.base
    told["base"] = {"shown": base.shown, "of": base.of, "sessions": base.sessions}
    told["base"]["rate"] = None if base.rate is None else str(base.rate)
    return told


__all__ = ["MARK", "name", "plain", "row"]
