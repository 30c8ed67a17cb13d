"""People at the desks: a house of its own, and one browser window a person.

Used by the tests of this folder and by the gallery. Nothing here asserts what a page shows;
it only opens doors, signs in and fills in forms as a person would.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Locator, Page

from tests.doors.house_process import OFFICERS, PASSWORD, SECOND, HouseProcess, People, make_people

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

Listen = Callable[[BrowserContext], None]


@asynccontextmanager
async def open_house(
    data: Path, *bidders: str, options: tuple[str, ...] = ("--no-demo",)
) -> AsyncIterator[tuple[HouseProcess, People]]:
    """A house in its own process, with officers and these bidders signed in over HTTP."""
    house = HouseProcess(data, options)
    await make_people(data, {**OFFICERS, **dict.fromkeys(bidders, ("bidder",))})
    await asyncio.to_thread(house.start)
    try:
        async with People(house) as people:
            await people.sign_in("staff", "approver", "auditor", *bidders)
            yield house, people
    finally:
        house.stop()


class Desk:
    """One person's window: a context of its own, signed in through the form."""

    def __init__(self, house: HouseProcess, context: BrowserContext, page: Page) -> None:
        self.house, self.context, self.page = house, context, page

    @classmethod
    async def open(
        cls,
        browser: Browser,
        house: HouseProcess,
        listen: Listen,
        account: str | None = None,
        **more: Any,
    ) -> Desk:
        """`more` goes to the context: viewport, locale, color_scheme."""
        settings: dict[str, Any] = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
        context = await browser.new_context(**(settings | {"viewport": DESKTOP} | more))
        context.set_default_timeout(10_000)
        listen(context)
        desk = cls(house, context, await context.new_page())
        if account is not None:
            await desk.sign_in(account)
        return desk

    async def go(self, path: str) -> None:
        """Opens a page; from the same page with another hash, reads it anew."""
        await self.page.goto("about:blank")
        await self.page.goto(self.house.url + path)

    async def sign_in(self, account: str, password: str = PASSWORD) -> None:
        """Through the form, as a person does; returns on the list of auctions."""
        await self.go("/sign-in")
        await self.page.fill("[name=account]", account)
        await self.page.fill("[name=password]", password)
        await self.page.click("button[type=submit]")
        await self.page.wait_for_url(self.house.url + "/")

    def at(self, name: str) -> Locator:
        """The part of the page with this `data-test`."""
        return self.page.locator(f"[data-test={name}]")

    async def enter(self, auction: str) -> None:
        """The bidder's room, once it is live."""
        await self.go(f"/room/{auction}")
        await self.page.locator("[data-test=meter][data-link=live]").wait_for()

    async def press(self) -> None:
        """The main button, once it takes taps: it refuses them for half a second after a change."""
        await self.page.locator("[data-test=bid][aria-disabled=false]").click()

    async def bid(self, amount: str) -> None:
        """Types an amount and confirms it; a long jump twice."""
        await self.at("amount").fill(amount)
        await self.press()
        await self.at("confirm-panel").wait_for()
        if await self.at("far").is_visible():
            await self.press()
        await self.press()

    async def answered(self, progress: str) -> Locator:
        """The answer to the last bid, once it has come this far."""
        found = self.page.locator(f"[data-test=answer][data-progress={progress}]")
        await found.wait_for()
        return found

    async def state(self, state: str) -> None:
        """Waits until the person's own place is this."""
        await self.page.locator(f"[data-test=my-state][data-state={state}]").wait_for()


async def english(people: People, auction: str, bidders: list[str], **terms: Any) -> dict[str, str]:
    """Publishes an ascending auction that opens at once, and seats these bidders."""
    now = (await people["staff"].get("/api/time"))["now"]
    await people.publish(
        {
            "auction": auction,
            "title": {"zh": "岐江北路商业用地使用权", "en": "Commercial land, Qijiang North Road"},
            "rule": "english",
            "deposit": 0,
            "terms": {
                "lot_zh": "岐江北路 12 号地块",
                "lot_en": "Qijiang North Road, plot 12",
                "opens": now + 2 * SECOND,
                "duration_seconds": 600,
                "start_price": "1000000",
                "step": "10000",
                "extension_seconds": 600,
                **terms,
            },
        }
    )
    return await people.admit(auction, dict.fromkeys(bidders), 0)
