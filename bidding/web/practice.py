"""Practice: the very same rule document, played for one bidder in a house of its own.

The document is the published one to the byte, so its hash is the same, and so are all of its
instants: the practice house has a clock that stands shortly before the opening and runs from there,
and can be moved on over days in which nothing happens. Its log, its key and its bidders pass
away with it; nothing of it is ever in a real log (DESKS 4.1).

1. One session an account, so many in the house, so long each: whoever begins anew ends his last.
2. The played bidders ask through the same door of the engine as anybody; what would be refused
   they do not ask.
3. Only what others alone know (trustees' keys, a beacon's figures) is replaced, and it is said
   which terms that are; then the hash cannot be the same.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from auction_rules.conformance.chance import Chance
from auction_rules.facts import Instant
from auction_rules.floor import BidderAsk
from auction_rules.rule import Rule
from auction_rules.terms import SECOND
from bidding.core import commands as c
from bidding.core.decide import Accepted, decide
from bidding.core.document import Document, Published
from bidding.core.record import due, open_session
from bidding.core.state import OVER, State
from bidding.engine.auctioneer import Final as Decided
from bidding.engine.bidders import Preparation
from bidding.engine.house import House
from bidding.engine.hub import Room
from bidding.engine.identity import Application, Registry, Seat
from bidding.engine.passing import PassingKeys, PassingLog, ShiftedClock
from bidding.web.context import Door, DoorSettings
from bidding.web.problems import Problem
from replay.company import Guest, Officers, company, stand_ins
from replay.sealing import Sealer

if TYPE_CHECKING:
    from bidding.web.stream import Stream

log = logging.getLogger(__name__)

LIFETIME: Final = 30 * 60.0
"""Seconds a session lasts at most."""
AFTERWARDS: Final = 5 * 60.0
"""Seconds its result can be looked at."""
MOST: Final = 40
"""Sessions at a time in the whole house."""
BOTS: Final = 3
_EARLY: Final = 60 * SECOND
_LEAD: Final = 20 * SECOND
"""The clock is moved to this long before what comes next, so that there is time to act."""
_PACE: Final = (900, 2_600)
"""Milliseconds between two acts of the played bidders, from and to."""
_NOT_NOW: Final = {
    "zh": "练习暂时不能开始，请稍后再试。",
    "en": "Practice cannot begin just now. Try again in a moment.",
}
_STAFF, _SECOND_OFFICER = "staff:practice-1", "approver:practice-2"


class OneSeat:
    """What the register of a practice house knows: one person, on one seat."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat

    async def seat(self, auction: str, account: str) -> Seat | None:
        """His seat, and nobody else's."""
        mine = (auction, account) == (self._seat.auction, self._seat.account)
        return self._seat if mine else None

    async def applications(self, auction: str) -> list[Application]:
        """Nobody applies for practice."""
        del auction
        return []


@dataclass(frozen=True, slots=True)
class Casting:
    """Who and what a session is played with: the document, the terms, the people."""

    document: Document
    rule: Rule
    terms: Any
    privates: Mapping[str, str]
    replaced: tuple[str, ...]

    @classmethod
    def of(cls, approved: Mapping[str, Any]) -> Casting:
        """From the document of a published auction, with stand-ins for others' secrets."""
        fields = {name: approved[name] for name in Document.model_fields if name in approved}
        # It is published already: what could be published today is no matter of practice.
        rule, terms = Published.model_validate(fields).bound()
        stood_in = stand_ins(terms)
        if stood_in.replaced:
            fields["terms"] = stood_in.terms
        document = Published.model_validate(fields)
        rule, terms = document.bound()
        return cls(document, rule, terms, stood_in.privates, stood_in.replaced)

    def begins(self) -> tuple[Instant, Instant | None]:
        """Where its clock starts, and when the first stage opens."""
        opened = open_session("practice/log", self.document, 0, _STAFF, _SECOND_OFFICER)
        first = self.rule.due(opened.state.floor())
        start = max(0, (first or 0) - _EARLY)
        if self.document.deposit_deadline is not None:
            start = min(start, max(0, self.document.deposit_deadline - _EARLY))
        return start, first


class Practice:
    """One session of one account."""

    def __init__(
        self, name: str, account: str, paddle: str, lot: str | None, cast_: Casting
    ) -> None:
        self.name, self.account, self.paddle, self.lot = name, account, paddle, lot
        self.cast = cast_
        self.auction = cast_.document.auction
        self.took_part = False
        chance = Chance(name)
        guests = [
            guest
            for guest in company(cast_.rule, cast_.terms, BOTS + 1, name, "calm")
            if guest.number != paddle and (lot is None or guest.lot != lot)
        ]
        self._guests: Sequence[Guest] = guests[:BOTS]
        self._chance = chance
        self._sealer = Sealer(self.auction, cast_.terms, cast_.privates)
        self._officers = Officers(cast_.terms, self._sealer, tuple(cast_.privates), name)
        self._turn = 0
        self.door: Door
        self.stream: Stream
        self._clock: ShiftedClock
        self._log = PassingLog()

    async def open(self, outer: Door) -> None:
        """Publishes the document in a house of its own, admits everybody, and takes their money.

        Raises TRY_LATER where its bidder is not let in. Played ones who are not do not play.
        """
        start, first = self.cast.begins()
        self._clock = ShiftedClock(outer.clock, start)
        house = House(self._log, self._clock, PassingKeys(), f"practice/{self.name}")
        await house.publish(self.cast.document, _STAFF, _SECOND_OFFICER)
        seat = Seat(self.auction, self.account, self.paddle, self.lot, b"", admitted=True)
        self.door = Door(
            house,
            cast("Registry", OneSeat(seat)),
            outer.passwords,
            self._clock,
            DoorSettings(origins=outer.settings.origins, limits=outer.limits),
            papers=outer.papers,
            money=outer.money,
            bidders=outer.bidders,
            oversight=outer.oversight,
        )
        self.door.sessions = outer.sessions
        if not await self._let_in(self.paddle, self.lot):
            await house.close()
            raise Problem("TRY_LATER", headers={"Retry-After": "1"}, sentence=_NOT_NOW)
        self._guests = [one for one in self._guests if await self._let_in(one.number, one.lot)]
        if first is not None:
            self._forward(first - _LEAD)

    async def _let_in(self, number: str, lot: str | None) -> bool:
        """Whether he is admitted now, with his deposit."""
        if not await self._ask(_STAFF, c.Admit(number, lot)):
            return False
        paid = self.cast.document.deposit
        money = c.Deposit(number, paid, self._clock.now(), f"practice:{number}")
        return not paid or await self._ask(_STAFF, money)

    @property
    def room(self) -> Room:
        """Where it stands."""
        return self.door.house.room(self.auction)

    @property
    def over(self) -> bool:
        """Whether there is nothing more to do in it."""
        return self.room.state.status in OVER

    @property
    def same(self) -> bool:
        """Whether it is played on the approved document to the byte."""
        return not self.cast.replaced

    @property
    def bots(self) -> int:
        """How many play against him."""
        return len(self._guests)

    def next_due(self) -> Instant | None:
        """What the clock would be moved on to; None where nothing is foreseen."""
        return None if self.over else due(self.room.state, self.cast.rule)

    def skip(self) -> bool:
        """Moves the clock on to shortly before what comes next, or over it when it is near."""
        due_at = self.next_due()
        if due_at is None:
            return False
        before = due_at - _LEAD
        self._forward(before if before > self._clock.now() + 2 * SECOND else due_at)
        return True

    def _forward(self, to: Instant) -> None:
        self._clock.forward(to)
        self.door.house.moved_on()

    async def run(self) -> None:
        """The played bidders and officers, until it is over."""
        least, most = _PACE
        while not self.over:
            await asyncio.sleep((least + self._chance.below(most - least)) / 1_000)
            state = self.room.state
            self.took_part = self.took_part or _took_part(state, self.paddle)
            if not await self._officer(state):
                await self._guest(state)
        self.took_part = self.took_part or _took_part(self.room.state, self.paddle)

    async def _guest(self, state: State) -> bool:
        now = self._clock.now()
        if state.status != "running":
            return False
        self._turn += 1
        for n in range(len(self._guests)):
            guest = self._guests[(n + self._turn) % len(self._guests)]
            for ask in guest.wishes(state, self.cast.rule, now, self._sealer):
                if guest.content(state, ask) or not self._would(f"bidder:{guest.number}", ask):
                    continue
                guest.remember(state, ask)
                await self._ask(f"bidder:{guest.number}", ask)
                return True
        return False

    async def _officer(self, state: State) -> bool:
        for key, officer, ask in self._officers.duties(state, self.cast.rule):
            if self._would(f"staff:{officer}", ask):
                self._officers.done.add(key)
                await self._ask(f"staff:{officer}", ask)
                return True
        return False

    def _would(self, actor: str, ask: c.Ask | BidderAsk) -> bool:
        """Tried aside: what would be refused is not asked."""
        command = c.Command(actor, ask)
        now = max(self._clock.now(), self.room.state.t)
        return isinstance(decide(self.room.state, command, now, self.cast.rule), Accepted)

    async def _ask(self, actor: str, ask: c.Ask | BidderAsk) -> bool:
        """Whether it was accepted."""
        command = c.Command(actor, ask, secrets.token_urlsafe(12))
        answer = await asyncio.shield(self.door.house.ask(self.auction, command))
        return isinstance(answer, Decided) and answer.entry["type"].endswith(".accepted")

    async def close(self) -> None:
        """Everybody who looks at it is told to go; then it is forgotten."""
        await self.door.house.close()
        await self.stream.close()
        await self._log.close()


def _took_part(state: State, paddle: str) -> bool:
    standing = state.standing
    offered = any(offer.bidder == paddle for offer in standing.offers.values())
    return offered or paddle in standing.answers or paddle in standing.sealed


class Practices:
    """All sessions of this process."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._all: dict[str, Practice] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def __len__(self) -> int:
        return len(self._all)

    def of(self, name: str, account: str) -> Practice:
        """A session for its own bidder. Raises NOT_FOUND."""
        found = self._all.get(name)
        if found is None or found.account != account:
            raise Problem("NOT_FOUND")
        return found

    async def begin(self, account: str, paddle: str, lot: str | None, cast_: Casting) -> Practice:
        """A new session in place of this account's last. Raises PRACTICE_FULL."""
        for earlier in [p for p in self._all.values() if p.account == account]:
            await self.end(earlier)
        if len(self._all) >= MOST:
            raise Problem("PRACTICE_FULL", headers={"Retry-After": "60"})
        made = Practice(secrets.token_hex(8), account, paddle, lot, cast_)
        # The seat is taken before anything is awaited: two presses must not pass the limit.
        self._all[made.name] = made
        try:
            await made.open(self._door)
        except BaseException:
            self._all.pop(made.name, None)
            raise
        # Imported here: the stream knows the door, the door its practices.
        from bidding.web.stream import Stream  # noqa: PLC0415

        made.stream = made.door.stream = Stream(made.door)
        task = asyncio.create_task(self._live(made), name="practice")  # noqa: TID251 held in _tasks
        self._tasks[made.name] = task
        return made

    async def _live(self, session: Practice) -> None:
        """Plays it, notes that its bidder has practised, and lets it go in the end."""
        try:
            async with asyncio.timeout(LIFETIME):
                await session.run()
        except TimeoutError:
            log.info("a practice session reached its end of time")
        except Exception:
            log.exception("a practice session broke")
        if session.took_part:
            await self._note(session)
        await asyncio.sleep(AFTERWARDS)
        # This task ends by itself: it must not be waited for by its own ending.
        self._tasks.pop(session.name, None)
        await self.end(session)

    async def _note(self, session: Practice) -> None:
        done = Preparation(
            session.account, session.auction, "practised", self._door.clock.now(), {}
        )
        await self._door.bidders.prepared(done)

    async def end(self, session: Practice) -> None:
        """Ends it now, whoever looks at it."""
        if self._all.pop(session.name, None) is None:
            return
        task = self._tasks.pop(session.name, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            if session.took_part or _took_part(session.room.state, session.paddle):
                await self._note(session)
        await session.close()

    async def close(self) -> None:
        """The house closes."""
        for session in list(self._all.values()):
            await self.end(session)


__all__ = ["BOTS", "MOST", "Casting", "Practice", "Practices"]
