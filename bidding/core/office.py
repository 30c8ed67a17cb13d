"""What the open stage asks of an officer, found by asking its rule.

Each kind of officer's act is tried with something nobody could mean; the reason it is refused
with tells whether the stage waits for that act at all, and whether from this officer. So the
answer comes from the same functions that will judge the real act, for rules of others too.
Nothing is changed and nothing recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from auction_rules.draw_terms import draws_of
from auction_rules.facts import Instant
from auction_rules.floor import (
    Draw,
    DrawBalls,
    DrawCommit,
    DrawFigure,
    DrawReveal,
    OfficerAsk,
    OpenReserve,
    Score,
    SealReserve,
    TrusteeKey,
    Withdraw,
)
from auction_rules.reasons import why_not
from auction_rules.rule import Refuse, Rule
from auction_rules.terms import Text
from bidding.core.commands import kind_of
from bidding.core.state import State

_ELSEWHERE: Final = frozenset({"NOT_BIDDABLE", "OTHER_SOURCE", "OUTSIDE_WINDOW", "COMMITS_CLOSED"})
"""The stage does not wait for such an act."""

_NOT_NOW: Final = frozenset(
    {
        "NOT_A_PARTY",
        "NOT_ALLOWED",
        "NEVER_COMMITTED",
        "REVEAL_TOO_EARLY",
        "ROUND_NOT_OUT",
        "ALREADY_ANSWERED",
        "ALREADY_QUOTED",
    }
)
"""It does, and not from this officer, or not yet, or no longer."""

_NO_POINTS: Final = -(2**53)


@dataclass(frozen=True, slots=True)
class Asked:
    """An act the stage waits for; `blocked` says why not from this officer now."""

    ask: str
    blocked: Text | None


def asked(state: State, rule: Rule, officer: str, now: Instant) -> tuple[Asked, ...]:
    """What the stage waits for at `now` (microseconds); nothing while the session stands still."""
    if state.status != "running":
        return ()
    found = []
    for probe in _probes(state):
        reason = _refused(state, rule, officer, probe, now)
        if reason not in _ELSEWHERE:
            blocked = why_not(reason, {"round": state.standing.chance.round}, None)
            found.append(Asked(kind_of(probe), blocked if reason in _NOT_NOW else None))
    return tuple(found)


def _probes(state: State) -> tuple[OfficerAsk, ...]:
    """Of each kind one that no rule can accept: empty, or of nobody."""
    number = state.standing.chance.round or 0
    return (
        Draw(""),
        DrawCommit(""),
        DrawReveal(""),
        DrawFigure(number, ""),
        DrawBalls(()),
        SealReserve(""),
        OpenReserve(-1, ""),
        Score("", _NO_POINTS),
        Withdraw("", ""),
        TrusteeKey("", ""),
    )


def _refused(state: State, rule: Rule, officer: str, probe: OfficerAsk, now: Instant) -> str:
    judged = rule.office(state.floor(), officer, probe, now)
    assert isinstance(judged, Refuse), f"{rule.name} accepts an empty {kind_of(probe)}"
    return judged.reason


def to_score(state: State, rule: Rule, officer: str, now: Instant) -> tuple[str, ...]:
    """The bidders to whom this officer has yet to give points."""
    probes = ((name, Score(name, _NO_POINTS)) for name in sorted(state.people))
    return tuple(
        name
        for name, probe in probes
        if _refused(state, rule, officer, probe, now) == "POINTS_OUT_OF_RANGE"
    )


def drawing(state: State) -> dict[str, Any]:
    """How far a draw is, for those who bring in its chance; never what was typed or committed."""
    chance, pool = state.standing.chance, state.standing.pool
    draws = draws_of(state.terms)
    return {
        "what": chance.what,
        "source": str(draws.source.value),
        "pool": list(pool or ()),
        "order": list(state.standing.order),
        "parties": [
            {
                "id": party.id,
                "title": {"zh": party.zh, "en": party.en},
                "committed": party.id in chance.commits,
                "revealed": party.id in chance.reveals,
            }
            for party in draws.parties
        ],
        "needed": draws.quorum,
        "revealing": chance.revealing,
        "beacon": None if draws.beacon is None else str(draws.beacon.value),
        "figures": {"zh": draws.figures_zh, "en": draws.figures_en},
        "round": chance.round,
        "at": chance.at if chance.round is not None else None,
        "typed": len(chance.typed),
    }
