"""The public pages: find an auction, read its result, see what opens next, take the data home."""

from __future__ import annotations

import csv
import io
import json

import pytest_asyncio
from playwright.async_api import expect

from tests.browser.desk import PHONE, Desk, Office, english, local
from tests.doors.house_process import SECOND, HouseProcess, People

BIDDERS = ("zhao",)
DAY = 86_400 * SECOND


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opens(opened: tuple[HouseProcess, People]) -> int:
    """One auction sold, one live, one that opens tomorrow: when that is."""
    _, people = opened
    tomorrow = int((await people["staff"].get("/api/time"))["now"]) + DAY
    await english(people, "sold", ["zhao"], quiet=1)
    await english(people, "live", [])
    await english(people, "tomorrow", [], opens=tomorrow)
    await people.until("sold", "running")
    body = {"ref": "one", "amount": 120_000_000}
    answer = await people["zhao"].post("/api/auctions/sold/bids", body)
    assert answer["type"] == "accepted", answer
    await people.until("sold", "closed")
    return tomorrow


@pytest_asyncio.fixture(loop_scope="session")
async def stranger(office: Office, opens: int) -> Desk:
    """Somebody without an account, some time before tomorrow."""
    assert opens > await office.now()
    return await office.desk(viewport=PHONE)


async def test_an_auction_is_found_and_its_result_read_without_an_account(stranger: Desk) -> None:
    page = stranger.page
    await stranger.go("/")
    await expect(stranger.at("found")).to_have_text("共 3 场")
    # Full-width letters, as an input method leaves them.
    await page.fill("[name=words]", "岐江　ＳＯＬＤ")
    await expect(stranger.at("found")).to_have_text("共 1 场")
    row = page.locator("[data-auction=sold]")
    await expect(row.locator("[data-test=gain]")).to_have_text("溢价 200,000.00 元（20.00%）")
    await expect(row.locator("a.check")).to_have_attribute("href", "/verify?auction=sold")
    await page.reload()
    await expect(stranger.at("found")).to_have_text("共 1 场")
    await expect(page.locator("[name=words]")).to_have_value("岐江　ＳＯＬＤ")
    await page.fill("[name=words]", "没有这样的")
    await expect(stranger.at("found")).to_have_text("共 0 场")
    await page.fill("[name=words]", "")
    await page.locator(".filters button", has_text="进行中").click()
    await expect(page.locator("[data-auction]")).to_have_count(1)
    # Live, with paddles and no names.
    await page.locator("[data-auction=live] a.title").click()
    await page.locator("[data-test=meter][data-link=live]").wait_for()
    await expect(page.locator("main")).not_to_contain_text("zhao")


async def test_what_opens_next_is_in_the_calendar(opens: int, stranger: Desk) -> None:
    await stranger.go("/")
    await stranger.page.click("a[href='#/openings']")
    days = stranger.at("openings").locator("[data-day]")
    await expect(days).to_have_count(1)
    day = local(opens)
    await expect(days).to_have_attribute("data-day", day.date().isoformat())
    await expect(days).to_contain_text(day.strftime("%H:%M:%S"))
    await expect(days.locator("a").first).to_have_attribute("href", "/room/tomorrow")


async def test_open_data_is_described_and_can_be_taken_home(stranger: Desk) -> None:
    page = stranger.page
    await stranger.go("/#/data")
    sets = page.locator("[data-set]")
    await expect(sets).to_have_count(6)
    land = page.locator("[data-set=land]")
    await land.locator("summary").click()
    await expect(land).to_contain_text("DEAL_LAND_CODE")
    # Nothing is bought in this house: whoever opens the package knows before, and why.
    bought = page.locator("[data-set=ocds]")
    await expect(bought.locator("[data-test=no-releases]")).to_be_visible()
    await expect(bought).to_contain_text("该标准没有相应字段")
    async with page.expect_download() as waiting:
        await page.locator("[data-set=results] a[download]").click()
    raw = (await (await waiting.value).path()).read_text("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(raw, newline=""))
    assert row["amount_yuan"] == "1200000.00"
    async with page.context.expect_page() as opening:
        await page.locator("[data-set=auctions] a[target=_blank]").click()
    shown = await opening.value
    told = json.loads(await shown.locator("pre").inner_text())
    assert [record["id"] for record in told["records"]] == ["sold", "live", "tomorrow"]
    await stranger.at("language").click()
    await expect(page.locator("h1")).to_have_text("Open data")
