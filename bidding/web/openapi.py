"""The API's description, OpenAPI 3.1, built from the route table and the models it names."""

from collections.abc import Sequence
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bidding.version import VERSION
from bidding.web import problems
from bidding.web.routes import PATH_PATTERNS, Answer, Route
from bidding.web.security import SAFE
from bidding.web.wire import Sentence

_REF: Final = "#/components/schemas/{model}"

ROOMS: Final = {
    "identity": ("身份", "Who you are"),
    "auctions": ("竞价", "Auctions"),
    "drafts": ("方案", "Drafts"),
    "rules": ("规则", "Rules"),
    "audit": ("监督", "Audit"),
    "complaints": ("异议", "Complaints"),
    "bidder": ("竞买人", "The bidder's own desk"),
    "office": ("现场管理", "The officers' desk"),
    "money": ("保证金", "Deposits"),
    "oversight": ("统计与线索", "Figures and leads"),
    "open": ("开放数据", "Open data"),
    "documents": ("接口文档", "Descriptions of these interfaces"),
}


class WrongField(Answer):
    """One wrong field: dots between names."""

    path: str
    sentence: Sentence


class ProblemDocument(Answer):
    """RFC 9457, with a sentence for people in both languages."""

    type: str
    title: str
    status: int
    code: str
    sentence: Sentence
    fields: list[WrongField]
    reason: str | None = None


def document(routes: Sequence[Route]) -> dict[str, Any]:
    """The whole description."""
    named: list[type[BaseModel]] = [ProblemDocument]
    for route in routes:
        for model in (route.body, route.query, route.answer):
            if model is not None and model not in named:
                named.append(model)
    schemas, definitions = models_json_schema([(m, _mode(m)) for m in named], ref_template=_REF)
    refs = {model: schemas[(model, _mode(model))] for model in named}
    paths: dict[str, Any] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(
            route, refs, definitions["$defs"]
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Daylight 阳光竞价",
            "version": VERSION,
            "summary": "Real-time bidding for public-resource trading centres",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": f"{zh} · {en}"} for name, (zh, en) in ROOMS.items()],
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {
                "sid": {"type": "apiKey", "in": "cookie", "name": "sid"},
                "csrf": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-CSRF",
                    "description": "the csrf word of GET /api/me; on everything that changes something",
                },
            },
        },
    }


def _mode(model: type[BaseModel]) -> Any:
    return "serialization" if issubclass(model, Answer) else "validation"


def _operation(route: Route, refs: dict[Any, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "tags": [route.room],
        "operationId": route.run.__module__.rsplit(".", 1)[-1] + "_" + route.run.__name__,
        "summary": f"{route.zh} · {route.en}",
        "parameters": [
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": {"type": "string", "pattern": f"^{PATH_PATTERNS[name]}$"},
            }
            for name in route.names
        ],
        "responses": _responses(route, refs),
    }
    if route.query is not None:
        operation["parameters"] += _parameters(
            definitions[refs[route.query]["$ref"].rsplit("/", 1)[-1]]
        )
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": refs[route.body]}},
        }
    safe = route.method in SAFE
    if route.roles is not None:
        operation["security"] = [{"sid": []} if safe else {"sid": [], "csrf": []}]
        operation["x-roles"] = sorted(route.roles)
    elif not safe:
        operation["security"] = [{"sid": [], "csrf": []}]
    return operation


def _parameters(schema: dict[str, Any]) -> list[dict[str, Any]]:
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": each}
        for name, each in schema.get("properties", {}).items()
    ]


def _responses(route: Route, refs: dict[Any, Any]) -> dict[str, Any]:
    if route.file is not None:
        content = {route.file: {"schema": {"type": "string"}}}
    else:
        content = {
            "application/json": {
                "schema": refs[route.answer] if route.answer else {"type": "object"}
            }
        }
    found: dict[str, Any] = {
        str(status): {"description": "the answer", "content": content}
        for status in (route.status, *route.also)
    }
    for code in _problem_codes(route):
        status = str(problems.KINDS[code].status)
        row = found.setdefault(
            status,
            {
                "description": "",
                "content": {"application/problem+json": {"schema": refs[ProblemDocument]}},
            },
        )
        row["description"] = (row["description"] + f"; {code}").removeprefix("; ")
    return found


def _problem_codes(route: Route) -> list[str]:
    codes = {"TOO_FAST", "TRY_LATER", *route.problems}
    if route.roles is not None:
        codes |= {"NOT_SIGNED_IN", "FORBIDDEN"}
    if route.method not in SAFE:
        codes |= {"BAD_CSRF", "FOREIGN_ORIGIN"}
    if route.body is not None:
        codes |= {"BAD_JSON", "BAD_FIELDS", "BAD_TYPE", "TOO_LONG"}
    if route.query is not None:
        codes |= {"BAD_FIELDS", "DUPLICATE_KEY"}
    if "auction" in route.names:
        codes |= {"NO_SUCH_AUCTION", "UNREADABLE"}
    elif route.names:
        codes.add("NOT_FOUND")
    return sorted(codes)
