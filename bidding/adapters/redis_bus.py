"""Letters between nodes over Redis, sealed and signed by what only nodes of this house have.

It implements `bidding.engine.nodes.Bus` with publish and subscribe, which promises nothing: letters
are lost while Redis is away, and that is all that is lost. Redis is told no content (`letter_seal`).

What it is not: a queue. Nothing waits in Redis, and nothing waits here while it is away.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bidding.adapters.letter_seal import LetterSeal
from bidding.engine.nodes import BusAddressError

_log = logging.getLogger(__name__)

#: Letters that wait to be sent; more than a second's worth of the busiest close.
_WAITING: Final = 20_000
#: Letters that go to Redis in one breath.
_AT_ONCE: Final = 256
#: Seconds until a connection that says nothing is given up, and between two attempts.
_PATIENCE: Final = 1.0
_PAUSE: Final = 0.1
_ALL: Final = "*"


class RedisBus:
    """Implements `Bus`; `url` as `redis://host:6379/0`, `secret` are 32 bytes that all nodes have.

    `house` is the first part of the channels' names: two houses may share one Redis. Raises
    BusAddressError: it would otherwise be tried for ever, as if Redis were away.
    """

    def __init__(self, url: str, house: str, secret: bytes) -> None:
        self._url, self._house = url, house
        try:
            pool = self._client().connection_pool
            pool.connection_class(**pool.connection_kwargs)
        except (RedisError, TypeError, ValueError) as error:
            raise BusAddressError(str(error)) from error
        self._seal = LetterSeal(secret)
        self._address: str | None = None
        self._take: Callable[[bytes], None] | None = None
        self._sending: deque[tuple[str, bytes]] = deque(maxlen=_WAITING)
        self._stir = asyncio.Event()
        self._again = asyncio.Event()
        self._hearing = self._speaking = False
        self._tasks: list[asyncio.Task[None]] = []
        self.carried = 0
        """How many letters came here."""

    @property
    def up(self) -> bool:
        """Whether both ways stood when they were used last."""
        return self._hearing and self._speaking

    @property
    def place(self) -> None:
        """As the port says: all letters go by Redis."""

    def meet(self, places: Mapping[str, str | None]) -> None:
        """As the port says: nobody is written to directly."""

    def listen(self, address: str, take: Callable[[bytes], None]) -> None:
        """As the port says."""
        self._address, self._take = address, take
        self._again.set()
        if not self._tasks:
            for work in (self._hear(), self._speak()):
                self._tasks.append(asyncio.create_task(work))  # noqa: TID251 held until close

    def post(self, address: str | None, letter: bytes) -> None:
        """As the port says: while Redis is away, the oldest are forgotten."""
        channel = self._channel(address or _ALL)
        self._sending.append((channel, self._seal.close(letter, channel.encode())))
        self._stir.set()

    async def close(self) -> None:
        """Sends what is written, if that goes at once, and stops."""
        if self._sending and self._speaking:
            await asyncio.wait(self._tasks, timeout=_PAUSE)
        left = set(self._tasks)
        while left:
            # Once is not always enough: the client, refused by Redis, may be in the midst of swallowing it.
            for task in left:
                task.cancel()
            _, left = await asyncio.wait(left, timeout=_PAUSE)

    # -- the two ways -------------------------------------------------------------------------

    def _client(self) -> Redis:
        return Redis.from_url(self._url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE)

    async def _speak(self) -> None:
        said = ""
        while True:
            client = self._client()
            try:
                await client.ping()
                while True:
                    self._speaking = True
                    await self._stirred()
                    await (self._send(client) if self._sending else client.ping())
            except Exception as error:  # noqa: BLE001 whatever ends it, it is begun again
                said = _told("sent", error, "" if self._speaking else said)
                self._speaking = False
                # What is old is of no use when it comes: whoever wants an answer asks again.
                self._sending.clear()
            finally:
                await client.aclose()
            await asyncio.sleep(_PAUSE)

    async def _stirred(self) -> None:
        """Until there is a letter to send, or it is time to see whether one could be sent."""
        if not self._sending:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE):
                    await self._stir.wait()
        self._stir.clear()

    async def _send(self, client: Redis) -> None:
        async with client.pipeline(transaction=False) as pipeline:
            for _ in range(min(_AT_ONCE, len(self._sending))):
                pipeline.publish(*self._sending.popleft())
            await pipeline.execute()

    async def _hear(self) -> None:
        said = ""
        while True:
            client = self._client()
            try:
                await self._listen(client)
            except Exception as error:  # noqa: BLE001 whatever ends it, it is begun again
                said = _told("received", error, "" if self._hearing else said)
                self._hearing = False
            finally:
                await client.aclose()
            await asyncio.sleep(_PAUSE)

    async def _listen(self, client: Redis) -> None:
        """Until the connection breaks, or the node has a new address."""
        self._again.clear()
        async with client.pubsub() as heard:
            await heard.subscribe(self._channel(_ALL), self._channel(self._address or ""))
            self._hearing = True
            asked = False
            while not self._again.is_set():
                message = await heard.get_message(timeout=_PATIENCE)
                if message is not None:
                    asked = False
                    self._open(message)
                elif asked:
                    raise TimeoutError("no answer to a ping")
                else:
                    # A connection that is only half there is silent too.
                    asked = True
                    await heard.ping()

    def _open(self, message: dict[str, Any]) -> None:
        if message["type"] != "message":
            return
        letter = self._seal.open(message["data"], message["channel"])
        if letter is None:
            _log.error("a letter that no node of this house wrote was thrown away")
            return
        self.carried += 1
        assert self._take is not None, "listening is what starts this"
        self._take(letter)

    def _channel(self, address: str) -> str:
        return f"daylight:{self._house}:{address}"


def _told(what: str, error: Exception, said: str) -> str:
    """Logs why letters cannot be sent or received, unless it was the last that was `said`.

    One that was never there is told too; the same line ten times a second would hide all others.
    """
    why = str(error) or repr(error)
    if why != said:
        _log.error("letters cannot be %s: %s", what, why)
    return why
