"""The house: opens auctions, recovers them from their logs, hands out rooms and proofs.

Start-up is a replay: there is no other way to open an auction than to read its log, check it
against its signed checkpoints, and take over the right to write it. It decides nothing itself
and checks nobody's identity; the door does that before it asks.

1. A log that does not hold is refused by name and entry; the other auctions open all the same.
2. A session that was running when the house went down is suspended as of the last instant it was
   surely up; what its document says of interruptions resumes it, or leaves that to people
   (`core.downtime`), and the contingency term of its rule says what time it gets back.
3. An auction that breaks is opened anew from its log. Twice without a request in between, and it
   stays suspended: then people have to look.
5. Time in which nothing could be written is nobody's: the house feels it by its own writes
   (`pulse`), no bell rings meanwhile, and each session is given back what it lost.
4. Fenced means that somebody else writes this log now: the house lets go and does not fight.
6. Where several nodes share the record (`membership`), an auction that another one owns is followed:
   its room is fed from the log, and what is asked here is stamped here and decided there.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from auction_rules.registry import UnknownRule, source_sha256
from bidding.core.commands import Command, Resume, Suspend
from bidding.core.document import Document
from bidding.core.downtime import recovered
from bidding.core.record import due, open_session, rule_of
from bidding.core.state import State
from bidding.engine.auctioneer import INBOX_MAX, Answer, Auctioneer, Opening, Retry, Step
from bidding.engine.following import Follower
from bidding.engine.hub import Room
from bidding.engine.membership import Membership
from bidding.engine.nodes import Grant
from bidding.engine.notebook import Notebook
from bidding.engine.ports import (
    Clock,
    EventLog,
    Fenced,
    Instant,
    Keys,
    Lease,
    LogBroken,
    LogDamaged,
    LogError,
    LogExists,
    NoSuchLog,
)
from bidding.engine.progress import Progress
from bidding.engine.pulse import BEAT, INTERRUPTED, QUICK, TOLERATED, Pulse
from bidding.engine.reading import Verified, verify
from bidding.engine.side_proofs import SideProofs
from bidding.engine.supervisor import Supervisor, told
from bidding.engine.witnessing import Cosigned, Witnessing
from bidding.proof import canon
from bidding.proof.acknowledgement import signer_name
from bidding.proof.archive import write_archive
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.gm import gm_policy_text
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.receipt import Receipt

_log = logging.getLogger(__name__)

#: A session that opens within this time is watched as if it ran.
_SOON: Final = 5_000_000
_PATIENCE: Final = (100_000, 5_000_000)
"""First and longest wait, in microseconds, before a broken store is tried again."""
_AT_ONCE: Final = 8
_OVER: Final = ("closed", "terminated", "voided")
_LOOK: Final = 500_000
"""How often a followed auction that runs is looked at, though no letter told that it grew."""
_STALE: Final = 2_000_000
"""So long what was read of an auction that is over is shown without another look, but for letters."""
_LOOK_AT_ALL: Final = 10
"""And every so many times, those that do not run."""


Stage: TypeAlias = Literal["R1", "R2"]
"""Of a receipt: signed by the centre, or by a quorum of its witnesses too."""
_R1: Final[Stage] = "R1"
_R2: Final[Stage] = "R2"


Standing: TypeAlias = Literal["centre", "waits", "witnessed"]
"""Of a result: under the centre's signature alone, not yet or already under a quorum's too."""


class NotWitnessed(Exception):
    """No quorum of witnesses has signed this yet; what the centre signed is there."""


class NoSuchAuction(LookupError):
    """No auction of this name is open here; the text says why when the house knows."""


@dataclass(slots=True, eq=False)
class _Seat:
    """One auction of the house, through all its auctioneers."""

    origin: str
    room: Room | None = None
    auctioneer: Auctioneer | None = None
    follower: Follower | None = None
    """Instead of an auctioneer, where another node has him."""
    grant: Grant | None = None
    """How the lease was had, until somebody has opened the auction with it."""
    looked: Instant = 0
    """When a followed auction was read last."""
    silenced: bool = False
    """Whether it was told that a door cannot reach it."""
    failures: int = 0
    up_until: Instant | None = None
    lost_from: Instant | None = None
    """From when on time is to be given back, until that is durable."""
    given_back: Instant = 0
    """How much of what the house lost is settled for this auction."""
    refused: str | None = None
    opening: asyncio.Task[None] | None = None
    cosigned: Cosigned | None = None
    """What a quorum has signed, as far as was read of what another node keeps."""
    witnessed_as: str | None = None
    """The end of the session that a quorum has signed; what is announced later takes nothing back."""

    @property
    def reader(self) -> Auctioneer | Follower | None:
        """Who knows the log now; None while it is being read."""
        return self.auctioneer or self.follower


class House:
    """All auctions of one process. `prefix` is the part of each log's name before the auction's."""

    def __init__(
        self,
        log: EventLog,
        clock: Clock,
        keys: Keys,
        prefix: str,
        *,
        holder: str = "house",
        inbox_max: int = INBOX_MAX,
        witnessing: Witnessing | None = None,
        side: SideProofs | None = None,
        others: Membership | None = None,
        decided: Callable[[Sequence[Step]], None] = lambda _: None,
    ) -> None:
        self._log, self._clock, self._keys = log, clock, keys
        self.witnessing = witnessing or Witnessing.nobody(log, clock)
        self._side, self._others, self._decided = side, others, decided
        self.notebook = Notebook(log, clock, keys, holder, alone=others is None)
        """What is remarked on the records, in logs of their own."""
        self._prefix, self._holder, self._inbox_max = prefix, holder, inbox_max
        self._seats: dict[str, _Seat] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._reading = asyncio.Semaphore(_AT_ONCE)
        self._last_beat: Instant | None = None
        self.supervisor = Supervisor(clock)
        """What runs as long as the house does."""
        self._pulse = Pulse(clock.now())
        self._learned = False
        self._closing = False

    @property
    def prefix(self) -> str:
        """Whose logs these are: the part of each one's name before the auction's."""
        return self._prefix

    # -- opening ----------------------------------------------------------------------------

    async def publish(self, document: Document, proposer: str, approver: str) -> str:
        """Opens a new auction with its document as entry 0; returns the auction's id.

        `proposer` and `approver` are actors (`staff:li`). Raises LogExists, LogBroken, UnknownRule
        or pydantic's ValidationError.
        """
        # A browser that hangs up must not leave a log without an auctioneer.
        return await asyncio.shield(self._spawn(self._publish(document, proposer, approver)))

    async def learn(self) -> None:
        """Lists the logs of the store, so that none of them is called unknown. Raises LogError.

        To be done before the door opens: "no such auction" is a no, and a no must be true.
        """
        if self._learned:
            return
        self._last_beat = await self._log.last_beat()
        names = [n for n in await self._log.logs() if n.startswith(f"{self._prefix}/")]
        for name in names:
            if "/" in self._auction(name):
                continue  # remarks on an auction are no auction
            self._seats.setdefault(self._auction(name), _Seat(name))
        self._learned = True

    async def recover(self) -> Mapping[str, str]:
        """Opens every log of the store; returns auction -> reason for those that were refused.

        May run beside the open door: who asks for an auction that is not open yet gets Retry,
        and the auction is opened out of turn.
        """
        await self.learn()
        if self._others is not None:
            self._others.join(self)
            self.supervisor.keep("the reading of what others write", self._look_after)
        # Now: one log that stays broken must not keep the house from noting that it is up.
        self._beat_on()
        turn = asyncio.Semaphore(_AT_ONCE)

        async def in_turn(seat: _Seat) -> None:
            async with turn:
                await self._opened(seat)

        await asyncio.gather(*(in_turn(seat) for seat in list(self._seats.values())))
        return {a: s.refused for a, s in self._seats.items() if s.refused is not None}

    async def opened(self, auction: str) -> Room:
        """The room of an auction, once it is open. Raises NoSuchAuction.

        Where another node writes it, everything is shown that was in the log by now.
        """
        if self._others is None:
            await self._opened(self._seat(auction))
            return self.room(auction)
        seat = await self._found(auction)
        if seat.room is None:
            await self._opened(seat)
        elif not (seat.room.state.status in _OVER and self._clock.now() - seat.looked < _STALE):
            await self._catch_up(seat)
        return self.room(auction)

    async def close(self) -> None:
        """Decides and writes what was asked so far, then stops everything. The log stays open."""
        self._closing = True
        await self.witnessing.close()
        if self._side is not None:
            await self._side.close()
        if self._others is not None:
            self._others.leave()
        await self.supervisor.drop()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        seats = list(self._seats.values())
        await asyncio.gather(*(self._hand_over(s) for s in seats))
        await asyncio.gather(*(s.room.close() for s in seats if s.room))
        if self._others is not None:
            await self._others.close()

    # -- asking -----------------------------------------------------------------------------

    def ask(self, auction: str, command: Command) -> asyncio.Future[Answer]:
        """Stamps and queues the request before it returns; the answer comes when it is durable.

        Raises NoSuchAuction. Await the future, or shield it: cancelling it cancels nothing here.
        """
        seat = self._seat(auction)
        if self._others is not None and seat.refused is None and not self._closing:
            follower, key = seat.follower, command.key
            known = None if follower is None or key is None else follower.index_of(key)
            return self._others.ask(seat.origin, command, known)
        if seat.auctioneer is not None and not self._closing:
            return seat.auctioneer.ask(command)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if seat.refused is not None or self._closing:
            answer.set_result(Retry("closed_door"))
        else:
            self._spawn(self._opened(seat))
            answer.set_result(Retry("recovering"))
        return answer

    def auctions(self) -> list[str]:
        """The ids of all auctions known here, oldest first, open or not."""
        return list(self._seats)

    def refused(self, auction: str) -> str | None:
        """Why an auction cannot be opened; None when it can. Raises NoSuchAuction."""
        return self._seat(auction).refused

    def room(self, auction: str) -> Room:
        """The room of an open auction. Raises NoSuchAuction."""
        seat = self._seat(auction)
        if seat.room is None:
            raise NoSuchAuction(f"{auction}: {seat.refused or 'not open yet'}")
        return seat.room

    @property
    def ready(self) -> bool:
        """Whether who asks here is heard: for whatever leads people to one node or another."""
        return not self._closing and (self._others is None or self._others.sure)

    def latest(self) -> Instant:
        """The longest time from stamp to disk of late, in any auction decided here; microseconds."""
        return max((s.auctioneer.lag or 0 for s in self._seats.values() if s.auctioneer), default=0)

    def queued(self) -> int:
        """How many requests wait for a decision here."""
        return sum(s.auctioneer.queued for s in self._seats.values() if s.auctioneer)

    def lag(self, auction: str) -> Instant | None:
        """How long requests of late took from stamp to disk; None: nobody can say. NoSuchAuction."""
        auctioneer = self._seat(auction).auctioneer
        return None if auctioneer is None else auctioneer.lag

    # -- evidence ---------------------------------------------------------------------------

    async def receipt(
        self, auction: str, index: int, stage: Stage | None = None
    ) -> tuple[bytes, Stage]:
        """The `.tlog-proof` of a committed entry, and which stage it is of.

        R1 is under the centre's signature, at once; R2 under a quorum's too, once they have
        signed. Without `stage`, the best there is. Raises NoSuchAuction, IndexError when the
        entry cannot be proved now, NotWitnessed when R2 is asked for and not there yet.
        """
        seat, room = self._seat(auction), self.room(auction)
        reader = seat.reader
        if not 0 <= index < room.state.index or reader is None:
            raise IndexError(f"{auction} has no entry {index} that could be proved now")
        # Proof and checkpoint in one breath: the next batch may move both.
        size, checkpoint = reader.checkpoint
        cosigned = None if stage == "R1" else self._cosigned(seat)
        if cosigned is not None and index < cosigned.size <= size:
            size, checkpoint, found = cosigned.size, cosigned.note, _R2
        elif stage == "R2":
            raise NotWitnessed(f"{auction}: no quorum has signed entry {index} yet")
        else:
            found = _R1
        proof = reader.inclusion(index, size)
        (body,) = await self._log.read(seat.origin, index, index + 1)
        return Receipt(body, index, proof, checkpoint).encode(), found

    def result(self, auction: str) -> Standing | None:
        """Who has signed how it ended; None before its end. Raises NoSuchAuction.

        A result is published (成交公示) unless it `waits`: where the policy asks for a quorum,
        what its witnesses have not seen might still be told differently to somebody else.
        """
        seat, state = self._seat(auction), self.room(auction).state
        if state.status not in _OVER:
            return None
        if not self.witnessing.policy.demands:
            return "centre"
        cosigned = self._cosigned(seat)
        if cosigned is not None and cosigned.size >= state.index:
            seat.witnessed_as = state.status
        return "witnessed" if seat.witnessed_as == state.status else "waits"

    def sign_paper(self, text: str) -> bytes:
        """A statement of the centre beside all logs, as a signed note.

        Under a name that no log can have, so that nobody can take it for a checkpoint.
        """
        return self._keys.signer(signer_name(self._prefix)).sign(text)

    def consistency(self, auction: str, start: int, stop: int) -> list[bytes] | None:
        """The proof that the tree of `stop` entries begins with the tree of `start`.

        None while the auction is being read again. Raises NoSuchAuction, IndexError unless
        0 < start <= stop <= what is durable.
        """
        reader = self._seat(auction).reader
        if reader is None:
            return None
        if not 0 < start <= stop <= reader.checkpoint[0]:
            raise IndexError(f"{auction}: no proof from {start} to {stop} entries")
        return list(reader.consistency(start, stop))

    def index_of(self, auction: str, key: str) -> int | None:
        """The index of the entry that answered `actor/ref`, once it is durable."""
        reader = self._seat(auction).reader
        return None if reader is None else reader.index_of(key)

    async def archive(self, auction: str) -> bytes:
        """The auditor's single file. Raises NoSuchAuction, LogError.

        Up to the last checkpoint once the session is over; before that, where there are
        witnesses, up to the last one that a quorum has signed, so that the file always verifies.
        """
        seat = self._seat(auction)
        notes = await self._log.checkpoints(seat.origin)
        size, cosigned = _covered(notes[-1]), self._cosigned(seat)
        if cosigned is not None and cosigned.size <= size:
            if seat.room is not None and seat.room.state.status not in _OVER:
                size = cosigned.size
            notes = [n for n in notes if _covered(n) <= size]
            if cosigned.size == size:
                notes[-1] = cosigned.note
        if self._side is not None:
            notes = await self._side.beside(seat.origin, notes)
        return write_archive(seat.origin, await self._log.read(seat.origin, 0, size), notes)

    def policy(self, auction: str) -> str:
        """The policy file that an auditor of this auction starts from. Raises NoSuchAuction."""
        log = self._keys.signer(self._seat(auction).origin).verifier
        return self.witnessing.policy.text(log)

    def sm2_policy(self, auction: str) -> str | None:
        """The file with the SM2 key of the parallel log; None without one. Raises NoSuchAuction."""
        origin = self._seat(auction).origin
        key = None if self._side is None else self._side.key(origin)
        return None if key is None else gm_policy_text(key)

    async def entries(self, auction: str, start: int, stop: int) -> list[dict[str, Any]]:
        """Entries start .. stop-1 as they stand in the log. Raises NoSuchAuction, LogError."""
        found: list[Any] = [canon.decode(b) for b in await self.bodies(auction, start, stop)]
        return found

    async def bodies(self, auction: str, start: int, stop: int) -> list[bytes]:
        """The bytes of entries start .. stop-1. Raises NoSuchAuction, LogError."""
        return await self._log.read(self._seat(auction).origin, start, stop)

    # -- how an auction opens ---------------------------------------------------------------

    async def _publish(self, document: Document, proposer: str, approver: str) -> str:
        origin = f"{self._prefix}/{document.auction}"
        if document.auction in self._seats:
            raise LogExists(origin)
        now, python = self._clock.now(), platform.python_version()
        trusted = self.witnessing.policy.text(self._keys.signer(origin).verifier)
        policy = hashlib.sha256(trusted.encode()).hexdigest()
        made = open_session(
            origin, document, now, proposer, approver, python=python, policy_sha256=policy
        )
        tree = Tree()
        tree.append(leaf_hash(made.body))
        note = self._keys.signer(origin).sign(Checkpoint(origin, 1, tree.root()).body())
        seat = _Seat(origin)
        try:
            await self._log.create(origin, made.body, note)
            if self._others is not None:
                self._seats[document.auction] = seat
                await self._others.publish(origin)
                await self._opened(seat)
                return document.auction
            lease = await self._log.take_over(origin, self._holder)
        except LogBroken:
            # Nobody knows whether it was written; opening it as a stranger would tells.
            await self._opened(seat)
            if seat.refused is not None:
                raise
            self._seats[document.auction] = seat
            return document.auction
        self._seats[document.auction] = seat
        found = Verified(made.state, tree, {}, note, [State(origin)])
        self._seat_auctioneer(seat, found, lease, ())
        self._beat_on()
        return document.auction

    async def _opened(self, seat: _Seat) -> None:
        """Opens a seat once, however many wait for it."""
        if self._in_place(seat):
            return
        if seat.opening is None or seat.opening.done():
            seat.opening = self._spawn(self._open(seat))
        await asyncio.shield(seat.opening)

    async def _open(self, seat: _Seat) -> None:
        """Takes over, reads, believes, goes on. A broken store is tried again, for ever."""
        patience, longest = _PATIENCE
        said = ""
        while not self._in_place(seat):
            try:
                await (self._own(seat) if self._mine(seat) else self._follow(seat))
            except (LogDamaged, NoSuchLog, UnknownRule) as error:
                seat.refused = str(error) or repr(error)
                _log.critical("%s is not opened: %s", seat.origin, seat.refused)
                return
            except LogError as error:
                # Once for each cause: hours of the same line would hide all others.
                if said != str(error):
                    said = str(error)
                    _log.error("%s cannot be opened yet: %s", seat.origin, said)
                wake = self._clock.now() + patience
                while self._clock.now() < wake:
                    await self._clock.sleep_until(wake)
                patience = min(2 * patience, longest)
            else:
                if said:
                    _log.info("%s is open after all", seat.origin)

    def _in_place(self, seat: _Seat) -> bool:
        """Whether nothing is to be done for a seat: refused, written here or followed."""
        if seat.refused is not None:
            return True
        if self._mine(seat):
            return seat.auctioneer is not None
        return seat.follower is not None and seat.auctioneer is None

    def _mine(self, seat: _Seat) -> bool:
        return self._others is None or self._others.holds(seat.origin)

    async def _own(self, seat: _Seat) -> None:
        lease, found = await self._believe(seat)
        if self._mine(seat):
            self._seat_auctioneer(seat, found, lease, self._contingency(seat, found.state))

    async def _follow(self, seat: _Seat) -> None:
        """Lets go of writing, and reads what another node writes."""
        writer, seat.auctioneer = seat.auctioneer, None
        if writer is not None:
            await writer.close()
        key = self._keys.signer(seat.origin).verifier
        since = None if seat.room is None else seat.room.state.index
        async with self._reading:
            found = await verify(self._log, seat.origin, key, since, grows=True)
        late, found.late = found.late, []
        room = self._room(seat, found)

        def on_steps(steps: Sequence[Step]) -> None:
            # Whoever asked here is answered before anybody is shown anything.
            if self._others is not None:
                self._others.read(seat.origin, steps)
            room.publish(steps)

        if late:
            on_steps(late)
        seat.follower = Follower(self._log, key, found, on_steps)

    async def _believe(self, seat: _Seat) -> tuple[Lease, Verified]:
        # Taken over before reading: nobody may add to what we are about to believe.
        lease = await self._log.take_over(seat.origin, self._holder)
        follower, seat.follower = seat.follower, None
        if follower is not None:
            # All but the last entries were read and believed as they came.
            return lease, await follower.given_up(lease.next_index)
        key = self._keys.signer(seat.origin).verifier
        since = None if seat.room is None else seat.room.state.index
        found = await verify(self._log, seat.origin, key, since)
        if found.state.index != lease.next_index:
            counts = f"{found.state.index} entries found, {lease.next_index} written"
            raise LogDamaged(f"{seat.origin}: {counts}")
        return lease, found

    def _contingency(self, seat: _Seat, state: State) -> Sequence[Command]:
        """What the house records first on an auction that it found in the middle of something."""
        rule, now = rule_of(state), max(self._clock.now(), state.t)
        up = seat.up_until if seat.up_until is not None else self._last_beat
        if (grant := seat.grant) is not None:
            up = grant.served
        if seat.lost_from is not None:
            # What was to be said of an earlier loss broke on its way: it is not forgotten.
            up = _earliest(up, seat.lost_from)
        since = min(max(state.t, up or state.t), now)
        first = recovered(state, due(state, rule), since, now)
        approved = state.document["rule_sha256"]
        if state.status not in _OVER and approved != source_sha256(rule):
            _log.critical("%s: the rule's source is not the approved %s", state.origin, approved)
        if not first:
            seat.lost_from = None
            return ()
        handed = grant is not None and grant.handed and seat.lost_from is None
        seat.lost_from = since
        if state.status == "running" and approved != source_sha256(rule):
            return (Command("system", Suspend("RULE_CHANGED", since)),)
        if seat.failures > 1:
            _log.critical("%s broke twice in a row and stays suspended", seat.origin)
            return (Command("system", Suspend("RECOVERY_FAILED", since)),)
        if handed and now - since <= QUICK:
            seat.lost_from = None  # handed over by its last owner, who left nothing undecided
            return ()
        if not any(isinstance(command.ask, Resume) for command in first):
            _log.warning("%s stays suspended: nobody could be served for too long", state.origin)
        return first

    def _seat_auctioneer(
        self, seat: _Seat, found: Verified, lease: Lease, first: Sequence[Command]
    ) -> None:
        state, others = found.state, self._others
        opening = Opening(
            state, rule_of(state), found.tree, found.seen, found.checkpoint, lease, first
        )
        room = self._room(seat, found)
        if found.late:
            # Written before the break, answered to nobody: the room has yet to show it.
            room.publish(found.late)

        def on_commit(steps: Sequence[Step]) -> None:
            seat.lost_from = None
            if any(step.entry["actor"] != "system" for step in steps):
                seat.failures = 0
            room.publish(steps)
            self._decided(steps)
            if others is not None:
                others.wrote(seat.origin)
            self.witnessing.grew(seat.origin)
            if self._side is not None:
                self._side.grew(seat.origin)

        def passed(at: Instant) -> bool:
            if others is None:
                return True
            return others.passed(seat.origin, at, auctioneer.stir, auctioneer.interrupted)

        signer = self._keys.signer(seat.origin)
        auctioneer = seat.auctioneer = Auctioneer(
            opening,
            log=self._log,
            clock=self._clock,
            signer=signer,
            on_commit=on_commit,
            on_broken=lambda error: self._broken(seat, error),
            deaf=lambda: self._pulse.deaf(self._clock.now()),
            unheard=lambda: self._pulse.unheard(self._clock.now()),
            passed=passed,
            inbox_max=self._inbox_max,
        )
        seat.given_back, seat.grant, seat.silenced = self._pulse.lost, None, False
        auctioneer.start()
        if others is not None:
            others.opened(seat.origin)
        self.witnessing.watch(signer.verifier, lambda: seat.auctioneer, room.witnessed)
        if self._side is not None:
            self._side.watch(
                seat.origin, lambda: seat.auctioneer, lambda: room.state.status in _OVER
            )

    def _broken(self, seat: _Seat, error: Exception) -> None:
        """An auctioneer stopped by itself; its askers have Retry, and nobody was shown anything."""
        broken, seat.auctioneer = seat.auctioneer, None
        if broken is None:
            _log.error("%s stopped while it was let go: %r", seat.origin, error)
            return  # it is read afresh in any case
        seat.failures += 1
        seat.up_until = broken.up_until
        _log.error("%s stopped: %r", seat.origin, error, exc_info=error)
        if isinstance(error, Fenced) and self._others is None:
            seat.refused = f"another writer took over: {error}"
        elif not self._closing:
            told(self._spawn(self._opened(seat)), f"opening {seat.origin} anew")

    def moved_on(self) -> None:
        """The clock was moved on purpose, as in practice: nobody lost that time."""
        self._pulse.begin(self._clock.now())
        for seat in self._seats.values():
            if seat.auctioneer is not None:
                seat.auctioneer.moved_on()

    # -- being up ---------------------------------------------------------------------------

    def _beat_on(self) -> None:
        if not self._closing:
            self.supervisor.keep("the pulse", self._beat)

    async def _beat(self) -> None:
        """While something runs, notes each second that the house is up: rules 2 and 5 need it."""
        while True:
            sent = self._clock.now()
            # Begun again after its own fall, it counts what was lost meanwhile.
            before, watched = (
                self._pulse.watching,
                any(self._watched(s, sent) for s in self._seats.values()),
            )
            self._pulse.watching = watched
            if watched:
                if not before:
                    self._pulse.begin(sent)
                try:
                    await self._log.beat(self._served(sent))
                except LogError as error:
                    _log.error("the house cannot note that it is up: %s", error)
                else:
                    self._felt(sent)
            while self._clock.now() < sent + BEAT:
                await self._clock.sleep_until(sent + BEAT)

    def _served(self, sent: Instant) -> Instant:
        """Until when the house was up and owes nobody time that is not in his record: to be noted.

        Whoever comes after us knows of a loss only by this, until it is written.
        """
        owed = (self._owed(seat) for seat in self._seats.values())
        return min([self._pulse.served(sent), *(since for since in owed if since is not None)])

    def _owed(self, seat: _Seat) -> Instant | None:
        """Since when time was lost to an auction of ours that its log does not know of yet."""
        if seat.refused is not None or not self._mine(seat):
            return None
        if seat.auctioneer is not None:
            return _earliest(seat.lost_from, seat.auctioneer.owed)
        if seat.room is not None and seat.room.state.status in (*_OVER, "suspended"):
            return None
        return _earliest(seat.lost_from, seat.up_until if seat.room else self._last_beat)

    def _felt(self, sent: Instant) -> None:
        """A write came back: what was lost before it is given back, what waited for it goes on."""
        now = self._clock.now()
        self._pulse.came_back(sent, now)
        silent = None if self._others is None else self._others.doors.silent_since()
        for seat in self._seats.values():
            if seat.auctioneer is None:
                continue
            if silent is not None:
                # We could write, and yet a bid from over there would not arrive.
                if not seat.silenced:
                    seat.silenced = True
                    seat.auctioneer.interrupted(silent)
                continue
            seat.silenced = False
            lost = self._pulse.lost - seat.given_back
            if lost > TOLERATED:
                seat.given_back = self._pulse.lost
                # A beat more than was surely lost: what is given back is never too little.
                seat.auctioneer.interrupted(sent - lost - BEAT)
            elif now - sent <= QUICK:
                seat.auctioneer.well()

    @staticmethod
    def _watched(seat: _Seat, now: Instant) -> bool:
        if seat.room is None or seat.auctioneer is None:
            return False
        state = seat.room.state
        if state.status == "announced":
            bell = due(state, seat.room.rule)
            return bell is not None and bell <= now + _SOON
        if state.suspended is not None and state.suspended.reason == INTERRUPTED:
            return True
        return state.status == "running" or state.resuming is not None

    # -- several nodes on one record: what the membership asks (`Tenant`) --------------------

    def noticed(self, origin: str) -> None:
        """There is a log of this name, of this house or of another on the same record."""
        auction = self._auction(origin)
        if origin.startswith(f"{self._prefix}/") and "/" not in auction:
            seat = self._seats.setdefault(auction, _Seat(origin))
            if not self._closing and not self._in_place(seat):
                self._spawn(self._opened(seat))

    def moved(self, origin: str) -> None:
        """It is owned by somebody else than before: it is opened here or followed."""
        seat = self._seats.get(self._auction(origin))
        if seat is not None and self._others is not None and not self._closing:
            seat.grant = self._others.grant(origin)
            self._spawn(self._opened(seat))

    def known(self) -> list[str]:
        """Every log that somebody has to own, what runs first."""
        seats = [seat for seat in self._seats.values() if seat.refused is None]
        runs = [s.room is not None and s.room.state.status == "running" for s in seats]
        return [s.origin for s, _ in sorted(zip(seats, runs, strict=True), key=lambda p: not p[1])]

    def local(self, origin: str, command: Command, stamp: Instant) -> asyncio.Future[Answer] | None:
        """Asks the auctioneer of this process; None where there is none."""
        seat = self._seats.get(self._auction(origin))
        if seat is None or seat.auctioneer is None:
            return None
        return seat.auctioneer.ask(command, stamp)

    def grew(self, origin: str) -> None:
        """It has entries that may not have been read here."""
        seat = self._seats.get(self._auction(origin))
        if seat is None:
            self.noticed(origin)
        elif seat.follower is not None and not self._closing:
            self._spawn(self._catch_up(seat))

    async def entry(self, origin: str, index: int) -> dict[str, Any]:
        """One entry, read from the log; by then the room shows it too. Raises LogError."""
        seat = self._seats.get(self._auction(origin))
        if seat is not None and seat.follower is not None:
            await seat.follower.up_to_date()
        (body,) = await self._log.read(origin, index, index + 1)
        found: dict[str, Any] = canon.decode(body)  # type: ignore[assignment] # an entry is an object
        return found

    async def _found(self, auction: str) -> _Seat:
        """The seat of an auction; one that was published elsewhere just now is looked for."""
        if auction not in self._seats and f"{self._prefix}/{auction}" in await self._log.logs():
            self.noticed(f"{self._prefix}/{auction}")
        return self._seat(auction)

    async def _catch_up(self, seat: _Seat) -> None:
        """Reads what a followed auction has grown by; when it cannot be read, what was stands."""
        follower = seat.follower
        if follower is None:
            return
        try:
            await follower.up_to_date()
            seat.looked = self._clock.now()
            if self.witnessing.policy.demands:
                await self._read_witnessed(seat)
        except LogDamaged as error:
            seat.refused = str(error)
            _log.critical("%s is followed no more: %s", seat.origin, error)
        except LogError as error:
            _log.warning("%s cannot be read now: %s", seat.origin, error)

    async def _read_witnessed(self, seat: _Seat) -> None:
        kept = await self.witnessing.kept(self._keys.signer(seat.origin).verifier)
        if kept is not None and kept != seat.cosigned and seat.room is not None:
            seat.cosigned = kept
            seat.room.witnessed(kept.size)

    async def _look_after(self) -> None:
        """Looks at what is followed, for letters may be lost and their bearer gone."""
        turn = 0
        while True:
            now = self._clock.now()
            turn += 1
            for seat in list(self._seats.values()):
                runs = seat.room is not None and seat.room.state.status in ("running", "suspended")
                if seat.follower is not None and (runs or turn % _LOOK_AT_ALL == 0):
                    self._spawn(self._catch_up(seat))
            await self._clock.sleep_until(now + _LOOK)

    async def _hand_over(self, seat: _Seat) -> None:
        """Writes what was asked so far, and lets the next owner have the auction at once."""
        if seat.auctioneer is not None:
            await seat.auctioneer.close()
        if self._others is not None:
            await self._others.let_go(seat.origin)

    def _room(self, seat: _Seat, found: Verified) -> Room:
        """The room of a seat, which outlives whoever feeds it."""
        if seat.room is None:
            progress = Progress(found.seen, quorum=self.witnessing.policy.demands)
            rule, state, marks = rule_of(found.state), found.state, found.marks
            seat.room = Room(self._log, self._clock, rule, state, marks, progress=progress)
        return seat.room

    # -- small things -----------------------------------------------------------------------

    def _auction(self, origin: str) -> str:
        return origin.removeprefix(f"{self._prefix}/")

    def _cosigned(self, seat: _Seat) -> Cosigned | None:
        """What a quorum has signed, where the policy asks for one."""
        if not self.witnessing.policy.demands:
            return None
        if seat.follower is not None:
            return seat.cosigned
        return self.witnessing.cosigned(seat.origin)

    def _seat(self, auction: str) -> _Seat:
        try:
            return self._seats[auction]
        except KeyError:
            raise NoSuchAuction(auction) from None

    def _spawn(self, work: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.create_task(work)  # noqa: TID251 held until it ends
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _earliest(*instants: Instant | None) -> Instant | None:
    """The earliest of those that are known."""
    return min((one for one in instants if one is not None), default=None)


def _covered(note: bytes) -> int:
    """The size of a checkpoint of ours."""
    return int(note.split(b"\n", 2)[1])
