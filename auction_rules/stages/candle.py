"""A random end that nobody can bend: a last stretch, then the seed that says where it ended.

The terms carry the SHA-256 of a seed. While the last stretch runs, offers are taken as before;
when its longest length is over, an officer shows the seed, and

    end = opening of the stretch + 1 + SHA-256("<seed>|random end") mod <its seconds>   (seconds)

Offers that arrived at or after that end do not count: what the bidder had before stands again.
So the end is fixed before the first offer, no bidder can know it, and anybody can work it out
afterwards (MECHANISMS M22). Who keeps the seed knows it; keep it as a sealed reserve is kept.
Where the terms name a source instead (auction_rules.draw_terms), chance comes in after the
stretch by the same formula, and nobody at all can know the end while offers are taken.
Times are counted from the opening of the stretch; a suspension is no part of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from auction_rules.draw import drawn_number
from auction_rules.facts import (
    Amount,
    DeadlineMoved,
    Entitled,
    FloorFact,
    Instant,
    LeadersChanged,
    Noted,
    OfferStood,
    OfferWithdrawn,
    Revealed,
    StageClosed,
    StageOpened,
)
from auction_rules.floor import Bid, BidderAsk, Draw, Floor, OfficerAsk
from auction_rules.rule import Accept, Actions, Disclosure, Judgement, Refuse
from auction_rules.stages.entropy import Entropy
from auction_rules.stages.outcry import Outcry
from auction_rules.terms import SECOND, Resume, Text

_OPENED: Final = "last stretch opened"
_MADE: Final = "offer made after"
_END: Final = "random end"


@dataclass(frozen=True, slots=True)
class Candle:
    """The last stretch: an outcry of fixed length that also keeps when each offer was made."""

    outcry: Outcry

    @property
    def id(self) -> str:
        """The name of its outcry."""
        return self.outcry.id

    @property
    def kind(self) -> str:
        """The kind of its outcry."""
        return self.outcry.kind

    @property
    def title(self) -> Text:
        """The title of its outcry."""
        return self.outcry.title

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """What stands now stood before the stretch, and will count whatever the seed says."""
        return (*self.outcry.open(floor, now), Noted(_OPENED, now), *_before(floor))

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """As in the outcry; an offer's time is kept."""
        judged = self.outcry.judge(floor, bidder, ask, now)
        if isinstance(judged, Refuse) or not isinstance(ask, Bid):
            return judged
        elapsed = now - floor.standing.notes[_OPENED]
        return Accept((*judged.facts, _made(elapsed, bidder, ask.amount)))

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """Shown now, the seed would tell everybody the end."""
        del floor, officer, ask, now
        return Refuse("NOT_BIDDABLE")

    def due(self, floor: Floor[Any]) -> Instant | None:
        """The end of its longest length."""
        return self.outcry.due(floor)

    def turn(self, floor: Floor[Any], now: Instant) -> None:
        """It has no rounds."""
        del floor, now

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """As the outcry."""
        return self.outcry.close(floor, now)

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """The rest of the stretch, or all of it again: then every offer made before now counts."""
        closes = floor.standing.closes or now
        if self.outcry.resume_policy is Resume.REMAINING:
            away = now - since
            opened = floor.standing.notes[_OPENED] + away
            return (DeadlineMoved(closes + away, "resumed"), Noted(_OPENED, opened))
        forgotten = (Noted(key, None) for key in floor.standing.notes if key.startswith(_MADE))
        moved = DeadlineMoved(max(closes, now + self.outcry.length), "resumed")
        return (moved, Noted(_OPENED, now), *forgotten, *_before(floor))

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """As in the outcry."""
        return self.outcry.actions(floor, bidder, now)

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """Open."""
        return self.outcry.disclosure(floor)


@dataclass(frozen=True, slots=True)
class EndSeed:
    """Waits for the seed whose lowercase hexadecimal SHA-256 is `commit`; `seconds` is the stretch.

    None: nothing was committed to, the source that the terms name brings the seed.
    """

    id: str
    title: Text
    commit: str | None
    seconds: int
    leading: Callable[[Floor[Any]], LeadersChanged]
    entitle: Callable[[Floor[Any]], Entitled]
    """Who goes on from what counts."""
    kind: str = "seed"

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """Without the seed nobody knows what counts."""
        opened = StageOpened(self.id, self.kind, now, None)
        return (opened, *self._entropy.open(floor, now))

    @property
    def _entropy(self) -> Entropy:
        return Entropy(lambda _floor: _END, self._found)

    def _found(self, floor: Floor[Any], seed: str, order: tuple[str, ...]) -> tuple[FloorFact, ...]:
        assert not order, "balls give no instant"
        length = 1 + drawn_number(seed, _END, self.seconds)
        end = floor.standing.notes[_OPENED] + length * SECOND
        return (Revealed(_END), Noted("seed", seed), Noted(_END, end))

    def judge(self, floor: Floor[Any], bidder: str, ask: BidderAsk, now: Instant) -> Judgement:
        """There is nothing a bidder could do."""
        del floor, bidder, ask, now
        return Refuse("OUTSIDE_WINDOW")

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """The seed must be the one committed to, where one was."""
        if _END in floor.standing.notes:
            return Refuse("NOT_BIDDABLE")
        judged = self._entropy.office(floor, officer, ask, now)
        if isinstance(judged, Refuse) or self.commit is None:
            return judged
        assert isinstance(ask, Draw), "a commitment is to an officer's seed"
        if hashlib.sha256(ask.seed.encode()).hexdigest() != self.commit:
            return Refuse("COMMITMENT_DIFFERS")
        return judged

    def due(self, floor: Floor[Any]) -> Instant | None:
        """At once when the seed is known."""
        return 0 if _END in floor.standing.notes else self._entropy.due(floor)

    def turn(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...] | None:
        """It has no rounds; what the source asks of people may take several windows."""
        return None if _END in floor.standing.notes else self._entropy.turn(floor, now)

    def close(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """What came too late goes; the leaders and those who go on are named."""
        notes = floor.standing.notes
        cut = self._cut(floor, notes[_END] - notes[_OPENED])
        counted = floor.after(cut, now)
        return (*cut, StageClosed(self.id), self.leading(counted), self.entitle(counted))

    def _cut(self, floor: Floor[Any], length: Instant) -> tuple[FloorFact, ...]:
        facts: list[FloorFact] = []
        made = _kept(floor)
        for offer in floor.standing.offers.values():
            own = [(elapsed, amount) for elapsed, who, amount in made if who == offer.bidder]
            before = [row for row in own if row[0] < length]
            if len(before) == len(own):
                continue
            if before:
                amount = max(before)[1]
                facts.append(OfferStood(offer.bidder, offer.lot, amount, offer.quantity))
            else:
                facts.append(OfferWithdrawn(offer.bidder, None, "late"))
        return tuple(facts)

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """Only committing and revealing have a time."""
        return self._entropy.resume(floor, since, now)

    def actions(self, floor: Floor[Any], bidder: str, now: Instant) -> Actions:
        """Wait."""
        del floor, bidder, now
        return Actions(blocked=Refuse("OUTSIDE_WINDOW"))

    def disclosure(self, floor: Floor[Any]) -> Disclosure:
        """Everything is open but the seed, which is not here yet."""
        del floor
        return Disclosure()


def _made(elapsed: Instant, bidder: str, amount: Amount) -> Noted:
    # Of two offers in one microsecond the later takes the note: both count, or neither does.
    return Noted(f"{_MADE} {elapsed} {bidder}", amount)


def _before(floor: Floor[Any]) -> tuple[Noted, ...]:
    """What stands, noted as made before the stretch."""
    return tuple(_made(-1, o.bidder, o.amount) for o in floor.standing.offers.values())


def _kept(floor: Floor[Any]) -> list[tuple[Instant, str, Amount]]:
    rows = []
    for key, amount in floor.standing.notes.items():
        if key.startswith(_MADE) and amount is not None:
            elapsed, _, bidder = key.removeprefix(_MADE).strip().partition(" ")
            rows.append((int(elapsed), bidder, amount))
    return rows
