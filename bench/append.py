"""What durability costs: the event log on SQLite beside bare sqlite3 doing the least it could.

Both commit with synchronous=FULL to the same disk, pair by pair. Ours also checks the epoch, the
index, the command, the leaf hash, and stores the signed checkpoint with the entries.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from bidding.adapters.sql_log import SqlLog
from bidding.engine.ports import Batch
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import leaf_hash

NAME: Final = "bench/log/append"
BODY: Final = b'{"pad":"%s"}' % (b"x" * 320)
ROOT: Final = leaf_hash(BODY)
SECONDS: Final = 0.5
PAIRS: Final = 3


def note(log: str, size: int) -> bytes:
    """A checkpoint as the auctioneer signs it; the root does not matter to the disk."""
    return Checkpoint(log, size, ROOT).body() + b"\n" + b"s" * 120 + b"\n"


async def ours(folder: Path, per_commit: int) -> float:
    """Entries a second through the adapter, one batch after the other."""
    log = SqlLog(folder / "ours.db")
    await log.create(NAME, BODY, note(NAME, 1))
    lease = await log.take_over(NAME, "bench")
    at, start = lease.next_index, perf_counter()
    while (spent := perf_counter() - start) < SECONDS:
        bodies = (BODY,) * per_commit
        cmds = tuple(f"bidder:03/{at + k}" for k in range(per_commit))
        await log.append(Batch(NAME, lease.epoch, at, bodies, cmds, note(NAME, at + per_commit)))
        at += per_commit
    await log.close()
    return (at - lease.next_index) / spent


async def ours_in_groups(folder: Path, auctions: int) -> float:
    """Entries a second when many auctions append one entry each at the same time."""
    log = SqlLog(folder / "group.db")

    async def one(k: int) -> float:
        name = f"bench/log/{k}"
        await log.create(name, BODY, note(name, 1))
        lease = await log.take_over(name, "bench")
        at, start = lease.next_index, perf_counter()
        while (spent := perf_counter() - start) < SECONDS:
            await log.append(Batch(name, lease.epoch, at, (BODY,), (None,), note(name, at + 1)))
            at += 1
        return (at - lease.next_index) / spent

    rates = await asyncio.gather(*(one(k) for k in range(auctions)))
    await log.close()
    return sum(rates)


def bare(folder: Path, per_commit: int) -> float:
    """Entries a second for a table with a key and a body, by sqlite3 itself."""
    raw = sqlite3.connect(folder / "bare.db", isolation_level=None)
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")
    raw.execute("CREATE TABLE entry (idx INTEGER PRIMARY KEY, body BLOB NOT NULL)")
    at, start = 0, perf_counter()
    while (spent := perf_counter() - start) < SECONDS:
        raw.execute("BEGIN IMMEDIATE")
        rows = [(at + k, BODY) for k in range(per_commit)]
        raw.executemany("INSERT INTO entry VALUES (?, ?)", rows)
        raw.execute("COMMIT")
        at += per_commit
    raw.close()
    return at / spent


def measure() -> list[dict[str, Any]]:
    """Rows for 1, 10 and 100 entries a commit, and for 50 auctions sharing commits."""
    rows = []
    for per_commit in (1, 10, 100):
        pairs = []
        for _ in range(PAIRS):
            with tempfile.TemporaryDirectory() as name:
                baseline = bare(Path(name), per_commit)
                pairs.append((asyncio.run(ours(Path(name), per_commit)), baseline))
        rows.append(_row(f"{per_commit} a commit", *_middle(pairs)))
    pairs = []
    for _ in range(PAIRS):
        with tempfile.TemporaryDirectory() as name:
            baseline = bare(Path(name), 1)
            pairs.append((asyncio.run(ours_in_groups(Path(name), 50)), baseline))
    rows.append(_row("50 auctions, one entry at a time", *_middle(pairs)))
    return rows


def _middle(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    """The pair with the middle ratio: the disk of a shared machine has moods."""
    return sorted(pairs, key=lambda pair: pair[0] / pair[1])[len(pairs) // 2]


def _row(what: str, rate: float, baseline: float) -> dict[str, Any]:
    return {
        "what": f"append, {what}",
        "per_second": round(rate),
        "bare_sqlite_per_second": round(baseline),
        "ratio": round(rate / baseline, 2),
    }
