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


@pytest.mark.parametrize(
    ("bidders", "offers", "reason"),
    [
        ("", [], "NO_APPLICANT"),
        ("A B", [], "TOO_FEW_QUALIFIED"),
        ("A B", [("A", 13), ("B", 14)], "TOO_FEW_QUALIFIED"),
        ("A B C", [], "NO_BID"),
        ("A B C", [("C", 13)], None),
    ],
)
def test_three_must_be_admitted_and_one_must_offer(bidders, offers, reason):
    """Sichuan counts who may bid, not who does; the third need not have offered."""
    here = Table(find("mining_rights"), TERMS | RULE.presets["sichuan_auction"]["terms"], bidders)
    here.bell()
    for bidder, amount in offers:
        assert here.bid(bidder, amount, OPENS) == "accepted"
    here.end()
    assert here.standing.unsold == reason
    assert bool(here.standing.awards) == (reason is None)


@pytest.mark.parametrize(
    ("policy", "again", "opens", "closes"),
    [
        ("REMAINING", False, 0, 100),
        ("FULL_COUNTDOWN", False, 0, 300),
        ("REMAINING", True, 60, 160),
        ("FULL_COUNTDOWN", True, 60, 360),
    ],
)
def test_a_timed_phase_goes_on_when_the_cause_is_gone(policy, again, opens, closes):
    """矿业权交易规则 27-28; 100 s of a countdown of 300 s were left, preparation is 60 s."""
    more = {"resume": policy, "preparation_seconds": 60, "resume_with_preparation": again}
    here = Table(find("mining_rights"), TERMS | more, "A B")
    here.bell()
    here.bid("A", 13, OPENS)
    here.bell()
    since, now = here.closes - 100 * SECOND, here.closes + 1_000 * SECOND
    here.happen(RULE.resume(here.floor, since, now), now)
    assert here.closes == now + closes * SECOND
    assert (here.standing.opens > since) == again
    if again:
        assert here.standing.opens == now + opens * SECOND
    assert here.standing.leaders == ("A",)


def test_a_listing_gets_back_the_time_it_stood_still():
    here = Table(find("mining_rights"), TERMS, "A B")
    here.bell()
    since, now = CLOSES - 400 * SECOND, CLOSES + 5_000 * SECOND
    here.happen(RULE.resume(here.floor, since, now), now)
    assert here.closes == now + 400 * SECOND


@pytest.mark.parametrize("name", RULE.presets)
def test_every_preset_fills_valid_terms(name):
    preset = RULE.presets[name]
    terms = MiningTerms.model_validate({**RULE.example, **preset["terms"]})
    assert preset["title"].keys() == {"zh", "en"}
    for key, value in preset["terms"].items():
        assert getattr(terms, key) == value
