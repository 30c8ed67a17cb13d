"""The auctions of a run: which rule, under which terms, with how many bidders. Drawn from the seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from bidding.core.commands import Admit, Deposit
from bidding.core.document import Document
from bidding.testing import SECOND
from tests.invariants.history import History
from tests.simulation.node import PREFIX


@dataclass
class Sale:
    """One auction. From `opens` on its bidders act; from `until` on they have had enough."""

    document: Document
    admits: list[Admit]
    opens: int
    length: int
    """Of its first stage, in microseconds."""
    until: int
    history: History

    @property
    def auction(self) -> str:
        """Its name."""
        return self.document.auction

    def paid(self, bidder: str, now: int) -> Deposit:
        """The bank's notice that somebody paid all of his deposit."""
        return Deposit(bidder, max(1, self.document.deposit), now, f"bank-{bidder}")


def drawn(
    rng: Random, opens: int, skew: int, lengths: Sequence[int] = (40, 90, 180), most: int = 3
) -> list[Sale]:
    """One auction, or two or three side by side; each first stage of one of these seconds."""
    count = min(most, rng.choice((1, 1, 1, 2, 2, 3)))
    return [
        _one(f"sim-{number}", rng, opens + rng.randrange(5 * SECOND), skew, lengths)
        for number in range(1, 1 + count)
    ]


def _one(auction: str, rng: Random, opens: int, skew: int, lengths: Sequence[int]) -> Sale:
    length = rng.choice(lengths) * SECOND
    bidders = rng.randrange(2, 9)
    rule, terms, more, lots = rng.choice(_KINDS)(rng, opens, length, bidders)
    title = {"zh": "模拟", "en": "Simulation"}
    fields: dict[str, Any] = {
        "auction": auction,
        "title": title,
        "rule": rule,
        "version": "1",
        "terms": terms,
    }
    # Chances of its own: the rest of a run stays what its seed drew.
    own = Random(f"{auction} {opens} {length} {bidders}")
    fields["deposit"] = own.choice((0, 0, 50_000))
    fields["downtime"] = own.choice(_DOWNTIME)
    document = Document.model_validate(fields)
    admits = [Admit(f"b{n}", f"P{n}" if lots else None) for n in range(bidders)]
    history = History(f"{PREFIX}/{auction}", skew=skew)
    return Sale(document, admits, opens, length, opens + length + more, history)


#: What a document says of interruptions: nothing, or a limit that some outages pass, and a notice.
_DOWNTIME: tuple[dict[str, int] | None, ...] = (
    *(None, None),
    {"auto_seconds": 300, "notice_seconds": 0},
    {"auto_seconds": 300, "notice_seconds": 10},
    {"auto_seconds": 8, "notice_seconds": 5},
)

_Kind = tuple[str, dict[str, Any], int, bool]
"""Rule, terms, how long bidders go on beyond the first stage, whether each has a lot of his own."""


def _english(rng: Random, opens: int, length: int, bidders: int) -> _Kind:
    """One price that rises; the end moves with late offers, or does not."""
    extension = rng.choice((0, 15, 30))
    terms = {
        "opens": opens,
        "duration_seconds": length // SECOND,
        "start_price": 100_000,
        "step": 1_000,
        "extension_seconds": extension,
        "resume": rng.choice(("FULL_COUNTDOWN", "REMAINING")),
    }
    return "english", terms, 8 * extension * SECOND, False


def _floor_area(rng: Random, opens: int, length: int, bidders: int) -> _Kind:
    """Parcels that share a quota of floor area: free quoting, an inquiry perhaps, timed bidding."""
    areas = [rng.randrange(10, 60) * 500 for _ in range(bidders)]
    parcels = [
        {"id": f"P{n}", "zh": f"{n}号", "en": f"Parcel {n}", "added_area": str(area)}
        for n, area in enumerate(areas)
    ]
    terms = {
        "parcels": parcels,
        "quota_area": str(max(*areas, sum(areas) * 6 // 10)),
        "start_price": "4000",
        "step": "100",
        "quoting_opens": opens,
        "quoting_closes": opens + length,
        "countdown_seconds": rng.choice((15, 30)),
        **rng.choice(_CONFIRM),
        "preparation_seconds": rng.choice((0, 10)),
        "resume": rng.choice(("FULL_COUNTDOWN", "REMAINING")),
    }
    return "far_adjustment", terms, 90 * SECOND, True


def _land(rng: Random, opens: int, length: int, bidders: int) -> _Kind:
    """A listing: free quoting, an inquiry perhaps, timed bidding."""
    terms = {
        "listing_opens": opens,
        "listing_closes": opens + length,
        "start_price": "10000",
        "step": "100",
        "countdown_seconds": rng.choice((15, 30)),
        **rng.choice(_INQUIRY),
        "preparation_seconds": rng.choice((0, 10)),
        "resume": rng.choice(("FULL_COUNTDOWN", "REMAINING")),
    }
    return "land_listing", terms, 90 * SECOND, False


def _sealed(rng: Random, opens: int, length: int, bidders: int) -> _Kind:
    """One window, hidden offers."""
    terms = {
        "opens": opens,
        "closes": opens + length,
        "start_price": "1000000",
        "step": "10000",
        "amendments": 3,
        "resume": rng.choice(("FULL_COUNTDOWN", "REMAINING")),
    }
    return "sealed_bid", terms, 0, False


_INQUIRY: tuple[dict[str, Any], ...] = (
    {},
    {"inquiry_seconds": 20, "eligibility": "CONFIRMED"},
    {"inquiry_seconds": 20, "eligibility": "BID_AND_CONFIRMED"},
)
_CONFIRM: tuple[dict[str, Any], ...] = (
    {},
    {"confirm_seconds": 20, "eligibility": "CONFIRMED"},
    {"confirm_seconds": 20, "eligibility": "QUOTE_AND_CONFIRMED"},
)

# The open outcry is what most centres run; it is drawn as often as all others together.
_KINDS: tuple[Callable[[Random, int, int, int], _Kind], ...] = (
    *(_english, _english, _english),
    *(_floor_area, _land, _sealed),
)
