"""The notice at the door: for the drafter, the approver and everybody, the same words."""

import hashlib
import re

import pytest

from auction_rules.registry import rules
from bidding.client import HouseSaysNo
from bidding.proof import canon
from bidding.web.notice_page import POLICY
from tests.auction_rules.known import known
from tests.bidding.web.door_in_process import open_door, signed_in

SECOND = 1_000_000


def draft(opens, **terms):
    return {
        "title": {"zh": "标的 <一>", "en": "Lot <one>"},
        "rule": "english",
        "terms": {"opens": opens, "start_price": "100", "step": "1", **terms},
        "deposit": 5_000,
    }


async def test_every_rule_and_preset_can_be_previewed(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "s") as (staff,):
        listed = {line["name"] for line in (await staff.get("/api/rules"))["rules"]}
        assert listed == {rule.name for rule in rules()}
        seen = set()
        for name, rule, terms in known():
            found = await staff.post(f"/api/rules/{rule.name}/preview", {"terms": dict(terms)})
            zh, en = found["prose"]["zh"], found["prose"]["en"]
            assert len(zh) == len(en) >= 10, name
            assert f"{rule.name}@{rule.version}" in zh[0], name
            assert all(re.search(r"[\u4e00-\u9fff]", line) for line in zh), name
            for remark in found["remarks"]:
                assert remark["zh"], name
                assert remark["en"], name
            seen.add(rule.name)
        assert seen == listed


async def test_the_form_s_own_example_can_be_previewed(tmp_path):
    """As the staff's page does it: the schema's example, moved to tomorrow, sent as it came."""
    async with open_door(tmp_path) as house, signed_in(house, "s") as (staff,):
        for line in (await staff.get("/api/rules"))["rules"]:
            detail = await staff.get(f"/api/rules/{line['name']}")
            path = f"/api/rules/{line['name']}/preview"
            found = await staff.post(path, {"terms": detail["example"], "version": line["version"]})
            assert found["rule_sha256"] == line["sha256"]


async def test_a_preview_names_what_is_wrong_and_knows_its_rules(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "s") as (staff,):
        for path, body, code, field in (
            ("english", {"terms": {"opens": 0, "start_price": []}}, "BAD_FIELDS", "start_price"),
            ("nothing", {"terms": {}}, "NOT_FOUND", None),
            ("english", {"terms": {}, "version": "99"}, "NOT_FOUND", None),
        ):
            with pytest.raises(HouseSaysNo) as no:
                await staff.post(f"/api/rules/{path}/preview", body)
            assert no.value.code == code
            if field is not None:
                assert f"terms.{field}" in {each["path"] for each in no.value.body["fields"]}


async def test_remarks_are_read_before_saving_on_submission_and_before_approval(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "s", "t") as (staff, approver):
        opens = house.clock.now() + 60 * SECOND
        beside = {
            "deposit": 5_000,
            "deposit_deadline": opens,
            "officers": {"extend_seconds": 600, "surrogate": True},
            "downtime": {"auto_seconds": 120},
        }
        fields = draft(opens, extension_seconds=0) | beside
        preview = await staff.post(
            "/api/rules/english/preview", {"terms": fields["terms"], **beside}
        )
        remarks = {remark["code"] for remark in preview["remarks"]}
        assert remarks >= {"NO_EXTENSION", "OPENS_TOO_SOON", "DEPOSIT_AFTER_OPENING"}
        told = "\n".join(one["value"]["zh"] for one in preview["facts"])
        assert "50 元" in told
        assert "不超过 600 秒" in told
        assert not any(line.startswith("其他约定") for line in preview["prose"]["zh"])
        saved = await staff.post("/api/drafts", fields)
        submitted = await staff.post(f"/api/drafts/{saved['id']}/submit")
        shown = await approver.get(f"/api/drafts/{saved['id']}/notice")
        assert saved["remarks"] == submitted["remarks"] == shown["remarks"] == preview["remarks"]
        assert shown["prose"] == preview["prose"]
        # The number is given when it is saved; all else the drafter has read already.
        assert shown["facts"][1:] == preview["facts"]
        assert shown["sha256"] == submitted["sha256"]
        done = await approver.post(
            f"/api/drafts/{saved['id']}/approve", {"sha256": shown["sha256"]}
        )
        published = await approver.get(f"/api/auctions/{done['auction']}/notice")
        # What is published is what was read; remarks were for the house.
        assert published == {key: value for key, value in shown.items() if key != "remarks"}
        page = (
            await staff.download(f"/api/auctions/{done['auction']}/notice.txt?lang=en")
        ).decode()
        for one in published["facts"]:
            assert f"{one['label']['en']}: {one['value']['en']}\n" in page


async def test_an_unfinished_draft_has_no_notice(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "s") as (staff,):
        fields = draft(house.clock.now() + 60 * SECOND) | {"title": {"zh": "", "en": ""}}
        saved = await staff.post("/api/drafts", fields)
        assert saved["remarks"] == []
        with pytest.raises(HouseSaysNo) as no:
            await staff.get(f"/api/drafts/{saved['id']}/notice")
        assert no.value.code == "BAD_FIELDS"
        with pytest.raises(HouseSaysNo) as no:
            await staff.get("/api/drafts/0000/notice")
        assert no.value.code == "NOT_FOUND"


async def test_everybody_reads_the_notice_and_can_compute_its_hash(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b") as (bidder,):
        await house.publish("a")
        found = await bidder.get("/api/auctions/a/notice")
        document = canon.encode(found["document"])
        assert hashlib.sha256(document).hexdigest() == found["sha256"]
        assert found["sha256"] == (await bidder.get("/api/auctions/a"))["sha256"]
        assert found["rule"]["same_source"] is True
        with pytest.raises(HouseSaysNo) as no:
            await bidder.get("/api/auctions/nothing/notice")
        assert no.value.code == "NO_SUCH_AUCTION"


async def test_the_printed_form_stands_alone_and_nothing_in_it_is_markup(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "s", "t") as (staff, approver):
        saved = await staff.post("/api/drafts", draft(house.clock.now() + 60 * SECOND))
        submitted = await staff.post(f"/api/drafts/{saved['id']}/submit")
        body = {"sha256": submitted["sha256"]}
        auction = (await approver.post(f"/api/drafts/{saved['id']}/approve", body))["auction"]
        path = f"/api/auctions/{auction}/notice"
        shown = await staff.get(path)
        both = (await staff.download(f"{path}.html")).decode()
        assert both.startswith('<!doctype html>\n<html lang="zh-CN">')
        assert "<script" not in both
        assert "标的 &lt;一&gt;" in both
        assert "Lot &lt;one&gt;" in both
        assert shown["sha256"] in both
        style = both.partition("<style>")[2].partition("</style>")[0]
        assert f"style-src 'sha256-{canon.sha256_b64(style.encode())}'" in POLICY
        english = (await staff.download(f"{path}.html?lang=en")).decode()
        assert not re.search(r"[\u4e00-\u9fff]{4}", english)
        plain = (await staff.download(f"{path}.txt?lang=zh")).decode()
        assert plain.startswith("标的 <一>\n")
        assert all(f"{line}\n" in plain for line in shown["prose"]["zh"])
        with pytest.raises(HouseSaysNo) as no:
            await staff.get(f"{path}.html?lang=fr")
        assert no.value.code == "BAD_FIELDS"


async def test_presets_are_offered_and_laid_over_the_example_can_be_previewed(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "s") as (staff,):
        seen = 0
        for line in (await staff.get("/api/rules"))["rules"]:
            detail = await staff.get(f"/api/rules/{line['name']}")
            for preset in detail["presets"]:
                seen += 1
                assert preset["title"]["zh"]
                assert preset["title"]["en"]
                unknown = preset["terms"].keys() - detail["schema"]["properties"].keys()
                assert not unknown, (line["name"], preset["name"])
        assert seen >= 20
