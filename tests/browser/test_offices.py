"""The desks of those who run and check an auction, from an empty form to a verified record."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from bidding.proof.policy import parse_policy
from replay.verify import verify
from tests.browser.conftest import Complaints
from tests.browser.desk import PHONE, Desk, Office, english
from tests.browser.gallery import Quiet
from tests.doors.house_process import PASSWORD

BIDDERS = ("sun", "li")


async def turn(desk: Desk, step: str) -> None:
    """To a step of the wizard."""
    await desk.page.click(f"[data-step={step}]")


async def submit(desk: Desk) -> None:
    """From any step of the wizard."""
    await turn(desk, "check")
    await desk.at("submit").click()


async def test_from_the_form_to_a_paddle(office: Office, complaints: Complaints) -> None:
    complaints.expect("422")
    staff, approver, bidder = [await office.desk(a) for a in ("staff", "approver", "sun")]
    form = staff.page
    await staff.go("/staff#/drafts/new")
    await staff.at("rule").select_option("english")
    await staff.at("example").click()
    await form.fill("#auction", "by-hand")
    await turn(staff, "terms")
    await form.fill("#deposit", "2000.505")
    await form.fill("#terms-start_price", "1.234")
    await submit(staff)
    # What cannot even be read is said before anything is sent, at its field.
    wrong = form.locator("[data-path='terms.start_price'] .wrong")
    await expect(wrong).to_contain_text("最多 2 位小数")
    await expect(form.locator(".field:has(#deposit) .wrong")).to_contain_text("最多 2 位小数")
    await form.fill("#deposit", "2000.50")
    await form.fill("#terms-start_price", "860000")
    await form.fill("#terms-opens", await office.field(timedelta(hours=-1)))
    await submit(staff)
    # The server's own complaints stand at their fields too.
    await expect(form.locator(".field:has(#title-zh) .wrong")).to_be_visible()
    await expect(staff.at("draft-state")).to_have_attribute("data-state", "draft")
    await form.fill("#title-zh", "手工填写的场次")
    await form.fill("#title-en", "Filled in by hand")
    await submit(staff)
    past = form.locator("[data-path='terms.opens'] .wrong")
    await expect(past).to_contain_text("已经过去")
    await form.fill("#terms-opens", await office.field(timedelta(hours=1)))
    await submit(staff)
    await expect(staff.at("draft-state")).to_have_attribute("data-state", "submitted")
    # Nobody approves what he wrote himself.
    await expect(staff.at("approval")).to_contain_text("没有审批权限")
    digest = await staff.at("sha256").inner_text()

    await approver.go("/staff#/drafts")
    await approver.page.get_by_role("link", name="手工填写的场次").click()
    await expect(approver.at("sha256")).to_have_text(digest)
    await approver.at("read-back").fill("00000000")
    await approver.at("approve").click()
    await expect(approver.at("unfit")).to_contain_text("不一致")
    await approver.at("read-back").fill(digest[:8])
    await approver.at("approve").click()
    await expect(approver.at("draft-state")).to_have_attribute("data-state", "published")

    line = bidder.page.locator("[data-auction=by-hand]")
    await bidder.go("/")
    await line.get_by_role("button", name="申请参加").click()
    await line.get_by_role("button", name="提交申请").click()
    await expect(line).to_contain_text("已申请")

    await staff.go("/staff#/auctions/by-hand")
    applications = staff.at("applications")
    # An alias, never the account.
    await expect(applications).not_to_contain_text("sun")
    # The rule knows no prior right, so none is asked for.
    await expect(applications.locator("select")).to_have_count(0)
    await staff.at("decline").click()
    await staff.at("do-decline").click()
    await expect(applications).to_contain_text("请写明理由")
    await form.fill("[name=decline-reason]", "营业执照已过期")
    await staff.at("do-decline").click()
    await expect(applications.locator("[data-test=declined]")).to_contain_text("营业执照已过期")
    await bidder.go("/home")
    card = bidder.page.locator("[data-group=asked] [data-auction=by-hand]")
    await expect(card.locator("[data-test=declined]")).to_contain_text("理由：营业执照已过期。")
    await card.locator("[data-test=complain]").click()
    await expect(card.locator("[name=ground]")).to_have_value("admission")
    await card.locator("[data-test=open-apply]").click()
    await card.locator("[data-test=apply] [type=submit]").click()
    await expect(card).to_have_count(0)
    await bidder.go("/")
    await staff.at("admit").click()
    paddle = await applications.locator(".paddle").inner_text()
    deposits = staff.at("deposits")
    await deposits.locator("[name=bidder]").select_option(paddle)
    await deposits.locator("[name=received]").fill(await office.field(timedelta(seconds=-5)))
    for words in (r"已登记，№\d+", r"此前已计入（№\d+），没有重复计入"):
        await deposits.locator("[name=amount]").fill("2,000.50")
        await deposits.locator("[name=bank_ref]").fill("ICBC-7731")
        await staff.at("enter-deposit").click()
        await expect(deposits).to_contain_text(re.compile(words))
        await expect(staff.at("live")).to_contain_text(f"{paddle} 号保证金到账")
    await expect(line).to_contain_text(f"号牌 {paddle}")
    await bidder.enter("by-hand")
    await expect(bidder.page.locator(".notice.mine .paddle")).to_have_text(paddle)


async def test_the_notice_is_read_before_it_is_approved_and_ever_after(office: Office) -> None:
    staff, approver, public = [await office.desk(a) for a in ("staff", "approver", None)]
    form, preview = staff.page, staff.at("preview")
    await staff.go("/staff#/drafts/new")
    await staff.at("rule").select_option("english")
    # Nothing is asked of the house while the form is empty; the page says what is missing.
    await expect(preview).to_contain_text("条件填写完整后")
    await expect(preview.locator("[data-test=prose]")).to_have_count(0)
    await staff.at("example").click()
    await expect(preview).to_contain_text("起始价：1,000,000 元")
    await expect(preview.locator("[data-code=NO_EXTENSION]")).to_have_count(0)
    # The text and the remarks follow what is typed.
    await turn(staff, "terms")
    await form.fill("#terms-start_price", "860000")
    await form.fill("#terms-extension_seconds", "0")
    await expect(preview).to_contain_text("起始价：860,000 元")
    await expect(preview.locator("[data-code=NO_EXTENSION]")).to_contain_text("网络快者得利")
    await form.fill("#terms-start_price", "")
    await expect(preview).to_have_attribute("data-stale", "true")
    await form.fill("#terms-start_price", "870000")
    await expect(preview).to_contain_text("起始价：870,000 元")
    await form.fill("#terms-opens", await office.field(timedelta(hours=1)))
    await turn(staff, "start")
    await form.fill("#auction", "told")
    await form.fill("#title-zh", "公告里的场次")
    await form.fill("#title-en", "The one in the notice")
    await submit(staff)
    await expect(staff.at("draft-state")).to_have_attribute("data-state", "submitted")
    digest = await staff.at("sha256").inner_text()

    # The second person reads the text, the remarks and the hash before he signs it off.
    await approver.go("/staff#/drafts")
    await approver.page.get_by_role("link", name="公告里的场次").click()
    await expect(approver.at("preview")).to_contain_text("起始价：870,000 元")
    await expect(approver.at("preview").locator("[data-code=NO_EXTENSION]")).to_be_visible()
    await expect(approver.at("sha256")).to_have_text(digest)
    words = await approver.at("prose").locator("p").all_inner_texts()
    await approver.at("read-back").fill(digest[:8])
    await approver.at("approve").click()
    await expect(approver.at("draft-state")).to_have_attribute("data-state", "published")

    # And everybody reads the same afterwards, without remarks, in both languages, and on paper.
    await public.go("/room/told")
    await public.at("rules").locator("summary").click()
    await expect(public.at("rules-hash")).to_have_attribute("data-sha256", digest)
    await expect(public.at("prose").locator("p")).to_have_text(words)
    await expect(public.at("remarks")).to_have_count(0)
    await public.at("language").click()
    await expect(public.at("prose")).to_contain_text("Start price: 870,000 CNY")
    async with public.context.expect_page() as waiting:
        await public.at("print").click()
    paper = await waiting.value
    await expect(paper.locator("h1")).to_have_text("The one in the notice")
    await expect(paper.locator("body")).to_contain_text(digest)
    # Its own styles are let in by their hash: centred is not what a bare heading is.
    await expect(paper.locator("h1")).to_have_css("text-align", "center")


async def test_terminate_needs_the_approver(office: Office) -> None:
    await english(office.people, "stopped", [])
    staff, approver = await office.desk("staff"), await office.desk("approver")
    await staff.go("/staff#/auctions/stopped")
    await expect(staff.at("act-terminate")).to_be_disabled()
    await approver.go("/staff#/auctions/stopped")
    await approver.at("act-terminate").click()
    await approver.at("reason").fill("法院查封")
    await approver.at("do").click()
    await expect(staff.page.locator(".head .badge")).to_contain_text("已终止")
    await expect(staff.at("live")).to_contain_text("法院查封")


async def test_auditor_checks_by_himself(office: Office, complaints: Complaints) -> None:
    await english(office.people, "audited", ["sun"])
    bidder, auditor = await office.desk("sun"), await office.desk("auditor")
    await bidder.enter("audited")
    await bidder.bid("1,000,000")
    await bidder.answered("signed")
    await bidder.bid("1,000,001")
    await bidder.answered("refused")

    await auditor.go("/audit#/audited")
    await expect(auditor.at("verdict")).to_have_attribute("data-ok", "true")
    await expect(auditor.at("verdict")).to_contain_text("只有交易中心一方的签名")
    rows = auditor.at("timeline").locator("tbody tr")
    # Publication, admission, the opening bell, the bidder's key, and his two requests.
    await expect(rows).to_have_count(6)
    await auditor.page.get_by_role("button", name="未受理").click()
    await expect(rows).to_have_count(1)
    await rows.first.click()
    entry = auditor.at("entry")
    await expect(entry).to_contain_text("BELOW_MIN_NEXT")
    # The page hashed the bytes itself and walked the proof to the signed root.
    await expect(auditor.at("inclusion")).to_have_attribute("data-holds", "true")
    raw = await auditor.at("raw").inner_text()
    async with auditor.page.expect_download() as waiting:
        await auditor.at("archive").click()
    archive = Path(await (await waiting.value).path()).read_bytes()
    assert raw.encode() in archive
    policy = await office.people["auditor"].download("/api/auctions/audited/policy")
    assert len(verify(archive, parse_policy(policy.decode())).entries) == 6
    # The record on paper; and nothing is confirmed while it runs.
    async with auditor.page.expect_download() as waiting:
        await auditor.at("record-pdf").click()
    found = await waiting.value
    assert found.suggested_filename == "audited-record.pdf"
    assert Path(await found.path()).read_bytes().startswith(b"%PDF-")
    complaints.expect("409")
    await auditor.at("confirmation-html").click()
    await expect(auditor.at("no-paper")).to_contain_text("没有可确认的成交结果")


async def test_wrong_password_in_both_languages(office: Office, complaints: Complaints) -> None:
    complaints.expect("401")
    desk = await office.desk()
    await desk.go("/sign-in")
    await desk.page.click("button[type=submit]")
    await expect(desk.at("sign-in-error")).to_have_text("请填写账号和密码。")
    await desk.page.fill("[name=account]", "sun")
    await desk.page.fill("[name=password]", "not the password")
    await desk.page.click("button[type=submit]")
    await expect(desk.at("sign-in-error")).to_have_text("账号或密码不正确。")
    await expect(desk.page.locator("[name=password]")).to_have_value("")
    await desk.at("language").click()
    await expect(desk.at("sign-in-error")).to_contain_text("not right")
    await desk.page.fill("[name=password]", PASSWORD)
    await desk.page.click("button[type=submit]")
    await desk.page.wait_for_url(office.house.url + "/")


async def test_revoked_sign_in_ends_the_room_at_once(office: Office) -> None:
    await english(office.people, "revoked", ["li"])
    here, there = await office.desk("li"), await office.desk("li")
    await there.enter("revoked")
    await here.go("/#/sessions")
    rows = here.page.locator("tbody tr")
    current = rows.filter(has_text="本机")
    await expect(current).to_have_count(1)
    # The other windows of this account: the newest is the room's.
    others = rows.filter(has_not_text="本机")
    for _ in range(await others.count()):
        before = await rows.count()
        await others.first.get_by_role("button", name="撤销").click()
        await expect(rows).to_have_count(before - 1)
    await expect(there.at("banner")).to_contain_text("登录已失效")
    # Either the pad is gone or its button is dead, whichever way the house ended the stream.
    await expect(there.page.locator("[data-test=bid][aria-disabled=false]")).to_have_count(0)
    await expect(current).to_have_count(1)


SCREENS = [
    (None, "/"),
    (None, "/sign-in"),
    ("sun", "/#/sessions"),
    (None, "/verify?auction=wide"),
    (None, "/room/wide"),
    ("sun", "/room/wide"),
    ("staff", "/staff"),
    ("staff", "/staff#/drafts"),
    ("staff", "/staff#/drafts/new"),
    ("staff", "/staff#/calendar"),
    ("staff", "/staff#/auctions/wide"),
    ("auditor", "/audit"),
    ("auditor", "/audit#/wide"),
]


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
async def test_nothing_runs_over_the_edge(office: Office, language: str) -> None:
    known = (await office.people["staff"].get("/api/auctions"))["auctions"]
    if not any(line["auction"] == "wide" for line in known):
        await english(office.people, "wide", ["sun"], start_price="90000000000000")
    windows: dict[str | None, tuple[Desk, Quiet]] = {}
    for account, path in SCREENS:
        if account not in windows:
            desk = await office.desk(account, viewport=PHONE, locale=language)
            windows[account] = desk, Quiet(desk.page)
        desk, quiet = windows[account]
        await desk.go(path)
        await desk.page.locator("main").wait_for()
        await quiet.wait()
        for size in (PHONE, {"width": 768, "height": 1024}, {"width": 1280, "height": 800}):
            # A window is pulled larger and smaller in place, and the page follows.
            await desk.page.set_viewport_size(size)  # type: ignore[arg-type]
            await desk.page.evaluate(
                "new Promise((go) => requestAnimationFrame(() => setTimeout(go, 50)))"
            )
            width = await desk.page.evaluate("document.documentElement.scrollWidth")
            assert width <= size["width"], f"{path} is {width} wide on {size['width']}"
            title = await desk.page.title()
            assert re.search("阳光竞价|Daylight", title), title
