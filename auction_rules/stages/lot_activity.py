"""Who may still take part in rounds over several lots, and how far: eligibility and activity.

A lot is worth points. Who was active on less than the share of his eligibility that the phase
asks for keeps, from the next round on, what that activity entitles him to: activity × 10,000 ÷
share, rounded down; unless a waiver is used for him. Eligibility never grows. A waiver is used
because the bidder says so in the round (proactive; MECHANISMS M15), or, where the terms have it,
because he would otherwise lose points (automatic). Who leaves keeps the points of the lots he is
active on and no waiver.

A later phase asks for more. It begins with the round the terms name, or earlier: after a round in
which nothing happened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from auction_rules.facts import FloorFact, Noted
from auction_rules.floor import Floor
from auction_rules.rule import Refuse

_WHOLE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Phase:
    """From this round on, at the latest, this share of the eligibility, in basis points."""

    from_round: int
    share: int


@dataclass(frozen=True, slots=True)
class Activity:
    """What bidders begin with and what is asked of them; at least one phase."""

    first: int
    """The eligibility with which everybody begins, in points."""
    phases: tuple[Phase, ...]
    waivers: int = 0
    automatic: bool = False
    """Whether a waiver is used for who would otherwise lose points."""

    def eligible(self, floor: Floor[Any], bidder: str) -> int:
        """The points this bidder may still be active on."""
        kept = floor.standing.notes.get(f"eligibility {bidder}", self.first)
        assert isinstance(kept, int)
        return kept

    def waivers_left(self, floor: Floor[Any], bidder: str) -> int:
        """How many waivers he has not used yet."""
        left = floor.standing.notes.get(f"waivers {bidder}", self.waivers)
        assert isinstance(left, int)
        return left

    def waived(self, floor: Floor[Any], bidder: str) -> bool:
        """Whether he waives the round that is open."""
        return floor.standing.notes.get(f"waived {bidder}") == floor.standing.round

    def out(self, floor: Floor[Any], bidder: str) -> bool:
        """Whether he has left."""
        return floor.standing.notes.get(f"out {bidder}") is True

    def refused(self, floor: Floor[Any], bidder: str) -> Refuse | None:
        """Why he may not act at all in this round; None when he may."""
        if self.out(floor, bidder) or not self.eligible(floor, bidder):
            return Refuse("NO_RIGHT_IN_PHASE")
        return Refuse("ALREADY_ANSWERED") if self.waived(floor, bidder) else None

    def waiver_refused(self, floor: Floor[Any], bidder: str) -> Refuse | None:
        """Why he may not waive this round; that he has offered in it is not seen here."""
        if refused := self.refused(floor, bidder):
            return refused
        return None if self.waivers_left(floor, bidder) else Refuse("NO_WAIVER_LEFT")

    def phase(self, floor: Floor[Any]) -> int:
        """The number of the phase, from 1."""
        number = floor.standing.notes.get("phase", 1)
        assert isinstance(number, int)
        return number

    def last_phase(self, floor: Floor[Any]) -> bool:
        """Whether no phase comes after this one."""
        return self.phase(floor) == len(self.phases)

    def onward(self, floor: Floor[Any], following: int, *, quiet: bool) -> tuple[FloorFact, ...]:
        """The phase in which the round of this number begins, where it is another one."""
        now = self.phase(floor)
        called = sum(phase.from_round <= following for phase in self.phases)
        after = max(called, min(now + quiet, len(self.phases)), now)
        return (Noted("phase", after),) if after != now else ()

    def kept(self, floor: Floor[Any], active: Callable[[str], int]) -> tuple[FloorFact, ...]:
        """What everybody keeps of his eligibility and of his waivers after the round."""
        share, facts = self.phases[self.phase(floor) - 1].share, list[FloorFact]()
        for bidder in sorted(floor.entrants):
            had, used = self.eligible(floor, bidder), active(bidder)
            left, short = self.waivers_left(floor, bidder), used * _WHOLE < had * share
            if self.out(floor, bidder):
                facts += [Noted(f"eligibility {bidder}", used)] if used < had else []
            elif self.waived(floor, bidder) or (short and self.automatic and left):
                facts.append(Noted(f"waivers {bidder}", left - 1))
            elif short:
                facts.append(Noted(f"eligibility {bidder}", used * _WHOLE // share))
        return tuple(facts)
