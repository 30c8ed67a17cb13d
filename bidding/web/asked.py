"""What an auction asks of one bidder next: apply, pay, enrol a key, practise, check, bid, confirm.

Pure: what the house knows of him in, his list of steps out. What he may do in a running stage is
told by the rule's own `actions`; this module only puts the steps in their order and says until
when each of them can be taken. What it is not: a gate. Nobody is kept out for not practising.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from bidding.core.state import OVER

Name: TypeAlias = Literal[
    "apply", "admission", "pay", "enrol", "practise", "check", "act", "wait", "result"
]
Standing: TypeAlias = Literal["done", "now", "waiting", "later", "missed"]
"""`now` is his to do, `waiting` the house's or the clock's; `missed` cannot be done any more."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step, and the instant (microseconds) until which it can be taken, if there is one."""

    step: Name
    state: Standing
    by: int | None = None
    #: With `act`: what the rule asks, as in his panel's `actions.ask`.
    ask: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """What the house knows of a bidder in one auction. `panel` is his own, once he is admitted."""

    status: str
    applied: bool
    panel: Mapping[str, Any] | None
    prepared: AbstractSet[str]
    opens: int | None
    closes: int | None
    pay_by: int | None
    now: int
    #: What the document asks of everybody, in fen; known before anybody applies.
    deposit: int = 0
    declined: bool = False
    """His application was declined; he may ask again as long as anybody may."""


def steps(place: Place) -> list[Step]:
    """All steps in their order; what he does in a stage and the result come last."""
    panel, before = place.panel, place.status == "announced"
    begins = place.opens if before else None
    # Whoever was declined is not sent to ask again for what he could not pay for in time.
    until = place.pay_by if place.declined and place.deposit else None
    found = [
        Step("apply", "done" if _waits(place) else _open(place, until), place.pay_by or begins),
        Step("admission", _admission(place), begins),
    ]
    admitted = panel is not None and panel["admitted"]
    if panel is not None and panel["deposit"]["required"] > 0:
        paid = "done" if panel["deposit"]["ok"] else _open(place, place.pay_by)
        found.append(Step("pay", paid, place.pay_by or begins))
    elif panel is None and place.deposit > 0:
        found.append(Step("pay", "later", place.pay_by or begins))
    for name, done in (
        ("enrol", bool(panel and panel["keys"])),
        ("practise", "practised" in place.prepared),
        ("check", "checked" in place.prepared),
    ):
        # Nobody is told that he missed what he could do without.
        can = admitted and place.status not in OVER
        state: Standing = "done" if done else "now" if can else "later"
        found.append(Step(name, state, begins))  # type: ignore[arg-type]
    found.append(_act(place) if admitted else Step("act", "later", place.opens))
    found.append(Step("result", "now" if place.status in OVER else "later"))
    return found


def next_step(place: Place) -> Step | None:
    """The one thing to do now. A running stage comes before any preparation for it."""
    listed = steps(place)
    act, result = listed[-2:]
    if place.status in OVER:
        return result if _waits(place) else None
    if act.state == "now":
        return act
    his = [one for one in listed if one.state in ("now", "missed")]
    if place.status in ("running", "suspended"):
        # Too late to practise; what still bars him comes first.
        his = [one for one in his if one.step in ("apply", "admission", "pay")]
    return next(iter(his), None) or next((one for one in listed if one.state == "waiting"), act)


def _waits(place: Place) -> bool:
    return place.applied and not place.declined


def _open(place: Place, until: int | None) -> Standing:
    if place.status in OVER or (until is not None and place.now >= until):
        return "missed"
    return "now"


def _admission(place: Place) -> Standing:
    if place.panel is not None:
        return "done" if place.panel["admitted"] else "missed"
    if place.status in OVER:
        return "missed"
    return "waiting" if _waits(place) else "later"


def _act(place: Place) -> Step:
    assert place.panel is not None
    actions = place.panel["actions"]
    if place.status in OVER:
        return Step("act", "done")
    if place.status == "suspended":
        # When it goes on is not known yet, and nothing can be done meanwhile.
        return Step("wait", "waiting")
    if place.status != "running":
        return Step("act", "later", place.opens)
    idle = actions["blocked"] is not None or actions["ask"] is None
    if idle or place.panel["state"] in ("leading", "in", "quoted", "answered"):
        return Step("wait", "waiting", place.closes)
    return Step("act", "now", place.closes, actions["ask"])


__all__ = ["Place", "Step", "next_step", "steps"]
