"""A whole session in three windows, and a whole bid on a small phone."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from playwright.async_api import Locator, expect

from bidding.proof.policy import parse_policy
from bidding.proof.receipt import verify_receipt
from tests.browser.desk import Desk, Office, english
from tests.doors.house_process import PASSWORD

BIDDERS = ("zhao", "qian")
SMALL = {"width": 360, "height": 740}


async def test_two_bidders_and_an_officer_from_the_first_offer_to_the_receipts(
    office: Office,
) -> None:
    zhao, qian, staff = [await office.desk(a) for a in (*BIDDERS, "staff")]
    # Every offer after the first moves the end.
    numbers = await english(office.people, "whole", list(BIDDERS), quiet=20)
    for desk in (zhao, qian):
        await desk.enter("whole")
    await staff.go("/staff#/auctions/whole")

    await zhao.bid("1,000,000")
    await zhao.state("leading")
    await qian.bid("1,010,000")
    await qian.state("leading")
    await zhao.state("outbid")
    # Both at once, and a voice says both.
    said = zhao.page.get_by_role("alert").first
    await expect(said).to_contain_text("您的报价已被超过")
    await expect(said).to_contain_text("截止时间顺延至")
    await expect(staff.at("live")).to_contain_text("1,010,000")

    # The session stands, with its reason, for everybody.
    await staff.at("act-suspend").click()
    await staff.at("reason").fill("大屏幕断电")
    await staff.at("do").click()
    for desk in (zhao, qian):
        await expect(desk.at("suspended")).to_contain_text("大屏幕断电")
        await expect(desk.at("bid")).to_have_attribute("aria-disabled", "true")
    stood = await zhao.at("clock").inner_text()
    await staff.at("act-resume").click()
    await staff.at("reason").fill("供电恢复")
    assert await zhao.at("clock").inner_text() == stood
    await staff.at("do").click()
    for desk in (zhao, qian):
        await expect(desk.at("suspended")).to_have_count(0)
        await expect(desk.at("history")).to_contain_text("供电恢复")

    await zhao.bid("1,030,000")
    await zhao.state("leading")
    await qian.state("outbid")
    await qian.at("why-ends").locator("summary").click()
    await expect(qian.at("why-ends")).to_contain_text("号的有效报价触发延时")

    # The hammer falls by itself.
    for desk in (zhao, qian):
        await expect(desk.at("outcome")).to_contain_text("1,030,000.00", timeout=60_000)
        await expect(desk.at("outcome").locator(".paddle")).to_have_text(numbers["zhao"])
    await zhao.state("won")
    await qian.state("lost")
    await expect(staff.page.locator(".head .badge")).to_contain_text("已结束")

    policy = parse_policy(
        (await office.people["auditor"].download("/api/auctions/whole/policy")).decode()
    )
    for desk, state, own in ((zhao, "won", 2), (qian, "lost", 1)):
        await desk.go("/home#/result/whole")
        await expect(desk.at("my-result")).to_have_attribute("data-state", state)
        async with desk.page.expect_download() as coming:
            await desk.at("all-receipts").click()
        raw = Path(await (await coming.value).path()).read_bytes()
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            proofs = [packed.read(n) for n in packed.namelist() if n.endswith(".tlog-proof")]
        # The key's own request, and each offer.
        assert len(proofs) == own + 1
        assert all(verify_receipt(proof, policy).entry for proof in proofs)


async def fits(desk: Desk, *targets: Locator) -> None:
    """Nothing runs over the edge, and what a thumb must hit is large enough."""
    wide = await desk.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= SMALL["width"], desk.page.url
    for target in targets:
        box = await target.bounding_box()
        assert box is not None
        assert box["height"] >= 40, (desk.page.url, box)
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= SMALL["width"]


async def test_a_thumb_on_a_small_phone(office: Office) -> None:
    await english(office.people, "thumb", ["qian"], duration_seconds=600)
    desk = await office.desk(viewport=SMALL, has_touch=True, is_mobile=True, device_scale_factor=3)
    page = desk.page
    await desk.go("/sign-in")
    enter = page.locator("button[type=submit]")
    await fits(desk, enter, page.locator("[name=account]"))
    await page.locator("[name=account]").tap()
    await page.keyboard.type("qian")
    await page.locator("[name=password]").tap()
    await page.keyboard.type(PASSWORD)
    await enter.tap()
    await page.wait_for_url(office.house.url + "/")
    await fits(desk)
    await page.locator("nav a[href='/home']").tap()
    await page.wait_for_url("**/home")
    card = page.locator("[data-auction=thumb]")
    await card.wait_for()
    await fits(desk, card.locator("[data-test=enter]"))
    await card.locator("[data-test=enter]").tap()
    await page.locator("[data-test=meter][data-link=live]").wait_for()
    button, amount = desk.at("bid"), desk.at("amount")
    await page.locator("[data-test=bid][aria-disabled=false]").wait_for()
    await fits(desk, button, desk.at("step-up"), desk.at("step-down"), amount)
    await expect(desk.at("clock")).to_be_in_viewport()
    await expect(desk.at("price")).to_be_in_viewport()

    await desk.at("step-up").tap()
    await expect(amount).to_have_value("1,010,000.00")
    await button.tap()
    await expect(desk.at("confirm-panel")).to_be_in_viewport()
    await fits(desk, button, desk.at("cancel"))
    # Thinking again brings no keyboard over the page.
    await desk.at("cancel").tap()
    await expect(amount).not_to_be_focused()
    for _ in range(2):
        await page.locator("[data-test=bid][aria-disabled=false]").tap()
    await desk.answered("signed")
    await expect(desk.at("answer")).to_be_in_viewport()

    await amount.fill("1010001")
    for _ in range(2):
        await page.locator("[data-test=bid][aria-disabled=false]").tap()
    await desk.answered("refused")
    await fits(desk, desk.at("nearest").first)
    await desk.at("nearest").first.tap()
    await expect(amount).to_have_value("1,020,000.00")
    await expect(amount).not_to_be_focused()
    for _ in range(2):
        await page.locator("[data-test=bid][aria-disabled=false]").tap()
    await desk.answered("signed")
    await expect(desk.at("price")).to_have_text("1,020,000.00")
    await fits(desk)
