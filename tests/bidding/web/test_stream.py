"""What takes time or an unusual limit to see: silence, slow readers, full houses."""

import asyncio
import json

import pytest
from websockets.exceptions import InvalidStatus

from bidding.client import Visitor
from bidding.web.limits import Limits
from tests.bidding.web.door_in_process import open_door, signed_in
from tests.doors.door import closed_with, receive, socket


async def test_who_says_nothing_is_shown_out(tmp_path):
    async with (
        open_door(tmp_path, Limits(hello_within=0.1)) as house,
        Visitor(house.url) as public,
        socket(public, "a", hello=False) as ws,
    ):
        assert await closed_with(ws) == 4401


async def test_who_does_not_read_is_closed_and_holds_nobody_up(tmp_path):
    # One snapshot is more than this buffer, and the socket below takes what it can.
    limits = Limits(write_buffer=64 * 1024)
    async with open_door(tmp_path, limits) as house, Visitor(house.url) as public:
        await house.publish()
        async with socket(public, "a", hello=False) as slow, socket(public, "a") as quick:
            await slow.send(json.dumps({"type": "hello", "v": 1, "auction": "a"}))
            await receive(slow, "snapshot")
            slow.transport.pause_reading()
            both = list(house.door.stream._connections)
            async with asyncio.timeout(30):
                while all(each.open for each in both):
                    for each in both:
                        each.send(b'{"type":"noise","x":"%b"}' % (b"x" * 20_000))
                    # The quick one reads meanwhile.
                    await receive(quick, "noise")
            codes = sorted(each.code or 0 for each in both)
            assert codes == [0, 4408]
            await quick.send('{"type":"time","c":3}')
            assert (await receive(quick, "time"))["c"] == 3
            slow.transport.resume_reading()
            assert await closed_with(slow) == 4408


async def test_a_full_house_turns_spectators_away_but_no_bidder(tmp_path):
    limits = Limits(sockets_of_spectators=1)
    async with (
        open_door(tmp_path, limits) as house,
        signed_in(house, "b", "u") as (bidder, auditor),
    ):
        await house.publish()
        async with Visitor(house.url) as public, socket(public, "a"):
            async with socket(public, "a", hello=False) as ws:
                await ws.send(json.dumps({"type": "hello", "v": 1, "auction": "a"}))
                assert (await receive(ws, "error"))["code"] == "TOO_MANY"
                assert await closed_with(ws) == 4429
            async with socket(bidder, "a"), socket(auditor, "a"):
                assert house.door.stream.open == 3
        async with asyncio.timeout(30):
            while house.door.stream.open:
                await asyncio.sleep(0.01)
        assert house.door.stream._groups == {}
        assert not house.door.stream._by_address


async def test_one_address_has_only_so_many_streams(tmp_path):
    async with open_door(tmp_path, Limits(sockets_by_address=1)) as house:
        await house.publish()
        async with Visitor(house.url) as public, socket(public, "a"):
            with pytest.raises(InvalidStatus) as refused:
                async with socket(public, "a", hello=False):
                    pass
            assert refused.value.response.status_code == 429


async def test_a_plain_request_for_the_stream_is_told_what_it_is(tmp_path):
    async with open_door(tmp_path) as house, Visitor(house.url) as public:
        with pytest.raises(Exception, match="NOT_A_STREAM"):
            await public.get("/api/v1/stream")


async def test_a_cursor_gets_the_tail_and_an_unknown_one_a_new_picture(tmp_path):
    async with open_door(tmp_path) as house, Visitor(house.url) as public:
        await house.publish()
        async with socket(public, "a", hello=False) as ws:
            await ws.send(
                json.dumps({"type": "hello", "v": 1, "auction": "a", "cursors": {"public": 0}})
            )
            events = await receive(ws, "events", "snapshot")
            assert (events["type"], events["from"]) == ("events", 1)
            assert [e["n"] for e in events["events"]] == list(range(1, events["to"] + 1))
        async with socket(public, "a", hello=False) as ws:
            await ws.send(
                json.dumps({"type": "hello", "v": 1, "auction": "a", "cursors": {"public": 10**9}})
            )
            again = await receive(ws, "events", "snapshot")
            assert (again["type"], again["resync"]) == ("snapshot", True)


async def test_a_cursor_of_a_channel_one_may_not_see_opens_nothing(tmp_path):
    async with open_door(tmp_path) as house, Visitor(house.url) as public:
        await house.publish()
        async with socket(public, "a", hello=False) as ws:
            cursors = {"staff": 0, "auditor": 0, "bidder:07": 0}
            await ws.send(json.dumps({"type": "hello", "v": 1, "auction": "a", "cursors": cursors}))
            assert (await receive(ws, "welcome"))["channels"] == ["public"]
            assert (await receive(ws, "snapshot", "events"))["channel"] == "public"
