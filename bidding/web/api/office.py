"""What one auction asks of the officer who looks at it: his acts of this stage, and how far they are."""

from typing import Any, Final

from auction_rules.facts import fact_to_json
from bidding.core import office, said
from bidding.core.house_facts import Proposed
from bidding.core.officers import TAKES_PROPOSAL, policy_of, same_person, takes_two
from bidding.core.views import unit_of
from bidding.web import wire
from bidding.web.rooms import Present
from bidding.web.routes import HOUSE, Answer, Call, Route

ROOM: Final = "office"


class AskedAct(Answer):
    """An act the stage waits for; `blocked` says why not from you, or not yet."""

    ask: str
    blocked: wire.Sentence | None


class ProposalLine(Answer):
    """An act that waits for another officer; `mine` when you proposed it yourself."""

    i: int
    act: str
    about: dict[str, Any]
    mine: bool
    text: wire.Sentence


class PolicyLine(Answer):
    """What the document lets officers do here. `extend_left`: seconds that may still be added."""

    extend_left: int
    surrogate: bool
    next_in_line: bool
    second: list[str]


class OfficeDetail(Answer):
    """`paddles`: those admitted. `to_score`: those to whom you have yet to give points.

    `reserves`: how many reserves are sealed and how many of them opened. `drawing`: how far a draw
    is; what others committed to or typed is not in it.
    """

    asked: list[AskedAct]
    paddles: list[str]
    to_score: list[str]
    reserves: dict[str, int]
    drawing: dict[str, Any] | None
    proposals: list[ProposalLine]
    policy: PolicyLine


async def detail(call: Call) -> dict[str, Any]:
    """What is asked of you now."""
    present = await Present.of(call.door, call.auction)
    state, rule, now = present.state, present.rule, call.door.clock.now()
    me = call.account.account
    asked = office.asked(state, rule, me, now)
    drawing = any(one.ask.startswith("draw") for one in asked)
    policy = policy_of(state.document)
    scoring = any(one.ask == "score" for one in asked)
    return {
        "asked": [{"ask": one.ask, "blocked": one.blocked} for one in asked],
        "paddles": sorted(name for name, one in state.people.items() if not one.excluded),
        "to_score": list(office.to_score(state, rule, me, now)) if scoring else [],
        "reserves": {
            "sealed": len(state.standing.reserves),
            "opened": len(state.standing.reserve_amounts),
        },
        "drawing": office.drawing(state) if drawing else None,
        "proposals": [_proposal(present, i, one, me) for i, one in state.proposals.items()],
        "policy": {
            "extend_left": max(0, policy.extend_seconds - state.given),
            "surrogate": policy.surrogate,
            "next_in_line": policy.next_in_line,
            # Of a resumption by how long it stands still now.
            "second": [act for act in TAKES_PROPOSAL if takes_two(state, act, now)],
        },
    }


def _proposal(present: Present, i: int, one: Proposed, me: str) -> dict[str, Any]:
    state = present.state
    return {
        "i": i,
        "act": one.act,
        "about": dict(one.about),
        "mine": same_person(one.by, f"staff:{me}"),
        "text": said.fact(fact_to_json(one), unit_of(state), present.rule, state),
    }


ROUTES: Final = (
    Route(
        "GET",
        "/api/auctions/{auction}/office",
        detail,
        ROOM,
        "本阶段待办",
        "What the stage asks of you",
        roles=HOUSE,
        answer=OfficeDetail,
    ),
)
