"""Whether a bidder may act at all: admission, deposit and the state of the session (DOMAIN §9)."""

from __future__ import annotations

from auction_rules.rule import Refuse
from bidding.core.state import State


def may_act(state: State, bidder: str | None) -> Refuse | None:
    """Why this bidder may not act at all now; None when he may."""
    person = state.people.get(bidder or "")
    if person is None:
        return Refuse("NOT_QUALIFIED")
    if person.excluded:
        return Refuse("EXCLUDED")
    if not person.deposit_ok:
        return Refuse("DEPOSIT_NOT_CONFIRMED")
    if state.status == "suspended":
        return Refuse("SUSPENDED")
    if state.status == "closed":
        # The bell has rung first; whoever comes then is late, whatever the floor is by now.
        return Refuse("AFTER_DEADLINE")
    return None if state.status == "running" else Refuse("NOT_BIDDABLE")
