"""What the room is shown in every course the examples take: pictures for a page, made without a server.

Each example is played through the core, and after each entry the projections of the house say what
a bidder and the public see. Pictures that ask the same of the page are kept once. Nothing here
knows what the page makes of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from auction_rules.registry import find
from bidding.core import views
from bidding.core.record import bind
from bidding.core.state import State, evolve
from bidding.proof import canon
from replay.play import Run, play
from replay.scenario import read

EXAMPLES: Final = Path(__file__).parents[2] / "examples" / "scenarios"
_INSTANT: Final = 10**15
"""No amount in the examples is so large; every instant after 2001 is larger."""


@dataclass(frozen=True)
class Picture:
    """One bidder's room, or the public's where `you` is None, at `now` (microseconds)."""

    source: str
    rule: str
    now: int
    room: dict[str, Any]
    you: dict[str, Any] | None

    @property
    def kind(self) -> str | None:
        """The kind of the stage that is open; None between and after stages."""
        return self.room["stage"]["kind"] if self.room["stage"] else None

    @property
    def asks(self) -> tuple[Any, ...]:
        """What the page is asked to show; pictures that are equal here may look the same."""
        stage = self.room["stage"] or {}
        shown = (self.rule, stage.get("id"), self.room["status"])
        found = (bool(self.room["pool"]), bool(self.room["order"]), bool(self.room["draw"]))
        if self.you is None:
            return (*shown, *found)
        acts = self.you["actions"]
        lines = tuple(bool(line["blocked"]) for line in acts["lines"])
        fixed = acts["minimum"] is not None and acts["minimum"] == acts["maximum"]
        told = (acts["ask"], bool(acts["blocked"]), lines, tuple(acts["also"]), fixed)
        return (*shown, *found, *told, acts["left"], acts["pending"] is not None)

    def at(self, now: int) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """Room and panel as they would be if it all happened so that it is `now`."""
        by = now - self.now
        return _moved(self.room, by), _moved(self.you, by)


def _moved(value: Any, by: int) -> Any:
    if isinstance(value, dict):
        return {key: _moved(one, by) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_moved(one, by) for one in value]
    return value + by if type(value) is int and value > _INSTANT else value


def pictures(*, variants: bool = True) -> list[Picture]:
    """One picture for each thing the examples ask of a page, in the order of the rules' names.

    Without their variants every kind of stage is there too, and half of the time is saved.
    """
    kept: dict[tuple[Any, ...], Picture] = {}
    for path in sorted(EXAMPLES.rglob("*.yaml")):
        for run in islice(play(read(path)), None if variants else 1):
            for picture in _of(run, path.stem):
                kept.setdefault((picture.you is None, *picture.asks), picture)
    return sorted(kept.values(), key=lambda p: (p.rule, p.source))


def _of(run: Run, source: str) -> Iterator[Picture]:
    name, _, version = run.scenario.rule.partition("@")
    rule = find(name, version or None)
    state = State(run.state.origin)
    for number, body in enumerate(run.bodies):
        entry: Any = canon.decode(body)
        state = evolve(state, entry)
        if number == 0:
            state = bind(state, rule)
        if state.status == "announced":
            continue
        for bidder in (None, *sorted(state.people)):
            audience = "public" if bidder is None else f"bidder:{bidder}"
            room = views.snapshot(state, rule, audience, entry["t"])
            you = None if bidder is None else views.you(state, rule, bidder, entry["t"])
            yield Picture(source, name, entry["t"], room, you)
