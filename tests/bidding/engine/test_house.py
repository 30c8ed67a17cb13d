"""Opening, falling, coming back; a damaged log; proofs that verify offline."""

import asyncio
import logging

import pytest

from auction_rules.registry import UnknownRule
from bidding.core import state as state_module
from bidding.core.downtime import Downtime
from bidding.core.record import replay
from bidding.engine import contingency as contingency_module
from bidding.engine import reading
from bidding.engine.ports import LogBroken, LogExists
from bidding.engine.seats import NoSuchAuction
from bidding.proof.archive import verify_archive
from bidding.proof.policy import parse_policy
from bidding.proof.receipt import verify_receipt
from bidding.testing import SECOND, FixedKeys, settle
from tests.bidding.engine.sample import (
    CLOSES,
    OPENS,
    PREFIX,
    RESUME,
    SUSPEND,
    accepted,
    bid,
    english,
    refused,
    retry,
)

LOG = f"{PREFIX}/zs-1"


async def test_a_published_auction_has_its_document_as_entry_0(hall):
    document = english()
    auction = await hall.published(document)
    assert auction == "zs-1"
    assert hall.house.auctions() == ["zs-1"]
    (entry,) = await hall.entries(auction)
    assert entry["type"] == "session.opened"
    assert entry["log"] == LOG
    assert entry["data"]["sha256"] == document.sha256
    assert hall.house.room(auction).state.status == "announced"


async def test_an_auction_is_published_once(hall):
    await hall.published()
    with pytest.raises(LogExists):
        await hall.house.publish(english(), "staff:li", "approver:wang")
    await hall.restarted()
    with pytest.raises(LogExists):
        await hall.house.publish(english(), "staff:li", "approver:wang")


async def test_whoever_publishes_and_hangs_up_leaves_an_auction_that_works(hall):
    asked = asyncio.create_task(hall.house.publish(english(), "staff:li", "approver:wang"))
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    await settle()
    assert accepted(await hall.house.ask("zs-1", RESUME)) is False
    assert await hall.types("zs-1") == ["session.opened", "resume.refused"]


@pytest.mark.parametrize("written", [False, True])
async def test_a_publication_with_an_unknown_outcome_is_settled_by_the_log(
    hall, monkeypatch, written
):
    real = hall.memory.create

    async def create(log, body, checkpoint):
        if written:
            await real(log, body, checkpoint)
        raise LogBroken("the disk is gone")

    monkeypatch.setattr(hall.memory, "create", create)
    if written:
        assert await hall.published() == "zs-1"
        assert accepted(await hall.house.ask("zs-1", bid("03", 1))) is False
    else:
        with pytest.raises(LogBroken):
            await hall.house.publish(english(), "staff:li", "approver:wang")
        with pytest.raises(NoSuchAuction):
            hall.house.ask("zs-1", bid("03", 1))
        monkeypatch.setattr(hall.memory, "create", real)
        assert await hall.published() == "zs-1"


async def test_an_unknown_auction_is_not_an_empty_one(hall):
    with pytest.raises(NoSuchAuction):
        hall.house.ask("nowhere", bid("03", 1))
    with pytest.raises(NoSuchAuction):
        hall.house.room("nowhere")
    with pytest.raises(NoSuchAuction):
        await hall.house.receipt("nowhere", 0)


# -- coming back ------------------------------------------------------------------------------


async def test_an_announced_auction_comes_back_as_it_was(hall):
    auction = await hall.published(None, "03", "04")
    before = hall.house.room(auction).state
    house = await hall.restarted()
    assert house.room(auction).state.digest == before.digest
    assert house.room(auction).state == before
    await hall.clock.advance(OPENS - hall.clock.now())
    assert house.room(auction).state.status == "running"


async def test_a_closed_auction_comes_back_closed(hall):
    auction = await hall.running("03")
    await hall.house.ask(auction, bid("03", 100_000))
    await hall.clock.advance(CLOSES - hall.clock.now())
    entries = await hall.entries(auction)
    house = await hall.restarted()
    await hall.clock.advance(3600 * SECOND)
    assert await hall.entries(auction) == entries
    assert house.room(auction).state.status == "closed"


async def test_a_running_auction_is_suspended_as_of_the_last_sign_of_life_and_resumed(hall):
    auction = await hall.running("03", document=english(resume="REMAINING"))
    await hall.house.ask(auction, bid("03", 100_000))
    await hall.clock.advance(30 * SECOND)
    up = hall.clock.now()
    # The house falls; nobody notices for 40 seconds.
    await hall.house.close()
    hall.clock.jump(40 * SECOND)
    house = await hall.restarted()
    suspend, resume = (await hall.entries(auction))[-2:]
    assert (suspend["type"], suspend["actor"]) == ("suspend.accepted", "system")
    assert suspend["data"]["ask"]["reason"] == "RECOVERY"
    assert up - SECOND <= suspend["data"]["ask"]["since"] <= up
    assert (resume["type"], resume["actor"]) == ("resume.accepted", "system")
    state = house.room(auction).state
    assert state.status == "running"
    # What was left when it fell is left now, to the second of the sign of life.
    left = CLOSES - suspend["data"]["ask"]["since"]
    assert state.standing.closes == hall.clock.now() + left
    assert accepted(await house.ask(auction, bid("03", 101_000)))


async def test_a_deadline_that_passed_while_the_house_was_down_rings_no_bell(hall):
    auction = await hall.running("03")
    await hall.house.close()
    hall.clock.jump(240 * SECOND)
    house = await hall.restarted()
    assert house.room(auction).state.status == "running"
    assert (await hall.types(auction))[-2:] == ["suspend.accepted", "resume.accepted"]


async def test_what_was_lost_is_not_forgotten_when_saying_so_breaks(hall):
    """The first write after a fall breaks, and the auction is opened once more."""
    auction = await hall.running("03", document=english(resume="REMAINING"))
    await hall.clock.advance(30 * SECOND)
    up = hall.clock.now()
    await hall.house.close()
    hall.clock.jump(40 * SECOND)
    hall.memory.break_next(written=False)
    await hall.restarted()
    await hall.clock.advance(10 * SECOND)
    made = [e for e in await hall.entries(auction) if e["type"] == "suspend.accepted"]
    assert up - SECOND <= made[0]["data"]["ask"]["since"] <= up


async def test_what_an_outage_cost_is_not_forgotten_when_saying_so_breaks(hall):
    """The store is back, and the first write, which says what was lost, breaks on its way."""
    auction = await hall.running("03", document=english(resume="REMAINING"))
    await hall.clock.advance(30 * SECOND)
    lost = hall.clock.now()
    hall.memory.go_down()
    await hall.clock.advance(10 * SECOND)
    hall.memory.go_down(down=False)
    hall.memory.break_next(written=False)
    await hall.clock.advance(3 * SECOND)
    made = [e for e in await hall.entries(auction) if e["type"] == "suspend.accepted"]
    assert lost - 2 * SECOND <= made[0]["data"]["ask"]["since"] <= lost
    assert hall.house.room(auction).state.status == "running"


async def test_the_note_of_being_up_does_not_run_ahead_of_what_is_owed(hall):
    """It is all that whoever comes after a fall knows of a loss that no log tells of yet."""
    auction = await hall.running("03")
    await hall.clock.advance(30 * SECOND)
    lost = hall.clock.now()
    hall.memory.go_down()
    await hall.clock.advance(10 * SECOND)
    hall.memory.hold()
    hall.memory.go_down(down=False)
    await hall.clock.advance(3 * SECOND)
    assert (await hall.types(auction))[-1] == "bell.accepted", "the suspension is on its way"
    assert await hall.log.last_beat() <= lost
    hall.memory.release()
    await hall.clock.advance(2 * SECOND)
    assert "suspend.accepted" in await hall.types(auction)
    assert hall.clock.now() - await hall.log.last_beat() <= SECOND


async def test_what_one_auction_lost_is_not_forgotten_for_what_another_was_given(hall):
    """One could not be opened again yet after an outage when the house fell; another could."""
    one = await hall.running("03", document=english(resume="REMAINING"))
    other = english("zs-2", resume="REMAINING", opens=hall.clock.now() + SECOND)
    await hall.house.publish(other, "staff:li", "approver:wang")
    await hall.clock.advance(30 * SECOND)
    lost = hall.clock.now()
    hall.memory.go_down()
    assert retry(await hall.house.ask(one, bid("03", 100_000))) == "recovering"
    # Tried again after .1, .3, .7, 1.5, 3.1 and 6.3 seconds, and then after 11.3.
    await hall.clock.advance(7 * SECOND)
    hall.memory.go_down(down=False)
    await hall.clock.advance(2 * SECOND)
    assert (await hall.types("zs-2"))[-1] == "resume.accepted"
    assert (await hall.types(one))[-1] == "bell.accepted"
    await hall.house.close()
    await hall.restarted()
    made = [e for e in await hall.entries(one) if e["type"] == "suspend.accepted"]
    assert lost - 2 * SECOND <= made[0]["data"]["ask"]["since"] <= lost


@pytest.mark.parametrize("after", [SECOND // 20, SECOND * 9 // 10])
async def test_a_process_that_stands_still_right_after_a_resumption_awards_nothing(hall, after):
    """Nothing ran until the officer resumed it: no beat has been sent since, and none is missed."""
    auction = await hall.running("03", document=english(resume="REMAINING"))
    await hall.clock.advance(CLOSES - 5 * SECOND - hall.clock.now())
    assert accepted(await hall.house.ask(auction, SUSPEND))
    await hall.clock.advance(30 * SECOND)
    assert accepted(await hall.house.ask(auction, RESUME))
    await hall.clock.advance(after)
    await _lost_across_the_close(hall, auction)


async def test_a_process_that_stands_still_right_after_a_restart_awards_nothing(hall):
    auction = await hall.running("03", document=english(resume="REMAINING"))
    await hall.clock.advance(CLOSES - 5 * SECOND - hall.clock.now())
    await hall.house.close()
    await hall.restarted()
    await hall.clock.advance(SECOND // 10)
    await _lost_across_the_close(hall, auction)


async def test_an_opening_that_nobody_could_see_is_given_back(hall):
    """It stood still before the opening was near enough to be watched, and woke up after it."""
    auction = await hall.published(english(resume="REMAINING"), "03")
    await hall.clock.advance(OPENS - 7 * SECOND - hall.clock.now())
    hall.clock.jump(13 * SECOND)
    await hall.clock.advance(4 * SECOND)
    made = [e for e in await hall.entries(auction) if e["type"] == "suspend.accepted"]
    assert [e["data"]["ask"]["since"] for e in made] == [OPENS]


async def _lost_across_the_close(hall, auction):
    """Twelve seconds in which nothing runs at all, and the session would have ended in them."""
    room = hall.house.room(auction)
    stood, closes = hall.clock.now(), room.state.standing.closes
    assert room.state.status == "running"
    assert stood < closes < stood + 12 * SECOND
    hall.clock.jump(12 * SECOND)
    late = asyncio.ensure_future(hall.house.ask(auction, bid("03", 100_000)))
    await hall.clock.advance(4 * SECOND)
    late.cancel()
    made = [e for e in await hall.entries(auction) if e["type"] == "suspend.accepted"]
    assert made[-1]["actor"] == "system"
    assert stood - 2 * SECOND <= made[-1]["data"]["ask"]["since"] <= stood + SECOND
    state = hall.house.room(auction).state
    assert state.ended is None
    assert state.status in ("running", "suspended")
    assert state.standing.closes is None or state.standing.closes > hall.clock.now()


async def test_after_more_than_five_minutes_people_resume_it(hall):
    """Also where the document says nothing of interruptions: then one officer does, and at once."""
    auction = await hall.running("03")
    await hall.house.close()
    hall.clock.jump(302 * SECOND)
    house = await hall.restarted()
    assert (await hall.types(auction))[-2:] == ["bell.accepted", "suspend.accepted"]
    await hall.clock.advance(3600 * SECOND)
    assert (await hall.types(auction))[-1] == "suspend.accepted", "and nothing is awarded meanwhile"
    assert refused(await house.ask(auction, bid("03", 100_000))) == "SUSPENDED"
    assert 3902 * SECOND <= house.waiting() <= 3905 * SECOND
    assert accepted(await house.ask(auction, RESUME))
    assert house.waiting() == 0
    assert house.room(auction).state.status == "running"


async def test_with_notice_it_goes_on_at_the_announced_hour(hall):
    told = english(resume="REMAINING").model_copy(update={"downtime": Downtime()})
    auction = await hall.running("03", document=told)
    await hall.house.close()
    hall.clock.jump(40 * SECOND)
    house = await hall.restarted()
    hour = hall.clock.now() + 60 * SECOND
    assert house.room(auction).state.resuming.at == hour
    await hall.clock.advance(hour - 1 - hall.clock.now())
    assert refused(await house.ask(auction, bid("03", 100_000))) == "SUSPENDED"
    await hall.clock.advance(1)
    assert accepted(await house.ask(auction, bid("03", 100_000)))
    state = house.room(auction).state
    assert 119 * SECOND <= state.standing.closes - hour <= 121 * SECOND


async def test_an_hour_that_passes_while_the_house_is_away_is_told_anew(hall):
    told = english().model_copy(update={"downtime": Downtime()})
    auction = await hall.running("03", document=told)
    await hall.house.close()
    hall.clock.jump(40 * SECOND)
    house = await hall.restarted()
    await house.close()
    hall.clock.jump(80 * SECOND)
    again = await hall.restarted()
    assert (await hall.types(auction))[-2:] == ["suspend.accepted", "resume.accepted"]
    assert again.room(auction).state.resuming.at == hall.clock.now() + 60 * SECOND


async def test_writes_that_stop_before_the_announced_hour_put_it_off(hall):
    told = english().model_copy(update={"downtime": Downtime()})
    auction = await hall.running("03", document=told)
    await hall.house.ask(auction, SUSPEND)
    assert accepted(await hall.house.ask(auction, RESUME))
    await hall.clock.advance(50 * SECOND)
    hall.memory.go_down()
    await hall.clock.advance(20 * SECOND)
    assert hall.house.room(auction).state.status == "suspended", "nobody knows, so no bell rings"
    hall.memory.go_down(down=False)
    await hall.clock.advance(3 * SECOND)
    state = hall.house.room(auction).state
    assert state.suspended.reason == "INTERRUPTED"
    assert state.resuming.at - hall.clock.now() > 56 * SECOND


async def test_no_pulse_ends_an_interruption_of_more_than_the_limit(hall):
    auction = await hall.running("03")
    hall.memory.go_down()
    await hall.clock.advance(310 * SECOND)
    hall.memory.go_down(down=False)
    await hall.clock.advance(30 * SECOND)
    assert (await hall.types(auction))[-1] == "suspend.accepted"
    assert hall.house.room(auction).state.status == "suspended"
    assert accepted(await hall.house.ask(auction, RESUME))


async def test_an_opening_that_was_missed_is_made_up_for(hall):
    """Announced, and its whole time passed while the house was down: it still takes place."""
    auction = await hall.published(None, "03")
    await hall.house.close()
    hall.clock.jump(300 * SECOND)
    now = hall.clock.now()
    house = await hall.restarted()
    await settle()
    tail = [(e["type"], e["t"]) for e in (await hall.entries(auction))[-3:]]
    assert tail == [("suspend.accepted", now), ("resume.accepted", now), ("bell.accepted", now)]
    assert house.room(auction).state.status == "running"
    assert accepted(await house.ask(auction, bid("03", 100_000)))


async def test_a_suspended_auction_stays_suspended_and_is_left_to_people(hall):
    auction = await hall.running("03")
    await hall.house.ask(auction, SUSPEND)
    size = len(await hall.entries(auction))
    house = await hall.restarted()
    assert house.room(auction).state.status == "suspended"
    assert len(await hall.entries(auction)) == size


async def test_answers_survive_the_house(hall):
    auction = await hall.running("03")
    first = await hall.house.ask(auction, bid("03", 100_000, "a"))
    no = await hall.house.ask(auction, bid("03", 1, "b"))
    house = await hall.restarted()
    again = await house.ask(auction, bid("03", 100_000, "a"))
    assert (again.index, again.t) == (first.index, first.t)
    assert refused(await house.ask(auction, bid("03", 1, "b"))) == refused(no)
    assert refused(await house.ask(auction, bid("03", 2, "b"))) == "REF_REUSED"
    assert house.index_of(auction, "bidder:03/a") == first.index
    assert house.index_of(auction, "bidder:03/zzz") is None


async def test_the_old_house_is_a_zombie_once_the_new_one_is_open(hall):
    auction = await hall.running("03")
    old = hall.house
    house = await hall.restarted()
    assert retry(await old.ask(auction, bid("03", 100_000, "z"))) == "recovering"
    assert accepted(await house.ask(auction, bid("03", 100_000, "a")))
    assert [e.get("cmd") for e in await hall.entries(auction)].count("bidder:03/z") == 0
    await old.close()


async def test_who_asks_before_the_turn_of_his_auction_is_told_to_ask_again(hall, monkeypatch):
    """The door may be open while the house still reads its logs."""
    names = [await hall.published(english(f"a-{n}"), "03") for n in range(12)]
    held = asyncio.Event()
    real = hall.memory.take_over

    async def slow(log, holder):
        if not log.endswith("a-11"):
            await held.wait()
        return await real(log, holder)

    monkeypatch.setattr(hall.memory, "take_over", slow)
    house = hall.house = hall.new_house()
    recovering = asyncio.create_task(house.recover())
    await settle()
    assert retry(await house.ask(names[11], bid("03", 100_000))) == "recovering"
    await settle()
    # Out of turn: the one that is asked for is open, the others are not.
    assert refused(await house.ask(names[11], bid("03", 100_000))) == "NOT_BIDDABLE"
    with pytest.raises(NoSuchAuction, match="not open yet"):
        house.room(names[0])
    held.set()
    assert await recovering == {}
    assert (await house.opened(names[0])).state.status == "announced"


async def test_a_store_that_is_down_is_tried_until_it_is_back(hall, caplog):
    auction = await hall.running("03")
    hall.memory.go_down()
    assert retry(await hall.house.ask(auction, bid("03", 100_000))) == "recovering"
    await hall.clock.advance(30 * SECOND)
    assert retry(await hall.house.ask(auction, bid("03", 100_000))) == "recovering"
    # Once, however often it is tried.
    assert caplog.text.count("cannot be opened yet") == 1
    hall.memory.go_down(down=False)
    await hall.clock.advance(6 * SECOND)
    assert accepted(await hall.house.ask(auction, bid("03", 100_000)))
    assert "suspend.accepted" in await hall.types(auction)


async def test_broken_twice_in_a_row_it_stays_suspended_until_people_resume_it(hall, caplog):
    auction = await hall.running("03")
    room = hall.house.room(auction)
    # The second fault hits the very suspension that recovery writes.
    hall.memory.break_next(written=False)
    hall.memory.break_next(written=False)
    assert retry(await hall.house.ask(auction, bid("03", 100_000))) == "recovering"
    await settle()
    await hall.clock.advance(SECOND)
    assert room.state.status == "suspended"
    assert "twice in a row" in caplog.text
    assert [r.levelno for r in caplog.records].count(logging.CRITICAL) == 1
    assert refused(await hall.house.ask(auction, bid("03", 100_000))) == "SUSPENDED"
    assert accepted(await hall.house.ask(auction, RESUME))
    assert accepted(await hall.house.ask(auction, bid("03", 100_000)))


async def test_a_break_long_after_another_is_a_first_one(hall):
    auction = await hall.running("03")
    for k in range(3):
        hall.memory.break_next(written=False)
        asked = await hall.house.ask(auction, bid("03", 100_000 + k * 1_000, f"a{k}"))
        assert retry(asked) == "recovering"
        await settle()
        assert accepted(await hall.house.ask(auction, bid("03", 100_000 + k * 1_000, f"a{k}")))
    assert hall.house.room(auction).state.status == "running"


async def test_a_rule_whose_source_is_not_the_approved_one_is_not_played_on(hall, monkeypatch):
    auction = await hall.running("03")
    monkeypatch.setattr(contingency_module, "source_sha256", lambda _: "0" * 64)
    house = await hall.restarted()
    assert house.room(auction).state.status == "suspended"
    assert (await hall.entries(auction))[-1]["data"]["ask"]["reason"] == "RULE_CHANGED"


# -- a log that does not hold -------------------------------------------------------------------


async def damaged(hall):
    """Two auctions, one of them about to be harmed; the other must open all the same."""
    good = await hall.published(english("good"), "03")
    bad = await hall.running("03", document=english("bad"))
    for k in range(5):
        assert accepted(await hall.house.ask(bad, bid("03", 100_000 + k * 1_000)))
    await hall.house.close()
    return good, bad


async def refused_reason(hall, good, bad):
    house = await hall.restarted()
    assert house.room(good).state.status == "running"
    assert retry(await house.ask(bad, bid("03", 900_000))) == "closed_door"
    with pytest.raises(NoSuchAuction, match=r"bad: .*log/bad"):
        house.room(bad)
    reason = house.refused(bad)
    assert (await house.recover()) == {bad: reason}
    return reason


async def test_an_altered_entry_is_named(hall):
    good, bad = await damaged(hall)
    hall.memory.tamper(f"{PREFIX}/bad", 3, b'{"v":1}', leaf=False)
    assert await refused_reason(hall, good, bad) == (
        f"{PREFIX}/bad: entry 3 is not what was written"
    )


async def test_an_altered_entry_under_a_fitting_hash_breaks_the_signed_root(hall):
    good, bad = await damaged(hall)
    body = (await hall.memory.read(f"{PREFIX}/bad", 4, 5))[0]
    hall.memory.tamper(f"{PREFIX}/bad", 4, body.replace(b"101000", b"999000"))
    reason = await refused_reason(hall, good, bad)
    assert f"{PREFIX}/bad: entry 4, or one before it, is not what the checkpoint over 5" in reason


async def test_lost_entries_are_missed(hall):
    good, bad = await damaged(hall)
    size = len(await hall.entries(bad))
    hall.memory.cut(f"{PREFIX}/bad", size - 2)
    reason = await refused_reason(hall, good, bad)
    assert f"{PREFIX}/bad: entry {size - 2} is missing" in reason


async def test_lost_checkpoints_are_missed(hall):
    good, bad = await damaged(hall)
    size = len(await hall.entries(bad))
    del hall.memory._logs[f"{PREFIX}/bad"].notes[-1]
    reason = await refused_reason(hall, good, bad)
    assert f"entry {size - 1} is under no signed checkpoint" in reason


async def test_a_checkpoint_signed_by_another_key_is_refused(hall):
    good, bad = await damaged(hall)
    notes = hall.memory._logs[f"{PREFIX}/bad"].notes
    text = notes[2].partition(b"\n\n")[0] + b"\n"
    notes[2] = FixedKeys("somebody else").signer(f"{PREFIX}/bad").sign(text)
    assert "stored checkpoint 2: no signature by a known key" in (
        await refused_reason(hall, good, bad)
    )


async def test_a_checkpoint_with_an_altered_signature_is_refused(hall):
    good, bad = await damaged(hall)
    notes = hall.memory._logs[f"{PREFIX}/bad"].notes
    at = notes[1].rfind(b"=") - 9
    notes[1] = (
        notes[1][:at] + (b"A" if notes[1][at : at + 1] != b"A" else b"B") + notes[1][at + 1 :]
    )
    assert "stored checkpoint 1: bad signature" in await refused_reason(hall, good, bad)


async def test_a_signed_log_whose_meaning_does_not_hold_is_refused(hall, monkeypatch):
    """Only whoever has the key can write this; it is refused all the same, by entry."""
    good, bad = await damaged(hall)
    real = state_module.evolve

    def strict(state, entry):
        if entry["i"] == 4 and entry["log"].endswith("bad"):
            raise state_module.BadEntry(
                "the state before it has another digest", "此前状态的摘要不符"
            )
        return real(state, entry)

    monkeypatch.setattr(reading, "evolve", strict)
    assert "bad: entry 4 cannot be read: the state before" in (
        await refused_reason(hall, good, bad)
    )


async def test_a_session_whose_rule_is_not_installed_is_refused_by_name(hall, monkeypatch):
    await hall.published()
    await hall.house.close()

    def missing(state):
        raise UnknownRule("english@1")

    monkeypatch.setattr(reading, "rule_of", missing)
    house = await hall.restarted()
    assert house.refused("zs-1") == "english@1"


# -- evidence -----------------------------------------------------------------------------------


async def test_a_receipt_and_the_policy_verify_offline(hall):
    auction = await hall.running("03", "04")
    answer = await hall.house.ask(auction, bid("03", 100_000, "a"))
    for k in range(1, 9):
        await hall.house.ask(auction, bid("04" if k % 2 else "03", 100_000 + k * 1_000))
    policy = parse_policy(hall.house.policy(auction))
    body = (await hall.memory.read(LOG))[answer.index]
    receipt = verify_receipt((await hall.house.receipt(auction, answer.index))[0], policy)
    assert (receipt.index, receipt.entry) == (answer.index, body)
    for index in range(len(await hall.entries(auction))):
        verify_receipt((await hall.house.receipt(auction, index))[0], policy)
    with pytest.raises(IndexError):
        await hall.house.receipt(auction, len(await hall.entries(auction)))


async def test_a_receipt_is_never_ahead_of_the_disk(hall):
    auction = await hall.running("03")
    size = len(await hall.entries(auction))
    hall.memory.hold()
    waiting = hall.house.ask(auction, bid("03", 100_000))
    await settle()
    with pytest.raises(IndexError):
        await hall.house.receipt(auction, size)
    assert hall.house.index_of(auction, "bidder:03/a") is None
    policy = parse_policy(hall.house.policy(auction))
    verify_receipt((await hall.house.receipt(auction, 0))[0], policy)
    hall.memory.release()
    await waiting


async def test_the_archive_verifies_and_replays(hall):
    auction = await hall.running("03")
    for k in range(4):
        await hall.house.ask(auction, bid("03", 100_000 + k * 1_000))
    await hall.clock.advance(CLOSES - hall.clock.now())
    verified = verify_archive(
        await hall.house.archive(auction), parse_policy(hall.house.policy(auction))
    )
    state = replay(LOG, verified.archive.entries)
    assert state.digest == hall.house.room(auction).state.digest
    assert list(verified.entries) == await hall.entries(auction)


async def test_entries_are_given_as_they_stand(hall):
    auction = await hall.published(None, "03", "04")
    assert await hall.house.entries(auction, 1, 3) == (await hall.entries(auction))[1:3]


async def test_the_house_notes_that_it_is_up_only_while_something_runs(hall):
    auction = await hall.published(None, "03")
    await hall.clock.advance(40 * SECOND)
    assert await hall.log.last_beat() is None
    await hall.clock.advance(25 * SECOND)
    assert hall.clock.now() - await hall.log.last_beat() <= SECOND
    await hall.clock.advance(CLOSES + 2 * SECOND - hall.clock.now())
    last = await hall.log.last_beat()
    await hall.clock.advance(60 * SECOND)
    assert await hall.log.last_beat() == last
    assert hall.house.room(auction).state.status == "closed"
