"""What everybody asked, was told and saw in a run, in true time. Plain records.

A run with real processes fills in what its clients kept and reads the rest from the archive
(`History.of_archive`); whatever it cannot know stays empty, and what needs it is not asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bidding.core.commands import Command
from bidding.proof.archive import parse_archive
from bidding.proof.note import Verifier
from bidding.testing import FixedKeys


@dataclass
class Told:
    """A final answer: the entry as it was shown, and when it reached whoever asked."""

    at: int
    index: int
    t: int
    entry: dict[str, Any]


@dataclass
class Held:
    """A request at a door, from when on; until the door answered that it is to be asked again."""

    since: int
    door: str
    until: int = 0
    """Zero while it never said so."""


@dataclass
class Wish:
    """One thing somebody wanted, under one reference, however often it was sent."""

    command: Command
    wanted: int
    stamped: list[int] = field(default_factory=list)
    """True time of each arrival at a node that took it."""
    held: list[Held] = field(default_factory=list)
    """The same arrivals, where each door's own word is known."""
    told: list[Told] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    """Every reference it was sent under: one, unless the client is at fault."""
    given_up: bool = False


@dataclass
class Seen:
    """What one viewer of one channel was shown: number -> line."""

    lines: dict[int, bytes] = field(default_factory=dict)
    channel: str = "public"
    rooms: list[tuple[int, bytes]] = field(default_factory=list)
    """Each whole room it was shown, with the number of the last line in it."""
    heard: dict[int, int] = field(default_factory=dict)
    """When each line came by itself, to whoever was listening, in true time."""
    since: int | None = None
    """From when on it has been listening without a break; None when it is not."""
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
    healed: int = 0
    """True time from which nothing broke any more; 0 where that is not known."""
    ailing: list[Span] = field(default_factory=list)
    """When a door was out of order by itself; `why` is its name."""
    takeovers: list[Span] = field(default_factory=list)
    """From the start of each process to its serving, where no other fault was on."""
    gone: list[Span] = field(default_factory=list)
    """When no process ran at all: from the fall of the last one to the start of the next."""
    lost_tasks: list[str] = field(default_factory=list)
    """Tasks that ended with an error nobody looked at."""
    tasks_left: int = 0
    """Tasks of the serving process when all was over."""
    ended: int = 0
    bodies: list[bytes] = field(default_factory=list)
    notes: list[bytes] = field(default_factory=list)
    key: Verifier | None = None
    """Whose signature checkpoints and receipts bear; None: the fixed one of tests."""
    folded: tuple[list[bytes], list[Any]] | None = field(default=None, init=False, repr=False)
    """The bodies last folded, and the steps they came to: see `record.steps`."""

    @classmethod
    def of_archive(cls, raw: bytes) -> History:
        """The record of an archive; raises ArchiveError. Its checkpoints need their `key`."""
        archive = parse_archive(raw)
        history = cls(archive.origin)
        history.bodies = list(archive.entries)
        history.notes = list(archive.checkpoints)
        return history

    @property
    def verifier(self) -> Verifier:
        """Whose signature checkpoints and receipts bear."""
        return self.key or FixedKeys().signer(self.origin).verifier

    def lost(self, start: int, stop: int, why: str) -> None:
        """In this stretch nobody could be served."""
        self.outages.append(Span(start, stop, why))

    def takes_over(self, start: int, stop: int, who: str) -> None:
        """A process serves; nothing else was wrong since `start`."""
        self.takeovers.append(Span(start, stop, who))

    def nobody(self, start: int, stop: int) -> None:
        """In this stretch no process ran."""
        self.gone.append(Span(start, stop, "no process"))

    def note(self, at: int, what: str) -> None:
        """A line of the timeline."""
        self.timeline.append((at, what))
