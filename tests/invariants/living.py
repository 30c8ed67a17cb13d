"""Of how long things took: lost time given back, answers, takeovers, closes, viewers, tasks.

True times are known to whoever made the faults; where they are not, nothing is asked here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bidding.core import downtime
from bidding.core.state import State
from bidding.engine.pulse import INTERRUPTED
from bidding.testing import SECOND
from tests.invariants.held import channels
from tests.invariants.history import History, Span
from tests.invariants.record import steps

#: Lost time in a final window that need not be given back, and how late a close may be.
TOLERATED = 2 * SECOND
#: The house notes once a second that it is up: what it lost it knows to within that.
_GRAIN = 1 * SECOND
_SETTLED = 15 * SECOND
"""After the last fault: what was on its way is through."""
_TAKEOVER = 3 * SECOND
_BEHIND = 1 * SECOND
_RESUMED = 5 * SECOND
_EXACT = ("fallen", "stalled", "store down")
"""Outages in which surely nobody was served from their first instant on."""
_HOUSE = (downtime.RECOVERY, INTERRUPTED)
_TASKS_MAX = 40
"""Of one process with a handful of auctions when nothing is going on."""


def a_full_window(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """S6: of no window, as it stood when its time was up, were more than two seconds lost."""
    lost = _merged(history.outages)
    began, window = 0, 0
    for before, entry, after in steps(history):
        left = before.standing.stage is not None and after.standing.stage != before.standing.stage
        if window and (left or (after.standing.closed and not before.standing.closed)):
            until = min(window, entry["t"])
            gone = sum(max(0, min(stop, until) - max(start, began)) for start, stop in lost)
            if gone > TOLERATED + _GRAIN + 2 * history.skew:
                stage = before.standing.stage
                yield f"S6 {gone / SECOND:.1f} s of {stage} were lost and not given back"
        opened = after.standing.stage != before.standing.stage
        moved = after.standing.closes != before.standing.closes
        resumed = before.status == "suspended" and after.status == "running"
        if after.standing.closes is None:
            window = 0
        elif moved or resumed or opened:
            began, window = max(entry["t"], after.standing.opens or 0), after.standing.closes


def lost_seconds_are_given_back(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """S6: after an outage as much is left, at least, as when it began."""
    course = list(steps(history))
    slack = TOLERATED + _GRAIN + 2 * history.skew
    for span in history.outages:
        if span.why not in _EXACT or span.stop - span.start <= slack:
            continue
        then = next((after for _, _, after in reversed(course) if after.t <= span.start), None)
        if then is None or then.status != "running" or then.standing.closes is None:
            continue
        back = next((row for row in course if row[1]["t"] > span.start and _resumed(row)), None)
        if back is None or back[2].standing.stage != then.standing.stage:
            continue
        left = then.standing.closes - max(span.start, then.standing.opens or 0)
        given = (back[2].standing.closes or 0) - back[1]["t"]
        if given < left - slack:
            lost = (left - given) / SECOND
            yield f"S6 entry {back[1]['i']} gives {lost:.1f} s less than were left ({span.why})"


def _resumed(row: tuple[State, dict[str, Any], State]) -> bool:
    return row[0].suspended is not None and row[2].status == "running"


def it_ends_and_everybody_knows(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """L1, L3: once nothing breaks any more, everybody has an answer and the session its end."""
    for wish in history.wishes:
        if not wish.told and wish.wanted < history.ended - 15 * SECOND:
            yield f"L1 {wish.command.key} never had an answer"
    closes, closed, suspended = None, False, False
    for _, _, after in steps(history):
        closes, closed = after.standing.closes, after.standing.closed or after.ended is not None
        suspended = after.status == "suspended"
    if not closed and not suspended and (closes is None or closes + TOLERATED < history.ended):
        yield "L3 the session has not ended"


def a_process_is_there_soon(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """L2: where nothing else is wrong, a process serves three seconds after it was started."""
    for span in history.takeovers:
        if span.stop - span.start > _TAKEOVER:
            took = (span.stop - span.start) / SECOND
            yield f"L2 {span.why} took {took:.1f} s to serve"


def viewers_are_not_behind(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """L4: after the faults, whoever listens hears of an entry within a second."""
    if not history.healed:
        return
    calm, told = history.healed + _SETTLED, channels(history)
    for number, seen in enumerate(history.viewers):
        lines = told[seen.channel]
        for n, (index, _) in enumerate(lines, 1):
            t = entries[index]["t"]
            if n in seen.heard and t > calm and seen.heard[n] - t > _BEHIND + 2 * history.skew:
                late = (seen.heard[n] - t) / SECOND
                yield f"L4 viewer {number} heard of entry {index} {late:.1f} s later"
            here = seen.since is not None and seen.since < t
            if here and calm < t < history.ended - _SETTLED and n not in seen.lines:
                yield f"L4 viewer {number} was listening and never heard of entry {index}"


def it_goes_on_by_itself(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """L5: what ends by itself does within five seconds of the last fault, or is announced to.

    Where no process runs when the last fault is over, it counts from the start of the next one.
    """
    if not history.healed:
        return
    since, begun = 0, 0
    for before, entry, after in steps(history):
        stopped = after.suspended is not None and after.suspended.reason in _HOUSE
        if stopped and after.resuming is None and after.suspended is not None:
            same = before.suspended is not None and before.resuming is None
            since = since if same and since else entry["t"]
            begun = after.suspended.since
            continue
        if since:
            yield from _too_late(history, before, since, begun, entry["t"])
        since = 0
    if since:
        yield from _too_late(history, after, since, begun, history.ended)


def _too_late(history: History, state: State, since: int, begun: int, until: int) -> Iterator[str]:
    could = max(since, history.healed)
    # A fall before the last fault's end lasts as long as was drawn, whatever the house does.
    could = max([could, *(one.stop for one in history.gone if one.start <= could)])
    if until - could > _RESUMED + 2 * history.skew and not downtime.too_long(state, begun, could):
        yield f"L5 suspended from {since} on, and not resumed {(until - could) / SECOND:.1f} s later"


def no_task_is_lost(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """L6: no task ended with an error that nobody looked at, and none was left behind."""
    yield from (f"L6 {what}" for what in history.lost_tasks)
    if history.tasks_left > _TASKS_MAX:
        yield f"L6 {history.tasks_left} tasks were left when all was over"


def _merged(spans: list[Span]) -> list[tuple[int, int]]:
    """Overlapping outages count once."""
    merged: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda s: s.start):
        if merged and span.start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], span.stop)
        else:
            merged.append((span.start, span.stop))
    return merged


CHECKS = (
    a_full_window,
    lost_seconds_are_given_back,
    it_ends_and_everybody_knows,
    a_process_is_there_soon,
    viewers_are_not_behind,
    it_goes_on_by_itself,
    no_task_is_lost,
)
