"""The virtual clock that every run and test goes by: whatever passes, it never runs back."""

from __future__ import annotations

import asyncio

from bidding.testing import EPOCH, SECOND, VirtualClock


async def test_time_that_was_jumped_over_within_an_advance_has_passed():
    clock = VirtualClock()
    seen = []

    async def stands_still() -> None:
        await clock.sleep_until(EPOCH + SECOND)
        clock.jump(9 * SECOND)

    async def wakes() -> None:
        await clock.sleep_until(EPOCH + 3 * SECOND)
        seen.append(clock.now())

    async with asyncio.TaskGroup() as people:
        people.create_task(stands_still())
        people.create_task(wakes())
        await clock.advance(2 * SECOND)
        assert (clock.now(), seen) == (EPOCH + 10 * SECOND, [])
        # Whose hour struck meanwhile wakes late, as behind a loop that stood still.
        await clock.advance(0)
    assert seen == [EPOCH + 10 * SECOND]
