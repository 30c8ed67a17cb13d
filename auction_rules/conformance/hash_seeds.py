"""The same plays in two other processes, whose hash seeds differ.

Nothing may hang on the order in which a set of strings is walked. What it is: the one property that cannot be asked inside one process, where a set has the same
order every time. What it is not: the static lint (`exact`), which names the line; this names the
act after which two machines would disagree.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from auction_rules.conformance.course import course
from auction_rules.conformance.play import Play, Step, told
from auction_rules.rule import Rule

SEEDS: Final = ("67", "91")
"""Under these two, each set of two of the names B1 to B5 is walked in opposite orders."""
PATIENCE: Final = 120
"""Seconds after which such a process counts as hanging."""
MAIN: Final = (
    "the rule cannot be played in another process: its class stands in the script that runs; "
    "put it in a module and import it"
)

Job = tuple[Rule, Mapping[str, Any], int]
"""A rule, its terms, and how many plays of it."""


def hash_order(jobs: Sequence[Job]) -> list[str | None]:
    """For each job the first answer that differs between two hash seeds, or None."""
    if any(type(rule).__module__ == "__main__" for rule, _, _ in jobs):
        # Another process has another __main__.
        return [MAIN] * len(jobs)
    try:
        asked = pickle.dumps([(rule, dict(data), many) for rule, data, many in jobs])
    except (pickle.PicklingError, AttributeError, TypeError) as wrong:
        # Only what stands at the top of a module can be named to another process.
        return [f"the rule cannot be played in another process: {wrong}"] * len(jobs)
    running = [_started(seed) for seed in SEEDS]
    answers = []
    for process in running:
        try:
            out, err = process.communicate(asked, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = b"", b"it hangs"
        answers.append((process.returncode, out, err))
    for code, _, err in answers:
        if code:
            last = err.decode(errors="replace").strip().rpartition("\n")[2]
            return [f"in another process: {last}"] * len(jobs)
    one, other = (json.loads(out) for _, out, _ in answers)
    return [_first(a, b) for a, b in zip(one, other, strict=True)]


def _started(seed: str) -> subprocess.Popen[bytes]:
    path = os.pathsep.join(part or os.curdir for part in sys.path)
    return subprocess.Popen(  # noqa: S603 -- this very Python, and a line written here
        [sys.executable, "-c", f"from {__name__} import answer; answer()"],
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _first(one: list[list[str]], other: list[list[str]]) -> str | None:
    for (act, about, a), (_, _, b) in zip(one, other, strict=False):
        if a != b:
            return f"after {act}: {about} {a} under one hash seed, {b} under another"
    return None if len(one) == len(other) else "one process has more to tell than the other"


def lines(play: Play) -> Iterator[list[str]]:
    """After every act all that the rule says: the act, what about, and what."""
    for step in play.steps:
        for about, said in _said(play.rule, step):
            yield [step.act.line(), about, json.dumps(said, default=repr)]
    if play.broken is not None:
        yield ["the last act", "broken off:", play.broken.told]


def _said(rule: Rule, step: Step) -> Iterator[tuple[str, Any]]:
    floor = step.after
    yield "the answer is", told(step.answer)
    yield "the ranking is", rule.ranking(floor)
    yield "due is", rule.due(floor)
    yield "the settlement is", asdict(rule.settlement(floor))
    for bidder in floor.entrants:
        yield f"actions of {bidder} are", asdict(rule.actions(floor, bidder, step.act.now))


def answer() -> None:
    """What the other process does: it plays the jobs of its input and says every line."""
    # Written by the process that started this one, and by nobody else.
    jobs: list[Job] = pickle.loads(sys.stdin.buffer.read())  # noqa: S301
    sys.stdout.write(json.dumps([list(_told(*job)) for job in jobs]))


def _told(rule: Rule, data: Mapping[str, Any], many: int) -> Iterator[list[str]]:
    for number in range(many):
        play = course(rule, data, str(number))
        yield from lines(play)
        if play.broken is not None:
            return
