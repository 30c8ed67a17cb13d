"""A few rounds of it in every check, and whether the judge would notice."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from bidding.client import Answer
from tests.faults.crowd import Asked, Bidder
from tests.faults.judge import Verdict, counted_once, judged
from tests.faults.plan import KINDS, Fault, Plan, drawn
from tests.faults.rounds import Round, Totals, rounds
from tests.faults.stages import BIDDERS
from tests.faults.wire import Wire


def fault(kind: str, at: int, lasts: int) -> Fault:
    return Fault(kind, at, lasts, writer=True, cut=False, jump=0)


#: One stage for all of them; short, because every check waits for them.
BOUNDED = [
    Plan(1, (fault("node killed", 300, 500),), None),
    Plan(2, (fault("store promoted", 300, 0),), None),
    Plan(3, (fault("node stopped", 300, 2200), fault("letters killed", 600, 400)), None),
]


async def test_what_breaks_loses_nobody_a_bid(tmp_path: Path) -> None:
    done = [one async for one in rounds(tmp_path, BOUNDED, 5)]
    print(Totals(done))
    assert [one.story() for one in done if not one.verdict.good] == []
    assert len(done) == len(BOUNDED)
    for one in done:
        assert one.verdict.acknowledged >= 2 * len(BIDDERS), "under load"
        assert {f.kind for f in one.plan.faults} == one.first.keys(), "and served after each"
    assert done[0].takeover is not None
    for lie, found_in in LIES:
        told(done[0], lie, found_in)


def told(one: Round, lie: Callable[[Bidder], None], found_in: str) -> None:
    """The judge notices it, in a crowd that is honest but for this."""
    assert one.held is not None
    raw, policy, crowd = one.held
    copies = [
        dataclasses.replace(
            b,
            asked=[dataclasses.replace(a) for a in b.asked],
            receipts=dict(b.receipts),
            trouble=[],
        )
        for b in crowd
    ]
    lie(copies[0])
    assert getattr(judged(raw, policy, copies), found_in), (lie.__name__, found_in)


def another_entry(bidder: Bidder) -> None:
    first, second = bidder.asked[0], bidder.asked[1]
    first.answer = second.answer


def beyond_the_end(bidder: Bidder) -> None:
    answer = bidder.asked[0].answer
    assert answer is not None
    bidder.asked[0].answer = Answer({**answer.body, "i": 10**6})


def another_word(bidder: Bidder) -> None:
    one = next(a for a in bidder.asked if a.answer is not None and a.answer.accepted)
    assert one.answer is not None
    one.answer = Answer({**one.answer.body, "type": "refused"})


def no_receipt(bidder: Bidder) -> None:
    bidder.receipts.clear()


def altered_receipt(bidder: Bidder) -> None:
    i, j = itertools.islice(bidder.receipts, 2)
    bidder.receipts[i] = bidder.receipts[j].replace(b"index ", b"index 1", 1)


def no_answer(bidder: Bidder) -> None:
    bidder.asked[0].answer = None


def never_asked(bidder: Bidder) -> None:
    del bidder.asked[0]


def answered_before(bidder: Bidder) -> None:
    """S11: the last one was answered before the first was even wanted."""
    first, last = bidder.asked[0], bidder.asked[-1]
    last.wanted, last.at = first.wanted - 2, first.wanted - 1


LIES: list[tuple[Callable[[Bidder], None], str]] = [
    (another_entry, "lost"),
    (beyond_the_end, "lost"),
    (another_word, "broken"),
    (no_receipt, "broken"),
    (altered_receipt, "broken"),
    (no_answer, "broken"),
    (never_asked, "broken"),
    (answered_before, "broken"),
]


def test_a_bid_that_counts_twice_is_seen_under_its_reference_and_another() -> None:
    def entry(ref: str, amount: int) -> dict[str, object]:
        data = {"ask": {"amount": amount}}
        return {"cmd": f"bidder:1/{ref}", "actor": "bidder:1", "type": "bid.accepted", "data": data}

    crowd = [Bidder("1", "x", None, None, [0], [Asked("a", 5, 0.0), Asked("b", 6, 0.0)])]  # type: ignore[arg-type]
    for entries, doubled in (
        ([entry("a", 5), entry("b", 6)], []),
        ([entry("a", 5), entry("a", 6)], ["bidder:1/a has 2 entries"]),
        ([entry("a", 5), entry("b", 5)], ["bidder:1 bids 5 2 times"]),
    ):
        said = Verdict()
        counted_once(said, entries, crowd)
        assert (said.doubled, said.broken) == (doubled, [])


def test_a_seed_is_a_plan_and_every_kind_is_drawn() -> None:
    plans = [drawn(seed) for seed in range(400)]
    assert plans == [drawn(seed) for seed in range(400)]
    assert {f.kind for plan in plans for f in plan.faults} == set(KINDS)
    for plan in plans:
        assert len({f.part == "house" for f in plan.faults}) == 1, "one stage"


@pytest.mark.parametrize("only", KINDS)
def test_what_was_asked_for_is_all_that_breaks(only: str) -> None:
    assert {f.kind for seed in range(20) for f in drawn(seed, (only,)).faults} == {only}


async def test_a_wire_is_silent_and_late_or_cut() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    there = server.sockets[0].getsockname()[1]
    wire = Wire(lambda: asyncio.open_connection("127.0.0.1", there))
    await wire.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
    writer.write(b"one")
    assert await reader.readexactly(3) == b"one"
    wire.stall()
    writer.write(b"two")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await reader.readexactly(3)
    wire.mend()
    assert await reader.readexactly(3) == b"two"
    wire.cut()
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    writer.transport.abort()
    reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    writer.transport.abort()
    await wire.close()
    server.close()
    await server.wait_closed()
