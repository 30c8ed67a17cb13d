"""Guarantees that stand for deposits (保函): DOMAIN section 9.

What one counts for is decided by the auction and stands in its log, behind a commitment; issuer and
number stay in the book. One that came in sealed is opened by the house with the session
(`bidding.web.guarantee_desk`): until then nobody here knows whose it is.
"""

import hashlib
import secrets
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from bidding.core import commands as c
from bidding.engine.money import Conflict, Guarantee, SealedGuarantee
from bidding.proof.guarantee import BOX_BYTES
from bidding.proof.text import from_base64, to_base64
from bidding.web import wire
from bidding.web.api.asking import CommandAnswer, Fen, Paddle, told
from bidding.web.api.results import seat_of
from bidding.web.guarantee_desk import GuaranteeDesk, reference
from bidding.web.problems import Field as Wrong
from bidding.web.problems import Problem
from bidding.web.rooms import Present
from bidding.web.routes import BIDDER, CLEAN, STAFF, Answer, Body, Call, Route

ROOM: Final = "money"
MOST_SEALED: Final = 5
"""Of one bidder in one auction: a mistake or two can be mended."""


class GuaranteeBody(Body):
    """A guarantee of the plain kind (保函): who issued it under which number, and until when."""

    bidder: Paddle
    issuer: Annotated[str, Field(min_length=1, max_length=120, pattern=f"^{CLEAN}*$")]
    number: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
    amount: Fen
    until: wire.Instant


class SealBody(Body):
    """A guarantee sealed where the bidder sits: its commitment, and the box for the opening."""

    commit: wire.Commitment
    box: Annotated[str, Field(max_length=2_048, pattern=r"^[A-Za-z0-9+/]+={0,2}$")]


class SealedLine(Answer):
    """One of your sealed guarantees: `sealed`, then `opened` or `void`; `entry`: where it came in."""

    commit: str
    told: wire.Instant
    state: str
    entry: int | None


class OwnGuarantees(Answer):
    """What your browser seals to (X25519 and P-256, base64), for which log, and what you handed in."""

    public: str
    origin: str
    sealed: list[SealedLine]


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
    answer = await call.door.stream.ask(call.auction, c.Command("staff:bank", ask, reference(ask)))
    if answer["type"] == "accepted":
        await call.door.money.guaranteed(kept.issuer, kept.number, answer["i"])
    return told(answer)


async def own(call: Call) -> dict[str, Any]:
    """The key to seal to, and one's own sealed guarantees."""
    desk = await _desk(call)
    mine = desk.owner(call.auction, call.account.account)
    rows = [one for one in await call.door.money.sealed(call.auction) if one.owner == mine]
    return {
        "public": to_base64(desk.public(call.auction)),
        "origin": call.door.house.room(call.auction).state.origin,
        "sealed": [
            {"commit": one.commit, "told": one.told, "state": one.state, "entry": one.entry}
            for one in rows
        ],
    }


async def seal(call: Call) -> Any:
    """Hand in a sealed guarantee. The log says that one came in, and not whose it is."""
    body, desk = call.body(SealBody), await _desk(call)
    try:
        well = len(from_base64(body.box)) in BOX_BYTES
    except ValueError:
        well = False
    if not well:
        raise Problem("BAD_FIELDS", fields=[Wrong("box", _NO_BOX)])
    owner = desk.owner(call.auction, call.account.account)
    known = [one for one in await call.door.money.sealed(call.auction) if one.owner == owner]
    if len(known) >= MOST_SEALED and body.commit not in {one.commit for one in known}:
        raise Problem("TOO_FAST", headers={"Retry-After": "3600"})
    given = SealedGuarantee(body.commit, call.auction, owner, body.box, call.door.clock.now())
    try:
        kept = await call.door.money.seal(given)
    except Conflict:
        raise Problem("ALREADY_TAKEN") from None
    ref = "sealed-" + hashlib.sha256(kept.commit.encode()).hexdigest()[:20]
    ask = c.SealGuarantee(kept.commit)
    answer = await call.door.stream.ask(call.auction, c.Command("staff:bank", ask, ref))
    if answer["type"] != "retry":
        accepted = answer["type"] == "accepted"
        state: Literal["sealed", "void"] = "sealed" if accepted else "void"
        await call.door.money.unsealed(kept.commit, state, answer["i"])
    return told(answer)


async def _desk(call: Call) -> GuaranteeDesk:
    await Present.of(call.door, call.auction)
    await seat_of(call)
    if call.door.guarantees is None:
        raise Problem("NOT_FOUND")
    return call.door.guarantees


_NO_BOX: Final = {"zh": "密封内容的长度不对。", "en": "What is sealed has the wrong length."}
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
    Route(
        "GET",
        f"{_ONE}/guarantees/own",
        own,
        ROOM,
        "我的电子保函",
        "My sealed guarantees",
        roles=BIDDER,
        answer=OwnGuarantees,
        problems=("NOT_FOUND",),
    ),
    Route(
        "POST",
        f"{_ONE}/guarantees/sealed",
        seal,
        ROOM,
        "递交密封的电子保函",
        "Hand in a sealed guarantee",
        roles=BIDDER,
        body=SealBody,
        answer=CommandAnswer,
        also=(202,),
        problems=("NOT_FOUND", "ALREADY_TAKEN", "BAD_FIELDS", "TOO_FAST"),
    ),
)
