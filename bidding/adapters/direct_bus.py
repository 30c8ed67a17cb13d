"""Letters from node to node with nobody between: the second way, so that Redis may be away.

It implements `bidding.engine.nodes.Bus` over TCP: each node listens at its `place`, which the leases
tell the others, and dials each of them. Nothing is promised and nothing waits, as on the first way;
letters are closed as there (`letter_seal`). `BothWays` sends each letter by both: whichever comes
first counts, for letters may come twice. So the loss of either costs not even the time to notice it.

1. A node that does not reach every other gets no letter of its own this way: what its door has to
   say would be waited for, and it must know that (`engine.membership`, rule 4).
2. A reader that stands still is not waited for: what does not fit any more is lost to him.
"""

from __future__ import annotations

import asyncio
import logging
import struct
from collections.abc import Callable, Mapping
from typing import Final

from bidding.adapters.letter_seal import LetterSeal
from bidding.engine.nodes import Bus

_log = logging.getLogger(__name__)

#: Seconds to be connected in, and between two attempts.
_PATIENCE: Final = 1.0
_PAUSE: Final = 0.1
#: Bytes of one letter, and of all that wait for one reader.
_LARGEST: Final = 1 << 20
_BACKLOG: Final = 4 << 20
#: Before each letter: how long it is, and whether it is written to all.
_HEAD: Final = struct.Struct(">I?")


class DirectBus:
    """Implements `Bus`; `secret` are 32 bytes that all nodes have, `house` the first part of channels."""

    def __init__(self, house: str, secret: bytes) -> None:
        self._house, self._seal = house, LetterSeal(secret)
        self._place: str | None = None
        self._address = ""
        self._take: Callable[[bytes], None] | None = None
        self._lines: dict[str, _Line] = {}
        self._apart = False
        self._server: asyncio.Server | None = None
        self._readers: set[asyncio.Task[None]] = set()

    async def open(self, place: str) -> None:
        """Listens at `place` (host:port; port 0: the system chooses). Raises OSError."""
        host, _, port = place.rpartition(":")
        self._server = await asyncio.start_server(self._hear, host, int(port))
        self._place = f"{host}:{self._server.sockets[0].getsockname()[1]}"

    @property
    def place(self) -> str | None:
        """As the port says."""
        return self._place

    @property
    def up(self) -> bool:
        """Whether it reaches every other node that is present."""
        return not self._apart and all(line.stands for line in self._lines.values())

    def meet(self, places: Mapping[str, str | None]) -> None:
        """As the port says. A node that came back has another address, and is dialled afresh."""
        self._apart = any(at is None for at in places.values())
        others = {address: at for address, at in places.items() if at and at != self._place}
        for address in self._lines.keys() - others.keys():
            self._lines.pop(address).close()
        for address in others.keys() - self._lines.keys():
            self._lines[address] = _Line(others[address])

    def listen(self, address: str, take: Callable[[bytes], None]) -> None:
        """As the port says."""
        self._address, self._take = address, take

    def post(self, address: str | None, letter: bytes) -> None:
        """As the port says."""
        if address in (None, self._address) and self.up and self._take is not None:
            asyncio.get_running_loop().call_soon(self._bring, self._address, letter)
        found = self._lines.get(address) if address else None
        lines = list(self._lines.values()) if address is None else [found] if found else []
        if lines:
            sealed = self._seal.close(letter, self._channel(address or ""))
            for line in lines:
                line.write(_HEAD.pack(len(sealed), address is None) + sealed)

    async def close(self) -> None:
        """As the port says."""
        self._take = None
        if self._server is not None:
            self._server.close()
        tasks = [line.close() for line in self._lines.values()]
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*tasks, *self._readers, return_exceptions=True)

    def _bring(self, address: str, letter: bytes) -> None:
        if self._take is not None and address == self._address:
            self._take(letter)

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._readers.add(task)
        try:
            while True:
                size, to_all = _HEAD.unpack(await reader.readexactly(_HEAD.size))
                if size > _LARGEST:
                    _log.error("somebody who writes no letters was cut off")
                    return
                sealed = await reader.readexactly(size)
                letter = self._seal.open(sealed, self._channel("" if to_all else self._address))
                # To an address that was ours before, or of nobody in this house: thrown away.
                if letter is not None:
                    self._bring(self._address, letter)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return
        finally:
            self._readers.discard(task)
            writer.transport.abort()

    def _channel(self, address: str) -> bytes:
        return f"{self._house} directly to {address or 'all'}".encode()


class _Line:
    """The way to one node, dialled until it stands, and again when it breaks."""

    def __init__(self, place: str) -> None:
        self._host, _, port = place.rpartition(":")
        self._port = int(port)
        self._writer: asyncio.StreamWriter | None = None
        self._task = asyncio.create_task(self._keep())  # noqa: TID251 held until close

    @property
    def stands(self) -> bool:
        """Whether it is connected as far as this end can tell, and taken from at the other."""
        return self._writer is not None and self._room(self._writer)

    def write(self, frame: bytes) -> None:
        """Sends if it stands; else the letter is lost."""
        if self._writer is not None and self._room(self._writer):
            self._writer.write(frame)

    def close(self) -> asyncio.Task[None]:
        """Dials no more."""
        self._task.cancel()
        return self._task

    def _room(self, writer: asyncio.StreamWriter) -> bool:
        return writer.transport.get_write_buffer_size() < _BACKLOG

    async def _keep(self) -> None:
        while True:
            try:
                async with asyncio.timeout(_PATIENCE):
                    reader, writer = await asyncio.open_connection(self._host, self._port)
            except (OSError, TimeoutError):
                await asyncio.sleep(_PAUSE)
                continue
            self._writer = writer
            try:
                await reader.read(1)  # nothing is ever said here: it ends with the line
            except OSError:
                pass
            finally:
                self._writer = None
                writer.transport.abort()
            await asyncio.sleep(_PAUSE)


class BothWays:
    """Implements `Bus`: each letter goes by either of two."""

    def __init__(self, first: Bus, second: Bus) -> None:
        self._ways = first, second

    @property
    def up(self) -> bool:
        """Whether either is."""
        return any(way.up for way in self._ways)

    @property
    def place(self) -> str | None:
        """Of the one that has any."""
        return next((way.place for way in self._ways if way.place), None)

    def meet(self, places: Mapping[str, str | None]) -> None:
        """As the port says."""
        for way in self._ways:
            way.meet(places)

    def listen(self, address: str, take: Callable[[bytes], None]) -> None:
        """As the port says."""
        for way in self._ways:
            way.listen(address, take)

    def post(self, address: str | None, letter: bytes) -> None:
        """As the port says."""
        for way in self._ways:
            way.post(address, letter)

    async def close(self) -> None:
        """As the port says."""
        for way in self._ways:
            await way.close()
