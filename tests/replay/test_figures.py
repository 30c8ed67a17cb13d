"""Published figures found again from their lines, and sums that take no rounding on the way."""

from typing import Any

import pytest

from auction_rules.money import divide_half_up
from replay.figures import Category, Line, category_of, day_begins, day_of, summed, within

WAN = 1_000_000
"""Fen in 万元."""
YI = 10_000 * WAN


def line(category: Category, deals: int, amount: int, **more: Any) -> Line:
    key = f"{category.value}-{deals}-{amount}"
    closed = day_begins("2020-06-30")
    return Line(key, "entered", category, "揭阳", closed, deals, amount, sessions=0, **more)


#: 揭阳 2020 H1 (DOMAIN §14, §15 S20). Published: 108 deals, premium 5.41 亿 in 24 land and mining
#: deals at 21.17 %, saved 337.04 万 at 2.53 % and 4,056.98 万 at 4.71 % in 79 deals, 40.47 亿 in all.
#: The starts and budgets, and how deals are spread, are constructed so that the rates are those.
JIEYANG = (
    line(Category.LAND, 20, 289_651 * WAN, start=240_551 * WAN),
    line(Category.MINING, 4, 20_000 * WAN, start=15_000 * WAN),
    line(Category.PROCUREMENT, 40, 1_298_496 * WAN // 100, budget=13_322 * WAN),
    line(Category.WORKS, 39, 8_207_802 * WAN // 100, budget=86_135 * WAN),
    line(Category.PROPERTY, 5, 20 * WAN),
)


def shown(fen: int, unit: int) -> str:
    """With two decimals, half up."""
    points = divide_half_up(fen * 100, unit)
    return f"{points // 100}.{points % 100:02d}"


def test_the_published_figures_of_jieyang():
    every = summed(JIEYANG)
    assert every.deals == 108
    assert shown(every.amount, YI) == "40.47"
    assert shown(every.saved, WAN) == "4394.02"
    assert shown(every.premium, YI) == "5.41"
    assert every.premium_rate == "21.17%"
    assert sum(row.deals for row in JIEYANG if row.premium is not None) == 24
    assert sum(row.deals for row in JIEYANG if row.saved is not None) == 79
    bought = {
        category: summed(row for row in JIEYANG if row.category is category)
        for category in (Category.PROCUREMENT, Category.WORKS)
    }
    told = [(shown(one.saved, WAN), one.saving_rate) for one in bought.values()]
    assert told == [("337.04", "2.53%"), ("4056.98", "4.71%")]


def test_parts_that_were_rounded_first_add_up_to_something_else():
    parts = (
        (Category.LAND, Category.MINING),
        (Category.PROCUREMENT,),
        (Category.WORKS,),
        (Category.PROPERTY,),
    )
    rounded = [
        shown(summed(row for row in JIEYANG if row.category in part).amount, YI) for part in parts
    ]
    assert rounded == ["30.97", "1.30", "8.21", "0.00"]
    assert sum(int(part.replace(".", "")) for part in rounded) == 40_48


def test_heilongjiang():
    """25.12 to 24.11 亿: 1.01 saved, 4.02 % (DOMAIN §14)."""
    found = summed([line(Category.PROCUREMENT, 1, 2411 * YI // 100, budget=2512 * YI // 100)])
    assert (found.saved, found.saving_rate) == (101 * YI // 100, "4.02%")


def test_what_was_bought_above_its_budget_saves_nothing_and_lowers_no_rate():
    rows = [
        line(Category.PROCUREMENT, 1, 90, budget=100),
        line(Category.PROCUREMENT, 2, 120, budget=100),
    ]
    found = summed(rows)
    assert (found.amount, found.saved, found.budget, found.saving_rate) == (210, 10, 100, "10.00%")
    # Sold below the start, it lowers the premium: nothing hides it.
    low = summed([line(Category.LAND, 1, 90, start=100), line(Category.LAND, 2, 130, start=100)])
    assert (low.premium, low.premium_rate) == (20, "10.00%")


def test_sessions_that_fail_or_are_extended_are_counted_once_each():
    held: dict[str, Any] = {"source": "log", "category": Category.LAND, "centre": "c", "closed": 0}
    rows = [
        Line("a", deals=1, amount=5, start=5, extensions=3, interventions=2, **held),
        Line("b", deals=0, amount=0, failed=True, **held),
        Line("c", deals=0, amount=0, failed=True, extensions=1, **held),
        line(Category.LAND, 7, 70),
    ]
    found = summed(rows)
    assert (found.sessions, found.failed, found.extended, found.extensions) == (3, 2, 2, 4)
    assert (found.failure_rate, found.extension_rate) == ("66.67%", "66.67%")
    assert (found.deals, found.interventions) == (8, 2)


def test_nothing_has_no_rates():
    found = summed([])
    assert (found.deals, found.amount) == (0, 0)
    rates = (found.premium_rate, found.saving_rate, found.failure_rate, found.extension_rate)
    assert rates == (None,) * 4


def test_days_are_those_of_the_mainland():
    begins = day_begins("1970-01-02")
    assert begins == 16 * 3_600_000_000
    assert (day_of(begins), day_of(begins - 1)) == ("1970-01-02", "1970-01-01")
    rows = [Line(f"{at}", "log", Category.LAND, "c", at, 0, 0) for at in (begins - 1, begins)]
    assert [row.key for row in within(rows, "1970-01-02", "1970-01-02")] == [str(begins)]
    assert [row.key for row in within(rows, None, "1970-01-01")] == [str(begins - 1)]
    assert len(within(rows, None, None)) == 2


@pytest.mark.parametrize("word", ["2020-02-30", "2020-13-01", "20200101", "2020-W01-1", "x"])
def test_what_is_no_day_is_refused(word: str):
    with pytest.raises(ValueError, match=r"day|month|isoformat"):
        day_begins(word)


def test_rules_have_their_categories():
    named = {rule: category_of(rule) for rule in ("mining_rights", "opening", "english", "my_rule")}
    assert named == {
        "mining_rights": Category.MINING,
        "opening": Category.WORKS,
        "english": Category.OTHER,
        "my_rule": Category.OTHER,
    }
