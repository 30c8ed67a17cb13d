"""What the terms come to in words: before saving, before approval, and for everybody afterwards.

One text, made by the rules from the terms: the drafter sees it grow beside his form, with the
remarks; the approver reads it with the hash he signs off; the public reads it with the same hash.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from aiohttp import web
from pydantic import Field, ValidationError

from auction_rules.prose import prose
from auction_rules.registry import UnknownRule, find, source_sha256
from auction_rules.terms import Text
from bidding.core.notice import Notice, conditions, notice
from bidding.core.notice_period import hours
from bidding.web import notice_page, problems
from bidding.web.api.drafts import (
    DowntimeBody,
    OfficersBody,
    RemarkLine,
    document_of,
    draft_of,
    remark_lines,
    remarks_on,
)
from bidding.web.problems import Problem
from bidding.web.rooms import Present
from bidding.web.routes import HOUSE, Answer, Body, Call, Plain, Query, Route
from bidding.web.wire import Instant, Sentence, Whole

LANGS: Final = ("zh", "en")


class Prose(Answer):
    """Paragraphs, as many in one language as in the other."""

    zh: list[str]
    en: list[str]


class FactLine(Answer):
    """One line above the prose."""

    label: Sentence
    value: Sentence


class PreviewBody(Body):
    """A document that need not be saved; written as a draft. `version`: the newest when left out."""

    terms: dict[str, Plain]
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9.]{1,16}$")] | None = None
    deposit: Whole = 0
    deposit_deadline: Instant | None = None
    officers: OfficersBody | None = None
    downtime: DowntimeBody | None = None


class Preview(Answer):
    """The notice's text as these terms give it, and what the drafter should hear about them."""

    rule: str
    version: str
    rule_sha256: str
    facts: list[FactLine]
    prose: Prose
    remarks: list[RemarkLine]


class RuleOfNotice(Answer):
    """`sha256` is that of the source the document names; `same_source`: it is installed here."""

    name: str
    version: str
    title: Sentence
    sha256: str
    same_source: bool


class NoticeAnswer(Answer):
    """`sha256` is that of the RFC 8785 bytes of `document`, as in entry 0 of the log.

    `facts` stand above the prose: which auction, which deposit, what officers may do.
    """

    auction: str
    title: Sentence
    rule: RuleOfNotice
    sha256: str
    deposit: int
    deposit_deadline: Instant | None
    facts: list[FactLine]
    prose: Prose
    document: dict[str, Any]


class DraftNotice(NoticeAnswer):
    """What the second person reads before he approves; remarks are never part of the notice."""

    remarks: list[RemarkLine]


class LangQuery(Query):
    """One language; both, Chinese first, when left out."""

    lang: Literal["zh", "en"] | None = None


def _plain(told: Notice) -> dict[str, Any]:
    document = told.document
    return {
        "auction": document["auction"],
        "title": document["title"],
        "rule": {
            "name": document["rule"],
            "version": document["version"],
            "title": dict(told.rule_title),
            "sha256": document["rule_sha256"],
            "same_source": told.same_source,
        },
        "sha256": told.sha256,
        "deposit": document["deposit"],
        "deposit_deadline": document["deposit_deadline"],
        "facts": _facts(document, told.rule_title),
        "prose": dict(told.prose),
        "document": dict(document),
    }


def _facts(document: Mapping[str, Any], rule_title: Text) -> list[dict[str, Any]]:
    zh, en = (list(conditions(document, rule_title, lang)) for lang in LANGS)
    return [
        {"label": {"zh": a, "en": b}, "value": {"zh": x, "en": y}}
        for (a, x), (b, y) in zip(zh, en, strict=True)
    ]


async def preview(call: Call) -> dict[str, Any]:
    """Unsaved terms in words, with the remarks on them."""
    body = call.body(PreviewBody)
    try:
        rule = find(call.path["name"], body.version)
    except UnknownRule:
        raise Problem("NOT_FOUND") from None
    try:
        terms = rule.Config.model_validate(body.terms)
    except ValidationError as error:
        raise Problem("BAD_FIELDS", fields=problems.fields_of(error, "terms")) from None
    beside = body.model_dump(exclude={"terms", "version"})
    return {
        "rule": rule.name,
        "version": rule.version,
        "rule_sha256": source_sha256(rule),
        "facts": _facts({"rule": rule.name, "version": rule.version, **beside}, rule.title),
        "prose": prose(rule, terms, remarks=False),
        "remarks": remark_lines(
            rule,
            terms,
            hours(rule, terms, body.deposit, body.deposit_deadline, call.door.clock.now()),
        ),
    }


async def of_draft(call: Call) -> dict[str, Any]:
    """The notice a draft would become. A draft that is not complete has none: BAD_FIELDS."""
    draft = await draft_of(call)
    document = document_of(draft.fields)
    told = notice(document.canonical(), document.sha256)
    return _plain(told) | {"remarks": remarks_on(draft, document, call.door.clock.now())}


async def of_auction(call: Call) -> dict[str, Any]:
    """The notice of a published auction."""
    return _plain(await _told(call))


async def as_page(call: Call) -> web.Response:
    """The notice to print."""
    return notice_page.page(await _told(call), _langs(call))


async def as_text(call: Call) -> web.Response:
    """The notice to paste."""
    return notice_page.plain(await _told(call), _langs(call))


def _langs(call: Call) -> tuple[str, ...]:
    lang = call.query(LangQuery).lang
    return LANGS if lang is None else (lang,)


async def _told(call: Call) -> Notice:
    document = (await Present.of(call.door, call.auction)).state.document
    return notice(document, document["sha256"])


_ONE: Final = "/api/auctions/{auction}/notice"

ROUTES: Final = (
    Route(
        "POST",
        "/api/rules/{name}/preview",
        preview,
        "rules",
        "条件预览：公告文字与提示",
        "Preview terms: the notice's text and the remarks",
        roles=HOUSE,
        body=PreviewBody,
        answer=Preview,
    ),
    Route(
        "GET",
        "/api/drafts/{id}/notice",
        of_draft,
        "drafts",
        "方案的公告文字与提示",
        "A draft's notice and the remarks",
        roles=HOUSE,
        answer=DraftNotice,
        problems=("BAD_FIELDS",),
    ),
    Route(
        "GET",
        _ONE,
        of_auction,
        "auctions",
        "公告文字与文件哈希",
        "The notice: text and hash",
        answer=NoticeAnswer,
    ),
    Route(
        "GET",
        f"{_ONE}.html",
        as_page,
        "auctions",
        "公告文字（打印版）",
        "The notice to print",
        query=LangQuery,
        file="text/html",
    ),
    Route(
        "GET",
        f"{_ONE}.txt",
        as_text,
        "auctions",
        "公告文字（纯文本）",
        "The notice as plain text",
        query=LangQuery,
        file="text/plain",
    ),
)
