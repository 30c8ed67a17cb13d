"""Bidders who bid as fast as one may, and keep every answer with its receipt."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import aiohttp

from bidding.client import Answer, Seat, Visitor
from bidding.client.visitor import HouseSaysNo

#: As fast as one bidder may.
_PACE = 0.21
_PATIENCE = 60


@dataclass
class Asked:
    """One bid, and what came of it; instants in seconds of the loop."""

    ref: str
    amount: int
    wanted: float
    at: float | None = None
    answer: Answer | None = None


@dataclass
class Bidder:
    """One of them, in one auction."""

    number: str
    auction: str
    visitor: Visitor
    seat: Seat
    price: list[int]
    """The last that anybody asked, shared by all of them: no two ask the same."""
    asked: list[Asked] = field(default_factory=list)
    receipts: dict[int, bytes] = field(default_factory=dict)
    trouble: list[str] = field(default_factory=list)

    @property
    def actor(self) -> str:
        """What the record calls him."""
        return f"bidder:{self.number}"

    async def bid_on(self, stop: asyncio.Event) -> None:
        """Until told to stop; every bid is asked until it has its answer."""
        try:
            while not stop.is_set():
                await self.bid()
                await asyncio.sleep(_PACE)
        except Exception as error:  # noqa: BLE001 whatever it is, it is told by the judge
            self.trouble.append(f"{self.actor} cannot bid any more: {error!r}")

    async def bid(self) -> None:
        """One bid, with its final answer."""
        self.price[0] += 1
        one = Asked(f"{self.number}-{len(self.asked)}", self.price[0], now())
        self.asked.append(one)
        one.answer = await self.seat.bid(one.amount, ref=one.ref, within=_PATIENCE)
        one.at = now()

    async def keep(self, stop: asyncio.Event) -> None:
        """Fetches the receipt of each answer as it comes, and before it ends all of them."""
        while missing := self._without() or not stop.is_set():
            if missing is True:
                await asyncio.sleep(0.1)
                continue
            for i in missing:
                try:
                    async with asyncio.timeout(5):
                        path = f"/api/auctions/{self.auction}/receipts/{i}"
                        self.receipts[i] = await self.visitor.download(path)
                except (HouseSaysNo, aiohttp.ClientError, OSError):
                    # Not signed yet, or nobody there: he asks again.
                    await asyncio.sleep(0.3)
                    break

    def _without(self) -> list[int]:
        return [a.answer.i for a in self.asked if a.answer and a.answer.i not in self.receipts]


def now() -> float:
    """Seconds of the loop."""
    return asyncio.get_running_loop().time()


def first_after(crowd: list[Bidder], fell: float) -> float | None:
    """Seconds from `fell` to the first answer to a bid that was asked after it."""
    times = [a.at for b in crowd for a in b.asked if a.at is not None and a.wanted >= fell]
    return min(times) - fell if times else None


def longest(crowd: list[Bidder], since: float) -> float:
    """The longest that anybody waited for an answer that was not there at `since`, in seconds."""
    waited = [a.at - a.wanted for b in crowd for a in b.asked if a.at is not None and a.at > since]
    return max(waited, default=0.0)
