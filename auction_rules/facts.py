"""The closed set of floor facts: what can happen on an auction floor.

Any screen and any auditor can read these without the rule that produced them: folding a
log never runs rule code. A rule may only combine these; what it alone understands goes
through `Noted`, one scalar at a time. Facts carry no time: the log entry has it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Final, TypeAlias

Instant: TypeAlias = int
"""Microseconds since 1970-01-01 UTC, as told by the log."""
Amount: TypeAlias = int
"""Money or area in the smallest unit; the terms name unit and scale."""


@dataclass(frozen=True, slots=True)
class StageOpened:
    """A stage of the programme began; offers count in the half-open window [opens, closes)."""

    fact: ClassVar[str] = "stage_opened"
    stage: str
    kind: str
    opens: Instant
    closes: Instant | None


@dataclass(frozen=True, slots=True)
class StageClosed:
    """The stage ended; what stood, stands."""

    fact: ClassVar[str] = "stage_closed"
    stage: str


@dataclass(frozen=True, slots=True)
class OfferStood:
    """From here on this is the bidder's standing offer; he has one for each `slot`.

    The slot tells his offers apart where a rule lets him have several: a lot of many, a line
    of a demand schedule, or the second indicator after a cap.
    """

    fact: ClassVar[str] = "offer_stood"
    bidder: str
    lot: str | None
    amount: Amount
    quantity: Amount | None
    slot: str | None = None


@dataclass(frozen=True, slots=True)
class OfferWithdrawn:
    """The offer no longer stands; `cause` is revoked (撤销, his own doing) or withdrawn (撤回)."""

    fact: ClassVar[str] = "offer_withdrawn"
    bidder: str
    slot: str | None
    cause: str


@dataclass(frozen=True, slots=True)
class OfferSealed:
    """From here on this is the bidder's sealed offer; all of it is base64, and hides the amount."""

    fact: ClassVar[str] = "offer_sealed"
    bidder: str
    lot: str | None
    commit: str
    box: str
    k: int
    shares: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrusteeOpened:
    """A trustee published the one-time private key of this auction, and it is the right one."""

    fact: ClassVar[str] = "trustee_opened"
    trustee: str
    key: str


@dataclass(frozen=True, slots=True)
class QuorumMissing:
    """The window ended with fewer trustees' keys than it takes; what is sealed stays sealed."""

    fact: ClassVar[str] = "quorum_missing"
    have: int
    need: int


@dataclass(frozen=True, slots=True)
class OfferOpened:
    """A sealed offer opened to this amount; it stands with the time and index of its sealing."""

    fact: ClassVar[str] = "offer_opened"
    bidder: str
    lot: str | None
    amount: Amount


@dataclass(frozen=True, slots=True)
class OfferVoided:
    """A sealed offer does not count: why (a code), and whose doing it is (`bidder:<number>`)."""

    fact: ClassVar[str] = "offer_voided"
    bidder: str
    reason: str
    blame: str


@dataclass(frozen=True, slots=True)
class RoundOpened:
    """A round or tick began: its number, its price where a clock names one, its window."""

    fact: ClassVar[str] = "round_opened"
    number: int
    price: Amount | None
    opens: Instant
    closes: Instant | None


@dataclass(frozen=True, slots=True)
class LeadersChanged:
    """The provisional winners, best first, and the lowest amount among them."""

    fact: ClassVar[str] = "leaders_changed"
    leaders: tuple[str, ...]
    cutoff: Amount | None


@dataclass(frozen=True, slots=True)
class DeadlineMoved:
    """The stage now closes at `closes`; `why` is extension, first_bid, resumed or listing (延牌)."""

    fact: ClassVar[str] = "deadline_moved"
    closes: Instant
    why: str


@dataclass(frozen=True, slots=True)
class Entitled:
    """Only these bidders may act in the stage named."""

    fact: ClassVar[str] = "entitled"
    stage: str
    bidders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """A bidder answered the question the floor asked."""

    fact: ClassVar[str] = "answered"
    bidder: str
    answer: bool


@dataclass(frozen=True, slots=True)
class Revealed:
    """Something sealed until now is open to everybody: offers, or a value such as the reserve."""

    fact: ClassVar[str] = "revealed"
    what: str
    value: Amount | None = None


@dataclass(frozen=True, slots=True)
class ReserveSealed:
    """A named person committed to a reserve: base64 SHA-256 of the amount and a nonce."""

    fact: ClassVar[str] = "reserve_sealed"
    by: str
    commit: str


@dataclass(frozen=True, slots=True)
class ReserveOpened:
    """The committed amount was shown, and the commitment holds."""

    fact: ClassVar[str] = "reserve_opened"
    by: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class PoolFixed:
    """Who takes part in a draw, in order; fixed and public before any chance is known."""

    fact: ClassVar[str] = "pool_fixed"
    what: str
    pool: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrawRound:
    """The one publication of the public source that this draw uses, known before it comes out."""

    fact: ClassVar[str] = "draw_round"
    what: str
    round: int
    at: Instant


@dataclass(frozen=True, slots=True)
class DrawCommitted:
    """A party committed to its secret; hexadecimal SHA-256, of no use before the secret is shown."""

    fact: ClassVar[str] = "draw_committed"
    what: str
    party: str
    commit: str


@dataclass(frozen=True, slots=True)
class DrawWindow:
    """Parties have [opens, closes) for their `duty`: to commit to secrets, or to reveal them.

    Once they reveal, nobody can commit any more.
    """

    fact: ClassVar[str] = "draw_window"
    what: str
    duty: str
    opens: Instant
    closes: Instant


@dataclass(frozen=True, slots=True)
class DrawRevealed:
    """A party showed its secret, and the commitment holds."""

    fact: ClassVar[str] = "draw_revealed"
    what: str
    party: str
    secret: str


@dataclass(frozen=True, slots=True)
class DrawAbsent:
    """These parties let their time to `duty` (commit or reveal) go by; no time runs any more."""

    fact: ClassVar[str] = "draw_absent"
    what: str
    duty: str
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrawTyped:
    """An officer typed what was published or drawn by hand; it counts when another types the same."""

    fact: ClassVar[str] = "draw_typed"
    what: str
    officer: str
    round: int | None
    value: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """The draw over the fixed pool: the seed, and the whole order it gives.

    The seed is empty where the order itself came in, drawn by hand.
    """

    fact: ClassVar[str] = "drawn"
    what: str
    seed: str
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """An expert gave a bidder points, in hundredths; sealed until all are in."""

    fact: ClassVar[str] = "scored"
    expert: str
    bidder: str
    points: int


@dataclass(frozen=True, slots=True)
class ProxySet:
    """A bidder's secret limit, up to which the house raises for him; None cancels it."""

    fact: ClassVar[str] = "proxy_set"
    bidder: str
    limit: Amount | None


@dataclass(frozen=True, slots=True)
class RaisedByHouse:
    """The offer that just stood for the bidder was made by the house, up to his limit.

    `since` is the index of the log that set the limit: the offer has its place in time.
    """

    fact: ClassVar[str] = "raised_by_house"
    bidder: str
    since: int


@dataclass(frozen=True, slots=True)
class Awarded:
    """The bidder won: unit price, granted quantity, and the total in the settlement unit."""

    fact: ClassVar[str] = "awarded"
    bidder: str
    lot: str | None
    price: Amount
    quantity: Amount | None
    total: Amount


@dataclass(frozen=True, slots=True)
class AwardLapsed:
    """An award counts no longer: its bidder defaulted or was excluded; another may take his place."""

    fact: ClassVar[str] = "award_lapsed"
    bidder: str
    lot: str | None


@dataclass(frozen=True, slots=True)
class Unsold:
    """Nothing was sold, for a reason of the one list."""

    fact: ClassVar[str] = "unsold"
    reason: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The auction is over; nothing but a staff act can follow."""

    fact: ClassVar[str] = "closed"


@dataclass(frozen=True, slots=True)
class Noted:
    """The escape hatch: one scalar that only the rule understands."""

    fact: ClassVar[str] = "noted"
    key: str
    value: int | str | bool | None


FloorFact: TypeAlias = (
    StageOpened
    | StageClosed
    | OfferStood
    | LeadersChanged
    | DeadlineMoved
    | Entitled
    | Answered
    | Revealed
    | Awarded
    | AwardLapsed
    | Unsold
    | Closed
    | Noted
    | OfferWithdrawn
    | OfferSealed
    | TrusteeOpened
    | QuorumMissing
    | OfferOpened
    | OfferVoided
    | RoundOpened
    | ReserveSealed
    | ReserveOpened
    | PoolFixed
    | DrawRound
    | DrawCommitted
    | DrawWindow
    | DrawRevealed
    | DrawAbsent
    | DrawTyped
    | Drawn
    | Scored
    | ProxySet
    | RaisedByHouse
)

FLOOR_FACTS: Final[tuple[type[Any], ...]] = (
    StageOpened,
    StageClosed,
    OfferStood,
    LeadersChanged,
    DeadlineMoved,
    Entitled,
    Answered,
    Revealed,
    Awarded,
    AwardLapsed,
    Unsold,
    Closed,
    Noted,
    OfferWithdrawn,
    OfferSealed,
    TrusteeOpened,
    QuorumMissing,
    OfferOpened,
    OfferVoided,
    RoundOpened,
    ReserveSealed,
    ReserveOpened,
    PoolFixed,
    DrawRound,
    DrawCommitted,
    DrawWindow,
    DrawRevealed,
    DrawAbsent,
    DrawTyped,
    Drawn,
    Scored,
    ProxySet,
    RaisedByHouse,
)


def fact_to_json(fact: Any) -> dict[str, Any]:
    """A fact as the flat object the log keeps."""
    row: dict[str, Any] = {"fact": fact.fact}
    for name in type(fact).__slots__:
        value = getattr(fact, name)
        row[name] = list(value) if type(value) is tuple else value
    return row


class Shapes:
    """Reads facts back from the log; an unknown fact stops the reader, never passes."""

    def __init__(self, kinds: tuple[type[Any], ...]) -> None:
        self.kinds: Final = {kind.fact: kind for kind in kinds}
        self._kinds = {kind.fact: (kind, {f.name for f in fields(kind)}) for kind in kinds}

    def read(self, row: dict[str, Any]) -> Any:
        """The fact in a log row; ValueError names what is not understood."""
        known = self._kinds.get(row.get("fact", ""))
        if known is None:
            raise ValueError(f"unknown fact {row.get('fact')!r}")
        kind, names = known
        given = {key: value for key, value in row.items() if key != "fact"}
        if given.keys() != names:
            raise ValueError(f"fact {kind.fact!r} has fields {sorted(given)}")
        return kind(**{k: tuple(v) if type(v) is list else v for k, v in given.items()})
