"""What was announced holds: a window ends when it was said to, and every number is whole.

The instant at which something happens by itself is the rule's own word (`due`); the end that
people were told is a fact (`closes`). Here the one is held to the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import MappingProxyType
from typing import Any, Final

from auction_rules.conformance.play import Play, Step
from auction_rules.facts import Awarded, Closed, RoundOpened, StageClosed, StageOpened, Unsold
from auction_rules.rule import Accept, Rule

Finding = str | None
_ENDS: Final = (StageOpened, StageClosed, RoundOpened, Awarded, Unsold, Closed)
"""Facts with which a window is over."""
_PLAIN: Final = (int, str, bool, type(None))


def window_kept(play: Play) -> Finding:
    """A window ends at its announced end: never later, and earlier only when nobody waits in it.

    What is due inside a window (a broadcast) ends nothing. An end at once is due at 0, and by
    then there is nobody to whom `actions` offers anything: no window is cut off under a bidder.
    """
    for step in play.steps:
        if finding := _too_late(play.rule, step) or _too_early(play.rule, step):
            return f"{step.act.line()}: {finding}"
    return None


def _too_late(rule: Rule, step: Step) -> Finding:
    standing = step.after.standing
    closes = standing.closes
    if standing.stage is None or standing.closed or closes is None:
        return None
    due = rule.due(step.after)
    if due is None or due > closes:
        return f"the window ends at {closes}, and what comes next is due at {due}"
    return None


def _too_early(rule: Rule, step: Step) -> Finding:
    standing, now = step.before.standing, step.act.now
    closes = standing.closes
    if standing.stage is None or closes is None or now >= closes:
        return None
    if not isinstance(step.answer, Accept):
        return None
    # A round that is opened again after a suspension has not ended.
    same = [isinstance(f, RoundOpened) and f.number == standing.round for f in step.answer.facts]
    ends = [isinstance(fact, _ENDS) for fact in step.answer.facts]
    if not any(end and not again for end, again in zip(ends, same, strict=True)):
        return None
    if step.act.role != "bell" or rule.due(step.before) != 0:
        return f"the window was to end at {closes}, and ended before"
    for bidder in step.before.entrants:
        actions = rule.actions(step.before, bidder, max(now, standing.opens))
        if actions.ask is not None and actions.blocked is None:
            return f"the window was to end at {closes}; it ended when {bidder} could still act"
    return None


def whole_numbers(play: Play) -> Finding:
    """Every number in a fact or a refusal, and every number told, is an int, as a log keeps it."""
    for path, value in _odd(play.first.standing, "the opening"):
        return f"{path} is {value!r}, a {type(value).__name__}"
    for step in play.steps:
        for path, value in _odd(step.answer, ""):
            return f"{step.act.line()}: {path[1:]} is {value!r}, a {type(value).__name__}"
        for path, value in _odd_told(play.rule, step):
            return f"after {step.act.line()}: {path} is {value!r}, a {type(value).__name__}"
    return None


def _odd_told(rule: Rule, step: Step) -> Iterator[tuple[str, Any]]:
    floor = step.after
    yield from _odd(rule.due(floor), "due")
    yield from _odd(rule.least(floor), "least")
    yield from _odd(rule.settlement(floor), "the settlement")
    for bidder in floor.entrants:
        yield from _odd(rule.actions(floor, bidder, step.act.now), f"actions of {bidder}")


def _odd(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """What a log cannot keep as it is, all levels down, and where it stands."""
    if type(value) in _PLAIN:
        return
    if is_dataclass(value):
        for field in fields(value):
            part = getattr(value, field.name)
            if type(part) not in _PLAIN:  # asked here too: nearly every part is plain
                yield from _odd(part, f"{path}.{field.name}")
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _odd(key, f"{path}: a key")
            yield from _odd(part, f"{path}.{key}")
    elif isinstance(value, list | tuple | set | frozenset):
        for number, part in enumerate(value):
            yield from _odd(part, f"{path}.{number}")
    else:
        yield path, value


OF_WHAT_WAS_ANNOUNCED: Final[Mapping[str, Any]] = MappingProxyType(
    {"window_kept": window_kept, "whole_numbers": whole_numbers}
)
