"""What officers bring to a sealed stage: reserves, trustees' keys, experts' points, withdrawals."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from auction_rules.floor import OpenReserve, Score, SealReserve, TrusteeKey, Withdraw
from bidding.web import wire
from bidding.web.api.asking import Paddle, as_house, by_staff, command_route
from bidding.web.routes import HOUSE, Body, Call


class SealReserveBody(Body):
    """A commitment to a reserve: base64 SHA-256, made by whoever alone knows the amount."""

    commit: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{43}=$")]
    ref: wire.Reference | None = None


class OpenReserveBody(Body):
    """The amount and the nonce of one's own commitment."""

    amount: wire.Integer
    nonce: Annotated[str, Field(pattern=r"^[0-9a-f]{2,128}$")]
    ref: wire.Reference | None = None


class TrusteeKeyBody(Body):
    """A trustee's one-time private key for this auction, base64 of 32 bytes."""

    trustee: Paddle
    key: wire.Commitment
    ref: wire.Reference | None = None


class ScoreBody(Body):
    """An expert's points for a bidder, in hundredths."""

    bidder: Paddle
    points: wire.Integer
    ref: wire.Reference | None = None


class WithdrawBody(Body):
    """An offer that cannot be opened, and by whose cause."""

    bidder: Paddle
    cause: Literal["revoked", "withdrawn"]
    ref: wire.Reference | None = None


async def seal_reserve(call: Call) -> Any:
    """Commit to a reserve that only the asker knows (保留价)."""
    body = call.body(SealReserveBody)
    return await as_house(call, by_staff(call), SealReserve(body.commit), body.ref)


async def open_reserve(call: Call) -> Any:
    """Show the amount of one's own commitment."""
    body = call.body(OpenReserveBody)
    return await as_house(call, by_staff(call), OpenReserve(body.amount, body.nonce), body.ref)


async def trustee_key(call: Call) -> Any:
    """Bring in a trustee's one-time private key; it is not recorded before opening has begun."""
    body = call.body(TrusteeKeyBody)
    return await as_house(call, by_staff(call), TrusteeKey(body.trustee, body.key), body.ref)


async def score(call: Call) -> Any:
    """Give a bidder points; sealed until all experts have."""
    body = call.body(ScoreBody)
    return await as_house(call, by_staff(call), Score(body.bidder, body.points), body.ref)


async def withdraw(call: Call) -> Any:
    """Record that an offer cannot be opened (撤销 or 撤回)."""
    body = call.body(WithdrawBody)
    return await as_house(call, by_staff(call), Withdraw(body.bidder, body.cause), body.ref)


ROUTES: Final = (
    command_route(
        "seal-reserve",
        seal_reserve,
        "密封保留价",
        "Seal a reserve",
        roles=HOUSE,
        body=SealReserveBody,
    ),
    command_route(
        "open-reserve",
        open_reserve,
        "揭示保留价",
        "Open a reserve",
        roles=HOUSE,
        body=OpenReserveBody,
    ),
    command_route(
        "trustee-key",
        trustee_key,
        "录入受托人私钥",
        "Bring in a trustee's key",
        roles=HOUSE,
        body=TrusteeKeyBody,
        problems=("TOO_EARLY", "NOT_THIS_KEY"),
    ),
    command_route("score", score, "评分", "Score", roles=HOUSE, body=ScoreBody),
    command_route(
        "withdraw",
        withdraw,
        "记录撤销或撤回",
        "Record a withdrawal",
        roles=HOUSE,
        body=WithdrawBody,
    ),
)
