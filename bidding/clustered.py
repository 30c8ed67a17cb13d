"""What one of several nodes stands on: PostgreSQL's log and leases, Redis's letters, one clock.

It puts adapters together and decides nothing; the switch on the wall calls it instead of opening
the embedded record, and an operator calls it to make the schema. Every node has the centre's signing key, and what letters are sealed with is
made from it: a node with another key is nobody to the others.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from asyncpg import PostgresError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from bidding.adapters.clock import SharedClock
from bidding.adapters.direct_bus import BothWays, DirectBus
from bidding.adapters.keys import FileKeys, KeyFileError
from bidding.adapters.metrics import Metrics
from bidding.adapters.pg_log import PgLeases, PgLog
from bidding.adapters.pg_log.schema import install
from bidding.adapters.redis_bus import RedisBus
from bidding.engine.auctioneer import INBOX_MAX
from bidding.engine.membership import TTL, Membership
from bidding.engine.ports import EventLog, LogError
from bidding.proof.note import NoteError, open_note


@dataclass(frozen=True, slots=True)
class Standing:
    """The ground under one node."""

    log: PgLog
    clock: SharedClock
    bus: RedisBus
    direct: DirectBus | None
    others: Membership


async def stand(
    stack: AsyncExitStack,
    log: str,
    bus: str,
    *,
    direct: str | None,
    node: str,
    prefix: str,
    keys: FileKeys,
) -> Standing:
    """Connects to `log` (postgresql+asyncpg://) and `bus` (redis://).

    Raises LogError, LeasesAway, BusAddressError, and KeyFileError when the record was signed with
    another key.

    At `direct` (host:port) the other nodes may write to it without Redis; OSError when it cannot listen.
    The clock is set right before anybody can read it; the node is present once its house recovers.
    """
    secret = keys.secret(f"daylight letters {prefix}")
    letters = RedisBus(bus, prefix, secret)
    record = PgLog(log)
    stack.push_async_callback(record.close)
    await _signed_with(record, keys)
    clock = SharedClock()
    leases = PgLeases(log, clock, clock.hears, ttl=TTL)
    stack.push_async_callback(leases.close)
    await leases.look()
    stack.push_async_callback(letters.close)
    second = None if direct is None else DirectBus(prefix, secret)
    if direct is not None and second is not None:
        stack.push_async_callback(second.close)
        await second.open(direct)
    ways = letters if second is None else BothWays(letters, second)
    others = Membership(leases, ways, clock, node, most=INBOX_MAX)
    return Standing(record, clock, letters, second, others)


async def _signed_with(record: EventLog, keys: FileKeys) -> None:
    """A node with a key of its own could take auctions over and open none: it does not start.

    One log that it signed is enough: another may be damaged, and the house names it.
    """
    names = await record.logs()
    for name in reversed(names):
        for note in (await record.checkpoints(name))[:1]:
            with contextlib.suppress(NoteError):
                open_note(note, [keys.signer(name).verifier])
                return
    if names:
        raise KeyFileError(
            "数据库中的事件日志不是用本节点的签名密钥签署的：请从其他节点复制 signing.key。",
            "The record in the database was not signed with this node's key: copy signing.key from "
            "another node.",
        )


def measure(metrics: Metrics, standing: Standing) -> None:
    """What an operator of several nodes watches, beside what every house shows."""
    clock, bus, direct = standing.clock, standing.bus, standing.direct
    others = standing.others
    for name, what, read in (
        ("takeovers", "Auctions taken from a node that fell", lambda: others.takeovers),
        (
            "takeover_microseconds",
            "From an owner's last sign until his auction went on here, last time",
            lambda: others.took,
        ),
        ("owned", "Auctions that this node writes", lambda: others.owned),
        ("present", "1 while this node is surely present", lambda: int(others.sure)),
        (
            "presence_age_microseconds",
            "How old the presence is that this node relies on",
            others.since_renewed,
        ),
        ("bus_up", "1 while letters go and come by Redis", lambda: int(bus.up)),
        ("bus_lag_microseconds", "How long a letter is on its way", lambda: others.lag),
        ("bus_letters", "Letters that came here", lambda: bus.carried),
        (
            "doors_silent_microseconds",
            "How long the longest silent door is not heard",
            others.doors.silence,
        ),
        ("under_way", "Requests of this door without an answer", lambda: others.asking.waiting),
        (
            "clock_uncertainty_microseconds",
            "Half of what reading the shared clock took",
            lambda: clock.uncertainty,
        ),
        ("clock_off_microseconds", "How far the shared clock ran away", lambda: clock.off),
    ):
        metrics.gauge(name, what, read)
    if direct is not None:
        reached = "1 while every other node is reached without Redis"
        metrics.gauge("direct_up", reached, lambda: int(direct.up))


def main(argv: Sequence[str] | None = None) -> int:
    """Makes or brings up the record's schema, as its owner; the house's role may only use it."""
    parser = argparse.ArgumentParser(prog="bidding schema", description=main.__doc__)
    parser.add_argument("owner", help="postgresql+asyncpg:// address, as the schema's owner")
    parser.add_argument("--role", default="house", help="the role that --log connects as (house)")
    arguments = parser.parse_args(argv)
    try:
        asyncio.run(_prepare(arguments.owner, arguments.role))
    except (LogError, ValueError, PostgresError, SQLAlchemyError, OSError) as error:
        sys.stderr.write(f"数据库未准备好（{error}）。\nThe database is not ready: {error}\n")
        return 2
    sys.stdout.write(f"事件日志的结构已就绪（{arguments.role}）。\nThe record is ready.\n")
    return 0


async def _prepare(owner: str, role: str) -> None:
    engine = create_async_engine(owner)
    try:
        await install(engine, role)
    finally:
        await engine.dispose()


if __name__ == "__main__":
    sys.exit(main())
