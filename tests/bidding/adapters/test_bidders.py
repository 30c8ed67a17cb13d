"""The bidders' book: the latest of each preparation, and complaints that keep their numbers."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bidding.adapters.bidders import SqlBidders
from bidding.engine.bidders import MOST_OPEN, Complaint, Flood, Preparation

ONE = Complaint("a", "sun", "07", "ref-1", "other", "为何", 1_764_000_000_000_000, "0" * 64, b"PK")


@pytest.fixture
async def nodes(place) -> AsyncIterator[tuple[SqlBidders, SqlBidders]]:
    """One book, open twice."""
    opened = await SqlBidders.open(place), await SqlBidders.open(place)
    yield opened
    for each in opened:
        await each.close()


@pytest.fixture
def book(nodes) -> SqlBidders:
    return nodes[0]


async def test_of_each_preparation_the_latest_is_kept(nodes):
    book, other = nodes
    await book.prepared(Preparation("sun", "a", "checked", 1, {"clock": "bad"}))
    await other.prepared(Preparation("sun", "a", "checked", 2, {"clock": "ok", "trip": None}))
    await book.prepared(Preparation("sun", "a", "checked", 1, {"clock": "late"}))
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


async def test_an_answer_is_given_once(nodes):
    book, other = nodes
    await book.file(ONE)
    given = await asyncio.gather(
        book.answer(1, "已核实", "staff-1", 10), other.answer(1, "已核实", "staff-1", 10)
    )
    assert Counter(given) == {True: 1, False: 1}
    assert not await book.answer(1, "改口", "staff-2", 11)
    assert not await book.answer(2, "无此件", "staff-1", 12)
    kept = await book.complaint(1)
    assert kept is not None
    assert (kept.answer, kept.answered, kept.by) == ("已核实", 10, "staff-1")


async def test_a_flood_of_one_account_stops_in_its_auction_alone(nodes):
    """At whichever node each is handed in; and what was refused leaves no hole in the numbers."""
    more = MOST_OPEN + 6
    told = await asyncio.gather(
        *(nodes[n % 2].file(replace(ONE, ref=f"r-{n}")) for n in range(more)),
        return_exceptions=True,
    )
    assert Counter(type(one) for one in told) == {Complaint: MOST_OPEN, Flood: 6}
    numbers = sorted(one.number for one in told if isinstance(one, Complaint))
    assert numbers == list(range(1, MOST_OPEN + 1))
    book, _ = nodes
    assert (await book.file(replace(ONE, ref="elsewhere", auction="b"))).number == MOST_OPEN + 1
    assert (await book.file(replace(ONE, account="li"))).number == MOST_OPEN + 2


async def test_one_form_sent_to_two_nodes_at_once_is_one_complaint(nodes):
    for n in range(5):
        form = replace(ONE, ref=f"r-{n}")
        one, other = await asyncio.gather(*(node.file(form) for node in nodes))
        assert one == other
        assert one.number == n + 1


async def test_what_was_filed_survives_the_house(place):
    first = await SqlBidders.open(place)
    await first.file(ONE)
    await first.close()
    again = await SqlBidders.open(place)
    assert (await again.complaints())[0].text == "为何"
    await again.close()
