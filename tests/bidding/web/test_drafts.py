"""Drafts at edges no visitor walks to: a crash half way, fields on their way, what a law says."""

from dataclasses import replace

import pytest

from bidding.client import HouseSaysNo
from bidding.web.api import drafts
from tests.bidding.web.door_in_process import open_door, signed_in

SECOND = 1_000_000


def fields(opens: int) -> dict[str, object]:
    return {
        "auction": "half",
        "title": {"zh": "标的", "en": "Lot"},
        "rule": "english",
        "terms": {"opens": opens, "start_price": "100", "step": "1"},
    }


async def test_a_draft_that_a_crash_left_published_is_handed_back_once_it_is_too_late(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "s", "t") as (staff, approver):
        draft = await staff.post("/api/drafts", fields(house.clock.now() + 60 * SECOND))
        one = f"/api/drafts/{draft['id']}"
        sha256 = (await staff.post(f"{one}/submit"))["sha256"]
        # The register is written before the log; here the house died in between.
        written = await house.door.registry.draft(draft["id"])
        assert written is not None
        left = replace(written, state="published", approver="t", auction="half")
        await house.door.registry.change_draft(left)
        house.pass_by(120 * SECOND)
        with pytest.raises(HouseSaysNo) as no:
            await approver.post(f"{one}/approve", {"sha256": sha256})
        assert no.value.code == "BAD_FIELDS"
        back = await approver.post(f"{one}/return", {"reason": "请改为将来的时间"})
        assert (back["state"], back["approver"]) == ("draft", None)
        await staff.put(one, fields(house.clock.now() + 60 * SECOND))
        sha256 = (await staff.post(f"{one}/submit"))["sha256"]
        done = await approver.post(f"{one}/approve", {"sha256": sha256})
        assert (done["state"], done["auction"]) == ("published", "half")
        # With an auction behind it there is nothing to hand back.
        with pytest.raises(HouseSaysNo) as no:
            await approver.post(f"{one}/return", {"reason": "迟了"})
        assert no.value.code == "NOT_A_DRAFT"


def test_a_draft_says_how_a_session_goes_on_after_an_interruption():
    given = {
        "auction": "zs-1",
        "title": {"zh": "示例", "en": "Sample"},
        "rule": "english",
        "terms": {
            "opens": 1_772_413_200_000_000,
            "duration_seconds": 600,
            "start_price": 100_000,
            "step": 1_000,
        },
    }
    silent = drafts.document_of(drafts.DraftBody.model_validate(given).model_dump())
    assert silent.downtime is None
    body = drafts.DraftBody.model_validate({**given, "downtime": {"auto_seconds": 120}})
    told = drafts.document_of(body.model_dump())
    assert told.canonical()["downtime"] == {"auto_seconds": 120, "notice_seconds": 60}


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"deposit": 0}, "deposit"),
        ({"deposit": 1}, "deposit"),
        ({"deposit": 7_000_000, "deposit_deadline": 1_772_413_200_000_000}, "deposit_deadline"),
    ],
)
async def test_what_the_rules_law_forbids_is_told_at_its_own_field(tmp_path, more, path):
    async with open_door(tmp_path) as house, signed_in(house, "s") as (staff,):
        terms = {
            "opens": house.clock.now() + 60 * SECOND,
            "basis_price": "1000000",
            "start_price": "700000",
        }
        body = {**fields(0), "rule": "judicial", "terms": terms}
        draft = await staff.post("/api/drafts", {**body, **more})
        assert [problem["path"] for problem in draft["problems"]] == [path]
        draft = await staff.put(f"/api/drafts/{draft['id']}", {**body, "deposit": 7_000_000})
        assert draft["problems"] == []
