"""A copy made while bids come in, brought back as a house; a damaged record, and what is left of it."""

import asyncio
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bidding.proof.policy import parse_policy
from replay.verify import verify
from tests.doors.door import ROOT, HouseProcess, house_process, running, signed_in, take_part


def upkeep(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bidding.upkeep", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
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


def test_a_record_that_is_no_database_is_said(tmp_path: Path):
    (tmp_path / "log.db").write_bytes(b"not a database at all" * 500)
    done = upkeep("doctor", "--data", tmp_path)
    assert done.returncode == 2
    assert "signing.key" in done.stderr
