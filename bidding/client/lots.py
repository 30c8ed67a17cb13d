"""Taking part in a draw: a program's way to every act by which chance comes in.

>>> from bidding.client import Visitor
>>> from bidding.client.lots import Lots
>>> async def for_the_notary(url: str) -> None:
...     async with Visitor(url) as visitor:
...         await visitor.sign_in("notary", "secret")
...         lots = Lots(visitor, "plots-2026-3")
...         await lots.commit()
...         # When all have committed, or their time is over:
...         await lots.reveal()

The secret is made here, new for each draw, and kept here until it is shown: who closes the
program before that keeps `secret` somewhere else. Each act gives the house's answer, accepted or
refused with its reason; HouseSaysNo where it is no such act at all.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from auction_rules.draw import secret_commitment
from bidding.client.visitor import Visitor


class Lots:
    """One officer's or one party's hand in the draws of an auction."""

    def __init__(self, visitor: Visitor, auction: str) -> None:
        """`visitor` is signed in, as the party that the terms name or as an officer."""
        self._visitor, self._auction = visitor, auction
        self._kept: dict[str, str] = {}

    async def draws(self) -> dict[str, Any] | None:
        """How far the draw is, as the room shows it; None where no lots are drawn."""
        found: dict[str, Any] | None = (await self._room())["draws"]
        return found

    async def pool(self) -> list[str]:
        """What is drawn among; empty before it is fixed."""
        return list((await self._room())["pool"] or ())

    async def secret(self) -> str:
        """The own secret for the draw that runs, 64 hexadecimal digits; made when asked."""
        what = await self._what()
        return self._kept.setdefault(what, secrets.token_hex(32))

    async def commit(self) -> dict[str, Any]:
        """Commit to the secret for the draw that runs."""
        what, secret = await self._what(), await self.secret()
        commit = secret_commitment(what, self._visitor.account or "", secret)
        return await self._post("draw-commit", commit=commit)

    async def reveal(self) -> dict[str, Any]:
        """Show it; HouseSaysNo TOO_EARLY while others may still commit."""
        return await self._post("draw-reveal", secret=await self.secret())

    async def figure(self, number: int, value: str) -> dict[str, Any]:
        """Type what the public source published under this number."""
        return await self._post("draw-figure", round=number, value=value)

    async def balls(self, order: Sequence[str]) -> dict[str, Any]:
        """Type the order of balls drawn by hand, the winner first."""
        return await self._post("draw-balls", order=list(order))

    async def seed(self, seed: str) -> dict[str, Any]:
        """Type a seed, where the terms leave it to an officer."""
        return await self._post("draw", seed=seed)

    async def _what(self) -> str:
        found = await self.draws()
        what = found["what"] if found else None
        if what is None:
            raise LookupError("no draw asks parties for secrets now")
        return str(what)

    async def _room(self) -> dict[str, Any]:
        answer = await self._visitor.get(f"/api/auctions/{self._auction}")
        room: dict[str, Any] = answer["room"]
        return room

    async def _post(self, act: str, **body: Any) -> dict[str, Any]:
        return await self._visitor.post(f"/api/auctions/{self._auction}/{act}", body)
