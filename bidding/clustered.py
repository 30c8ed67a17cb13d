"""What one of several nodes stands on: PostgreSQL's log and leases, Redis's letters, one clock.

It puts adapters together and decides nothing; the switch on the wall calls it instead of opening
the embedded record. Every node has the centre's signing key, and what letters are sealed with is
made from it: a node with another key is nobody to the others.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from bidding.adapters.clock import SharedClock
from bidding.adapters.keys import FileKeys
from bidding.adapters.metrics import Metrics
from bidding.adapters.pg_log import PgLeases, PgLog
from bidding.adapters.redis_bus import RedisBus
from bidding.engine.auctioneer import INBOX_MAX
from bidding.engine.membership import TTL, Membership


@dataclass(frozen=True, slots=True)
class Standing:
    """The ground under one node."""

    log: PgLog
    clock: SharedClock
    bus: RedisBus
    others: Membership


async def stand(
    stack: AsyncExitStack, log: str, bus: str, *, node: str, prefix: str, keys: FileKeys
) -> Standing:
    """Connects to `log` (postgresql+asyncpg://) and `bus` (redis://). Raises LogError, LeasesAway.

    The clock is set right before anybody can read it; the node is present once its house recovers.
    """
    record = PgLog(log)
    stack.push_async_callback(record.close)
    await record.logs()
    clock = SharedClock()
    leases = PgLeases(log, clock, clock.hears, ttl=TTL)
    stack.push_async_callback(leases.close)
    await leases.look()
    letters = RedisBus(bus, prefix, keys.secret(f"daylight letters {prefix}"))
    stack.push_async_callback(letters.close)
    others = Membership(leases, letters, clock, node, most=INBOX_MAX)
    return Standing(record, clock, letters, others)


def measure(metrics: Metrics, standing: Standing) -> None:
    """What an operator of several nodes watches, beside what every house shows."""
    clock, bus, others = standing.clock, standing.bus, standing.others
    for name, what, read in (
        ("takeovers", "Auctions taken from a node that fell", lambda: others.takeovers),
        ("owned", "Auctions that this node writes", lambda: others.owned),
        ("present", "1 while this node is surely present", lambda: int(others.sure)),
        (
            "presence_age_microseconds",
            "How old the presence is that this node relies on",
            others.since_renewed,
        ),
        ("bus_up", "1 while letters go and come", lambda: int(bus.up)),
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
