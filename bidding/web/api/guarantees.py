"""Guarantees that stand for deposits (保函): DOMAIN section 9.

What one counts for is decided by the auction and stands in its log, behind a commitment; issuer and
number stay in the book.
"""

import hashlib
import secrets
from typing import Annotated, Any, Final

from pydantic import Field

from bidding.core import commands as c
from bidding.engine.money import Conflict, Guarantee
from bidding.web import wire
from bidding.web.api.asking import CommandAnswer, Fen, Paddle, told
from bidding.web.problems import Problem
from bidding.web.rooms import Present
from bidding.web.routes import CLEAN, STAFF, Answer, Body, Call, Route

ROOM: Final = "money"


class GuaranteeBody(Body):
    """A guarantee of the plain kind (保函): who issued it under which number, and until when."""

    bidder: Paddle
    issuer: Annotated[str, Field(min_length=1, max_length=120, pattern=f"^{CLEAN}*$")]
    number: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
    amount: Fen
    until: wire.Instant


class GuaranteeLine(Answer):
    """A guarantee; `entry` is the line of the log that counts it, `commit` what stands there."""

    bidder: str
    issuer: str
    number: str
    amount: int
    until: wire.Instant
    commit: str
    entry: int | None


async def guarantee(call: Call) -> Any:
    """Register a guarantee; the same number again finishes what a crash left, and counts once."""
    body = call.body(GuaranteeBody)
    await Present.of(call.door, call.auction)
    given = Guarantee(
        **body.model_dump(),
        auction=call.auction,
        nonce=secrets.token_hex(16),
        by=call.account.account,
    )
    try:
        kept = await call.door.money.guarantee(given)
    except Conflict:
        raise Problem("ALREADY_TAKEN") from None
    ask = c.Guarantee(kept.bidder, kept.amount, kept.commit, kept.until)
    key = "guarantee-" + hashlib.sha256(kept.commit.encode()).hexdigest()[:20]
    answer = await call.door.stream.ask(call.auction, c.Command("staff:bank", ask, key))
    if answer["type"] == "accepted":
        await call.door.money.guaranteed(kept.issuer, kept.number, answer["i"])
    return told(answer)


_ONE: Final = "/api/auctions/{auction}"

ROUTES: Final = (
    Route(
        "POST",
        f"{_ONE}/guarantees",
        guarantee,
        ROOM,
        "登记保函",
        "Register a guarantee",
        roles=STAFF,
        body=GuaranteeBody,
        answer=CommandAnswer,
        also=(202,),
        problems=("ALREADY_TAKEN",),
    ),
)
