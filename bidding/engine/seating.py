"""Who sits at an auction: an auctioneer who writes its log, or a follower who reads what another does.

To open an auction is to take over its log, to read and check it, and to go on from there; there is
no other way, at start-up as after a break. What is said first then is told by `contingency`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from auction_rules.registry import UnknownRule
from bidding.core.commands import Command
from bidding.core.record import rule_of
from bidding.engine.auctioneer import Auctioneer, Opening, Step
from bidding.engine.contingency import contingency
from bidding.engine.following import Follower
from bidding.engine.heartbeat import Heartbeat
from bidding.engine.hub import Room
from bidding.engine.ports import Fenced, Instant, Lease, LogDamaged, LogError, NoSuchLog
from bidding.engine.progress import Progress
from bidding.engine.reading import Verified, verify
from bidding.engine.seats import OVER, Ground, Seat
from bidding.engine.supervisor import Chores, told

_log = logging.getLogger(__name__)

_PATIENCE: Final = (100_000, 5_000_000)
"""First and longest wait, in microseconds, before a broken store is tried again."""
AT_ONCE: Final = 8
"""So many logs are read at a time."""


class Seating:
    """Seats auctioneers and followers, and takes up what one who breaks leaves behind."""

    def __init__(self, ground: Ground, heart: Heartbeat, chores: Chores) -> None:
        self._ground, self._heart, self._chores = ground, heart, chores
        self._reading = asyncio.Semaphore(AT_ONCE)

    async def opened(self, seat: Seat) -> None:
        """Opens a seat once, however many wait for it."""
        if self.in_place(seat):
            return
        if seat.opening is None or seat.opening.done():
            seat.opening = self._chores.begin(self._open(seat))
        await asyncio.shield(seat.opening)

    async def _open(self, seat: Seat) -> None:
        """Takes over, reads, believes, goes on. A broken store is tried again, for ever."""
        patience, longest = _PATIENCE
        said = ""
        while not self.in_place(seat):
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
                wake = self._ground.clock.now() + patience
                while self._ground.clock.now() < wake:
                    await self._ground.clock.sleep_until(wake)
                patience = min(2 * patience, longest)
            else:
                if said:
                    _log.info("%s is open after all", seat.origin)

    def in_place(self, seat: Seat) -> bool:
        """Whether nothing is to be done for a seat: refused, written here or followed."""
        if seat.refused is not None:
            return True
        if self._mine(seat):
            return seat.auctioneer is not None
        return seat.follower is not None and seat.auctioneer is None

    def _mine(self, seat: Seat) -> bool:
        return self._ground.others is None or self._ground.others.holds(seat.origin)

    async def _own(self, seat: Seat) -> None:
        began = self._ground.clock.now()
        lease = await self._ground.log.take_over(seat.origin, self._ground.holder)
        fenced = self._ground.clock.now()
        found = await self._believe(seat, lease)
        if self._mine(seat):
            now = self._ground.clock.now()
            if (grant := seat.grant) is not None and not grant.handed:
                # Where the seconds of a take-over went, for whoever has to explain them.
                parts = (began - grant.served, fenced - began, now - fenced)
                told_ms = [part // 1000 for part in parts]
                _log.warning(
                    "%s: owner missed for %d ms, fenced in %d, read in %d", seat.origin, *told_ms
                )
            first = contingency(seat, found.state, self._ground.clock.now(), self._heart.last)
            self.take_seat(seat, found, lease, first)

    async def _follow(self, seat: Seat) -> None:
        """Lets go of writing, and reads what another node writes."""
        writer, seat.auctioneer = seat.auctioneer, None
        if writer is not None:
            await writer.close()
        key = self._ground.keys.signer(seat.origin).verifier
        since = None if seat.room is None else seat.room.state.index
        async with self._reading:
            found = await verify(self._ground.log, seat.origin, key, since, grows=True)
        late, found.late = found.late, []
        room = self._room(seat, found)

        def on_steps(steps: Sequence[Step]) -> None:
            # Whoever asked here is answered before anybody is shown anything.
            if self._ground.others is not None:
                self._ground.others.read(seat.origin, steps)
            room.publish(steps)

        if late:
            on_steps(late)
        seat.follower = Follower(self._ground.log, key, found, on_steps)

    async def _believe(self, seat: Seat, lease: Lease) -> Verified:
        """What stands in a log that nobody else adds to any more."""
        follower, seat.follower = seat.follower, None
        if follower is not None:
            # All but the last entries were read and believed as they came.
            return await follower.given_up(lease.next_index)
        key = self._ground.keys.signer(seat.origin).verifier
        since = None if seat.room is None else seat.room.state.index
        found = await verify(self._ground.log, seat.origin, key, since)
        if found.state.index != lease.next_index:
            counts = f"{found.state.index} entries found, {lease.next_index} written"
            raise LogDamaged(f"{seat.origin}: {counts}")
        return found

    def take_seat(
        self, seat: Seat, found: Verified, lease: Lease, first: Sequence[Command]
    ) -> None:
        """An auctioneer sits down and goes on; everybody who has to know him is told."""
        state, others = found.state, self._ground.others
        opening = Opening(
            state, rule_of(state), found.tree, found.seen, found.checkpoint, lease, first
        )
        room = self._room(seat, found)
        if found.late:
            # Written before the break, answered to nobody: the room has yet to show it.
            room.publish(found.late)

        grant = seat.grant if first else None

        def on_commit(steps: Sequence[Step]) -> None:
            nonlocal grant
            if grant is not None and others is not None:
                others.went_on(seat.origin, grant)
                grant = None
            seat.lost_from = None
            if any(step.entry["actor"] != "system" for step in steps):
                seat.failures = 0
            room.publish(steps)
            self._heart.attend(seat, steps[-1].entry["t"])
            self._ground.decided(steps)
            if others is not None:
                others.wrote(seat.origin)
            self._ground.witnessing.grew(seat.origin)
            if self._ground.side is not None:
                self._ground.side.grew(seat.origin)

        def passed(at: Instant) -> bool:
            if others is None:
                return True
            return others.passed(seat.origin, at, auctioneer.stir, auctioneer.interrupted)

        signer = self._ground.keys.signer(seat.origin)
        auctioneer = seat.auctioneer = Auctioneer(
            opening,
            log=self._ground.log,
            clock=self._ground.clock,
            signer=signer,
            on_commit=on_commit,
            on_broken=lambda error: self._broken(seat, error),
            deaf=lambda: self._heart.pulse.deaf(self._ground.clock.now()),
            unheard=lambda: self._heart.pulse.unheard(self._ground.clock.now()),
            passed=passed,
            inbox_max=self._ground.inbox_max,
        )
        seat.given_back, seat.grant, seat.silenced = self._heart.pulse.lost, None, False
        auctioneer.start()
        self._heart.attend(seat, self._ground.clock.now())
        if others is not None:
            others.opened(seat.origin)
        self._ground.witnessing.watch(signer.verifier, lambda: seat.auctioneer, room.witnessed)
        if self._ground.side is not None:
            self._ground.side.watch(
                seat.origin, lambda: seat.auctioneer, lambda: room.state.status in OVER
            )

    def _broken(self, seat: Seat, error: Exception) -> None:
        """An auctioneer stopped by itself; its askers have Retry, and nobody was shown anything."""
        broken, seat.auctioneer = seat.auctioneer, None
        if broken is None:
            _log.error("%s stopped while it was let go: %r", seat.origin, error)
            return  # it is read afresh in any case
        seat.failures += 1
        seat.up_until = broken.up_until
        _log.error("%s stopped: %r", seat.origin, error, exc_info=error)
        if isinstance(error, Fenced) and self._ground.others is None:
            seat.refused = f"another writer took over: {error}"
        elif not self._chores.over:
            told(self._chores.begin(self.opened(seat)), f"opening {seat.origin} anew")

    async def hand_over(self, seat: Seat) -> None:
        """Writes what was asked so far, and lets the next owner have the auction at once."""
        if seat.auctioneer is not None:
            await seat.auctioneer.close()
        if self._ground.others is not None:
            await self._ground.others.let_go(seat.origin)

    def _room(self, seat: Seat, found: Verified) -> Room:
        """The room of a seat, which outlives whoever feeds it."""
        if seat.room is None:
            progress = Progress(found.seen, quorum=self._ground.witnessing.policy.demands)
            rule, state, marks = rule_of(found.state), found.state, found.marks
            seat.room = Room(
                self._ground.log, self._ground.clock, rule, state, marks, progress=progress
            )
        return seat.room
