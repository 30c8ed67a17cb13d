"""The hall's screen: the clock, the price, the extension and the result, by itself and through a break."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.browser.conftest import Complaints
from tests.browser.desk import Office, english

LOWEST = """Math.max(...[...document.querySelectorAll(".wall > *, .wall-now *")]
  .map((one) => one.getBoundingClientRect().bottom))"""


BIDDERS = ("sun", "li")


async def test_the_hall_sees_price_extension_break_and_result(
    office: Office, complaints: Complaints
) -> None:
    house, people = office.house, office.people
    hall = await office.desk(viewport={"width": 1920, "height": 1080})
    numbers = await english(people, "hall", ["sun", "li"], quiet=12)
    await hall.go("/wall/hall")
    # Dark without asking, whatever the machine behind it prefers.
    await expect(hall.page.locator("html")).to_have_attribute("data-theme", "dark")
    assert await hall.page.locator("button, input, select, a").count() == 0
    clock = hall.page.locator("p[data-test=wall-clock]")
    await expect(clock).to_be_visible()
    await people.until("hall", "running")
    for account, amount in (("sun", 1_000_000), ("li", 1_010_000)):
        body = {"ref": account, "amount": amount * 100}
        answer = await people[account].post("/api/auctions/hall/bids", body)
        assert answer["type"] == "accepted", answer
    await expect(hall.at("wall-price")).to_have_text("1,010,000.00")
    await expect(clock).to_contain_text("00:")
    await expect(hall.at("wall-extended")).to_be_visible()
    await expect(hall.at("wall-lines")).to_contain_text(numbers["li"])
    # The price is a line, not a shape, and its figures are lighter than the ground.
    await expect(hall.page.locator(".chart .course")).to_have_css("fill", "none")
    label = hall.page.locator(".chart text").first
    await expect(label).to_have_css("fill", "rgb(179, 185, 195)")
    # The figures fill the hall: nothing to scroll, and the clock is tall.
    assert await hall.page.evaluate(LOWEST) <= await hall.page.evaluate("window.innerHeight")
    box = await clock.bounding_box()
    assert box is not None
    assert box["height"] > 180

    complaints.allow("WebSocket")
    await hall.context.set_offline(True)
    await hall.page.evaluate("window.dispatchEvent(new Event('offline'))")
    await asyncio.to_thread(house.end)
    await expect(hall.at("wall-offline")).to_be_visible()
    await asyncio.to_thread(house.start)
    await hall.context.set_offline(False)
    await expect(hall.at("wall-result")).to_contain_text("1,010,000.00", timeout=60_000)
    await expect(hall.at("wall-result")).to_contain_text(numbers["li"])
