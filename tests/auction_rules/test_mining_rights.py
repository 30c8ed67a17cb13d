"""Mining rights: the form of the sale, and what is different from land by default."""

import pytest
from pydantic import ValidationError

from auction_rules.mining_rights import RULE, MiningTerms
from auction_rules.registry import find
from auction_rules.terms import SECOND
from tests.auction_rules.table import Table

OPENS, CLOSES = 1_000 * SECOND, 2_000 * SECOND
TERMS = {
    "unit": {"zh": "万元", "en": "10k CNY", "scale": 0, "fen": 1_000_000},
    "listing_opens": OPENS,
    "listing_closes": CLOSES,
    "start_price": 13,
    "step": 1,
}


def test_entry_to_the_timed_phase_is_automatic_and_only_with_an_offer():
    here = Table(find("mining_rights"), TERMS, "A B")
    here.bell()
    assert here.bid("A", 13, OPENS) == "accepted"
    here.bell()
    assert here.standing.entitled == ("A",)
    assert here.bid("B", 14, CLOSES) == "NO_RIGHT_IN_PHASE"


@pytest.mark.parametrize(
    ("form", "least", "ok"),
    [
        ("AUCTION", 2, False),
        ("AUCTION", 3, True),
        ("LISTING", 1, True),
    ],
)
def test_an_auction_needs_three(form, least, ok):
    terms = TERMS | {"form": form, "min_entrants": least}
    if ok:
        assert MiningTerms.model_validate(terms).min_entrants == least
        return
    with pytest.raises(ValidationError, match="three bidders"):
        MiningTerms.model_validate(terms)


@pytest.mark.parametrize(("bidders", "sold"), [("A B", False), ("A B C", True)])
def test_it_is_not_held_with_two(bidders, sold):
    terms = TERMS | {"form": "AUCTION", "min_entrants": 3}
    here = Table(find("mining_rights"), terms, bidders)
    here.bell()
    here.bid("A", 13, OPENS)
    here.bid("B", 14, OPENS)
    here.end()
    assert bool(here.standing.awards) == sold
    assert here.standing.unsold == (None if sold else "TOO_FEW_QUALIFIED")


@pytest.mark.parametrize("name", RULE.presets)
def test_every_preset_fills_valid_terms(name):
    preset = RULE.presets[name]
    terms = MiningTerms.model_validate({**RULE.example, **preset["terms"]})
    assert preset["title"].keys() == {"zh", "en"}
    for key, value in preset["terms"].items():
        assert getattr(terms, key) == value
