"""Several nodes as a centre runs them: real processes, PostgreSQL, Redis, and a balancer before them."""

from __future__ import annotations

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import asyncpg
from sqlalchemy.ext.asyncio import create_async_engine

from bidding.adapters.keys import FileKeys
from bidding.adapters.pg_log.schema import install
from bidding.adapters.secret_file import GUARANTEES
from bidding.engine.identity import Role
from tests.doors.house_process import HouseProcess, make_people
from tests.postgres import fresh_database
from tests.redis_server import RedisServer, redis_server, remove

PREFIX = "daylight.local/log"


class Balancer:
    """Takes connections and gives each to the next node that answers, as a balancer does."""

    def __init__(self) -> None:
        self.backends: list[int] = []
        self._turn = 0
        self._server: asyncio.Server
        self._pipes: dict[asyncio.Task[None], int] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    def down(self, port: int) -> None:
        """A health check failed: nobody is sent there, and whoever is there is cut off."""
        self.backends.remove(port)
        for task, at in self._pipes.items():
            if at == port:
                task.cancel()

    def cut_off(self) -> None:
        """Everybody has to come again, and is spread over the nodes anew."""
        for task, port in self._pipes.items():
            if port:
                task.cancel()

    async def close(self) -> None:
        self._server.close()
        for task in self._pipes:
            task.cancel()
        await asyncio.gather(*self._pipes, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._pipes[task] = 0
        task.add_done_callback(lambda ended: self._pipes.pop(ended, None))
        try:
            for _ in self.backends:
                self._turn += 1
                port = self.backends[self._turn % len(self.backends)]
                try:
                    there, back = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    continue
                self._pipes[task] = port
                await _either(_pipe(reader, back), _pipe(there, writer))
                return
        except asyncio.CancelledError:
            return  # cut off: to the server an end like others
        finally:
            writer.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except OSError:
        return
    finally:
        writer.close()


async def _either(*ways: Any) -> None:
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Store(Protocol):
    """A PostgreSQL: one server, or several of which one is written."""

    def url(self, user: str, database: str) -> str: ...
    async def shell(self, database: str = ...) -> asyncpg.Connection: ...


@dataclass
class Cluster:
    """What a test holds of it."""

    server: Store
    database: str
    redis: RedisServer
    data: Path
    books: str
    """The address at which the books are made; `reaches` has the one a node takes."""
    balancer: Balancer
    nodes: dict[str, HouseProcess] = field(default_factory=dict)

    async def start(self, name: str, *more: str) -> HouseProcess:
        """A node that answers, new (with `more` options) or come back."""
        node = self.nodes.get(name)
        if node is None:
            # A folder each, as on machines of their own: whoever is known at all is in the books.
            folder = self.data / name
            folder.mkdir()
            for key in self.data.glob("*.key"):
                shutil.copy(key, folder)
            options = ("--no-demo", *await self.reaches(name), "--node", name, *more)
            node = self.nodes[name] = HouseProcess(folder, options, called=name)
        await asyncio.to_thread(node.start)
        door = await self.door(name)
        if door not in self.balancer.backends:
            self.balancer.backends.append(door)
        return node

    async def door(self, name: str) -> int:
        """The port at which the balancer finds a node."""
        return self.nodes[name].port

    async def reaches(self, name: str) -> tuple[str, ...]:
        """The switches that tell a node where its record, its books and its letters are."""
        log = self.server.url("house", self.database)
        here = ("--direct", "127.0.0.1:0")
        return ("--log", log, "--books", self.books, "--bus", self.redis.url, *here)

    async def owner(self, auction: str) -> str | None:
        """Name of the node that is present and owns the auction."""
        shell = await self.server.shell(self.database)
        try:
            rows = await shell.fetch("SELECT address, owns FROM daylight.look() WHERE NOT gone")
        finally:
            await shell.close()
        for row in rows:
            if f"{PREFIX}/{auction}" in (row["owns"] or ()):
                return str(row["address"]).rpartition(".")[0]
        return None


@asynccontextmanager
async def cluster(
    data: Path, names: tuple[str, ...], people: Mapping[str, tuple[Role, ...]]
) -> AsyncIterator[Cluster]:
    """Nodes on one record and one set of books; ended, whatever became of them."""
    server, database = await fresh_database()
    _, register = await fresh_database()
    books = server.url("postgres", register)
    found = Cluster(server, database, redis_server(), data, books, Balancer())
    async with serving(found, names, people):
        yield found


@asynccontextmanager
async def serving(
    found: Cluster, names: tuple[str, ...], people: Mapping[str, tuple[Role, ...]]
) -> AsyncIterator[None]:
    """Schema, people, key, nodes and balancer, while the block runs."""
    owner = create_async_engine(found.server.url("postgres", found.database))
    await install(owner, "house")
    await owner.dispose()
    await make_people(found.data, people, books=found.books)
    FileKeys(found.data / "signing.key")
    GUARANTEES.kept(found.data / "guarantees.key")
    await found.balancer.start()
    try:
        await asyncio.gather(*(found.start(name) for name in names))
        yield
    finally:
        for node in found.nodes.values():
            if node.process is not None and node.process.poll() is None:
                node.process.send_signal(signal.SIGCONT)
        await asyncio.gather(*(asyncio.to_thread(n.stop) for n in found.nodes.values()))
        await found.balancer.close()
        remove(found.redis)
