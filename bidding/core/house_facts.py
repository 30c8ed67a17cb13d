"""Facts of the house: who is admitted, what was paid, when the floor stood still."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, TypeAlias

from auction_rules.facts import FLOOR_FACTS, Amount, FloorFact, Instant, Shapes


@dataclass(frozen=True, slots=True)
class Admitted:
    """A bidder takes part under this number; `lot` is his own parcel where the rule has such."""

    fact: ClassVar[str] = "admitted"
    bidder: str
    lot: str | None
    priority: int
    who: str | None


@dataclass(frozen=True, slots=True)
class Excluded:
    """The bidder may ask nothing more."""

    fact: ClassVar[str] = "excluded"
    bidder: str
    reason: str


@dataclass(frozen=True, slots=True)
class KeyEnrolled:
    """The bidder signs with this key from here on; `public` is base64, `key` its id."""

    fact: ClassVar[str] = "key_enrolled"
    bidder: str
    key: str
    alg: str
    public: str


@dataclass(frozen=True, slots=True)
class DepositCounted:
    """A payment was counted, once; `ok` says whether the deposit is now complete."""

    fact: ClassVar[str] = "deposit_counted"
    bidder: str
    amount: Amount
    total: Amount
    received: Instant
    bank_ref: str
    ok: bool


@dataclass(frozen=True, slots=True)
class GuaranteeCounted:
    """A guarantee stands for so much until then; `ok`: the deposit is complete; `commit` is base64."""

    fact: ClassVar[str] = "guarantee_counted"
    bidder: str
    amount: Amount
    commit: str
    until: Instant
    ok: bool


@dataclass(frozen=True, slots=True)
class GuaranteeSealed:
    """A sealed guarantee is in; it counts, as of now, when it is opened once the session has begun."""

    fact: ClassVar[str] = "guarantee_sealed"
    commit: str


@dataclass(frozen=True, slots=True)
class Suspended:
    """From `since` on time does not run on the floor."""

    fact: ClassVar[str] = "suspended"
    since: Instant
    reason: str


@dataclass(frozen=True, slots=True)
class Resumed:
    """Time runs again; deadlines follow as facts of their own."""

    fact: ClassVar[str] = "resumed"
    reason: str


@dataclass(frozen=True, slots=True)
class Resuming:
    """Announced to everybody: time runs again from `at` on, unless it is suspended again before."""

    fact: ClassVar[str] = "resuming"
    at: Instant
    reason: str


@dataclass(frozen=True, slots=True)
class Terminated:
    """Over without a result."""

    fact: ClassVar[str] = "terminated"
    reason: str


@dataclass(frozen=True, slots=True)
class Voided:
    """The result does not count; nothing of the record is removed."""

    fact: ClassVar[str] = "voided"
    reason: str


@dataclass(frozen=True, slots=True)
class Announced:
    """Staff told everybody this, in both languages; nothing on the floor changes by it."""

    fact: ClassVar[str] = "announced"
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Extended:
    """Staff moved the end later by so many seconds, and why; the deadline is a fact of its own."""

    fact: ClassVar[str] = "extended"
    seconds: int
    reason: str


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """The offer that follows was made by staff for this bidder, and why."""

    fact: ClassVar[str] = "on_behalf"
    bidder: str
    reason: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """An officer proposed an act that takes two; `about` has the fields of that request."""

    fact: ClassVar[str] = "proposed"
    act: str
    by: str
    about: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seconded:
    """Another officer agreed, and the act follows; or somebody turned the proposal down."""

    fact: ClassVar[str] = "seconded"
    proposal: int
    agree: bool


@dataclass(frozen=True, slots=True)
class PaidOut:
    """Money of a deposit was ordered back (refund) or kept (forfeit); `left` is what remains; fen."""

    fact: ClassVar[str] = "paid_out"
    bidder: str
    purpose: str
    amount: Amount
    left: Amount
    reason: str


@dataclass(frozen=True, slots=True)
class Concluded:
    """A step after the close; `follows` is who comes next by the ranking after a default.

    `reawarded` names who took the place; from there the steps begin again.
    """

    fact: ClassVar[str] = "concluded"
    step: str
    by: str
    bidder: str | None
    follows: str | None
    reason: str


HouseFact: TypeAlias = (
    Admitted
    | Excluded
    | KeyEnrolled
    | DepositCounted
    | GuaranteeCounted
    | GuaranteeSealed
    | Suspended
    | Resuming
    | Resumed
    | Terminated
    | Voided
    | Announced
    | Extended
    | OnBehalf
    | Proposed
    | Seconded
    | PaidOut
    | Concluded
)
Fact: TypeAlias = FloorFact | HouseFact

SHAPES: Final = Shapes(
    (
        *FLOOR_FACTS,
        Admitted,
        Excluded,
        KeyEnrolled,
        DepositCounted,
        GuaranteeCounted,
        GuaranteeSealed,
        Suspended,
        Resuming,
        Resumed,
        Terminated,
        Voided,
        Announced,
        Extended,
        OnBehalf,
        Proposed,
        Seconded,
        PaidOut,
        Concluded,
    )
)
