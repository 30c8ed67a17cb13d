"""Open data: what everybody may know of every auction, in pages, for machines. No cookie, no account.

Paging is by number of auctions, oldest first: what is on a page stays there, and new auctions come
at the end. Answers may be kept for half a minute, and are compared by their tag after that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import orjson
from aiohttp import hdrs, web
from pydantic import Field

from auction_rules.terms import RuleConfig, Text
from bidding.core.said import both
from bidding.web import data_v2, ocds
from bidding.web.open_records import (
    AUCTION_FIELDS,
    INTERRUPTION_FIELDS,
    RESULT_FIELDS,
    Public,
    Record,
    Unreadable,
    as_csv,
    auction_record,
    interruption_records,
    result_records,
    unreadable_record,
)
from bidding.web.problems import Problem
from bidding.web.rooms import Present
from bidding.web.routes import Answer, Call, Query, Route
from bidding.web.wire import Sentence, Whole
from replay.figures import Category, category_of

ROOM: Final = "open"
JSON: Final = "application/json"
CSV: Final = "text/csv"
_KEEP: Final = "public, max-age=30"


class PageQuery(Query):
    """Which page of how many auctions; the first is 1."""

    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    size: Annotated[int, Field(ge=1, le=200)] = 50


class FieldTold(Answer):
    """One field of a record."""

    name: str
    zh: str
    en: str


class DatasetTold(Answer):
    """One data set: where it is, and what its fields mean."""

    id: str
    title: Sentence
    text: Sentence
    json_url: str | None
    csv_url: str | None
    fields: list[FieldTold]


class Datasets(Answer):
    """All data sets. `licence`: on what terms they may be used."""

    datasets: list[DatasetTold]
    paging: Sentence
    licence: Sentence


class Page(Answer):
    """Records of one page; `next` is null on the last one. `auctions`: how many there are in all."""

    page: Whole
    size: Whole
    auctions: Whole
    next: str | None
    records: list[dict[str, Any]]


class ReleasePackage(Answer):
    """OCDS 1.1; `links.next` leads to the next page. Amounts are decimals, exact as they stand."""

    uri: str
    version: str
    publishedDate: str  # noqa: N815 the standard's own name
    publisher: dict[str, str]
    releases: list[dict[str, Any]]
    publicationPolicy: str  # noqa: N815
    extensions: list[str]
    links: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Set:
    """A data set: its records are made from one auction at a time."""

    title: Text
    text: Text
    fields: Mapping[str, Text]
    make: Callable[[Public, str], list[Record]]


def _of_result(one: Public, base: str) -> list[Record]:
    return [] if one.result is None else result_records(one.result, base)


def _of_table(table: str) -> Callable[[Public, str], list[Record]]:
    def made(one: Public, base: str) -> list[Record]:
        return [] if one.result is None else data_v2.records(one.result, table, base)

    return made


SETS: Final[dict[str, _Set]] = {
    "auctions": _Set(
        both("场次", "Auctions"),
        both(
            "每场一条：公告、状态、结果、溢价或节约。",
            "One record an auction: notice, state, result, premium or saving.",
        ),
        AUCTION_FIELDS,
        lambda one, base: [auction_record(one, base)],
    ),
    "results": _Set(
        both("成交结果", "Results"),
        both(
            "每宗竞得一条，注明日志中的记录号，以及是否已确认、公示。",
            "One record an award, with the entry of the log that makes it, and what it is worth.",
        ),
        RESULT_FIELDS,
        _of_result,
    ),
    "interruptions": _Set(
        both("中断与中止", "Interruptions"),
        both(
            "场次每次停止计时一条：起止、原因、决定、补时。工作人员的中止同样列出，并注明。",
            "One record each time an auction stood still: when, why, what was decided, what time "
            "was given back. What officers suspended is listed too, and says so.",
        ),
        INTERRUPTION_FIELDS,
        interruption_records,
    ),
    "land": _Set(
        both("土地成交（数据规范 V2.0）", "Land deals (data specification V2.0)"),
        both(
            "已公示的成交，采用公共资源交易平台系统数据规范 V2.0 的字段名。",
            "Published deals, under the field names of the national data specification V2.0.",
        ),
        data_v2.LAND,
        _of_table("land"),
    ),
    "property": _Set(
        both("产权成交（数据规范 V2.0）", "Property deals (data specification V2.0)"),
        both(
            "已公示的成交，采用公共资源交易平台系统数据规范 V2.0 的字段名。",
            "Published deals, under the field names of the national data specification V2.0.",
        ),
        data_v2.PROPERTY,
        _of_table("property"),
    ),
}


async def datasets(call: Call) -> web.Response:
    """What there is, and what every field means."""
    rows: list[dict[str, Any]] = [
        {
            "id": name,
            "title": dict(one.title),
            "text": dict(one.text),
            "json_url": f"/open/{name}",
            "csv_url": f"/open/{name}.csv",
            "fields": [{"name": field, **says} for field, says in one.fields.items()],
        }
        for name, one in SETS.items()
    ]
    rows.append(
        {
            "id": "ocds",
            "title": {"zh": "采购（OCDS 1.1）", "en": "Purchases (OCDS 1.1)"},
            "text": {
                "zh": "采购类场次的公告与成交，按开放合同数据标准 1.1 的发布包提供。"
                "土地、产权等出让由中心收款，没有采购人和供应商，该标准没有相应字段，请用上面的数据集；"
                "一页中没有采购类场次的，releases 为空。",
                "en": "Tenders and awards of purchases, as release packages of the Open "
                "Contracting Data Standard 1.1. Sales of land and rights bring money in and have "
                "neither buyer nor supplier: the standard has no place for them, so they are in "
                "the sets above, and a page of auctions without a purchase has no releases.",
            },
            "json_url": "/open/ocds",
            "csv_url": None,
            "fields": [],
        }
    )
    told = {
        "datasets": rows,
        "paging": {
            "zh": "用 page 与 size 翻页，按场次发布先后排列；next 为空即最后一页。",
            "en": "Turn pages with page and size, oldest auction first; next is null on the last.",
        },
        "licence": {
            "zh": "可自由使用，请注明来源。不含竞买人身份，仅有竞买号。",
            "en": "Free to use; name the source. Bidders are numbers; nobody is named.",
        },
    }
    return _kept(call, orjson.dumps(told), JSON)


async def _page(call: Call, name: str) -> tuple[list[Public | Unreadable], int, bool]:
    """The auctions of the page, how many there are in all, and whether more follow.

    With what the data set `name` is made of. One that cannot be read keeps its place.
    """
    query, known = call.query(PageQuery), call.door.house.auctions()
    start = (query.page - 1) * query.size
    chosen: list[Public | Unreadable] = []
    for auction in known[start : start + query.size]:
        try:
            one = await _public(call, auction)
            chosen.append(await _with_interruptions(call, one) if name == "interruptions" else one)
        except Problem as problem:
            if problem.code != "UNREADABLE":
                raise
            chosen.append(Unreadable(auction, f"{call.door.house.prefix}/{auction}"))
    return chosen, len(known), start + query.size < len(known)


def _records(name: str, found: Iterable[Public | Unreadable], base: str) -> list[Record]:
    """What the data set says of these; of one that cannot be read, only that it is there."""
    made: list[Record] = []
    for one in found:
        if isinstance(one, Public):
            made += SETS[name].make(one, base)
        elif name == "auctions":
            made.append(unreadable_record(one, base))
    return made


async def _with_interruptions(call: Call, one: Public) -> Public:
    auction = str(one.line["auction"])
    present = await Present.of(call.door, auction)
    found = await call.door.interruptions.of(auction, present.state.index)
    return replace(one, interruptions=tuple(found.found), acts_sealed=present.acts_sealed)


async def _public(call: Call, name: str) -> Public:
    present = await Present.of(call.door, name)
    line = present.line()
    published = present.over and line["result"] != "waits"
    result = await call.door.results.of(name) if published else None
    state, category = present.state, category_of(present.rule.name)
    terms = state.terms
    return Public(
        line,
        state.origin,
        state.document["sha256"],
        str(category.value),
        await call.door.results.opened(name),
        present.rule.direction(state.terms),
        result,
        (getattr(terms, "opens", None), getattr(terms, "closes", None)),
        present.rule.lots(terms),
        _rated(category, terms),
    )


def _rated(category: Category, terms: RuleConfig) -> bool | None:
    """Of purchases and works alone it is known by what they are decided."""
    if category not in (Category.PROCUREMENT, Category.WORKS):
        return None
    return bool(getattr(terms, "experts", ()))


def _base(call: Call) -> str:
    origins = sorted(call.door.settings.origins)
    return origins[0] if origins else f"{call.request.scheme}://{call.request.host}"


def _next(call: Call, path: str, *, more: bool) -> str | None:
    return _page_at(call, path, call.query(PageQuery).page + 1) if more else None


def _page_at(call: Call, path: str, page: int) -> str:
    query = urlencode({"page": page, "size": call.query(PageQuery).size})
    return f"{_base(call)}{path}?{query}"


def _json(name: str) -> Callable[[Call], Any]:
    async def answer(call: Call) -> web.Response:
        query = call.query(PageQuery)
        found, count, more = await _page(call, name)
        base = _base(call)
        told = {
            "page": query.page,
            "size": query.size,
            "auctions": count,
            "next": _next(call, f"/open/{name}", more=more),
            "records": _records(name, found, base),
        }
        return _kept(call, orjson.dumps(told, option=orjson.OPT_STRICT_INTEGER), JSON)

    answer.__name__ = name
    return answer


def _csv(name: str) -> Callable[[Call], Any]:
    async def answer(call: Call) -> web.Response:
        found, _, more = await _page(call, name)
        base = _base(call)
        response = _kept(call, as_csv(SETS[name].fields, _records(name, found, base)), CSV)
        after = _next(call, f"/open/{name}.csv", more=more)
        if after is not None:
            response.headers[hdrs.LINK] = f'<{after}>; rel="next"'
        return response

    answer.__name__ = f"{name}_csv"
    return answer


async def contracting(call: Call) -> web.Response:
    """A page of the OCDS release package."""
    found, _, more = await _page(call, "ocds")
    base, prefix = _base(call), call.door.settings.ocid_prefix
    house_name = call.door.house.prefix
    releases = []
    latest = 0
    for one in found:
        if isinstance(one, Unreadable) or one.direction > 0:
            continue
        releases += ocds.releases(one, prefix or house_name.replace("/", "-"), base)
        latest = max(latest, one.opened)
        if one.result is not None:
            latest = max(latest, one.result.ended, *(at for _, at in one.result.steps), 0)
    after = _next(call, "/open/ocds", more=more)
    links = {} if after is None else {"next": after}
    if (page := call.query(PageQuery).page) > 1:
        links["prev"] = _page_at(call, "/open/ocds", page - 1)
    uri = f"{base}{call.request.path_qs}"
    made = ocds.package(
        releases,
        uri,
        base,
        publisher=house_name,
        latest=latest or call.door.clock.now(),
        links=links,
    )
    return _kept(call, orjson.dumps(made, option=orjson.OPT_STRICT_INTEGER), JSON)


def _kept(call: Call, body: bytes, media: str) -> web.Response:
    """The answer, or 304 for whoever has it already; any page of any site may read it."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        hdrs.CACHE_CONTROL: _KEEP,
        hdrs.ETAG: tag,
        hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if call.request.headers.get(hdrs.IF_NONE_MATCH) == tag:
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, content_type=media, charset="utf-8", headers=headers)


def _routes(name: str) -> tuple[Route, Route]:
    title = SETS[name].title
    words = (title["zh"], title["en"])
    return (
        Route("GET", f"/open/{name}", _json(name), ROOM, *words, query=PageQuery, answer=Page),
        Route(
            "GET",
            f"/open/{name}.csv",
            _csv(name),
            ROOM,
            f"{words[0]}（CSV）",
            f"{words[1]} (CSV)",
            query=PageQuery,
            file=CSV,
        ),
    )


ROUTES: Final = (
    Route(
        "GET",
        "/open",
        datasets,
        ROOM,
        "开放数据目录",
        "All open data sets",
        answer=Datasets,
    ),
    *(route for name in SETS for route in _routes(name)),
    Route(
        "GET",
        "/open/ocds",
        contracting,
        ROOM,
        "采购（OCDS 1.1 发布包）",
        "Purchases as OCDS 1.1 release packages",
        query=PageQuery,
        answer=ReleasePackage,
    ),
)
