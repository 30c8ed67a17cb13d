"""A real house and two real witnesses: R1 at once, R2 when both have signed, and no fork ever.

Everything is checked as an outsider checks it: with files, a policy and `python -m replay`.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bidding.adapters.keys import FileKeys
from bidding.client import HouseSaysNo, Seat
from bidding.client.visitor import Visitor
from bidding.proof.archive import parse_archive
from bidding.proof.checkpoint import Checkpoint, parse_body
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.witness import Submission
from tests.doors.house_process import (
    OFFICERS,
    SECOND,
    HouseProcess,
    People,
    begun_by_an_offer,
    make_people,
)
from tests.doors.program import ROOT
from tests.doors.witness_process import WitnessProcess
from tests.ports import Port


@dataclass
class Watched:
    """A house, its witnesses, and the folder that its visitors keep files in."""

    house: HouseProcess
    office: WitnessProcess
    notary: WitnessProcess
    folder: Path
    figures: Port

    def replay(self, *arguments: str) -> tuple[int, str]:
        """The auditor's own command: its exit status and words."""
        command = [sys.executable, "-m", "replay", *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def file(self, name: str, content: bytes) -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)


def show_key(data: Path) -> str:
    """What the operator of a new house hands to whoever witnesses."""
    done = subprocess.run(
        [sys.executable, "server.py", "--data", str(data), "--make-key"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def watched(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Watched]:
    data = tmp_path / "data"
    data.mkdir()
    centres = [show_key(data)]
    office = WitnessProcess(tmp_path / "office", "witness.example.cn/office", centres=centres)
    notary = WitnessProcess(tmp_path / "notary", "notary.example.cn/first", centres=centres)
    for witness in (office, notary):
        witness.start()
    file = tmp_path / "witnesses"
    file.write_text(
        f"witness office {office.vkey} {office.url}\n"
        f"witness notary {notary.vkey} {notary.url}\n"
        f"group enough {request.param} office notary\n"
        "quorum enough\n"
    )
    (tmp_path / "files").mkdir()
    figures = Port()
    options = ("--no-demo", "--witnesses", str(file), "--metrics-port", str(figures.number))
    house = HouseProcess(data, options)
    yield Watched(house, office, notary, tmp_path / "files", figures)
    house.stop()
    office.stop()
    notary.stop()


@dataclass
class Session:
    """A running english auction with one bidder in his seat."""

    people: People
    auction: str
    seat: Seat
    bidder: Visitor
    amount: int = 100

    async def bid(self) -> int:
        """The next bid; returns its index."""
        answer = await self.seat.bid(self.amount, within=30)
        assert answer.accepted, answer.body
        self.amount += 1
        return answer.i

    async def receipt(self, index: int, stage: str) -> bytes:
        path = f"/api/auctions/{self.auction}/receipts/{index}?stage={stage}"
        return await self.bidder.download(path)

    async def witnessed(self, index: int) -> bytes:
        """The R2 receipt, as soon as the room says that it is there."""
        await self.seat.until(
            lambda s: s.proof is not None and (s.proof["witnessed"] or 0) > index, within=60
        )
        return await self.receipt(index, "R2")

    async def file(self, name: str) -> bytes:
        return await self.people["auditor"].download(f"/api/auctions/{self.auction}/{name}")


async def session(stack: AsyncExitStack, watched: Watched, seconds: int) -> Session:
    """It ends so many seconds after its last offer."""
    house = watched.house
    await make_people(house.data, {**OFFICERS, "bidder1": ("bidder",)})
    house.start()
    people = await stack.enter_async_context(People(house))
    await people.sign_in("staff", "approver", "auditor", "bidder1")
    opens = (await people["staff"].get("/api/time"))["now"] + SECOND
    document = {
        "auction": "zs-1",
        "title": {"zh": "见证现场", "en": "Witnessed, live"},
        "rule": "english",
        "terms": {"start_price": 100, "step": 1, **begun_by_an_offer(opens, seconds)},
    }
    auction = await people.publish(document)
    await people.admit(auction, {"bidder1": None}, 0)
    seat = await stack.enter_async_context(people["bidder1"].join(auction))
    await seat.until(lambda s: s.room["status"] == "running", within=30)
    return Session(people, auction, seat, people["bidder1"])


@pytest.mark.parametrize("watched", ["all"], indirect=True)
async def test_a_session_with_two_witnesses_from_bid_to_archive(watched: Watched) -> None:
    async with AsyncExitStack() as stack:
        play = await session(stack, watched, 15)
        index = await play.bid()
        policy = watched.file("policy", await play.file("policy"))
        alone = watched.file("alone", _centre_only(Path(policy).read_text()))
        first = watched.file("r1", await play.receipt(index, "R1"))
        second = watched.file("r2", await play.witnessed(index))

        # One witness gone: the bidding goes on, R1 as before, and R2 waits for him.
        watched.notary.kill()
        later = await play.bid()
        fourth = watched.file("r1b", await play.receipt(later, "R1"))
        assert watched.replay("receipt", fourth, "--policy", alone)[0] == 0
        assert watched.replay("receipt", first, "--policy", policy)[0] == 3
        assert watched.replay("receipt", first, "--policy", alone)[0] == 0
        status, words = watched.replay("receipt", second, "--policy", policy)
        assert (status, words.startswith("ok: ")) == (0, True), words
        await asyncio.sleep(1)
        with pytest.raises(HouseSaysNo) as refused:
            await play.receipt(later, "R2")
        assert refused.value.code == "NOT_WITNESSED"
        watched.notary.start()
        third = watched.file("r2b", await play.witnessed(later))
        assert watched.replay("receipt", third, "--policy", policy)[0] == 0

        # The house dies and comes back: what was witnessed still is.
        watched.house.end(signal.SIGKILL)
        watched.house.start()
        assert await play.witnessed(later) is not None

        await play.seat.until(lambda s: s.room["status"] == "closed", within=60)
        archive = await _archive(play, watched, policy)
        status, words = watched.replay("verify", archive, "--policy", policy)
        assert status == 0, words
        assert "office" in words
        assert "notary" in words
        assert watched.replay("rejudge", archive, "--policy", policy)[0] == 0
        _no_fork(watched, Path(archive).read_bytes())


def _centre_only(policy: str) -> bytes:
    return f"{policy.splitlines()[0]}\nquorum none\n".encode()


async def _archive(play: Session, watched: Watched, policy: str) -> str:
    """The archive, once the closing checkpoint has its quorum: within seconds of the close."""
    async with asyncio.timeout(60):
        while True:
            archive = watched.file("archive", await play.file("archive"))
            if watched.replay("verify", archive, "--policy", policy)[0] == 0:
                return archive
            await asyncio.sleep(0.5)


def _no_fork(watched: Watched, archive: bytes) -> None:
    """Somebody with the centre's own key shows the witnesses another history."""
    parts = parse_archive(archive)
    last = parts.checkpoints[-1]
    signer = FileKeys(watched.house.data / "signing.key", create=False).signer(parts.origin)
    size = parse_body(last[: last.rfind(b"\n\n") + 1]).size
    bodies = [*parts.entries[:-1], parts.entries[-1].replace(b"closed", b"opened"), b"{}"]
    forged = Tree.from_leaves(map(leaf_hash, bodies))
    for witness in (watched.office, watched.notary):
        for new in (size, size + 1):
            checkpoint = Checkpoint(parts.origin, new, forged.root(new))
            proof = tuple(forged.consistency(size, new))
            note = signer.sign(checkpoint.body())
            status, _, said = witness.ask(Submission(size, proof, note, checkpoint).encode())
            assert status == (422 if new > size else 409), said
        # And a restart changes nothing of that.
        witness.kill()
        witness.start()
        checkpoint = Checkpoint(parts.origin, size, forged.root(size))
        asked = Submission(size, (), signer.sign(checkpoint.body()), checkpoint)
        assert witness.ask(asked.encode())[0] == 409


@pytest.mark.parametrize("watched", ["any"], indirect=True)
async def test_one_witness_is_a_quorum_where_the_policy_says_so(watched: Watched) -> None:
    watched.notary.kill()
    async with AsyncExitStack() as stack:
        play = await session(stack, watched, 60)
        index = await play.bid()
        policy = watched.file("policy", await play.file("policy"))
        second = watched.file("r2", await play.witnessed(index))
        assert watched.replay("receipt", second, "--policy", policy)[0] == 0
        wanted = {
            "daylight_witnesses_away 1.0",
            "daylight_witness_disputes 0.0",
            "daylight_witness_lag_entries 0.0",
        }
        # That the one signed and that the other did not answer are told in either order.
        async with asyncio.timeout(30):
            while not wanted <= set((await _figures(watched)).splitlines()):
                await asyncio.sleep(0.1)
        # A running session's archive ends with what is witnessed, so that it verifies.
        archive = watched.file("archive", await play.file("archive"))
        assert watched.replay("verify", archive, "--policy", policy)[0] == 0


async def _figures(watched: Watched) -> str:
    url = f"http://127.0.0.1:{watched.figures.number}/metrics"
    async with aiohttp.ClientSession() as http, http.get(url) as response:
        return await response.text()
