"""From a figure, a receipt and a bid to the very entry; and after a default to the next in line."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, FilePayload, expect

from tests.browser.conftest import Complaints
from tests.browser.desk import Desk, open_house
from tests.doors.house_process import (
    PASSWORD,
    SECOND,
    HouseProcess,
    People,
    begun_by_an_offer,
)

AUCTION = "lined"
PATH = f"/api/auctions/{AUCTION}"


class Visit:
    """A house with one auction sold to qian before zhao, and windows on it."""

    def __init__(
        self,
        opened: tuple[HouseProcess, People, dict[str, str]],
        browser: Browser,
        complaints: Complaints,
    ) -> None:
        self.house, self.people, self.seats = opened
        self._browser, self._complaints = browser, complaints
        self.windows: list[Desk] = []

    def _listen(self, context: BrowserContext) -> None:
        context.on("console", self._complaints.on_console)
        context.on("weberror", lambda found: self._complaints.on_error(found.error))

    async def desk(self, account: str | None = None, **more: object) -> Desk:
        self.windows.append(
            await Desk.open(self._browser, self.house, self._listen, account, **more)
        )
        return self.windows[-1]

    async def award(self) -> int:
        """The entry that awards it."""
        lines = (await self.people["auditor"].get("/api/figures"))["lines"]
        return int(lines[0]["awards"][0]["i"])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opened(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[HouseProcess, People, dict[str, str]]]:
    async with open_house(tmp_path_factory.mktemp("house"), "zhao", "qian") as (house, people):
        now = (await people["staff"].get("/api/time"))["now"]
        terms = {
            "start_price": "1000000",
            "step": "10000",
            **begun_by_an_offer(now + SECOND, 3),
        }
        title = {"zh": "岐江北路商业用地使用权", "en": "Commercial land, Qijiang North Road"}
        fields = {"auction": AUCTION, "title": title, "rule": "english", "terms": terms}
        officers = {"next_in_line": True, "second": ["reaward"]}
        await people.publish(fields | {"deposit": 0, "officers": officers})
        seats = await people.admit(AUCTION, dict.fromkeys(("zhao", "qian")), 0)
        await people.until(AUCTION, "running")
        for account, fen in (("zhao", 100_000_000), ("qian", 120_000_000)):
            body = {"ref": account, "amount": fen}
            answer = await people[account].post(f"{PATH}/bids", body)
            assert answer["type"] == "accepted", answer
        await people.until(AUCTION, "closed")
        # Only what is confirmed counts in a figure.
        for who, step in (("staff", "reviewed"), ("approver", "confirmed")):
            body = {"step": step, "reason": "核对无误", "ref": f"ref-{step}"}
            assert (await people[who].post(f"{PATH}/conclude", body))["type"] == "accepted"
        yield house, people, seats


@pytest_asyncio.fixture(loop_scope="session")
async def visit(
    opened: tuple[HouseProcess, People, dict[str, str]], browser: Browser, complaints: Complaints
) -> AsyncIterator[Visit]:
    visit = Visit(opened, browser, complaints)
    yield visit
    for window in visit.windows:
        await window.context.close()


async def stands_at(desk: Desk, index: int) -> None:
    """The film room at this entry, and the entry beside it."""
    await expect(desk.at("rail")).to_have_attribute("data-index", str(index))
    await expect(desk.page.locator(f"[data-test=entry][data-entry='{index}']")).to_be_visible()


async def test_a_figure_leads_to_its_award_and_the_address_leads_there_again(visit: Visit) -> None:
    award = await visit.award()
    auditor = await visit.desk("auditor")
    await auditor.go("/oversight")
    await auditor.page.locator("[data-figure=premium]").click()
    await expect(auditor.page).to_have_url(re.compile("figure=premium"))
    row = auditor.page.locator(f"[data-line={AUCTION}]")
    await row.locator("summary").click()
    await row.locator(f"[data-entry='{award}'] a").click()
    await stands_at(auditor, award)
    address = f"/audit#/{AUCTION}/{award}"
    await expect(auditor.page).to_have_url(visit.house.url + address)
    # The address follows what one looks at, and another on the same page is followed.
    await auditor.at("step-back").click()
    await stands_at(auditor, award - 1)
    await expect(auditor.page).to_have_url(re.compile(f"#/{AUCTION}/{award - 1}$"))
    await auditor.page.evaluate(f"location.hash = '#/{AUCTION}/1'")
    await stands_at(auditor, 1)
    await auditor.go(f"/audit#/{AUCTION}/999")
    await expect(auditor.at("no-entry")).to_contain_text("999")

    # Whoever gets it signs in and is there; whoever may not look is told so.
    stranger = await visit.desk()
    await stranger.go(address)
    await stranger.page.locator("main a[href^='/sign-in']").click()
    await stranger.page.fill("[name=account]", "staff")
    await stranger.page.fill("[name=password]", PASSWORD)
    await stranger.page.click("button[type=submit]")
    await stands_at(stranger, award)
    bidder = await visit.desk("zhao")
    await bidder.go(address)
    await expect(bidder.page.locator("main .notice")).to_be_visible()
    await expect(bidder.at("film")).to_have_count(0)


async def test_a_receipt_and_a_bid_lead_to_their_entry(visit: Visit) -> None:
    bidder = await visit.desk("zhao")
    await bidder.enter(AUCTION)
    number = bidder.at("history").locator("li.mine [data-test=to-entry]")
    await expect(number).to_have_count(1)
    index = int((await number.inner_text()).removeprefix("№").strip())
    # The room stays where it is: who follows an entry must not leave a session that runs.
    async with bidder.page.expect_popup() as opened:
        await number.click()
    line = (await opened.value).locator(f"#line-{index}")
    await expect(line).to_be_focused()
    await expect(line.locator("[data-test=why-chain]")).to_be_visible()
    await bidder.go(f"/home#/result/{AUCTION}/0")
    await expect(bidder.at("no-line")).to_be_visible()

    raw = await visit.people["zhao"].download(f"{PATH}/receipts/{index}")
    auditor = await visit.desk("auditor")
    await auditor.go(f"/verify?auction={AUCTION}")
    file = FilePayload(name="r.tlog-proof", mimeType="application/octet-stream", buffer=raw)
    await auditor.at("file").set_input_files(file)
    await auditor.at("fetch-policy").click()
    await auditor.at("to-entry").locator("a").click()
    await stands_at(auditor, index)
    await expect(auditor.at("meant")).to_have_attribute("data-holds", "true")
    other = re.sub(r"/[^/]+$", f"/{'A' * 43}%3D", auditor.page.url.removeprefix(visit.house.url))
    if "%3D" not in auditor.page.url:
        other = f"/audit#/{AUCTION}/{index}/{'A' * 43}%3D"
    await auditor.go(other)
    await expect(auditor.at("meant")).to_have_attribute("data-holds", "false")


async def test_one_term_is_changed_in_the_rules_own_form_and_laid_beside_the_record(
    visit: Visit,
) -> None:
    auditor = await visit.desk("auditor")
    await auditor.go(f"/audit#/{AUCTION}")
    await auditor.at("tab-compare").click()
    await auditor.at("compare-what_if").click()
    await auditor.at("term").select_option("start_price")
    field = auditor.at("term-form").locator("input")
    await expect(field).to_have_value("1000000.00")
    await field.fill("1100000.005")
    await auditor.at("suppose").click()
    await expect(auditor.at("term-form")).to_contain_text("小数")
    await field.fill("1100000")
    await auditor.at("suppose").click()
    supposed = auditor.at("supposed")
    await expect(supposed).to_have_attribute("data-mark", "推演，非记录")
    # The first bid would have been too low, the second stands; side by side.
    rows = supposed.locator("tr", has_text="1,200,000.00")
    await expect(rows.first).to_be_visible()
    await expect(supposed).to_contain_text("BELOW_START")


async def test_after_a_default_two_officers_award_the_next_in_line(visit: Visit) -> None:
    people, seats = visit.people, visit.seats
    staff, approver = await visit.desk("staff"), await visit.desk("approver")
    for desk in (staff, approver):
        await desk.go(f"/staff#/auctions/{AUCTION}")
    await approver.at("default").click()
    await approver.page.locator("[name=defaulter]").select_option(seats["qian"])
    await approver.at("after-reason").fill("逾期未签订合同")
    await approver.at("do-step").click()
    await expect(approver.at("after")).to_contain_text(f"名次下一位：{seats['zhao']} 号")
    await staff.page.reload()
    await staff.at("reaward").click()
    await expect(staff.at("heir")).to_contain_text("1,000,000.00")
    await staff.at("after-reason").fill("依名次递补")
    await staff.at("do-step").click()
    await expect(staff.at("reaward-proposed")).to_be_visible()
    await expect(approver.at("proposals")).to_contain_text(f"提请递补（{seats['zhao']} 号）")
    await approver.at("agree").click()
    await expect(approver.page.locator("[data-past=reawarded]")).to_contain_text(seats["zhao"])
    room = (await people["zhao"].get(PATH))["room"]
    assert [award["bidder"] for award in room["awards"]] == [seats["zhao"]]
    # The steps begin again, and everybody reads why.
    await expect(approver.page.locator("[data-step=reviewed]")).to_have_attribute(
        "data-done", "false"
    )
    public = await visit.desk()
    await public.enter(AUCTION)
    await expect(public.at("history")).to_contain_text(f"{seats['zhao']} 号按名次递补")
    await expect(public.at("fallen")).to_contain_text(f"{seats['qian']} 号成交后违约")
    await public.go("/")
    line = public.page.locator(f"[data-auction={AUCTION}]")
    await expect(line.locator("[data-test=fallen]")).to_contain_text("逾期未签订合同")
    await expect(line).to_contain_text("待确认")


async def test_a_guarantee_is_sealed_in_the_browser_and_backs_the_first_bid(visit: Visit) -> None:
    people = visit.people
    path = "/api/auctions/backed"
    # What a browser needs to start is not taken from the time before the opening.
    bidder, staff = await visit.desk("zhao"), await visit.desk("staff")
    await bidder.go("/home")
    await staff.go("/staff")
    now = (await people["staff"].get("/api/time"))["now"]
    terms = {
        "opens": now + 15 * SECOND,
        "duration_seconds": 600,
        "start_price": "100",
        "step": "1",
    }
    title = {"zh": "保函竞买", "en": "Backed by a guarantee"}
    fields = {"auction": "backed", "title": title, "rule": "english", "terms": terms}
    await people.publish(fields | {"deposit": 5_000_000})
    applied = await people["zhao"].post(f"{path}/apply", {"lot": None})
    body = {"application": applied["id"]}
    paddle = (await people["staff"].post(f"{path}/admit", body))["bidder"]
    await bidder.go("/home")
    card = bidder.page.locator("[data-auction=backed]")
    await card.locator("[data-test=e-guarantee] summary").click()
    for name, value in {
        "issuer": "中山某某银行",
        "number": "BH-2026-77",
        "amount": "50000",
        "until": "2030-01-01T00:00:00",
    }.items():
        await card.locator(f"[name={name}]").fill(value)
    await card.locator("[data-test=seal]").click()
    await expect(card.locator("[data-test=own-guarantees] [data-state=sealed]")).to_be_visible()
    await staff.go("/staff#/auctions/backed/money")
    await expect(staff.at("sealed-guarantees")).to_contain_text("1 份电子保函已密封送达")
    assert "BH-2026-77" not in await staff.page.locator("main").inner_text()
    assert (await people["staff"].get(path))["room"]["status"] == "announced"
    await people.until("backed", "running")
    bid = await people["zhao"].post(f"{path}/bids", {"ref": "first", "amount": 10_000})
    assert bid["type"] == "accepted", bid
    await staff.page.reload()
    line = staff.at("guarantees").locator("li")
    await expect(line).to_contain_text("BH-2026-77")
    await expect(line).to_contain_text(str(paddle))
