"""What everybody asked, was told and saw in a run, in true time. Plain records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bidding.core.commands import Command


@dataclass
class Told:
    """A final answer: the entry as it was shown, and when it reached whoever asked."""

    at: int
    index: int
    t: int
    entry: dict[str, Any]


@dataclass
class Wish:
    """One thing somebody wanted, under one reference, however often it was sent."""

    command: Command
    wanted: int
    stamped: list[int] = field(default_factory=list)
    """True time of each arrival at a node that took it."""
    told: list[Told] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    """Every reference it was sent under: one, unless the client is at fault."""
    given_up: bool = False


@dataclass
class Seen:
    """What one viewer of the public channel was shown: number -> line."""

    lines: dict[int, bytes] = field(default_factory=dict)
    disputes: list[str] = field(default_factory=list)
    """Numbers that came twice with different content, or with a number missing before them."""


@dataclass
class Span:
    """A stretch of true time in which nobody could be served, and why."""

    start: int
    stop: int
    why: str


@dataclass
class History:
    """One run. `bodies` and `notes` are the log as it was left."""

    origin: str
    wishes: list[Wish] = field(default_factory=list)
    viewers: list[Seen] = field(default_factory=list)
    outages: list[Span] = field(default_factory=list)
    receipts: list[tuple[int, bytes]] = field(default_factory=list)
    timeline: list[tuple[int, str]] = field(default_factory=list)
    skew: int = 0
    """How far any node's clock may be off, in microseconds."""
    writers: list[tuple[int, int]] = field(default_factory=list)
    """First entry and epoch of each batch, in the order in which the store took them."""
    ended: int = 0
    bodies: list[bytes] = field(default_factory=list)
    notes: list[bytes] = field(default_factory=list)

    def note(self, at: int, what: str) -> None:
        """A line of the timeline."""
        self.timeline.append((at, what))
