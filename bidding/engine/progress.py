"""How far each bidder's own requests are proved: signed by the centre, witnessed by others.

One small frame for a bidder: `{"type":"proof","signed":n,"witnessed":m}`. Of his own entries those
below n are under a signature of the centre, those below m under a quorum's; m is null where the
policy asks for no quorum. The numbers are one more than the index of an entry of his, never the
size of the log: in a sealed stage that would tell him what others do (docs/decisions/0010).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

#: Own entries that wait for a quorum, of one bidder. Of more, the oldest are told with the next.
_WAITING_MAX: Final = 256


@dataclass(slots=True)
class _Own:
    signed: int = 0
    witnessed: int = 0
    waiting: deque[int] = field(default_factory=lambda: deque(maxlen=_WAITING_MAX))


class Progress:
    """All bidders of one auction. `asked` are the requests before: `actor/ref` to index."""

    def __init__(self, asked: Mapping[str, int], *, quorum: bool) -> None:
        self._quorum = quorum
        self._own: dict[str, _Own] = {}
        for key, index in sorted(asked.items(), key=lambda item: item[1]):
            self._took(key.partition("/")[0], index)

    def took(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Durable entries, in order; each is under a signed checkpoint already."""
        for entry in entries:
            self._took(entry["actor"], entry["i"])

    def witnessed(self, size: int) -> None:
        """A quorum signed the first `size` entries."""
        for own in self._own.values():
            while own.waiting and own.waiting[0] < size:
                own.witnessed = own.waiting.popleft() + 1

    def frame(self, bidder: str) -> bytes | None:
        """What to tell this bidder; None while nothing of his is in the log."""
        own = self._own.get(bidder)
        if own is None:
            return None
        witnessed = b"%d" % own.witnessed if self._quorum else b"null"
        return b'{"type":"proof","signed":%d,"witnessed":%b}' % (own.signed, witnessed)

    def _took(self, actor: str, index: int) -> None:
        role, _, bidder = actor.partition(":")
        if role != "bidder":
            return
        own = self._own.setdefault(bidder, _Own())
        own.signed = index + 1
        if self._quorum:
            own.waiting.append(index)
