"""axe-core on every screen: no serious and no critical finding, on a desk and on a phone, light and dark.

The screens are the gallery's: a screen that is added there is looked at here. axe runs in a real
page under the house's own policy; what it cannot judge by itself, people look at in the gallery.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.browser.desk import Desk, open_house
from tests.browser.gallery import BIDDERS, Gallery, bids, faces, furnish, offices

AXE = Path(__file__).parents[2] / "desks" / "node_modules" / "axe-core" / "axe.min.js"
#: What axe calls grave; it has no false alarms among these that we know of.
GRAVE = ("serious", "critical")
RUN = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map((one) => ({
    id: one.id, impact: one.impact, help: one.help,
    where: one.nodes.slice(0, 3).map((node) => node.target.join(" ") + " | " + node.failureSummary),
  }));
}"""


class Examined(Gallery):
    """The gallery's walk; axe instead of a picture."""

    def __init__(self, *words: Any) -> None:
        super().__init__(*words)
        self.found: dict[str, list[str]] = {}
        self.screens = 0

    async def shoot(self, desk: Desk, name: str, *, whole: bool = True) -> None:
        """What axe finds on the screen as it stands."""
        del whole
        await asyncio.sleep(0.3)  # a colour on its way to another is no colour yet
        await desk.page.evaluate(AXE.read_text(encoding="utf-8"))
        self.screens += 1
        for one in await desk.page.evaluate(RUN):
            if one["impact"] in GRAVE:
                said = f"{one['id']}: {one['help']}\n      " + "\n      ".join(one["where"])
                self.found.setdefault(name, []).append(said)

    def told(self) -> str:
        return "\n".join(f"{name}\n    " + "\n    ".join(all_) for name, all_ in self.found.items())


async def offices_and_public(gallery: Gallery) -> None:
    await offices(gallery)


async def room(gallery: Gallery) -> None:
    await bids(gallery, 4800)


@pytest.mark.parametrize(
    ("walk", "look", "screens"),
    [
        (offices_and_public, ("zh", "light", "desktop"), 25),
        (room, ("en", "dark", "phone"), 5),
        (faces, ("en", "dark", "phone"), 10),
    ],
    ids=["offices", "room", "faces"],
)
async def test_no_screen_has_a_grave_finding(browser, tmp_path, walk, look, screens):
    async with open_house(tmp_path / "house", *BIDDERS) as (house, people):
        await furnish(people)
        gallery = Examined(browser, house, look)
        try:
            await walk(gallery)
        finally:
            await gallery.close()
    assert gallery.screens >= screens
    assert gallery.found == {}, gallery.told()


async def test_axe_itself_finds_what_is_wrong(page):
    await page.set_content("<main><img src='x.png'><input></main>")
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = {one["id"] for one in await page.evaluate(RUN) if one["impact"] in GRAVE}
    assert {"image-alt", "label"} <= found
