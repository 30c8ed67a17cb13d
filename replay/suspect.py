"""Which entry of a changed stretch was most likely changed: a guess, and told as one.

A root that differs proves that some entry of a stretch is not as it was signed, and no hash says
which. But an entry names its own index, has one spelling, carries the digest of the state before
it, and a bidder's signature. Where the first of these breaks, somebody most likely wrote. An
altered word that none of them covers (a reason, a refused amount) leaves no such trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bidding.core.state import State, evolve
from bidding.proof.archive import Archive
from bidding.proof.envelope import EntryError, open_entry
from replay.signed import verdict

_FIRST_LINE: Final = 4
"""Entry 0 stands on this line of the file."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """The entry, its line in the file (from 1), and what about it does not fit."""

    index: int
    en: str
    zh: str

    @property
    def line(self) -> int:
        """Where a person finds it in the file."""
        return self.index + _FIRST_LINE


def suspect(archive: Archive, low: int, high: int) -> Suspect | None:
    """The first entry that breaks by itself within entries low..high; None where none does.

    Nothing in it is trusted, so nothing in it can make this raise.
    """
    found = _look(archive, high)
    return found if found is not None and low <= found.index <= high else None


def _look(archive: Archive, high: int) -> Suspect | None:
    state, latest, torn = State(archive.origin), 0, None
    # One more than the stretch: what follows an altered entry tells of it.
    for index, raw in enumerate(archive.entries[: high + 3]):
        try:
            entry = open_entry(raw, archive.origin, index)
            if entry["t"] < latest:  # type: ignore[operator]
                return Suspect(
                    index, "its time is before the entry before it", "时间早于前一条记录"
                )
            latest = entry["t"]  # type: ignore[assignment]
            fits = not index or entry.get("ps") == state.digest
            if torn is not None:
                return _torn(torn, fits=fits)
            if not fits:
                torn = index
            signed = verdict(state, entry) if index else None
            if torn is None and signed is not None and signed.differs:
                return Suspect(index, signed.en, signed.zh)
            state = evolve(state, _patched(entry, state))
        except EntryError as wrong:
            return Suspect(index, f"it {wrong.en}", f"该记录{wrong.zh}")
        except Exception:  # noqa: BLE001 - these bytes are a stranger's; whatever breaks is the trace
            return Suspect(index, "it cannot follow the entries before it", "与之前的记录接不上")
    # Behind the last entry nothing tells which end of its link is wrong.
    return None if torn is None else _torn(torn, fits=True)


def _patched(entry: Mapping[str, Any], state: State) -> Mapping[str, Any]:
    return {**entry, "ps": state.digest} if "ps" in entry else entry


def _torn(index: int, *, fits: bool) -> Suspect:
    """The chain tore before `index`: that entry's own link is wrong if the next one fits again."""
    if fits:
        return Suspect(
            index,
            "it or the entry before it, for the link between the two is wrong",
            "该记录或其前一条记录，二者之间的摘要不衔接",
        )
    return Suspect(
        index - 1,
        "the entry after it carries the digest of another state",
        "后一条记录所载摘要属于另一状态",
    )


__all__ = ["Suspect", "suspect"]
