"""A secret limit through both doors of a real house: what it does, and that nobody else hears it."""

import contextlib
import json
from typing import Any

import pytest

from bidding.client import HouseSaysNo, Seat, Visitor
from bidding.web.api.audit import where_only
from bidding.web.wire import SecretReference
from tests.doors.door import (
    PATIENCE,
    HouseProcess,
    begun_by_an_offer,
    english,
    house_process,
    now,
    publish,
    receive,
    running,
    signed_in,
    socket,
    take_part,
    until_status,
)

SECOND = 1_000_000
LIMIT, MORE = 173_731, 191_917
"""Figures that occur nowhere else."""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with house_process(tmp_path_factory.mktemp("proxy")) as running_house:
        yield running_house
        assert running_house.end() == 0
        assert running_house.errors() == []


async def open_floor(staff: Visitor, approver: Visitor, seconds: int) -> str:
    """An auction with proxy bids that ends so many seconds after the last offer."""
    lasts = begun_by_an_offer(await now(staff) + SECOND, seconds)
    fields = english(**lasts, proxy="ALLOWED")
    auction = await publish(staff, approver, fields | {"deposit": 0})
    await until_status(staff, auction, "running")
    return auction


def ref(n: int) -> str:
    return f"reference-{n:020}"


async def test_a_limit_by_both_doors_bids_and_stays_secret(house: HouseProcess):
    people = signed_in(house, "staff1", "approver1", "auditor1", "bidder1", "bidder2")
    async with people as (staff, approver, auditor, one, two), Visitor(house.url) as nobody:
        auction = await open_floor(staff, approver, 8)
        path = f"/api/auctions/{auction}"
        first, second = [await take_part(staff, auction, b) for b in (one, two)]
        async with contextlib.AsyncExitStack() as stack:
            seats: list[Seat] = [
                await stack.enter_async_context(visitor.join(auction)) for visitor in (one, two)
            ]
            listening = [
                await stack.enter_async_context(socket(visitor, auction))
                for visitor in (two, staff, auditor)
            ]
            # By HTTP: the start is bid for him at once.
            answer = await one.post(f"{path}/proxy", {"ref": ref(1), "limit": LIMIT})
            assert answer["type"] == "accepted"
            stood = {"fact": "offer_stood", "bidder": first, "lot": None, "amount": 100_000}
            assert answer["facts"][1] == stood | {"quantity": None, "slot": None}
            # The same reference again is the same question.
            again = await one.post(f"{path}/proxy", {"ref": ref(1), "limit": LIMIT})
            assert again["i"] == answer["i"]
            # By the stream: raised, and nobody hears of it.
            raised = await seats[0].proxy(MORE)
            assert [fact["fact"] for fact in raised.body["facts"]] == ["proxy_set"]
            # The other bids by hand, and is answered in the same entry.
            beaten = await seats[1].bid(150_000)
            amounts = [
                (f["bidder"], f["amount"])
                for f in beaten.body["facts"]
                if f["fact"] == "offer_stood"
            ]
            assert amounts == [(second, 150_000), (first, 151_000)]
            await seats[0].until(lambda s: (s.you or {}).get("limit") == MORE, within=PATIENCE)
            await seats[1].until(lambda s: (s.you or {}).get("state") == "outbid", within=PATIENCE)
            assert seats[1].you is not None
            assert seats[1].you["limit"] is None
            assert seats[1].you["actions"]["limits"][0] == 152_000
            heard: list[Any] = []
            for ws in listening:
                while not any('"amount":151000' in row for row in heard[-1:]):
                    message = await receive(ws, "events", "you", "snapshot")
                    heard.append(json.dumps(message, separators=(",", ":")))
                heard.append("next")
            heard += [seats[1].rooms, seats[1].you]
        for visitor in (two, staff, approver, auditor, nobody):
            heard += [await visitor.get(path), await visitor.get("/api/auctions")]
        told = json.dumps(heard)
        assert str(LIMIT) not in told
        assert str(MORE) not in told
        await nobody_reads_the_record(auction, (staff, approver, auditor, two))
        # Taken away by HTTP.
        gone = await one.post(f"{path}/proxy", {"ref": ref(2), "limit": None})
        assert gone["facts"] == [{"fact": "proxy_set", "bidder": first, "limit": None}]
        await until_status(staff, auction, "closed")
        await after_the_close(auction, auditor, two, nobody)


async def nobody_reads_the_record(auction: str, others: tuple[Visitor, ...]) -> None:
    """While limits may lie there; the bidder's own receipt is his all the same."""
    path = f"/api/auctions/{auction}"
    for visitor in others[:3]:
        for where in ("entries", "archive", "verify", "receipts/5"):
            with pytest.raises(HouseSaysNo, match="SEALED"):
                await visitor.get(f"{path}/{where}")


async def after_the_close(auction: str, auditor: Visitor, two: Visitor, nobody: Visitor) -> None:
    """Those who watch read the limits then; the others do not, and may see that all holds."""
    path = f"/api/auctions/{auction}"
    found = json.dumps(await auditor.get(f"{path}/entries"))
    assert str(LIMIT) in found
    assert str(MORE) in found
    with pytest.raises(HouseSaysNo, match="FORBIDDEN"):
        await two.get(f"{path}/archive")
    with pytest.raises(HouseSaysNo, match="NOT_SIGNED_IN"):
        await nobody.get(f"{path}/archive")
    verdict = await nobody.get(f"{path}/verify")
    assert (verdict["ok"], verdict["rejudged"]) == (True, True)
    assert str(MORE) not in json.dumps(verdict)


async def test_what_the_doors_do_not_take(house: HouseProcess):
    async with signed_in(house, "staff1", "approver1", "bidder1") as (staff, approver, one):
        auction = await running(staff, approver)
        await take_part(staff, auction, one)
        path = f"/api/auctions/{auction}/proxy"
        for bad in (
            # A reference that could be guessed, or a limit that is no whole number.
            {"ref": "r1", "limit": LIMIT},
            {"ref": ref(1)},
            {"ref": ref(1), "limit": "173731"},
            {"ref": ref(1), "limit": LIMIT, "bidder": "01"},
        ):
            with pytest.raises(HouseSaysNo, match="BAD_FIELDS"):
                await one.post(path, bad)
        # Where the terms know no proxy bids the answer is the rule's.
        answer = await one.post(path, {"ref": ref(1), "limit": LIMIT})
        assert (answer["type"], answer["reason"]) == ("refused", "PROXY_NOT_ALLOWED")
        async with socket(one, auction) as ws:
            await ws.send(json.dumps({"type": "proxy", "ref": "r1", "limit": LIMIT}))
            assert (await receive(ws, "error"))["code"] == "BAD_FIELDS"
            await ws.send(json.dumps({"type": "proxy", "ref": ref(2), "limit": None}))
            assert (await receive(ws, "refused"))["reason"] == "PROXY_NOT_ALLOWED"


async def test_the_documents_describe_it(house: HouseProcess):
    async with Visitor(house.url) as nobody:
        http = await nobody.get("/api/openapi.json")
        assert "/api/auctions/{auction}/proxy" in http["paths"]
        stream = await nobody.get("/api/asyncapi.json")
        limit = stream["components"]["schemas"]["Proxy"]["properties"]
        assert set(limit) == {"type", "ref", "limit", "sig", "key"}
        assert limit["ref"]["pattern"] in str(SecretReference)


def test_a_verdict_for_everybody_says_where_and_not_what():
    wrong = {"where": "entry 7", "what": "expected a limit of 173731"}
    assert where_only(wrong) == {"where": "entry 7", "what": ""}
    assert where_only(None) is None
