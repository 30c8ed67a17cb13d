"""A bidder's own desk: what is asked of him next, the check, the result, and a complaint answered."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from playwright.async_api import expect

from tests.browser.desk import PHONE, Office, english
from tests.doors.house_process import SECOND, People

BIDDERS = ("sun", "li", "zhou")


async def announced(people: People, auction: str, **more: Any) -> int:
    """An auction that opens in an hour, with a deposit due half an hour before."""
    opens = int((await people["staff"].get("/api/time"))["now"]) + 3_600 * SECOND
    terms = {"opens": opens, "duration_seconds": 600, "start_price": "1000000", "step": "10000"}
    fields: dict[str, Any] = {
        "auction": auction,
        "title": {"zh": "东港路 5 号地块", "en": "Plot 5, Donggang Road"},
        "rule": "english",
        "deposit": 5_000_000,
        "deposit_deadline": opens - 1_800 * SECOND,
        "terms": {**terms, "extension_seconds": 60},
    }
    await people.publish(fields | more)
    return opens


async def test_each_step_moves_to_the_next_and_the_check_is_kept(office: Office) -> None:
    people = office.people
    desk = await office.desk("zhou", viewport=PHONE)
    await desk.go("/home")
    await expect(desk.at("nothing-asked")).to_be_visible()
    await announced(people, "steps")
    card = desk.page.locator("[data-auction=steps]")
    await expect(card).to_have_attribute("data-next", "apply")
    await expect(card.locator("[data-test=next]")).to_contain_text("UTC+8")
    await expect(card.locator("[data-test=left]")).to_contain_text("29:")
    # What it costs to take part is known before anybody applies.
    await expect(card.locator("[data-test=deposit-ahead]")).to_contain_text("50,000.00 元")
    await expect(card.locator("[data-step=pay]")).to_have_attribute("data-state", "later")
    await card.locator("[data-test=open-apply]").click()
    await desk.at("apply").locator("button[type=submit]").click()
    await expect(card).to_have_attribute("data-next", "admission")

    (asked,) = (await people["staff"].get("/api/auctions/steps/applications"))["applications"]
    body = {"application": asked["id"]}
    number = (await people["staff"].post("/api/auctions/steps/admit", body))["bidder"]
    await expect(card).to_have_attribute("data-next", "pay")
    await expect(card.locator("[data-test=pay]")).to_contain_text("应付 50,000.00 元")
    now = (await people["staff"].get("/api/time"))["now"]
    money = {"bidder": number, "amount": 5_000_000, "received": now, "bank_ref": "steps-1"}
    await people["staff"].post("/api/auctions/steps/deposits", money)
    await expect(card).to_have_attribute("data-next", "enrol")

    await desk.enter("steps")  # the room enrols the key by itself
    await expect(desk.at("own-key")).to_be_attached()
    await desk.go("/home")
    await expect(card).to_have_attribute("data-next", "practise")
    await expect(card.locator("[data-step=enrol]")).to_have_attribute("data-state", "done")

    await card.locator("[data-test=check-again]").click()
    for point in ("clock", "line", "key"):
        await expect(desk.page.locator(f"[data-point={point}]")).to_have_attribute(
            "data-found", "ok"
        )
    await desk.at("play").click()
    await desk.at("heard").click()
    await desk.at("keep").click()
    await expect(desk.at("kept")).to_contain_text("已登记")
    await desk.go("/home")
    await expect(card.locator("[data-test=checked]")).to_contain_text("已自检")
    kept = (await people["zhou"].get("/api/mine"))["auctions"][0]["checked"]
    assert (kept["ok"], kept["sound"]) == (1, "ok")
    assert abs(kept["off"]) < SECOND
    # The list never scrolls sideways on a phone.
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await desk.page.evaluate(wide) <= 0


async def ended(people: People, auction: str) -> dict[str, str]:
    """Two bidders, one refusal, and the end."""
    numbers = await english(people, auction, ["sun", "li"], quiet=5)
    await people.until(auction, "running")
    for account, amount in (("sun", 1_000_000), ("li", 1_010_000), ("sun", 900_000)):
        body = {"ref": f"{account}-{amount}", "amount": amount * 100}
        answer = await people[account].post(f"/api/auctions/{auction}/bids", body)
        assert answer["type"] == ("refused" if amount < 1_000_000 else "accepted"), answer
    await people.until(auction, "closed")
    return numbers


async def test_the_loser_reads_why_complains_with_evidence_and_is_answered(
    office: Office, tmp_path: Path
) -> None:
    people = office.people
    numbers = await ended(people, "lost")
    sun, staff = await office.desk("sun"), await office.desk("staff")
    await sun.go("/home")
    card = sun.page.locator("[data-auction=lost]")
    await card.locator("[data-test=go-result]").click()
    await expect(sun.at("my-result")).to_have_attribute("data-state", "lost")
    await expect(sun.at("outcome")).to_contain_text(numbers["li"])
    await expect(sun.at("deposit")).to_contain_text("不收保证金")
    refused = sun.at("own").locator("li", has_text="未达到下一口价")
    await refused.locator("[data-test=why]").click()
    await expect(sun.at("why-chain")).to_contain_text("当时可报")
    await expect(sun.at("why-chain")).to_contain_text("依据")
    async with sun.page.expect_download() as caught:
        await sun.at("all-receipts").click()
    assert (await caught.value).suggested_filename == "lost-receipts.zip"

    await sun.at("complain").click()
    await sun.at("file").click()
    await expect(sun.at("complaint-form")).to_contain_text("请写明事实与理由")
    await sun.page.fill("[name=words]", "第二次报价未受理，\n请说明依据。")
    await sun.page.select_option("[name=ground]", "refused")
    await sun.at("file").click()
    complaint = sun.page.locator("article.complaint")
    await expect(complaint).to_contain_text("异议 1 号")
    await expect(complaint).to_contain_text("待答复")
    async with sun.page.expect_download() as caught:
        await complaint.locator("a[download$='.zip']").click()
    found = await caught.value
    await found.save_as(tmp_path / "c.zip")
    digest = hashlib.sha256((tmp_path / "c.zip").read_bytes()).hexdigest()
    (told,) = (await people["sun"].get("/api/mine/complaints"))["complaints"]
    assert told["sha256"] == digest

    await staff.go("/staff#/complaints")
    await expect(staff.at("complaint-list")).to_contain_text(numbers["sun"])
    assert "sun" not in await staff.at("complaint-list").inner_text()
    await staff.at("answer-it").click()
    await staff.page.fill("[name=answer]", "低于起始价，不予受理。")
    await staff.at("send-answer").click()
    await expect(staff.at("complaint-list")).to_contain_text("已答复")
    await sun.go("/home#/result/lost")
    await expect(sun.at("answer")).to_contain_text("低于起始价，不予受理。")


async def test_the_winner_reads_what_comes_next_and_strangers_read_nothing(office: Office) -> None:
    await ended(office.people, "won")
    li = await office.desk("li", locale="en-US", color_scheme="dark")
    await li.go("/home#/result/won")
    await expect(li.at("my-result")).to_have_attribute("data-state", "won")
    await expect(li.at("next-steps")).to_contain_text("Sign the confirmation")
    await expect(li.at("complaints")).to_contain_text("go with it")
    stranger = await office.desk(None)
    await stranger.go("/home")
    await expect(stranger.at("not-bidder")).to_be_visible()
