"""Listing (挂牌): the one machine for land and mining rights; it is not itself a rule.

Free quoting while the listing is open, its last stretch perhaps frozen or counted; a gate; timed
bidding with a countdown; the reserve. Five cities pass the gate in five ways (DOMAIN §2.3), all
of them terms. A rule says whether there is a cap, and what follows when it is reached.

1. Time is arrival; windows are half-open; the deadline never moves back.
2. A freeze needs two bidders: with one alone the last stretch is open (Suzhou art. 18).
3. Sealed reserves are averaged, half up, and opened after the last offer. One above the cap
   counts as the cap: the published cap is binding, and nobody could meet more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, TypeVar

from auction_rules.facts import (
    Amount,
    Awarded,
    FloorFact,
    Instant,
    LeadersChanged,
    Noted,
    Unsold,
)
from auction_rules.floor import BidderAsk, Floor, offer_key
from auction_rules.listing_floor import (
    REOPENS,
    announced_price,
    by_amount,
    countdown,
    gate_passed,
    leading,
    may_answer,
    named_by_offer,
    no_quantity,
    reopening,
    sealing_in_time,
    top_amount,
)
from auction_rules.listing_says import listed
from auction_rules.listing_terms import (
    LastHour,
    ListingTerms,
    ReserveKind,
    SingleBidder,
)
from auction_rules.money import rate
from auction_rules.program import Stage, Staged
from auction_rules.rule import Actions, Judgement, Lot, Refuse, Settlement
from auction_rules.says import NEVER_EQUAL, Says, both, joined
from auction_rules.stages.frozen import Frozen
from auction_rules.stages.gate import Gate
from auction_rules.stages.hall import Hall, passed_by
from auction_rules.stages.reserve import OpenReserves, reserve_of
from auction_rules.steps import Ladder
from auction_rules.terms import SECOND, Text

LISTING: Final[Text] = {"zh": "挂牌报价", "en": "Listing"}
FROZEN: Final[Text] = {"zh": "冻结期", "en": "Frozen"}
LAST: Final[Text] = {"zh": "挂牌最后时段", "en": "Last stretch of the listing"}
ALONE: Final[Text] = {
    "zh": "挂牌最后时段（不足两人，照常报价）",
    "en": "Last stretch, open: fewer than two bidders",
}
ASKING: Final[Text] = {"zh": "询问", "en": "Inquiry"}
TIMED: Final[Text] = {"zh": "限时竞价", "en": "Timed bidding"}

L = TypeVar("L", bound=ListingTerms)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A cap and what it does to the bidding."""

    price: Amount
    clamps: bool = False
    pooled: bool = False
    stops: bool = False
    """Whether reaching it ends the timed phase at once."""
    passes: bool = False
    """Whether it is to be passed: what leads on is an offer beyond it, which does not stand."""

    @property
    def threshold(self) -> Amount | None:
        """The price to be passed, where it is one."""
        return self.price if self.passes else None


class Listing(Staged[L]):
    """The programme of a listing; see the module."""

    tells: ClassVar[frozenset[str]] = frozenset(
        {
            "last_hour",
            "last_hour_seconds",
            "timed_needs",
            "timed_start",
            "reserve_from_seconds",
            "reserve_until_seconds",
            "resume_with_preparation",
            "resume_direct_seconds",
            "resume_notice_seconds",
        }
    )

    def ceiling(self, terms: L) -> Ceiling | None:
        """The cap, where the rule has one."""
        del terms
        return None

    def sequels(self, terms: L) -> tuple[Stage, ...]:
        """The stages that may follow when the cap was reached."""
        del terms
        return ()

    def sequel(self, floor: Floor[L], closed: str) -> str | None:
        """The stage after `closed` once the cap is reached; None: none is left."""
        del floor, closed
        return None

    def stages(self, terms: L) -> tuple[Stage, ...]:
        """Every room the terms can lead to, in order."""
        split = terms.last_hour is not LastHour.OPEN
        listing = self._hall(
            terms, "listing", LISTING, (terms.listing_opens, terms.last_opens), last=not split
        )
        rooms: list[Stage] = [listing]
        stretch = (terms.last_opens, terms.listing_closes)
        if terms.last_hour is LastHour.FROZEN:
            rooms.append(Frozen("frozen", FROZEN, *stretch, named_by_offer, sealing_in_time))
        if split:
            title = ALONE if terms.last_hour is LastHour.FROZEN else LAST
            rooms.append(self._hall(terms, "last_hour", title, stretch, last=True))
        if terms.asks:
            length = terms.inquiry_seconds * SECOND
            rooms.append(Gate("inquiry", ASKING, length, "timed", may_answer))
        rooms += [self._timed(terms), *self.sequels(terms)]
        if terms.reserve_kind is ReserveKind.SEALED:
            rooms.append(OpenReserves())
        return tuple(rooms)

    def _hall(
        self, terms: L, name: str, title: Text, window: tuple[Instant, Instant], *, last: bool
    ) -> Hall:
        ceiling = self.ceiling(terms)
        return Hall(
            id=name,
            kind="quoting",
            title=title,
            ladder=self.ladder(terms, terms.step),
            to_beat=top_amount,
            leading=leading,
            quantity=no_quantity,
            resume_policy=terms.resume,
            begins=window[0],
            ends=window[1],
            entitle=named_by_offer if last else None,
            officers=sealing_in_time,
            pooled=ceiling is not None and ceiling.pooled,
            clamps=ceiling is not None and ceiling.clamps,
            threshold=None if ceiling is None else ceiling.threshold,
        )

    def _timed(self, terms: L) -> Hall:
        ceiling = self.ceiling(terms)
        return Hall(
            id="timed",
            kind="timed",
            title=TIMED,
            ladder=self.ladder(terms, terms.step_when_timed),
            to_beat=top_amount,
            leading=leading,
            quantity=no_quantity,
            resume_policy=terms.resume,
            length=terms.countdown_seconds * SECOND,
            preparation=terms.preparation_seconds * SECOND,
            countdown=countdown(terms),
            announced=announced_price,
            pooled=ceiling is not None and ceiling.pooled,
            clamps=ceiling is not None and ceiling.clamps,
            stops_at_cap=ceiling is not None and ceiling.stops,
            threshold=None if ceiling is None else ceiling.threshold,
            prepares_again=terms.resume_with_preparation,
        )

    def ladder(self, terms: L, step: Amount) -> Ladder:
        """Which amounts may come next in a phase with this step."""
        ceiling = self.ceiling(terms)
        return Ladder(
            terms.start_price,
            step,
            terms.grid,
            cap=None if ceiling is None or ceiling.passes else ceiling.price,
            max_jump=terms.max_jump_steps or None,
        )

    def starts(self, terms: L) -> Instant:
        """The opening of the listing."""
        return terms.listing_opens

    def notice(self, terms: L) -> tuple[Instant, Instant]:
        """How long a fault may last to be ended at once, and how long ahead else it is announced."""
        del terms
        return (0, 0)

    def judge(self, floor: Floor[L], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """As in every programme, once the resumption that was announced has come."""
        if now < reopening(floor):
            return Refuse("OUTSIDE_WINDOW")
        return Staged.judge(self, floor, bidder, ask, now)

    def actions(self, floor: Floor[L], bidder: str, now: Instant) -> Actions:
        """The same, beforehand."""
        if now < reopening(floor):
            return Actions(blocked=Refuse("OUTSIDE_WINDOW"))
        return Staged.actions(self, floor, bidder, now)

    def resume(self, floor: Floor[L], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """What the phase gives back, from the announced instant on (DOMAIN §2.5, Fujian 58)."""
        after, ahead = self.notice(floor.terms)
        reopens = reopening(floor)
        wait = max(ahead if now - since > after else 0, reopens - now, 0)
        # A fault in the time of notice takes nothing from the phase: it had not gone on yet.
        given = Staged.resume(self, floor, max(since, reopens), now + wait)
        return (*given, Noted(REOPENS, now + wait)) if wait and given else given

    def at_cap(self, floor: Floor[L]) -> bool:
        """Whether somebody has offered the cap."""
        ceiling, top = self.ceiling(floor.terms), floor.standing.top
        return ceiling is not None and top is not None and top.amount >= ceiling.price

    def reached(self, floor: Floor[L]) -> bool:
        """Whether what follows the cap has been brought about: by the cap, or by passing it."""
        ceiling = self.ceiling(floor.terms)
        passes = ceiling is not None and ceiling.passes
        return passed_by(floor) is not None if passes else self.at_cap(floor)

    def follows(self, floor: Floor[L], closed: str) -> str | None:
        """The guards of DOMAIN §2.3, then what the cap and the reserve ask for."""
        terms, standing = floor.terms, floor.standing
        if closed == "listing" and terms.last_hour is not LastHour.OPEN:
            frozen = terms.last_hour is LastHour.FROZEN and len(floor.entrants) > 1
            return "frozen" if frozen else "last_hour"
        if closed in ("listing", "frozen", "last_hour"):
            return self._after_listing(floor)
        if closed == "inquiry" and standing.entitled:
            return "timed"
        if closed in ("inquiry", "timed"):
            return self._decided(floor)
        if closed == "reserve":
            return None
        return self.sequel(floor, closed) or self._opening(floor)

    def _after_listing(self, floor: Floor[L]) -> str | None:
        terms = floor.terms
        if len(floor.entrants) < terms.min_entrants:
            return None
        if floor.standing.top is None and not self.reached(floor):
            return None
        ceiling = self.ceiling(terms)
        if self.reached(floor) and ceiling is not None and not ceiling.pooled:
            # Nobody can go higher: the cap was reached while the listing was open, and the
            # sequel waits for its end (DOMAIN §2.4, Dongguan).
            return self._decided(floor)
        if not gate_passed(floor):
            return self._decided(floor)
        return "inquiry" if terms.asks else "timed"

    def _decided(self, floor: Floor[L]) -> str | None:
        """The open bidding is over: what the cap leads to, or the reserve."""
        beyond = self.sequel(floor, "timed") if self.reached(floor) else None
        return beyond or self._opening(floor)

    def _opening(self, floor: Floor[L]) -> str | None:
        sealed = floor.standing.reserves and not floor.standing.reserve_amounts
        return "reserve" if sealed and not self.at_cap(floor) else None

    def finish(self, floor: Floor[L], now: Instant) -> tuple[FloorFact, ...]:
        """The leader, or who was drawn, wins at his own amount, if the terms let it be sold."""
        del now
        terms, standing = floor.terms, floor.standing
        top = standing.top
        if not floor.entrants:
            return (Unsold("NO_APPLICANT"),)
        if len(floor.entrants) < terms.min_entrants:
            return (Unsold("TOO_FEW_QUALIFIED"),)
        if top is None:
            return (Unsold("NO_BID"),)
        alone = all(o.bidder == top.bidder for o in standing.offers.values())
        if alone and terms.single_bidder is SingleBidder.NO_SALE:
            return (Unsold("BELOW_MIN_BIDDERS"),)
        reserve = self.reserve(floor)
        if reserve is not None and top.amount < reserve and not self.at_cap(floor):
            return (Unsold("RESERVE_NOT_MET"),)
        if standing.order:
            winner = standing.order[0]
            drawn = LeadersChanged((offer_key(winner, top.slot),), top.amount)
            return (drawn, Awarded(winner, None, top.amount, None, top.amount))
        return (Awarded(top.bidder, None, top.amount, top.quantity, top.amount),)

    def reserve(self, floor: Floor[L]) -> Amount | None:
        """The reserve that counts; None when there is none, or when it is still sealed."""
        if floor.terms.reserve_kind is ReserveKind.SEALED:
            return reserve_of(floor)
        return floor.terms.reserve

    def least(self, floor: Floor[L]) -> Amount | None:
        """What somebody new could offer in the phase that is open."""
        stage = self._current(floor)
        if stage is None:
            return floor.terms.start_price
        if not isinstance(stage, Hall):
            return None
        if stage.pooled and self.at_cap(floor):
            return stage.ladder.cap
        top = top_amount(floor, "")
        over = passed_by(floor) is not None or not stage.ladder.open(top)
        return None if over else stage.ladder.minimum(top)

    def ranking(self, floor: Floor[L]) -> tuple[str, ...]:
        """By amount, best first; in a pool at the cap by arrival."""
        return tuple(o.key for o in by_amount(floor))

    def settlement(self, floor: Floor[L]) -> Settlement:
        """Deal, premium over the start (溢价) and its rate."""
        top = floor.standing.top
        price = top.amount if top and not floor.standing.unsold else 0
        premium = price - floor.terms.start_price if price else 0
        shown = rate(premium, floor.terms.start_price) if price else None
        return Settlement(price, premium, shown)

    def says(self, terms: L) -> Says:
        """What the notice says of this rule besides its terms."""
        won = both(
            "公开竞价中报价最高者成交，按其报价付款",
            "in open bidding the highest offer wins, and its price is paid",
        )
        return joined({"tie": (NEVER_EQUAL,), "result": (won,)}, listed(terms))

    def lots(self, terms: L) -> tuple[Lot, ...]:
        """The one lot."""
        return (Lot("1", {"zh": terms.lot_zh, "en": terms.lot_en}),)
