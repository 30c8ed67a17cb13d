"""Who takes part: asking for it, being admitted under a paddle or declined, paying, being excluded."""

import hashlib
import secrets
from typing import Annotated, Any, Final

from pydantic import Field

from bidding.core import commands as c
from bidding.core.state import State
from bidding.engine.identity import Application, BankNotice, Decline, Taken, commitment
from bidding.web import wire
from bidding.web.api.asking import ROOM, Paddle, Reason, as_house, by_staff, command_route, told
from bidding.web.problems import Problem
from bidding.web.rooms import Present
from bidding.web.routes import BIDDER, HOUSE, STAFF, Answer, Body, Call, Route


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


class DeclineTold(Answer):
    """That what was asked at `applied` was declined: when, by which officer, and why."""

    applied: wire.Instant
    at: wire.Instant
    by: str
    reason: str


class DepositState(Answer):
    """What came in or is guaranteed for a paddle, in fen, and whether it is enough."""

    paid: int
    ok: bool


class AnsweredLine(ApplicationLine):
    """An application as the house's people see it; whoever was declined may have asked again.

    `deposit` is null until it is admitted: before that there is no sub-account to pay into.
    """

    deposit: DepositState | None
    excluded: bool
    declines: list[DeclineTold]


class ApplicationList(Answer):
    """All applications for an auction, the earliest first. `priorities`: whether the rule knows any.

    `required`: the deposit asked of each, in fen.
    """

    applications: list[AnsweredLine]
    priorities: bool
    required: int


class AdmitBody(Body):
    """Admit an application under a new paddle number. `priority` > 0: a prior right."""

    application: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
    priority: Annotated[int, Field(ge=0, le=9)] = 0


class DeclineBody(Body):
    """Decline an application that waits since `created`; the applicant reads the reason."""

    application: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
    created: wire.Instant
    reason: Reason


class DepositBody(Body):
    """A bank notice. `received` is the bank's time; `bank_ref` counts once in the whole house."""

    bidder: Paddle
    amount: Annotated[int, Field(ge=1, le=2**53 - 1, description="fen")]
    received: wire.Instant
    bank_ref: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:/-]{1,128}$")]


class ExcludeBody(Body):
    """Withdraw an admission; it stands in the log with its reason.

    Documents drawn up now have two officers do it: propose it (`POST …/proposals`).
    """

    bidder: Paddle
    reason: Reason
    ref: wire.Reference | None = None


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
    present, registry = await Present.of(call.door, call.auction), call.door.registry
    declines = await registry.declines(call.auction)
    return {
        "applications": [
            _answered(present.state, a, declines) for a in await registry.applications(call.auction)
        ],
        "priorities": present.rule.priorities(present.state.terms),
        "required": present.state.document["deposit"],
    }


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


def declines_of(a: Application, declines: list[Decline]) -> list[dict[str, Any]]:
    """Those of one application, for the house's people."""
    return [
        {"applied": d.applied, "at": d.at, "by": d.by, "reason": d.reason}
        for d in declines
        if d.application == a.id
    ]


def _answered(state: State, a: Application, declines: list[Decline]) -> dict[str, Any]:
    person = state.people.get(a.paddle) if a.state == "admitted" and a.paddle else None
    paid = (
        None
        if person is None
        else {"paid": person.paid + person.guaranteed, "ok": person.deposit_ok}
    )
    return {
        **_application(a),
        "deposit": paid,
        "excluded": person is not None and person.excluded,
        "declines": declines_of(a, declines),
    }


async def _asked(call: Call, name: str) -> Application:
    application = await call.door.registry.application(name)
    if application is None or application.auction != call.auction:
        raise Problem("NOT_FOUND")
    return application


async def decline(call: Call) -> dict[str, Any]:
    """Decline an application. It is no part of the auction, so it stands in the register alone:
    who asked in vain is nobody's concern who reads the log.
    """
    body, registry = call.body(DeclineBody), call.door.registry
    present = await Present.of(call.door, call.auction)
    application = await _asked(call, body.application)
    if present.over:
        raise Problem("NOT_OPEN")
    # A crash may have left an admission in the log that the register does not know of yet.
    admitted = application.paddle in present.state.people
    given = Decline(
        application.id,
        body.created,
        call.door.clock.now(),
        call.account.account,
        body.reason.strip(),
    )
    if admitted or not await registry.decline(given):
        raise Problem("OUT_OF_DATE")
    asked = await _asked(call, application.id)
    return _answered(present.state, asked, await registry.declines(call.auction))


async def admit(call: Call) -> Any:
    """Reserve a paddle, write the admission into the log, then say so in the register.

    Whichever of the three a crash leaves undone, asking again finishes: the paddle is kept, and
    the reference of the command is the application's own. One that was declined can still be
    admitted: that is how a complaint about it is put right.
    """
    body, registry = call.body(AdmitBody), call.door.registry
    present = await Present.of(call.door, call.auction)
    application = await _asked(call, body.application)
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
        by_staff(call),
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
    return told(answer)


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
    answer = await call.door.stream.ask(call.auction, c.Command(by_staff(call), ask, ref))
    if answer["type"] == "accepted":
        await registry.counted(body.bank_ref, answer["i"])
    return told(answer)


async def exclude(call: Call) -> Any:
    """Withdraw an admission."""
    body = call.body(ExcludeBody)
    return await as_house(call, by_staff(call), c.Exclude(body.bidder, body.reason), body.ref)


ROUTES: Final = (
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
    command_route(
        "admit",
        admit,
        "准予参加",
        "Admit",
        roles=STAFF,
        body=AdmitBody,
        problems=("NOT_FOUND", "NO_PADDLE_LEFT"),
    ),
    Route(
        "POST",
        "/api/auctions/{auction}/decline",
        decline,
        ROOM,
        "不予准入",
        "Decline an application",
        roles=STAFF,
        body=DeclineBody,
        answer=AnsweredLine,
        problems=("NOT_FOUND", "NOT_OPEN", "OUT_OF_DATE"),
    ),
    command_route(
        "deposits",
        deposit,
        "登记保证金到账",
        "Count a deposit",
        roles=STAFF,
        body=DepositBody,
        problems=("ALREADY_TAKEN",),
    ),
    command_route("exclude", exclude, "取消资格", "Exclude", roles=HOUSE, body=ExcludeBody),
)
