"""What all leases must keep, whoever keeps them. A new keeper joins by one line below."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from bidding.adapters.clock import SharedClock
from bidding.adapters.pg_log import PgLeases, PgLog
from bidding.adapters.pg_log.schema import install
from bidding.engine.nodes import Grant, Leases, LeasesAway, NotPresent
from bidding.engine.one_process import LocalLeases
from bidding.engine.passing import ShiftedClock
from bidding.engine.ports import Clock
from tests.bidding.adapters.test_log_contract import NAME, note
from tests.postgres import Server, fresh_database

MS = 1_000
#: Nothing here takes so long.
TTL = 60_000 * MS
#: Short, for it is waited for, and still longer than a database on a busy machine takes to answer.
BRIEF = 1_500 * MS


@dataclass
class Keeper:
    """Leases on one log, and a way to let their time pass."""

    leases: Leases
    clock: Clock

    def there(self) -> int:
        """What the clock shows that the leases go by: a database of this machine has the machine's."""
        here = isinstance(self.clock, ShiftedClock)
        return self.clock.now() if here else time.time_ns() // 1000 + 1

    async def pass_by(self, by: int) -> None:
        end = self.clock.now() + by
        if isinstance(self.clock, ShiftedClock):
            self.clock.forward(end)
        while self.clock.now() < end:
            await self.clock.sleep_until(end)


async def database() -> tuple[Server, str]:
    server, name = await fresh_database()
    owner = create_async_engine(server.url("postgres", name))
    await install(owner, "house")
    await owner.dispose()
    log = PgLog(server.url("house", name))
    await log.create(NAME, b"{0}", note(1))
    await log.close()
    return server, name


@asynccontextmanager
async def kept(by: str, ttl: int) -> AsyncIterator[Keeper]:
    if by == "one process":
        moved = ShiftedClock(SharedClock(), 0)
        yield Keeper(LocalLeases(moved, ttl), moved)
        return
    server, name = await database()
    clock = SharedClock()
    leases = PgLeases(server.url("house", name), clock, clock.hears, ttl=ttl)
    # The first to ask has to connect; his time is not to run meanwhile.
    await leases.look()
    yield Keeper(leases, clock)
    await leases.close()


@pytest.fixture(params=["one process", "postgresql"])
async def keeper(request: pytest.FixtureRequest) -> AsyncIterator[Keeper]:
    async with kept(request.param, TTL) as found:
        yield found


@pytest.fixture(params=["one process", "postgresql"])
async def brief(request: pytest.FixtureRequest) -> AsyncIterator[Keeper]:
    """With times that can be waited for."""
    async with kept(request.param, BRIEF) as found:
        yield found


async def test_whoever_enters_is_seen_by_all_until_his_time_is_over(brief):
    one = await brief.leases.enter("a")
    two = await brief.leases.enter("b")
    view = await brief.leases.look()
    assert set(view.present) == {one, two}
    assert all(view.now < until <= view.now + BRIEF for until in view.present.values())
    await brief.pass_by(BRIEF + 10 * MS)
    assert not (await brief.leases.look()).present


async def test_where_a_node_is_written_to_is_known_as_long_as_it_is_present(keeper):
    one, two = await keeper.leases.enter("a", "10.0.0.11:8090"), await keeper.leases.enter("b")
    assert (await keeper.leases.renew(two)).places == {one: "10.0.0.11:8090"}
    await keeper.leases.leave(one)
    assert (await keeper.leases.look()).places == {}


async def test_who_renews_stays(brief):
    one = await brief.leases.enter("a")
    for _ in range(4):
        await brief.pass_by(BRIEF // 2)
        assert one in (await brief.leases.renew(one)).present


async def test_there_is_no_way_back_but_to_enter_anew(brief):
    one = await brief.leases.enter("a")
    await brief.pass_by(BRIEF + 10 * MS)
    with pytest.raises(NotPresent):
        await brief.leases.renew(one)
    with pytest.raises(NotPresent):
        await brief.leases.acquire(NAME, one)
    again = await brief.leases.enter("a")
    assert again != one
    assert set((await brief.leases.look()).present) == {again}


async def test_a_log_has_one_owner(keeper):
    one, two = await keeper.leases.enter("a"), await keeper.leases.enter("b")
    first = await keeper.leases.acquire(NAME, one)
    assert first is not None
    assert first.handed, "nobody served it before who could have been cut off"
    assert await keeper.leases.acquire(NAME, two) is None
    assert (await keeper.leases.look()).owners == {NAME: one}
    # Asked twice, because a letter was late: it is his all the same.
    assert await keeper.leases.acquire(NAME, one) is not None


async def test_of_many_who_want_a_free_log_one_gets_it(keeper):
    await asyncio.gather(*(keeper.leases.look() for _ in range(6)))  # all connections are there
    nodes = [await keeper.leases.enter(name) for name in "abcdef"]
    grants = await asyncio.gather(*(keeper.leases.acquire(NAME, node) for node in nodes))
    assert sum(grant is not None for grant in grants) == 1


async def test_what_is_let_go_is_handed_on(keeper):
    one, two = await keeper.leases.enter("a"), await keeper.leases.enter("b")
    await keeper.leases.acquire(NAME, one)
    await keeper.leases.owes(NAME, one, None)
    before = (await keeper.leases.look()).now
    await keeper.leases.release(NAME, one)
    assert (await keeper.leases.look()).owners == {}
    grant = await keeper.leases.acquire(NAME, two)
    assert grant is not None
    assert grant.handed
    assert before <= grant.served <= (await keeper.leases.look()).now
    # Whoever let it go has no say any more.
    await keeper.leases.release(NAME, one)
    assert (await keeper.leases.look()).owners == {NAME: two}


async def test_what_an_owner_left_without_a_word_was_served_until_he_renewed_last(brief):
    one = await brief.leases.enter("a")
    await brief.leases.acquire(NAME, one)
    await brief.leases.owes(NAME, one, None)
    before = (await brief.leases.look()).now
    await brief.leases.renew(one)
    after = (await brief.leases.look()).now
    await brief.pass_by(BRIEF + 10 * MS)
    two = await brief.leases.enter("b")
    assert (await brief.leases.look()).owners == {}
    grant = await brief.leases.acquire(NAME, two)
    assert grant is not None
    assert not grant.handed
    assert before <= grant.served <= after


async def test_a_goodbye_lets_go_of_everything_and_is_told(keeper):
    one, two = await keeper.leases.enter("a"), await keeper.leases.enter("b")
    await keeper.leases.acquire(NAME, one)
    await keeper.leases.owes(NAME, one, None)
    await keeper.leases.leave(one)
    view = await keeper.leases.look()
    assert set(view.present) == {two}
    assert view.left == {one}
    assert view.owners == {}
    with pytest.raises(NotPresent):
        await keeper.leases.renew(one)
    grant = await keeper.leases.acquire(NAME, two)
    assert grant is not None
    assert grant.handed


@pytest.mark.parametrize("way", ["release", "leave"])
async def test_what_an_owner_owes_when_he_goes_is_told_to_the_next_one(keeper, way):
    nodes = [await keeper.leases.enter(name) for name in "abc"]
    since = (await keeper.leases.look()).now - 5_000 * MS
    await keeper.leases.acquire(NAME, nodes[0])
    await keeper.leases.owes(NAME, nodes[0], since)
    for before, after in pairwise(nodes):
        # Neither of them says anything: the third still knows what the first one owed.
        asked = (NAME, before) if way == "release" else (before,)
        await getattr(keeper.leases, way)(*asked)
        grant = await keeper.leases.acquire(NAME, after)
        assert grant == Grant(since, handed=False)


async def test_what_a_new_owner_was_granted_he_owes_until_he_says_otherwise(brief):
    one, two = await brief.leases.enter("a"), await brief.leases.enter("b")
    first = await brief.leases.acquire(NAME, one)
    assert first is not None
    await brief.pass_by(BRIEF // 2)
    # The answer was lost, and he asks again.
    assert await brief.leases.acquire(NAME, one) == Grant(first.served, handed=False)
    # Of what is not his he says nothing.
    await brief.leases.owes(NAME, two, None)
    await brief.leases.renew(one)
    await brief.pass_by(BRIEF + 10 * MS)
    three = await brief.leases.enter("c")
    assert await brief.leases.acquire(NAME, three) == Grant(first.served, handed=False)


async def test_a_node_of_the_release_before_owes_nothing_for_ever():
    server, name = await database()
    clock = SharedClock()
    leases = PgLeases(server.url("house", name), clock, clock.hears, ttl=TTL)
    old, new = await leases.enter("old"), await leases.enter("new")
    connection = await asyncpg.connect(host=str(server.sockets), user="house", database=name)
    try:
        number = int(old.rpartition(".")[2])
        await connection.execute("SELECT daylight.acquire($1, $2)", NAME, number)
    finally:
        await connection.close()
    before = (await leases.look()).now
    await leases.release(NAME, old)
    grant = await leases.acquire(NAME, new)
    await leases.close()
    assert grant is not None
    assert grant.handed
    assert grant.served >= before


async def test_a_view_shows_everybody_who_had_entered_by_then(keeper):
    """The bell waits for the doors of a view: one that was open and not in it would be passed over."""

    async def entered() -> tuple[str, int]:
        # Nobody serves before he is told that he is in; that instant counts, by the store's clock.
        node = await keeper.leases.enter("a")
        return node, keeper.there()

    for _ in range(20):
        entering = asyncio.ensure_future(entered())
        view = await keeper.leases.look()
        node, back = await entering
        assert node in view.present or view.now <= back


async def test_a_database_that_is_not_there_is_leases_away(tmp_path):
    clock = SharedClock()
    url = f"postgresql+asyncpg://house@/x?host={tmp_path}"
    leases = PgLeases(url, clock, clock.hears, ttl=TTL)
    with pytest.raises(LeasesAway):
        await leases.look()
    await leases.close()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE daylight.node SET until = 9", "DELETE FROM daylight.log_lease"],
)
async def test_the_house_may_write_no_table_of_the_nodes(statement):
    server, name = await database()
    connection = await asyncpg.connect(host=str(server.sockets), user="house", database=name)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()
