"""The film room: an auditor goes through a finished session, and believes nothing he has not checked."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest_asyncio
from playwright.async_api import FilePayload, expect

from bidding.proof.archive import verify_archive
from bidding.proof.policy import parse_policy
from replay.verify import verify
from tests.browser.desk import Desk, Office, english
from tests.doors.house_process import HouseProcess, People
from tests.replay.plays import first_run, misjudged, small

BIDDERS = ("zhao", "qian")
AUCTION = "filmed"
PATH = f"/api/auctions/{AUCTION}"

Open = Callable[..., Awaitable[Desk]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def seats(opened: tuple[HouseProcess, People]) -> dict[str, str]:
    """A finished session: two bidders, a refusal, two changes of the lead, an end that moved."""
    _, people = opened
    numbers = await english(people, AUCTION, ["zhao", "qian"], quiet=3)
    await people.until(AUCTION, "running")
    for account, yuan in (("zhao", 1_000_000), ("qian", 1_000_001), ("qian", 1_010_000)):
        await bid(people, account, yuan)
    await bid(people, "zhao", 1_050_000)
    await people.until(AUCTION, "closed")
    return numbers


async def bid(people: People, account: str, yuan: int) -> None:
    """An offer over HTTP."""
    body = {"ref": f"{account}-{yuan}", "amount": yuan * 100}
    await people[account].post(f"{PATH}/bids", body)


@pytest_asyncio.fixture(loop_scope="session")
async def film(office: Office, seats: dict[str, str]) -> Open:
    """Opens the auditor's desk at a path, once the session is over."""
    assert len(seats) == len(BIDDERS)

    async def open_(path: str = f"/audit#/{AUCTION}", **more: Any) -> Desk:
        desk = await office.desk("auditor", **more)
        await desk.go(path)
        return desk

    return open_


async def stands_at(desk: Desk, index: int) -> None:
    """Waits until the playhead is there."""
    await expect(desk.at("rail")).to_have_attribute("data-index", str(index))


async def moved(desk: Desk) -> int:
    """Where the playhead stands, once that is no longer the beginning."""
    await expect(desk.at("rail")).not_to_have_attribute("data-index", "0")
    return int(await desk.at("rail").get_attribute("data-index") or 0)


async def jump(desk: Desk, mark: str) -> int:
    """To the next mark of a kind, from the beginning."""
    await desk.at("slider").focus()
    await desk.page.keyboard.press("Home")
    await stands_at(desk, 0)
    await desk.at("jump-mark").select_option(mark)
    await desk.at("jump-forth").click()
    return await moved(desk)


async def test_the_room_is_drawn_as_each_party_saw_it(film: Open, seats: dict[str, str]) -> None:
    desk = await film()
    # The film opens where the session ended.
    await expect(desk.at("outcome")).to_contain_text("1,050,000.00")
    raised = await jump(desk, "lead")
    await desk.at("jump-forth").click()
    await expect(desk.at("price")).to_have_text("1,010,000.00")
    # The refusal between them is no change of the lead.
    await stands_at(desk, raised + 2)
    await desk.at("audience").select_option(f"bidder:{seats['zhao']}")
    await expect(desk.at("my-state")).to_have_attribute("data-state", "outbid")
    await expect(desk.at("could")).to_contain_text("1,020,000.00")
    await desk.at("audience").select_option(f"bidder:{seats['qian']}")
    await expect(desk.at("my-state")).to_have_attribute("data-state", "leading")
    # One entry back: what he had asked was refused, and nobody but he and the watchers heard of it.
    await desk.at("step-back").click()
    await expect(desk.at("my-state")).to_have_attribute("data-state", "none")
    await expect(desk.at("price")).to_have_text("1,000,000.00")
    told = desk.at("seen").locator("details summary").last
    own = await told.inner_text()
    await desk.at("audience").select_option("public")
    await expect(told).not_to_have_text(own)
    assert await desk.at("seen").locator("button:visible, input:visible").count() == 0


async def test_the_entry_is_checked_in_this_browser_and_says_why(
    film: Open, office: Office
) -> None:
    people = office.people
    desk = await film()
    refused = await jump(desk, "refusal")
    entry = desk.page.locator(f"[data-test=entry][data-entry='{refused}']")
    await expect(entry).to_contain_text("BELOW_MIN_NEXT")
    await expect(desk.at("why")).to_contain_text("1,010,000")
    await expect(desk.at("inclusion")).to_have_attribute("data-holds", "true")
    raw = await desk.at("raw").inner_text()
    archive = await people["auditor"].download(f"{PATH}/archive")
    assert raw.encode() + b"\n" in archive
    # The whole record, and with it a badge on every line.
    assert await desk.at("entry-proof").count() == 0
    await desk.at("verify-here").click()
    await expect(desk.at("session-proof")).to_have_attribute("data-holds", "true")
    rows = desk.at("timeline").locator("tbody tr")
    await expect(desk.at("entry-proof")).to_have_count(await rows.count())


async def test_a_server_that_lies_about_an_entry_is_found_out(film: Open) -> None:
    desk = await film("/audit")

    async def lie(route) -> None:
        answer = await route.fetch()
        told = await answer.json()
        told["raw"] = told["raw"].replace("100000000", "900000000")
        await route.fulfill(response=answer, json=told)

    await desk.page.route(re.compile(r"/film/entries/\d+$"), lie)
    await desk.page.goto(f"{desk.house.url}/audit#/{AUCTION}")
    await jump(desk, "lead")
    await expect(desk.at("inclusion")).to_have_attribute("data-holds", "false")
    await expect(desk.at("inclusion")).to_contain_text("不一致")


async def test_it_plays_and_is_moved_by_keyboard_alone(film: Open) -> None:
    desk = await film()
    page = desk.page
    await desk.at("slider").focus()
    await page.keyboard.press("Home")
    await stands_at(desk, 0)
    await page.keyboard.press("ArrowRight")
    await stands_at(desk, 1)
    await desk.at("jump-mark").select_option("extension")
    await desk.at("slider").focus()
    await page.keyboard.press("PageDown")
    await expect(desk.at("film-told")).to_contain_text("截止")
    assert await moved(desk) > 1
    await page.keyboard.press("Home")
    await desk.at("speed").select_option("64")
    await desk.at("slider").focus()
    await page.keyboard.press(" ")
    rows = await desk.at("timeline").locator("tbody tr").count()
    await stands_at(desk, rows - 1)
    await expect(desk.at("play")).to_have_attribute("aria-pressed", "false")
    await expect(desk.at("outcome")).to_be_visible()
    await expect(desk.at("entry")).to_have_attribute("data-entry", str(rows - 1))


async def test_what_differs_and_what_would(film: Open, seats: dict[str, str]) -> None:
    desk = await film()
    first = await jump(desk, "lead")
    await desk.at("tab-compare").click()
    await desk.at("first").fill(str(first))
    await desk.at("jump-forth").click()
    await desk.at("take-second").click()
    await desk.at("compare-go").click()
    row = desk.at("differences").locator("tr", has_text="领先号牌")
    await expect(row).to_contain_text(seats["zhao"])
    await expect(row).to_contain_text(seats["qian"])
    await desk.at("compare-rejudged").click()
    await desk.at("rejudge").click()
    await expect(desk.at("rejudged")).to_have_attribute("data-same", "true")
    await desk.at("compare-what_if").click()
    await desk.at(f"without-{seats['zhao']}").check()
    await desk.at("suppose").click()
    await expect(desk.at("supposed")).to_have_attribute("data-mark", "推演，非记录")
    await expect(desk.at("caveat")).to_contain_text("也不是损失的计算")
    best = desk.at("supposed").locator("tr", has_text="最优报价").first
    await expect(best).to_contain_text("1,050,000")
    await expect(best).to_contain_text("1,000,001")


async def test_filters_stand_in_the_address(film: Open, seats: dict[str, str]) -> None:
    desk = await film()
    rows = desk.at("timeline").locator("tbody tr")
    await desk.at("by-bidder").select_option(seats["qian"])
    await desk.at("by-type").select_option("bid")
    await expect(rows).to_have_count(2)
    await desk.at("by-reason").select_option("BELOW_MIN_NEXT")
    await expect(rows).to_have_count(1)
    await expect(desk.page).to_have_url(re.compile("reason=BELOW_MIN_NEXT"))
    await desk.page.reload()
    await expect(rows).to_have_count(1)


async def test_a_remark_is_chained_checked_and_taken_home(film: Open, office: Office) -> None:
    people = office.people
    desk = await film()
    refused = await jump(desk, "refusal")
    await expect(desk.at("inclusion")).to_have_attribute("data-holds", "true")
    await desk.at("tab-notes").click()
    await desk.at("note-text").fill("低于下一口价，已核对细则")
    await desk.at("note-add").click()
    await expect(desk.at("note-list").locator("li")).to_contain_text("已核对细则")
    await desk.at("notes-verify").click()
    await expect(desk.at("notes-verdict")).to_have_attribute("data-ok", "true")
    raw = await people["auditor"].download(f"{PATH}/remarks/archive")
    policy = (await people["auditor"].download(f"{PATH}/remarks/policy")).decode()
    (note,) = verify_archive(raw, parse_policy(policy)).entries
    assert note["data"]["entry"] == refused  # type: ignore[index]
    async with desk.page.expect_download() as coming:
        await desk.at("export-json").click()
    made = json.loads(Path(await (await coming.value).path()).read_text(encoding="utf-8"))
    archive = await people["auditor"].download(f"{PATH}/archive")
    session = verify(archive, parse_policy(made["policy"]))
    assert [one["entry"] for one in made["entries"]] == list(session.entries)


def payload(name: str, raw: bytes) -> list[FilePayload]:
    return [{"name": name, "mimeType": "application/octet-stream", "buffer": raw}]


async def test_an_archive_from_a_disk_is_checked_first_and_then_shown(film: Open) -> None:
    desk = await film("/audit")
    raw, policy = first_run(small()).archive()
    asked: list[str] = []
    desk.page.on("request", lambda r: asked.append(r.url) if r.method == "POST" else None)
    forged = raw.replace(b'"amount":15000', b'"amount":16000')
    assert forged != raw
    await desk.at("open-archive").set_input_files(payload("forged.archive", forged))
    await desk.at("open-policy").set_input_files(payload("small.policy", policy.encode()))
    await desk.at("open-go").click()
    await expect(desk.at("open-failure")).to_contain_text("签名时不一致")
    assert asked == [], "what does not verify here goes nowhere"
    await desk.at("open-archive").set_input_files(payload("small.archive", raw))
    await desk.at("open-go").click()
    await expect(desk.at("outcome")).to_contain_text("150.00")
    await jump(desk, "extension")
    await expect(desk.at("inclusion")).to_have_attribute("data-holds", "true")
    await desk.at("audience").select_option("bidder:B")
    await expect(desk.at("my-state")).to_have_attribute("data-state", "outbid")
    await desk.at("verify-here").click()
    await expect(desk.at("session-proof")).to_have_attribute("data-holds", "true")
    # Its owner signed other amounts than the rule gives: the signatures hold, the judgement does not.
    raw, policy, index = misjudged()
    await desk.page.get_by_role("link", name="核验台").last.click()
    await desk.at("open-archive").set_input_files(payload("bent.archive", raw))
    await desk.at("open-policy").set_input_files(payload("bent.policy", policy.encode()))
    await desk.at("open-go").click()
    await desk.at("tab-compare").click()
    await desk.at("compare-rejudged").click()
    await desk.at("rejudge").click()
    await expect(desk.at("rejudged")).to_have_attribute("data-same", "false")
    await expect(desk.at("rejudged")).to_contain_text(f"编号 {index}")
    await expect(desk.at("compare").locator("tbody")).to_contain_text("99900")


async def test_on_a_phone_in_the_dark_nothing_runs_over_the_edge(film: Open) -> None:
    desk = await film(viewport={"width": 360, "height": 760}, color_scheme="dark")
    await expect(desk.at("outcome")).to_be_visible()
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for _ in ("zh", "en"):
        for tab in ("tab-entries", "tab-compare", "tab-notes"):
            await desk.at(tab).click()
            assert await desk.page.evaluate(wide) == 0, tab
        await desk.at("tab-compare").click()
        await desk.at("compare-what_if").click()
        await desk.at("suppose").click()
        await expect(desk.at("supposed")).to_be_visible()
        assert await desk.page.evaluate(wide) == 0
        await desk.at("language").click()
