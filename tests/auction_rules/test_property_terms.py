"""Terms of a sale of property rights: what goes together, and what published rules fix."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from auction_rules.property_presets import PRESETS
from auction_rules.property_rights import RULE
from auction_rules.property_terms import FIVE_DAYS, PropertyTerms
from auction_rules.terms import SECOND
from replay.play import resolve
from replay.scenario import Times, read
from tests.bidding.core.session import OPENS

CLOSES = OPENS + 100 * SECOND
TERMS = {
    "unit": {"zh": "元", "en": "CNY", "scale": 0, "fen": 100},
    "opens": OPENS,
    "closes": CLOSES,
    "start_price": 100,
    "step": 10,
    "countdown_seconds": 60,
}
SINGLE = {"quoting": "SINGLE", "countdown_seconds": 0}
ONE_PHASE = {"quoting": "EXTENDED", "countdown_seconds": 0, "extension_seconds": 30}
SEALED = {"reserve_kind": "SEALED"}
LONGER = {
    "single_bidder": "EXTEND_LISTING",
    "listing_extension_seconds": FIVE_DAYS,
    "listing_extensions": 1,
    "after_extensions": "SELL",
}
IN_HALL = {"first_refusal": "IN_HALL_EQUAL", "equal_ranks": "EARLIER"}
LOTS = {"first_refusal": "IN_HALL_EQUAL", "equal_ranks": "DRAW", "claim_seconds": 30}
AFTER = {"first_refusal": "AFTER_BID", "equal_ranks": "DRAW", "claim_seconds": 30}

WRONG = [
    (ONE_PHASE | {"countdown_seconds": 60}, "countdown_seconds"),
    (ONE_PHASE | {"extension_seconds": 0}, "extension_seconds"),
    (ONE_PHASE | {"countdown_mode": "CYCLE"}, "countdown_mode"),
    ({"countdown_mode": "CYCLE", "extension_seconds": 30}, "countdown_mode"),
    ({"countdown_mode": "CYCLE", "trigger_window_seconds": 30}, "countdown_mode"),
    (SINGLE | {"extension_seconds": 30}, "trigger"),
    (SINGLE | {"trigger": "TOP_CHANGE"}, "trigger"),
    (SINGLE | {"trigger_window_seconds": 30}, "trigger"),
    (SINGLE | {"max_extensions": 1}, "trigger"),
    (SINGLE | {"max_extension_seconds": 1}, "trigger"),
    ({"reserve": 120}, "reserve"),
    ({"reserve_kind": "PUBLIC"}, "reserve"),
    (SEALED | {"reserve": 120}, "reserve"),
    ({"reserve_from_seconds": 10}, "reserve_from_seconds"),
    ({"reserve_kind": "PUBLIC", "reserve": 120, "reserve_until_seconds": 1}, "reserve_from"),
    (SEALED | {"reserve_from_seconds": 101}, "reserve_from_seconds"),
    (SEALED | {"reserve_from_seconds": 20, "reserve_until_seconds": 20}, "reserve_from_seconds"),
    (SEALED | {"reserve_until_seconds": 100}, "reserve_from_seconds"),
    (LONGER | {"after_extensions": None}, "listing_extensions"),
    (LONGER | {"listing_extensions": 0}, "listing_extensions"),
    (LONGER | {"single_bidder": "SELL"}, "listing_extensions"),
    ({"after_extensions": "SELL"}, "listing_extensions"),
    (LONGER | {"listing_extension_seconds": FIVE_DAYS - 1}, "listing_extension_seconds"),
    (LONGER | SINGLE, "single_bidder"),
    (LONGER | ONE_PHASE, "single_bidder"),
    ({"equal_ranks": "EARLIER"}, "equal_ranks"),
    (IN_HALL | {"equal_ranks": None}, "equal_ranks"),
    (IN_HALL | {"claim_seconds": 30}, "claim_seconds"),
    (LOTS | {"claim_seconds": 0}, "claim_seconds"),
    (LOTS | {"raise_seconds": 30, "exercise": "AGAIN"}, "claim_seconds"),
    (SINGLE | LOTS, "first_refusal"),
    (AFTER | {"raise_seconds": 30}, "exercise"),
    (AFTER | {"exercise": "ONCE"}, "exercise"),
]


@pytest.mark.parametrize(("terms", "code"), WRONG)
def test_terms_that_do_not_go_together(terms, code):
    with pytest.raises(ValidationError) as caught:
        PropertyTerms.model_validate(TERMS | terms)
    (error,) = caught.value.errors()
    assert error["type"].startswith(code)
    assert error["ctx"].keys() == {"zh", "en"}


RIGHT = [
    SINGLE,
    SINGLE | AFTER,
    ONE_PHASE,
    ONE_PHASE | LOTS,
    LONGER,
    SEALED | {"reserve_from_seconds": 100, "reserve_until_seconds": 99},
    AFTER | {"raise_seconds": 30, "exercise": "ONCE"},
    {"countdown_mode": "CYCLE", "max_extensions": 2, "max_extension_seconds": 90},
    {"trigger": "TOP_CHANGE", "trigger_window_seconds": 30, "extension_seconds": 20},
]


@pytest.mark.parametrize("terms", RIGHT, ids=str)
def test_terms_that_do_go_together(terms):
    found = PropertyTerms.model_validate(TERMS | terms)
    assert PropertyTerms.model_validate(found.model_dump()) == found


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_fills_valid_terms(name):
    preset = RULE.presets[name]
    terms = PropertyTerms.model_validate({**RULE.example, **preset["terms"]})
    assert preset["title"].keys() == {"zh", "en"}
    for key, value in preset["terms"].items():
        assert getattr(terms, key) == value


PLAYS = Path(__file__).parents[2] / "examples" / "scenarios" / "property_rights"


def played():
    """The terms of every play of a property sale."""
    for path in sorted(PLAYS.glob("*.yaml")):
        scenario = read(path)
        given = resolve(PropertyTerms, scenario.terms, Times(scenario.start))
        yield PropertyTerms.model_validate(given)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_has_a_play(name):
    fixed = PRESETS[name]["terms"]
    assert any(all(getattr(t, key) == value for key, value in fixed.items()) for t in played())
