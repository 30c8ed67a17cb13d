"""What must hold of any session, whatever broke on its way: RELIABILITY section 2.

Checked on a `History`: the log as it was left, and what everybody asked, was told and saw. It
knows neither the engine nor how the faults were made, so runs with real processes share it.
Each check has the number of its invariant; an empty answer means that all hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import orjson

from bidding.core import views
from bidding.core.record import bind, rule_of
from bidding.core.state import State, evolve
from bidding.proof import canon
from bidding.proof.checkpoint import parse_body
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import open_note
from bidding.proof.receipt import parse_receipt
from bidding.testing import SECOND, FixedKeys
from replay.rejudge import rejudge
from tests.simulation.history import History, Span

#: Lost time in a final window that need not be given back, and how late a close may be.
TOLERATED = 2 * SECOND
#: The house notes once a second that it is up: what it lost it knows to within that.
_GRAIN = 1 * SECOND
_ANSWER_WITHIN = 5 * SECOND


def broken(history: History) -> list[str]:
    """Every invariant that does not hold, with what was seen instead."""
    entries: list[dict[str, Any]] = [orjson.loads(body) for body in history.bodies]
    found: list[str] = []
    for check in (
        _the_log_is_whole,
        _it_judges_again_to_the_same,
        _answers_are_the_logs,
        _times_are_true,
        _the_close_is_the_announced_one,
        _a_full_window,
        _what_viewers_saw,
        _receipts_hold,
        _it_ends_and_everybody_knows,
    ):
        found += [f"{check.__name__.strip('_')}: {what}" for what in check(history, entries)]
    return found


def _the_log_is_whole(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """S1, S12, S19: no gap, time and epoch never back, every entry under a signed root."""
    for (_, epoch), (first, later) in pairwise(history.writers):
        if later < epoch:
            yield f"S12 entry {first} is of epoch {later}, after one of epoch {epoch}"
    before = 0
    for index, entry in enumerate(entries):
        if entry["i"] != index:
            yield f"S1 entry {index} says it is {entry['i']}"
        if entry["t"] < before:
            yield f"S1 entry {index} is older than the one before it"
        before = entry["t"]
    key = FixedKeys().signer(history.origin).verifier
    tree = Tree()
    sizes = {}
    for note in history.notes:
        checkpoint = parse_body(open_note(note, [key]).text)
        sizes[checkpoint.size] = checkpoint.root
    for body in history.bodies:
        tree.append(leaf_hash(body))
        if tree.size in sizes and sizes.pop(tree.size) != tree.root():
            yield f"S1 the checkpoint over {tree.size} entries is of another tree"
    if sizes:
        yield f"S19 checkpoints over {sorted(sizes)} entries and only {len(entries)} are there"


def _it_judges_again_to_the_same(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """S4, S8, S10: the same rule asked again says the same, entry by entry."""
    found = rejudge(history.origin, entries).difference
    if found is not None:
        yield f"S10 entry {found.index}: {found.about}"


def _answers_are_the_logs(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """S2, S3, S11: told once and for all what the log says, and each wish has one effect."""
    by_key: dict[str, list[int]] = {}
    for entry in entries:
        if (key := entry.get("cmd")) is not None:
            by_key.setdefault(key, []).append(entry["i"])
    for key, where in by_key.items():
        if len(where) > 1:
            yield f"S2 {key} has the entries {where}"
    for wish in history.wishes:
        where = sorted(index for key in wish.keys for index in by_key.get(key, ()))
        if len(where) > 1 and len(wish.keys) > 1:
            yield f"S2 {wish.command.key} was wanted once and has the entries {where}"
        for told in wish.told:
            if told.index >= len(entries) or entries[told.index] != told.entry:
                yield f"S2 {wish.command.key} was told of entry {told.index}, which is not so"
    answered = sorted(
        ((w.told[0].at, w.told[0].index) for w in history.wishes if w.told), key=lambda a: a[0]
    )
    # What was answered before another was even wanted stands before it.
    highest, place = -1, 0
    for wish in sorted((w for w in history.wishes if w.told), key=lambda w: w.wanted):
        while place < len(answered) and answered[place][0] < wish.wanted:
            highest = max(highest, answered[place][1])
            place += 1
        if wish.told[0].index < highest:
            yield f"S11 {wish.command.key} stands before what was answered earlier"


def _times_are_true(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """S7: an entry bears the time at which its request reached a node, within the clocks' error."""
    for wish in history.wishes:
        for told in wish.told:
            off = min((abs(told.t - stamp) for stamp in wish.stamped), default=0)
            if off > 2 * history.skew + SECOND // 4:
                yield f"S7 {wish.command.key} bears a time {off / SECOND:.1f} s off"


def _the_close_is_the_announced_one(
    history: History, entries: list[dict[str, Any]]
) -> Iterator[str]:
    """S5, S21: one close, at the announced end, and nothing counts after it or while suspended."""
    closed_at: int | None = None
    for before, entry, after in _steps(history):
        accepted = entry["type"] == "bid.accepted"
        if accepted and before.status != "running":
            yield f"S21 entry {entry['i']} counts while the session is {before.status}"
        if accepted and before.standing.closes is not None and entry["t"] >= before.standing.closes:
            yield f"S5 entry {entry['i']} counts at or after the announced end"
        was, now = before.standing.closes, after.standing.closes
        same = before.standing.stage == after.standing.stage
        if same and was is not None and now is not None and now < was:
            yield f"S5 entry {entry['i']} moves the end to an earlier time"
        if after.standing.closed and not before.standing.closed:
            if closed_at is not None:
                yield f"S5 entry {entry['i']} closes a second time"
            closed_at = entry["t"]
            if before.standing.closes is not None and closed_at < before.standing.closes:
                yield f"S5 entry {entry['i']} closes before the announced end"


def _a_full_window(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """S6: of no window, as it stood when its time was up, were more than two seconds lost."""
    lost = _merged(history.outages)
    began, window = 0, 0
    for before, entry, after in _steps(history):
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


def _what_viewers_saw(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """S9: every viewer saw a gap-free part of the one public record, in order."""
    public: dict[int, bytes] = {}
    for before, entry, after in _steps(history):
        line = views.event(before, entry, after, rule_of(after), "public")
        if line is not None:
            numbered = {"n": len(public) + 1, **line}
            public[len(public) + 1] = orjson.dumps(numbered, option=orjson.OPT_SORT_KEYS)
    for number, seen in enumerate(history.viewers):
        yield from (f"S9 viewer {number}: {dispute}" for dispute in seen.disputes)
        for n, shown in seen.lines.items():
            if public.get(n) != shown:
                yield f"S9 viewer {number} was shown a line {n} that the log does not have"


def _receipts_hold(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """S18: what was proved to somebody once is in the record for ever."""
    key = FixedKeys().signer(history.origin).verifier
    tree = Tree()
    roots = {}
    for body in history.bodies:
        tree.append(leaf_hash(body))
        roots[tree.size] = tree.root()
    for index, text in history.receipts:
        receipt = parse_receipt(text)
        checkpoint = parse_body(open_note(receipt.checkpoint, [key]).text)
        if roots.get(checkpoint.size) != checkpoint.root:
            yield f"S18 a receipt's checkpoint over {checkpoint.size} entries is of another record"
        if index >= len(history.bodies) or receipt.entry != history.bodies[index]:
            yield f"S18 the receipt of entry {index} is of another entry"


def _it_ends_and_everybody_knows(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """L1, L3: once nothing breaks any more, everybody has an answer and the session its end."""
    for wish in history.wishes:
        if not wish.told and wish.wanted < history.ended - 15 * SECOND:
            yield f"L1 {wish.command.key} never had an answer"
    closes, closed, suspended = None, False, False
    for _, _, after in _steps(history):
        closes, closed = after.standing.closes, after.standing.closed or after.ended is not None
        suspended = after.status == "suspended"
    if not closed and not suspended and (closes is None or closes + TOLERATED < history.ended):
        yield "L3 the session has not ended"


def _steps(history: History) -> Iterator[tuple[State, dict[str, Any], State]]:
    state = State(history.origin)
    for body in history.bodies:
        entry: Any = canon.decode(body)
        after = evolve(state, entry)
        if state.index == 0:
            after = bind(after, rule_of(after))
        yield state, entry, after
        state = after


def _merged(spans: list[Span]) -> list[tuple[int, int]]:
    """Overlapping outages count once."""
    merged: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda s: s.start):
        if merged and span.start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], span.stop)
        else:
            merged.append((span.start, span.stop))
    return merged
