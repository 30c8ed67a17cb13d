"""One open stream: what it may see, and writing to its socket without ever waiting for it.

Frames are written ready-made to the transport: the hub encodes once for everybody, so a frame
costs each connection one write. A reader that cannot keep up is not waited for; it is closed
with 4408 and comes back with its cursors.
"""

import asyncio

from aiohttp import web

from bidding.web import wire
from bidding.web.limits import Bucket, Limits
from bidding.web.sessions import Who

#: Seconds a closing connection gets to answer the close frame before it is cut off.
_LINGER = 3.0


class Connection:
    """A socket after hello. Made by `Stream`, kept in one `Table`."""

    __slots__ = (
        "_limit",
        "_linger",
        "_loop",
        "_transport",
        "address",
        "agent",
        "auction",
        "bid_rate",
        "bidder",
        "code",
        "group",
        "message_rate",
        "role",
        "who",
    )

    def __init__(
        self, transport: asyncio.Transport, address: str, limits: Limits, agent: str = ""
    ) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._limit = limits.write_buffer
        self._linger: asyncio.TimerHandle | None = None
        self.address = address
        self.agent = agent
        self.auction = ""
        self.who: Who | None = None
        self.group: tuple[str, str] | None = None
        """Auction and account; None for a spectator."""
        self.role = "public"
        self.bidder: str | None = None
        self.code: int | None = None
        now = self._loop.time()
        self.message_rate = Bucket(limits.messages, now)
        self.bid_rate = Bucket(limits.bids, now)

    @property
    def holds(self) -> str | None:
        """Whose connection this is, if it joined as more than a spectator."""
        return self.group[1] if self.group else None

    @property
    def open(self) -> bool:
        return self.code is None and not self._transport.is_closing()

    def write(self, frames: bytes) -> None:
        """Write whole frames. Never waits; a slow reader is closed instead."""
        if self.code is not None or self._transport.is_closing():
            return
        self._transport.write(frames)
        if self._transport.get_write_buffer_size() > self._limit:
            self.close(4408)

    def send(self, payload: bytes) -> None:
        """Write one message."""
        self.write(wire.frame(payload))

    def close(self, code: int) -> None:
        """End with a code (RFC 6455 section 5.5.1); the first code given is the one sent."""
        if self.code is not None:
            return
        self.code = code
        if not self._transport.is_closing():
            body = code.to_bytes(2, "big") + wire.CLOSE[code].encode()[:120]
            self._transport.write(b"\x88" + bytes((len(body),)) + body)
        # The close frame may stand behind a full buffer, or the peer may be gone.
        self._linger = self._loop.call_later(_LINGER, self._transport.abort)

    def hang_up(self) -> None:
        """The peer has answered our close frame: end the connection and write nothing more."""
        self._transport.close()

    def gone(self) -> None:
        """The socket is closed; nothing more will be written."""
        if self._linger is not None:
            self._linger.cancel()
        if self.code is None:
            self.code = 1006


def transport_of(request: web.Request) -> asyncio.Transport:
    """The socket below an upgraded request."""
    transport = request.transport
    assert transport is not None
    return transport
