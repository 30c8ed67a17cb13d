"""The film of a session: its reel, the room as any party saw it, why, and what differs.

The same questions are answered of an auction of this house and of an archive that somebody opened
here. Nothing here changes anything; folding and re-judging run in threads, one at a time a film.
While sealed offers lie unopened there is no film, as there is no record to read.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, TypeVar

import orjson
from aiohttp import web

from auction_rules.reasons import title
from auction_rules.terms import Text
from bidding.engine.house import House
from bidding.engine.ports import LogError
from bidding.proof import canon
from bidding.web.api.audit import RECEIPT_TYPE
from bidding.web.film_shapes import (
    DifferenceQuery,
    Differences,
    EntryTold,
    Hypothesis,
    Reeled,
    ReelQuery,
    Rejudging,
    RoomQuery,
    RoomTold,
    Seen,
    SeenQuery,
    WhatIfBody,
)
from bidding.web.films import Opened, Showing
from bidding.web.problems import Field, Problem
from bidding.web.rooms import Present
from bidding.web.routes import (
    WATCHERS,
    Call,
    Route,
    Run,
    file_response,
)
from replay.explain import explain
from replay.film import NoRule
from replay.rejudge import RuleMissing, rejudge
from replay.told import KIND
from replay.two_instants import between
from replay.what_if import CAVEAT, MARK, Change, Impossible, WhatIf, what_if

ROOM: Final = "audit"
_T = TypeVar("_T")
_STRANGE: Final = (KeyError, ValueError, TypeError, AttributeError, AssertionError)
"""What a record that its owner signed and no house could have made may end in."""

# Whose film -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Source:
    """The film that a request is about; `file` where it is an opened archive."""

    showing: Showing
    size: int
    auction: str | None
    file: Opened | None

    async def receipt(self, house: House, index: int) -> bytes | None:
        """The proof of an entry; None while the auction is being read again."""
        if self.file is not None:
            return self.file.receipt(index)
        assert self.auction is not None
        try:
            return (await house.receipt(self.auction, index))[0]
        except IndexError:
            return None

    def index(self, wanted: int) -> int:
        """An entry that is there. Raises NOT_FOUND."""
        if wanted >= self.size:
            raise Problem("NOT_FOUND")
        return wanted

    async def ask(self, work: Callable[[], _T]) -> _T:
        """The work in a thread; what cannot be shown is a problem, never a fault of the house."""
        try:
            return await self.showing.ask(work)
        except (NoRule, RuleMissing):
            raise Problem("NO_RULE") from None
        except Problem:
            raise
        except _STRANGE as wrong:
            if self.file is None:
                raise
            # Somebody else's house signed it.
            raise Problem("NOT_SHOWN") from wrong


async def _source(call: Call) -> _Source:
    if "auction" in call.path:
        present = await Present.of(call.door, call.auction)
        if present.sealed:
            raise Problem("SEALED")
        # Before anything is awaited: an entry written meanwhile may be a sealed one.
        size, origin = present.state.index, present.state.origin
        showing = await call.door.films.of(call.auction, origin, size)
        return _Source(showing, size, call.auction, None)
    opened = call.door.films.opened(call.path["id"], call.account.account)
    if opened is None:
        raise Problem("NOT_FOUND")
    return _Source(opened.showing, len(opened.showing.film), None, opened)


def _audience(source: _Source, audience: str) -> str:
    role, _, number = audience.partition(":")
    if role == "bidder" and number not in source.showing.film.end.people:
        raise Problem("NOT_FOUND")
    return audience


_PUBLICATION: Final = {"zh": "发布场次", "en": "publication"}


def _kind(of: str) -> Mapping[str, str]:
    """What kind of request an entry is of, in words; of one we do not know, its own word."""
    kind = of.partition(".")[0]
    return _PUBLICATION if kind == "session" else KIND.get(kind, {"zh": kind, "en": kind})


def _title(reason: str | None) -> Text | None:
    return None if reason is None else title(reason)


# The questions ----------------------------------------------------------------------------------


async def reel(call: Call) -> dict[str, Any]:
    """The frames, with what one needs to know of the session."""
    source, query = await _source(call), call.query(ReelQuery)
    film = source.showing.film
    document = film.entries[0]["data"]["document"]
    stop = min(query.start + query.limit, source.size)
    frames = await source.ask(
        lambda: [
            asdict(frame)
            | {"kind": _kind(frame.type), "text": text, "reason_title": _title(frame.reason)}
            for frame, text in source.showing.reel.told(query.start, stop)
        ]
    )
    return {
        "origin": film.origin,
        "auction": document["auction"],
        "size": source.size,
        "opened": None if source.file is None else call.path["id"],
        "rule": f"{document['rule']}@{document['version']}",
        "installed": film.rule is not None,
        "bidders": sorted(film.end.people),
        "terms": document["terms"],
        "frames": frames,
    }


async def room(call: Call) -> dict[str, Any]:
    """The room as somebody saw it then."""
    source, query = await _source(call), call.query(RoomQuery)
    audience = _audience(source, query.audience)
    if (query.i is None) == (query.t is None):
        sentence = {"zh": "请给出记录编号或时刻之一。", "en": "Give an entry or an instant."}
        raise Problem("BAD_FIELDS", fields=[Field("i", sentence)])
    film = source.showing.film
    index = query.i if query.t is None else film.index_at(query.t)
    if index is None:
        raise Problem("NOT_FOUND")
    index, now = (
        source.index(min(index, source.size - 1) if query.t is not None else index),
        query.t,
    )
    role, _, bidder = audience.partition(":")

    def drawn() -> dict[str, Any]:
        shown = film.room(index, audience, now)
        you = film.panel(index, bidder, now) if role == "bidder" else None
        return {"i": index, "t": shown["now"], "room": shown, "you": you}

    return await source.ask(drawn)


async def seen(call: Call) -> dict[str, Any]:
    """What an audience was shown, line by line."""
    source, query = await _source(call), call.query(SeenQuery)
    audience = _audience(source, query.audience)
    stop = min(query.start + query.limit, source.size)

    def lines() -> list[dict[str, Any]]:
        shown = source.showing.reel.seen(audience, query.start, stop)
        return [{"at": at, "n": at, **line} for at, line in shown]

    return {"lines": await source.ask(lines), "size": source.size}


async def entry(call: Call) -> dict[str, Any]:
    """One entry with its bytes, its proof and the chain of reasons behind it."""
    source = await _source(call)
    index, film = source.index(int(call.path["i"])), source.showing.film
    proof = await source.receipt(call.door.house, index)

    def told() -> dict[str, Any]:
        one = film.entries[index]
        why = None if film.rule is None else [asdict(line) for line in explain(film, index).lines]
        # Entries are canonical: these are the very bytes that were hashed.
        return {
            "entry": one,
            "raw": canon.fast(one).decode(),
            "kind": _kind(one["type"]),
            "text": film.text(index),
            "reason_title": _title(one["data"].get("reason")),
            "why": why,
        }

    return await source.ask(told) | {"receipt": None if proof is None else proof.decode()}


async def difference(call: Call) -> dict[str, Any]:
    """What is different in the room between two entries."""
    source, query = await _source(call), call.query(DifferenceQuery)
    audience = _audience(source, query.audience)
    first, second = source.index(query.first), source.index(query.second)
    rows = await source.ask(lambda: between(source.showing.film, first, second, audience))
    told = [asdict(row) | {"same": row.same} for row in rows]
    return {"first": first, "second": second, "rows": told}


async def rejudged(call: Call) -> dict[str, Any]:
    """The archived rule asked again, entry by entry, up to the first difference."""
    source = await _source(call)
    entries = [dict(one) for one in source.showing.film.entries[: source.size]]
    found = await source.ask(lambda: rejudge(source.showing.film.origin, entries))
    one = found.difference
    return {
        "entries": found.entries,
        "rule": found.rule,
        "same_source": found.same_source,
        "verified": dict(found.verified),
        "difference": None
        if one is None
        else {
            "entry": one.index,
            "about": one.about,
            "sentence": {"zh": one.line("zh"), "en": one.line("en")},
            "rows": [
                {"where": where, "expected": expected, "recorded": recorded}
                for where, expected, recorded in one.rows()
            ],
        },
    }


async def hypothesis(call: Call) -> dict[str, Any]:
    """The same requests under other conditions. Nothing of it is kept."""
    source, asked = await _source(call), call.body(WhatIfBody)
    change = Change(asked.terms, frozenset(asked.without_bidders), frozenset(asked.without_entries))
    try:
        found = await source.ask(lambda: what_if(source.showing.film, change))
    except Impossible as why:
        sentence = {
            "zh": f"无法按此条件推演：{why.zh}。",
            "en": f"This cannot be played: {why.en}.",
        }
        raise Problem("NOT_PLAYABLE", sentence=sentence) from None
    return _hypothetical(found)


def _hypothetical(found: WhatIf) -> dict[str, Any]:
    return {
        "mark": MARK,
        "caveat": CAVEAT,
        "rows": [asdict(row) | {"same": row.same} for row in found.rows],
        "otherwise": [asdict(one) for one in found.otherwise],
        "recorded": asdict(found.recorded),
        "hypothetical": asdict(found.hypothetical),
        "size": len(found.film),
    }


async def proof(call: Call) -> web.Response:
    """The receipt of one entry, as a file."""
    source = await _source(call)
    index = source.index(int(call.path["i"]))
    made = await source.receipt(call.door.house, index)
    if made is None:
        raise Problem("TRY_LATER", headers={"Retry-After": "1"})
    document = source.showing.film.entries[0]["data"]["document"]
    return file_response(made, RECEIPT_TYPE, f"{document['auction']}-{index}.tlog-proof")


async def export(call: Call) -> web.Response:
    """The session as one JSON file: entries, sentences, marks, remarks, and what to verify with."""
    source = await _source(call)
    film, house = source.showing.film, call.door.house
    if source.file is not None:
        policy = source.file.policy
    else:
        assert source.auction is not None
        policy = house.policy(source.auction)
    last = await source.receipt(house, source.size - 1)
    try:
        remarks = () if source.file else await house.notebook.notes(film.origin)
    except LogError:
        raise Problem("TRY_LATER", headers={"Retry-After": "1"}) from None

    def made() -> bytes:
        told = source.showing.reel.told(0, source.size)
        entries = [
            {"entry": film.entries[frame.i], "marks": frame.marks, "text": text}
            for frame, text in told
        ]
        return orjson.dumps(
            _HOW
            | {
                "origin": film.origin,
                "size": source.size,
                "policy": policy,
                "last_receipt": None if last is None else last.decode(),
                "entries": entries,
                "remarks": remarks,
            },
            option=orjson.OPT_STRICT_INTEGER | orjson.OPT_INDENT_2,
        )

    name = film.entries[0]["data"]["document"]["auction"]
    return file_response(await source.ask(made), "application/json", f"{name}-film.json")


_HOW: Final[dict[str, Any]] = {
    "kind": "daylight-film/v1",
    "how_to_verify": {
        "zh": "每个 entry 按键名排序、不加空格写成一行，即为日志中的原始字节；其 SHA-256"
        "（前置一个零字节）是默克尔树的叶。签名见存档文件，用 policy 核验："
        "python -m replay verify ARCHIVE --policy POLICY。",
        "en": "Each entry, written on one line with sorted keys and no spaces, is the very bytes "
        "of the log; its SHA-256 behind a zero byte is a leaf of the tree. The signatures are in "
        "the archive: python -m replay verify ARCHIVE --policy POLICY.",
    },
}


# The table --------------------------------------------------------------------------------------


def _of_both(path: str, run: Run, zh: str, en: str, **more: Any) -> tuple[Route, Route]:
    """The question put to an auction's film, and the same put to an opened file's."""

    async def of_file(call: Call) -> Any:
        return await run(call)

    of_file.__name__ = f"{run.__name__}_of_file"
    of_file.__module__ = __name__
    method = "POST" if "body" in more else "GET"
    codes: tuple[str, ...] = more.pop("problems", ())
    return (
        Route(
            method,
            f"/api/auctions/{{auction}}/film{path}",
            run,
            ROOM,
            zh,
            en,
            roles=WATCHERS,
            problems=("SEALED", *codes),
            **more,
        ),
        Route(
            method,
            f"/api/films/{{id}}{path}",
            of_file,
            ROOM,
            f"{zh}（打开的存档）",
            f"{en}, of an opened archive",
            roles=WATCHERS,
            problems=("NOT_SHOWN", *codes),
            **more,
        ),
    )


ROUTES: Final = (
    *_of_both("", reel, "影片的全部画格", "The reel of the film", query=ReelQuery, answer=Reeled),
    *_of_both(
        "/room",
        room,
        "当时某方所见的现场",
        "The room as a party saw it then",
        query=RoomQuery,
        answer=RoomTold,
        problems=("NO_RULE", "NOT_FOUND"),
    ),
    *_of_both(
        "/seen",
        seen,
        "某方看到过的各行",
        "The lines a party was shown",
        query=SeenQuery,
        answer=Seen,
        problems=("NO_RULE", "NOT_FOUND"),
    ),
    *_of_both(
        "/difference",
        difference,
        "两个时刻之间的差别",
        "What differs between two entries",
        query=DifferenceQuery,
        answer=Differences,
        problems=("NO_RULE", "NOT_FOUND"),
    ),
    *_of_both(
        "/rejudged",
        rejudged,
        "记录与重新裁判的对照",
        "The record beside its re-judging",
        answer=Rejudging,
        problems=("NO_RULE",),
    ),
    *_of_both(
        "/what-if",
        hypothesis,
        "推演（非记录）",
        "A what-if, not the record",
        body=WhatIfBody,
        answer=Hypothesis,
        problems=("NO_RULE", "NOT_PLAYABLE"),
    ),
    *_of_both(
        "/export",
        export,
        "导出 JSON",
        "The session as JSON",
        file="application/json",
        problems=("TRY_LATER",),
    ),
    *_of_both(
        "/entries/{i}",
        entry,
        "一条记录及其理由和证明",
        "An entry, why, and its proof",
        answer=EntryTold,
        problems=("NOT_FOUND",),
    ),
    *_of_both(
        "/entries/{i}/receipt",
        proof,
        "一条记录的证明文件",
        "The proof of an entry, as a file",
        file=RECEIPT_TYPE,
        problems=("NOT_FOUND", "TRY_LATER"),
    ),
)
