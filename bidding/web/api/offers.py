"""What a bidder asks of an auction over HTTP: the same as on the stream, for networks without one."""

from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from auction_rules.floor import Bid, Confirm, Leave, Proxy, Reveal, SealedBid, Stay
from bidding.core import commands as c
from bidding.engine.identity import Seat
from bidding.web import wire
from bidding.web.api.asking import command_route, told
from bidding.web.problems import Problem
from bidding.web.rooms import Present
from bidding.web.routes import BIDDER, Body, Call
from bidding.web.security import address_of, agent_of


class BidBody(Body, wire.Signed):
    """The same as a bid on the stream, for networks that let no stream through."""

    amount: wire.Integer
    lot: wire.Name | None = None
    quantity: wire.Integer | None = None
    stage: wire.Name | None = None
    slot: wire.Name | None = None


class StayBody(Body, wire.Signed):
    """Yes to the price of the round named, where a clock asks."""

    round: wire.Whole
    quantity: wire.Integer | None = None
    slot: wire.Name | None = None


class LeaveBody(Body, wire.Signed):
    """Out of the clock from the round named on."""

    round: wire.Whole


class ProxyBody(Body, wire.Signed):
    """A secret limit up to which the house bids for you; null takes it away."""

    ref: wire.SecretReference
    limit: wire.Integer | None


class SealBody(Body, wire.Signed):
    """An offer sealed where the bidder sits; the same as on the stream."""

    commit: wire.Commitment
    box: wire.SealedText
    k: Annotated[int, Field(ge=0, le=15)]
    shares: Annotated[list[wire.SealedShare], Field(max_length=15)]
    lot: wire.Name | None = None


class RevealBody(Body, wire.Signed):
    """The key of one's own sealed offer, or in a remedy the offer as it was sealed."""

    secret: wire.Commitment | None = None
    plain: wire.SealedText | None = None


class ConfirmBody(Body, wire.Signed):
    """The answer to a question the rule asks this bidder."""

    answer: bool


class EnrolBody(Body, wire.Signed):
    """A public key of your own, made where you bid; the request is signed by that very key."""

    alg: Literal["ed25519", "p256"]
    public: wire.PublicKey


async def bid(call: Call) -> Any:
    """The same as a bid on the stream."""
    body = call.body(BidBody)
    ask = Bid(body.amount, body.lot, body.quantity, body.stage, body.slot)
    return await _as_bidder(call, ask, body)


async def seal(call: Call) -> Any:
    """The same as a seal on the stream."""
    body = call.body(SealBody)
    ask = SealedBid(body.commit, body.box, body.k, tuple(body.shares), body.lot)
    return await _as_bidder(call, ask, body)


async def reveal(call: Call) -> Any:
    """The same as a reveal on the stream."""
    body = call.body(RevealBody)
    return await _as_bidder(call, Reveal(body.secret, body.plain), body)


async def confirm(call: Call) -> Any:
    """The same as a confirm on the stream."""
    body = call.body(ConfirmBody)
    return await _as_bidder(call, Confirm(body.answer), body)


async def stay(call: Call) -> Any:
    """The same as a stay on the stream."""
    body = call.body(StayBody)
    return await _as_bidder(call, Stay(body.round, body.quantity, body.slot), body)


async def leave(call: Call) -> Any:
    """The same as a leave on the stream."""
    body = call.body(LeaveBody)
    return await _as_bidder(call, Leave(body.round), body)


async def proxy(call: Call) -> Any:
    """The same as a proxy on the stream."""
    body = call.body(ProxyBody)
    return await _as_bidder(call, Proxy(body.limit), body)


async def enrol(call: Call) -> Any:
    """The same as an enrol on the stream."""
    body = call.body(EnrolBody)
    return await _as_bidder(call, c.Enrol(body.alg, body.public), body)


async def _as_bidder(call: Call, ask: c.Ask, body: wire.Signed) -> Any:
    seat = await _seat(call)
    command = body.command(f"bidder:{seat.paddle}", ask)
    if (tagger := call.door.settings.tagger) is not None:
        origin = call.door.house.room(call.auction).state.origin
        tags = tagger.request(origin, address_of(call.request), agent_of(call.request))
        command = replace(command, tags=tags)
    return told(await call.door.stream.ask(call.auction, command))


async def _seat(call: Call) -> Seat:
    await Present.of(call.door, call.auction)
    seat = await call.door.registry.seat(call.auction, call.account.account)
    if seat is None or not seat.admitted:
        raise Problem("NOT_ADMITTED")
    return seat


ROUTES: Final = (
    command_route(
        "bids", bid, "报价", "Bid", roles=BIDDER, body=BidBody, problems=("NOT_ADMITTED",)
    ),
    command_route(
        "confirm",
        confirm,
        "确认",
        "Confirm",
        roles=BIDDER,
        body=ConfirmBody,
        problems=("NOT_ADMITTED",),
    ),
    command_route(
        "stay", stay, "应价", "Stay", roles=BIDDER, body=StayBody, problems=("NOT_ADMITTED",)
    ),
    command_route(
        "leave", leave, "退出", "Leave", roles=BIDDER, body=LeaveBody, problems=("NOT_ADMITTED",)
    ),
    command_route(
        "keys",
        enrol,
        "登记密钥",
        "Enrol a key",
        roles=BIDDER,
        body=EnrolBody,
        problems=("NOT_ADMITTED",),
    ),
    command_route(
        "proxy",
        proxy,
        "自动出价",
        "Bid for me",
        roles=BIDDER,
        body=ProxyBody,
        problems=("NOT_ADMITTED",),
    ),
    command_route(
        "seal",
        seal,
        "递交密封报价",
        "Hand in a sealed offer",
        roles=BIDDER,
        body=SealBody,
        problems=("NOT_ADMITTED",),
    ),
    command_route(
        "reveal",
        reveal,
        "自行解密",
        "Open one's own offer",
        roles=BIDDER,
        body=RevealBody,
        problems=("NOT_ADMITTED", "TOO_EARLY", "NOT_THIS_KEY"),
    ),
)
