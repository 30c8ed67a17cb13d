"""The conformance kit: what every rule owes the house, for whoever writes one.

    from auction_rules.conformance import PROPERTIES, check

    @pytest.mark.parametrize("name", PROPERTIES)
    def test_my_rule(name):
        assert check(RULE, only=name) == []

What it is: generated plays, the same on every machine, and properties over them; it needs no
library and no server. One property, `hash_order`, starts two more Pythons. Beside it stands a lint
over a package, `auction_rules.conformance.sources`. What it is not: a proof, or a test of what the rule is for. That a price
is the right price, only scenarios with expected answers can say.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from pydantic import ValidationError

from auction_rules.conformance.announced import OF_WHAT_WAS_ANNOUNCED
from auction_rules.conformance.course import course
from auction_rules.conformance.hash_seeds import hash_order
from auction_rules.conformance.play import Play
from auction_rules.conformance.probes import OF_A_PROBE
from auction_rules.conformance.properties import OF_A_PLAY, config
from auction_rules.conformance.variations import variations

PLAYS: Final = 24
"""Plays for one set of terms."""
PLAYS_VARIED: Final = 8
"""Plays for each variation of the example: enough that somebody wins in one of them."""

_PLAYED: Final = ("answers", "termination", "no_endless_waking")
_JUDGES: Final = {**OF_A_PLAY, **OF_WHAT_WAS_ANNOUNCED, **OF_A_PROBE}
PROPERTIES: Final[tuple[str, ...]] = ("config", *_PLAYED, *_JUDGES, "hash_order")
"""Names of all properties, in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A property that does not hold: in which play, what is wrong, and the acts that led there."""

    property: str
    play: str
    wrong: str
    story: tuple[str, ...] = ()

    def __str__(self) -> str:
        """For people."""
        return f"{self.property} in play {self.play}: {self.wrong}"


def check(
    rule: Any,
    terms: Mapping[str, Any] | None = None,
    *,
    only: str | None = None,
    many: int = PLAYS,
) -> list[Failure]:
    """Every property that does not hold for a `Rule` under these terms and no others.

    Without `terms` its example is played, and then the `variations` of it. `only` names one
    property of PROPERTIES (KeyError for another name); `many` is the number of plays. One failure
    a property is told: the first one found.
    """
    names = PROPERTIES if only is None else (PROPERTIES[_index(only)],)
    data = dict(rule.example if terms is None else terms)
    try:
        wrong = config(rule, data)
    except ValidationError as invalid:
        return [Failure("config", "-", f"the terms are not valid: {invalid}")]
    found = [Failure("config", "-", wrong)] if wrong and "config" in names else []
    written = json.dumps(data, ensure_ascii=False)
    plays = _plays(rule, written, many)
    jobs = [(rule, data, many)]
    if terms is None and all(play.broken is None for play in plays):
        plays += _varied(rule, written, min(many, PLAYS_VARIED))
        jobs += [(rule, varied, 1) for _, varied in variations(rule, data)]
    for name in names:
        failure = next((f for play in plays if (f := _held(name, play))), None)
        if failure is not None and failure.property not in {f.property for f in found}:
            found.append(failure)
    if "hash_order" in names and (wrong := next(filter(None, hash_order(jobs)), None)):
        found.append(Failure("hash_order", "-", wrong))
    return found


def _index(name: str) -> int:
    if name not in PROPERTIES:
        raise KeyError(name)
    return PROPERTIES.index(name)


@lru_cache(maxsize=64)
def _plays(rule: Any, data: str, many: int) -> tuple[Play, ...]:
    played: list[Play] = []
    for number in range(many):
        played.append(course(rule, json.loads(data), str(number)))
        # A rule that cannot be played to its end is wrong already, and slow.
        if played[-1].broken is not None:
            break
    return tuple(played)


@lru_cache(maxsize=64)
def _varied(rule: Any, data: str, many: int) -> tuple[Play, ...]:
    played: list[Play] = []
    for told, varied in variations(rule, json.loads(data)):
        for number in range(many):
            play = course(rule, varied, str(number))
            play.name = f"{number} with {told}"
            played.append(play)
            if play.broken is not None:
                return tuple(played)
    return tuple(played)


def _held(name: str, play: Play) -> Failure | None:
    if play.broken is not None and play.broken.of == name:
        return _failed(name, play, play.broken.told)
    judge = _JUDGES.get(name)
    if judge is None:
        return None
    try:
        # A play that broke off is judged as far as it went.
        wrong = judge(play)
    except Exception as raised:  # noqa: BLE001 -- any exception of any rule is the finding
        # What a property asks is what anybody could ask: it deserves an answer.
        return _failed("answers", play, f"{name}: {type(raised).__name__}: {raised}")
    return _failed(name, play, wrong) if wrong else None


def _failed(name: str, play: Play, wrong: str) -> Failure:
    return Failure(name, play.name, wrong, tuple(step.act.line() for step in play.steps))


__all__ = ["PLAYS", "PROPERTIES", "Failure", "check"]
