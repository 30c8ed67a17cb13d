"""After the close: deposits paid out, the result reviewed, confirmed, published, or defaulted on.

1. A session that closed is reviewed by one officer and confirmed by an approver who is somebody
   else (交易后审核); only what is confirmed is published, and only then may a winner default.
2. A winner whose admission was withdrawn is confirmed by nobody: the next in line is awarded
   in his place, or the result is declared void. Of several awards only his lapse, on confirmation.
3. A default names who is next by the rule's own ranking. It awards nothing: where the rule knows a
   next in line and the notice grants one, officers award him in an act of its own (递补), and the
   steps begin again with his result; elsewhere the default is all there is, and it is held anew.
4. A deposit is given back (refund) or kept (forfeit) with a reason, never beyond what came in; while
   the session is not over, only what exceeds the deposit is given back.
5. It is kept of whoever was found in default, by an approver who did not find so himself, or was
   excluded, which took two; what exceeds the deposit goes back before.
6. Where nobody holds what was awarded, there is no sale to review or confirm; that it fell through
   may be published at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from auction_rules.facts import Awarded, AwardLapsed, Instant, LeadersChanged
from auction_rules.floor import Floor
from auction_rules.rule import Refuse, Rule
from bidding.core import commands as c
from bidding.core import house_facts as h
from bidding.core.officers import exclusion_takes_two, policy_of, same_person
from bidding.core.state import OVER, State

Found: TypeAlias = tuple[h.Fact, ...] | Refuse
Outcome: TypeAlias = Literal[
    "provisional", "confirmed", "published", "vacant", "unsold", "terminated", "voided"
]
"""What a result is worth now. `vacant`: whoever was awarded is out, and nobody took the place."""


@dataclass(frozen=True, slots=True)
class Fallen:
    """A sale that fell through: in which entry and when, why, and who is next by rank after a default."""

    cause: Literal["default", "excluded"]
    bidder: str
    i: int
    t: Instant
    reason: str
    follows: str | None = None


STEPS: Final = ("reviewed", "confirmed", "defaulted", "published")
REAWARDED: Final = "reawarded"
"""The step that no `Conclude` takes: it is part of awarding the next in line."""
_APPROVERS: Final = ("approver", "system")


def payout(state: State, actor: str, ask: c.Payout) -> Found:
    """The facts of money that leaves, or why it stays."""
    person = state.people.get(ask.bidder)
    if person is None:
        return Refuse("NO_SUCH_BIDDER")
    left = person.paid - person.out
    if not 0 < ask.amount <= left:
        return Refuse("MORE_THAN_PAID_IN")
    free = state.status in OVER or person.excluded
    if ask.purpose == "forfeit":
        if actor.partition(":")[0] not in _APPROVERS:
            return Refuse("NOT_ALLOWED")
        if not free:
            return Refuse("DEPOSIT_STILL_NEEDED")
        if refused := _may_keep(state, actor, ask.bidder, left):
            return refused
    elif ask.purpose != "refund":
        return Refuse("NOT_ALLOWED")
    elif not free and left - ask.amount < state.document["deposit"]:
        return Refuse("DEPOSIT_STILL_NEEDED")
    rest = left - ask.amount
    return (h.PaidOut(ask.bidder, ask.purpose, ask.amount, rest, ask.reason),)


def _may_keep(state: State, actor: str, bidder: str, left: int) -> Refuse | None:
    """Why a deposit is not kept: no ground recorded, the same officer twice, or more than it.

    Records of before say nothing of it and are judged as they were.
    """
    if not exclusion_takes_two(state.document):
        return None
    if bidder not in state.exclusions:
        found = [one for one in state.after if one.step == "defaulted" and one.bidder == bidder]
        if not found:
            return Refuse("NO_GROUND_TO_KEEP")
        if same_person(found[-1].by, actor):
            return Refuse("OWN_FINDING")
    # Once what is too much is back, all that is left together is no more than the deposit.
    return Refuse("EXCESS_FIRST") if left > state.document["deposit"] else None


def conclude(state: State, actor: str, ask: c.Conclude, rule: Rule) -> Found:
    """The facts of one step after the close, or why it cannot be taken."""
    if state.status != "closed":
        return Refuse("NOT_CLOSED")
    if refused := _out_of_turn(state, actor, ask):
        return refused
    out = [one for one in state.standing.awards if one.bidder in barred(state)]
    if ask.step == "confirmed" and out and len(out) == len(state.standing.awards):
        return Refuse("WINNER_EXCLUDED", {"bidder": out[0].bidder})
    lapsed = out if ask.step == "confirmed" else []
    follows = successor(state, rule, ask.bidder) if ask.step == "defaulted" else None
    return (
        *(AwardLapsed(one.bidder, one.lot) for one in lapsed),
        h.Concluded(ask.step, actor, ask.bidder, follows, ask.reason),
    )


def _out_of_turn(state: State, actor: str, ask: c.Conclude) -> Refuse | None:
    done = {one.step: one for one in standing_steps(state)}
    role = actor.partition(":")[0]
    if ask.step not in STEPS or (ask.bidder is None) == (ask.step == "defaulted"):
        return Refuse("NOT_ALLOWED")
    if ask.step == "defaulted":
        return _may_default(state, role, ask.bidder)
    if ask.step in done:
        return Refuse("STEP_DONE")
    if outcome(state) == "vacant" and exclusion_takes_two(state.document):
        return None if ask.step == "published" else _nobody_to(ask.step, state)
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


def _nobody_to(step: str, state: State) -> Refuse:
    out = sorted(barred(state))
    if step == "confirmed" and out:
        return Refuse("WINNER_EXCLUDED", {"bidder": out[0]})
    return Refuse("NOBODY_HOLDS")


def _may_default(state: State, role: str, bidder: str | None) -> Refuse | None:
    if role not in _APPROVERS:
        return Refuse("NOT_ALLOWED")
    if not any(one.step == "confirmed" for one in standing_steps(state)):
        return Refuse("STEP_TOO_EARLY")
    bound = {award.bidder for award in state.standing.awards}
    bound |= {one.follows for one in standing_steps(state) if one.follows is not None}
    gone = defaulted(state)
    if bidder in gone:
        return Refuse("STEP_DONE")
    return None if bidder in bound else Refuse("NO_SUCH_BIDDER")


def standing_steps(state: State) -> tuple[h.Concluded, ...]:
    """The steps about the result that stands: those after the last award of a next in line."""
    places = [n for n, one in enumerate(state.after) if one.step == REAWARDED]
    return state.after[places[-1] + 1 :] if places else state.after


def defaulted(state: State) -> frozenset[str]:
    """Who won or followed a winner, and did not take it."""
    return frozenset(one.bidder for one in state.after if one.step == "defaulted" and one.bidder)


def barred(state: State) -> frozenset[str]:
    """Winners whose admission was withdrawn, where the document has exclusions take two."""
    out = _holders(state).intersection(state.exclusions)
    return out if out and exclusion_takes_two(state.document) else frozenset()


def vacated(state: State) -> frozenset[str]:
    """Winners whose award no longer holds, though nobody has taken the place: in default, or barred."""
    return (defaulted(state) & _holders(state)) | barred(state)


def _holders(state: State) -> frozenset[str]:
    return frozenset(award.bidder for award in state.standing.awards)


def held_floor(state: State) -> Floor[Any]:
    """The floor with those awards alone that still hold, where some do and some fell through."""
    gone, awards = vacated(state), state.standing.awards
    lapses = [AwardLapsed(one.bidder, one.lot) for one in awards if one.bidder in gone]
    if not lapses or len(lapses) == len(awards):
        return state.floor()
    return state.floor().after(lapses, state.t)


def outcome(state: State) -> Outcome | None:
    """What the result is worth now; None before the end."""
    if state.ended is not None:
        return "voided" if state.ended == "voided" else "terminated"
    if state.status != "closed":
        return None
    if not state.standing.awards:
        return "unsold"
    if _holders(state) <= vacated(state):
        return "vacant"
    done = {one.step for one in standing_steps(state)}
    if "published" in done:
        return "published"
    return "confirmed" if "confirmed" in done else "provisional"


def fallen(state: State) -> tuple[Fallen, ...]:
    """Every sale that fell through: the defaults in order, then whoever won and is barred."""
    steps = zip(state.after, state.after_at, strict=True)
    return (
        *(
            Fallen("default", one.bidder or "", i, t, one.reason, one.follows)
            for one, (i, t) in steps
            if one.step == "defaulted"
        ),
        *(_out(state, bidder) for bidder in sorted(barred(state))),
    )


def _out(state: State, bidder: str) -> Fallen:
    told = state.exclusions[bidder]
    return Fallen("excluded", bidder, told.i, told.t, told.reason)


def reaward(state: State, actor: str, ask: c.Reaward, rule: Rule) -> Found:
    """The facts of the next in line being awarded in the winner's place, or why there are none."""
    if actor.partition(":")[0] not in _APPROVERS:
        return Refuse("NOT_ALLOWED")
    found = next_award(state, rule)
    if isinstance(found, Refuse):
        return found
    if found.bidder != ask.bidder:
        return Refuse("NOT_NEXT", {"bidder": found.bidder})
    (lapsed,) = state.standing.awards
    return (
        AwardLapsed(lapsed.bidder, lapsed.lot),
        LeadersChanged((found.bidder,), found.price),
        found,
        h.Concluded(REAWARDED, actor, found.bidder, None, ask.reason),
    )


def next_award(state: State, rule: Rule) -> Awarded | Refuse:
    """What the next in line would be awarded now, or why nobody is."""
    if state.status != "closed":
        return Refuse("NOT_CLOSED")
    if not policy_of(state.document).next_in_line:
        return Refuse("NEXT_NOT_IN_TERMS")
    if not vacated(state):
        return Refuse("NO_DEFAULT")
    return rule.next_award(state.floor(), defaulted(state).union(state.exclusions))


def successor(state: State, rule: Rule, bidder: str | None) -> str | None:
    """Who comes after a single winner by the rule's ranking; None where nobody does."""
    if len(state.standing.awards) != 1:
        # Several winners: who takes whose place is no matter of one ranking.
        return None
    winner = state.standing.awards[0].bidder
    gone = defaulted(state).union(state.exclusions, (winner, bidder))
    found = rule.next_award(state.floor(), frozenset(name for name in gone if name is not None))
    if isinstance(found, Awarded):
        return found.bidder
    names = (key.partition("/")[0] for key in rule.ranking(state.floor()))
    return next((name for name in names if name not in gone), None)
