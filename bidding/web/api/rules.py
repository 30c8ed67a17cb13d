"""The rules installed here, with what the staff's form needs to fill in their terms."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import Field

from auction_rules.registry import BUILT_IN, UnknownRule, find, source_sha256
from auction_rules.registry import rules as installed
from auction_rules.terms import SECOND, instant
from auction_rules.topics import topic_of
from bidding.web.problems import Problem
from bidding.web.routes import Answer, Call, Route
from bidding.web.wire import Sentence

ROOM: Final = "rules"
AT_THE_DESKS: Final = frozenset(rule.name for rule in BUILT_IN)
"""A plug-in may have stages that no page of ours knows."""
_ISO: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T", re.ASCII)


class RuleLine(Answer):
    """One installed rule; `sha256` is that of its source.

    `desk`: every act of it has its place on our pages. The others are set up and played through
    this interface and the client.
    """

    name: str
    version: str
    title: Sentence
    sha256: str
    desk: bool


class RuleList(Answer):
    """All installed rules."""

    rules: list[RuleLine]


class Preset(Answer):
    """What a published rule fixes: laid over terms, it replaces those it names."""

    name: str
    title: Sentence
    terms: dict[str, Any]


class RuleDetail(RuleLine):
    """`schema` is the JSON Schema of the terms; `example` are terms that pass it."""

    schema_: dict[str, Any] = Field(alias="schema")
    example: dict[str, Any]
    own_lots: bool
    presets: list[Preset]
    topics: dict[str, str]
    """By name of a term: under which topic of the notice it is told."""


def _line(rule: Any) -> dict[str, Any]:
    return {
        "name": rule.name,
        "version": rule.version,
        "title": dict(rule.title),
        "sha256": source_sha256(rule),
        "desk": rule.name in AT_THE_DESKS,
    }


def example(rule: Any, now: int) -> dict[str, Any]:
    """The rule's sample terms, all instants moved so that the first of them is tomorrow.

    Durations between them stay; the first falls on a full minute.
    """
    instants = list(_instants(rule.example))
    if not instants:
        return dict(rule.example)
    minute = 60 * SECOND
    tomorrow = (now + 24 * 3600 * SECOND) // minute * minute
    moved: dict[str, Any] = _moved(rule.example, tomorrow - min(instants))
    return moved


def _instants(terms: Any) -> Iterator[int]:
    """Every instant in terms as they are written, those in lists of rows included."""
    if isinstance(terms, str) and _ISO.match(terms):
        yield instant(terms)
    elif isinstance(terms, Mapping):
        for value in terms.values():
            yield from _instants(value)
    elif isinstance(terms, list | tuple):
        for value in terms:
            yield from _instants(value)


def _moved(terms: Any, by: int) -> Any:
    """The same terms with every instant later by so many microseconds."""
    if isinstance(terms, str):
        return instant(terms) + by if _ISO.match(terms) else terms
    if isinstance(terms, Mapping):
        return {key: _moved(value, by) for key, value in terms.items()}
    if isinstance(terms, list | tuple):
        return [_moved(value, by) for value in terms]
    return terms


async def rules(_: Call) -> dict[str, Any]:
    """All installed rules."""
    return {"rules": [_line(rule) for rule in installed()]}


async def rule(call: Call) -> dict[str, Any]:
    """One rule with the schema of its terms."""
    try:
        found = find(call.path["name"])
    except UnknownRule:
        raise Problem("NOT_FOUND") from None
    return _line(found) | {
        "schema": found.Config.model_json_schema(),
        "example": example(found, call.door.clock.now()),
        "own_lots": bool(found.own_lots),
        "presets": [
            {"name": name, "title": dict(preset["title"]), "terms": dict(preset["terms"])}
            for name, preset in getattr(found, "presets", {}).items()
        ],
        "topics": {name: topic_of(name) for name in found.Config.model_fields},
    }


ROUTES: Final = (
    Route("GET", "/api/rules", rules, ROOM, "竞价规则", "Rules", answer=RuleList),
    Route("GET", "/api/rules/{name}", rule, ROOM, "一种规则", "One rule", answer=RuleDetail),
)
