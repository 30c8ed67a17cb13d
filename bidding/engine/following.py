"""A log that another node writes, read here as it grows: the room of an auction without its writer.

It believes what `reading.verify` believes, and goes on from there: each new entry is read from
the log by its index, hashed into the tree, and the tree is compared with the checkpoint that was
signed with it. It never writes, and knows no bus: somebody tells it to look.

1. Nothing is shown that no signed checkpoint covers.
2. Whoever asks for the log up to an entry, or up to now, gets it or LogError; never a part.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from auction_rules.rule import Rule
from bidding.core.record import rule_of
from bidding.core.state import State
from bidding.engine.auctioneer import Step
from bidding.engine.ports import EventLog, LogDamaged
from bidding.engine.reading import Verified, go_on
from bidding.proof.note import Verifier


class Follower:
    """Keeps up with one log. `on_steps` is called with each new run of entries, in order."""

    def __init__(
        self,
        log: EventLog,
        key: Verifier,
        found: Verified,
        on_steps: Callable[[Sequence[Step]], None],
    ) -> None:
        self._log, self._key, self._found = log, key, found
        self._on_steps = on_steps
        self.rule: Rule = rule_of(found.state)
        self._turn = asyncio.Lock()
        self._asked = self._served = 0
        self._over = False

    @property
    def state(self) -> State:
        """The committed state, as far as it was read."""
        return self._found.state

    @property
    def lag(self) -> None:
        """Only the writer knows how long writing takes."""
        return

    @property
    def checkpoint(self) -> tuple[int, bytes]:
        """The number of entries read, and the signed note over them."""
        return self._found.state.index, self._found.checkpoint

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """That entry `index` is in the tree of the first `size` entries."""
        return tuple(self._found.tree.inclusion(index, size))

    def consistency(self, m: int, n: int) -> tuple[bytes, ...]:
        """That the tree of `n` entries begins with the tree of `m`, 0 < m <= n."""
        return tuple(self._found.tree.consistency(m, n))

    def index_of(self, key: str) -> int | None:
        """The index of the entry under an idempotency key (`actor/ref`), if it was read."""
        return self._found.seen.get(key)

    async def up_to_date(self) -> None:
        """Returns once everything is read that was in the log when this was called.

        However many ask, the log is read by one at a time, who reads for all who came before he
        began. Raises LogError.
        """
        self._asked += 1
        mine = self._asked
        async with self._turn:
            if self._served < mine:
                serving = self._asked
                await self._look()
                self._served = serving

    async def given_up(self, size: int) -> Verified:
        """What was found, read up to `size`, for whoever writes from now on. Raises LogError."""
        async with self._turn:
            await self._look()
            if self._found.state.index < size:
                counts = f"{self._found.state.index} entries found, {size} written"
                raise LogDamaged(f"{self._key.name}: {counts}")
            self._over = True
        return self._found

    async def _look(self) -> None:
        # Whoever is still in line finds that there is nothing to do: a writer knows what he writes.
        if not self._over and (steps := await go_on(self._log, self._key, self._found)):
            self._on_steps(steps)
