"""The state of the service is told from the pulse and the entries, to everybody, whatever is away."""

from __future__ import annotations

import asyncio
import csv
import io

import pytest

from bidding.core.commands import Command, Resume, Suspend
from bidding.core.downtime import RECOVERY
from bidding.engine.house import House
from bidding.engine.hub import Room
from bidding.engine.ports import LogBroken
from bidding.web import service
from bidding.web.service import DAYS
from tests.bidding.web.door_in_process import Open, open_door, signed_in
from tests.bidding.web.test_open_data import fetch, publish, told

SECOND = 1_000_000
DAY = 86_400 * SECOND
WHERE = "/open/service"


@pytest.fixture(autouse=True)
def on_a_slow_machine(monkeypatch):
    """What the pulse shows is tried on virtual time (engine/test_auctioneer.py); here nothing is late."""
    monkeypatch.setattr(House, "taking", property(lambda house: house.ready))
    monkeypatch.setattr(service, "_PATIENCE", 60)


async def later(house: Open, by: int = 3 * SECOND) -> None:
    """After more than it is kept for."""
    house.pass_by(by)


async def test_a_centre_with_nothing_to_tell_says_so_without_a_cookie(tmp_path):
    async with open_door(tmp_path) as house:
        status, headers, _ = await fetch(house, WHERE)
        assert (status, "Set-Cookie" in headers) == (200, False)
        quiet = await told(house, WHERE)
        assert (quiet["state"], quiet["heard"], quiet["days"]) == ("quiet", None, DAYS)
        assert (quiet["sessions"], quiet["interruptions"]) == ([], [])
        await house.publish()
        await house.until("a", "running")
        await later(house)
        taking = await told(house, WHERE)
        assert (taking["state"], taking["running"], taking["suspended"]) == ("taking", 1, 0)


async def test_an_interruption_is_told_while_it_lasts_and_after(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "s") as (staff,):
        await house.publish()
        await house.until("a", "running")
        since = house.clock.now()
        await later(house, 90 * SECOND)
        core = house.door.house
        # No pulse of this house ends a suspension with this reason: it stands until it is asked to go on.
        await core.ask("a", Command("system", Suspend(RECOVERY, since)))
        await later(house)
        words = {"zh": "网络中断，请稍候。", "en": "The network is down; please wait."}
        await staff.post("/api/auctions/a/announce", words)
        await later(house)
        now = await told(house, WHERE)
        (row,) = now["interruptions"]
        assert (now["state"], row["outcome"], row["since"]) == ("partly", "open", since)
        assert (row["cause"], row["by"], row["given"]) == ("service", None, None)
        assert row["archive"] is False, "nobody has the archive of what runs"
        assert [message["text"] for message in row["messages"]] == [words]
        await core.ask("a", Command("system", Resume(RECOVERY)))
        await later(house)
        after = await told(house, WHERE)
        (row,) = after["interruptions"]
        assert (after["state"], row["outcome"], row["by"]) == ("taking", "resumed", "rule")
        lasted = row["ended"] - since
        (session,) = after["sessions"]
        assert (session["service"], session["all"], session["times"]) == (lasted, lasted, 1)
        assert lasted >= 90 * SECOND
        (record,) = (await told(house, "/open/interruptions"))["records"]
        assert (record["id"], record["entry"]) == ("a-pause-1", row["entry"])
        assert record["seconds"] == f"{lasted // SECOND}.{lasted % SECOND:06d}"
        assert record["given_back_seconds"] == record["seconds"]
        _, _, body = await fetch(house, "/open/interruptions.csv")
        (cells,) = csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""))
        assert cells == {name: "" if v is None else str(v) for name, v in record.items()}


async def test_what_an_officer_stopped_is_listed_and_is_no_loss_of_the_service(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "s") as (staff,):
        await house.publish()
        await house.until("a", "running")
        await staff.post("/api/auctions/a/suspend", {"reason": "网络攻击"})
        await later(house)
        found = await told(house, WHERE)
        assert (found["state"], found["suspended"]) == ("quiet", 1)
        (row,), (session,) = found["interruptions"], found["sessions"]
        assert (row["cause"], row["reason"]["zh"]) == ("officer", "网络攻击")
        assert session["service"] == 0 < session["all"]
        # Still there after any time; once it is over and the period too, it is left to the open data.
        await later(house, (DAYS + 1) * DAY)
        assert len((await told(house, WHERE))["interruptions"]) == 1
        async with signed_in(house, "t") as (approver,):
            await approver.post("/api/auctions/a/terminate", {"reason": "改期"})
        await later(house)
        (over,) = (await told(house, WHERE))["interruptions"]
        assert (over["outcome"], over["archive"]) == ("over", True)
        await later(house, (DAYS + 1) * DAY)
        assert (await told(house, WHERE))["interruptions"] == []
        assert len((await told(house, "/open/interruptions"))["records"]) == 1


async def test_a_record_that_cannot_be_read_is_told_with_what_was_known(tmp_path, monkeypatch):
    async with open_door(tmp_path) as house:
        await house.publish()
        await house.until("a", "running")
        await house.door.house.ask("a", Command("system", Suspend(RECOVERY)))
        await later(house)
        known = (await told(house, WHERE))["interruptions"]

        async def away(_: str) -> None:
            raise LogBroken

        monkeypatch.setattr(house.door.house, "opened", away)
        await later(house)
        found = await told(house, WHERE)
        told_now = found["state"], found["complete"], found["interruptions"]
        assert told_now == ("away", False, known)


async def test_a_store_that_only_hangs_keeps_nobody_waiting(tmp_path, monkeypatch):
    async with open_door(tmp_path) as house:
        await house.publish()
        await house.until("a", "running")
        opened, hangs = house.door.house.opened, asyncio.Event()

        async def hanging(auction: str) -> Room:
            await hangs.wait()
            return await opened(auction)

        monkeypatch.setattr(house.door.house, "opened", hanging)
        monkeypatch.setattr(service, "_PATIENCE", 0.05)
        found = await told(house, WHERE)
        # That bids are written the pulse knows; what was interrupted nobody has read yet.
        assert (found["state"], found["complete"], found["running"]) == ("taking", False, 0)
        hangs.set()
        monkeypatch.setattr(service, "_PATIENCE", 60)
        found = await told(house, WHERE)
        assert (found["state"], found["complete"], found["running"]) == ("taking", True, 1)
        hangs.clear()
        monkeypatch.setattr(service, "_PATIENCE", 0.05)
        await later(house)
        # Whoever closes the door does not wait for the store either.
        assert (await told(house, WHERE))["running"] == 1


async def test_however_many_look_it_is_worked_out_once(tmp_path, monkeypatch):
    async with open_door(tmp_path) as house:
        await house.publish()
        await house.until("a", "running")
        looks = 0
        opened = house.door.house.opened

        async def counted(auction: str) -> Room:
            nonlocal looks
            looks += 1
            return await opened(auction)

        monkeypatch.setattr(house.door.house, "opened", counted)
        at = house.clock.now()
        await asyncio.gather(*(told(house, WHERE) for _ in range(20)))
        # A slow machine may be longer at it than what was found is kept for.
        assert looks <= 1 + (house.clock.now() - at) // (2 * SECOND)
        before = looks
        await later(house)
        await told(house, WHERE)
        assert looks == before + 1


async def test_a_house_that_goes_takes_no_bids(tmp_path):
    async with open_door(tmp_path) as house:
        assert (await told(house, WHERE))["state"] == "quiet"
        await house.door.house.close()
        assert (await told(house, WHERE))["state"] == "away"


async def test_a_sealed_stage_does_not_tell_how_many_acted(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "s") as (staff,):
        now = house.clock.now()
        terms = {"opens": now + SECOND, "closes": now + 3_600 * SECOND}
        made = {"rule": "sealed_bid", "terms": {**terms, "start_price": 100, "step": 1}}
        await publish(house, [], staff, "s", made)
        await staff.post("/api/auctions/s/suspend", {"reason": "停电"})
        await later(house)
        (row,) = (await told(house, WHERE))["interruptions"]
        (record,) = (await told(house, "/open/interruptions"))["records"]
        assert (row["entry"], record["entry"]) == (None, None)
