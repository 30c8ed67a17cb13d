"""What the engine needs from the world: a clock, a log, keys. One Protocol each.

Not here: anything that knows a product. Implementations live in `bidding.adapters` (real)
and `bidding.testing` (virtual); both pass the same contract tests.

The four laws of the log, which every implementation keeps:

1. Append is all or nothing: the entries of a batch and the checkpoint over them, together.
2. It is fenced: only the latest epoch may write, and only at the index that is next.
3. Nothing is ever changed or removed.
4. When `append` returns, the batch survives a power cut. When it raises anything but a plain
   refusal (`Fenced`, `Gap`, `DuplicateCommand`), nobody knows whether it was written: stop,
   take over afresh, and believe what the log says then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

from bidding.proof.gm import GmVerifier
from bidding.proof.merkle import leaf_hash
from bidding.proof.note import Signer

Instant: TypeAlias = int
"""Microseconds since 1970-01-01 UTC."""

BODY_MIN: Final = 2
BODY_MAX: Final = 65_535
"""Sizes of an entry in bytes; C2SP tlog-tiles counts them in a uint16."""


class LogError(Exception):
    """Something about the event log; the subclasses say what."""


class Fenced(LogError):
    """Another writer took over: this epoch may never write again."""


class Gap(LogError):
    """The batch does not begin at the next index."""


class DuplicateCommand(LogError):
    """The log already has an entry for this command; each has one effect at most."""


class LogExists(LogError):
    """A log of this name is there already."""


class NoSuchLog(LogError):
    """No log of this name."""


class LogInUse(LogError):
    """Another process holds the store: two writers on one file would be a bet."""


class LogDamaged(LogError):
    """What is stored is not what was written; the text names the log and the entry."""


class LogBroken(LogError):
    """The store failed and the outcome is unknown. Take over afresh and read what is there."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries to be made durable together, and the signed checkpoint of the tree they complete.

    `expected` is the index of the first body; `cmds[k]` is the idempotency key of `bodies[k]`,
    where it has one; `checkpoint` is a signed note over a tree of `expected + len(bodies)`.
    """

    log: str
    epoch: int
    expected: int
    bodies: tuple[bytes, ...]
    cmds: tuple[str | None, ...]
    checkpoint: bytes

    def __post_init__(self) -> None:
        assert self.bodies, "an empty batch has nothing to sign"
        assert len(self.bodies) == len(self.cmds), "one key, or None, for each entry"
        assert all(BODY_MIN <= len(b) <= BODY_MAX for b in self.bodies), "entry size"
        opening = f"{self.log}\n{self.size}\n".encode()
        assert self.checkpoint.startswith(opening), "the checkpoint is of another tree"

    @property
    def size(self) -> int:
        """The size of the log once this batch is in it."""
        return self.expected + len(self.bodies)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write one log: until somebody else takes over, and no longer."""

    epoch: int
    next_index: int


class Clock(Protocol):
    """Time as the house tells it."""

    def now(self) -> Instant:
        """Now, in microseconds since 1970 UTC. Never goes back."""
        ...

    async def sleep_until(self, when: Instant) -> None:
        """Sleeps until about `when`. May wake early (timers do): read the clock again."""
        ...


class EventLog(Protocol):
    """Many append-only logs in one store. See the four laws above."""

    async def create(self, log: str, body: bytes, checkpoint: bytes) -> None:
        """A new log with its entry 0 and the checkpoint over it. Raises LogExists, LogBroken."""
        ...

    async def take_over(self, log: str, holder: str) -> Lease:
        """A new epoch: whoever wrote before is fenced. Raises NoSuchLog, LogBroken."""
        ...

    async def append(self, batch: Batch) -> None:
        """Writes the batch. Raises Fenced, Gap, DuplicateCommand, NoSuchLog, LogBroken."""
        ...

    async def read(self, log: str, start: int = 0, stop: int | None = None) -> list[bytes]:
        """The bodies of entries start .. stop-1 in order, as many of them as there are.

        Raises NoSuchLog, LogDamaged when an entry is missing or altered, LogBroken.
        """
        ...

    async def checkpoints(self, log: str, beyond: int = 0) -> list[bytes]:
        """The signed checkpoints over more than `beyond` entries, smallest tree first."""
        ...

    async def keep_cosigned(self, log: str, size: int, note: bytes) -> None:
        """Keeps the stored checkpoint over `size` entries, with its witnesses' lines under it.

        Durable when it returns. Raises NoSuchLog, LogBroken.
        """
        ...

    async def cosigned(self, log: str) -> tuple[int, bytes] | None:
        """Size and note of the largest, and then latest, that `keep_cosigned` kept."""
        ...

    async def logs(self) -> list[str]:
        """The names of all logs, oldest first."""
        ...

    async def beat(self, now: Instant) -> None:
        """Notes that the house was up at `now`. Not part of any log; raises LogBroken."""
        ...

    async def last_beat(self) -> Instant | None:
        """The latest instant noted, by this house or by the one before it."""
        ...

    async def close(self) -> None:
        """Finishes what was asked for and lets go of the store."""
        ...


class Keys(Protocol):
    """The centre's signing key under the name of each log."""

    def signer(self, origin: str) -> Signer:
        """Signs checkpoints of the log `origin`; the key's name is the origin."""
        ...


class WitnessAway(Exception):
    """No answer, or none that can be read: ask again later."""


class WitnessRefuses(Exception):
    """The witness will not sign this; the text is its reason."""


class WitnessDisputes(WitnessRefuses):
    """The witness signed a tree before that does not lead to this one: one record is false."""


@dataclass(frozen=True, slots=True)
class SignedLast:
    """The witness's word that it signed this size last: the proof has to begin there."""

    size: int


class Witness(Protocol):
    """Somebody independent who signs what a log shows, as long as it only grows (C2SP)."""

    @property
    def name(self) -> str:
        """Its name in the policy."""
        ...

    async def add_checkpoint(
        self, old: int, proof: Sequence[bytes], note: bytes
    ) -> bytes | SignedLast:
        """Signature lines for `note`, not yet verified, or the size that was signed last.

        `proof` leads from the tree of `old` entries to the note's. Answers within seconds or
        raises WitnessAway; raises WitnessRefuses, WitnessDisputes.
        """
        ...


class BookAway(Exception):
    """A book of the house does not answer: nobody knows whether what was asked is done; ask again."""


class SideFilesBroken(Exception):
    """A proof beside a log could not be kept or read."""


class SideFiles(Protocol):
    """Where the proofs beside the logs lie: one small file for each log and kind."""

    async def keep(self, log: str, kind: str, content: bytes) -> None:
        """Replaces the file. Durable when it returns; raises SideFilesBroken, and then unchanged."""
        ...

    async def kept(self, log: str, kind: str) -> bytes | None:
        """The file, or None where there is none. Raises SideFilesBroken."""
        ...


class GmKeys(Protocol):
    """The centre's SM2 key under the name of each parallel log."""

    def verifier(self, origin: str) -> GmVerifier:
        """The key of the parallel log of `origin`."""
        ...

    async def note(self, origin: str, body: bytes) -> bytes:
        """`body` signed, as a whole note. Raises NoteError when the signature does not verify."""
        ...


class AuthorityAway(Exception):
    """The time-stamping authority did not answer, or not with a token for what was asked."""


class Authority(Protocol):
    """A time-stamping authority (RFC 3161)."""

    async def stamp(self, message: bytes) -> bytes:
        """The DER response with a token over `message`. Raises AuthorityAway."""
        ...


def checked(log: str, start: int, rows: Iterable[Any]) -> list[bytes]:
    """The bodies of (idx, body, leaf) rows, each where it belongs and hashing to its leaf.

    Raises LogDamaged naming the first entry that is not.
    """
    bodies: list[bytes] = []
    for offset, (idx, body, leaf) in enumerate(rows):
        if idx != start + offset:
            raise LogDamaged(f"{log}: entry {start + offset} is missing")
        if leaf_hash(body) != leaf:
            raise LogDamaged(f"{log}: entry {idx} is not what was written")
        bodies.append(body)
    return bodies
