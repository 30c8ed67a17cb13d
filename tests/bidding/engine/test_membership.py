"""Several houses on one record: who writes, who follows, what a bell waits for, what a fall costs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from bidding.core.commands import Command, Terminate
from bidding.core.document import Document
from bidding.engine.auctioneer import Answer, Final
from bidding.engine.house import House
from bidding.engine.membership import TTL, Membership
from bidding.engine.nodes import Grant, LeasesAway, View
from bidding.engine.one_process import LocalBus, LocalLeases, LocalPost
from bidding.engine.ports import LogBroken
from bidding.engine.witnessing import Witnessing
from bidding.proof.policy import parse_policy
from bidding.proof.receipt import verify_receipt
from bidding.proof.witness_policy import parse_witnesses
from bidding.testing import EPOCH, SECOND, FixedKeys, MemoryLog, VirtualClock, settle
from tests.bidding.engine.sample import (
    PREFIX,
    Screen,
    accepted,
    admit,
    bid,
    english,
    refused,
    retry,
)
from tests.bidding.engine.test_witnessing import Pretend

MS = 1_000
ORIGIN = f"{PREFIX}/zs-1"
#: Soon, and not for long: two nodes that wait keep a virtual clock busy.
OPENS = EPOCH + 3 * SECOND
CLOSES = OPENS + 6 * SECOND


def nothing(_: dict[str, Any]) -> bool:
    """No letter is lost."""
    return False


def soon(seconds: int = 6) -> Document:
    return english(opens=OPENS, duration_seconds=seconds)


class Letters(LocalPost):
    """The way between nodes, which loses what a test wants lost."""

    def __init__(self) -> None:
        super().__init__()
        self.lost: Callable[[dict[str, Any]], bool] = nothing
        self.seen: list[str] = []
        self.cut: set[str] = set()

    def carry(self, address: str | None, letter: bytes) -> None:
        read = orjson.loads(letter)
        self.seen.append(read["k"])
        if read["from"].partition(".")[0] in self.cut or self.lost(read):
            return
        takers = dict(self.takers)
        for name, take in takers.items():
            if name.partition(".")[0] not in self.cut and address in (None, name):
                asyncio.get_running_loop().call_soon(take, letter)


class End(LocalBus):
    """An end of the way that says whether it is up as the test asks."""

    def __init__(self, town: Town) -> None:
        super().__init__(town.post)
        self._town = town

    @property
    def up(self) -> bool:
        return self._town.bus_up


class Leases(LocalLeases):
    """Leases that a node may lose sight of."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock, TTL)
        self.away: set[str] = set()
        self.lost = 0
        """So many answers of a lease that was had get lost."""

    async def acquire(self, log: str, address: str) -> Grant | None:
        found = await super().acquire(log, address)
        if found is not None and self.lost:
            self.lost -= 1
            raise LeasesAway("the answer was lost")
        return found

    async def renew(self, address: str) -> View:
        if address.partition(".")[0] in self.away:
            raise LeasesAway("as the test asked")
        return await super().renew(address)


@dataclass
class Node:
    """One house and its part in the membership."""

    name: str
    town: Town
    house: House = field(init=False)
    others: Membership = field(init=False)
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        town = self.town
        self.others = Membership(town.leases, End(town), town.clock, self.name, most=1000)
        self.house = House(
            town.log,
            town.clock,
            FixedKeys(),
            PREFIX,
            holder=self.name,
            others=self.others,
            witnessing=town.witnessing(),
        )

    @property
    def owns(self) -> bool:
        return self.others.holds(ORIGIN)

    def ask(self, command: Any) -> asyncio.Future[Answer]:
        return self.house.ask("zs-1", command)

    async def fall(self) -> None:
        """kill -9, as the others see it: no word more, and no renewal."""
        self.town.post.cut.add(self.name)
        tasks = [
            *self.others._tasks,
            *self.house._chores.tasks,
            *self.house.supervisor._tasks.values(),
        ]
        for seat in self.house._seats:
            if seat.auctioneer is not None:
                tasks += [t for t in (seat.auctioneer._task, seat.auctioneer._alarm) if t]
        for task in tasks:
            task.cancel()
        self.town.nodes.remove(self)
        self.town.fallen.append(self)
        await settle()


@dataclass
class Town:
    """Nodes on one record."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    log: MemoryLog = field(default_factory=MemoryLog)
    post: Letters = field(default_factory=Letters)
    leases: Leases = field(init=False)
    nodes: list[Node] = field(default_factory=list)
    fallen: list[Node] = field(default_factory=list)
    bus_up: bool = True
    keys: FixedKeys = field(default_factory=FixedKeys)
    witnessing: Callable[[], Witnessing | None] = lambda: None

    def __post_init__(self) -> None:
        self.leases = Leases(self.clock)

    async def add(self, name: str) -> Node:
        node = Node(name, self)
        self.nodes.append(node)
        await node.house.recover()
        await self.clock.advance(400 * MS)
        return node

    async def running(self, *bidders: str, seconds: int = 6) -> tuple[Node, Node]:
        """Two nodes and an auction that runs; the owner first."""
        nodes = [await self.add("a"), await self.add("b")]
        await nodes[0].house.publish(soon(seconds), "staff:li", "approver:wang")
        await self.clock.advance(1 * SECOND)
        for bidder in bidders:
            assert accepted(await self.answered(nodes[0].ask(admit(bidder))))
        await self.until(OPENS + 100 * MS)
        owner, other = sorted(nodes, key=lambda node: not node.owns)
        assert owner.owns
        assert not other.owns
        assert other.house.room("zs-1").state.status == "running"
        return owner, other

    async def until(self, when: int) -> None:
        await self.clock.advance(when - self.clock.now())

    async def answered(self, asked: asyncio.Future[Answer], within: int = 5 * SECOND) -> Answer:
        end = self.clock.now() + within
        while not asked.done() and self.clock.now() < end:
            await self.clock.advance(10 * MS)
        return await asyncio.wait_for(asked, 1)

    async def entries(self) -> list[dict[str, Any]]:
        return [orjson.loads(body) for body in await self.log.read(ORIGIN)]

    async def types(self) -> list[str]:
        return [entry["type"] for entry in await self.entries()]


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    town = Town()
    yield town
    town.post.lost = nothing
    town.log.release()
    for node in [*town.nodes, *town.fallen]:
        await node.house.close()


async def test_a_bid_at_the_node_that_does_not_own_the_auction_is_decided_by_the_one_that_does(
    town,
):
    owner, other = await town.running("03", "04")
    asked = other.ask(bid("03", 100_000, "r1"))
    answer = await town.answered(asked)
    assert accepted(answer)
    assert isinstance(answer, Final)
    assert (await town.entries())[answer.index]["cmd"] == "bidder:03/r1"
    assert owner.house.room("zs-1").state == other.house.room("zs-1").state


async def test_a_follower_shows_what_the_owner_shows(town):
    owner, other = await town.running("03", "04")
    screens = []
    for node in (owner, other):
        screen = Screen()
        await node.house.room("zs-1").join(screen, {"public": None})
        screens.append(screen)
    for n, node in enumerate([owner, other, owner]):
        assert accepted(await town.answered(node.ask(bid("03", 100_000 + n * 1_000))))
    await town.clock.advance(100 * MS)
    lines = screens[0].lines()
    assert len(lines) == 3
    assert screens[1].lines() == lines


async def test_a_retry_is_answered_from_the_log_wherever_it_is_asked(town):
    owner, other = await town.running("03")
    first = await town.answered(other.ask(bid("03", 100_000, "r1")))
    again = [await town.answered(node.ask(bid("03", 100_000, "r1"))) for node in (owner, other)]
    assert again == [first, first]
    changed = await town.answered(other.ask(bid("03", 105_000, "r1")))
    assert refused(changed) == "REF_REUSED"


@pytest.mark.parametrize("kind", ["ask", "said", "grew"])
async def test_letters_that_get_lost_lose_no_bid_and_double_none(town, kind):
    _, other = await town.running("03")
    losing = [True, True, True]
    town.post.lost = lambda letter: letter["k"] == kind and bool(losing) and losing.pop()
    assert accepted(await town.answered(other.ask(bid("03", 100_000, "r1"))))
    assert (await town.types()).count("bid.accepted") == 1


async def test_a_request_that_comes_after_its_door_gave_up_is_not_decided(town):
    """Redis stood still: whoever asked has been told to ask again, and may have thought better."""
    owner, other = await town.running("03", seconds=20)
    kept: list[bytes] = []
    carry = town.post.carry

    def keep(to: str | None, letter: bytes) -> None:
        if orjson.loads(letter)["k"] == "ask":
            kept.append(letter)
        else:
            carry(to, letter)

    town.post.carry = keep
    asked = other.ask(bid("03", 100_000, "r1"))
    assert retry(await town.answered(asked, 6 * SECOND)) == "recovering"
    town.post.carry = carry
    assert kept
    carry(owner.others.address, kept[0])
    await town.clock.advance(100 * MS)
    assert "bid.accepted" not in await town.types()
    assert "bid.refused" not in await town.types()


async def test_nonsense_and_mistakes_end_neither_the_hearing_nor_the_presence(town, monkeypatch):
    owner, other = await town.running("03")
    for letter in (b"", b"[]", b'{"k":"ask"}', b'{"k":"ask","from":"z.9","a":1,"t":"x","cmd":3}'):
        owner.others._take(letter)
    failing = [True]
    renew = town.leases.renew

    async def once(address: str) -> View:
        if failing:
            failing.clear()
            raise ZeroDivisionError("a mistake of ours")
        return await renew(address)

    monkeypatch.setattr(town.leases, "renew", once)
    await town.clock.advance(2 * SECOND)
    assert not failing
    assert owner.owns
    assert accepted(await town.answered(other.ask(bid("03", 100_000, "r1"))))


async def test_every_letter_twice_changes_nothing(town):
    _, other = await town.running("03")
    carry = town.post.carry

    def twice(to: str | None, letter: bytes) -> None:
        carry(to, letter)
        carry(to, letter)

    town.post.carry = twice
    assert accepted(await town.answered(other.ask(bid("03", 100_000, "r1"))))
    assert accepted(await town.answered(other.ask(admit("05"))))
    assert (await town.types()).count("bid.accepted") == 1
    assert (await town.types()).count("admit.accepted") == 2


async def test_what_a_door_had_in_time_is_in_time_though_its_letter_comes_late(town):
    """The letter is held back until the window is over by the owner's clock: the bell waits."""
    _, other = await town.running("03")
    await town.until(CLOSES - 5 * MS)
    town.post.lost = lambda letter: letter["k"] == "ask"
    asked = other.ask(bid("03", 100_000, "r1"))
    await town.until(CLOSES + 400 * MS)
    assert not asked.done()
    assert "bell.accepted" not in (await town.types())[3:]
    town.post.lost = nothing
    answer = await town.answered(asked)
    assert accepted(answer)
    await town.clock.advance(500 * MS)
    entries = await town.entries()
    assert [e["type"] for e in entries[-2:]] == ["bid.accepted", "bell.accepted"]
    assert entries[-2]["t"] < CLOSES == entries[-1]["t"]


async def test_a_bid_at_the_owner_after_the_close_waits_for_the_bell(town):
    owner, other = await town.running("03", "04")
    await town.until(CLOSES - 5 * MS)
    town.post.lost = lambda letter: letter["k"] == "ask"
    in_time = other.ask(bid("03", 100_000, "r1"))
    await town.until(CLOSES + 5 * MS)
    late = owner.ask(bid("04", 105_000, "r2"))
    await town.clock.advance(50 * MS)
    assert not late.done()
    town.post.lost = nothing
    assert accepted(await town.answered(in_time))
    assert refused(await town.answered(late)) == "AFTER_DEADLINE"


async def test_two_doors_stamps_are_put_in_order_and_the_door_s_own_is_kept(town):
    owner, other = await town.running("03", "04")
    town.post.lost = lambda letter: letter["k"] == "ask"
    stamp = town.clock.now()
    asked = other.ask(bid("03", 101_000, "r1"))
    await town.clock.advance(20 * MS)
    assert accepted(await town.answered(owner.ask(bid("04", 100_000, "r2"))))
    town.post.lost = nothing
    assert accepted(await town.answered(asked))
    earlier, later = (await town.entries())[-2:]
    assert earlier["actor"] == "bidder:04"
    assert later["t"] == earlier["t"] > stamp
    assert later["data"]["received"] == stamp


async def test_a_door_that_says_nothing_at_the_close_is_no_reason_to_close(town):
    owner, _ = await town.running("03")
    await town.until(CLOSES - 100 * MS)
    town.post.cut.add(next(n.name for n in town.nodes if not n.owns))
    await town.until(CLOSES + 3 * SECOND)
    state = owner.house.room("zs-1").state
    assert state.suspended is not None
    assert state.suspended.reason == "INTERRUPTED"
    town.post.cut.clear()
    await town.clock.advance(3 * SECOND)
    state = owner.house.room("zs-1").state
    assert state.status == "running"
    assert (await town.types())[-2:] == ["suspend.accepted", "resume.accepted"]


async def test_a_door_that_has_said_goodbye_is_not_waited_for(town):
    owner, other = await town.running("03")
    await town.until(CLOSES - 20 * MS)
    town.nodes.remove(other)
    await other.house.close()
    await town.until(CLOSES + 300 * MS)
    assert owner.house.room("zs-1").state.status == "closed"


async def test_without_letters_the_time_is_given_back(town):
    owner, other = await town.running("03")
    town.post.cut.update(("a", "b"))
    town.bus_up = False
    await town.clock.advance(4 * SECOND)
    state = owner.house.room("zs-1").state
    assert state.status == "suspended"
    assert retry(await town.answered(other.ask(bid("03", 100_000, "r1")))) == "recovering"
    town.bus_up = True
    town.post.cut.clear()
    await town.clock.advance(3 * SECOND)
    owner = next(node for node in town.nodes if node.owns)
    assert owner.house.room("zs-1").state.status == "running"
    assert accepted(await town.answered(other.ask(bid("03", 100_000, "r1"))))


async def test_a_node_that_reaches_nobody_goes_and_holds_nobody_up(town):
    owner, other = await town.running("03")
    town.post.cut.add(other.name)
    town.bus_up = False
    await town.clock.advance(3 * SECOND)
    assert owner.house.room("zs-1").state.status == "suspended"
    await town.clock.advance(2 * SECOND)
    assert other.others.address == ""
    assert owner.house.room("zs-1").state.status == "running"
    assert retry(await town.answered(other.ask(bid("03", 100_000, "r1")))) == "recovering"
    town.bus_up = True
    town.post.cut.clear()
    await town.clock.advance(1 * SECOND)
    assert accepted(await town.answered(other.ask(bid("03", 100_000, "r1"))))


async def test_a_node_that_wrote_nothing_before_hears_everybody_when_it_takes_over(town):
    """Doors show every node that they are there, not only the owners: else it would think them silent."""
    owner, other = await town.running("03")
    await town.clock.advance(3 * SECOND)
    assert other.others.doors.silent_since() is None
    await owner.fall()
    await town.clock.advance(3 * SECOND)
    reasons = [
        e["data"]["ask"]["reason"] for e in await town.entries() if e["type"] == "suspend.accepted"
    ]
    assert reasons == ["RECOVERY"]


async def test_after_a_fall_another_node_goes_on_and_nothing_acknowledged_is_lost(town):
    owner, other = await town.running("03", "04")
    told = [await town.answered(owner.ask(bid("03", 100_000, "r1")))]
    fell = town.clock.now()
    await owner.fall()
    asked = other.ask(bid("04", 101_000, "r2"))
    answer = await town.answered(asked)
    assert isinstance(answer, Final)
    assert town.clock.now() - fell < 2 * SECOND
    assert other.owns
    assert other.others.takeovers == 1
    entries = await town.entries()
    assert entries[told[0].index] == told[0].entry
    assert [e["type"] for e in entries if e["actor"] == "system"][-2:] == [
        "suspend.accepted",
        "resume.accepted",
    ]
    (suspended,) = [e for e in entries if e["type"] == "suspend.accepted"]
    assert fell - 400 * MS <= suspended["data"]["ask"]["since"] <= fell


@pytest.mark.parametrize("goes", ["falls", "is drained", "hears no letter"])
async def test_what_a_fall_cost_is_given_back_though_the_next_owner_goes_before_he_said_it(
    town, goes
):
    owner, heir = await town.running("03", seconds=20)
    await town.clock.advance(1 * SECOND)
    fell = town.clock.now()
    await owner.fall()
    town.log.go_down()
    await town.clock.advance(3 * SECOND)
    assert heir.owns
    if goes == "hears no letter":
        town.post.cut.add(heir.name)
        town.bus_up = False
        await town.clock.advance(4 * SECOND)
        assert heir.others.address == ""
    elif goes == "is drained":
        town.nodes.remove(heir)
        await heir.house.close()
    else:
        await heir.fall()
    town.log.go_down(down=False)
    third = await town.add("c")
    await town.clock.advance(3 * SECOND)
    assert third.owns
    (stopped,) = [e for e in await town.entries() if e["type"] == "suspend.accepted"]
    assert fell - 400 * MS <= stopped["data"]["ask"]["since"] <= fell


async def test_what_a_fall_cost_is_given_back_though_the_word_of_the_lease_was_lost(town):
    owner, heir = await town.running("03", seconds=20)
    fell, town.leases.lost = town.clock.now(), 1
    await owner.fall()
    await town.clock.advance(4 * SECOND)
    assert heir.owns
    assert town.leases.lost == 0
    (stopped,) = [e for e in await town.entries() if e["type"] == "suspend.accepted"]
    assert fell - 400 * MS <= stopped["data"]["ask"]["since"] <= fell


async def test_time_in_which_an_owner_could_not_write_is_given_back_by_the_one_after_his_fall(town):
    owner, heir = await town.running("03", seconds=20)
    await town.clock.advance(1 * SECOND)
    broke = town.clock.now()
    town.log.go_down()
    await town.clock.advance(4 * SECOND)
    assert owner.owns, "its presence needs no write of the log"
    await owner.fall()
    town.log.go_down(down=False)
    await town.clock.advance(4 * SECOND)
    assert heir.owns
    (stopped,) = [e for e in await town.entries() if e["type"] == "suspend.accepted"]
    assert broke - 1 * SECOND <= stopped["data"]["ask"]["since"] <= broke


async def test_what_was_said_is_not_owed_any_more(town):
    owner, heir = await town.running("03", seconds=20)
    await owner.fall()
    await town.clock.advance(3 * SECOND)
    assert heir.owns
    await town.leases.release(ORIGIN, heir.others.address)
    grant = await town.leases.acquire(ORIGIN, await town.leases.enter("c"))
    assert grant == Grant(town.clock.now(), handed=True)


async def test_a_node_that_stood_still_comes_back_as_one_that_follows(town):
    owner, other = await town.running("03")
    town.leases.away.add(owner.name)
    town.post.cut.add(owner.name)
    await town.clock.advance(2 * SECOND)
    assert not owner.owns
    assert other.owns
    assert retry(await town.answered(owner.ask(bid("03", 100_000, "r0")))) == "recovering"
    town.leases.away.clear()
    town.post.cut.clear()
    await town.clock.advance(1 * SECOND)
    assert accepted(await town.answered(owner.ask(bid("03", 100_000, "r1"))))
    assert not owner.owns
    assert owner.house.room("zs-1").state == other.house.room("zs-1").state


async def test_an_append_that_fails_while_an_auction_is_let_go_leaves_a_node_that_follows(town):
    owner, other = await town.running("03")
    town.log.hold()
    town.log.break_next(written=True)
    asked = owner.ask(bid("03", 100_000, "r1"))
    await settle()
    town.leases.away.add(owner.name)
    await town.clock.advance(2 * SECOND)
    town.log.release()
    town.leases.away.clear()
    await town.clock.advance(2 * SECOND)
    assert asked.done()
    assert other.owns
    assert accepted(await town.answered(owner.ask(bid("03", 100_000, "r1"))))
    assert (await town.types()).count("bid.accepted") == 1


async def test_an_auction_is_handed_over_without_a_word_in_the_record(town):
    owner, other = await town.running("03")
    asked = [other.ask(bid("03", 100_000 + n * 1_000, f"r{n}")) for n in range(5)]
    began = town.clock.now()
    town.nodes.remove(owner)
    closing = asyncio.ensure_future(owner.house.close())
    asked += [other.ask(bid("03", 105_000 + n * 1_000, f"s{n}")) for n in range(5)]
    for one in asked:
        assert accepted(await town.answered(one))
    assert town.clock.now() - began <= 300 * MS
    await closing
    assert other.owns
    assert "suspend.accepted" not in await town.types()
    assert other.others.takeovers == 0


async def test_a_node_that_owned_nothing_rings_the_bell_of_what_it_was_handed_at_once(town):
    owner, other = await town.running("03")
    await town.until(CLOSES - 200 * MS)
    town.nodes.remove(owner)
    await owner.house.close()
    await town.until(CLOSES + 100 * MS)
    assert other.house.room("zs-1").state.status == "closed"


async def test_an_auction_published_at_one_node_is_known_at_the_other_when_it_is_asked_for(town):
    await town.add("a")
    b = await town.add("b")
    town.post.lost = lambda _: True
    await town.nodes[0].house.publish(soon(), "staff:li", "approver:wang")
    room = await b.house.opened("zs-1")
    assert room.state.status == "announced"


async def test_whoever_asks_the_follower_sees_what_was_answered_before(town):
    owner, other = await town.running("03")
    town.post.lost = lambda letter: letter["k"] == "grew"
    assert accepted(await town.answered(owner.ask(bid("03", 100_000))))
    room = await other.house.opened("zs-1")
    assert room.state == owner.house.room("zs-1").state


async def test_whoever_is_answered_finds_his_entry_in_the_room(town):
    """Though the entry itself was found by a letter, and nobody told that the log grew."""
    _, other = await town.running("03")
    read, gate = town.log.read, asyncio.Event()

    async def slow(log: str, start: int = 0, stop: int | None = None) -> list[bytes]:
        if stop is None:
            await gate.wait()  # whoever follows is slow, and whoever reads one entry is not
        return await read(log, start, stop)

    town.log.read = slow
    asked = other.ask(bid("03", 100_000, "r1"))
    await town.clock.advance(400 * MS)
    assert not asked.done()
    gate.set()
    answer = await town.answered(asked)
    assert isinstance(answer, Final)
    assert other.house.room("zs-1").state.index > answer.index


async def test_a_follower_proves_what_the_owner_proves(town):
    owner, other = await town.running("03")
    answer = await town.answered(owner.ask(bid("03", 100_000, "r1")))
    assert isinstance(answer, Final)
    await other.house.opened("zs-1")
    assert other.house.index_of("zs-1", "bidder:03/r1") == answer.index
    assert await other.house.receipt("zs-1", answer.index) == await owner.house.receipt(
        "zs-1", answer.index
    )
    assert other.house.consistency("zs-1", 1, 3) == owner.house.consistency("zs-1", 1, 3)


async def test_a_follower_reads_on_before_it_says_that_there_is_no_such_entry(town):
    """A letter that the log grew is lost, and somebody asks with what the owner has shown him."""
    owner, other = await town.running("03")
    town.post.lost = lambda letter: letter["k"] == "grew"
    answer = await town.answered(owner.ask(bid("03", 100_000, "r1")))
    assert isinstance(answer, Final)
    size = answer.index + 1
    assert other.house.index_of("zs-1", "bidder:03/r1") is None
    with pytest.raises(IndexError):
        other.house.consistency("zs-1", 1, size)
    await other.house.read_on("zs-1")
    assert other.house.index_of("zs-1", "bidder:03/r1") == answer.index
    proof = owner.house.consistency("zs-1", 1, size)
    assert other.house.consistency("zs-1", 1, size) == proof
    await owner.house.read_on("zs-1")


async def test_a_writer_who_slept_does_not_say_that_there_is_no_such_entry(town, monkeypatch):
    """Another node has taken over and shown what it wrote; the sleeper has not noticed yet."""
    owner, other = await town.running("03")
    renew, asleep = town.leases.renew, owner.others.address

    async def never(address: str) -> View:
        await (asyncio.Event().wait() if address == asleep else asyncio.sleep(0))
        return await renew(address)

    monkeypatch.setattr(town.leases, "renew", never)
    town.post.cut.add(owner.name)
    await town.clock.advance(1_700 * MS)
    assert other.owns
    answer = await town.answered(other.ask(bid("03", 100_000, "r1")))
    assert isinstance(answer, Final)
    assert owner.house._seats["zs-1"].auctioneer is not None
    assert owner.house.index_of("zs-1", "bidder:03/r1") is None
    with pytest.raises(LogBroken):
        await owner.house.read_on("zs-1")


async def test_what_is_over_is_taken_over_after_what_runs_and_by_and_by(town):
    """A centre's past auctions do not stand between a bidder and his answer."""
    owner, other = await town.running("03", seconds=20)
    for n in range(8):
        document = english(f"past-{n}", opens=EPOCH + 3600 * SECOND, duration_seconds=6)
        name = await owner.house.publish(document, "staff:li", "approver:wang")
        over = owner.house.ask(name, Command("approver:wang", Terminate("PAST"), "end"))
        assert accepted(await town.answered(over))
    await town.clock.advance(1 * SECOND)
    taken: list[str] = []
    take_over = town.log.take_over

    async def noted(log: str, holder: str) -> Any:
        taken.append(log)
        await asyncio.sleep(0)
        waiting = sum(1 for seat in other.house._seats if seat.opening and not seat.opening.done())
        assert waiting <= 2 + (ORIGIN in taken[:1]), "two at a time"
        return await take_over(log, holder)

    town.log.take_over = noted
    await owner.fall()
    await town.clock.advance(4 * SECOND)
    assert taken[0] == ORIGIN
    assert len(taken) == len(set(taken)) == 9
    assert other.others.owned == 9
    assert TTL // MS - 400 <= other.others.took // MS <= TTL // MS + 600


async def test_many_auctions_are_spread_over_those_who_are_left(town):
    for name in "abc":
        await town.add(name)
    for n in range(12):
        document = english(f"zs-{n}", opens=OPENS, duration_seconds=6)
        await town.nodes[0].house.publish(document, "staff:li", "approver:wang")
    assert town.nodes[0].others.owned == 12
    await town.clock.advance(1 * SECOND)
    await town.nodes[0].fall()
    await town.clock.advance(2_500 * MS)
    left = [node.others.owned for node in town.nodes]
    assert sum(left) == 12
    assert min(left) > 0, "each log has a first choice, and not all the same"


async def test_a_follower_gives_what_the_witnesses_signed_for_the_owner(town):
    witnesses = [Pretend(town, name) for name in ("office", "notary")]
    lines = [f"witness {w.name} {w.key.verifier.vkey} http://{w.name}" for w in witnesses]
    policy = parse_witnesses("\n".join((*lines, "group both 2 office notary", "quorum both")))
    town.witnessing = lambda: Witnessing(town.log, town.clock, witnesses, policy)
    owner, other = await town.running("03")
    answer = await town.answered(other.ask(bid("03", 100_000, "r1")))
    assert isinstance(answer, Final)
    await town.clock.advance(3 * SECOND)
    await other.house.opened("zs-1")
    raw, stage = await other.house.receipt("zs-1", answer.index)
    assert stage == "R2"
    trusted = parse_policy(other.house.policy("zs-1"))
    assert verify_receipt(raw, trusted).index == answer.index
    assert trusted == parse_policy(owner.house.policy("zs-1"))
    # Only the owner asks them.
    assert other.house.witnessing.cosigned(ORIGIN) is None


async def test_the_record_says_when_the_owner_s_own_door_had_what_was_decided_later(town):
    """The batch broke on its way, and the request was handed to whoever came after."""
    owner, _ = await town.running("03")
    town.log.hold()
    town.log.break_next(written=False)
    stamp = town.clock.now()
    asked = owner.ask(bid("03", 100_000, "r1"))
    await town.clock.advance(200 * MS)
    town.log.release()
    answer = await town.answered(asked)
    assert accepted(answer)
    assert answer.entry["t"] > stamp
    assert answer.entry["data"]["received"] == stamp
