"""A whole floor-area session, live: real process, real sockets, and a kill -9 in the middle.

Nothing acknowledged is lost, no bid counts twice, everybody comes back by cursor, and the
archive verifies and re-judges with the auditor's own commands.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from bidding.client import Answer, Seat
from bidding.proof.policy import parse_policy
from bidding.proof.receipt import verify_receipt
from replay.verify import verify
from tests.doors.house_process import OFFICERS, SECOND, HouseProcess, People, make_people
from tests.doors.program import ROOT

BIDDERS = {f"bidder{n}": f"P{n}" for n in range(1, 6)}
AREAS = {"P1": 30_000, "P2": 25_000, "P3": 40_000, "P4": 20_000, "P5": 15_000}
DEPOSIT = 50_000_000
QUOTING_SECONDS = 10
COUNTDOWN_SECONDS = 5


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[HouseProcess]:
    house = HouseProcess(tmp_path / "data")
    await make_people(house.data, {**OFFICERS, **dict.fromkeys(BIDDERS, ("bidder",))})
    await asyncio.to_thread(house.start)
    yield house
    house.stop()


def document(now: int) -> dict[str, Any]:
    return {
        "auction": "far-live",
        "title": {"zh": "调容现场", "en": "Floor area, live"},
        "rule": "far_adjustment",
        "deposit": DEPOSIT,
        "terms": {
            "parcels": [{"id": i, "zh": i, "en": i, "added_area": a} for i, a in AREAS.items()],
            "quota_area": 100_000,
            "start_price": "4000",
            "step": "50",
            "quoting_opens": now + 2 * SECOND,
            "quoting_closes": now + (2 + QUOTING_SECONDS) * SECOND,
            "countdown_seconds": COUNTDOWN_SECONDS,
        },
    }


class Watcher:
    """A bidder who bids as fast as he is answered, and writes down all he was told."""

    def __init__(self, account: str, seat: Seat) -> None:
        self.account, self.seat = account, seat
        self.asked: list[str] = []
        self.answers: dict[str, Answer] = {}
        self.numbers: dict[str, list[int]] = {"public": [], "own": []}
        seat.listen(self._heard)

    def _heard(self, event: dict[str, Any]) -> None:
        # Only a bidder's own channel carries his references.
        channel = "own" if "ref" in event else "public"
        self.numbers[channel].append(event["n"])

    async def bid(self, amount: int) -> Answer:
        ref = f"{self.account}-{len(self.asked)}"
        self.asked.append(ref)
        answer = await self.seat.bid(amount, ref=ref, within=40)
        self.answers[ref] = answer
        return answer

    async def bid_on(self, rounds: int, first: int) -> None:
        """Raises himself a step at a time; every fourth offer is too low on purpose."""
        amount = first
        for n in range(rounds):
            if n % 4 == 3:
                low = await self.bid(first - 10_000)
                assert low.reason in (
                    "BELOW_MIN_NEXT",
                    "BELOW_START",
                    "SUSPENDED",
                    "AFTER_DEADLINE",
                )
            else:
                answer = await self.bid(amount)
                amount += 5_000 if answer.accepted else 0


async def test_a_live_session_survives_kill_9(house: HouseProcess, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        people = await stack.enter_async_context(People(house))
        await people.sign_in("staff", "approver", "auditor", *BIDDERS)
        now = (await people["staff"].get("/api/time"))["now"]
        auction = await people.publish(document(now))
        numbers = await people.admit(auction, dict(BIDDERS), DEPOSIT)
        watchers = [
            Watcher(name, await stack.enter_async_context(people[name].join(auction)))
            for name in BIDDERS
        ]
        for watcher in watchers:
            await watcher.seat.until(lambda seat: stage(seat) == "quoting", within=30)
        await asyncio.gather(*(w.bid_on(4, 400_000) for w in watchers))
        for watcher in watchers:
            await watcher.seat.until(lambda seat: stage(seat) == "timed", within=30)

        before = [len(w.answers) for w in watchers]
        racing = asyncio.gather(*(w.bid_on(24, 500_000) for w in watchers))
        for watcher, had in zip(watchers, before, strict=True):
            await watcher.seat.until(more_than(watcher, had), within=30)
        house.end(signal.SIGKILL)
        in_flight = sum(len(w.asked) - len(w.answers) for w in watchers)
        assert in_flight, "the house must die with bids under way"
        acknowledged = {r: a for w in watchers for r, a in w.answers.items()}
        await asyncio.to_thread(house.start)
        await racing
        for watcher in watchers:
            await watcher.seat.until(lambda seat: seat.room["status"] == "closed", within=60)
            assert watcher.seat.connections == 2

        check_numbers(watchers)
        await check_archive(people, auction, watchers, numbers, acknowledged)
        await check_files(people, auction, watchers[0], tmp_path)


def more_than(watcher: Watcher, count: int) -> Callable[[Seat], bool]:
    return lambda _seat: len(watcher.answers) > count


def stage(seat: Seat) -> str | None:
    found = seat.room.get("stage")
    return found["id"] if found else None


def check_numbers(watchers: list[Watcher]) -> None:
    """Everybody saw every event once and in order, across the crash."""
    for watcher in watchers:
        for heard in watcher.numbers.values():
            assert heard == list(range(heard[0], heard[0] + len(heard)))
        assert len(watcher.numbers["own"]) == len(watcher.asked)
    public = {tuple(w.numbers["public"][-50:]) for w in watchers}
    assert len(public) == 1, "two bidders saw different streams"


async def check_archive(
    people: People,
    auction: str,
    watchers: list[Watcher],
    numbers: dict[str, str],
    acknowledged: dict[str, Answer],
) -> None:
    """What everybody was told is what the log says, once."""
    raw, policy_text = await fetched(people, auction)
    session = verify(raw, parse_policy(policy_text))
    entries = session.entries

    keys = Counter(e["cmd"] for e in entries if "cmd" in e)
    assert max(keys.values()) == 1, "a request counted twice"
    for watcher in watchers:
        actor = f"bidder:{numbers[watcher.account]}"
        assert set(watcher.answers) == set(watcher.asked), "a bid was never answered"
        for ref, answer in watcher.answers.items():
            entry = entries[answer.i]
            assert (entry["actor"], entry["cmd"]) == (actor, f"{actor}/{ref}")
            assert entry["type"] == ("bid.accepted" if answer.accepted else "bid.refused")
            assert entry["data"].get("reason") == answer.reason
            assert entry["t"] == answer.body["t"]
    stops = [e for e in entries if e["type"] == "suspend.accepted"]
    assert [e["data"]["ask"]["reason"] for e in stops] == ["RECOVERY"]
    assert any(a.i > stops[0]["i"] for w in watchers for a in w.answers.values())
    assert all(a.i < stops[0]["i"] for a in acknowledged.values())
    winners = [a.bidder for a in session.state.standing.awards]
    assert winners
    assert sum(a.quantity or 0 for a in session.state.standing.awards) <= 100_000


async def fetched(people: People, auction: str) -> tuple[bytes, str]:
    archive = await people["auditor"].download(f"/api/auctions/{auction}/archive")
    policy = await people["auditor"].download(f"/api/auctions/{auction}/policy")
    return archive, policy.decode()


async def check_files(people: People, auction: str, mine: Watcher, tmp_path: Path) -> None:
    """Receipts, and the auditor's own commands on the files an auditor gets."""
    raw, policy_text = await fetched(people, auction)
    policy = parse_policy(policy_text)
    for accepted in (True, False):
        answer = next(a for r, a in mine.answers.items() if a.accepted == accepted)
        path = f"/api/auctions/{auction}/receipts/{answer.i}"
        receipt = verify_receipt(await people[mine.account].download(path), policy)
        assert receipt.index == answer.i
        assert receipt.entry == raw.split(b"\n")[3 + answer.i]

    files = tmp_path / "far.session", tmp_path / "far.policy"
    files[0].write_bytes(raw)
    files[1].write_text(policy_text, encoding="utf-8")
    for command in ("verify", "rejudge"):
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "replay", command, files[0], "--policy", files[1]],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.startswith("ok: ")
