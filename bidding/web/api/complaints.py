"""Complaints (异议): filed with their evidence, numbered, acknowledged under signature, answered.

The house packs the evidence itself: receipts of the entries complained of (each with the bidder's
own signature in it), the notice as it was approved, the keys to verify with; what only the bidder's
browser knows, he may add. Filing changes nothing in the auction; if the house acts on a complaint,
that is a command of an officer with a line of its own.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from aiohttp import web
from pydantic import Field

from bidding.core.notice import notice, text
from bidding.core.state import State
from bidding.engine.bidders import Complaint, Flood
from bidding.engine.identity import Application, Seat
from bidding.proof import canon
from bidding.proof.acknowledgement import Acknowledgement
from bidding.web import wire
from bidding.web.api.results import ZIP, own_receipts
from bidding.web.evidence import READ_ME, packed
from bidding.web.problems import Problem
from bidding.web.rooms import Present
from bidding.web.routes import (
    BIDDER,
    CLEAN,
    HOUSE,
    SIGNED_IN,
    UNCLEAN,
    WATCHERS,
    Answer,
    Body,
    Call,
    Route,
    file_response,
)

ROOM: Final = "complaints"
NOTE_TYPE: Final = "text/plain"

Ground = Literal["result", "admission", "refused", "missing", "conduct", "other"]
Words = Annotated[
    str,
    Field(
        min_length=1,
        max_length=4_000,
        pattern=f"^(?:{CLEAN}|\\n)*[^\\s{UNCLEAN}](?:{CLEAN}|\\n)*$",
    ),
]


class FileBody(Body):
    """`entries` are those you complain of; null: all your own. `browser`: what yours has kept."""

    ref: wire.Reference
    ground: Ground
    text: Words
    entries: Annotated[list[wire.Whole], Field(max_length=200)] | None = None
    browser: Annotated[str, Field(max_length=40_000)] | None = None


class AnswerBody(Body):
    """What the complainant is told; it stands, and cannot be changed."""

    answer: Words


class ComplaintTold(Answer):
    """`alias` is a paddle or an application's alias; `sha256` is that of the file."""

    number: int
    auction: str
    alias: str
    ground: str
    text: str
    filed: wire.Instant
    sha256: str
    answer: str | None
    answered: wire.Instant | None


class ComplaintList(Answer):
    """The latest first."""

    complaints: list[ComplaintTold]


def told(one: Complaint) -> dict[str, Any]:
    """A complaint without its file and without the account behind it."""
    return {
        "number": one.number,
        "auction": one.auction,
        "alias": one.alias,
        "ground": one.ground,
        "text": one.text,
        "filed": one.filed,
        "sha256": one.sha256,
        "answer": one.answer,
        "answered": one.answered,
    }


async def file(call: Call) -> dict[str, Any]:
    """File a complaint; the same reference again is the same complaint."""
    body, present = call.body(FileBody), await Present.of(call.door, call.auction)
    party, now = await _party(call), call.door.clock.now()
    content = await _file(call, present.state, party, now)
    try:
        kept = await call.door.bidders.file(
            Complaint(
                auction=call.auction,
                account=call.account.account,
                alias=_alias(party),
                ref=body.ref,
                ground=body.ground,
                text=body.text,
                filed=now,
                sha256=hashlib.sha256(content).hexdigest(),
                file=content,
            )
        )
    except Flood:
        raise Problem("TOO_MANY_COMPLAINTS") from None
    return told(kept)


def _alias(party: Seat | Application) -> str:
    return party.paddle if isinstance(party, Seat) else party.alias


async def _party(call: Call) -> Seat | Application:
    """Bidders complain, and those who asked to be one. Raises NOT_ADMITTED for others."""
    seat = await call.door.registry.seat(call.auction, call.account.account)
    if seat is not None and seat.admitted:
        return seat
    listed = await call.door.registry.applications(call.auction)
    asked = next((one for one in listed if one.account == call.account.account), None)
    if asked is None:
        raise Problem("NOT_ADMITTED")
    return asked


async def _file(call: Call, state: State, party: Seat | Application, now: int) -> bytes:
    body, document = call.body(FileBody), state.document
    statement = {
        "what": "daylight/complaint/v1",
        "auction": state.origin,
        "notice_sha256": document["sha256"],
        "from": _alias(party),
        "filed": now,
        "ground": body.ground,
        "text": body.text,
    }
    files = {
        "complaint.json": canon.encode(statement),
        "document.json": canon.encode(
            {name: value for name, value in document.items() if name != "sha256"}
        ),
        "notice.txt": _notice(document).encode(),
        f"{call.auction}.policy": call.door.house.policy(call.auction).encode(),
        "README.txt": READ_ME.encode(),
    }
    if isinstance(party, Seat):
        files |= await own_receipts(call, party, body.entries)
    elif rows := await _declines(call, party):
        files["declined.json"] = canon.encode({"declined": rows})
    if body.browser is not None:
        files["from-the-browser.json"] = body.browser.encode()
    return await asyncio.to_thread(packed, files)


async def _declines(call: Call, party: Application) -> list[dict[str, Any]]:
    """Why he was not admitted, and when: that is in no log."""
    return [
        {"applied": one.applied, "at": one.at, "reason": one.reason}
        for one in await call.door.registry.declines(call.auction)
        if one.application == party.id
    ]


def _notice(document: Mapping[str, Any]) -> str:
    """The notice in words, as everybody could read it before the session."""
    told = notice(document, document["sha256"])
    return "\n".join(text(told, lang) for lang in ("zh", "en"))


async def every(call: Call) -> dict[str, Any]:
    """All complaints, by paddle or alias."""
    return {"complaints": [told(one) for one in await call.door.bidders.complaints()]}


async def mine(call: Call) -> dict[str, Any]:
    """Your own."""
    found = await call.door.bidders.complaints(account=call.account.account)
    return {"complaints": [told(one) for one in found]}


async def answer(call: Call) -> dict[str, Any]:
    """Answer a complaint, once."""
    number, body = int(call.path["i"]), call.body(AnswerBody)
    door = call.door
    if await door.bidders.complaint(number) is None:
        raise Problem("NOT_FOUND")
    if not await door.bidders.answer(number, body.answer, call.account.account, door.clock.now()):
        raise Problem("ANSWERED")
    kept = await door.bidders.complaint(number)
    assert kept is not None
    return told(kept)


async def _readable(call: Call) -> Complaint:
    """The one named, for its own bidder and those who watch; to others it is not there."""
    found = await call.door.bidders.complaint(int(call.path["i"]))
    watches = call.who.has("staff", "approver", "auditor")
    if found is None or not (watches or found.account == call.account.account):
        raise Problem("NOT_FOUND")
    return found


async def as_file(call: Call) -> web.Response:
    """The complaint with its evidence."""
    found = await _readable(call)
    return file_response(found.file, ZIP, f"complaint-{found.number}.zip")


async def receipt(call: Call) -> web.Response:
    """The centre's signed word that it has this complaint (C2SP signed-note)."""
    found, house = await _readable(call), call.door.house
    taken = Acknowledgement(
        centre=house.prefix,
        auction=f"{house.prefix}/{found.auction}",
        number=found.number,
        alias=found.alias,
        filed=found.filed,
        sha256=found.sha256,
    )
    return file_response(
        house.sign_paper(taken.text()), NOTE_TYPE, f"complaint-{found.number}.note"
    )


ROUTES: Final = (
    Route(
        "POST",
        "/api/auctions/{auction}/complaints",
        file,
        ROOM,
        "提出异议",
        "File a complaint",
        roles=BIDDER,
        body=FileBody,
        answer=ComplaintTold,
        status=201,
        problems=("NOT_ADMITTED", "TOO_MANY_COMPLAINTS", "TRY_LATER"),
    ),
    Route(
        "GET",
        "/api/mine/complaints",
        mine,
        ROOM,
        "我的异议",
        "Your complaints",
        roles=BIDDER,
        answer=ComplaintList,
    ),
    Route(
        "GET",
        "/api/complaints",
        every,
        ROOM,
        "全部异议",
        "All complaints",
        roles=WATCHERS,
        answer=ComplaintList,
    ),
    Route(
        "POST",
        "/api/complaints/{i}/answer",
        answer,
        ROOM,
        "答复异议",
        "Answer a complaint",
        roles=HOUSE,
        body=AnswerBody,
        answer=ComplaintTold,
        problems=("NOT_FOUND", "ANSWERED"),
    ),
    Route(
        "GET",
        "/api/complaints/{i}/file",
        as_file,
        ROOM,
        "异议书及证据",
        "A complaint with its evidence",
        roles=SIGNED_IN,
        file=ZIP,
        problems=("NOT_FOUND",),
    ),
    Route(
        "GET",
        "/api/complaints/{i}/receipt",
        receipt,
        ROOM,
        "异议受理回执",
        "The signed acknowledgement",
        roles=SIGNED_IN,
        file=NOTE_TYPE,
        problems=("NOT_FOUND",),
    ),
)
