"""One node among several: present, owning some auctions, following the others, writing letters.

Every node is equal. Which node owns an auction is told by the leases; that only one can write it
is kept by the log. It knows no auction from within: the house opens, hands over and shows them.

1. Owners are chosen without talking: among those present, each log has a first choice, which is
   drawn from both names. The others step in when the first choice does nothing.
2. A node whose presence is in doubt gives no stamps and owns nothing, by its own monotonic clock,
   before anybody else may think so.
3. Whoever goes in an orderly way lets go of its logs one by one, and tells the next owner.
4. A node whose letters to itself do not come back reaches nobody, and would hold up everybody who
   waits for its word: it goes, and comes back with the letters.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final, Protocol

from bidding.core.commands import Command
from bidding.engine import letters
from bidding.engine.asking import PATIENCE, Asked, Asking
from bidding.engine.auctioneer import Answer, Retry, Step
from bidding.engine.auctioneer import Final as Decided
from bidding.engine.doors import Doors
from bidding.engine.nodes import Bus, Grant, Leases, LeasesAway, NotPresent, View
from bidding.engine.ports import Clock, Instant
from bidding.engine.supervisor import Supervisor

_log = logging.getLogger(__name__)

#: Microseconds between two renewals of this node's presence, which is also how often it looks.
RENEW: Final = 350_000
#: A presence is good for so long after the renewal that gave it.
TTL: Final = 1_600_000
#: So long before its end a node no longer relies on its presence: clocks differ a little.
_MARGIN: Final = 100_000
#: So long the first choice has an auction to itself.
_HEAD_START: Final = 400_000
#: How often what waits is handed over again, and how often a door shows owners that it is there.
_TURN: Final = 50_000
_BEAT: Final = 500_000
#: Without a letter of its own for so long a node goes: later than what runs was suspended for it.
_ALONE_AFTER: Final = 3_000_000
#: So many logs are acquired or let go of at a time: renewing must find the leases free. And of what
#: is over, so many are opened at a time.
_AT_ONCE: Final = 2


class Tenant(Protocol):
    """The house, as its membership sees it."""

    def noticed(self, origin: str) -> None:
        """There is a log of this name."""
        ...

    def moved(self, origin: str) -> None:
        """It is owned by somebody else than before, this node or another."""
        ...

    def known(self) -> list[str]:
        """Every log that somebody has to own, what runs first and what is over last."""
        ...

    def patient(self, origin: str) -> bool:
        """Whether it is over, so that its next owner has time."""
        ...

    def owed(self, origin: str) -> Instant | None:
        """Since when time of it was lost that its log does not tell yet; None while it tells all."""
        ...

    @property
    def opening(self) -> int:
        """How many logs are being opened here."""
        ...

    def local(self, origin: str, command: Command, stamp: Instant) -> asyncio.Future[Answer] | None:
        """Asks the auctioneer of this process; None where there is none."""
        ...

    def grew(self, origin: str) -> None:
        """It has entries that may not have been read here."""
        ...

    def entry(self, origin: str, index: int) -> Awaitable[dict[str, Any]]:
        """One entry, read from the log. Raises LogError."""
        ...


class Membership:
    """The part of one node. Made before the house, which `join`s with itself."""

    def __init__(self, leases: Leases, bus: Bus, clock: Clock, name: str, *, most: int) -> None:
        self._leases, self._bus, self._clock, self._name = leases, bus, clock, name
        self._house: Tenant
        self.address = ""
        """Under which this node is present; empty while it is not, or does not know."""
        self.asking = Asking(clock, local=self._local, send=self._send, read=self._read, most=most)
        self.doors = Doors(clock, look=leases.look, flush=self._flush)
        self.takeovers = 0
        """How often this node took an auction that its owner had not let go."""
        self.took: Instant = 0
        """From the last sign of such an owner until his auction went on, the last time; microseconds."""
        self._view = View(0)
        self._held: dict[str, Grant] = {}
        self._told: dict[str, Instant | None] = {}
        """What the lease of each of these says that is owed."""
        self._free_since: dict[str, Instant] = {}
        self._renewed: Instant = 0
        self._leaving = self._lost_letters = self._put_off = self._telling = False
        self._own_letter: Instant = 0
        self.lag: Instant = 0
        """How long the last letter of this node to itself was on its way, in microseconds."""
        self._stir = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._acquiring: set[str] = set()
        self._turns = asyncio.Semaphore(_AT_ONCE)

    def join(self, house: Tenant, supervisor: Supervisor) -> None:
        """Becomes present as soon as the leases answer, and stays so while the supervisor keeps it."""
        self._house = house
        for what, work in (
            ("the presence of this node", self._keep),
            ("the beat of this door", self._beat),
            ("the handing over of what waits", self._hand_again),
        ):
            # At the pace of renewing: after a longer pause the presence could be over.
            supervisor.keep(what, work, RENEW)

    # -- what the house asks ------------------------------------------------------------------

    @property
    def sure(self) -> bool:
        """Whether this node is surely present: then its door gives stamps."""
        return bool(self.address) and self._clock.now() < self._renewed + TTL - _MARGIN

    def holds(self, origin: str) -> bool:
        """Whether this node is the one to write the log."""
        return origin in self._held and self.sure

    def grant(self, origin: str) -> Grant | None:
        """How the lease was had; once, for whoever opens the auction with it."""
        return self._held.get(origin)

    @property
    def owned(self) -> int:
        """How many auctions this node writes."""
        return len(self._held)

    def since_renewed(self) -> Instant:
        """How old the presence is that this node relies on, in microseconds."""
        return self._clock.now() - self._renewed

    def ask(self, origin: str, command: Command, known: int | None) -> asyncio.Future[Answer]:
        """Stamps a request at this door and has it answered, wherever its owner is."""
        self.asking.address = self.address if self.sure else ""
        return self.asking.ask(origin, command, known)

    def passed(
        self,
        origin: str,
        at: Instant,
        done: Callable[[], None],
        silent: Callable[[Instant], None],
    ) -> bool:
        """As `Doors.passed`."""
        return self.doors.passed(origin, at, done, silent)

    def opened(self, origin: str) -> None:
        """The house takes requests for an auction from now on."""
        grant = self._held.get(origin)
        if grant is not None and not grant.handed:
            self.takeovers += 1
        self._post(None, "mine", a=origin)
        self.asking.look_again(origin)
        if self._put_off:
            self._stir.set()

    def went_on(self, origin: str, grant: Grant) -> None:
        """What had to be said of a fall is durable: from here on bids are answered."""
        if not grant.handed:
            self.took = self._clock.now() - grant.served
            _log.warning("%s goes on %d ms after its owner's last sign", origin, self.took // 1000)

    def wrote(self, origin: str) -> None:
        """Entries of an auction that is owned here are durable."""
        self._post(None, "grew", a=origin)

    def read(self, origin: str, steps: Sequence[Step]) -> None:
        """Entries of an auction that is owned elsewhere were read."""
        self.asking.read(origin, steps)

    async def publish(self, origin: str) -> None:
        """A new log is there: whoever made it has it, if nobody was quicker."""
        await self._acquire(origin)
        self._post(None, "grew", a=origin)

    async def let_go(self, origin: str) -> None:
        """Nobody writes the log here any more: the next owner may have it at once."""
        self.doors.forget(origin)
        owed = self._house.owed(origin)
        if self._held.pop(origin, None) is None:
            return
        try:
            async with self._turns:
                await self._tell(origin, self.address, owed)
                await self._leases.release(origin, self.address)
        except LeasesAway:
            return  # it ends with our presence
        others = [node for node in self._view.present if node != self.address]
        if others:
            self._post(None, "free", a=origin, heir=_first_choice(origin, others))

    def leave(self) -> None:
        """From now on nothing more is acquired: the house closes."""
        self._leaving = True

    async def close(self) -> None:
        """Says goodbye. What kept it present has ended, and what was owned was let go."""
        self._leaving = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.doors.close()
        await self.asking.close()
        address, self.address = self.address, ""
        if address:
            try:
                await self._leases.leave(address)
            except LeasesAway as error:
                _log.error("this node could not say goodbye: %s", error)

    # -- being present ------------------------------------------------------------------------

    async def _enter(self) -> None:
        sent = self._clock.now()
        address = await self._leases.enter(self._name, self._bus.place)
        self._renewed = max(sent, self._renewed)
        self._own_letter = self._clock.now()
        self.address = address
        self._bus.listen(address, self._take)
        _log.info("present as %s", address)

    async def _keep(self) -> None:
        """Renews the presence, and puts every log in its place."""
        while True:
            sent = self._clock.now()
            self._stir.clear()
            try:
                if self.address and sent - self._own_letter > _ALONE_AFTER:
                    await self._shut()
                elif self.address:
                    view = await self._leases.renew(self.address)
                    # Good from when it was asked for: the answer may have been long on its way.
                    self._renewed = max(self._renewed, sent)
                    self._sort(view)
                    if not self._telling:
                        self._spawn(self._tell_all())
                elif self._bus.up or not self._lost_letters:
                    self._lost_letters = False
                    await self._enter()
                    continue
            except NotPresent:
                self._out(f"{self.address} is not present any more")
            except LeasesAway as error:
                if self.address and not self.sure:
                    self._out(f"{self.address} cannot renew its presence: {error}")
            await self._sleep(sent)

    async def _sleep(self, sent: Instant) -> None:
        """Until the next renewal, the end of somebody's presence, or a letter that stirs."""
        now = self._clock.now()
        if not self.address:
            wake = now + RENEW // 4
        else:
            # Their clock is ours, but for what the way to the leases takes.
            ends = [end for node, end in self._view.present.items() if node != self.address]
            wake = min([sent + RENEW, *(end + 10_000 for end in ends if end + 10_000 > now)])
        timer = asyncio.create_task(self._clock.sleep_until(wake))  # noqa: TID251 held here
        stirred = asyncio.create_task(self._stir.wait())  # noqa: TID251 held in this frame
        try:
            await asyncio.wait({timer, stirred}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            timer.cancel()
            stirred.cancel()

    async def _shut(self) -> None:
        """Says goodbye for want of letters: nobody shall wait for what this door has to say."""
        address, self._lost_letters = self.address, True
        owed = {origin: self._house.owed(origin) for origin in self._held}
        self._out(f"{address} goes: its letters do not come back")
        for origin, since in owed.items():
            await self._tell(origin, address, since)
        await self._leases.leave(address)

    def _out(self, why: str) -> None:
        """Not present: no stamps, no auctions, until it has entered anew."""
        _log.error("%s", why)
        self.address = self.asking.address = ""
        held, self._held = list(self._held), {}
        self.asking.give_up("recovering")
        for origin in held:
            self.doors.forget(origin)
            self._house.moved(origin)

    def _sort(self, view: View) -> None:
        """What the leases say, made true here."""
        before, self._view = self._view, view
        self.doors.present(view)
        self._bus.meet({node: view.places.get(node) for node in view.present})
        for origin in [o for o in self._held if view.owners.get(o, self.address) != self.address]:
            _log.error("%s is owned by %s now", origin, view.owners[origin])
            del self._held[origin]
            self.doors.forget(origin)
            self._house.moved(origin)
        for origin, owner in view.owners.items():
            if owner == self.address and origin not in self._held:
                self._go_for(origin)
            if before.owners.get(origin) != owner:
                self._house.noticed(origin)
                if owner != self.address:
                    self.asking.look_again(origin)
        self._free_since = {o: s for o, s in self._free_since.items() if o not in view.owners}
        free = [o for o in self._house.known() if o not in view.owners and o not in self._held]
        hands = _AT_ONCE - len(self._acquiring) - self._house.opening
        self._put_off = False
        for origin in free:
            patient = self._house.patient(origin)
            # A shelf of past auctions would stand between a bidder and his answer.
            if patient and hands <= 0:
                self._put_off = True
                break
            hands -= self._want(origin) and patient

    def _want(self, origin: str) -> bool:
        """A log that nobody owns: its first choice takes it, and the others wait a little."""
        now = self._clock.now()
        since = self._free_since.setdefault(origin, now)
        first = _first_choice(origin, list(self._view.present)) == self.address
        wanted = first or now - since >= _HEAD_START
        if wanted:
            self._go_for(origin)
        return wanted

    def _go_for(self, origin: str) -> None:
        if origin in self._acquiring or origin in self._held:
            return
        if self.sure and not self._leaving:
            self._spawn(self._acquire(origin))

    async def _acquire(self, origin: str) -> None:
        self._acquiring.add(origin)
        try:
            async with self._turns:
                address = self.address
                grant = await self._leases.acquire(origin, address)
            if grant is not None and address == self.address and not self._leaving:
                self._held[origin], self._told[origin] = grant, grant.served
                self._house.moved(origin)
        except (NotPresent, LeasesAway):
            self._stir.set()  # the next renewal says what that means
        finally:
            self._acquiring.discard(origin)

    async def _tell_all(self) -> None:
        """What is owed changes as words become durable; the leases follow, one log after another."""
        self._telling = True
        try:
            for origin in list(self._held):
                if self._told.get(origin) is None and self._house.patient(origin):
                    continue
                if self._house.owed(origin) != self._told.get(origin):
                    async with self._turns:
                        if origin in self._held:
                            await self._tell(origin, self.address, self._house.owed(origin))
        except LeasesAway:
            return  # the rest after another renewal
        finally:
            self._telling = False

    async def _tell(self, origin: str, address: str, since: Instant | None) -> None:
        """Has the lease say what is owed: this node may be gone before the record says it."""
        if since != self._told.get(origin):
            await self._leases.owes(origin, address, since)
            self._told[origin] = since

    # -- letters ------------------------------------------------------------------------------

    async def _beat(self) -> None:
        """Shows every node, itself too, that what this door says reaches it: the way of the bids."""
        while True:
            now = self._clock.now()
            for node in self._view.present if self.address else ():
                self._post(node, "beat", t=now)
            await self._clock.sleep_until(now + _BEAT)

    async def _hand_again(self) -> None:
        while True:
            now = self._clock.now()
            self.asking.look_again()
            await self._clock.sleep_until(now + _TURN)

    def _local(self, one: Asked) -> asyncio.Future[Answer] | None:
        if not self.holds(one.origin):
            return None
        # Handed over anew it may be decided long after this door had it, and the record says when.
        command = replace(one.command, received=one.stamp)
        return self._house.local(one.origin, command, one.stamp)

    def _send(self, one: Asked) -> None:
        owner = self._view.owners.get(one.origin)
        if owner is not None and owner != self.address:
            asked = letters.asked(one.command)
            self._post(owner, "ask", id=one.name, a=one.origin, t=one.stamp, cmd=asked)

    async def _read(self, origin: str, index: int) -> dict[str, Any]:
        return await self._house.entry(origin, index)

    def _flush(self, door: str, origin: str, at: Instant) -> None:
        if door == self.address:
            self.doors.hear(door)
            self.doors.mark(origin, door, self.asking.mark(origin))
        else:
            self._post(door, "flush", a=origin, at=at)

    def _post(self, to: str | None, kind: str, **fields: Any) -> None:
        if self.address:
            self._bus.post(to, letters.encode(kind, self.address, **fields))

    def _take(self, letter: bytes) -> None:
        """One letter. What makes no sense is dropped: who wrote it will write again."""
        try:
            read = letters.decode(letter)
            sender = str(read["from"])
            self.doors.hear(sender)
            if sender == self.address:
                self._own_letter = self._clock.now()
                self.lag = self._own_letter - read.get("t", self._own_letter)
            else:
                self._act(sender, read)
        except Exception:  # noqa: BLE001 one letter must not end the hearing of all others
            _log.exception("a letter that could not be acted on")

    def _act(self, sender: str, read: dict[str, Any]) -> None:
        match read["k"]:
            case "ask":
                self._asked(sender, read)
            case "said":
                origin = self.asking.said(read["id"], read.get("i"), read.get("why"))
                if origin is not None:
                    self._house.grew(origin)
            case "grew":
                self._house.grew(read["a"])
            case "flush":
                self._post(sender, "mark", a=read["a"], upto=self.asking.mark(read["a"]))
            case "mark":
                self.doors.mark(read["a"], sender, read["upto"])
            case "free" if read["heir"] == self.address and not self._house.patient(read["a"]):
                self._go_for(read["a"])
            case "free":
                self._stir.set()
            case "mine":
                owners = {**self._view.owners, read["a"]: sender}
                self._view = replace(self._view, owners=owners)
                self._house.noticed(read["a"])
                self.asking.look_again(read["a"])

    def _asked(self, door: str, read: dict[str, Any]) -> None:
        """A request from another door. Not ours any more, or not yet: it will be sent again."""
        origin, stamp = read["a"], read["t"]
        if not self.holds(origin) or self._clock.now() - stamp > PATIENCE:
            return  # of what is older its door has given up, and said so to whoever asked
        command = letters.command(read["cmd"], stamp)
        answer = self._house.local(origin, command, stamp)
        if answer is None:
            return

        def answered(done: asyncio.Future[Answer]) -> None:
            match done.result():
                case Decided(index=index):
                    self._post(door, "said", id=read["id"], a=origin, i=index)
                case Retry(why="busy"):
                    self._post(door, "said", id=read["id"], a=origin, why="busy")

        answer.add_done_callback(answered)

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)  # noqa: TID251 held until it ends
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.critical("part of the membership ended: %r", error, exc_info=error)


def _first_choice(origin: str, nodes: list[str]) -> str:
    """Among these, the one that a log falls to; each node finds the same one."""
    return max(nodes, key=lambda node: sha256(f"{origin}\n{node}".encode()).digest())
