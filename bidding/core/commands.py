"""What may be asked of an auction, and by whom.

The asker's identity comes from the connection, never from the message. `ref` is chosen by
the asker so that a retry is recognised; it is unique per asker and session.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Final, TypeAlias

from auction_rules.facts import Amount, Instant
from auction_rules.floor import (
    Bid,
    BidderAsk,
    Confirm,
    Draw,
    DrawBalls,
    DrawCommit,
    DrawFigure,
    DrawReveal,
    Leave,
    OfficerAsk,
    OpenReserve,
    Proxy,
    Reveal,
    Score,
    SealedBid,
    SealReserve,
    Stay,
    TrusteeKey,
    Withdraw,
)

IDENTIFIER: Final = re.compile(r"[A-Za-z0-9_-]{1,32}", re.ASCII)
"""Ids on the floor are ASCII, so that nothing depends on a version of Unicode."""


@dataclass(frozen=True, slots=True)
class Enrol:
    """A bidder brings a public key; from then on his requests count only when signed by one.

    The request is itself signed by that key, which proves that he holds it.
    """

    kind: ClassVar[str] = "enrol"
    alg: str
    public: str


@dataclass(frozen=True, slots=True)
class Admit:
    """Staff admit a bidder under a number. `who` commits to the person without naming him."""

    kind: ClassVar[str] = "admit"
    bidder: str
    lot: str | None = None
    priority: int = 0
    who: str | None = None


@dataclass(frozen=True, slots=True)
class Exclude:
    """Staff withdraw an admission for a reason; standing offers remain in the record.

    Two officers by every document drawn up now; nobody excluded is confirmed as winner.
    """

    kind: ClassVar[str] = "exclude"
    bidder: str
    reason: str


@dataclass(frozen=True, slots=True)
class Deposit:
    """A bank notice: money of a bidder arrived. `received` is the bank's time and decides."""

    kind: ClassVar[str] = "deposit"
    bidder: str
    amount: Amount
    received: Instant
    bank_ref: str


@dataclass(frozen=True, slots=True)
class Guarantee:
    """A guarantee stands for a deposit (保函) in fen; `commit` hides its issuer and number."""

    kind: ClassVar[str] = "guarantee"
    bidder: str
    amount: Amount
    commit: str
    until: Instant


@dataclass(frozen=True, slots=True)
class SealGuarantee:
    """A guarantee came in sealed: nobody knows whose before the opening; `commit` is base64."""

    kind: ClassVar[str] = "seal_guarantee"
    commit: str


@dataclass(frozen=True, slots=True)
class Suspend:
    """The session stops: nothing counts, nothing is awarded, until it is resumed (中止).

    Only the house itself may say `since`: after a crash, the last instant it was surely up.
    """

    kind: ClassVar[str] = "suspend"
    reason: str
    since: Instant | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """The session goes on with what the terms give back (恢复)."""

    kind: ClassVar[str] = "resume"
    reason: str


@dataclass(frozen=True, slots=True)
class Terminate:
    """The session ends without a result (终止)."""

    kind: ClassVar[str] = "terminate"
    reason: str


@dataclass(frozen=True, slots=True)
class Void:
    """The result of a closed session is declared void; the record stays."""

    kind: ClassVar[str] = "void"
    reason: str


@dataclass(frozen=True, slots=True)
class Announce:
    """Staff tell everybody in the rooms something, in both languages; it decides nothing."""

    kind: ClassVar[str] = "announce"
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Extend:
    """Staff move the end of the open stage later, where the document lets them."""

    kind: ClassVar[str] = "extend"
    seconds: int
    reason: str


@dataclass(frozen=True, slots=True)
class Surrogate:
    """Staff make an offer on behalf of a bidder who cannot; it is marked as such for ever."""

    kind: ClassVar[str] = "surrogate"
    bidder: str
    amount: Amount
    reason: str
    lot: str | None = None
    quantity: Amount | None = None
    stage: str | None = None
    slot: str | None = None


@dataclass(frozen=True, slots=True)
class Propose:
    """One officer proposes an act that takes two: its kind, and the fields of that request."""

    kind: ClassVar[str] = "propose"
    act: str
    about: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Second:
    """Another officer confirms a proposal, or turns it down; `proposal` is its entry."""

    kind: ClassVar[str] = "second"
    proposal: int
    agree: bool


@dataclass(frozen=True, slots=True)
class Payout:
    """Money of a deposit leaves: `purpose` is refund or forfeit; in fen."""

    kind: ClassVar[str] = "payout"
    bidder: str
    purpose: str
    amount: Amount
    reason: str


@dataclass(frozen=True, slots=True)
class Conclude:
    """A step after the close: reviewed, confirmed, published, or a winner defaulted."""

    kind: ClassVar[str] = "conclude"
    step: str
    reason: str
    bidder: str | None = None


@dataclass(frozen=True, slots=True)
class Reaward:
    """After a default: the next in line, named, is awarded in the winner's place (递补)."""

    kind: ClassVar[str] = "reaward"
    bidder: str
    reason: str


@dataclass(frozen=True, slots=True)
class Bell:
    """The clock asks: the instant that was due has come."""

    kind: ClassVar[str] = "bell"


Ask: TypeAlias = (
    BidderAsk
    | OfficerAsk
    | Enrol
    | Admit
    | Exclude
    | Deposit
    | Guarantee
    | SealGuarantee
    | Suspend
    | Resume
    | Terminate
    | Void
    | Announce
    | Extend
    | Surrogate
    | Propose
    | Second
    | Payout
    | Conclude
    | Reaward
    | Bell
)

KINDS: Final[dict[str, type[Any]]] = {
    "bid": Bid,
    "confirm": Confirm,
    "stay": Stay,
    "leave": Leave,
    "proxy": Proxy,
    "seal": SealedBid,
    "reveal": Reveal,
    "draw": Draw,
    "draw_commit": DrawCommit,
    "draw_reveal": DrawReveal,
    "draw_figure": DrawFigure,
    "draw_balls": DrawBalls,
    "seal_reserve": SealReserve,
    "open_reserve": OpenReserve,
    "score": Score,
    "withdraw": Withdraw,
    "trustee_key": TrusteeKey,
    **{
        c.kind: c
        for c in (
            *(Enrol, Admit, Exclude, Deposit, Guarantee, SealGuarantee),
            *(Suspend, Resume, Terminate, Void, Announce, Bell),
            *(Extend, Surrogate, Propose, Second, Payout, Conclude, Reaward),
        )
    },
}
_KIND_OF: Final = {cls: kind for kind, cls in KINDS.items()}
_FIELDS: Final = {kind: tuple(f.name for f in fields(cls)) for kind, cls in KINDS.items()}
_NAMES: Final = {kind: frozenset(names) for kind, names in _FIELDS.items()}


@dataclass(frozen=True, slots=True)
class Signature:
    """What a bidder signed his request with: the id of his key, and base64 of 64 bytes."""

    key: str
    value: str


Tags: TypeAlias = tuple[tuple[str, str], ...]
"""Keyed hashes that the door recorded with a request, by name, in order; empty where it does not.

`key` names the key they are under. Nothing is decided by them (bidding/web/tags.py).
"""


@dataclass(frozen=True, slots=True)
class Command:
    """Who asks what. `actor` is system, staff:<id>, approver:<id> or bidder:<number>."""

    actor: str
    ask: Ask
    ref: str | None = None
    signature: Signature | None = None
    tags: Tags = ()
    received: Instant | None = None
    """When the door of another node took it in; None where the entry's own time tells that."""

    @property
    def bidder(self) -> str | None:
        """The number of the asker, when a bidder asks."""
        role, _, name = self.actor.partition(":")
        return name if role == "bidder" else None

    @property
    def role(self) -> str:
        """The part of the actor before the colon."""
        return self.actor.partition(":")[0]

    @property
    def key(self) -> str | None:
        """The idempotency key: no asker can collide with another's references."""
        return None if self.ref is None else f"{self.actor}/{self.ref}"


def kind_of(ask: Ask) -> str:
    """The short literal name of a question, as it stands in the entry type."""
    return _KIND_OF[type(ask)]


def ask_to_json(ask: Ask) -> dict[str, Any]:
    """The question as the flat object the log keeps."""
    row = {name: getattr(ask, name) for name in _FIELDS[kind_of(ask)]}
    return {name: list(value) if type(value) is tuple else value for name, value in row.items()}


def ask_from_json(kind: str, data: dict[str, Any]) -> Ask:
    """The question a log entry holds; ValueError when it is not one we know."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind of request {kind!r}")
    if data.keys() != _NAMES[kind]:
        raise ValueError(f"request {kind!r} has fields {sorted(data)}")
    plain = {name: tuple(part) if type(part) is list else part for name, part in data.items()}
    ask: Ask = KINDS[kind](**plain)
    return ask
