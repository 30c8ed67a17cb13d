"""The papers of a session at the desk: the record and the confirmation, as HTML, PDF or XLSX.

They are made of the archive, verified and re-judged first, exactly as `python -m replay transcript`
makes them; the door only carries them. PDF and XLSX need the extra `report` on the server; what a
server without it cannot make its pages do not offer.
"""

import asyncio
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final, Literal

from aiohttp import web

from bidding.proof.policy import parse_policy
from bidding.web.problems import Problem
from bidding.web.rooms import Present
from bidding.web.routes import WATCHERS, Answer, Call, Query, Route, file_response
from replay.film import NoRule
from replay.paper.qr import NoUrl, checked
from replay.transcript import LANGS, NoTranscript, transcript
from replay.verify import verify

ROOM: Final = "audit"
MEDIA: Final = {
    "html": "text/html",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


#: What each form is printed with, beyond what every install has.
NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "html": (),
    "pdf": ("typst", "manimgx_fonts_cjk"),
    "xlsx": ("xlsxwriter",),
}


class Forms(Answer):
    """The forms in which papers can be had here. `extra`: the install that brings all of them."""

    forms: list[Literal["html", "pdf", "xlsx"]]
    extra: str


class PaperQuery(Query):
    """Which paper, for whom, as what; both languages unless one is named."""

    kind: Literal["record", "confirmation"] = "record"
    audience: Literal["public", "auditor"] = "public"
    format: Literal["html", "pdf", "xlsx"] = "html"
    lang: Literal["zh", "en"] | None = None


async def forms(call: Call) -> dict[str, Any]:
    """What this install can print."""
    del call
    there = [form for form, needed in NEEDS.items() if all(find_spec(one) for one in needed)]
    return {"forms": there, "extra": "report"}


async def paper(call: Call) -> web.Response:
    """The paper as a file. The code on it leads to this house's page of verification."""
    present, asked = await Present.of(call.door, call.auction), call.query(PaperQuery)
    if present.sealed:
        raise Problem("SEALED")
    content = await call.door.house.archive(call.auction)
    policy = call.door.house.policy(call.auction)
    made = await asyncio.to_thread(_printed, content, policy, asked, _page(call))
    return file_response(made, MEDIA[asked.format], f"{call.auction}-{asked.kind}.{asked.format}")


def _page(call: Call) -> str | None:
    request, origins = call.request, sorted(call.door.settings.origins)
    origin = origins[0] if origins else f"{request.scheme}://{request.host}"
    try:
        return checked(f"{origin}/verify?auction={call.auction}")
    except NoUrl:
        # A host that cannot stand on paper is not printed; the paper says how to verify without.
        return None


def _printed(content: bytes, policy: str, asked: PaperQuery, url: str | None) -> bytes:
    session = verify(content, parse_policy(policy))
    try:
        printer = import_module(f"replay.paper.{asked.format}")
        made = transcript(session, asked.kind, asked.audience, url)
    except NoTranscript as why:
        raise Problem("NO_PAPER", sentence={"zh": f"{why.zh}。", "en": f"{why.en}."}) from why
    except (NoRule, ModuleNotFoundError) as missing:
        raise Problem("NO_PRINTER") from missing
    langs = LANGS if asked.lang is None else (asked.lang,)
    found: bytes = printer.render(made, langs)
    return found


ROUTES: Final = (
    Route(
        "GET",
        "/api/paper-forms",
        forms,
        ROOM,
        "本站可出具的文书格式",
        "The forms in which papers can be had",
        roles=WATCHERS,
        answer=Forms,
    ),
    Route(
        "GET",
        "/api/auctions/{auction}/transcript",
        paper,
        ROOM,
        "竞价记录和成交确认书",
        "The record or the confirmation, on paper",
        roles=WATCHERS,
        query=PaperQuery,
        file="application/octet-stream",
        problems=("SEALED", "NO_PAPER", "NO_PRINTER"),
    ),
)
