"""What the document lets officers do to a running session, and how many of them it takes.

1. Nothing of this is allowed unless the document says so before it is approved.
2. An act that takes two is proposed by one officer and confirmed by an approver who is somebody
   else. Proposal and confirmation are both entries; what happens, happens with the second.
3. Staff may move an end later, never earlier, only where offers are open and the end is that of
   the stage itself; never once the rule has begun to extend by itself, and no further in all
   than the document says.
4. Withdrawing an admission takes two in every document drawn up now, whatever else it says
   (DOMAIN §1: nobody of the house can block a qualified bidder); records of before say nothing
   of it and are judged as they were.
5. An offer on a bidder's behalf is judged as his own, stands as his own, and says what it is.
   Where offers are sealed there is none: no officer may know one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from auction_rules.facts import DeadlineMoved, Instant, StageOpened
from auction_rules.floor import Bid
from auction_rules.rule import Refuse, Rule
from auction_rules.terms import SECOND
from bidding.core import commands as c
from bidding.core import downtime
from bidding.core import house_facts as h
from bidding.core.right import may_act
from bidding.core.state import State

ByTwo: TypeAlias = Literal["extend", "surrogate", "exclude", "terminate", "void", "reaward"]
BY_TWO: Final[tuple[ByTwo, ...]] = (
    *("extend", "surrogate", "exclude"),
    *("terminate", "void", "reaward"),
)
TAKES_PROPOSAL: Final = (*BY_TWO, "resume")
"""What can be proposed: a resumption too, where the document says so of a long suspension."""
MOST_SECONDS: Final = 86_400

_OPEN_KINDS: Final = ("quoting", "timed")
_RANDOM_END: Final = "seed"


class Officers(BaseModel):
    """The part of the document about officers. `second`: the acts that take two of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    extend_seconds: Annotated[int, Field(strict=True, ge=0, le=MOST_SECONDS)] = 0
    surrogate: bool = False
    next_in_line: bool = False
    """Whether after a default the next by rank may be awarded, where the rule knows one (递补)."""
    second: tuple[ByTwo, ...] = BY_TWO


NOBODY: Final = Officers(second=())
"""A record of before that says nothing: no extension, no surrogate, and one officer for the rest."""

LEAST: Final = Officers(second=("exclude",))
"""What stands in every document drawn up now: nobody shuts out a qualified bidder alone."""

Found: TypeAlias = tuple[h.Fact, ...] | Refuse


def policy_of(document: Mapping[str, Any]) -> Officers:
    """What the document says of officers."""
    told = document.get("officers")
    return NOBODY if told is None else Officers.model_validate(told)


def takes_two(state: State, kind: str, now: Instant) -> bool:
    """Whether an act of this kind must, at `now`, be proposed by one and confirmed by another."""
    if kind == "resume":
        return downtime.takes_two(state, now)
    return kind in policy_of(state.document).second


def extend(state: State, ask: c.Extend, now: Instant, rule: Rule) -> Found:
    """The facts of a later end, or why there is none."""
    policy, standing = policy_of(state.document), state.standing
    if not policy.extend_seconds:
        return Refuse("OFFICERS_MAY_NOT")
    if state.status != "running" or standing.closes is None:
        return Refuse("NOT_RUNNING")
    if standing.extensions:
        return Refuse("EXTENDED_BY_RULE")
    left = policy.extend_seconds - state.given
    if not 0 < ask.seconds <= left:
        return Refuse("EXTENSION_TOO_LONG", {"seconds": left})
    moved = DeadlineMoved(standing.closes + ask.seconds * SECOND, "staff")
    if not _movable(state, moved, now, rule):
        return Refuse("END_NOT_MOVABLE")
    return (moved, h.Extended(ask.seconds, ask.reason))


def _movable(state: State, moved: DeadlineMoved, now: Instant, rule: Rule) -> bool:
    """Whether the stage's own end is what is due, and what follows can follow later."""
    floor, standing = state.floor(), state.standing
    shown = rule.disclosure(floor)
    if standing.kind not in _OPEN_KINDS or shown.sealed or shown.acts_sealed:
        return False
    if any(stage.kind == _RANDOM_END for stage in rule.programme(state.terms)):
        # The end is drawn afterwards from an announced stretch: a longer one is another draw.
        return False
    after = floor.after((moved,), now)
    if rule.due(floor) != standing.closes or rule.due(after) != moved.closes:
        return False
    follows = (f for f in rule.lapse(after, moved.closes) if isinstance(f, StageOpened))
    return all(stage.opens >= moved.closes for stage in follows)


def surrogate(state: State, ask: c.Surrogate, now: Instant, rule: Rule) -> Found:
    """The facts of an offer made by staff for a bidder, or why there is none."""
    if not policy_of(state.document).surrogate:
        return Refuse("OFFICERS_MAY_NOT")
    if refused := may_act(state, ask.bidder):
        return refused
    shown = rule.disclosure(state.floor())
    if shown.sealed or shown.acts_sealed:
        return Refuse("SEALED_FROM_STAFF")
    bid = Bid(ask.amount, ask.lot, ask.quantity, ask.stage, ask.slot)
    judged = rule.judge(state.floor(), ask.bidder, bid, now)
    if isinstance(judged, Refuse):
        return judged
    return (h.OnBehalf(ask.bidder, ask.reason), *judged.facts)


def proposed_ask(proposal: c.Propose | h.Proposed) -> c.Ask:
    """The act a proposal is about; ValueError when it is none that takes two."""
    if proposal.act not in TAKES_PROPOSAL:
        raise ValueError(f"{proposal.act!r} takes nobody's second")
    return c.ask_from_json(proposal.act, dict(proposal.about))


def same_person(actor: str, other: str) -> bool:
    """Whether two actors are one account, in whichever role each acted."""
    return actor.partition(":")[2] == other.partition(":")[2]


_NAMES: Final[Mapping[ByTwo, tuple[str, str]]] = {
    "extend": ("延长截止时间", "moving the end"),
    "surrogate": ("代竞买人报价", "an offer on behalf of a bidder"),
    "exclude": ("取消竞买资格", "withdrawing an admission"),
    "terminate": ("终止", "termination"),
    "void": ("宣布结果无效", "voiding the result"),
    "reaward": ("递补", "awarding the next in line"),
}


def at_least(policy: Officers | None) -> Officers:
    """The policy of a document that is drawn up now: an exclusion takes two in each."""
    if policy is None:
        return LEAST
    second = tuple(act for act in BY_TWO if act in policy.second or act in LEAST.second)
    return policy.model_copy(update={"second": second})


def exclusion_takes_two(document: Mapping[str, Any]) -> bool:
    """Whether the document says so; with it goes that nobody excluded can be confirmed as winner."""
    return "exclude" in policy_of(document).second


def told(policy: Officers, lang: str) -> str:
    """What the document lets officers do, in one sentence of the notice."""
    zh = lang == "zh"
    parts = []
    if policy.extend_seconds:
        n = policy.extend_seconds
        parts.append(
            f"因故可将开放报价阶段的截止时间推后，全场合计不超过 {n} 秒"
            if zh
            else f"for cause the end of an open stage may be moved later, by {n} s in all at most"
        )
    if policy.surrogate:
        parts.append(
            "竞买人因故不能操作的，可代为报价并注明；密封阶段除外"
            if zh
            else "an offer may be made on behalf of a bidder who cannot, marked as such, and never"
            " while offers are sealed"
        )
    if policy.next_in_line:
        parts.append(
            "竞得人放弃或者逾期未履约的，可由名次下一位按其报价递补"
            if zh
            else "where the winner renounces or defaults, the next by rank may be awarded at his own"
            " offer"
        )
    acts = [act for act in policy.second if act != "reaward" or policy.next_in_line]
    if acts:
        names = [_NAMES[act][0 if zh else 1] for act in acts]
        parts.append(
            f"{'、'.join(names)}须由两人办理：一人提请，另一名审批人员确认"
            if zh
            else f"two officers for {', '.join(names)}: one proposes, another confirms"
        )
    return ("；".join(parts) or "无") if zh else ("; ".join(parts) or "none")
