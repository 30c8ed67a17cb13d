"""A seat in an auction: follows it, bids in it, and survives broken connections.

1. A bid is kept, with its reference, until the final answer is there. After a break it is sent again
   with the same reference, and the house answers it once.
2. Events are counted per channel. After a break the seat asks for what it missed; it never shows
   a gap, and drops the connection itself when it finds one.
3. Every checkpoint that comes with an own receipt must fit those seen before, and the entry that is
   named as an answer must be what was asked (`watch`); a house that shows two histories, or another
   request, is not bid with any more, and the evidence is kept.
4. While an answer is due, a line on which nothing is heard is tried, and then left (`silence`).
5. Nothing here decides anything: what may be bid is what the house last said in `you`.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Self

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from bidding.client.offset import Offset
from bidding.client.own_key import OwnKey
from bidding.client.own_request import Own
from bidding.client.sealing import Kept, sealed
from bidding.client.silence import Silence
from bidding.client.watch import FalseRecord, Watch

VERSION: Final = 1

#: Closed with one of these, coming back would change nothing.
FOR_GOOD: Final = frozenset({4400, 4401, 4403, 4404, 4409})

#: Fields of a message that say how it travels, and not what is asked.
_TRAVELS: Final = frozenset({"type", "ref", "sig", "key"})

#: Seconds between tries. They grow slowly at first: another node takes over within two seconds.
_FIRST_WAIT: Final = 0.2
_LONGEST_WAIT: Final = 5.0
_GROWTH: Final = 1.5
#: Seconds until a line stands, and again until there is a welcome on it: else another node is tried.
_PATIENCE: Final = 5.0
#: A house that recovers is asked again at this pace; one that is busy, ever less often.
_RECOVERING_WAIT: Final = 0.8
_chance = secrets.SystemRandom()


class SeatLost(Exception):
    """The house closed the seat for good; `code` says why."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code


class WireError(Exception):
    """The house did not understand or allow a message; the auction never saw it."""

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__(f"{body['code']}: {body['sentence']['en']}")
        self.code: str = body["code"]
        self.body = body


@dataclass(frozen=True, slots=True)
class Answer:
    """A final answer: it stands in the log as entry `i`."""

    body: dict[str, Any]

    @property
    def accepted(self) -> bool:
        return bool(self.body["type"] == "accepted")

    @property
    def i(self) -> int:
        return int(self.body["i"])

    @property
    def reason(self) -> str | None:
        return self.body.get("reason")


@dataclass(slots=True)
class _Asked:
    frame: bytes
    answer: "asyncio.Future[Answer]"
    wait: float = _FIRST_WAIT


class Seat:
    """Made by `Visitor.join`. Use with `async with`; entering waits for the first picture."""

    def __init__(
        self, url: str, auction: str, cookie: str, csrf: str | None, *, watch: Watch | None = None
    ) -> None:
        self._url = url
        self._watch = watch
        if watch is not None:
            watch.on_false = self._betrayed
        self._auction = auction
        self._cookie = cookie
        self._csrf = csrf
        self._socket: ClientConnection | None = None
        self._task: asyncio.Task[None]
        self._asked: dict[str, _Asked] = {}
        self._later: set[asyncio.TimerHandle] = set()
        self._sending: set[asyncio.Task[None]] = set()
        self._moved = asyncio.Condition()
        self._listeners: list[Callable[[dict[str, Any]], None]] = []
        self._silence = Silence(
            due=lambda: bool(self._asked),
            attempt=lambda: self._spawn(self.compare_clocks()),
            leave=self._cut,
        )
        self._pictures: set[str] = set()
        self.offset = Offset()
        self.cursors: dict[str, int] = {}
        self.rooms: dict[str, dict[str, Any]] = {}
        self.welcome: dict[str, Any] = {}
        self.you: dict[str, Any] | None = None
        self.kept: dict[str, Kept] = {}
        """What opens the offers sealed here, by commitment."""
        self.proof: dict[str, Any] | None = None
        """How far own requests are proved: `signed`, `witnessed`."""
        self.connections = 0
        self._key: OwnKey | None = None

    # Being there --------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._stay(), name=f"seat {self._auction}")  # noqa: TID251 held here
        try:
            await self.until(lambda seat: seat.ready, within=15)
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        if self._watch is not None:
            await self._watch.close()
        await asyncio.gather(self._task, *self._sending, return_exceptions=True)
        self._silence.close()
        for handle in self._later:
            handle.cancel()
        for asked in self._asked.values():
            asked.answer.cancel()

    @property
    def ready(self) -> bool:
        """Joined, with a picture of every channel."""
        return bool(self.welcome) and set(self.welcome["channels"]) <= self._pictures

    @property
    def room(self) -> dict[str, Any]:
        """The room as the widest of the seat's channels shows it."""
        return self.rooms.get(self.welcome["channels"][0], {})

    @property
    def unanswered(self) -> list[str]:
        """References of bids without a final answer."""
        return list(self._asked)

    def now(self) -> int:
        """The house's time, in microseconds since 1970 UTC, as far as it is known."""
        return self._own() + self.offset.microseconds

    def _own(self) -> int:
        return int(asyncio.get_running_loop().time() * 1_000_000)

    def listen(self, listener: Callable[[dict[str, Any]], None]) -> None:
        """Call with every event from now on, in order."""
        self._listeners.append(listener)

    async def until(self, true: Callable[["Seat"], bool], within: float) -> None:
        """Wait for something to become true of this seat. Raises TimeoutError, SeatLost, FalseRecord.

        `within` is in seconds.
        """
        async with asyncio.timeout(within), self._moved:
            while not true(self):
                self._check()
                await self._moved.wait()

    # Asking -------------------------------------------------------------------------------

    async def bid(
        self,
        amount: int,
        *,
        lot: str | None = None,
        quantity: int | None = None,
        stage: str | None = None,
        slot: str | None = None,
        ref: str | None = None,
        within: float = 30,
    ) -> Answer:
        """Offer, and wait for the final answer. Raises WireError, SeatLost, FalseRecord, TimeoutError.

        The amount leaves in the clear; where offers are sealed it is `seal` that makes one.
        After TimeoutError nothing is known; ask again with the same `ref`.
        """
        ref = ref or new_ref()
        return await self._ask(
            {
                "type": "bid",
                "ref": ref,
                "amount": amount,
                "lot": lot,
                "quantity": quantity,
                "stage": stage,
                "slot": slot,
            },
            ref,
            within,
        )

    async def seal(
        self, amount: int, *, lot: str | None = None, ref: str | None = None, within: float = 30
    ) -> Answer:
        """Seal an offer here and hand it in; its key stays with this seat, in `kept`.

        Raises NotSealed where the auction takes no sealed offers; FalseRecord where the room names
        other keys than the record, and NotNow where the record is not shown: nothing leaves then.
        A retry with the same `ref` sends what was sealed first, since nothing is ever sealed to
        the same bytes twice.
        """
        ref = ref or new_ref()
        await self._as_published(within)
        parts, kept = sealed(self.room, self.welcome["bidder"], amount, lot)
        if ref not in self._asked:
            self.kept[parts["commit"]] = kept
        return await self._ask({"type": "seal", "ref": ref, **parts}, ref, within)

    async def reveal(
        self, *, plain: bool = False, ref: str | None = None, within: float = 30
    ) -> Answer:
        """Open the sealed offer that stands, by its key, or in a remedy by the offer as it was.

        Raises KeyError when this seat did not seal it.
        """
        ref = ref or new_ref()
        stands = (self.you or {}).get("sealed") or {}
        kept = self.kept[stands.get("commit", "")]
        secret = (None, kept.plain) if plain else (kept.key, None)
        parts = dict(zip(("secret", "plain"), secret, strict=True))
        return await self._ask({"type": "reveal", "ref": ref, **parts}, ref, within)

    async def confirm(self, *, answer: bool, ref: str | None = None, within: float = 30) -> Answer:
        """Answer the rule's question to this bidder."""
        ref = ref or new_ref()
        return await self._ask({"type": "confirm", "ref": ref, "answer": answer}, ref, within)

    async def stay(
        self,
        number: int,
        *,
        quantity: int | None = None,
        slot: str | None = None,
        ref: str | None = None,
        within: float = 30,
    ) -> Answer:
        """Yes to the price of round `number`, where a clock asks."""
        ref = ref or new_ref()
        message = {"type": "stay", "ref": ref, "round": number, "quantity": quantity, "slot": slot}
        return await self._ask(message, ref, within)

    async def leave(self, number: int, *, ref: str | None = None, within: float = 30) -> Answer:
        """Out of the clock from round `number` on."""
        ref = ref or new_ref()
        return await self._ask({"type": "leave", "ref": ref, "round": number}, ref, within)

    async def proxy(
        self, limit: int | None, *, ref: str | None = None, within: float = 30
    ) -> Answer:
        """Let the house bid up to a secret limit in the unit of the terms; None takes it away.

        A `ref` of one's own has at least 16 characters that nobody can foresee.
        """
        ref = ref or new_ref()
        return await self._ask({"type": "proxy", "ref": ref, "limit": limit}, ref, within)

    async def enrol(self, key: OwnKey, *, ref: str | None = None, within: float = 30) -> Answer:
        """Bring a public key; once it is in, this seat signs everything it asks with it."""
        ref = ref or new_ref()
        message = {"type": "enrol", "ref": ref, "alg": key.alg, "public": key.public}
        answer = await self._ask(self._signed(message, key), ref, within)
        if answer.accepted or answer.reason == "KEY_KNOWN":
            self._key = key
        return answer

    def _signed(self, message: dict[str, Any], key: OwnKey) -> dict[str, Any]:
        """The message with its signature; what is signed is all of it but `type` and `ref`."""
        own = self._own_request(message, None)
        signature = key.sign(self.room["origin"], own.actor, own.ref, own.kind, own.ask)
        return {**message, "sig": signature, "key": key.id}

    def _own_request(self, message: dict[str, Any], accepted: bool | None) -> Own:
        """A message as the log will hold it: all of it but how it travels."""
        ask = {name: value for name, value in message.items() if name not in _TRAVELS}
        actor = f"bidder:{self.welcome['bidder']}"
        return Own(actor, message["ref"], message["type"], ask, accepted)

    async def _as_published(self, within: float) -> None:
        """Returns when the room says of sealing what the record says."""
        self._check()
        if self._watch is not None:
            async with asyncio.timeout(within):
                await self._watch.sealed(self.room.get("escrow"))

    async def _ask(self, message: dict[str, Any], ref: str, within: float) -> Answer:
        if self._key is not None and "sig" not in message:
            message = self._signed(message, self._key)
        self._check()
        asked = self._asked.get(ref)
        if asked is None:
            future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
            asked = self._asked[ref] = _Asked(orjson.dumps(message), future)
            await self._send(asked)
        async with asyncio.timeout(within):
            return await asyncio.shield(asked.answer)

    async def _send(self, asked: _Asked) -> None:
        await self._write(asked.frame)
        self._silence.asked()

    async def _write(self, frame: bytes) -> None:
        if self._socket is not None:
            try:
                await self._socket.send(frame, text=True)
            except ConnectionClosed:
                return  # The bid is kept; it goes out again after the next welcome.

    async def break_connection(self) -> None:
        """Cut the line without a word, as a network does. For tests and drills."""
        self._cut()

    def _cut(self) -> None:
        if self._socket is not None:
            self._socket.transport.abort()

    # The connection -----------------------------------------------------------------------

    async def _stay(self) -> None:
        wait = _FIRST_WAIT
        while True:
            before = self.connections
            try:
                await self._once()
            except (OSError, InvalidHandshake, TimeoutError):
                pass
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else 1006
                if code in FOR_GOOD:
                    await self._lose(SeatLost(code, closed.rcvd.reason if closed.rcvd else ""))
            grown = min(wait * _GROWTH, _LONGEST_WAIT)
            wait = _FIRST_WAIT if self.connections > before else grown
            await asyncio.sleep(wait * _chance.uniform(0.5, 1.0))

    async def _lose(self, lost: SeatLost) -> None:
        self._fail(lost)
        raise lost

    def _betrayed(self, false: FalseRecord) -> None:
        """The record was shown to be false: nothing the house says from here on is relied upon."""
        self._fail(false)

    def _fail(self, error: Exception) -> None:
        for asked in self._asked.values():
            if not asked.answer.done():
                asked.answer.set_exception(error)
                asked.answer.exception()
        self._asked.clear()
        self._task.get_loop().call_soon(self._tell_waiters)

    def _check(self) -> None:
        """Raises what ended the seat, or what showed the record to be false."""
        if self._task.done():
            self._task.result()
        if self._watch is not None and self._watch.false is not None:
            raise self._watch.false

    def _tell_waiters(self) -> None:
        self._spawn(self._notify())

    async def _once(self) -> None:
        self._pictures = set()
        headers = {"Cookie": self._cookie} if self._cookie else {}
        async with connect(
            self._url,
            additional_headers=headers,
            compression=None,
            max_size=2**24,
            proxy=None,
            open_timeout=_PATIENCE,
        ) as socket:
            hello = {
                "type": "hello",
                "v": VERSION,
                "auction": self._auction,
                "csrf": self._csrf,
                "cursors": self.cursors or None,
            }
            late = asyncio.get_running_loop().call_later(_PATIENCE, self._not_welcome, socket)
            try:
                await socket.send(orjson.dumps(hello), text=True)
                # `recv` and not `async for`, which ends without a word on a polite close.
                while True:
                    await self._read(socket, orjson.loads(await socket.recv(decode=False)))
            finally:
                late.cancel()
                self._socket = None

    def _not_welcome(self, socket: ClientConnection) -> None:
        if self._socket is not socket:
            socket.transport.abort()

    async def _read(self, socket: ClientConnection, message: dict[str, Any]) -> None:
        self._silence.heard()
        match message["type"]:
            case "welcome":
                self.welcome = message
                self.connections += 1
                self._socket = socket
                # A cursor's channel needs no picture unless the house sends one: it has the tail.
                self._pictures |= set(self.cursors) & set(self.rooms)
                await self.compare_clocks()
                for asked in list(self._asked.values()):
                    await self._send(asked)
            case "snapshot":
                channel = message["channel"]
                self.rooms[channel] = message["room"]
                self.cursors[channel] = message["n"]
                self._pictures.add(channel)
            case "events":
                await self._events(socket, message)
            case "you":
                self.you = message
            case "proof":
                self.proof = message
                if self._watch is not None:
                    self._watch.grew(message["signed"] - 1)
            case "accepted" | "refused":
                self._answered(message)
            case "retry":
                recovering = message["why"] == "recovering"
                self._again(message["ref"], _RECOVERING_WAIT if recovering else _LONGEST_WAIT)
            case "error":
                self._error(message)
            case "time":
                self.offset.add(message["c"], message["r"], message["s"], self._own())
            case _:
                return  # A newer house may say more within the same version.
        await self._notify()

    async def _events(self, socket: ClientConnection, message: dict[str, Any]) -> None:
        channel, last = message["channel"], message["to"]
        known = self.cursors.get(channel, 0)
        if message["from"] != known + 1:
            # Never show a gap: come back and ask for what is missing.
            await socket.close(1000, "gap")
            return
        self.cursors[channel] = last
        self.rooms.setdefault(channel, {}).update(message["room"])
        for event in message["events"]:
            for listener in self._listeners:
                listener(event)

    def _answered(self, message: dict[str, Any]) -> None:
        asked = self._asked.pop(message["ref"], None)
        if asked is None:
            return
        answer = Answer(message)
        if self._watch is not None:
            own = self._own_request(orjson.loads(asked.frame), answer.accepted)
            self._watch.answered(answer.i, own)
        if not asked.answer.done():
            asked.answer.set_result(answer)

    def _again(self, ref: str, longest: float = _LONGEST_WAIT) -> None:
        asked = self._asked.get(ref)
        if asked is None:
            return
        asked.wait = min(asked.wait * 2, longest)

        def send() -> None:
            self._later.discard(handle)
            if ref in self._asked:
                self._spawn(self._send(asked))

        handle = asyncio.get_running_loop().call_later(asked.wait * _chance.uniform(0.5, 1.0), send)
        self._later.add(handle)

    def _error(self, message: dict[str, Any]) -> None:
        ref = message.get("ref")
        if ref in self._asked and message["code"] == "TOO_FAST":
            self._again(ref)
        elif ref in self._asked:
            asked = self._asked.pop(ref)
            if not asked.answer.done():
                asked.answer.set_exception(WireError(message))

    async def compare_clocks(self) -> None:
        """Send one leg of the clock comparison."""
        await self._write(orjson.dumps({"type": "time", "c": self._own()}))

    async def _notify(self) -> None:
        async with self._moved:
            self._moved.notify_all()

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)  # noqa: TID251 held in _sending
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)


def new_ref() -> str:
    """A reference nobody else uses."""
    return secrets.token_urlsafe(16)
