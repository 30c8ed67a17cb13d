"""What the room proves to its bidder by itself, in a real browser, and what it does when the house lies."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Route, WebSocketRoute, expect

from bidding.adapters.keys import FileKeys
from bidding.proof.archive import parse_archive
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.command_key import key_id, signed_text, verify
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.policy import parse_policy
from bidding.proof.receipt import Receipt, verify_receipt
from tests.browser.conftest import Complaints
from tests.browser.desk import Desk, Office, english, open_house
from tests.doors.house_process import People
from tests.doors.test_witnesses import show_key
from tests.doors.witness_process import WitnessProcess

BIDDERS = ("zhao", "qian")
NO_STORAGE = "Object.defineProperty(window, 'indexedDB', { value: undefined });"


async def enter(office: Office, account: str, auction: str, *, before: str = "") -> Desk:
    """A bidder's window, in the room."""
    desk = await office.desk(account)
    if before:
        await desk.context.add_init_script(before)
    await desk.enter(auction)
    return desk


async def entries_of(people: People, auction: str) -> list[dict[str, Any]]:
    """The whole record, as the auditor takes it home."""
    raw = await people["auditor"].download(f"/api/auctions/{auction}/archive")
    return [json.loads(entry) for entry in parse_archive(raw).entries]


def holds(entry: dict[str, Any], key: dict[str, Any]) -> bool:
    """Whether the bidder's own signature in an entry is of this enrolment's key."""
    ref = entry["cmd"].partition("/")[2]
    kind = entry["type"].partition(".")[0]
    text = signed_text(entry["log"], entry["actor"], ref, kind, entry["data"]["ask"])
    return verify(key["alg"], key["public"], entry["data"]["sig"]["value"], text)


async def test_a_key_is_made_on_joining_and_signs_everything(office: Office) -> None:
    await english(office.people, "signing", ["zhao"])
    zhao = await enter(office, "zhao", "signing")
    shown = await zhao.at("own-key").get_attribute("data-key")
    await zhao.bid("1,000,000")
    await zhao.answered("signed")
    await expect(zhao.at("proved")).to_contain_text("回执已在本浏览器核验")
    await expect(zhao.at("proved")).to_contain_text("只由交易中心签名")
    await zhao.bid("1,000,001")
    await zhao.answered("refused")
    # A refusal has its receipt like everything else.
    await expect(zhao.at("proved")).to_be_visible()

    # The key stays in this browser: after a reload the same one signs on.
    await zhao.enter("signing")
    await expect(zhao.at("own-key")).to_have_attribute("data-key", shown or "")
    await zhao.bid("1,020,000")
    await zhao.answered("signed")
    entries = await entries_of(office.people, "signing")
    enrolled = [e for e in entries if e["type"] == "enrol.accepted"]
    assert [key_id(**_named(e["data"]["ask"])) for e in enrolled] == [shown]
    asked = [e for e in entries if e["actor"].startswith("bidder:")]
    assert len(asked) == 4
    assert all(holds(entry, enrolled[0]["data"]["ask"]) for entry in asked)
    # Nobody can take the key out of the browser.
    taken = await zhao.page.evaluate(
        """async () => {
          const base = await new Promise((done) => {
            const asked = indexedDB.open('daylight');
            asked.onsuccess = () => done(asked.result);
          });
          const shelf = base.transaction('keys').objectStore('keys');
          const [kept] = await new Promise((done) => {
            const asked = shelf.getAll();
            asked.onsuccess = () => done(asked.result);
          });
          return [kept.secret.extractable, await crypto.subtle.exportKey('pkcs8', kept.secret).catch(() => 'no')];
        }"""
    )
    assert taken == [False, "no"]


def _named(ask: dict[str, str]) -> dict[str, str]:
    return {"alg": ask["alg"], "public": ask["public"]}


async def test_another_browser_brings_a_key_of_its_own(office: Office) -> None:
    await english(office.people, "twice", ["zhao"])
    for amount in ("1,000,000", "1,010,000"):
        zhao = await enter(office, "zhao", "twice")
        await expect(zhao.at("own-key")).to_be_visible()
        await zhao.bid(amount)
        await zhao.answered("signed")
    entries = await entries_of(office.people, "twice")
    keys = {e["data"]["sig"]["key"] for e in entries if e["type"] == "bid.accepted"}
    assert len(keys) == 2


async def test_a_browser_that_keeps_nothing_says_so(office: Office) -> None:
    await english(office.people, "keyless", ["zhao", "qian"])
    zhao = await enter(office, "zhao", "keyless", before=NO_STORAGE)
    await expect(zhao.at("own-key-trouble")).to_contain_text("您的请求不带您本人的签名")
    await zhao.bid("1,000,000")
    await zhao.answered("signed")
    assert "sig" not in (await entries_of(office.people, "keyless"))[-1]["data"]

    # Whoever has enrolled a key elsewhere cannot bid from here, and is told before he tries.
    first = await enter(office, "qian", "keyless")
    await expect(first.at("own-key")).to_be_visible()
    second = await enter(office, "qian", "keyless", before=NO_STORAGE)
    await expect(second.at("own-key-trouble")).to_contain_text("不能在这里报价")
    await expect(second.at("bid")).to_have_attribute("aria-disabled", "true")


async def test_without_a_receipt_the_request_itself_is_kept(
    office: Office, complaints: Complaints
) -> None:
    complaints.expect("503")
    await english(office.people, "unreceipted", ["zhao"])
    zhao = await enter(office, "zhao", "unreceipted")
    await expect(zhao.at("own-key")).to_be_visible()

    async def away(route: Route) -> None:
        await route.fulfill(status=503, json={})

    await zhao.context.route("**/receipts/*", away)
    await zhao.bid("1,000,000")
    await zhao.answered("logged")
    await expect(zhao.at("late")).to_contain_text("已过 5 秒")
    async with zhao.page.expect_download() as waiting:
        await zhao.at("complaint").click()
    kept = json.loads(Path(await (await waiting.value).path()).read_bytes())
    text = signed_text(kept["log"], kept["actor"], kept["ref"], kept["kind"], kept["ask"])
    assert verify(kept["alg"], kept["public"], kept["sig"], text)
    assert key_id(kept["alg"], kept["public"]) == kept["key"]
    assert kept["ask"]["amount"] == 100_000_000

    # Once the house answers again, the complaint is moot.
    await zhao.context.unroute("**/receipts/*")
    await zhao.answered("signed")
    await expect(zhao.at("late")).to_have_count(0)


async def test_a_second_history_is_told_loudly(office: Office) -> None:
    await english(office.people, "forked", ["zhao"])
    zhao = await enter(office, "zhao", "forked")
    await zhao.bid("1,000,000")
    await zhao.answered("signed")

    async def forge(route: Route) -> None:
        """Somebody with the centre's own key shows this bidder another past."""
        raw = await office.people["auditor"].download("/api/auctions/forked/archive")
        archive = parse_archive(raw)
        index = int(route.request.url.rpartition("/")[2])
        past = (archive.entries[0].replace(b"daylight", b"midnight", 1), *archive.entries[1:])
        tree = Tree.from_leaves(map(leaf_hash, past))
        signer = FileKeys(office.house.data / "signing.key", create=False).signer(archive.origin)
        note = signer.sign(Checkpoint(archive.origin, tree.size, tree.root()).body())
        receipt = Receipt(past[index], index, tuple(tree.inclusion(index)), note)
        await route.fulfill(body=receipt.encode(), content_type="application/octet-stream")

    await zhao.context.route("**/receipts/*", forge)
    await zhao.bid("1,010,000")
    await expect(zhao.at("fork")).to_contain_text("本场记录不可信")
    await expect(zhao.at("fork")).to_contain_text("未能证明是")
    await expect(zhao.at("bid")).to_have_attribute("aria-disabled", "true")
    # Both signed checkpoints are in the bidder's hands, and neither can be denied.
    policy = parse_policy(
        (await office.people["auditor"].download("/api/auctions/forked/policy")).decode()
    )
    sizes = []
    for at in range(2):
        async with zhao.page.expect_download() as waiting:
            await zhao.at("evidence").nth(at).click()
        note = Path(await (await waiting.value).path()).read_bytes()
        sizes.append(policy.open_checkpoint(note).checkpoint.size)
    assert sizes[0] < sizes[1]
    # He remembers it: the next visit finds the same.
    await zhao.enter("forked")
    await expect(zhao.at("fork")).to_be_visible()


async def test_a_receipt_of_something_else_proves_nothing(office: Office) -> None:
    """The house drops a bid, and names another entry of its sound log as the answer to it."""
    await english(office.people, "elsewhere", ["zhao"])
    zhao = await office.desk("zhao")
    bids: set[str] = set()

    def lie(route: WebSocketRoute) -> None:
        house = route.connect_to_server()

        def up(message: str | bytes) -> None:
            asked = json.loads(message)
            if asked["type"] == "bid":
                bids.add(asked["ref"])
            house.send(message)

        def down(message: str | bytes) -> None:
            told = json.loads(message)
            if told["type"] == "accepted" and told["ref"] in bids:
                told["i"] = 1
            route.send(json.dumps(told))

        route.on_message(up)
        house.on_message(down)

    async def any_receipt(route: Route) -> None:
        path = route.request.url.partition("/api/")[2]
        await route.fulfill(body=await office.people["auditor"].download(f"/api/{path}"))

    await zhao.page.route_web_socket("**/*", lie)
    await zhao.context.route("**/receipts/*", any_receipt)
    await zhao.enter("elsewhere")
    await zhao.bid("1,000,000")
    await expect(zhao.at("fork")).to_contain_text("日志中该处是另外的内容")
    assert await zhao.page.locator("[data-test=answer][data-progress=signed]").count() == 0
    async with zhao.page.expect_download() as waiting:
        await zhao.at("evidence").click()
    policy = parse_policy(
        (await office.people["auditor"].download("/api/auctions/elsewhere/policy")).decode()
    )
    raw = Path(await (await waiting.value).path()).read_bytes()
    assert verify_receipt(raw, policy).index == 1


async def test_logged_signed_witnessed(
    browser: Browser, complaints: Complaints, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    centre = await asyncio.to_thread(show_key, data)
    office = WitnessProcess(tmp_path / "office", "witness.example.cn/office", centres=[centre])
    await asyncio.to_thread(office.start)
    file = tmp_path / "witnesses"
    file.write_text(f"witness office {office.vkey} {office.url}\nquorum office\n")
    options = ("--no-demo", "--witnesses", str(file))
    try:
        async with open_house(data, "zhao", options=options) as (house, people):
            zhao = await Desk.open(browser, house, complaints.listen, "zhao")
            await english(people, "witnessed", ["zhao"])
            await zhao.enter("witnessed")
            await zhao.bid("1,000,000")
            answer = await zhao.answered("witnessed")
            await expect(answer).to_contain_text("已见证")
            await expect(zhao.at("proved")).to_contain_text("见证人：office")

            # Without the witness it stays signed, says that it waits, and goes on by itself.
            await asyncio.to_thread(office.kill)
            await zhao.bid("1,010,000")
            await zhao.answered("signed")
            await expect(zhao.at("proved")).to_contain_text("等待见证人签名")
            await asyncio.to_thread(office.start)
            answer = await zhao.answered("witnessed")
            path = await answer.locator("[data-test=receipt]").get_attribute("href")
            policy = (await people["auditor"].download("/api/auctions/witnessed/policy")).decode()
            receipt = await people["zhao"].download(path or "")
            assert verify_receipt(receipt, parse_policy(policy)).entry
            await zhao.context.close()
    finally:
        await asyncio.to_thread(office.stop)
