"""A bidder's own desk over HTTP: his auctions, their steps, and the check he has made."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from bidding.client import HouseSaysNo
from bidding.core.document import Document
from tests.bidding.web.door_in_process import Open, open_door, signed_in

SECOND = 1_000_000
CHECK: dict[str, Any] = {
    "clock": "ok",
    "line": "ok",
    "key": "ok",
    "sound": "untried",
    "screen": "warn",
    "off": -120,
    "uncertainty": 900,
    "trip": 1800,
}


async def announced(house: Open, auction: str = "h") -> int:
    """An auction that opens in an hour and asks a deposit half an hour before."""
    opens = house.clock.now() + 3_600 * SECOND
    fields: dict[str, Any] = {
        "auction": auction,
        "title": {"zh": "标的", "en": "Lot"},
        "rule": "english",
        "version": "1",
        "deposit": 500,
        "deposit_deadline": opens - 1_800 * SECOND,
        "terms": {"opens": opens, "duration_seconds": 60, "start_price": 100, "step": 1},
    }
    await house.door.house.publish(Document.model_validate(fields), "staff:s", "approver:t")
    return int(opens)


async def test_each_act_of_bidder_and_house_moves_the_next_step_on(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b", "s") as (bidder, staff):
        opens = await announced(house)

        async def row() -> dict[str, Any]:
            (found,) = (await bidder.get("/api/mine"))["auctions"]
            return dict(found)

        first = await row()
        assert (first["next"]["step"], first["next"]["by"]) == ("apply", opens - 1_800 * SECOND)
        applied = await bidder.post("/api/auctions/h/apply", {"lot": None})
        assert (await row())["next"]["step"] == "admission"
        answer = await staff.post("/api/auctions/h/admit", {"application": applied["id"]})
        paying = await row()
        assert (paying["next"]["step"], paying["bidder"]) == ("pay", answer["bidder"])
        # The same account every time, and none once the money is there.
        assert len(paying["account"]) == 16
        assert (await row())["account"] == paying["account"]
        # The room asks for it there as well, and says until when.
        told = (await bidder.get("/api/auctions/h"))["mine"]["pay"]
        assert told == {"by": opens - 1_800 * SECOND, "account": paying["account"]}
        money = {"bidder": answer["bidder"], "amount": 500, "received": house.clock.now()}
        await staff.post("/api/auctions/h/deposits", {**money, "bank_ref": "x"})
        paid = await row()
        assert (paid["next"]["step"], paid["account"]) == ("enrol", None)
        assert (await bidder.get("/api/auctions/h"))["mine"]["pay"] is None
        assert paid["deposit"] == {"required": 500, "paid": 500, "ok": True}
        kept = await bidder.post("/api/auctions/h/check", CHECK)
        assert kept["ok"] is True
        checked = (await row())["checked"]
        assert (checked["at"], checked["screen"], checked["trip"]) == (kept["at"], "warn", 1800)
        worse = await bidder.post("/api/auctions/h/check", {**CHECK, "key": "bad"})
        assert worse["ok"] is False
        assert (await row())["checked"]["ok"] == 0


async def test_who_is_declined_reads_why_complains_and_asks_again(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b", "s") as (bidder, staff):
        opens = await announced(house)
        applied = await bidder.post("/api/auctions/h/apply", {"lot": None})
        path, why = "/api/auctions/h/decline", "营业执照已过期。"
        body = {"application": applied["id"], "created": applied["created"], "reason": why}
        for wrong in ({"reason": " "}, {"reason": ""}):
            with pytest.raises(HouseSaysNo) as no:
                await staff.post(path, body | wrong)
            assert no.value.code == "BAD_FIELDS"
        told = await staff.post(path, body)
        assert (told["state"], told["bidder"]) == ("refused", None)
        (decline,) = told["declines"]
        assert (decline["by"], decline["reason"], decline["applied"]) == (
            "s",
            why,
            applied["created"],
        )
        with pytest.raises(HouseSaysNo) as no:
            await staff.post(path, body)
        assert no.value.code == "OUT_OF_DATE"

        (row,) = (await bidder.get("/api/mine"))["auctions"]
        assert (row["next"]["step"], row["next"]["state"]) == ("apply", "now")
        assert row["next"]["by"] == opens - 1_800 * SECOND
        assert (row["declined"]["reason"], row["declined"]["alias"]) == (why, applied["alias"])
        assert row["declined"]["sentence"] == {
            "zh": "您的参加申请未获准。理由：营业执照已过期。",
            "en": "Your application was declined. The reason: 营业执照已过期.",
        }
        # The officer stays with the house, and nothing of it is in the auction's log.
        assert "by" not in row["declined"]
        mine = (await bidder.get("/api/auctions/h"))["mine"]
        assert (mine["declined"], mine["again"]) == (True, True)
        assert house.door.house.room("h").state.index == 1
        words = {"ref": "c-1", "ground": "admission", "text": "执照在有效期内。"}
        filed = await bidder.post("/api/auctions/h/complaints", words)
        assert filed["alias"] == applied["alias"]
        kept = await house.door.bidders.complaint(filed["number"])
        assert kept is not None
        with zipfile.ZipFile(io.BytesIO(kept.file)) as packed:
            (said,) = json.loads(packed.read("declined.json"))["declined"]
        assert said == {"applied": applied["created"], "at": decline["at"], "reason": why}

        again = await bidder.post("/api/auctions/h/apply", {"lot": None})
        assert (again["id"], again["state"]) == (applied["id"], "waiting")
        (row,) = (await bidder.get("/api/mine"))["auctions"]
        assert (row["next"]["step"], row["declined"]) == ("admission", None)
        listed = await staff.get("/api/auctions/h/applications")
        assert listed["priorities"] is False
        assert [one["reason"] for one in listed["applications"][0]["declines"]] == [why]
        # What was read before he asked anew declines nothing.
        with pytest.raises(HouseSaysNo) as no:
            await staff.post(path, body)
        assert no.value.code == "OUT_OF_DATE"
        await staff.post("/api/auctions/h/admit", {"application": applied["id"]})
        with pytest.raises(HouseSaysNo) as no:
            await staff.post(path, body | {"created": again["created"]})
        assert no.value.code == "OUT_OF_DATE"


async def test_an_application_that_was_declined_by_mistake_can_still_be_admitted(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b", "s", "t") as visitors:
        bidder, staff, approver = visitors
        await announced(house)
        applied = await bidder.post("/api/auctions/h/apply", {"lot": None})
        body = {"application": applied["id"], "created": applied["created"], "reason": "重名"}
        await staff.post("/api/auctions/h/decline", body)
        answer = await staff.post("/api/auctions/h/admit", {"application": applied["id"]})
        (row,) = (await bidder.get("/api/mine"))["auctions"]
        assert (row["bidder"], row["declined"]) == (answer["bidder"], None)
        await approver.post("/api/auctions/h/terminate", {"reason": "测试"})
        for where, code in (("h", "NOT_OPEN"), ("nowhere", "NO_SUCH_AUCTION")):
            with pytest.raises(HouseSaysNo) as no:
                await staff.post(f"/api/auctions/{where}/decline", body)
            assert no.value.code == code


async def test_a_check_names_what_it_found_and_nothing_else(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b") as (bidder,):
        await announced(house)
        for wrong in ({"clock": "fine"}, {"trip": -1}, {"more": "x"}):
            with pytest.raises(HouseSaysNo) as no:
                await bidder.post("/api/auctions/h/check", {**CHECK, **wrong})
            assert no.value.code == "BAD_FIELDS"


async def test_an_ended_session_of_others_is_no_concern_of_his(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b", "t") as (bidder, approver):
        await announced(house)
        assert len((await bidder.get("/api/mine"))["auctions"]) == 1
        await approver.post("/api/auctions/h/terminate", {"reason": "测试"})
        assert (await bidder.get("/api/mine"))["auctions"] == []
