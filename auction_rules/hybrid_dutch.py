"""混合荷兰式竞价 hybrid_dutch@1: a falling clock, then sealed offers of the others, then his best.

MECHANISMS M20, after Prozorro.Sale's "insider" form: the clock falls until it is stopped; then
everybody except the one who stopped it may make a sealed offer above that price, and take it back
while the window is open; where anybody did, the one who stopped it may make a best offer himself.
Three things are ours. Several who take the price in the same tick tie, and lots decide who stopped
the clock (there: the network). Equal sealed offers are told apart as the terms say (there: by
accident of a sort). The least raise is a term (there: not yet decided).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from pydantic import model_validator

from auction_rules.clock_terms import ClockTerms
from auction_rules.facts import (
    Amount,
    Awarded,
    Entitled,
    FloorFact,
    Instant,
    LeadersChanged,
    Noted,
    OfferStood,
    Unsold,
)
from auction_rules.floor import Floor, Offer, Stay
from auction_rules.money import rate
from auction_rules.program import Stage, Staged
from auction_rules.rule import Accept, Judgement, Lot, Refuse, Settlement
from auction_rules.says import CLOCK_STOPPED, Says, both
from auction_rules.stages.cancel import Cancellable
from auction_rules.stages.clock import Clock, Onward
from auction_rules.stages.draw import DrawStage
from auction_rules.stages.outcry import Outcry
from auction_rules.steps import Ladder
from auction_rules.terms import SECOND, Choice, Money, Seconds, Text, term, wrong

CLOCK: Final[Text] = {"zh": "荷兰钟", "en": "Dutch clock"}
WHO_STOPPED: Final[Text] = {"zh": "同档应价摇号", "en": "Draw for who stopped the clock"}
SEALED: Final[Text] = {"zh": "其他竞买人密封报价", "en": "Sealed offers of the others"}
BEST: Final[Text] = {"zh": "停钟者最佳报价", "en": "Best offer of who stopped the clock"}
EQUAL: Final[Text] = {"zh": "同价摇号", "en": "Draw among equal offers"}
SLOT: Final = "clock"
"""Takings of the clock and later offers are different offers of a bidder."""
STOPPED: Final = "stopped_by"


class BestOffer(Choice):
    """What the best offer of the one who stopped the clock must reach."""

    MATCH = ("MATCH", "不低于最高密封报价", "the highest sealed offer, or more")
    EXCEED = (
        "EXCEED",
        "高于最高密封报价一个幅度",
        "a step more than the highest sealed offer",
    )


class SealedTie(Choice):
    """How equal highest sealed offers are told apart."""

    DRAW = ("DRAW", "摇号", "by lot")
    EARLIER = ("EARLIER", "先报者优先", "the earlier one")


class HybridTerms(ClockTerms):
    """Terms of a hybrid Dutch auction."""

    sealed_seconds: Seconds = term(
        "密封报价时长（秒）", "Sealed window (s)", kind="seconds", default=600
    )
    best_seconds: Seconds = term(
        "最佳报价时长（秒）", "Best-offer window (s)", kind="seconds", default=300
    )
    least_raise: Money = term(
        "最低加价",
        "Least raise",
        help_zh="密封报价至少高于停钟价此数",
        help_en="A sealed offer is at least this much above the price of the clock",
        kind="money",
        default=1,
    )
    best_offer: BestOffer = term(
        "最佳报价须达到",
        "The best offer must reach",
        kind="enum",
        enum=BestOffer.options(),
        default=BestOffer.EXCEED,
    )
    sealed_tie: SealedTie = term(
        "密封报价同价时",
        "Equal sealed offers",
        kind="enum",
        enum=SealedTie.options(),
        default=SealedTie.DRAW,
    )

    @property
    def runs(self) -> int:
        """The clock falls."""
        return -1

    @model_validator(mode="after")
    def _hybrid(self) -> HybridTerms:
        if not self.sealed_seconds or not self.best_seconds:
            raise wrong("windows", "各报价时段至少 1 秒", "each window lasts at least one second")
        if self.least_raise < 1:
            raise wrong("least_raise", "最低加价须大于零", "the least raise is more than zero")
        if not Ladder(0, self.least_raise).open(self.start_price):
            raise wrong("start_price", "起始价或最低加价过大", "start or raise is too large")
        return self


class HybridDutch(Staged[HybridTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "hybrid_dutch"
    version: ClassVar[str] = "1"
    title: ClassVar[Text] = {"zh": "混合荷兰式竞价", "en": "Hybrid Dutch auction"}
    Config = HybridTerms
    example: ClassVar[Mapping[str, Any]] = {
        "opens": "2026-03-02T10:00:00+08:00",
        "start_price": "1000000",
        "last_price": "200000",
        "step_kind": "PERCENT_OF_START",
        "step_basis_points": 100,
        "tick_seconds": 300,
        "least_raise": "10000",
    }

    def stages(self, terms: HybridTerms) -> tuple[Stage, ...]:
        """Clock, lots where several stopped it, sealed, best, lots where sealed ones are equal."""
        return (
            Clock(
                id="clock",
                title=CLOCK,
                length=terms.tick,
                first=terms.start_price,
                right=_right,
                stay=_take,
                onward=_onward,
                ended=lambda floor: _stopped(floor, _takers(floor)),
                resume_policy=terms.resume,
            ),
            DrawStage("who_stopped", WHO_STOPPED, lambda _f: "clock", _takers, _drawn),
            Cancellable(
                id="sealed",
                kind="sealed",
                title=SEALED,
                ladder=Ladder(0, terms.least_raise),
                to_beat=lambda floor, _: _clock_price(floor),
                leading=_leading,
                quantity=_no_quantity,
                resume_policy=terms.resume,
                length=terms.sealed_seconds * SECOND,
                sealed=True,
                entitle=lambda floor: Entitled("best", (floor.standing.notes[STOPPED],)),
            ),
            Outcry(
                id="best",
                kind="best",
                title=BEST,
                ladder=Ladder(0, 1),
                to_beat=_best_to_beat,
                leading=_leading,
                quantity=_no_quantity,
                resume_policy=terms.resume,
                length=terms.best_seconds * SECOND,
            ),
            DrawStage("equal", EQUAL, lambda _f: "sealed", _equal),
        )

    def starts(self, terms: HybridTerms) -> Instant:
        """The opening time."""
        return terms.opens

    def follows(self, floor: Floor[HybridTerms], closed: str) -> str | None:
        """Each room follows where there is somebody for it."""
        if closed == "clock":
            if len(_takers(floor)) > 1:
                return "who_stopped"
            return "sealed" if STOPPED in floor.standing.notes else None
        if closed == "who_stopped":
            return "sealed"
        if closed == "sealed":
            # M20: without a sealed offer it ends; there is nothing for him to answer.
            return "best" if _later(floor) else None
        draws = floor.terms.sealed_tie is SealedTie.DRAW
        return "equal" if closed == "best" and draws and len(_equal(floor)) > 1 else None

    def finish(self, floor: Floor[HybridTerms], now: Instant) -> tuple[FloorFact, ...]:
        """The highest offer; the price of the clock where nobody went above it."""
        del now
        stopped = floor.standing.notes.get(STOPPED)
        if stopped is None:
            return (Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"),)
        ranked = _ranked(floor)
        best = ranked[0].bidder if ranked else stopped
        price = ranked[0].amount if ranked else _clock_price(floor)
        return (Awarded(best, None, price, None, price),)

    def least(self, floor: Floor[HybridTerms]) -> Amount | None:
        """The price of the clock, or what a sealed offer must reach."""
        if floor.standing.stage == "clock":
            return floor.standing.price
        return _clock_price(floor) + floor.terms.least_raise if _takers(floor) else None

    def ranking(self, floor: Floor[HybridTerms]) -> tuple[str, ...]:
        """Later offers, best first; then who took the price of the clock."""
        takers = (f"{b}/{SLOT}" for b in _takers(floor))
        return (*(o.key for o in _ranked(floor)), *takers)

    def settlement(self, floor: Floor[HybridTerms]) -> Settlement:
        """Premium (溢价) over the last price of the clock, the least it could have brought."""
        if not floor.standing.awards:
            return Settlement(0, 0, None)
        price, least = floor.standing.awards[0].total, floor.terms.last_price
        return Settlement(price, price - least, rate(price - least, least))

    def says(self, terms: HybridTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        del terms
        stopped = both(
            "同一档有多人应价的，摇号确定停钟者",
            "where several take the price in one tick, lots decide who stopped the clock",
        )
        return {
            "tie": (stopped,),
            "sight": (CLOCK_STOPPED, _AFTERWARDS),
            "step": (
                both(
                    "密封报价期内可以收回自己的报价并重新报价",
                    "a sealed offer can be taken back and made again while the window is open",
                ),
            ),
            "result": (
                both(
                    "最高报价者成交；无人在停钟价之上报价的，停钟者按停钟价成交",
                    "the highest offer wins; where nobody goes above the price of the clock, who "
                    "stopped it has it at that price",
                ),
            ),
            "failure": (
                both("直至末档无人应价的，不成交", "where nobody stops the clock, nothing is sold"),
            ),
        }

    def lots(self, terms: HybridTerms) -> tuple[Lot, ...]:
        """The one lot."""
        return (Lot("1", {"zh": terms.lot_zh, "en": terms.lot_en}),)


_AFTERWARDS: Final = both(
    "密封报价期结束时公布全部密封报价，停钟者据此作最佳报价",
    "when the sealed window ends every sealed offer is told, and who stopped the clock answers them",
)


def _takers(floor: Floor[HybridTerms]) -> tuple[str, ...]:
    return tuple(sorted(o.bidder for o in floor.standing.offers.values() if o.slot == SLOT))


def _clock_price(floor: Floor[HybridTerms]) -> Amount:
    return next(o.amount for o in floor.standing.offers.values() if o.slot == SLOT)


def _right(floor: Floor[HybridTerms], bidder: str) -> Refuse | None:
    return Refuse("ALREADY_ANSWERED") if bidder in _takers(floor) else None


def _take(floor: Floor[HybridTerms], bidder: str, ask: Stay) -> Judgement:
    price = floor.standing.price
    assert price is not None
    if ask.quantity is not None:
        return Refuse("QTY_OVER_LIMIT")
    return Accept((OfferStood(bidder, None, price, None, SLOT),))


def _onward(floor: Floor[HybridTerms]) -> Onward | None:
    price = floor.standing.price
    assert price is not None
    following = None if _takers(floor) else floor.terms.rungs().after(price)
    return None if following is None else Onward(following)


def _stopped(floor: Floor[HybridTerms], by: tuple[str, ...]) -> tuple[FloorFact, ...]:
    """Who stopped the clock leads; the sealed stage is for all others admitted by now."""
    if not by:
        return ()
    leading = LeadersChanged(by, _clock_price(floor))
    if len(by) > 1:
        return (leading,)
    others = tuple(sorted(b for b in floor.entrants if b != by[0]))
    return (leading, Noted(STOPPED, by[0]), Entitled("sealed", others))


def _drawn(floor: Floor[HybridTerms]) -> tuple[FloorFact, ...]:
    return _stopped(floor, floor.standing.order[:1])


def _later(floor: Floor[HybridTerms]) -> tuple[Offer, ...]:
    """Offers made after the clock."""
    return tuple(o for o in floor.standing.offers.values() if o.slot is None)


def _ranked(floor: Floor[HybridTerms]) -> tuple[Offer, ...]:
    """Best first. Of equal ones: who stopped the clock (he had to match), lots, the log."""
    stopped = floor.standing.notes.get(STOPPED)
    # The lots for who stopped the clock have him in them; they say nothing about later offers.
    order = () if stopped in floor.standing.order else floor.standing.order

    def place(offer: Offer) -> tuple[int, bool, int, int]:
        drawn = order.index(offer.bidder) if offer.bidder in order else len(order)
        return (-offer.amount, offer.bidder != stopped, drawn, offer.i)

    return tuple(sorted(_later(floor), key=place))


def _equal(floor: Floor[HybridTerms]) -> tuple[str, ...]:
    """Who made the highest offer, where that is not the one who stopped the clock."""
    ranked, stopped = _ranked(floor), floor.standing.notes.get(STOPPED)
    if not ranked or ranked[0].bidder == stopped:
        return ()
    return tuple(o.bidder for o in ranked if o.amount == ranked[0].amount)


def _leading(floor: Floor[HybridTerms]) -> LeadersChanged:
    ranked = _ranked(floor)
    if not ranked:
        return LeadersChanged((floor.standing.notes[STOPPED],), _clock_price(floor))
    level = _equal(floor) or (ranked[0].bidder,)
    return LeadersChanged(level, ranked[0].amount)


def _best_to_beat(floor: Floor[HybridTerms], bidder: str) -> Amount:
    """One unit short of the least best offer; his own one, once he has made it."""
    own = floor.standing.offers.get(bidder)
    if own is not None:
        return own.amount
    highest = max(o.amount for o in _later(floor))
    more = floor.terms.least_raise if floor.terms.best_offer is BestOffer.EXCEED else 0
    return highest + more - 1


def _no_quantity(floor: Floor[HybridTerms], bidder: str) -> Amount | None:
    del floor, bidder
    return None


RULE: Final = HybridDutch()
