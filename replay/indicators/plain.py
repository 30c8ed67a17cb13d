"""Leads as plain values for machines and pages, each with a name of its own that stays the same.

A lead of one session is named by what it rests on, which is over and never changes. One that spans
sessions is named by whom and which contest it is about: with every new session its value changes,
and what was asked about it must still be found.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from auction_rules.terms import Text
from bidding.core.said import both
from replay.indicators.catalogue import CROSS, Found
from replay.indicators.course import Course
from replay.indicators.lead import Lead, Place, Quantity

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
    held = _held(courses)
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
                "values": [row(lead, held) for lead in one.leads],
            }
            for one in found
        ],
    }


_Held: TypeAlias = Mapping[Place, Mapping[str, Any]]


def _held(courses: Iterable[Course]) -> _Held:
    """What formulas read in an entry: when it was, and who offered how much in it."""
    held: dict[Place, dict[str, Any]] = {}
    for course in courses:
        times = {ask.i: ask.t for ask in course.asked} | {act.i: act.t for act in course.acts}
        times |= {offer.i: offer.t for offer in course.offers}
        held |= {Place(course.log, i): {"t": t, "offers": []} for i, t in times.items()}
        for offer in course.offers:
            told = {"bidder": offer.bidder, "amount": offer.amount}
            held[Place(course.log, offer.i)]["offers"].append(told)
    return held


def _entry(place: Place, who: Sequence[str], held: _Held) -> dict[str, Any]:
    """An entry and what it holds; of several offers in it, theirs whom the lead is about."""
    inside = held.get(place, {"t": None, "offers": []})
    mine = [offer for offer in inside["offers"] if offer["bidder"] in who]
    told = {"log": place.log, "index": place.index, "t": inside["t"]}
    return {**told, "offers": mine or inside["offers"]}


def _quantity(of: Quantity) -> dict[str, str]:
    return {"exact": str(of.of), "form": of.form.value, "shown": of.show()}


def row(lead: Lead, held: _Held) -> dict[str, Any]:
    """One value with what it is worked out from and its base rate, or why there is none."""
    told: dict[str, Any] = {
        "id": name(lead),
        "part": lead.part,
        "who": list(lead.who),
        "lead": lead.marked,
        "log": lead.log,
        "contest": lead.where,
        "entries": [_entry(place, lead.who, held) for place in lead.inputs],
        "takes": [
            {"title": one.title, "value": _quantity(one.value), "of": _quantity(one.of)}
            for one in lead.takes
        ],
    }
    if lead.value is None:
        return {**told, "unsaid": lead.unsaid}
    told["value"] = _quantity(lead.value)
    assert lead.base is not None, "a value has its base rate"
    base = lead.base
    told["base"] = {"shown": base.shown, "of": base.of, "sessions": base.sessions}
    told["base"]["rate"] = None if base.rate is None else str(base.rate)
    return told


__all__ = ["MARK", "name", "plain", "row"]
