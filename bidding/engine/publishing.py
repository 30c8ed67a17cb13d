"""A new auction: its document becomes entry 0 of a log of its own, and an auctioneer sits down to it."""

from __future__ import annotations

import hashlib
import platform

from bidding.core.document import Document
from bidding.core.record import open_session
from bidding.core.state import State
from bidding.engine.ports import LogBroken, LogExists
from bidding.engine.reading import Verified
from bidding.engine.seating import Seating
from bidding.engine.seats import Ground, Seat, Seats
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import Tree, leaf_hash


class Publishing:
    """Makes the logs of new auctions."""

    def __init__(self, ground: Ground, seats: Seats, seating: Seating) -> None:
        self._ground, self._seats, self._seating = ground, seats, seating

    async def publish(self, document: Document, proposer: str, approver: str) -> str:
        """As `House.publish`; to be done to its end, whoever hangs up."""
        origin = self._seats.origin(document.auction)
        if document.auction in self._seats:
            raise LogExists(origin)
        now, python = self._ground.clock.now(), platform.python_version()
        trusted = self._ground.witnessing.policy.text(self._ground.keys.signer(origin).verifier)
        policy = hashlib.sha256(trusted.encode()).hexdigest()
        made = open_session(
            origin, document, now, proposer, approver, python=python, policy_sha256=policy
        )
        tree = Tree()
        tree.append(leaf_hash(made.body))
        note = self._ground.keys.signer(origin).sign(Checkpoint(origin, 1, tree.root()).body())
        seat = Seat(origin)
        try:
            await self._ground.log.create(origin, made.body, note)
            if self._ground.others is not None:
                self._seats.add(seat)
                await self._ground.others.publish(origin)
                await self._seating.opened(seat)
                return document.auction
            lease = await self._ground.log.take_over(origin, self._ground.holder)
        except LogBroken:
            # Nobody knows whether it was written; opening it as a stranger would tells.
            await self._seating.opened(seat)
            if seat.refused is not None:
                raise
            self._seats.add(seat)
            return document.auction
        self._seats.add(seat)
        found = Verified(made.state, tree, {}, note, [State(origin)])
        self._seating.take_seat(seat, found, lease, ())
        return document.auction
