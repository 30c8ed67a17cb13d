"""The Python client of the house: programs that bid, follow, load and test speak through it.

>>> from bidding.client import Visitor
>>> async def bid_once(url: str) -> None:
...     async with Visitor(url) as visitor:
...         await visitor.sign_in("bidder1", "secret")
...         async with visitor.join("far-1") as seat:
...             answer = await seat.bid(420_000, lot="P1")
...             print(answer.final, answer.body)

It speaks the public protocol and nothing else: whatever it can do, any other client can.
"""

from bidding.client.lots import Lots
from bidding.client.offset import Offset
from bidding.client.seat import Answer, Seat, SeatLost, WireError
from bidding.client.visitor import HouseSaysNo, Visitor
from bidding.client.watch import FalseRecord, NotNow, Watch

__all__ = [
    "Answer",
    "FalseRecord",
    "HouseSaysNo",
    "Lots",
    "NotNow",
    "Offset",
    "Seat",
    "SeatLost",
    "Visitor",
    "Watch",
    "WireError",
]
