"""What officers and parties bring in for a draw in a generated play, from whichever source.

A party's secret is told by its name, so that it can be shown again; the figures and the balls are
what two officers would have read off. None of it is chance, and none of it needs to be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from auction_rules.conformance.chance import Chance
from auction_rules.draw import secret_commitment
from auction_rules.draw_terms import Beacon, Draws, Source, draws_of
from auction_rules.floor import (
    DrawAsk,
    DrawBalls,
    DrawCommit,
    DrawFigure,
    DrawReveal,
    Floor,
)

WHO: Final = ("O1", "O2", "O3")


def brought(floor: Floor[Any]) -> Iterator[tuple[str, DrawAsk]]:
    """Everything that could be owed to a draw now, by whom; nothing where a seed is typed in."""
    draws, chance = draws_of(floor.terms), floor.standing.chance
    match draws.source:
        case Source.COMMIT_REVEAL:
            for party in draws.parties:
                secret = _secret(party.id)
                yield party.id, DrawCommit(secret_commitment(chance.what or "", party.id, secret))
                yield party.id, DrawReveal(secret)
        case Source.BEACON if chance.round is not None:
            for officer in WHO[:2]:
                yield officer, DrawFigure(chance.round, _figure(draws))
        case Source.BALLS if floor.standing.pool:
            # The last name first: an order that no sorting gives.
            order = tuple(reversed(floor.standing.pool))
            for officer in WHO[:2]:
                yield officer, DrawBalls(order)
        case _:
            return


def guessed(floor: Floor[Any], chance: Chance) -> tuple[str, DrawAsk] | None:
    """Something that might be brought in, in time or not, right or not; None for a typed seed."""
    if draws_of(floor.terms).source is Source.OFFICERS:
        return None
    owed = (*brought(floor), ("O3", DrawBalls(("B1",))), ("O3", DrawReveal(_secret("O3"))))
    who, ask = chance.pick(owed)
    if chance.once_in(3):
        match ask:
            case DrawFigure():
                ask = DrawFigure(ask.round + 1 - chance.below(3), ask.value)
            case DrawBalls():
                ask = DrawBalls(tuple(reversed(ask.order)))
            case DrawReveal():
                ask = DrawReveal(_secret("another"))
            case DrawCommit():
                who = "O3"
    return who, ask


def _secret(party: str) -> str:
    return hashlib.sha256(party.encode()).hexdigest()


def _figure(draws: Draws) -> str:
    return "ab" * 48 if draws.beacon is Beacon.DRAND_QUICKNET else "0123456789"
