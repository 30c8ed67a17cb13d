"""Sealed guarantees at the door: taken in before the opening, opened with the session by the house itself.

No person opens one, and none can be opened earlier: the log refuses it (`bidding.core.decide`). What
it says then counts as of when it came in. DOMAIN section 9: encrypted till the opening, then
decrypted by itself.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from bidding.core import commands as c
from bidding.core.record import due
from bidding.core.state import OVER
from bidding.engine.money import Conflict, Guarantee, SealedGuarantee
from bidding.engine.seats import NoSuchAuction
from bidding.proof import guarantee, hpke
from bidding.proof.text import from_base64

if TYPE_CHECKING:
    from bidding.web.context import Door

BY: Final = "house"
_EVERY_SECONDS: Final = 1.0
_ASKER: Final = "staff:bank"
_LOG: Final = logging.getLogger(__name__)


class GuaranteeDesk:
    """Opens what is due; knows which auctions have nothing left to open."""

    def __init__(self, door: Door, secret: bytes) -> None:
        self._door, self._house_secret = door, secret
        self._done: set[str] = set()
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def secret(self, auction: str) -> bytes:
        """The secret of an open auction. Raises NoSuchAuction."""
        return guarantee.secret_of(self._house_secret, self._door.house.room(auction).state.origin)

    def public(self, auction: str) -> bytes:
        """What a browser seals to: one key for each of two curves."""
        return hpke.publics(self.secret(auction))

    def owner(self, auction: str, account: str) -> str:
        """What the boxes of an account are kept under."""
        return guarantee.owner_of(self.secret(auction), account)

    async def open_due(self, auction: str) -> None:
        """Opens every sealed guarantee of an auction that has begun; at once where there is none."""
        if auction in self._done or not self._begun(auction):
            return
        async with self._locks[auction]:
            if auction in self._done:
                return
            waiting = [
                one for one in await self._door.money.sealed(auction) if one.state == "sealed"
            ]
            if all([await self._open(one) for one in waiting]):
                self._done.add(auction)

    def _begun(self, auction: str) -> bool:
        room = self._door.house.room(auction)
        if room.state.status in OVER:
            # Ended before it began: nobody needs to know any more whose they were.
            self._done.add(auction)
        if room.state.status != "announced":
            return room.state.status not in OVER
        # Asked in the very instant of the opening, before its bell: the bell is rung first.
        at = due(room.state, room.rule)
        return at is not None and self._door.clock.now() >= at

    async def _open(self, one: SealedGuarantee) -> bool:
        """Whether there is nothing left to do about it."""
        kept = await self._kept(one)
        if kept is None:
            await self._door.money.unsealed(one.commit, "void", one.entry)
            return True
        ask = c.Guarantee(kept.bidder, kept.amount, kept.commit, kept.until)
        answer = await self._door.stream.ask(one.auction, c.Command(_ASKER, ask, reference(ask)))
        if answer["type"] == "retry":
            return False
        if answer["type"] == "accepted":
            await self._door.money.guaranteed(kept.issuer, kept.number, answer["i"])
        await self._door.money.unsealed(one.commit, "opened", one.entry)
        return True

    async def _kept(self, one: SealedGuarantee) -> Guarantee | None:
        """The guarantee in the book, once opened; None where it is not what it was sealed as."""
        secret, origin = self.secret(one.auction), self._door.house.room(one.auction).state.origin
        told = guarantee.unseal(from_base64(one.box), secret, origin, one.commit)
        if told is None or told.auction != one.auction:
            return None
        holder = await self._door.registry.holder(one.auction, told.bidder)
        # Nobody brings in a guarantee under another's number.
        if holder is None or guarantee.owner_of(secret, holder) != one.owner:
            return None
        made = Guarantee(
            *(told.issuer, told.number, told.auction, told.bidder),
            *(told.amount, told.until, told.nonce, BY),
        )
        if made.commit != one.commit:
            return None
        try:
            return await self._door.money.guarantee(made)
        except Conflict:
            return None

    async def watch(self) -> None:
        """Opens with each session what came in for it, until cancelled."""
        while True:
            for auction in self._door.house.auctions():
                await self._quietly(auction)
            await asyncio.sleep(_EVERY_SECONDS)

    async def _quietly(self, auction: str) -> None:
        try:
            await self.open_due(auction)
        except NoSuchAuction:
            return  # not open here; it is asked again
        except Exception:  # noqa: BLE001 whatever it is, it is told below and tried again
            # One auction's trouble must not keep the others shut.
            _LOG.exception("guarantees of %s", auction)


def reference(ask: c.Guarantee) -> str:
    """The same guarantee again is the same question."""
    return "guarantee-" + hashlib.sha256(ask.commit.encode()).hexdigest()[:20]


__all__ = ["GuaranteeDesk", "reference"]
