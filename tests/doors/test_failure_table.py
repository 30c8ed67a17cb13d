"""The failure table of a house in one process, row by row, on the real program with a real disk.

`docs/operating.md` says which row is held by which test; these are the rows that need a disk or a
process to break. One house and one auction go through all of them; at the end the record is judged
by the invariants that the simulation shares, against every answer that was given.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bidding.client import Visitor
from bidding.client.seat import Answer
from bidding.proof.archive import verify_archive
from bidding.proof.policy import parse_policy
from tests.doors.door import HouseProcess, house_process, running, signed_in, take_part
from tests.doors.failing_disk import FailingDisk, How
from tests.invariants import broken
from tests.invariants.history import History


@dataclass
class Breakable:
    """A house whose disk can fail, its one auction, and every answer that anybody was given."""

    house: HouseProcess
    disk: FailingDisk
    auction: str = ""
    amount: int = 99_000
    answers: dict[str, Answer] = field(default_factory=dict)

    def next(self) -> int:
        self.amount += 1_000
        return self.amount

    async def entries(self, watcher: Visitor) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        path = f"/api/auctions/{self.auction}/entries"
        while True:
            part = await watcher.get(path, start=len(found), limit=1000)
            found += part["entries"]
            if len(found) >= part["size"]:
                return found


@pytest.fixture(scope="module")
def breakable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Breakable]:
    folder = tmp_path_factory.mktemp("failing")
    disk = FailingDisk.built(folder)
    environment = disk.environment("log.db")
    with house_process(folder / "data", environment=environment) as house:
        found = Breakable(house, disk)

        async def prepare() -> None:
            async with signed_in(house, "staff1", "approver1", "bidder1") as (staff, two, bidder):
                found.auction = await running(staff, two, 3600)
                await take_part(staff, found.auction, bidder)

        asyncio.run(prepare())
        yield found


def about(entries: list[dict[str, Any]], ref: str) -> list[int]:
    """Where this request stands in the record."""
    return [e["i"] for e in entries if e.get("cmd", "").endswith(f"/{ref}")]


def stops(entries: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """Where the house suspended the session, and why."""
    made = [e for e in entries if e["type"] == "suspend.accepted"]
    return [(e["i"], e["data"]["ask"]["reason"]) for e in made]


def served(answer: Answer) -> bool:
    """Taken, or refused for coming before the house resumed what it had just suspended."""
    return answer.accepted or answer.reason == "SUSPENDED"


async def goes_on(at: Breakable, watcher: Visitor, since: int) -> list[dict[str, Any]]:
    """Until the house has suspended the session after entry `since` and resumed it."""
    async with asyncio.timeout(60):
        while True:
            entries = await at.entries(watcher)
            if any(i > since for i, _ in stops(entries)):
                later = [e["type"] for e in entries[stops(entries)[-1][0] :]]
                if "resume.accepted" in later:
                    return entries
            await asyncio.sleep(0.2)


@pytest.mark.parametrize("how", ["enospc", "eio_write", "eio_fsync"])
async def test_a_disk_that_fails_is_no_answer_and_then_one(breakable: Breakable, how: How) -> None:
    """Rows "disk full" and "fsync/write EIO": pause, retry, nothing acknowledged, then once."""
    at = breakable
    async with signed_in(at.house, "staff1", "bidder1") as (staff, bidder):
        async with bidder.join(at.auction) as seat:
            with at.disk.failing(how):
                asked = asyncio.create_task(seat.bid(at.next(), ref=how, within=40))
                await asyncio.sleep(1)
                assert not asked.done(), "unknown is never answered, and never with a no"
            at.answers[how] = answer = await asked
        assert answer.accepted
        entries = await at.entries(staff)
    assert about(entries, how) == [answer.i]
    before = [reason for i, reason in stops(entries) if i < answer.i]
    assert before[-1] in ("RECOVERY", "INTERRUPTED"), "and the lost time was given back first"


@pytest.mark.parametrize(
    ("how", "written"),
    [("die_before_write", False), ("die_torn", False), ("die_after_fsync", True)],
)
async def test_a_crash_before_and_after_the_commit(
    breakable: Breakable, how: How, *, written: bool
) -> None:
    """Rows "crash before commit", "torn write + crash", "crash after commit, before reply"."""
    at = breakable
    async with signed_in(at.house, "staff1", "bidder1") as (staff, bidder):
        async with bidder.join(at.auction) as seat:
            at.disk.fail(how)
            asked = asyncio.create_task(seat.bid(at.next(), ref=how, within=40))
            process = at.house.process
            assert process is not None
            loop = asyncio.get_running_loop()
            assert await loop.run_in_executor(None, process.wait, 60) == -signal.SIGKILL
            assert process.stdout is not None
            process.stdout.close()
            assert not asked.done()
            at.disk.mend()
            await loop.run_in_executor(None, at.house.start)
            at.answers[how] = answer = await asked
        assert answer.accepted
        entries = await at.entries(staff)
    assert about(entries, how) == [answer.i], "once"
    recovery = stops(entries)[-1]
    assert recovery[1] == "RECOVERY"
    # After the commit the entry is there already; before it the retry is decided anew.
    assert (answer.i < recovery[0]) == written


async def test_slow_commits_are_lost_time_and_given_back(breakable: Breakable) -> None:
    """Row "slow commits" (finding 6): a write of over a second is time that nobody had."""
    at = breakable
    async with signed_in(at.house, "staff1", "bidder1") as (staff, bidder):
        size = len(await at.entries(staff))
        async with bidder.join(at.auction) as seat:
            with at.disk.failing("slow_fsync"):
                asked = asyncio.create_task(seat.bid(at.next(), ref="slow", within=40))
                await asyncio.sleep(4)
            at.answers["slow"] = await asked
        assert served(at.answers["slow"])
        entries = await goes_on(at, staff, size - 1)
    assert stops(entries)[-1][1] == "INTERRUPTED"
    assert about(entries, "slow") == [at.answers["slow"].i]


async def test_a_process_that_stands_still_takes_nobodys_time(breakable: Breakable) -> None:
    """Rows "writer pause (SIGSTOP, VM freeze)" and "stuck loop"."""
    at = breakable
    async with signed_in(at.house, "staff1", "bidder1") as (staff, bidder):
        size = len(await at.entries(staff))
        async with bidder.join(at.auction) as seat:
            process = at.house.process
            assert process is not None
            process.send_signal(signal.SIGSTOP)
            asked = asyncio.create_task(seat.bid(at.next(), ref="stopped", within=40))
            await asyncio.sleep(4)
            process.send_signal(signal.SIGCONT)
            at.answers["stopped"] = await asked
        assert served(at.answers["stopped"])
        entries = await goes_on(at, staff, size - 1)
    stop = next(e for e in entries if e["i"] == stops(entries)[-1][0])
    assert stop["t"] - stop["data"]["ask"]["since"] > 3_000_000, "as of when it stood still"
    assert about(entries, "stopped") == [at.answers["stopped"].i]


async def test_at_the_end_every_answer_is_in_the_record_and_every_invariant_holds(
    breakable: Breakable, tmp_path: Path
) -> None:
    at = breakable
    async with signed_in(at.house, "approver1", "auditor1") as (two, auditor):
        path = f"/api/auctions/{at.auction}"
        done = await two.post(f"{path}/terminate", {"reason": "rehearsal over"})
        assert done["type"] == "accepted"
        entries = await at.entries(auditor)
        raw = await auditor.download(f"{path}/archive")
        policy = parse_policy((await auditor.download(f"{path}/policy")).decode())
        receipts = [
            (one.i, await auditor.download(f"{path}/receipts/{one.i}"))
            for one in at.answers.values()
        ]
    verify_archive(raw, policy)
    history = History.of_archive(raw)
    (history.key,) = policy.logs
    history.receipts = receipts
    assert broken(history) == []
    assert len(at.answers) == 8, "no row was left out"
    for ref, answer in at.answers.items():
        assert about(entries, ref) == [answer.i]
        assert entries[answer.i]["type"] == f"bid.{answer.body['type']}"
