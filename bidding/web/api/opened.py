"""An archive from elsewhere, opened here: verified first, kept in memory only, its opener's alone."""

from typing import Any, Final

from bidding.proof.archive import HEADER, ArchiveError
from bidding.proof.policy import PolicyError, parse_policy
from bidding.web.films import MOST_BYTES
from bidding.web.problems import Problem
from bidding.web.routes import WATCHERS, Answer, Call, Route

_HEARD: Final = 4 * MOST_BYTES


class FilmOpened(Answer):
    """Under which name it is shown, until others need the room."""

    id: str
    auction: str
    origin: str
    size: int


async def open_file(call: Call) -> dict[str, Any]:
    """The body is the policy, and right after it the archive, both as they are."""
    content, length = bytearray(), 0
    async for part in call.request.content.iter_chunked(65_536):
        # Read to its end all the same: who is still sending hears no answer.
        length += len(part)
        if length <= MOST_BYTES:
            content += part
        elif length > _HEARD:
            break
    if length > MOST_BYTES:
        raise Problem("ARCHIVE_TOO_LONG")
    policy, archive = _parted(bytes(content))
    text = policy.decode("utf-8", errors="surrogateescape")
    films, owner = call.door.films, call.account.account
    try:
        name = await films.open(archive, parse_policy(text), text, owner)
    except (ArchiveError, PolicyError) as wrong:
        sentence = {"zh": f"{wrong.zh}。", "en": f"{wrong.en}."}
        raise Problem("NOT_AN_ARCHIVE", sentence=sentence) from None
    opened = films.opened(name, owner)
    assert opened is not None
    film = opened.showing.film
    document = film.entries[0]["data"]["document"]
    return {
        "id": name,
        "auction": document["auction"],
        "origin": film.origin,
        "size": len(film),
    }


def _parted(content: bytes) -> tuple[bytes, bytes]:
    """The policy and the archive. No line of a policy begins like an archive."""
    at = content.find(b"\n" + HEADER + b"\n")
    if at < 0:
        raise Problem("NOT_AN_ARCHIVE")
    return content[: at + 1], content[at + 1 :]


ROUTES: Final = (
    Route(
        "POST",
        "/api/films",
        open_file,
        "audit",
        "打开一份存档文件",
        "Open an archive from elsewhere",
        roles=WATCHERS,
        answer=FilmOpened,
        status=201,
        problems=("NOT_AN_ARCHIVE", "ARCHIVE_TOO_LONG"),
    ),
)
