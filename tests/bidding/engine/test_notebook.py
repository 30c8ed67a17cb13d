"""Remarks on a record: chained, signed, only ever added to, and no part of the record."""

import asyncio

import pytest

from bidding.engine import notebook as module
from bidding.engine.notebook import Full, Notebook, OtherNote, Remark
from bidding.engine.ports import Fenced, LogBroken, LogDamaged
from bidding.engine.seats import NoSuchAuction
from bidding.proof import canon
from bidding.proof.archive import ArchiveError, verify_archive
from bidding.proof.merkle import leaf_hash
from bidding.proof.policy import parse_policy
from bidding.proof.text import to_base64
from bidding.testing import EPOCH, SECOND, settle
from tests.bidding.engine.sample import PREFIX, Hall, english

LOG = f"{PREFIX}/zs-1"
NOTES = f"{LOG}/notes"


def remark(text="看一下这条", entry=0, ref="r1", author="auditor:lu"):
    return Remark(author, entry, leaf_hash(b"entry %d" % entry), text, ref)


def book(hall):
    return hall.house.notebook


async def verified(hall, source=None):
    """The remarks as somebody with the file and the policy reads them."""
    raw = await (source or book(hall)).archive(LOG)
    return verify_archive(raw, parse_policy(book(hall).policy(LOG))).entries


async def test_a_remark_names_its_entry_its_author_and_its_time(hall):
    made = await book(hall).write(LOG, remark("领先者更替", entry=3))
    assert made == {
        "v": 1,
        "log": NOTES,
        "i": 0,
        "t": EPOCH,
        "type": "note.accepted",
        "actor": "auditor:lu",
        "cmd": "auditor:lu/r1",
        "data": {"entry": 3, "leaf": to_base64(leaf_hash(b"entry 3")), "text": "领先者更替"},
    }
    assert await book(hall).notes(LOG) == (made,)


async def test_remarks_are_a_log_that_anybody_verifies(hall):
    for number in range(5):
        hall.clock.jump(SECOND)
        await book(hall).write(LOG, remark(f"第 {number} 条", ref=f"r{number}"))
    read = await verified(hall)
    assert [(n["i"], n["t"], n["data"]["text"]) for n in read] == [
        (i, EPOCH + (i + 1) * SECOND, f"第 {i} 条") for i in range(5)
    ]


async def test_a_changed_or_a_missing_remark_is_found(hall):
    for number in range(3):
        await book(hall).write(LOG, remark(f"n{number}", ref=f"r{number}"))
    raw = await book(hall).archive(LOG)
    policy = parse_policy(book(hall).policy(LOG))
    with pytest.raises(ArchiveError):
        verify_archive(raw.replace(b'"text":"n1"', b'"text":"n9"'), policy)
    lines = raw.split(b"\n")
    lines[2] = b"2"
    del lines[4]
    with pytest.raises(ArchiveError):
        verify_archive(b"\n".join(lines), policy)


async def test_nothing_is_shown_before_it_is_durable(hall):
    await book(hall).write(LOG, remark())
    hall.memory.hold()
    task = asyncio.create_task(book(hall).write(LOG, remark("二", ref="r2")))
    await settle()
    assert not task.done()
    hall.memory.release()
    assert (await task)["i"] == 1


async def test_a_retry_is_the_same_remark_and_another_text_is_refused(hall):
    first = await book(hall).write(LOG, remark())
    assert await book(hall).write(LOG, remark()) == first
    with pytest.raises(OtherNote):
        await book(hall).write(LOG, remark("另一句"))
    # The same word of somebody else is another remark.
    other = await book(hall).write(LOG, remark("另一句", author="auditor:wang"))
    assert other["i"] == 1
    assert len(await book(hall).notes(LOG)) == 2


async def test_remarks_written_at_once_are_written_one_after_another(hall):
    made = await asyncio.gather(
        *(book(hall).write(LOG, remark(f"n{n}", ref=f"r{n}")) for n in range(8))
    )
    assert sorted(note["i"] for note in made) == list(range(8))
    assert len(await verified(hall)) == 8


async def test_who_hangs_up_leaves_the_book_whole(hall):
    await book(hall).write(LOG, remark())
    hall.memory.hold()
    task = asyncio.create_task(book(hall).write(LOG, remark("二", ref="r2")))
    await settle()
    task.cancel()
    await settle()
    hall.memory.release()
    assert (await book(hall).write(LOG, remark("三", ref="r3")))["i"] == 2
    assert [n["data"]["text"] for n in await verified(hall)] == ["看一下这条", "二", "三"]


@pytest.mark.parametrize("written", [True, False])
async def test_after_a_failure_it_believes_the_log(hall, written):
    await book(hall).write(LOG, remark())
    hall.memory.break_next(written=written)
    with pytest.raises(LogBroken):
        await book(hall).write(LOG, remark("二", ref="r2"))
    # The client asks again under the same reference: once in the book, either way.
    again = await book(hall).write(LOG, remark("二", ref="r2"))
    assert again["i"] == 1
    assert [n["data"]["text"] for n in await verified(hall)] == ["看一下这条", "二"]


async def test_the_next_house_goes_on_where_this_one_stopped(hall):
    await book(hall).write(LOG, remark())
    later = Notebook(hall.log, hall.clock, hall.keys, "later")
    assert [n["i"] for n in await later.notes(LOG)] == [0]
    assert (await later.write(LOG, remark("二", ref="r2")))["i"] == 1
    # The one before is fenced: it must read again before it writes.
    with pytest.raises(Fenced):
        await book(hall).write(LOG, remark("三", ref="r3"))
    assert (await book(hall).write(LOG, remark("三", ref="r3")))["i"] == 2
    assert len(await verified(hall)) == 3


async def test_a_book_that_was_meddled_with_is_not_believed(hall):
    await book(hall).write(LOG, remark("n0", ref="r0"))
    note = await book(hall).write(LOG, remark("n1", ref="r1"))
    forged = canon.encode({**note, "data": {**note["data"], "text": "n9"}})
    hall.memory.tamper(NOTES, 1, forged)
    with pytest.raises(LogDamaged):
        await Notebook(hall.log, hall.clock, hall.keys, "later").notes(LOG)
    hall.memory.cut(NOTES, 1)
    with pytest.raises(LogDamaged):
        await Notebook(hall.log, hall.clock, hall.keys, "later").notes(LOG)


async def test_there_is_no_file_without_remarks(hall):
    assert await book(hall).archive(LOG) is None
    assert await book(hall).notes(LOG) == ()


async def test_a_book_has_an_end(hall, monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)
    for number in range(2):
        await book(hall).write(LOG, remark(ref=f"r{number}"))
    with pytest.raises(Full):
        await book(hall).write(LOG, remark(ref="r2"))


async def test_remarks_are_no_auction_and_an_auction_may_be_called_notes(hall):
    await hall.house.publish(english("notes"), "staff:li", "approver:wang")
    await book(hall).write(f"{PREFIX}/notes", remark())
    later = Hall(clock=hall.clock, log=hall.log, keys=hall.keys)
    assert await later.house.recover() == {}
    assert later.house.auctions() == ["notes"]
    with pytest.raises(NoSuchAuction):
        later.house.room("notes/notes")
    await later.house.close()


async def test_two_nodes_write_behind_each_other_and_read_what_both_wrote(hall):
    one, other = (
        Notebook(hall.log, hall.clock, hall.keys, name, alone=False) for name in ("a", "b")
    )
    await one.write(LOG, remark("一", ref="r1"))
    await other.write(LOG, remark("二", ref="r2"))
    await one.write(LOG, remark("三", ref="r3"))
    assert [n["data"]["text"] for n in await one.notes(LOG)] == ["一", "二", "三"]
    assert await one.notes(LOG) == await other.notes(LOG)
    assert await other.write(LOG, remark("一", ref="r1")) == (await one.notes(LOG))[0]
    await asyncio.gather(
        one.write(LOG, remark("四", ref="r4")), other.write(LOG, remark("五", ref="r5"))
    )
    assert sorted(n["data"]["text"] for n in await one.notes(LOG)) == sorted("一二三四五")
