"""What PostgreSQL itself keeps of the laws of the log, and what an unsure commit means."""

import asyncio
import contextlib
import os
import signal
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from shutil import rmtree

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from bidding.adapters.pg_log import PgLog
from bidding.adapters.pg_log.schema import SCHEMA_VERSION, install
from bidding.engine.ports import DuplicateCommand, Fenced, LogBroken
from tests.bidding.adapters.test_log_contract import NAME, batch, note
from tests.postgres import Server, fresh_database, initialised, started


@pytest.fixture
async def database() -> tuple[Server, str]:
    server, name = await fresh_database()
    owner = create_async_engine(server.url("postgres", name))
    await install(owner, "house")
    await owner.dispose()
    return server, name


@pytest.fixture
async def log(database: tuple[Server, str]) -> AsyncIterator[PgLog]:
    server, name = database
    store = PgLog(server.url("house", name))
    await store.create(NAME, b"{0}", note(1))
    await store.take_over(NAME, "node-1")
    yield store
    await store.close()


@contextlib.asynccontextmanager
async def shell(database, user="postgres") -> AsyncIterator[asyncpg.Connection]:
    server, name = database
    connection = await asyncpg.connect(host=str(server.sockets), user=user, database=name)
    try:
        yield connection
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE daylight.log_entry SET body = 'x'",
        "DELETE FROM daylight.log_entry",
        "TRUNCATE daylight.log_entry",
        "INSERT INTO daylight.log_entry VALUES (1, 9, 1, 'xx', sha256('xx'), NULL)",
        "UPDATE daylight.log_writer SET epoch = 9",
        "INSERT INTO daylight.log_checkpoint VALUES (1, 9, 'xx')",
        "CREATE TABLE daylight.mine (x int)",
        "ALTER TABLE daylight.log_entry DISABLE TRIGGER ALL",
    ],
)
async def test_the_house_may_write_no_table(database, log, statement):
    async with shell(database, "house") as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE daylight.log_entry SET body = 'x'",
        "DELETE FROM daylight.log_entry WHERE idx = 0",
        "TRUNCATE daylight.log_entry CASCADE",
        "DELETE FROM daylight.log_checkpoint",
        "UPDATE daylight.log SET name = 'other'",
        "DELETE FROM daylight.log_writer",
        "UPDATE daylight.log_writer SET next_idx = next_idx - 1",
        "UPDATE daylight.log_writer SET epoch = epoch - 1",
    ],
)
async def test_not_even_the_owner_changes_a_row_by_accident(database, log, statement):
    async with shell(database) as connection:
        with pytest.raises(asyncpg.PostgresError) as refused:
            await connection.execute(statement)
    assert refused.value.sqlstate == "DL006"
    assert await log.read(NAME) == [b"{0}"]


async def test_a_row_whose_hash_is_not_its_bodys_does_not_get_in(database, log):
    async with shell(database) as connection:
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(
                "INSERT INTO daylight.log_entry VALUES (1, 1, 1, 'xx', sha256('yy'), NULL)"
            )


async def test_a_second_node_fences_the_first(database, log):
    server, name = database
    other = PgLog(server.url("house", name))
    try:
        lease = await other.take_over(NAME, "node-2")
        assert (lease.epoch, lease.next_index) == (2, 1)
        with pytest.raises(Fenced):
            await log.append(batch(1, b"{1}", epoch=1))
        await other.append(batch(1, b"{2}", epoch=2, cmds=("a/1",)))
        with pytest.raises(DuplicateCommand):
            await other.append(batch(2, b"{3}", epoch=2, cmds=("a/1",)))
        assert await log.read(NAME) == [b"{0}", b"{2}"]
    finally:
        await other.close()


async def test_a_take_over_waits_for_an_append_on_its_way(database, log):
    """Otherwise the new writer would read a log that is about to grow behind its back."""
    server, name = database
    other = PgLog(server.url("house", name))
    async with shell(database) as zombie:
        transaction = zombie.transaction()
        await transaction.start()
        append = "SELECT daylight.append($1, 1, 1, $2, $3, $4)"
        await zombie.execute(append, NAME, [b"{1}"], [None], note(2))
        taking = asyncio.ensure_future(other.take_over(NAME, "node-2"))
        async with shell(database) as looking:
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            while not await looking.fetchval(waiting):
                await asyncio.sleep(0.01)
        assert not taking.done()
        await transaction.commit()
    assert (await taking).next_index == 2
    await other.close()


async def test_a_commit_that_stopped_waiting_for_its_standby_is_not_believed(database, log):
    """The statement succeeds and only a warning tells that no second machine has it."""
    async with shell(database) as other:
        await other.execute("ALTER ROLE house SET synchronous_commit = on")
        await other.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        await other.execute("SELECT pg_reload_conf()")
        try:
            while await other.fetchval("SHOW synchronous_standby_names") != "nobody":
                await asyncio.sleep(0.01)
            appending = asyncio.ensure_future(log.append(batch(1, b"{1}")))
            waits = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
            while not (pid := await other.fetchval(waits)):
                await asyncio.sleep(0.01)
            assert not appending.done()
            await other.execute("SELECT pg_cancel_backend($1)", pid)
            with pytest.raises(LogBroken, match="standby"):
                await appending
        finally:
            await other.execute("ALTER SYSTEM RESET synchronous_standby_names")
            await other.execute("SELECT pg_reload_conf()")
    # It is there all the same, which is why the answer was no refusal but "nobody knows".
    assert await log.read(NAME) == [b"{0}", b"{1}"]


async def test_whoever_waits_too_long_is_told_that_nobody_knows(database, log):
    server, name = database
    hasty = PgLog(server.url("house", name), patience=0.2)
    async with shell(database) as zombie:
        transaction = zombie.transaction()
        await transaction.start()
        await zombie.execute("SELECT 1 FROM daylight.log_writer FOR UPDATE")
        with pytest.raises(LogBroken, match="nobody knows"):
            await hasty.append(batch(1, b"{1}"))
        await transaction.rollback()
    await hasty.close()  # finishes what was asked for
    assert await log.read(NAME) == [b"{0}", b"{1}"]


async def test_a_database_that_is_not_there_is_a_broken_log(tmp_path):
    store = PgLog(f"postgresql+asyncpg://house@/x?host={tmp_path}")
    with pytest.raises(LogBroken):
        await store.logs()
    with pytest.raises(LogBroken):
        await store.take_over(NAME, "node-1")
    await store.close()


async def test_a_schema_of_a_later_house_is_left_alone(database):
    server, name = database
    async with shell(database) as connection:
        later = SCHEMA_VERSION + 1
        await connection.execute("UPDATE daylight.schema_version SET version = $1", later)
    owner = create_async_engine(server.url("postgres", name))
    try:
        with pytest.raises(LogBroken, match=f"schema {later}"):
            await install(owner, "house")
        with pytest.raises(ValueError, match="no role"):
            await install(owner, "house; DROP SCHEMA daylight")
    finally:
        await owner.dispose()


async def killed(server: Server) -> None:
    """As a power cut does it: all of its processes, and nothing of it is left when it starts again."""
    pid = server.process.pid
    server.process.send_signal(signal.SIGSTOP)  # so that it starts nobody meanwhile
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for one in (*map(int, children), pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
    server.process.wait()
    async with asyncio.timeout(30):
        while any(map(_lives, children)):
            await asyncio.sleep(0.01)


def _lives(process: str) -> bool:
    """Whether it still has memory; who is dead and not buried has none."""
    try:
        told = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return told.rpartition(")")[2].split()[0] not in "ZX"


async def test_what_was_answered_survives_a_killed_server():
    """A server of its own, killed as a power cut would, and started again on the same files."""
    under = Path(tempfile.mkdtemp(prefix="pg-killed-"))
    server = started(initialised(under))
    try:
        connection = await server.shell()
        await connection.execute("CREATE ROLE house LOGIN")
        await connection.close()
        owner = create_async_engine(server.url("postgres", "postgres"))
        await install(owner, "house")
        await owner.dispose()
        store = PgLog(server.url("house", "postgres"))
        await store.create(NAME, b"{0}", note(1))
        await store.take_over(NAME, "node-1")
        answered = 1

        async def write() -> None:
            nonlocal answered
            while True:
                await store.append(batch(answered, f"{{{answered}}}".encode()))
                answered += 1

        writing = asyncio.ensure_future(write())
        while answered < 50:
            await asyncio.sleep(0.01)
        await killed(server)
        with pytest.raises(LogBroken):
            await writing
        for left in ("postmaster.pid", "../.s.PGSQL.5432.lock"):
            (server.data / left).unlink(missing_ok=True)
        server = started(server.data)
        lease = await store.take_over(NAME, "node-1")
        bodies = await store.read(NAME)
        assert bodies[:answered] == [f"{{{i}}}".encode() for i in range(answered)]
        # One append may have been on its way: nobody was told anything of it.
        assert len(bodies) == lease.next_index <= answered + 1
        await store.close()
    finally:
        server.process.kill()
        server.process.wait()
        rmtree(under, ignore_errors=True)
