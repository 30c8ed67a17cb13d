"""What every event log must keep, whatever stores it. A new store joins by one line below."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bidding.adapters.sql_log import SqlLog
from bidding.engine.passing import PassingLog
from bidding.engine.ports import (
    BODY_MAX,
    Batch,
    DuplicateCommand,
    EventLog,
    Fenced,
    Gap,
    LogBroken,
    LogExists,
    NoSuchLog,
)
from bidding.testing import MemoryLog
from tests.postgres import pg_log

NAME = "bid.example.cn/log/zs-1"


def note(size: int, log: str = NAME) -> bytes:
    return f"{log}\n{size}\nroot\n\n— {log} signature\n".encode()


def batch(
    expected: int,
    *bodies: bytes,
    epoch: int = 1,
    cmds: tuple[str | None, ...] | None = None,
    log: str = NAME,
) -> Batch:
    keys = cmds or (None,) * len(bodies)
    return Batch(log, epoch, expected, bodies, keys, note(expected + len(bodies), log))


async def opened(kind: str, tmp_path: Path) -> EventLog:
    match kind:
        case "memory":
            return MemoryLog()
        case "passing":
            return PassingLog()
        case "sqlite":
            return SqlLog(tmp_path / "log.db")
        case "postgresql":
            return await pg_log()
    raise AssertionError(kind)


@pytest.fixture(params=["memory", "passing", "sqlite", "postgresql"])
async def log(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[EventLog]:
    store = await opened(request.param, tmp_path)
    await store.create(NAME, b"{0}", note(1))
    lease = await store.take_over(NAME, "node-1")
    assert (lease.epoch, lease.next_index) == (1, 1)
    yield store
    await store.close()


async def test_what_was_appended_is_read_back_byte_by_byte(log):
    odd = bytes(range(256))
    await log.append(batch(1, b"{1}", odd))
    await log.append(batch(3, "竞价".encode()))
    assert await log.read(NAME) == [b"{0}", b"{1}", odd, "竞价".encode()]
    assert await log.read(NAME, 1, 3) == [b"{1}", odd]
    assert await log.read(NAME, 3) == ["竞价".encode()]
    assert await log.read(NAME, 4) == []
    assert await log.read(NAME, 2, 99) == [odd, "竞价".encode()]
    assert await log.checkpoints(NAME) == [note(1), note(3), note(4)]
    assert await log.checkpoints(NAME, 2) == await log.checkpoints(NAME, 1) == [note(3), note(4)]
    assert await log.checkpoints(NAME, 4) == []


async def test_a_log_is_created_once(log):
    with pytest.raises(LogExists):
        await log.create(NAME, b"{9}", note(1))
    assert await log.read(NAME) == [b"{0}"]
    await log.create("b", b"{b}", note(1, "b"))
    assert await log.logs() == [NAME, "b"]


async def test_an_unknown_log_is_no_empty_log(log):
    with pytest.raises(NoSuchLog):
        await log.read("nowhere")
    with pytest.raises(NoSuchLog):
        await log.checkpoints("nowhere")
    with pytest.raises(NoSuchLog):
        await log.take_over("nowhere", "node-1")
    with pytest.raises(NoSuchLog):
        await log.append(batch(0, b"{}", log="nowhere"))


@pytest.mark.parametrize("expected", [0, 2, 99])
async def test_only_the_next_index_is_written(log, expected):
    with pytest.raises(Gap):
        await log.append(batch(expected, b"{1}"))
    assert await log.read(NAME) == [b"{0}"]
    await log.append(batch(1, b"{1}"))


async def test_after_a_take_over_the_old_writer_is_fenced(log):
    await log.append(batch(1, b"{1}"))
    lease = await log.take_over(NAME, "node-2")
    assert (lease.epoch, lease.next_index) == (2, 2)
    with pytest.raises(Fenced):
        await log.append(batch(2, b"{zombie}"))
    await log.append(batch(2, b"{2}", epoch=2))
    with pytest.raises(Fenced):
        await log.append(batch(3, b"{zombie}"))
    assert await log.read(NAME) == [b"{0}", b"{1}", b"{2}"]


async def test_an_epoch_that_was_never_given_may_not_write(log):
    with pytest.raises(Fenced):
        await log.append(batch(1, b"{1}", epoch=7))
    assert await log.read(NAME) == [b"{0}"]


async def test_a_command_has_one_entry(log):
    await log.append(batch(1, b"{1}", cmds=("bidder:03/a",)))
    with pytest.raises(DuplicateCommand):
        await log.append(batch(2, b"{2}", b"{3}", cmds=("bidder:03/b", "bidder:03/a")))
    # All or nothing: the innocent entry of that batch is not there either.
    assert await log.read(NAME) == [b"{0}", b"{1}"]
    assert await log.checkpoints(NAME) == [note(1), note(2)]
    await log.append(batch(2, b"{2}", cmds=("bidder:03/b",)))


async def test_a_command_twice_in_one_batch_is_refused(log):
    with pytest.raises(DuplicateCommand):
        await log.append(batch(1, b"{1}", b"{2}", cmds=("bidder:03/a", "bidder:03/a")))
    assert await log.read(NAME) == [b"{0}"]


async def test_the_same_reference_in_another_log_is_another_command(log):
    await log.create("b", b"{b}", note(1, "b"))
    await log.take_over("b", "node-1")
    await log.append(batch(1, b"{1}", cmds=("bidder:03/a",)))
    await log.append(batch(1, b"{1}", cmds=("bidder:03/a",), log="b"))
    assert await log.read("b") == [b"{b}", b"{1}"]


async def test_one_refused_batch_does_not_harm_the_others_of_its_commit(log):
    names = [f"log-{n}" for n in range(20)]
    for name in names:
        await log.create(name, b"{}", note(1, name))
        await log.take_over(name, "node-1")
    # Every third one is wrong in some way; all are asked for at once.
    asked = [
        batch(1 if n % 3 else 5, b"{x}", epoch=1 if n % 3 != 1 else 9, log=name)
        for n, name in enumerate(names)
    ]
    told = await asyncio.gather(*(log.append(b) for b in asked), return_exceptions=True)
    for n, outcome in enumerate(told):
        wanted = (Gap, Fenced, type(None))[n % 3]
        assert isinstance(outcome, wanted), (n, outcome)
        assert len(await log.read(names[n])) == (2 if n % 3 == 2 else 1)


async def test_many_writers_of_one_log_leave_no_gap_and_no_double(log):
    """Everybody retries on Gap, as strangers would; the log stays a sequence."""

    async def write(who: int) -> None:
        for k in range(10):
            body = f"{{{who}-{k}}}".encode()
            while True:
                head = len(await log.read(NAME))
                try:
                    await log.append(batch(head, body))
                except Gap:
                    continue
                break

    await asyncio.gather(*(write(who) for who in range(8)))
    bodies = await log.read(NAME)
    assert len(bodies) == 81
    assert len(set(bodies)) == 81


async def test_entries_of_the_largest_size_fit_and_larger_ones_are_an_error_of_the_caller(log):
    await log.append(batch(1, b"x" * BODY_MAX))
    assert (await log.read(NAME, 1))[0] == b"x" * BODY_MAX
    with pytest.raises(AssertionError):
        batch(2, b"x" * (BODY_MAX + 1))
    with pytest.raises(AssertionError):
        batch(2, b"x")


def test_a_checkpoint_of_another_tree_is_an_error_of_the_caller():
    with pytest.raises(AssertionError):
        Batch(NAME, 1, 1, (b"{}",), (None,), note(3))
    with pytest.raises(AssertionError):
        Batch(NAME, 1, 1, (b"{}",), (None,), note(2, "other"))


async def test_cancelling_the_asker_does_not_cancel_the_append(log):
    task = asyncio.create_task(log.append(batch(1, b"{1}")))
    await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    # It was on its way when its asker left: it is there, whole, and a take-over sees it.
    lease = await log.take_over(NAME, "node-1")
    assert lease.next_index == 2
    assert await log.read(NAME) == [b"{0}", b"{1}"]


async def test_the_house_knows_when_it_was_last_up(log):
    assert await log.last_beat() is None
    await log.beat(1_700_000_000_000_000)
    await log.beat(1_700_000_001_000_000)
    assert await log.last_beat() == 1_700_000_001_000_000


async def test_the_largest_cosigned_checkpoint_is_found_again(log):
    await log.append(batch(1, b"{1}"))
    await log.append(batch(2, b"{2}"))
    assert await log.cosigned(NAME) is None
    for size, lines in ((2, b"a\n"), (3, b"a\n"), (3, b"a\nb\n"), (1, b"a\nb\n")):
        await log.keep_cosigned(NAME, size, note(size) + lines)
    assert await log.cosigned(NAME) == (3, note(3) + b"a\nb\n")
    # What witnesses add stands beside the checkpoints, which stay as they were signed.
    assert await log.checkpoints(NAME) == [note(1), note(2), note(3)]
    with pytest.raises(NoSuchLog):
        await log.cosigned("nowhere")
    with pytest.raises(NoSuchLog):
        await log.keep_cosigned("nowhere", 1, note(1))


async def test_only_a_checkpoint_that_is_there_can_be_cosigned(log):
    for size, text in ((2, note(2)), (1, note(1, "other")), (1, b"x" + note(1))):
        with pytest.raises(LogBroken):
            await log.keep_cosigned(NAME, size, text + b"a\n")
    assert await log.cosigned(NAME) is None


async def test_nothing_is_asked_of_a_closed_log(log):
    await log.append(batch(1, b"{1}"))
    await log.close()
    await log.close()
    for ask in (log.append(batch(2, b"{2}")), log.read(NAME), log.logs(), log.take_over(NAME, "x")):
        with pytest.raises(LogBroken):
            await ask


async def test_a_long_log_is_the_same_after_any_batching(log):
    bodies = [hashlib.sha256(bytes([n % 251])).hexdigest().encode() for n in range(1000)]
    at = 1
    for size in (1, 7, 64, 256, 672):
        await log.append(batch(at, *bodies[at - 1 : at - 1 + size]))
        at += size
    assert (await log.read(NAME))[1:] == bodies
