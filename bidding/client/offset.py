"""What time it is in the house, from four timestamps (RFC 5905 section 8).

The client's own clock only has to be steady; it may show any hour. The exchange with the shortest
way there and back says most, so the estimate is the median of the best three of the last ten.
"""

from collections import deque
from dataclasses import dataclass
from statistics import median_low


@dataclass(frozen=True, slots=True)
class Sample:
    """One exchange, in microseconds: `offset` = house minus own clock, `delay` there and back."""

    offset: int
    delay: int


class Offset:
    """House time minus own time. All instants in microseconds."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque(maxlen=10)

    def add(self, sent: int, received: int, answered: int, back: int) -> Sample:
        """`sent` and `back` by the own clock, `received` and `answered` by the house's."""
        sample = Sample(
            ((received - sent) + (answered - back)) // 2, (back - sent) - (answered - received)
        )
        self._samples.append(sample)
        return sample

    @property
    def known(self) -> bool:
        return bool(self._samples)

    @property
    def microseconds(self) -> int:
        """0 while nothing was measured."""
        best = sorted(self._samples, key=lambda s: s.delay)[:3]
        return median_low(s.offset for s in best) if best else 0

    @property
    def error(self) -> int | None:
        """The offset is right within this many microseconds: half the shortest way."""
        return min(s.delay for s in self._samples) // 2 if self._samples else None
