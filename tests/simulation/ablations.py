"""Each safeguard taken out in turn: a simulation that does not miss it would prove nothing.

Each is a context in which product code (or the model that stands for it) is patched. The no-op
control changes nothing, and nothing may be found in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from copy import copy
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from bidding.core import decide, downtime, right, views
from bidding.engine import auctioneer as engine
from bidding.engine import membership, seating
from bidding.engine.auctioneer import Auctioneer, Final
from bidding.engine.doors import Doors
from bidding.engine.heartbeat import Heartbeat
from bidding.engine.hub import Room
from bidding.engine.membership import Membership
from bidding.engine.passing import Kept
from bidding.engine.ports import Batch, Lease
from bidding.engine.pulse import Pulse
from bidding.testing import SECOND, MemoryLog
from tests.simulation.clock import NodeClock
from tests.simulation.cluster import of_several, played
from tests.simulation.people import Client
from tests.simulation.store import Store

CONTROL = "control"
#: Each must be found within so many seeds.
WITHIN = 100


@dataclass(frozen=True)
class Found:
    """The first seed in which it was missed, and by which checks."""

    name: str
    seed: int | None
    broken: tuple[str, ...] = ()
    invariants: tuple[str, ...] = ()


def first_seed(name: str, seeds: range) -> Found:
    """Runs the seeds without this safeguard until one of them shows it.

    What only several nodes need is asked of the seeds that have several.
    """
    with (NODES.get(name) or ABLATIONS[name])():
        for seed in seeds:
            if name in NODES and not of_several(seed):
                continue
            try:
                broken = played(seed).broken()
            except AssertionError as stopped:
                broken = [f"-: stopped: S0 {stopped}"]
            if broken:
                which = sorted({one.split(": ")[2].split(" ")[0] for one in broken})
                return Found(name, seed, tuple(broken), tuple(which))
    return Found(name, None)


@contextmanager
def _control() -> Iterator[None]:
    yield


@contextmanager
def _ack_before_commit() -> Iterator[None]:
    """Whoever asked is answered when the batch sets out."""
    launch = Auctioneer._launch

    def eager(self: Auctioneer) -> None:
        launch(self)
        for item in self._flying:
            for waiter in item.waiters:
                engine._settle(waiter, item.answer())

    with patch.object(Auctioneer, "_launch", eager):
        yield


@contextmanager
def _shown_before_commit() -> Iterator[None]:
    """The rooms are shown what is only on its way."""
    launch, landed = Auctioneer._launch, Auctioneer._landed

    def eager(self: Auctioneer) -> None:
        before = self._flying
        launch(self)
        if self._flying and self._flying is not before:
            self._on_commit([item.step for item in self._flying])

    def quiet(self: Auctioneer, append: Any, note: bytes) -> None:
        on_commit, self._on_commit = self._on_commit, lambda _: None
        launched, self._launch = self._launch, lambda: None  # type: ignore[method-assign]
        landed(self, append, note)
        self._on_commit, self._launch = on_commit, launched  # type: ignore[method-assign]
        self._launch()

    with patch.object(Auctioneer, "_launch", eager), patch.object(Auctioneer, "_landed", quiet):
        yield


@contextmanager
def _unknown_is_no() -> Iterator[None]:
    """Who asked for what broke on its way is told that it was refused."""
    stop = Auctioneer._stop

    def refusing(self: Auctioneer) -> None:
        for item in self._flying:
            answer = item.answer()
            entry = {**answer.entry, "type": "bid.refused"}
            for waiter in item.waiters:
                engine._settle(waiter, Final(answer.index, answer.t, entry))
        stop(self)

    with patch.object(Auctioneer, "_stop", refusing):
        yield


@contextmanager
def _full_is_no() -> Iterator[None]:
    """A full inbox refuses."""
    ask = Auctioneer.ask

    def refusing(self: Auctioneer, command: Any) -> asyncio.Future[Any]:
        answer = ask(self, command)
        if answer.done() and answer.result() == engine.Retry("busy"):
            answer = asyncio.get_running_loop().create_future()
            answer.set_result(Final(self.state.index, self.state.t, {"type": "bid.refused"}))
        return answer

    with patch.object(Auctioneer, "ask", refusing):
        yield


@contextmanager
def _no_fence() -> Iterator[None]:
    """The store takes from anybody, at the end of the log.

    The epoch alone can be left out without harm that anybody would see: a writer that takes over
    writes at once, and the old one is then refused for its position.
    """
    write = MemoryLog._write

    def anybody(self: MemoryLog, kept: Kept, batch: Batch) -> None:
        taken = copy(batch)
        # Past the batch's own checks, which would find its checkpoint to be of another tree.
        object.__setattr__(taken, "epoch", kept.epoch)
        object.__setattr__(taken, "expected", len(kept.bodies))
        write(self, kept, taken)

    with patch.object(MemoryLog, "_write", anybody):
        yield


@contextmanager
def _no_dedupe() -> Iterator[None]:
    """Neither the auctioneer nor the store knows a reference again."""
    write = MemoryLog._write

    def forgetful(self: MemoryLog, kept: Kept, batch: Batch) -> None:
        write(self, kept, replace(batch, cmds=tuple(None for _ in batch.cmds)))

    with (
        patch.object(Auctioneer, "_unanswered", lambda _, asked: asked),
        patch.object(MemoryLog, "_write", forgetful),
    ):
        yield


@contextmanager
def _answers_from_memory() -> Iterator[None]:
    """A retry is answered by what was decided, durable or not."""
    unanswered = Auctioneer._unanswered

    def from_memory(self: Auctioneer, asked: Any) -> Any:
        decided = self._pending.get(self._seen.get(asked.command.key or "", -1))
        if decided is None or asked.waiter is None:
            return unanswered(self, asked)
        engine._settle(asked.waiter, decided.answer())
        return None

    with patch.object(Auctioneer, "_unanswered", from_memory):
        yield


@contextmanager
def _new_reference() -> Iterator[None]:
    """A client that had no answer asks again under a new reference."""
    send = Client._send

    async def renamed(self: Client, wish: Any) -> Any:
        wish.command = replace(wish.command, ref=f"{wish.command.ref}x")
        return await send(self, wish)

    with patch.object(Client, "_send", renamed):
        yield


@contextmanager
def _wall_clock() -> Iterator[None]:
    """A node's time is the machine's wall clock, which people and time servers step."""

    def now(self: NodeClock) -> int:
        return self._true.now() + self.off + self.wall

    async def sleep_until(self: NodeClock, when: int) -> None:
        await self._true.sleep_until(when - self.off - self.wall)

    with patch.object(NodeClock, "now", now), patch.object(NodeClock, "sleep_until", sleep_until):
        yield


@contextmanager
def _no_compensation() -> Iterator[None]:
    """What was running when the house fell goes on as if nothing had been."""
    with patch.object(seating, "contingency", lambda *_: ()):
        yield


@contextmanager
def _no_pulse() -> Iterator[None]:
    """Nobody feels whether a bid could be written: bells ring when they are due."""
    with (
        patch.object(Pulse, "deaf", lambda *_: False),
        patch.object(Pulse, "came_back", lambda *_: None),
        patch.object(Auctioneer, "interrupted", lambda *_: None),
    ):
        yield


@contextmanager
def _decided_before_counted() -> Iterator[None]:
    """Who comes right after a stall is decided before the loss is counted."""
    with patch.object(Pulse, "unheard", lambda *_: False):
        yield


@contextmanager
def _counted_from_the_next_beat() -> Iterator[None]:
    """What begins to run counts once the house has beaten for it, not from its own instant on."""
    never = property(lambda _: None, lambda *_: None)
    with (
        patch.object(Heartbeat, "attend", lambda *_: None),
        patch.object(Heartbeat, "_looked", never, create=True),
    ):
        yield


@contextmanager
def _commit_cancelled() -> Iterator[None]:
    """Given up after a second, a commit is visible and no standby has it (RELIABILITY finding 2)."""
    write, take_over = Store.write, MemoryLog.take_over
    local: dict[tuple[int, str], tuple[int, set[str]]] = {}

    async def impatient(self: Store, batch: Batch) -> None:
        if self.slow <= SECOND:
            await write(self, batch)
            # A commit that went all the way proves that what came before it did, too.
            local.pop((id(self.kept), batch.log), None)
            return
        await self.sleep(SECOND)
        self.up()
        await self._keep(batch)
        _, cmds = local.setdefault((id(self.kept), batch.log), (batch.expected, set()))
        cmds.update(cmd for cmd in batch.cmds if cmd is not None)

    async def to_the_standby(self: MemoryLog, log: str, holder: str) -> Lease:
        lost = local.pop((id(self), log), None)
        if lost is not None:
            (size, cmds), kept = lost, self._kept(log)
            self.cut(log, size)
            kept.notes[:] = [note for note in kept.notes if int(note.split(b"\n", 2)[1]) <= size]
            kept.cmds -= cmds
        return await take_over(self, log, holder)

    with (
        patch.object(Store, "write", impatient),
        patch.object(MemoryLog, "take_over", to_the_standby),
    ):
        yield


@contextmanager
def _no_gap_fill() -> Iterator[None]:
    """A page that comes back is not told what it missed."""
    join = Room.join

    async def bare(self: Room, *words: Any, **more: Any) -> Any:
        subscription, _ = await join(self, *words, **more)
        return subscription, ()

    with patch.object(Room, "join", bare):
        yield


@contextmanager
def _one_resumes() -> Iterator[None]:
    """After however long one officer is enough."""
    with patch.object(downtime, "takes_two", lambda *_: False):
        yield


@contextmanager
def _never_goes_on() -> Iterator[None]:
    """Writes are quick again, and nobody resumes what was suspended for want of them."""
    with patch.object(Auctioneer, "well", lambda self: self._stir.set()):
        yield


@contextmanager
def _sealed_is_shown() -> Iterator[None]:
    """Whoever listens is shown an offer that is sealed."""
    event = views.event

    def leaking(before: Any, entry: Any, after: Any, rule: Any, audience: str) -> Any:
        line = event(before, entry, after, rule, audience)
        sealed = before.index and rule.disclosure(before.floor()).sealed
        if line is not None or entry["type"] != "bid.accepted" or not sealed:
            return line
        if audience != "staff":
            return None
        return {"i": None, "t": entry["t"], "type": entry["type"], "facts": entry["data"]["facts"]}

    with patch.object(views, "event", leaking):
        yield


@contextmanager
def _unpaid_may_bid() -> Iterator[None]:
    """Nobody looks whether the deposit is there."""

    def may_act(state: Any, bidder: str) -> Any:
        refused = right.may_act(state, bidder)
        unpaid = refused is not None and refused.reason == "DEPOSIT_NOT_CONFIRMED"
        return None if unpaid and state.status == "running" else refused

    with patch.object(decide, "may_act", may_act):
        yield


@contextmanager
def _no_closing_barrier() -> Iterator[None]:
    """The owner of an auction closes it without asking what the other doors still hold."""
    with patch.object(Membership, "passed", lambda *_: True):
        yield


@contextmanager
def _no_bus_health() -> Iterator[None]:
    """Nobody feels that letters do not come: neither the owner, nor who reaches nobody."""
    with (
        patch.object(Doors, "silent_since", lambda _: None),
        patch.object(membership, "_ALONE_AFTER", 3600 * SECOND),
    ):
        yield


ABLATIONS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    CONTROL: _control,
    "ack before commit": _ack_before_commit,
    "shown before commit": _shown_before_commit,
    "unknown is a no": _unknown_is_no,
    "a full inbox is a no": _full_is_no,
    "no fence": _no_fence,
    "no dedupe": _no_dedupe,
    "answers from memory": _answers_from_memory,
    "retry with a new reference": _new_reference,
    "wall clock": _wall_clock,
    "no compensation": _no_compensation,
    "no pulse": _no_pulse,
    "decided before the loss is counted": _decided_before_counted,
    "time counted from the next beat": _counted_from_the_next_beat,
    "commit cancelled": _commit_cancelled,
    "no gap-fill": _no_gap_fill,
    "one officer resumes": _one_resumes,
    "nothing goes on by itself": _never_goes_on,
    "sealed offers are shown": _sealed_is_shown,
    "the unpaid may bid": _unpaid_may_bid,
}

NODES: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "no fence between nodes": _no_fence,
    "no closing barrier": _no_closing_barrier,
    "no bus health": _no_bus_health,
    "a node's wall clock": _wall_clock,
    "a lost reply is decided anew": _no_dedupe,
}
"""Of what only several nodes need; asked of seeds with several."""
