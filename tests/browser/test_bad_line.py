"""What goes wrong at the bidder's end: the line in the last seconds, and a machine whose clock is wrong."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from playwright.async_api import WebSocket, expect

from tests.browser.conftest import Complaints
from tests.browser.desk import Desk, Office, english
from tests.browser.line import Line
from tests.doors.house_process import SECOND

BIDDERS = ("zhao", "qian")
#: Seconds in which a silent line must be noticed where seconds count: elsewhere it is believed for
#: twelve. That it is four to the instant is said by the tests of the feed, on a clock of their own.
NOTICED = 11
#: Whether the page has told it in the very turn in which the machine did.
AT_ONCE = """window.addEventListener("offline", () => setTimeout(() => {
  window.toldAtOnce = document.querySelector("[data-test=banner]") !== null;
}));"""


async def bid(office: Office, auction: str, account: str, yuan: int) -> None:
    """An offer over HTTP, by somebody whose line is good."""
    body = {"ref": f"{account}-{yuan}", "amount": yuan * 100}
    answer = await office.people[account].post(f"/api/auctions/{auction}/bids", body)
    assert answer["type"] == "accepted", answer


def hellos(desk: Desk) -> list[dict[str, int]]:
    """The cursors with which this window begins each connection."""
    found: list[dict[str, int]] = []

    def read(payload: str | bytes) -> None:
        frame = json.loads(payload)
        if frame["type"] == "hello":
            found.append(frame["cursors"])

    def follow(socket: WebSocket) -> None:
        socket.on("framesent", read)

    desk.page.on("websocket", follow)
    return found


async def nothing_can_be_asked(desk: Desk) -> None:
    """The price is marked as old, and no key and no tap makes a bid of it."""
    await expect(desk.at("banner")).to_contain_text("断开")
    await expect(desk.page.locator(".price")).to_have_class(re.compile("stale"))
    await expect(desk.at("amount")).to_be_disabled()
    await expect(desk.at("bid")).to_have_attribute("aria-disabled", "true")
    await desk.at("bid").click(force=True)
    await desk.page.keyboard.press("Enter")
    await expect(desk.at("confirm-panel")).to_have_count(0)


async def test_the_line_falls_silent_under_a_bid_in_the_last_minute(
    office: Office, complaints: Complaints
) -> None:
    complaints.expect("WebSocket")
    complaints.allow("ERR_INTERNET_DISCONNECTED")
    await english(office.people, "silent", list(BIDDERS), quiet=30, extension_seconds=12)
    async with Line(office.house) as line:
        zhao = await office.desk("zhao")
        zhao.house = replace(zhao.house, url=line.url)
        connections = hellos(zhao)
        await zhao.enter("silent")
        await zhao.bid("1,000,000")
        await zhao.answered("signed")
        lines = await zhao.at("history").locator("li").count()

        # A rival is faster; this window does not hear of it, and its own bid is lost on the way.
        line.silence()
        await bid(office, "silent", "qian", 1_010_000)
        await zhao.bid("1,010,000")
        await zhao.answered("sent")
        await expect(zhao.at("banner")).to_be_visible(timeout=NOTICED * 1000)
        await nothing_can_be_asked(zhao)
        await expect(zhao.at("price")).to_have_text("1,000,000.00")

        # What he missed comes by its cursor; what he asked is asked once more, and refused.
        await line.mend()
        await zhao.answered("refused")
        await expect(zhao.at("banner")).to_have_count(0)
        await expect(zhao.at("price")).to_have_text("1,010,000.00")
        assert connections[0]["public"] == 0
        assert connections[-1]["public"] > 0
        await expect(zhao.at("history").locator("li")).to_have_count(lines + 2)
        await zhao.at("nearest").first.click()
        await zhao.press()
        await zhao.press()
        await zhao.answered("signed")
        await zhao.state("leading")

        # Then the machine itself says that it has no network: he is told at once, and at once again.
        async with zhao.page.expect_console_message(lambda said: "WebSocket" in said.text):
            await zhao.page.evaluate(AT_ONCE)
            await zhao.context.set_offline(True)
            await zhao.page.wait_for_function("'toldAtOnce' in window")
            assert await zhao.page.evaluate("window.toldAtOnce")
            await nothing_can_be_asked(zhao)
        await line.cut()
        await line.mend()
        await zhao.context.set_offline(False)
        await expect(zhao.at("banner")).to_have_count(0)
        await zhao.state("leading")

        entries = (await office.people["auditor"].get("/api/auctions/silent/entries"))["entries"]
        asked = [(e["type"], e["data"]["ask"]["amount"]) for e in entries if "bid." in e["type"]]
        assert asked == [
            ("bid.accepted", 100_000_000),
            ("bid.accepted", 101_000_000),
            ("bid.refused", 101_000_000),
            ("bid.accepted", 102_000_000),
        ]
        await expect(zhao.at("outcome")).to_contain_text("1,020,000.00", timeout=60_000)
        await zhao.state("won")


WRONG = """((by) => {
  const Real = Date;
  window.Date = class extends Real {
    constructor(...given) {
      if (given.length === 0) super(Real.now() + by);
      else super(...given);
    }
    static now() { return Real.now() + by; }
  };
})(%d);"""
MINUTES = 3


@pytest.mark.parametrize("by", [MINUTES, -MINUTES], ids=["fast", "slow"])
async def test_a_machine_three_minutes_wrong_is_told_so_and_bids_in_time(
    office: Office, by: int
) -> None:
    auction = f"wrong-{'fast' if by > 0 else 'slow'}"
    # Less than the error is left: by its own clock the machine would be early or late by a session.
    await english(office.people, auction, ["zhao"], duration_seconds=100, extension_seconds=0)
    zhao = await office.desk("zhao")
    await zhao.context.add_init_script(WRONG % (by * 60_000))
    await zhao.go(f"/home#/check/{auction}")
    await expect(zhao.at("machine-clock")).to_contain_text(f"{'快' if by > 0 else '慢'} 3 分钟")
    clock = zhao.page.locator("[data-point=clock]")
    await expect(clock).to_have_attribute("data-found", "ok")
    assert abs(await zhao.page.evaluate("Date.now()") * 1000 - await office.now()) > 170 * SECOND

    await zhao.enter(auction)
    await zhao.bid("1,000,000")
    await zhao.answered("signed")
    closes = (await office.people["zhao"].get(f"/api/auctions/{auction}"))["room"]["stage"][
        "closes"
    ]
    # What is shown lies between what was left before it was read and after.
    before = (closes - await office.now()) / SECOND
    shown = await zhao.at("clock").inner_text()
    after = (closes - await office.now()) / SECOND
    minutes, _, seconds = shown.partition(":")
    assert after - 1.5 < int(minutes) * 60 + float(seconds) < before + 1.5, (shown, before, after)
    # What the page keeps for a lost answer is told in the house's time as well.
    assert (
        await zhao.page.evaluate("Object.keys(localStorage).some((k) => k.includes('pending'))")
        is False
    )
