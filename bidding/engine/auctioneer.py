"""The auctioneer: one auction, one task. Stamp, queue, decide, append, then speak.

It owns the tentative state of its auction and the right to write its log (a lease). It does not
know sockets, people's names or databases, and it never repairs anything: when the log fails,
or an invariant does, it stops having told nobody, and the house opens the auction anew.

1. `ask` stamps and queues in one breath: nothing awaits between the two, so the order of the
   log is the order of the stamps. Where the door of another node gave the stamp, the request goes
   before everything later that is not decided yet.
2. A bell due at or before a stamp is recorded before it, under its due instant. Lateness is
   decided by the stamp, never by when a timer fired (half-open windows). It waits until no door
   can come any more with an earlier stamp (`passed`).
3. While one batch commits, the next is decided on top of it: speculative state, real stamps.
4. Whoever asked is answered after the commit, and before anybody is shown anything.
5. There are two final answers, accepted and refused, and both are in the log. All else is
   `Retry`, which is not a no.
6. While nobody knows whether a bid could be written, no bell rings. What was lost is given back:
   the session is suspended as of the loss, and resumed by its terms once writes are quick again;
   after a longer loss than its document lets end by itself (`core.downtime`), people resume it.
"""

from __future__ import annotations

import asyncio
import bisect
import logging
import typing
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from auction_rules.rule import Rule
from bidding.core.commands import Bell, Command, Resume, Suspend
from bidding.core.downtime import too_long
from bidding.core.record import due, same_request, write
from bidding.core.state import State
from bidding.engine.ports import Batch, Clock, EventLog, Instant, Lease, LogBroken
from bidding.engine.pulse import DEAF_AFTER, INTERRUPTED
from bidding.proof import canon
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import Signer

_log = logging.getLogger(__name__)

INBOX_MAX: typing.Final = 4096
BATCH_MAX: typing.Final = 256
#: Answers kept in memory for retries; older ones are read from the log.
_RECENT_MAX: typing.Final = 1024
_TAKEN_OF: typing.Final = 64
"""Of how many of the last entries the lag is told."""
#: A program of stages may close and open several at one instant; this many is a rule that hangs.
_BELLS_MAX: typing.Final = 1000

_BELL: typing.Final = Command("system", Bell())


@dataclass(frozen=True, slots=True)
class Final:
    """The request is in the log at `index`, accepted or refused; it will never be otherwise."""

    index: int
    t: Instant
    entry: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Retry:
    """Not decided, and not a no: ask again with the same reference."""

    why: Literal["busy", "recovering", "closed_door"]


Answer: TypeAlias = Final | Retry


@dataclass(frozen=True, slots=True)
class Step:
    """One entry between the states before and after it."""

    before: State
    entry: dict[str, Any]
    after: State


@dataclass(frozen=True, slots=True)
class _Asked:
    stamp: Instant
    command: Command
    waiter: asyncio.Future[Answer] | None
    first: int | None = None
    """Index of the entry that used this reference for something else."""


@dataclass(slots=True)
class _Decided:
    step: Step
    body: bytes
    waiters: list[asyncio.Future[Answer]]

    def answer(self) -> Final:
        entry = self.step.entry
        return Final(entry["i"], entry["t"], entry)


@dataclass(slots=True)
class Opening:
    """What an auctioneer starts from: the log as it was verified, and the right to go on."""

    state: State
    rule: Rule
    tree: Tree
    seen: dict[str, int]
    """Idempotency key -> index of the entry that answered it."""
    checkpoint: bytes
    lease: Lease
    first: Sequence[Command] = field(default_factory=tuple)
    """What the house itself records before any bell: the suspension that recovery writes."""


class Auctioneer:
    """Runs one auction from `start` until `close` or until something breaks.

    `on_commit` is called with each durable batch after those who asked were answered;
    `on_broken` once, with the reason, when the auctioneer has stopped by itself. `deaf` says whether
    nobody knows if a bid could be written now, and `unheard` that time was lost which nobody has
    counted yet; whoever gives them calls `interrupted` or `well` when that has passed.
    `passed` says whether every door has handed in what it stamped before an instant; whoever gives
    it calls `stir` once that is so.
    """

    def __init__(
        self,
        opening: Opening,
        *,
        log: EventLog,
        clock: Clock,
        signer: Signer,
        on_commit: Callable[[Sequence[Step]], None],
        on_broken: Callable[[Exception], None],
        deaf: Callable[[], bool] = lambda: False,
        unheard: Callable[[], bool] = lambda: False,
        passed: Callable[[Instant], bool] = lambda _: True,
        inbox_max: int = INBOX_MAX,
    ) -> None:
        state, lease = opening.state, opening.lease
        assert state.index == lease.next_index == opening.tree.size, "the lease is of another log"
        self._log, self._clock, self._signer = log, clock, signer
        self._on_commit, self._on_broken = on_commit, on_broken
        self._rule, self._epoch = opening.rule, lease.epoch
        self._first = opening.first
        self._deaf, self._unheard, self._passed = deaf, unheard, passed
        self._inbox_max = inbox_max
        self._rung: Instant = 0
        self._lost_since: Instant | None = None
        self._owed: Instant | None = None
        self._owed_until = 0

        self._committed = state  # what the log holds
        self._state = state  # what it will hold if all that is decided commits
        self._tree = opening.tree
        self._checkpoint = opening.checkpoint
        self._seen = opening.seen
        self._recent: OrderedDict[int, dict[str, Any]] = OrderedDict()

        self._inbox: deque[_Asked] = deque()
        self._ready: list[_Decided] = []
        self._flying: list[_Decided] = []
        self._pending: dict[int, _Decided] = {}
        self._stamp = state.t
        self._launched = state.t
        self._took: deque[Instant] = deque(maxlen=_TAKEN_OF)
        self._commits: deque[Instant] = deque(maxlen=_TAKEN_OF)

        self._stir = asyncio.Event()
        self._append: asyncio.Task[None] | None = None
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at: Instant | None = None
        self._look_ups: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._failure: Exception | None = None
        self._closing = False
        self._stopped = False

    # -- what others may ask ----------------------------------------------------------------

    @property
    def state(self) -> State:
        """The committed state; nothing of it can be lost."""
        return self._committed

    @property
    def lag(self) -> Instant | None:
        """The longest time from stamp to disk among the last requests and bells; microseconds."""
        return max(self._took, default=None)

    @property
    def slowest_commit(self) -> Instant:
        """The longest of the last commits, from handing the batch over to its landing; microseconds."""
        return max(self._commits, default=0)

    @property
    def queued(self) -> int:
        """How many requests wait for a decision."""
        return len(self._inbox) + len(self._look_ups)

    @property
    def up_until(self) -> Instant:
        """The last instant at which this auctioneer was surely able to write, and owed no time."""
        up = max(self._committed.t, self._launched)
        return up if self._owed is None else min(up, self._owed)

    @property
    def owed(self) -> Instant | None:
        """From when on time was lost that the log does not know of yet; None when it knows of all."""
        return self._owed

    def ask(self, command: Command, stamp: Instant | None = None) -> asyncio.Future[Answer]:
        """Stamps and queues the request; the future is never cancelled by us and never raises.

        `stamp` is the one that the door of a node has given, where several share a record.
        """
        waiter: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if self._stopped or self._closing:
            waiter.set_result(Retry("closed_door" if self._closing else "recovering"))
        elif self.queued >= self._inbox_max:
            waiter.set_result(Retry("busy"))
        else:
            self._queue(command, waiter, stamp=stamp)
        return waiter

    @property
    def checkpoint(self) -> tuple[int, bytes]:
        """The number of durable entries, and the signed note over them."""
        return self._committed.index, self._checkpoint

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """That entry `index` is in the tree of the first `size` durable entries."""
        assert size <= self._committed.index, "what is not durable is not proved"
        return tuple(self._tree.inclusion(index, size))

    def consistency(self, m: int, n: int) -> tuple[bytes, ...]:
        """That the tree of `n` durable entries begins with the tree of `m`, 0 < m <= n."""
        assert n <= self._committed.index, "what is not durable is not proved"
        return tuple(self._tree.consistency(m, n))

    def index_of(self, key: str) -> int | None:
        """The index of the durable entry under an idempotency key (`actor/ref`)."""
        index = self._seen.get(key)
        return None if index is None or index >= self._committed.index else index

    def interrupted(self, since: Instant) -> None:
        """For some time from about `since` on no bid could be written: it is to be given back."""
        self._lost_since = min(since, self._lost_since or since)
        self._owed = min(since, self._owed or since)
        self._stir.set()

    def well(self) -> None:
        """Writes are quick: what was suspended for want of them goes on, what waited is decided."""
        suspended = self._committed.suspended
        if (
            suspended is not None
            and suspended.reason == INTERRUPTED
            and self._committed.resuming is None
            and not too_long(self._committed, suspended.since, self._tick())
            and self._state is self._committed
            and not (self._inbox or self._stopped or self._closing)
        ):
            self._enter(_Asked(self._tick(), Command("system", Resume(INTERRUPTED)), None))
        self._stir.set()

    def stir(self) -> None:
        """Something that was waited for has come: looks again at what is due."""
        self._stir.set()

    def moved_on(self) -> None:
        """The clock was moved on purpose: what is on its way did not take that long."""
        self._launched = self._tick()

    def start(self) -> None:
        """Begins; what the house has to say first is decided before any bell."""
        assert self._task is None, "an auctioneer starts once"
        self._task = asyncio.create_task(self._run())  # noqa: TID251 held until close

    async def close(self) -> None:
        """Decides and writes what was asked so far, refuses the rest with Retry, and ends."""
        self._closing = True
        self._stir.set()
        if self._task is not None:
            await asyncio.wait({self._task})

    # -- the loop ---------------------------------------------------------------------------

    async def _run(self) -> None:
        try:
            await self._work()
        except Exception as error:  # noqa: BLE001 whatever broke, nothing unwritten is announced
            if self._append is not None and not self._append.done():
                # What is on its way to the disk was decided before the break: let it land.
                self._failure = error
                await asyncio.wait({self._append})
            self._stop()
            self._on_broken(error)
        else:
            self._stop()

    async def _work(self) -> None:
        now = self._tick()
        for command in self._first:
            self._enter(_Asked(now, command, None))
        while True:
            self._decide()
            self._launch()
            if self._closing and not (self._inbox or self._flying or self._look_ups):
                return
            await self._stir.wait()
            self._stir.clear()
            if self._failure is not None:
                raise self._failure

    def _stop(self) -> None:
        self._stopped = True
        self._set_alarm(None)
        for task in self._look_ups:
            task.cancel()
        waiters = [w for decided in (*self._flying, *self._ready) for w in decided.waiters]
        waiters += [asked.waiter for asked in self._inbox if asked.waiter is not None]
        self._inbox.clear()
        for waiter in waiters:
            _settle(waiter, Retry("recovering"))

    def _tick(self) -> Instant:
        """Now, and never before a stamp that was given already."""
        self._stamp = max(self._stamp, self._clock.now())
        return self._stamp

    def _queue(
        self,
        command: Command,
        waiter: asyncio.Future[Answer],
        first: int | None = None,
        stamp: Instant | None = None,
    ) -> None:
        # No `await` from here to the end of the function, ever: rule 1.
        now = self._tick()
        # A door's clock may be a little ahead of ours; nobody came in later than now.
        asked = _Asked(now if stamp is None else min(stamp, now), command, waiter, first)
        if self._inbox and asked.stamp < self._inbox[-1].stamp:
            bisect.insort(self._inbox, asked, key=lambda one: one.stamp)
        else:
            self._inbox.append(asked)
        self._stir.set()

    # -- decide -----------------------------------------------------------------------------

    def _decide(self) -> None:
        """Decides what is queued, up to a full batch, ringing each bell in its place."""
        waits = False
        while self._inbox and len(self._ready) < BATCH_MAX:
            # Taken out only when it is decided: whoever breaks the core is told Retry too.
            if waits := (self._lost_since is not None or self._unheard()):
                # Decided now, it would stand after time that was lost and can then not be given
                # back any more: first the loss is counted.
                break
            asked = self._inbox[0]
            left = self._unanswered(asked)
            if left is not None and left.stamp < self._rung and left.waiter is not None:
                # Its door fell silent, and the bell was rung without it: to be asked again.
                _settle(left.waiter, Retry("recovering"))
                left = None
            if left is not None:
                waits = self._ring(left.stamp)
                if waits:
                    break
                self._enter(left)
            self._inbox.popleft()
        if waits and self._closing:
            self._turn_away("closed_door")
        if self._lost_since is not None and len(self._ready) < BATCH_MAX:
            self._give_back(self._lost_since)
        if not self._inbox and len(self._ready) < BATCH_MAX:
            # Nobody can still come with an earlier stamp: the next one is given at or after now.
            waits = self._ring(self._tick())
        # A bell that has to wait is not waited for by the clock: `well` says when it may ring.
        self._set_alarm(None if waits else due(self._state, self._rule))

    def _ring(self, until: Instant) -> bool:
        """Records every bell due at or before `until`, each under its own instant.

        True when one is due and nobody may be told so yet: rule 6.
        """
        for _ in range(_BELLS_MAX):
            at = due(self._state, self._rule)
            if at is None or at > until:
                return False
            if self._lost_since is not None or self._deaf() or not self._passed(at):
                return True
            self._rung = at
            self._enter(_Asked(at, _BELL, None))
            rung = self._ready[-1].step.entry["type"]
            assert rung == "bell.accepted", "a bell that was due was refused"
        raise AssertionError(f"{self._rule.name}: {_BELLS_MAX} bells at one instant")

    def _turn_away(self, why: Literal["recovering", "closed_door"]) -> None:
        """Nobody in the queue is decided; each may ask again."""
        while self._inbox:
            waiter = self._inbox.popleft().waiter
            if waiter is not None:
                _settle(waiter, Retry(why))

    def _give_back(self, since: Instant) -> None:
        """Suspends a session as of the time that it lost; `well` resumes it."""
        self._lost_since = None
        # Behind a bell that was held: they came while nobody could have been served.
        self._turn_away("recovering")
        now = self._tick()
        at = due(self._state, self._rule)
        if self._state.status == "announced" and at is not None and at <= now:
            self._enter(_Asked(at, _BELL, None))
        if self._state.status == "running" or self._state.resuming is not None:
            since = min(max(since, self._state.t), now)
            self._enter(_Asked(now, Command("system", Suspend(INTERRUPTED, since)), None))
        # Settled when the log holds it: until then it may break on its way.
        self._owed_until = self._state.index
        self._settled()

    def _settled(self) -> None:
        if self._lost_since is None and self._committed.index >= self._owed_until:
            self._owed = None

    def _enter(self, asked: _Asked) -> None:
        """Decides one request on the tentative state and puts the entry on the next batch."""
        before = self._state
        stamp = max(asked.stamp, before.t)  # another door's may be earlier than what is written
        made = write(before, asked.command, stamp, self._rule, first=asked.first)
        index = self._tree.append(leaf_hash(made.body))
        assert index == made.entry["i"] == before.index, "the tree and the log count differently"
        decided = _Decided(Step(before, made.entry, made.state), made.body, [])
        if asked.waiter is not None:
            decided.waiters.append(asked.waiter)
        self._ready.append(decided)
        self._pending[index] = decided
        if (key := made.entry.get("cmd")) is not None:
            self._seen[key] = index
        self._state = made.state

    def _unanswered(self, asked: _Asked) -> _Asked | None:
        """What is left to decide; None when the first answer stands, once it is durable."""
        command, waiter = asked.command, asked.waiter
        key = command.key
        if waiter is None or key is None or asked.first is not None or key not in self._seen:
            return asked
        index = self._seen[key]
        if (decided := self._pending.get(index)) is not None:
            if same_request(decided.step.entry, command):
                decided.waiters.append(waiter)
                return None
        elif (entry := self._recent.get(index)) is not None:
            if same_request(entry, command):
                _settle(waiter, Final(index, entry["t"], entry))
                return None
        else:
            task = asyncio.create_task(self._look_up(command, index, waiter))  # noqa: TID251
            self._look_ups.add(task)
            task.add_done_callback(self._looked_up)
            return None
        return _Asked(asked.stamp, command, waiter, index)

    async def _look_up(self, command: Command, index: int, waiter: asyncio.Future[Answer]) -> None:
        """Answers a late retry from the log; other content goes back into the queue as such."""
        try:
            (body,) = await self._log.read(self._signer.verifier.name, index, index + 1)
            entry: Any = canon.decode(body)
        except BaseException:
            _settle(waiter, Retry("recovering"))
            raise
        if same_request(entry, command):
            _settle(waiter, Final(index, entry["t"], entry))
        else:
            self._queue(command, waiter, index)

    def _looked_up(self, task: asyncio.Task[None]) -> None:
        self._look_ups.discard(task)
        self._stir.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("%s: a retry could not be looked up: %s", self._state.origin, error)

    # -- append, answer ---------------------------------------------------------------------

    def _launch(self) -> None:
        """Sends what is decided to the log, unless a batch is on its way already."""
        if self._flying or not self._ready or self._failure is not None:
            return
        items, self._ready = self._ready, []
        size = self._state.index
        assert size == self._tree.size == items[-1].step.after.index, "batch and tree differ"
        origin = self._state.origin
        note = self._signer.sign(Checkpoint(origin, size, self._tree.root()).body())
        batch = Batch(
            origin,
            self._epoch,
            items[0].step.before.index,
            tuple(item.body for item in items),
            tuple(item.step.entry.get("cmd") for item in items),
            note,
        )
        self._flying = items
        self._launched = self._tick()
        # A task of its own, which nobody cancels: a commit that is given up half-way is neither
        # done nor undone (RELIABILITY finding 2).
        self._append = asyncio.create_task(self._log.append(batch))  # noqa: TID251
        self._append.add_done_callback(lambda task: self._landed(task, note))

    def _landed(self, append: asyncio.Task[None], note: bytes) -> None:
        """The batch is durable: answer, send the next one, then show. Or stop."""
        self._stir.set()
        if append.cancelled():
            self._failure = LogBroken("the append was cancelled; its outcome is unknown")
            return
        if (error := append.exception()) is not None:
            if self._failure is None:
                self._failure = error if isinstance(error, Exception) else LogBroken(str(error))
            return
        if self._clock.now() - self._launched > DEAF_AFTER:
            self.interrupted(self._launched)
        items, self._flying = self._flying, []
        self._committed, self._checkpoint = items[-1].step.after, note
        self._settled()
        landed = self._tick()
        self._commits.append(landed - self._launched)
        for item in items:
            answer = item.answer()
            self._took.append(landed - answer.t)
            del self._pending[answer.index]
            self._recent[answer.index] = answer.entry
            for waiter in item.waiters:
                _settle(waiter, answer)
        while len(self._recent) > _RECENT_MAX:
            self._recent.popitem(last=False)
        self._launch()
        try:
            self._on_commit([item.step for item in items])
        except Exception as error:  # noqa: BLE001 a room that lost count must be made anew
            self._failure = error

    # -- the alarm --------------------------------------------------------------------------

    def _set_alarm(self, when: Instant | None) -> None:
        if when == self._alarm_at:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_at = when
        self._alarm = None
        if when is not None:
            self._alarm = asyncio.create_task(self._wake_at(when))  # noqa: TID251 held here

    async def _wake_at(self, when: Instant) -> None:
        # Timers fire early (uvloop by up to 1.3 ms): only the clock says that it is time.
        while self._clock.now() < when:
            await self._clock.sleep_until(when)
        self._alarm_at = None
        self._stir.set()


def _settle(waiter: asyncio.Future[Answer], answer: Answer) -> None:
    # Whoever asked may have hung up; the entry stands all the same.
    if not waiter.done():
        waiter.set_result(answer)
