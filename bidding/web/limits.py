"""How much anybody may ask of the house: published rates, the same for everyone.

A trading hall's hundred computers share one address, so limits by address are wide and limits by
sign-in and by connection are narrow. There is no rule about "human timing" of bids: a bidder
may use a program; the published rate is the rule (ASVS 2.4.2, reasoned).
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rate:
    """`each_second` on average, `burst` at once."""

    each_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What a house publishes. Sizes in bytes, times in seconds."""

    by_address: Rate = Rate(200, 600)
    by_sign_in: Rate = Rate(30, 120)
    messages: Rate = Rate(20, 40)
    bids: Rate = Rate(5, 10)
    password_failures_by_account: Rate = Rate(1 / 60, 6)
    password_failures_by_address: Rate = Rate(1 / 6, 60)
    body: int = 65536
    sockets_by_account: int = 3
    sockets_by_address: int = 400
    sockets_of_spectators: int = 20_000
    write_buffer: int = 256 * 1024
    hello_within: float = 5.0
    heartbeat: float = 20.0


#: Keys remembered by one meter; the one longest unused is forgotten first, and a forgotten key
#: starts with a full burst, which is what an idle one has anyway.
_REMEMBERED: Final = 50_000


class Bucket:
    """A token bucket. Refills with the time the caller brings."""

    __slots__ = ("_at", "_left", "_rate")

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._left = float(rate.burst)
        self._at = now

    def take(self, now: float, count: float = 1.0) -> bool:
        """True and taken, or False and nothing taken."""
        self._refill(now)
        if self._left < count:
            return False
        self._left -= count
        return True

    def wait(self, now: float) -> float:
        """Seconds until one more may be taken."""
        self._refill(now)
        return max(0.0, (1.0 - self._left) / self._rate.each_second)

    def _refill(self, now: float) -> None:
        self._left = min(
            float(self._rate.burst), self._left + (now - self._at) * self._rate.each_second
        )
        self._at = now


class Meter:
    """Buckets of one rate by key. `time` is a monotonic clock in seconds."""

    def __init__(self, rate: Rate, time: Callable[[], float]) -> None:
        self._rate = rate
        self._time = time
        self._buckets: OrderedDict[Hashable, Bucket] = OrderedDict()

    def take(self, key: Hashable) -> bool:
        return self._bucket(key).take(self._time())

    def spent(self, key: Hashable) -> float:
        """Seconds to wait if the burst is used up, else 0. Takes nothing."""
        bucket = self._buckets.get(key)
        return bucket.wait(self._time()) if bucket else 0.0

    def _bucket(self, key: Hashable) -> Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(self._rate, self._time())
            if len(self._buckets) > _REMEMBERED:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
        return bucket
