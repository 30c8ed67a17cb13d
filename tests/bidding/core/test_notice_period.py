"""What is said of an auction's hours before it is published."""

import pytest

from auction_rules.registry import find
from auction_rules.terms import SECOND
from bidding.core.notice_period import begins, hours

DAY = 86_400 * SECOND


def codes(name, before, deposit=0, deadline=None, **terms):
    """Codes and fields; `before` the opening it is published, `deadline` is counted from there."""
    rule = find(name)
    config = rule.Config.model_validate({**rule.example, **terms})
    opens = begins(rule, config)
    by = None if deadline is None else opens + deadline
    return [(h.remark.code, h.field) for h in hours(rule, config, deposit, by, opens - before)]


@pytest.mark.parametrize(
    ("name", "days", "field"),
    [
        ("land_listing", 20, "listing_opens"),
        ("mining_rights", 28, "listing_opens"),
        ("property_rights", 28, "opens"),
        ("judicial", 15, "opens"),
        ("opening", 20, "opens"),
    ],
)
def test_each_kind_has_the_period_of_its_law(name, days, field):
    assert codes(name, days * DAY) == []
    assert codes(name, days * DAY - 1) == [("SHORT_NOTICE", field)]
    assert codes(name, 3 * 60 * SECOND) == [("OPENS_TOO_SOON", field), ("SHORT_NOTICE", field)]


def test_where_no_law_asks_for_a_period_a_day_is_little():
    assert codes("english", DAY) == []
    assert codes("english", DAY - 1) == [("OPENS_TOO_SOON", "opens")]


HOUR = 3_600 * SECOND


@pytest.mark.parametrize(
    ("name", "deposit", "deadline", "code"),
    [
        ("english", 5, -1, None),
        ("english", 5, 0, "DEPOSIT_AFTER_OPENING"),
        ("english", 5, HOUR, "DEPOSIT_AFTER_OPENING"),
        ("english", 0, -HOUR, "DEADLINE_WITHOUT_DEPOSIT"),
        # A listing takes deposits while it is open; not once offers are closed.
        ("land_listing", 5, 5 * DAY, None),
        ("land_listing", 5, 400 * DAY, "DEPOSIT_AFTER_CLOSE"),
    ],
)
def test_a_deposit_that_comes_too_late_to_be_of_use(name, deposit, deadline, code):
    found = codes(name, 60 * DAY, deposit, deadline)
    assert found == ([] if code is None else [(code, "deposit_deadline")])


def test_without_a_deadline_nothing_is_said_of_the_deposit():
    assert codes("english", 60 * DAY, 5) == []
