"""The state of the service, for everybody. No cookie, no account: it must answer when little else does."""

from typing import Annotated, Any, Final

from pydantic import Field

from bidding.web.routes import Answer, Call, Route
from bidding.web.service import State
from bidding.web.wire import Instant, Sentence, Whole
from replay.interruptions import By, Cause, Outcome

ROOM: Final = "open"
Span = Annotated[int, Field(ge=0, description="microseconds")]


class MessageTold(Answer):
    """What officers told everybody while an auction stood still."""

    t: Instant
    text: Sentence


class InterruptionTold(Answer):
    """One time that an auction stood still.

    `since`: from when on no time ran; `told`: when its log came to know; `resumes`: the announced
    hour; `by`, `why`: who decided what came after, and on what ground; `given`: by how much its end,
    now `closes`, was moved then. `entry` is null during a sealed stage. `archive`: whether the public
    can verify the record itself.
    """

    auction: str
    title: Sentence
    archive: bool
    number: Whole
    entry: Whole | None
    cause: Cause
    reason: Sentence
    since: Instant
    told: Instant
    resumes: Instant | None
    ended: Instant | None
    outcome: Outcome
    by: By | None
    why: Sentence | None
    given: int | None
    closes: Instant | None
    messages: list[MessageTold]


class SessionTold(Answer):
    """All of one auction: how often and how long it stood still, and how long for want of service."""

    auction: str
    title: Sentence
    status: str
    times: Whole
    service: Span
    all: Span


class ServiceTold(Answer):
    """Whether bids are taken now, and the interruptions of so many days, newest first.

    `state` is taking, quiet (nothing runs), partly (some auction waits after an interruption, or is
    unreadable) or away (no bid can be written, or nobody knows). `unreadable`: the ids of auctions
    whose record did not pass the check; nothing is decided there. `complete`: whether all records
    were read to their end; else the rest is what is known without them. `heard`: when the last trial write was sent that came
    back; null while nothing runs at the node that answers.
    """

    now: Instant
    state: State
    complete: bool
    heard: Instant | None
    running: Whole
    suspended: Whole
    unreadable: list[str]
    days: Whole
    sessions: list[SessionTold]
    interruptions: list[InterruptionTold]


async def service(call: Call) -> dict[str, Any]:
    """Whether bids are taken now, and what was interrupted of late."""
    return await call.door.service.told()


ROUTES: Final = (
    Route(
        "GET",
        "/open/service",
        service,
        ROOM,
        "运行状况",
        "Service status",
        answer=ServiceTold,
    ),
)
