"""The bidders' book: the latest of each preparation, and complaints that keep their numbers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bidding.adapters.bidders import SqlBidders
from bidding.engine.bidders import MOST_OPEN, Complaint, Flood, Preparation

ONE = Complaint("a", "sun", "07", "ref-1", "other", "为何", 5, "0" * 64, b"PK")


@pytest.fixture
async def book(tmp_path: Path) -> AsyncIterator[SqlBidders]:
    opened = await SqlBidders.open(tmp_path / "bidders.db")
    yield opened
    await opened.close()


async def test_of_each_preparation_the_latest_is_kept(book):
    await book.prepared(Preparation("sun", "a", "checked", 1, {"clock": "bad"}))
    await book.prepared(Preparation("sun", "a", "checked", 2, {"clock": "ok", "trip": None}))
    await book.prepared(Preparation("sun", "a", "practised", 3, {}))
    await book.prepared(Preparation("li", "a", "checked", 4, {}))
    found = await book.preparations("sun")
    assert {(one.kind, one.at) for one in found} == {("checked", 2), ("practised", 3)}
    (check,) = [one for one in found if one.kind == "checked"]
    assert check.found == {"clock": "ok", "trip": None}


async def test_a_complaint_sent_twice_is_one_and_numbers_count_through_the_house(book):
    first = await book.file(ONE)
    assert first.number == 1
    assert (await book.file(replace(ONE, text="另一段", filed=9))) == first
    other = await book.file(replace(ONE, account="li", alias="12"))
    assert other.number == 2
    assert [one.number for one in await book.complaints()] == [2, 1]
    assert [one.number for one in await book.complaints(account="li")] == [2]
    assert await book.complaints(auction="b") == []
    # The lists carry no files, the complaint itself does.
    assert (await book.complaints())[0].file == b""
    kept = await book.complaint(1)
    assert kept == first
    assert await book.complaint(3) is None


async def test_an_answer_is_given_once(book):
    await book.file(ONE)
    assert await book.answer(1, "已核实", "staff-1", 10)
    assert not await book.answer(1, "改口", "staff-2", 11)
    assert not await book.answer(2, "无此件", "staff-1", 12)
    kept = await book.complaint(1)
    assert kept is not None
    assert (kept.answer, kept.answered, kept.by) == ("已核实", 10, "staff-1")


async def test_a_flood_of_one_account_stops_in_its_auction_alone(book):
    for n in range(MOST_OPEN):
        await book.file(replace(ONE, ref=f"r-{n}"))
    with pytest.raises(Flood):
        await book.file(replace(ONE, ref="one-more"))
    await book.file(replace(ONE, ref="elsewhere", auction="b"))
    await book.file(replace(ONE, account="li"))


async def test_what_was_filed_survives_the_house(tmp_path):
    first = await SqlBidders.open(tmp_path / "b.db")
    await first.file(ONE)
    await first.close()
    again = await SqlBidders.open(tmp_path / "b.db")
    assert (await again.complaints())[0].text == "为何"
    await again.close()
