"""The rules installed here, with what the staff's form needs to fill in their terms."""

from typing import Any, Final

from pydantic import Field

from auction_rules.registry import UnknownRule, find, source_sha256
from auction_rules.registry import rules as installed
from bidding.web.problems import Problem
from bidding.web.routes import Answer, Call, Route
from bidding.web.wire import Sentence

ROOM: Final = "rules"


class RuleLine(Answer):
    """One installed rule; `sha256` is that of its source."""

    name: str
    version: str
    title: Sentence
    sha256: str


class RuleList(Answer):
    """All installed rules."""

    rules: list[RuleLine]


class RuleDetail(RuleLine):
    """`schema` is the JSON Schema of the terms; `example` are terms that pass it."""

    schema_: dict[str, Any] = Field(alias="schema")
    example: dict[str, Any]
    own_lots: bool


def _line(rule: Any) -> dict[str, Any]:
    return {
        "name": rule.name,
        "version": rule.version,
        "title": dict(rule.title),
        "sha256": source_sha256(rule),
    }


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
        "example": dict(found.example),
        "own_lots": bool(found.own_lots),
    }


ROUTES: Final = (
    Route("GET", "/api/rules", rules, ROOM, "竞价规则", "Rules", answer=RuleList),
    Route("GET", "/api/rules/{name}", rule, ROOM, "一种规则", "One rule", answer=RuleDetail),
)
