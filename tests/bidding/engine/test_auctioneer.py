"""One auction, one task: order, bells, retries, and what happens when the log fails."""

import asyncio
from dataclasses import replace

import orjson
import pytest

from bidding.core.commands import Bell, Command
from bidding.core.record import replay, write
from bidding.engine import auctioneer as auctioneer_module
from bidding.engine.auctioneer import BATCH_MAX
from bidding.engine.ports import Batch
from bidding.proof.checkpoint import parse_body
from bidding.proof.merkle import Tree, leaf_hash
from bidding.proof.note import open_note
from bidding.testing import SECOND, settle
from tests.bidding.engine.sample import (
    CLOSES,
    OPENS,
    PREFIX,
    RESUME,
    SUSPEND,
    Hall,
    accepted,
    bid,
    english,
    refused,
    retry,
)

LOG = f"{PREFIX}/zs-1"


async def test_a_bid_is_answered_with_its_entry_once_it_is_in_the_log(hall):
    auction = await hall.running("03")
    answer = await hall.house.ask(auction, bid("03", 100_000, "a"))
    assert accepted(answer)
    entry = (await hall.entries(auction))[answer.index]
    assert entry == orjson.loads(orjson.dumps(answer.entry))
    assert (entry["i"], entry["t"]) == (answer.index, answer.t)
    assert entry["cmd"] == "bidder:03/a"


async def test_a_refusal_is_as_final_as_an_acceptance(hall):
    auction = await hall.running("03")
    assert refused(await hall.house.ask(auction, bid("03", 1))) == "BELOW_START"
    assert refused(await hall.house.ask(auction, bid("99", 100_000))) == "NOT_QUALIFIED"
    assert (await hall.types(auction))[-2:] == ["bid.refused", "bid.refused"]


async def test_a_number_that_no_record_can_hold_is_refused_and_stops_nobody(hall):
    auction = await hall.running("03", "04")
    asked = [
        hall.house.ask(auction, bid("03", 2**53, "a")),
        hall.house.ask(auction, bid("04", -(2**70))),
    ]
    good = hall.house.ask(auction, bid("04", 100_000))
    assert [refused(await one) for one in asked] == ["NOT_WRITABLE", "NOT_WRITABLE"]
    assert accepted(await good)
    again = await hall.house.ask(auction, bid("03", 2**53, "a"))
    assert again.index == (await asked[0]).index, "told twice, written once"


async def test_nobody_is_answered_or_shown_anything_before_the_commit(hall):
    auction = await hall.running("03")
    room = hall.house.room(auction)
    before = room.state
    hall.memory.hold()
    waiting = hall.house.ask(auction, bid("03", 100_000))
    await settle()
    assert not waiting.done()
    assert room.state is before
    hall.memory.release()
    assert accepted(await waiting)
    assert room.state.index == before.index + 1


async def test_whoever_watches_sees_how_long_the_slowest_commit_took(hall):
    auction = await hall.running("03")
    assert hall.house.slowest_commit() == 0
    hall.memory.hold()
    waiting = hall.house.ask(auction, bid("03", 100_000))
    await settle()
    await hall.clock.advance(300_000)
    hall.memory.release()
    assert accepted(await waiting)
    assert hall.house.slowest_commit() == 300_000


async def test_what_is_asked_at_once_is_written_at_once(hall):
    auction = await hall.running("03", "04")
    before = hall.memory.appends
    asked = [hall.house.ask(auction, bid("03", 100_000 + k * 1_000)) for k in range(20)]
    answers = await asyncio.gather(*asked)
    assert hall.memory.appends == before + 1
    assert [a.index for a in answers] == list(range(answers[0].index, answers[0].index + 20))
    assert all(accepted(a) for a in answers)


async def test_the_next_batch_is_decided_while_the_last_one_commits(hall):
    """Speculative state: the second bid is judged against the first, which is not durable yet."""
    auction = await hall.running("03", "04")
    before = hall.memory.appends
    hall.memory.hold()
    first = hall.house.ask(auction, bid("03", 100_000))
    await settle()
    second = hall.house.ask(auction, bid("04", 100_000))
    third = hall.house.ask(auction, bid("04", 101_000))
    await settle()
    assert not any(asked.done() for asked in (first, second, third))
    hall.memory.release()
    assert accepted(await first)
    assert refused(await second) == "BELOW_MIN_NEXT"
    assert accepted(await third)
    assert hall.memory.appends == before + 2


async def test_a_crowd_is_taken_in_batches_of_a_bounded_size(hall, monkeypatch):
    auction = await hall.running("03")
    sizes = []
    append = hall.memory.append

    async def watch(batch: Batch) -> None:
        sizes.append(len(batch.bodies))
        await append(batch)

    monkeypatch.setattr(hall.memory, "append", watch)
    asked = [hall.house.ask(auction, bid("03", 100_000 + k * 1_000)) for k in range(1000)]
    assert all(accepted(a) for a in await asyncio.gather(*asked))
    assert sum(sizes) == 1000
    assert max(sizes) == BATCH_MAX


async def test_a_full_inbox_says_busy_at_once_and_loses_nothing():
    hall = Hall(inbox_max=10)
    auction = await hall.running("03")
    hall.memory.hold()
    asked = [hall.house.ask(auction, bid("03", 100_000 + k * 1_000, f"r{k}")) for k in range(15)]
    told = [f for f in asked if f.done()]
    assert [retry(await f) for f in told] == ["busy"] * 5
    hall.memory.release()
    kept = await asyncio.gather(*asked[:10])
    assert all(accepted(a) for a in kept)
    # A retry under the same reference is a first try: nothing was decided.
    assert accepted(await hall.house.ask(auction, bid("03", 110_000, "r10")))
    await hall.house.close()


# -- time -----------------------------------------------------------------------------------


async def test_the_opening_and_closing_bells_stand_under_their_own_instants(hall):
    auction = await hall.running("03")
    assert accepted(await hall.house.ask(auction, bid("03", 100_000)))
    await hall.clock.advance(CLOSES - hall.clock.now())
    entries = await hall.entries(auction)
    bells = [e["t"] for e in entries if e["type"] == "bell.accepted"]
    assert bells == [OPENS, CLOSES]
    assert hall.house.room(auction).state.status == "closed"
    assert hall.house.room(auction).state.standing.awards[0].bidder == "03"


async def test_a_bid_stamped_before_the_deadline_counts_however_late_it_is_decided(hall):
    """The loop stalls over the deadline: both bids wait in the queue, the bell rings late."""
    auction = await hall.running("03", "04")
    await hall.clock.advance(CLOSES - 1 - hall.clock.now())
    in_time = hall.house.ask(auction, bid("03", 100_000))
    hall.clock.jump(1)
    too_late = hall.house.ask(auction, bid("04", 101_000))
    hall.clock.jump(SECOND // 2)
    assert accepted(await in_time)
    assert refused(await too_late) == "AFTER_DEADLINE"
    last = (await hall.entries(auction))[-3:]
    assert [(e["type"], e["t"]) for e in last] == [
        ("bid.accepted", CLOSES - 1),
        ("bell.accepted", CLOSES),
        ("bid.refused", CLOSES),
    ]
    assert hall.house.room(auction).state.standing.awards[0].bidder == "03"


async def test_the_opening_instant_is_in_time_and_the_one_before_is_not(hall):
    auction = await hall.published(None, "03")
    await hall.clock.advance(OPENS - 1 - hall.clock.now())
    early = hall.house.ask(auction, bid("03", 100_000))
    hall.clock.jump(1)
    first = hall.house.ask(auction, bid("03", 100_000))
    assert refused(await early) == "NOT_BIDDABLE"
    assert accepted(await first)


async def test_a_stall_over_the_end_takes_nobodys_time(hall):
    """For longer than anybody may be kept waiting nothing could be written: no bell rings on that.

    The bid that came meanwhile is not decided and not refused; the time is given back first.
    """
    auction = await hall.running("03", document=english(resume="REMAINING"))
    await hall.clock.advance(CLOSES - 4 * SECOND - hall.clock.now())
    hall.clock.jump(10 * SECOND)
    asked = hall.house.ask(auction, bid("03", 100_000))
    await hall.clock.advance(2 * SECOND)
    assert retry(await asked) == "recovering"
    suspend, resume = (await hall.entries(auction))[-2:]
    assert (suspend["type"], resume["type"]) == ("suspend.accepted", "resume.accepted")
    assert suspend["data"]["ask"]["reason"] == resume["data"]["ask"]["reason"] == "INTERRUPTED"
    state = hall.house.room(auction).state
    assert state.status == "running"
    # Four seconds were left when the loop stopped; up to a beat more is given, never less.
    left = state.standing.closes - resume["t"]
    assert 4 * SECOND <= left <= 5 * SECOND
    assert accepted(await hall.house.ask(auction, bid("03", 100_000)))


async def test_who_comes_right_after_a_stall_does_not_cost_the_others_their_time(hall):
    """Far from any bell: decided at once, his entry would stand after the time that was lost."""
    auction = await hall.running("03", document=english(resume="REMAINING"))
    await hall.clock.advance(10 * SECOND)
    hall.clock.jump(6 * SECOND)
    asked = hall.house.ask(auction, bid("03", 100_000))
    await hall.clock.advance(2 * SECOND)
    assert retry(await asked) == "recovering"
    resumed = (await hall.entries(auction))[-1]
    assert resumed["type"] == "resume.accepted"
    state = hall.house.room(auction).state
    # The clock stood still 110 seconds before the end; as much, at least, is left now.
    assert state.standing.closes - resumed["t"] >= 110 * SECOND
    assert accepted(await hall.house.ask(auction, bid("03", 100_000)))


async def test_a_stall_over_the_opening_is_given_back_too(hall):
    auction = await hall.published(english(resume="REMAINING"), "03")
    await hall.clock.advance(OPENS - SECOND - hall.clock.now())
    hall.clock.jump(30 * SECOND)
    await hall.clock.advance(2 * SECOND)
    tail = [(e["type"], e["t"]) for e in (await hall.entries(auction))[-3:]]
    assert tail[0] == ("bell.accepted", OPENS)
    assert [kind for kind, _ in tail[1:]] == ["suspend.accepted", "resume.accepted"]
    resumed = tail[2][1]
    assert hall.house.room(auction).state.standing.closes == resumed + 120 * SECOND


async def test_a_store_that_hangs_stops_the_countdown_and_not_the_record(hall):
    """No bid breaks on it, because nobody bids: only the pulse finds out."""
    auction = await hall.running("03", document=english(resume="REMAINING"))
    await hall.clock.advance(100 * SECOND)
    assert hall.house.taking
    assert hall.clock.now() - hall.house.heard <= SECOND
    hall.memory.go_down()
    await hall.clock.advance(60 * SECOND)
    assert hall.house.room(auction).state.status == "running"
    assert not hall.house.taking, "whoever asks for the state of the service is told"
    hall.memory.go_down(down=False)
    await hall.clock.advance(3 * SECOND)
    assert hall.house.taking
    state = hall.house.room(auction).state
    assert state.status == "running"
    assert 17 * SECOND <= state.standing.closes - hall.clock.now() <= 21 * SECOND


async def test_short_interruptions_add_up(hall):
    auction = await hall.running("03", document=english(resume="REMAINING"))
    for _ in range(3):
        await hall.clock.advance(5 * SECOND)
        hall.clock.jump(1_800_000)
    await hall.clock.advance(3 * SECOND)
    types = await hall.types(auction)
    assert types.count("suspend.accepted") == types.count("resume.accepted") >= 1


async def test_what_people_suspended_is_not_resumed_by_a_pulse(hall):
    auction = await hall.running("03")
    await hall.house.ask(auction, SUSPEND)
    hall.clock.jump(10 * SECOND)
    await hall.clock.advance(5 * SECOND)
    assert hall.house.room(auction).state.status == "suspended"


async def test_an_early_timer_rings_no_bell(hall, monkeypatch):
    """uvloop wakes up to 1.3 ms early: the clock decides, not the timer."""
    auction = await hall.published(None, "03")
    real = hall.clock.sleep_until
    woken = []

    async def early(when: int) -> None:
        woken.append(hall.clock.now())
        await real(when - 700 if hall.clock.now() < when - 700 else when)

    monkeypatch.setattr(hall.clock, "sleep_until", early)
    assert accepted(await hall.house.ask(auction, SUSPEND))
    assert accepted(await hall.house.ask(auction, RESUME))
    await hall.clock.advance(OPENS - 1 - hall.clock.now())
    assert "bell.accepted" not in await hall.types(auction)
    assert OPENS - 700 in woken
    await hall.clock.advance(1)
    assert (await hall.entries(auction))[-1]["t"] == OPENS
    assert (await hall.types(auction))[-1] == "bell.accepted"


async def test_a_stamp_of_another_door_goes_before_what_came_later(hall):
    """Both wait for a commit: the one that its own door stamped first is decided first."""
    auction = await hall.running("03", "04")
    auctioneer = hall.house._seats[auction].auctioneer
    first = hall.clock.now()
    hall.clock.jump(SECOND)
    later = auctioneer.ask(bid("04", 100_000))
    earlier = auctioneer.ask(replace(bid("03", 100_000), received=first), first)
    assert accepted(await earlier)
    assert refused(await later) == "BELOW_MIN_NEXT"
    one, other = (await hall.entries(auction))[-2:]
    assert (one["actor"], one["t"]) == ("bidder:03", first)
    assert (other["actor"], other["t"]) == ("bidder:04", first + SECOND)
    assert "received" not in one["data"]


async def test_a_stamp_before_what_is_written_is_kept_beside_the_time_of_its_entry(hall):
    auction = await hall.running("03", "04")
    auctioneer = hall.house._seats[auction].auctioneer
    first = hall.clock.now()
    hall.clock.jump(SECOND)
    assert accepted(await auctioneer.ask(bid("04", 100_000)))
    assert accepted(await auctioneer.ask(replace(bid("03", 101_000), received=first), first))
    entry = (await hall.entries(auction))[-1]
    assert (entry["t"], entry["data"]["received"]) == (first + SECOND, first)


async def test_a_clock_ahead_of_ours_gives_no_stamp_that_is_still_to_come(hall):
    auction = await hall.running("03")
    now, ahead = hall.clock.now(), hall.clock.now() + SECOND
    asked = replace(bid("03", 100_000), received=ahead)
    await hall.house._seats[auction].auctioneer.ask(asked, ahead)
    assert (await hall.entries(auction))[-1]["t"] == now


async def test_a_moved_deadline_moves_the_bell(hall):
    document = english(extension_seconds=60, trigger_window_seconds=30)
    auction = await hall.running("03", document=document)
    await hall.clock.advance(CLOSES - 10 * SECOND - hall.clock.now())
    assert accepted(await hall.house.ask(auction, bid("03", 100_000)))
    closes = hall.house.room(auction).state.standing.closes
    assert closes == CLOSES - 10 * SECOND + 60 * SECOND
    await hall.clock.advance(CLOSES + SECOND - hall.clock.now())
    assert hall.house.room(auction).state.status == "running"
    await hall.clock.advance(closes - hall.clock.now())
    assert hall.house.room(auction).state.status == "closed"
    assert (await hall.entries(auction))[-1]["t"] == closes


async def test_no_bell_rings_while_it_is_suspended(hall):
    auction = await hall.running("03")
    await hall.clock.advance(60 * SECOND)
    assert accepted(await hall.house.ask(auction, SUSPEND))
    await hall.clock.advance(3600 * SECOND)
    assert (await hall.types(auction))[-1] == "suspend.accepted"
    assert refused(await hall.house.ask(auction, bid("03", 100_000))) == "SUSPENDED"
    assert accepted(await hall.house.ask(auction, RESUME))
    assert accepted(await hall.house.ask(auction, bid("03", 100_000)))
    await hall.clock.advance(3600 * SECOND)
    assert hall.house.room(auction).state.status == "closed"


async def test_stamps_never_go_back_and_order_the_log(hall):
    auction = await hall.running("03", "04")
    for k in range(30):
        if k % 3 == 0:
            hall.clock.jump(7)
        hall.house.ask(auction, bid("03" if k % 2 else "04", 100_000 + k * 1_000))
    await settle()
    times = [e["t"] for e in await hall.entries(auction)]
    assert times == sorted(times)
    assert [e["i"] for e in await hall.entries(auction)] == list(range(len(times)))


async def test_only_the_clock_rings_bells(hall):
    auction = await hall.running("03")
    assert refused(await hall.house.ask(auction, Command("staff:li", Bell()))) == "NOT_ALLOWED"


# -- retries --------------------------------------------------------------------------------


async def test_a_retry_gets_the_first_answer_and_leaves_no_line(hall):
    auction = await hall.running("03")
    first = await hall.house.ask(auction, bid("03", 100_000, "a"))
    size = len(await hall.entries(auction))
    again = await hall.house.ask(auction, bid("03", 100_000, "a"))
    assert again == first
    assert len(await hall.entries(auction)) == size


async def test_a_retried_refusal_stays_refused_though_it_would_be_valid_now(hall):
    auction = await hall.published(None, "03")
    early = await hall.house.ask(auction, bid("03", 100_000, "a"))
    assert refused(early) == "NOT_BIDDABLE"
    await hall.clock.advance(OPENS - hall.clock.now())
    assert await hall.house.ask(auction, bid("03", 100_000, "a")) == early


async def test_two_of_the_same_in_one_batch_are_one_entry_with_one_answer(hall):
    auction = await hall.running("03")
    asked = [hall.house.ask(auction, bid("03", 100_000, "a")) for _ in range(3)]
    answers = await asyncio.gather(*asked)
    assert answers[0] == answers[1] == answers[2]
    assert (await hall.types(auction)).count("bid.accepted") == 1


async def test_a_retry_of_something_on_its_way_waits_for_the_same_commit(hall):
    auction = await hall.running("03")
    hall.memory.hold()
    first = hall.house.ask(auction, bid("03", 100_000, "a"))
    await settle()
    again = hall.house.ask(auction, bid("03", 100_000, "a"))
    await settle()
    assert not again.done()
    hall.memory.release()
    assert await first == await again


async def test_another_request_under_the_same_reference_is_refused_and_points_to_the_first(hall):
    auction = await hall.running("03")
    first = await hall.house.ask(auction, bid("03", 100_000, "a"))
    other = await hall.house.ask(auction, bid("03", 101_000, "a"))
    assert refused(other) == "REF_REUSED"
    assert other.entry["by"] == first.index
    assert "cmd" not in other.entry
    # The reference still means the first request.
    assert await hall.house.ask(auction, bid("03", 100_000, "a")) == first


async def test_the_same_reference_of_another_bidder_is_another_request(hall):
    auction = await hall.running("03", "04")
    assert accepted(await hall.house.ask(auction, bid("03", 100_000, "a")))
    assert accepted(await hall.house.ask(auction, bid("04", 101_000, "a")))


async def test_old_answers_are_read_from_the_log(hall, monkeypatch):
    monkeypatch.setattr(auctioneer_module, "_RECENT_MAX", 2)
    auction = await hall.running("03")
    first = await hall.house.ask(auction, bid("03", 100_000, "a"))
    for k in range(1, 5):
        assert accepted(await hall.house.ask(auction, bid("03", 100_000 + k * 1_000, f"b{k}")))
    size = len(await hall.entries(auction))
    again = await hall.house.ask(auction, bid("03", 100_000, "a"))
    assert (again.index, again.t) == (first.index, first.t)
    assert again.entry == orjson.loads(orjson.dumps(first.entry))
    assert len(await hall.entries(auction)) == size
    assert refused(await hall.house.ask(auction, bid("03", 555_000, "a"))) == "REF_REUSED"


# -- the log fails --------------------------------------------------------------------------


@pytest.mark.parametrize("written", [False, True])
async def test_when_an_append_fails_nobody_is_told_anything_and_the_log_decides(hall, written):
    """Unknown outcome: the asker retries, and gets the one answer that is in the log."""
    auction = await hall.running("03", "04")
    room = hall.house.room(auction)
    before = room.state.index
    hall.memory.break_next(written=written)
    asked = hall.house.ask(auction, bid("03", 100_000, "a"))
    behind = hall.house.ask(auction, bid("04", 101_000, "b"))
    assert retry(await asked) == "recovering"
    assert retry(await behind) == "recovering"
    await settle()
    assert room.state.index >= before
    again = await hall.house.ask(auction, bid("03", 100_000, "a"))
    assert accepted(again)
    bids = [e for e in await hall.entries(auction) if e["type"] == "bid.accepted"]
    assert [e["cmd"] for e in bids].count("bidder:03/a") == 1
    assert (again.index == before) is written


async def test_everything_decided_on_top_of_a_failed_batch_is_forgotten(hall):
    auction = await hall.running("03", "04")
    hall.memory.hold()
    hall.memory.break_next(written=False)
    first = hall.house.ask(auction, bid("03", 100_000, "a"))
    await settle()
    second = hall.house.ask(auction, bid("04", 101_000, "b"))
    await settle()
    hall.memory.release()
    assert [retry(await first), retry(await second)] == ["recovering", "recovering"]
    await settle()
    assert "bid.accepted" not in await hall.types(auction)
    # The state is the log's again: 101,000 is no longer on top of 100,000.
    assert accepted(await hall.house.ask(auction, bid("04", 100_000, "c")))


async def test_a_zombie_is_fenced_and_tells_nobody_anything(hall):
    auction = await hall.running("03")
    await hall.memory.take_over(LOG, "somebody else")
    assert retry(await hall.house.ask(auction, bid("03", 100_000))) == "recovering"
    await settle()
    assert "bid.accepted" not in await hall.types(auction)
    # The house lets go: whoever took over goes on undisturbed.
    assert retry(await hall.house.ask(auction, bid("03", 100_000))) == "closed_door"
    assert "another writer" in hall.house.refused(auction)
    assert (await hall.memory.take_over(LOG, "somebody else")).epoch == 3


async def test_a_request_that_breaks_the_core_stops_the_auction_not_the_house(hall, monkeypatch):
    """An invariant is false: what was durable stays, the auction is opened anew."""
    auction = await hall.running("03", "04")
    real = write

    def broken(state, command, now, rule, *, first=None):
        if command.ref == "poison":
            raise AssertionError("an invariant is false")
        return real(state, command, now, rule, first=first)

    monkeypatch.setattr(auctioneer_module, "write", broken)
    hall.memory.hold()
    flying = hall.house.ask(auction, bid("03", 100_000, "a"))
    await settle()
    poison = hall.house.ask(auction, bid("04", 101_000, "poison"))
    await settle()
    hall.memory.release()
    # What was on its way to the disk lands and is answered; the poison is not.
    assert accepted(await flying)
    assert retry(await poison) == "recovering"
    await settle()
    assert accepted(await hall.house.ask(auction, bid("04", 101_000, "b")))


async def test_closing_writes_what_was_asked_and_refuses_the_rest(hall):
    auction = await hall.running("03")
    asked = [hall.house.ask(auction, bid("03", 100_000 + k * 1_000)) for k in range(5)]
    await hall.house.close()
    assert all(accepted(a) for a in await asyncio.gather(*asked))
    assert retry(await hall.house.ask(auction, bid("03", 200_000))) == "closed_door"


async def test_whoever_hangs_up_changes_nothing(hall):
    auction = await hall.running("03")
    asked = hall.house.ask(auction, bid("03", 100_000, "a"))
    asked.cancel()
    await settle()
    assert (await hall.types(auction))[-1] == "bid.accepted"
    assert accepted(await hall.house.ask(auction, bid("03", 100_000, "a")))


# -- what the log says of all this ------------------------------------------------------------


async def test_every_commit_is_under_a_signed_checkpoint_of_its_own(hall):
    auction = await hall.running("03", "04")
    for k in range(6):
        await hall.house.ask(auction, bid("03" if k % 2 else "04", 100_000 + k * 1_000))
    bodies = await hall.memory.read(LOG)
    tree = Tree.from_leaves(leaf_hash(body) for body in bodies)
    key = hall.keys.signer(LOG).verifier
    sizes = []
    for note in await hall.memory.checkpoints(LOG):
        checkpoint = parse_body(open_note(note, [key]).text)
        assert checkpoint.root == tree.root(checkpoint.size)
        sizes.append(checkpoint.size)
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == len(bodies)


async def test_the_live_state_is_the_state_of_the_log(hall):
    auction = await hall.running("03", "04")
    for k in range(20):
        amount = 100_000 + (k // 2) * 1_000
        hall.house.ask(auction, bid("03" if k % 2 else "04", amount, f"r{k % 7}"))
    await settle()
    await hall.clock.advance(CLOSES - hall.clock.now())
    state = replay(LOG, await hall.memory.read(LOG))
    assert state.digest == hall.house.room(auction).state.digest
