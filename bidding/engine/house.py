"""The house: opens auctions, recovers them from their logs, hands out rooms and proofs.

Start-up is a replay: there is no other way to open an auction than to read its log, check it
against its signed checkpoints, and take over the right to write it. It decides nothing itself
and checks nobody's identity; the door does that before it asks.

This is its front: what is asked of it, and the evidence it gives. Behind it lie its rooms: `seats`
(what is known of each auction), `seating` (who sits there, and how one is opened), `contingency`
(what is said first after a break), `publishing`, `heartbeat` (being up, and giving back) and
`tenancy` (what the membership asks of it).

1. A log that does not hold is refused by name and entry; the other auctions open all the same.
2. A session that was running when the house went down is suspended as of the last instant it was
   surely up; what its document says of interruptions resumes it, or leaves that to people
   (`core.downtime`), and the contingency term of its rule says what time it gets back.
3. An auction that breaks is opened anew from its log. Twice without a request in between, and it
   stays suspended: then people have to look.
4. Fenced means that somebody else writes this log now: the house lets go and does not fight.
5. Time in which nothing could be written is nobody's: the house feels it by its own writes
   (`pulse`), no bell rings meanwhile, and each session is given back what it lost.
6. Where several nodes share the record (`membership`), an auction that another one owns is followed:
   its room is fed from the log, and what is asked here is stamped here and decided there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

from bidding.core.commands import Command
from bidding.core.document import Document
from bidding.engine.auctioneer import INBOX_MAX, Answer, Retry, Step
from bidding.engine.contingency import waits
from bidding.engine.heartbeat import Heartbeat
from bidding.engine.hub import Room
from bidding.engine.membership import Membership
from bidding.engine.notebook import Notebook
from bidding.engine.ports import (
    Clock,
    EventLog,
    Instant,
    Keys,
    LogBroken,
)
from bidding.engine.publishing import Publishing
from bidding.engine.seating import AT_ONCE, Seating
from bidding.engine.seats import OVER, Ground, NoSuchAuction, Seat, Seats
from bidding.engine.side_proofs import SideProofs
from bidding.engine.supervisor import Chores, Supervisor
from bidding.engine.tenancy import Tenancy
from bidding.engine.witnessing import Cosigned, Witnessing
from bidding.proof import canon
from bidding.proof.acknowledgement import signer_name
from bidding.proof.archive import write_archive
from bidding.proof.gm import gm_policy_text
from bidding.proof.receipt import Receipt

_PULSE: Final = "the pulse"
_LOOKING: Final = "the reading of what others write"
_STALE: Final = 2_000_000
"""So long what was read of an auction that is over is shown without another look, but for letters."""

Stage: TypeAlias = Literal["R1", "R2"]
"""Of a receipt: signed by the centre, or by a quorum of its witnesses too."""
_R1: Final[Stage] = "R1"
_R2: Final[Stage] = "R2"


Standing: TypeAlias = Literal["centre", "waits", "witnessed"]
"""Of a result: under the centre's signature alone, not yet or already under a quorum's too."""


class NotWitnessed(Exception):
    """No quorum of witnesses has signed this yet; what the centre signed is there."""


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
        self._log, self._clock, self._keys, self._others = log, clock, keys, others
        self.witnessing = witnessing or Witnessing.nobody(log, clock)
        self.notebook = Notebook(log, clock, keys, holder, alone=others is None)
        """What is remarked on the records, in logs of their own."""
        self.supervisor = Supervisor(clock)
        """What runs as long as the house does."""
        self._ground = ground = Ground(
            log, clock, keys, self.witnessing, side, others, holder, inbox_max, decided
        )
        self._seats, self._chores = seats, chores = Seats(prefix), Chores()
        self._heart = Heartbeat(log, clock, seats, others)
        self._seating = Seating(ground, self._heart, chores)
        self._publishing = Publishing(ground, seats, self._seating)
        self._tenancy = Tenancy(ground, seats, self._seating, self._heart, chores)
        self._learned = False

    @property
    def prefix(self) -> str:
        """Whose logs these are: the part of each one's name before the auction's."""
        return self._seats.prefix

    # -- opening ----------------------------------------------------------------------------

    async def publish(self, document: Document, proposer: str, approver: str) -> str:
        """Opens a new auction with its document as entry 0; returns the auction's id.

        `proposer` and `approver` are actors (`staff:li`). Raises LogExists, LogBroken, UnknownRule
        or pydantic's ValidationError.
        """
        # A browser that hangs up must not leave a log without an auctioneer.
        made = self._chores.begin(self._publish(document, proposer, approver))
        return await asyncio.shield(made)

    async def learn(self) -> None:
        """Lists the logs of the store, so that none of them is called unknown. Raises LogError.

        To be done before the door opens: "no such auction" is a no, and a no must be true.
        """
        if self._learned:
            return
        self._heart.last = await self._log.last_beat()
        for name in await self._log.logs():
            self._seats.known(name)
        self._learned = True

    async def recover(self) -> Mapping[str, str]:
        """Opens every log of the store; returns auction -> reason for those that were refused.

        May run beside the open door: who asks for an auction that is not open yet gets Retry,
        and the auction is opened out of turn.
        """
        await self.learn()
        if self._others is not None:
            self._others.join(self._tenancy, self.supervisor)
            self.supervisor.keep(_LOOKING, self._tenancy.look_after)
        # Now: one log that stays broken must not keep the house from noting that it is up.
        self._beat_on()
        turn = asyncio.Semaphore(AT_ONCE)

        async def in_turn(seat: Seat) -> None:
            async with turn:
                await self._seating.opened(seat)

        await asyncio.gather(*(in_turn(seat) for seat in self._seats))
        return {
            self._seats.auction(seat.origin): seat.refused
            for seat in self._seats
            if seat.refused is not None
        }

    async def opened(self, auction: str) -> Room:
        """The room of an auction, once it is open. Raises NoSuchAuction.

        Where another node writes it, everything is shown that was in the log by now.
        """
        if self._others is None:
            await self._seating.opened(self._seats[auction])
            return self.room(auction)
        seat = await self._tenancy.found(auction)
        if seat.room is None:
            await self._seating.opened(seat)
        elif not (seat.room.state.status in OVER and self._clock.now() - seat.looked < _STALE):
            await self._tenancy.catch_up(seat)
        return self.room(auction)

    async def close(self) -> None:
        """Decides and writes what was asked so far, then stops everything. The log stays open."""
        self._chores.over = True
        await self.witnessing.close()
        if self._ground.side is not None:
            await self._ground.side.close()
        if self._others is not None:
            self._others.leave()
        # The presence goes on: what is handed over below is handed over by a node that is there.
        await self.supervisor.drop(_LOOKING, _PULSE)
        await self._chores.end()
        seats = list(self._seats)
        for over in (False, True):  # whoever is in the midst of bidding does not wait for the shelf
            await asyncio.gather(*(self._seating.hand_over(s) for s in seats if s.over is over))
        await asyncio.gather(*(s.room.close() for s in seats if s.room))
        if self._others is not None:
            await self.supervisor.drop()
            await self._others.close()

    def moved_on(self) -> None:
        """The clock was moved on purpose, as in practice: nobody lost that time."""
        self._heart.moved_on()

    # -- asking -----------------------------------------------------------------------------

    def ask(self, auction: str, command: Command) -> asyncio.Future[Answer]:
        """Stamps and queues the request before it returns; the answer comes when it is durable.

        Raises NoSuchAuction. Await the future, or shield it: cancelling it cancels nothing here.
        """
        seat = self._seats[auction]
        if self._others is not None and seat.refused is None and not self._chores.over:
            follower, key = seat.follower, command.key
            known = None if follower is None or key is None else follower.index_of(key)
            return self._others.ask(seat.origin, command, known)
        if seat.auctioneer is not None and not self._chores.over:
            return seat.auctioneer.ask(command)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if seat.refused is not None or self._chores.over:
            answer.set_result(Retry("closed_door"))
        else:
            self._chores.begin(self._seating.opened(seat))
            answer.set_result(Retry("recovering"))
        return answer

    def auctions(self) -> list[str]:
        """The ids of all auctions known here, oldest first, open or not."""
        return self._seats.names()

    def refused(self, auction: str) -> str | None:
        """Why an auction cannot be opened; None when it can. Raises NoSuchAuction."""
        return self._seats[auction].refused

    def room(self, auction: str) -> Room:
        """The room of an open auction. Raises NoSuchAuction."""
        seat = self._seats[auction]
        if seat.room is None:
            raise NoSuchAuction(f"{auction}: {seat.refused or 'not open yet'}")
        return seat.room

    @property
    def ready(self) -> bool:
        """Whether who asks here is heard: for whatever leads people to one node or another."""
        return not self._chores.over and (self._others is None or self._others.sure)

    @property
    def taking(self) -> bool:
        """Whether a bid that comes here now is written, as far as the last write could show."""
        return self.ready and not self._heart.pulse.unheard(self._clock.now())

    @property
    def heard(self) -> Instant | None:
        """When the last write was sent that came back; None while nothing runs here that needs any."""
        return self._heart.pulse.heard if self._heart.pulse.watching else None

    def latest(self) -> Instant:
        """The longest time from stamp to disk of late, in any auction decided here; microseconds."""
        return max((s.auctioneer.lag or 0 for s in self._seats if s.auctioneer), default=0)

    def slowest_commit(self) -> Instant:
        """The longest commit of late in any auction decided here; microseconds."""
        return max((s.auctioneer.slowest_commit for s in self._seats if s.auctioneer), default=0)

    def queued(self) -> int:
        """How many requests wait for a decision here."""
        return sum(s.auctioneer.queued for s in self._seats if s.auctioneer)

    def waiting(self) -> Instant:
        """How long the session has stood that has waited longest for an officer; microseconds."""
        now = self._clock.now()
        return max((waits(s.room.state, now) for s in self._seats if s.room), default=0)

    def lag(self, auction: str) -> Instant | None:
        """How long requests of late took from stamp to disk; None: nobody can say. NoSuchAuction."""
        auctioneer = self._seats[auction].auctioneer
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
        seat, room = self._seats[auction], self.room(auction)
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
        seat, state = self._seats[auction], self.room(auction).state
        if state.status not in OVER:
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
        return self._keys.signer(signer_name(self.prefix)).sign(text)

    async def read_on(self, auction: str) -> None:
        """Reads what another node has written of an auction; of one's own there is nothing to read.

        Before somebody is told that there is no such entry: another node may have shown it to him.
        A writer who slept may have been replaced meanwhile: he cannot tell, and does not say no.
        Raises NoSuchAuction, LogError.
        """
        seat = self._seats[auction]
        if seat.follower is not None:
            await seat.follower.up_to_date()
        mine = self._others is None or self._others.holds(seat.origin)
        if seat.follower is None and (seat.auctioneer is None or not mine):
            raise LogBroken(f"{auction} is being read anew")

    def consistency(self, auction: str, start: int, stop: int) -> list[bytes] | None:
        """The proof that the tree of `stop` entries begins with the tree of `start`.

        None while the auction is being read again. Raises NoSuchAuction, IndexError unless
        0 < start <= stop <= what is durable.
        """
        reader = self._seats[auction].reader
        if reader is None:
            return None
        if not 0 < start <= stop <= reader.checkpoint[0]:
            raise IndexError(f"{auction}: no proof from {start} to {stop} entries")
        return list(reader.consistency(start, stop))

    def index_of(self, auction: str, key: str) -> int | None:
        """The index of the entry that answered `actor/ref`, once it is durable."""
        reader = self._seats[auction].reader
        return None if reader is None else reader.index_of(key)

    async def archive(self, auction: str) -> bytes:
        """The auditor's single file. Raises NoSuchAuction, LogError.

        Up to the last checkpoint once the session is over; before that, where there are
        witnesses, up to the last one that a quorum has signed, so that the file always verifies.
        """
        seat = self._seats[auction]
        notes = await self._log.checkpoints(seat.origin)
        size, cosigned = _covered(notes[-1]), self._cosigned(seat)
        if cosigned is not None and cosigned.size <= size:
            if seat.room is not None and seat.room.state.status not in OVER:
                size = cosigned.size
            notes = [n for n in notes if _covered(n) <= size]
            if cosigned.size == size:
                notes[-1] = cosigned.note
        if self._ground.side is not None:
            notes = await self._ground.side.beside(seat.origin, notes)
        return write_archive(seat.origin, await self._log.read(seat.origin, 0, size), notes)

    def policy(self, auction: str) -> str:
        """The policy file that an auditor of this auction starts from. Raises NoSuchAuction."""
        log = self._keys.signer(self._seats[auction].origin).verifier
        return self.witnessing.policy.text(log)

    def sm2_policy(self, auction: str) -> str | None:
        """The file with the SM2 key of the parallel log; None without one. Raises NoSuchAuction."""
        origin = self._seats[auction].origin
        key = None if self._ground.side is None else self._ground.side.key(origin)
        return None if key is None else gm_policy_text(key)

    async def entries(self, auction: str, start: int, stop: int) -> list[dict[str, Any]]:
        """Entries start .. stop-1 as they stand in the log. Raises NoSuchAuction, LogError."""
        found: list[Any] = [canon.decode(b) for b in await self.bodies(auction, start, stop)]
        return found

    async def bodies(self, auction: str, start: int, stop: int) -> list[bytes]:
        """The bytes of entries start .. stop-1. Raises NoSuchAuction, LogError."""
        return await self._log.read(self._seats[auction].origin, start, stop)

    # -- small things -----------------------------------------------------------------------

    async def _publish(self, document: Document, proposer: str, approver: str) -> str:
        auction = await self._publishing.publish(document, proposer, approver)
        self._beat_on()
        return auction

    def _beat_on(self) -> None:
        if not self._chores.over:
            self.supervisor.keep(_PULSE, self._heart.beat)

    def _cosigned(self, seat: Seat) -> Cosigned | None:
        """What a quorum has signed, where the policy asks for one."""
        if not self.witnessing.policy.demands:
            return None
        if seat.follower is not None:
            return seat.cosigned
        return self.witnessing.cosigned(seat.origin)


def _covered(note: bytes) -> int:
    """The size of a checkpoint of ours."""
    return int(note.split(b"\n", 2)[1])
