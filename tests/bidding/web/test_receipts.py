"""Receipts say which stage they are of; the proof between two sizes is everybody's."""

from base64 import b64decode

import pytest

from bidding.client import HouseSaysNo, Visitor
from bidding.core.document import Document
from bidding.engine.witnessing import Cosigned
from bidding.proof.checkpoint import parse_body
from bidding.proof.merkle import Tree, leaf_hash, verify_consistency
from bidding.proof.note import Cosigner
from bidding.proof.policy import parse_policy
from bidding.proof.receipt import verify_receipt
from bidding.proof.witness_policy import parse_witnesses
from tests.bidding.web.door_in_process import open_door, signed_in

OFFICE = Cosigner("witness.example.cn/office", bytes(32))
POLICY = parse_witnesses(f"witness office {OFFICE.verifier.vkey} http://office\nquorum office\n")
PATH = "/api/auctions/a"


async def fetch(visitor: Visitor, name: str) -> tuple[int, str | None, bytes]:
    """Status, stage and content."""
    async with visitor._http.get(f"{visitor.url}{PATH}/{name}") as response:
        return response.status, response.headers.get("Receipt-Stage"), await response.read()


async def grow(house, visitors):
    """More entries: somebody applies and is admitted."""
    bidder, staff = visitors
    applied = await bidder.post(f"{PATH}/apply", {"lot": None})
    await staff.post(f"{PATH}/admit", {"application": applied["id"]})


async def test_without_witnesses_there_is_r1_and_the_policy_says_why(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "u") as (auditor,):
        await house.publish()
        await house.until("a", "running")
        status, stage, raw = await fetch(auditor, "receipts/0")
        assert (status, stage) == (200, "R1")
        policy = await auditor.download(f"{PATH}/policy")
        assert policy.endswith(b"\nquorum none\n")
        verify_receipt(raw, parse_policy(policy.decode()))
        assert await fetch(auditor, "receipts/0?stage=R1") == (200, "R1", raw)
        with pytest.raises(HouseSaysNo) as no:
            await auditor.get(f"{PATH}/receipts/0", stage="R2")
        assert (no.value.status, no.value.code) == (409, "NO_WITNESSES")
        with pytest.raises(HouseSaysNo) as no:
            await auditor.get(f"{PATH}/receipts/0", stage="R3")
        assert no.value.code == "BAD_FIELDS"


async def test_with_a_quorum_r2_comes_when_it_has_signed(tmp_path, monkeypatch):
    async with open_door(tmp_path) as house, signed_in(house, "u", "b", "s") as people:
        auditor, *others = people
        witnessing = house.door.house.witnessing
        monkeypatch.setattr(witnessing, "policy", POLICY)
        await house.publish()
        await house.until("a", "running")
        with pytest.raises(HouseSaysNo) as no:
            await auditor.get(f"{PATH}/receipts/0", stage="R2")
        assert (no.value.status, no.value.code) == (409, "NOT_WITNESSED")
        assert await _stage(auditor) == "R1"
        _, _, r1 = await fetch(auditor, "receipts/0?stage=R1")
        note = r1.partition(b"\n\n")[2]
        body = note.partition(b"\n\n")[0] + b"\n"
        size = parse_body(body).size
        cosigned = Cosigned(size, note + OFFICE.cosign(body, 1))
        monkeypatch.setattr(witnessing, "cosigned", {"test/log/a": cosigned}.get)
        status, stage, raw = await fetch(auditor, "receipts/0")
        assert (status, stage) == (200, "R2")
        policy = parse_policy((await auditor.download(f"{PATH}/policy")).decode())
        assert verify_receipt(raw, policy).index == 0
        # The log grows: the entry that came after has R1 only, the first keeps its R2.
        await grow(house, others)
        assert await _stage(auditor, size) == "R1"
        assert (await fetch(auditor, "receipts/0"))[2] == raw
        assert await _stage(auditor, 0, "?stage=R1") == "R1"


async def _stage(visitor, index=0, query=""):
    return (await fetch(visitor, f"receipts/{index}{query}"))[1]


async def test_anybody_may_ask_for_the_proof_between_two_sizes(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b", "s") as people:
        await house.publish()
        await house.until("a", "running")
        await grow(house, people)
        async with Visitor(house.url) as public:
            bodies = await house.door.house._log.read("test/log/a")
            tree = Tree.from_leaves(map(leaf_hash, bodies))
            size = tree.size
            assert size >= 2
            found = await public.get(f"{PATH}/consistency", **{"from": 1, "to": size})
            assert (found["origin"], found["from"], found["to"]) == ("test/log/a", 1, size)
            proof = [b64decode(line) for line in found["proof"]]
            verify_consistency(1, size, tree.root(1), tree.root(size), proof)
            for first, last in ((2, 1), (1, size + 1)):
                with pytest.raises(HouseSaysNo) as no:
                    await public.get(f"{PATH}/consistency", **{"from": first, "to": last})
                assert (no.value.status, no.value.code) == (404, "NOT_FOUND")
            for query in ({"from": 0, "to": 1}, {"from": 1}, {"start": 1, "stop": 1}):
                with pytest.raises(HouseSaysNo) as no:
                    await public.get(f"{PATH}/consistency", **query)
                assert no.value.code == "BAD_FIELDS"


async def test_while_offers_are_sealed_the_size_is_for_its_bidders_only(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b", "s", "u") as people:
        bidder, staff, auditor = people
        now = house.clock.now()
        terms = {
            "lot_zh": "标的",
            "lot_en": "Lot",
            "opens": now + 60_000_000,
            "closes": now + 3_600_000_000,
            "start_price": 100,
            "step": 1,
        }
        title = {"zh": "密封报价", "en": "Sealed"}
        await house.door.house.publish(
            Document.model_validate(
                {
                    "auction": "a",
                    "title": title,
                    "rule": "sealed_bid",
                    "version": "1",
                    "terms": terms,
                }
            ),
            "staff:s",
            "approver:t",
        )
        await grow(house, (bidder, staff))
        await house.until("a", "running")
        query = {"from": 1, "to": 2}
        async with Visitor(house.url) as public:
            for stranger in (public, auditor, staff):
                with pytest.raises(HouseSaysNo) as no:
                    await stranger.get(f"{PATH}/consistency", **query)
                assert no.value.code == "SEALED"
        assert (await bidder.get(f"{PATH}/consistency", **query))["to"] == 2
