"""Practice: the same document in a house of its own, with bidders that are played."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import aiohttp
import pytest
from pydantic import ValidationError

from auction_rules.registry import find, rules
from auction_rules.rule import Rule
from bidding.client import HouseSaysNo, Visitor
from bidding.core import commands as c
from bidding.core.document import Document, Published, least_deposit
from bidding.engine.auctioneer import Answer, Retry
from bidding.engine.house import House
from bidding.proof import escrow
from bidding.web import practice
from bidding.web.practice import Casting
from tests.bidding.web.door_in_process import PASSWORD, Open, open_door, signed_in
from tests.bidding.web.test_home import announced

SECOND = 1_000_000


@asynccontextmanager
async def begun(tmp_path: Any) -> AsyncIterator[tuple[Open, Visitor, dict[str, Any]]]:
    async with open_door(tmp_path) as house, signed_in(house, "b") as (bidder,):
        await announced(house)
        yield house, bidder, await bidder.post("/api/auctions/h/practice")


async def until(wanted: Any, seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not wanted():
            await asyncio.sleep(0.05)


async def test_it_is_played_on_the_approved_document_and_leaves_no_line_in_the_real_log(tmp_path):
    async with begun(tmp_path) as (house, bidder, told):
        real = house.door.house.room("h")
        before = real.state.index
        assert (told["same"], told["sha256"], told["bots"]) == (
            True,
            real.state.document["sha256"],
            3,
        )
        room = (await bidder.get(f"/api/practice/{told['id']}/auctions/h"))["room"]
        assert (room["sha256"], room["status"]) == (told["sha256"], "announced")
        # Its clock stands shortly before the opening that the notice names.
        assert 0 < room["opens"] - room["now"] <= 20 * SECOND
        assert room["origin"].startswith("practice/")
        session = house.door.practices.of(told["id"], "b")
        await bidder.post(f"/api/practice/{told['id']}/skip")
        await until(lambda: session.room.state.standing.offers)
        assert real.state.index == before
        assert house.door.house.auctions() == ["h"]


async def test_one_bids_on_its_stream_and_has_practised(tmp_path):
    async with begun(tmp_path) as (house, bidder, told):
        name = told["id"]
        await bidder.post(f"/api/practice/{name}/skip")
        session = house.door.practices.of(name, "b")
        await until(lambda: session.room.state.status == "running")
        url = f"{house.url}/api/practice/{name}/v1/stream".replace("http", "ws")
        headers = {"Cookie": bidder.cookie or ""}
        async with aiohttp.ClientSession() as client, client.ws_connect(url, headers=headers) as ws:
            hello = {"type": "hello", "v": 1, "auction": "h", "csrf": bidder.csrf, "cursors": None}
            await ws.send_json(hello)
            welcome = await ws.receive_json()
            assert (welcome["type"], welcome["bidder"]) == ("welcome", told["bidder"])
            top = session.room.state.standing.offers
            amount = max([o.amount for o in top.values()], default=99) + 1
            await ws.send_json({"type": "bid", "ref": "abcdefgh12345678", "amount": amount + 50})
            answer = await ws.receive_json()
            while answer["type"] not in ("accepted", "refused", "error"):
                answer = await ws.receive_json()
            assert answer["type"] == "accepted", answer
        await bidder.delete(f"/api/practice/{name}")
        (row,) = (await bidder.get("/api/mine"))["auctions"]
        assert row["practised"] is not None
        assert len(house.door.practices) == 0


async def test_it_is_its_own_bidders_and_beginning_anew_ends_it(tmp_path):
    async with begun(tmp_path) as (house, bidder, told):
        path = f"/api/practice/{told['id']}"
        async with Visitor(house.url) as other:
            with pytest.raises(HouseSaysNo) as no:
                await other.get(f"{path}/auctions/h")
            assert no.value.code == "NOT_SIGNED_IN"
            await other.sign_in("s", PASSWORD)
            with pytest.raises(HouseSaysNo) as no:
                await other.get(f"{path}/auctions/h")
            assert no.value.code == "NOT_FOUND"
        again = await bidder.post("/api/auctions/h/practice")
        assert again["id"] != told["id"]
        with pytest.raises(HouseSaysNo) as no:
            await bidder.get(path)
        assert no.value.code == "NOT_FOUND"
        assert len(house.door.practices) == 1


async def test_there_are_so_many_places_and_no_more(tmp_path, monkeypatch):
    monkeypatch.setattr(practice, "MOST", 0)
    async with open_door(tmp_path) as house, signed_in(house, "b") as (bidder,):
        await announced(house)
        with pytest.raises(HouseSaysNo) as no:
            await bidder.post("/api/auctions/h/practice")
        assert no.value.code == "PRACTICE_FULL"


async def test_skipping_goes_to_shortly_before_what_comes_next_until_it_is_over(tmp_path):
    async with begun(tmp_path) as (house, bidder, told):
        session = house.door.practices.of(told["id"], "b")
        path = f"/api/practice/{told['id']}"
        await bidder.post(f"{path}/skip")
        await until(lambda: session.room.state.standing.offers)
        while not session.over:
            # Near the end it goes over the end; an offer may have moved that meanwhile.
            await bidder.post(f"{path}/skip")
            await asyncio.sleep(0.3)
        with pytest.raises(HouseSaysNo) as no:
            await bidder.post(f"{path}/skip")
        assert no.value.code == "NOT_OPEN"
        room = (await bidder.get(f"{path}/auctions/h"))["room"]
        assert (room["status"], len(room["awards"])) == ("closed", 1)


def sealed(**terms: Any) -> Document:
    fields: dict[str, Any] = {
        "auction": "p",
        "title": {"zh": "标的", "en": "Lot"},
        "rule": "sealed_bid",
        "version": "1",
        "terms": {
            "lot_id": "L",
            "opens": 1_800_000_000 * SECOND,
            "closes": 1_800_000_100 * SECOND,
            "start_price": "1000",
            "step": "100",
            **terms,
        },
    }
    return Document.model_validate(fields)


def test_only_what_others_alone_know_is_replaced_and_it_is_named():
    plain = sealed()
    found = Casting.of({**plain.canonical(), "sha256": plain.sha256})
    assert (found.replaced, found.document.sha256) == ((), plain.sha256)
    publics = [base64.b64encode(escrow.publics_of(bytes([n] * 32))).decode() for n in (1, 2)]
    trustees = [
        {"id": f"T{n}", "zh": f"公证处{n}", "en": f"Notary {n}", "public": public}
        for n, public in enumerate(publics)
    ]
    keyed = sealed(
        escrow="TRUSTEES",
        on_missing="WITHDRAWN",
        opening_seconds=60,
        threshold=2,
        trustees=trustees,
    )
    found = Casting.of({**keyed.canonical(), "sha256": keyed.sha256})
    assert found.replaced == ("trustees",)
    # The practice house opens what is sealed to it; no real trustee's key is in it.
    assert not {one.public for one in found.terms.trustees} & set(publics)
    assert found.document.sha256 != keyed.sha256


def test_what_was_published_under_an_older_law_can_be_practised():
    """A judicial sale without a deposit, with a deadline for it: nobody may publish one any more."""
    rule = find("judicial")
    fields = {
        "auction": "p",
        "title": {"zh": "标的", "en": "Lot"},
        "rule": "judicial",
        "version": rule.version,
        "terms": dict(rule.example),
        "deposit": 0,
        "deposit_deadline": 1,
    }
    old = Published.model_validate(fields)
    found = Casting.of({**old.canonical(), "sha256": old.sha256})
    assert (found.document.sha256, found.replaced) == (old.sha256, ())
    with pytest.raises(ValidationError):
        Document.model_validate(fields)


@contextmanager
def turned_away(monkeypatch, number: str) -> Iterator[None]:
    """The practice house is too busy for one of those who are to be admitted."""
    ask = House.ask

    def busy(self: House, auction: str, command: c.Command) -> asyncio.Future[Answer]:
        if isinstance(command.ask, c.Admit) and command.ask.bidder == number:
            waiter: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
            waiter.set_result(Retry("busy"))
            return waiter
        return ask(self, auction, command)

    with monkeypatch.context() as now:
        now.setattr(House, "ask", busy)
        yield


async def test_whoever_could_not_be_let_in_does_not_play(tmp_path, monkeypatch):
    async with open_door(tmp_path) as house, signed_in(house, "b") as (bidder,):
        await announced(house)
        with turned_away(monkeypatch, "02"):
            told = await bidder.post("/api/auctions/h/practice")
        assert told["bots"] == 2
        with turned_away(monkeypatch, told["bidder"]), pytest.raises(HouseSaysNo) as no:
            await bidder.post("/api/auctions/h/practice")
        assert no.value.code == "TRY_LATER"
        assert "练习暂时不能开始" in no.value.body["sentence"]["zh"]
        assert len(house.door.practices) == 0


async def test_every_rule_can_be_practised_to_its_end(tmp_path, monkeypatch):
    """Their own examples, all at once, with nobody bidding but those who are played."""
    monkeypatch.setattr(practice, "_PACE", (10, 40))

    async def play(house: Open, rule: Rule, number: int) -> tuple[str, str, int]:
        document = Document.model_validate(
            {
                "auction": "x",
                "title": {"zh": "标的", "en": "Lot"},
                "rule": rule.name,
                "version": rule.version,
                "terms": dict(rule.example),
                "deposit": least_deposit(rule, rule.Config.model_validate(rule.example)) or 100,
            }
        )
        casting = Casting.of({**document.canonical(), "sha256": document.sha256})
        lots = [lot.id for lot in casting.rule.lots(casting.terms)] if rule.own_lots else [None]
        session = await house.door.practices.begin(f"b{number}", "90", lots[0], casting)
        async with asyncio.timeout(100):
            while not session.over:
                session.skip()
                await asyncio.sleep(0.2)
        return rule.name, session.room.state.status, session.bots

    async with open_door(tmp_path) as house:
        played = [play(house, rule, number) for number, rule in enumerate(rules())]
        found = await asyncio.gather(*played)
        assert all(status == "closed" and bots >= 1 for _, status, bots in found), found
        assert len(found) == len(rules())
