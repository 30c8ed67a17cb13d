"""Draws of the repository's plays, for the tests of redoing them, in Python and in the browser.

`python -m tests.replay.draws` writes tests/vectors/draws.json again.
"""

from __future__ import annotations

import copy
import json
from dataclasses import asdict
from typing import Any

from replay.draw import redraw
from replay.play import play
from replay.scenario import read
from tests.replay.plays import SCENARIOS, opened
from tests.shared import OWN

Entries = list[dict[str, Any]]
ROUND_1000 = (
    "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125"
    "e342b73a8dd2bacbe47e4b6b63ed5e39"
)
"""The signature of drand quicknet's round 1000, as it was published."""

PLAYS = {
    "parties": ("draws/commit-reveal.yaml", ""),
    "two of three": ("draws/commit-reveal.yaml", "two-of-three-reveal"),
    "withheld": ("draws/commit-reveal.yaml", "withheld"),
    "balls": ("draws/balls.yaml", ""),
    "corrected balls": ("draws/balls.yaml", "first-corrects-himself"),
    "drand": ("draws/beacon-drand.yaml", ""),
    "figures": ("draws/beacon-figures.yaml", ""),
    "end by parties": ("draws/random-end.yaml", ""),
    "end by a seed": ("open_closed/random-end.yaml", ""),
    # Rules that draw within their own course: twice in a session, for a clock's tick, for an area.
    "twice by parties": ("draws/hybrid-dutch.yaml", "commit-reveal"),
    "clock by figures": ("draws/ascending-clock.yaml", "published-figure"),
    "quota by balls": ("draws/quota.yaml", ""),
    "officer": ("far_adjustment/far-capped-draw.yaml", ""),
}
PUBLISHED = {
    "drand": {1000: ROUND_1000},
    "figures": {2: "0412346"},
}


def archived(name: str) -> Any:
    """The run of a play that draws."""
    path, variant = PLAYS[name]
    return next(
        run for run in play(read(SCENARIOS / path)) if run.name.partition(".")[2] == variant
    )


def entries_of(name: str) -> Entries:
    """Its verified entries, to be changed at will."""
    return [copy.deepcopy(entry) for entry in opened(archived(name))[2].entries]


_KEPT = ("stage_opened", "pool_fixed", "noted", "drawn")


def shortened(entries: Entries) -> Entries:
    """Only what a draw is redone from."""
    short = []
    for entry in entries:
        data = entry["data"]
        rows = [
            row
            for row in data.get("facts") or ()
            if row["fact"] in _KEPT or row["fact"].startswith("draw_")
        ]
        kept = {"facts": rows, **({"ask": data["ask"]} if "ask" in data else {})}
        if entry["i"] == 0:
            kept["document"] = {"terms": data["document"]["terms"]}
        if entry["i"] == 0 or rows:
            short.append({**{key: entry[key] for key in ("i", "t", "type", "actor")}, "data": kept})
    return short


def vectors() -> dict[str, Any]:
    """What both must find, word for word."""
    cases = []
    for name in PLAYS:
        entries = shortened(entries_of(name))
        published = PUBLISHED.get(name)
        rows = [{**asdict(one), "holds": one.holds} for one in redraw(entries, published)]
        cases.append({"name": name, "entries": entries, "published": published, "draws": rows})
    text = json.dumps({"source": "made by tests/replay/draws.py", "cases": cases})
    loaded: dict[str, Any] = json.loads(text)
    return loaded


if __name__ == "__main__":
    (OWN / "draws.json").write_text(
        json.dumps(vectors(), ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
