"""A bidder's own eye on the record: every checkpoint he has seen, and whether they fit together.

Each receipt brings a signed checkpoint. It is kept, and the house must prove that the log of the
later one begins with the log of the earlier. A house that shows two histories, forgets what it
signed, or hands out proofs that do not hold is caught here, by the first honest bidder, with two
signed notes in hand. It is no witness: it sees what it is shown, and only while it is there.

1. The log's key is the one of the policy first seen, or of the policy brought along.
2. A house that does not answer now is asked again; a house that answers wrongly is not believed
   any more, and whoever listens is told at once.
3. A receipt proves what is in the log, not that it is what was asked: the entry that answers a
   request is held against the request itself, and the keys that offers are sealed to against the
   document in entry 0.
"""

import asyncio
import bisect
import contextlib
import itertools
import logging
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

import aiohttp

from bidding.client.own_request import Own, contradiction, sealing_published, sealing_told
from bidding.proof.checkpoint import Checkpoint
from bidding.proof.merkle import ProofError, verify_consistency
from bidding.proof.policy import Policy, PolicyError, parse_policy
from bidding.proof.receipt import Receipt, ReceiptError, verify_receipt
from bidding.proof.text import BilingualError

_log = logging.getLogger(__name__)

#: Seconds between two looks at the record while it grows.
PAUSE: Final = 2.0


class FalseRecord(BilingualError):
    """The house showed what cannot be true of one log. `evidence` is what it signed or sent."""

    def __init__(self, en: str, zh: str, evidence: Sequence[bytes]) -> None:
        super().__init__(en, zh)
        self.evidence = tuple(evidence)


class NotNow(Exception):
    """The house gives no answer at the moment."""


class Record(Protocol):
    """The part of a house that a watch asks. Each raises NotNow, or NotThere where it says so."""

    async def policy(self) -> str:
        """The policy of the log."""
        ...

    async def receipt(self, index: int) -> bytes:
        """The receipt of an own entry."""
        ...

    async def consistency(self, start: int, stop: int) -> list[str] | None:
        """The proof's hashes in base64; None when the house says that it has no such sizes."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """A checkpoint and the note it was signed in."""

    checkpoint: Checkpoint
    note: bytes


class Watch:
    """One log, watched by one bidder. `policy` and `notes` are what he brings from before."""

    def __init__(
        self,
        record: Record,
        *,
        policy: str | None = None,
        notes: Sequence[bytes] = (),
        on_false: Callable[[FalseRecord], None] | None = None,
    ) -> None:
        self._record = record
        self._policy = None if policy is None else _log_only(policy)
        self._brought = list(notes)
        self.on_false = on_false
        self.seen: list[Seen] = []
        """By size."""
        self.receipts: dict[int, bytes] = {}
        """The latest receipt of each own entry that was looked at."""
        self.false: FalseRecord | None = None
        self._wanted: dict[int, Own | None] = {}
        """By entry: what is to be looked at, own requests and the newest that is known of."""
        self._newest: int | None = None
        self._turn = asyncio.Lock()
        self._opening: tuple[Receipt, bytes] | None = None
        """Of entry 0: the document as it was published."""
        self._task: asyncio.Task[None] | None = None

    @property
    def notes(self) -> list[bytes]:
        """Everything seen, to be brought along the next time."""
        return [one.note for one in self.seen] + self._brought

    def grew(self, index: int) -> None:
        """There is something new about the own entry `index`: look at it soon."""
        # Of what is only new, the newest says it all; own requests are looked at one by one.
        if self._newest is not None and self._wanted.get(self._newest, True) is None:
            del self._wanted[self._newest]
        self._newest = index
        self._want(index, None)

    def answered(self, index: int, own: Own) -> None:
        """The house says that entry `index` answers this request: see soon whether it is so."""
        self._want(index, own)

    def _want(self, index: int, own: Own | None) -> None:
        self._wanted[index] = own or self._wanted.get(index)
        if self._task is None and self.false is None:
            self._task = asyncio.create_task(self._look_on())  # noqa: TID251 held until close

    async def close(self) -> None:
        """Stops looking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self, index: int, own: Own | None = None) -> Receipt:
        """The verified receipt of an own entry, its checkpoint fitting all seen before.

        With `own` the entry must be that request, and come to what the house said. One look at a
        time. Raises FalseRecord, NotNow.
        """
        async with self._turn:
            receipt, raw = await self._proved(index)
            if own is not None and (lie := contradiction(receipt.entry, own)):
                raise self._caught(*lie, raw)
            self.receipts[index] = raw
            return receipt

    async def sealed(self, told: Mapping[str, Any] | None) -> None:
        """Returns when offers are sealed as the record has published it, and the room `told` so.

        Whoever can choose to whose keys an offer is sealed can read it. Raises FalseRecord, NotNow.
        """
        async with self._turn:
            if self._opening is None:
                self._opening = await self._proved(0)
            opening, raw = self._opening
            if sealing_published(opening.entry) != (told and sealing_told(told)):
                raise self._caught(
                    "offers are to be sealed here otherwise than the record has published it; "
                    "an offer sealed so could be read by somebody else",
                    "此处的密封方式与记录中公告的不一致；照此密封，报价可能被他人解读",
                    raw,
                )

    async def _proved(self, index: int) -> tuple[Receipt, bytes]:
        policy = await self._trusted()
        while self._brought:
            await self._see(self._brought[0], policy)
            self._brought.pop(0)
        raw = await self._record.receipt(index)
        try:
            receipt = verify_receipt(raw, policy)
        except (ReceiptError, PolicyError) as error:
            raise self._caught(
                f"the receipt of entry {index} does not hold: {error.en}",
                f"第 {index} 号记录的回执不成立：{error.zh}",
                raw,
            ) from error
        if receipt.index != index:
            raise self._caught(
                f"asked for entry {index}, the receipt is of entry {receipt.index}",
                f"索取第 {index} 号记录的回执，得到的却是第 {receipt.index} 号",
                raw,
            )
        await self._see(receipt.checkpoint, policy)
        return receipt, raw

    async def _look_on(self) -> None:
        try:
            while self._wanted:
                with contextlib.suppress(NotNow):
                    for index in [*self._wanted]:
                        if index in self._wanted:
                            await self._look_at(index)
                await asyncio.sleep(PAUSE)
        except FalseRecord as false:
            _log.critical("the record is false: %s", false)
        finally:
            self._task = None

    async def _look_at(self, index: int) -> None:
        own = self._wanted.pop(index)
        try:
            await self.look(index, own)
        except NotNow:
            # After the others: one receipt that does not come must not hide what they say.
            self._wanted[index] = own or self._wanted.pop(index, None)
            raise

    async def _trusted(self) -> Policy:
        if self._policy is None:
            text = await self._record.policy()
            try:
                self._policy = _log_only(text)
            except PolicyError as error:
                raise self._caught(error.en, error.zh, text.encode()) from error
        return self._policy

    async def _see(self, note: bytes, policy: Policy) -> None:
        """Keeps a signed checkpoint, once it fits its neighbours."""
        try:
            checkpoint = policy.open_checkpoint(note).checkpoint
        except PolicyError as error:
            raise self._caught(
                f"a checkpoint is not the log's: {error.en}",
                f"检查点不属于本日志：{error.zh}",
                note,
            ) from error
        place = bisect.bisect_left(self.seen, checkpoint.size, key=lambda s: s.checkpoint.size)
        new = Seen(checkpoint, note)
        if place < len(self.seen) and self.seen[place].checkpoint.size == checkpoint.size:
            self._same(self.seen[place], new)
            return
        # Consistency is transitive: who fits both neighbours fits everything.
        around = [*self.seen[max(0, place - 1) : place], new, *self.seen[place : place + 1]]
        for old, later in itertools.pairwise(around):
            await self._follows(old, later)
        self.seen.insert(place, new)

    def _same(self, one: Seen, other: Seen) -> None:
        if one.checkpoint.root != other.checkpoint.root:
            size = one.checkpoint.size
            raise self._caught(
                f"two logs of {size} entries, both signed",
                f"出现两份均已签名、内容不同的 {size} 条记录的日志",
                one.note,
                other.note,
            )

    async def _follows(self, old: Seen, new: Seen) -> None:
        """The log of `new` begins with the log of `old`, else FalseRecord. `old` is smaller."""
        start, stop = old.checkpoint, new.checkpoint
        lines = await self._record.consistency(start.size, stop.size)
        if lines is not None:
            with contextlib.suppress(ProofError, ValueError):
                proof = [b64decode(line, validate=True) for line in lines]
                verify_consistency(start.size, stop.size, start.root, stop.root, proof)
                return
        raise self._caught(
            f"the log of {stop.size} entries was not shown to continue the log of {start.size}",
            f"{stop.size} 条记录的日志未能证明是 {start.size} 条记录日志的延续",
            old.note,
            new.note,
        )

    def _caught(self, en: str, zh: str, *evidence: bytes) -> FalseRecord:
        self.false = FalseRecord(en, zh, evidence)
        if self.on_false is not None:
            self.on_false(self.false)
        return self.false


def _log_only(policy: str) -> Policy:
    """The log's key out of a policy: whether enough witnesses signed is asked of receipts kept."""
    return replace(parse_policy(policy), groups={}, quorum="none")


class HouseRecord:
    """A `Record` over the API of a house. `ask` fetches a path: status and content."""

    def __init__(self, ask: Callable[[str], Awaitable[tuple[int, Any]]], auction: str) -> None:
        self._ask, self._path = ask, f"/api/auctions/{auction}"

    async def policy(self) -> str:
        """The policy that the house serves."""
        return bytes(await self._file("policy")).decode()

    async def receipt(self, index: int) -> bytes:
        """The best receipt there is now."""
        return bytes(await self._file(f"receipts/{index}"))

    async def consistency(self, start: int, stop: int) -> list[str] | None:
        """The hashes; None for 404."""
        status, answer = await self._got(f"consistency?from={start}&to={stop}")
        if status == 404:
            return None
        if status != 200 or not isinstance(answer, dict):
            raise NotNow(f"status {status}")
        return [str(line) for line in answer.get("proof", ())]

    async def _file(self, name: str) -> bytes:
        status, answer = await self._got(name)
        if status != 200 or not isinstance(answer, bytes):
            raise NotNow(f"status {status}")
        return answer

    async def _got(self, name: str) -> tuple[int, Any]:
        try:
            return await self._ask(f"{self._path}/{name}")
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise NotNow(str(error)) from error
