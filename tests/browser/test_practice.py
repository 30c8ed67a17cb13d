"""Practice from the bidder's own desk: the room itself, marked on every screen, against played bidders."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.desk import PHONE, Office
from tests.browser.test_home import announced

BIDDERS = ("sun",)


async def test_a_bidder_practises_under_the_approved_hash_and_home_shows_it(
    office: Office,
) -> None:
    people = office.people
    await announced(people, "land", deposit=0, deposit_deadline=None)
    numbers = await people.admit("land", {"sun": None}, 0)
    approved = (await people["staff"].get("/api/auctions/land"))["sha256"]
    entries = len((await people["staff"].get("/api/auctions/land/entries"))["entries"])
    sun = await office.desk("sun", viewport=PHONE)
    await sun.go("/home")
    await sun.page.locator("[data-auction=land] [data-test=practise]").click()
    await sun.page.wait_for_url("**/practice/*/room/land")
    await sun.page.locator("[data-test=meter][data-link=live]").wait_for()
    await expect(sun.at("practice")).to_contain_text("都不算数")
    await expect(sun.at("practice-hash")).to_have_attribute("data-sha256", approved)
    assert "【练习】" in await sun.page.title()
    # The paddle is the one of the real session.
    await expect(sun.at("my-state")).to_contain_text(numbers["sun"])

    # Clock and price are on the screen with the tour that speaks of them, above the pad.
    await sun.at("tour").click()
    pad = await sun.page.locator(".desk-pad").bounding_box()
    for part in ("clock", "price"):
        box = await sun.page.locator(f".room .faces [data-test={part}]").bounding_box()
        assert box is not None
        assert pad is not None
        assert 0 <= box["y"] <= box["y"] + box["height"] <= pad["y"], (part, box, pad)
    for place in range(1, 8):
        await expect(sun.at("tour-stop")).to_contain_text(f"{place}/7")
        await sun.at("tour-next").click()
    await expect(sun.at("tour-stop")).to_have_count(0)

    await sun.at("skip").click()
    await expect(sun.at("history")).to_contain_text("号报价")
    # Far above what the played bidders would go to meanwhile.
    await sun.bid("1800000")
    await expect(sun.at("answer")).to_have_attribute("data-progress", "signed")
    await sun.at("leave-practice").click()
    await sun.page.wait_for_url("**/home")
    step = sun.page.locator("[data-auction=land] [data-step=practise]")
    await expect(step).to_have_attribute("data-state", "done")
    # Nothing of it is in the record, and the key of practice is no key of the real session.
    kept = (await people["staff"].get("/api/auctions/land/entries"))["entries"]
    assert len(kept) == entries
