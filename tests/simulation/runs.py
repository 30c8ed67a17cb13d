"""What is done with seeds: run one, run many on every core, shrink what fails, tell of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import orjson

from bidding.testing import EPOCH, SECOND
from tests.simulation.ablations import ABLATIONS, CONTROL, NODES, WITHIN, Found, first_seed
from tests.simulation.cluster import played
from tests.simulation.faults import Faults
from tests.simulation.world import Run
from tools.pythons import ROOT, VERSIONS, environment

_BEIJING = timedelta(hours=8)
_LAST = 50
CHECK_SECONDS = 105
"""Of one core: with the seeds that broke something once, two minutes in all."""
_AT_ONCE = 10
"""Seeds that one process does before it reports."""


def verdict(seed: int) -> dict[str, Any]:
    """What came of a seed, in figures and sentences."""
    try:
        run = played(seed)
    except AssertionError as stopped:
        # The product's own assertions stop it rather than let it go on wrong; that is a finding.
        return {"seed": seed, "broken": [f"stopped: {stopped}"], "seconds": 0, "entries": 0}
    seconds = max((history.ended - EPOCH) // SECOND for history in run.histories)
    entries = sum(len(history.bodies) for history in run.histories)
    return {"seed": seed, "broken": run.broken(), "seconds": seconds, "entries": entries}


def least(run: Run) -> tuple[Faults, list[str]]:
    """The faults that still break something when any one of them less breaks nothing."""
    faults, broken = run.faults, run.broken()
    for name in run.faults.named():
        fewer = faults.without(name)
        if still := played(run.seed, fewer).broken():
            faults, broken = fewer, still
    return faults, broken


def timeline(run: Run, last: int = _LAST) -> Iterator[str]:
    """The last lines of each auction in which something is broken: faults and entries, by time."""
    names = {what.partition(":")[0] for what in run.broken()}
    for history in run.histories:
        name = history.origin.rpartition("/")[2]
        if name not in names:
            continue
        lines = [(at, 0, f"* {what}") for at, what in history.timeline]
        for body in history.bodies:
            entry = orjson.loads(body)
            lines.append((entry["t"], 1, f"{entry['i']:5} {_entry(entry)}"))
        yield f"{name}:"
        for at, _, what in sorted(lines)[-last:]:
            yield f"  {_clock(at)} {what}"


def _entry(entry: dict[str, Any]) -> str:
    data = entry["data"]
    ask = {k: v for k, v in data.get("ask", {}).items() if v is not None}
    facts = " ".join(fact["fact"] for fact in data.get("facts", ()))
    told = data.get("reason") or facts
    return f"{entry['type']} {entry.get('cmd', entry['actor'])} {json.dumps(ask)[:80]} {told[:80]}"


def _clock(at: int) -> str:
    return f"{datetime.fromtimestamp(at / SECOND, UTC) + _BEIJING:%H:%M:%S.%f}"


def one(seed: int, *, as_json: bool) -> int:
    """Runs one seed; tells all about it when it fails."""
    run = played(seed)
    if not (broken := run.broken()):
        told = {"seed": seed, "faults": run.faults.told(), "broken": [], "trace": run.trace()}
        say(json.dumps(told) if as_json else f"seed {seed} holds; faults: {told['faults']}")
        return 0
    faults, still = least(run)
    smaller = played(seed, faults)
    if as_json:
        lines = list(timeline(smaller))
        told = {"seed": seed, "faults": faults.told(), "broken": broken, "timeline": lines}
        say(json.dumps(told, ensure_ascii=False))
        return 1
    say(f"seed {seed} breaks:")
    for what in broken:
        say(f"  {what}")
    say(f"drawn faults: {run.faults.told()}")
    say(f"least faults: {faults.told()}, which break:")
    for what in still:
        say(f"  {what}")
    for line in timeline(smaller):
        say(line)
    return 1


def many(seeds: Iterator[int], minutes: float | None, *, as_json: bool) -> int:
    """Runs seeds on every core; tells the failing ones as they come, and the sum."""
    began = time.monotonic()
    count = seconds = entries = 0
    failing: list[int] = []

    def full() -> bool:
        return minutes is not None and time.monotonic() - began > 60 * minutes

    for found in _spread(verdict, seeds, full):
        count, seconds = count + 1, seconds + found["seconds"]
        entries += found["entries"]
        if found["broken"]:
            failing.append(found["seed"])
            say(json.dumps(found) if as_json else f"seed {found['seed']}: {found['broken'][0]}")
    took = int(time.monotonic() - began)
    sums = {"seeds": count, "hours": seconds // 3600, "entries": entries, "took": took}
    if as_json:
        say(json.dumps({**sums, "failing": sorted(failing)}))
    else:
        say(
            f"{count} seeds, {seconds / 3600:.1f} simulated hours, {entries} entries in {took} s: "
            f"{len(failing)} failing"
        )
    return 1 if failing else 0


def check() -> int:
    """What every check runs: seeds of this commit, on one core, in a bounded time of it."""
    tried = failing = 0
    seed = fresh()
    while time.process_time() < CHECK_SECONDS:
        tried += 1
        if broken := verdict(seed + tried)["broken"]:
            failing += 1
            say(f"python -m tests.simulation --seed {seed + tried}: {broken[0]}")
    say(f"{tried} fresh seeds from {seed + 1} on: {failing} failing")
    return 1 if failing else 0


def fresh() -> int:
    """A number of this commit: other seeds with each, the same ones for one."""
    said = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    # Unpacked from an archive there is no commit; then the engine's own text stands for it.
    text = said.stdout or (ROOT / "bidding" / "engine" / "auctioneer.py").read_text("utf-8")
    return 1000 + int.from_bytes(sha256(text.encode()).digest()[:4])


def ablations(*, as_json: bool) -> int:
    """The table of safeguards; 1 when one was not found, or something was found in the control."""
    wrong = 0
    for found in _spread(without, iter(sorted({*ABLATIONS, *NODES})), lambda: False, at_once=1):
        wrong += (found.seed is None) != (found.name == CONTROL)
        row = {"name": found.name, "seed": found.seed, "invariants": found.invariants}
        where = f"none in {WITHIN} seeds" if found.seed is None else f"seed {found.seed}"
        text = f"{found.name:28} {where:18} {' '.join(found.invariants)}"
        say(json.dumps(row) if as_json else text.rstrip())
    return 1 if wrong else 0


def without(name: str) -> Found:
    """The first seed that shows this ablation."""
    return first_seed(name, range(WITHIN))


def everywhere(count: int) -> int:
    """The traces of the first seeds on every Python we promise, under three hash seeds."""
    jobs = [
        (environment(version), str(seed)) for version, seed in zip(VERSIONS, "012", strict=True)
    ]
    jobs += [(Path(sys.executable), seed) for seed in "012"]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        told = list(pool.map(lambda job: traces(job[0], job[1], count), jobs))
    for (python, seed), one_told in zip(jobs, told, strict=True):
        if one_told != told[0]:
            say(f"{python} with hash seed {seed} says\n{one_told}and {jobs[0][0]} says\n{told[0]}")
            return 1
    say(f"{count} seeds: the same traces on Python {', '.join(VERSIONS)}, under three hash seeds")
    return 0


def traces(python: Path, hash_seed: str, count: int) -> str:
    """What another process says of the first seeds. Raises CalledProcessError."""
    done = subprocess.run(
        [str(python), "-m", "tests.simulation", "--trace", str(count)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def _spread(
    work: Callable[[Any], Any],
    items: Iterator[Any],
    full: Callable[[], bool],
    at_once: int = _AT_ONCE,
) -> Iterator[Any]:
    """Does the work on as many processes as there are cores; results as they come."""
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        flying: set[Future[Any]] = set()
        while True:
            while len(flying) < cores * at_once and not full():
                try:
                    flying.add(pool.submit(work, next(items)))
                except StopIteration:
                    break
            if not flying:
                return
            done, flying = wait(flying, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()


def say(line: str) -> None:
    """One line, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
