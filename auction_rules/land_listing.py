"""国有建设用地使用权网上挂牌 land_listing@1: the listing of land-use rights, with a cap or without.

The machine is `listing`; here is what land alone has: a cap (最高限价) and what follows when it is
reached (DOMAIN §2.4). Sold at the cap; a draw among all who offer it or join it; one price,
nearest to the average; a sealed total; or other indicators, public-housing area or what one holds
for oneself. The cap itself leads on, as in Dongguan, or an offer beyond it, as in Suzhou.

Presets are the published gates of DOMAIN §2.3: Suzhou 18-23, Fujian 30-44, Shantou 19-24, the
Zijin notice of 2020 and the Qinzhou auctions; and the sequels. They fill terms, no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from auction_rules.facts import Amount, FloorFact, Instant, Unsold
from auction_rules.floor import Floor
from auction_rules.land_choices import CapSequel, CapTrigger, OverCap
from auction_rules.land_presets import PRESETS
from auction_rules.land_says import told
from auction_rules.land_sequels import (
    after,
    best_beyond,
    earlier_indicators,
    rooms,
)
from auction_rules.land_terms import LandTerms
from auction_rules.listing import Ceiling, Listing
from auction_rules.listing_floor import by_amount
from auction_rules.listing_says import listed
from auction_rules.program import Stage
from auction_rules.says import Says, joined
from auction_rules.terms import SECOND, Text, Unit

__all__ = ["RULE", "LandListing", "LandTerms"]

_OPEN_TO_THE_END: Final = (CapSequel.SELL, CapSequel.POOL_LOTTERY)
"""Where the timed phase runs on at the cap; every other sequel begins at once."""


class LandListing(Listing[LandTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "land_listing"
    version: ClassVar[str] = "1"
    title: ClassVar[Text] = {"zh": "国有建设用地使用权网上挂牌", "en": "Listing of land-use rights"}
    Config = LandTerms
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = PRESETS
    """Terms that published rules fix, by name: `title` in both languages, and `terms`."""
    example: ClassVar[Mapping[str, Any]] = {
        "unit": {"zh": "万元", "en": "CNY 10k", "scale": 0, "fen": 1_000_000},
        "lot_zh": "一号宗地",
        "lot_en": "Parcel 1",
        "listing_opens": "2026-03-02T09:00:00+08:00",
        "listing_closes": "2026-03-12T10:00:00+08:00",
        "start_price": "10000",
        "step": "100",
        "grid": "MULTIPLE_OF_STEP",
        "countdown_seconds": 240,
    }

    def ceiling(self, terms: LandTerms) -> Ceiling | None:
        """The cap of these terms; what follows it stops the bidding at once, but for the pool."""
        if terms.cap_price is None:
            return None
        return Ceiling(
            terms.cap_price,
            clamps=terms.over_cap is OverCap.CLAMP,
            pooled=terms.cap_sequel is CapSequel.POOL_LOTTERY,
            stops=terms.cap_sequel not in _OPEN_TO_THE_END,
            passes=terms.cap_trigger is CapTrigger.ABOVE_CAP,
        )

    def notice(self, terms: LandTerms) -> tuple[Instant, Instant]:
        """Fujian 58: up to an hour at once, else a day ahead; Suzhou 25: five days ahead."""
        return terms.resume_direct_seconds * SECOND, terms.resume_notice_seconds * SECOND

    def sequels(self, terms: LandTerms) -> tuple[Stage, ...]:
        """The rooms beyond the cap."""
        return rooms(terms)

    def sequel(self, floor: Floor[LandTerms], closed: str) -> str | None:
        """From the cap to the room beyond it, and from there on."""
        return after(floor, closed)

    def finish(self, floor: Floor[LandTerms], now: Instant) -> tuple[FloorFact, ...]:
        """As every listing; and what a draw that nobody joins, or a later indicator, means."""
        asked = floor.terms.cap_sequel is CapSequel.JOIN_LOTTERY and self.reached(floor)
        if asked and floor.standing.entitled == ():
            return (Unsold("NOBODY_JOINED"),)
        return (*earlier_indicators(floor), *Listing.finish(self, floor, now))

    def least(self, floor: Floor[LandTerms]) -> Amount | None:
        """Beyond the cap: the least one price, or the cap that goes with a quantity."""
        stage = floor.standing.stage or ""
        if stage == "one_price":
            return floor.terms.one_price_least
        if stage == "total" or stage.startswith("indicator"):
            return floor.terms.cap_price
        return super().least(floor)

    def ranking(self, floor: Floor[LandTerms]) -> tuple[str, ...]:
        """What was offered beyond the cap comes before what led to it."""
        return tuple(o.key for o in (*best_beyond(floor), *by_amount(floor)))

    def says(self, terms: LandTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        return joined(told(terms), listed(terms, capped=terms.cap_price is not None))

    def quantity_unit(self, terms: LandTerms) -> Unit | None:
        """The unit of the indicators, where any may be bid."""
        return terms.quantity_unit if terms.cap_sequel is CapSequel.NEXT_INDICATOR else None


RULE: Final = LandListing()
