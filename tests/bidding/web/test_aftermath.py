"""After the close over HTTP: the steps, the figures, and the file for the records office."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from bidding.client import HouseSaysNo
from bidding.core.document import Document
from bidding.engine.house import NotWitnessed
from bidding.proof.policy import parse_policy
from replay.verify import verify
from tests.bidding.web.door_in_process import Open, open_door, signed_in

SECOND = 1_000_000
PATH = "/api/auctions/d"


async def sold(house: Open, bidder: Any, staff: Any) -> str:
    """An auction with one offer."""
    now = house.clock.now()
    terms = {"opens": now + 60 * SECOND, "duration_seconds": 60, "start_price": 100, "step": 1}
    terms["extension_seconds"] = 0
    fields = {"auction": "d", "title": {"zh": "标的", "en": "Lot"}, "rule": "english"}
    made = Document.model_validate({**fields, "version": "1", "terms": terms})
    await house.door.house.publish(made, "staff:s", "approver:t")
    applied = await bidder.post(f"{PATH}/apply", {"lot": None})
    paddle = (await staff.post(f"{PATH}/admit", {"application": applied["id"]}))["bidder"]
    await house.until("d", "running")
    for ref, amount in (("one", 100), ("two", 50)):
        await bidder.post(f"{PATH}/bids", {"ref": ref, "amount": amount})
    with pytest.raises(HouseSaysNo) as no:
        await staff.get(f"{PATH}/aftermath")
    assert no.value.code == "NOT_OPEN"
    await house.until("d", "closed")
    return str(paddle)


def step(name: str, **more: Any) -> dict[str, Any]:
    return {"step": name, "reason": "核对无误", "ref": f"ref-{name}", **more}


async def test_a_result_is_reviewed_confirmed_and_published_and_packed_for_the_records(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b", "s", "t") as visitors:
        bidder, staff, approver = visitors
        paddle = await sold(house, bidder, staff)
        found = await staff.get(f"{PATH}/aftermath")
        assert (found["steps"], found["winners"], found["witnessed"]) == ([], [paddle], None)
        counts = found["counts"]
        assert (counts["accepted"], counts["refused"], counts["suspensions"]) == (1, 1, 0)
        # One admission; the publication itself is no act on the session.
        assert (counts["officers"], counts["entries"]) == (1, 6)
        early = await approver.post(f"{PATH}/conclude", step("published"))
        assert early["reason"] == "STEP_TOO_EARLY"
        for visitor, name in ((staff, "reviewed"), (approver, "confirmed")):
            assert (await visitor.post(f"{PATH}/conclude", step(name)))["type"] == "accepted"
        again = {**step("published"), "ref": "ref-again"}
        assert (await staff.post(f"{PATH}/conclude", again))["type"] == "accepted"
        lines = (await staff.get(f"{PATH}/aftermath"))["steps"]
        assert [(one["step"], one["mine"]) for one in lines] == [
            ("reviewed", True),
            ("confirmed", False),
            ("published", True),
        ]
        raw = await staff.download(f"{PATH}/package")
        assert raw == await staff.download(f"{PATH}/package")
        packed = zipfile.ZipFile(io.BytesIO(raw))
        names = {"d.archive", "d.policy", "record.html", "confirmation.html"}
        assert set(packed.namelist()) == names
        policy = parse_policy(packed.read("d.policy").decode())
        session = verify(packed.read("d.archive"), policy)
        assert session.state.after[-1].step == "published"
        assert "竞价记录" in packed.read("record.html").decode()


async def test_where_witnesses_are_asked_for_nothing_is_published_before_they_signed(
    tmp_path, monkeypatch
):
    async with open_door(tmp_path) as house, signed_in(house, "b", "s", "t") as visitors:
        bidder, staff, approver = visitors
        await sold(house, bidder, staff)
        await staff.post(f"{PATH}/conclude", step("reviewed"))
        await approver.post(f"{PATH}/conclude", step("confirmed"))
        signed = 0

        async def receipt(_auction: str, index: int, stage: str | None = None) -> Any:
            assert stage == "R2"
            if index >= signed:
                raise NotWitnessed("no quorum yet")
            return b"", "R2"

        monkeypatch.setattr(house.door.house, "receipt", receipt)
        policy = house.door.house.witnessing.policy
        monkeypatch.setattr(type(policy), "demands", property(lambda _: True))
        with pytest.raises(HouseSaysNo) as no:
            await staff.post(f"{PATH}/conclude", step("published"))
        assert no.value.code == "NOT_WITNESSED"
        assert (await staff.get(f"{PATH}/aftermath"))["witnessed"] is False
        signed = house.door.house.room("d").state.index
        assert (await staff.post(f"{PATH}/conclude", step("published")))["type"] == "accepted"
