"""The wall is read once; after that time only goes forward."""

import asyncio
import time

import uvloop

from bidding.adapters.clock import SharedClock, WallClock


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
    assert 0 <= clock.now() - before < 60 * 10**6
    assert -3660 * 10**6 < clock.drift() < -3540 * 10**6


def test_it_never_goes_back():
    clock = WallClock()
    seen = [clock.now() for _ in range(10_000)]
    assert seen == sorted(seen)


async def test_sleeping_until_the_past_returns_at_once():
    clock = WallClock()
    async with asyncio.timeout(30):
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


# -- the clock that several nodes share ---------------------------------------------------------


def test_the_first_reading_sets_it_and_later_ones_only_move_it_a_little():
    clock = SharedClock()
    here = clock.now()
    clock.hears(here - 3_600_000_000, here, here)
    first = clock.now()
    assert first < here - 3_540_000_000
    # A database that is replaced by one whose clock is a second ahead is followed by 5 ms a reading.
    asked, anchor = clock.now(), clock._anchor
    clock.hears(asked + 1_000_000, asked, asked)
    assert clock.off == 1_000_000
    assert clock._anchor - anchor == 5_000 * 1_000


def test_what_lies_within_the_time_that_the_reading_took_moves_nothing():
    clock = SharedClock()
    now = clock.now()
    clock.hears(now, now, now)
    anchor = clock._anchor
    clock.hears(now + 900, now, now + 2_000)
    assert (clock._anchor, clock.off, clock.uncertainty) == (anchor, 0, 1_000)


def test_readings_from_a_clock_behind_take_it_back_by_nothing():
    clock = SharedClock()
    now = clock.now()
    clock.hears(now, now, now)
    told = [clock.now()]
    for _ in range(50):
        clock.hears(clock.now() - 60_000_000, clock.now(), clock.now())
        told.append(clock.now())
    assert told == sorted(told)
