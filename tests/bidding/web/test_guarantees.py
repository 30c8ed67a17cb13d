"""Sealed guarantees over HTTP: nobody reads who bids before the session, and with it they count by themselves."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bidding.client import HouseSaysNo, Visitor
from bidding.core.document import Document
from bidding.engine.money import Guarantee
from bidding.proof import guarantee
from bidding.proof.text import from_base64
from tests.bidding.web.door_in_process import Open, open_door, signed_in

SECOND = 1_000_000
PATH = "/api/auctions/d"
ISSUER = "中山某某银行火炬支行"
NUMBER = "BH-2026-0451"
NONCE = "5a" * 16
AMOUNT = 7_345_100


@contextlib.asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[tuple[Open, Visitor, Visitor, Visitor, list[str]]]:
    """An auction with a deposit that opens in a minute; b and b2 are admitted, and s is staff."""
    async with (
        open_door(folder) as house,
        signed_in(house, "b", "b2", "s") as (first, second, staff),
    ):
        now = house.clock.now()
        made = {
            "auction": "d",
            "title": {"zh": "标的", "en": "Lot"},
            "rule": "english",
            "version": "1",
            "terms": {
                "opens": now + 60 * SECOND,
                "duration_seconds": 600,
                "start_price": 100,
                "step": 1,
            },
            "deposit": AMOUNT,
            "deposit_deadline": now + 60 * SECOND,
        }
        await house.door.house.publish(Document.model_validate(made), "staff:s", "approver:t")
        paddles = []
        for visitor in (first, second):
            applied = await visitor.post(f"{PATH}/apply", {"lot": None})
            admitted = await staff.post(f"{PATH}/admit", {"application": applied["id"]})
            paddles.append(str(admitted["bidder"]))
        yield house, first, second, staff, paddles


def told_of(house: Open, paddle: str, **other: Any) -> guarantee.Told:
    until = house.clock.now() + 3_600 * SECOND
    told = {"auction": "d", "bidder": paddle, "issuer": ISSUER, "number": NUMBER}
    return guarantee.Told(**{**told, "amount": AMOUNT, "until": until, "nonce": NONCE, **other})


async def sealed(visitor: Visitor, told: guarantee.Told) -> dict[str, str]:
    """The body a browser sends."""
    key = await visitor.get(f"{PATH}/guarantees/own")
    numbers = (told.issuer, told.number, told.auction, told.bidder, told.amount, told.until)
    commit = Guarantee(*numbers, told.nonce, "").commit
    box = guarantee.seal(told, from_base64(key["public"])[:32], key["origin"], commit)
    return {"commit": commit, "box": base64.b64encode(box).decode()}


async def counted(staff: Visitor) -> dict[str, Any]:
    """The money page, once nothing is sealed any more."""
    async with asyncio.timeout(30):
        while (await staff.get(f"{PATH}/money"))["sealed"]["sealed"]:
            await asyncio.sleep(0.1)
    return await staff.get(f"{PATH}/money")


def everything(folder: Path) -> bytes:
    """Every byte that the house has written, journals and keys included."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


async def test_no_book_and_no_log_tells_whose_it_is_before_the_session(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    async with desk(tmp_path) as (house, bidder, _, staff, (paddle, _)):
        body = await sealed(bidder, told_of(house, paddle))
        answer = await bidder.post(f"{PATH}/guarantees/sealed", body)
        assert answer["type"] == "accepted"
        # Asked again it is the same one.
        again = await bidder.post(f"{PATH}/guarantees/sealed", body)
        assert again["i"] == answer["i"]
        written = everything(tmp_path)
        for word in (ISSUER, NUMBER, NONCE, str(AMOUNT) + ',"auction'):
            assert word.encode() not in written, word
            assert word not in caplog.text, word
        # The row names nobody either, and the entry has nothing but the commitment.
        with contextlib.closing(sqlite3.connect(tmp_path / "money.db")) as book:
            (row,) = book.execute("SELECT * FROM sealed_guarantees").fetchall()
        assert not {paddle, "b"} & {str(cell) for cell in row}
        (entry,) = await house.door.house.entries("d", answer["i"], answer["i"] + 1)
        assert (entry["actor"], entry["data"]["ask"]) == ("staff:bank", {"commit": body["commit"]})
        money = await staff.get(f"{PATH}/money")
        assert money["sealed"] == {"sealed": 1, "opened": 0, "void": 0}
        assert money["guarantees"] == []
        assert [one["ok"] for one in money["lines"]] == [False, False]
        # A plain one by staff, of the same content, finds the commitment taken and still sealed.
        own = await bidder.get(f"{PATH}/guarantees/own")
        assert [(one["state"], one["entry"]) for one in own["sealed"]] == [("sealed", answer["i"])]

        await house.until("d", "running")
        money = await counted(staff)
        assert money["sealed"] == {"sealed": 0, "opened": 1, "void": 0}
        (line,) = money["guarantees"]
        assert (line["bidder"], line["issuer"], line["number"]) == (paddle, ISSUER, NUMBER)
        (entry,) = await house.door.house.entries("d", line["entry"], line["entry"] + 1)
        assert entry["data"]["facts"][0]["fact"] == "guarantee_counted"
        bid = await bidder.post(f"{PATH}/bids", {"ref": "first", "amount": 100})
        assert bid["type"] == "accepted"
        # The log never says more than the commitment: issuer and number stay in the book.
        assert ISSUER.encode() not in (tmp_path / "log.db").read_bytes()


async def test_whoever_bids_in_the_first_instant_is_backed_already(tmp_path, monkeypatch):
    async with desk(tmp_path) as (house, bidder, _, _, (paddle, _)):
        body = await sealed(bidder, told_of(house, paddle))
        await bidder.post(f"{PATH}/guarantees/sealed", body)

        stuck = asyncio.Event()

        async def asleep() -> None:
            stuck.set()
            await asyncio.Event().wait()

        # Nobody else opens it: the bid itself must find it opened.
        desk_ = house.door.guarantees
        assert desk_ is not None
        monkeypatch.setattr(desk_, "_quietly", lambda _: asleep())
        await stuck.wait()
        await house.until("d", "running")
        bid = await bidder.post(f"{PATH}/bids", {"ref": "first", "amount": 100})
        assert bid["type"] == "accepted"


async def test_one_that_is_not_its_bringers_own_backs_nobody(tmp_path):
    async with desk(tmp_path) as (house, first, second, staff, (one, other)):
        # Under another's number, for another auction, and under a commitment to something else.
        for told in (told_of(house, other), told_of(house, one, auction="e", nonce="01" * 16)):
            await first.post(f"{PATH}/guarantees/sealed", await sealed(first, told))
        honest = await sealed(second, told_of(house, other, number="BH-2", nonce="02" * 16))
        await second.post(f"{PATH}/guarantees/sealed", honest)
        # Somebody else's box, copied.
        with pytest.raises(HouseSaysNo) as no:
            await first.post(f"{PATH}/guarantees/sealed", {**honest, "box": "A" * 1428 + "AA=="})
        assert no.value.status in (409, 422)
        assert len((await first.get(f"{PATH}/guarantees/own"))["sealed"]) == 2
        await house.until("d", "running")
        money = await counted(staff)
        assert money["sealed"] == {"sealed": 0, "opened": 1, "void": 2}
        assert {line["bidder"]: line["ok"] for line in money["lines"]} == {one: False, other: True}


async def test_after_the_deadline_none_is_taken_and_nobody_can_flood_the_book(tmp_path):
    async with desk(tmp_path) as (house, bidder, _, staff, (paddle, _)):
        with pytest.raises(HouseSaysNo) as no:
            await bidder.post(
                f"{PATH}/guarantees/sealed", {"commit": "A" * 43 + "=", "box": "AAAA"}
            )
        assert no.value.code == "BAD_FIELDS"
        for number in range(5):
            told = told_of(house, paddle, number=f"BH-{number}", nonce=f"{number:02}" * 16)
            await bidder.post(f"{PATH}/guarantees/sealed", await sealed(bidder, told))
        body = await sealed(bidder, told_of(house, paddle))
        with pytest.raises(HouseSaysNo) as no:
            await bidder.post(f"{PATH}/guarantees/sealed", body)
        assert no.value.status == 429
        with pytest.raises(HouseSaysNo) as no:
            await staff.post(f"{PATH}/guarantees/sealed", body)
        assert no.value.code == "FORBIDDEN"
