"""Figures over HTTP: from the log's award entries, and from what officers enter, marked as such."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from bidding.client import HouseSaysNo, Visitor
from bidding.core.document import Document
from replay.figures import day_of
from replay.results import Result
from tests.bidding.web.door_in_process import Open, open_door, signed_in
from tests.replay.plays import next_in_line
from tests.replay.test_results import result_of

SECOND = 1_000_000
WAN = 1_000_000

#: As published for 揭阳 2020 H1 (DOMAIN §14, §15 S20); starts, budgets and the spread of deals are
#: constructed so that the published rates are theirs.
JIEYANG = (
    {"category": "land", "deals": 20, "amount": 289_651 * WAN, "start": 240_551 * WAN},
    {"category": "mining", "deals": 4, "amount": 20_000 * WAN, "start": 15_000 * WAN},
    {"category": "procurement", "deals": 40, "amount": 12_984_960_000, "budget": 13_322 * WAN},
    {"category": "works", "deals": 39, "amount": 82_078_020_000, "budget": 86_135 * WAN},
    {"category": "property", "deals": 5, "amount": 20 * WAN},
)


async def play(house: Open, bidder: Visitor, staff: Visitor, name: str, amount: int | None) -> str:
    """An auction from 100 fen, sold at `amount` or left unsold; the paddle."""
    now = house.clock.now()
    terms = {"opens": now + 60 * SECOND, "duration_seconds": 60, "start_price": 100, "step": 1}
    terms["extension_seconds"] = 0
    fields = {"auction": name, "title": {"zh": f"标的 {name}", "en": f"Lot {name}"}}
    made = {**fields, "rule": "english", "version": "1", "terms": terms}
    await house.door.house.publish(Document.model_validate(made), "staff:s", "approver:t")
    path = f"/api/auctions/{name}"
    applied = await bidder.post(f"{path}/apply", {"lot": None})
    paddle = (await staff.post(f"{path}/admit", {"application": applied["id"]}))["bidder"]
    await house.until(name, "running")
    if amount is not None:
        await staff.post(f"{path}/suspend", {"reason": "电力故障"})
        await staff.post(f"{path}/resume", {"reason": "电力恢复"})
        await bidder.post(f"{path}/bids", {"ref": "one", "amount": amount})
    await house.until(name, "closed")
    return str(paddle)


async def confirm(staff: Visitor, approver: Visitor, name: str) -> None:
    """Review and confirmation, which make a deal of an award."""
    for who, step in ((staff, "reviewed"), (approver, "confirmed")):
        body = {"step": step, "reason": "核对无误", "ref": f"ref-{step}"}
        answer = await who.post(f"/api/auctions/{name}/conclude", body)
        assert answer["type"] == "accepted", answer


async def enter(staff: Visitor, **more: Any) -> dict[str, Any]:
    body = {"title": "揭阳市 2020 年上半年", "centre": "揭阳", "day": "2020-06-30"}
    answer: dict[str, Any] = await staff.post(
        "/api/results/entered", body | {"source": "公开统计"} | more
    )
    return answer


async def test_every_figure_is_found_again_in_the_entries_it_names(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b", "s", "t", "u") as visitors:
        bidder, staff, approver, auditor = visitors
        paddle = await play(house, bidder, staff, "sold", 150)
        await play(house, bidder, staff, "unsold", None)
        sums = (await auditor.get("/api/figures"))["figures"]
        assert (sums["deals"], sums["amount"], sums["pending"], sums["failed"]) == (0, 0, 1, 1)
        await confirm(staff, approver, "sold")
        found = await auditor.get("/api/figures")
        sums = found["figures"]
        assert sums["pending"] == 0
        assert (sums["deals"], sums["amount"], sums["premium"]) == (1, 150, 50)
        assert (sums["premium_rate"], sums["saving_rate"]) == ("50.00%", None)
        assert (sums["sessions"], sums["failed"], sums["failure_rate"]) == (2, 1, "50.00%")
        assert (sums["interventions"], found["disagree"]) == (2, [])
        lines = {line["key"]: line for line in found["lines"]}
        (award,) = lines["sold"]["awards"]
        (entry,) = (await auditor.get("/api/auctions/sold/entries", start=award["i"], limit=1))[
            "entries"
        ]
        rows = [fact for fact in entry["data"]["facts"] if fact["fact"] == "awarded"]
        assert [(row["bidder"], row["total"]) for row in rows] == [(paddle, 150)]
        for act in lines["sold"]["acts"]:
            query = {"start": act["i"], "limit": 1}
            (entry,) = (await auditor.get("/api/auctions/sold/entries", **query))["entries"]
            assert entry["type"] == f"{act['kind']}.accepted"
        assert lines["unsold"]["awards"] == []
        assert lines["unsold"]["failure"]["sentence"]["zh"]
        # A period without it, and a centre without it.
        today = day_of(lines["sold"]["closed"])
        assert (await auditor.get("/api/figures", first=today))["figures"]["deals"] == 1
        assert (await auditor.get("/api/figures", last="2020-01-01"))["figures"]["sessions"] == 0
        assert (await auditor.get("/api/figures", centre="x"))["lines"] == []
        assert found["centres"] == ["test/log"]


async def test_the_award_that_lapsed_is_listed_beside_the_one_that_counts(tmp_path, monkeypatch):
    async with open_door(tmp_path) as house, signed_in(house, "u") as (auditor,):
        result = result_of(next_in_line())

        async def all_of() -> list[Result]:
            return [result]

        monkeypatch.setattr(house.door.results, "all", all_of)
        monkeypatch.setattr(house.door.house, "lag", lambda _auction: None)
        found = await auditor.get("/api/figures")
        (line,) = found["lines"]
        assert found["figures"]["amount"] == sum(one["total"] for one in line["awards"]) == 96_000
        (lapsed,) = line["lapsed"]
        assert (lapsed["bidder"], lapsed["total"]) == ("A", 90_000)
        assert lapsed["i"] < line["defaults"][0] < lapsed["by"] == line["awards"][0]["i"]


async def test_a_result_declared_void_counts_no_more(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b", "s", "t") as visitors:
        bidder, staff, approver = visitors
        await play(house, bidder, staff, "sold", 150)
        await confirm(staff, approver, "sold")
        assert (await staff.get("/api/figures"))["figures"]["deals"] == 1
        await approver.post("/api/auctions/sold/void", {"reason": "串通"})
        found = await staff.get("/api/figures")
        assert (found["figures"]["deals"], found["figures"]["amount"]) == (0, 0)
        assert found["figures"]["failed"] == 1
        assert found["lines"][0]["failure"]["sentence"]["zh"] == "串通"


async def test_the_published_figures_of_jieyang_come_out_of_entered_results(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "s", "u") as (staff, auditor):
        for row in JIEYANG:
            await enter(staff, **row)
        period = {"first": "2020-01-01", "last": "2020-06-30"}
        found = await auditor.get("/api/figures", **period)
        sums = found["figures"]
        assert (sums["deals"], sums["sessions"]) == (108, 0)
        # 40.47 亿, 5.41 亿 and 4,394.02 万, of unrounded values.
        assert (sums["amount"] + WAN * 50) // (WAN * 100) == 4047
        assert sums["premium"] == 54_100 * WAN
        assert (sums["premium_rate"], sums["saved"]) == ("21.17%", 4_394_020_000)
        told = {row["category"]: row["figures"] for row in found["categories"]}
        assert told["procurement"]["saving_rate"] == "2.53%"
        assert told["works"]["saving_rate"] == "4.71%"
        assert {line["source"] for line in found["lines"]} == {"entered"}
        assert found["lines"][0]["entered"]["by"] == "s"
        assert (await auditor.get("/api/figures", source="log"))["lines"] == []
        assert (await auditor.get("/api/figures", last="2020-06-29"))["lines"] == []


async def test_an_entered_result_is_withdrawn_never_changed(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "s", "t") as (staff, approver):
        one = await enter(staff, category="land", deals=1, amount=500, start=400)
        with pytest.raises(HouseSaysNo) as no:
            await enter(staff, category="land", deals=1, amount=5, start=4, budget=6)
        assert no.value.code == "BAD_FIELDS"
        with pytest.raises(HouseSaysNo) as no:
            await enter(staff, category="land", deals=1, amount=5, day="2020-02-31")
        assert no.value.code == "BAD_FIELDS"
        body = {"id": one["id"], "reason": "录错"}
        (left,) = (await approver.post("/api/results/withdraw", body))["results"]
        assert (left["withdrawn"], left["withdrawn_by"], left["amount"]) == ("录错", "t", 500)
        with pytest.raises(HouseSaysNo) as no:
            await staff.post("/api/results/withdraw", body)
        assert no.value.code == "NOT_FOUND"
        assert (await staff.get("/api/figures"))["figures"]["deals"] == 0


async def test_the_workbook_adds_up_to_the_figures(tmp_path):
    async with open_door(tmp_path) as house, signed_in(house, "b", "s", "t") as visitors:
        bidder, staff, approver = visitors
        paddle = await play(house, bidder, staff, "sold", 150)
        await confirm(staff, approver, "sold")
        await enter(staff, category="land", deals=3, amount=500, start=400)
        raw = await staff.download("/api/figures.xlsx")
        book = openpyxl.load_workbook(io.BytesIO(raw))
        first, second, third = book.worksheets
        rows = [list(row) for row in first.iter_rows(values_only=True)]
        (total,) = (row for row in rows if str(row[0]).startswith("合计"))
        assert [Decimal(str(cell)) for cell in total[1:4]] == [4, Decimal("6.5"), Decimal("1.5")]
        assert total[4] == "30.00%"
        amounts = [row[7] for row in second.iter_rows(min_row=2, values_only=True)]
        assert sorted(Decimal(str(amount)) for amount in amounts) == [Decimal("1.5"), 5]
        (award,) = third.iter_rows(min_row=2, values_only=True)
        assert (award[0], award[3], str(award[5])) == ("test/log/sold", paddle, "1.5")
