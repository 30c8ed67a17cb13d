"""The calendar: when sessions need people, and which of them get into each other's way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from auction_rules.registry import find, rules
from auction_rules.terms import SECOND, instant
from bidding.client import HouseSaysNo
from bidding.web.timetable import Item, Span, clashes, foreseen
from tests.bidding.web.door_in_process import open_door, signed_in

HOUR = 3_600 * SECOND
DAY = 24 * HOUR
NINE = instant("2026-03-02T09:00:00+08:00")


def item(key: str, opens: int | None, closes: int | None, officer: str = "li", **more: Any) -> Item:
    return Item(key, {"zh": key, "en": key}, officer, Span(opens, closes), **more)


def kinds(*items: Item) -> list[str]:
    return [clash.kind for clash in clashes(items)]


def test_a_short_session_is_attended_from_end_to_end_and_a_long_one_at_its_ends() -> None:
    assert item("a", NINE, NINE + 2 * HOUR).attended == ((NINE, NINE + 2 * HOUR),)
    end = NINE + 10 * DAY
    assert item("a", NINE, end).attended == ((NINE, NINE + HOUR), (end - HOUR, end))
    assert item("a", NINE, None).attended == ((NINE, NINE + HOUR),)
    assert item("a", None, None).attended == ()
    assert item("a", NINE, NINE + HOUR, over=True).attended == ()


def test_what_clashes() -> None:
    one = item("a", NINE, NINE + 2 * HOUR)
    assert kinds(one, item("b", NINE + HOUR, NINE + 5 * HOUR, "wang")) == ["hours"]
    assert kinds(one, item("b", NINE + HOUR, NINE + 5 * HOUR)) == ["hours", "officer"]
    # Windows are half-open: what begins when the other ends is in nobody's way.
    assert kinds(one, item("b", NINE + 2 * HOUR, NINE + 3 * HOUR)) == []
    # In the days between its ends a listing needs nobody.
    listing = item("b", NINE - 5 * DAY, NINE + 5 * DAY)
    assert kinds(one, listing) == []
    assert kinds(one, item("b", NINE + HOUR, NINE + 5 * HOUR, over=True)) == []


@pytest.mark.parametrize(("apart", "clash"), [(0, True), (599, True), (600, False)])
def test_two_ends_within_ten_minutes(apart: int, clash: bool) -> None:
    one = item("a", NINE - 5 * DAY, NINE, "li")
    other = item("b", NINE - 3 * DAY, NINE + apart * SECOND, "wang")
    assert ("closes" in kinds(one, other)) == clash


def test_the_end_is_foreseen_from_the_terms() -> None:
    rule = find("english")
    terms = {**rule.example, "opens": NINE, "duration_seconds": 3_600}
    *_, span = foreseen(rule, rule.Config.model_validate(terms))
    assert span == Span(NINE, NINE + HOUR)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_every_rule_has_an_opening_and_an_end_after_it(rule: Any) -> None:
    *_, span = foreseen(rule, rule.Config.model_validate(rule.example))
    assert span is not None
    assert span.opens is not None
    assert span.closes is not None
    assert span.closes >= span.opens


async def test_the_calendar_tells_what_is_published_and_what_is_on_its_way(tmp_path: Path) -> None:
    async with open_door(tmp_path) as house, signed_in(house, "s", "t", "b") as (staff, chief, b):
        now = house.clock.now()
        tomorrow = now + DAY

        def body(auction: str, opens: int, seconds: int) -> dict[str, Any]:
            terms = {"opens": opens, "start_price": 100, "step": 1, "duration_seconds": seconds}
            title = {"zh": auction, "en": auction}
            return {"auction": auction, "title": title, "rule": "english", "terms": terms}

        first = await staff.post("/api/drafts", body("first", tomorrow, 3_600))
        sent = await staff.post(f"/api/drafts/{first['id']}/submit")
        await chief.post(f"/api/drafts/{first['id']}/approve", {"sha256": sent["sha256"]})
        second = await staff.post("/api/drafts", body("second", tomorrow + HOUR // 2, 1_900))
        await staff.post("/api/drafts", body("far-off", now + 300 * DAY, 60))
        await staff.post("/api/drafts", {**body("half", tomorrow, 60), "terms": {}})

        found = await chief.get("/api/calendar", first=now, last=now + 30 * DAY)
        rows = {row["key"]: row for row in found["items"]}
        assert list(rows) == ["first", f"draft:{second['id']}"]
        told = rows["first"]
        assert (told["state"], told["officer"], told["draft"]) == ("announced", "s", first["id"])
        assert (told["opens"], told["closes"]) == (tomorrow, tomorrow + HOUR)
        pairs = {(clash["kind"], clash["one"], clash["other"]) for clash in found["clashes"]}
        both = ("first", f"draft:{second['id']}")
        assert pairs == {("hours", *both), ("officer", *both), ("closes", *both)}
        assert all(c["sentence"]["zh"] and c["sentence"]["en"] for c in found["clashes"])

        assert (await staff.get("/api/calendar", first=0, last=1))["items"] == []
        for last in (now, now + 101 * DAY):
            with pytest.raises(HouseSaysNo) as no:
                await staff.get("/api/calendar", first=now, last=last)
            assert no.value.code == "BAD_FIELDS"
        with pytest.raises(HouseSaysNo) as no:
            await b.get("/api/calendar", first=now, last=now + DAY)
        assert no.value.code == "FORBIDDEN"
