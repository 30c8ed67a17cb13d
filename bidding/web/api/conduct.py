"""What the house does to a running session: stop it, let it go on, end it, tell everybody something."""

from typing import Any, Final

from bidding.core import commands as c
from bidding.web import wire
from bidding.web.api.asking import (
    Reason,
    ReasonBody,
    as_house,
    by_approver,
    by_staff,
    command_route,
)
from bidding.web.routes import APPROVER, HOUSE, Body, Call


class AnnounceBody(Body):
    """What everybody in the rooms is told; it stands in the log, so no names of people."""

    zh: Reason
    en: Reason
    ref: wire.Reference | None = None


async def suspend(call: Call) -> Any:
    """Stop the session for a reason (中止)."""
    body = call.body(ReasonBody)
    return await as_house(call, by_staff(call), c.Suspend(body.reason), body.ref)


async def resume(call: Call) -> Any:
    """Let it go on with what the terms give back (恢复)."""
    body = call.body(ReasonBody)
    return await as_house(call, by_staff(call), c.Resume(body.reason), body.ref)


async def terminate(call: Call) -> Any:
    """End it without a result (终止); the second person does."""
    body = call.body(ReasonBody)
    return await as_house(call, by_approver(call), c.Terminate(body.reason), body.ref)


async def void(call: Call) -> Any:
    """Declare the result void; the record stays."""
    body = call.body(ReasonBody)
    return await as_house(call, by_approver(call), c.Void(body.reason), body.ref)


async def announce(call: Call) -> Any:
    """Tell everybody in the rooms something, in both languages (通知)."""
    body = call.body(AnnounceBody)
    return await as_house(call, by_staff(call), c.Announce(body.zh, body.en), body.ref)


ROUTES: Final = (
    command_route("suspend", suspend, "中止", "Suspend", roles=HOUSE, body=ReasonBody),
    command_route("resume", resume, "恢复", "Resume", roles=HOUSE, body=ReasonBody),
    command_route("terminate", terminate, "终止", "Terminate", roles=APPROVER, body=ReasonBody),
    command_route("void", void, "结果作废", "Declare void", roles=APPROVER, body=ReasonBody),
    command_route("announce", announce, "发布通知", "Announce", roles=HOUSE, body=AnnounceBody),
)
