"""The overseers' desk: a figure is opened down to its log entry, and results of elsewhere are entered."""

from __future__ import annotations

import pytest_asyncio
from playwright.async_api import expect

from tests.browser.desk import Desk, Office, english
from tests.doors.house_process import HouseProcess, People

BIDDERS = ("zhao",)
SOLD = "sold"


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def sessions(opened: tuple[HouseProcess, People]) -> None:
    """One auction sold and one left unsold."""
    _, people = opened
    await english(people, SOLD, ["zhao"], quiet=1)
    await english(people, "unsold", [], duration_seconds=1)
    await people.until(SOLD, "running")
    # Seconds after staff acted the later winner leads: something to ask about.
    for act in ("suspend", "resume"):
        path = f"/api/auctions/{SOLD}/{act}"
        answer = await people["staff"].post(path, {"reason": "电力检查"})
        assert answer["type"] == "accepted", answer
    body = {"ref": "one", "amount": 120_000_000}
    answer = await people["zhao"].post(f"/api/auctions/{SOLD}/bids", body)
    assert answer["type"] == "accepted", answer
    for auction in (SOLD, "unsold"):
        await people.until(auction, "closed")
    for who, step in (("staff", "reviewed"), ("approver", "confirmed")):
        body = {"step": step, "reason": "核对无误", "ref": f"ref-{step}"}
        answer = await people[who].post(f"/api/auctions/{SOLD}/conclude", body)
        assert answer["type"] == "accepted", answer


async def test_a_figure_is_opened_down_to_its_entry_and_results_of_elsewhere_are_marked(
    office: Office,
) -> None:
    auditor = await office.desk("auditor")
    await auditor.go("/oversight")
    page = auditor.page
    card = page.locator("[data-figure=premium]")
    await expect(card).to_contain_text("20.00 万元")
    await expect(page.locator("[data-figure=premium_rate]")).to_contain_text("20.00%")
    await expect(page.locator("[data-figure=failure]")).to_contain_text("50.00%")
    await expect(auditor.at("agree")).to_be_visible()
    await card.click()
    row = page.locator(f"[data-line={SOLD}]")
    await expect(row.locator("[data-test=part]")).to_contain_text("20.00 万元")
    await expect(page.locator("[data-line=unsold]")).to_have_count(0)
    await expect(auditor.at("sum")).to_contain_text("20.00 万元")
    await row.locator("summary").click()
    told = row.locator("[data-entry]")
    await expect(told).to_contain_text("1,200,000.00 元")
    entry = int(await told.get_attribute("data-entry") or "")
    (found,) = (
        await office.people["auditor"].get(f"/api/auctions/{SOLD}/entries", start=entry, limit=1)
    )["entries"]
    assert "awarded" in [fact["fact"] for fact in found["data"]["facts"]]
    await page.locator("[data-figure=failure]").click()
    await expect(page.locator("[data-line=unsold]")).to_be_visible()
    await page.locator("[data-figure=interventions]").click()
    await expect(row.locator("[data-test=part]")).to_have_text("2")
    # An auditor reads what was entered, and enters nothing.
    await page.locator("a[href='#/entered']").click()
    await expect(auditor.at("enter")).to_have_count(0)

    staff = await office.desk("staff")
    await staff.go("/oversight#/entered")
    form = staff.at("enter")
    for name, value in {
        "title": "揭阳市政府采购 40 宗",
        "centre": "揭阳",
        "day": "2020-06-30",
        "deals": "40",
        "amount": "129,849,600.00",
        "base": "133220000",
        "source": "2020 年上半年公开统计",
    }.items():
        await form.locator(f"[name={name}]").fill(value)
    await form.locator("[name=category]").select_option("procurement")
    await form.locator("[name=kind]").select_option("budget")
    await form.locator("button[type=submit]").click()
    await expect(staff.at("entered")).to_contain_text("揭阳市政府采购")

    await auditor.go("/oversight?last=2020-06-30#/figures")
    await expect(page.locator("[data-figure=saved]")).to_contain_text("337.04 万元")
    await expect(page.locator("[data-figure=saving_rate]")).to_contain_text("2.53%")
    await expect(page.locator("[data-figure=deals]")).to_contain_text("40")
    await expect(auditor.at("lines")).to_contain_text("手工录入")
    async with page.expect_download() as waiting:
        await auditor.at("xlsx").click()
    assert (await waiting.value).suggested_filename == "figures.xlsx"

    await staff.page.locator("[data-result] button").click()
    await staff.page.fill("[name=why]", "重复录入")
    await staff.page.click("[data-result] button[type=submit]")
    await expect(staff.page.locator("[data-result]")).to_contain_text("重复录入")
    await auditor.page.reload()
    await expect(page.locator("[data-figure=deals] .big")).to_have_text("0")


async def test_a_lead_is_asked_about_explained_and_concluded(office: Office) -> None:
    auditor, staff = await office.desk("auditor"), await office.desk("staff")
    await staff.go("/oversight#/leads")
    await expect(staff.page.locator("main")).to_contain_text("没有向您问询")
    await auditor.go("/oversight#/leads")
    await expect(auditor.at("mark")).to_contain_text("线索，不是结论")
    desk = auditor.page.locator("[data-indicator='22']")
    await expect(desk).to_contain_text("算法")
    await expect(desk).to_contain_text("正当解释")
    lead = desk.locator("[data-lead]").first
    await expect(lead.locator("[data-test=base]")).to_contain_text("样本太少")
    await expect(lead.locator("[data-test=inputs] a")).to_have_count(2)
    name = await lead.get_attribute("data-lead")
    await write(auditor, name, "asked", "恢复前后各做了什么检查？")
    await staff.page.reload()
    await expect(staff.page.locator("[data-lead]")).to_have_count(1)
    await expect(staff.page.locator("[data-turn=asked]")).to_contain_text("什么检查")
    await write(staff, name, "explained", "配电箱跳闸，\n物业重新送电。")
    await auditor.page.reload()
    await auditor.page.locator(f"[data-lead='{name}'] [data-act=concluded]").click()
    await auditor.page.locator("[name=finding]").select_option("watched")
    await auditor.page.fill("[name=text]", "有送电记录佐证，下场再看。")
    await auditor.page.click("article button[type=submit]")
    done = auditor.page.locator(f"[data-lead='{name}'][data-standing=concluded]")
    await expect(done.locator("[data-turn]")).to_have_count(3)
    await expect(done.locator("[data-turn=explained]")).to_contain_text("跳闸， 物业")
    await expect(done.locator("[data-turn=concluded]")).to_contain_text("持续关注")
    await expect(done.locator("[data-act]")).to_have_count(0)
    await auditor.page.click("button[data-standing=concluded]")
    await expect(auditor.page.locator("[data-lead]")).to_have_count(1)


async def write(desk: Desk, lead: str | None, turn: str, words: str) -> None:
    """Writes the next line about a lead and waits until it stands there."""
    card = desk.page.locator(f"[data-lead='{lead}']")
    await card.locator(f"[data-act={turn}]").click()
    await card.locator("[name=text]").fill(words)
    await card.locator("button[type=submit]").click()
    await expect(card.locator(f"[data-turn={turn}]")).to_have_count(1)


async def test_a_stranger_is_asked_to_sign_in(office: Office) -> None:
    desk = await office.desk()
    await desk.go("/oversight")
    await expect(desk.page.locator("main")).to_contain_text("登录")
    await expect(desk.page.locator("[data-figure]")).to_have_count(0)
