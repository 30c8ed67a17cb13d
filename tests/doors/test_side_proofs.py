"""A real house with a parallel SM3/SM2 log and OpenSSL's time-stamping authority, to the archive.

Everything is checked as an outsider checks it: with files and `python -m replay verify`.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from bidding.client import Seat
from bidding.proof.archive import parse_archive, write_archive
from bidding.proof.beside import gm_notes, tokens
from bidding.proof.note import parse_note
from tests.authority import OwnAuthority
from tests.doors.house_process import (
    OFFICERS,
    SECOND,
    HouseProcess,
    People,
    begun_by_an_offer,
    make_people,
)
from tests.doors.program import ROOT

AUCTION = "zs-1"


def replay(*arguments: str | Path) -> tuple[int, str]:
    command = [sys.executable, "-m", "replay", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


async def seated(stack: AsyncExitStack, house: HouseProcess) -> tuple[People, Seat]:
    """A session that ends four seconds after its last offer, and its bidder in his seat."""
    await make_people(house.data, {**OFFICERS, "bidder1": ("bidder",)})
    house.start()
    people = await stack.enter_async_context(People(house))
    await people.sign_in("staff", "approver", "auditor", "bidder1")
    opens = (await people["staff"].get("/api/time"))["now"] + SECOND
    document = {
        "auction": AUCTION,
        "title": {"zh": "旁证", "en": "Proofs beside"},
        "rule": "english",
        "terms": {"start_price": 100, "step": 1, **begun_by_an_offer(opens, 4)},
    }
    assert await people.publish(document) == AUCTION
    await people.admit(AUCTION, {"bidder1": None}, 0)
    seat = await stack.enter_async_context(people["bidder1"].join(AUCTION))
    await seat.until(lambda s: s.room["status"] == "running", within=30)
    return people, seat


async def fetched(people: People, name: str) -> bytes:
    return await people["auditor"].download(f"/api/auctions/{AUCTION}/{name}")


async def full_archive(people: People, *, stamped: bool) -> bytes:
    """The archive once it carries what it should: within seconds of the close."""
    async with asyncio.timeout(60):
        while True:
            raw = await fetched(people, "archive")
            last = parse_archive(raw).checkpoints[-1]
            if gm_notes(last) and (tokens(last) or not stamped):
                return raw
            await asyncio.sleep(0.3)


async def test_both_proofs_from_bid_to_archive(tmp_path: Path) -> None:
    own = OwnAuthority(tmp_path / "tsa")
    other = OwnAuthority(tmp_path / "other", "Other")
    key = tmp_path / "sm2.key"
    subprocess.run([sys.executable, "server.py", "--make-sm2-key", key], cwd=ROOT, check=True)
    async with AsyncExitStack() as stack:
        stack.push_async_callback((await own.serve()).cleanup)
        own.away = True
        options = ("--no-demo", "--sm2-key", str(key), "--authority", own.url)
        house = HouseProcess(tmp_path / "data", options)
        stack.callback(house.stop)
        people, seat = await seated(stack, house)
        for amount in (100, 101, 102):
            assert (await seat.bid(amount)).accepted
        await seat.until(lambda s: s.room["status"] == "closed", within=30)
        # The authority is away: bids and archive come all the same, and the token later.
        raw = await full_archive(people, stamped=False)
        assert not any(tokens(note) for note in parse_archive(raw).checkpoints)
        own.away = False
        raw = await full_archive(people, stamped=True)
        files = {"archive": raw}
        files |= {"policy": await fetched(people, "policy")}
        files |= {"sm2": await fetched(people, "policy/sm2")}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    archive, policy, sm2 = (tmp_path / name for name in files)
    count = len(parse_archive(raw).entries)

    status, words = replay("verify", archive, "--policy", policy)
    assert status == 0, words
    assert "an SM2 signature is there and was not checked" in words
    assert "a time-stamp is there and was not checked" in words

    asked = ("--sm2", sm2, "--authority", own.certificate)
    status, words = replay("verify", archive, "--policy", policy, *asked)
    assert status == 0, words
    assert f"SM3/SM2 log over {count} entries holds" in words
    assert f"time-stamped over {count} entries at 20" in words
    status, words = replay("verify", archive, "--policy", policy, *asked, "--json")
    found = json.loads(words)
    assert (found["ok"], found["sm2"], found["unchecked"]) == (True, {"entries": count}, [])
    assert found["timestamp"]["entries"] == count
    assert found["policy_as_published"] is True

    trusted = ("--authority", other.certificate)
    status, words = replay("verify", archive, "--policy", policy, *trusted)
    assert (status, len(words.splitlines())) == (1, 1), words
    assert "its time-stamp does not verify: no chain from the certificates given" in words

    _wrong_sm2(tmp_path, raw, policy, sm2)
    _policy_of_ones_own(tmp_path, archive, policy)


def _wrong_sm2(folder: Path, raw: bytes, policy: Path, sm2: Path) -> None:
    """One bit of the SM2 signature changed, and then the whole line left away."""
    parts = parse_archive(raw)
    last = parts.checkpoints[-1]
    _, signatures = parse_note(last)
    line = next(one for one in signatures if one.name.endswith("/gm"))
    flipped = type(line)(line.name, line.key_id, line.raw[:-1] + bytes([line.raw[-1] ^ 1]))
    for instead, said in (
        (flipped.line(), "the SM2 checkpoint does not verify: bad SM2 signature"),
        (b"", "carries no SM2 signature by this key"),
    ):
        notes = [note.replace(line.line(), instead) for note in parts.checkpoints]
        changed = folder / "changed"
        changed.write_bytes(write_archive(parts.origin, parts.entries, notes))
        status, words = replay("verify", changed, "--policy", policy, "--sm2", sm2)
        assert (status, len(words.splitlines())) == (1, 1), words
        assert said in words


def _policy_of_ones_own(folder: Path, archive: Path, policy: Path) -> None:
    """The archive holds under another policy; that it is another one is said."""
    own = folder / "own"
    own.write_bytes(b"# as I trust it\n" + policy.read_bytes())
    status, words = replay("verify", archive, "--policy", own)
    assert status == 0
    assert "this policy is not the one published with the session" in words
    status, words = replay("verify", archive, "--policy", own, "--json")
    assert json.loads(words)["policy_as_published"] is False
    assert "published" not in replay("verify", archive, "--policy", policy)[1]
