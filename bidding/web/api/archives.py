"""The archive of a session: who may have it, and what can be verified where it is not public."""

from typing import Any, Final

from aiohttp import web

from auction_rules.terms import Text
from bidding.core.said import both
from bidding.proof.archive import parse_archive
from bidding.web.problems import Problem
from bidding.web.rooms import Present
from bidding.web.routes import Answer, Call, Route, file_response
from bidding.web.tags import names_parties
from bidding.web.wire import Sentence

ROOM: Final = "audit"
ARCHIVE_TYPE: Final = "application/vnd.bidding-session-archive"


class Verifiable(Answer):
    """What whoever asks can verify: `archive`, whether he may have it, else `why` not and what instead.

    `checkpoint` is the last one signed, of a session that is over.
    """

    archive: bool
    why: Sentence | None
    checkpoint: str | None


_OWN: Final = both(
    "竞买人现在就可以在本页核验自己的回执。",
    "Bidders can verify their own receipts on this page now.",
)
_KEEP: Final = both(
    "竞买人可以在本页核验自己的回执；任何人都可以保存下面由中心签名的检查点，今后出示的档案若与它不符，"
    "即可证明记录被改动。",
    "Bidders can verify their own receipts on this page. Anybody can keep the signed checkpoint below: "
    "an archive that disagrees with it later is proof that the record was changed.",
)
_WITHHELD: Final[dict[str, tuple[Text, Text]]] = {
    "sealed": (
        both(
            "本场有报价尚未揭示，档案此刻谁也不能取得，揭示之后再来。",
            "Offers of this session are not opened yet, so nobody can have its archive now; come back "
            "after they are.",
        ),
        _OWN,
    ),
    "running": (
        both(
            "本场尚未结束，档案在结束之后提供。",
            "This session is not over; its archive can be had after the end.",
        ),
        _OWN,
    ),
    "limits": (
        both(
            "本场允许自动出价，档案载有各人未公开的上限，因此只供工作人员和监督员核验，结束后也不公开。",
            "Bidders could set secret limits here and the archive holds them, so officers and auditors "
            "verify it; it is not made public, after the end either.",
        ),
        _KEEP,
    ),
    "parties": (
        both(
            "本场档案载有能在其他场次认出同一竞买人的标记，因此只供工作人员和监督员核验，结束后也不公开。",
            "The archive holds marks by which a bidder could be known in other sessions, so officers and "
            "auditors verify it; it is not made public, after the end either.",
        ),
        _KEEP,
    ),
}
"""Why the public cannot have an archive, and what can be verified instead."""


def _why(cause: str) -> Text:
    (because, instead) = _WITHHELD[cause]
    return both(because["zh"] + instead["zh"], f"{because['en']} {instead['en']}")


async def archive(call: Call) -> web.Response:
    """The whole session in one file; public once it is over, if nobody's limit stands in it.

    One that names parties by lasting tags would tell under which numbers they bid elsewhere.
    """
    present = await Present.of(call.door, call.auction)
    if present.sealed:
        raise Problem("SEALED")
    cause = None if _watches(call) else _withheld(present)
    if cause is None:
        content = await call.door.house.archive(call.auction)
        if _watches(call) or not names_parties(content):
            return file_response(content, ARCHIVE_TYPE, f"{call.auction}.archive")
        cause = "parties"
    raise Problem("FORBIDDEN" if call.who.account else "NOT_SIGNED_IN", sentence=dict(_why(cause)))


def _watches(call: Call) -> bool:
    return call.who.has("staff", "approver", "auditor")


def _withheld(present: Present) -> str | None:
    """Why the public may not have the archive, as far as it shows without reading it."""
    if not present.over:
        return "running"
    return "limits" if present.limits else None


async def verifiable(call: Call) -> dict[str, Any]:
    """Whether who asks may have the archive; a page asks this before it offers anything."""
    present = await Present.of(call.door, call.auction)
    if present.sealed:
        # Secret limits keep it from everybody until the end; only what is sealed is opened some day.
        cause = "sealed" if present.acts_sealed else "running"
        return {"archive": False, "why": _why(cause), "checkpoint": None}
    withheld, last = (None if _watches(call) else _withheld(present)), None
    if present.over:
        content = await call.door.house.archive(call.auction)
        last = parse_archive(content).checkpoints[-1].decode()
        if withheld is None and not _watches(call) and names_parties(content):
            withheld = "parties"
    return {
        "archive": withheld is None,
        "why": None if withheld is None else _why(withheld),
        "checkpoint": last,
    }


_ONE: Final = "/api/auctions/{auction}"

ROUTES: Final = (
    Route(
        "GET",
        f"{_ONE}/archive",
        archive,
        ROOM,
        "存档文件",
        "The archive; public after the close where it holds no secret limits and no lasting tags",
        file=ARCHIVE_TYPE,
        problems=("SEALED", "FORBIDDEN", "NOT_SIGNED_IN"),
    ),
    Route(
        "GET",
        f"{_ONE}/verifiable",
        verifiable,
        ROOM,
        "本场可以核验什么",
        "What can be verified of it, and if not the archive, why",
        answer=Verifiable,
    ),
)
