"""Of what people hold: answers, lines, rooms and receipts, against the log as it was left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson

from bidding.core import views
from bidding.core.record import rule_of
from bidding.proof.checkpoint import parse_body
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import open_note
from bidding.proof.receipt import parse_receipt
from bidding.testing import SECOND
from tests.invariants.history import Held, History
from tests.invariants.record import steps

#: So long before the end, at most, a door holds what it was asked: then it gives it back.
_HOLDS = 5 * SECOND

Line = tuple[int, bytes]
"""The index of the entry that a line shows, and its bytes."""


def answers_are_the_logs(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
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


def times_are_true(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """S7: an entry bears the time at which its request reached a node, within the clocks' error."""
    for wish in history.wishes:
        for told in wish.told:
            at = told.entry.get("data", {}).get("received", told.t)  # of the door that took it
            off = min((abs(at - stamp) for stamp in wish.stamped), default=0)
            if off > 2 * history.skew + SECOND // 4:
                yield f"S7 {wish.command.key} bears a time {off / SECOND:.1f} s off"


def in_time_is_in_time(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """S5: what a door in order had before the end, and did not give back, is decided before it."""
    for before, entry, after in steps(history):
        end = before.standing.closes
        if end is None or not after.standing.closed or before.standing.closed:
            continue
        for wish in history.wishes:
            late = wish.told and wish.told[0].index > entry["i"]
            if late and any(_kept(history, held, end) for held in wish.held):
                yield f"S5 {wish.command.key} was in time and is decided after the close"


def _kept(history: History, held: Held, end: int) -> bool:
    """Whether a door had it in time, and neither gave it back nor was out of order."""
    in_time = end - _HOLDS < held.since < end - 2 * history.skew
    ailed = any(
        one.why == held.door and one.start < end + _HOLDS and one.stop > held.since
        for one in history.ailing
    )
    return in_time and not ailed and not 0 < held.until < end


def what_viewers_saw(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """S9, S14: every viewer saw a gap-free part of the one record of his channel, in order.

    The record of a channel is what `core.views` lets its audience see: a line that somebody may not
    see is in no channel of his, and a line with a field too many is another line.
    """
    told = channels(history)
    for number, seen in enumerate(history.viewers):
        whole = told[seen.channel]
        yield from (f"S9 viewer {number}: {dispute}" for dispute in seen.disputes)
        for n, shown in seen.lines.items():
            if n > len(whole) or whole[n - 1][1] != shown:
                yield f"S9 viewer {number} was shown a line {n} that the log does not have"


def what_is_sealed_is_seen_by_nobody(
    history: History, entries: list[dict[str, Any]]
) -> Iterator[str]:
    """S13: no sealed amount stands in anything that anybody else was sent before the opening."""
    secrets = list(_secrets(history))
    if not secrets:
        return
    told = channels(history)
    for number, seen in enumerate(history.viewers):
        lines = told[seen.channel]
        # What he offered himself, or was told that he may: the same figure by chance.
        pairs = zip(entries, history.bodies, strict=True)
        own = b"\n".join(body for entry, body in pairs if entry["actor"] == seen.channel)
        sent = [(n, text) for n, text in seen.lines.items() if n <= len(lines)]
        for n, text in (*sent, *seen.rooms):
            at = lines[n - 1][0] if n else 0
            for amount, owner, opened in secrets:
                hidden = at < opened and seen.channel != owner and _names(text, amount)
                if hidden and not _names(own, amount):
                    yield f"S13 viewer {number} ({seen.channel}) was shown {amount} of {owner}"


def _secrets(history: History) -> Iterator[tuple[int, str, int]]:
    """Amount, owner, and the entry that opened it; the terms' own figures are no secret."""
    waiting: list[tuple[int, str]] = []
    plain = history.bodies[0]
    for before, entry, after in steps(history):
        sealed = before.index and rule_of(before).disclosure(before.floor()).sealed
        if sealed and entry["type"] == "bid.accepted":
            amount = entry["data"]["ask"]["amount"]
            if not _names(plain, amount):
                waiting.append((amount, entry["actor"]))
        if waiting and not rule_of(after).disclosure(after.floor()).sealed:
            yield from ((amount, owner, entry["i"]) for amount, owner in waiting)
            waiting = []
    yield from ((amount, owner, len(history.bodies)) for amount, owner in waiting)


def _names(text: bytes, amount: int) -> bool:
    return re.search(rb"(?<![0-9])%d(?![0-9])" % amount, text) is not None


def channels(history: History) -> dict[str, list[Line]]:
    """Of each channel that anybody watched all lines, as the log has them."""
    return {n: channel(history, n) for n in sorted({seen.channel for seen in history.viewers})}


def channel(history: History, name: str) -> list[Line]:
    """All lines of one channel, as the log has them."""
    lines: list[Line] = []
    for before, entry, after in steps(history):
        line = views.event(before, entry, after, rule_of(after), name)
        if line is not None:
            numbered = {"n": len(lines) + 1, **line}
            lines.append((entry["i"], orjson.dumps(numbered, option=orjson.OPT_SORT_KEYS)))
    return lines


def receipts_hold(history: History, entries: list[dict[str, Any]]) -> Iterator[str]:
    """S18: what was proved to somebody once is in the record for ever."""
    tree = Tree()
    roots = {}
    for body in history.bodies:
        tree.append(leaf_hash(body))
        roots[tree.size] = tree.root()
    for index, text in history.receipts:
        receipt = parse_receipt(text)
        checkpoint = parse_body(open_note(receipt.checkpoint, [history.verifier]).text)
        if roots.get(checkpoint.size) != checkpoint.root:
            yield f"S18 a receipt's checkpoint over {checkpoint.size} entries is of another record"
        if index >= len(history.bodies) or receipt.entry != history.bodies[index]:
            yield f"S18 the receipt of entry {index} is of another entry"


CHECKS = (
    answers_are_the_logs,
    times_are_true,
    in_time_is_in_time,
    what_viewers_saw,
    what_is_sealed_is_seen_by_nobody,
    receipts_hold,
)
