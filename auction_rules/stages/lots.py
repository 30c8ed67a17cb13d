"""Rounds over several lots at once (S4): in each round anybody may raise the high offer of any lot.

Each lot has a standing high bidder. What is done in a round is its bidder's alone until the round
ends; then the best offer for each lot becomes the standing high one. The stage ends with the first
round of the last phase in which there was no offer, no waiver and no withdrawal, or with the round
that was told to be the last (MECHANISMS M15).

- An offer is a bid on a lot, above the high one; never on more points than he is eligible for.
  A bidder is active on the lots where he stands high or has offered (`lot_activity`).
- A waiver is a stay without more: he sits the round out and keeps his points.
- A withdrawal is a bid of zero by who stands high on the lot. It counts at the end of the round:
  nobody stands high on the lot then, and it can be had from the best offer of another on.
- To leave is for good; what he stands high on, stands.

Equal offers are told apart by `tie`; where `draws`, by lots drawn between two rounds: the stage
closes over what is undecided and opens again once the order is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from auction_rules.facts import (
    Amount,
    DeadlineMoved,
    FloorFact,
    Instant,
    LeadersChanged,
    Noted,
    OfferStood,
    OfferWithdrawn,
    RoundOpened,
    StageClosed,
    StageOpened,
)
from auction_rules.floor import Bid, BidderAsk, Floor, Leave, Offer, OfficerAsk, Stay, offer_key
from auction_rules.rule import Accept, Actions, Disclosure, Judgement, Line, Refuse
from auction_rules.stages.lot_activity import Activity
from auction_rules.steps import Ladder
from auction_rules.terms import Resume, Text

FINAL_ROUNDS = 3
"""RTR: three final rounds are announced together."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An offer of the present round; `i` is the log index that brought it."""

    bidder: str
    lot: str
    amount: Amount
    i: int

    @property
    def key(self) -> str:
        """The offer it becomes."""
        return offer_key(self.bidder, self.lot)


@dataclass(frozen=True, slots=True)
class LotRounds:
    """Rounds of `length` with `pause` between them, in microseconds."""

    id: str
    title: Text
    ladders: Mapping[str, Ladder]
    """What each lot asks for, by the lot's id, in the order of the notice."""
    points: Mapping[str, int]
    activity: Activity
    tie: Callable[[Floor[Any], Pending], tuple[int, ...]]
    """Among equal offers for a lot, the one for which this is least becomes the high one."""
    length: Instant
    pause: Instant
    resume_policy: Resume
    draws: bool = False
    """Whether equal offers wait for an order drawn after their round."""
    withdrawals: int = 0
    """How often a bidder may withdraw a standing high offer."""
    final_after: int = 0
    """After this round the three final ones are told; 0 where they never are."""
    kind: str = "rounds"

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """The first round begins at once; after a draw, the round after the one it was for."""
        done = floor.standing.notes.get("rounds", 0)
        opened = StageOpened(self.id, self.kind, now, now + self.length)
        if not done:
            return (opened, RoundOpened(1, None, now, now + self.length))
        here = floor.after((RoundOpened(done, None, now, now),), now)
        if done == self._last():
            # The draw was for the last round: nothing is left but to close.
            return (opened, *self._told(here, now), RoundOpened(done, None, now, now))
        return (opened, *self._onward(here, now))

    def high(self, floor: Floor[Any], lot: str) -> Offer | None:
        """The standing high offer for a lot."""
        offers = floor.standing.offers
        return next((offers[k] for k in floor.standing.leaders if offers[k].slot == lot), None)

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

    def undecided(self, floor: Floor[Any]) -> tuple[str, ...]:
        """The keys of the equal best offers of the round, where lots must tell them apart."""
        if not self.draws:
            return ()
        tied: list[str] = []
        for lot in self.ladders:
            asked = [p for p in self.pending(floor) if p.lot == lot]
            best = [p.key for p in asked if p.amount == max(q.amount for q in asked)]
            tied += best if len(best) > 1 else []
        return tuple(tied)

    def active(self, floor: Floor[Any], bidder: str, also: str | None = None) -> int:
        """Points of the lots where he stands high or has offered, and of the lot `also`."""
        offered = {p.lot for p in self.pending(floor) if p.bidder == bidder}
        return sum(
            self.points[lot]
            for lot in self.ladders
            if lot == also or lot in offered or self._keeps(floor, bidder, lot)
        )

    def ladder(self, floor: Floor[Any], lot: str) -> Ladder:
        """What the lot asks for; after a withdrawal it begins at the best offer of another."""
        again = floor.standing.notes.get(f"reopens {lot}")
        fixed = self.ladders[lot]
        return fixed if again is None else replace(fixed, start=again)

    def least(self, floor: Floor[Any]) -> Amount:
        """The least amount that any lot still asks for."""
        ladders = ((self.ladder(floor, lot), self._to_beat(floor, lot)) for lot in self.ladders)
        return min(ladder.minimum(high) for ladder, high in ladders)

    def _is_high(self, floor: Floor[Any], bidder: str, lot: str) -> bool:
        high = self.high(floor, lot)
        return high is not None and high.bidder == bidder

    def _withdraws(self, floor: Floor[Any], bidder: str, lot: str) -> bool:
        noted = floor.standing.notes.get(f"withdraws {bidder}/{lot}")
        return noted is not None and noted == floor.standing.round

    def _keeps(self, floor: Floor[Any], bidder: str, lot: str) -> bool:
        return self._is_high(floor, bidder, lot) and not self._withdraws(floor, bidder, lot)

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """The last valid offer of a round for a lot counts."""
        del now
        if isinstance(ask, Leave):
            refused = self.activity.refused(floor, bidder)
            return refused or Accept((Noted(f"out {bidder}", value=True),))
        if isinstance(ask, Stay):
            return self._waive(floor, bidder, ask)
        if not isinstance(ask, Bid):
            return Refuse("OUTSIDE_WINDOW")
        lot = ask.slot if ask.lot is None else ask.lot
        if lot is None or lot not in self.ladders or ask.slot not in (None, lot):
            return Refuse("NO_SUCH_LOT")
        if ask.quantity is not None:
            return Refuse("QUANTITY_FIXED", {"quantity": None})
        if self.withdrawals and not ask.amount and self._is_high(floor, bidder, lot):
            return self._withdraw(floor, bidder, lot)
        refused = self._may(floor, bidder, lot)
        refused = refused or self.ladder(floor, lot).check(ask.amount, self._to_beat(floor, lot))
        return refused or Accept((Noted(_note(bidder, lot), f"{ask.amount} {floor.index}"),))

    def _waive(self, floor: Floor[Any], bidder: str, ask: Stay) -> Judgement:
        if ask.slot is not None:
            return Refuse("NO_SUCH_LOT")
        if ask.quantity is not None:
            return Refuse("QUANTITY_FIXED", {"quantity": None})
        refused = self._may_not_waive(floor, bidder)
        return refused or Accept((Noted(f"waived {bidder}", floor.standing.round),))

    def _may_not_waive(self, floor: Floor[Any], bidder: str) -> Refuse | None:
        if refused := self.activity.waiver_refused(floor, bidder):
            return refused
        offered = any(p.bidder == bidder for p in self.pending(floor))
        return Refuse("ALREADY_ANSWERED") if offered else None

    def _withdraw(self, floor: Floor[Any], bidder: str, lot: str) -> Judgement:
        if refused := self._may_withdraw(floor, bidder, lot):
            return refused
        used = floor.standing.notes.get(f"withdrawals {bidder}", 0)
        this = Noted(f"withdraws {bidder}/{lot}", floor.standing.round)
        return Accept((this, Noted(f"withdrawals {bidder}", used + 1)))

    def _may_withdraw(self, floor: Floor[Any], bidder: str, lot: str) -> Refuse | None:
        if self._withdraws(floor, bidder, lot):
            return Refuse("ALREADY_ANSWERED")
        used = floor.standing.notes.get(f"withdrawals {bidder}", 0)
        return Refuse("NO_WITHDRAWAL_LEFT") if used >= self.withdrawals else None

    def _to_beat(self, floor: Floor[Any], lot: str) -> Amount | None:
        high = self.high(floor, lot)
        return high.amount if high else None

    def _may(self, floor: Floor[Any], bidder: str, lot: str) -> Refuse | None:
        if refused := self.activity.refused(floor, bidder):
            return refused
        if self._is_high(floor, bidder, lot):
            return Refuse("ALREADY_LEADING")
        if self.active(floor, bidder, lot) > self.activity.eligible(floor, bidder):
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
        """The round is told and the next one begins; None where it was the last, or lots decide."""
        over = self._quiet(floor) and self.activity.last_phase(floor)
        if over or floor.standing.round == self._last() or self.undecided(floor):
            return None
        return self._onward(floor, now)

    def _last(self) -> int | None:
        return self.final_after + FINAL_ROUNDS if self.final_after else None

    def _quiet(self, floor: Floor[Any]) -> bool:
        """No offer, no waiver that a bidder asked for, no withdrawal."""
        waived = any(self.activity.waived(floor, bidder) for bidder in floor.entrants)
        return not (self.pending(floor) or self._withdrawn(floor) or waived)

    def _withdrawn(self, floor: Floor[Any]) -> tuple[Offer, ...]:
        highs = (self.high(floor, lot) for lot in self.ladders)
        return tuple(o for o in highs if o and self._withdraws(floor, o.bidder, o.slot or ""))

    def _onward(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        following, start = floor.standing.round + 1, now + self.pause
        told = following == self.final_after + 1
        return (
            *self._told(floor, now),
            *self.activity.kept(floor, lambda bidder: self.active(floor, bidder)),
            *self.activity.onward(floor, following, quiet=self._quiet(floor)),
            *((Noted("last round", self._last()),) if self.final_after and told else ()),
            RoundOpened(following, None, start, start + self.length),
        )

    def _told(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """What the round came to: offers, high offers, withdrawals."""
        pending = self.pending(floor)
        cleared = (Noted(_note(p.bidder, p.lot), None) for p in pending)
        return (*self._raised(floor, pending, now), *cleared)

    def _raised(
        self, floor: Floor[Any], pending: tuple[Pending, ...], now: Instant
    ) -> tuple[FloorFact, ...]:
        """Every offer of the round stands and is told; the best for each lot stands high."""
        gone = self._withdrawn(floor)
        if not pending and not gone:
            return ()
        facts: list[FloorFact] = []
        for o in gone:
            facts.append(OfferWithdrawn(o.bidder, o.slot, "revoked"))
            facts.append(Noted(f"withdrawn {o.key} {floor.standing.round}", o.amount))
        facts += [OfferStood(p.bidder, p.lot, p.amount, None, p.lot) for p in pending]
        offers, leaders = floor.after(facts, now).standing.offers, list[str]()
        for lot, ladder in self.ladders.items():
            asked, high = [p for p in pending if p.lot == lot], self.high(floor, lot)
            if asked:
                best = min(asked, key=lambda p: (-p.amount, *self.tie(floor, p), p.i))
                leaders.append(best.key)
                again = f"reopens {lot}"
                facts += [Noted(again, None)] if floor.standing.notes.get(again) else []
            elif high is not None and high in gone:
                others = [o.amount for o in offers.values() if o.slot == lot]
                facts.append(Noted(f"reopens {lot}", max(others, default=ladder.start)))
            elif high is not None:
                leaders.append(high.key)
        lowest = min((offers[key].amount for key in leaders), default=None)
        return (*facts, LeadersChanged(tuple(leaders), lowest))

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """Nothing happened, or this was the last round; undecided offers wait for the lots."""
        if self.undecided(floor):
            return (Noted("rounds", floor.standing.round), StageClosed(self.id))
        return (*self._told(floor, now), StageClosed(self.id))

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
        """The bounds of the first lot he may offer for, which is not named; else the waiver.

        `lines` say the same of every lot.
        """
        del now
        lines = tuple(self._line(floor, bidder, lot) for lot in self.ladders)
        first = next((line for line in lines if line.blocked is None), None)
        waives = self._may_not_waive(floor, bidder) is None
        here = self.activity.refused(floor, bidder) is None
        shown = Actions(
            ask="stay" if first is None and waives else "bid",
            round=floor.standing.round,
            lines=lines,
            also=(*(("waive",) if waives else ()), *(("leave",) if here else ())),
            points=(self.activity.eligible(floor, bidder), self.active(floor, bidder)),
            waivers=self.activity.waivers_left(floor, bidder),
        )
        if first is None:
            return shown if waives else replace(shown, blocked=lines[-1].blocked)
        return replace(
            shown,
            minimum=first.minimum,
            maximum=first.maximum,
            open_ended=first.open_ended,
            step=first.step,
            quick=first.quick,
        )

    def _line(self, floor: Floor[Any], bidder: str, lot: str) -> Line:
        ladder, current = self.ladder(floor, lot), self._to_beat(floor, lot)
        refused = self._may(floor, bidder, lot)
        if refused is None and not ladder.open(current):
            refused = Refuse("CAP_REACHED", ladder.end(current))
        offered = (p for p in self.pending(floor) if (p.bidder, p.lot) == (bidder, lot))
        pending = next(offered, None)
        withdraws = self.withdrawals and self._is_high(floor, bidder, lot)
        return Line(
            lot,
            minimum=ladder.minimum(current),
            maximum=ladder.maximum(current),
            open_ended=ladder.open_ended,
            step=ladder.step_from(current or ladder.start),
            quick=ladder.quick(current),
            pending=None if pending is None else pending.amount,
            withdraw=bool(withdraws) and self._may_withdraw(floor, bidder, lot) is None,
            blocked=refused,
        )

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """What stood after the last round is open; what is done in this one is not."""
        del floor
        return Disclosure(acts_sealed=True)


def _note(bidder: str, lot: str) -> str:
    return f"offer {bidder}/{lot}"
