"""调整容积率上网竞价 far_adjustment@1: several parcels, one quota of floor area.

Each participant owns a parcel and asks for a fixed added floor area; the offer is a price
for it. First 网上报价 (free quotes), then 网上限时竞价 (each may raise his own price while the
countdown runs). At every offer the winning set is worked out anew: rank by price, earlier
first among equals, and grant while the quota lasts. Where the terms say so, equal offers that
the quota cannot all serve, at a cap above all, are drawn between in the end.

The rule text of the first such case (Zhongshan, 2019) was not found. Everything here that a
centre might decide otherwise is therefore a term, to be printed in the notice; the model
follows the nearest analogues, quota auctions that rank by price and then by time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from auction_rules import far_says
from auction_rules.allocation import Misfit
from auction_rules.extension import Countdown, Trigger
from auction_rules.facts import Amount, Entitled, FloorFact, Instant, Unsold
from auction_rules.far_grants import (
    asked,
    award,
    due_for,
    entering,
    leading,
    own,
    quota,
    ranked,
    tied,
    weight,
    winning_set,
)
from auction_rules.far_presets import PRESETS
from auction_rules.far_terms import (
    Basis,
    Eligibility,
    Equal,
    FarTerms,
    RestartOn,
    Visibility,
    ladder,
)
from auction_rules.floor import Floor
from auction_rules.lint import Remark
from auction_rules.money import rate
from auction_rules.program import Stage, Staged
from auction_rules.rule import Lot, Settlement
from auction_rules.says import Says
from auction_rules.stages.draw import DrawStage
from auction_rules.stages.gate import Gate
from auction_rules.stages.outcry import Outcry
from auction_rules.terms import SECOND, YUAN, Text, Unit

__all__ = ["RULE", "FarAdjustment", "FarTerms"]

QUOTING: Final[Text] = {"zh": "网上报价", "en": "Free quoting"}
ASKING: Final[Text] = {"zh": "询问", "en": "Inquiry"}
TIMED: Final[Text] = {"zh": "网上限时竞价", "en": "Timed bidding"}
DRAWING: Final[Text] = {"zh": "同价摇号", "en": "Draw among equal offers"}


class FarAdjustment(Staged[FarTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "far_adjustment"
    version: ClassVar[str] = "1"
    own_lots: ClassVar[bool] = True
    title: ClassVar[Text] = {"zh": "调整容积率上网竞价", "en": "Floor-area-ratio auction"}
    Config = FarTerms
    example: ClassVar[Mapping[str, Any]] = {
        "parcels": [
            {"id": "P1", "zh": "一号宗地", "en": "Parcel 1", "added_area": "30000"},
            {"id": "P2", "zh": "二号宗地", "en": "Parcel 2", "added_area": "25000"},
        ],
        "quota_area": "40000",
        "start_price": "4000",
        "step": "100",
        "quoting_opens": "2026-03-02T09:00:00+08:00",
        "quoting_closes": "2026-03-02T10:00:00+08:00",
        "countdown_seconds": 300,
    }

    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = PRESETS
    """Analogues to begin from, by name: `title` in both languages, and `terms`."""

    def stages(self, terms: FarTerms) -> tuple[Stage, ...]:
        """Quoting, the inquiry where the terms ask one, timed bidding; a draw where there may be."""
        quoting = Outcry(
            id="quoting",
            kind="quoting",
            title=QUOTING,
            ladder=ladder(terms),
            to_beat=own,
            leading=leading,
            quantity=asked,
            resume_policy=terms.resume,
            begins=terms.quoting_opens,
            ends=terms.quoting_closes,
            sealed=terms.quoting is Visibility.SEALED,
            entitle=_entitled,
            entering=entering,
        )
        timed = Outcry(
            id="timed",
            kind="timed",
            title=TIMED,
            ladder=quoting.ladder,
            to_beat=own,
            leading=leading,
            quantity=asked,
            resume_policy=terms.resume,
            length=terms.countdown_seconds * SECOND,
            preparation=terms.preparation_seconds * SECOND,
            countdown=_countdown(terms),
            entering=entering,
        )
        rooms: list[Stage] = [quoting]
        if terms.confirm_seconds:
            length = terms.confirm_seconds * SECOND
            rooms.append(Gate("inquiry", ASKING, length, "timed", _may_answer))
        rooms.append(timed)
        if terms.equal is Equal.DRAW:
            rooms.append(DrawStage("draw", DRAWING, _drawn_for, tied, _drawn))
        return tuple(rooms)

    def lint(self, terms: FarTerms) -> tuple[Remark, ...]:
        """A quota that binds nobody, a parcel that can never fit, a sale that cannot be."""
        weights = [(p.id, weight(terms, p.added_area)) for p in terms.parcels]
        said: list[Remark] = []
        if sum(weight for _, weight in weights) <= quota(terms):
            said.append(
                Remark(
                    "QUOTA_NOT_SCARCE",
                    "控制总量足以满足全部申请：没有竞争，均以起始价成交即可。",
                    "The quota covers every parcel: there is no competition above the start price.",
                )
            )
        if terms.misfit is not Misfit.PARTIAL:
            said += [
                Remark(
                    "NEVER_FITS",
                    f"宗地 {name} 的申请面积大于控制总量：无论出价多高都不能入围。",
                    f"Parcel {name} asks for more than the quota: no price can win for it.",
                )
                for name, weight in weights
                if weight > quota(terms)
            ]
        if terms.equal is Equal.DRAW and terms.cap_price is None:
            said.append(
                Remark(
                    "DRAW_WITHOUT_CAP",
                    "同价摇号，但未填写最高限价：报价可以一直提高，很少会同价。设限价的，须填写最高限价。",
                    "Equal offers are drawn between, and no cap is filled in: prices may rise "
                    "without end and will rarely be equal. Where there is to be a cap, fill it in.",
                )
            )
        if terms.min_bidders > len(weights):
            said.append(
                Remark(
                    "NEVER_SOLD",
                    "最少有效报价人数多于宗地数：不可能成交。",
                    "More bidders are required than there are parcels: nothing can be sold.",
                )
            )
        return tuple(said)

    def starts(self, terms: FarTerms) -> Instant:
        """The opening of the quotes."""
        return terms.quoting_opens

    def follows(self, floor: Floor[FarTerms], closed: str) -> str | None:
        """A stage nobody may enter is not opened; in the end equal offers may be drawn between."""
        following = self._bidding(floor, closed)
        if following is not None or closed == "draw" or floor.terms.equal is not Equal.DRAW:
            return following
        enough = len(floor.standing.offers) >= floor.terms.min_bidders
        return "draw" if enough and len(tied(floor)) > 1 else None

    def _bidding(self, floor: Floor[FarTerms], closed: str) -> str | None:
        if closed in ("timed", "draw") or floor.standing.entitled == ():
            return None
        if closed == "inquiry":
            return "timed"
        if not floor.standing.offers and not _open_to_newcomers(floor.terms):
            return None
        return "inquiry" if floor.terms.confirm_seconds else "timed"

    def finish(self, floor: Floor[FarTerms], now: Instant) -> tuple[FloorFact, ...]:
        """Every member of the winning set is awarded what it was granted."""
        del now
        offers, terms = floor.standing.offers, floor.terms
        if not offers:
            return (Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"),)
        if len(offers) < terms.min_bidders:
            return (Unsold("BELOW_MIN_BIDDERS"),)
        shares = winning_set(floor)
        if not shares:
            return (Unsold("NOTHING_FITS"),)
        lowest = min(offers[s.bidder].amount for s in shares)
        return tuple(award(terms, offers[s.bidder], s, lowest) for s in shares)

    def least(self, floor: Floor[FarTerms]) -> Amount:
        """The start: each bidder only ever raises his own price."""
        return floor.terms.start_price

    def ranking(self, floor: Floor[FarTerms]) -> tuple[str, ...]:
        """By price, then as drawn or by arrival."""
        return tuple(o.bidder for o in ranked(floor))

    def settlement(self, floor: Floor[FarTerms]) -> Settlement:
        """Totals over what is awarded, or would be if it ended now; unused quota."""
        terms, standing = floor.terms, floor.standing
        shares = winning_set(floor) if standing.offers and not standing.unsold else ()
        lowest = min((standing.offers[s.bidder].amount for s in shares), default=0)
        awards = standing.awards or tuple(
            award(terms, standing.offers[s.bidder], s, lowest) for s in shares
        )
        total = sum(a.total for a in awards)
        base = sum(due_for(terms, terms.start_price, a.quantity or 0) for a in awards)
        used = sum(weight(terms, a.quantity or 0) for a in awards)
        premium = total - base
        return Settlement(total, premium, rate(premium, base), quota(terms) - used)

    def says(self, terms: FarTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        return far_says.told(terms)

    def lots(self, terms: FarTerms) -> tuple[Lot, ...]:
        """The parcels."""
        return tuple(
            Lot(p.id, {"zh": p.zh or p.id, "en": p.en or p.id}, p.added_area) for p in terms.parcels
        )

    def settlement_unit(self, terms: FarTerms) -> Unit:
        """Yuan to the fen for prices per area whose unit is worth so many; else the price unit."""
        return YUAN if terms.basis is Basis.PER_AREA and terms.unit.fen else terms.unit

    def quantity_unit(self, terms: FarTerms) -> Unit | None:
        """The unit of the areas."""
        return terms.quantity_unit


def _countdown(terms: FarTerms) -> Countdown:
    trigger = Trigger.ANY_BID if terms.restart_on is RestartOn.ANY_BID else Trigger.TOP_CHANGE
    return Countdown(
        terms.countdown_seconds * SECOND,
        terms.countdown_mode,
        trigger,
        terms.trigger_window_seconds * SECOND,
        terms.max_extensions,
        terms.max_extension_seconds * SECOND,
    )


def _open_to_newcomers(terms: FarTerms) -> bool:
    return terms.eligibility in (Eligibility.ALL, Eligibility.CONFIRMED)


def _entitled(floor: Floor[FarTerms]) -> Entitled | None:
    if floor.terms.eligibility is not Eligibility.HAS_QUOTE:
        return None
    return Entitled("timed", tuple(sorted(floor.standing.offers)))


def _may_answer(floor: Floor[FarTerms], bidder: str) -> bool:
    return _open_to_newcomers(floor.terms) or bidder in floor.standing.offers


def _drawn_for(floor: Floor[FarTerms]) -> str:
    """All parcels in the order of the notice: one draw orders every group of equals."""
    return "+".join(parcel.id for parcel in floor.terms.parcels)


def _drawn(floor: Floor[FarTerms]) -> tuple[FloorFact, ...]:
    return (leading(floor),)


RULE: Final = FarAdjustment()
