"""The golden corpus: recorded sessions that every later build must still verify and re-judge.

    python -m tools.golden make          write tests/golden/<version>/ for the version of this tree
    python -m tools.golden release       close it: from then on no byte of it may change
    python -m tools.golden replay        replay all versions on this Python; one line of JSON
    python -m tools.golden everywhere    replay on 3.11, 3.12 and 3.13, two hash seeds, two time
                                         zones, with and without -O, and compare what they say

A session is three files: the archive, its policy, and what came of it (the digest of the state
after every entry, the public room at the end, the outcome). `make` takes as few of the plays in
`examples/scenarios` as together show every rule, kind of stage, fact, request and reason that any
of them shows and no released version does, and one session that is signed by bidders and witnesses.
So the corpus grows by what is new; docs/golden.md says how a version is released.

`replay` needs what an auditor installs and nothing else, and checks without `assert`, so that -O
checks too.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from auction_rules.facts import fact_to_json
from bidding.core.state import State, evolve
from bidding.proof.policy import parse_policy
from bidding.version import VERSION
from replay.play import play
from replay.rejudge import rejudge
from replay.scenario import read
from replay.verify import Session, verify
from tools.pythons import VERSIONS, NoPython, environment

ROOT: Final = Path(__file__).resolve().parents[1]
GOLDEN: Final = ROOT / "tests" / "golden"
RELEASED: Final = GOLDEN / "released.json"
SCENARIOS: Final = ROOT / "examples" / "scenarios"

SETTINGS: Final = (
    # Each pair of a hash seed, a time zone and -O occurs: an orthogonal array of strength two.
    ("1", "UTC", False),
    ("1", "America/St_Johns", True),
    ("2", "UTC", True),
    ("2", "America/St_Johns", False),
)


class Changed(Exception):
    """A golden session that no longer gives what it gave; the text says which and what."""


@dataclass(frozen=True)
class Recorded:
    """A session to keep: its name, archive and policy."""

    name: str
    archive: bytes
    policy: str


# --- replay ---------------------------------------------------------------------------------


def expected(session: Session) -> dict[str, Any]:
    """What came of a session."""
    state, last = session.state, len(session.entries) - 1
    document = state.document
    return {
        "rule": f"{document['rule']}@{document['version']}",
        "digests": list(digests(session)),
        "room": wordless(session.film.room(last, "public")),
        "outcome": {
            "status": state.status,
            "unsold": state.standing.unsold,
            "awards": [fact_to_json(award) for award in state.standing.awards],
        },
    }


def wordless(shown: Any) -> Any:
    """Without what is said in two languages: a later build may say it better, and judge no other."""
    if isinstance(shown, dict):
        return {key: wordless(value) for key, value in shown.items() if not _said(value)}
    if isinstance(shown, list):
        # Nor lines that are words alone, as those of the terms: there may be fewer or more of them.
        return [bare for one in shown if (bare := wordless(one)) != {} or one == {}]
    return shown


def _said(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"zh", "en"}


def digests(session: Session) -> Iterator[str]:
    """The digest of the state after each entry, folded from the first one."""
    state = State(session.origin)
    for entry in session.entries:
        state = evolve(state, entry)
        yield state.digest


def replay_all() -> dict[str, Any]:
    """Every session of every version; how many, and one hash over all they say. Raises Changed."""
    told = hashlib.sha256()
    sessions = entries = 0
    for path in sorted(GOLDEN.glob("*/*.session")):
        session = replay_one(path)
        sessions, entries = sessions + 1, entries + len(session.entries)
        for line in (*session.film.lines("zh"), *session.film.lines("en")):
            told.update(line.encode())
        for index in range(len(session.entries)):
            room = session.film.room(index, "public")
            told.update(json.dumps(room, ensure_ascii=False).encode())
    return {"sessions": sessions, "entries": entries, "told": told.hexdigest()}


def replay_one(path: Path) -> Session:
    """Verify, re-judge and compare one session. Raises Changed."""
    name = path.relative_to(GOLDEN).as_posix()
    want = json.loads(path.with_suffix(".json").read_bytes())
    policy = parse_policy(path.with_suffix(".policy").read_text(encoding="utf-8"))
    session = verify(path.read_bytes(), policy)
    judged = rejudge(session.origin, session.entries)
    if judged.difference is not None:
        raise Changed(f"{name}: {judged.difference.line()}")
    got = json.loads(json.dumps(expected(session)))
    for index, (old, new) in enumerate(zip(want["digests"], got["digests"], strict=True)):
        if old != new:
            raise Changed(f"{name}: the state after entry {index} has another digest")
    for key in ("rule", "room", "outcome"):
        if (place := missing(want[key], got[key], key)) is not None:
            raise Changed(f"{name}: {place} is not what it was")
    return session


def missing(want: Any, got: Any, place: str) -> str | None:
    """The first place where `got` lacks what `want` has; a later build may show more, not less."""
    if isinstance(want, dict) and isinstance(got, dict):
        for key, value in want.items():
            if key not in got:
                return f"{place}.{key}"
            if (found := missing(value, got[key], f"{place}.{key}")) is not None:
                return found
        return None
    if isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        places = (
            missing(old, new, f"{place}[{at}]")
            for at, (old, new) in enumerate(zip(want, got, strict=True))
        )
        return next((found for found in places if found is not None), None)
    return None if want == got else place


# --- everywhere -----------------------------------------------------------------------------


def everywhere() -> str:
    """Replay on every Python and setting; the sentence of success. Raises Changed or NoPython."""
    pythons = {version: environment(version) for version in VERSIONS}
    jobs = [(version, *setting) for version in pythons for setting in SETTINGS]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        told = list(pool.map(lambda job: apart(pythons[job[0]], *job[1:]), jobs))
    first = told[0]
    for job, one in zip(jobs, told, strict=True):
        if one != first:
            raise Changed(f"Python {job[0]} with {job[1:]} says {one}, {jobs[0]} says {first}")
    return (
        f"{first['sessions']} sessions, {first['entries']} entries: the same on Python "
        f"{', '.join(pythons)}, with two hash seeds, two time zones, with and without -O"
    )


def apart(python: Path, seed: str, zone: str, optimised: bool) -> dict[str, Any]:
    """What one replay says in a process of its own. Raises Changed."""
    flags = ["-O"] if optimised else []
    done = subprocess.run(
        [str(python), *flags, "-m", "tools.golden", "replay"],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        mode = " -O" if optimised else ""
        said = (done.stdout + done.stderr).strip()
        raise Changed(f"{python}{mode}, hash seed {seed}, time zone {zone}:\n{said}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# --- make and release -----------------------------------------------------------------------


def features(session: Session) -> set[tuple[str, str]]:
    """What a session shows: its rule, kinds of stages, facts, requests, reasons."""
    document = session.state.document
    found = {("rule", f"{document['rule']}@{document['version']}")}
    found.add(("status", session.state.status))
    for entry in session.entries:
        found.add(("entry", entry["type"]))
        if "reason" in entry["data"]:
            found.add(("reason", entry["data"]["reason"]))
        for fact in entry["data"].get("facts", ()):
            found.add(("fact", fact["fact"]))
            if fact["fact"] == "stage_opened":
                found.add(("stage", fact["kind"]))
    return found


def shown(versions: Iterable[str]) -> set[tuple[str, str]]:
    """What the sessions of these versions show together."""
    found: set[tuple[str, str]] = set()
    for path in (path for version in versions for path in (GOLDEN / version).glob("*.session")):
        policy = parse_policy(path.with_suffix(".policy").read_text(encoding="utf-8"))
        found |= features(verify(path.read_bytes(), policy))
    return found


def chosen() -> list[Recorded]:
    """A small set of plays that shows all that any of them shows and no released version does.

    In the order of their names.
    """
    left: dict[str, tuple[Recorded, set[tuple[str, str]]]] = {}
    for path in sorted(SCENARIOS.rglob("*.yaml")):
        for run in play(read(path)):
            archive, policy = run.archive()
            one = Recorded(run.name, archive, policy)
            left[run.name] = one, features(verify(archive, parse_policy(policy)))
    wanted = {feature for _, all_of_it in left.values() for feature in all_of_it}
    wanted -= shown(released())
    taken: list[Recorded] = []
    while wanted:
        # The most that is new; among equals the smallest file, then the name.
        name = min(left, key=lambda n: (-len(left[n][1] & wanted), len(left[n][0].archive), n))
        one, new = left.pop(name)
        wanted -= new
        taken.append(one)
    return sorted(taken, key=lambda one: one.name)


def make() -> str:
    """Write the corpus of this version anew; the sentence of success. Raises Changed."""
    if VERSION in released():
        raise Changed(f"{VERSION} is released and is never made again: raise the version first")
    # Needs the packages of the tests, which a replay does not.
    from tests.replay import witnessed  # noqa: PLC0415

    signed = Recorded("witnessed", witnessed.archive(), witnessed.POLICY)
    folder = GOLDEN / VERSION
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    size = count = 0
    for one in (*chosen(), signed):
        session = verify(one.archive, parse_policy(one.policy))
        text = json.dumps(expected(session), ensure_ascii=False, indent=1) + "\n"
        (folder / f"{one.name}.session").write_bytes(one.archive)
        (folder / f"{one.name}.policy").write_text(one.policy, encoding="utf-8")
        (folder / f"{one.name}.json").write_text(text, encoding="utf-8")
        size += len(one.archive) + len(one.policy) + len(text.encode())
        count += 1
    return f"tests/golden/{VERSION}: {count} sessions, {size:,} bytes"


def released() -> dict[str, dict[str, str]]:
    """The released versions, each with the SHA-256 of every file."""
    found: dict[str, dict[str, str]] = json.loads(RELEASED.read_bytes())
    return found


def hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file in a version's folder."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


def release() -> str:
    """Close the corpus of this version; the sentence of success. Raises Changed."""
    known = released()
    if VERSION in known:
        raise Changed(f"{VERSION} is released already")
    replay_all()
    known[VERSION] = hashes(GOLDEN / VERSION)
    RELEASED.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    return f"{VERSION} is released: {len(known[VERSION])} files that no longer change"


def main(words: list[str]) -> int:
    """One of the four words above; 0 when it went well."""
    tasks: Mapping[str, Any] = {
        "make": make,
        "release": release,
        "replay": lambda: json.dumps(replay_all()),
        "everywhere": everywhere,
    }
    if len(words) != 1 or words[0] not in tasks:
        sys.stderr.write(f"usage: python -m tools.golden {' | '.join(tasks)}\n")
        return 2
    try:
        sys.stdout.write(tasks[words[0]]() + "\n")
    except (Changed, NoPython) as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
