"""产权网络竞价 property_rights@1: online sale of property rights (企业国有资产交易).

Two modes (DOMAIN §5). Repeated offers (多次报价): a free phase, then timed bidding that offers
prolong, in Huizhou by cycles until one passes without an offer; or one phase alone, whose end
offers move. A single quote (一次报价): sealed, once; of equal ones the earlier wins. Dynamic
quoting (动态报价) is repeated offers whose free phase is the disclosure; too few, and the listing
is extended (延牌). Sealed rounds are `multi_round`; price weighed with points is `opening`.

1. Reserves, where sealed, are averaged half up and opened after the last offer, before any holder
   is asked. What fails then is not offered to a holder either.
2. The first refusal (优先购买权) is used in the hall at equal price, or after the bidding; after it
   whoever is outbid may raise once more where the terms allow.
3. Holders of the same rank come in the order of time or numbers, or lots are drawn. In the hall
   all of them may name the price; those drawn then confirm one after another, and when all are in
   default nothing is sold (建湖).
4. No timed phase is held over nothing: without an offer in the free phase it is unsold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from auction_rules.extension import Countdown
from auction_rules.facts import (
    Amount,
    Awarded,
    DeadlineMoved,
    FloorFact,
    Instant,
    LeadersChanged,
    Noted,
    Unsold,
)
from auction_rules.floor import Floor, Offer, OfficerAsk
from auction_rules.listing_terms import ReserveKind
from auction_rules.money import rate
from auction_rules.program import Stage, Staged
from auction_rules.property_choices import (
    Alone,
    EqualRanks,
    Exercise,
    Quoting,
    Refusal,
    StillAlone,
)
from auction_rules.property_presets import PRESETS
from auction_rules.property_says import told
from auction_rules.property_terms import PropertyTerms, ladder
from auction_rules.rule import Judgement, Lot, Refuse, Settlement
from auction_rules.says import Says
from auction_rules.stages.draw import DrawStage
from auction_rules.stages.equal_price import Rank, rank
from auction_rules.stages.escrowed import kept_by
from auction_rules.stages.first_refusal import (
    FirstRefusal,
    RaiseOnce,
    exerciser,
    holders,
    level,
)
from auction_rules.stages.open_phase import OpenPhase
from auction_rules.stages.reserve import OpenReserves, reserve_of, sealing
from auction_rules.stages.sealed import Sealed
from auction_rules.stages.successors import Successors
from auction_rules.stages.unsealing import UNSEALED, following, unsealing
from auction_rules.terms import SECOND, Text

FREE: Final[Text] = {"zh": "自由报价", "en": "Free offers"}
BIDDING: Final[Text] = {"zh": "竞价", "en": "Bidding"}
TIMED: Final[Text] = {"zh": "限时竞价", "en": "Timed bidding"}
SINGLE: Final[Text] = {"zh": "一次报价", "en": "Single quote"}
LOTS: Final[Text] = {"zh": "同顺位优先购买权人摇号", "en": "Draw among equal rights"}
CONFIRM: Final[Text] = {"zh": "按摇号次序确认", "en": "Confirmation in the order drawn"}
CLAIM: Final[Text] = {"zh": "优先购买权行权", "en": "First refusal"}
RAISE: Final[Text] = {"zh": "追加报价", "en": "One more raise"}

EXTENDED: Final = "listing extended"
"""The note that counts how often the listing has been extended."""


class PropertyRights(Staged[PropertyTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "property_rights"
    version: ClassVar[str] = "1"
    tells: ClassVar[frozenset[str]] = frozenset(
        {"closes", "reserve_from_seconds", "reserve_until_seconds"}
    )
    title: ClassVar[Text] = {"zh": "产权网络竞价", "en": "Online sale of property rights"}
    Config = PropertyTerms
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = PRESETS
    """Terms that published rules fix, by name: `title` in both languages, and `terms`."""
    example: ClassVar[Mapping[str, Any]] = {
        "lot_zh": "某公司 30% 股权",
        "lot_en": "30 % of a company",
        "opens": "2026-03-02T09:00:00+08:00",
        "closes": "2026-03-02T15:00:00+08:00",
        "start_price": "1000000",
        "step": "10000",
        "countdown_seconds": 300,
    }

    def stages(self, terms: PropertyTerms) -> tuple[Stage, ...]:
        """The time for offers; the reserve; then what the first refusal asks for."""
        window = kept_by(terms, _single(terms))
        rooms: list[Stage] = [window, *unsealing(terms, window)]
        if terms.quoting is not Quoting.SINGLE:
            rooms = [_free(terms), *([_timed(terms)] if terms.timed else ())]
        if terms.reserve_kind is ReserveKind.SEALED:
            rooms.append(OpenReserves())
        length = terms.claim_seconds * SECOND
        if terms.equal_ranks is EqualRanks.DRAW:
            rooms.append(DrawStage("draw", LOTS, lambda _floor: "first-refusal", _level))
            if terms.first_refusal is Refusal.IN_HALL_EQUAL:
                rooms.append(Successors("confirm", CONFIRM, length))
        if terms.first_refusal is Refusal.AFTER_BID:
            rooms.append(FirstRefusal("claim", CLAIM, length, order=_in_line))
        if terms.raise_seconds:
            rooms.append(_raise(terms))
        return tuple(rooms)

    def starts(self, terms: PropertyTerms) -> Instant:
        """The announced opening."""
        return terms.opens

    def priorities(self, terms: PropertyTerms) -> bool:
        """Where the terms let a first refusal be used."""
        return terms.first_refusal is not Refusal.NONE

    def follows(self, floor: Floor[PropertyTerms], closed: str) -> str | None:
        """Offers, the reserve, the holders; between claim and raise until somebody is silent."""
        if opening := following(floor, closed, "single"):
            return opening
        if floor.standing.top is None:
            return None
        match "single" if closed in UNSEALED else closed:
            case "free" if floor.terms.timed:
                return "timed"
            case "free" | "timed" | "single":
                return "reserve" if floor.standing.reserves else _asking(floor)
            case "reserve":
                return _asking(floor)
            case "draw":
                in_hall = floor.terms.first_refusal is Refusal.IN_HALL_EQUAL
                return "confirm" if in_hall else "claim"
            case "claim":
                raises = floor.terms.raise_seconds and exerciser(floor) is not None
                return "raise" if raises else None
            case "raise":
                return "claim" if exerciser(floor) is None and _in_line(floor) else None
            case _:
                return None

    def finish(self, floor: Floor[PropertyTerms], now: Instant) -> tuple[FloorFact, ...]:
        """The leader wins at his own amount, if the terms let it be sold."""
        del now
        top = floor.standing.top
        if top is None:
            return (Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"),)
        if failed := _failed(floor):
            return failed
        if len(floor.standing.leaders) > 1:
            # 建湖: lots were drawn, and everyone drawn was in default.
            return (Unsold("ALL_DEFAULTED"),)
        return (Awarded(top.bidder, None, top.amount, None, top.amount),)

    def least(self, floor: Floor[PropertyTerms]) -> Amount | None:
        """What somebody without an offer and without a prior right could name."""
        stage, rungs = floor.standing.stage, ladder(floor.terms)
        if stage not in (None, "free", "timed", "single"):
            return None
        top = None if stage == "single" else _top(floor, "")
        return rungs.minimum(top) if rungs.open(top) else None

    def ranking(self, floor: Floor[PropertyTerms]) -> tuple[str, ...]:
        """The leader, then by amount; equal ones by right where it counts in the hall."""
        lead, offers = floor.standing.leaders[:1], floor.standing.offers.values()
        ranked = sorted(offers, key=lambda o: (o.key not in lead, _place(floor, o)))
        return tuple(o.key for o in ranked)

    def settlement(self, floor: Floor[PropertyTerms]) -> Settlement:
        """Deal, premium over the start (溢价) and its rate."""
        top = floor.standing.top
        if top is None or floor.standing.unsold:
            return Settlement(0, 0, None)
        premium = top.amount - floor.terms.start_price
        return Settlement(top.amount, premium, rate(premium, floor.terms.start_price))

    def says(self, terms: PropertyTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        return told(terms)

    def lots(self, terms: PropertyTerms) -> tuple[Lot, ...]:
        """The one lot."""
        return (Lot("1", {"zh": terms.lot_zh, "en": terms.lot_en}),)


def _phase(terms: PropertyTerms, name: str, kind: str, title: Text, **more: Any) -> OpenPhase:
    return OpenPhase(
        id=name,
        kind=kind,
        title=title,
        ladder=ladder(terms),
        to_beat=_top,
        leading=_leading,
        quantity=_no_quantity,
        resume_policy=terms.resume,
        by_right=terms.first_refusal is Refusal.IN_HALL_EQUAL,
        level=terms.equal_ranks is EqualRanks.DRAW,
        **more,
    )


def _free(terms: PropertyTerms) -> OpenPhase:
    return _phase(
        terms,
        "free",
        "quoting" if terms.timed else "timed",
        FREE if terms.timed else BIDDING,
        begins=terms.opens,
        ends=terms.closes,
        countdown=None if terms.timed else _countdown(terms),
        officers=_sealing,
        again=_extended,
    )


def _timed(terms: PropertyTerms) -> OpenPhase:
    length = terms.countdown_seconds * SECOND
    return _phase(terms, "timed", "timed", TIMED, length=length, countdown=_countdown(terms))


def _countdown(terms: PropertyTerms) -> Countdown:
    return Countdown(
        terms.each_extension * SECOND,
        terms.countdown_mode,
        terms.trigger,
        terms.trigger_window_seconds * SECOND,
        terms.max_extensions,
        terms.max_extension_seconds * SECOND,
    )


def _raise(terms: PropertyTerms) -> RaiseOnce:
    return RaiseOnce(
        id="raise",
        kind="timed",
        title=RAISE,
        ladder=ladder(terms),
        to_beat=_top,
        leading=_leading,
        quantity=_no_quantity,
        resume_policy=terms.resume,
        length=terms.raise_seconds * SECOND,
    )


def _single(terms: PropertyTerms) -> Sealed:
    return Sealed(
        id="single",
        title=SINGLE,
        ladder=ladder(terms),
        leading=_leading,
        begins=terms.opens,
        ends=terms.closes,
        officers=_sealing,
    )


def _sealing(floor: Floor[PropertyTerms], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
    """A reserve is sealed while offers are free, in the window that the terms name."""
    terms, closes = floor.terms, floor.standing.closes
    if terms.reserve_kind is not ReserveKind.SEALED or closes is None:
        return Refuse("NOT_BIDDABLE")
    opens = closes - terms.reserve_from_seconds * SECOND if terms.reserve_from_seconds else 0
    window = (opens, closes - terms.reserve_until_seconds * SECOND)
    return sealing(floor, officer, ask, now, window)


def _extended(floor: Floor[PropertyTerms]) -> tuple[FloorFact, ...] | None:
    """延牌: fewer than two have made an offer, and the notice lets the listing go on."""
    terms, standing = floor.terms, floor.standing
    count = standing.notes.get(EXTENDED, 0)
    if len(standing.offers) > 1 or count >= terms.listing_extensions or standing.closes is None:
        return None
    closes = standing.closes + terms.listing_extension_seconds * SECOND
    return (Noted(EXTENDED, count + 1), DeadlineMoved(closes, "listing"))


def _in_line(floor: Floor[PropertyTerms]) -> tuple[str, ...]:
    return holders(floor, once=floor.terms.exercise is Exercise.ONCE)


def _level(floor: Floor[PropertyTerms]) -> tuple[str, ...]:
    """Who draws lots: those who share the lead in the hall, or share a rank after the bidding."""
    in_hall = floor.terms.first_refusal is Refusal.IN_HALL_EQUAL
    return floor.standing.leaders if in_hall else level(floor)


def _asking(floor: Floor[PropertyTerms]) -> str | None:
    """The bidding and the reserve are over: who is asked, and whether lots come first."""
    terms = floor.terms
    if _failed(floor):
        return None
    if terms.equal_ranks is EqualRanks.DRAW and len(_level(floor)) > 1:
        return "draw"
    return "claim" if terms.first_refusal is Refusal.AFTER_BID and holders(floor) else None


def _failed(floor: Floor[PropertyTerms]) -> tuple[Unsold, ...]:
    """Why what was offered is not sold; a first refusal later changes nothing about it."""
    terms, top = floor.terms, floor.standing.top
    if len(floor.standing.offers) < 2:
        extended = terms.single_bidder is Alone.EXTEND_LISTING
        match str(terms.after_extensions if extended else terms.single_bidder):
            case StillAlone.NO_SALE:
                return (Unsold("BELOW_MIN_BIDDERS"),)
            case StillAlone.NEGOTIATE:
                return (Unsold("NEGOTIATE"),)
    sealed = terms.reserve_kind is ReserveKind.SEALED
    reserve = reserve_of(floor) if sealed else terms.reserve
    if top is not None and reserve is not None and top.amount < reserve:
        return (Unsold("RESERVE_NOT_MET"),)
    return ()


def _top(floor: Floor[PropertyTerms], bidder: str) -> Amount | None:
    del bidder
    top = floor.standing.top
    return top.amount if top else None


def _no_quantity(floor: Floor[PropertyTerms], bidder: str) -> Amount | None:
    del floor, bidder
    return None


def _place(floor: Floor[PropertyTerms], offer: Offer) -> tuple[Amount, Rank, int]:
    in_hall = floor.terms.first_refusal is Refusal.IN_HALL_EQUAL
    right = rank(floor, offer.bidder) if in_hall else (False, 0)
    return (-offer.amount, right, offer.i)


def _leading(floor: Floor[PropertyTerms]) -> LeadersChanged:
    """The best offer; with lots to be drawn, all who named its price by the same right."""
    ranked = sorted(floor.standing.offers.values(), key=lambda o: _place(floor, o))
    if not ranked:
        return LeadersChanged((), None)
    best = _place(floor, ranked[0])[:2]
    drawn = (
        floor.terms.first_refusal is Refusal.IN_HALL_EQUAL
        and floor.terms.equal_ranks is EqualRanks.DRAW
    )
    lead = [o.bidder for o in ranked if _place(floor, o)[:2] == best]
    return LeadersChanged(tuple(lead if drawn else lead[:1]), ranked[0].amount)


RULE: Final = PropertyRights()

__all__ = ["RULE", "PropertyRights", "PropertyTerms"]
