"""A connection through user space that can be stalled or cut, as a network does it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

Ends: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Wire:
    """Listens on a port of its own and leads to wherever `there` connects to at that moment."""

    def __init__(self, there: Callable[[], Awaitable[Ends]]) -> None:
        self._there = there
        self._passes = asyncio.Event()
        self._passes.set()
        self._refuses = False
        self._server: asyncio.Server
        self._pipes: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """From now on there is a port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.sockets[0].getsockname()[1])

    def stall(self) -> None:
        """Nothing passes, and nobody is told; what was sent is delivered once it is mended."""
        self._passes.clear()

    def cut(self) -> None:
        """Whoever is connected is cut off, and nobody gets through."""
        self._refuses = True
        self.shake()

    def shake(self) -> None:
        """Whoever is connected is cut off, and may come again."""
        for pipe in self._pipes:
            pipe.cancel()

    def mend(self) -> None:
        """All passes again."""
        self._refuses = False
        self._passes.set()

    async def close(self) -> None:
        """Ends it and everything on it."""
        self._server.close()
        self.shake()
        await asyncio.gather(*self._pipes, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._pipes.add(task)
        task.add_done_callback(self._pipes.discard)
        try:
            await self._passes.wait()
            if self._refuses:
                return
            there, back = await self._there()
            try:
                async with asyncio.TaskGroup() as ways:
                    ways.create_task(self._pipe(reader, back))
                    ways.create_task(self._pipe(there, writer))
            finally:
                back.transport.abort()
        except (OSError, asyncio.CancelledError):
            return
        finally:
            # An abort, not a goodbye: what is cut is cut.
            writer.transport.abort()

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                await self._passes.wait()
                writer.write(data)
                await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()
        except OSError:
            writer.transport.abort()
