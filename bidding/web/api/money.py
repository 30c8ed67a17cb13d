"""The deposits of one auction, as officers see them: what came in for each paddle, and what is left."""

from typing import Any, Final

from bidding.core.aftermath import defaulted, vacated
from bidding.engine.money import Conflict, SubAccount, new_number
from bidding.web import wire
from bidding.web.api.bank import BankNoticeLine, told_notice
from bidding.web.api.guarantees import GuaranteeLine
from bidding.web.problems import Problem
from bidding.web.rooms import Present
from bidding.web.routes import HOUSE, Answer, Call, Route

ROOM: Final = "money"


class MoneyLine(Answer):
    """One bidder's deposit: what came in, what left, what is left; fen.

    `guaranteed` is what guarantees stand for beside it; `winner` whether he holds an award now.
    """

    bidder: str
    account: str
    paid: int
    out: int
    left: int
    guaranteed: int
    ok: bool
    excluded: bool
    winner: bool
    defaulted: bool


class SealedCount(Answer):
    """Sealed guarantees: how many wait for the opening, were opened, and turned out void."""

    sealed: int
    opened: int
    void: int


class Money(Answer):
    """Deposits of one auction; `required` of each bidder, and until when; fen."""

    required: int
    deadline: wire.Instant | None
    lines: list[MoneyLine]
    notices: list[BankNoticeLine]
    guarantees: list[GuaranteeLine]
    sealed: SealedCount


async def money(call: Call) -> dict[str, Any]:
    """Every bidder's deposit, and every notice under his sub-account."""
    present = await Present.of(call.door, call.auction)
    state, book, now = present.state, call.door.money, call.door.clock.now()
    winners = {award.bidder for award in state.standing.awards} - vacated(state)
    gone = defaulted(state)
    lines, bidders = [], {}
    for name in sorted(state.people):
        person = state.people[name]
        account = await _account_of(call, name, now)
        bidders[account.number] = name
        lines.append(
            {
                "bidder": name,
                "account": account.number,
                "paid": person.paid,
                "out": person.out,
                "left": person.paid - person.out,
                "guaranteed": person.guaranteed,
                "ok": person.deposit_ok,
                "excluded": person.excluded,
                "winner": name in winners,
                "defaulted": name in gone,
            }
        )
    notices = [told_notice(one, bidders) for one in await book.notices(call.auction)]
    sealed = [str(one.state) for one in await book.sealed(call.auction)]
    return {
        "required": state.document["deposit"],
        "deadline": state.document["deposit_deadline"],
        "lines": lines,
        "notices": notices,
        "sealed": {one: sealed.count(one) for one in ("sealed", "opened", "void")},
        "guarantees": [
            {
                "bidder": one.bidder,
                "issuer": one.issuer,
                "number": one.number,
                "amount": one.amount,
                "until": one.until,
                "commit": one.commit,
                "entry": one.entry,
            }
            for one in await book.guarantees(call.auction)
        ],
    }


async def _account_of(call: Call, bidder: str, now: int) -> SubAccount:
    for _ in range(4):
        try:
            return await call.door.money.sub_account(call.auction, bidder, new_number(), now)
        except Conflict:
            continue  # a number that is in use; the next one will hardly be
    raise Problem("TRY_LATER", headers={"Retry-After": "1"})


ROUTES: Final = (
    Route(
        "GET",
        "/api/auctions/{auction}/money",
        money,
        ROOM,
        "保证金台账",
        "Deposits",
        roles=HOUSE,
        answer=Money,
    ),
)
