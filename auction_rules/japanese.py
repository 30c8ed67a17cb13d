"""日式竞价 japanese@1: the price moves level by level; who does not stay is out for good.

MECHANISMS M04, both directions. Each level is a tick: to stay, a bidder says yes to it; a no or
silence takes him out. One who alone stayed has won; a term may have the clock go on for him, as
long as he says yes. Where all who were left leave at the same level, the tie chain of the terms
decides among them, at the last level they had accepted, or they share it at that level: each in
an equal part, the odd smallest units one each to who had accepted it earlier. The same where the
clock comes to its last level with several staying.

A clock run with one bidder who does not know that he is alone is a deception (M04): fewer than
two at the first level make no sale, unless the terms tell everybody that one suffices.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from auction_rules.clock_terms import Direction
from auction_rules.facts import (
    Amount,
    Answered,
    Awarded,
    Entitled,
    FloorFact,
    Instant,
    LeadersChanged,
    Noted,
    OfferStood,
    Revealed,
    Unsold,
)
from auction_rules.floor import Floor, Offer, Stay
from auction_rules.japanese_terms import JapaneseTerms, LastOne, Pays, Rivals
from auction_rules.lint import Remark
from auction_rules.money import LIMIT, rate
from auction_rules.program import Stage, Staged
from auction_rules.rule import Accept, Judgement, Lot, Refuse, Settlement
from auction_rules.says import Says, both
from auction_rules.stages.clock import Clock, Onward
from auction_rules.terms import SECOND, Text
from auction_rules.ties import ROUND, ExitTie, TieChain

CLOCK: Final[Text] = {"zh": "逐档竞价", "en": "Level by level"}
SLOT: Final = "clock"
"""Levels and the sealed round of a tie are different offers of a bidder."""


class Japanese(Staged[JapaneseTerms]):
    """The rule; see the module."""

    name: ClassVar[str] = "japanese"
    version: ClassVar[str] = "1"
    title: ClassVar[Text] = {"zh": "日式竞价", "en": "Japanese auction"}
    Config = JapaneseTerms
    example: ClassVar[Mapping[str, Any]] = {
        "opens": "2026-03-02T10:00:00+08:00",
        "start_price": "600000",
        "last_price": "1000000",
        "step": "10000",
        "tick_seconds": 30,
    }

    def stages(self, terms: JapaneseTerms) -> tuple[Stage, ...]:
        """The clock, then what the tie chain needs."""
        clock = Clock(
            id="clock",
            title=CLOCK,
            length=terms.tick,
            first=terms.start_price,
            right=_right,
            stay=_stay,
            leave=lambda _floor, bidder: Accept((Answered(bidder, answer=False),)),
            onward=_onward,
            ended=_ended,
            resume_policy=terms.resume,
        )
        return (clock, *chain(terms).stages())

    def starts(self, terms: JapaneseTerms) -> Instant:
        """The opening time."""
        return terms.opens

    def follows(self, floor: Floor[JapaneseTerms], closed: str) -> str | None:
        """The chain, where several are level and enough of them came."""
        return chain(floor.terms).follows(floor, closed) if _enough(floor) else None

    def finish(self, floor: Floor[JapaneseTerms], now: Instant) -> tuple[FloorFact, ...]:
        """The last one staying, or the first of the tie chain."""
        del now
        if not _remaining(floor):
            return (Unsold("NO_BID" if floor.entrants else "NO_APPLICANT"),)
        if not _enough(floor):
            return (Unsold("BELOW_MIN_BIDDERS"),)
        level = _remaining(floor)
        if floor.terms.tie is ExitTie.SHARED and len(level) > 1:
            return _shared(level)
        winner = chain(floor.terms).best(floor)[0]
        price = _price(floor, winner)
        return (Awarded(winner.bidder, None, price, None, price),)

    def least(self, floor: Floor[JapaneseTerms]) -> Amount | None:
        """The first level; nobody can come in later."""
        return floor.standing.price if floor.standing.round == 1 else None

    def ranking(self, floor: Floor[JapaneseTerms]) -> tuple[str, ...]:
        """By the level or the sealed amount, better first; then the draw, then the log's order."""
        order, sign = floor.standing.order, floor.terms.direction.better

        def place(offer: Offer) -> tuple[int, int, int]:
            # In a reverse clock the better level is the lower one, as with any offer.
            drawn = order.index(offer.bidder) if offer.bidder in order else len(order)
            return (-sign * offer.amount, drawn, offer.i)

        return tuple(o.key for o in sorted(floor.standing.offers.values(), key=place))

    def settlement(self, floor: Floor[JapaneseTerms]) -> Settlement:
        """Selling: premium over the start (溢价). Buying: saved under the start (节约)."""
        terms = floor.terms
        if not floor.standing.awards:
            return Settlement(0, 0, None)
        price = sum(award.total for award in floor.standing.awards)
        gained = terms.direction.better * (price - terms.start_price)
        shown = rate(gained, terms.start_price)
        if terms.direction is Direction.FORWARD:
            return Settlement(price, gained, shown)
        return Settlement(price, 0, None, saved=gained, saving_rate=shown)

    def says(self, terms: JapaneseTerms) -> Says:
        """What the notice says of this rule besides its terms."""
        del terms
        out = both(
            "每档须应价，不应价即退出，不得再进入",
            "to stay, say yes to every level; who does not is out, and cannot come back",
        )
        won = both("最后应价者成交", "who stays last wins")
        told = both(
            "每档结束时公布下一档价格；逐档竞价结束后公布各人最后应价的价格",
            "at the end of each level the next price is told; when the last level is over the "
            "price that each said yes to last is told",
        )
        return {"step": (out,), "result": (won,), "sight": (told,)}

    def lots(self, terms: JapaneseTerms) -> tuple[Lot, ...]:
        """The one lot."""
        return (Lot("1", {"zh": terms.lot_zh, "en": terms.lot_en}),)

    def lint(self, terms: JapaneseTerms) -> tuple[Remark, ...]:
        """M04: a clock with one bidder; a public body should ask for two."""
        if terms.min_bidders > 1:
            return ()
        return (
            Remark(
                "ONE_SUFFICES",
                "一人应价即可成交：公共机构宜要求至少两人，以免竞买人不知自己没有对手。",
                "One bidder suffices: a public body should ask for two, "
                "lest a bidder does not know that he is alone.",
            ),
        )

    def direction(self, terms: JapaneseTerms) -> int:
        """Higher is better where the house sells."""
        return terms.direction.better


def chain(terms: JapaneseTerms) -> TieChain:
    """How those are told apart who left together, or all stayed to the last level."""
    return TieChain(
        choice=terms.tie,
        sign=terms.direction.better,
        length=terms.tie_seconds * SECOND,
        resume=terms.resume,
        tied=_remaining,
        room=lambda _floor: 1,
        limit=LIMIT,
    )


def _levels(floor: Floor[JapaneseTerms]) -> tuple[Offer, ...]:
    """The last level that each bidder accepted, in the order of the log."""
    stayed = (o for o in floor.standing.offers.values() if o.slot == SLOT)
    return tuple(sorted(stayed, key=lambda o: o.i))


def _at(floor: Floor[JapaneseTerms], price: Amount | None) -> tuple[Offer, ...]:
    return tuple(o for o in _levels(floor) if o.amount == price)


def _remaining(floor: Floor[JapaneseTerms]) -> tuple[Offer, ...]:
    """Those who accepted the farthest level that anybody accepted."""
    sign = floor.terms.runs
    farthest = max((o.amount for o in _levels(floor)), key=lambda a: sign * a, default=None)
    return _at(floor, farthest)


def _enough(floor: Floor[JapaneseTerms]) -> bool:
    """Everybody who ever stayed has accepted the first level."""
    return len(_levels(floor)) >= floor.terms.min_bidders


def _right(floor: Floor[JapaneseTerms], bidder: str) -> Refuse | None:
    standing = floor.standing
    own = standing.offers.get(f"{bidder}/{SLOT}")
    if bidder in standing.answers or (own is not None and own.amount == standing.price):
        return Refuse("ALREADY_ANSWERED")
    # M04: who did not accept the level before has left, and cannot come back.
    if standing.round > 1 and bidder not in _active(floor):
        return Refuse("NO_RIGHT_IN_PHASE")
    return None


def _active(floor: Floor[JapaneseTerms]) -> tuple[str, ...]:
    """Who may answer the level that is open: those who accepted the one before."""
    price = floor.standing.price
    assert price is not None
    before = floor.terms.rungs().before(price)
    return tuple(o.bidder for o in _levels(floor) if o.amount in (before, price))


def _stay(floor: Floor[JapaneseTerms], bidder: str, ask: Stay) -> Judgement:
    price = floor.standing.price
    assert price is not None
    if ask.quantity is not None:
        return Refuse("QTY_OVER_LIMIT")
    return Accept((OfferStood(bidder, None, price, None, SLOT),))


def _onward(floor: Floor[JapaneseTerms]) -> Onward | None:
    price = floor.standing.price
    assert price is not None
    staying = tuple(sorted(o.bidder for o in _at(floor, price)))
    following = floor.terms.rungs().after(price)
    needed = 1 if floor.terms.last_one is LastOne.CONTINUES else 2
    if len(staying) < needed or following is None or not _enough(floor):
        return None
    told: Mapping[Rivals, tuple[FloorFact, ...]] = {
        Rivals.NAMED: (Entitled("clock", staying),),
        Rivals.COUNTED: (Noted("staying", len(staying)),),
        Rivals.HIDDEN: (),
    }
    return Onward(following, told[floor.terms.rivals])


def _ended(floor: Floor[JapaneseTerms]) -> tuple[FloorFact, ...]:
    level = tuple(o.bidder for o in _remaining(floor))
    if not level:
        return ()
    # The tied are named in the order of their numbers: it says nothing about their chances.
    names = tuple(sorted(level))
    leaders = LeadersChanged(names, _remaining(floor)[0].amount)
    return (Revealed("offers"), leaders, Entitled(ROUND, names))


def _shared(level: tuple[Offer, ...]) -> tuple[FloorFact, ...]:
    """M04, previous level shared: equal parts of its price, odd units to the earlier."""
    price, count = level[0].amount, len(level)
    return tuple(
        Awarded(o.bidder, None, price, None, price // count + (place < price % count))
        for place, o in enumerate(level)
    )


def _price(floor: Floor[JapaneseTerms], winner: Offer) -> Amount:
    """What the winner pays; where several were level, his own amount."""
    terms = floor.terms
    if terms.pays is Pays.LAST_ACCEPTED or len(_remaining(floor)) > 1:
        return winner.amount
    rivals = [o.amount for o in _levels(floor) if o.bidder != winner.bidder]
    # Alone from the first level on: there the last rival, who never came, had left.
    return max(rivals, key=lambda a: terms.runs * a, default=terms.start_price)


RULE: Final = Japanese()
