"""The workbook's sections: sums first, then the lines and the awards they are made of."""

from decimal import Decimal

import pytest

from replay.figures import Category, Line, day_begins, day_of
from replay.report import noon, sections
from tests.replay.plays import CONFIRMED, SMALL, first_run, next_in_line, small
from tests.replay.test_results import result_of

TITLE = {"zh": "甲", "en": "A"}


def test_a_day_counts_at_its_noon():
    assert day_of(noon("2020-06-30")) == "2020-06-30"
    assert noon("2020-06-30") - day_begins("2020-06-30") == 12 * 3_600_000_000
    with pytest.raises(ValueError, match="day"):
        noon("2020-06-31")


def test_an_award_that_lapsed_is_listed_and_adds_nothing():
    result = result_of(next_in_line())
    held = result.line()
    awards = sections([held], {held.key: result}, {held.key: TITLE}, None, None)[2].table
    assert awards is not None
    # A won at 900.00 and was in default; C took the place at 960.00.
    found = [(row[3].text["zh"], row[5].number, row[6].number) for row in awards.rows]
    assert found == [("A", None, Decimal("900.00")), ("C", Decimal("960.00"), None)]
    assert [row[1].number for row in awards.rows] == [result.lapsed[0].won.i, result.awards[0].i]


@pytest.mark.parametrize(
    ("first", "last", "zh"),
    [
        (None, None, "全部日期"),
        ("2020-01-01", None, "2020-01-01 起（UTC+8）"),
        (None, "2020-12-31", "截至 2020-12-31（UTC+8）"),
        ("2020-01-01", "2020-12-31", "2020-01-01 至 2020-12-31（UTC+8）"),
    ],
)
def test_the_days_that_are_counted_are_named(first, last, zh):
    assert sections([], {}, {}, first, last)[0].paragraphs[0]["zh"] == zh


@pytest.mark.parametrize(
    ("source", "zh"),
    [(None, "来源：全部"), ("log", "来源：本站日志"), ("entered", "来源：手工录入")],
)
def test_the_source_that_is_counted_is_named(source, zh):
    assert sections([], {}, {}, None, None, source=source)[0].paragraphs[1]["zh"] == zh


@pytest.mark.parametrize(("source", "warned"), [("entered", True), ("log", False)])
def test_what_one_officer_entered_is_said_to_be_unconfirmed(source, warned):
    line = Line("b", source, Category.WORKS, "揭阳", noon("2020-06-30"), 3, 900, sessions=0)
    told = [each["en"] for each in sections([line], {}, {"b": TITLE}, None, None)[0].paragraphs]
    assert any("not confirmed by a second" in each for each in told) is warned


def test_sums_lines_and_awards():
    result = result_of(first_run(small(steps=[*SMALL["steps"], *CONFIRMED])))
    held = result.line()
    closed = noon("2020-06-30")
    bought = Line("b", "entered", Category.WORKS, "揭阳", closed, 3, 900, budget=1_000, sessions=0)
    titles = {held.key: TITLE, "b": TITLE}
    lines = [held, bought]
    sums, rows, awards = sections(lines, {held.key: result}, titles, None, "2026-12-31")
    assert sums.table is not None
    assert rows.table is not None
    assert awards.table is not None
    total, *categories = sums.table.rows
    # 150.00 sold over a start of 100.00, 9.00 bought under a budget of 10.00.
    assert [cell.number for cell in total[1:4]] == [4, Decimal("159.00"), Decimal("50.00")]
    assert total[4].text["zh"] == "50.00%"
    assert (total[5].number, total[6].text["en"]) == (Decimal("1.00"), "10.00%")
    assert [row[0].text["en"] for row in categories] == ["Construction works", "Other"]
    assert [row[7].number for row in rows.table.rows] == [Decimal("150.00"), Decimal("9.00")]
    (award,) = awards.table.rows
    (won,) = result.awards
    assert award[0].text["en"] == result.origin
    assert award[1].number == Decimal(won.i)
    assert award[5].number == Decimal("150.00")
    for table in (sums.table, rows.table, awards.table):
        assert {len(row) for row in table.rows} == {len(table.heads)}
    assert "2026-12-31" in sums.paragraphs[0]["zh"]
