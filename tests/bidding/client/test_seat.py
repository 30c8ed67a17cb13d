"""The seat against a house of our own making, which can break the line at will."""

import asyncio
import contextlib
import json
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from bidding.client import seat as seat_module
from bidding.client import silence
from bidding.client.seat import Seat, SeatLost, WireError
from bidding.client.watch import FalseRecord, Watch
from bidding.proof.canon import encode
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import Signer
from bidding.proof.receipt import Receipt
from bidding.proof.witness_policy import NOBODY


class House:
    """Says what the test tells it to, and remembers what it heard."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.hellos: list[dict[str, Any]] = []
        self.lines: list[ServerConnection] = []
        self.answers = True
        self.still: set[ServerConnection] = set()
        self.unwelcome = 0
        self.refuse_with: int | None = None
        self.n = 3
        self.moved = asyncio.Condition()

    async def handle(self, line: ServerConnection) -> None:
        hello = json.loads(await line.recv())
        self.hellos.append(hello)
        if self.refuse_with:
            await line.close(self.refuse_with, "no")
            return
        if len(self.hellos) <= self.unwelcome:
            await line.wait_closed()
            return
        self.lines.append(line)
        await self.say(
            line,
            type="welcome",
            v=1,
            auction="a",
            channels=["public"],
            role="public",
            bidder=None,
            now=5,
            build="0",
        )
        since = (hello["cursors"] or {}).get("public")
        if since is None:
            await self.say(
                line,
                type="snapshot",
                channel="public",
                n=self.n,
                room={"top": 1, "status": "running"},
            )
        else:
            await self.events(line, since + 1, self.n)
        async for frame in line:
            message = json.loads(frame)
            async with self.moved:
                self.heard.append(message)
                self.moved.notify_all()
            if line in self.still:
                continue
            if message["type"] == "time":
                await self.say(
                    line, type="time", c=message["c"], r=message["c"] + 500, s=message["c"] + 500
                )
            elif self.answers:
                await self.say(line, type="accepted", ref=message["ref"], i=9, t=1, facts=[])

    async def say(self, line: ServerConnection, **message: Any) -> None:
        await line.send(json.dumps(message))

    async def events(self, line: ServerConnection, first: int, last: int, **room: Any) -> None:
        events = [{"n": n} for n in range(first, last + 1)]
        message = {
            "type": "events",
            "channel": "public",
            "from": first,
            "to": last,
            "events": events,
            "room": room,
        }
        await line.send(json.dumps(message))

    def bids(self) -> list[str]:
        return [m["ref"] for m in self.heard if m["type"] == "bid"]


@contextlib.asynccontextmanager
async def visit(watch: Watch | None = None):
    house = House()
    async with serve(house.handle, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield house, Seat(f"ws://127.0.0.1:{port}", "a", "sid=x", "csrf", watch=watch)


class Record:
    """A record that has one entry of everything: an offer of 5 that was accepted."""

    ORIGIN = "bid.example.cn/log/a"
    SIGNER = Signer(ORIGIN, bytes(32))

    async def policy(self) -> str:
        return NOBODY.text(self.SIGNER.verifier)

    async def receipt(self, index: int) -> bytes:
        ask = dict.fromkeys(("lot", "quantity", "stage", "slot")) | {"amount": 5}
        entry = {
            "v": 1,
            "log": self.ORIGIN,
            "i": index,
            "t": 1,
            "type": "bid.accepted",
            "actor": "bidder:None",
            "cmd": "bidder:None/one",
            "data": {"ask": ask, "document": {"terms": {"start_price": 1}}},
        }
        body = encode(entry)
        tree = Tree.from_leaves(leaf_hash(body) for _ in range(index + 1))
        note = self.SIGNER.sign(Checkpoint(self.ORIGIN, tree.size, tree.root()).body())
        return Receipt(body, index, tuple(tree.inclusion(index)), note).encode()

    async def consistency(self, start: int, stop: int) -> list[str] | None:
        return None


async def heard(house: House, count: int) -> None:
    async with asyncio.timeout(30), house.moved:
        await house.moved.wait_for(lambda: len(house.bids()) >= count)


async def test_it_says_hello_and_follows():
    async with visit() as (house, seat), seat:
        assert house.hellos[0] == {
            "type": "hello",
            "v": 1,
            "auction": "a",
            "csrf": "csrf",
            "cursors": None,
        }
        assert (seat.room["top"], seat.cursors) == (1, {"public": 3})
        seen: list[int] = []
        seat.listen(lambda event: seen.append(event["n"]))
        await house.events(house.lines[0], 4, 6, top=7)
        await seat.until(lambda s: s.room["top"] == 7, within=30)
        assert (seen, seat.cursors, seat.room["status"]) == ([4, 5, 6], {"public": 6}, "running")


async def test_a_patch_without_events_moves_no_cursor():
    async with visit() as (house, seat), seat:
        await house.events(house.lines[0], 4, 3, top=8)
        await seat.until(lambda s: s.room["top"] == 8, within=30)
        assert seat.cursors == {"public": 3}


async def test_after_a_break_it_asks_for_what_it_missed_and_sends_again_what_is_unanswered():
    async with visit() as (house, seat), seat:
        house.answers = False
        flying = asyncio.create_task(seat.bid(5, ref="one"))
        await heard(house, 1)
        house.answers, house.n = True, 5
        seen: list[int] = []
        seat.listen(lambda event: seen.append(event["n"]))
        house.lines[0].transport.abort()
        answer = await flying
        assert (answer.i, answer.accepted) == (9, True)
        assert house.bids() == ["one", "one"]
        assert house.hellos[1]["cursors"] == {"public": 3}
        assert (seen, seat.connections, seat.unanswered) == ([4, 5], 2, [])


async def test_a_line_without_a_welcome_is_left(monkeypatch):
    """Its node stands still, or cannot find out who is there."""
    monkeypatch.setattr(seat_module, "_PATIENCE", 0.2)
    async with visit() as (house, seat):
        house.unwelcome = 1
        async with seat:
            assert len(house.hellos) >= 2
            assert (await seat.bid(5)).accepted


async def test_a_line_that_falls_silent_under_a_bid_is_left_and_the_bid_sent_again(monkeypatch):
    """A node that stands still closes nothing; another one answers."""
    monkeypatch.setattr(silence, "QUIET", 0.05)
    async with visit() as (house, seat), seat:
        await seat.until(lambda s: s.offset.known, within=5)
        house.still.add(house.lines[0])
        assert (await seat.bid(5, ref="one", within=10)).accepted
        assert set(house.bids()) == {"one"}
        assert seat.connections >= 2


async def test_a_gap_is_never_shown():
    async with visit() as (house, seat), seat:
        seen: list[int] = []
        seat.listen(lambda event: seen.append(event["n"]))
        house.n = 6
        await house.events(house.lines[0], 5, 6, top=99)
        await seat.until(lambda s: s.connections == 2 and s.cursors["public"] == 6, within=30)
        assert seen == [4, 5, 6]


async def test_retry_is_asked_again_with_the_same_reference():
    async with visit() as (house, seat), seat:
        house.answers = False
        flying = asyncio.create_task(seat.bid(5, ref="again"))
        await heard(house, 1)
        await house.say(
            house.lines[0], type="retry", ref="again", why="busy", sentence={"zh": "", "en": ""}
        )
        house.answers = True
        assert (await flying).accepted
        assert house.bids() == ["again", "again"]


@pytest.mark.parametrize(
    ("why", "longest"), [("recovering", 0.8), ("closed_door", 5.0), ("busy", 5.0)]
)
async def test_a_house_that_recovers_is_asked_again_soon_and_a_busy_one_ever_later(
    monkeypatch, why, longest
):
    """Another node takes over within two seconds: nobody is to wait longer than that for his own sake."""
    waits: list[float] = []

    class Thousandth:
        def uniform(self, _low: float, _high: float) -> float:
            return 0.001

    monkeypatch.setattr(seat_module, "_chance", Thousandth())
    async with visit() as (house, seat), seat:
        loop = asyncio.get_running_loop()
        later = loop.call_later

        def noted(delay: float, *rest: Any) -> asyncio.TimerHandle:
            if delay < silence.QUIET / 100:
                waits.append(round(delay * 1000, 1))
            return later(delay, *rest)

        monkeypatch.setattr(loop, "call_later", noted)
        house.answers = False
        flying = asyncio.create_task(seat.bid(5, ref="again"))
        for count in range(1, 8):
            await heard(house, count)
            sentence = {"zh": "", "en": ""}
            await house.say(house.lines[0], type="retry", ref="again", why=why, sentence=sentence)
        await heard(house, 8)
        await house.say(house.lines[0], type="accepted", ref="again", i=4, t=1, facts=[])
        await flying
        assert max(waits) == longest
        assert waits[0] == 0.4


async def test_a_limit_goes_out_under_a_reference_nobody_can_foresee():
    async with visit() as (house, seat), seat:
        for limit in (500, None):
            assert (await seat.proxy(limit)).accepted
        asked = [message for message in house.heard if message["type"] == "proxy"]
        assert [message["limit"] for message in asked] == [500, None]
        assert len({message["ref"] for message in asked}) == 2
        assert all(len(message["ref"]) >= 16 for message in asked)
        assert set(asked[0]) == {"type", "ref", "limit"}


async def test_an_error_of_a_bid_is_raised_and_the_bid_forgotten():
    async with visit() as (house, seat), seat:
        house.answers = False
        flying = asyncio.create_task(seat.bid(5, ref="bad"))
        await heard(house, 1)
        sentence = {"zh": "不", "en": "no"}
        await house.say(
            house.lines[0], type="error", code="BAD_FIELDS", sentence=sentence, ref="bad"
        )
        with pytest.raises(WireError) as error:
            await flying
        assert (error.value.code, seat.unanswered) == ("BAD_FIELDS", [])


async def test_asking_twice_with_one_reference_is_one_question():
    async with visit() as (house, seat), seat:
        house.answers = False
        first = asyncio.create_task(seat.bid(5, ref="same"))
        second = asyncio.create_task(seat.bid(5, ref="same"))
        await heard(house, 1)
        await house.say(house.lines[0], type="accepted", ref="same", i=4, t=1, facts=[])
        assert (await first).i == (await second).i == 4
        assert house.bids() == ["same"]


async def test_no_answer_in_time_says_nothing_and_keeps_the_bid():
    async with visit() as (house, seat), seat:
        house.answers = False
        with pytest.raises(TimeoutError):
            await seat.bid(5, ref="slow", within=0.05)
        assert seat.unanswered == ["slow"]
        await house.say(house.lines[0], type="accepted", ref="slow", i=4, t=1, facts=[])
        house.answers = True
        await seat.until(lambda s: s.unanswered == [], within=30)


@pytest.mark.parametrize("code", [4401, 4403, 4404, 4409])
async def test_some_closes_are_for_good(code):
    async with visit() as (house, seat):
        house.refuse_with = code
        with pytest.raises(SeatLost) as lost:
            async with seat:
                pass
        assert lost.value.code == code
        assert len(house.hellos) == 1


async def test_who_waits_for_an_answer_hears_that_the_seat_is_lost():
    async with visit() as (house, seat), seat:
        house.answers = False
        flying = asyncio.create_task(seat.bid(5))
        await heard(house, 1)
        house.refuse_with = 4409
        await house.lines[0].close(4409, "signed out")
        with pytest.raises(SeatLost):
            await flying
        with pytest.raises(SeatLost):
            await seat.bid(6)


async def test_other_closes_are_survived():
    async with visit() as (house, seat), seat:
        for connections, code in enumerate((1001, 4408, 4429), 2):
            await house.lines[-1].close(code, "come back")
            await seat.until(lambda s, n=connections: s.connections == n, within=30)


async def test_the_entry_named_as_its_answer_is_held_against_what_it_asked():
    watch = Watch(Record())
    async with visit(watch) as (_, seat), seat:
        assert (await seat.bid(5, ref="one")).accepted
        await seat.until(lambda _: 9 in watch.receipts, within=5)
        assert watch.false is None
    watch = Watch(Record())
    async with visit(watch) as (_, seat), seat:
        assert (await seat.bid(6, ref="one")).accepted
        with pytest.raises(FalseRecord, match="entry 9 was named as this request"):
            await seat.until(lambda _: False, within=5)
        with pytest.raises(FalseRecord):
            await seat.bid(7)


async def test_nothing_is_sealed_to_keys_that_the_record_does_not_name():
    watch = Watch(Record())
    async with visit(watch) as (house, seat), seat:
        trustee = {"id": "T1", "public": "AAAA"}
        escrow = {"mode": "TRUSTEES", "threshold": 1, "unit": "CNY.2", "trustees": [trustee]}
        await house.events(house.lines[0], 4, 3, escrow=escrow, auction="a")
        await seat.until(lambda s: "escrow" in s.room, within=5)
        with pytest.raises(FalseRecord, match="otherwise than the record has published"):
            await seat.seal(5)
        assert [m for m in house.heard if m["type"] == "seal"] == []


async def test_the_house_s_time_is_known():
    async with visit() as (_, seat), seat:
        await seat.until(lambda s: s.offset.known, within=30)
        before, now, after = seat._own(), seat.now(), seat._own()
        ahead = seat.offset.microseconds
        assert before + ahead <= now <= after + ahead
        # The house here is half a millisecond ahead; what is not known is half of the way.
        longest = max(sample.delay for sample in seat.offset._samples)
        assert abs(ahead - 500) <= longest // 2 + 1
        assert seat.offset.error is not None
