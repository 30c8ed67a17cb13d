"""The overseers' book: what is written stays written, and two writers cannot both be next."""

import asyncio
from collections import Counter
from dataclasses import replace
from operator import methodcaller

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bidding.adapters.oversight import SqlOversight
from bidding.engine.oversight import Entered, Late, Step, may_follow

NOW = 1_764_000_000_000_000
RESULT = Entered("ab" * 8, "甲", "land", "揭阳", NOW, 2, 7 * 10**12, 600, None, "公开统计", "li", 9)
STEP = Step("0" * 32, 0, "asked", "为何同一网络？", "wang", "auditor", NOW, "2")


async def test_a_result_is_withdrawn_once_and_both_are_kept(place):
    book = await SqlOversight.open(place)
    await book.enter(RESULT)
    assert await book.entered() == [RESULT]
    assert await book.withdraw(RESULT.id, "录错", "zhao", 11)
    assert not await book.withdraw(RESULT.id, "又录错", "zhao", 12)
    assert not await book.withdraw("cd" * 8, "没有", "zhao", 12)
    gone = replace(RESULT, withdrawn="录错", withdrawn_by="zhao", withdrawn_at=11)
    await book.close()
    again = await SqlOversight.open(place)
    assert await again.entered() == [gone]
    await again.close()


async def test_a_line_about_a_lead_is_the_next_one_or_none(place):
    book = await SqlOversight.open(place)
    await book.step(STEP)
    with pytest.raises(Late):
        await book.step(replace(STEP, text="再问"))
    with pytest.raises(Late):
        await book.step(replace(STEP, number=2))
    told = replace(STEP, number=1, turn="explained", by="li", role="staff")
    await book.step(told)
    other = replace(STEP, lead="1" * 32)
    await book.step(other)
    assert await book.steps() == [STEP, told, other]
    assert await book.steps("1" * 32) == [other]
    await book.close()


async def test_of_two_who_write_at_once_one_is_late(place):
    nodes = await SqlOversight.open(place), await SqlOversight.open(place)
    await nodes[0].enter(RESULT)
    gone = await asyncio.gather(*(node.withdraw(RESULT.id, "录错", "zhao", 11) for node in nodes))
    assert Counter(gone) == {True: 1, False: 1}
    for number in range(10):
        step = replace(STEP, number=number)
        done = await asyncio.gather(*(node.step(step) for node in nodes), return_exceptions=True)
        assert Counter(type(one) for one in done) == {type(None): 1, Late: 1}
    assert [step.number for step in await nodes[0].steps()] == list(range(10))
    for node in nodes:
        await node.close()


TABLES = (("results", "title"), ("withdrawals", "reason"), ("lead_steps", "text"))


async def test_the_database_itself_refuses_changes(place):
    book = await SqlOversight.open(place)
    await book.enter(RESULT)
    await book.withdraw(RESULT.id, "录错", "zhao", 11)
    await book.step(STEP)
    changes = [f"UPDATE {table} SET {column} = 'x'" for table, column in TABLES]
    changes += [f"DELETE FROM {table}" for table, _ in TABLES]
    if isinstance(place, str):
        changes += [f"TRUNCATE {table} CASCADE" for table, _ in TABLES]
    for change in map(text, changes):
        with pytest.raises(IntegrityError, match="nothing is changed here"):
            await book._whole(methodcaller("execute", change))
    (kept,) = await book.entered()
    assert (kept.title, kept.withdrawn) == ("甲", "录错")
    assert await book.steps() == [STEP]
    await book.close()


def test_a_lead_goes_from_question_to_explanation_to_conclusion_and_ends():
    asked, told = STEP, replace(STEP, turn="explained")
    done = replace(STEP, turn="concluded")
    allowed = {
        (): {"asked"},
        (asked,): {"explained"},
        (asked, told): {"asked", "concluded"},
        (asked, told, asked): {"explained"},
        (asked, told, done): set(),
    }
    for steps, turns in allowed.items():
        found = {turn for turn in ("asked", "explained", "concluded") if may_follow(steps, turn)}
        assert found == turns, [step.turn for step in steps]
