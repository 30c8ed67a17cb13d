"""How chance comes in, for whichever stage waits for it: by the source that the terms name.

Commit and reveal. Nobody's secret is shown before all have committed, or time to commit is over
and enough have; so nobody commits knowing another's. A commitment binds: who is late may still
show his secret, and it can only be the one he committed to. Where all are needed, withholding
one stops the draw and changes nothing; where fewer are, the last can choose between two results
(docs/decisions/0014). Who lets his time go by is named in the record either way.

A public figure and hand-drawn balls are typed by two officers. The second must type the very
same; until then the first may correct himself. What does not agree is refused, and stands in the
log as a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from auction_rules.contingency import given_back
from auction_rules.draw import drand_seed, joint_seed, secret_commitment
from auction_rules.draw_terms import Beacon, Draws, Source, draws_of
from auction_rules.facts import (
    DrawAbsent,
    DrawCommitted,
    DrawRevealed,
    DrawRound,
    DrawTyped,
    DrawWindow,
    FloorFact,
    Instant,
)
from auction_rules.floor import (
    Draw,
    DrawBalls,
    DrawCommit,
    DrawFigure,
    DrawReveal,
    Floor,
    OfficerAsk,
)
from auction_rules.rule import Accept, Judgement, Refuse
from auction_rules.terms import SECOND

_HEX: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_FIGURES: Final = {
    Beacon.DRAND_QUICKNET: re.compile(r"[0-9a-f]{96}", re.ASCII),
    Beacon.FIGURES: re.compile(r"[0-9]{1,64}", re.ASCII),
}
"""drand quicknet signs in 48 bytes; from the signature anybody gets the randomness, not back."""


@dataclass(frozen=True, slots=True)
class Entropy:
    """Takes in the chance for `what`; `found` says what comes of a seed, or of an order itself."""

    what: Callable[[Floor[Any]], str]
    found: Callable[[Floor[Any], str, tuple[str, ...]], tuple[FloorFact, ...]]

    def closes(self, floor: Floor[Any], now: Instant) -> Instant | None:
        """The end of the window with which it begins; None where nothing lapses."""
        draws = draws_of(floor.terms)
        return now + draws.commit_seconds * SECOND if draws.commit_seconds else None

    def open(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """Parties get their first window; the publication that counts is named before it is out."""
        draws, what = draws_of(floor.terms), self.what(floor)
        match draws.source:
            case Source.COMMIT_REVEAL:
                end = now + draws.commit_seconds * SECOND
                return (DrawWindow(what, "commit", now, end),)
            case Source.BEACON:
                return (DrawRound(what, *draws.round_after(now)),)
            case _:
                return ()

    def office(self, floor: Floor[Any], officer: str, ask: OfficerAsk, now: Instant) -> Judgement:
        """Only what the named source asks for."""
        match draws_of(floor.terms).source, ask:
            case Source.OFFICERS, Draw():
                return self._seed(floor, ask)
            case Source.COMMIT_REVEAL, DrawCommit():
                return self._commit(floor, officer, ask)
            case Source.COMMIT_REVEAL, DrawReveal():
                return self._reveal(floor, officer, ask, now)
            case Source.BEACON, DrawFigure():
                return self._figure(floor, officer, ask, now)
            case Source.BALLS, DrawBalls():
                return self._balls(floor, officer, ask)
            case _, Draw() | DrawCommit() | DrawReveal() | DrawFigure() | DrawBalls():
                return Refuse("OTHER_SOURCE")
            case _:
                return Refuse("NOT_BIDDABLE")

    def _seed(self, floor: Floor[Any], ask: Draw) -> Judgement:
        if not ask.seed.isascii() or not 1 <= len(ask.seed) <= 512 or "|" in ask.seed:
            return Refuse("BAD_SEED")
        return Accept(self.found(floor, ask.seed, ()))

    def _commit(self, floor: Floor[Any], officer: str, ask: DrawCommit) -> Judgement:
        chance = floor.standing.chance
        if officer not in {party.id for party in draws_of(floor.terms).parties}:
            return Refuse("NOT_A_PARTY")
        if officer in chance.commits:
            return Refuse("ALREADY_ANSWERED")
        if chance.revealing:
            return Refuse("COMMITS_CLOSED")
        if not _HEX.fullmatch(ask.commit):
            return Refuse("BAD_DRAW_COMMITMENT")
        return Accept((DrawCommitted(self.what(floor), officer, ask.commit),))

    def _reveal(self, floor: Floor[Any], officer: str, ask: DrawReveal, now: Instant) -> Judgement:
        chance, what, draws = floor.standing.chance, self.what(floor), draws_of(floor.terms)
        if officer not in {party.id for party in draws.parties}:
            return Refuse("NOT_A_PARTY")
        if not chance.revealing:
            # Shown now, it would tell whoever has not committed yet.
            return Refuse("REVEAL_TOO_EARLY")
        if officer not in chance.commits:
            return Refuse("NEVER_COMMITTED")
        if officer in chance.reveals:
            return Refuse("ALREADY_ANSWERED")
        committed = chance.commits[officer] == secret_commitment(what, officer, ask.secret)
        if not _HEX.fullmatch(ask.secret) or not committed:
            return Refuse("SECRET_DIFFERS")
        facts: tuple[FloorFact, ...] = (DrawRevealed(what, officer, ask.secret),)
        here = len(chance.reveals) + 1
        # Time is over: whoever makes up the number ends the waiting.
        waited = floor.standing.closes is None and here >= draws.quorum
        if here == len(chance.commits) or waited:
            after = floor.after(facts, now)
            facts += self.found(after, _joint(after, draws), ())
        return Accept(facts)

    def _figure(self, floor: Floor[Any], officer: str, ask: DrawFigure, now: Instant) -> Judgement:
        chance, beacon = floor.standing.chance, draws_of(floor.terms).beacon
        assert beacon is not None, "a beacon without a source"
        if chance.round is not None and ask.round < chance.round:
            return Refuse("ROUND_TOO_EARLY", {"round": chance.round})
        if ask.round != chance.round:
            return Refuse("OTHER_ROUND", {"round": chance.round})
        if now < chance.at:
            return Refuse("ROUND_NOT_OUT", {"round": chance.round})
        if not _FIGURES[beacon].fullmatch(ask.value):
            return Refuse("BAD_FIGURE")
        seed = drand_seed(ask.value) if beacon is Beacon.DRAND_QUICKNET else ask.value
        typed = DrawTyped(self.what(floor), officer, ask.round, (ask.value,))
        return self._second(floor, typed, seed, ())

    def _balls(self, floor: Floor[Any], officer: str, ask: DrawBalls) -> Judgement:
        if sorted(ask.order) != list(floor.standing.pool or ()):
            return Refuse("NOT_THE_POOL")
        typed = DrawTyped(self.what(floor), officer, None, ask.order)
        return self._second(floor, typed, "", ask.order)

    def _second(
        self, floor: Floor[Any], typed: DrawTyped, seed: str, order: tuple[str, ...]
    ) -> Judgement:
        """Two must have typed the same; alone, an officer may correct himself."""
        before = floor.standing.chance.typed
        others = [value for officer, value in before.items() if officer != typed.officer]
        if typed.value in others:
            return Accept((typed, *self.found(floor, seed, order)))
        if others:
            return Refuse("TYPED_DIFFERS")
        if before.get(typed.officer) == typed.value:
            return Refuse("ALREADY_ANSWERED")
        return Accept((typed,))

    def due(self, floor: Floor[Any]) -> Instant | None:
        """The end of the window that runs; at once when nobody is waited for in it any more."""
        draws, chance, closes = draws_of(floor.terms), floor.standing.chance, floor.standing.closes
        if draws.source is not Source.COMMIT_REVEAL or chance.revealing:
            return closes
        wanted = draws.quorum if closes is None else len(draws.parties)
        return 0 if len(chance.commits) >= wanted else closes

    def turn(self, floor: Floor[Any], now: Instant) -> tuple[FloorFact, ...]:
        """A window of committing and revealing is over; who let it go by is named."""
        draws, chance, what = draws_of(floor.terms), floor.standing.chance, self.what(floor)
        facts: tuple[FloorFact, ...] = ()
        if not chance.revealing:
            absent = _missing(draws, chance.commits)
            if absent and floor.standing.closes is not None:
                facts = (DrawAbsent(what, "commit", absent),)
            if len(chance.commits) >= draws.quorum:
                end = now + draws.reveal_seconds * SECOND
                facts += (DrawWindow(what, "reveal", now, end),)
            return facts
        silent = tuple(p for p in _missing(draws, chance.reveals) if p in chance.commits)
        facts = (DrawAbsent(what, "reveal", silent),)
        if len(chance.reveals) >= draws.quorum:
            facts += self.found(floor, _joint(floor, draws), ())
        return facts

    def resume(self, floor: Floor[Any], since: Instant, now: Instant) -> tuple[FloorFact, ...]:
        """A window gets back what the terms say; where none runs there is nothing to give."""
        draws = draws_of(floor.terms)
        revealing = floor.standing.chance.revealing
        seconds = draws.reveal_seconds if revealing else draws.commit_seconds
        return given_back(floor, seconds * SECOND, since, now)


def _missing(draws: Draws, there: Any) -> tuple[str, ...]:
    return tuple(party.id for party in draws.parties if party.id not in there)


def _joint(floor: Floor[Any], draws: Draws) -> str:
    reveals = floor.standing.chance.reveals
    return joint_seed((p.id, reveals[p.id]) for p in draws.parties if p.id in reveals)
