"""Acts of the stages that are more than one plain bid, done in a real browser against a real house."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import expect

from tests.browser.desk import Desk, Office, english
from tests.doors.house_process import SECOND, People

BIDDERS = ("zhao",)
Enter = Callable[[str], Awaitable[Desk]]
LOTS = [
    {"id": "L1", "zh": "一号摊位", "en": "Stall 1", "start_price": "1000", "step": "100"},
    {"id": "L2", "zh": "二号摊位", "en": "Stall 2", "start_price": "500", "step": "50"},
]


async def published(people: People, auction: str, rule: str, **terms: Any) -> str:
    """An auction of this rule that opens in two seconds, with zhao in it; his number."""
    now = (await people["staff"].get("/api/time"))["now"]
    title = {"zh": auction, "en": auction}
    fields = {"auction": auction, "title": title, "rule": rule, "deposit": 0}
    await people.publish({**fields, "terms": {"opens": now + 2 * SECOND, **terms}})
    return (await people.admit(auction, {"zhao": None}, 0))["zhao"]


async def a_clock_is_answered(people: People, enter: Enter) -> None:
    terms = {"start_price": "1000", "last_price": "600", "step": "100", "tick_seconds": 600}
    await published(people, "clock", "dutch", **terms, supply="5", max_per_bidder="3")
    zhao = await enter("clock")
    await expect(zhao.at("price")).to_have_text("1,000.00")
    await zhao.at("quantity").fill("9")
    await expect(zhao.at("bid")).to_have_text("请输入数量")
    await zhao.at("quantity").fill("2")
    await zhao.press()
    await expect(zhao.at("confirm-panel")).to_contain_text("壹仟元整")
    await zhao.press()
    await zhao.answered("signed")
    await expect(zhao.at("tick-blocked")).to_contain_text("本档您已回答")


async def lots_are_bid_for_one_by_one(people: People, enter: Enter) -> None:
    terms = {"items": LOTS, "round_seconds": 600, "eligibility_points": 2, "waivers": 1}
    await published(people, "lots", "simultaneous", **terms)
    zhao = await enter("lots")
    row = zhao.page.locator("[data-test=line][data-slot=L2]")
    await row.locator("[data-test=line-amount]").fill("450")
    await expect(row).to_contain_text("低于现在最低可报的 500.00 元")
    await row.locator("[data-test=line-amount]").fill("550")
    await row.locator("[data-test=line-send]").click()
    await expect(row).to_contain_text("伍佰伍拾元整")
    await row.locator("[data-test=line-send][aria-disabled=false]").click()
    await zhao.answered("signed")
    await expect(row.locator("[data-test=line-pending]")).to_contain_text("550.00")
    await expect(zhao.at("points")).to_contain_text("资格点数 2，本轮已用 1")
    # Who has offered does not sit the round out.
    await expect(zhao.at("waive")).to_have_count(0)
    await zhao.at("leave").click()
    await expect(zhao.at("leave-sure")).to_have_attribute("aria-disabled", "false")


async def a_question_is_answered(people: People, enter: Enter) -> None:
    now = (await people["staff"].get("/api/time"))["now"]
    terms = {"closes": now + 600 * SECOND, "start_price": "80000", "mode": "RANDOM"}
    await published(people, "asked", "intermediary", **terms, entry="REGISTER")
    zhao = await enter("asked")
    await expect(zhao.page.get_by_role("heading", name="是否报名")).to_be_visible()
    await expect(zhao.at("bid")).to_have_text("报名")
    await zhao.press()
    await zhao.answered("signed")
    await zhao.state("answered")
    await expect(zhao.at("asked-other")).to_be_visible()


async def a_sealed_offer_is_taken_back(people: People, enter: Enter) -> None:
    now = (await people["staff"].get("/api/time"))["now"]
    terms = {"closes": now + 600 * SECOND, "start_price": "100", "step": "1", "amendments": 2}
    await published(people, "back", "sealed_bid", **terms, may_withdraw=True)
    zhao = await enter("back")
    await expect(zhao.at("left")).to_have_text("还可报 3 次")
    await zhao.bid("120")
    await zhao.answered("signed")
    await expect(zhao.at("left")).to_have_text("还可报 2 次")
    await zhao.state("quoted")
    await zhao.at("take-back").click()
    await zhao.page.locator("[data-test=take-back-sure][aria-disabled=false]").click()
    await zhao.state("none")


async def the_last_minute(people: People, enter: Enter) -> None:
    """One tap where the bidder chose it; a long jump is confirmed twice all the same; the end explains itself."""
    terms = {"duration_seconds": 55, "extension_seconds": 57}
    await english(people, "hurry", ["zhao"], **terms)
    zhao = await enter("hurry")
    await expect(zhao.at("bid")).to_have_text("报价 1,000,000.00 元")
    await zhao.at("one-tap").check()
    await expect(zhao.at("bid")).to_have_text("一键报价 1,000,000.00 元")
    await zhao.press()
    await zhao.answered("signed")
    await expect(zhao.at("price")).to_have_text("1,000,000.00")
    await zhao.at("amount").fill("9,000,000")
    await expect(zhao.at("bid")).to_have_text("报价 9,000,000.00 元")
    await zhao.press()
    await expect(zhao.at("far")).to_contain_text("须确认两次")
    await expect(zhao.at("bid")).to_have_text("第一次确认 9,000,000.00 元")
    await zhao.press()
    await expect(zhao.at("far")).to_contain_text("还没有报出")
    await expect(zhao.at("bid")).to_have_text("第二次确认，报出 9,000,000.00 元")
    await expect(zhao.at("price")).to_have_text("1,000,000.00")
    await zhao.press()
    await expect(zhao.at("price")).to_have_text("9,000,000.00")
    await zhao.at("why-ends").locator("summary").click()
    await expect(zhao.at("why-ends")).to_contain_text("号的有效报价触发延时")
    await zhao.page.locator("h1").click()
    await zhao.page.keyboard.press("t")
    await expect(zhao.at("polite")).to_contain_text("当前最高价 9,000,000.00 元。")
    await zhao.at("why-seen").locator("summary").click()
    await expect(zhao.at("why-seen")).to_contain_text("所有人同时看到同样的内容")


STORIES = (
    a_clock_is_answered,
    lots_are_bid_for_one_by_one,
    a_question_is_answered,
    a_sealed_offer_is_taken_back,
    the_last_minute,
)


async def test_the_acts_of_the_stages(office: Office) -> None:
    async def enter(auction: str) -> Desk:
        desk = await office.desk("zhao")
        await desk.enter(auction)
        return desk

    async with asyncio.TaskGroup() as together:
        for story in STORIES:
            together.create_task(story(office.people, enter))
