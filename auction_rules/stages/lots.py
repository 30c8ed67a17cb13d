"""Rounds over several lots at once (S4): in each round anybody may raise the high offer of any lot.

Each lot has a standing high bidder. What is offered in a round is its bidder's alone until the
round ends; then the best offer for each lot becomes the standing high one. The stage ends with
the first round in which nobody offered anything new (MECHANISMS M15).

Activity: a lot is worth points. A bidder is active on the lots where he stands high or has
offered; never on more points than he is eligible for. Who was active on less than the required
share of his eligibility keeps, from the next round on, what that activity entitles him to:
activity × 10,000 ÷ share, rounded down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from auction_rules.facts import (
    Amount,
    DeadlineMoved,
    FloorFact,
    Instant,
    LeadersChanged,
    Noted,
    OfferStood,
    RoundOpened,
    StageClosed,
    StageOpened,
)
from auction_rules.floor import Bid, BidderAsk, Floor, Offer, OfficerAsk, offer_key
from auction_rules.rule import Accept, Actions, Disclosure, Judgement, Refuse
from auction_rules.steps import Ladder
from auction_rules.terms import Resume, Text

_WHOLE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Pending:
    """An offer of the present round; `i` is the log index that brought it."""

    bidder: str
    lot: str
    amount: Amount
    i: int


@dataclass(frozen=True, slots=True)
class LotRounds:
    """Rounds of `length` with `pause` between them, in microseconds."""

    id: str
    title: Text
    ladders: Mapping[str, Ladder]
    """What each lot asks for, by the lot's id, in the order of the notice."""
    points: Mapping[str, int]
    first: int
    """The eligibility with which everybody begins, in points."""
    share: int
    """The activity required, in basis points of the eligibility."""
    tie: Callable[[Floor[Any], Pending], tuple[int, ...]]
    """Among equal offers for a lot, the one for which this is least becomes the high one."""
    length: Instant
    pause: Instant
    resume_policy: Resume
    kind: str = "rounds"

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """The first round begins at once."""
        del floor
        end = now + self.length
        return (StageOpened(self.id, self.kind, now, end), RoundOpened(1, None, now, end))

    def high(self, floor: Floor[Any], lot: str) -> Offer | None:
        """The standing high offer for a lot."""
        offers = floor.standing.offers
        return next((offers[k] for k in floor.standing.leaders if offers[k].slot == lot), None)

    def eligible(self, floor: Floor[Any], bidder: str) -> int:
        """The points this bidder may still be active on."""
        kept = floor.standing.notes.get(f"eligibility {bidder}", self.first)
        assert isinstance(kept, int)
        return kept

    def pending(self, floor: Floor[Any]) -> tuple[Pending, ...]:
        """The offers of the present round, in the order in which they arrived."""
        rows = []
        for bidder in sorted(floor.entrants):
            for lot in self.ladders:
                note = floor.standing.notes.get(_note(bidder, lot))
                if isinstance(note, str):
                    amount, _, index = note.partition(" ")
                    rows.append(Pending(bidder, lot, int(amount), int(index)))
        return tuple(sorted(rows, key=lambda p: p.i))

    def active(self, floor: Floor[Any], bidder: str, also: str | None = None) -> int:
        """Points of the lots where he stands high or has offered, and of the lot `also`."""
        offered = {p.lot for p in self.pending(floor) if p.bidder == bidder}
        return sum(
            self.points[lot]
            for lot in self.ladders
            if lot == also or lot in offered or self._is_high(floor, bidder, lot)
        )

    def _is_high(self, floor: Floor[Any], bidder: str, lot: str) -> bool:
        high = self.high(floor, lot)
        return high is not None and high.bidder == bidder

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """The last valid offer of a round for a lot counts."""
        del now
        if not isinstance(ask, Bid):
            return Refuse("OUTSIDE_WINDOW")
        lot = ask.slot if ask.lot is None else ask.lot
        if lot is None or lot not in self.ladders or ask.slot not in (None, lot):
            return Refuse("NO_SUCH_LOT")
        if ask.quantity is not None:
            return Refuse("QUANTITY_FIXED", {"quantity": None})
        refused = self._may(floor, bidder, lot)
        refused = refused or self.ladders[lot].check(ask.amount, self._to_beat(floor, lot))
        return refused or Accept((Noted(_note(bidder, lot), f"{ask.amount} {floor.index}"),))

    def _to_beat(self, floor: Floor[Any], lot: str) -> Amount | None:
        high = self.high(floor, lot)
        return high.amount if high else None

    def _may(self, floor: Floor[Any], bidder: str, lot: str) -> Refuse | None:
        if not self.eligible(floor, bidder):
            return Refuse("NO_RIGHT_IN_PHASE")
        if self._is_high(floor, bidder, lot):
            return Refuse("ALREADY_LEADING")
        if self.active(floor, bidder, lot) > self.eligible(floor, bidder):
            return Refuse("QTY_OVER_LIMIT")
        return None

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """No officer has anything to bring in here."""
        del floor, officer, ask, now
        return Refuse("NOT_BIDDABLE")

    def due(self, floor: Floor[Any]) -> Instant | None:
        """The end of the round."""
        return floor.standing.closes

    def turn(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...] | None:
        """The round's offers are told and the next round begins; None after an empty one."""
        pending = self.pending(floor)
        if not pending:
            return None
        start = now + self.pause
        return (
            *self._raised(floor, pending, now),
            *self._eligibility(floor),
            *(Noted(_note(p.bidder, p.lot), None) for p in pending),
            RoundOpened(floor.standing.round + 1, None, start, start + self.length),
        )

    def _raised(
        self, floor: Floor[Any], pending: tuple[Pending, ...], now: Instant
    ) -> tuple[FloorFact, ...]:
        """Every offer of the round stands and is told; the best for each lot stands high."""
        stood = tuple(OfferStood(p.bidder, p.lot, p.amount, None, p.lot) for p in pending)
        offers = floor.after(stood, now).standing.offers
        leaders: list[str] = []
        for lot in self.ladders:
            asked = [p for p in pending if p.lot == lot]
            if asked:
                best = min(asked, key=lambda p: (-p.amount, *self.tie(floor, p), p.i))
                leaders.append(offer_key(best.bidder, lot))
            elif (high := self.high(floor, lot)) is not None:
                leaders.append(high.key)
        lowest = min(offers[key].amount for key in leaders)
        return (*stood, LeadersChanged(tuple(leaders), lowest))

    def _eligibility(self, floor: Floor[Any]) -> tuple[FloorFact, ...]:
        """What each was active on decides what he may still be active on."""
        facts: list[FloorFact] = []
        for bidder in sorted(floor.entrants):
            had, active = self.eligible(floor, bidder), self.active(floor, bidder)
            if active * _WHOLE < had * self.share:
                facts.append(Noted(f"eligibility {bidder}", active * _WHOLE // self.share))
        return tuple(facts)

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """Nothing new was offered: the high offers stand."""
        del floor, now
        return (StageClosed(self.id),)

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """Frozen time comes back, or a whole round; a pause waits as long."""
        standing = floor.standing
        closes = standing.closes or now
        if since < standing.opens:
            away = now - since
            return (RoundOpened(standing.round, None, standing.opens + away, closes + away),)
        whole = self.resume_policy is Resume.FULL_COUNTDOWN
        left = self.length if whole else max(0, closes - since)
        return (DeadlineMoved(max(closes, now + left), "resumed"),)

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """The bounds of the first lot he may offer for; each lot has its own, and names itself."""
        del now
        number = floor.standing.round
        refused = None
        for lot, ladder in self.ladders.items():
            current = self._to_beat(floor, lot)
            refused = self._may(floor, bidder, lot)
            if refused is None and not ladder.open(current):
                refused = Refuse("CAP_REACHED", ladder.end(current))
            if refused is None:
                return Actions(
                    ask="bid",
                    minimum=ladder.minimum(current),
                    maximum=ladder.maximum(current),
                    step=ladder.step_from(current or ladder.start),
                    quick=ladder.quick(current),
                    round=number,
                )
        return Actions(ask="bid", round=number, blocked=refused)

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """What stood after the last round is open; what is offered in this one is not."""
        del floor
        return Disclosure(acts_sealed=True)


def _note(bidder: str, lot: str) -> str:
    return f"offer {bidder}/{lot}"
