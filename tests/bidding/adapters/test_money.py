"""The book of bank notices: one account a bidder, one notice a payment, one decision a notice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bidding.adapters.money import SqlMoney
from bidding.engine.money import Conflict, Guarantee, Notice, SubAccount

#: More than 32 bits in every figure: an eighty-million deposit in fen, and today in microseconds.
AMOUNT, NOW = 8_000_000_000, 1_764_000_000_000_000
NUMBER = "6000000000000000"
NOTICE = Notice("icbc", "S-1", NUMBER, "0200", AMOUNT, NOW, "孙某", NOW + 1)
GUARANTEE = Guarantee("中国银行", "G-1", "a", "07", AMOUNT, NOW, "0" * 32, "li")


@pytest.fixture
async def nodes(place) -> AsyncIterator[tuple[SqlMoney, SqlMoney]]:
    """One book, open twice."""
    opened = await SqlMoney.open(place), await SqlMoney.open(place)
    yield opened
    for each in opened:
        await each.close()


@pytest.fixture
def book(nodes) -> SqlMoney:
    return nodes[0]


async def test_a_bidder_has_one_account_in_an_auction_and_a_number_is_given_once(book):
    first = await book.sub_account("a", "07", NUMBER, NOW)
    assert first == SubAccount(NUMBER, "a", "07", NOW)
    assert await book.sub_account("a", "07", "6111111111111111", NOW + 5) == first
    assert await book.sub_account("a", "07", NUMBER, NOW + 5) == first
    with pytest.raises(Conflict):
        await book.sub_account("a", "08", NUMBER, NOW)
    assert await book.account(NUMBER) == first
    assert await book.account("6111111111111111") is None


async def test_asked_for_at_two_nodes_at_once_it_is_one_account(nodes):
    for n in range(10):
        candidates = (f"60000000000000{n:02}", f"61111111111111{n:02}")
        found = await asyncio.gather(
            *(
                node.sub_account("a", f"{n:02}", number, NOW)
                for node, number in zip(nodes, candidates, strict=True)
            )
        )
        assert found[0] == found[1]


async def test_a_notice_sent_again_is_the_one_before_and_other_money_is_a_conflict(book):
    kept, before = await book.take(NOTICE)
    assert not before
    assert replace(kept, id=0) == NOTICE
    assert await book.take(replace(NOTICE, told=NOW + 9)) == (kept, True)
    for other in ({"amount": 1}, {"account": "6111111111111111"}, {"received": NOW + 1}):
        with pytest.raises(Conflict):
            await book.take(replace(NOTICE, **other))
    assert await book.notice(kept.id) == kept
    assert await book.notice(kept.id + 1) is None


async def test_a_notice_that_reaches_two_nodes_at_once_is_taken_once(nodes):
    for n in range(10):
        told = replace(NOTICE, serial=f"S-{n}")
        found = await asyncio.gather(*(node.take(told) for node in nodes))
        assert found[0][0] == found[1][0]
        assert Counter(before for _, before in found) == {True: 1, False: 1}


async def test_notices_of_an_auction_come_by_their_time_of_receipt(book):
    await book.sub_account("a", "07", NUMBER, NOW)
    await book.sub_account("b", "07", "6111111111111111", NOW)
    late, _ = await book.take(NOTICE)
    early, _ = await book.take(replace(NOTICE, serial="S-2", received=NOW - 1))
    await book.take(replace(NOTICE, serial="S-3", account="6111111111111111"))
    assert await book.notices("a") == [early, late]


async def test_of_two_who_decide_at_once_one_does(nodes):
    book, other = nodes
    for n in range(10):
        kept, _ = await book.take(replace(NOTICE, serial=f"S-{n}"))
        done = await asyncio.gather(
            book.settle(kept.id, "held", was=("told",), reason="X", by=None, entry=None),
            other.settle(kept.id, "counted", was=("told",), reason=None, by="li", entry=9),
        )
        assert Counter(done) == {True: 1, False: 1}
        found = await book.notice(kept.id)
        wanted = replace(kept, state="held", reason="X")
        if done[1]:
            wanted = replace(kept, state="counted", by="li", entry=9)
        assert found == wanted
        assert not await book.settle(kept.id, "told", was=("told",), reason="", by="", entry=0)


async def test_a_guarantee_is_registered_once_whichever_node_is_asked(nodes):
    book, other = nodes
    found = await asyncio.gather(
        book.guarantee(GUARANTEE), other.guarantee(replace(GUARANTEE, nonce="1" * 32))
    )
    assert found[0] == found[1]
    with pytest.raises(Conflict):
        await other.guarantee(replace(GUARANTEE, amount=AMOUNT + 1))
    await other.guaranteed("中国银行", "G-1", 12)
    second = await book.guarantee(replace(GUARANTEE, number="G-2"))
    assert await book.guarantees("a") == [replace(found[0], entry=12), second]
    assert await book.guarantees("b") == []


async def test_what_was_told_survives_the_house(place):
    first = await SqlMoney.open(place)
    kept, _ = await first.take(NOTICE)
    await first.close()
    again = await SqlMoney.open(place)
    assert await again.notice(kept.id) == kept
    await again.close()
