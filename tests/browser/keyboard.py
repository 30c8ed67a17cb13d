"""A person at a window who has no mouse: every place is come to with Tab, and looked at on the way."""

from __future__ import annotations

from typing import Any, Final

from playwright.async_api import Locator

from tests.browser.desk import Desk

#: More stops than any page has.
MOST: Final = 150
#: Where the keyboard is, and whether a person can see that it is there: a ring around the place, or
#: around what stands for it, and the place itself on the screen. Null on no place at all.
_HERE: Final = """() => {
  const at = document.activeElement;
  if (at === null || at === document.body || at === document.documentElement) return null;
  const ringed = (one) => one !== null && getComputedStyle(one).outlineStyle !== "none"
    && parseFloat(getComputedStyle(one).outlineWidth) >= 2;
  // The parts of a date are marked by the browser itself.
  const marked = at.matches("input[type=date], input[type=datetime-local]");
  const around = at.closest(".amount, .choose, .upload");
  const shown = (ringed(around) ? around : at).getBoundingClientRect();
  const name = at.getAttribute("aria-label") ?? at.labels?.[0]?.innerText ?? at.innerText ?? "";
  return {
    name: `${at.tagName.toLowerCase()} ${at.dataset.test ?? at.id ?? ""} ${name.trim().slice(0, 40)}`,
    ringed: marked || ringed(at) || ringed(around),
    inside: shown.bottom > 0 && shown.top < innerHeight && shown.right > 0 && shown.left < innerWidth,
  };
}"""
#: What a person can press or fill in; of several that are one choice the keyboard comes to one.
_PLACES: Final = """() => {
  // From the top, as when the page was opened.
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
  return [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
  )].filter((one) => !one.matches(":disabled, [inert] *") && one.tabIndex >= 0
    && one.checkVisibility({ visibilityProperty: true })).length;
}"""


class Keyboard:
    """The keys of one window."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.page = desk, desk.page
        #: Stops where nobody could see that the keyboard was there.
        self.unseen: list[str] = []

    async def tab(self, back: bool = False) -> dict[str, Any] | None:
        """One stop on; where that is."""
        await self.page.keyboard.press("Shift+Tab" if back else "Tab")
        here: dict[str, Any] | None = await self.page.evaluate(_HERE)
        if here is not None and not (here["ringed"] and here["inside"]):
            self.unseen.append(str(here))
        return here

    async def to(self, place: Locator, back: bool = False) -> None:
        """Tabs until it is there."""
        stops = []
        for _ in range(MOST):
            if await place.evaluate("(one) => one === document.activeElement"):
                return
            stops.append((await self.tab(back) or {}).get("name"))
        raise AssertionError(f"{place} is not come to: {stops}")

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def enter(self, place: Locator) -> None:
        """Goes there and presses Enter."""
        await self.to(place)
        await self.press("Enter")

    async def write(self, place: Locator, words: str) -> None:
        """Goes there and writes this over what stood there."""
        await self.to(place)
        await self.press("ControlOrMeta+a")
        await self.page.keyboard.type(words)

    async def choose(self, place: Locator, value: str) -> None:
        """Goes to a list and down it."""
        await self.to(place)
        await self.press("Home")
        for _ in range(MOST):
            if await place.input_value() == value:
                return
            await self.press("ArrowDown")
        raise AssertionError(f"{place} has no {value}")

    async def later(self, place: Locator) -> None:
        """Turns the first part of a date up by one; which part comes first is the machine's."""
        await self.to(place)
        before = await place.input_value()
        await self.press("ArrowUp")
        assert await place.input_value() > before

    async def around(self) -> None:
        """Once around the page: everywhere a person can act the keyboard comes, and out again."""
        places = await self.page.evaluate(_PLACES)
        stops: list[str] = []
        while (here := await self.tab()) is not None or not stops:
            stops.append(str(here))
            assert len(stops) <= MOST, f"no way out: {stops[-4:]}"
        assert len(stops) >= places, (places, stops)

    def settle(self) -> None:
        """Fails on stops that nobody could see."""
        assert self.unseen == [], self.unseen
