"""What every bus must keep, which is little; and what Redis's must hide."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field

import pytest
from redis.asyncio import Redis

from bidding.adapters.direct_bus import BothWays, DirectBus
from bidding.adapters.redis_bus import RedisBus
from bidding.engine.nodes import Bus, BusAddressError
from bidding.engine.one_process import LocalBus, LocalPost
from tests.redis_server import RedisServer, redis_server, remove

SECRET = bytes(32)


@dataclass
class Ends:
    """Nodes on one bus, and what each was brought."""

    make: Callable[[], Awaitable[Bus]]
    buses: dict[str, Bus] = field(default_factory=dict)
    brought: dict[str, list[bytes]] = field(default_factory=dict)

    async def join(self, name: str) -> Bus:
        bus = self.buses[name] = await self.make()
        self.brought[name] = []
        bus.listen(name, self.brought[name].append)
        self.meet()
        return bus

    def move(self, name: str, now: str) -> None:
        """Who was called `name` enters anew; what he is brought is kept under the old one."""
        bus = self.buses.pop(name)
        self.buses[now] = bus
        bus.listen(now, self.brought[name].append)
        self.meet()

    def meet(self) -> None:
        places = {name: bus.place for name, bus in self.buses.items()}
        for bus in self.buses.values():
            bus.meet(places)

    async def close(self) -> None:
        for bus in self.buses.values():
            await bus.close()

    async def up(self) -> None:
        """Until letters go both ways; a letter of nobody's is what shows that."""
        async with asyncio.timeout(30):
            for name, bus in self.buses.items():
                while not (bus.up and self.brought[name]):
                    bus.post(name, b"up")
                    await asyncio.sleep(0.01)
                await self.no_more(bus, name, name)

    async def no_more(self, bus: Bus, address: str, name: str) -> None:
        """Throws away what this bus has written to an address of `name`: the last of it has come."""
        bus.post(address, b"that is all")
        async with asyncio.timeout(30):
            while self.brought[name][-1] != b"that is all":
                await asyncio.sleep(0.01)
        self.brought[name].clear()

    async def until(self, name: str, *letters: bytes) -> None:
        async with asyncio.timeout(30):
            while self.brought[name] != list(letters):
                await asyncio.sleep(0.01)


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    server = redis_server()
    yield server
    remove(server)


def by_redis(server: RedisServer) -> Callable[[], Awaitable[Bus]]:
    async def make() -> Bus:
        return RedisBus(server.url, "x/log", SECRET)

    return make


async def directly(house: str = "x/log", secret: bytes = SECRET) -> DirectBus:
    """One that listens."""
    bus = DirectBus(house, secret)
    await bus.open("127.0.0.1:0")
    return bus


@pytest.fixture(params=["one process", "redis", "directly"])
async def ends(request: pytest.FixtureRequest, redis: RedisServer) -> AsyncIterator[Ends]:
    post = LocalPost()

    async def make() -> Bus:
        match request.param:
            case "one process":
                return LocalBus(post)
            case "redis":
                return RedisBus(redis.url, "bid.example.cn/log", SECRET)
            case _:
                return await directly()

    found = Ends(make)
    yield found
    await found.close()


async def test_a_letter_reaches_whom_it_is_written_to_and_nobody_else(ends):
    one, _, _ = [await ends.join(name) for name in ("a.1", "b.2", "c.3")]
    await ends.up()
    for n in range(3):
        one.post("b.2", b"%d" % n)
    await ends.until("b.2", b"0", b"1", b"2")
    assert not ends.brought["a.1"]
    assert not ends.brought["c.3"]


async def test_a_letter_to_all_reaches_all_and_its_writer(ends):
    one, _ = await ends.join("a.1"), await ends.join("b.2")
    await ends.up()
    one.post(None, b"x")
    await ends.until("a.1", b"x")
    await ends.until("b.2", b"x")


async def test_nobody_is_brought_a_letter_while_he_writes_one(ends):
    one = await ends.join("a.1")
    await ends.up()
    one.post("a.1", b"x")
    assert not ends.brought["a.1"]
    await ends.until("a.1", b"x")


async def test_who_has_a_new_address_gets_no_letters_to_the_old_one(ends):
    one, _ = await ends.join("a.1"), await ends.join("b.2")
    await ends.up()
    ends.move("b.2", "b.3")
    async with asyncio.timeout(30):
        while not ends.brought["b.2"]:
            one.post("b.3", b"new")
            await asyncio.sleep(0.05)
    await ends.no_more(one, "b.3", "b.2")
    one.post("b.2", b"old")
    one.post("b.3", b"new")
    await ends.until("b.2", b"new")


async def test_letters_go_again_when_redis_comes_back_and_old_ones_do_not():
    server = redis_server()
    ends = Ends(by_redis(server))
    try:
        one, two = await ends.join("a.1"), await ends.join("b.2")
        await ends.up()
        server.end()
        async with asyncio.timeout(30):
            while one.up or two.up:
                one.post("b.2", b"lost")
                two.post("a.1", b"lost")
                await asyncio.sleep(0.02)
        server.start()
        async with asyncio.timeout(30):
            while b"new" not in ends.brought["b.2"] or not two.up:
                one.post("b.2", b"new")
                two.post("a.1", b"new")
                await asyncio.sleep(0.05)
        assert set(ends.brought["b.2"]) == {b"new"}
        assert one.up
    finally:
        await ends.close()
        remove(server)


async def test_a_redis_that_stands_still_is_noticed():
    server = redis_server()
    ends = Ends(by_redis(server))
    try:
        one = await ends.join("a.1")
        await ends.up()
        assert server.process is not None
        server.process.send_signal(signal.SIGSTOP)
        async with asyncio.timeout(30):
            while one.up:
                await asyncio.sleep(0.05)
        server.process.send_signal(signal.SIGCONT)
        await ends.up()
    finally:
        await ends.close()
        remove(server)


async def test_redis_is_told_nothing_and_believed_nothing(redis):
    ends = Ends(by_redis(redis))
    one = await ends.join("a.1")
    stranger = RedisBus(redis.url, "x/log", bytes(31) + b"1")
    client = Redis.from_url(redis.url)
    try:
        await ends.up()
        async with client.pubsub() as tapped:
            await tapped.psubscribe("*")
            await tapped.get_message(timeout=30)
            one.post("a.1", b"a sealed offer of 123456")
            await ends.until("a.1", b"a sealed offer of 123456")
            heard = await tapped.get_message(timeout=30)
            assert heard is not None
            assert b"123456" not in heard["data"]
            # What was sealed for one address cannot be brought to another, nor be made up.
            ends.brought["a.1"].clear()
            channel = heard["channel"]
            await client.publish(channel.replace(b"a.1", b"*"), heard["data"])
            await client.publish(channel, b"x" * 40)
            await client.publish(channel, b"")
            stranger.listen("z.9", lambda _: None)
            stranger.post("a.1", b"made up")
            one.post("a.1", b"last")
            await ends.until("a.1", b"last")
            await asyncio.sleep(0.1)
            assert ends.brought["a.1"] == [b"last"]
    finally:
        await one.close()
        await stranger.close()
        with contextlib.suppress(Exception):
            await client.aclose()


@pytest.mark.parametrize(
    "address",
    ["redis://b:port/0", "redis://b:99999/0", "redis://b/0?patience=1", "redis://:a/b@c/0"],
)
def test_an_address_that_nothing_can_have_is_refused_and_not_tried_for_ever(address):
    with pytest.raises(BusAddressError):
        RedisBus(address, "x/log", SECRET)


async def test_why_redis_takes_no_letters_is_told_once_from_the_first_try_on(caplog):
    server = redis_server()
    guard = Redis.from_url(server.url)
    bus = RedisBus(server.url.replace("unix://", "unix://:wrong@"), "x/log", SECRET)
    try:
        await guard.config_set("requirepass", "right")
        bus.listen("a.1", lambda _: None)
        async with asyncio.timeout(30):
            while len({record.getMessage().partition(":")[0] for record in caplog.records}) < 2:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)  # several tries more, each with the same end
        told = [record.getMessage() for record in caplog.records]
        assert sorted(line.partition(":")[0] for line in told) == [
            "letters cannot be received",
            "letters cannot be sent",
        ]
        assert all("password" in line for line in told)
        assert not bus.up
    finally:
        await bus.close()
        await guard.aclose()
        remove(server)


async def test_it_ends_though_a_line_that_is_refused_swallows_being_told_to(monkeypatch):
    async def hard_of_hearing(_: RedisBus) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    monkeypatch.setattr(RedisBus, "_speak", hard_of_hearing)
    bus = RedisBus("redis://127.0.0.1:1", "x/log", SECRET)
    bus.listen("a.1", lambda _: None)
    await asyncio.sleep(0)
    async with asyncio.timeout(30):
        await bus.close()


async def test_without_redis_letters_go_directly_and_no_moment_is_lost():
    server = redis_server()

    async def make() -> Bus:
        return BothWays(RedisBus(server.url, "x/log", SECRET), await directly())

    ends = Ends(make)
    try:
        one, two = await ends.join("a.1"), await ends.join("b.2")
        await ends.up()
        async with asyncio.timeout(5):
            # Twice: by each way. What is late on Redis's is of the letter before.
            while ends.brought["b.2"].count(b"both") < 2:
                one.post("b.2", b"both")
                await asyncio.sleep(0.02)
        server.end()
        one.post("b.2", b"at once")
        two.post(None, b"to all")
        async with asyncio.timeout(5):
            while b"at once" not in ends.brought["b.2"] or b"to all" not in ends.brought["a.1"]:
                await asyncio.sleep(0.01)
        assert b"to all" in ends.brought["b.2"]
        assert one.up
    finally:
        await ends.close()
        remove(server)


async def test_who_does_not_reach_every_other_gets_no_letter_of_his_own():
    ends = Ends(directly)
    one = await ends.join("a.1")
    one.post(None, b"alone on the record")
    await ends.until("a.1", b"alone on the record")
    two = await ends.join("b.2")
    await ends.up()
    one.meet({"a.1": one.place, "b.2": two.place, "c.3": None})
    assert not one.up, "somebody is there who is reached by the other way alone"
    ends.meet()
    assert one.up
    await two.close()
    async with asyncio.timeout(5):
        while one.up:
            await asyncio.sleep(0.01)
    one.post(None, b"nobody")
    one.post("a.1", b"nobody")
    await asyncio.sleep(0.05)
    assert not ends.brought["a.1"]
    await one.close()


async def test_a_stranger_at_the_door_is_not_believed_and_ends_nobody_s_hearing():
    ends = Ends(directly)
    try:
        one = await ends.join("a.1")
        stranger = await directly(secret=bytes(31) + b"1")
        ends.buses["z.9"], ends.brought["z.9"] = stranger, []
        stranger.listen("z.9", ends.brought["z.9"].append)
        ends.meet()
        async with asyncio.timeout(5):
            while not stranger.up:
                await asyncio.sleep(0.01)
        stranger.post("a.1", b"made up")
        stranger.post(None, b"made up")
        assert one.place is not None
        host, _, port = one.place.rpartition(":")
        for said in (
            b"GET / HTTP/1.1\r\n\r\n",
            b"\x00\x00\x00\x00\x01",
            b"\x00\x00\x00\x28\x00" + b"x" * 40,
        ):
            _, writer = await asyncio.open_connection(host, int(port))
            writer.write(said)
            await writer.drain()
            await asyncio.sleep(0.02)
            writer.close()
        two = await ends.join("b.2")
        async with asyncio.timeout(5):
            while b"true" not in ends.brought["a.1"]:
                two.post("a.1", b"true")
                await asyncio.sleep(0.02)
        assert set(ends.brought["a.1"]) == {b"true"}
        two.post("z.9", b"of this house")
        await asyncio.sleep(0.05)
        assert ends.brought["z.9"] == [b"made up"], "his own, which came back to him"
    finally:
        await ends.close()
