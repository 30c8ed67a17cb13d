"""Terms of a clock: its direction, and its whole ladder from the terms alone."""

import pytest
from pydantic import ValidationError

from auction_rules.clock_terms import ClockTerms, Direction, RungKind
from auction_rules.dutch_terms import DutchTerms
from auction_rules.japanese_terms import JapaneseTerms
from auction_rules.terms import SECOND


@pytest.mark.parametrize(
    ("config", "direction", "runs"),
    [
        (DutchTerms, "FORWARD", -1),
        (DutchTerms, "REVERSE", 1),
        (JapaneseTerms, "FORWARD", 1),
        (JapaneseTerms, "REVERSE", -1),
    ],
)
def test_which_way_the_clock_runs(config, direction, runs):
    ends = sorted((600, 1_000), reverse=runs < 0)
    prices = {"start_price": ends[0], "last_price": ends[1], "step": 100}
    terms = config.model_validate({"opens": 0, "direction": direction, **prices})
    assert (terms.runs, terms.rungs().sign, terms.tick) == (runs, runs, 30 * SECOND)
    assert terms.rungs().after(ends[0]) == ends[0] + runs * 100


def test_better_is_higher_where_the_house_sells():
    assert (Direction.FORWARD.better, Direction.REVERSE.better) == (1, -1)
    assert [kind.value for kind in RungKind] == ["AMOUNT", "PERCENT_OF_START", "PERCENT_OF_LATEST"]


@pytest.mark.parametrize(
    ("points", "last", "code"),
    [
        (1_000, 1_000_000, None),
        (0, 1_000_000, "step"),
        # 0.05 % of the latest is half a unit and more: one unit a tick until 3,000.
        (5, 2_999, None),
        (5, 1_000_000, "step"),
    ],
)
def test_a_ladder_in_per_cent_of_the_latest_price_can_be_read(points, last, code):
    step = {"step_kind": "PERCENT_OF_LATEST", "step_basis_points": points}
    given = {"opens": 0, "start_price": 1_000, "last_price": last, "tick_seconds": 1, **step}
    if code is None:
        terms = JapaneseTerms.model_validate(given)
        assert terms.rungs().after(1_000) == 1_000 + max(1, points // 10)
        return
    with pytest.raises(ValidationError) as said:
        JapaneseTerms.model_validate(given)
    assert said.value.errors()[0]["type"] == code


def test_without_a_direction_there_is_no_clock():
    with pytest.raises(NotImplementedError):
        ClockTerms.model_validate({"opens": 0, "start_price": 1, "last_price": 2, "step": 1})
