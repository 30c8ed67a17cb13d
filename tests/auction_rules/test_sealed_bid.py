"""Sealed offers: first price, the highest rejected, the average; edges, terms, and a slow twin."""

import hashlib
import json
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.facts import Awarded, Closed, LeadersChanged, Revealed, StageClosed, Unsold
from auction_rules.registry import find
from auction_rules.rule import Settlement
from auction_rules.sealed_bid import SealedBid, average, tied
from auction_rules.terms import SECOND
from tests.auction_rules.rejudged import BIDDERS, judge_again, session
from tests.auction_rules.table import Table
from tests.bidding.core.session import OPENS
from tests.shared import SHARED

UNIT = {"zh": "元", "en": "CNY", "scale": 0, "fen": 100}
TERMS = {"unit": UNIT, "opens": 10, "closes": 1_000, "start_price": 100, "step": 10}


def table(quotes, **terms):
    """The window open, and these (bidder, amount) one microsecond apart."""
    here = Table(find("sealed_bid"), TERMS | terms, "A B C D E")
    here.bell()
    for n, (bidder, amount) in enumerate(quotes):
        assert here.bid(bidder, amount, 10 + n) == "accepted"
    return here


def test_a_whole_auction():
    here = table([("A", 150), ("B", 200)])
    assert here.bid("C", 300, 1_000) == "AFTER_DEADLINE"
    assert here.bid("C", 300, 9) == "OUTSIDE_WINDOW"
    assert here.bid("C", 300, 20, stage="draw") == "STALE_PHASE"
    assert here.bid("C", 300, 20, quantity=2) == "QUANTITY_FIXED"
    assert here.bid("C", 300, 20, slot="1") == "NO_SUCH_LOT"
    assert here.rule.disclosure(here.floor).sealed
    assert here.standing.leaders == ()
    assert here.end() == (
        StageClosed("sealed"),
        Revealed("offers"),
        LeadersChanged(("B",), 200),
        Awarded("B", None, 200, None, 200),
        Closed(),
    )
    assert here.rule.settlement(here.floor) == Settlement(200, 100, "100.00%", 0)
    assert here.rule.ranking(here.floor) == ("B", "A")


def test_nobody_came_and_nobody_offered():
    here = Table(find("sealed_bid"), TERMS, "")
    assert here.rule.least(here.floor) == 100
    here.bell()
    assert Unsold("NO_APPLICANT") in here.end()
    assert Unsold("NO_BID") in table([]).end()


def test_only_the_tied_at_the_margin_are_drawn_for():
    quotes = [("A", 200), ("B", 150), ("C", 150), ("D", 150), ("E", 110)]
    assert tied(table(quotes, units=1, tie="DRAW").floor) == ()
    assert tied(table(quotes, units=2, tie="DRAW").floor) == ("B", "C", "D")
    assert tied(table(quotes, units=4, tie="DRAW").floor) == ()
    assert tied(table(quotes[:3], units=3, tie="DRAW").floor) == ()


def test_the_average_is_of_all_valid_offers():
    here = table([("A", 100), ("B", 130), ("C", 140)], winner="NEAREST_AVERAGE")
    assert average(here.floor) == 123
    assert here.end()[-2] == Awarded("B", None, 130, None, 130)


@pytest.mark.parametrize(
    ("terms", "codes"),
    [
        ({}, []),
        ({"winner": "NEAREST_AVERAGE"}, ["AVERAGE_INVITES_AGREEMENT", "AVERAGE_OF_FEW"]),
        ({"winner": "NEAREST_AVERAGE", "min_bidders": 3}, ["AVERAGE_INVITES_AGREEMENT"]),
    ],
)
def test_an_average_is_remarked_upon(terms, codes):
    rule = find("sealed_bid")
    said = SealedBid().lint(rule.Config.model_validate(TERMS | terms))  # type: ignore[arg-type]
    assert [remark.code for remark in said] == codes


@pytest.mark.parametrize(
    "terms",
    [
        {"closes": 10},
        {"start_price": 0},
        {"step": 0},
        {"cap_price": 90},
        {"cap_price": 105},
        {"reserve": 90},
        {"reserve": 120, "cap_price": 110},
        {"direction": "REVERSE", "reserve": 110},
        {"direction": "REVERSE", "cap_price": 110},
        {"units": 0},
        {"units": 100_000, "start_price": 10**12},
        {"winner": "NEAREST_AVERAGE", "units": 2},
        {"winner": "NEAREST_AVERAGE", "pricing": "LOWEST_ACCEPTED"},
        {"trim_basis_points": 100},
        {"trim_basis_points": 5_000, "winner": "NEAREST_AVERAGE"},
    ],
)
def test_terms_that_do_not_go_together(terms):
    with pytest.raises(ValidationError):
        find("sealed_bid").Config.model_validate(TERMS | terms)


plans = st.lists(
    st.tuples(
        st.integers(0, 12),
        st.sampled_from(BIDDERS),
        st.sampled_from([90, 100, 100, 105, 110, 110, 120, 130, 140]),
        st.none(),
        st.none(),
    ),
    max_size=10,
)
terms_of_price = st.fixed_dictionaries(
    {
        "direction": st.sampled_from(["FORWARD", "REVERSE"]),
        "units": st.integers(1, 3),
        "amendments": st.integers(0, 2),
        "pricing": st.sampled_from(["PAY_AS_BID", "LOWEST_ACCEPTED", "HIGHEST_REJECTED"]),
        "tie": st.sampled_from(["EARLIER", "DRAW"]),
        "min_bidders": st.integers(0, 2),
    },
    optional={"reserve": st.sampled_from([110, 120])},
)
AVERAGES = {
    "winner": st.just("NEAREST_AVERAGE"),
    "distance": st.sampled_from(["ABSOLUTE", "FROM_BELOW", "FROM_ABOVE"]),
    "near_tie": st.sampled_from(["BELOW", "ABOVE", "AS_EQUAL"]),
    "tie": st.sampled_from(["EARLIER", "DRAW"]),
    "trim_basis_points": st.sampled_from([0, 1_000, 3_400]),
    "trim_rounding": st.sampled_from(["DOWN", "HALF_UP", "UP"]),
}
WINDOW = {"unit": UNIT, "opens": OPENS, "closes": OPENS + 60 * SECOND, "step": 10}


@settings(max_examples=120)
@given(terms_of_price, plans)
def test_winners_are_the_best_and_pay_what_the_terms_say(terms, plan):
    forward = terms["direction"] == "FORWARD"
    if not forward and "reserve" in terms:
        terms["reserve"] = 120
    start = 100 if forward else 140
    here = session("sealed_bid", {**WINDOW, "start_price": start, **terms}, plan, "77")
    judge_again(here)
    s, standing = (1 if forward else -1), here.state.standing
    reserve = terms.get("reserve")
    valid = [o for o in standing.offers.values() if reserve is None or s * o.amount >= s * reserve]
    for award in standing.awards:
        own = standing.offers[award.bidder]
        assert own in valid
        # Nobody pays more than he offered, and nobody better is left out.
        assert s * award.price <= s * own.amount
        assert award.total == award.price
        beaten = [o for o in valid if s * o.amount > s * own.amount]
        assert {o.bidder for o in beaten} <= {a.bidder for a in standing.awards}
    if standing.unsold is not None:
        return
    assert len(standing.awards) == min(terms["units"], len(valid))
    amounts = sorted((s * o.amount for o in valid), reverse=True)
    won, lost = amounts[: terms["units"]], amounts[terms["units"] :]
    least = s * (start if reserve is None else reserve)
    expected = {
        "PAY_AS_BID": won,
        "LOWEST_ACCEPTED": [won[-1]] * len(won),
        "HIGHEST_REJECTED": [max([least, *lost])] * len(won),
    }[terms["pricing"]]
    assert [s * a.price for a in standing.awards] == expected


@settings(max_examples=80)
@given(st.fixed_dictionaries(AVERAGES), plans)
def test_nobody_is_nearer_the_average_than_the_winner(terms, plan):
    here = session("sealed_bid", {**WINDOW, "start_price": 100, **terms}, plan, "77")
    judge_again(here)
    standing = here.state.standing
    if not standing.awards:
        assert not standing.offers
        return
    (award,) = standing.awards
    reference = average(here.state.floor())
    assert reference is not None
    if terms["trim_basis_points"] == 0:
        mean = Fraction(sum(o.amount for o in standing.offers.values()), len(standing.offers))
        assert abs(reference - mean) <= Fraction(1, 2)
    allowed = [
        o.amount
        for o in standing.offers.values()
        if not (terms["distance"] == "FROM_BELOW" and o.amount > reference)
        and not (terms["distance"] == "FROM_ABOVE" and o.amount < reference)
    ]
    nearest = min(abs(amount - reference) for amount in allowed)
    assert abs(award.price - reference) == nearest
    level = [amount for amount in allowed if abs(amount - reference) == nearest]
    if terms["near_tie"] != "AS_EQUAL":
        assert award.price == (min(level) if terms["near_tie"] == "BELOW" else max(level))


@cache
def published():
    """The winners of FCC auction 901, 2012: prices in dollars a road mile."""
    path = SHARED / "data" / "fcc901_single_round_reverse_winners.json"
    found: Any = json.loads(path.read_text("utf-8"))
    return found["winners"]


def sealed_purchase(units):
    """All published winners in one sealed purchase, each an offer of its own, in mixed order."""
    prices = [int(w["net_dollars_per_mile"]) for w in published()]
    terms = {
        **TERMS,
        "direction": "REVERSE",
        "start_price": max(prices),
        "step": 1,
        "units": units,
    }
    here = Table(find("sealed_bid"), terms, " ".join(w["itemname"] for w in published()))
    here.bell()
    mixed = sorted(published(), key=lambda w: hashlib.sha256(w["itemname"].encode()).digest())
    for n, winner in enumerate(mixed):
        amount = int(winner["net_dollars_per_mile"])
        assert here.bid(winner["itemname"], amount, 10 + n) == "accepted"
    return here, [(w["itemname"], int(w["net_dollars_per_mile"])) for w in mixed]


@pytest.mark.vectors("fcc901_single_round_reverse_winners")
@pytest.mark.parametrize("units", [795, 794, 400, 1])
def test_the_published_winners_of_a_national_single_round_purchase(units):
    """Lowest price a mile first, each at his own price; the money adds up to the published sum."""
    here, offers = sealed_purchase(units)
    facts = here.end()
    awards = [f for f in facts if isinstance(f, Awarded)]
    # A stable sort of what was offered: by price, then by arrival.
    expected = sorted(offers, key=lambda offer: offer[1])[:units]
    assert [(a.bidder, a.price) for a in awards] == expected


@pytest.mark.vectors("fcc901_single_round_reverse_winners")
def test_the_published_money_of_that_purchase():
    assert len(published()) == len({w["itemname"] for w in published()}) == 795
    total = 0
    for w in published():
        cents = Fraction(w["dollars_per_mile"]) * Fraction(w["road_miles"]) * 100
        assert cents == Fraction(w["total_bid_amount"]) * 100
        assert cents.denominator == 1
        total += int(cents)
    # Just within the budget of 300 million dollars.
    assert total == 29_999_863_225
