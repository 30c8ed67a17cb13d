"""Witnessing: the newest checkpoint of every log goes to every witness, beside the bidding.

It waits for witnesses so that nobody else has to: a bid is answered with the centre's signature,
and this adds the others' when they come. It decides nothing, and a log without witnesses costs
nothing here. Who a witness is and how he is reached are an adapter's matter.

1. Once a second per log at most, and for as long as some witness lacks the newest checkpoint;
   so the last one of a session is always sent. All witnesses are asked for the same tree: a
   quorum needs them on one checkpoint.
2. A witness who does not answer, or will not sign, is left alone for a while that doubles.
3. What a quorum signed is durable before anybody is told.
4. A witness who signed what this house never had is said aloud and never argued with.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from bidding.engine.ports import (
    Clock,
    EventLog,
    Instant,
    LogError,
    SignedLast,
    Witness,
    WitnessAway,
    WitnessDisputes,
    WitnessRefuses,
)
from bidding.proof.note import NoteError, Verifier, parse_note
from bidding.proof.policy import Policy, PolicyError
from bidding.proof.witness import cosignature
from bidding.proof.witness_policy import NOBODY, WitnessPolicy

_log = logging.getLogger(__name__)

#: Microseconds between two checkpoints of one log that are shown to witnesses.
EVERY: Final = 1_000_000
_PATIENCE: Final = (1_000_000, 15_000_000)
"""First and longest wait, in microseconds, before a witness is asked again after a failure."""
#: Requests to one witness at the same time, over all logs.
_AT_ONCE: Final = 8
#: A witness names the size to begin from; more than twice, and he is making it up.
_TRIES: Final = 3


class Source(Protocol):
    """A log as far as it is durable: what may be shown."""

    @property
    def checkpoint(self) -> tuple[int, bytes]:
        """The newest size and the signed note over it."""
        ...

    def consistency(self, m: int, n: int) -> Sequence[bytes]:
        """That the tree of `n` entries begins with the tree of `m`, 0 < m <= n."""
        ...


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A checkpoint that a quorum signed; `note` carries all their lines."""

    size: int
    note: bytes


@dataclass(slots=True, eq=False)
class _Target:
    """One checkpoint on its way to a quorum."""

    size: int
    note: bytes
    since: Instant
    lines: dict[str, bytes] = field(default_factory=dict)
    asking: int = 0


@dataclass(slots=True, eq=False)
class _Pause:
    """How long somebody is left alone."""

    until: Instant = 0
    wait: Instant = 0

    def longer(self, now: Instant) -> None:
        first, longest = _PATIENCE
        self.wait = min(max(first, 2 * self.wait), longest)
        self.until = now + self.wait

    def over(self) -> None:
        self.until = self.wait = 0


@dataclass(slots=True, eq=False)
class _Log:
    """One log and what its witnesses have signed of it."""

    origin: str
    policy: Policy
    source: Callable[[], Source | None]
    on_witnessed: Callable[[int], None]
    stir: asyncio.Event = field(default_factory=asyncio.Event)
    targets: dict[int, _Target] = field(default_factory=dict)
    signed: dict[str, int] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)
    pauses: dict[str, _Pause] = field(default_factory=dict)
    disputed: set[str] = field(default_factory=set)
    newest: Cosigned | None = None
    waiting_since: Instant | None = None


class Witnessing:
    """The witnesses of one house, and all its logs. `Witnessing.nobody` for a house without."""

    def __init__(
        self,
        store: EventLog,
        clock: Clock,
        witnesses: Sequence[Witness],
        policy: WitnessPolicy,
    ) -> None:
        assert {w.name for w in witnesses} == set(policy.keys), "the policy names its witnesses"
        self.policy = policy
        self._store, self._clock = store, clock
        self._witnesses = {w.name: w for w in witnesses}
        self._places = {name: asyncio.Semaphore(_AT_ONCE) for name in self._witnesses}
        self._pauses = {name: _Pause() for name in self._witnesses}
        self._logs: dict[str, _Log] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    def nobody(cls, store: EventLog, clock: Clock) -> Witnessing:
        """No witness: what the centre signs is all there is, and the policy says so."""
        return cls(store, clock, (), NOBODY)

    # -- from the house ---------------------------------------------------------------------

    def watch(
        self,
        log: Verifier,
        source: Callable[[], Source | None],
        on_witnessed: Callable[[int], None],
    ) -> None:
        """Begins with a log, or goes on with one that was opened anew. `log` is its key.

        `on_witnessed` is told each size that a quorum has signed, the last kept one first.
        """
        if not self._witnesses:
            return
        known = self._logs.get(log.name)
        if known is None:
            known = _Log(log.name, self.policy.policy(log), source, on_witnessed)
            self._logs[log.name] = known
            self._spawn(self._follow(known))
        self.grew(log.name)

    def grew(self, origin: str) -> None:
        """There is a newer checkpoint."""
        if (log := self._logs.get(origin)) is not None:
            if log.waiting_since is None:
                log.waiting_since = self._clock.now()
            log.stir.set()

    def cosigned(self, origin: str) -> Cosigned | None:
        """The newest checkpoint that a quorum has signed."""
        log = self._logs.get(origin)
        return None if log is None else log.newest

    async def kept(self, log: Verifier) -> Cosigned | None:
        """What is kept of a log whose witnesses another node asks. Raises LogError."""
        kept = await self._store.cosigned(log.name)
        if kept is not None:
            with contextlib.suppress(PolicyError):
                self.policy.policy(log).open_checkpoint(kept[1], log.name)
                return Cosigned(*kept)
        return None

    async def close(self) -> None:
        """Stops asking. What was not signed yet is sent when the house opens again."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- figures ----------------------------------------------------------------------------

    def lag_entries(self) -> int:
        """The most entries of any log that no quorum has signed yet."""
        return max((_size(log) - _covered(log) for log in self._logs.values()), default=0)

    def lag_microseconds(self) -> int:
        """How long the oldest entry of any log has waited for its quorum."""
        now = self._clock.now()
        waiting = (log.waiting_since for log in self._logs.values())
        return max((now - since for since in waiting if since is not None), default=0)

    def away(self) -> int:
        """How many witnesses did not answer when they were asked last."""
        return sum(1 for pause in self._pauses.values() if pause.wait)

    def disputes(self) -> int:
        """How many times a witness holds of a log what this house never wrote."""
        return sum(len(log.disputed) for log in self._logs.values())

    # -- one log ----------------------------------------------------------------------------

    async def _follow(self, log: _Log) -> None:
        while not await self._take_up(log):
            await self._sleep(self._clock.now() + _PATIENCE[1])
        while True:
            await self._stirred(log)
            started = self._clock.now()
            log.stir.clear()
            if self._round(log):
                await self._sleep(started + EVERY)

    async def _take_up(self, log: _Log) -> bool:
        """What the house before this one kept, if today's policy takes it for a quorum.

        False when it cannot be read now.
        """
        try:
            kept = await self._store.cosigned(log.origin)
        except LogError as error:
            _log.error("%s: cosigned checkpoints cannot be read: %s", log.origin, error)
            return False
        if kept is not None:
            size, note = kept
            with contextlib.suppress(PolicyError):
                checked = log.policy.open_checkpoint(note, log.origin)
                log.signed |= dict.fromkeys(checked.witnesses, size)
                self._witnessed(log, Cosigned(size, note))
        return True

    async def _stirred(self, log: _Log) -> None:
        """Returns when there is a newer checkpoint, or when somebody left alone may be asked."""
        lacking = [n for n in self._lacking(log) if n not in log.busy]
        if not lacking:
            await log.stir.wait()
            return
        now = self._clock.now()
        when = min(self._free_at(log, name) for name in lacking)
        if when <= now:
            return
        stirred = asyncio.create_task(log.stir.wait())  # noqa: TID251 held in this frame
        waited = asyncio.create_task(self._sleep(when))  # noqa: TID251 held in this frame
        try:
            await asyncio.wait({stirred, waited}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stirred.cancel()
            waited.cancel()

    def _round(self, log: _Log) -> bool:
        """Asks everybody who is free and lacks the newest checkpoint; whether a second is up.

        A round in which nobody was asked costs the next checkpoint no waiting.
        """
        source, now = log.source(), self._clock.now()
        if source is None:
            return True  # being read again: nothing can be shown before long
        size, note = source.checkpoint
        target = log.targets.get(size)
        if target is None:
            target = log.targets[size] = _Target(size, note, now, self._known_lines(log, size))
        for stale in [t for t in log.targets.values() if t is not target and not t.asking]:
            del log.targets[stale.size]
        asked = False
        for name, witness in self._witnesses.items():
            free = name not in log.busy and self._free_at(log, name) <= now
            if free and name not in target.lines:
                log.busy.add(name)
                target.asking += 1
                self._spawn(self._send(log, witness, target))
                asked = True
        return asked

    async def _send(self, log: _Log, witness: Witness, target: _Target) -> None:
        """One witness's line for one checkpoint, or a while of leaving him alone."""
        name = witness.name
        pause = log.pauses.setdefault(name, _Pause())
        try:
            async with self._places[name]:
                line = await self._ask(log, witness, target)
            self._pauses[name].over()
            pause.over()
            if line is not None:
                target.lines[name] = line
                await self._count(log, target)
        except WitnessAway as error:
            if not self._pauses[name].wait:
                _log.warning("witness %s is away: %s", name, error)
            self._pauses[name].longer(self._clock.now())
        except (WitnessRefuses, NoteError) as error:
            self._pauses[name].over()
            level = logging.ERROR
            if isinstance(error, WitnessDisputes):
                log.disputed.add(name)
                level = logging.CRITICAL
            if not pause.wait:
                _log.log(level, "%s: witness %s does not sign: %s", log.origin, name, error)
            pause.longer(self._clock.now())
        except LogError as error:
            # Signed, but not durable: ask again, for the same answer.
            _log.error("%s: a cosigned checkpoint was not kept: %s", log.origin, error)
            target.lines.pop(name, None)
            pause.longer(self._clock.now())
        finally:
            target.asking -= 1
            log.busy.discard(name)
            if self._lacking(log):
                log.stir.set()

    async def _ask(self, log: _Log, witness: Witness, target: _Target) -> bytes | None:
        """The verified line; None when the witness is ahead of this target."""
        name, key = witness.name, self.policy.keys[witness.name]
        for _ in range(_TRIES):
            old, source = min(log.signed.get(name, 0), target.size), log.source()
            if source is None:
                return None
            proof = source.consistency(old, target.size) if 0 < old < target.size else ()
            answer = await witness.add_checkpoint(old, proof, target.note)
            if not isinstance(answer, SignedLast):
                line = cosignature(target.note, answer, key)
                log.signed[name] = target.size
                log.disputed.discard(name)
                return line
            if answer.size > _size(log) or answer.size == old:
                # A longer tree than ours, or another one of our size.
                raise WitnessDisputes(f"it signed another tree of {answer.size} entries before")
            log.signed[name] = answer.size
            if answer.size > target.size:
                return None
        raise WitnessRefuses("it names another size each time")

    async def _count(self, log: _Log, target: _Target) -> None:
        """Keeps the checkpoint with all lines so far, once they are a quorum."""
        if not log.policy.satisfied(target.lines) or target.size < _covered(log):
            return
        lines = [target.lines[name] for name in self._witnesses if name in target.lines]
        note = target.note + b"".join(lines)
        await self._store.keep_cosigned(log.origin, target.size, note)
        if target.size >= _covered(log):
            # What this one does not cover came after it.
            log.waiting_since = target.since
            self._witnessed(log, Cosigned(target.size, note))

    def _witnessed(self, log: _Log, newest: Cosigned) -> None:
        log.newest = newest
        if newest.size >= _size(log):
            log.waiting_since = None
        log.on_witnessed(newest.size)

    # -- small things -----------------------------------------------------------------------

    def _known_lines(self, log: _Log, size: int) -> dict[str, bytes]:
        """What is there already of a checkpoint that was signed before a restart."""
        if log.newest is None or log.newest.size != size:
            return {}
        by_key = {(s.name, s.key_id): s.line() for s in parse_note(log.newest.note)[1]}
        lines = ((n, by_key.get((k.name, k.key_id))) for n, k in self.policy.keys.items())
        return {name: line for name, line in lines if line is not None}

    def _lacking(self, log: _Log) -> list[str]:
        """The witnesses who have not signed the newest checkpoint."""
        target = log.targets.get(_size(log))
        signed: Mapping[str, bytes] = {} if target is None else target.lines
        return [name for name in self._witnesses if name not in signed]

    def _free_at(self, log: _Log, name: str) -> Instant:
        pause = log.pauses.get(name)
        return max(self._pauses[name].until, 0 if pause is None else pause.until)

    async def _sleep(self, when: Instant) -> None:
        while self._clock.now() < when:
            await self._clock.sleep_until(when)

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)  # noqa: TID251 held until it ends
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.critical("witnessing stopped: %r", error, exc_info=error)


def _size(log: _Log) -> int:
    """The newest size there is to sign."""
    source = log.source()
    return _covered(log) if source is None else source.checkpoint[0]


def _covered(log: _Log) -> int:
    return 0 if log.newest is None else log.newest.size
