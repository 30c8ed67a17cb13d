"""The overseers' book: what is written stays written, and two writers cannot both be next."""

import sqlite3
from dataclasses import replace
from itertools import product

import pytest

from bidding.adapters.oversight import SqlOversight
from bidding.engine.oversight import Entered, Late, Step, may_follow

RESULT = Entered("ab" * 8, "甲", "land", "揭阳", 5, 2, 700, 600, None, "公开统计", "li", 9)
STEP = Step("0" * 32, 0, "asked", "为何同一网络？", "wang", "auditor", 7, "2")


async def test_a_result_is_withdrawn_once_and_both_are_kept(tmp_path):
    book = await SqlOversight.open(tmp_path / "o.db")
    await book.enter(RESULT)
    assert await book.entered() == [RESULT]
    assert await book.withdraw(RESULT.id, "录错", "zhao", 11)
    assert not await book.withdraw(RESULT.id, "又录错", "zhao", 12)
    assert not await book.withdraw("cd" * 8, "没有", "zhao", 12)
    gone = replace(RESULT, withdrawn="录错", withdrawn_by="zhao", withdrawn_at=11)
    await book.close()
    again = await SqlOversight.open(tmp_path / "o.db")
    assert await again.entered() == [gone]
    await again.close()


async def test_a_line_about_a_lead_is_the_next_one_or_none(tmp_path):
    book = await SqlOversight.open(tmp_path / "o.db")
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


@pytest.mark.parametrize(
    "change", [f"{act} {table}" for act, table in product(("UPDATE", "DELETE FROM"), range(3))]
)
async def test_the_file_itself_refuses_changes(tmp_path, change):
    act, _, number = change.rpartition(" ")
    table, column = (("results", "title"), ("withdrawals", "reason"), ("lead_steps", "text"))[
        int(number)
    ]
    book = await SqlOversight.open(tmp_path / "o.db")
    await book.enter(RESULT)
    await book.withdraw(RESULT.id, "录错", "zhao", 11)
    await book.step(STEP)
    await book.close()
    rest = f" SET {column} = 'x'" if act == "UPDATE" else ""
    file = sqlite3.connect(tmp_path / "o.db")
    with pytest.raises(sqlite3.IntegrityError, match="nothing is changed here"):
        file.execute(f"{act} {table}{rest}")
    file.close()


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
