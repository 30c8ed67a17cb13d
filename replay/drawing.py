"""Chance in a play: what parties and officers bring in for a draw.

A play writes a secret as a word; the secret itself is its SHA-256, so that commitments are the
same in every run. It protects nothing: a party's own secret comes from its own chance.
"""

from __future__ import annotations

import hashlib

from auction_rules.draw import secret_commitment
from auction_rules.floor import DrawAsk, DrawBalls, DrawCommit, DrawFigure, DrawReveal
from replay.scenario import Secret, Step


def brought(step: Step, what: str | None) -> tuple[str, DrawAsk]:
    """Which officer brings what; `what` is drawn for where parties are asked for secrets."""
    if (given := step.draw_commit) is not None:
        if given.raw:
            return given.party, DrawCommit(given.secret)
        return given.party, DrawCommit(secret_commitment(what or "", given.party, _secret(given)))
    if (given := step.draw_reveal) is not None:
        return given.party, DrawReveal(_secret(given))
    if step.draw_figure is not None:
        return step.draw_figure.officer, DrawFigure(step.draw_figure.round, step.draw_figure.value)
    assert step.draw_balls is not None, "nothing is brought in"
    return step.draw_balls.officer, DrawBalls(tuple(step.draw_balls.order))


def _secret(given: Secret) -> str:
    return given.secret if given.raw else hashlib.sha256(given.secret.encode()).hexdigest()
