"""Terms of a clock: its direction, and its whole ladder from the terms alone."""

import pytest

from auction_rules.clock_terms import ClockTerms, Direction, RungKind
from auction_rules.dutch import DutchTerms
from auction_rules.japanese import JapaneseTerms
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
    assert [kind.value for kind in RungKind] == ["AMOUNT", "PERCENT_OF_START"]


def test_without_a_direction_there_is_no_clock():
    with pytest.raises(NotImplementedError):
        ClockTerms.model_validate({"opens": 0, "start_price": 1, "last_price": 2, "step": 1})
