"""The line between one window and the house, which a test can cut, silence and mend.

Bytes go through as they come. A silent line is the worse one: nobody is told that it is gone.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Self

from tests.doors.house_process import HouseProcess
from tests.ports import Port


class Line:
    """A port of its own in front of a house; use with `async with`."""

    def __init__(self, house: HouseProcess) -> None:
        self._house = house
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._open = asyncio.Event()
        self._open.set()
        self._port = Port()

    async def __aenter__(self) -> Self:
        await self.mend()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cut()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port.number}"

    def silence(self) -> None:
        """Nothing goes through any more, and nothing says so; what is under way is lost."""
        self._open.clear()

    async def cut(self) -> None:
        """Every connection ends, and none can be made."""
        assert self._server is not None
        self._server.close()
        for end in list(self._ends):
            end.transport.abort()
        await asyncio.sleep(0)

    async def mend(self) -> None:
        """The line is as new; connections of before are not."""
        for end in list(self._ends):
            end.transport.abort()
        self._open.set()
        if self._server is None or not self._server.is_serving():
            self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._port.number)

    async def _carry(self, here: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            there, forth = await asyncio.open_connection("127.0.0.1", self._house.port)
            self._ends |= {back, forth}
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._pump(here, forth))
                    both.create_task(self._pump(there, back))
            finally:
                self._ends -= {back, forth}
                back.transport.abort()
                forth.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65_536):
                if self._open.is_set():
                    sink.write(data)
                    await sink.drain()
            sink.write_eof()
