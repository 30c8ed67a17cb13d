"""Pictures, maps and documents of an auction: handed in by staff, read by everybody who may.

The content decides what a paper is, never its name or what the sender calls it; only kinds that
run nothing are taken, and they go out under a policy that lets nothing run. Before publication
they are the house's own; afterwards everybody reads those that the auction's document names.
"""

from typing import Any, Final

from aiohttp import web

from bidding.engine.papers import MOST_BYTES, NoRoom, media_of, sha256
from bidding.web.problems import Problem
from bidding.web.rooms import Present
from bidding.web.routes import HOUSE, STAFF, Answer, Call, Route

ROOM: Final = "papers"
_HEARD: Final = 8 * MOST_BYTES
POLICY: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"


class PaperTold(Answer):
    """What was kept. `id` is its address here, the first half of `sha256`."""

    id: str
    sha256: str
    media: str
    size: int


async def hand_in(call: Call) -> dict[str, Any]:
    """Keep the body of this request as it is."""
    content, length = bytearray(), 0
    async for part in call.request.content.iter_chunked(65_536):
        # Read to its end all the same: who is still sending hears no answer.
        length += len(part)
        if length <= MOST_BYTES:
            content += part
        elif length > _HEARD:
            break
    if length > MOST_BYTES:
        raise Problem("PAPER_TOO_LONG")
    media = media_of(bytes(content))
    if media is None:
        raise Problem("NOT_A_PAPER")
    try:
        digest = await call.door.papers.put(bytes(content))
    except NoRoom:
        raise Problem("NO_ROOM") from None
    return {"id": digest[:32], "sha256": digest, "media": media, "size": len(content)}


async def of_house(call: Call) -> web.Response:
    """One paper, for those who prepare and approve."""
    return await _file(call)


async def of_auction(call: Call) -> web.Response:
    """One paper that the auction's document names."""
    document = (await Present.of(call.door, call.auction)).state.document
    if not any(p["sha256"].startswith(call.path["id"]) for p in document.get("papers", ())):
        raise Problem("NOT_FOUND")
    return await _file(call)


async def _file(call: Call) -> web.Response:
    content = await call.door.papers.get(call.path["id"])
    media = None if content is None else media_of(content)
    if content is None or media is None:
        raise Problem("NOT_FOUND")
    digest = sha256(content)
    how = "inline" if media.startswith("image/") else "attachment"
    name = f"{digest[:16]}.{media.rpartition('/')[2]}"
    return web.Response(
        body=content,
        content_type=media,
        headers={
            "Content-Disposition": f'{how}; filename="{name}"',
            "Content-Security-Policy": POLICY,
            "Cache-Control": "private, max-age=86400, immutable",
            "ETag": f'"{digest}"',
        },
    )


ROUTES: Final = (
    Route(
        "POST",
        "/api/papers",
        hand_in,
        ROOM,
        "上传图片、地图或文件",
        "Hand in a picture, map or document",
        roles=STAFF,
        answer=PaperTold,
        status=201,
        problems=("NOT_A_PAPER", "PAPER_TOO_LONG", "NO_ROOM"),
    ),
    Route(
        "GET",
        "/api/papers/{id}",
        of_house,
        ROOM,
        "附件（发布前）",
        "A paper, before publication",
        roles=HOUSE,
        file="application/octet-stream",
    ),
    Route(
        "GET",
        "/api/auctions/{auction}/papers/{id}",
        of_auction,
        ROOM,
        "本场公告的附件",
        "A paper of an auction's notice",
        file="application/octet-stream",
    ),
)
