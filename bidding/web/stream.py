"""The stream: hello, welcome, what was missed, and then everything as it happens.

One handler for bidders, staff, auditors and the public; they differ only in the channels they get.
No auction logic is here: a frame becomes a command with this connection's bidder, or an error.

1. A bid is stamped before anything else happens to it: between taking the frame and the
   auctioneer's queue nothing is awaited.
2. The bytes of a tick are made once, by the room, and framed once, by the first connection that
   writes them; every other connection writes the same object.
3. Writing never waits for a reader (see `connection`), and an answer never waits for a tick.
"""

import asyncio
import hmac
from collections import Counter
from dataclasses import replace
from typing import Any, Final

import orjson
from aiohttp import WSMessage, WSMsgType, web

from auction_rules.floor import DrawReveal, Reveal, TrusteeKey
from bidding.core import commands as c
from bidding.core import sealing, views
from bidding.engine.auctioneer import Answer, Retry
from bidding.engine.hub import Subscription, Tick
from bidding.engine.ports import BookAway
from bidding.engine.seats import NoSuchAuction
from bidding.version import VERSION
from bidding.web import wire
from bidding.web.connection import Connection, transport_of
from bidding.web.context import WHO, Door
from bidding.web.problems import Problem
from bidding.web.rooms import audience_of, not_there
from bidding.web.security import address_of, agent_of, check_origin

MALFORMED_IN_A_ROW: Final = 3
#: Seconds for everybody to answer "going away".
FAREWELL: Final = 2.0


class Stream:
    """Everybody who is connected."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._connections: dict[Connection, None] = {}
        self._seats: dict[Connection, Subscription] = {}
        self._groups: dict[tuple[str, str] | None, dict[Connection, None]] = {}
        self._by_address: Counter[str] = Counter()
        self._closing = False
        self._empty = asyncio.Event()
        self._unwatch = door.sessions.watch(self._signed_in, self._ended)

    # What others ask of it ----------------------------------------------------------------

    async def ask(self, auction: str, command: c.Command) -> dict[str, Any]:
        """A command's answer as a message: accepted, refused, or retry."""
        if secret := self._secret(auction, command):
            raise Problem(secret)
        if command.bidder is not None and (desk := self._door.guarantees) is not None:
            try:
                # Whoever is backed by a sealed guarantee may bid from the first instant.
                await desk.open_due(auction)
            except NoSuchAuction:
                raise not_there(self._door, auction) from None
        try:
            # Shielded: a browser that hangs up cancels nothing in the auction.
            answer = await asyncio.shield(self._door.house.ask(auction, command))
        except NoSuchAuction:
            raise not_there(self._door, auction) from None
        return self._message(auction, command.ref, answer)

    def _secret(self, auction: str, command: c.Command) -> str | None:
        """Why this must not even be written down; only keys of what is sealed are such."""
        if not isinstance(command.ask, TrusteeKey | Reveal | DrawReveal):
            return None
        try:
            state = self._door.house.room(auction).state
        except NoSuchAuction:
            return None  # nothing is written down for an auction that is not open
        if isinstance(command.ask, DrawReveal):
            # In the record it would tell whoever has not committed yet.
            return None if state.standing.chance.revealing else "TOO_EARLY"
        return sealing.unwritable(state, command.bidder, command.ask)

    async def seated(self, auction: str, account: str, paddle: str) -> None:
        """Somebody was admitted: his open connections become a bidder's, without a reload."""
        for connection in list(self._connections):
            mine = connection.group == (auction, account)
            if mine and connection.bidder is None:
                await self._join(connection, f"bidder:{paddle}", {})

    @property
    def open(self) -> int:
        """How many connections there are."""
        return len(self._connections)

    async def close(self) -> None:
        """Going away: everybody is told, nobody new comes in; waits a moment for goodbyes."""
        self._closing = True
        for connection in list(self._connections):
            connection.close(1001)
        if self._connections:
            self._empty.clear()
            try:
                async with asyncio.timeout(FAREWELL):
                    await self._empty.wait()
            except TimeoutError:
                pass  # they will be cut off, and come back with their cursors
        self._unwatch()

    def _signed_in(self) -> frozenset[str]:
        return frozenset(x.who.sign_in.id for x in self._connections if x.who and x.who.sign_in)

    def _ended(self, ids: frozenset[str]) -> None:
        for connection in list(self._connections):
            if connection.who and connection.who.sign_in and connection.who.sign_in.id in ids:
                connection.close(4409)

    # One connection -----------------------------------------------------------------------

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """GET /api/v1/stream. Raises Problem before the upgrade, closes with a code after it."""
        check_origin(request)
        limits, address = self._door.limits, address_of(request)
        if self._closing or self._by_address[address] >= limits.sockets_by_address:
            raise Problem("TOO_MANY", headers={"Retry-After": "5"})
        socket = web.WebSocketResponse(
            compress=False,
            max_msg_size=wire.UNREAD_FROM,
            heartbeat=limits.heartbeat,
            # A second close frame after ours would make the peer forget our code.
            autoclose=False,
            timeout=2,
            decode_text=False,
        )
        if not socket.can_prepare(request):
            raise Problem("NOT_A_STREAM")
        await socket.prepare(request)
        connection = Connection(transport_of(request), address, limits, agent_of(request))
        self._by_address[address] += 1
        try:
            await self._serve(request, socket, connection)
        finally:
            self._by_address[address] -= 1
            if not self._by_address[address]:
                del self._by_address[address]
            connection.gone()
            self._leave(connection)
        return socket

    async def _serve(
        self, request: web.Request, socket: web.WebSocketResponse[Any], connection: Connection
    ) -> None:
        loop = asyncio.get_running_loop()
        late = loop.call_later(self._door.limits.hello_within, self._no_hello, connection)
        wrong = 0
        try:
            while True:
                message = await socket.receive()
                if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                    # Closed by the peer, or by aiohttp for a frame that is none.
                    if connection.code is not None:
                        connection.hang_up()
                    return
                if connection.code is not None:
                    continue  # our close frame is out; only the peer's is waited for
                if not connection.message_rate.take(loop.time()):
                    connection.send(wire.error("TOO_FAST"))
                    connection.close(4429)
                    continue
                try:
                    await self._take(request, connection, message)
                    wrong = 0
                except wire.Malformed as malformed:
                    connection.send(wire.error(malformed.code, malformed.ref, malformed.fields))
                    wrong += 1
                    if wrong == MALFORMED_IN_A_ROW:
                        connection.close(4400)
                except BookAway:
                    # Who it is cannot be found out now; whoever was let in before stays.
                    connection.close(4408)
        finally:
            late.cancel()

    def _no_hello(self, connection: Connection) -> None:
        if not connection.auction:
            connection.close(4401)

    def _leave(self, connection: Connection) -> None:
        self._connections.pop(connection, None)
        if not self._connections:
            self._empty.set()
        if seat := self._seats.pop(connection, None):
            seat.leave()
        group = self._groups.get(connection.group, {})
        group.pop(connection, None)
        if not group:
            self._groups.pop(connection.group, None)

    # Messages -----------------------------------------------------------------------------

    async def _take(self, request: web.Request, connection: Connection, frame: WSMessage) -> None:
        """One frame. Raises Malformed for whatever is not exactly one message of ours."""
        received = self._door.clock.now()
        if frame.type is WSMsgType.BINARY:
            raise wire.Malformed("BINARY")
        message = wire.decode(frame.data)
        joined = connection in self._connections
        if isinstance(message, wire.Hello):
            if joined:
                raise wire.Malformed("HELLO_FIRST")
            await self._hello(request, connection, message)
        elif not joined:
            raise wire.Malformed("HELLO_FIRST", ref=getattr(message, "ref", None))
        elif isinstance(message, wire.Time):
            connection.send(
                b'{"type":"time","c":%d,"r":%d,"s":%d}'
                % (message.c, received, self._door.clock.now())
            )
        else:
            self._bid(connection, message)

    def _bid(self, connection: Connection, message: wire.Asking) -> None:
        if connection.bidder is None:
            connection.send(wire.error("NOT_ADMITTED", message.ref))
            return
        if not connection.bid_rate.take(asyncio.get_running_loop().time()):
            connection.send(wire.error("TOO_FAST", message.ref))
            return
        command = message.command(f"bidder:{connection.bidder}", message.ask())
        if (tagger := self._door.settings.tagger) is not None:
            origin = self._door.house.room(connection.auction).state.origin
            tags = tagger.request(origin, connection.address, connection.agent)
            command = replace(command, tags=tags)
        if secret := self._secret(connection.auction, command):
            connection.send(wire.error(secret, message.ref))
            return
        # Stamped and queued here, before anything is awaited.
        answer = self._door.house.ask(connection.auction, command)
        answer.add_done_callback(lambda done: self._answer(connection, message.ref, done))

    def _answer(self, connection: Connection, ref: str, done: "asyncio.Future[Answer]") -> None:
        answer = Retry("recovering") if done.cancelled() else done.result()
        connection.send(orjson.dumps(self._message(connection.auction, ref, answer)))

    def _message(self, auction: str, ref: str | None, answer: Answer) -> dict[str, Any]:
        if isinstance(answer, Retry):
            sentence = wire.RETRY_SENTENCES[answer.why]
            return {"type": "retry", "ref": ref, "why": answer.why, "sentence": sentence}
        # An entry without `cmd` says that the reference was used for something else; the
        # asker still needs to hear which of his questions is answered.
        return views.answer(answer.entry, self._door.house.room(auction).state) | {"ref": ref}

    # Joining ------------------------------------------------------------------------------

    async def _hello(self, request: web.Request, connection: Connection, hello: wire.Hello) -> None:
        door, who = self._door, request[WHO]
        if hello.csrf is not None and who.account is None:
            # Somebody who believes to be signed in must hear that he is not.
            connection.close(4401)
            return
        if hello.csrf is not None and not hmac.compare_digest(
            hello.csrf.encode(), who.csrf.encode()
        ):
            connection.close(4403)
            return
        connection.auction = hello.auction
        try:
            await door.house.opened(hello.auction)
        except NoSuchAuction:
            there = not_there(door, hello.auction).code == "UNREADABLE"
            connection.close(4503 if there else 4404)
            return
        audience = "public"
        if hello.csrf is not None and who.account is not None:
            # Asked afresh: between the upgrade and hello somebody may have ended the sign-in.
            who = await door.sessions.who(who.token)
            if who.account is None:
                connection.close(4401)
                return
            connection.who = who
            connection.group = (hello.auction, who.account.account)
            audience, _ = await audience_of(door, who, hello.auction)
        if not self._room_for(connection):
            connection.send(wire.error("TOO_MANY"))
            connection.close(4429)
            return
        await self._join(connection, audience, dict(hello.cursors or {}))

    def _room_for(self, connection: Connection) -> bool:
        group = self._groups.get(connection.group, {})
        if connection.group is None:
            return len(group) < self._door.limits.sockets_of_spectators
        # The oldest leaves: a line that died unnoticed must not keep a bidder out.
        for oldest in list(group)[: max(0, len(group) - self._door.limits.sockets_by_account + 1)]:
            oldest.close(4429)
            self._leave(oldest)
        return True

    async def _join(self, connection: Connection, audience: str, cursors: dict[str, int]) -> None:
        """Welcome, then what was missed of each channel, then every tick from there on."""
        bidder = audience.partition(":")[2] or None
        channels = ("public", audience) if bidder else (audience,)
        connection.bidder = bidder
        connection.role = "bidder" if bidder else audience
        if earlier := self._seats.pop(connection, None):
            earlier.leave()
        room = self._door.house.room(connection.auction)
        wanted = {name: cursors.get(name) for name in channels}
        seat, opening = await room.join(lambda tick: self._show(connection, tick), wanted, bidder)
        # No `await` from here on: the first tick must find the opening written.
        if not connection.open:
            seat.leave()
            return
        self._seats[connection] = seat
        self._connections[connection] = None
        self._groups.setdefault(connection.group, {})[connection] = None
        welcome = {
            "type": "welcome",
            "v": wire.VERSION,
            "auction": connection.auction,
            "channels": list(channels),
            "role": connection.role,
            "bidder": bidder,
            "now": self._door.clock.now(),
            "build": VERSION,
        }
        connection.send(orjson.dumps(welcome))
        self._show(connection, opening)

    def _show(self, connection: Connection, tick: Tick) -> None:
        if not tick:
            # The room lost its thread; the connection takes it up again with its cursors.
            connection.close(4408)
            return
        for payload in tick:
            if payload.wire is None:
                payload.wire = wire.frame(payload.text)
        if len(tick) == 1:
            frames = tick[0].wire
        else:
            frames = b"".join([payload.wire or b"" for payload in tick])
        assert frames is not None
        connection.write(frames)
