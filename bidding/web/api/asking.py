"""What the routes that ask something of an auction have in common: who asks, and how it is answered.

Everything that changes an auction becomes a command with a reference and leaves a line in its log.
Its answer is the log's answer, accepted or refused, with status 200 for both: a refusal is an
answer. 202 means there is no final answer yet; send it again with the same reference.
"""

import secrets
from typing import Annotated, Any, Final

from pydantic import Field

from bidding.core import commands as c
from bidding.engine.identity import Role
from bidding.web import wire
from bidding.web.rooms import Present
from bidding.web.routes import CLEAN, UNCLEAN, Answer, Body, Call, Route, Run, json_response

ROOM: Final = "auctions"

Reason = Annotated[
    str,
    Field(min_length=1, max_length=200, pattern=f"^{CLEAN}*[^\\s{UNCLEAN}]{CLEAN}*$"),
]

Fen = Annotated[int, Field(ge=1, le=2**53 - 1, description="fen")]

Paddle = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]


class ReasonBody(Body):
    """Why; it stands in the log and on every screen, so no names of people."""

    reason: Reason
    ref: wire.Reference | None = None


class CommandAnswer(Answer):
    """accepted and refused are final and stand in the log as entry `i`; retry is not an answer."""

    type: str
    ref: str | None
    i: int | None = None
    t: int | None = None
    facts: list[dict[str, Any]] | None = None
    reason: str | None = None
    sentence: wire.Sentence | None = None
    clause: wire.Sentence | None = None
    nearest: list[int] | None = None
    why: str | None = None
    bidder: str | None = None


def by_staff(call: Call) -> str:
    """The actor of an officer who acts as staff where he is; an approver otherwise."""
    role = "staff" if call.who.has("staff") else "approver"
    return f"{role}:{call.account.account}"


def by_approver(call: Call) -> str:
    """The actor of an officer who acts as the second person."""
    return f"approver:{call.account.account}"


async def as_house(call: Call, actor: str, ask: c.Ask, ref: str | None) -> Any:
    """Puts the question to the auction, and answers what the log answered."""
    await Present.of(call.door, call.auction)
    command = c.Command(actor, ask, ref or secrets.token_urlsafe(16))
    return told(await call.door.stream.ask(call.auction, command))


def told(answer: dict[str, Any]) -> Any:
    """The answer of the log; 202 where there is no final one yet."""
    return json_response(answer, 202 if answer["type"] == "retry" else 200)


def command_route(
    path: str,
    run: Run,
    *titles: str,
    roles: frozenset[Role],
    body: type[Body],
    problems: tuple[str, ...] = (),
) -> Route:
    """A route that asks one thing of one auction."""
    zh, en = titles
    return Route(
        "POST",
        f"/api/auctions/{{auction}}/{path}",
        run,
        ROOM,
        zh,
        en,
        roles=roles,
        body=body,
        answer=CommandAnswer,
        also=(202,),
        problems=problems,
    )
