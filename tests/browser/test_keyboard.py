"""No mouse: each role's whole story with the keys alone, and every stop to be seen."""

from __future__ import annotations

import asyncio

from playwright.async_api import FileChooser, FilePayload, expect

from tests.browser.desk import Desk, Office, english
from tests.browser.keyboard import Keyboard
from tests.doors.house_process import PASSWORD

BIDDERS = ("sun", "li")


async def signed_in(office: Office, account: str) -> Keyboard:
    """A window whose person signed in through the form, without a mouse."""
    desk = await office.desk()
    keys = Keyboard(desk)
    await desk.go("/")
    await keys.enter(desk.at("sign-in-link"))
    await keys.write(desk.page.locator("[name=account]"), account)
    await keys.write(desk.page.locator("[name=password]"), PASSWORD)
    await keys.press("Enter")
    await desk.page.wait_for_url(office.house.url + "/")
    return keys


async def ready(desk: Desk) -> None:
    """The main button takes no tap for half a second after its words changed."""
    await desk.page.locator("[data-test=bid][aria-disabled=false]").wait_for()


async def test_a_bidder_bids_is_refused_and_bids_again(office: Office) -> None:
    await english(office.people, "keys", ["sun"])
    keys = await signed_in(office, "sun")
    desk, page = keys.desk, keys.page
    await keys.enter(page.locator("nav a[href='/home']"))
    await page.wait_for_url("**/home")
    card = page.locator("[data-auction=keys]")
    await keys.enter(card.locator("a[href='/room/keys'][data-test=enter]"))
    await page.locator("[data-test=meter][data-link=live]").wait_for()
    await office.people.until("keys", "running")
    await ready(desk)
    await keys.around()

    amount, button = desk.at("amount"), desk.at("bid")
    await keys.to(amount)
    await keys.press("ArrowUp", "ArrowUp", "ArrowDown")
    await expect(amount).to_have_value("1,010,000.00")
    await keys.press("Enter")
    await expect(desk.at("confirm-panel")).to_contain_text("人民币壹佰零壹万元整")
    await expect(button).to_be_focused()
    # He thinks again, and is back where he wrote.
    await keys.press("Escape")
    await expect(desk.at("confirm-panel")).to_have_count(0)
    await expect(amount).to_be_focused()
    await ready(desk)
    await keys.press("Enter")
    await ready(desk)
    await keys.press("Enter")
    await desk.answered("signed")
    await desk.state("leading")

    # Too low: what would be taken is one key away, and then the main button.
    await keys.write(amount, "1010001")
    await ready(desk)
    await keys.press("Enter")
    await ready(desk)
    await keys.press("Enter")
    await desk.answered("refused")
    await keys.enter(desk.at("nearest").first)
    await expect(amount).to_have_value("1,020,000.00")
    await expect(button).to_be_focused()
    await ready(desk)
    await keys.press("Enter")
    await ready(desk)
    await keys.press("Enter")
    await desk.answered("signed")
    await expect(desk.at("price")).to_have_text("1,020,000.00")
    keys.settle()


async def test_staff_prepare_a_second_person_approves_and_an_act_is_taken(office: Office) -> None:
    staff = await signed_in(office, "staff")
    desk, page = staff.desk, staff.page
    await staff.enter(page.locator("nav a[href='/staff']"))
    await staff.enter(page.locator("nav a[href='#/drafts']"))
    await staff.enter(page.locator("a[href='#/drafts/new']"))
    await staff.choose(desk.at("rule"), "english")
    await staff.enter(desk.at("example"))
    await staff.write(page.locator("#title-zh"), "键盘填写的场次")
    await staff.write(page.locator("#title-en"), "Written with keys")
    await staff.write(page.locator("#auction"), "by-keys")
    for _ in ("lots", "terms"):
        await staff.enter(desk.at("next"))
    await expect(page.locator("#step-title")).to_be_focused()
    await staff.write(page.locator("#terms-start_price"), "860000")
    await staff.later(page.locator("#terms-opens"))
    await staff.enter(desk.at("next"))
    await staff.enter(desk.at("run"))
    await expect(desk.at("played")).to_have_attribute("data-status", "closed")
    await staff.around()
    await staff.enter(desk.at("next"))
    await staff.enter(desk.at("submit"))
    await expect(desk.at("draft-state")).to_have_attribute("data-state", "submitted")

    second = await signed_in(office, "approver")
    desk, page = second.desk, second.page
    await second.enter(page.locator("nav a[href='/staff']"))
    await second.enter(page.locator("nav a[href='#/drafts']"))
    await second.enter(page.get_by_role("link", name="键盘填写的场次"))
    digest = await desk.at("sha256").inner_text()
    # What differs and the dry run come by themselves, and move what stands below them.
    await expect(desk.at("changes")).to_be_visible()
    await expect(desk.at("played")).to_have_attribute("data-status", "closed")
    await second.write(desk.at("read-back"), digest[:8])
    await second.enter(desk.at("approve"))
    await expect(desk.at("draft-state")).to_have_attribute("data-state", "published")

    # An act is begun, thought better of, and taken; the keyboard stays with it.
    await second.enter(page.locator("a[href='#/auctions/by-keys']").last)
    act, reason = desk.at("act-terminate"), desk.at("reason")
    await second.enter(act)
    await expect(reason).to_be_focused()
    await second.press("Escape")
    await expect(reason).to_have_count(0)
    await expect(act).to_be_focused()
    await second.press("Enter")
    await second.write(reason, "标的查封")
    await second.enter(desk.at("do"))
    await expect(page.locator(".head .badge")).to_contain_text("已终止")
    for keys in (staff, second):
        keys.settle()


async def test_an_auditor_goes_through_a_session(office: Office) -> None:
    await english(office.people, "reel", ["sun"], quiet=1)
    await office.people.until("reel", "running")
    body = {"ref": "one", "amount": 100_000_000}
    await office.people["sun"].post("/api/auctions/reel/bids", body)
    await office.people.until("reel", "closed")
    keys = await signed_in(office, "auditor")
    desk, page = keys.desk, keys.page
    await keys.enter(page.locator("nav a[href='/audit']"))
    await keys.enter(page.locator("a[href='#/reel']"))
    await keys.to(desk.at("slider"))
    await keys.press("Home", "ArrowRight")
    await expect(desk.at("rail")).to_have_attribute("data-index", "1")
    await keys.choose(desk.at("jump-mark"), "lead")
    await keys.enter(desk.at("jump-forth"))
    await expect(desk.at("price")).to_have_text("1,000,000.00")
    await keys.enter(desk.at("verify-here"))
    await expect(desk.at("session-proof")).to_have_attribute("data-holds", "true")
    row = desk.at("timeline").locator("tbody tr").first
    await keys.enter(row)
    await expect(desk.at("rail")).to_have_attribute("data-index", "0")
    await keys.around()
    keys.settle()


async def test_a_stranger_finds_a_session_and_verifies_it(office: Office) -> None:
    await english(office.people, "open", ["li"], quiet=1)
    await office.people.until("open", "running")
    body = {"ref": "one", "amount": 100_000_000}
    await office.people["li"].post("/api/auctions/open/bids", body)
    await office.people.until("open", "closed")
    archive = await office.people["auditor"].download("/api/auctions/open/archive")
    desk = await office.desk()
    keys, page = Keyboard(desk), desk.page
    # Asked for long before the key is pressed: the browser is told of it without an answer.
    asked: asyncio.Queue[FileChooser] = asyncio.Queue()
    page.once("filechooser", asked.put_nowait)
    await desk.go("/")
    await keys.write(page.locator("[name=words]"), "open")
    await expect(desk.at("found")).to_have_text("共 1 场")
    await keys.enter(desk.at("language"))
    await expect(desk.at("found")).to_contain_text("1")
    await keys.around()
    await keys.enter(page.locator("a.check"))
    await page.wait_for_url("**/verify?auction=open")
    await expect(desk.at("policy")).not_to_be_empty()
    await keys.to(desk.at("file"))
    await keys.press("Enter")
    file = FilePayload(name="open.archive", mimeType="application/octet-stream", buffer=archive)
    await (await asyncio.wait_for(asked.get(), 15)).set_files([file])
    await expect(page.locator("[data-test=verdict][data-ok=true]")).to_be_visible()
    await keys.around()
    keys.settle()
