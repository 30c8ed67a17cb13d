"""The wall is read once; after that time only goes forward."""

import asyncio
import time

import uvloop

from bidding.adapters.clock import WallClock


def test_it_tells_civil_time_in_microseconds():
    before = time.time_ns() // 1000
    now = WallClock().now()
    after = time.time_ns() // 1000
    assert before - 1000 <= now <= after + 1000


def test_a_step_of_the_wall_clock_moves_no_deadline(monkeypatch):
    clock = WallClock()
    before = clock.now()
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() - 3600 * 10**9)
    assert 0 <= clock.now() - before < 10**6
    assert -3601 * 10**6 < clock.drift() < -3599 * 10**6


def test_it_never_goes_back():
    clock = WallClock()
    seen = [clock.now() for _ in range(10_000)]
    assert seen == sorted(seen)


async def test_sleeping_until_the_past_returns_at_once():
    clock = WallClock()
    async with asyncio.timeout(5):
        await clock.sleep_until(clock.now() - 10**9)


def test_whoever_re_reads_the_clock_is_never_early_on_either_loop():
    """uvloop wakes timers early; the loop of the bell, sleep and look again, must not be."""

    async def ring() -> list[int]:
        clock = WallClock()
        late = []
        for _ in range(20):
            when = clock.now() + 1300
            while clock.now() < when:
                await clock.sleep_until(when)
            late.append(clock.now() - when)
        return late

    for factory in (None, uvloop.new_event_loop):
        with asyncio.Runner(loop_factory=factory) as runner:
            assert min(runner.run(ring())) >= 0
