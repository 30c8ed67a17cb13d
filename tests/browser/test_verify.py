"""The verification page: what holds and what does not, offline, told so that a clerk understands."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, FilePayload, expect

from bidding.proof import canon
from bidding.proof.archive import parse_archive
from bidding.proof.receipt import parse_receipt
from tests.browser.desk import Desk, Office, english
from tests.doors.house_process import HouseProcess, People
from tests.proof import sample
from tests.replay.draws import ROUND_1000, archived
from tests.shared import own

BIDDERS = ("zhao",)
AUCTION = "checked"
LONG = 20_000


class Visit:
    """A house with one finished auction, and a stranger at its verification page."""

    def __init__(self, people: People, desk: Desk) -> None:
        self.people, self.desk = people, desk

    async def put(self, raw: bytes, name: str = "file") -> None:
        """Chooses a file as a person does."""
        payload: FilePayload = {
            "name": name,
            "mimeType": "application/octet-stream",
            "buffer": raw,
        }
        await self.desk.at("file").set_input_files([payload])
        await expect(self.desk.at("chosen")).to_contain_text(name)

    async def refused(self, where: str, words: str) -> None:
        verdict = self.desk.page.locator("[data-test=verdict][data-ok=false]")
        await expect(verdict).to_have_attribute("data-where", where)
        await expect(verdict).to_contain_text(words)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def finished(browser: Browser, opened: tuple[HouseProcess, People]) -> None:
    """An auction in which one bid was made in a browser, closed."""
    house, people = opened
    zhao = await Desk.open(browser, house, lambda _: None, "zhao")
    await english(people, AUCTION, ["zhao"], quiet=6)
    await zhao.enter(AUCTION)
    await zhao.bid("1,000,000")
    await zhao.answered("signed")
    await expect(zhao.at("outcome")).to_be_visible(timeout=60_000)
    link = zhao.at("verify-result")
    await expect(link).to_have_attribute("href", f"/verify?auction={AUCTION}")
    await zhao.context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(office: Office, finished: None) -> Visit:
    del finished
    desk = await office.desk()
    await desk.go(f"/verify?auction={AUCTION}")
    await expect(desk.at("policy")).to_have_value(await _policy(office.people))
    return Visit(office.people, desk)


async def _policy(people: People) -> str:
    return (await people["auditor"].download(f"/api/auctions/{AUCTION}/policy")).decode()


async def _archive(people: People) -> bytes:
    return await people["auditor"].download(f"/api/auctions/{AUCTION}/archive")


async def _bid(people: People) -> int:
    """The index of the bid."""
    entries = parse_archive(await _archive(people)).entries
    return next(i for i, raw in enumerate(entries) if b'"type":"bid.accepted"' in raw)


async def test_a_receipt_is_verified_without_any_network(visit: Visit) -> None:
    index = await _bid(visit.people)
    raw = await visit.people["zhao"].download(f"/api/auctions/{AUCTION}/receipts/{index}")
    asked: list[str] = []
    visit.desk.page.on("request", lambda request: asked.append(request.url))
    await visit.desk.context.set_offline(True)

    await visit.put(raw, "own.tlog-proof")
    verdict = visit.desk.page.locator("[data-test=verdict][data-ok=true]")
    await expect(verdict).to_contain_text("成立")
    await expect(visit.desk.at("line")).to_contain_text(f"第 {index} 号记录")
    await expect(visit.desk.at("by")).to_contain_text("由交易中心签名")
    await expect(visit.desk.at("alone")).to_contain_text("只有交易中心一方签名")
    await verdict.get_by_text("记录原文").click()
    await expect(visit.desk.at("raw")).to_have_text(parse_receipt(raw).entry.decode())
    await visit.desk.at("language").click()
    await expect(visit.desk.at("line")).to_contain_text(f"This is entry {index} of the log")
    await visit.desk.at("language").click()

    # One amount changed in the entry, and one letter in the signature.
    entry = parse_receipt(raw).entry
    forged = raw.replace(b64encode(entry), b64encode(entry.replace(b"100000000", b"900000000")))
    assert forged != raw
    await visit.put(forged, "forged")
    await visit.refused("receipt", "证明路径得出的根与签名的根不符")
    at = len(raw) - 20
    await visit.put(raw[:at] + (b"A" if raw[at : at + 1] != b"A" else b"B") + raw[at + 1 :], "sig")
    await visit.refused("policy", "的签名不成立")
    await visit.put(b"%PDF-1.7 something else", "letter.pdf")
    await visit.refused("file", "既不是竞价档案，也不是回执或异议受理回执")
    assert asked == []


async def test_an_archive_is_verified_and_a_changed_one_refused_at_its_place(visit: Visit) -> None:
    raw, index = await _archive(visit.people), await _bid(visit.people)
    await visit.desk.context.set_offline(True)
    await visit.put(raw, "whole.archive")
    count = len(parse_archive(raw).entries)
    await expect(visit.desk.at("line")).to_contain_text(f"{count} 条记录与签名时一致")
    # The key's own request, and the bid.
    await expect(visit.desk.at("own-signatures")).to_have_text("2 / 2")

    await visit.put(raw.replace(b"100000000", b"900000000"), "dearer")
    await visit.refused(await _first_over(raw, index), "的记录与签名时不一致")
    lines = raw.split(b"\n")
    await visit.put(b"\n".join([*lines[: 3 + index], *lines[4 + index :]]), "dropped")
    await visit.refused(f"entry {count - 1}", f"文件声明有 {count} 条记录")
    await visit.put(raw[:-30], "cut")
    await visit.refused("end", "末尾被截断")


async def _first_over(raw: bytes, index: int) -> str:
    """The first checkpoint that covers an entry. The amount stands in later entries, too."""
    changed = next(i for i, e in enumerate(parse_archive(raw).entries) if b"100000000" in e)
    assert changed <= index
    for number, note in enumerate(parse_archive(raw).checkpoints, 1):
        if int(note.split(b"\n")[1]) > changed:
            return f"checkpoint {number}"
    raise AssertionError("no checkpoint covers it")


async def test_the_policy_decides_who_is_believed(visit: Visit) -> None:
    desk, golden = visit.desk, own("session")
    await visit.put(golden["receipts"]["3"].encode(), "theirs")
    await visit.refused("policy", "信任策略中没有名为")
    await desk.at("policy").fill(golden["policy"])
    await expect(desk.at("line")).to_contain_text("第 3 号记录")
    await expect(desk.at("witnessed")).to_contain_text(
        "见证人：witness.example.cn/office、notary.example.cn/first"
    )
    await expect(desk.at("alone")).to_have_count(0)
    await desk.at("policy").fill(golden["policy"].replace(" 1 ", " all "))
    await expect(desk.at("line")).to_contain_text("第 3 号记录")
    alone = "\n".join(golden["receipts"]["3"].split("\n")[:-3]) + "\n"
    await visit.put(alone.encode(), "alone")
    await expect(desk.page.locator("[data-test=verdict][data-ok=pending]")).to_contain_text(
        "交易中心的签名成立，尚待见证"
    )
    await expect(desk.at("missing")).to_contain_text(
        "尚未签名的见证人：witness.example.cn/office、notary.example.cn/first"
    )
    await desk.at("policy").fill("quorum nobody\n")
    await visit.refused("policy", "信任策略第 1 行有误")


async def test_what_is_dropped_is_taken_like_what_is_chosen(visit: Visit) -> None:
    golden = own("refusals")
    dropped = """([raw, name, target]) => {
      const bytes = Uint8Array.from(atob(raw), (letter) => letter.charCodeAt(0));
      const carried = new DataTransfer();
      carried.items.add(new File([bytes], name));
      const where = document.querySelector(`[data-test=${target}]`);
      where.dispatchEvent(new DragEvent('drop', { dataTransfer: carried, bubbles: true, cancelable: true }));
    }"""
    policy = b64encode(golden["policy"].encode()).decode()
    await visit.desk.page.evaluate(dropped, [policy, "policy", "drop-policy"])
    await visit.desk.page.evaluate(dropped, [golden["good"], "good.archive", "drop-file"])
    await expect(visit.desk.at("own-signatures")).to_have_text("2 / 2")
    bad = golden["bidders"][0]
    await visit.desk.page.evaluate(dropped, [bad["file"], "bad.archive", "drop-file"])
    await visit.refused(bad["where"], "签名不成立")
    assert b64decode(bad["file"]).startswith(b"bidding-session-archive/v1")


async def _redrawn(visit: Visit, name: str) -> None:
    """Puts in a play's archive and its policy, and asks for its draw to be redone."""
    raw, policy = archived(name).archive()
    await visit.desk.at("policy").fill(policy)
    await visit.put(raw, f"{name}.archive")
    await visit.desk.at("redo").click()


async def test_a_draw_is_redone_without_any_network(visit: Visit) -> None:
    desk = visit.desk
    await desk.context.set_offline(True)
    await _redrawn(visit, "parties")
    draw = desk.page.locator("[data-test=draw][data-holds=true][data-same=true]")
    await expect(draw).to_have_count(1)
    await expect(desk.at("draw-word")).to_contain_text("重做结果一致")
    await expect(desk.at("draw-pool")).to_contain_text("B、C")
    await expect(desk.at("draw-recorded")).to_contain_text("C、B")
    await expect(desk.at("draw-redone")).to_have_text("C、B")
    # The pool, three commitments and three secrets, their order, the seed.
    await expect(desk.page.locator("[data-test=draw-check][data-ok=true]")).to_have_count(9)
    await desk.at("draw-steps").locator("summary").click()
    await expect(desk.at("draw-steps").locator("li")).to_have_count(2)
    await expect(desk.at("draw-steps")).to_contain_text("|LOT-01|B,C)")
    await desk.at("language").click()
    await expect(desk.at("draw-word")).to_contain_text("The same result comes out")
    await expect(draw).to_contain_text("centre showed the secret it had committed to")
    await desk.at("language").click()


async def test_a_figure_one_looked_up_oneself_is_compared(visit: Visit) -> None:
    desk = visit.desk
    await _redrawn(visit, "drand")
    await expect(desk.at("draws")).to_contain_text("第 1000 期的 BLS12-381 签名未在此验证")
    await expect(desk.page.locator("[data-test=draw-check][data-ok=false]")).to_have_count(0)
    await desk.at("draw-own").fill(ROUND_1000)
    await desk.at("draw-compare").click()
    mine = desk.page.locator("[data-test=draw-check]", has_text="与您提供的文件")
    await expect(mine).to_have_attribute("data-ok", "true")
    await desk.at("draw-own").fill(ROUND_1000[:-1] + "8")
    await desk.at("draw-compare").click()
    await expect(mine).to_have_attribute("data-ok", "false")
    await expect(desk.at("draw-word")).to_contain_text("有一项不成立")


async def test_a_draw_its_owner_bent_is_told_on_a_phone_in_the_dark(visit: Visit) -> None:
    desk = visit.desk
    await desk.page.set_viewport_size({"width": 360, "height": 760})
    await desk.page.emulate_media(color_scheme="dark")
    run = archived("balls")
    # The last entries are gone, and the result is another: signed all the same.
    entries = [json.loads(body) for body in run.bodies]
    last = next(e["i"] for e in entries if '"drawn"' in json.dumps(e))
    drawn = next(row for row in entries[last]["data"]["facts"] if row["fact"] == "drawn")
    drawn["order"] = ["A", "B", "C"]
    run.bodies[:] = [canon.encode(entry) for entry in entries[: last + 1]]
    raw, policy = run.archive()
    await desk.at("policy").fill(policy)
    await visit.put(raw, "bent.archive")
    await desk.at("redo").click()
    await expect(desk.page.locator("[data-test=draw][data-holds=false]")).to_have_count(1)
    await expect(desk.at("draw-word")).to_contain_text("重做结果不一致")
    await expect(desk.at("draw-recorded")).to_contain_text("A、B、C")
    await expect(desk.at("draw-redone")).to_have_text("C、A、B")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await desk.page.evaluate(wide) == 0


async def test_where_nothing_was_drawn_nothing_is_offered(visit: Visit) -> None:
    await visit.put(await _archive(visit.people), "whole.archive")
    await expect(visit.desk.at("own-signatures")).to_be_visible()
    await expect(visit.desk.at("draws")).to_have_count(0)


async def test_a_long_archive_shows_how_far_it_is(visit: Visit) -> None:
    entries = tuple(sample.entry(index) for index in range(LONG))
    raw = sample.archive(entries, (LONG,))
    await visit.desk.at("policy").fill(sample.POLICY)
    seen = visit.desk.page.locator("[data-test=progress]").wait_for()
    await visit.put(raw, "long.archive")
    await seen
    await expect(visit.desk.at("line")).to_contain_text("20,000 条记录", timeout=60_000)


async def test_a_finished_session_is_fetched_and_verified_with_the_keyboard(visit: Visit) -> None:
    page = visit.desk.page
    await visit.desk.at("file").focus()
    await page.keyboard.press("Tab")
    await expect(visit.desk.at("fetch-archive")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-test=verdict][data-ok=true]")).to_be_visible()
    assert await visit.desk.at("result").get_attribute("aria-live") == "polite"


async def test_a_browser_without_ed25519_says_so(office: Office) -> None:
    desk = await office.desk()
    await desk.context.add_init_script(
        "const real = crypto.subtle?.importKey.bind(crypto.subtle);"  # an empty page has none
        "if (real) crypto.subtle.importKey = (form, key, how, ...rest) => how.name === 'Ed25519'"
        " ? Promise.reject(new DOMException('', 'NotSupportedError')) : real(form, key, how, ...rest);"
    )
    await desk.go("/verify")
    await expect(desk.at("unable")).to_contain_text("此浏览器不能验证 Ed25519 签名")


async def test_the_guide_can_be_taken_home(visit: Visit) -> None:
    """What the page hands out is the very text whose commands the tests run."""
    docs = Path(__file__).parents[2] / "docs"
    await visit.desk.page.locator("details").last.locator("summary").click()
    for name in ("verify-it-yourself.zh-CN.md", "verify-it-yourself.md"):
        async with visit.desk.page.expect_download() as coming:
            await visit.desk.at("guide").click()
        found = Path(await (await coming.value).path()).read_text(encoding="utf-8")
        assert found == (docs / name).read_text(encoding="utf-8")
        await visit.desk.at("language").click()


STATIC = Path(__file__).parents[2] / "bidding" / "web" / "static"


def test_the_page_is_one_script_away_from_offline() -> None:
    """Nothing is loaded later: what the page needs is there when it is open."""
    manifest = json.loads((STATIC / "manifest.json").read_text(encoding="utf-8"))
    assert "dynamicImports" not in manifest["verify.html"]
