"""How each fault is made, how long it lasts, and how it is mended."""

from __future__ import annotations

import asyncio
import errno
import signal
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from tests.doors.failing_disk import How
from tests.faults.pair import kill, signalled
from tests.faults.plan import Fault
from tests.faults.stages import House, Nodes

Fell: TypeAlias = Callable[[str], None]
"""Told the instant at which it has happened, with what it befell."""


async def strike(at: Nodes | House, fault: Fault, auction: str, fell: Fell) -> None:
    """Makes it, lets it last, mends it; of one part of the stage one at a time."""
    async with at.breaking[fault.apart]:
        if isinstance(at, House):
            await _of_house(at, fault, fell)
            await at.whole()
            return
        await _OF_NODES[fault.kind](at, fault, auction, fell)
        if fault.about_a_node:
            await at.whole()


async def _meant(at: Nodes, fault: Fault, auction: str) -> str:
    """Name of the node that it befalls."""
    owner = None
    async with asyncio.timeout(30):
        while (owner := await at.owner(auction)) is None:
            await asyncio.sleep(0.05)
    others = [name for name in at.nodes if name != owner]
    return owner if fault.writer else others[fault.at % len(others)]


async def _node_killed(at: Nodes, fault: Fault, auction: str, fell: Fell) -> None:
    name = await _meant(at, fault, auction)
    await asyncio.to_thread(at.nodes[name].end, signal.SIGKILL)
    fell(name)
    await asyncio.sleep(fault.lasts / 1000)
    await at.start(name)


async def _node_stopped(at: Nodes, fault: Fault, auction: str, fell: Fell) -> None:
    name = await _meant(at, fault, auction)
    process = at.nodes[name].process
    assert process is not None
    process.send_signal(signal.SIGSTOP)
    fell(name)
    await asyncio.sleep(fault.lasts / 1000)
    process.send_signal(signal.SIGCONT)


async def _node_drained(at: Nodes, fault: Fault, auction: str, fell: Fell) -> None:
    name = await _meant(at, fault, auction)
    fell(name)
    await asyncio.to_thread(at.nodes[name].end, signal.SIGTERM)
    await asyncio.sleep(fault.lasts / 1000)
    await at.start(name)


async def _store_promoted(at: Nodes, fault: Fault, auction: str, fell: Fell) -> None:
    kill(at.pair.primary)
    fell("the primary")
    await at.pair.promote()
    at.moved()
    # Until there is a standby again every commit waits: so it is made at once.
    await asyncio.to_thread(at.pair.follow)


async def _store_stopped(at: Nodes, fault: Fault, auction: str, fell: Fell) -> None:
    signalled(at.pair.primary, signal.SIGSTOP)
    fell("the primary")
    await asyncio.sleep(fault.lasts / 1000)
    signalled(at.pair.primary, signal.SIGCONT)


async def _standby_lost(at: Nodes, fault: Fault, auction: str, fell: Fell) -> None:
    at.pair.lose_standby()
    fell("the standby")
    await asyncio.sleep(fault.lasts / 1000)
    await asyncio.to_thread(at.pair.follow)


async def _letters_killed(at: Nodes, fault: Fault, auction: str, fell: Fell) -> None:
    at.redis.end()
    fell("Redis")
    await asyncio.sleep(fault.lasts / 1000)
    await asyncio.to_thread(at.redis.start)


async def _letters_stopped(at: Nodes, fault: Fault, auction: str, fell: Fell) -> None:
    assert at.redis.process is not None
    at.redis.process.send_signal(signal.SIGSTOP)
    fell("Redis")
    await asyncio.sleep(fault.lasts / 1000)
    at.redis.process.send_signal(signal.SIGCONT)


async def _way(at: Nodes, fault: Fault, auction: str, fell: Fell) -> None:
    name = await _meant(at, fault, auction)
    wire = at.wires[name, fault.kind.removeprefix("way to the ")]
    (wire.cut if fault.cut else wire.stall)()
    fell(name)
    await asyncio.sleep(fault.lasts / 1000)
    wire.mend()


async def _of_house(at: House, fault: Fault, fell: Fell) -> None:
    match fault.kind:
        case "house killed":
            await asyncio.to_thread(at.process.end, signal.SIGKILL)
            fell("the house")
            await asyncio.sleep(fault.lasts / 1000)
            await asyncio.to_thread(at.process.start)
        case "house stopped":
            assert at.process.process is not None
            at.process.process.send_signal(signal.SIGSTOP)
            fell("the house")
            await asyncio.sleep(fault.lasts / 1000)
            at.process.process.send_signal(signal.SIGCONT)
        case "disk full":
            await _disk_full(at, fault, fell)
        case "clock jumps":
            at.step_clock(fault.jump)
            fell("the wall clock")
            await asyncio.sleep(fault.lasts / 1000)
            at.step_clock(0)
        case kind:
            with at.disk.failing(_DISKS[kind]):
                fell("the disk")
                await asyncio.sleep(fault.lasts / 1000)


async def _disk_full(at: House, fault: Fault, fell: Fell) -> None:
    ballast = at.process.data / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                _fill(file.write, bytes(size))
        fell("the disk")
        await asyncio.sleep(fault.lasts / 1000)
    finally:
        ballast.unlink()


def _fill(write: Callable[[bytes], int], block: bytes) -> None:
    """Until nothing of that size goes in any more."""
    try:
        while True:
            write(block)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


_DISKS: Final[dict[str, How]] = {
    "write fails": "eio_write",
    "fsync fails": "eio_fsync",
    "fsync slow": "slow_fsync",
}
_OF_NODES: Final[dict[str, Callable[[Nodes, Fault, str, Fell], Awaitable[None]]]] = {
    "node killed": _node_killed,
    "node stopped": _node_stopped,
    "node drained": _node_drained,
    "store promoted": _store_promoted,
    "store stopped": _store_stopped,
    "standby lost": _standby_lost,
    "letters killed": _letters_killed,
    "letters stopped": _letters_stopped,
    "way to the store": _way,
    "way to the letters": _way,
    "way to the door": _way,
}
