"""Deposits that leave: given back or kept, a batch at a time, each a line of the log with a reason."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from bidding.core import commands as c
from bidding.web.api.asking import CommandAnswer, Fen, Paddle, Reason
from bidding.web.rooms import Present
from bidding.web.routes import HOUSE, Answer, Body, Call, Route, json_response

MOST_AT_ONCE: Final = 100
"""In one batch."""

ROOM: Final = "money"


class PayoutLine(Body):
    """How much of whose deposit."""

    bidder: Paddle
    amount: Fen


class PayoutsBody(Body):
    """A batch of at most a hundred. The same `ref` again finishes the batch, and pays nobody twice."""

    purpose: Literal["refund", "forfeit"]
    reason: Reason
    ref: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,32}$")]
    payouts: Annotated[list[PayoutLine], Field(min_length=1, max_length=MOST_AT_ONCE)]


class PayoutsAnswer(Answer):
    """One answer of the log a line, in the same order."""

    answers: list[CommandAnswer]


async def payouts(call: Call) -> Any:
    """Give deposits back or keep them, a batch at a time; each is a line of the log."""
    body = call.body(PayoutsBody)
    await Present.of(call.door, call.auction)
    role = "approver" if call.who.has("approver") else "staff"
    actor, answers = f"{role}:{call.account.account}", []
    for number, line in enumerate(body.payouts):
        ask = c.Payout(line.bidder, body.purpose, line.amount, body.reason)
        command = c.Command(actor, ask, f"{body.ref}-{number}")
        answers.append(await call.door.stream.ask(call.auction, command))
    again = any(answer["type"] == "retry" for answer in answers)
    return json_response({"answers": answers}, 202 if again else 200)


_ONE: Final = "/api/auctions/{auction}"

ROUTES: Final = (
    Route(
        "POST",
        f"{_ONE}/payouts",
        payouts,
        ROOM,
        "退还或不予退还保证金",
        "Refunds and forfeits",
        roles=HOUSE,
        body=PayoutsBody,
        answer=PayoutsAnswer,
        also=(202,),
    ),
)
