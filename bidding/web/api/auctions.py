"""Auctions as they are read: the list, and one room with the document it is held under."""

from typing import Any, Final

from bidding.web.api.asking import ROOM
from bidding.web.rooms import Present, audience_of, everything, mine_of, payment_of
from bidding.web.routes import Answer, Call, Route


class AuctionList(Answer):
    """All auctions, as the public sees them, with your own part in each.

    `unreadable`: the ids of those whose record did not pass the check; nothing more is known of them.
    """

    auctions: list[dict[str, Any]]
    unreadable: list[str]


class AuctionDetail(Answer):
    """One auction: the room, the document of entry 0 and its hash, and your own part."""

    room: dict[str, Any]
    document: dict[str, Any]
    sha256: str
    mine: dict[str, Any] | None


async def auctions(call: Call) -> dict[str, Any]:
    """Every auction there is."""
    seats = await call.door.registry.seats(call.account.account) if call.who.account else []
    by_auction = {seat.auction: seat for seat in seats}
    lines = []
    shown, unreadable = await everything(call.door)
    for present in shown:
        seat = by_auction.get(present.name)
        lines.append(present.line() | {"mine": await mine_of(call.door, call.who, present, seat)})
    return {"auctions": lines, "unreadable": unreadable}


async def auction(call: Call) -> dict[str, Any]:
    """One auction as whoever asks may see it."""
    present = await Present.of(call.door, call.auction)
    audience, seat = await audience_of(call.door, call.who, call.auction)
    state, mine = present.state, await mine_of(call.door, call.who, present, seat)
    if mine is not None:
        mine["pay"] = await payment_of(call.door, present, seat)
    return {
        "room": present.snapshot(audience),
        "document": dict(state.document),
        "sha256": state.document["sha256"],
        "mine": mine,
    }


ROUTES: Final = (
    Route("GET", "/api/auctions", auctions, ROOM, "竞价列表", "All auctions", answer=AuctionList),
    Route(
        "GET",
        "/api/auctions/{auction}",
        auction,
        ROOM,
        "一场竞价",
        "One auction",
        answer=AuctionDetail,
    ),
)
