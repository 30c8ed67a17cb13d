"""The stream against everything a stranger may send: a clear answer, and nothing reaches the auction."""

import asyncio
import contextlib
import json
import time

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bidding.client import Visitor
from tests.doors.door import (
    PATIENCE,
    HouseProcess,
    closed_with,
    house_process,
    receive,
    running,
    signed_in,
    size,
    socket,
    take_part,
)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with house_process(tmp_path_factory.mktemp("stream")) as running_house:
        yield running_house
        assert running_house.end() == 0
        assert running_house.errors() == []


def bid(**more: object) -> bytes:
    return json.dumps({"type": "bid", "ref": "bad", "amount": 100_000, **more}).encode()


BAD: dict[str, tuple[bytes | str, str]] = {
    "not a number": (b'{"type":"bid","ref":"bad","amount":NaN}', "BAD_NUMBER"),
    "infinity": (b'{"type":"bid","ref":"bad","amount":Infinity}', "BAD_NUMBER"),
    "minus infinity": (b'{"type":"bid","ref":"bad","amount":-Infinity}', "BAD_NUMBER"),
    "a float that is whole": (b'{"type":"bid","ref":"bad","amount":100000.0}', "BAD_NUMBER"),
    "an exponent": (b'{"type":"bid","ref":"bad","amount":1e5}', "BAD_NUMBER"),
    "next to nothing": (b'{"type":"bid","ref":"bad","amount":1e-300}', "BAD_NUMBER"),
    "beyond 2^53": (b'{"type":"bid","ref":"bad","amount":9007199254740993}', "BAD_NUMBER"),
    "four thousand digits": (
        b'{"type":"bid","ref":"bad","amount":%b}' % (b"9" * 4000),
        "BAD_NUMBER",
    ),
    "true for an amount": (b'{"type":"bid","ref":"bad","amount":true}', "BAD_FIELDS"),
    "text for an amount": (bid(amount="100000"), "BAD_FIELDS"),
    "null for an amount": (bid(amount=None), "BAD_FIELDS"),
    "a list for an amount": (bid(amount=[100_000]), "BAD_FIELDS"),
    "no amount": (b'{"type":"bid","ref":"bad"}', "BAD_FIELDS"),
    "no reference": (b'{"type":"bid","amount":100000}', "BAD_FIELDS"),
    "an empty reference": (bid(ref=""), "BAD_FIELDS"),
    "a reference too long": (bid(ref="r" * 65), "BAD_FIELDS"),
    "a reference with a slash": (bid(ref="a/b"), "BAD_FIELDS"),
    "a reference with a newline": (bid(ref="a\n"), "BAD_FIELDS"),
    "an unknown field": (bid(urgent=True), "BAD_FIELDS"),
    "naming another bidder": (bid(bidder="99"), "BAD_FIELDS"),
    "naming another actor": (bid(actor="staff:staff1"), "BAD_FIELDS"),
    "a time of its own": (bid(t=1), "BAD_FIELDS"),
    "the amount twice": (b'{"type":"bid","ref":"bad","amount":1,"amount":100000}', "DUPLICATE_KEY"),
    "the amount twice, once escaped": (
        b'{"type":"bid","ref":"bad","amount":1,"am\\u006funt":100000}',
        "DUPLICATE_KEY",
    ),
    "a lone surrogate": (b'{"type":"bid","ref":"bad","amount":1,"lot":"\\ud800"}', "BAD_UTF8"),
    "bytes that are not UTF-8": ("raw:" + "7b22ff227d", "BAD_UTF8"),
    "a byte order mark": ("raw:" + "efbbbf7b7d", "BAD_JSON"),
    "a deep nest": (b"[" * 2000 + b"]" * 2000, "TOO_DEEP"),
    "a nest that is never closed": (b'{"a":' * 100, "BAD_JSON"),
    "nothing": (b"", "BAD_JSON"),
    "two messages in one": (b"{}{}", "BAD_JSON"),
    "a list": (b"[]", "UNKNOWN_MESSAGE"),
    "a number": (b"1", "UNKNOWN_MESSAGE"),
    "null": (b"null", "UNKNOWN_MESSAGE"),
    "an unknown type": (b'{"type":"admit","bidder":"99"}', "UNKNOWN_MESSAGE"),
    "a type that is a list": (b'{"type":[]}', "UNKNOWN_MESSAGE"),
    "a command of staff": (b'{"type":"suspend","reason":"x"}', "UNKNOWN_MESSAGE"),
    "hello again": (b'{"type":"hello","v":1,"auction":"x"}', "HELLO_FIRST"),
    "a confirmation that is text": (b'{"type":"confirm","ref":"bad","answer":"yes"}', "BAD_FIELDS"),
    "a confirmation that is 1": (b'{"type":"confirm","ref":"bad","answer":1}', "BAD_FIELDS"),
    "a time that is text": (b'{"type":"time","c":"1"}', "BAD_FIELDS"),
    "more than 4096 bytes": (bid(lot="x" * 5000), "TOO_LONG"),
}


async def test_whatever_is_not_exactly_a_message_gets_a_clear_error_and_leaves_no_line(
    house: HouseProcess,
):
    async with signed_in(house, "staff1", "approver1", "bidder1", "auditor1") as people:
        staff, approver, bidder, auditor = people
        auction = await running(staff, approver)
        await take_part(staff, auction, bidder)
        before = await size(auditor, auction)
        async with socket(bidder, auction) as mine, socket(auditor, auction) as other:
            for what, (frame, code) in BAD.items():
                if isinstance(frame, str):
                    raw = bytes.fromhex(frame.removeprefix("raw:"))
                    await send_text(mine, raw)
                else:
                    await mine.send(frame, text=True)
                error = await receive(mine, "error", "accepted", "refused", "retry")
                assert (error["type"], error["code"]) == ("error", code), what
                assert error["sentence"]["zh"], what
                assert error["sentence"]["en"], what
                # A good message in between: only three bad ones in a row end the connection.
                await mine.send('{"type":"time","c":7}')
                assert (await receive(mine, "time"))["c"] == 7, what
                await asyncio.sleep(0.08)
            await mine.send(b"{}")
            assert (await receive(mine, "error"))["code"] == "BINARY"
            assert await size(auditor, auction) == before
            await other.send('{"type":"time","c":8}')
            assert (await receive(other, "time"))["c"] == 8
            await mine.send(json.dumps({"type": "bid", "ref": "good", "amount": 100_000}))
            assert (await receive(mine, "accepted", "refused"))["type"] == "accepted"
            assert await size(auditor, auction) == before + 1


async def send_text(ws, raw: bytes) -> None:
    """A text frame of bytes that the client library would never let out."""
    ws.protocol.send_text(raw)
    for data in ws.protocol.data_to_send():
        ws.transport.write(data)


async def test_three_malformed_messages_in_a_row_end_the_connection_and_no_other(
    house: HouseProcess,
):
    async with signed_in(house, "staff1", "approver1", "auditor1") as (staff, approver, auditor):
        auction = await running(staff, approver)
        async with socket(auditor, auction) as bad, socket(auditor, auction) as good:
            for _ in range(3):
                await bad.send("{}")
            assert await closed_with(bad) == 4400
            await good.send('{"type":"time","c":1}')
            await receive(good, "time")


async def test_a_megabyte_in_a_frame_is_answered_and_five_are_closed_unread(house: HouseProcess):
    async with signed_in(house, "staff1", "approver1", "auditor1") as (staff, approver, auditor):
        auction = await running(staff, approver)
        async with socket(auditor, auction) as ws:
            await ws.send("x" * 1_000_000)
            assert (await receive(ws, "error"))["code"] == "TOO_LONG"
            await ws.send('{"type":"time","c":1}')
            await receive(ws, "time")
            # The header of five million bytes is enough: none of them is waited for.
            ws.transport.write(b"\x81\xff" + (5_000_000).to_bytes(8, "big") + b"mask")
            assert await closed_with(ws) == 1009
        assert await size(auditor, auction) > 0


@pytest.mark.parametrize("what", ["unknown auction", "wrong csrf", "first a bid"])
async def test_who_does_not_say_hello_properly_is_told_why(house: HouseProcess, what: str):
    async with signed_in(house, "staff1", "approver1", "bidder2") as (staff, approver, bidder):
        auction = await running(staff, approver)
        hello = {"type": "hello", "v": 1, "auction": auction, "csrf": bidder.csrf}
        async with socket(bidder, auction, hello=False) as ws:
            if what == "first a bid":
                await ws.send(bid())
                await ws.send(bid(), text=True)
                assert (await receive(ws, "error"))["code"] == "BINARY"
                assert (await receive(ws, "error"))["code"] == "HELLO_FIRST"
                return
            wrong = {"auction": "no-such"} if what == "unknown auction" else {"csrf": "x" * 43}
            await ws.send(json.dumps(hello | wrong))
            assert await closed_with(ws) == {"unknown auction": 4404, "wrong csrf": 4403}[what]


async def test_a_page_of_another_site_gets_no_stream(house: HouseProcess):
    async with signed_in(house, "bidder1") as (bidder,):
        for origin in ("https://evil.example", "null", house.url + ".evil.example"):
            with pytest.raises(InvalidStatus) as refused:
                async with socket(bidder, "x", hello=False, Origin=origin):
                    pass
            assert refused.value.response.status_code == 403
        async with socket(bidder, "x", hello=False, Origin=house.url):
            pass


async def test_without_the_csrf_word_a_signed_in_browser_is_a_spectator(house: HouseProcess):
    async with signed_in(house, "staff1", "approver1", "bidder1") as (staff, approver, bidder):
        auction = await running(staff, approver)
        await take_part(staff, auction, bidder)
        async with socket(bidder, auction, hello=False) as ws:
            await ws.send(json.dumps({"type": "hello", "v": 1, "auction": auction}))
            assert (await receive(ws, "welcome"))["role"] == "public"
            await ws.send(bid(), text=True)
            error = await receive(ws, "error")
            assert (error["code"], error["ref"]) == ("NOT_ADMITTED", "bad")


async def test_a_quick_hand_is_told_to_slow_down_and_a_flood_is_cut_off(house: HouseProcess):
    async with signed_in(house, "staff1", "approver1", "bidder1", "auditor1") as people:
        staff, approver, bidder, auditor = people
        auction = await running(staff, approver)
        await take_part(staff, auction, bidder)
        before = await size(auditor, auction)
        async with socket(bidder, auction) as ws:
            began = time.monotonic()
            for n in range(30):
                await ws.send(
                    json.dumps({"type": "bid", "ref": f"f{n}", "amount": 100_000 + n * 1_000})
                )
            kinds = [(await receive(ws, "accepted", "error"))["type"] for _ in range(30)]
            # Ten at once, and five more for each second that all of them took.
            assert 10 <= kinds.count("accepted") <= 10 + 5 * (time.monotonic() - began)
            assert "error" in kinds
            assert await size(auditor, auction) == before + kinds.count("accepted")
            with contextlib.suppress(ConnectionClosed):
                for n in range(400):
                    await ws.send(json.dumps({"type": "time", "c": n}))
            assert await closed_with(ws) == 4429


async def test_the_fourth_connection_of_an_account_replaces_the_first(house: HouseProcess):
    async with signed_in(house, "staff1", "approver1", "auditor1") as (staff, approver, auditor):
        auction = await running(staff, approver)
        async with (
            socket(auditor, auction) as first,
            socket(auditor, auction) as second,
            socket(auditor, auction),
            socket(auditor, auction) as fourth,
        ):
            assert await closed_with(first) == 4429
            for ws in (second, fourth):
                await ws.send('{"type":"time","c":1}')
                await receive(ws, "time")


async def test_a_bidder_admitted_while_watching_becomes_one_without_a_reload(house: HouseProcess):
    async with signed_in(house, "staff1", "approver1", "bidder3") as (staff, approver, bidder):
        auction = await running(staff, approver)
        async with socket(bidder, auction) as ws:
            paddle = await take_part(staff, auction, bidder)
            assert (await receive(ws, "welcome"))["channels"] == ["public", f"bidder:{paddle}"]
            async with asyncio.timeout(PATIENCE):
                while not (await receive(ws, "you"))["deposit"]["ok"]:
                    pass
            await ws.send(json.dumps({"type": "bid", "ref": "r", "amount": 100_000}))
            assert (await receive(ws, "accepted", "refused", "error"))["type"] == "accepted"


async def test_sockets_see_the_same_bytes_in_the_same_order(house: HouseProcess):
    async with signed_in(house, "staff1", "approver1", "bidder1", "bidder2") as people:
        staff, approver, one, two = people
        auction = await running(staff, approver)
        await take_part(staff, auction, one)
        await take_part(staff, auction, two)
        async with (
            Visitor(house.url) as public,
            public.join(auction) as a,
            public.join(auction) as b,
        ):
            seen: dict[str, list[int]] = {"a": [], "b": []}
            a.listen(lambda e: seen["a"].append(e["n"]))
            b.listen(lambda e: seen["b"].append(e["n"]))
            start = a.cursors["public"]
            async with one.join(auction) as left, two.join(auction) as right:
                for step in range(6):
                    seat = (left, right)[step % 2]
                    await seat.bid(100_000 + step * 1_000)
                # Not every bid moves the public channel's reader at once: wait for the last.
                await a.until(lambda s: s.room["top"] == 105_000, within=PATIENCE)
                await b.until(lambda s: s.room["top"] == 105_000, within=PATIENCE)
            assert seen["a"] == seen["b"] == list(range(start + 1, start + 7))
