"""What may wait in a house, and how much of it; and that a day of running leaves nothing behind.

inbox of an auction         `INBOX_MAX`; then busy          test_auctioneer: a_full_inbox_says_busy
a batch on its way          `BATCH_MAX`                     test_auctioneer: a_crowd_is_taken
answers kept for retries    1,024; then from the log        here
lines of a channel          `RING`; then from the log       here
entries still to be shown   `BEHIND_MAX`; then start over   here
frames for one reader       `write_buffer`; then 4408       test_connection: a_slow_reader
requests to the store       one append for each auction     by `Auctioneer._flying`
meters of addresses         50,000; the longest idle goes   test_limits: what_is_remembered
"""

import gc
import sys

from bidding.engine import hub as hub_module
from bidding.engine.hub import RING, WATCHERS_WAIT
from bidding.testing import SECOND
from tests.bidding.engine.sample import Hall, Screen, accepted, bid, english
from tests.simulation.clock import TrueClock

DAY = 86_400
_LEFT = 2_000
"""Blocks of memory that may come and go by chance: one in forty beats would show."""


async def test_a_room_that_cannot_keep_up_starts_over_and_shows_no_gap(hall, monkeypatch):
    monkeypatch.setattr(hub_module, "BEHIND_MAX", 3)
    auction = await hall.running("03")
    screen = Screen()
    room = hall.house.room(auction)
    await room.join(screen, {"public": None})
    for n in range(6):
        assert accepted(await hall.house.ask(auction, bid("03", 100_000 + n * 1_000)))
    await hall.clock.advance(SECOND)
    assert screen.lost, "told to come back for a picture"
    again = Screen()
    _, first = await room.join(again, {"public": None})
    again(first)
    assert again.frames[0]["room"]["top"] == 105_000


async def test_under_load_bidders_are_served_first_and_watchers_are_sent_away(hall):
    auction = await hall.running("03")
    room = hall.house.room(auction)
    order: list[str] = []

    def listener(name, takes=0):
        def show(tick):
            order.append(name if tick else f"{name} sent away")
            hall.clock.jump(takes)

        return show

    for name in ("first watcher", "second watcher", "third watcher"):
        await room.join(listener(name, WATCHERS_WAIT * 2 // 3), {"public": None})
    await room.join(listener("officer"), {"public": None, "staff": None})
    await room.join(listener("bidder"), {"public": None, "bidder:03": None}, "03")
    assert accepted(await hall.house.ask(auction, bid("03", 100_000)))
    await hall.clock.advance(SECOND)
    assert set(order[:2]) == {"officer", "bidder"}, "those who take part come first"
    assert order[2:5] == ["first watcher", "second watcher", "third watcher sent away"]
    assert room.listeners == 4


async def test_a_day_of_running_leaves_nothing_behind():
    """On virtual time: 86,400 beats, viewers who come and go, and a bid answered again and again."""
    hall = Hall(clock=TrueClock())
    auction = await hall.running("03", document=english(duration_seconds=3 * DAY))
    room = hall.house.room(auction)
    asked = await hall.house.ask(auction, bid("03", 100_000, "once"))

    async def hours(count: int) -> int:
        for _ in range(count):
            for _ in range(20):
                subscription, _ = await room.join(Screen(), {"public": None, "staff": None})
                subscription.leave()
                assert await hall.house.ask(auction, bid("03", 100_000, "once")) == asked
            await hall.clock.advance(3600 * SECOND)
        gc.collect()
        return sys.getallocatedblocks()

    early = await hours(2)
    late = await hours(22)
    assert room.state.status == "running"
    assert room.listeners == 0
    assert late - early < _LEFT, f"{late - early} blocks more after a day"
    await hall.house.close()


async def test_what_is_kept_beside_the_log_is_bounded_however_many_bids_there_are():
    hall = Hall()
    auction = await hall.running("03", document=english(duration_seconds=DAY))
    room = hall.house.room(auction)
    await room.join(Screen(), {"public": None})
    for round_ in range(24):
        start = 100_000 + round_ * 100_000
        asked = [hall.house.ask(auction, bid("03", start + n * 1_000)) for n in range(100)]
        for answer in asked:
            await answer
        await hall.clock.advance(SECOND)
    auctioneer = hall.house._seats[auction].auctioneer
    assert auctioneer is not None
    assert room.state.index > 2_400
    assert len(auctioneer._recent) == 1_024
    left = [*auctioneer._inbox, *auctioneer._pending, *auctioneer._look_ups]
    assert left == []
    assert len(room._channels["public"].ring) == RING
    assert not room._steps
    await hall.house.close()
