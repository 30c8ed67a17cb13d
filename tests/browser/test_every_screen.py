"""Every screen there is: nothing that bars somebody with axe, nothing said in the wrong language, no complaint.

The screens are the gallery's: a screen that is added there is looked at here, in the house's own
policy. Each is looked at once; its theme and its language are then changed in place, as a person
does. What axe cannot judge by itself, people look at in the gallery.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize

from bidding.web.pages import PAGES
from tests.browser.conftest import Complaints
from tests.browser.desk import PHONE, Desk
from tests.browser.gallery import BIDDERS as SEATED
from tests.browser.gallery import SCREENS, Gallery, bids, faces, furnish, offices
from tests.browser.shown import AUCTION
from tests.doors.house_process import HouseProcess, People

BIDDERS = tuple(SEATED)
DESKS = Path(__file__).parents[2] / "desks"
AXE = DESKS / "node_modules" / "axe-core" / "axe.min.js"
#: What axe calls grave; it has no false alarms among these that we know of.
GRAVE = ("serious", "critical")
RUN = """async (rules) => {
  const options = { resultTypes: ["violations"] };
  if (rules) options.runOnly = { type: "rule", values: rules };
  const found = await axe.run(document, options);
  return found.violations.map((one) => ({
    id: one.id, impact: one.impact, help: one.help,
    where: one.nodes.slice(0, 3).map((node) => node.target.join(" ") + " | " + node.failureSummary),
  }));
}"""
#: What a person reads or is read: text that shows, and the names that only a reader says. What is
#: marked as another language, and what machines write, is no word of the page's.
SAID = """() => {
  const mine = (element) => element.closest("[lang]") === document.documentElement
    && !element.closest("code, pre, script, style, textarea, .raw, .hash");
  const said = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let at = texts.nextNode(); at; at = texts.nextNode()) {
    const element = at.parentElement;
    if (at.data.trim() && mine(element) && element.checkVisibility()) said.push(at.data.trim());
  }
  for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
    if (!mine(element) || !element.checkVisibility()) continue;
    for (const name of ["aria-label", "title", "placeholder", "alt"]) {
      const value = element.getAttribute(name);
      if (value) said.push(value);
    }
  }
  return said;
}"""
#: Rooms that are shown within an office; the bidder's own is walked on a phone.
OF_A_ROOM = ("staff-floor", "staff-suspended", "audit-settled")
CHINESE = re.compile(r"[\u4e00-\u9fff，。；：（）]")
SENTENCE = re.compile(r"\b[A-Za-z][a-z]+\b(?:[ ,]+[A-Za-z]?[a-z]+\b){2,}")
KEYS = frozenset(
    key
    for path in (DESKS / "src" / "i18n").glob("*.ts")
    for key in re.findall(
        r'^\s+"?([a-z_]+\.[a-z_0-9]+)"?:', path.read_text(encoding="utf-8"), re.MULTILINE
    )
)
#: What people of this play wrote themselves, which nobody translates.
THEIRS = re.compile("营业执照已过期|电力故障|大屏幕的价格晚了几秒。")


class Examined(Gallery):
    """The gallery's walk; a look at everything instead of a picture."""

    def __init__(self, *words: Any) -> None:
        super().__init__(*words)
        self.found: dict[str, list[str]] = {}
        self.screens: list[str] = []

    async def shoot(self, desk: Desk, name: str, *, whole: bool = True) -> None:
        """Looks at the screen as it stands, and leaves it so."""
        del whole
        page = desk.page
        await self.quiet(desk)
        self.screens.append(name)
        if not await page.evaluate("'axe' in window"):
            await page.evaluate(AXE.read_text(encoding="utf-8"))
        await self._axe(page, name, None)
        if await page.evaluate("'theme' in document.documentElement.dataset"):
            # A page without a sheet of ours is dark by the browser's own colours, which axe does not know.
            await page.emulate_media(color_scheme="dark")
            await self._axe(page, name, ["color-contrast"])
            await page.emulate_media(color_scheme="light")
        await self._words(page, name)
        await self._width(page, name)
        if await desk.at("language").count() > 0:
            await desk.at("language").click()
            await self.quiet(desk)
            await self._words(page, name)
            await desk.at("language").click()

    async def _axe(self, page: Page, name: str, rules: list[str] | None) -> None:
        for one in await page.evaluate(RUN, rules):
            if one["impact"] in GRAVE:
                self._note(name, f"{one['id']}: {one['help']}", *one["where"])

    async def _words(self, page: Page, name: str) -> None:
        chinese = (await page.evaluate("document.documentElement.lang")).startswith("zh")
        other = SENTENCE if chinese else CHINESE
        for text in await page.evaluate(SAID):
            own = THEIRS.sub("", text)
            if other.search(own):
                self._note(name, f"in {'Chinese' if chinese else 'English'}: {text}")
            if not KEYS.isdisjoint(re.findall(r"[a-z_]+\.[a-z_0-9]+", own)):
                self._note(name, f"a key: {text}")

    async def _width(self, page: Page, name: str) -> None:
        """Nothing lies beyond the edge of a phone, where nobody looks for it."""
        phone = ViewportSize(width=PHONE["width"], height=PHONE["height"])
        before = page.viewport_size or phone
        if before == phone or name in OF_A_ROOM:
            await page.set_viewport_size(phone)
            wide = await page.evaluate("document.documentElement.scrollWidth")
            await page.set_viewport_size(before)
            if wide > PHONE["width"]:
                self._note(name, f"{wide} pixels wide on a phone of {PHONE['width']}")

    def _note(self, name: str, *words: str) -> None:
        told = "\n      ".join(words)
        if told not in self.found.setdefault(name, []):
            self.found[name].append(told)

    def told(self) -> str:
        found = {name: all_ for name, all_ in self.found.items() if all_}
        return "\n".join(f"{name}\n    " + "\n    ".join(all_) for name, all_ in found.items())


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def furnished(opened: tuple[HouseProcess, People]) -> None:
    await furnish(opened[1], pause=0.1)


async def room(gallery: Gallery) -> None:
    await bids(gallery, 4800)


#: The walks: what is walked, how large the window is, how many screens there are at least.
WALKS = {
    "offices": (offices, "desktop", 50),
    "room": (room, "phone", 5),
    "faces": (faces, "phone", 10),
}


@pytest.mark.parametrize("name", WALKS)
async def test_no_screen_bars_anybody_or_speaks_another_language(
    browser: Browser, opened: tuple[HouseProcess, People], complaints: Complaints, name: str
) -> None:
    walk, size, screens = WALKS[name]
    if walk is offices:
        complaints.expect("404")  # one screen is of an address that has none
    # Pictures have no record behind them, whose policy the room may ask for.
    complaints.allow(f"/api/auctions/{AUCTION}/policy")
    gallery = Examined(browser, opened[0], ("zh", "light", size), complaints.listen)
    try:
        await walk(gallery)
    finally:
        await gallery.close()
    assert gallery.told() == ""
    assert len(set(gallery.screens)) >= screens


def test_the_screens_are_all_there_are() -> None:
    """Every page of the router, and every place that a desk knows on its page."""
    paths = [path for _, path, _ in SCREENS]
    for page in PAGES:
        if not page.startswith("/practice/"):  # its sessions have names of their own: see the walk
            pattern = re.sub(r"\\\{\w+\\\}", r"[a-z0-9-]+", re.escape(page))
            assert any(re.match(rf"{pattern}(?:[#?]|$)", path) for path in paths), page
    places = {
        place
        for path in DESKS.glob("src/*/Desk.vue")
        for place in re.findall(
            r'"#/(\w+)"|section === \'(\w+)\'|\{ id: "(\w+)", key: "over', path.read_text()
        )
    }
    known = {"".join(place) for place in places}
    assert {"sessions", "data", "check", "result", "calendar", "leads"} <= known
    for place in known:
        assert any(f"#/{place}" in path for path in paths), place


async def test_the_look_itself_finds_what_is_wrong(page: Page) -> None:
    await page.set_content(
        "<html lang=en><main><img src='x.png'><input><p>报价 home.title</p><p lang=zh>报价</p></main>"
    )
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = {one["id"] for one in await page.evaluate(RUN, None) if one["impact"] in GRAVE}
    assert {"image-alt", "label"} <= found
    assert await page.evaluate(SAID) == ["报价 home.title"]
    assert "home.title" in KEYS
    assert CHINESE.search("报价")
    assert SENTENCE.search("Signed by the centre")
