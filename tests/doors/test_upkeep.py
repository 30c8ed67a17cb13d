"""A copy made while bids come in, brought back as a house; a damaged record, and what is left of it."""

import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from bidding.adapters.pg_log import PgLog
from bidding.adapters.pg_log.schema import install
from bidding.adapters.sql_log import SqlLog
from bidding.books import stores
from bidding.engine.ports import Batch
from bidding.proof.checkpoint import parse_body
from bidding.proof.policy import parse_policy
from bidding.upkeep.__main__ import main
from bidding.upkeep.books import migrate
from bidding.upkeep.logs import NotRight, opened
from replay.verify import verify
from tests.doors.door import ROOT, HouseProcess, house_process, running, signed_in, take_part
from tests.postgres import Server, fresh_database


def upkeep(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bidding", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A data folder in which an auction was run and bid on, its copy, and what was answered."""
    data = tmp_path_factory.mktemp("house") / "data"
    with house_process(data) as house:
        return data, data.with_name("copy"), *asyncio.run(copied_while_bidding(house))


async def copied_while_bidding(house: HouseProcess) -> tuple[str, list[int], str, str]:
    data = house.data
    async with signed_in(house, "staff1", "approver1", "bidder1") as (staff, approver, bidder):
        auction = await running(staff, approver)
        await take_part(staff, auction, bidder)
        copy = data.with_name("copy")
        answered: list[int] = []
        async with bidder.join(auction) as seat:
            making = asyncio.create_task(asyncio.to_thread(upkeep, "backup", copy, "--data", data))
            while not making.done():
                answer = await seat.bid(100_000 + 1_000 * len(answered))
                answered.append(answer.i)
        done = await making
        assert done.returncode == 0, done.stderr
        policy = (await staff.download(f"/api/auctions/{auction}/policy")).decode()
    return auction, answered, policy, done.stdout


async def test_a_copy_is_made_while_bids_come_in_and_is_whole(lived):
    _, copy, auction, answered, _, said = lived
    assert len(answered) > 5, "nothing was bid meanwhile"
    assert f"[ok] daylight.local/log/{auction}" in said
    listed = json.loads((copy / "backup.json").read_text())
    (log,) = listed["logs"]
    # Whatever was answered before the copy began is in it: the record is copied at one instant.
    assert answered[0] <= log["entries"]
    assert {"log.db", "house.db", "signing.key"} <= set(listed["files"])
    assert not list(copy.glob("*.db-*"))
    assert (copy.stat().st_mode & 0o777, (copy / "signing.key").stat().st_mode & 0o777) == (
        0o700,
        0o600,
    )


async def test_a_house_goes_on_from_a_copy(lived, tmp_path):
    _, copy, auction, answered, policy, _ = lived
    back = tmp_path / "back"
    done = upkeep("restore", copy, "--data", back)
    assert done.returncode == 0, done.stderr
    house = HouseProcess(back)
    house.start()
    try:
        async with signed_in(house, "staff1") as (staff,):
            room = await staff.get(f"/api/auctions/{auction}")
            assert room["room"]["status"] == "running"
            content = await staff.download(f"/api/auctions/{auction}/archive")
    finally:
        house.stop()
    session = verify(content, parse_policy(policy))
    assert len(session.entries) >= answered[0]


@pytest.mark.parametrize("harm", ["flip", "drop", "add"])
async def test_a_copy_that_was_touched_is_not_restored(lived, tmp_path, harm):
    touched = tmp_path / "touched"
    shutil.copytree(lived[1], touched)
    if harm == "flip":
        content = bytearray((touched / "log.db").read_bytes())
        content[len(content) // 2] ^= 1
        (touched / "log.db").write_bytes(content)
    elif harm == "drop":
        (touched / "house.db").unlink()
    else:
        (touched / "more.txt").write_text("more")
    done = upkeep("restore", touched, "--data", tmp_path / "back")
    assert done.returncode == 2
    chinese, english = done.stderr.splitlines()
    assert chinese.endswith("。")
    assert "nothing was restored" in english
    assert not (tmp_path / "back").exists()


async def test_the_doctor_names_the_entry_and_saves_what_can_be_proved(lived, tmp_path):
    data, _, auction, _, policy, _ = lived
    ill = tmp_path / "ill"
    shutil.copytree(data, ill)
    with sqlite3.connect(ill / "log.db") as record:
        record.execute("DROP TRIGGER log_entry_no_update")
        (count,) = record.execute("SELECT count(*) FROM log_entry").fetchone()
        torn = count - 2
        record.execute("UPDATE log_entry SET body = x'7b7d' WHERE idx = ?", (torn,))
    record.close()
    done = upkeep("doctor", "--data", ill)
    assert done.returncode == 1
    assert f"[NO] daylight.local/log/{auction}: " in done.stdout
    assert f"entry {torn} is not what was written" in done.stdout
    assert "--rescue" in done.stdout
    file = tmp_path / "left.archive"
    saved = upkeep("doctor", "--rescue", auction, file, "--data", ill)
    assert saved.returncode == 0, saved.stderr
    session = verify(file.read_bytes(), parse_policy(policy))
    assert 0 < len(session.entries) <= torn
    assert upkeep("doctor", "--rescue", "nothing", file, "--data", ill).returncode == 2


def test_what_cannot_be_done_is_said_in_a_sentence(lived, tmp_path):
    data, copy, *_ = lived
    for words in (
        ("backup", copy, "--data", data),  # it is there already
        ("backup", tmp_path / "new", "--data", tmp_path / "nowhere"),
        ("restore", data, "--data", tmp_path / "new"),  # no backup
        ("restore", copy, "--data", data),  # not empty
        ("doctor", "--data", tmp_path),
    ):
        done = upkeep(*words)
        assert (done.returncode, done.stdout) == (2, ""), words
        chinese, english = done.stderr.splitlines()
        assert chinese.endswith("。")
        assert english.endswith(".")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("folder", "zh", "en"),
    [("nowhere", "没有 ", "There is no folder "), ("", "不是本系统的数据文件夹", "no data folder")],
)
def test_a_mistyped_folder_is_no_missing_key(tmp_path, capsys, folder, zh, en):
    for more in ((), ("--rescue", "name", str(tmp_path / "out"))):
        assert main(["doctor", "--data", str(tmp_path / folder), *more]) == 2
        chinese, english = capsys.readouterr().err.splitlines()
        assert zh in chinese
        assert en in english
        assert ("密钥" in chinese, "log" in english) == (folder == "", folder == "")


def test_a_record_that_is_no_database_is_said(tmp_path: Path):
    (tmp_path / "log.db").write_bytes(b"not a database at all" * 500)
    done = upkeep("doctor", "--data", tmp_path)
    assert done.returncode == 2
    assert "signing.key" in done.stderr


# Books -----------------------------------------------------------------------------------------

Errand = Callable[..., tuple[int, str, str]]


@pytest.fixture
def errand(capsys) -> Iterator[Errand]:
    """The same program in this process: exit status, and what it said."""

    def run(*words: object) -> tuple[int, str, str]:
        status = main([str(word) for word in words])
        return status, *capsys.readouterr()

    usual = os.umask(0o022)
    yield run
    os.umask(usual)


BASELINE = ROOT / "tests" / "bidding" / "adapters" / "baseline"


def first_release(data: Path) -> None:
    """The register and the books as a program of the first release left them."""
    data.mkdir()
    for dump in BASELINE.glob("*.sql"):
        with sqlite3.connect(data / f"{dump.stem}.db") as file:
            file.executescript(dump.read_text("utf-8"))
        file.close()


def test_books_of_the_first_release_are_named_and_brought_forward(lived, tmp_path, errand):
    data = tmp_path / "data"
    first_release(data)
    shutil.copy(lived[1] / "log.db", data)
    shutil.copy(lived[1] / "signing.key", data)
    before = {path.name: path.read_bytes() for path in data.glob("*.db")}
    status, said, _ = errand("doctor", "--data", data)
    assert status == 0
    assert "[ok] bidders: schema 0001, comes forward to 0002 with `migrate`" in said
    assert "[ok] oversight: schema 0001\n" in said
    assert {path.name: path.read_bytes() for path in data.glob("*.db")} == before
    status, said, _ = errand("migrate", "--data", data)
    assert status == 0
    assert said.splitlines() == [
        "[ok] registry: 0001 → 0003",
        "[ok] money: 0001 → 0002",
        "[ok] oversight: 0001 → 0001",
        "[ok] bidders: 0001 → 0002",
        "事件日志与各账册已是本程序的结构。",
        "Log and books are of this program's schema.",
    ]
    assert "[ok] bidders: schema 0002\n" in errand("doctor", "--data", data)[1]
    with sqlite3.connect(data / "bidders.db") as file:
        assert file.execute("SELECT last FROM complaint_count").fetchone() == (2,)
        file.execute("UPDATE alembic_version SET version_num = '0099'")
    file.close()
    for words in (("migrate",), ("doctor",)):
        status, said, refused = errand(*words, "--data", data)
        assert (status, said) == (2, "")
        chinese, english = refused.splitlines()
        assert "由更新版本的程序写成" in chinese
        assert "was written by a newer program (schema 0099, this one knows 0002)" in english


async def test_nothing_is_brought_forward_under_a_running_house(lived, tmp_path):
    data = tmp_path / "data"
    first_release(data)
    shutil.copy(lived[1] / "log.db", data)
    record = SqlLog(data / "log.db")
    with pytest.raises(NotRight, match="stop it first"):
        await migrate(data, None)
    await record.close()
    assert (await stores(data))[0].found == "0001"


def test_a_torn_book_is_named_beside_whole_logs(lived, tmp_path, errand):
    ill = tmp_path / "ill"
    shutil.copytree(lived[0], ill)
    content = bytearray((ill / "money.db").read_bytes())
    content[4096:8192] = b"\xff" * 4096
    (ill / "money.db").write_bytes(content)
    status, said, _ = errand("doctor", "--data", ill)
    assert status == 1
    assert "[NO] money: money.db: " in said
    assert "[ok] registry: schema 0003" in said
    assert "[ok] daylight.local/log/" in said


def test_a_torn_index_of_the_record_is_named(lived, tmp_path, errand):
    """No house opens it, though no entry is missing: an index page is no part of any log."""
    ill = tmp_path / "ill"
    shutil.copytree(lived[0], ill)
    with closing(sqlite3.connect(ill / "log.db")) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = file.execute("PRAGMA page_size").fetchone()
        asked = "SELECT rootpage FROM sqlite_master WHERE type = 'index' AND tbl_name = 'log'"
        (page,) = file.execute(asked).fetchone()
    content = bytearray((ill / "log.db").read_bytes())
    content[(page - 1) * size : (page - 1) * size + 64] = b"\xff" * 64
    (ill / "log.db").write_bytes(content)
    for words in (("doctor", "--data", ill), ("backup", tmp_path / "copy", "--data", ill)):
        status, said, _ = errand(*words)
        assert status == 1, said
        assert "[NO] log.db: 文件受损" in said


def test_books_in_postgresql_are_looked_at_and_said_to_be_no_part_of_a_copy(
    lived, tmp_path, errand
):
    server, name = asyncio.run(fresh_database())
    url = server.url("postgres", name)
    data = tmp_path / "data"
    data.mkdir()
    for part in ("log.db", "signing.key"):
        shutil.copy(lived[1] / part, data)
    # Nobody said where the register is: the copy says what is missing in it.
    status, said, _ = errand("backup", tmp_path / "lone", "--data", data)
    assert status == 0
    assert "There is no register in this folder" in said
    there = ("--data", data, "--books", url)
    assert "[ok] registry: not there yet" in errand("doctor", *there)[1]
    assert "[ok] registry: - → 0003" in errand("migrate", *there)[1]
    assert "[ok] registry: schema 0003" in errand("doctor", *there)[1]
    status, said, _ = errand("backup", tmp_path / "copy", *there)
    assert status == 0
    assert "pg_dump --format=custom --schema='book_*'" in said
    gone = ("--data", data, "--books", url.replace(name, "nowhere"))
    status, said, away = errand("doctor", *gone)
    assert (status, said) == (2, "")
    assert 'database "nowhere" does not exist' in away.splitlines()[1]


# A record in PostgreSQL --------------------------------------------------------------------------


async def moved(source: Path) -> tuple[Server, str]:
    """The record of a folder in a database as several nodes share it; the server, its name."""
    server, name = await fresh_database()
    owner = create_async_engine(server.url("postgres", name))
    await install(owner, "house")
    await owner.dispose()
    async with AsyncExitStack() as stack:
        before = await stack.enter_async_context(opened(source / "log.db"))
        after = PgLog(server.url("house", name))
        stack.push_async_callback(after.close)
        for log in await before.logs():
            bodies = await before.read(log)
            cmds = [json.loads(body).get("cmd") for body in bodies]
            first, *notes = await before.checkpoints(log)
            await after.create(log, bodies[0], first)
            lease = await after.take_over(log, "a")
            start = 1
            for note in notes:
                end = parse_body(note[: note.rfind(b"\n\n") + 1]).size
                part = slice(start, end)
                await after.append(
                    Batch(log, lease.epoch, start, tuple(bodies[part]), tuple(cmds[part]), note)
                )
                start = end
    return server, name


def test_a_record_in_postgresql_is_looked_at_copied_beside_and_rescued(lived, tmp_path, errand):
    _, copy, auction, _, policy, _ = lived
    own = tmp_path / "own"
    shutil.copytree(copy, own)
    server, name = asyncio.run(moved(own))
    log = server.url("house", name)
    (own / "log.db").unlink()
    assert errand("doctor", "--data", own)[0] == 2, "nothing here without the database"
    status, said, _ = errand("doctor", "--data", own, "--log", log)
    assert status == 0
    (listed,) = json.loads((copy / "backup.json").read_text())["logs"]
    assert f"[ok] {listed['name']}: {listed['entries']} entries, running" in said
    status, said, _ = errand("backup", tmp_path / "kept", "--data", own, "--log", log)
    assert status == 0
    assert "pg_dump --format=custom on the whole database" in said
    assert not (tmp_path / "kept" / "log.db").exists()
    words = ("restore", tmp_path / "kept", "--data", tmp_path / "back")
    assert errand(*words)[0] == 2, "not without its record"
    assert errand(*words, "--log", log)[0] == 0
    assert (tmp_path / "back" / "signing.key").is_file()
    torn = listed["entries"] - 2
    asyncio.run(harmed(server, name, torn))
    status, said, _ = errand("doctor", "--data", own, "--log", log)
    assert status == 1
    assert "or one before it, is not what the checkpoint over" in said
    file = tmp_path / "left.archive"
    assert errand("doctor", "--rescue", auction, file, "--data", own, "--log", log)[0] == 0
    assert 0 < len(verify(file.read_bytes(), parse_policy(policy)).entries) <= torn


async def harmed(server: Server, name: str, index: int) -> None:
    """As nobody but the owner of the database's machine can, and well enough for its own checks."""
    shell = await server.shell(name)
    try:
        await shell.execute("SET session_replication_role = replica")
        await shell.execute(
            "UPDATE daylight.log_entry SET body = '{}', leaf_hash = sha256('\\x00'::bytea || '{}')"
            " WHERE idx = $1",
            index,
        )
    finally:
        await shell.close()


def test_a_database_that_does_not_answer_is_no_damaged_record(lived, errand):
    status, said, refused = errand(
        "doctor", "--data", lived[1], "--log", "postgresql+asyncpg://house@/x?host=/nonexistent"
    )
    assert (status, said) == (2, "")
    chinese, english = refused.splitlines()
    assert "数据库无法查看" in chinese
    assert "cannot be looked at" in english
    assert errand("doctor", "--data", lived[1], "--log", "postgresql+no://x")[0] == 2
