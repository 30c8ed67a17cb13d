"""The calendar of all auctions and of those on their way, with what gets into each other's way."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any, Final

from pydantic import Field

from auction_rules.rule import Rule
from bidding.core.record import rule_of
from bidding.core.state import OVER
from bidding.engine.identity import Draft
from bidding.web.api.drafts import document_of
from bidding.web.context import Door
from bidding.web.problems import Field as Wrong
from bidding.web.problems import Problem
from bidding.web.rooms import Present
from bidding.web.routes import WATCHERS, Answer, Call, Query, Route
from bidding.web.timetable import Item, Span, clashes, foreseen
from bidding.web.wire import Instant, Sentence

_DAY: Final = 86_400_000_000
_MOST_DAYS: Final = 100
_KEPT: Final = 2_000

_SPANS: Final[dict[str, Span]] = {}
"""By the document's hash: the same document always comes to the same span."""


class CalendarQuery(Query):
    """From one instant up to another, at most a hundred days later."""

    first: Annotated[int, Field(ge=0, le=2**53 - 1)]
    last: Annotated[int, Field(ge=0, le=2**53 - 1)]


class CalendarItem(Answer):
    """One auction, or a draft on its way. `closes` is foreseen without extensions.

    `key` is the auction's id, or `draft:` and the draft's.
    """

    key: str
    auction: str | None
    draft: str | None
    title: Sentence
    rule: Sentence
    state: str
    officer: str | None
    opens: Instant | None
    closes: Instant | None


class ClashTold(Answer):
    """`kind`: hours, officer or closes."""

    kind: str
    one: str
    other: str
    at: Instant
    sentence: Sentence


class CalendarAnswer(Answer):
    """By opening time; and the pairs that are in each other's way."""

    items: list[CalendarItem]
    clashes: list[ClashTold]


async def calendar(call: Call) -> dict[str, Any]:
    """What is on in a stretch of days."""
    asked = call.query(CalendarQuery)
    if not asked.first < asked.last <= asked.first + _MOST_DAYS * _DAY:
        sentence = {"zh": "时间段须在一百天以内。", "en": "At most a hundred days at once."}
        raise Problem("BAD_FIELDS", fields=[Wrong("last", sentence)])
    drafts = await call.door.registry.drafts()
    found = [
        *[await _published(call.door, name, drafts) for name in call.door.house.auctions()],
        *[await _on_its_way(draft) for draft in drafts if draft.state != "published"],
    ]
    inside = [
        (item, row)
        for item, row in (pair for pair in found if pair is not None)
        if _touches(item.span, asked.first, asked.last)
    ]
    inside.sort(key=lambda pair: (pair[0].span.opens or 0, pair[0].key))
    return {
        "items": [row for _, row in inside],
        "clashes": [asdict(clash) for clash in clashes([item for item, _ in inside])],
    }


def _touches(span: Span, first: int, last: int) -> bool:
    opens = span.opens
    return opens is not None and opens < last and (span.closes or opens) >= first


async def _published(door: Door, name: str, drafts: list[Draft]) -> Any:
    if door.house.refused(name) is not None:
        return None
    state = (await Present.of(door, name)).state
    rule = rule_of(state)
    span = await _span(state.document["sha256"], rule, state.terms)
    moved = state.standing.closes
    if moved is not None and span.closes is not None and moved > span.closes:
        span = Span(span.opens, moved)
    draft = next((d for d in drafts if d.auction == name), None)
    officer = draft.submitted_by if draft else None
    title = state.document["title"]
    item = Item(name, title, officer, span, over=state.status in OVER)
    return item, _row(item, name, draft.id if draft else None, rule, state.status)


async def _on_its_way(draft: Draft) -> Any:
    try:
        document = document_of(draft.fields)
    except Problem:
        # What is not complete yet has no time that could be in anybody's way.
        return None
    rule, terms = document.bound()
    span = await _span(document.sha256, rule, terms)
    officer = draft.submitted_by or draft.proposer
    item = Item(f"draft:{draft.id}", document.title.model_dump(), officer, span)
    return item, _row(item, None, draft.id, rule, draft.state)


def _row(item: Item, auction: str | None, draft: str | None, rule: Rule, state: str) -> Any:
    return {
        "key": item.key,
        "auction": auction,
        "draft": draft,
        "title": dict(item.title),
        "rule": dict(rule.title),
        "state": state,
        "officer": item.officer,
        "opens": item.span.opens,
        "closes": item.span.closes,
    }


async def _span(key: str, rule: Rule, terms: Any) -> Span:
    """Worked out once for each document, entry by entry: bidders go first."""
    known = _SPANS.get(key)
    if known is not None:
        return known
    span = Span(None, None)
    for found in foreseen(rule, terms):
        span = found or span
        await asyncio.sleep(0)
    if len(_SPANS) >= _KEPT:
        _SPANS.pop(next(iter(_SPANS)))
    _SPANS[key] = span
    return span


ROUTES: Final = (
    Route(
        "GET",
        "/api/calendar",
        calendar,
        "auctions",
        "场次日历与冲突",
        "The calendar and what is in each other's way",
        roles=WATCHERS,
        query=CalendarQuery,
        answer=CalendarAnswer,
        problems=("BAD_FIELDS",),
    ),
)
