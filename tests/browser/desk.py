"""People at the desks: a house of its own, and one browser window a person.

Used by the tests of this folder and by the gallery. Nothing here asserts what a page shows;
it only opens doors and fills in forms as a person would.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Locator, Page, ViewportSize

from bidding.client import Visitor
from tests.doors.house_process import (
    OFFICERS,
    PASSWORD,
    SECOND,
    HouseProcess,
    People,
    begun_by_an_offer,
    make_people,
)

DESKTOP = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
PATIENCE = 20_000
"""Milliseconds until a window must show what it is asked for: a busy machine is no defect."""
BEIJING = timezone(timedelta(hours=8))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

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
    """One person's window: a context of its own, with a sign-in of its own."""

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
        """`more` goes to the context: viewport, locale, color_scheme.

        An account comes with the cookie of a sign-in over HTTP; the form has stories of its own.
        """
        settings: dict[str, Any] = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
        context = await browser.new_context(**(settings | {"viewport": DESKTOP} | more))
        context.set_default_timeout(PATIENCE)
        listen(context)
        if account is not None:
            async with Visitor(house.url) as person:
                await person.sign_in(account, PASSWORD)
                name, _, value = person.cookie.partition("=")
            await context.add_cookies([{"name": name, "value": value, "url": house.url}])
        return cls(house, context, await context.new_page())

    async def go(self, path: str) -> None:
        """Opens a page; from the same page with another hash, reads it anew."""
        await self.page.goto("about:blank")
        await self.page.goto(self.house.url + path)

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


class Office:
    """A house, its people over HTTP, and the windows that a test opens on it."""

    def __init__(
        self, house: HouseProcess, people: People, browser: Browser, listen: Listen
    ) -> None:
        self.house, self.people = house, people
        self._browser, self._listen = browser, listen
        self._windows: list[Desk] = []

    async def desk(self, account: str | None = None, **more: Any) -> Desk:
        """A new window; `more` goes to its context."""
        desk = await Desk.open(self._browser, self.house, self._listen, account, **more)
        self._windows.append(desk)
        return desk

    async def close(self) -> None:
        """Closes every window."""
        for desk in self._windows:
            await desk.context.close()

    async def now(self) -> int:
        """The house's own time, in microseconds."""
        return int((await self.people["staff"].get("/api/time"))["now"])

    async def field(self, ahead: timedelta) -> str:
        """What a date-and-time field takes for a moment that far from the house's now."""
        return (local(await self.now()) + ahead).strftime("%Y-%m-%dT%H:%M:%S")


def local(moment: int) -> datetime:
    """A moment of the house, in microseconds, as the walls of its town show it."""
    return (EPOCH + timedelta(microseconds=moment)).astimezone(BEIJING)


async def english(
    people: People, auction: str, bidders: list[str], *, quiet: int | None = None, **terms: Any
) -> dict[str, str]:
    """Publishes an ascending auction that opens at once, and seats these bidders.

    It ends `quiet` seconds after its last offer; without that, long after any story.
    """
    opens = (await people["staff"].get("/api/time"))["now"] + SECOND
    lasts = {"duration_seconds": 600, "extension_seconds": 600}
    await people.publish(
        {
            "auction": auction,
            "title": {"zh": "岐江北路商业用地使用权", "en": "Commercial land, Qijiang North Road"},
            "rule": "english",
            "deposit": 0,
            "terms": {
                "lot_zh": "岐江北路 12 号地块",
                "lot_en": "Qijiang North Road, plot 12",
                "opens": opens,
                "start_price": "1000000",
                "step": "10000",
                **(lasts if quiet is None else begun_by_an_offer(opens, quiet)),
                **terms,
            },
        }
    )
    return await people.admit(auction, dict.fromkeys(bidders), 0)
