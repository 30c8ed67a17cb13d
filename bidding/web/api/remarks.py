"""Remarks of auditors on a record, kept in a signed log of their own beside it.

Those who watch the house read them; auditors write them. Nothing here touches the record, and
nothing can be taken back: a remark that was wrong is followed by another one.
"""

from typing import Annotated, Any, Final

from aiohttp import web
from pydantic import Field

from bidding.engine.identity import Role
from bidding.engine.notebook import Full, OtherNote, Remark
from bidding.engine.ports import LogError
from bidding.proof.merkle import leaf_hash
from bidding.proof.text import from_base64
from bidding.web.api.archives import ARCHIVE_TYPE
from bidding.web.api.audit import POLICY_TYPE
from bidding.web.problems import Problem
from bidding.web.rooms import Present
from bidding.web.routes import (
    CLEAN,
    UNCLEAN,
    WATCHERS,
    Answer,
    Body,
    Call,
    Route,
    file_response,
)
from bidding.web.wire import Reference, Whole

ROOM: Final = "audit"
AUDITOR: Final[frozenset[Role]] = frozenset({"auditor"})


class RemarkBody(Body):
    """What is remarked on which entry. `leaf`: the hash of the bytes the writer was looking at."""

    ref: Reference
    entry: Whole
    leaf: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{43}=$")]
    text: Annotated[
        str, Field(min_length=1, max_length=2000, pattern=f"^{CLEAN}*[^\\s{UNCLEAN}]{CLEAN}*$")
    ]


class RemarkTold(Answer):
    """One remark as it stands in its log."""

    i: int
    t: int
    author: str
    entry: int
    leaf: str
    text: str


class RemarkList(Answer):
    """All of them, oldest first."""

    origin: str
    remarks: list[RemarkTold]


async def remarks(call: Call) -> dict[str, Any]:
    """What has been remarked on the record."""
    present = await _readable(call)
    try:
        found = await call.door.house.notebook.notes(present.state.origin)
    except LogError:
        raise Problem("TRY_LATER", headers={"Retry-After": "1"}) from None
    return {"origin": f"{present.state.origin}/notes", "remarks": [_told(one) for one in found]}


async def remark(call: Call) -> dict[str, Any]:
    """Add one. It is signed and chained before this answers."""
    present, body = await _readable(call), call.body(RemarkBody)
    if body.entry >= present.state.index:
        raise Problem("NOT_FOUND")
    house, origin = call.door.house, present.state.origin
    (raw,) = await house.bodies(call.auction, body.entry, body.entry + 1)
    try:
        leaf = from_base64(body.leaf)
    except ValueError:
        leaf = b""
    if leaf != leaf_hash(raw):
        # He was looking at other bytes than the record has: nothing is remarked on those.
        raise Problem("OTHER_CONTENT")
    written = Remark(f"auditor:{call.account.account}", body.entry, leaf, body.text, body.ref)
    try:
        return _told(await house.notebook.write(origin, written))
    except OtherNote:
        raise Problem("ALREADY_TAKEN") from None
    except Full:
        raise Problem("TOO_MANY_NOTES") from None
    except LogError:
        raise Problem("TRY_LATER", headers={"Retry-After": "1"}) from None


async def archive(call: Call) -> web.Response:
    """All remarks in one file, verified like any session archive."""
    present = await _readable(call)
    try:
        content = await call.door.house.notebook.archive(present.state.origin)
    except LogError:
        raise Problem("TRY_LATER", headers={"Retry-After": "1"}) from None
    if content is None:
        raise Problem("NOT_FOUND")
    return file_response(content, ARCHIVE_TYPE, f"{call.auction}-notes.archive")


async def policy(call: Call) -> web.Response:
    """Whose signature counts under the remarks."""
    present = await _readable(call)
    text = call.door.house.notebook.policy(present.state.origin)
    return file_response(text.encode(), POLICY_TYPE, f"{call.auction}-notes.policy")


async def _readable(call: Call) -> Present:
    present = await Present.of(call.door, call.auction)
    if present.sealed:
        raise Problem("SEALED")
    return present


def _told(note: dict[str, Any]) -> dict[str, Any]:
    return {"i": note["i"], "t": note["t"], "author": note["actor"], **note["data"]}


_ONE: Final = "/api/auctions/{auction}/remarks"

ROUTES: Final = (
    Route(
        "GET",
        _ONE,
        remarks,
        ROOM,
        "对记录的批注",
        "Remarks on the record",
        roles=WATCHERS,
        answer=RemarkList,
        problems=("SEALED", "TRY_LATER"),
    ),
    Route(
        "POST",
        _ONE,
        remark,
        ROOM,
        "添加批注",
        "Remark on an entry",
        roles=AUDITOR,
        body=RemarkBody,
        answer=RemarkTold,
        status=201,
        problems=(
            "SEALED",
            "NOT_FOUND",
            "OTHER_CONTENT",
            "ALREADY_TAKEN",
            "TOO_MANY_NOTES",
            "TRY_LATER",
        ),
    ),
    Route(
        "GET",
        f"{_ONE}/archive",
        archive,
        ROOM,
        "批注的存档文件",
        "The remarks' archive",
        roles=WATCHERS,
        file=ARCHIVE_TYPE,
        problems=("SEALED", "NOT_FOUND", "TRY_LATER"),
    ),
    Route(
        "GET",
        f"{_ONE}/policy",
        policy,
        ROOM,
        "批注的信任策略文件",
        "The policy to verify the remarks with",
        roles=WATCHERS,
        file=POLICY_TYPE,
        problems=("SEALED",),
    ),
)
