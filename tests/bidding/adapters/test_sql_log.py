"""What SQLite adds to the contract: append-only for everybody, one process, a real file."""

import asyncio
import shutil
import sqlite3
from pathlib import Path

import pytest

from bidding.adapters.sql_log import SqlLog
from bidding.adapters.sql_log.triggers import DUPLICATE, TRIGGERS
from bidding.adapters.sql_log.writer import Request, Writer
from bidding.engine.ports import (
    Batch,
    LogBroken,
    LogDamaged,
    LogInUse,
)
from bidding.proof.merkle import leaf_hash
from tests.bidding.adapters.test_log_contract import NAME, batch, note


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "log.db"


@pytest.fixture
async def log(path: Path):
    store = SqlLog(path)
    await store.create(NAME, b"{0}", note(1))
    await store.take_over(NAME, "node-1")
    await store.append(batch(1, b"{1}", b"{2}", cmds=("bidder:03/a", None)))
    await store.keep_cosigned(NAME, 3, note(3) + b"a\n")
    yield store
    await store.close()


async def test_a_log_outlives_its_process(log, path):
    await log.close()
    again = SqlLog(path)
    assert await again.read(NAME) == [b"{0}", b"{1}", b"{2}"]
    assert await again.checkpoints(NAME) == [note(1), note(3)]
    lease = await again.take_over(NAME, "node-1")
    assert (lease.epoch, lease.next_index) == (2, 3)
    await again.close()


async def test_the_file_is_kept_as_durably_as_we_say(log):
    pragmas = {}

    def look(connection):
        for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers"):
            pragmas[name] = connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()

    await log._ask(look)
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "recursive_triggers": 1,
    }


async def test_a_reader_cannot_write_and_never_copies_the_journal(log):
    with log._reading.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar_one() == 0
        with pytest.raises(Exception, match="readonly"):
            connection.exec_driver_sql("DELETE FROM log_entry")


async def test_a_second_process_is_kept_out(log, path):
    with pytest.raises(LogInUse, match="in use"):
        SqlLog(path)
    await log.close()
    await SqlLog(path).close()


async def test_a_file_of_another_house_is_refused(log, path):
    await log.close()
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA user_version = 99")
    raw.close()
    with pytest.raises(LogBroken, match="schema 99"):
        SqlLog(path)


async def test_a_file_from_before_there_were_witnesses_is_taken_up(log, path):
    await log.close()
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("DROP TABLE log_cosigned")
    raw.execute("PRAGMA user_version = 1")
    raw.close()
    again = SqlLog(path)
    entries, notes = await again.read(NAME), await again.checkpoints(NAME)
    assert len(entries) == 3
    assert await again.cosigned(NAME) is None
    await again.keep_cosigned(NAME, 3, notes[-1] + b"a\n")
    await again.close()
    raw = sqlite3.connect(path, isolation_level=None)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute("DELETE FROM log_cosigned")
    raw.close()


async def test_a_file_that_is_no_database_is_refused(path):
    path.parent.mkdir()
    path.write_bytes(b"not a database, but long enough to be read as one" * 100)
    with pytest.raises(LogDamaged, match="not a database"):
        SqlLog(path)
    path.unlink()
    # The lock was let go: the mended file opens.
    await SqlLog(path).close()


LEAF = leaf_hash(b"{3}").hex()
ENTRY = f"(1, 3, 1, CAST('{{3}}' AS BLOB), x'{LEAF}', NULL)"

ATTACKS = {
    "change an entry": "UPDATE log_entry SET body = x'7b7d' WHERE idx = 1",
    "change a command": "UPDATE log_entry SET cmd = NULL WHERE idx = 1",
    "remove an entry": "DELETE FROM log_entry WHERE idx = 2",
    "remove all": "DELETE FROM log_entry",
    "replace an entry": f"INSERT OR REPLACE INTO log_entry VALUES {ENTRY.replace('1, 3', '1, 2', 1)}",
    "replace by command": f"INSERT OR REPLACE INTO log_entry VALUES {ENTRY.replace('NULL', repr('bidder:03/a'))}",
    "ignore a conflict": f"INSERT OR IGNORE INTO log_entry VALUES {ENTRY.replace('1, 3', '1, 2', 1)}",
    "upsert an entry": f"INSERT INTO log_entry VALUES {ENTRY.replace('1, 3', '1, 2', 1)} ON CONFLICT DO UPDATE SET body = excluded.body",
    "write without a claim": f"INSERT INTO log_entry VALUES {ENTRY}",
    "leave a gap": f"INSERT INTO log_entry VALUES {ENTRY.replace('1, 3', '1, 4', 1)}",
    "another epoch": f"INSERT INTO log_entry VALUES {ENTRY.replace('3, 1', '3, 2', 1)}",
    "another body": f"INSERT INTO log_entry VALUES {ENTRY.replace('{3}', '{4}')}",
    "no such log": f"INSERT INTO log_entry VALUES {ENTRY.replace('(1, 3', '(7, 0', 1)}",
    "turn the epoch back": "UPDATE log_writer SET epoch = epoch - 1",
    "skip an epoch": "UPDATE log_writer SET epoch = epoch + 2",
    "turn the index back": "UPDATE log_writer SET next_idx = 1",
    "take over and skip": "UPDATE log_writer SET epoch = epoch + 1, next_idx = next_idx + 1",
    "steal without an epoch": "UPDATE log_writer SET holder = 'me', next_idx = next_idx + 1",
    "forget the writer": "DELETE FROM log_writer",
    "replace the writer": "INSERT OR REPLACE INTO log_writer VALUES (1, 1, 0, '')",
    "change a checkpoint": "UPDATE log_checkpoint SET note = x'00'",
    "remove a checkpoint": "DELETE FROM log_checkpoint",
    "replace a checkpoint": "INSERT OR REPLACE INTO log_checkpoint VALUES (1, 3, x'00')",
    "an older checkpoint": "INSERT INTO log_checkpoint VALUES (1, 2, x'00')",
    "a checkpoint of nothing": "INSERT INTO log_checkpoint VALUES (1, 9, x'00')",
    "change a cosigned checkpoint": "UPDATE log_cosigned SET size = 2",
    "remove a cosigned checkpoint": "DELETE FROM log_cosigned",
    "replace a cosigned checkpoint": "INSERT OR REPLACE INTO log_cosigned SELECT 1, log_id, size, note FROM log_checkpoint",
    "cosign what was not signed": "INSERT INTO log_cosigned VALUES (9, 1, 3, x'00')",
    "rename a log": "UPDATE log SET name = 'x'",
    "remove a log": "DELETE FROM log",
    "replace a log": f"INSERT OR REPLACE INTO log VALUES (9, '{NAME}')",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
async def test_nothing_that_was_written_can_be_changed(log, path, attack, recursive):
    """Not even from a database shell with settings of its own."""
    raw = sqlite3.connect(path, isolation_level=None)
    raw.create_function("leaf_hash", 1, leaf_hash)
    raw.execute(f"PRAGMA recursive_triggers = {recursive}")
    before = list(raw.iterdump())
    with pytest.raises(sqlite3.IntegrityError):
        raw.execute(attack)
    assert list(raw.iterdump()) == before
    raw.close()


async def test_the_attacks_would_work_on_a_table_without_triggers(log, path):
    """The twin of the test above: without our triggers SQLite would take most of them."""
    raw = sqlite3.connect(path, isolation_level=None)
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    taken = 0
    for attack in ATTACKS.values():
        raw.execute("BEGIN")
        try:
            raw.execute(attack)
            taken += 1
        except sqlite3.IntegrityError:
            pass
        raw.execute("ROLLBACK")
    raw.close()
    assert taken > len(ATTACKS) // 2


async def test_a_database_shell_cannot_even_add_an_entry(log, path):
    """Our hash function is not there, so the append fails before anything is written."""
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("BEGIN")
    raw.execute("UPDATE log_writer SET next_idx = next_idx + 1")
    with pytest.raises(sqlite3.OperationalError, match="leaf_hash"):
        raw.execute(f"INSERT INTO log_entry VALUES {ENTRY}")
    raw.close()


def test_the_adapter_and_its_trigger_say_the_same_of_a_double():
    assert any(DUPLICATE in trigger for trigger in TRIGGERS)


async def test_an_altered_body_is_found_when_it_is_read(log, path):
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("DROP TRIGGER log_entry_no_update")
    raw.execute("UPDATE log_entry SET body = x'7b397d' WHERE idx = 1")
    raw.close()
    with pytest.raises(LogDamaged, match=f"{NAME}: entry 1 "):
        await log.read(NAME)
    assert await log.read(NAME, 2) == [b"{2}"]


async def test_a_missing_entry_is_found_when_it_is_read(log, path):
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("DROP TRIGGER log_entry_no_delete")
    raw.execute("DELETE FROM log_entry WHERE idx = 1")
    raw.close()
    with pytest.raises(LogDamaged, match="entry 1 is missing"):
        await log.read(NAME)


async def test_a_torn_journal_loses_the_last_commits_whole_and_no_others(log, path, tmp_path):
    """The image of a power cut: the file and a journal cut anywhere, even inside a commit."""
    whole = {1, 3}
    at = 3
    for size in (1, 2, 3, 40):
        await log.append(batch(at, *(b"{%d}" % (at + k) for k in range(size))))
        at += size
        whole.add(at)
    journal = path.with_name(path.name + "-wal").read_bytes()
    frozen = path.read_bytes()
    seen = set()
    for cut in (*range(0, len(journal), 1777), len(journal)):
        image = tmp_path / f"image-{cut}" / "log.db"
        image.parent.mkdir()
        image.write_bytes(frozen)
        image.with_name("log.db-wal").write_bytes(journal[:cut])
        torn = SqlLog(image)
        if NAME in await torn.logs():
            size = len(await torn.read(NAME))
            assert await torn.read(NAME) == [b"{%d}" % k for k in range(size)]
            assert (await torn.checkpoints(NAME))[-1] == note(size)
            lease = await torn.take_over(NAME, "node-2")
            assert lease.next_index == size
            await torn.append(Batch(NAME, lease.epoch, size, (b"{}",), (None,), note(size + 1)))
            seen.add(size)
        await torn.close()
        shutil.rmtree(image.parent)
    assert seen <= whole
    assert max(whole) in seen
    assert len(seen) > 2


async def test_after_a_failed_write_everything_goes_on_over_a_fresh_connection(log, path):
    """The store is taken away under the writer: unknown outcome, nobody is told a lie."""
    first = log._writer._connection

    def fail(connection):
        connection.exec_driver_sql("SELECT no_such_function()")

    with pytest.raises(LogBroken, match="no_such_function"):
        await log._ask(fail)
    assert log._writer._connection is None
    lease = await log.take_over(NAME, "node-1")
    assert (lease.epoch, lease.next_index) == (2, 3)
    assert log._writer._connection is not first
    await log.append(batch(3, b"{3}", epoch=2))


async def test_a_torn_page_is_final_for_whom_it_meets_and_for_no_other(log):
    """Both are in one commit; only one of them has met the page."""
    torn = sqlite3.DatabaseError("database disk image is malformed")
    torn.sqlite_errorcode = sqlite3.SQLITE_CORRUPT | 1 << 8

    def meet(connection):
        raise torn

    def work(connection):
        return None

    loop = asyncio.get_running_loop()
    group = [Request(run, loop.create_future()) for run in (work, meet, work)]
    outcomes = await asyncio.to_thread(Writer(log._path, log._ids.clear).commit, group)
    assert [type(outcome) for _, outcome in outcomes] == [LogBroken, LogDamaged, LogBroken]


async def test_the_fresh_connection_settles_the_journal_first(log, path):
    """Rule 4: what the journal holds is copied and synced before anything is built on it."""
    wal = path.with_name(path.name + "-wal")
    assert wal.stat().st_size > 0

    with pytest.raises(LogBroken):
        await log._ask(lambda connection: connection.exec_driver_sql("SELECT no_such_function()"))
    sizes = []

    def look(connection):
        sizes.append(wal.stat().st_size)

    await log._ask(look)
    assert sizes == [0]


async def test_a_log_made_in_a_failed_commit_is_not_remembered(log, path):
    """The name was learnt inside the transaction that was rolled back."""

    def learn_and_fail(connection):
        connection.exec_driver_sql("INSERT INTO log (name) VALUES ('ghost')")
        connection.exec_driver_sql(
            "INSERT INTO log_writer SELECT log_id, 0, 0, '' FROM log WHERE name = 'ghost'"
        )
        log._id(connection, "ghost")
        raise OSError("the disk is gone")

    with pytest.raises(LogBroken, match="the disk is gone"):
        await log._ask(learn_and_fail)
    assert "ghost" not in log._ids


def test_opening_fails_where_no_file_can_be(tmp_path):
    folder = tmp_path / "log.db"
    folder.mkdir()
    with pytest.raises(LogBroken):
        SqlLog(folder)
    assert list(folder.iterdir()) == []
