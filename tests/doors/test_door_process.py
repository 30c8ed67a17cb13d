"""The program itself: started, stopped, killed, and its errands on the register."""

import asyncio
import json
import signal
import subprocess
import sys

import aiohttp
import pytest

from bidding.client import HouseSaysNo, Visitor
from tests.doors.door import (
    PASSWORD,
    ROOT,
    HouseProcess,
    closed_with,
    house_process,
    receive,
    running,
    signed_in,
    size,
    socket,
    take_part,
)
from tests.ports import Port


@pytest.fixture
def house(tmp_path):
    with house_process(tmp_path) as running_house:
        yield running_house
        assert running_house.errors() == []


async def test_a_bid_in_flight_when_the_house_is_killed_is_answered_once(house: HouseProcess):
    async with signed_in(house, "staff1", "approver1", "bidder1") as (staff, approver, bidder):
        auction = await running(staff, approver)
        await take_part(staff, auction, bidder)
        async with bidder.join(auction) as seat:
            first = await seat.bid(100_000, ref="before")
            shown: list[int] = []
            seat.listen(lambda event: shown.append(event["n"]))
            loop = asyncio.get_running_loop()
            # Deaf first, so that the bids are surely on their way when it dies.
            assert house.process is not None
            house.process.send_signal(signal.SIGSTOP)
            flying = [
                asyncio.create_task(seat.bid(101_000 + n * 1_000, ref=f"flying-{n}", within=30))
                for n in range(4)
            ]
            await asyncio.sleep(0.05)
            await loop.run_in_executor(None, house.end, signal.SIGKILL)
            await loop.run_in_executor(None, house.start)
            answers = await asyncio.gather(*flying)
            assert seat.connections >= 2
            assert seat.unanswered == []
            entries = (await staff.get(f"/api/auctions/{auction}/entries", limit=1000))["entries"]
            own = [
                e
                for e in entries
                if e.get("cmd", "").startswith(f"bidder:{seat.welcome['bidder']}/")
            ]
            assert len(own) == 5
            by_index = {e["i"]: e for e in own}
            for answer in (first, *answers):
                assert by_index[answer.i]["cmd"].endswith(f"/{answer.body['ref']}")
            # Whatever stood before the break stands after it, and time was given back.
            kinds = [e["type"] for e in entries]
            assert kinds.index("suspend.accepted") < kinds.index("resume.accepted")
            verdict = await staff.get(f"/api/auctions/{auction}/verify")
            assert (verdict["ok"], verdict["rejudged"]) == (True, True)


async def test_going_away_is_said_and_nothing_asked_before_is_lost(house: HouseProcess):
    async with signed_in(house, "staff1", "approver1", "bidder1") as (staff, approver, bidder):
        auction = await running(staff, approver)
        await take_part(staff, auction, bidder)
        async with socket(bidder, auction) as ws:
            await ws.send(json.dumps({"type": "bid", "ref": "last", "amount": 100_000}))
            ending = asyncio.get_running_loop().run_in_executor(None, house.end)
            answer = await receive(ws, "accepted", "retry")
            assert await closed_with(ws) == 1001
            assert await ending == 0
        assert answer["type"] in ("accepted", "retry")
        await asyncio.get_running_loop().run_in_executor(None, house.start)
        again = await bidder.post(
            f"/api/auctions/{auction}/bids", {"ref": "last", "amount": 100_000}
        )
        assert again["type"] == "accepted"
        if answer["type"] == "accepted":
            assert again["i"] == answer["i"]


def errand(
    house: HouseProcess, *arguments: str, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "server.py", "--data", str(house.data), "--no-demo", *arguments],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


async def test_accounts_are_made_and_closed_beside_the_running_house(house: HouseProcess):
    loop = asyncio.get_running_loop()

    async def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return await loop.run_in_executor(None, lambda: errand(house, *arguments, stdin=stdin))

    new = ("--create-account", "li", "--name", "李", "--roles", "staff")
    assert (await run(*new, stdin="short\n")).returncode == 2
    assert (await run(*new, stdin="a good long one\n")).returncode == 0
    assert (await run(*new, stdin="a good long one\n")).returncode == 1
    for roles in ("bidder,staff", "king"):
        mixed = await run("--create-account", "x", "--roles", roles, stdin="a good long one\n")
        assert mixed.returncode == 2, mixed.stderr
    own = await run("--create-account", "demo-x", stdin="a good long one\n")
    assert own.returncode == 2
    async with Visitor(house.url) as li, Visitor(house.url) as second, Visitor(house.url) as staff:
        for visitor in (li, second):
            await visitor.sign_in("li", "a good long one")
        await staff.sign_in("staff1", PASSWORD)
        async with signed_in(house, "approver1") as (approver,):
            auction = await running(staff, approver)
        async with socket(li, auction) as ws:
            assert (await run("--disable-account", "li")).returncode == 0
            assert await closed_with(ws) == 4409
        assert (await second.get("/api/me"))["account"] is None
        with pytest.raises(HouseSaysNo):
            await li.sign_in("li", "a good long one")
    assert (await run("--disable-account", "nobody")).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--port", "99999"), "--port"),
        (("--port", "x"), "--port"),
        (("--origin-prefix", "a b"), "--origin-prefix"),
    ],
)
def test_a_wrong_setting_is_named(house: HouseProcess, arguments, word: str):
    done = errand(house, *arguments)
    assert (done.returncode, word in done.stderr) == (2, True)


async def test_the_demonstration_has_a_live_session_within_seconds_and_its_accounts_die_with_it(
    tmp_path,
):
    house = HouseProcess(tmp_path, ())
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, house.start)
    try:
        async with Visitor(house.url) as newcomer:
            await newcomer.sign_in("demo-bidder", "daylight")
            live, lines = None, []
            async with asyncio.timeout(60):
                while live is None:
                    lines = (await newcomer.get("/api/auctions"))["auctions"]
                    open_now = [a for a in lines if a["status"] == "running" and a["mine"]]
                    live = next((a for a in open_now if a["mine"]["deposit"]["ok"]), None)
                    await asyncio.sleep(0.1)
            async with newcomer.join(live["auction"]) as seat:
                assert seat.you is not None
                answer = await seat.bid(seat.you["actions"]["minimum"], lot=live["mine"]["lot"])
                assert answer.accepted
                # Others come to the table by themselves.
                await seat.until(lambda s: len(s.room["offers"]) >= 2, within=60)
                assert await size_as(house, "demo-auditor", live["auction"]) > 12
            announced = [a for a in lines if a["status"] == "announced"]
            assert any(a["auction"].startswith("demo-land-") for a in announced)
        await loop.run_in_executor(None, house.end)
        assert house.errors() == []
        house.options = ("--no-demo",)
        await loop.run_in_executor(None, house.start)
        async with Visitor(house.url) as visitor:
            with pytest.raises(HouseSaysNo) as no:
                await visitor.sign_in("demo-staff", "daylight")
            assert no.value.code == "WRONG_PASSWORD"
    finally:
        await loop.run_in_executor(None, house.end)


async def size_as(house: HouseProcess, account: str, auction: str) -> int:
    async with Visitor(house.url) as visitor:
        await visitor.sign_in(account, "daylight")
        return await size(visitor, auction)


async def test_figures_for_operators_name_nobody(tmp_path):
    port = Port()
    loop = asyncio.get_running_loop()
    house = HouseProcess(tmp_path, ("--no-demo", "--metrics-port", str(port.number)))
    await loop.run_in_executor(None, house.start)
    try:
        async with Visitor(house.url) as public:
            await public.get("/api/auctions")
            with pytest.raises(HouseSaysNo):
                await public.get("/api/auctions/secret-name")
        figures = f"http://127.0.0.1:{port.number}/metrics"
        async with aiohttp.ClientSession() as http, http.get(figures) as response:
            text = await response.text()
        assert (
            'daylight_requests_total{method="GET",route="/api/auctions",status="200"} 1.0' in text
        )
        assert "secret-name" not in text
        assert "daylight_streams 0.0" in text
    finally:
        assert await loop.run_in_executor(None, house.end) == 0
