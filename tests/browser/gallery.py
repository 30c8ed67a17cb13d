"""Pictures of every screen, to be looked at by people: languages, light and dark, desktop and phone.

    .venv/bin/python tests/browser/gallery.py               all of them, into tests/browser/shots/
    .venv/bin/python tests/browser/gallery.py --readme      those of the README, into docs/pictures/

It is not a test: nothing compares the pictures. The desks must be built.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from contextlib import suppress
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from playwright.async_api import Browser, Page, WebSocketRoute, async_playwright  # noqa: E402 the path comes first

from tests.browser.desk import DESKTOP, PHONE, Desk, Listen, english, open_house  # noqa: E402
from tests.browser.pictures import Picture, pictures  # noqa: E402
from tests.browser.shown import Shown  # noqa: E402
from tests.doors.house_process import SECOND, HouseProcess, People  # noqa: E402
from tools.browser import find  # noqa: E402
from tools.build_desks import node_binary  # noqa: E402

SHOTS = ROOT / "tests" / "browser" / "shots"
PICTURES = ROOT / "docs" / "pictures"
MOST_BYTES = 150_000
"""Of a picture in the README: whoever reads it on a phone pays for it."""
BIDDERS = {"zhao": "P1", "qian": "P2", "sun": "P3", "li": "P4", "zhou": "P5"}
PARCELS = (
    ("P1", "石岐区一号地", "Shiqi parcel 1", "30000"),
    ("P2", "东区二号地", "East parcel 2", "25000"),
    ("P3", "西区三号地", "West parcel 3", "18000"),
    ("P4", "南区四号地", "South parcel 4", "12000"),
    ("P5", "火炬区五号地", "Torch parcel 5", "20000"),
)
DEPOSIT = 50_000_000
LONG = 3600


async def far(people: People, auction: str, **terms: Any) -> dict[str, str]:
    """A floor-area auction in which everybody may quote now, for some seconds."""
    now = (await people["staff"].get("/api/time"))["now"]
    await people.publish(
        {
            "auction": auction,
            "title": {"zh": "石岐等五宗地调整容积率竞价", "en": "Floor-area ratio, five parcels"},
            "rule": "far_adjustment",
            "deposit": DEPOSIT,
            "terms": {
                "parcels": [
                    {"id": i, "zh": zh, "en": en, "added_area": area} for i, zh, en, area in PARCELS
                ],
                "quota_area": "60000",
                "start_price": "4000",
                "step": "50",
                "quoting_opens": now + SECOND,
                "quoting_closes": now + 10 * SECOND,
                "eligibility": "ALL",
                "countdown_seconds": 240,
                **terms,
            },
        }
    )
    numbers = await people.admit(auction, dict(BIDDERS), DEPOSIT)
    await people.until(auction, "running")
    return numbers


async def applied(people: People, auction: str) -> None:
    """Somebody who was declined, and somebody who waits."""
    path = f"/api/auctions/{auction}"
    told = await people["zhao"].post(f"{path}/apply", {"lot": None})
    body = {"application": told["id"], "created": told["created"], "reason": "营业执照已过期"}
    await people["staff"].post(f"{path}/decline", body)
    await people["li"].post(f"{path}/apply", {"lot": None})


async def bid(people: People, auction: str, account: str, amount: int) -> None:
    """An offer over HTTP."""
    lot = BIDDERS[account]
    body = {"ref": f"{account}-{amount}", "amount": amount, "lot": lot}
    await people[account].post(f"/api/auctions/{auction}/bids", body)


async def quotes(people: People, auction: str, pause: float) -> None:
    """Everybody's quote, `pause` seconds apart."""
    amounts = {"zhao": 4200, "qian": 4350, "sun": 4100, "li": 4400, "zhou": 4150}
    for account, yuan in amounts.items():
        await bid(people, auction, account, yuan * 100)
        await asyncio.sleep(pause)


async def contest(people: People, auction: str, pause: float) -> None:
    """Raises in the timed stage, `pause` seconds apart so that the chart has a course."""
    while (await people["staff"].get(f"/api/auctions/{auction}"))["room"]["stage"][
        "kind"
    ] != "timed":
        await asyncio.sleep(0.2)
    for account, yuan in [
        ("sun", 4450),
        ("zhao", 4500),
        ("qian", 4550),
        ("li", 4600),
        ("sun", 4700),
    ]:
        await bid(people, auction, account, yuan * 100)
        await asyncio.sleep(pause)


class Quiet:
    """Knows when a page has all it asked for."""

    def __init__(self, page: Page) -> None:
        self._page, self._waiting = page, 0
        page.on("request", lambda _: self._count(1))
        page.on("requestfinished", lambda _: self._count(-1))
        page.on("requestfailed", lambda _: self._count(-1))

    def _count(self, by: int) -> None:
        self._waiting += by

    async def wait(self) -> None:
        """Returns when nothing is on its way, and what came is drawn."""
        calm = 0
        while calm < 3:
            await self._page.evaluate(_DRAWN)
            calm = calm + 1 if self._waiting <= 0 else 0


_DRAWN = "new Promise((go) => requestAnimationFrame(() => setTimeout(go, 30)))"


class Gallery:
    """One way to look: a language, a theme and a size."""

    def __init__(
        self,
        browser: Browser,
        house: HouseProcess,
        look: tuple[str, str, str],
        listen: Listen = lambda _: None,
    ) -> None:
        self._browser, self._house, self._look, self._listen = browser, house, look, listen
        self._desks: dict[str | None, Desk] = {}
        self._quiet: dict[Page, Quiet] = {}

    async def desk(self, account: str | None) -> Desk:
        """This person's window, opened once."""
        if account not in self._desks:
            language, theme, size = self._look
            desk = await Desk.open(
                self._browser,
                self._house,
                self._listen,
                account,
                locale="zh-CN" if language == "zh" else "en-GB",
                color_scheme=theme,
                viewport=PHONE if size == "phone" else DESKTOP,
                reduced_motion="reduce",  # a colour on its way to another is no colour yet
            )
            self._desks[account], self._quiet[desk.page] = desk, Quiet(desk.page)
        return self._desks[account]

    async def quiet(self, desk: Desk) -> None:
        """Waits until the window shows what it was asked for."""
        await self._quiet[desk.page].wait()

    async def shoot(self, desk: Desk, name: str, *, whole: bool = True) -> None:
        """Saves what is on the screen; `whole` for the full length of the page."""
        await self.quiet(desk)
        await asyncio.sleep(0.6)
        folder = SHOTS / "-".join(self._look)
        folder.mkdir(parents=True, exist_ok=True)
        await desk.page.screenshot(path=folder / f"{name}.png", full_page=whole)

    async def show(self, account: str | None, path: str, name: str) -> Desk:
        """Opens a page and shoots it."""
        desk = await self.desk(account)
        # Another place on the same page is gone to as a person goes: nothing is loaded anew.
        await desk.page.goto(self._house.url + path)
        await desk.page.locator("body").wait_for()
        await self.shoot(desk, name)
        return desk

    async def close(self) -> None:
        """Closes all windows of this look."""
        for desk in self._desks.values():
            await desk.context.close()


#: Who opens which address, and what the picture is called.
SCREENS: tuple[tuple[str | None, str, str], ...] = (
    (None, "/sign-in", "sign-in"),
    (None, "/", "board-visitor"),
    (None, "/#/openings", "openings"),
    (None, "/#/data", "open-data"),
    (None, "/#/service", "service"),
    (None, "/verify?auction=far", "verify"),
    (None, "/room/far", "room-visitor"),
    (None, "/room/nowhere", "room-nowhere"),
    (None, "/home", "home-visitor"),
    (None, "/staff", "staff-visitor"),
    (None, "/audit", "audit-visitor"),
    (None, "/oversight", "oversight-visitor"),
    (None, "/nowhere", "nowhere"),
    (None, "/wall/far", "wall"),
    (None, "/wall/over", "wall-result"),
    (None, "/wall/far?theme=light&lang=en", "wall-light"),
    (None, "/api/auctions/far/notice.html?lang=zh", "notice"),
    (None, "/api/auctions/over/notice.html?lang=en", "notice-english"),
    ("zhao", "/", "board-bidder"),
    ("zhao", "/#/sessions", "sessions"),
    ("qian", "/room/announced", "room-announced"),
    ("qian", "/room/due", "room-deposit"),
    ("zhao", "/room/over", "room-over"),
    ("zhao", "/room/halted", "room-suspended"),
    ("zhao", "/home", "home"),
    ("zhao", "/home#/check/far", "home-check"),
    ("zhao", "/home#/result/over", "home-result"),
    ("staff", "/staff#/complaints", "staff-complaints"),
    ("staff", "/staff", "staff-auctions"),
    ("staff", "/staff#/auctions", "staff-board"),
    ("staff", "/staff#/drafts", "staff-drafts"),
    ("staff", "/staff#/auctions/far", "staff-floor"),
    ("staff", "/staff#/auctions/halted", "staff-suspended"),
    ("staff", "/staff#/auctions/announced", "staff-announced"),
    ("staff", "/staff#/auctions/far/money", "staff-money"),
    ("staff", "/staff#/calendar", "staff-calendar"),
    ("approver", "/staff#/auctions/over", "staff-after"),
    ("auditor", "/audit", "audit-list"),
    ("auditor", "/audit#/settled", "audit-settled"),
    ("auditor", "/oversight#/figures", "oversight-figures"),
    ("auditor", "/oversight#/leads", "oversight-leads"),
    ("staff", "/oversight#/entered", "oversight-entered"),
)


async def offices(gallery: Gallery) -> None:
    """What can be opened by its address alone."""
    for account, path, name in SCREENS:
        await gallery.show(account, path, name)
    staff = await gallery.show("staff", "/staff#/drafts/new", "staff-new")
    await staff.at("rule").select_option("far_adjustment")
    await staff.at("example").click()
    await gallery.shoot(staff, "staff-form")
    for step in ("lots", "terms", "rehearse", "check"):
        await staff.page.click(f"[data-step={step}]")
        if step == "rehearse":
            await staff.at("run").click()
            await staff.at("played").wait_for()
        await gallery.shoot(staff, f"staff-{step}")
    approver = await gallery.desk("approver")
    await approver.go("/staff#/drafts")
    await approver.page.locator("[data-draft] a").first.click()
    await gallery.shoot(approver, "staff-approve")
    await practice(await gallery.desk("qian"), gallery)
    await complaint(await gallery.desk("zhao"), gallery)
    await decline(await gallery.desk("staff"), gallery)
    auditor = await gallery.desk("auditor")
    await film(auditor, gallery)


async def practice(bidder: Desk, gallery: Gallery) -> None:
    """The room of a practice session, with its tour."""
    await bidder.go("/home")
    await bidder.page.locator("[data-auction=announced] [data-test=practise]").click()
    await bidder.page.locator("[data-test=meter][data-link=live]").wait_for()
    await gallery.shoot(bidder, "practice")
    await bidder.at("tour").click()
    await gallery.shoot(bidder, "practice-tour", whole=False)
    await bidder.at("leave-practice").click()
    await bidder.page.wait_for_url("**/home")


async def complaint(bidder: Desk, gallery: Gallery) -> None:
    """Why a request was decided so, and the form of a complaint; nothing is filed."""
    await bidder.go("/home#/result/over")
    await bidder.at("why").first.click()
    await bidder.at("why-chain").wait_for()
    await bidder.at("complain").click()
    await gallery.shoot(bidder, "home-complain")


async def decline(staff: Desk, gallery: Gallery) -> None:
    """The form that declines an application; nobody is declined."""
    await staff.go("/staff#/auctions/announced")
    await staff.at("decline").click()
    await gallery.shoot(staff, "staff-decline")


async def film(auditor: Desk, gallery: Gallery) -> None:
    """The film room: a place in a session, what differs there, a what-if, a remark."""
    await auditor.go("/audit#/far")
    await auditor.at("timeline").locator("tbody tr").nth(14).click()
    await auditor.at("inclusion").wait_for()
    await auditor.at("verify-here").click()
    await auditor.at("entry-proof").first.wait_for()
    await gallery.shoot(auditor, "audit-film")
    await auditor.at("tab-compare").click()
    await auditor.at("take-second").click()
    await auditor.at("compare-go").click()
    await auditor.at("differences").wait_for()
    await gallery.shoot(auditor, "audit-instants")
    await auditor.at("compare-what_if").click()
    await auditor.at("suppose").click()
    await auditor.at("supposed").wait_for()
    await gallery.shoot(auditor, "audit-what-if")
    await auditor.at("tab-notes").click()
    await auditor.at("notes").wait_for()
    await gallery.shoot(auditor, "audit-notes")


async def bids(gallery: Gallery, top: int) -> None:
    """The faces of one's own bid."""
    zhao = await gallery.desk("zhao")
    lines: list[WebSocketRoute] = []
    cut = False

    async def between(line: WebSocketRoute) -> None:
        if cut:
            await line.close(code=4408)
        else:
            line.connect_to_server()
            lines.append(line)

    await zhao.page.route_web_socket("**/api/v1/stream", between)
    await zhao.enter("far")
    await gallery.shoot(zhao, "room-bidder")
    await zhao.at("amount").fill(str(top))
    await zhao.press()
    await zhao.at("confirm-panel").wait_for()
    await gallery.shoot(zhao, "room-confirm", whole=False)
    await zhao.press()
    await zhao.answered("signed")
    await gallery.shoot(zhao, "room-signed", whole=False)
    await zhao.bid("4001")
    await zhao.answered("refused")
    await gallery.shoot(zhao, "room-refused", whole=False)
    cut = True
    await lines[-1].close(code=4408)
    await zhao.at("banner").wait_for()
    await asyncio.sleep(3)
    await gallery.shoot(zhao, "room-disconnected", whole=False)


async def furnish(people: People, pause: float = 1.0) -> None:
    """Everything the pictures show; `pause` seconds between the offers."""
    day = 24 * 3600
    now = (await people["staff"].get("/api/time"))["now"]
    await far(people, "far", countdown_seconds=LONG)
    await quotes(people, "far", pause)
    await far(people, "settled", countdown_seconds=2)
    await quotes(people, "settled", pause)
    await english(people, "announced", ["qian"], opens=now + day * SECOND, latest_start=None)
    await applied(people, "announced")
    await english(people, "over", ["zhao", "qian"], quiet=2)
    await english(people, "halted", ["zhao"])
    for auction in ("over", "halted"):
        await people.until(auction, "running")
    for account, yuan in [("zhao", 1_000_000), ("qian", 1_120_000), ("zhao", 1_250_000)]:
        with suppress(KeyError):
            body = {"ref": f"o-{yuan}", "amount": yuan * 100}
            await people[account].post("/api/auctions/over/bids", body)
    body = {"ref": "h-1", "amount": 100_000_000}
    await people["zhao"].post("/api/auctions/halted/bids", body)
    await people["staff"].post("/api/auctions/halted/suspend", {"reason": "电力故障"})
    await contest(people, "far", pause)
    await people.until("over", "closed")
    await people.until("settled", "closed")
    body = {"ref": "c-1", "ground": "conduct", "text": "大屏幕的价格晚了几秒。", "entries": None}
    await people["qian"].post("/api/auctions/over/complaints", body)
    fields = {
        "auction": "waiting",
        "title": {"zh": "待审批的场次", "en": "Waiting for approval"},
        "rule": "english",
        "deposit": DEPOSIT,
        "terms": {"opens": now + day * SECOND, "start_price": "860000", "step": "10000"},
    }
    due = {"auction": "due", "title": {"zh": "待缴保证金的场次", "en": "Awaiting a deposit"}}
    await people.publish(fields | due | {"deposit_deadline": now + day // 2 * SECOND})
    await people.admit("due", {"qian": None}, 0)
    draft = await people["staff"].post("/api/drafts", fields)
    await people["staff"].post(f"/api/drafts/{draft['id']}/submit")


async def faces(gallery: Gallery) -> None:
    """The room in each kind of stage, as the examples of the rules come to it."""
    chosen: dict[tuple[str | None, bool], Picture] = {}
    # What a bidder can act on first; a kind in which nobody can, as it is.
    for picture in sorted(
        pictures(variants=False), key=lambda p: not p.you or bool(p.you["actions"]["blocked"])
    ):
        if picture.you and picture.kind and picture.room["status"] == "running":
            acts = picture.you["actions"]
            waits = acts["blocked"] is not None and any(k[0] == picture.kind for k in chosen)
            if not waits:
                chosen.setdefault((picture.kind, bool(acts["lines"])), picture)
    desk = await gallery.desk("zhou")
    shown = Shown(desk.page)
    await shown.open(desk, next(iter(chosen.values())))
    for number, picture in enumerate(chosen.values()):
        await shown.show(picture)
        await gallery.shoot(desk, f"face-{number:02d}-{picture.kind}-{picture.rule}")
    # The clock of the last minute has colours of its own.
    hurried = next(one for (kind, lines), one in chosen.items() if kind == "timed" and not lines)
    await shown.show(replace(hurried, now=hurried.room["stage"]["closes"] - 50 * SECOND))
    await desk.page.locator(".clock.urgent").wait_for()
    await gallery.shoot(desk, "room-last-minute")


async def every_screen(browser: Browser, only: str | None) -> None:
    """All screens, in all looks or in one."""
    with tempfile.TemporaryDirectory() as data:
        async with open_house(Path(data) / "house", *BIDDERS) as (house, people):
            await furnish(people)
            looks = product(("zh", "en"), ("light", "dark"), ("desktop", "phone"))
            wanted = [look for look in looks if only in (None, "-".join(look))]
            for count, look in enumerate(wanted):
                gallery = Gallery(browser, house, look)
                await offices(gallery)
                await bids(gallery, 4800 + 50 * count)
                await faces(gallery)
                await gallery.close()
                sys.stdout.write(f"{'-'.join(look)}\n")


async def readme(browser: Browser) -> None:
    """The bidder's room, the staff's live board and the film room, each in both languages."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        async with open_house(Path(data) / "house", *BIDDERS) as (house, people):
            await furnish(people)
            gallery = Gallery(browser, house, ("zh", "light", "desktop"))
            zhao = await gallery.desk("zhao")
            await zhao.enter("far")
            await zhao.bid("4750")
            await zhao.answered("signed")
            await bid(people, "far", "li", 480_000)
            await in_both(zhao, "room")
            staff = await gallery.desk("staff")
            await staff.go("/staff")
            await staff.page.locator("[data-auction=far]").wait_for()
            await in_both(staff, "board")
            auditor = await gallery.desk("auditor")
            await auditor.go("/audit#/over")
            await auditor.at("verify-here").click()
            await auditor.at("entry-proof").first.wait_for()
            await auditor.at("jump-mark").select_option("lead")
            await auditor.at("jump-back").click()
            await auditor.at("inclusion").wait_for()
            await in_both(auditor, "film", "rail")
            await gallery.close()


async def in_both(desk: Desk, name: str, top: str | None = None) -> None:
    """What this window shows from `top` on, in Chinese and in English, small and still to be read."""
    for language in ("zh", "en"):
        await desk.page.evaluate("window.scrollTo(0, 0)")
        if top is not None:
            found = await desk.at(top).bounding_box()
            assert found is not None
            # Below the bar that stays.
            await desk.page.evaluate(f"window.scrollTo(0, {found['y'] - 80})")
        await desk.page.mouse.move(0, 0)
        await asyncio.sleep(1.5)
        made = b""
        for quality in range(88, 40, -6):
            made = await desk.page.screenshot(type="jpeg", quality=quality)
            if len(made) < MOST_BYTES:
                break
        (PICTURES / f"{name}-{language}.jpg").write_bytes(made)
        await desk.at("language").click()


async def main() -> None:
    """Starts a browser and does what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--look", help="one look only, as zh-light-phone")
    parser.add_argument("--readme", action="store_true", help="only the pictures of the README")
    arguments = parser.parse_args()
    # Playwright's own Node wants a library that bare machines lack; ours does not.
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(node_binary())
    async with async_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu"]
        browser = await playwright.chromium.launch(executable_path=find(), args=options)
        if arguments.readme:
            await readme(browser)
        else:
            await every_screen(browser, arguments.look)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
