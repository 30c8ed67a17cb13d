"""When the service was away (停机): who lets a session go on, and after what notice (RELIABILITY 1.7).

What the terms of the rule give back of the time is `Rule.resume`; this is what comes before it.

1. Suspended first: nothing counts and nothing is awarded, and time does not run, from the last
   instant of sure service on.
2. An interruption up to `auto_seconds` ends by itself. A longer suspension, whatever its cause, is
   ended by two officers: one proposes, an approver who is somebody else confirms.
3. The hour of going on is an entry, `notice_seconds` ahead of it; everybody is told by that entry.
   Whoever resumes by rule 2 sets it; a suspension in between takes it back.
4. The lost time is counted from the first suspension, however often the hour was taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from auction_rules.facts import Instant
from auction_rules.says import both, in_words
from auction_rules.terms import SECOND, Text, show_instant
from bidding.core.commands import Command, Resume, Suspend
from bidding.core.state import State

RECOVERY: Final = "RECOVERY"
"""The reason where the house comes back to a session that nobody served."""

MOST_SECONDS: Final = 86_400
Seconds = Annotated[int, Field(strict=True, ge=0, le=MOST_SECONDS)]


class Downtime(BaseModel):
    """The part of the document about interruptions; both in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    auto_seconds: Seconds = 300
    notice_seconds: Seconds = 60


_SILENT: Final = Downtime(notice_seconds=0)
"""A document that says nothing: the house ends no longer interruption, one officer may, at once."""


def policy_of(document: Mapping[str, Any]) -> Downtime:
    """What the document says of interruptions."""
    told = document.get("downtime")
    return _SILENT if told is None else Downtime.model_validate(told)


def too_long(state: State, since: Instant, now: Instant) -> bool:
    """Whether a suspension from `since` to `now` is longer than what ends by itself."""
    return now - since > policy_of(state.document).auto_seconds * SECOND


def takes_two(state: State, now: Instant) -> bool:
    """Whether ending the suspension now takes two officers by the document."""
    stopped = state.suspended
    told = state.document.get("downtime") is not None
    return told and stopped is not None and too_long(state, stopped.since, now)


def recovered(state: State, bell: Instant | None, since: Instant, now: Instant) -> list[Command]:
    """What the house records first at `now` on a session that nobody served from `since` on.

    `bell` is when the session's next one is due. Nothing, where the absence cost nobody anything.
    """
    if state.status != "running" and (bell is None or bell > now):
        return []
    if state.status == "announced":
        # Nobody missed anything before its opening, and nobody was watching then.
        since = max(since, bell or since)
    stop = Command("system", Suspend(RECOVERY, since))
    begun = since if state.suspended is None else state.suspended.since
    return [stop] if too_long(state, begun, now) else [stop, Command("system", Resume(RECOVERY))]


def hour(state: State, now: Instant) -> Instant:
    """When a session that somebody may resume at `now` goes on."""
    return now + policy_of(state.document).notice_seconds * SECOND


def next_step(state: State) -> Text | None:
    """What a suspended session waits for, to be shown beside the reason; None while none is."""
    stopped, resuming = state.suspended, state.resuming
    if stopped is None:
        return None
    if resuming is not None:
        at = show_instant(resuming.at)
        return both(
            f"定于北京时间 {at} 恢复，届时按竞价条件补足时间。",
            f"It goes on at {at} China Standard Time; the terms say how much time is given back.",
        )
    if state.document.get("downtime") is None:
        return both(
            "恢复后立即继续，不另行提前告知；补足多少时间见竞价条件。",
            "It may go on at any moment, with no word ahead; the terms say how much time is given "
            "back.",
        )
    policy = policy_of(state.document)
    limit, ahead = in_words(policy.auto_seconds), in_words(policy.notice_seconds)
    if not policy.notice_seconds:
        return both(
            f"中止超过 {limit['zh']}的，恢复须两人办理；恢复后立即继续，不另行提前告知。",
            f"To end a suspension of more than {limit['en']} takes two officers; then it goes on at "
            "once, with no word ahead.",
        )
    return both(
        f"中止超过 {limit['zh']}的，恢复须两人办理；恢复时间至少提前 {ahead['zh']}公告。",
        f"To end a suspension of more than {limit['en']} takes two officers; the hour is announced "
        f"at least {ahead['en']} ahead.",
    )


def told(policy: Downtime, lang: str) -> str:
    """What the document says of interruptions, in a paragraph of the notice."""
    limit, ahead = in_words(policy.auto_seconds), in_words(policy.notice_seconds)
    zh = both(
        "系统或者网络中断的，自最后确认服务正常的时刻起中止，中止期间不接受报价、不产生结果、不计时；"
        "中断合计超过 2 秒的，按中止处理",
        "where the service fails, the session is suspended from the last moment of sure service: no "
        "offer counts, nothing is awarded and no time runs; interruptions of more than 2 s in all "
        "are treated as one",
    )
    by_itself = (
        both(
            f"中断不超过 {limit['zh']}的，由系统自行恢复",
            f"an interruption of no more than {limit['en']} ends by itself",
        )
        if policy.auto_seconds
        else both("系统不自行恢复", "no suspension ends by itself")
    )
    longer = both(
        "超过的，以及其他中止超过该时长的，由一人提请、另一名审批人员确认后恢复",
        "a longer suspension, whatever its cause, is ended by two officers: one proposes, another "
        "confirms",
    )
    parts = [zh, by_itself, longer]
    if policy.notice_seconds:
        parts.append(
            both(
                f"恢复时间提前 {ahead['zh']}向全体竞买人公告，并记入记录",
                f"the hour of going on is told to all bidders {ahead['en']} ahead, and recorded",
            )
        )
    return ("；" if lang == "zh" else "; ").join(part[lang] for part in parts)


__all__ = [
    "RECOVERY",
    "Downtime",
    "hour",
    "next_step",
    "policy_of",
    "recovered",
    "takes_two",
    "told",
    "too_long",
]
