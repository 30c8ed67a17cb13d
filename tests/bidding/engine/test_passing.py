"""What practice stands on: a clock that starts elsewhere and can be moved on, keys that are nobody's."""

from __future__ import annotations

import asyncio

from bidding.engine.passing import PassingKeys, ShiftedClock
from bidding.testing import EPOCH, SECOND, VirtualClock


async def test_it_runs_with_the_clock_behind_it_and_moves_forward_only():
    behind = VirtualClock()
    clock = ShiftedClock(behind, EPOCH + 3_600 * SECOND)
    behind.jump(5 * SECOND)
    assert clock.now() == EPOCH + 3_605 * SECOND
    clock.forward(EPOCH + 7_200 * SECOND)
    assert clock.now() == EPOCH + 7_200 * SECOND
    clock.forward(EPOCH)
    assert clock.now() == EPOCH + 7_200 * SECOND


async def test_moving_it_on_wakes_who_sleeps_for_days():
    clock = ShiftedClock(VirtualClock(), EPOCH)
    sleeper = asyncio.ensure_future(clock.sleep_until(EPOCH + 10 * 86_400 * SECOND))
    await asyncio.sleep(0)
    assert not sleeper.done()
    clock.forward(EPOCH + 10 * 86_400 * SECOND)
    async with asyncio.timeout(30):
        await sleeper
    # What is due already is not waited for.
    async with asyncio.timeout(30):
        await clock.sleep_until(EPOCH)


def test_every_session_has_a_key_of_its_own():
    one, other = PassingKeys(), PassingKeys()
    keys = {each.signer("practice/x").verifier.public for each in (one, other)}
    assert len(keys) == 2
    assert one.signer("a").verifier.public == one.signer("b").verifier.public
