"""Open outcry (S1): anyone entitled may improve, until the stage's deadline.

Serves both 网上报价 (a free phase, `countdown` None, open or sealed) and 限时竞价 (a countdown
that offers restart). What must be beaten and who then leads are the rule's two functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from auction_rules.extension import Countdown
from auction_rules.facts import (
    Amount,
    DeadlineMoved,
    Entitled,
    FloorFact,
    Instant,
    LeadersChanged,
    Noted,
    OfferStood,
    ProxySet,
    RaisedByHouse,
    Revealed,
    StageClosed,
    StageOpened,
)
from auction_rules.floor import Bid, BidderAsk, Floor, OfficerAsk, Proxy
from auction_rules.proxy import Proxying, Side, alone, bounds, check, contest
from auction_rules.rule import Accept, Actions, Disclosure, Judgement, Refuse
from auction_rules.steps import Ladder
from auction_rules.terms import Resume, Text

_LATEST: Final = "latest_start"


@dataclass(frozen=True, slots=True)
class Outcry:
    """One open-outcry stage. Lengths in microseconds; `ends` is a fixed end, if there is one."""

    id: str
    kind: str
    title: Text
    ladder: Ladder
    to_beat: Callable[[Floor[Any], str], Amount | None]
    """The amount the bidder's next offer must improve on; None when he has only the start."""
    leading: Callable[[Floor[Any]], LeadersChanged]
    """Who leads once an offer stands."""
    quantity: Callable[[Floor[Any], str], Amount | None]
    """What the bidder's offer is for."""
    resume_policy: Resume
    begins: Instant | None = None
    """The announced opening; a stage with a fixed end that opens late ends as much later."""
    ends: Instant | None = None
    length: Instant = 0
    preparation: Instant = 0
    starts_on_first_bid: bool = False
    countdown: Countdown | None = None
    sealed: bool = False
    entitle: Callable[[Floor[Any]], Entitled | None] | None = None
    entering: Callable[[Floor[Any], str], Amount | None] | None = None
    """The least valid amount that would make the bidder a provisional winner."""
    own_raise: bool = True
    """Whether the leader may raise himself."""
    proxying: Proxying | None = None
    """The terms of proxy bids, for an open stage with one leader; None: there are none."""

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """Begins at `now` after its preparation; a first-bid clock opens without an end."""
        del floor
        opens = now + self.preparation
        end = opens + self.length
        if self.ends is not None:
            end = self.ends + max(0, now - (self.begins or now))
        if self.starts_on_first_bid:
            # No end is announced yet; if nobody comes by then, it is over.
            return (StageOpened(self.id, self.kind, opens, None), Noted(_LATEST, end))
        return (StageOpened(self.id, self.kind, opens, end),)

    def _waits_until(self, floor: Floor[Any]) -> Instant | None:
        """While a first-bid clock waits: the instant at which it waits no longer."""
        waits = self.starts_on_first_bid and floor.standing.closes is None
        latest: Instant | None = floor.standing.notes[_LATEST] if waits else None
        return latest

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """An offer that improves stands, may change who leads, and may move the end."""
        if isinstance(ask, Proxy):
            return self._judge_limit(floor, bidder, ask.limit, now)
        if not isinstance(ask, Bid):
            return Refuse("OUTSIDE_WINDOW")
        if refused := self._late(floor, now) or self._right(floor, bidder, ask):
            return refused
        if refused := self.ladder.check(ask.amount, self.to_beat(floor, bidder)):
            return refused
        facts: list[FloorFact] = [self._stood(floor, bidder, ask.amount)]
        if floor.standing.proxies and self.proxying is not None:
            asked = Side(bidder, ask.amount, None, floor.index)
            facts += self._contested(floor, asked, self.proxying)
        return self._after(floor, facts, now)

    def _after(self, floor: Floor[Any], facts: list[FloorFact], now: Instant) -> Accept:
        """What stands now, who leads, and the end that the offers move, once for all of them."""
        leading = self.leading(floor.after(facts, now))
        changed = leading.leaders != floor.standing.leaders
        if not self.sealed and (changed or leading.cutoff != floor.standing.cutoff):
            facts.append(leading)
        return Accept((*facts, *self._moved(floor, now, changed=changed)))

    def _stood(self, floor: Floor[Any], bidder: str, amount: Amount) -> OfferStood:
        lot = floor.entrants[bidder].lot
        return OfferStood(bidder, lot, amount, self.quantity(floor, bidder))

    def _judge_limit(
        self, floor: Floor[Any], bidder: str, limit: Amount | None, now: Instant
    ) -> Judgement:
        """A limit is on, changed or off; what the house bids because of it happens with it."""
        how = self.proxying
        if how is None:
            return Refuse("PROXY_NOT_ALLOWED")
        if refused := self._late(floor, now) or self._entitled(floor, bidder):
            return refused
        if limit is None:
            on = bidder in floor.standing.proxies
            return Accept((ProxySet(bidder, None),)) if on else Refuse("NO_LIMIT_SET")
        current, own = self.to_beat(floor, bidder), self._own(floor, bidder)
        if refused := check(self.ladder, limit, current, own):
            return refused
        facts: list[FloorFact] = [ProxySet(bidder, limit)]
        asked = self._side(floor.after(facts, now), bidder, how)
        offers = self._contested(floor, asked, how)
        if not offers:
            # A leader's limit changes nothing that anybody sees, the end of the stage included.
            return Accept(tuple(facts))
        return self._after(floor, [*facts, *offers], now)

    def _own(self, floor: Floor[Any], bidder: str) -> Amount | None:
        """What the bidder stands for, if he leads."""
        top = floor.standing.top
        return top.amount if top is not None and top.bidder == bidder else None

    def _side(self, floor: Floor[Any], bidder: str, how: Proxying) -> Side:
        standing = floor.standing
        offer, limit = standing.offers.get(bidder), standing.proxies.get(bidder)
        firm = None if offer is None else offer.amount
        if limit is None or floor.entrants[bidder].excluded:
            return Side(bidder, firm, None, floor.index if offer is None else offer.since)
        first, latest = standing.proxy_times[bidder]
        return Side(bidder, firm, limit, first if how.keeps_time else latest)

    def _contested(self, floor: Floor[Any], asked: Side, how: Proxying) -> list[FloorFact]:
        """The offers of the house that follow from an offer or a limit, the loser's first."""
        top = floor.standing.top
        if top is None or top.bidder == asked.bidder:
            price = None if asked.limit is None else alone(self.ladder, how, asked)
            return [] if price is None else self._raised(floor, asked, price)
        held = self._side(floor, top.bidder, how)
        found = contest(self.ladder, how, asked, held)
        loser = held if found.winner is asked else asked
        facts = [] if found.loser is None else self._raised(floor, loser, found.loser)
        if found.winner.limit is not None and found.price != found.winner.firm:
            facts += self._raised(floor, found.winner, found.price)
        return facts

    def _raised(self, floor: Floor[Any], side: Side, amount: Amount) -> list[FloorFact]:
        stood = self._stood(floor, side.bidder, amount)
        return [stood, RaisedByHouse(side.bidder, side.since)]

    def _moved(
        self, floor: Floor[Any], now: Instant, *, changed: bool
    ) -> tuple[DeadlineMoved, ...]:
        if self._waits_until(floor) is not None:
            return (DeadlineMoved(now + self.length, "first_bid"),)
        if self.countdown is None:
            return ()
        return self.countdown.moved(floor.standing, now, leaders_changed=changed)

    def _late(self, floor: Floor[Any], now: Instant) -> Refuse | None:
        latest = self._waits_until(floor)
        return None if latest is None or now < latest else Refuse("AFTER_DEADLINE")

    def _entitled(self, floor: Floor[Any], bidder: str) -> Refuse | None:
        entitled = floor.standing.entitled
        missing = entitled is not None and bidder not in entitled
        return Refuse("NO_RIGHT_IN_PHASE") if missing else None

    def _right(self, floor: Floor[Any], bidder: str, ask: Bid | None) -> Refuse | None:
        if refused := self._entitled(floor, bidder):
            return refused
        if not self.own_raise and floor.standing.leaders[:1] == (bidder,):
            return Refuse("ALREADY_LEADING")
        if ask is None:
            return None
        lot = floor.entrants[bidder].lot
        if ask.lot is not None and ask.lot != lot:
            return Refuse("NOT_YOUR_LOT")
        fixed = self.quantity(floor, bidder)
        if ask.quantity is not None and ask.quantity != fixed:
            return Refuse("QUANTITY_FIXED", {"quantity": fixed})
        return None

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """No officer has anything to bring in here."""
        del floor, officer, ask, now
        return Refuse("NOT_BIDDABLE")

    def due(self, floor: Floor[Any]) -> Instant | None:
        """Its deadline as it stands, or the end of the wait for a first offer."""
        latest = self._waits_until(floor)
        return floor.standing.closes if latest is None else latest

    def turn(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...] | None:
        """It has no rounds: at its deadline it ends."""
        del floor, now
        return None

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """Sealed offers open; the leaders become known; the right to go on is named."""
        del now
        facts: list[FloorFact] = [StageClosed(self.id)]
        if self.sealed:
            facts += [Revealed("offers"), self.leading(floor)]
        if self.entitle is not None and (right := self.entitle(floor)) is not None:
            facts.append(right)
        return tuple(facts)

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """The remaining time, or a full countdown where the terms promise one; never less."""
        closes, latest = floor.standing.closes, self._waits_until(floor)
        if latest is not None:
            return (Noted(_LATEST, max(latest, now + max(0, latest - since))),)
        if closes is None:
            return ()
        target = now + max(0, closes - since)
        if self.countdown is not None and self.resume_policy is Resume.FULL_COUNTDOWN:
            # A countdown may be short beside what remained of the whole stage.
            target = max(target, now + self.countdown.length)
        elif self.ends is None and self.resume_policy is Resume.FULL_COUNTDOWN:
            # A window of a length is promised whole; one by the calendar gets back what it lost.
            # More than its length remained where officers had moved the end: that is not lost.
            target = max(target, now + self.length)
        return (DeadlineMoved(max(target, closes), "resumed"),)

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """The same ladder and the same rights that `judge` applies."""
        limits = self._limits(floor, bidder, now)
        if refused := self._late(floor, now) or self._right(floor, bidder, None):
            return Actions(ask="bid", blocked=refused, limits=limits)
        current = self.to_beat(floor, bidder)
        if not self.ladder.open(current):
            return Actions(ask="bid", blocked=Refuse("CAP_REACHED", self.ladder.end(current)))
        enter = None if self.sealed or self.entering is None else self.entering(floor, bidder)
        return Actions(
            ask="bid",
            minimum=self.ladder.minimum(current),
            maximum=self.ladder.maximum(current),
            open_ended=self.ladder.open_ended,
            step=self.ladder.step_from(current or self.ladder.start),
            quick=self.ladder.quick(current, enter=enter),
            enter=enter,
            limits=limits,
        )

    def _limits(self, floor: Floor[Any], bidder: str, now: Instant) -> tuple[Amount, Amount] | None:
        if self.proxying is None or self._late(floor, now) or self._entitled(floor, bidder):
            return None
        found = bounds(self.ladder, self.to_beat(floor, bidder), self._own(floor, bidder))
        return None if isinstance(found, Refuse) else found

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """Sealed while a sealed stage is open; closed to readers of the record with proxy bids."""
        del floor
        return Disclosure(sealed=self.sealed, limits=self.proxying is not None)
