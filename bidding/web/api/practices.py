"""Practice over HTTP: begin a session, move its clock on, leave it; and its room.

Under `/api/practice/{id}/` a session's room answers exactly as the auction's does under `/api/`,
to its own bidder only: the same routes, run on the practice house. They are no routes of their own
and change nothing in the real house.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from aiohttp import web

from bidding.web.context import DOOR, WHO
from bidding.web.practice import Casting, Practice
from bidding.web.problems import Problem
from bidding.web.rooms import Present
from bidding.web.routes import BIDDER, Answer, Call, Route
from bidding.web.wire import Instant

ROOM: Final = "bidder"
BASE: Final = "/api/practice/{practice:[0-9a-f]{16}}"
STREAM: Final = "/v1/stream"

_ROOM_PATHS: Final = frozenset(
    f"/api/auctions/{{auction}}{tail}"
    for tail in (
        *("", "/notice", "/notice.html", "/notice.txt", "/papers/{id}", "/policy"),
        *("/consistency", "/receipts/{i}", "/receipts"),
    )
)
_NO_PADDLE: Final = "90"


class PracticeTold(Answer):
    """`sha256` is the hash that was approved; `same`: it is played on that very document.

    Else `replaced` names the terms that had to be replaced. `bots` bid against you.
    """

    id: str
    auction: str
    bidder: str
    sha256: str
    same: bool
    replaced: list[str]
    bots: int
    over: bool
    next: Instant | None


def _told(session: Practice, approved: str) -> dict[str, Any]:
    return {
        "id": session.name,
        "auction": session.auction,
        "bidder": session.paddle,
        "sha256": approved,
        "same": session.same and session.room.state.document["sha256"] == approved,
        "replaced": list(session.cast.replaced),
        "bots": session.bots,
        "over": session.over,
        "next": session.next_due(),
    }


async def begin(call: Call) -> dict[str, Any]:
    """Begin to practise; your last session ends."""
    present = await Present.of(call.door, call.auction)
    document = present.state.document
    seat = await call.door.registry.seat(call.auction, call.account.account)
    casting = Casting.of(document)
    lots = [lot.id for lot in casting.rule.lots(casting.terms)] if casting.rule.own_lots else []
    lot = seat.lot if seat is not None and seat.lot is not None else next(iter(lots), None)
    paddle = seat.paddle if seat is not None and seat.admitted else _NO_PADDLE
    session = await call.door.practices.begin(call.account.account, paddle, lot, casting)
    return _told(session, document["sha256"])


async def _mine(call: Call) -> tuple[Practice, str]:
    session = call.door.practices.of(call.path["id"], call.account.account)
    real = await Present.of(call.door, session.auction)
    return session, real.state.document["sha256"]


async def told(call: Call) -> dict[str, Any]:
    """How your session stands."""
    return _told(*await _mine(call))


async def skip(call: Call) -> dict[str, Any]:
    """Move its clock on to shortly before what comes next."""
    session, approved = await _mine(call)
    if not session.skip():
        raise Problem("NOT_OPEN")
    return _told(session, approved)


async def leave(call: Call) -> dict[str, Any]:
    """End it."""
    session, approved = await _mine(call)
    found = _told(session, approved)
    await call.door.practices.end(session)
    return found


def add_rooms(app: web.Application, routes: Iterable[Route]) -> None:
    """The rooms of practice houses, at the addresses a room asks."""
    for route in routes:
        if route.method == "GET" and route.path in _ROOM_PATHS:
            path = BASE + route.pattern.removeprefix("/api")
            app.router.add_get(path, _inside(route))
    app.router.add_get(BASE + STREAM, _stream)


def _of(request: web.Request) -> Practice:
    who = request[WHO]
    if who.account is None:
        raise Problem("NOT_SIGNED_IN")
    name = request.match_info["practice"]
    return request.app[DOOR].practices.of(name, who.account.account)


def _inside(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await route.serve(request, _of(request).door)

    return handle


async def _stream(request: web.Request) -> web.StreamResponse:
    return await _of(request).stream.handle(request)


_ONE: Final = "/api/practice/{id}"
_ENDS: Final = ("NOT_FOUND",)

ROUTES: Final = (
    Route(
        "POST",
        "/api/auctions/{auction}/practice",
        begin,
        ROOM,
        "开始练习",
        "Begin to practise",
        roles=BIDDER,
        answer=PracticeTold,
        status=201,
        problems=("PRACTICE_FULL",),
    ),
    Route(
        "GET",
        _ONE,
        told,
        ROOM,
        "我的练习",
        "Your practice session",
        roles=BIDDER,
        answer=PracticeTold,
        problems=_ENDS,
    ),
    Route(
        "POST",
        f"{_ONE}/skip",
        skip,
        ROOM,
        "练习：快进",
        "Move the practice clock on",
        roles=BIDDER,
        answer=PracticeTold,
        problems=(*_ENDS, "NOT_OPEN"),
    ),
    Route(
        "DELETE",
        _ONE,
        leave,
        ROOM,
        "结束练习",
        "End your practice session",
        roles=BIDDER,
        answer=PracticeTold,
        problems=_ENDS,
    ),
)
