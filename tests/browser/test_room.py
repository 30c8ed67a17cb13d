"""The bidder's room in a real browser, against a real house: what two rivals see of each other."""

from __future__ import annotations

import asyncio
import re
import signal
from pathlib import Path

import pytest
from playwright.async_api import FloatRect, expect

from bidding.proof.policy import parse_policy
from bidding.proof.receipt import verify_receipt
from tests.browser.conftest import Complaints
from tests.browser.desk import PHONE, Desk, Office, english
from tests.doors.house_process import SECOND, People

BIDDERS = ("zhao", "qian")


async def test_two_rivals(office: Office) -> None:
    numbers = await english(office.people, "rivals", list(BIDDERS))
    zhao, qian = await office.desk("zhao"), await office.desk("qian")
    await zhao.enter("rivals")
    await qian.enter("rivals")

    # The start price is proposed, and read back in capitals before it binds.
    await expect(zhao.at("amount")).to_have_value("1,000,000.00")
    await zhao.press()
    await expect(zhao.at("confirm-panel")).to_contain_text("人民币壹佰万元整")
    await zhao.press()
    answer = await zhao.answered("signed")
    await expect(answer).to_contain_text(re.compile(r"已记录 №\d+.*已签名"))
    await zhao.state("leading")
    await expect(qian.at("price")).to_have_text("1,000,000.00")
    await expect(qian.page.locator(".price .paddle")).to_have_text(numbers["zhao"])

    await qian.bid("1,050,000")
    await qian.state("leading")
    await zhao.state("outbid")
    await expect(zhao.page).to_have_title(re.compile("已被超过"))
    await expect(zhao.at("price")).to_have_text("1,050,000.00")

    # Too low: the reason, and what would be valid now.
    await zhao.bid("1,055,000")
    refused = await zhao.answered("refused")
    # Said once.
    await expect(refused).to_have_text(re.compile(r"^(?!.*未受理.*未受理).*未受理："))
    nearest = zhao.at("nearest")
    await expect(nearest.first).to_have_text("1,060,000")
    await nearest.first.click()
    await expect(zhao.at("amount")).to_have_value("1,060,000.00")
    await zhao.press()
    await zhao.press()
    await zhao.answered("signed")
    await zhao.state("leading")
    # Nobody else hears of the refusal.
    await expect(qian.at("history")).to_contain_text("1,060,000")
    await expect(qian.at("history")).not_to_contain_text("1,055,000")
    await expect(zhao.at("history")).to_contain_text("1,055,000")


async def test_receipt_verifies_offline(office: Office) -> None:
    await english(office.people, "receipted", ["zhao"])
    zhao = await office.desk("zhao")
    await zhao.enter("receipted")
    await zhao.bid("1,230,000")
    answer = await zhao.answered("signed")
    index = int(re.search(r"№ ?(\d+)", await answer.inner_text())[1])  # type: ignore[index]
    async with zhao.page.expect_download() as waiting:
        await answer.locator("[data-test=receipt]").click()
    await zhao.page.get_by_text("怎样核验回执").click()
    check = zhao.at("receipt-check")
    await expect(check).to_contain_text("python -m replay receipt FILE --policy POLICY")
    async with zhao.page.expect_download() as trusted:
        await check.get_by_role("link").click()
    given = Path(await (await trusted.value).path()).read_text()
    proof = Path(await (await waiting.value).path()).read_bytes()
    listed = await office.people["auditor"].get("/api/auctions/receipted/entries")
    verified = verify_receipt(proof, parse_policy(given))
    assert verified.index == index
    assert listed["entries"][index]["data"]["ask"]["amount"] == 123_000_000


async def test_main_button_stays_and_takes_no_mistap(office: Office) -> None:
    await english(office.people, "still", ["zhao"])
    zhao = await office.desk("zhao")
    await zhao.enter("still")
    button = zhao.at("bid")
    await expect(button).to_have_attribute("aria-disabled", "false")
    before = await button.bounding_box()
    # The second tap of a double tap comes after the label has changed, and before anything else:
    # a mouse at the end of a busy line might be slower than any double tap.
    await button.evaluate("async (one) => { one.click(); await null; await null; one.click(); }")
    await zhao.at("confirm-panel").wait_for()
    assert await button.bounding_box() == before
    await expect(zhao.at("answer")).to_have_count(0)
    await zhao.page.keyboard.press("Escape")
    await expect(zhao.at("confirm-panel")).to_have_count(0)
    assert await button.bounding_box() == before
    await expect(zhao.at("answer")).to_have_count(0)
    assert (await office.people["zhao"].get("/api/auctions/still"))["room"]["top"] is None


SCREENS = [
    (1440, 900),
    (1366, 768),
    (1280, 720),
    (1180, 820),
    (1024, 768),
    (820, 1180),
    (768, 1024),
]
PHONES = [(390, 844), (360, 640), (740, 360), (915, 412)]


async def test_clock_price_and_button_share_every_screen(office: Office) -> None:
    """Nobody scrolls for the clock or the button, whatever he bids from; long figures move nothing."""
    start = "9990000"
    await english(office.people, "screens", ["zhao"], start_price=start, step="10000")
    zhao = await office.desk("zhao")
    await zhao.enter("screens")
    await expect(zhao.at("bid")).to_have_attribute("aria-disabled", "false")
    seen = {size: await _parts(zhao, size) for size in SCREENS + PHONES}
    # Past ten million every figure is a digit longer.
    await zhao.bid(start)
    await zhao.answered("signed")
    await expect(zhao.at("amount")).to_have_value("10,000,000.00")
    for size in SCREENS + PHONES:
        assert (await _parts(zhao, size))["bid"] == seen[size]["bid"], size


async def _parts(desk: Desk, size: tuple[int, int]) -> dict[str, FloatRect]:
    """Where clock, price and button are at this size: all on the screen, none upon another."""
    width, height = size
    await desk.page.set_viewport_size({"width": width, "height": height})
    found: dict[str, FloatRect] = {}
    for name in ("clock", "price", "bid"):
        box = await desk.at(name).bounding_box()
        assert box is not None, (size, name)
        assert box["x"] >= 0, (size, name, box)
        assert box["x"] + box["width"] <= width, (size, name, box)
        assert box["y"] >= 0, (size, name, box)
        assert box["y"] + box["height"] <= height, (size, name, box)
        for other, there in found.items():
            beside = (
                box["x"] >= there["x"] + there["width"] or there["x"] >= box["x"] + box["width"]
            )
            below = (
                box["y"] >= there["y"] + there["height"] or there["y"] >= box["y"] + box["height"]
            )
            assert beside or below, (size, name, other, box, there)
        found[name] = box
    pad = await desk.page.locator(".desk-pad").bounding_box()
    faces = await desk.page.locator(".room .faces").bounding_box()
    assert pad is not None
    assert faces is not None
    assert pad["y"] >= faces["y"] + faces["height"] or pad["x"] >= faces["x"] + faces["width"], size
    return found


async def test_keyboard_alone_is_enough(office: Office) -> None:
    await english(office.people, "keys", ["zhao"])
    zhao = await office.desk("zhao")
    await zhao.enter("keys")
    amount = zhao.at("amount")
    await expect(amount).to_be_enabled()
    await amount.focus()
    await zhao.page.keyboard.press("ArrowUp")
    await zhao.page.keyboard.press("ArrowUp")
    await expect(amount).to_have_value("1,020,000.00")
    await zhao.page.keyboard.press("ArrowDown")
    await expect(amount).to_have_value("1,010,000.00")
    await zhao.page.locator("[data-test=bid][aria-disabled=false]").wait_for()
    await zhao.page.keyboard.press("Enter")
    await zhao.at("confirm-panel").wait_for()
    await zhao.page.locator("[data-test=bid][aria-disabled=false]").wait_for()
    await zhao.page.keyboard.press("Enter")
    await zhao.answered("signed")
    await expect(zhao.at("price")).to_have_text("1,010,000.00")


async def test_suspended_and_resumed_by_staff(office: Office) -> None:
    await english(office.people, "halted", ["zhao"])
    zhao, staff = await office.desk("zhao"), await office.desk("staff")
    await zhao.enter("halted")
    await zhao.bid("1,000,000")
    await zhao.answered("signed")
    await staff.go("/staff#/auctions/halted")
    await staff.at("act-suspend").click()
    await staff.at("do").click()
    await expect(staff.at("acts")).to_contain_text("请写明理由")
    await staff.at("reason").fill("电力故障")
    await staff.at("do").click()
    await expect(zhao.at("suspended")).to_contain_text("电力故障")
    await expect(zhao.at("bid")).to_have_attribute("aria-disabled", "true")
    # What was left is held still; the time of day stands small beneath it.
    await expect(zhao.at("clock")).to_have_text(re.compile(r"^09:\d\d$"))
    await expect(zhao.page.locator(".clock")).to_contain_text("起停止计时")
    clock = await zhao.at("clock").inner_text()
    await asyncio.sleep(1.2)
    assert await zhao.at("clock").inner_text() == clock
    await staff.at("act-resume").click()
    await staff.at("reason").fill("供电恢复")
    await staff.at("do").click()
    await expect(zhao.at("suspended")).to_have_count(0)
    await expect(zhao.at("bid")).to_have_attribute("aria-disabled", "false")
    await expect(zhao.at("resumed")).to_contain_text("现已恢复")
    await zhao.at("resumed-close").click()
    await expect(zhao.at("resumed")).to_have_count(0)


async def test_house_killed_and_back(office: Office, complaints: Complaints) -> None:
    complaints.allow("WebSocket")
    complaints.allow("/receipts/")  # what a receipt still waits for is asked again meanwhile
    await english(office.people, "killed", ["zhao"])
    zhao = await office.desk("zhao")
    await zhao.enter("killed")
    await zhao.bid("1,000,000")
    await zhao.answered("signed")
    office.house.end(signal.SIGKILL)
    await expect(zhao.at("banner")).to_contain_text("重连")
    status = zhao.at("banner").get_by_role("link", name="运行状况")
    await expect(status).to_have_attribute("href", "/#/service")
    await expect(zhao.at("unsure")).to_contain_text("未确认")
    await expect(zhao.at("my-state")).to_contain_text("秒前的情况")
    await expect(zhao.page.locator(".price")).to_have_class(re.compile("stale"))
    await expect(zhao.page.locator(".price")).to_contain_text("秒前的价格")
    grey = "e => getComputedStyle(e).color"
    old = [await zhao.page.locator(f".price {part}").evaluate(grey) for part in (".sum", ".paddle")]
    assert old[0] == old[1]
    await expect(zhao.at("bid")).to_have_text("连接已断开")
    await expect(zhao.at("amount")).to_be_disabled()
    await asyncio.to_thread(office.house.start)
    await expect(zhao.at("banner")).to_have_count(0, timeout=60_000)
    await expect(zhao.at("price")).to_have_text("1,000,000.00")
    await expect(zhao.at("bid")).to_have_attribute("aria-disabled", "false")
    await zhao.bid("1,010,000")
    await zhao.answered("signed")
    await expect(zhao.at("price")).to_have_text("1,010,000.00")


async def test_unanswered_bid_counts_once_under_its_ref(office: Office) -> None:
    """The line dies between the bid and its answer: the same ref finds out, and nothing doubles."""
    await english(office.people, "once", ["zhao"])
    zhao = await office.desk("zhao")
    sockets: list[object] = []
    swallow = True

    def between(route: object) -> None:
        server = route.connect_to_server()  # type: ignore[attr-defined]
        sockets.append(route)

        def down(message: str | bytes) -> None:
            if not (swallow and '"type":"accepted"' in str(message)):
                route.send(message)  # type: ignore[attr-defined]

        server.on_message(down)
        route.on_message(server.send)  # type: ignore[attr-defined]

    await zhao.page.route_web_socket(re.compile("/api/v1/stream"), between)
    await zhao.enter("once")
    await zhao.bid("1,000,000")
    await zhao.answered("sent")
    await expect(zhao.at("price")).to_have_text("1,000,000.00")
    swallow = False
    await sockets[-1].close(code=4408)  # type: ignore[attr-defined]
    await zhao.answered("signed")
    entries = (await office.people["auditor"].get("/api/auctions/once/entries"))["entries"]
    assert [e["type"] for e in entries if e["type"].startswith("bid")] == ["bid.accepted"]
    assert (
        await zhao.page.evaluate("Object.keys(localStorage).filter(k => k.includes('pending'))")
        == []
    )


async def test_visitor_watches_without_a_pad(office: Office) -> None:
    await english(office.people, "watched", ["zhao"])
    visitor, zhao = await office.desk(), await office.desk("zhao")
    await visitor.enter("watched")
    await zhao.enter("watched")
    await zhao.bid("1,000,000")
    await expect(visitor.at("price")).to_have_text("1,000,000.00")
    await expect(visitor.at("read-only")).to_be_visible()
    await expect(visitor.at("pad")).to_have_count(0)
    await expect(visitor.page.get_by_text("下载回执")).to_have_count(0)
    await expect(visitor.at("receipt-check")).to_have_count(0)


async def test_no_such_room_claims_no_connection(office: Office, complaints: Complaints) -> None:
    complaints.expect("404")
    visitor = await office.desk()
    await visitor.go("/room/nowhere")
    await expect(visitor.page.locator(".notice.bad")).to_contain_text("没有")
    await expect(visitor.at("meter")).to_have_count(0)


async def test_language_switches_at_once_and_stays(office: Office) -> None:
    await english(office.people, "bilingual", ["zhao"])
    zhao = await office.desk("zhao")
    await zhao.enter("bilingual")
    await zhao.bid("999,999")
    await expect(await zhao.answered("refused")).to_contain_text("未受理")
    await zhao.at("language").click()
    await expect(zhao.at("answer")).to_contain_text("Not accepted:")
    await expect(zhao.page.locator("h1")).to_have_text("Commercial land, Qijiang North Road")
    chinese = re.compile("[\u4e00-\u9fff]")
    shown = await zhao.page.locator("main").inner_text()
    # Only what somebody named in Chinese alone stays Chinese.
    rest = "\n".join(line for line in shown.splitlines() if "岐江北路" not in line)
    assert not chinese.search(rest), rest
    await zhao.page.reload()
    await expect(zhao.page.locator("html")).to_have_attribute("lang", "en")


async def test_dark_follows_the_machine_and_the_switch(office: Office) -> None:
    await english(office.people, "dim", ["zhao"])
    desk = await office.desk(color_scheme="dark")
    await desk.enter("dim")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    assert await desk.page.evaluate(ground) == "rgb(20, 22, 26)"
    await desk.at("theme").click()
    await expect(desk.page.locator("html")).to_have_attribute("data-theme", "light")
    assert await desk.page.evaluate(ground) == "rgb(250, 249, 246)"


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
async def test_phone_has_the_pad_under_the_thumb(office: Office, language: str) -> None:
    auction = f"pocket-{language[:2]}"
    await english(office.people, auction, ["zhao"])
    zhao = await office.desk("zhao", viewport=PHONE, has_touch=True, locale=language)
    await zhao.enter(auction)
    button = zhao.at("bid")
    await expect(button).to_have_attribute("aria-disabled", "false")
    box = await button.bounding_box()
    assert box is not None
    assert box["height"] >= 56
    assert PHONE["height"] - 40 < box["y"] + box["height"] <= PHONE["height"]
    assert await zhao.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await zhao.page.mouse.wheel(0, 600)
    await expect(zhao.at("clock")).to_be_in_viewport()
    await expect(zhao.at("price")).to_be_in_viewport()
    await button.tap()
    await zhao.at("confirm-panel").wait_for()
    assert await button.bounding_box() == box
    await zhao.press()
    await zhao.answered("signed")
    await expect(zhao.at("answer")).to_be_in_viewport()


async def test_the_end_says_who_won(office: Office) -> None:
    zhao, qian = await office.desk("zhao"), await office.desk("qian")
    numbers = await english(office.people, "ending", list(BIDDERS), quiet=8)
    await zhao.enter("ending")
    await qian.enter("ending")
    await zhao.bid("1,000,000")
    await zhao.answered("signed")
    for desk in (zhao, qian):
        await expect(desk.at("outcome")).to_contain_text("1,000,000.00", timeout=60_000)
        await expect(desk.at("outcome").locator(".paddle")).to_have_text(numbers["zhao"])
        await expect(desk.at("pad")).to_have_count(0)
        # His own result is one press away.
        await expect(desk.at("own-result")).to_have_attribute("href", "/home#/result/ending")
    # What was asked shortly before the end can still be read after it.
    await zhao.answered("signed")
    await zhao.state("won")
    await qian.state("lost")


PARCELS = {"zhao": "P1", "qian": "P2"}


async def quoting(people: People, auction: str, **terms: object) -> dict[str, str]:
    """Publishes a floor-area auction whose quoting opens at once, and seats both bidders."""
    now = (await people["staff"].get("/api/time"))["now"]
    await people.publish(
        {
            "auction": auction,
            "title": {"zh": "两宗地调整容积率竞价", "en": "Floor-area ratio, two parcels"},
            "rule": "far_adjustment",
            "deposit": 0,
            "terms": {
                "parcels": [
                    {"id": "P1", "zh": "一号宗地", "en": "Parcel 1", "added_area": "30000"},
                    {"id": "P2", "zh": "二号宗地", "en": "Parcel 2", "added_area": "25000"},
                ],
                "quota_area": "40000",
                "start_price": "4000",
                "step": "50",
                "quoting_opens": now + SECOND,
                "countdown_seconds": 600,
                **terms,
            },
        }
    )
    return await people.admit(auction, dict(PARCELS), 0)


async def test_sealed_quotes_show_only_ones_own(office: Office) -> None:
    now = (await office.people["staff"].get("/api/time"))["now"]
    closes = now + 600 * SECOND
    await quoting(office.people, "sealed", quoting="SEALED", quoting_closes=closes)
    zhao, qian, visitor = [await office.desk(a) for a in ("zhao", "qian", None)]
    for desk in (zhao, qian, visitor):
        await desk.enter("sealed")
    # Beyond every quick amount, so that the figure is nowhere on the page by itself.
    await zhao.bid("5550")
    await zhao.answered("signed")
    await zhao.state("quoted")
    await expect(zhao.page.locator(".notice.mine")).to_contain_text("5,550.00")
    await expect(zhao.at("history")).to_contain_text("5,550")
    await qian.bid("6100")
    await qian.state("quoted")
    for desk in (qian, visitor):
        await expect(desk.page.locator(".price")).to_contain_text("密封中")
        shown = await desk.page.locator("main").inner_text()
        assert "5,550" not in shown
    assert "6,100" not in await zhao.page.locator("main").inner_text()


async def test_price_that_gets_in_is_offered(office: Office) -> None:
    now = (await office.people["staff"].get("/api/time"))["now"]
    await quoting(office.people, "into", quoting_closes=now + 600 * SECOND)
    zhao, qian = await office.desk("zhao"), await office.desk("qian")
    await zhao.enter("into")
    await zhao.bid("4350")
    await zhao.state("in")
    # Both parcels together exceed the quota: who comes second has to offer more.
    await qian.enter("into")
    await expect(qian.at("into")).to_have_text("入围价 4,400")
    await expect(qian.at("amount")).to_have_value("4,400.00")
    place = await qian.at("bid").bounding_box()
    await qian.at("amount").fill("4000")
    await zhao.bid("4500")
    await expect(qian.at("into")).to_have_text("入围价 4,550")
    # What a person typed stays.
    await expect(qian.at("amount")).to_have_value("4000")
    await qian.at("into").click()
    await qian.press()
    await expect(qian.at("confirm-panel")).not_to_contain_text("超出所有快捷金额")
    await qian.press()
    await qian.state("in")
    await expect(qian.at("into")).to_have_count(0)
    assert await qian.at("bid").bounding_box() == place
    row = qian.page.locator(".standing tr.mine td")
    ground = "e => getComputedStyle(e).backgroundColor"
    assert await row.first.evaluate(ground) == await row.last.evaluate(ground)


async def test_question_at_the_gate(office: Office) -> None:
    zhao, qian = await office.desk("zhao"), await office.desk("qian")
    people, now = office.people, (await office.people["staff"].get("/api/time"))["now"]
    await quoting(
        people,
        "gate",
        quoting_closes=now + 8 * SECOND,
        eligibility="QUOTE_AND_CONFIRMED",
        confirm_seconds=15,
    )
    await people.until("gate", "running")
    # What the story is not about takes none of the time that its windows need.
    for account, yuan in (("zhao", 4350), ("qian", 4100)):
        body = {"ref": account, "amount": yuan * 100, "lot": PARCELS[account]}
        answer = await people[account].post("/api/auctions/gate/bids", body)
        assert answer["type"] == "accepted", answer
    for desk in (zhao, qian):
        await desk.enter("gate")
    await expect(zhao.at("bid")).to_have_text("参加限时竞价", timeout=30_000)
    await zhao.press()
    await zhao.answered("signed")
    await expect(qian.at("decline")).to_be_enabled()
    await qian.at("decline").click()
    # After the question only he who said yes has the floor.
    await expect(zhao.at("amount")).to_be_enabled(timeout=30_000)
    await expect(qian.at("bid")).to_have_text("暂不能报价")
    await zhao.bid("4500")
    await expect(qian.at("price")).to_have_text("4,500.00")


async def test_bid_for_me_up_to_a_limit_that_only_i_see(office: Office) -> None:
    numbers = await english(office.people, "limited", list(BIDDERS), proxy="ALLOWED")
    zhao, qian = await office.desk("zhao"), await office.desk("qian")
    await zhao.enter("limited")
    await qian.enter("limited")

    # By the keyboard alone: written, read back in capitals, confirmed.
    await zhao.at("limit-open").focus()
    await zhao.page.keyboard.press("Enter")
    await expect(zhao.at("limit-amount")).to_be_focused()
    await zhao.page.keyboard.type("999999")
    await expect(zhao.at("limit")).to_contain_text("限额至少为 1,000,000.00 元")
    await zhao.at("limit-amount").fill("1,234,567.89")
    await zhao.page.keyboard.press("Enter")
    await expect(zhao.at("limit-check")).to_contain_text(
        "人民币壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"
    )
    await expect(zhao.at("limit-confirm")).to_be_focused()
    await zhao.page.locator("[data-test=limit-confirm][aria-disabled=false]").wait_for()
    await zhao.page.keyboard.press("Enter")
    await zhao.answered("signed")
    await expect(zhao.at("limit-on")).to_contain_text("不超过 1,234,567.89 元")
    await zhao.state("leading")

    # A rival's offer is answered at once, and marked as the server's doing.
    await qian.bid("1,100,000")
    await zhao.state("leading")
    await qian.state("outbid")
    await expect(zhao.at("price")).to_have_text("1,110,000.00")
    await expect(zhao.at("auto")).to_have_count(2)
    await expect(qian.at("auto")).to_have_count(0)
    await expect(qian.at("history")).to_contain_text(f"由系统代 {numbers['zhao']} 号自动报出")
    assert "1,234,567" not in await qian.page.content()
    assert "1,234,567" in await zhao.page.content()

    # Beyond the limit the banner says so, and it can be taken away.
    await qian.bid("1,300,000")
    await zhao.state("outbid")
    await expect(zhao.at("limit")).to_have_attribute("data-state", "used")
    await expect(zhao.at("limit-on")).to_contain_text("系统不再代您出价")
    await zhao.at("limit-off").click()
    await zhao.page.keyboard.press("Escape")
    await expect(zhao.at("limit-end")).to_have_count(0)
    await zhao.at("limit-off").click()
    await zhao.page.locator("[data-test=limit-off-sure][aria-disabled=false]").click()
    await expect(zhao.at("limit-on")).to_have_count(0)
    await expect(zhao.at("limit-open")).to_be_visible()


async def test_no_such_control_where_the_terms_have_no_proxy_bids(office: Office) -> None:
    await english(office.people, "unlimited", ["zhao"])
    zhao = await office.desk("zhao")
    await zhao.enter("unlimited")
    await expect(zhao.at("bid")).to_have_attribute("aria-disabled", "false")
    await expect(zhao.at("limit")).to_have_count(0)
