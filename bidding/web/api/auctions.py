"""Auctions: the list, one room, taking part, and what staff do to a running session.

Everything that changes an auction becomes a command with a reference and leaves a line in its log.
Its answer is the log's answer, accepted or refused, with status 200 for both: a refusal is an
answer. 202 means there is no final answer yet; send it again with the same reference.
"""

import hashlib
import secrets
from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from auction_rules.floor import (
    Bid,
    Confirm,
    Draw,
    DrawBalls,
    DrawCommit,
    DrawFigure,
    DrawReveal,
    Leave,
    OpenReserve,
    Proxy,
    Reveal,
    Score,
    SealedBid,
    SealReserve,
    Stay,
    TrusteeKey,
    Withdraw,
)
from bidding.core import commands as c
from bidding.engine.identity import Application, BankNotice, Role, Seat, Taken, commitment
from bidding.web import wire
from bidding.web.problems import Problem
from bidding.web.rooms import Present, audience_of, mine_of
from bidding.web.routes import (
    APPROVER,
    BIDDER,
    CLEAN,
    HOUSE,
    STAFF,
    UNCLEAN,
    Answer,
    Body,
    Call,
    Route,
    Run,
    json_response,
)
from bidding.web.security import address_of, agent_of

ROOM: Final = "auctions"

Reason = Annotated[
    str,
    Field(min_length=1, max_length=200, pattern=f"^{CLEAN}*[^\\s{UNCLEAN}]{CLEAN}*$"),
]
Paddle = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
Ball = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}(/[A-Za-z0-9_-]{1,32})?$")]


class AuctionList(Answer):
    """All auctions, as the public sees them, with your own part in each."""

    auctions: list[dict[str, Any]]


class AuctionDetail(Answer):
    """One auction: the room, the document of entry 0 and its hash, and your own part."""

    room: dict[str, Any]
    document: dict[str, Any]
    sha256: str
    mine: dict[str, Any] | None


class ApplyBody(Body):
    """Ask to take part; `lot` is your own parcel where each bidder has one."""

    lot: wire.Name | None = None


class ApplicationLine(Answer):
    """`alias` stands for the account: staff do not see who is behind a paddle (SPC 2018 §8, §18)."""

    id: str
    alias: str
    lot: str | None
    created: wire.Instant
    state: str
    bidder: str | None
    priority: int


class ApplicationList(Answer):
    """All applications for an auction, the earliest first."""

    applications: list[ApplicationLine]


class AdmitBody(Body):
    """Admit an application under a new paddle number. `priority` > 0: a prior right."""

    application: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
    priority: Annotated[int, Field(ge=0, le=9)] = 0


class DepositBody(Body):
    """A bank notice. `received` is the bank's time; `bank_ref` counts once in the whole house."""

    bidder: Paddle
    amount: Annotated[int, Field(ge=1, le=2**53 - 1, description="fen")]
    received: wire.Instant
    bank_ref: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:/-]{1,128}$")]


class ExcludeBody(Body):
    """Withdraw an admission; it stands in the log with its reason."""

    bidder: Paddle
    reason: Reason
    ref: wire.Reference | None = None


class ReasonBody(Body):
    """Why; it stands in the log and on every screen, so no names of people."""

    reason: Reason
    ref: wire.Reference | None = None


class AnnounceBody(Body):
    """What everybody in the rooms is told; it stands in the log, so no names of people."""

    zh: Reason
    en: Reason
    ref: wire.Reference | None = None


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


class SealReserveBody(Body):
    """A commitment to a reserve: base64 SHA-256, made by whoever alone knows the amount."""

    commit: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{43}=$")]
    ref: wire.Reference | None = None


class OpenReserveBody(Body):
    """The amount and the nonce of one's own commitment."""

    amount: wire.Integer
    nonce: Annotated[str, Field(pattern=r"^[0-9a-f]{2,128}$")]
    ref: wire.Reference | None = None


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


class ConfirmBody(Body, wire.Signed):
    """The answer to a question the rule asks this bidder."""

    answer: bool


class EnrolBody(Body, wire.Signed):
    """A public key of your own, made where you bid; the request is signed by that very key."""

    alg: Literal["ed25519", "p256"]
    public: wire.PublicKey


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


# Reading ---------------------------------------------------------------------------------------


async def auctions(call: Call) -> dict[str, Any]:
    """Every auction whose log holds."""
    seats = await call.door.registry.seats(call.account.account) if call.who.account else []
    by_auction = {seat.auction: seat for seat in seats}
    lines = []
    for name in call.door.house.auctions():
        if call.door.house.refused(name) is not None:
            continue  # its log does not hold; the house has said so loudly, and shows nothing of it
        present = await Present.of(call.door, name)
        seat = by_auction.get(name)
        lines.append(present.line() | {"mine": await mine_of(call.door, call.who, present, seat)})
    return {"auctions": lines}


async def auction(call: Call) -> dict[str, Any]:
    """One auction as whoever asks may see it."""
    present = await Present.of(call.door, call.auction)
    audience, seat = await audience_of(call.door, call.who, call.auction)
    state = present.state
    return {
        "room": present.snapshot(audience),
        "document": dict(state.document),
        "sha256": state.document["sha256"],
        "mine": await mine_of(call.door, call.who, present, seat),
    }


# Taking part -----------------------------------------------------------------------------------


async def apply(call: Call) -> dict[str, Any]:
    """Ask to take part; asking twice is the same question."""
    present = await Present.of(call.door, call.auction)
    body = call.body(ApplyBody)
    if present.over:
        raise Problem("NOT_OPEN")
    present.check_lot(body.lot)
    application = await call.door.registry.apply(
        Application(
            id=secrets.token_hex(8),
            auction=call.auction,
            account=call.account.account,
            alias=f"A{secrets.randbelow(9000) + 1000}",
            lot=body.lot,
            created=call.door.clock.now(),
        )
    )
    return _application(application)


async def applications(call: Call) -> dict[str, Any]:
    """Who asks to take part, by alias."""
    await Present.of(call.door, call.auction)
    found = await call.door.registry.applications(call.auction)
    return {"applications": [_application(a) for a in found]}


def _application(a: Application) -> dict[str, Any]:
    return {
        "id": a.id,
        "alias": a.alias,
        "lot": a.lot,
        "created": a.created,
        "state": a.state,
        "bidder": a.paddle if a.state == "admitted" else None,
        "priority": a.priority,
    }


async def admit(call: Call) -> Any:
    """Reserve a paddle, write the admission into the log, then say so in the register.

    Whichever of the three a crash leaves undone, asking again finishes: the paddle is kept, and
    the reference of the command is the application's own.
    """
    body, registry = call.body(AdmitBody), call.door.registry
    present = await Present.of(call.door, call.auction)
    application = await registry.application(body.application)
    if application is None or application.auction != call.auction:
        raise Problem("NOT_FOUND")
    try:
        seat = await registry.give_paddle(
            application.id, _paddles(), secrets.token_bytes(32), body.priority
        )
    except Taken:
        raise Problem("NO_PADDLE_LEFT") from None
    account = await registry.account(application.account)
    assert account is not None
    who = commitment(seat.salt, {"account": account.account, "name": account.name})
    tagger = call.door.settings.tagger
    command = c.Command(
        _staff(call),
        c.Admit(seat.paddle, application.lot, body.priority, who),
        f"admit-{application.id}",
        tags=() if tagger is None else tagger.admission(present.state.origin, account.account),
    )
    answer = await call.door.stream.ask(call.auction, command)
    person = present.state.people.get(seat.paddle)
    if person is not None and person.who == who:
        # Accepted now, or by an earlier try whose end the register did not see.
        await registry.admitted(application.id)
        await call.door.stream.seated(call.auction, application.account, seat.paddle)
        answer["bidder"] = seat.paddle
    return _command_answer(answer)


def _paddles() -> tuple[str, ...]:
    """Numbers to try, in an order nobody can foresee: two digits while there are free ones."""
    chance = secrets.SystemRandom()
    short, long = [f"{n:02}" for n in range(1, 100)], [f"{n}" for n in range(100, 1000)]
    chance.shuffle(short)
    chance.shuffle(long)
    return (*short, *long)


async def deposit(call: Call) -> Any:
    """Count a bank notice. The reference is the bank's, so a notice sent twice counts once."""
    body, registry = call.body(DepositBody), call.door.registry
    await Present.of(call.door, call.auction)
    notice = BankNotice(body.bank_ref, call.auction, body.bidder, body.amount, body.received)
    try:
        await registry.bank_notice(notice)
    except Taken:
        raise Problem("ALREADY_TAKEN") from None
    ref = "bank-" + hashlib.sha256(body.bank_ref.encode()).hexdigest()[:32]
    ask = c.Deposit(body.bidder, body.amount, body.received, body.bank_ref)
    answer = await call.door.stream.ask(call.auction, c.Command(_staff(call), ask, ref))
    if answer["type"] == "accepted":
        await registry.counted(body.bank_ref, answer["i"])
    return _command_answer(answer)


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
    return _command_answer(await call.door.stream.ask(call.auction, command))


async def _seat(call: Call) -> Seat:
    await Present.of(call.door, call.auction)
    seat = await call.door.registry.seat(call.auction, call.account.account)
    if seat is None or not seat.admitted:
        raise Problem("NOT_ADMITTED")
    return seat


# What the house does ---------------------------------------------------------------------------


async def exclude(call: Call) -> Any:
    """Withdraw an admission."""
    body = call.body(ExcludeBody)
    return await _as_house(call, _staff(call), c.Exclude(body.bidder, body.reason), body.ref)


async def suspend(call: Call) -> Any:
    """Stop the session for a reason (中止)."""
    body = call.body(ReasonBody)
    return await _as_house(call, _staff(call), c.Suspend(body.reason), body.ref)


async def resume(call: Call) -> Any:
    """Let it go on with what the terms give back (恢复)."""
    body = call.body(ReasonBody)
    return await _as_house(call, _staff(call), c.Resume(body.reason), body.ref)


async def terminate(call: Call) -> Any:
    """End it without a result (终止); the second person does."""
    body = call.body(ReasonBody)
    return await _as_house(call, _approver(call), c.Terminate(body.reason), body.ref)


async def void(call: Call) -> Any:
    """Declare the result void; the record stays."""
    body = call.body(ReasonBody)
    return await _as_house(call, _approver(call), c.Void(body.reason), body.ref)


async def announce(call: Call) -> Any:
    """Tell everybody in the rooms something, in both languages (通知)."""
    body = call.body(AnnounceBody)
    return await _as_house(call, _staff(call), c.Announce(body.zh, body.en), body.ref)


async def draw(call: Call) -> Any:
    """Bring in the entropy of a draw that is due (摇号)."""
    body = call.body(DrawBody)
    return await _as_house(call, _staff(call), Draw(body.seed), body.ref)


async def draw_commit(call: Call) -> Any:
    """Commit to one's own secret as a party to the draw."""
    body = call.body(DrawCommitBody)
    return await _as_house(call, _staff(call), DrawCommit(body.commit), body.ref)


async def draw_reveal(call: Call) -> Any:
    """Show the secret one committed to."""
    body = call.body(DrawRevealBody)
    return await _as_house(call, _staff(call), DrawReveal(body.secret), body.ref)


async def draw_figure(call: Call) -> Any:
    """Type what the public source published."""
    body = call.body(DrawFigureBody)
    return await _as_house(call, _staff(call), DrawFigure(body.round, body.value), body.ref)


async def draw_balls(call: Call) -> Any:
    """Type the order of balls drawn by hand."""
    body = call.body(DrawBallsBody)
    return await _as_house(call, _staff(call), DrawBalls(tuple(body.order)), body.ref)


async def seal_reserve(call: Call) -> Any:
    """Commit to a reserve that only the asker knows (保留价)."""
    body = call.body(SealReserveBody)
    return await _as_house(call, _staff(call), SealReserve(body.commit), body.ref)


async def open_reserve(call: Call) -> Any:
    """Show the amount of one's own commitment."""
    body = call.body(OpenReserveBody)
    return await _as_house(call, _staff(call), OpenReserve(body.amount, body.nonce), body.ref)


async def trustee_key(call: Call) -> Any:
    """Bring in a trustee's one-time private key; it is not recorded before opening has begun."""
    body = call.body(TrusteeKeyBody)
    return await _as_house(call, _staff(call), TrusteeKey(body.trustee, body.key), body.ref)


async def score(call: Call) -> Any:
    """Give a bidder points; sealed until all experts have."""
    body = call.body(ScoreBody)
    return await _as_house(call, _staff(call), Score(body.bidder, body.points), body.ref)


async def withdraw(call: Call) -> Any:
    """Record that an offer cannot be opened (撤销 or 撤回)."""
    body = call.body(WithdrawBody)
    return await _as_house(call, _staff(call), Withdraw(body.bidder, body.cause), body.ref)


def _staff(call: Call) -> str:
    role = "staff" if call.who.has("staff") else "approver"
    return f"{role}:{call.account.account}"


def _approver(call: Call) -> str:
    return f"approver:{call.account.account}"


async def _as_house(call: Call, actor: str, ask: c.Ask, ref: str | None) -> Any:
    await Present.of(call.door, call.auction)
    command = c.Command(actor, ask, ref or secrets.token_urlsafe(16))
    return _command_answer(await call.door.stream.ask(call.auction, command))


def _command_answer(answer: dict[str, Any]) -> Any:
    return json_response(answer, 202 if answer["type"] == "retry" else 200)


def _command(
    path: str,
    run: Run,
    *titles: str,
    roles: frozenset[Role],
    body: type[Body],
    problems: tuple[str, ...] = (),
) -> Route:
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


ROUTES: Final = (
    Route("GET", "/api/auctions", auctions, ROOM, "竞价列表", "All auctions", answer=AuctionList),
    Route(
        "GET",
        "/api/auctions/{auction}",
        auction,
        ROOM,
        "一场竞价",
        "One auction",
        answer=AuctionDetail,
    ),
    Route(
        "POST",
        "/api/auctions/{auction}/apply",
        apply,
        ROOM,
        "申请参加",
        "Ask to take part",
        roles=BIDDER,
        body=ApplyBody,
        answer=ApplicationLine,
        problems=("NOT_OPEN", "BAD_FIELDS"),
    ),
    Route(
        "GET",
        "/api/auctions/{auction}/applications",
        applications,
        ROOM,
        "参加申请",
        "Applications",
        roles=HOUSE,
        answer=ApplicationList,
    ),
    _command(
        "admit",
        admit,
        "准予参加",
        "Admit",
        roles=STAFF,
        body=AdmitBody,
        problems=("NOT_FOUND", "NO_PADDLE_LEFT"),
    ),
    _command(
        "deposits",
        deposit,
        "登记保证金到账",
        "Count a deposit",
        roles=STAFF,
        body=DepositBody,
        problems=("ALREADY_TAKEN",),
    ),
    _command("exclude", exclude, "取消资格", "Exclude", roles=HOUSE, body=ExcludeBody),
    _command("suspend", suspend, "中止", "Suspend", roles=HOUSE, body=ReasonBody),
    _command("resume", resume, "恢复", "Resume", roles=HOUSE, body=ReasonBody),
    _command("terminate", terminate, "终止", "Terminate", roles=APPROVER, body=ReasonBody),
    _command("void", void, "结果作废", "Declare void", roles=APPROVER, body=ReasonBody),
    _command("announce", announce, "发布通知", "Announce", roles=HOUSE, body=AnnounceBody),
    _command("bids", bid, "报价", "Bid", roles=BIDDER, body=BidBody, problems=("NOT_ADMITTED",)),
    _command(
        "confirm",
        confirm,
        "确认",
        "Confirm",
        roles=BIDDER,
        body=ConfirmBody,
        problems=("NOT_ADMITTED",),
    ),
    _command("stay", stay, "应价", "Stay", roles=BIDDER, body=StayBody, problems=("NOT_ADMITTED",)),
    _command(
        "leave", leave, "退出", "Leave", roles=BIDDER, body=LeaveBody, problems=("NOT_ADMITTED",)
    ),
    _command(
        "keys",
        enrol,
        "登记密钥",
        "Enrol a key",
        roles=BIDDER,
        body=EnrolBody,
        problems=("NOT_ADMITTED",),
    ),
    _command(
        "proxy",
        proxy,
        "自动出价",
        "Bid for me",
        roles=BIDDER,
        body=ProxyBody,
        problems=("NOT_ADMITTED",),
    ),
    _command("draw", draw, "录入摇号种子", "Bring in a draw's seed", roles=HOUSE, body=DrawBody),
    _command(
        "draw-commit",
        draw_commit,
        "密封摇号秘密值",
        "Commit to a secret for a draw",
        roles=HOUSE,
        body=DrawCommitBody,
    ),
    _command(
        "draw-reveal",
        draw_reveal,
        "揭示摇号秘密值",
        "Show a secret for a draw",
        roles=HOUSE,
        body=DrawRevealBody,
        problems=("TOO_EARLY",),
    ),
    _command(
        "draw-figure",
        draw_figure,
        "录入公开随机源的数字",
        "Type a public figure for a draw",
        roles=HOUSE,
        body=DrawFigureBody,
    ),
    _command(
        "draw-balls",
        draw_balls,
        "录入摇球结果",
        "Type the order of balls",
        roles=HOUSE,
        body=DrawBallsBody,
    ),
    _command(
        "seal-reserve",
        seal_reserve,
        "密封保留价",
        "Seal a reserve",
        roles=HOUSE,
        body=SealReserveBody,
    ),
    _command(
        "open-reserve",
        open_reserve,
        "揭示保留价",
        "Open a reserve",
        roles=HOUSE,
        body=OpenReserveBody,
    ),
    _command(
        "seal",
        seal,
        "递交密封报价",
        "Hand in a sealed offer",
        roles=BIDDER,
        body=SealBody,
        problems=("NOT_ADMITTED",),
    ),
    _command(
        "reveal",
        reveal,
        "自行解密",
        "Open one's own offer",
        roles=BIDDER,
        body=RevealBody,
        problems=("NOT_ADMITTED", "TOO_EARLY", "NOT_THIS_KEY"),
    ),
    _command(
        "trustee-key",
        trustee_key,
        "录入受托人私钥",
        "Bring in a trustee's key",
        roles=HOUSE,
        body=TrusteeKeyBody,
        problems=("TOO_EARLY", "NOT_THIS_KEY"),
    ),
    _command("score", score, "评分", "Score", roles=HOUSE, body=ScoreBody),
    _command(
        "withdraw",
        withdraw,
        "记录撤销或撤回",
        "Record a withdrawal",
        roles=HOUSE,
        body=WithdrawBody,
    ),
)
