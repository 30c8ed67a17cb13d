"""The room of one auction as others see it: channels, numbers, ticks, reconnecting.

It shows committed entries only, and decides nothing. It knows no sockets: a listener is a
function that is handed finished payloads, the same bytes for everybody on a channel.

1. Each channel (public, staff, auditor, bidder:<number>) numbers the lines it shows from 1.
   What an audience may not see takes no number: a gap would tell that somebody acted. The
   numbers come from the log, so they are the same after a restart.
2. "Since N" is answered with the lines after N, or with a snapshot. Never with a part.
3. Lines are joined into one payload per channel and tick. The first commit after a quiet time
   goes out at once; later ones wait for the tick. Answers to those who asked do not pass here.
4. Whoever joins sees the room as of the last tick, and the next tick continues from there.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import orjson

from auction_rules.rule import Rule
from bidding.core import views
from bidding.core.state import State
from bidding.engine.auctioneer import Step
from bidding.engine.ports import Clock, EventLog, Instant
from bidding.engine.progress import Progress
from bidding.engine.reading import MARK_EVERY, fold

_log = logging.getLogger(__name__)

#: Microseconds between two fan-outs of one room.
TICK: Final = 20_000
#: Lines a channel keeps in memory for those who come back; the log has all of them.
RING: Final = 2_000
#: Steps turned into lines, and listeners called, before others get their turn on the loop.
_STEPS_AT_ONCE: Final = 256
_LISTENERS_AT_ONCE: Final = 256
_BIDDERS_AT_ONCE: Final = 32

BEHIND_MAX: Final = 8_192
"""Entries that may wait to be shown; beyond it listeners begin again with a picture."""
WATCHERS_WAIT: Final = 1_000_000
"""A tick older than this many microseconds is for those who take part alone."""
_PUBLIC: Final = frozenset({"public"})
_SHARED: Final = ("public", "staff", "auditor")


@dataclass(slots=True, eq=False)
class Payload:
    """One JSON text for everybody on a channel; `channel` is `you` for a bidder's own panel."""

    channel: str
    text: bytes
    wire: bytes | None = None
    """Left to the door: the text in its frame, made by the first connection that writes it."""


Tick: TypeAlias = Sequence[Payload]
"""What one listener gets at once. An empty tick says: something was lost, join again."""

Listener: TypeAlias = Callable[[Tick], None]


class Resync:
    """The cursor is of no use here; only a snapshot helps."""


@dataclass(slots=True)
class _Channel:
    """The lines one audience sees: how many there were, and the last of them."""

    audience: str
    ring: deque[bytes]
    n: int = 0
    counts: list[int] = field(default_factory=list)
    """How many lines there were before entry 0, MARK_EVERY, 2 * MARK_EVERY, ..."""
    room: dict[str, bytes] = field(default_factory=dict)
    """The changing keys of the room, encoded, as last sent."""
    index: int = 0
    """The next entry of the log this channel has not seen."""
    snapshot: tuple[int, bytes] | None = None

    def show(self, step: Step, rule: Rule) -> bytes | None:
        """Takes the next entry; the encoded line when this audience sees it."""
        if step.entry["i"] % MARK_EVERY == 0:
            self.counts.append(self.n)
        assert step.entry["i"] == self.index, "a channel takes every entry, in order"
        self.index += 1
        line = views.event(step.before, step.entry, step.after, rule, self.audience)
        if line is None:
            return None
        self.n += 1
        encoded = orjson.dumps({"n": self.n, **line})
        self.ring.append(encoded)
        return encoded

    def skip(self, index: int) -> None:
        """Passes over an entry that is known not to concern this audience."""
        if index % MARK_EVERY == 0:
            self.counts.append(self.n)
        assert index == self.index, "a channel takes every entry, in order"
        self.index += 1

    def change(self, state: State, rule: Rule) -> bytes:
        """The keys of the room that differ from what was last sent, as one JSON object."""
        changed = []
        for key, value in views.patch(state, rule, self.audience).items():
            encoded = orjson.dumps(value)
            if self.room.get(key) != encoded:
                self.room[key] = encoded
                changed.append(b'"%b":%b' % (key.encode(), encoded))
        return b"{%b}" % b",".join(changed)


@dataclass(eq=False, slots=True)
class Subscription:
    """One listener's place in the room; ends with `leave`, which may be called twice."""

    room: Room
    listener: Listener
    channels: frozenset[str]
    bidder: str | None

    def leave(self) -> None:
        self.room.drop(self)


class Room:
    """One auction's audience. Lives as long as the house, through recoveries of the auction."""

    def __init__(
        self,
        log: EventLog,
        clock: Clock,
        rule: Rule,
        state: State,
        marks: Sequence[State],
        *,
        progress: Progress,
    ) -> None:
        self._log, self._clock = log, clock
        self._progress = progress
        self.rule = rule
        self.state = state
        """The committed state."""
        self._shown = state
        self._marks = {mark.index: mark for mark in marks}
        self._steps: deque[Step] = deque()
        self._channels: dict[str, _Channel] = {}
        self._building: dict[str, asyncio.Task[None]] = {}
        self._subscriptions: dict[Subscription, None] = {}
        self._panels: dict[str, tuple[bytes, dict[Subscription, None]]] = {}
        self._proofs: dict[str, bytes] = {}
        """What each listening bidder was last told of his own proofs."""
        self._moved = False
        """Whether the room was moved on since the bidders' panels were made."""
        self._dirty = asyncio.Event()
        self._pump_task = asyncio.create_task(self._pump())  # noqa: TID251 held until close

    # -- from the auctioneer ----------------------------------------------------------------

    def publish(self, steps: Sequence[Step]) -> None:
        """Takes durable entries, each exactly once and in order; shows them with the next tick."""
        assert steps[0].before.index == self.state.index, "the room takes every entry, in order"
        self._steps.extend(steps)
        if len(self._steps) > BEHIND_MAX:
            _log.error(
                "%s: the room is too far behind; all listeners start over", self.state.origin
            )
            self.state = steps[-1].after
            self._start_over()
        self.state = steps[-1].after
        self._progress.took(step.entry for step in steps)
        self._moved = True
        self._dirty.set()

    def witnessed(self, size: int) -> None:
        """A quorum has signed the first `size` entries; bidders hear of their own with the tick."""
        self._progress.witnessed(size)
        self._dirty.set()

    async def close(self) -> None:
        """Stops fanning out; listeners are not told."""
        tasks = [self._pump_task, *self._building.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- from the door ----------------------------------------------------------------------

    @property
    def listeners(self) -> int:
        """How many are listening now."""
        return len(self._subscriptions)

    @property
    def bidders_here(self) -> int:
        """How many bidders are listening now, each counted once."""
        return len(self._panels)

    async def join(
        self, listener: Listener, cursors: Mapping[str, int | None], bidder: str | None = None
    ) -> tuple[Subscription, Tick]:
        """Opens the channels for a listener; returns what he must be shown first.

        `cursors` maps each channel to the last number the listener has, or None. Between the
        first payloads and the first tick nothing is missing and nothing comes twice. `bidder`
        also gets his panel, now and whenever it changes. Who may see what is the door's to say.
        """
        while missing := [name for name in cursors if name not in self._channels]:
            await self._open(missing[0])
        # No `await` from here on: what is told first and what follows must meet exactly.
        first = [self._opening(self._channels[name], at) for name, at in cursors.items()]
        subscription = Subscription(self, listener, frozenset(cursors), bidder)
        self._subscriptions[subscription] = None
        if bidder is not None:
            _, others = self._panels.get(bidder, (b"", {}))
            panel = self._panel(bidder)
            # The others hear of a change with the tick that shows it.
            last = self._panels[bidder][0] if others else panel
            others[subscription] = None
            self._panels[bidder] = last, others
            first.append(Payload("you", panel))
            if (proof := self._progress.frame(bidder)) is not None:
                first.append(Payload("you", proof))
                if not self._proofs.get(bidder):
                    self._proofs[bidder] = proof
        return subscription, first

    def drop(self, subscription: Subscription) -> None:
        """Ends a subscription; unknown ones are ended already."""
        self._subscriptions.pop(subscription, None)
        bidder = subscription.bidder
        if bidder is not None and bidder in self._panels:
            others = self._panels[bidder][1]
            others.pop(subscription, None)
            if not others:
                del self._panels[bidder]
                self._proofs.pop(bidder, None)

    async def history(
        self, channel: str, since: int = 0, limit: int = RING
    ) -> list[bytes] | Resync:
        """Up to `limit` encoded lines after number `since`; old ones are made from the log again.

        Resync when the channel never had a number `since`.
        """
        if channel not in self._channels:
            await self._open(channel)
        lines = self._channels[channel]
        if not 0 <= since <= lines.n:
            return Resync()
        first = lines.n - len(lines.ring)
        if since >= first:
            kept = list(lines.ring)[since - first :]
            return kept[:limit]
        return await self._from_log(lines, since, min(limit, lines.n - since))

    # -- channels ---------------------------------------------------------------------------

    async def _open(self, name: str) -> None:
        """Builds a channel once, however many wait for it; a door that hangs up stops nobody."""
        task = self._building.get(name)
        if task is None:
            task = asyncio.create_task(self._build(name))  # noqa: TID251 held until it ends
            self._building[name] = task
            task.add_done_callback(lambda _: self._building.pop(name, None))
        await asyncio.shield(task)

    async def _build(self, name: str) -> None:
        assert name in _SHARED or name.startswith("bidder:"), f"no such channel: {name}"
        channel = _Channel(name, deque(maxlen=RING))
        state = State(self._shown.origin)
        # Ticks go on meanwhile: catch up until nothing is between us and what was shown last.
        while channel.index < self._shown.index:
            async for step in fold(self._log, state, self._shown.index):
                channel.show(step, self.rule)
                state = step.after
        channel.change(self._shown, self.rule)
        self._channels[name] = channel

    async def _from_log(self, lines: _Channel, since: int, count: int) -> list[bytes]:
        # The last remembered state before which no more than `since` lines had been shown.
        place = max(
            k for k, n in enumerate(lines.counts) if n <= since and k * MARK_EVERY in self._marks
        )
        state = self._marks[place * MARK_EVERY]
        old = _Channel(lines.audience, deque(maxlen=count), lines.counts[place], index=state.index)
        found: list[bytes] = []
        async for step in fold(self._log, state, lines.index):
            line = old.show(step, self.rule)
            if line is not None and old.n > since:
                found.append(line)
                if len(found) == count:
                    break
        return found

    def _opening(self, channel: _Channel, cursor: int | None) -> Payload:
        """The lines after the cursor, or the whole room."""
        first = channel.n - len(channel.ring)
        if cursor is not None and first <= cursor <= channel.n:
            lines = list(channel.ring)[cursor - first :]
            room = b"{%b}" % b",".join(
                b'"%b":%b' % (k.encode(), v) for k, v in channel.room.items()
            )
            return _events(channel.audience, channel.n, lines, room)
        if channel.snapshot is None or channel.snapshot[0] != self._shown.index:
            view = views.snapshot(self._shown, self.rule, channel.audience, self._clock.now())
            channel.snapshot = self._shown.index, orjson.dumps(view)
        text = b'{"type":"snapshot","channel":"%b","n":%d,"resync":%b,"room":%b}' % (
            channel.audience.encode(),
            channel.n,
            b"false" if cursor is None else b"true",
            channel.snapshot[1],
        )
        return Payload(channel.audience, text)

    def _panel(self, bidder: str) -> bytes:
        panel = views.you(self._shown, self.rule, bidder, self._clock.now())
        return orjson.dumps({"type": "you", **panel})

    # -- ticks ------------------------------------------------------------------------------

    async def _pump(self) -> None:
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            started = self._clock.now()
            try:
                while self._steps:
                    await self._fan_out(self._tick(), started)
                if self._moved:
                    self._moved = False
                    await self._tell_bidders()
                self._tell_proofs()
            except Exception:  # noqa: BLE001 see the next line
                # A view that fails must not freeze the room for good: everybody starts over.
                _log.exception("%s: a tick failed; all listeners start over", self.state.origin)
                self._start_over()
            await self._sleep_until(started + TICK)

    async def _sleep_until(self, when: Instant) -> None:
        while self._clock.now() < when:
            await self._clock.sleep_until(when)

    def _tick(self) -> dict[str, Payload]:
        """Takes what was committed since the last tick into the channels; one payload for each."""
        count = min(len(self._steps), _STEPS_AT_ONCE)
        steps = [self._steps.popleft() for _ in range(count)]
        new: dict[str, list[bytes]] = {name: [] for name in self._channels}
        for step in steps:
            if step.before.index % MARK_EVERY == 0:
                self._marks[step.before.index] = step.before
            concerned = _concerned(step.entry)
            for name, channel in self._channels.items():
                if name in _SHARED or name in concerned:
                    if (line := channel.show(step, self.rule)) is not None:
                        new[name].append(line)
                else:
                    channel.skip(step.entry["i"])
        self._shown = steps[-1].after
        payloads = {}
        for name, lines in new.items():
            # The floor is on the shared channels; a bidder's own carries it with his own lines.
            if lines or name in _SHARED:
                channel = self._channels[name]
                room = channel.change(self._shown, self.rule)
                if lines or room != b"{}":
                    payloads[name] = _events(name, channel.n, lines, room)
        return payloads

    async def _fan_out(self, payloads: Mapping[str, Payload], started: Instant) -> None:
        """One call for each listener, in slices; those who join meanwhile have seen it all.

        Whoever takes part comes first. When that alone takes too long, those who only watch are
        sent away until another time: a bidder never waits for a spectator.
        """
        ticks: dict[frozenset[str], Tick] = {}
        for count, subscription in enumerate(sorted(self._subscriptions, key=_watches), 1):
            if _watches(subscription) and self._clock.now() - started > WATCHERS_WAIT:
                self._hand(subscription, ())
                self.drop(subscription)
                continue
            wanted = subscription.channels
            tick = ticks.get(wanted)
            if tick is None:
                tick = ticks[wanted] = [p for name, p in payloads.items() if name in wanted]
            if tick and subscription in self._subscriptions:
                self._hand(subscription, tick)
            if count % _LISTENERS_AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _tell_bidders(self) -> None:
        """Each connected bidder's panel, where it says something else than before."""
        for count, bidder in enumerate(list(self._panels), 1):
            if bidder in self._panels:
                last, listening = self._panels[bidder]
                panel = self._panel(bidder)
                if panel != last:
                    self._panels[bidder] = panel, listening
                    tick = [Payload("you", panel)]
                    for subscription in list(listening):
                        self._hand(subscription, tick)
            if count % _BIDDERS_AT_ONCE == 0:
                await asyncio.sleep(0)

    def _tell_proofs(self) -> None:
        """Each connected bidder's own progress, where it went on."""
        for bidder, (_, listening) in list(self._panels.items()):
            proof = self._progress.frame(bidder)
            if proof is not None and proof != self._proofs.get(bidder):
                self._proofs[bidder] = proof
                tick = [Payload("you", proof)]
                for subscription in list(listening):
                    self._hand(subscription, tick)

    def _hand(self, subscription: Subscription, tick: Tick) -> None:
        try:
            subscription.listener(tick)
        except Exception:  # noqa: BLE001 one listener's fault is not the room's
            _log.exception("%s: a listener failed and is dropped", self.state.origin)
            self.drop(subscription)

    def _start_over(self) -> None:
        self._steps.clear()
        self._shown = self.state
        self._channels.clear()
        for subscription in list(self._subscriptions):
            self._hand(subscription, ())
            self.drop(subscription)


def _watches(subscription: Subscription) -> bool:
    """Whether he only watches: no bidder, no officer, no auditor."""
    return subscription.bidder is None and subscription.channels == _PUBLIC


def _events(channel: str, n: int, lines: Sequence[bytes], room: bytes) -> Payload:
    """The lines up to number `n` in one text, with what changed in the room."""
    text = b'{"type":"events","channel":"%b","from":%d,"to":%d,"events":[%b],"room":%b}' % (
        channel.encode(),
        n - len(lines) + 1,
        n,
        b",".join(lines),
        room,
    )
    return Payload(channel, text)


def _concerned(entry: Mapping[str, Any]) -> frozenset[str]:
    """The bidders' own channels on which the entry can appear: the asker's, and those named.

    `views.event` has the last word; this only spares asking it for everybody else.
    """
    named = {f"bidder:{f['bidder']}" for f in entry["data"].get("facts", ()) if "bidder" in f}
    return frozenset((*named, entry["actor"]))
