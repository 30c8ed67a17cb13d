"""Drafts at edges no visitor walks to: a crash half way, fields on their way, what a law says."""

from dataclasses import replace

import pytest

from auction_rules.property_presets import PRESETS
from auction_rules.registry import rules
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


async def test_what_would_be_over_before_it_is_published_is_not_submitted(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "s") as (staff,):
        now = house.clock.now()
        listing = next(rule for rule in rules() if rule.name == "land_listing")
        past = {"auction": "past", "rule": "land_listing", "terms": listing.example}
        unpaid = {**fields(now + 60 * SECOND), "deposit": 5, "deposit_deadline": now}
        for body, path in (
            (fields(now + 60 * SECOND) | past, "terms.listing_opens"),
            (unpaid, "deposit_deadline"),
        ):
            made = await staff.post("/api/drafts", body)
            assert made["problems"] == []
            with pytest.raises(HouseSaysNo) as no:
                await staff.post(f"/api/drafts/{made['id']}/submit")
            assert [each["path"] for each in no.value.body["fields"]] == [path]


async def test_the_second_person_is_told_what_differs_from_what_it_was_made_from(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "s", "t") as (staff, approver):
        opens = house.clock.now() + 30 * 24 * 3600 * SECOND
        terms = {"opens": opens, "start_price": "100", "step": "1", "extension_seconds": 120}
        first = await staff.post("/api/drafts", fields(opens) | {"terms": terms, "deposit": 500})
        alone = await approver.get(f"/api/drafts/{first['id']}/changes")
        assert alone == {"against": None, "copied": False, "choices": [], "changes": []}
        copy = await staff.post(f"/api/drafts/{first['id']}/clone")
        one = f"/api/drafts/{copy['id']}"
        same = await approver.get(f"{one}/changes")
        assert (same["against"], same["copied"]) == (f"draft:{first['id']}", True)
        assert same["changes"] == []
        changed = {**fields(opens), "auction": None, "terms": {**terms, "extension_seconds": 0}}
        await staff.put(one, changed | {"deposit": 600, "officers": {"surrogate": True}})
        # Saved anew, it still knows what it was copied from.
        found = await approver.get(f"{one}/changes")
        assert found["copied"]
        told = {
            line["label"]["en"]: (
                line["was"] and line["was"]["en"],
                line["now"] and line["now"]["en"],
            )
            for line in found["changes"]
        }
        assert told["Deposit"] == ("5 CNY", "6 CNY")
        assert told["Extension length"] == ("2 minutes", None)
        was, now = told["What officers may do"]
        assert was == "two officers for withdrawing an admission: one proposes, another confirms"
        assert now is not None
        assert now.startswith("an offer may be made on behalf of a bidder who cannot")
        with pytest.raises(HouseSaysNo) as no:
            await approver.get(f"{one}/changes?against=draft:0000")
        assert no.value.code == "NOT_FOUND"


async def test_a_draft_is_compared_with_what_a_published_rule_fixes(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "s") as (staff,):
        rule = next(rule for rule in rules() if rule.name == "property_rights")
        body = fields(0) | {"rule": rule.name, "terms": rule.example}
        made = await staff.post("/api/drafts", body)
        for name, preset in PRESETS.items():
            found = await staff.get(f"/api/drafts/{made['id']}/changes?against=preset:{name}")
            assert found["against"] == f"preset:{name}"
            laid = body | {"auction": None, "terms": {**rule.example, **preset["terms"]}}
            same = await staff.post("/api/drafts", laid)
            again = await staff.get(f"/api/drafts/{same['id']}/changes?against=preset:{name}")
            assert again["changes"] == [], name
