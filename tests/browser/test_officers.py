"""The officers' desk: the live board, what a stage waits for, and acts that take two."""

from __future__ import annotations

from typing import Any

from playwright.async_api import expect

from tests.browser.desk import Office, english
from tests.doors.house_process import SECOND, People

BIDDERS = ("sun", "li")


async def equal_offers(people: People, auction: str) -> dict[str, str]:
    """A sealed auction of some seconds that ends in a draw by balls between two."""
    now = (await people["staff"].get("/api/time"))["now"]
    terms: dict[str, Any] = {
        "lot_id": "LOT-01",
        "opens": now + SECOND,
        "closes": now + 7 * SECOND,
        "start_price": "1000",
        "step": "100",
        "tie": "DRAW",
        "draws": {"source": "BALLS"},
    }
    title = {"zh": "两人同价的密封报价", "en": "Two equal sealed offers"}
    fields = {"auction": auction, "title": title, "rule": "sealed_bid", "terms": terms}
    await people.publish(fields | {"deposit": 0})
    numbers = await people.admit(auction, dict.fromkeys(("sun", "li")), 0)
    await people.until(auction, "running")
    for account in numbers:
        body = {"ref": account, "amount": 180_000}
        answer = await people[account].post(f"/api/auctions/{auction}/bids", body)
        assert answer["type"] == "accepted", answer
    return numbers


async def test_two_officers_type_the_balls_and_neither_sees_the_others(office: Office) -> None:
    numbers = await equal_offers(office.people, "balls")
    first, second = await office.desk("staff"), await office.desk("approver")
    for desk in (first, second):
        await desk.go("/staff#/auctions/balls")
        await expect(desk.at("draw-acts")).to_contain_text("现场摇球")
    one, other = sorted(numbers.values())
    box = first.page.locator("[name=balls]")
    await box.fill(f"{other} 777")
    await first.at("type-balls").click()
    # What cannot be an order is said before it is sent.
    await expect(first.at("draw-acts")).to_contain_text(f"缺少：{one}")
    await expect(first.at("draw-acts")).to_contain_text("777")
    await box.fill(f"{other}\n{one}")
    await first.at("type-balls").click()
    await expect(second.at("draw-acts")).to_contain_text("须由另一名独立录入")
    assert f"{other} {one}" not in await second.at("draw-acts").inner_text()
    await second.page.locator("[name=balls]").fill(f"{one} {other}")
    await second.at("type-balls").click()
    await expect(second.page.locator("[data-test=draw-acts] .bad")).to_be_visible()
    await second.page.locator("[name=balls]").fill(f"{other}，{one}")
    await second.at("type-balls").click()
    await expect(second.page.locator(".head .badge")).to_contain_text("已结束")
    await expect(second.at("stage-acts")).to_have_count(0)
    result = await office.people["staff"].get("/api/auctions/balls")
    assert [award["bidder"] for award in result["room"]["awards"]] == [other]


async def test_the_board_puts_what_needs_somebody_first(office: Office) -> None:
    people = office.people
    await english(people, "calm", [])
    await english(people, "halted", ["sun"])
    for auction in ("calm", "halted"):
        await people.until(auction, "running")
    body = {"ref": "low", "amount": 5}
    answer = await people["sun"].post("/api/auctions/halted/bids", body)
    assert answer["reason"] == "BELOW_START"
    await people["staff"].post("/api/auctions/halted/suspend", {"reason": "电力故障"})
    staff = await office.desk("staff")
    await staff.go("/staff")
    lines = staff.at("live-board").locator("> li")
    await expect(lines.first).to_have_attribute("data-auction", "halted")
    await expect(lines.first).to_contain_text("电力故障")
    await expect(lines.first.locator("[data-test=refused]")).to_have_text("1")
    await expect(lines.first.locator("[data-test=online]")).to_have_text("0 / 1")
    await lines.first.locator("summary").click()
    await expect(lines.first).to_contain_text("低于起始价")
    bidder = await office.desk("sun")
    await bidder.enter("halted")
    await expect(lines.first.locator("[data-test=online]")).to_have_text("1 / 1")
    # Never the account.
    assert "sun" not in await staff.at("live-board").inner_text()


async def granted(people: People, auction: str) -> dict[str, str]:
    """An ascending auction whose notice lets officers do everything, each act by two."""
    now = (await people["staff"].get("/api/time"))["now"]
    terms: dict[str, Any] = {
        "opens": now + SECOND,
        "duration_seconds": 900,
        "start_price": "1000000",
        "step": "10000",
        "extension_seconds": 0,
    }
    title = {"zh": "岐江北路商业用地使用权", "en": "Commercial land, Qijiang North Road"}
    fields = {"auction": auction, "title": title, "rule": "english", "terms": terms, "deposit": 0}
    await people.publish(fields | {"officers": {"extend_seconds": 1800, "surrogate": True}})
    numbers = await people.admit(auction, dict.fromkeys(("sun", "li")), 0)
    await people.until(auction, "running")
    return numbers


async def test_one_proposes_another_confirms_and_the_room_sees_what_it_is(office: Office) -> None:
    numbers = await granted(office.people, "by-two")
    staff, approver = await office.desk("staff"), await office.desk("approver")
    bidder = await office.desk("sun")
    await bidder.enter("by-two")
    for desk in (staff, approver):
        await desk.go("/staff#/auctions/by-two")
    before = (await office.people["staff"].get("/api/auctions/by-two"))["room"]["stage"]["closes"]

    await staff.at("act-extend").click()
    await staff.page.locator("[name=minutes]").fill("31")
    await staff.at("reason").fill("专线故障")
    await staff.at("do").click()
    # More than the notice grants is refused before anybody is called.
    await expect(staff.at("acts")).to_contain_text("还可延长 1800 秒")
    await staff.page.locator("[name=minutes]").fill("10")
    await staff.at("do").click()
    await expect(staff.at("acts")).to_contain_text("已提请")
    await expect(staff.at("proposals")).to_contain_text("延长 600 秒")
    await expect(staff.at("agree")).to_have_count(0)
    await expect(bidder.at("history")).not_to_contain_text("专线故障")
    await expect(approver.at("proposals")).to_contain_text("专线故障")
    await approver.at("agree").click()
    await expect(approver.at("proposals")).to_have_count(0)
    await expect(bidder.at("history")).to_contain_text("专线故障")
    room = (await office.people["staff"].get("/api/auctions/by-two"))["room"]
    assert room["stage"]["closes"] == before + 600 * SECOND

    await staff.at("act-surrogate").click()
    await staff.page.locator("[name=whose]").select_option(numbers["li"])
    await staff.page.locator("[name=surrogate-amount]").fill("1000000")
    await staff.at("reason").fill("客户端故障，电话委托")
    await staff.at("do").click()
    await approver.at("agree").click()
    await expect(bidder.at("history")).to_contain_text(f"代 {numbers['li']} 号报价")
    await expect(staff.at("on-behalf")).to_be_visible()

    # Nobody is shut out by one; then everybody reads that his offer can win nothing.
    await staff.at("act-exclude").click()
    await expect(staff.at("exclude-help")).to_contain_text("有权机关")
    await staff.page.locator("[name=whose]").select_option(numbers["li"])
    await staff.at("reason").fill("不符合公告第三条")
    await staff.at("do").click()
    await expect(approver.at("proposals")).to_contain_text("不符合公告第三条")
    await expect(bidder.at("excluded")).to_have_count(0)
    await approver.at("agree").click()
    await expect(bidder.at("excluded")).to_contain_text("不予成交")

    await staff.at("act-terminate").click()
    await staff.at("reason").fill("法院来函")
    await staff.at("do").click()
    await approver.at("turn-down").click()
    await expect(staff.at("proposals")).to_have_count(0)
    await expect(staff.page.locator(".head .badge")).to_contain_text("进行中")

    # What somebody else made impossible meanwhile leaves the desk, and says so.
    await staff.at("act-suspend").click()
    await office.people["approver"].post("/api/auctions/by-two/suspend", {"reason": "电力故障"})
    await expect(staff.at("too-late")).to_contain_text("“中止”已不能办理")
    await expect(staff.at("act-resume")).to_be_visible()
