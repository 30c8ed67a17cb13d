"""Verify an archive against a policy: bytes, tree, signatures, then the fold of the states.

Questions, asked in this order: is this the log that its owner signed, does it continue what
somebody kept of it, does each entry follow from the state before it, does every bidder's own
signature hold as the log says, and does every sealed offer open to what the log says. Whether the
rule decided rightly is `rejudge`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from bidding.core.state import BadEntry, State
from bidding.proof.archive import ArchiveError, Verified, parse_archive, verify_archive
from bidding.proof.policy import Policy
from bidding.proof.text import BilingualError
from replay.film import Film
from replay.held import Held, compare, pin, read_held
from replay.openings import Opened, openings
from replay.shape import admit
from replay.signed import verdict
from replay.suspect import Suspect, suspect

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many entries of how many were folded, now and then."""

_TELL_EVERY = 1_000


@dataclass(frozen=True, slots=True)
class Session:
    """A session that holds: its film, and what vouches for it."""

    film: Film
    proof: Verified
    opened: tuple[Opened, ...]
    """The offers that their bidders had sealed, opened again."""
    signed: int
    """Requests signed by their bidders' own keys; each signature was checked again and holds."""
    unsound: int
    """Requests the log refused because their signature does not hold, which was found again."""
    held: int
    """Receipts and checkpoints kept elsewhere that the file continues."""

    @property
    def origin(self) -> str:
        """The name of its log."""
        return self.proof.archive.origin

    @property
    def entries(self) -> tuple[dict[str, Any], ...]:
        """Its entries, parsed."""
        return self.proof.entries

    @property
    def checkpoints(self) -> int:
        """How many signed checkpoints it carries."""
        return len(self.proof.archive.checkpoints)

    @property
    def witnesses(self) -> tuple[str, ...]:
        """Who cosigned the last checkpoint, by the policy's names."""
        return self.proof.witnesses

    @property
    def state(self) -> State:
        """The state it ends in."""
        return self.film.end


class Altered(ArchiveError):
    """A stretch of entries is `proved` to be altered; `likely` says which of them, as a guess."""

    def __init__(self, proved: ArchiveError, likely: Suspect) -> None:
        BilingualError.__init__(
            self,
            f"{proved.en}; most likely entry {likely.index} "
            f"(line {likely.line} of the file): {likely.en}",
            f"{proved.zh}；最可能是编号 {likely.index} 的记录"
            f"（文件第 {likely.line} 行）：{likely.zh}",
        )
        self.where, self.between = proved.where, proved.between
        self.proved, self.likely = proved, likely


def verify(
    raw: bytes, policy: Policy, told: Progress | None = None, *, held: Sequence[bytes] = ()
) -> Session:
    """The session in an archive; ArchiveError or PolicyError says what is wrong and where.

    `held` are receipts or checkpoints somebody kept: the file must continue each of them.
    """
    kept = [read_held(number, one, policy) for number, one in enumerate(held, 1)]
    try:
        verified = verify_archive(raw, policy)
    except ArchiveError as wrong:
        raise _closer(wrong, raw, kept) from wrong
    for one in kept:
        compare(one, verified.archive)
    film, signed, unsound = _fold(verified, told)
    return Session(film, verified, openings(verified.entries), signed, unsound, len(kept))


def _closer(wrong: ArchiveError, raw: bytes, kept: Sequence[Held]) -> ArchiveError:
    """The same refusal, or a closer one where the altered entry can be pinned or guessed."""
    if wrong.between is None:
        return wrong
    archive = parse_archive(raw)
    for one in kept:
        try:
            pin(one, archive)
        except ArchiveError as pinned:
            return pinned
    likely = suspect(archive, *wrong.between)
    return wrong if likely is None else Altered(wrong, likely)


def _fold(verified: Verified, told: Progress | None) -> tuple[Film, int, int]:
    """The film, and how many bidders' signatures hold and how many were rightly refused."""
    film, total = Film(verified.archive.origin), len(verified.entries)
    signed = unsound = 0
    for index, entry in enumerate(verified.entries):
        admit(entry)
        try:
            own = verdict(film.end, entry)
            film.add(entry)
        except BadEntry as wrong:
            raise ArchiveError(
                f"entry {index}", f"it is signed, but {wrong.en}", f"虽有签名，但{wrong.zh}"
            ) from wrong
        except (ValueError, KeyError, TypeError, AssertionError, AttributeError) as wrong:
            raise ArchiveError(
                f"entry {index}",
                f"it is signed, but it cannot follow the entries before it: "
                f"{' '.join(str(wrong).split())}",
                f"虽有签名，但与之前的记录接不上（{' '.join(str(wrong).split())}）",
            ) from wrong
        if own is not None and own.differs:
            raise ArchiveError(f"entry {index}", own.en, own.zh)
        if own is not None and own.signed:
            signed, unsound = signed + own.found, unsound + (not own.found)
        if told is not None and ((index + 1) % _TELL_EVERY == 0 or index + 1 == total):
            told(index + 1, total)
    return film, signed, unsound


__all__ = ["Altered", "Progress", "Session", "verify"]
