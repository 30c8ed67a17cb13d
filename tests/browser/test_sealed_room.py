"""Sealing in a real browser: a price is typed, and what leaves the page cannot be read by the house."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from hashlib import sha256

from playwright.async_api import Route, WebSocket, WebSocketRoute, expect

from bidding.proof import escrow
from tests.browser.desk import Office
from tests.doors.house_process import SECOND, People

PRIVATES = [sha256(f"browser trustee {n}".encode()).digest() for n in (1, 2, 3)]
BIDDERS = ("zhao",)
SECONDS = 30
"""Long enough to come in, type and confirm on a busy machine, for all who do it at a time."""


def trustee(number: int) -> dict[str, str]:
    public = b64encode(escrow.publics_of(PRIVATES[number - 1])).decode()
    return {
        "id": f"T{number}",
        "zh": f"受托人{number}",
        "en": f"Trustee {number}",
        "public": public,
    }


async def published(
    people: People, auction: str, seconds: int, **escrow_terms: object
) -> dict[str, str]:
    """A sealed auction that opens in a second, for so long; returns account -> number."""
    now = (await people["staff"].get("/api/time"))["now"]
    terms = {
        "opens": now + SECOND,
        "closes": now + seconds * SECOND,
        "start_price": "100000",
        "step": "1000",
        "opening_seconds": 120,
        "on_missing": "WITHDRAWN",
        **escrow_terms,
    }
    title = {"zh": "密封出让", "en": "Sealed sale"}
    fields = {"auction": auction, "title": title, "rule": "sealed_bid", "terms": terms}
    await people.publish({**fields, "deposit": 0})
    return await people.admit(auction, {"zhao": None}, 0)


NO_X25519 = """
if (self.isSecureContext) {
  const whole = SubtleCrypto.prototype.generateKey;
  SubtleCrypto.prototype.generateKey = function (algorithm, ...rest) {
    const name = algorithm.name ?? algorithm;
    if (name === "X25519") return Promise.reject(new DOMException("unknown", "NotSupportedError"));
    return whole.call(this, algorithm, ...rest);
  };
}
"""
"""What a browser of some years ago answers."""
WINDOWS = (("TRUSTEES", False), ("TRUSTEES", True), ("BIDDER_OPENS", True))


async def test_a_price_is_sealed_where_it_is_typed(office: Office) -> None:
    async with asyncio.TaskGroup() as together:
        for mode, old in WINDOWS:
            together.create_task(sealed_where_typed(office, mode, old=old))


async def sealed_where_typed(office: Office, mode: str, *, old: bool) -> None:
    """One window, new or old, from the figure typed in to the offer opened."""
    people = office.people
    auction = f"sealed-{mode[0].lower()}-{'old' if old else 'new'}"
    together = {"trustees": [trustee(n) for n in (1, 2, 3)], "threshold": 2}
    terms = {"escrow": mode, **(together if mode == "TRUSTEES" else {})}
    zhao = await office.desk("zhao")
    if old:
        await zhao.context.add_init_script(NO_X25519)
    sent: list[str] = []

    def follow(line: WebSocket) -> None:
        line.on("framesent", lambda payload: sent.append(str(payload)))

    zhao.page.on("websocket", follow)
    numbers = await published(people, auction, SECONDS, **terms)
    await zhao.enter(auction)
    await expect(zhao.at("sealed")).to_contain_text("在本浏览器中密封")
    await expect(zhao.at("amount")).to_have_value("100,000.00")
    await zhao.bid("271,000")
    await zhao.answered("signed")
    await expect(zhao.at("fingerprint")).to_contain_text("指纹")
    await expect(zhao.at("sealed")).to_contain_text("271,000.00")

    asked = [json.loads(frame) for frame in sent if '"seal"' in frame]
    assert [one["type"] for one in asked] == ["seal"]
    # Base64 of 80 bytes, or of the 113 that P-256 takes.
    sizes = [len(share) for share in asked[0]["shares"]]
    assert sizes == ([152 if old else 108] * 3 if mode == "TRUSTEES" else [])
    assert "27100000" not in "".join(sent)
    assert "271" not in (await zhao.at("history").inner_text())

    path = f"/api/auctions/{auction}"
    if mode == "TRUSTEES":
        await expect(zhao.at("pad")).to_contain_text("由受托人共同解密", timeout=60_000)
        staff = await office.desk("staff")
        await staff.go(f"/staff#/auctions/{auction}")
        for number in (1, 3):
            await staff.at("trustee").select_option(f"T{number}")
            key = b64encode(PRIVATES[number - 1]).decode()
            await staff.at("trustee-key").fill(key)
            await staff.at("bring-key").click()
            if number == 1:
                await expect(staff.at("trustees")).to_contain_text("已公布私钥")
                await expect(staff.at("trustee-key")).to_have_value("")
                await expect(staff.at("live")).not_to_contain_text("271,000")
        await expect(staff.at("live")).to_contain_text("解密为 271,000")
    else:
        await zhao.at("reveal").click(timeout=60_000)
    await expect(zhao.at("outcome")).to_contain_text("271,000.00")
    room = (await people["auditor"].get(path))["room"]
    assert [(a["bidder"], a["price"]) for a in room["awards"]] == [(numbers["zhao"], 27_100_000)]


async def test_nothing_is_sealed_to_keys_that_were_not_published(office: Office) -> None:
    """Whoever runs the house shows this bidder a key of his own in a trustee's place."""
    own = b64encode(escrow.publics_of(sha256(b"the operator").digest())).decode()
    together = {"trustees": [trustee(n) for n in (1, 2, 3)], "threshold": 2}
    await published(office.people, "sealed-elsewhere", 600, escrow="TRUSTEES", **together)
    zhao = await office.desk("zhao")
    sent: list[str] = []

    def lie(route: WebSocketRoute) -> None:
        house = route.connect_to_server()

        def up(message: str | bytes) -> None:
            sent.append(str(message))
            house.send(message)

        route.on_message(up)
        house.on_message(lambda told: route.send(str(told).replace(trustee(2)["public"], own)))

    async def lie_again(route: Route) -> None:
        told = await (await route.fetch()).text()
        await route.fulfill(body=told.replace(trustee(2)["public"], own))

    await zhao.page.route_web_socket("**/*", lie)
    await zhao.context.route("**/api/auctions/sealed-elsewhere", lie_again)
    await zhao.enter("sealed-elsewhere")
    await expect(zhao.at("fork")).to_contain_text("密封方式与记录中公告的不一致")
    await expect(zhao.at("bid")).to_have_attribute("aria-disabled", "true")
    assert not [frame for frame in sent if '"seal"' in frame]
