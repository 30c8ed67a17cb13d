"""What is asked of a film over HTTP and what comes back: shapes only."""

from typing import Annotated, Any

from pydantic import Field

from bidding.web.routes import Answer, Body, Plain, Query
from bidding.web.wire import Whole

Audience = Annotated[
    str,
    Field(
        pattern=r"^(public|staff|auditor|bidder:[A-Za-z0-9]{1,16})$",
        description="whose eyes: public, staff, auditor, or bidder:NUMBER",
    ),
]


class ReelQuery(Query):
    """A part of the reel: from entry `start`, at most `limit` frames."""

    start: Whole = 0
    limit: Annotated[int, Field(ge=1, le=2000)] = 1000


class RoomQuery(Query):
    """After entry `i`, or at the instant `t` in microseconds; exactly one of them."""

    i: Whole | None = None
    t: Whole | None = None
    audience: Audience = "public"


class SeenQuery(ReelQuery):
    """The lines that an audience was shown of these entries."""

    audience: Audience = "public"


class DifferenceQuery(Query):
    """Two entries; the second may be the earlier one."""

    first: Whole
    second: Whole
    audience: Audience = "public"


class WhatIfBody(Body):
    """What is different: terms replaced, bidders and entries left out."""

    terms: dict[Annotated[str, Field(max_length=64)], Plain] = Field(default_factory=dict)
    without_bidders: Annotated[
        list[Annotated[str, Field(max_length=16)]], Field(max_length=1000)
    ] = Field(default_factory=list)
    without_entries: Annotated[list[Whole], Field(max_length=1000)] = Field(default_factory=list)


class Reeled(Answer):
    """Frames with their sentences and marks. `installed`: whether the rooms can be drawn here."""

    origin: str
    auction: str
    size: int
    opened: str | None
    rule: str
    installed: bool
    bidders: list[str]
    terms: dict[str, Any]
    frames: list[dict[str, Any]]


class RoomTold(Answer):
    """The room after entry `i` at the instant `t`, with the bidder's own panel where it is his."""

    i: int
    t: int
    room: dict[str, Any]
    you: dict[str, Any] | None


class Seen(Answer):
    """Lines of a channel, each with the entry `at` which it was shown."""

    lines: list[dict[str, Any]]
    size: int


class EntryTold(Answer):
    """One entry: its bytes as text, its kind, its sentence, why, and the proof of it (a receipt).

    `reason_title`: what the reason of a refusal is called.
    """

    entry: dict[str, Any]
    raw: str
    kind: dict[str, str]
    text: dict[str, str]
    reason_title: dict[str, str] | None
    why: list[dict[str, Any]] | None
    receipt: str | None


class Differences(Answer):
    """What was shown at the first entry and at the second."""

    first: int
    second: int
    rows: list[dict[str, Any]]


class Rejudging(Answer):
    """How far the rule gives the record again, and the first place where it does not."""

    entries: int
    rule: str
    same_source: bool
    verified: dict[str, int]
    difference: dict[str, Any] | None


class Hypothesis(Answer):
    """A what-if: never the record, and `mark` and `caveat` go wherever it goes."""

    mark: dict[str, str]
    caveat: dict[str, str]
    rows: list[dict[str, Any]]
    otherwise: list[dict[str, Any]]
    recorded: dict[str, Any]
    hypothetical: dict[str, Any]
    size: int
