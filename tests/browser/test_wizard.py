"""Preparing an auction: step by step, with papers, a dry run and a copy; and the calendar."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import FilePayload, expect

from auction_rules.registry import rules
from bidding.client import Visitor
from bidding.core.document import least_deposit
from tests.browser.conftest import Complaints
from tests.browser.desk import PHONE, Desk, Office, local

BIDDERS = ("sun",)

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)
SCENARIOS = Path(__file__).parents[2] / "examples" / "scenarios"


def leaves(terms: Any, fields: dict[str, Any], root: dict[str, Any], at: str) -> set[str]:
    """The paths under which a form must have something to fill in, by the schema and these terms."""
    found: set[str] = set()
    for name, known in fields.items():
        cores = [c for c in known.get("anyOf", [known]) if c.get("type") != "null"]
        core = cores[0]
        if "$ref" in core:
            core = root["$defs"][core["$ref"].rpartition("/")[2]]
        path, value = f"{at}.{name}", terms.get(name, known.get("default"))
        if core.get("type") == "array":
            item = core["items"]
            item = root["$defs"][item["$ref"].rpartition("/")[2]] if "$ref" in item else item
            for number, row in enumerate(value or []):
                inner = item.get("properties")
                place = f"{path}.{number}"
                found |= {place} if inner is None else leaves(row, inner, root, place)
        elif core.get("type") == "object":
            if value is not None:
                found |= leaves(value, core["properties"], root, path)
        else:
            found.add(path)
    return found


async def test_the_form_says_every_term_of_every_rule(office: Office) -> None:
    """Opened and saved by hand, a document comes to the very terms it came with."""
    people, staff = office.people["staff"], await office.desk("staff")
    for rule in rules():
        await _there_and_back(people, staff, rule.name)


async def _there_and_back(people: Visitor, staff: Desk, name: str) -> None:
    detail = await people.get(f"/api/rules/{name}")
    title = {"zh": "往返", "en": "There and back"}
    # The law of judicial sales asks for a share of the start price.
    deposit = next(
        least_deposit(rule, rule.Config.model_validate(detail["example"]))
        for rule in rules()
        if rule.name == name
    )
    body = {"title": title, "rule": name, "terms": detail["example"], "deposit": deposit}
    made = await people.post("/api/drafts", body)
    assert made["problems"] == [], name
    await staff.go(f"/staff#/drafts/{made['id']}")
    wanted = leaves(detail["example"], detail["schema"]["properties"], detail["schema"], "terms")
    seen: set[str] = set()
    for step in ("lots", "terms"):
        await staff.page.click(f"[data-step={step}]")
        await staff.page.locator(f"[data-step={step}][aria-current=step]").wait_for()
        places = staff.page.locator("[data-path^='terms.']").filter(
            has=staff.page.locator("input, select")
        )
        seen |= set(await places.evaluate_all("all => all.map(one => one.dataset.path)"))
    assert wanted <= seen, (name, wanted - seen)
    await staff.at("save").click()
    await expect(staff.at("said")).to_be_visible()
    again = await people.get(f"/api/drafts/{made['id']}")
    assert again["canonical"] == made["canonical"], name


async def test_from_an_empty_form_to_a_room_with_pictures(
    office: Office, complaints: Complaints
) -> None:
    staff, approver, public = [await office.desk(a) for a in ("staff", "approver", None)]
    page = staff.page
    await staff.go("/staff#/drafts/new")
    await expect(page.locator("[data-step=terms]")).to_be_disabled()
    await staff.at("rule").select_option("english")
    await staff.at("example").click()
    # Whatever the terms say, a document without a title is not complete.
    await page.click("[data-step=check]")
    await expect(staff.at("unnamed")).to_be_visible()
    await expect(staff.at("check")).not_to_contain_text("内容完整")
    await staff.at("unnamed").locator("button").click()
    await page.fill("#title-zh", "设备一批")
    await page.fill("#title-en", "Machines")
    await page.fill("#auction", "machines")
    await staff.at("next").click()
    # What is uploaded is kept at once, with its hash; nothing else than pictures and PDF is taken.
    complaints.expect("415")
    await staff.at("upload").set_input_files(
        [
            FilePayload(name="现场.png", mimeType="image/png", buffer=PNG),
            FilePayload(name="公告.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7\nterms"),
        ]
    )
    papers = staff.at("paper")
    await expect(papers).to_have_count(2)
    await expect(papers.first.locator("input")).to_have_value("现场")
    await staff.at("upload").set_input_files(
        [FilePayload(name="x.svg", mimeType="image/svg+xml", buffer=b"<svg/>")]
    )
    await expect(staff.at("paper-failure")).to_contain_text("只接受")
    await staff.at("next").click()
    # A zero too many is seen in words.
    await page.fill("#terms-start_price", "8600000")
    await expect(page.locator("[data-words=start_price]")).to_have_text("人民币捌佰陆拾万元整")
    # A remark stands beside the term it is about.
    await page.fill("#terms-extension_seconds", "0")
    beside = page.locator("[data-path='terms.extension_seconds'] [data-code=NO_EXTENSION]")
    await expect(beside).to_contain_text("网络快者得利")
    await page.fill("#terms-extension_seconds", "120")
    await expect(beside).to_have_count(0)
    await page.fill("#terms-opens", await office.field(timedelta(hours=2)))
    await staff.at("next").click()
    await staff.at("run-style").select_option("late")
    await staff.at("run").click()
    played = staff.at("played")
    await expect(played).to_have_attribute("data-status", "closed")
    await expect(played.locator(".chart path.course")).to_be_visible()
    await played.get_by_text("截止时间变动", exact=True).click()
    await expect(staff.at("run-moves").locator("tbody tr").first).to_contain_text("延时")
    await played.get_by_text("全部记录").click()
    # More than ten of them.
    await expect(staff.at("run-entries").locator("tbody tr").nth(10)).to_be_visible()
    await staff.at("next").click()
    await staff.at("submit").click()
    await expect(staff.at("draft-state")).to_have_attribute("data-state", "submitted")

    # The second person reads everything on one page, the papers too.
    await approver.go("/staff#/drafts")
    await approver.page.get_by_role("link", name="设备一批").first.click()
    await expect(approver.at("papers")).to_contain_text("现场")
    await expect(approver.at("facts")).to_contain_text("不收取")
    await expect(approver.at("played")).to_have_attribute("data-status", "closed")
    await expect(approver.at("changes")).to_be_visible()
    await expect(approver.page.locator("#terms-extension_seconds")).to_be_hidden()
    await approver.at("whole-form").click()
    await expect(approver.page.locator("#terms-extension_seconds")).to_be_disabled()
    digest = await approver.at("sha256").inner_text()
    await approver.at("read-back").fill(digest[:8])
    await approver.at("approve").click()
    await expect(approver.at("draft-state")).to_have_attribute("data-state", "published")

    await public.go("/room/machines")
    # Who looks at the lot sees it, without having to ask for the rules.
    picture = public.at("papers").locator("img")
    await expect(picture).to_be_visible()
    await picture.scroll_into_view_if_needed()
    await expect(picture).to_have_js_property("naturalWidth", 1)
    async with public.page.expect_download() as waiting:
        await public.page.evaluate(
            "document.querySelectorAll('[data-test=papers] li a')[1].removeAttribute('target')"
        )
        await public.page.locator("[data-test=papers] li a").nth(1).click()
    assert Path(await (await waiting.value).path()).read_bytes() == b"%PDF-1.7\nterms"


async def test_a_mistake_leads_to_its_step(office: Office) -> None:
    staff = await office.desk("staff")
    page = staff.page
    await staff.go("/staff#/drafts/new")
    await staff.at("rule").select_option("far_adjustment")
    await staff.at("example").click()
    await page.fill("#title-zh", "五宗地")
    await page.fill("#title-en", "Five parcels")
    await page.click("[data-step=terms]")
    await page.fill("#terms-start_price", "abc")
    await page.click("[data-step=check]")
    await staff.at("submit").click()
    await expect(page.locator("[data-step=terms]")).to_have_attribute("aria-current", "step")
    await expect(page.locator("[data-path='terms.start_price'] .wrong")).to_be_visible()
    await expect(page.locator("[data-step=terms] .badge")).to_contain_text("1")


async def test_a_copy_lies_ahead_and_a_scenario_is_played(
    office: Office, complaints: Complaints
) -> None:
    people = office.people["staff"]
    detail = await people.get("/api/rules/english")
    first = await people.post(
        "/api/drafts",
        {
            "auction": "older",
            "title": {"zh": "去年的一场", "en": "Last year's"},
            "rule": "english",
            "terms": {**detail["example"], "opens": "2025-03-03T09:30:00+08:00"},
        },
    )
    staff = await office.desk("staff")
    await staff.go("/staff#/drafts/new")
    await staff.at("earlier").select_option(first["id"])
    await staff.at("clone").click()
    await expect(staff.page.locator("#title-zh")).to_have_value("去年的一场")
    await staff.page.click("[data-step=terms]")
    # The hour stays; the day is one that lies ahead.
    await expect(staff.page.locator("#terms-opens")).to_have_value(re.compile(r"T09:30(:00)?$"))
    await staff.page.click("[data-step=rehearse]")
    file = min(SCENARIOS.rglob("*.yaml"), key=lambda one: one.stat().st_size)
    await staff.at("run-file").set_input_files(str(file))
    await expect(staff.at("played").first).to_be_visible()
    complaints.expect("422")
    bad = FilePayload(name="bad.yaml", mimeType="text/yaml", buffer=b"scenario: a\nwhat: 1\n")
    await staff.at("run-file").set_input_files([bad])
    await expect(staff.at("run-failure")).to_contain_text("第 2 行")


async def test_the_calendar_names_what_is_in_each_others_way(office: Office) -> None:
    people = office.people["staff"]
    now = (await people.get("/api/time"))["now"]
    detail = await people.get("/api/rules/english")
    opens = now + 40 * 24 * 3600 * 1_000_000
    for number in (1, 2):
        await people.post(
            "/api/drafts",
            {
                "auction": f"same-{number}",
                "title": {"zh": f"同时的第 {number} 场", "en": f"At once {number}"},
                "rule": "english",
                "terms": {**detail["example"], "opens": opens + number * 60_000_000},
            },
        )
    month = local(opens).strftime("%Y-%m")
    staff = await office.desk("staff")
    await staff.go(f"/staff#/calendar/{month}")
    clashes = staff.at("clashes")
    await expect(clashes.locator("[data-kind=hours]")).to_have_count(1)
    await expect(clashes.locator("[data-kind=officer]")).to_contain_text("staff 同时负责")
    marks = staff.page.locator(".month .mark.opens")
    await expect(marks).to_have_count(2)
    await staff.page.set_viewport_size(PHONE)
    await expect(staff.page.locator(".month")).to_be_hidden()
    agenda = staff.page.locator(".agenda")
    await expect(agenda).to_contain_text("同时的第 1 场")
    await agenda.get_by_role("link", name="同时的第 2 场").first.click()
    await expect(staff.page.locator("#title-zh")).to_have_value("同时的第 2 场")
    await staff.go("/staff#/calendar/2001-02")
    await expect(staff.at("calendar")).to_contain_text("本月没有场次")
