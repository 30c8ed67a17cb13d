"""A bidder's own key through both doors: enrolled, bound by it, and found again in the archive."""

import json

import pytest

from bidding.client import HouseSaysNo
from bidding.client.own_key import OwnKey
from bidding.proof.command_key import signed_text, verify
from bidding.proof.policy import parse_policy
from bidding.proof.receipt import verify_receipt
from tests.doors.door import PATIENCE, house_process, running, signed_in, take_part


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with house_process(tmp_path_factory.mktemp("signed")) as running_house:
        yield running_house
        assert running_house.end() == 0
        assert running_house.errors() == []


async def test_signed_on_the_stream_and_by_post(house):
    people = ("staff1", "approver1", "bidder1", "bidder2", "auditor1")
    async with signed_in(house, *people) as (staff, approver, one, two, auditor):
        auction = await running(staff, approver)
        await take_part(staff, auction, one)
        await take_part(staff, auction, two)
        key = OwnKey()
        async with one.join(auction) as seat:
            await seat.until(lambda s: s.room["status"] == "running", within=PATIENCE)
            me = seat.welcome["bidder"]
            assert (await seat.enrol(key)).accepted
            assert seat.you is not None
            answer = await seat.bid(seat.you["actions"]["minimum"])
            assert answer.accepted
            await seat.until(
                lambda s: s.you is not None and s.you["keys"] == [key.id], within=PATIENCE
            )
        origin = (await one.get(f"/api/auctions/{auction}"))["room"]["origin"]

        # The same person from a program that does not sign: told so, and nothing changed.
        unsigned = await one.post(
            f"/api/auctions/{auction}/bids", {"ref": "plain-1", "amount": 10**6}
        )
        assert unsigned["reason"] == "SIGNATURE_MISSING"
        ask = {"amount": 10**6, "lot": None, "quantity": None, "stage": None, "slot": None}
        sig = key.sign(origin, f"bidder:{me}", "post-1", "bid", ask)
        posted = await one.post(
            f"/api/auctions/{auction}/bids",
            {"ref": "post-1", "amount": 10**6, "sig": sig, "key": key.id},
        )
        assert posted["type"] in ("accepted", "refused")
        assert posted.get("reason") not in ("SIGNATURE_MISSING", "SIGNATURE_INVALID")

        # His key under another's number is nobody's key.
        stolen = await two.post(
            f"/api/auctions/{auction}/bids",
            {"ref": "post-1", "amount": 10**6, "sig": sig, "key": key.id},
        )
        assert stolen["reason"] == "SIGNATURE_INVALID"

        # Offline: receipt, policy and the enrolled public key are all it takes.
        policy = parse_policy((await auditor.download(f"/api/auctions/{auction}/policy")).decode())
        raw = await one.download(f"/api/auctions/{auction}/receipts/{answer.i}")
        entry = json.loads(verify_receipt(raw, policy).entry)
        kind = entry["type"].partition(".")[0]
        ref = entry["cmd"].partition("/")[2]
        text = signed_text(entry["log"], entry["actor"], ref, kind, entry["data"]["ask"])
        assert entry["data"]["sig"]["key"] == key.id
        assert verify("ed25519", key.public, entry["data"]["sig"]["value"], text)


async def test_half_a_signature_is_malformed(house):
    async with signed_in(house, "staff1", "approver1", "bidder1") as (staff, approver, one):
        auction = await running(staff, approver)
        await take_part(staff, auction, one)
        with pytest.raises(HouseSaysNo, match="BAD_FIELDS"):
            await one.post(
                f"/api/auctions/{auction}/bids", {"ref": "half", "amount": 1, "key": "A" * 16}
            )
