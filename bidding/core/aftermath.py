"""After the close: deposits paid out, the result reviewed, confirmed, published, or defaulted on.

1. A session that closed is reviewed by one officer and confirmed by an approver who is somebody
   else (交易后审核); only what is confirmed is published, and only then may a winner default.
2. A default names who is next by the rule's own ranking. It awards nothing: whether he is offered
   the contract, is for the notice and for people to say.
3. A deposit is given back (refund) or kept (forfeit) with a reason, never beyond what came in; while
   the session is not over, only what exceeds the deposit is given back.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from auction_rules.rule import Refuse, Rule
from bidding.core import commands as c
from bidding.core import house_facts as h
from bidding.core.officers import same_person
from bidding.core.state import State

Found: TypeAlias = tuple[h.Fact, ...] | Refuse

STEPS: Final = ("reviewed", "confirmed", "defaulted", "published")
_OVER: Final = ("closed", "terminated", "voided")
_APPROVERS: Final = ("approver", "system")


def payout(state: State, actor: str, ask: c.Payout) -> Found:
    """The facts of money that leaves, or why it stays."""
    person = state.people.get(ask.bidder)
    if person is None:
        return Refuse("NO_SUCH_BIDDER")
    left = person.paid - person.out
    if not 0 < ask.amount <= left:
        return Refuse("MORE_THAN_PAID_IN")
    free = state.status in _OVER or person.excluded
    if ask.purpose == "forfeit":
        if actor.partition(":")[0] not in _APPROVERS:
            return Refuse("NOT_ALLOWED")
        if not free:
            return Refuse("DEPOSIT_STILL_NEEDED")
    elif ask.purpose != "refund":
        return Refuse("NOT_ALLOWED")
    elif not free and left - ask.amount < state.document["deposit"]:
        return Refuse("DEPOSIT_STILL_NEEDED")
    rest = left - ask.amount
    return (h.PaidOut(ask.bidder, ask.purpose, ask.amount, rest, ask.reason),)


def conclude(state: State, actor: str, ask: c.Conclude, rule: Rule) -> Found:
    """The facts of one step after the close, or why it cannot be taken."""
    if state.status != "closed":
        return Refuse("NOT_CLOSED")
    if refused := _out_of_turn(state, actor, ask):
        return refused
    follows = successor(state, rule, ask.bidder) if ask.step == "defaulted" else None
    return (h.Concluded(ask.step, actor, ask.bidder, follows, ask.reason),)


def _out_of_turn(state: State, actor: str, ask: c.Conclude) -> Refuse | None:
    done = {one.step: one for one in state.after}
    role = actor.partition(":")[0]
    if ask.step not in STEPS or (ask.bidder is None) == (ask.step == "defaulted"):
        return Refuse("NOT_ALLOWED")
    if ask.step == "defaulted":
        return _may_default(state, role, ask.bidder)
    if ask.step in done:
        return Refuse("STEP_DONE")
    if ask.step == "reviewed":
        return None
    before = "reviewed" if ask.step == "confirmed" else "confirmed"
    if before not in done:
        return Refuse("STEP_TOO_EARLY")
    if ask.step == "confirmed":
        if role not in _APPROVERS:
            return Refuse("NOT_ALLOWED")
        if same_person(done["reviewed"].by, actor):
            return Refuse("SAME_OFFICER")
    return None


def _may_default(state: State, role: str, bidder: str | None) -> Refuse | None:
    if role not in _APPROVERS:
        return Refuse("NOT_ALLOWED")
    if not any(one.step == "confirmed" for one in state.after):
        return Refuse("STEP_TOO_EARLY")
    winners = {award.bidder for award in state.standing.awards}
    winners |= {one.follows for one in state.after if one.follows is not None}
    if bidder not in winners:
        return Refuse("NO_SUCH_BIDDER")
    gone = {one.bidder for one in state.after}
    return Refuse("STEP_DONE") if bidder in gone else None


def successor(state: State, rule: Rule, bidder: str | None) -> str | None:
    """Who comes after a single winner by the rule's ranking; None where nobody does."""
    if len(state.standing.awards) != 1:
        # Several winners: who takes whose place is no matter of one ranking.
        return None
    winner = state.standing.awards[0].bidder
    gone = {winner, bidder, *(one.bidder for one in state.after)}
    names = (key.partition("/")[0] for key in rule.ranking(state.floor()))
    return next((name for name in names if name not in gone and not _excluded(state, name)), None)


def _excluded(state: State, bidder: str) -> bool:
    return state.people[bidder].excluded
