"""kill -9 in the middle of commits, and a disk that refuses: what was promised is there."""

import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bidding.adapters.sql_log import SqlLog
from tests.doors.appender import LOG, body, note

ROOT = Path(__file__).parents[2]


def start(path: Path, how: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.doors.appender", str(path), how],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


async def check(path: Path, acked: int) -> int:
    """The log is a whole number of batches, holds all that was promised, and can go on."""
    raw = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    raw.close()
    log = SqlLog(path)
    try:
        bodies = await log.read(LOG)
        size = len(bodies)
        assert size >= acked, f"{acked - size} acknowledged entries are gone"
        assert bodies == [body(k) for k in range(size)]
        assert (await log.checkpoints(LOG))[-1] == note(size)
        assert (await log.take_over(LOG, "parent")).next_index == size
    finally:
        await log.close()
    return size


async def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path):
    """Ten lives of one log; each is ended at another moment, most inside a commit."""
    path = tmp_path / "log.db"
    moments = random.Random(7)
    acked, size = 1, 0
    for _ in range(10):
        child = start(path, "forever")
        assert child.stdout is not None
        head = child.stdout.readline().split()
        assert head[0] == "head"
        # What nobody was told of may be there too, but only as a whole batch.
        assert int(head[1]) >= size
        for _ in range(moments.randrange(1, 60)):
            acked = int(child.stdout.readline().split()[2])
        child.send_signal(signal.SIGKILL)
        rest = child.stdout.read()
        assert child.wait() == -signal.SIGKILL
        child.stdout.close()
        for line in rest.splitlines(keepends=True):
            # The last line may be cut; a promise is a whole line.
            if line.endswith("\n"):
                acked = int(line.split()[2])
        size = await check(path, acked)
    assert size > 200


async def test_the_lock_dies_with_the_process(tmp_path):
    path = tmp_path / "log.db"
    child = start(path, "forever")
    assert child.stdout is not None
    child.stdout.readline()
    with pytest.raises(Exception, match="in use"):
        SqlLog(path)
    child.kill()
    child.wait()
    child.stdout.close()
    await SqlLog(path).close()


async def test_a_disk_that_is_full_breaks_appends_and_not_the_log(tmp_path):
    """Real write errors (a limit on the size of files): broken, mended, and nothing is missing."""
    path = tmp_path / "log.db"
    child = start(path, "full")
    out, _ = child.communicate(timeout=100)
    assert child.returncode == 0, out
    lines = out.split("\n")[:-1]
    assert lines.count("broken") >= 3
    acked = max(int(line.split()[2]) for line in lines if line.startswith("acked"))
    last_broken = len(lines) - 1 - lines[::-1].index("broken")
    # After the last fault it went on over a fresh connection.
    assert sum(line.startswith("acked") for line in lines[last_broken:]) == 5
    assert await check(path, acked) == acked
