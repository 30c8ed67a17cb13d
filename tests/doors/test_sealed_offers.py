"""Offers sealed by the bidders, in a real house: nobody inside can read them before they open.

Two runs of the same session differ in one thing, the sealed amounts. Before opening everything
that the house holds and says is compared: its database files, its log, its memory, and the bytes
of the public's, the staff's and the auditor's doors. No amount is found in any of them, and
where the runs differ they differ in what sealing makes: ciphertext of equal length.
"""

import asyncio
import json
import re
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from bidding.client import HouseSaysNo, Seat
from bidding.proof import escrow
from bidding.proof.policy import parse_policy
from replay.rejudge import rejudge
from replay.verify import verify
from tests.doors.door import SECOND, house_process, now, publish, signed_in, socket, take_part

PRIVATES = {f"T{n}": sha256(f"door trustee {n}".encode()).digest() for n in (1, 2, 3)}
PEOPLE = ("staff1", "approver1", "auditor1", "bidder1", "bidder2")
LOW = (271_829_403, 760_433_187)
HIGH = (912_370_845_216, 838_104_672_953)
"""Amounts of different lengths, in fen, that occur nowhere else."""


def key_of(trustee):
    return b64encode(PRIVATES[trustee]).decode()


def document(opens, seconds, **more):
    trustees = [
        {
            "id": name,
            "zh": f"受托人{name}",
            "en": name,
            "public": b64encode(escrow.public_of(private)).decode(),
        }
        for name, private in PRIVATES.items()
    ]
    return {
        "title": {"zh": "密封报价", "en": "Sealed offers"},
        "rule": "sealed_bid",
        "terms": {
            "lot_id": "L1",
            "opens": opens,
            "closes": opens + seconds * SECOND,
            "start_price": 10_000,
            "amendments": 5,
            "escrow": "TRUSTEES",
            "trustees": trustees,
            "threshold": 2,
            "opening_seconds": 60,
            "on_missing": "WITHDRAWN",
            **more,
        },
        "deposit": 0,
    }


@pytest.fixture
def house(tmp_path):
    with house_process(tmp_path) as running_house:
        yield running_house


async def to_stage(seat: Seat, stage: str | None) -> None:
    def there(seat):
        found = seat.room.get("stage")
        return (found["id"] if found else None) == stage

    await seat.until(there, within=30)


def spellings(amount: int) -> list[bytes]:
    """How a program would write an amount down: digits, yuan, thousands, and as binary numbers."""
    yuan, fen = divmod(amount, 100)
    texts = [f"{amount}", f"{yuan}.{fen:02}", f"{yuan:,}.{fen:02}", f"{amount:,}"]
    numbers = [amount.to_bytes(8, "big"), amount.to_bytes(8, "little")]
    return [*(text.encode() for text in texts), *numbers]


def memory_of(pid: int) -> bytes:
    """All that the process has in writable memory now."""
    parts = []
    with Path(f"/proc/{pid}/maps").open() as maps, Path(f"/proc/{pid}/mem").open("rb") as memory:
        for line in maps:
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if found is None or "[v" in line:
                continue
            start, end = (int(part, 16) for part in found.groups())
            memory.seek(start)
            parts.append(memory.read(end - start))
    return b"".join(parts)


async def heard(visitor, auction) -> list[str]:
    """Every answer this person can get about the auction, and every frame on joining."""
    told = []
    path = f"/api/auctions/{auction}"
    for part in ("", "/entries", "/archive", "/verify", "/receipts/5"):
        try:
            told.append(json.dumps(await visitor.get(path + part), ensure_ascii=False))
        except HouseSaysNo as refused:
            told.append(str(refused))
    async with socket(visitor, auction, hello=False) as ws:
        hello = {"type": "hello", "v": 1, "auction": auction, "csrf": visitor.csrf}
        await ws.send(json.dumps({**hello, "cursors": None}))
        # Welcome, and the picture of the one channel.
        told += [bytes(await ws.recv(decode=False)).decode() for _ in range(2)]
    return told


async def session(house, amounts):
    """One session up to the moment before opening; what everybody could find of it."""
    async with signed_in(house, *PEOPLE) as (staff, approver, auditor, one, two):
        opens = await now(staff) + SECOND
        auction = await publish(staff, approver, document(opens, 6))
        for bidder in (one, two):
            await take_part(staff, auction, bidder)
        path = f"/api/auctions/{auction}"
        frames: list[str] = []
        async with one.join(auction) as first, two.join(auction) as second:
            first.listen(
                lambda line: frames.append(json.dumps(line)) if "ref" not in line else None
            )
            await to_stage(first, "sealed")
            assert (await first.seal(amounts[0], ref="first")).accepted
            assert (await second.seal(amounts[1], ref="second")).accepted
            # The answer goes first, the panel after it.
            await first.until(
                lambda s: s.you is not None and s.you["sealed"] is not None, within=30
            )
            assert first.you is not None
            assert first.you["sealed"]["commit"] in first.kept
            # A key before its time is sent back and is nowhere written down.
            early = {"trustee": "T1", "key": key_of("T1")}
            with pytest.raises(HouseSaysNo, match="TOO_EARLY"):
                await staff.post(f"{path}/trustee-key", early)
            said = [await heard(who, auction) for who in (staff, auditor)]
            memory = memory_of(house.process.pid)
            # Databases with their journals, the house's own log, and whatever else it writes.
            written = sorted(p for p in house.data.rglob("*") if p.is_file())
            files = b"".join(p.read_bytes() for p in written)
            await to_stage(first, "unsealing")
            said += [await heard(who, auction) for who in (staff, auditor)]
            said.append(list(frames))
            await opened(staff, path, first, amounts)
        return said, memory, files, await archive(auditor, path)


async def opened(staff, path, seat, amounts):
    """The keys come: one opens nothing, a foreign one is sent back, the second opens all."""
    first = {"trustee": "T3", "key": key_of("T3")}
    assert (await staff.post(f"{path}/trustee-key", first))["type"] == "accepted"
    with pytest.raises(HouseSaysNo, match="NOT_THIS_KEY"):
        await staff.post(f"{path}/trustee-key", {"trustee": "T1", "key": key_of("T2")})
    answer = await staff.post(f"{path}/trustee-key", {"trustee": "T1", "key": key_of("T1")})
    found = [f["amount"] for f in answer["facts"] if f["fact"] == "offer_opened"]
    assert found == list(amounts)
    await seat.until(lambda s: s.room["status"] == "closed", within=30)
    assert [a["price"] for a in seat.room["awards"]] == [max(amounts)]


async def archive(auditor, path):
    policy = parse_policy((await auditor.download(f"{path}/policy")).decode())
    return await auditor.download(f"{path}/archive"), policy


def masked(text: str) -> str:
    """What two runs may differ in: ciphers, hashes, times, and the name of the session."""
    text = re.sub(r"[A-Za-z0-9+/]{40,}={0,2}", lambda m: f"<{len(m.group())}>", text)
    text = re.sub(r"\b\d{13,}\b|\d{4}-\d\d-\d\d[ T][\d:.]+", "<t>", text)
    return re.sub(r"sealed-bid-[0-9a-f]{8}", "<auction>", text)


async def test_nobody_in_the_house_can_tell_what_is_sealed(house):
    low_said, low_memory, low_files, low_archive = await session(house, LOW)
    high_said, high_memory, high_files, high_archive = await session(house, HIGH)
    for amounts, memory, files, said in (
        (LOW, low_memory, low_files, low_said),
        (HIGH, high_memory, high_files, high_said),
    ):
        told = json.dumps(said, ensure_ascii=False).encode()
        for amount in amounts:
            for spelling in spellings(amount):
                assert spelling not in files, spelling
                assert spelling not in told, spelling
                assert spelling not in memory, spelling
    # A key that came too early was not written down; the second run finds what the first opened.
    assert key_of("T1").encode() not in low_files
    assert key_of("T1").encode() in high_files
    assert all(str(amount).encode() in high_files for amount in LOW)
    assert all(str(amount).encode() in high_memory for amount in LOW)

    assert len(low_said) == len(high_said)
    for one, other in zip(low_said, high_said, strict=True):
        for ours, theirs in zip(one, other, strict=True):
            assert masked(ours) == masked(theirs)
    for raw, policy in (low_archive, high_archive):
        proved = verify(raw, policy)
        assert rejudge(proved.origin, proved.entries).difference is None
    sealed = [
        [e["data"]["ask"] for e in verify(*both).entries if e["type"] == "seal.accepted"]
        for both in (low_archive, high_archive)
    ]
    shapes = [
        [[len(b64decode(part)) for part in (a["commit"], a["box"], *a["shares"])] for a in asks]
        for asks in sealed
    ]
    assert shapes[0] == shapes[1]


async def test_each_opens_his_own_by_post_and_on_the_stream(house):
    async with signed_in(house, *PEOPLE) as (staff, approver, auditor, one, two):
        opens = await now(staff) + SECOND
        own = {"escrow": "BIDDER_OPENS", "trustees": [], "threshold": 0}
        fields = document(opens, 6, **own, on_missing="REMEDY_UPLOAD")
        auction = await publish(staff, approver, fields)
        for bidder in (one, two):
            await take_part(staff, auction, bidder)
        path = f"/api/auctions/{auction}"
        async with one.join(auction) as first, two.join(auction) as second:
            await to_stage(first, "sealed")
            assert (await first.bid(20_000)).reason == "MUST_BE_SEALED"
            assert (await first.seal(20_000, lot="L2")).reason == "NO_SUCH_LOT"
            assert (await first.seal(20_000)).accepted
            assert (await first.seal(30_000, lot="L1")).accepted
            assert (await second.seal(40_000)).accepted
            await asyncio.gather(*(to_stage(seat, "self_unsealing") for seat in (first, second)))
            assert (await first.reveal()).accepted
            assert second.you is not None
            kept = second.kept[second.you["sealed"]["commit"]]
            wrong = {"ref": "r1", "secret": key_of("T1")}
            with pytest.raises(HouseSaysNo, match="NOT_THIS_KEY"):
                await two.post(f"{path}/reveal", wrong)
            plain = await two.post(f"{path}/reveal", {"ref": "r2", "plain": kept.plain})
            assert plain["reason"] == "KEY_REQUIRED"
            done = await two.post(f"{path}/reveal", {"ref": "r3", "secret": kept.key})
            assert done["type"] == "accepted"
            await first.until(lambda s: s.room["status"] == "closed", within=30)
            assert [a["price"] for a in first.room["awards"]] == [40_000]
        raw, policy = await archive(auditor, path)
        proved = verify(raw, policy)
        assert rejudge(proved.origin, proved.entries).difference is None
