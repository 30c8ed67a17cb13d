"""What the room shows, to whom, under which number, and how one comes back to it."""

import asyncio

import orjson
import pytest

from bidding.core import views
from bidding.core.commands import Admit, Command
from bidding.core.document import Document
from bidding.core.state import State
from bidding.engine import hub as hub_module
from bidding.engine.hub import TICK, Resync
from bidding.engine.reading import fold
from bidding.testing import SECOND, settle
from tests.bidding.engine.sample import (
    CLOSES,
    OPENS,
    PREFIX,
    RESUME,
    SUSPEND,
    Hall,
    Screen,
    accepted,
    admit,
    bid,
)

CHANNELS = ("public", "staff", "auditor", "bidder:03", "bidder:04")


def sealed() -> Document:
    """A mountain-farmland adjustment whose free phase is sealed: 09:01 to 09:03."""
    terms = {
        "parcels": [
            {"id": "P1", "zh": "一号", "en": "One", "added_area": "30000"},
            {"id": "P2", "zh": "二号", "en": "Two", "added_area": "25000"},
        ],
        "quota_area": "40000",
        "start_price": "4000",
        "step": "100",
        "quoting": "SEALED",
        "quoting_opens": OPENS,
        "quoting_closes": CLOSES,
        "countdown_seconds": 300,
    }
    return Document.model_validate(
        {
            "auction": "zs-1",
            "title": {"zh": "示例", "en": "Sample"},
            "rule": "far_adjustment",
            "version": "1",
            "terms": terms,
        }
    )


async def quiet(hall: Hall, *bidders: str) -> str:
    """A running auction in which nothing happened since the last tick."""
    auction = await hall.running(*bidders)
    await hall.clock.advance(TICK)
    return auction


async def watch(hall: Hall, auction: str, *channels: str, bidder: str | None = None) -> Screen:
    screen = Screen()
    room = hall.house.room(auction)
    _, first = await room.join(screen, dict.fromkeys(channels or ("public",)), bidder)
    screen(first)
    return screen


async def truth(hall: Hall, auction: str, audience: str) -> list[dict]:
    """The slow twin: every line this audience sees, from the log, by `views.event` alone."""
    room = hall.house.room(auction)
    lines: list[dict] = []
    async for step in fold(hall.log, State(f"{PREFIX}/{auction}"), room.state.index):
        line = views.event(step.before, step.entry, step.after, room.rule, audience)
        if line is not None:
            lines.append(orjson.loads(orjson.dumps({"n": len(lines) + 1, **line})))
    return lines


async def busy_morning(hall: Hall) -> str:
    auction = await quiet(hall, "03", "04")
    for k in range(12):
        await hall.house.ask(auction, bid("03" if k % 2 else "04", 100_000 + k * 1_000, f"r{k}"))
        if k % 3 == 0:
            await hall.house.ask(auction, bid("03", 1))
        await hall.clock.advance(7_000)
    await hall.house.ask(auction, SUSPEND)
    await hall.house.ask(auction, RESUME)
    await hall.clock.advance(SECOND)
    return auction


async def test_a_newcomer_gets_the_whole_room(hall):
    auction = await quiet(hall, "03")
    screen = await watch(hall, auction)
    (frame,) = screen.frames
    assert (frame["type"], frame["channel"], frame["resync"]) == ("snapshot", "public", False)
    assert frame["n"] == len(await truth(hall, auction, "public"))
    assert frame["room"]["status"] == "running"
    assert frame["room"]["auction"] == auction


async def test_each_line_comes_once_in_order_and_only_after_the_commit(hall):
    auction = await quiet(hall, "03")
    screen = await watch(hall, auction)
    start = screen.frames[0]["n"]
    hall.memory.hold()
    waiting = hall.house.ask(auction, bid("03", 100_000))
    await hall.clock.advance(SECOND)
    assert len(screen.frames) == 1
    hall.memory.release()
    assert accepted(await waiting)
    await settle()
    (frame,) = screen.frames[1:]
    assert (frame["type"], frame["from"], frame["to"]) == ("events", start + 1, start + 1)
    assert [e["n"] for e in frame["events"]] == [start + 1]
    assert frame["events"][0]["who"] == "03"
    assert frame["room"]["top"] == 100_000
    assert "status" not in frame["room"]


async def test_the_first_commit_goes_out_at_once_and_the_next_ones_with_the_tick(hall):
    auction = await quiet(hall, "03")
    screen = await watch(hall, auction)
    for k in range(5):
        assert accepted(await hall.house.ask(auction, bid("03", 100_000 + k * 1_000)))
        await settle()
    assert [len(f["events"]) for f in screen.frames[1:]] == [1]
    await hall.clock.advance(TICK - 1)
    assert len(screen.frames) == 2
    await hall.clock.advance(1)
    assert [len(f["events"]) for f in screen.frames[1:]] == [1, 4]
    numbers = [e["n"] for e in screen.lines()]
    assert numbers == list(range(numbers[0], numbers[0] + 5))


async def test_the_answer_does_not_wait_for_the_fan_out(hall):
    """Whoever asked has his answer before anybody is shown the line."""
    auction = await quiet(hall, "03")
    order: list[str] = []
    room = hall.house.room(auction)
    await room.join(lambda _: order.append("shown"), {"public": None})
    asked = hall.house.ask(auction, bid("03", 100_000))
    asked.add_done_callback(lambda _: order.append("answered"))
    await settle()
    assert order == ["answered", "shown"]


async def test_everybody_on_a_channel_gets_the_very_same_bytes(hall):
    auction = await quiet(hall, "03")
    screens = [await watch(hall, auction) for _ in range(600)]
    await hall.house.ask(auction, bid("03", 100_000))
    await settle()
    assert {id(s.payloads[-1]) for s in screens} == {id(screens[0].payloads[-1])}
    assert screens[0].lines()[0]["who"] == "03"


@pytest.mark.parametrize("audience", CHANNELS)
async def test_live_lines_are_the_lines_of_the_log(hall, audience):
    auction = await hall.published(None)
    screen = await watch(hall, auction, audience)
    assert accepted(await hall.house.ask(auction, admit("03")))
    assert accepted(await hall.house.ask(auction, admit("04")))
    await hall.clock.advance(OPENS - hall.clock.now())
    for k in range(9):
        amount = 100_000 + k * 1_000
        await hall.house.ask(auction, bid("03" if k % 2 else "04", amount))
        await hall.house.ask(auction, bid("03", 1))
    await hall.clock.advance(CLOSES - hall.clock.now())
    shown = screen.lines(audience)
    expected = await truth(hall, auction, audience)
    assert shown == expected[screen.frames[0]["n"] :]
    assert len(shown) > 5


async def test_numbers_and_lines_are_the_same_after_a_restart(hall):
    auction = await busy_morning(hall)
    # Suspended, it comes back without a line of the house's own.
    again = Command("staff:li", SUSPEND.ask, "s2")
    assert accepted(await hall.house.ask(auction, again))
    await hall.clock.advance(SECOND)
    before = {name: await hall.house.room(auction).history(name) for name in CHANNELS}
    await hall.restarted()
    after = {name: await hall.house.room(auction).history(name) for name in CHANNELS}
    assert before == after
    for name in CHANNELS:
        assert [orjson.loads(x) for x in after[name]] == await truth(hall, auction, name)


# -- coming back --------------------------------------------------------------------------------


async def test_since_n_gives_exactly_what_was_missed(hall):
    auction = await busy_morning(hall)
    room = hall.house.room(auction)
    everything = await truth(hall, auction, "public")
    for since in range(len(everything) + 1):
        screen = Screen()
        _, first = await room.join(screen, {"public": since})
        screen(first)
        (frame,) = screen.frames
        assert frame["type"] == "events"
        assert frame["events"] == everything[since:]
        assert (frame["from"], frame["to"]) == (since + 1, len(everything))
        # The room comes whole: who was away does not know which keys changed.
        snapshot = views.patch(room.state, room.rule, "public")
        assert frame["room"] == orjson.loads(orjson.dumps(snapshot))


@pytest.mark.parametrize("cursor", [-1, 10_000])
async def test_a_number_that_never_was_is_answered_with_the_room(hall, cursor):
    auction = await quiet(hall, "03")
    screen = Screen()
    _, first = await hall.house.room(auction).join(screen, {"public": cursor})
    screen(first)
    assert (screen.frames[0]["type"], screen.frames[0]["resync"]) == ("snapshot", True)
    assert isinstance(await hall.house.room(auction).history("public", cursor), Resync)


async def test_a_cursor_older_than_the_ring_gets_the_room_but_history_goes_to_the_log(
    hall, monkeypatch
):
    monkeypatch.setattr(hub_module, "RING", 4)
    auction = await busy_morning(hall)
    room = hall.house.room(auction)
    screen = Screen()
    _, first = await room.join(screen, {"public": 1})
    screen(first)
    assert (screen.frames[0]["type"], screen.frames[0]["resync"]) == ("snapshot", True)
    everything = await truth(hall, auction, "public")
    for since in range(len(everything) + 1):
        lines = await room.history("public", since, 5)
        assert [orjson.loads(x) for x in lines] == everything[since : since + 5]


async def test_history_of_a_long_session_starts_from_a_remembered_state(hall, monkeypatch):
    monkeypatch.setattr(hub_module, "RING", 3)
    monkeypatch.setattr(hub_module, "MARK_EVERY", 8)
    auction = await busy_morning(hall)
    room = hall.house.room(auction)
    await room.history("public")
    for k in range(20, 30):
        await hall.house.ask(auction, bid("03", 100_000 + k * 1_000))
    await hall.clock.advance(SECOND)
    assert len(room._marks) > 3
    everything = await truth(hall, auction, "public")
    reads = []
    real = hall.memory.read

    async def read(log, start=0, stop=None):
        reads.append(start)
        return await real(log, start, stop)

    monkeypatch.setattr(hall.memory, "read", read)
    since = len(everything) - 5
    assert [orjson.loads(x) for x in await room.history("public", since)] == everything[since:]
    assert min(reads) >= 16


async def test_whoever_joins_between_commit_and_tick_misses_nothing_and_gets_nothing_twice(hall):
    auction = await quiet(hall, "03")
    await watch(hall, auction)
    joined: list[Screen] = []
    for k in range(40):
        hall.house.ask(auction, bid("03", 100_000 + k * 1_000))
        for _ in range(k % 7):
            await asyncio.sleep(0)
        joined.append(await watch(hall, auction))
        if k % 5 == 0:
            await hall.clock.advance(TICK // 3)
    await hall.clock.advance(SECOND)
    everything = await truth(hall, auction, "public")
    for screen in joined:
        assert screen.lines() == everything[screen.frames[0]["n"] :]


async def test_a_channel_opened_late_catches_up_with_ticks_that_go_on_meanwhile(hall, monkeypatch):
    auction = await busy_morning(hall)
    room = hall.house.room(auction)
    gate = asyncio.Event()
    real = hall.memory.read

    async def slow(log, start=0, stop=None):
        found = await real(log, start, stop)
        await gate.wait()
        return found

    monkeypatch.setattr(hall.memory, "read", slow)
    screens = [Screen() for _ in range(3)]
    joining = [asyncio.create_task(room.join(s, {"staff": None})) for s in screens]
    await settle()
    for k in range(20, 25):
        assert accepted(await hall.house.ask(auction, bid("03", 100_000 + k * 1_000)))
        await hall.clock.advance(TICK)
    gate.set()
    monkeypatch.setattr(hall.memory, "read", real)
    for screen, task in zip(screens, joining, strict=True):
        screen((await task)[1])
    await hall.house.ask(auction, bid("03", 200_000))
    await settle()
    everything = await truth(hall, auction, "staff")
    for screen in screens:
        assert screen.frames[0]["n"] == len(everything) - 1
        assert screen.lines("staff") == everything[-1:]


async def test_a_reader_who_gives_up_while_a_channel_is_built_stops_nobody(hall, monkeypatch):
    auction = await quiet(hall, "03")
    gate = asyncio.Event()
    real = hall.memory.read

    async def slow(log, start=0, stop=None):
        await gate.wait()
        return await real(log, start, stop)

    monkeypatch.setattr(hall.memory, "read", slow)
    room = hall.house.room(auction)
    first, second = Screen(), Screen()
    gone = asyncio.create_task(room.join(first, {"public": None}))
    stays = asyncio.create_task(room.join(second, {"public": None}))
    await settle()
    gone.cancel()
    await settle()
    gate.set()
    _, tick = await stays
    assert orjson.loads(tick[0].text)["type"] == "snapshot"
    assert room.listeners == 1


async def test_whoever_leaves_is_shown_nothing_more(hall):
    auction = await quiet(hall, "03")
    screen = Screen()
    room = hall.house.room(auction)
    subscription, _ = await room.join(screen, {"public": None}, "03")
    assert room.listeners == 1
    subscription.leave()
    subscription.leave()
    await hall.house.ask(auction, bid("03", 100_000))
    await settle()
    assert screen.frames == []
    assert room.listeners == 0
    assert room._panels == {}


async def test_a_listener_that_fails_is_dropped_and_harms_nobody(hall, caplog):
    auction = await quiet(hall, "03")
    room = hall.house.room(auction)

    def bad(tick):
        raise RuntimeError("socket gone")

    await room.join(bad, {"public": None})
    screen = await watch(hall, auction)
    await hall.house.ask(auction, bid("03", 100_000))
    await settle()
    assert screen.lines()[0]["who"] == "03"
    assert room.listeners == 1
    assert "a listener failed" in caplog.text


async def test_a_view_that_fails_makes_everybody_start_over_and_the_room_goes_on(
    hall, monkeypatch, caplog
):
    auction = await quiet(hall, "03")
    screen = await watch(hall, auction)
    real = views.event

    def broken(*args):
        raise KeyError("a bug")

    monkeypatch.setattr(views, "event", broken)
    assert accepted(await hall.house.ask(auction, bid("03", 100_000)))
    await settle()
    assert screen.lost
    assert "start over" in caplog.text
    monkeypatch.setattr(views, "event", real)
    await hall.clock.advance(TICK)
    again = await watch(hall, auction)
    assert again.frames[0]["n"] == len(await truth(hall, auction, "public"))
    assert accepted(await hall.house.ask(auction, bid("03", 101_000)))
    await settle()
    assert again.lines() == (await truth(hall, auction, "public"))[-1:]


async def test_listeners_stay_through_a_recovery_of_the_auction(hall):
    """What was written and not shown when it broke is shown after it; numbers go on."""
    auction = await quiet(hall, "03", "04")
    screen = await watch(hall, auction)
    hall.memory.break_next(written=True)
    await hall.house.ask(auction, bid("03", 100_000, "a"))
    await settle()
    await hall.clock.advance(SECOND)
    assert accepted(await hall.house.ask(auction, bid("04", 101_000)))
    await hall.clock.advance(SECOND)
    kinds = [e["type"] for e in screen.lines()]
    assert kinds == ["bid.accepted", "suspend.accepted", "resume.accepted", "bid.accepted"]
    assert screen.lines() == (await truth(hall, auction, "public"))[screen.frames[0]["n"] :]


# -- secrets ------------------------------------------------------------------------------------


async def sealed_session(hall: Hall) -> tuple[str, dict[str, Screen]]:
    auction = await hall.published(sealed())
    screens = {name: await watch(hall, auction, name) for name in CHANNELS}
    screens["you"] = await watch(hall, auction, "public", bidder="04")
    for bidder, lot in (("03", "P1"), ("04", "P2")):
        ask = Command("staff:li", Admit(bidder, lot), f"admit-{bidder}")
        assert accepted(await hall.house.ask(auction, ask))
    await hall.clock.advance(OPENS + SECOND - hall.clock.now())
    return auction, screens


async def test_in_a_sealed_stage_nobody_else_sees_that_somebody_acted(hall):
    auction, screens = await sealed_session(hall)
    before = {name: len(s.payloads) for name, s in screens.items()}
    answer = await hall.house.ask(auction, bid("03", 470_000, "canary"))
    assert accepted(answer)
    await hall.clock.advance(SECOND)
    for name in ("public", "staff", "auditor", "bidder:04", "you"):
        assert len(screens[name].payloads) == before[name], name
    (line,) = [e for e in screens["bidder:03"].lines("bidder:03") if e["type"] == "bid.accepted"]
    assert line["facts"][0]["amount"] == 470_000
    # Not in the snapshot of somebody who comes now, and no number was used up.
    late = await watch(hall, auction, "public", "staff", "auditor", "bidder:04")
    assert b"470000" not in b"".join(p.text for p in late.payloads)
    for frame in late.frames:
        assert frame["n"] == len(await truth(hall, auction, frame["channel"]))


async def test_after_the_sealed_stage_everybody_sees_the_offers(hall):
    auction, screens = await sealed_session(hall)
    assert accepted(await hall.house.ask(auction, bid("03", 470_000)))
    assert accepted(await hall.house.ask(auction, bid("04", 480_000)))
    await hall.clock.advance(CLOSES + SECOND - hall.clock.now())
    amounts = {o["amount"] for f in screens["public"].frames for o in f["room"].get("offers", ())}
    assert amounts == {470_000, 480_000}
    numbers = [e["n"] for e in screens["public"].lines()]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


async def test_a_bidders_own_channel_is_not_asked_for_in_vain(hall, monkeypatch):
    """With many bidders connected, a line costs only those it concerns; the twin asks all."""
    auction = await quiet(hall, "03", "04")
    screens = {name: await watch(hall, auction, name) for name in ("bidder:03", "bidder:04")}
    asked: list[str] = []
    real = views.event

    def counting(before, entry, after, rule, audience):
        asked.append(audience)
        return real(before, entry, after, rule, audience)

    monkeypatch.setattr(views, "event", counting)
    await hall.house.ask(auction, bid("03", 100_000))
    await hall.clock.advance(SECOND)
    assert asked == ["bidder:03"]
    for name, screen in screens.items():
        assert screen.lines(name) == (await truth(hall, auction, name))[screen.frames[0]["n"] :]


async def test_a_panel_goes_to_its_bidder_and_only_when_it_says_something_else(hall):
    auction = await quiet(hall, "03", "04")
    mine = await watch(hall, auction, "public", bidder="03")
    also_mine = await watch(hall, auction, "public", bidder="03")
    others = await watch(hall, auction, "public", bidder="04")
    public = await watch(hall, auction)
    assert [y["state"] for y in mine.you] == ["none"]
    await hall.house.ask(auction, bid("03", 100_000))
    await hall.clock.advance(SECOND)
    assert [y["state"] for y in mine.you] == ["none", "leading"]
    assert also_mine.you == mine.you
    assert {y["bidder"] for y in others.you} == {"04"}
    assert public.you == []
    count = len(mine.you)
    # A refused bid of somebody else changes nothing on this panel: nothing is sent.
    await hall.house.ask(auction, bid("04", 1))
    await hall.clock.advance(SECOND)
    assert len(mine.you) == count
    await hall.house.ask(auction, bid("04", 101_000))
    await hall.clock.advance(SECOND)
    assert mine.you[-1]["state"] == "outbid"
