"""A complaint from the bidder's form to the officer's answer, and what its file proves by itself."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from bidding.client import HouseSaysNo, Visitor
from bidding.proof.acknowledgement import verify_acknowledgement
from bidding.proof.note import Verifier, open_note
from bidding.proof.policy import parse_policy
from bidding.proof.receipt import verify_receipt
from tests.bidding.web.door_in_process import PASSWORD, Open, open_door, signed_in
from tests.bidding.web.test_aftermath import PATH, sold

FIELDS: dict[str, Any] = {
    "ref": "c-1",
    "ground": "refused",
    "text": "第二次报价为何未受理？\n请说明。",
}


async def download(house: Open, account: str, path: str) -> tuple[int, bytes]:
    """A file as a browser gets it."""
    async with Visitor(house.url) as visitor:
        await visitor.sign_in(account, PASSWORD)
        headers = {"Cookie": visitor.cookie or ""}
        async with (
            aiohttp.ClientSession() as session,
            session.get(house.url + path, headers=headers) as found,
        ):
            return found.status, await found.read()


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        return {name: whole.read(name) for name in whole.namelist()}


async def test_a_complaint_carries_its_evidence_is_acknowledged_and_answered_once(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b", "s") as (bidder, staff):
        paddle = await sold(house, bidder, staff)
        own = (await bidder.get(f"{PATH}/mine"))["own"]
        low = next(line["i"] for line in own if not line["accepted"])
        body = {**FIELDS, "entries": [low], "browser": '{"kept": []}'}
        told = await bidder.post(f"{PATH}/complaints", body)
        assert (told["number"], told["alias"], told["answer"]) == (1, paddle, None)
        # Sent again, it is the same; another has the next number.
        assert await bidder.post(f"{PATH}/complaints", body) == told
        second = await bidder.post(f"{PATH}/complaints", {**FIELDS, "ref": "c-2"})
        assert second["number"] == 2

        status, content = await download(house, "b", "/api/complaints/1/file")
        assert (status, hashlib.sha256(content).hexdigest()) == (200, told["sha256"])
        files = unpacked(content)
        statement = json.loads(files["complaint.json"])
        assert (statement["text"], statement["from"]) == (FIELDS["text"], paddle)
        # The notice in the file is the one that was approved.
        approved = house.door.house.room("d").state.document["sha256"]
        assert hashlib.sha256(files["document.json"]).hexdigest() == approved
        assert approved in files["notice.txt"].decode()
        assert files["from-the-browser.json"] == b'{"kept": []}'
        policy = parse_policy(files["d.policy"].decode())
        (name,) = [name for name in files if name.startswith("receipts/")]
        entry = json.loads(verify_receipt(files[name], policy).entry)
        assert (entry["i"], entry["actor"], entry["type"]) == (
            low,
            f"bidder:{paddle}",
            "bid.refused",
        )

        status, note = await download(house, "b", "/api/complaints/1/receipt")
        # The key is the centre's own, as the policy has it, under a name that no log can have.
        centre = Verifier.for_key("test/log:papers", policy.logs[0].public)
        text = open_note(note, [centre]).text
        assert f"number 1\nfrom {paddle}\n" in text.decode()
        taken = verify_acknowledgement(note, policy)
        assert (taken.auction, taken.number, taken.alias) == ("test/log/d", 1, paddle)
        assert (taken.filed, taken.sha256) == (told["filed"], told["sha256"])

        listed = (await staff.get("/api/complaints"))["complaints"]
        assert [one["number"] for one in listed] == [2, 1]
        # Nobody at the house reads who it was.
        assert all('"b"' not in json.dumps(one) for one in listed)
        answered = await staff.post("/api/complaints/1/answer", {"answer": "低于起始价。"})
        assert answered["answer"] == "低于起始价。"
        with pytest.raises(HouseSaysNo) as no:
            await staff.post("/api/complaints/1/answer", {"answer": "另一答复"})
        assert no.value.code == "ANSWERED"
        mine = (await bidder.get("/api/mine/complaints"))["complaints"]
        assert [one["answer"] for one in mine] == [None, "低于起始价。"]
        (row,) = (await bidder.get("/api/mine"))["auctions"]
        assert (row["complaints"], row["answered"]) == (2, 1)


async def test_others_neither_file_nor_read(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b", "s") as (bidder, staff):
        await sold(house, bidder, staff)
        await bidder.post(f"{PATH}/complaints", FIELDS)
        known = await house.door.registry.account("b")
        assert known is not None
        await house.door.registry.create_account(replace(known, account="other", name="other"))
        assert (await download(house, "other", "/api/complaints/1/file"))[0] == 404
        assert (await download(house, "other", "/api/complaints/1/receipt"))[0] == 404
        assert (await download(house, "u", "/api/complaints/1/file"))[0] == 200
        async with Visitor(house.url) as other:
            await other.sign_in("other", PASSWORD)
            with pytest.raises(HouseSaysNo) as no:
                await other.post(f"{PATH}/complaints", FIELDS)
            assert no.value.code == "NOT_ADMITTED"


@pytest.mark.parametrize("text", ["", " \n ", "x" * 4001, "a\u202eb", "tab\there"])
async def test_words_that_are_none_or_hide_others_are_not_taken(tmp_path, text):
    async with open_door(tmp_path) as house, signed_in(house, "b") as (bidder,):
        await house.publish("d")
        with pytest.raises(HouseSaysNo) as no:
            await bidder.post(f"{PATH}/complaints", {**FIELDS, "text": text})
        assert no.value.code == "BAD_FIELDS"


async def test_the_result_tells_what_decided_and_why(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b", "s") as (bidder, staff):
        paddle = await sold(house, bidder, staff)
        found = await bidder.get(f"{PATH}/mine")
        assert (found["over"], found["you"]["state"]) == (True, "won")
        assert [(x["amount"], x["accepted"]) for x in found["own"]] == [(100, True), (50, False)]
        assert any(paddle in line["text"]["zh"] for line in found["turns"])
        assert found["deposit"] == {"required": 0, "paid": 0, "out": 0, "left": 0}
        low = found["own"][1]
        chain = (await bidder.get(f"{PATH}/mine/why/{low['i']}"))["lines"]
        # The bounds of that moment, and the refusal last, with its clause.
        assert any("当时可报" in line["text"]["zh"] for line in chain)
        assert chain[-1]["clause"] is not None
        last = found["turns"][-1]["i"]
        assert (await bidder.get(f"{PATH}/mine/why/{last}"))["lines"]
        # The admission is on no channel of the public.
        with pytest.raises(HouseSaysNo) as no:
            await bidder.get(f"{PATH}/mine/why/1")
        assert no.value.code == "NOT_FOUND"
        _, content = await download(house, "b", f"{PATH}/mine/receipts")
        files = unpacked(content)
        policy = parse_policy(files["d.policy"].decode())
        receipts = [content for name, content in files.items() if name.startswith("receipts/")]
        entries = [json.loads(verify_receipt(one, policy).entry) for one in receipts]
        assert sorted(e["i"] for e in entries) == [line["i"] for line in found["own"]]


async def test_while_it_runs_nothing_is_explained(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b", "s") as (bidder, staff):
        await house.publish("d")
        applied = await bidder.post(f"{PATH}/apply", {"lot": None})
        with pytest.raises(HouseSaysNo) as no:
            await bidder.get(f"{PATH}/mine")
        assert no.value.code == "NOT_FOUND"
        await staff.post(f"{PATH}/admit", {"application": applied["id"]})
        found = await bidder.get(f"{PATH}/mine")
        assert (found["over"], found["own"]) == (False, [])
        with pytest.raises(HouseSaysNo) as no:
            await bidder.get(f"{PATH}/mine/why/0")
        assert no.value.code == "NOT_OPEN"
