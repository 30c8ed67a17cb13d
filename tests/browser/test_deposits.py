"""Deposits from a bank's file to the refund, and a result from its review to the records office."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from playwright.async_api import expect

from tests.browser.desk import BEIJING, Desk, Office
from tests.doors.house_process import SECOND, People, begun_by_an_offer

BIDDERS = ("sun", "li")


async def test_a_banks_file_is_brought_in_and_what_is_left_goes_back(office: Office) -> None:
    staff, approver = await office.desk("staff"), await office.desk("approver")
    paddles = await paid_in(office.people, staff)
    await to_the_end(office.people, paddles["sun"])
    await concluded(staff, approver)
    await paid_back(office.people, staff, paddles)


async def paid_in(people: People, staff: Desk) -> dict[str, str]:
    """Both bidders' money comes in by a file: one line is wrong, one payer is somebody else."""
    now = (await people["staff"].get("/api/time"))["now"]
    terms: dict[str, Any] = {
        "start_price": "1000000",
        "step": "10000",
        **begun_by_an_offer(now + SECOND, 2),
    }
    title = {"zh": "岐江北路商业用地使用权", "en": "Commercial land, Qijiang North Road"}
    fields = {"auction": "paid", "title": title, "rule": "english", "terms": terms}
    await people.publish(fields | {"deposit": 5_000_000})
    paddles = {}
    for account in ("sun", "li"):
        applied = await people[account].post("/api/auctions/paid/apply", {"lot": None})
        body = {"application": applied["id"]}
        paddles[account] = (await people["staff"].post("/api/auctions/paid/admit", body))["bidder"]
    lines = (await people["staff"].get("/api/auctions/paid/money"))["lines"]
    accounts = {line["bidder"]: line["account"] for line in lines}
    names = {a: (await people[a].get("/api/me"))["name"] for a in paddles}

    await staff.go("/staff#/auctions/paid/money")
    rows = [
        "银行,流水号,子账号,付款户名,付款账号,金额,到账时间",
        f'ICBC,S-1,{accounts[paddles["sun"]]},{names["sun"]},6222,"50,000.00",2026-03-02 14:00:00',
        f"ICBC,S-2,{accounts[paddles['li']]},中山另一公司,6223,50000,2026-03-02 14:05:00",
        f"ICBC,S-3,{accounts[paddles['li']]},{names['li']},6223,many,2026-03-02 14:06:00",
    ]
    content = "\n".join(rows).encode("gb18030")
    file = {"name": "icbc.csv", "mimeType": "text/csv", "buffer": content}
    await staff.at("csv").set_input_files(file)  # type: ignore[arg-type]
    await expect(staff.at("notice-file")).to_contain_text("可导入 2 笔，1 行有问题")
    await expect(staff.at("notice-file")).to_contain_text("第 4 行：金额无法识别")
    await staff.at("send-notices").click()
    await expect(staff.at("notice-answers")).to_contain_text("已计入")
    held = staff.page.locator("[data-notice=S-2]")
    await expect(held).to_have_attribute("data-state", "held")
    await expect(staff.at("money-notices")).not_to_contain_text("另一公司")
    # The same file again counts nothing twice.
    await staff.at("csv").set_input_files(file)  # type: ignore[arg-type]
    await staff.at("send-notices").click()
    await expect(staff.at("notice-answers").locator(".badge")).to_have_text(["01", "01"])
    await held.locator("[data-test=look]").click()
    await staff.page.locator("[name=decide-reason]").fill("母公司代缴，已核对授权书")
    await staff.at("grant").click()
    await expect(held).to_have_attribute("data-state", "counted")
    for paddle in paddles.values():
        line = staff.page.locator(f"[data-bidder='{paddle}']")
        await expect(line).to_contain_text("已足额")
    until = datetime.now(BEIJING) + timedelta(days=90)
    await staff.page.locator("[name=guarantee-of]").select_option(paddles["li"])
    await staff.page.locator("[name=issuer]").fill("某某银行中山分行")
    await staff.page.locator("[name=guarantee-number]").fill("LG-7")
    await staff.page.locator("[name=guarantee-amount]").fill("100")
    await staff.page.locator("[name=guarantee-until]").fill(until.strftime("%Y-%m-%dT%H:%M:%S"))
    await staff.at("enter-guarantee").click()
    await expect(staff.at("guarantees").locator("li")).to_contain_text("LG-7")
    return paddles


async def to_the_end(people: People, winner: str) -> None:
    """The auction runs, and this bidder alone offers."""
    await people.until("paid", "running")
    body = {"ref": "win", "amount": 100_000_000}
    assert (await people["sun"].post("/api/auctions/paid/bids", body))["type"] == "accepted"
    await people.until("paid", "closed")
    room = (await people["staff"].get("/api/auctions/paid"))["room"]
    assert [award["bidder"] for award in room["awards"]] == [winner]


async def concluded(staff: Desk, approver: Desk) -> None:
    """Reviewed by one, confirmed and published by another, packed for the records office."""
    await staff.go("/staff#/auctions/paid")
    await expect(staff.at("after")).to_be_visible()
    await staff.at("next-step").click()
    await staff.at("after-reason").fill("核对无误")
    await staff.at("do-step").click()
    await expect(staff.page.locator("[data-step=reviewed]")).to_have_attribute("data-done", "true")
    # Whoever reviewed does not confirm.
    await expect(staff.at("next-step")).to_have_count(0)
    await approver.go("/staff#/auctions/paid")
    for step in ("confirmed", "published"):
        await approver.at("next-step").click()
        await approver.at("after-reason").fill("同意")
        await approver.at("do-step").click()
        done = approver.page.locator(f"[data-step={step}]")
        await expect(done).to_have_attribute("data-done", "true")
    async with approver.page.expect_download() as waiting:
        await approver.at("package").click()
    assert (await waiting.value).suggested_filename == "paid.zip"


async def paid_back(people: People, staff: Desk, paddles: dict[str, str]) -> None:
    """Who did not win gets his deposit back; the winner's stays."""
    await staff.at("to-money").click()
    await staff.at("pick-losers").click()
    await expect(staff.at("money-lines")).to_contain_text("已选 1 个号牌，共 50,000.00 元")
    await staff.page.locator("[name=payout-reason]").fill("未竞得")
    await staff.at("refund").click()
    await expect(staff.at("money-said")).to_contain_text("已登记退还 1 笔，共 50,000.00 元")
    money = await people["staff"].get("/api/auctions/paid/money")
    left = {line["bidder"]: line["left"] for line in money["lines"]}
    assert left == {paddles["sun"]: 5_000_000, paddles["li"]: 0}
