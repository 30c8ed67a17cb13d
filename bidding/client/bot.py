"""A bidder that plays by itself, at a human pace, as far as its purse goes.

It reads what the house says it may do and chooses among that; it knows no rule. It is company for
newcomers and load for tests, not advice how to bid.
"""

import asyncio
import secrets
from typing import Final

from bidding.client.seat import Seat, WireError

_OVER: Final = frozenset({"closed", "terminated", "voided"})
_chance = secrets.SystemRandom()


class Bot:
    """`pace`: seconds of thinking, from and to. `beyond`: how many steps above the start it goes."""

    def __init__(self, seat: Seat, pace: tuple[float, float], beyond: tuple[int, int]) -> None:
        self._seat = seat
        self._pace = pace
        self._steps = _chance.randint(*beyond)

    async def play(self) -> None:
        """Until the auction is over. Raises SeatLost."""
        async with self._seat as seat:
            while seat.room.get("status") not in _OVER:
                if self._wants(seat):
                    await asyncio.sleep(_chance.uniform(*self._pace))
                    # The room may have moved while it thought: it looks again.
                    if self._wants(seat):
                        await self._act(seat)
                    continue
                await self._look_up(seat)

    async def _look_up(self, seat: Seat) -> None:
        before = (seat.you, seat.room.get("status"))
        try:
            await seat.until(lambda s: (s.you, s.room.get("status")) != before, within=30)
        except TimeoutError:
            await seat.compare_clocks()

    def _wants(self, seat: Seat) -> bool:
        you = seat.you
        if you is None or you["actions"]["blocked"] or you["actions"]["ask"] is None:
            return False
        if you["actions"]["ask"] == "confirm":
            return True
        least = you["actions"]["minimum"]
        return (
            you["state"] not in ("in", "leading", "quoted")
            and least is not None
            and least <= self._purse(seat)
        )

    def _purse(self, seat: Seat) -> int:
        room = seat.room
        return int(room["start"]) + self._steps * int(room["step"])

    async def _act(self, seat: Seat) -> None:
        assert seat.you is not None
        actions = seat.you["actions"]
        try:
            if actions["ask"] == "confirm":
                await seat.confirm(answer=True)
                return
            within = [
                a for a in (actions["minimum"], *actions["quick"][:3]) if a <= self._purse(seat)
            ]
            await seat.bid(
                _chance.choice(within), lot=seat.you["lot"], stage=seat.room["stage"]["id"]
            )
        except (WireError, TimeoutError):
            # Refusals are answers; this is a message the house did not take. Think again.
            await asyncio.sleep(self._pace[1])
