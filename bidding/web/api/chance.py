"""What officers bring to a draw: its seed, secrets of parties, a public figure, the order of balls."""

from typing import Annotated, Any, Final

from pydantic import Field

from auction_rules.floor import Draw, DrawBalls, DrawCommit, DrawFigure, DrawReveal
from bidding.web import wire
from bidding.web.api.asking import as_house, by_staff, command_route
from bidding.web.routes import HOUSE, Body, Call

Ball = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}(/[A-Za-z0-9_-]{1,32})?$")]


class DrawBody(Body):
    """The entropy of a draw, from the source that the terms name."""

    seed: Annotated[str, Field(pattern=r"^[ -{}~]{1,512}$")]
    ref: wire.Reference | None = None


class DrawCommitBody(Body):
    """A party's commitment: hexadecimal SHA-256 of "<what>|<account>|<secret>"."""

    commit: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    ref: wire.Reference | None = None


class DrawRevealBody(Body):
    """The secret itself; refused unrecorded while others may still commit."""

    secret: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    ref: wire.Reference | None = None


class DrawFigureBody(Body):
    """What the public source published under this number; two officers type it."""

    round: wire.Whole
    value: Annotated[str, Field(pattern=r"^[0-9a-f]{1,96}$")]
    ref: wire.Reference | None = None


class DrawBallsBody(Body):
    """The order of balls drawn by hand, the first winner first; two officers type it.

    What is drawn among stands in the room as `pool`: bidders, offers (`A/L1`) or numbers.
    """

    order: Annotated[list[Ball], Field(min_length=2, max_length=1_000)]
    ref: wire.Reference | None = None


async def draw(call: Call) -> Any:
    """Bring in the entropy of a draw that is due (摇号)."""
    body = call.body(DrawBody)
    return await as_house(call, by_staff(call), Draw(body.seed), body.ref)


async def draw_commit(call: Call) -> Any:
    """Commit to one's own secret as a party to the draw."""
    body = call.body(DrawCommitBody)
    return await as_house(call, by_staff(call), DrawCommit(body.commit), body.ref)


async def draw_reveal(call: Call) -> Any:
    """Show the secret one committed to."""
    body = call.body(DrawRevealBody)
    return await as_house(call, by_staff(call), DrawReveal(body.secret), body.ref)


async def draw_figure(call: Call) -> Any:
    """Type what the public source published."""
    body = call.body(DrawFigureBody)
    return await as_house(call, by_staff(call), DrawFigure(body.round, body.value), body.ref)


async def draw_balls(call: Call) -> Any:
    """Type the order of balls drawn by hand."""
    body = call.body(DrawBallsBody)
    return await as_house(call, by_staff(call), DrawBalls(tuple(body.order)), body.ref)


ROUTES: Final = (
    command_route(
        "draw", draw, "录入摇号种子", "Bring in a draw's seed", roles=HOUSE, body=DrawBody
    ),
    command_route(
        "draw-commit",
        draw_commit,
        "密封摇号秘密值",
        "Commit to a secret for a draw",
        roles=HOUSE,
        body=DrawCommitBody,
    ),
    command_route(
        "draw-reveal",
        draw_reveal,
        "揭示摇号秘密值",
        "Show a secret for a draw",
        roles=HOUSE,
        body=DrawRevealBody,
        problems=("TOO_EARLY",),
    ),
    command_route(
        "draw-figure",
        draw_figure,
        "录入公开随机源的数字",
        "Type a public figure for a draw",
        roles=HOUSE,
        body=DrawFigureBody,
    ),
    command_route(
        "draw-balls",
        draw_balls,
        "录入摇球结果",
        "Type the order of balls",
        roles=HOUSE,
        body=DrawBallsBody,
    ),
)
