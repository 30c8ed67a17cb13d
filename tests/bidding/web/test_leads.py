"""The leads desk: what is shown to whom, and question, explanation, conclusion in that order alone."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from bidding.client import HouseSaysNo, Visitor
from replay.indicators.catalogue import INDICATORS
from tests.bidding.web.door_in_process import open_door, signed_in
from tests.bidding.web.test_dashboard import play

MARK = "线索"


async def listed(visitor: Visitor, number: int) -> list[dict[str, Any]]:
    """The leads of one indicator."""
    rows = (await visitor.get("/api/leads"))["indicators"]
    assert [row["number"] for row in rows] == sorted(INDICATORS)
    (found,) = (row["leads"] for row in rows if row["number"] == number)
    return list(found)


def line(turn: str, after: int, **more: Any) -> dict[str, Any]:
    return {"turn": turn, "text": f"第 {after} 行", "after": after, **more}


async def refused(visitor: Visitor, path: str, body: dict[str, Any]) -> str:
    with pytest.raises(HouseSaysNo) as no:
        await visitor.post(path, body)
    return str(no.value.code)


async def test_a_lead_is_asked_about_explained_and_concluded(tmp_path):
    async with (
        open_door(tmp_path) as house,
        signed_in(house, "b", "s", "t", "u") as (bidder, staff, approver, auditor),
    ):
        # Staff suspended and resumed, and seconds later the winner took the lead: indicator 22.
        paddle = await play(house, bidder, staff, "sold", 150)
        told = await auditor.get("/api/leads")
        assert MARK in told["mark"]["zh"]
        assert "verdict" in told["mark"]["en"]
        assert told["sessions"] == 1
        first, _ = await listed(auditor, 22)
        assert (first["part"], first["who"]) == ("then_led", ["staff:s", paddle])
        assert first["part_title"]["zh"]
        assert first["base"] == {"shown": 1, "of": 1, "sessions": 1, "rate": None}
        # What it rests on are the act and the offer.
        kinds = []
        for entry in first["entries"]:
            (row,) = await house.door.house.entries("sold", entry["index"], entry["index"] + 1)
            kinds.append(row["type"])
        assert kinds in (
            ["suspend.accepted", "bid.accepted"],
            ["resume.accepted", "bid.accepted"],
        )
        # Officers see nothing of what nobody asked them.
        assert await listed(staff, 22) == []
        path = f"/api/leads/{first['id']}/steps"
        assert await refused(staff, path, line("asked", 0)) == "FORBIDDEN"
        assert await refused(auditor, path, line("explained", 0)) == "OUT_OF_TURN"
        assert await refused(auditor, path, line("asked", 1)) == "OUT_OF_DATE"
        assert await refused(auditor, path, line("asked", 0, finding="cleared")) == "BAD_FIELDS"
        await auditor.post(path, line("asked", 0))
        (seen,) = await listed(staff, 22)
        assert seen["id"] == first["id"]
        assert await refused(auditor, path, line("asked", 1)) == "OUT_OF_TURN"
        await staff.post(path, line("explained", 1))
        await auditor.post(path, line("asked", 2))
        await approver.post(path, line("explained", 3))
        assert await refused(auditor, path, line("concluded", 4)) == "BAD_FIELDS"
        done = line("concluded", 4, finding="cleared")
        assert await refused(staff, path, done) == "FORBIDDEN"
        steps = (await auditor.post(path, done))["steps"]
        assert [(step["turn"], step["by"], step["role"]) for step in steps] == [
            ("asked", "u", "auditor"),
            ("explained", "s", "staff"),
            ("asked", "u", "auditor"),
            ("explained", "t", "approver"),
            ("concluded", "u", "auditor"),
        ]
        assert [step["text"] for step in steps] == [f"第 {n} 行" for n in range(5)]
        assert {step["shown"] for step in steps} == {first["value"]["shown"]}
        assert steps[-1]["finding"] == "cleared"
        assert all(a["at"] <= b["at"] for a, b in pairwise(steps))
        assert await refused(auditor, path, line("asked", 5)) == "OUT_OF_TURN"
        # Another session changes nothing about it.
        await play(house, bidder, staff, "other", None)
        again = {lead["id"]: lead for lead in await listed(auditor, 22)}
        assert again[first["id"]]["steps"] == steps


async def test_a_lead_nobody_found_cannot_be_asked_about(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "u", "b") as (auditor, bidder):
        for name in ("0" * 32, "x", "0" * 31):
            assert await refused(auditor, f"/api/leads/{name}/steps", line("asked", 0)) == (
                "NOT_FOUND"
            )
        assert await refused(bidder, f"/api/leads/{'0' * 32}/steps", line("asked", 0)) == (
            "FORBIDDEN"
        )


async def test_a_running_session_is_left_alone(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "u") as (auditor,):
        await house.publish()
        assert (await auditor.get("/api/leads"))["sessions"] == 0
