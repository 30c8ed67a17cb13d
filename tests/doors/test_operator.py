"""What an operator may get wrong: one sentence in two languages, and nothing is left behind."""

import asyncio
import os
import signal
import socket
import sqlite3
import stat
import subprocess
from pathlib import Path

import pytest

from bidding.client import Visitor
from bidding.proof.note import Verifier
from tests.doors.door import (
    HouseProcess,
    english,
    house_process,
    now,
    publish,
    signed_in,
)
from tests.doors.program import errand


def start(data: Path, *arguments: str, port: int | str = 0) -> subprocess.CompletedProcess[str]:
    """The program with its demonstration, which would make accounts if it came so far."""
    return errand(["--data", str(data), "--port", str(port), *arguments])


def said(done: subprocess.CompletedProcess[str]) -> tuple[str, str]:
    """The Chinese and the English sentence; whatever else is there is a failure."""
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    chinese, english_too = done.stderr.splitlines()
    assert chinese.endswith("。")
    assert english_too.isascii()
    return chinese, english_too


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def test_a_port_in_use(tmp_path, taken):
    assert str(taken) in said(start(tmp_path / "new", port=taken))[1]
    assert "in use" in said(start(tmp_path / "new", "--metrics-port", str(taken)))[1]
    assert list(tmp_path.iterdir()) == []


def test_an_address_of_another_machine(tmp_path):
    # 192.0.2.0/24 is nobody's (RFC 5737).
    assert "192.0.2.1" in said(start(tmp_path / "new", "--host", "192.0.2.1"))[1]
    assert list(tmp_path.iterdir()) == []


def test_tls_files_that_are_missing_or_none(tmp_path):
    gone, wrong = tmp_path / "gone.pem", tmp_path / "wrong.pem"
    wrong.write_text("no certificate")
    assert "gone.pem" in said(start(tmp_path / "new", "--tls-cert", str(gone)))[1]
    both = ("--tls-cert", str(wrong), "--tls-key", str(gone))
    assert "gone.pem" in said(start(tmp_path / "new", *both))[1]
    assert "wrong.pem" in said(start(tmp_path / "new", "--tls-cert", str(wrong)))[1]
    assert "--tls-cert" in said(start(tmp_path / "new", "--tls-key", str(wrong)))[1]
    assert list(tmp_path.iterdir()) == [wrong]


def test_a_data_folder_that_is_none(tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    for data in (file, file / "below", Path("/proc/daylight")):
        assert str(data) in said(start(data))[1]
        assert str(data) in said(start(data, "--disable-account", "li"))[1]
    assert file.read_text() == "mine"


def test_files_that_are_not_ours(tmp_path):
    noise = b"not a database, but long enough to be read as one" * 100
    for name in ("log.db", "house.db"):
        data = tmp_path / name.partition(".")[0]
        data.mkdir()
        (data / name).write_bytes(noise)
        assert "not a database" in said(start(data))[1]
        assert (data / name).read_bytes() == noise
    assert "not a database" in said(start(tmp_path / "house", "--disable-account", "li"))[1]


def test_a_broken_key(tmp_path):
    key = tmp_path / "the.key"
    key.write_text("?")
    key.chmod(0o600)
    assert "not a signing key" in said(start(tmp_path / "new", "--key", str(key)))[1]
    assert list(tmp_path.iterdir()) == [key]
    assert key.read_text() == "?"


def test_a_list_of_witnesses_that_is_none(tmp_path):
    path = tmp_path / "witnesses"
    assert str(path) in said(start(tmp_path / "new", "--witnesses", str(path)))[1]
    for text in ("", "quorum nobody\n", "quorum none\nlog x\n", b"\xff\n"):
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        assert str(path) in said(start(tmp_path / "new", "--witnesses", str(path)))[1]
    assert not (tmp_path / "new").exists()


def test_the_key_for_witnesses_can_be_shown_before_and_beside_the_open_house(tmp_path):
    prefix = ("--origin-prefix", "bid.example.cn/log")
    first = start(tmp_path / "data", "--make-key", *prefix)
    with house_process(tmp_path / "data") as house:
        beside = start(house.data, "--show-key", *prefix)
    for done in (first, beside):
        assert (done.returncode, done.stderr) == (0, "")
        assert Verifier.parse(done.stdout.strip()).name == "bid.example.cn/log"
    assert first.stdout == beside.stdout
    zh, en = said(start(tmp_path / "data", "--make-key", *prefix))
    assert "已存在，未改动" in zh
    assert "was left alone" in en
    assert start(tmp_path / "data", "--show-key", *prefix).stdout == first.stdout


def test_showing_a_key_never_makes_one(tmp_path):
    for folder in (tmp_path / "data", tmp_path / "nothing"):
        zh, en = said(start(folder, "--show-key"))
        assert f"{folder / 'signing.key'} 处没有签名密钥" in zh
        assert "--data" in zh
        assert f"There is no signing key at {folder / 'signing.key'}" in en
        assert "--data" in en
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def house(tmp_path):
    (tmp_path / "data").mkdir()
    with house_process(tmp_path / "data") as running_house:
        yield running_house


def test_a_data_folder_in_use(house):
    assert "Another house" in said(start(house.data))[1]


async def with_an_auction(house: HouseProcess) -> None:
    async with signed_in(house, "staff1", "approver1") as (staff, approver):
        await publish(staff, approver, english(await now(staff) + 3_600_000_000))


async def test_a_house_with_logs_does_not_get_another_key(house):
    await with_an_auction(house)
    house.end()
    key, elsewhere = house.data / "signing.key", house.data.parent / "safe.key"
    key.rename(elsewhere)
    assert "restore it" in said(start(house.data))[1]
    assert not key.exists()
    # The key may live elsewhere: with it, the house opens its log.
    house.options = ("--no-demo", "--key", str(elsewhere))
    house.start()
    async with Visitor(house.url) as public:
        async with asyncio.timeout(30):
            while not (await public.get("/api/auctions"))["auctions"]:
                await asyncio.sleep(0.05)
    assert not key.exists()
    assert house.errors() == []


async def test_a_house_whose_log_cannot_be_opened_yet_says_so_once_and_can_be_stopped(house):
    await with_an_auction(house)
    house.end()
    raw = sqlite3.connect(house.data / "log.db")
    raw.execute(
        "CREATE TRIGGER broken BEFORE UPDATE ON log_writer "
        "BEGIN SELECT RAISE(ABORT, 'out of order'); END"
    )
    raw.close()
    house.start()
    async with asyncio.timeout(30):
        while not house.errors():
            await asyncio.sleep(0.05)
    # It tries again and again, and does not say so: 0.1 + 0.2 + 0.4 s between the first four.
    await asyncio.sleep(1)
    loop = asyncio.get_running_loop()
    assert await loop.run_in_executor(None, house.end, signal.SIGTERM) == 0
    assert len(house.errors()) == 1
    assert "cannot be opened yet" in house.errors()[0]


async def test_a_torn_log_is_refused_for_good_and_the_house_goes_on(house):
    await with_an_auction(house)
    house.end()
    tear(house.data / "log.db", "log_writer")
    house.start()
    async with Visitor(house.url) as public:
        async with asyncio.timeout(30):
            while not house.errors():
                await asyncio.sleep(0.05)
        await public.get("/api/auctions")
    assert house.end() == 0
    (line,) = house.errors()
    assert "malformed" in line


def tear(path: Path, table: str) -> None:
    """Overwrites the root page of a table."""
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (size,) = raw.execute("PRAGMA page_size").fetchone()
    (page,) = raw.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    raw.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


async def test_a_store_without_a_list_of_its_logs_is_no_house(house):
    await with_an_auction(house)
    house.end()
    tear(house.data / "log.db", "log")
    assert "malformed" in said(start(house.data))[1]


def test_nobody_else_may_read_what_the_house_writes(tmp_path):
    data = tmp_path / "new"
    usual = os.umask(0o022)
    try:
        data.mkdir()
        house = HouseProcess(data)
        house.start()
        try:
            modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in data.iterdir()}
        finally:
            assert house.end() == 0
    finally:
        os.umask(usual)
    del modes["stderr-0.txt"]  # the test's own
    assert {"log.db", "log.db-wal", "house.db", "signing.key"} <= modes.keys()
    assert {name for name, mode in modes.items() if mode & 0o077} == set()


def test_a_secret_of_tags_that_cannot_be_used(tmp_path):
    secret = tmp_path / "data" / "tags.key"
    secret.parent.mkdir()
    secret.write_text("another file\n")
    secret.chmod(0o600)
    assert str(secret) in said(start(secret.parent, "--tags", "session"))[1]
    assert list(secret.parent.iterdir()) == [secret], "nothing else was written"
    wrong = start(tmp_path / "new", "--tags", "everything")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("--tags: ")
