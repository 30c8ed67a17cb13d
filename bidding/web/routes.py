"""One table for the whole API: who may call what, with which body, and what comes back.

The same rows make the running routes, the OpenAPI document and the tests of the role matrix; so
none of the three can say something else than the others.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias, TypeVar

import orjson
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from typing_extensions import TypeAliasType

from bidding.engine.identity import Account, Role
from bidding.web import problems, strict_json
from bidding.web.context import DOOR, WHO, Door
from bidding.web.problems import Problem
from bidding.web.sessions import Who

#: Path parts and what they may be made of; anything else is simply not there.
PATH_PATTERNS: Final[dict[str, str]] = {
    "auction": r"[a-z0-9][a-z0-9-]{0,47}",
    "id": r"[A-Za-z0-9_-]{1,32}",
    "name": r"[a-z][a-z0-9_]{0,47}",
    "i": r"[0-9]{1,15}",
}

#: What no text of a person may hold: control characters, and marks that turn the direction of
#: writing, with which a screen can be made to show another sentence than the record has.
UNCLEAN: Final = r"\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069"
CLEAN: Final = f"[^{UNCLEAN}]"

ANYONE: Final = None
SIGNED_IN: Final[frozenset[Role]] = frozenset({"bidder", "staff", "approver", "auditor"})
BIDDER: Final[frozenset[Role]] = frozenset({"bidder"})
STAFF: Final[frozenset[Role]] = frozenset({"staff"})
APPROVER: Final[frozenset[Role]] = frozenset({"approver"})
HOUSE: Final[frozenset[Role]] = frozenset({"staff", "approver"})
WATCHERS: Final[frozenset[Role]] = frozenset({"staff", "approver", "auditor"})


if TYPE_CHECKING:
    # The checker knows no recursive alias that is a value at run time.
    Plain: TypeAlias = Any
else:
    #: Any JSON without fractions: what terms are made of before their rule has looked at them.
    Plain = TypeAliasType(
        "Plain",
        bool
        | Annotated[int, Field(ge=-strict_json.MAX_INT, le=strict_json.MAX_INT)]
        | str
        | list["Plain"]
        | dict[str, "Plain"]
        | None,
    )


class Body(BaseModel):
    """What all request bodies and queries share: nothing unknown, nothing converted."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Query(BaseModel):
    """Queries are text; digits become integers here and nothing else is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """What comes back. Described for programmers; the bytes are made by orjson."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read and allowed."""

    request: web.Request
    door: Door
    who: Who
    path: dict[str, str]
    _body: BaseModel | None
    _query: BaseModel | None

    @property
    def account(self) -> Account:
        """Who asks; only for routes that name roles."""
        assert self.who.account is not None
        return self.who.account

    @property
    def auction(self) -> str:
        return self.path["auction"]

    def body(self, model: type["B"]) -> "B":
        assert isinstance(self._body, model)
        return self._body

    def query(self, model: type["B"]) -> "B":
        assert isinstance(self._query, model)
        return self._query


_NOBODY: Final = Who("")

B = TypeVar("B", bound=BaseModel)
Result = dict[str, Any] | web.Response
Run = Callable[[Call], Awaitable[Result]]


@dataclass(frozen=True, slots=True)
class Route:
    """One row. `roles` None means anyone; a set means signed in with one of these."""

    method: str
    path: str
    run: Run
    room: str
    zh: str
    en: str
    roles: frozenset[Role] | None = ANYONE
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    also: tuple[int, ...] = ()
    #: Content type of an answer that is a file.
    file: str | None = None
    problems: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]

    @property
    def pattern(self) -> str:
        """The path as the router takes it."""
        path = self.path
        for name in self.names:
            path = path.replace(f"{{{name}}}", f"{{{name}:{PATH_PATTERNS[name]}}}")
        return path

    def add_to(self, app: web.Application) -> None:
        app.router.add_route(self.method, self.pattern, self.handle)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        return await self.serve(request, request.app[DOOR])

    async def serve(self, request: web.Request, door: Door) -> web.StreamResponse:
        """Behind this door; practice has one of its own."""
        # Open data is told to everybody alike: nobody is asked who he is, and no cookie is set.
        who = request.get(WHO, _NOBODY)
        self._allow(who)
        call = Call(
            request,
            door,
            who,
            dict(request.match_info),
            await self._read(request),
            self._ask(request),
        )
        result = await self.run(call)
        if isinstance(result, web.Response):
            return result
        return json_response(result, self.status)

    def _allow(self, who: Who) -> None:
        if self.roles is None:
            return
        if who.account is None:
            raise Problem("NOT_SIGNED_IN")
        if who.account.roles.isdisjoint(self.roles):
            raise Problem("FORBIDDEN")

    async def _read(self, request: web.Request) -> BaseModel | None:
        if self.body is None:
            return None
        if request.content_type != "application/json":
            raise Problem("BAD_TYPE")
        try:
            value = strict_json.read(await request.read())
            return self.body.model_validate(value)
        except strict_json.NotStrict as error:
            raise Problem(error.code) from None
        except ValidationError as error:
            raise Problem("BAD_FIELDS", fields=problems.fields_of(error)) from None

    def _ask(self, request: web.Request) -> BaseModel | None:
        if self.query is None:
            return None
        given = request.query
        if len(given) != len(set(given)):
            raise Problem("DUPLICATE_KEY")
        try:
            return self.query.model_validate(dict(given))
        except ValidationError as error:
            raise Problem("BAD_FIELDS", fields=problems.fields_of(error)) from None


def json_response(value: dict[str, Any], status: int = 200) -> web.Response:
    """A JSON answer. Raises for a float or a wide integer: none may leave the house."""
    return web.Response(
        body=orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER),
        status=status,
        content_type="application/json",
    )


def file_response(content: bytes, media: str, name: str) -> web.Response:
    """A download. `name` is ours, never something a stranger wrote."""
    return web.Response(
        body=content,
        content_type=media,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
