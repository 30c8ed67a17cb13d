"""Where every second of a session went: announced, running, suspended, or waiting to go on.

The stretches meet without a gap from the publication to the last entry, and each names the entry
that began it, so that time which was lost is explained by the record or does not exist. A record
that counts an offer in time which, by its own words, stood still, contradicts itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from auction_rules.facts import Instant
from auction_rules.says import both
from auction_rules.terms import Text
from bidding.core import said
from bidding.core.state import State
from replay.film import Film

_ANNOUNCED: Final = both("已公告，尚未开始", "announced")
_OVER: Final = both("已结束", "over")


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` to `stop`, microseconds; `i` is the entry that began it."""

    start: Instant
    stop: Instant
    i: int
    what: Text
    stands_still: bool


class Contradiction(Exception):
    """An entry that counts in time which stood still; `i` names it."""

    def __init__(self, i: int) -> None:
        super().__init__(i)
        self.i = i


def stretches(film: Film) -> tuple[Stretch, ...]:
    """All of them in order. Raises Contradiction."""
    found: list[Stretch] = []
    for start, i, state in _turns(film):
        while found and found[-1].start >= start:
            found.pop()  # it stood still already, as the record came to know later
        if found:
            last = found[-1]
            found[-1] = Stretch(last.start, start, last.i, last.what, last.stands_still)
        still = state.status == "suspended"
        found.append(Stretch(start, film.end.t, i, _told(film, state), still))
    consistent(film, found)
    return tuple(found)


def _turns(film: Film) -> Iterator[tuple[Instant, int, State]]:
    """When something else began, by which entry, and the state after it."""
    before: tuple[object, ...] | None = None
    for i in range(len(film)):
        state = film.state(i)
        what = (state.status, state.standing.stage, state.suspended, state.resuming)
        if what == before:
            continue
        stopped = state.suspended if state.status == "suspended" else None
        newly = stopped is not None and (before is None or before[2] is None)
        yield (stopped.since if newly and stopped is not None else state.t), i, state
        before = what


def _told(film: Film, state: State) -> Text:
    if state.status == "suspended" and state.suspended is not None:
        why = said.reason(state.suspended.reason)
        if state.resuming is not None:
            return both(f"中止，已公告恢复时间：{why['zh']}", f"going on is announced: {why['en']}")
        return both(f"中止：{why['zh']}", f"suspended: {why['en']}")
    if state.status == "announced":
        return _ANNOUNCED
    if state.status != "running":
        return _OVER
    if film.rule is None:
        stage = state.standing.stage or ""
        return both(stage, stage)
    titles = {stage.id: stage.title for stage in film.rule.programme(state.terms)}
    return titles[state.standing.stage or ""]


def consistent(film: Film, found: Sequence[Stretch]) -> None:
    """Raises Contradiction for an offer that counts while, by the record, time stood still."""
    for stretch in (one for one in found if one.stands_still):
        for i in range(1, len(film)):
            entry = film.entries[i]
            counts = entry["type"] in ("bid.accepted", "seal.accepted", "stay.accepted")
            if counts and stretch.start < entry["t"] < stretch.stop:
                raise Contradiction(i)


__all__ = ["Contradiction", "Stretch", "consistent", "stretches"]
