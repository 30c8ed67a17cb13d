"""What banks tell of deposits, and what people decide where it fits nobody. DOMAIN section 9.

What a notice comes to is decided by the auction and stands in its log. Names of payers stay in the
book: officers see paddles, and whether the payer's name was the bidder's.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from auction_rules.reasons import say
from auction_rules.terms import Text
from bidding.core import commands as c
from bidding.engine.identity import BankNotice, Taken
from bidding.engine.money import (
    Conflict,
    Notice,
    State,
    SubAccount,
    holds,
    same_name,
)
from bidding.web import wire
from bidding.web.api.asking import Fen, Reason
from bidding.web.problems import Problem
from bidding.web.rooms import Present
from bidding.web.routes import CLEAN, STAFF, Answer, Body, Call, Route

ROOM: Final = "money"
MOST_AT_ONCE: Final = 100
"""Of notices in one run."""

NAME_DIFFERS: Final = "PAYER_DIFFERS"


class NoticeBody(Body):
    """One bank notice. All but the payer's name is its key; `received` is the bank's time (InDate)."""

    bank: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,16}$")]
    serial: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
    account: Annotated[str, Field(pattern=r"^[0-9]{16}$")]
    payer_account: Annotated[str, Field(pattern=r"^[0-9-]{1,40}$")]
    payer: Annotated[str, Field(min_length=1, max_length=120, pattern=f"^{CLEAN}*$")]
    amount: Fen
    received: wire.Instant


class NoticesBody(Body):
    """Notices of one bank run or one file, at most a hundred."""

    notices: Annotated[list[NoticeBody], Field(min_length=1, max_length=MOST_AT_ONCE)]


class NoticeAnswer(Answer):
    """00 taken, 01 taken before: the bank stops sending. 02, 03, 04 cannot be taken. 99 send again."""

    serial: str
    code: Literal["00", "01", "02", "03", "04", "99"]
    sentence: wire.Sentence


class NoticesAnswer(Answer):
    """One answer a notice, in the same order."""

    answers: list[NoticeAnswer]


class HandBody(Body):
    """A notice that was held or refused, and why it is granted, or sent back."""

    notice: wire.Whole
    reason: Reason


class BankNoticeLine(Answer):
    """One notice. `reason` is a code of refusal told in `sentence`, or an officer's words."""

    id: int
    bidder: str
    bank: str
    serial: str
    amount: int
    received: wire.Instant
    told: wire.Instant
    state: str
    sentence: wire.Sentence | None
    by: str | None
    entry: int | None


_SAID: Final[dict[str, Text]] = {
    "00": {"zh": "已记录。", "en": "Taken."},
    "01": {"zh": "此前已收到，没有重复计入。", "en": "Taken before; it counts once."},
    "02": {"zh": "没有这个子账号。", "en": "There is no such sub-account."},
    "03": {
        "zh": "该流水号已用于另一笔款项，请银行核对。",
        "en": "This serial number stands for other money; the bank must check.",
    },
    "04": {"zh": "到账时间晚于现在，请银行核对。", "en": "It is received later than now."},
    "99": {"zh": "暂时无法处理，请稍后重发。", "en": "Not now; send it again."},
    "counted": {"zh": "已计入。", "en": "Counted."},
    NAME_DIFFERS: {
        "zh": "付款户名与竞买人不一致，未计入，待工作人员核实。",
        "en": "The payer is not the bidder by name; held until an officer has looked.",
    },
}


def told_notice(notice: Notice, bidders: dict[str, str]) -> dict[str, Any]:
    """A notice as officers see it; `bidders` by number of the sub-account."""
    return {
        "id": notice.id,
        "bidder": bidders[notice.account],
        "bank": notice.bank,
        "serial": notice.serial,
        "amount": notice.amount,
        "received": notice.received,
        "told": notice.told,
        "state": notice.state,
        "sentence": _why(notice),
        "by": notice.by,
        "entry": notice.entry,
    }


def _why(notice: Notice) -> Text | None:
    if notice.reason is None:
        return None
    if notice.reason == NAME_DIFFERS:
        return _SAID[NAME_DIFFERS]
    if notice.state == "refused":
        return say(notice.reason, {}, None)
    return {"zh": notice.reason, "en": notice.reason}


# What banks tell --------------------------------------------------------------------------------


async def notices(call: Call) -> dict[str, Any]:
    """The bank's interface, and where a file of notices is brought in."""
    body = call.body(NoticesBody)
    answers = []
    for one in body.notices:
        code, sentence = await _take(call, one)
        answers.append({"serial": one.serial, "code": code, "sentence": sentence})
    return {"answers": answers}


async def _take(call: Call, body: NoticeBody) -> tuple[str, Text]:
    account = await call.door.money.account(body.account) if holds(body.account) else None
    if account is None:
        return "02", _SAID["02"]
    now = call.door.clock.now()
    if body.received > now:
        return "04", _SAID["04"]
    notice = Notice(**body.model_dump(), told=now)
    try:
        kept, before = await call.door.money.take(notice)
    except Conflict:
        return "03", _SAID["03"]
    if kept.state != "told":
        return ("01", _SAID["01"]) if before else ("00", _SAID["00"])
    # New, or a crash left it between the book and the log: asking again finishes it.
    if not await _is_his(call, account, kept):
        await _settle(call, kept, _Fate("held", NAME_DIFFERS))
        return "00", _SAID[NAME_DIFFERS]
    fate = await _count(call, account, kept)
    if fate is None:
        return "99", _SAID["99"]
    # Sent to two nodes at once, the log has one answer for both; whoever comes second changes nothing.
    await _settle(call, kept, fate)
    return "00", _SAID["counted"] if fate.state == "counted" else say(fate.reason or "", {}, None)


@dataclass(frozen=True, slots=True)
class _Fate:
    state: State
    reason: str | None = None
    by: str | None = None
    entry: int | None = None


async def _is_his(call: Call, account: SubAccount, notice: Notice) -> bool:
    holder = await call.door.registry.holder(account.auction, account.bidder)
    person = None if holder is None else await call.door.registry.account(holder)
    return person is not None and same_name(person.name, notice.payer)


async def _count(call: Call, account: SubAccount, notice: Notice) -> _Fate | None:
    """What the auction says to it; None: no final answer yet."""
    ref = notice.bank_ref
    told = BankNotice(ref, account.auction, account.bidder, notice.amount, notice.received)
    try:
        await call.door.registry.bank_notice(told)
    except Taken:
        # Typed in by hand for somebody else, under the very same number.
        return _Fate("refused", "DUPLICATE_NOTICE")
    await Present.of(call.door, account.auction)
    ask = c.Deposit(account.bidder, notice.amount, notice.received, ref)
    key = "bank-" + hashlib.sha256(ref.encode()).hexdigest()[:32]
    # One asker for all notices, so that a repeated one finds its first answer whoever sends it.
    command = c.Command("staff:bank", ask, key)
    answer = await call.door.stream.ask(account.auction, command)
    if answer["type"] == "retry":
        return None
    if answer["type"] == "refused":
        return _Fate("refused", answer["reason"], entry=answer["i"])
    await call.door.registry.counted(ref, answer["i"])
    return _Fate("counted", entry=answer["i"])


async def _settle(call: Call, notice: Notice, fate: _Fate) -> bool:
    """What came of it; False where it is no longer as it was read."""
    was = (notice.state,)
    return await call.door.money.settle(
        notice.id, fate.state, was=was, reason=fate.reason, by=fate.by, entry=fate.entry
    )


# What people decide -----------------------------------------------------------------------------


async def grant(call: Call) -> dict[str, Any]:
    """Count a notice that was held, with a reason; the auction still decides.

    One that a crash left between the book and the log is granted again; it counts once.
    """
    account, notice = await _open(call, "held", "told")
    by = call.account.account
    # Taken up before the auction is asked: of two officers, one of whom sends the money back, one acts.
    await _decide(call, notice, _Fate("told", by=by))
    taken = replace(notice, state="told")
    fate = await _count(call, account, taken)
    if fate is None:
        await _settle(call, taken, _Fate(notice.state, notice.reason))
        raise Problem("TRY_LATER", headers={"Retry-After": "1"})
    words = call.body(HandBody).reason if fate.state == "counted" else fate.reason
    await _settle(call, taken, _Fate(fate.state, words, by, fate.entry))
    return await _one(call, notice, account)


async def send_back(call: Call) -> dict[str, Any]:
    """Note that money which counts nowhere was sent back the way it came, with a reason."""
    account, notice = await _open(call, "held", "refused")
    reason = call.body(HandBody).reason
    await _decide(call, notice, _Fate("returned", reason, call.account.account, notice.entry))
    return await _one(call, notice, account)


async def _decide(call: Call, notice: Notice, fate: _Fate) -> None:
    """Raises OUT_OF_DATE when somebody else decided since it was read."""
    if not await _settle(call, notice, fate):
        raise Problem("OUT_OF_DATE")


async def _open(call: Call, *states: str) -> tuple[SubAccount, Notice]:
    await Present.of(call.door, call.auction)
    notice = await call.door.money.notice(call.body(HandBody).notice)
    account = None if notice is None else await call.door.money.account(notice.account)
    if notice is None or account is None or account.auction != call.auction:
        raise Problem("NOT_FOUND")
    if notice.state not in states:
        raise Problem("OUT_OF_DATE")
    return account, notice


async def _one(call: Call, notice: Notice, account: SubAccount) -> dict[str, Any]:
    kept = await call.door.money.notice(notice.id)
    assert kept is not None
    return told_notice(kept, {account.number: account.bidder})


_ONE: Final = "/api/auctions/{auction}"

ROUTES: Final = (
    Route(
        "POST",
        "/api/bank/notices",
        notices,
        ROOM,
        "银行到账通知",
        "Bank notices",
        roles=STAFF,
        body=NoticesBody,
        answer=NoticesAnswer,
    ),
    Route(
        "POST",
        f"{_ONE}/money/grant",
        grant,
        ROOM,
        "核实后计入",
        "Count a held notice",
        roles=STAFF,
        body=HandBody,
        answer=BankNoticeLine,
        problems=("NOT_FOUND", "OUT_OF_DATE", "TRY_LATER"),
    ),
    Route(
        "POST",
        f"{_ONE}/money/return",
        send_back,
        ROOM,
        "原路退回",
        "Sent back",
        roles=STAFF,
        body=HandBody,
        answer=BankNoticeLine,
        problems=("NOT_FOUND", "OUT_OF_DATE"),
    ),
)
