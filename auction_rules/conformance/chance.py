"""Choices for generated plays: the same on every machine, from a name and nothing else.

Not random and not secret: SHA-256 over a seed and a counter, so that a failure told by one
engineer is the failure another one sees. No library is needed where a rule is tested.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A stream of choices named by `seed`."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._count = 0

    def below(self, bound: int) -> int:
        """A number from 0 up to, not including, `bound`; the bias of the remainder is harmless."""
        self._count += 1
        text = f"{self._seed}/{self._count}".encode()
        return int.from_bytes(hashlib.sha256(text).digest()[:8]) % bound

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[self.below(len(options))]

    def once_in(self, count: int) -> bool:
        """True once in so many calls, on average."""
        return self.below(count) == 0
