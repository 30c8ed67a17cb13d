"""Proofs beside the record: the parallel SM3/SM2 log, and a time-stamp of the closing checkpoint.

Both are off unless the operator asks for them, and both only follow what is durable already: no
bid waits for them, and the record is whole without them. How an SM2 key signs, how an authority
is reached and where the results lie are adapters' matters.

1. Of each log the parallel one is signed once a second at most while it grows, and always once
   it has stopped growing.
2. What was signed before is checked before more is signed: a parallel log never forks. One that
   would is left as it is and said aloud; people have to look.
3. The first checkpoint after a session's end is time-stamped, once.
4. Who fails is asked again after a while that doubles.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bidding.engine.ports import (
    Authority,
    AuthorityAway,
    Clock,
    EventLog,
    GmKeys,
    Instant,
    LogDamaged,
    LogError,
    SideFiles,
    SideFilesBroken,
)
from bidding.engine.witnessing import Source
from bidding.proof.beside import with_gm, with_token
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.gm import GmError, GmVerifier, gm_origin, open_gm
from bidding.proof.merkle import Tree
from bidding.proof.note import NoteError, parse_note
from bidding.proof.sm3 import SM3_TREE, leaf_hash

_log = logging.getLogger(__name__)

#: Microseconds between two signatures of one parallel log.
EVERY: Final = 1_000_000
_PATIENCE: Final = (1_000_000, 300_000_000)
"""First and longest wait, in microseconds, after a failure."""
#: Entries asked of the log at once, and hashed before others get their turn.
_PAGE: Final = 512
_SLICE: Final = 32

#: Under which the results are kept.
GM: Final = "gm"
TIMESTAMP: Final = "tsr"


@dataclass(slots=True, eq=False)
class _Parallel:
    """The parallel log of one log, as far as it has been read."""

    tree: Tree = field(default_factory=lambda: Tree(SM3_TREE))
    signed: Checkpoint | None = None
    asked: bool = False
    """Whether what was kept has been looked for."""
    refused: bool = False


@dataclass(slots=True, eq=False)
class _Log:
    """One log that is followed."""

    origin: str
    source: Callable[[], Source | None]
    over: Callable[[], bool]
    parallel: _Parallel = field(default_factory=_Parallel)
    stamped: bool = False
    stirs: list[asyncio.Event] = field(default_factory=list)


class SideProofs:
    """What one house adds beside its logs; with neither `keys` nor `authority`, nothing new."""

    def __init__(
        self,
        store: EventLog,
        clock: Clock,
        files: SideFiles,
        *,
        keys: GmKeys | None = None,
        authority: Authority | None = None,
    ) -> None:
        self._store, self._clock, self._files = store, clock, files
        self._keys, self._authority = keys, authority
        self._logs: dict[str, _Log] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    # -- from the house ---------------------------------------------------------------------

    def watch(
        self, origin: str, source: Callable[[], Source | None], over: Callable[[], bool]
    ) -> None:
        """Begins with a log, or goes on with one that was opened anew.

        `over` tells whether its session has ended, as of what `source` shows.
        """
        if origin not in self._logs:
            log = self._logs[origin] = _Log(origin, source, over)
            if self._keys is not None:
                self._begin(log, self._sign)
            if self._authority is not None:
                self._begin(log, self._stamp)
        self.grew(origin)

    def grew(self, origin: str) -> None:
        """There is a newer checkpoint."""
        if (log := self._logs.get(origin)) is not None:
            for stir in log.stirs:
                stir.set()

    async def beside(self, origin: str, notes: Sequence[bytes]) -> list[bytes]:
        """The checkpoints `notes` of a log, oldest first, with what there is under them.

        The parallel log's signature comes once it covers the last of them. Files that cannot be
        read are left out: an archive is whole without them.
        """
        found = list(notes)
        try:
            if (signed := await self._files.kept(origin, GM)) is not None:
                found[-1] = with_gm(found[-1], signed)
            if (token := await self._files.kept(origin, TIMESTAMP)) is not None:
                found = with_token(found, token)
        except (SideFilesBroken, NoteError) as error:
            _log.error("%s: proofs beside it are left out: %s", origin, error)
            return list(notes)
        return found

    def key(self, origin: str) -> GmVerifier | None:
        """The SM2 key of a log's parallel log; None where there is none."""
        return None if self._keys is None else self._keys.verifier(origin)

    async def close(self) -> None:
        """Stops. What was not done yet is done when the house opens again."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- following --------------------------------------------------------------------------

    def _begin(self, log: _Log, work: Callable[[_Log], Awaitable[None]]) -> None:
        stir = asyncio.Event()
        log.stirs.append(stir)
        task: asyncio.Task[None] = asyncio.create_task(  # noqa: TID251 held until it ends
            self._follow(log, work, stir)
        )
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def _follow(
        self, log: _Log, work: Callable[[_Log], Awaitable[None]], stir: asyncio.Event
    ) -> None:
        first, longest = _PATIENCE
        wait: Instant = 0
        while True:
            await stir.wait()
            stir.clear()
            started = self._clock.now()
            try:
                await work(log)
            except (LogError, SideFilesBroken, AuthorityAway, NoteError) as error:
                if not wait:
                    _log.error("%s: a proof beside it has to wait: %s", log.origin, error)
                wait = min(max(first, 2 * wait), longest)
                stir.set()
            else:
                wait = 0
            until = started + (wait or EVERY)
            while self._clock.now() < until:
                await self._clock.sleep_until(until)

    # -- the parallel log -------------------------------------------------------------------

    async def _sign(self, log: _Log) -> None:
        """Signs the parallel log at its newest size. Rule 2."""
        source, parallel, keys = log.source(), log.parallel, self._keys
        assert keys is not None
        if source is None or parallel.refused:
            return  # whoever opens the log again stirs us
        size, _ = source.checkpoint
        try:
            await self._take_up(log)
            if parallel.signed is not None and parallel.signed.size == size:
                return
            await self._grow(log, size)
        except GmError as error:
            parallel.refused = True
            _log.critical("%s: its SM2 log is not signed any more: %s", log.origin, error)
            return
        checkpoint = Checkpoint(gm_origin(log.origin), size, parallel.tree.root(size))
        note = await keys.note(log.origin, checkpoint.body())
        await self._files.keep(log.origin, GM, note)
        parallel.signed = checkpoint

    async def _take_up(self, log: _Log) -> None:
        """What the house before this one signed. Raises GmError when today's key did not."""
        parallel, keys = log.parallel, self._keys
        if parallel.asked or keys is None:
            return
        kept = await self._files.kept(log.origin, GM)
        if kept is not None:
            parallel.signed = open_gm(kept, keys.verifier(log.origin), log.origin)
        parallel.asked = True

    async def _grow(self, log: _Log, size: int) -> None:
        """Hashes entries up to `size`; GmError where they do not continue what was signed."""
        tree, signed = log.parallel.tree, log.parallel.signed
        while tree.size < size:
            start = tree.size
            bodies = await self._store.read(log.origin, start, min(start + _PAGE, size))
            if not bodies:
                raise LogDamaged(f"{log.origin}: entry {start} is missing")
            for count, body in enumerate(bodies, 1):
                tree.append(leaf_hash(body))
                if count % _SLICE == 0:
                    await asyncio.sleep(0)
        if signed is None:
            return
        if signed.size > size or tree.root(signed.size) != signed.root:
            raise GmError(
                f"the {signed.size} entries it was signed for are not the first of the log",
                f"其曾签名的 {signed.size} 条记录并非该日志开头的记录",
            )

    # -- the time-stamp ---------------------------------------------------------------------

    async def _stamp(self, log: _Log) -> None:
        """Has the closing checkpoint stamped. Rule 3."""
        source, authority = log.source(), self._authority
        assert authority is not None
        if log.stamped or source is None or not log.over():
            return
        if await self._files.kept(log.origin, TIMESTAMP) is None:
            text, _ = parse_note(source.checkpoint[1])
            await self._files.keep(log.origin, TIMESTAMP, await authority.stamp(text))
        log.stamped = True

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.critical("a proof beside a log stopped: %r", error, exc_info=error)
