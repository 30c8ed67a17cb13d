"""What every bus must keep, which is little; and what Redis's must hide."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

import pytest
from redis.asyncio import Redis

from bidding.adapters.redis_bus import RedisBus
from bidding.engine.nodes import Bus
from bidding.engine.one_process import LocalBus, LocalPost
from tests.redis_server import RedisServer, redis_server, remove

SECRET = bytes(32)


@dataclass
class Ends:
    """Nodes on one bus, and what each was brought."""

    make: Callable[[], Bus]
    buses: dict[str, Bus] = field(default_factory=dict)
    brought: dict[str, list[bytes]] = field(default_factory=dict)

    def join(self, name: str) -> Bus:
        bus = self.buses[name] = self.make()
        self.brought[name] = []
        bus.listen(name, self.brought[name].append)
        return bus

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


@pytest.fixture(params=["one process", "redis"])
async def ends(request: pytest.FixtureRequest, redis: RedisServer) -> AsyncIterator[Ends]:
    post = LocalPost()
    found = Ends(
        (lambda: LocalBus(post))
        if request.param == "one process"
        else (lambda: RedisBus(redis.url, "bid.example.cn/log", SECRET))
    )
    yield found
    for bus in found.buses.values():
        await bus.close()


async def test_a_letter_reaches_whom_it_is_written_to_and_nobody_else(ends):
    one, _, _ = ends.join("a.1"), ends.join("b.2"), ends.join("c.3")
    await ends.up()
    for n in range(3):
        one.post("b.2", b"%d" % n)
    await ends.until("b.2", b"0", b"1", b"2")
    assert not ends.brought["a.1"]
    assert not ends.brought["c.3"]


async def test_a_letter_to_all_reaches_all_and_its_writer(ends):
    one, _ = ends.join("a.1"), ends.join("b.2")
    await ends.up()
    one.post(None, b"x")
    await ends.until("a.1", b"x")
    await ends.until("b.2", b"x")


async def test_nobody_is_brought_a_letter_while_he_writes_one(ends):
    one = ends.join("a.1")
    await ends.up()
    one.post("a.1", b"x")
    assert not ends.brought["a.1"]
    await ends.until("a.1", b"x")


async def test_who_has_a_new_address_gets_no_letters_to_the_old_one(ends):
    one, two = ends.join("a.1"), ends.join("b.2")
    await ends.up()
    two.listen("b.3", ends.brought["b.2"].append)
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
    ends = Ends(lambda: RedisBus(server.url, "x/log", SECRET))
    try:
        one, two = ends.join("a.1"), ends.join("b.2")
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
        for bus in ends.buses.values():
            await bus.close()
        remove(server)


async def test_a_redis_that_stands_still_is_noticed():
    server = redis_server()
    ends = Ends(lambda: RedisBus(server.url, "x/log", SECRET))
    try:
        one = ends.join("a.1")
        await ends.up()
        assert server.process is not None
        server.process.send_signal(signal.SIGSTOP)
        async with asyncio.timeout(30):
            while one.up:
                await asyncio.sleep(0.05)
        server.process.send_signal(signal.SIGCONT)
        await ends.up()
    finally:
        for bus in ends.buses.values():
            await bus.close()
        remove(server)


async def test_redis_is_told_nothing_and_believed_nothing(redis):
    ends = Ends(lambda: RedisBus(redis.url, "x/log", SECRET))
    one = ends.join("a.1")
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
