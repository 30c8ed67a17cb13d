"""The two that are broken: three nodes on a pair with Redis, and one house on a disk of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp

from bidding.engine.identity import Role
from tests.cluster.nodes import Balancer, Cluster, serving
from tests.doors.failing_disk import FailingDisk
from tests.doors.house_process import OFFICERS, HouseProcess, make_people
from tests.doors.program import ROOT
from tests.faults.pair import Pair
from tests.faults.wire import Ends, Wire
from tests.redis_server import redis_server

NAMES: Final = ("a", "b", "c")
BIDDERS: Final = tuple(f"bidder{n}" for n in range(1, 7))
PEOPLE: Final[dict[str, tuple[Role, ...]]] = {**OFFICERS, **dict.fromkeys(BIDDERS, ("bidder",))}
#: What `roles.sql` makes.
_DATABASE: Final = "daylight"
_DISK: Final = "64m"
_PROBE: Final = 0.5
_FAKETIME: Final = "/usr/lib/*/faketime/libfaketime.so.1"


@dataclass
class Nodes(Cluster):
    """Three nodes; everything that one of them reaches, and its own door, is behind a wire."""

    pair: Pair = field(kw_only=True)
    direct: bool = field(kw_only=True)
    wires: dict[tuple[str, str], Wire] = field(default_factory=dict)
    breaking: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    @property
    def url(self) -> str:
        """Where bidders knock."""
        return self.balancer.url

    async def reaches(self, name: str) -> tuple[str, ...]:
        store = await self._wire(name, "store", self._to_store)
        letters = await self._wire(name, "letters", self._to_letters)
        log, books = (
            f"postgresql+asyncpg://{role}@127.0.0.1:{store.port}/{self.database}?ssl=disable"
            for role in ("house", "books")
        )
        bus = f"redis://127.0.0.1:{letters.port}/0"
        direct = ("--direct", "127.0.0.1:0") if self.direct else ()
        return ("--log", log, "--books", books, "--bus", bus, *direct)

    async def door(self, name: str) -> int:
        node = self.nodes[name]
        known = self.wires.get((name, "door"))
        wire = known or await self._wire(
            name, "door", lambda: asyncio.open_connection("127.0.0.1", node.port)
        )
        return wire.port

    async def _wire(self, name: str, to: str, there: Callable[[], Awaitable[Ends]]) -> Wire:
        wire = self.wires[name, to] = Wire(there)
        await wire.start()
        return wire

    def _to_store(self) -> Awaitable[Ends]:
        return asyncio.open_unix_connection(self.pair.socket)

    def _to_letters(self) -> Awaitable[Ends]:
        return asyncio.open_unix_connection(self.redis.folder / "redis.sock")

    def moved(self) -> None:
        """Another PostgreSQL is the primary: as an address that is moved cuts off whoever used it."""
        for (_, to), wire in self.wires.items():
            if to == "store":
                wire.shake()

    async def whole(self) -> None:
        """Until every node is ready and seen by the balancer. Raises TimeoutError."""
        async with asyncio.timeout(60):
            while len(self.balancer.backends) < len(self.nodes):
                await asyncio.sleep(0.1)

    async def watch(self) -> None:
        """The balancer's check, twice a second: who fails it twice is cut off until it holds."""
        failed = dict.fromkeys(NAMES, 0)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(_PROBE)) as http:
            while True:
                await asyncio.gather(*(self._look(http, name, failed) for name in self.nodes))
                await asyncio.sleep(_PROBE)

    async def _look(self, http: aiohttp.ClientSession, name: str, failed: dict[str, int]) -> None:
        door = await self.door(name)
        try:
            async with http.get(f"http://127.0.0.1:{door}/api/ready") as answer:
                good = answer.status == 200
        except (OSError, TimeoutError, aiohttp.ClientError):
            good = False
        failed[name] = 0 if good else failed[name] + 1
        if good and door not in self.balancer.backends:
            self.balancer.backends.append(door)
        elif failed[name] >= 2 and door in self.balancer.backends:
            self.balancer.down(door)


@dataclass
class House:
    """One process on an embedded store, whose disk can fail or fill, and whose wall clock can jump."""

    process: HouseProcess
    disk: FailingDisk
    clock: Path
    breaking: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    @property
    def url(self) -> str:
        """Where bidders knock."""
        return self.process.url

    def step_clock(self, seconds: int) -> None:
        """The wall clock is off by so much from now on; never read half-written."""
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}\n")
        fresh.replace(self.clock)

    async def whole(self) -> None:
        """Until it answers. Raises TimeoutError."""
        async with asyncio.timeout(60), aiohttp.ClientSession() as http:
            while True:
                with contextlib.suppress(OSError, aiohttp.ClientError):
                    async with http.get(f"{self.url}/api/ready") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.1)


@asynccontextmanager
async def nodes(folder: Path, *, direct: bool) -> AsyncIterator[Nodes]:
    """Three nodes that serve; all is ended afterwards, whatever became of it.

    `direct`: they write to each other without Redis too.
    """
    pair = await asyncio.to_thread(Pair.made)
    try:
        shell = await pair.shell()
        for statement in _roles():
            await shell.execute(statement)
        await shell.close()
        data, redis = folder / "data", redis_server()
        books = pair.url("books", _DATABASE)
        found = Nodes(pair, _DATABASE, redis, data, books, Balancer(), pair=pair, direct=direct)
        async with serving(found, NAMES, PEOPLE):
            watching = asyncio.create_task(found.watch())
            try:
                yield found
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
                for wire in found.wires.values():
                    wire.mend()
        for wire in found.wires.values():
            await wire.close()
    finally:
        pair.close()


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    """A house that serves, on a small disk of its own where this machine lets us have one."""
    data = folder / "disk"
    data.mkdir()
    mounted = _mount(data)
    disk = FailingDisk.built(folder)
    environment = disk.environment("log.db")
    clock = folder / "clock"
    clock.write_text("+0\n")
    if (library := faketime()) is not None:
        environment["LD_PRELOAD"] += f":{library}"
        environment |= {"FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1"}
        # What the wall says jumps; what has passed does not. Both names: they changed it. And its own
        # mending of waits, for an older libc, makes some of them last five seconds.
        environment |= {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
        environment["FAKETIME_FORCE_MONOTONIC_FIX"] = "0"
    process = HouseProcess(data, environment=environment)
    try:
        await make_people(data, PEOPLE)
        await asyncio.to_thread(process.start)
        yield House(process, disk, clock)
    finally:
        await asyncio.to_thread(process.stop)
        if mounted:
            _unmount(data)


def _roles() -> list[str]:
    """As an operator makes roles and database; each alone, for no block may make a database."""
    text = (ROOT / "deploy" / "postgresql" / "roles.sql").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("--")]
    return [statement for statement in "\n".join(lines).split(";") if statement.strip()]


def missing() -> dict[str, str]:
    """The kinds that this machine cannot do, and why."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        if not _mount(Path(folder)):
            found["disk full"] = "nobody here may mount a small disk: it takes root"
        else:
            _unmount(Path(folder))
    if faketime() is None:
        found["clock jumps"] = (
            "no libfaketime: apt-get install libfaketime, or name it in $LIBFAKETIME"
        )
    return found


def faketime() -> Path | None:
    """The library that lies about the time, where it is installed."""
    if named := os.environ.get("LIBFAKETIME"):
        return Path(named)
    return next(Path("/").glob(_FAKETIME.removeprefix("/")), None)


def _mount(data: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={_DISK},mode=700", "tmpfs", str(data)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _unmount(data: Path) -> None:
    subprocess.run(["umount", "-l", str(data)], check=True)
