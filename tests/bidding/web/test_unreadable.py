"""An auction whose record does not hold is there for everybody: named, served to nobody, never denied."""

from __future__ import annotations

import asyncio
import csv
import io
import sqlite3
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bidding.adapters.clock import WallClock
from bidding.adapters.keys import FileKeys
from bidding.adapters.sql_log import SqlLog
from bidding.client import HouseSaysNo, Visitor
from bidding.core.document import Document
from bidding.engine.house import House
from bidding.engine.identity import Application
from bidding.engine.passing import ShiftedClock
from bidding.web.problems import KINDS
from tests.bidding.web.door_in_process import Open, open_door, signed_in
from tests.bidding.web.test_open_data import fetch, told


async def with_a_damaged_record(folder: Path) -> None:
    """Two published auctions; then one byte of entry 0 of `bad` is another one on the disk."""
    wall = WallClock()
    log = SqlLog(folder / "log.db")
    house = House(log, ShiftedClock(wall, wall.now()), FileKeys(folder / "key"), "test/log")
    await house.recover()
    for name in ("bad", "good"):
        fields: dict[str, Any] = {
            "auction": name,
            "title": {"zh": "标的", "en": "Lot"},
            "rule": "english",
            "version": "1",
            "terms": {
                "opens": wall.now() + 3_600_000_000,
                "duration_seconds": 60,
                "start_price": 100,
                "step": 1,
            },
        }
        await house.publish(Document.model_validate(fields), "staff:s", "approver:t")
    await house.close()
    await log.close()
    with sqlite3.connect(folder / "log.db") as base:
        where = "FROM log_entry JOIN log USING (log_id) WHERE name = 'test/log/bad' AND idx = 0"
        ((body, log_id),) = base.execute(f"SELECT body, log_id {where}").fetchall()
        other = body.replace(b'"step":1', b'"step":2')
        assert other != body
        # Whoever has the file has its guards too.
        guards = base.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for guard, _ in guards:
            base.execute(f"DROP TRIGGER {guard}")
        base.execute("UPDATE log_entry SET body = ? WHERE log_id = ? AND idx = 0", (other, log_id))
        for _, sql in guards:
            base.execute(sql)
    base.close()


async def no(asked: Any) -> tuple[int, str, Any]:
    with pytest.raises(HouseSaysNo) as found:
        await asked
    return found.value.status, found.value.code, found.value


async def closed_with(house: Open, auction: str) -> int | None:
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{house.url}/api/v1/stream") as socket,
    ):
        await socket.send_json({"type": "hello", "v": 1, "auction": auction, "csrf": None})
        async with asyncio.timeout(10):
            await socket.receive()
        return socket.close_code


async def test_a_damaged_auction_is_named_everywhere_and_denied_nowhere(tmp_path):
    await with_a_damaged_record(tmp_path)
    async with open_door(tmp_path) as house, signed_in(house, "b", "b2", "s", "u") as people:
        bidder, other, staff, auditor = people
        assert "entry 0" in str(house.door.house.refused("bad"))
        now = house.clock.now()
        await house.door.registry.apply(Application("x", "bad", "b", "A1", None, now))

        # Its room, its record, and what is asked in it.
        async def asks_for(name: str) -> list[tuple[int, str]]:
            answers = [
                await no(bidder.get(f"/api/auctions/{name}")),
                await no(bidder.post(f"/api/auctions/{name}/bids", {"ref": "r", "amount": 9})),
                await no(auditor.get(f"/api/auctions/{name}/archive")),
            ]
            return [(status, code) for status, code, _ in answers]

        assert await asks_for("bad") == [(503, "UNREADABLE")] * 3
        assert await asks_for("nowhere") == [(404, "NO_SUCH_AUCTION")] * 3
        assert (await closed_with(house, "bad"), await closed_with(house, "nowhere")) == (
            4503,
            4404,
        )
        said = KINDS["UNREADABLE"]
        assert "存在" in said.zh
        assert "不作任何裁决" in said.zh
        assert "中心工作人员" in said.zh
        assert "exists" in said.en
        assert "nothing is decided" in said.en
        assert "centre" in said.en

        # The lists.
        async def listed(visitor: Visitor, path: str) -> tuple[list[str], list[str]]:
            found = await visitor.get(path)
            lines = [one.get("line", one)["auction"] for one in found["auctions"]]
            return lines, found["unreadable"]

        assert await listed(bidder, "/api/auctions") == (["good"], ["bad"])
        assert await listed(bidder, "/api/mine") == (["good"], ["bad"])
        assert await listed(other, "/api/mine") == (["good"], [])
        assert await listed(staff, "/api/office/live") == (["good"], ["bad"])
        state = await told(house, "/open/service")
        assert (state["state"], state["unreadable"], state["complete"]) == (
            "partly",
            ["bad"],
            False,
        )
        page = await told(house, "/open/auctions")
        bad, good = page["records"]
        assert (page["auctions"], good["id"], good["status"]) == (2, "good", "announced")
        known = {name: value for name, value in bad.items() if value is not None}
        assert known == {
            "id": "bad",
            "log": "test/log/bad",
            "status": "unreadable",
            "room": f"{house.url}/room/bad",
        }
        assert bad.keys() == good.keys()
        _, _, sheet = await fetch(house, "/open/auctions.csv")
        rows = list(csv.DictReader(io.StringIO(sheet.decode("utf-8-sig"), newline="")))
        assert [(row["id"], row["status"]) for row in rows] == [
            ("bad", "unreadable"),
            ("good", "announced"),
        ]
        for rest in ("results", "interruptions"):
            assert (await told(house, f"/open/{rest}"))["records"] == []
        assert (await told(house, "/open/ocds"))["releases"] == []
