"""A process that appends to one log until it is killed. `python -m tests.doors.appender FILE`.

It says on standard output what it was promised, and only after it was promised it:
`acked <first> <next>` for a batch, `broken` when the store failed.
"""

import asyncio
import resource
import signal
import sys
from pathlib import Path

from bidding.adapters.sql_log import SqlLog
from bidding.engine.ports import Batch, LogBroken, NoSuchLog
from bidding.testing import FixedKeys

LOG = "bid.example.cn/log/crash"


def note(size: int) -> bytes:
    return FixedKeys().signer(LOG).sign(f"{LOG}\n{size}\n{'A' * 43}=\n")


def body(index: int) -> bytes:
    """Every entry is recognised by its content, and fills a good part of a page."""
    return b'{"i":%d,"pad":"%s"}' % (index, b"x" * (200 + index % 900))


async def append_on(log: SqlLog, most: int) -> None:
    lease = await log.take_over(LOG, "child")
    at = lease.next_index
    print("head", at, flush=True)
    for round_ in range(most):
        size = 1 + round_ * 7 % 40
        bodies = tuple(body(at + k) for k in range(size))
        cmds = tuple(f"bidder:{(at + k) % 9}/{at + k}" for k in range(size))
        await log.append(Batch(LOG, lease.epoch, at, bodies, cmds, note(at + size)))
        print("acked", at, at + size, flush=True)
        at += size


async def opened(path: Path) -> SqlLog:
    log = SqlLog(path)
    try:
        await log.read(LOG, 0, 1)
    except NoSuchLog:
        await log.create(LOG, body(0), note(1))
    return log


async def forever(path: Path) -> None:
    await append_on(await opened(path), 1_000_000)


async def with_a_full_disk(path: Path) -> None:
    """Runs into a limit on the size of files, says so, is given room again, and goes on."""
    # The write then fails with an error, instead of ending the process.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    log = await opened(path)
    await append_on(log, 5)
    wal = path.with_name(path.name + "-wal").stat().st_size
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    for room in (10_000, 3_000, 500):
        resource.setrlimit(resource.RLIMIT_FSIZE, (wal + room, hard))
        try:
            await append_on(log, 1_000)
        except LogBroken:
            print("broken", flush=True)
        try:
            await append_on(log, 1_000)
        except LogBroken:
            print("broken", flush=True)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        await append_on(log, 5)
    await log.close()


if __name__ == "__main__":
    asyncio.run({"forever": forever, "full": with_a_full_disk}[sys.argv[2]](Path(sys.argv[1])))
