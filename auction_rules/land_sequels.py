"""What follows when the cap of a land listing is reached: the rooms, and who comes out of them.

DOMAIN §2.4 and MECHANISMS M17. Each sequel is a short programme: a draw; a question and a draw; a
question and one price; a sealed total; or one indicator after another, each with a question where
the terms ask one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from auction_rules.facts import Noted
from auction_rules.floor import Floor, Offer
from auction_rules.land_choices import CapSequel, EqualTotals, IndicatorRow, OnePriceEntry
from auction_rules.land_terms import LandTerms
from auction_rules.listing_floor import countdown
from auction_rules.listing_terms import LARGEST
from auction_rules.program import Stage
from auction_rules.stages.cap_consent import CapConsent
from auction_rules.stages.draw import DrawStage
from auction_rules.stages.gate import Gate, nobody
from auction_rules.stages.hall import passed_by
from auction_rules.stages.indicator import Indicator, most_first
from auction_rules.stages.one_price import OnePrice, nearest_first
from auction_rules.stages.sealed_total import SealedTotal, highest_first
from auction_rules.terms import SECOND, Text

DRAWING: Final[Text] = {"zh": "摇号", "en": "Draw"}
JOINING: Final[Text] = {"zh": "询问是否参加摇号", "en": "Who joins the draw"}
CONFIRMING: Final[Text] = {"zh": "一次报价确认", "en": "Confirming for one price"}
QUOTING: Final[Text] = {"zh": "一次报价", "en": "One price"}
TOTALLING: Final[Text] = {"zh": "密封报总价", "en": "Sealed total"}
AGREEING: Final[Text] = {"zh": "询问是否进入下一指标", "en": "Who goes on to the next indicator"}


def rooms(terms: LandTerms) -> tuple[Stage, ...]:
    """The rooms beyond the cap, in order."""
    lottery = DrawStage("lottery", DRAWING, _drawn_for, _pool)
    match terms.cap_sequel:
        case CapSequel.SELL:
            return ()
        case CapSequel.POOL_LOTTERY:
            return (lottery,)
        case CapSequel.JOIN_LOTTERY:
            return (_joining(terms), lottery)
        case CapSequel.ONE_PRICE:
            return (_confirming(terms), _one_price(terms))
        case CapSequel.SEALED_TOTAL:
            draws = terms.total_equal is EqualTotals.LOTTERY
            return (_total(terms), lottery) if draws else (_total(terms),)
        case CapSequel.NEXT_INDICATOR:
            return tuple(_indicators(terms))


def after(floor: Floor[LandTerms], closed: str) -> str | None:
    """The room after the one that closed; `timed` is the open bidding. None: there is no more."""
    chosen, standing = floor.terms.cap_sequel, floor.standing
    several = len(standing.leaders) > 1
    match closed:
        case "timed":
            # One alone at the cap has bought; two or more are drawn from (DOMAIN §2.4).
            pool = "lottery" if several else None
            return pool if chosen is CapSequel.POOL_LOTTERY else _FIRST.get(chosen)
        case "join":
            return "lottery" if len(standing.entitled or ()) > 1 else None
        case "confirm":
            return "one_price" if standing.entitled else None
        case "total":
            draws = floor.terms.total_equal is EqualTotals.LOTTERY
            return "lottery" if draws and several else None
        case _:
            return _next_indicator(floor, closed)


_FIRST: Final = {
    CapSequel.JOIN_LOTTERY: "join",
    CapSequel.ONE_PRICE: "confirm",
    CapSequel.SEALED_TOTAL: "total",
    CapSequel.NEXT_INDICATOR: "indicator",
}


def best_beyond(floor: Floor[LandTerms]) -> list[Offer]:
    """What was offered beyond the cap, best first: the indicator bid last comes first."""
    rows = reversed(range(len(floor.terms.indicators)))
    quantities = [o for n in rows for o in most_first(floor, indicator_id(n))]
    return [*nearest_first(floor), *highest_first(floor), *quantities]


def earlier_indicators(floor: Floor[LandTerms]) -> tuple[Noted, ...]:
    """What the winner of a later indicator has agreed to: the upper ends of those before it."""
    top, rows = floor.standing.top, floor.terms.indicators
    slots = [indicator_id(n) for n in range(len(rows))]
    reached = slots.index(top.slot) if top is not None and top.slot in slots else 0
    return tuple(Noted(slots[n], rows[n].most) for n in range(reached))


def indicator_id(number: int) -> str:
    """Room and slot of an indicator, counted from 0."""
    return f"indicator_{number + 1}" if number else "indicator"


def _next_indicator(floor: Floor[LandTerms], closed: str) -> str | None:
    terms = floor.terms
    for n, row in enumerate(terms.indicators[:-1]):
        ranked = most_first(floor, indicator_id(n))
        if closed == indicator_id(n) and ranked and ranked[0].quantity == row.most:
            return _agree_id(n + 1) if terms.agree_seconds else indicator_id(n + 1)
        if closed == _agree_id(n + 1):
            return indicator_id(n + 1) if floor.standing.entitled else None
    return None


def _agree_id(number: int) -> str:
    return f"agree_{number + 1}"


def _pool(floor: Floor[LandTerms]) -> tuple[str, ...]:
    return tuple(floor.standing.offers[key].bidder for key in floor.standing.leaders)


def _drawn_for(floor: Floor[LandTerms]) -> str:
    return floor.terms.lot_zh


def _joining(terms: LandTerms) -> CapConsent:
    return CapConsent(
        id="join",
        title=JOINING,
        length=terms.join_seconds * SECOND,
        before="lottery",
        may_answer=lambda _floor, _bidder: True,
        cap=terms.cap_price or 0,
    )


def _confirming(terms: LandTerms) -> Gate:
    bidders_too = terms.one_price_entry is OnePriceEntry.BIDDERS_AUTOMATIC
    return Gate(
        id="confirm",
        title=CONFIRMING,
        length=terms.one_price_confirm_seconds * SECOND,
        before="one_price",
        may_answer=lambda _floor, _bidder: True,
        automatic=_bidders if bidders_too else nobody,
        preparation=terms.one_price_pause_seconds * SECOND,
    )


def _bidders(floor: Floor[LandTerms]) -> tuple[str, ...]:
    """Everybody with a valid offer; the one that passed the cap was valid too."""
    last = passed_by(floor)
    passed = () if last is None else (last,)
    return tuple(sorted(dict.fromkeys((*floor.standing.offers, *passed))))


def _one_price(terms: LandTerms) -> OnePrice:
    return OnePrice(
        id="one_price",
        title=QUOTING,
        length=terms.one_price_seconds * SECOND,
        least=terms.one_price_least or 0,
        most=terms.one_price_most or 0,
        quantum=terms.one_price_quantum,
        resume_policy=terms.resume,
    )


def _total(terms: LandTerms) -> SealedTotal:
    return SealedTotal(
        id="total",
        title=TOTALLING,
        length=terms.total_seconds * SECOND,
        least=terms.cap_price or 0,
        most=LARGEST if terms.total_most is None else terms.total_most,
        quantum=terms.total_step,
        resume_policy=terms.resume,
    )


def _indicators(terms: LandTerms) -> Iterator[Stage]:
    rows = terms.indicators
    for n, row in enumerate(rows):
        if n and terms.agree_seconds:
            yield Gate(
                id=_agree_id(n),
                title=AGREEING,
                length=terms.agree_seconds * SECOND,
                before=indicator_id(n),
                may_answer=_goes_on,
                by_right=True,
            )
        yield _indicator(terms, n, row)


def _goes_on(floor: Floor[LandTerms], bidder: str) -> bool:
    entitled = floor.standing.entitled
    return entitled is None or bidder in entitled


def _indicator(terms: LandTerms, number: int, row: IndicatorRow) -> Indicator:
    return Indicator(
        id=indicator_id(number),
        title={"zh": row.kind.zh, "en": row.kind.en},
        cap=terms.cap_price or 0,
        start=row.start,
        step=row.step,
        most=row.most,
        countdown=countdown(terms),
        resume_policy=terms.resume,
        slot=indicator_id(number),
        leads_on=number + 1 < len(terms.indicators),
    )
