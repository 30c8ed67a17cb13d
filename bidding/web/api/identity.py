"""Who you are: signing in and out, your sign-ins, and the house's time."""

from typing import Annotated, Any, Final

from pydantic import Field

from bidding.engine.identity import ROLES, SignIn
from bidding.web.context import WHO
from bidding.web.problems import Problem
from bidding.web.routes import SIGNED_IN, Answer, Body, Call, Route
from bidding.web.security import address_of
from bidding.web.sessions import Who, new_token
from bidding.web.wire import Instant

ROOM: Final = "identity"


class SignInBody(Body):
    """An account and its password."""

    account: Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9_-]+$")]
    password: Annotated[str, Field(min_length=1, max_length=256)]


class Me(Answer):
    """Who the house takes you for. `account` is null for the public."""

    account: str | None
    name: str | None
    roles: Annotated[list[str], Field(json_schema_extra={"items": {"enum": list(ROLES)}})]
    csrf: str


class SignInLine(Answer):
    """One browser or program that is signed in as you."""

    id: str
    created: Instant
    last_seen: Instant
    user_agent: str
    address: str
    current: bool


class SignInList(Answer):
    """Your sign-ins that are not ended."""

    sessions: list[SignInLine]


class Done(Answer):
    """It is done."""

    done: bool


class Ready(Answer):
    """Whether requests are taken here."""

    ready: bool


class Now(Answer):
    """The house's time."""

    now: Instant


def _me(who: Who) -> dict[str, Any]:
    return {
        "account": who.account.account if who.account else None,
        "name": who.account.name if who.account else None,
        "roles": sorted(who.account.roles) if who.account else [],
        "csrf": who.csrf,
    }


async def me(call: Call) -> dict[str, Any]:
    """Who the house takes you for, and the csrf word."""
    return _me(call.who)


async def sign_in(call: Call) -> dict[str, Any]:
    """Sign in; the browser gets a new cookie."""
    body = call.body(SignInBody)
    request = call.request
    before = call.who
    who = await call.door.sessions.sign_in(
        body.account, body.password, request.headers.get("User-Agent", ""), address_of(request)
    )
    if before.account is not None and before.sign_in is not None:
        # The browser's cookie is about to be replaced; the old sign-in would be left open for nobody.
        await call.door.sessions.end(before.account.account, before.sign_in.id)
    request[WHO] = who
    return _me(who)


async def sign_out(call: Call) -> dict[str, Any]:
    """End this sign-in."""
    if call.who.sign_in is not None:
        await call.door.sessions.end(call.account.account, call.who.sign_in.id)
    call.request[WHO] = Who(new_token())
    return {"done": True}


def _line(sign_in: SignIn, current: str) -> dict[str, Any]:
    return {
        "id": sign_in.id,
        "created": sign_in.created,
        "last_seen": sign_in.last_seen,
        "user_agent": sign_in.user_agent,
        "address": sign_in.address,
        "current": sign_in.id == current,
    }


async def sessions(call: Call) -> dict[str, Any]:
    """Where you are signed in."""
    found = await call.door.registry.sign_ins(call.account.account)
    return {"sessions": [_line(s, call.who.key) for s in found]}


async def end_session(call: Call) -> dict[str, Any]:
    """End one of your own sign-ins; its open streams close at once."""
    if not await call.door.sessions.end(call.account.account, call.path["id"]):
        raise Problem("NOT_FOUND")
    return {"done": True}


async def now(call: Call) -> dict[str, Any]:
    """The house's time."""
    return {"now": call.door.clock.now()}


async def ready(call: Call) -> dict[str, Any]:
    """Whether to lead people here: 503 while a node goes, or cannot know that it is present."""
    if not call.door.house.ready:
        raise Problem("TRY_LATER", headers={"Retry-After": "1"})
    return {"ready": True}


ROUTES: Final = (
    Route(
        "GET", "/api/ready", ready, ROOM, "本机是否可用", "Whether this node serves", answer=Ready
    ),
    Route("GET", "/api/me", me, ROOM, "我是谁", "Who am I", answer=Me),
    Route(
        "POST",
        "/api/sign-in",
        sign_in,
        ROOM,
        "登录",
        "Sign in",
        body=SignInBody,
        answer=Me,
        problems=("WRONG_PASSWORD",),
    ),
    Route("POST", "/api/sign-out", sign_out, ROOM, "退出", "Sign out", answer=Done),
    Route(
        "GET",
        "/api/sessions",
        sessions,
        ROOM,
        "我的登录",
        "My sign-ins",
        roles=SIGNED_IN,
        answer=SignInList,
    ),
    Route(
        "DELETE",
        "/api/sessions/{id}",
        end_session,
        ROOM,
        "结束一个登录",
        "End a sign-in",
        roles=SIGNED_IN,
        answer=Done,
        problems=("NOT_FOUND",),
    ),
    Route("GET", "/api/time", now, ROOM, "系统时间", "The house's time", answer=Now),
)
