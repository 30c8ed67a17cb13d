"""Online opening: what is opened, what never is, the points, and a slow twin of the result."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.conformance import check
from auction_rules.facts import (
    Awarded,
    Closed,
    LeadersChanged,
    Noted,
    OfferWithdrawn,
    Revealed,
    StageClosed,
    Unsold,
)
from auction_rules.floor import Bid, Draw, Score, Withdraw
from auction_rules.lint import lint
from auction_rules.registry import find
from auction_rules.rule import Accept
from auction_rules.terms import SECOND
from tests.auction_rules.desk import Asked, attended
from tests.auction_rules.rejudged import BIDDERS, judge_again
from tests.auction_rules.table import Table
from tests.bidding.core.session import OPENS

RULE = find("opening")
UNIT = {"zh": "元", "en": "CNY", "scale": 0, "fen": 100}
TERMS = {
    "unit": UNIT,
    "opens": 10,
    "closes": 1_000,
    "start_price": 2_000,
    "opening_seconds": 1,
    "price_weight": 40,
    "experts": ["E1"],
}
ALONE = {"price_weight": 100, "experts": []}
THREE = [("A", 900), ("B", 1_000), ("C", 950)]


def table(offers, **terms):
    here = Table(RULE, TERMS | terms, "A B C D E")
    here.bell()
    for n, (bidder, amount) in enumerate(offers):
        assert here.bid(bidder, amount, 10 + n) == "accepted"
    return here


def office(here, officer, ask, now=2_000):
    judged = RULE.office(here.floor, officer, ask, now)
    if isinstance(judged, Accept):
        here.happen(judged.facts, now)
        return judged.facts
    return judged.reason


def test_a_whole_opening():
    here = table(THREE)
    assert StageClosed("submission") in here.bell()
    assert "offers" not in here.standing.revealed
    assert RULE.disclosure(here.floor).sealed
    assert here.bell()[:2] == (StageClosed("read_out"), Revealed("offers"))
    assert RULE.disclosure(here.floor).scores_sealed
    assert RULE.ranking(here.floor) == ("A", "C", "B")
    for bidder, points in (("A", 3_000), ("B", 3_400), ("C", 3_100)):
        assert RULE.ranking(here.floor) == ("A", "C", "B")
        assert office(here, "E1", Score(bidder, points))
    assert here.bell() == (
        StageClosed("scores"),
        Revealed("scores"),
        Noted("price points A", 4_000),
        Noted("quality points A", 3_000),
        Noted("price points B", 3_600),
        Noted("quality points B", 3_400),
        Noted("price points C", 3_789),
        Noted("quality points C", 3_100),
        LeadersChanged(("A",), 900),
        Awarded("A", None, 900, None, 900),
        Closed(),
    )


def test_causes_and_the_window_of_the_opening():
    here = table([*THREE, ("D", 800)], **ALONE)
    assert office(here, "li", Withdraw("D", "revoked"), 500) == "NOT_BIDDABLE"
    here.bell()
    closes = here.closes
    assert closes == 1_000 + SECOND
    assert office(here, "li", Score("D", 1)) == "NOT_BIDDABLE"
    assert office(here, "li", Withdraw("D", "late")) == "UNKNOWN_CAUSE"
    assert office(here, "li", Withdraw("E", "revoked")) == "NOT_ON_LIST"
    assert office(here, "li", Withdraw("D", "revoked"), 999) == "OUTSIDE_WINDOW"
    assert office(here, "li", Withdraw("D", "revoked"), closes) == "OUTSIDE_WINDOW"
    gone = (OfferWithdrawn("D", None, "withdrawn"),)
    assert office(here, "li", Withdraw("D", "withdrawn"), closes - 1) == gone
    assert Awarded("A", None, 900, None, 900) in here.end()


def test_what_is_not_opened_stays_sealed():
    here = table(THREE[:2])
    facts = here.end()
    assert Unsold("INSUFFICIENT_BIDDERS") in facts
    assert Revealed("offers") not in facts
    assert RULE.disclosure(here.floor).sealed


def test_too_few_after_the_opening():
    here = table(THREE)
    here.bell()
    assert office(here, "li", Withdraw("A", "revoked"))
    assert Unsold("INSUFFICIENT_BIDDERS") in here.end()
    assert not RULE.disclosure(here.floor).sealed


def test_equal_points_and_prices_are_drawn_for():
    here = table([*THREE, ("D", 900)], **ALONE)
    here.bell()
    here.bell()
    assert here.standing.pool == ("A", "D")
    assert office(here, "li", Draw("7"))
    first = here.standing.order[0]
    assert Awarded(first, None, 900, None, 900) in here.end()


@pytest.mark.parametrize(
    "terms",
    [
        {"closes": 10},
        {"opening_seconds": 0},
        {"start_price": 0},
        {"min_bidders": 0},
        {"formula": "MEAN_DEDUCTION"},
        {"formula": "LINEAR", "over_deduction": 1},
        {"formula": "COEFFICIENT", "price_weight": 100, "experts": []},
        {"formula": "LIFE_CYCLE"},
        {"formula": "LIFE_CYCLE", "point_addition": 1, "price_weight": 100, "experts": []},
        {"formula": "COEFFICIENT", "point_addition": 1},
        {"formula": "LINEAR", "under_deduction": 1},
        {"mean_trimmed": True},
        {"price_weight": 100},
        {"experts": []},
        {"experts": ["E1", "E1"]},
        {"experts": ["E1", "E2"], "experts_trimmed": True},
        {"experts": ["王"]},
    ],
)
def test_terms_that_do_not_go_together(terms):
    with pytest.raises(ValidationError):
        RULE.Config.model_validate(TERMS | terms)


@pytest.mark.parametrize(
    "terms",
    [
        {"price_weight": 100, "experts": [], "experts_trimmed": False, "formula": "LINEAR"},
        {"formula": "MEAN_DEDUCTION", "over_deduction": 100, "mean_trimmed": True},
        {"formula": "COEFFICIENT"},
        {"formula": "LIFE_CYCLE", "point_addition": "1000"},
    ],
    ids=lambda terms: terms["formula"],
)
def test_the_kit_passes_with_every_formula(terms):
    assert [str(failure) for failure in check(RULE, {**RULE.example, **terms})] == []


@pytest.mark.parametrize(
    ("formula", "codes"),
    [("LOWEST_RATIO", []), ("COEFFICIENT", []), ("LINEAR", ["POINTS_HANG_ON_OTHERS"])],
)
def test_points_that_hang_on_others_are_remarked_on(formula, codes):
    terms = {**RULE.example, "formula": formula, "draws": {"source": "BALLS"}}
    remarks = lint(RULE, RULE.Config.model_validate(terms))
    assert [remark.code for remark in remarks] == codes


@pytest.mark.parametrize(
    ("each", "codes"), [("83333.33", []), ("83333.34", ["ADDITIONS_OUTWEIGH_PRICE"])]
)
def test_additions_that_reach_the_ceiling_are_remarked_on(each, codes):
    """60 points of it: 4,999,999.80 and 5,000,000.40 against a ceiling of 5,000,000."""
    terms = {"formula": "LIFE_CYCLE", "point_addition": each, "draws": {"source": "BALLS"}}
    remarks = lint(RULE, RULE.Config.model_validate({**RULE.example, **terms}))
    assert [remark.code for remark in remarks] == codes


@pytest.mark.parametrize(
    ("points", "order", "told"),
    [
        # Of 60 points: 900 + 10 x 5, 1,000 + 0, 950 + 10 x 5: two equal, the lower price first.
        ((5_000, 6_000, 5_000), ("A", "C", "B"), (950, 1_000, 1_000)),
        # 900 + 100, 1,000, 950 + 50.05: all are told as 1,000, and only two are equal.
        ((4_000, 6_000, 4_999), ("A", "B", "C"), (1_000, 1_000, 1_000)),
        # 900 + 100.05 comes after 1,000 though both are told as 1,000.
        ((3_999, 6_000, 0), ("B", "A", "C"), (1_000, 1_000, 1_250)),
    ],
)
def test_a_life_cycle_cost_ranks_by_the_exact_sum(points, order, told):
    here = table(THREE, formula="LIFE_CYCLE", point_addition=5)
    here.bell()
    here.bell()
    for bidder, given_to in zip("ABC", points, strict=True):
        assert office(here, "E1", Score(bidder, given_to))
    facts = here.bell()
    for bidder, sum_told in zip("ABC", told, strict=True):
        assert Noted(f"evaluated price {bidder}", sum_told) in facts
    first = dict(THREE)[order[0]]
    assert Awarded(order[0], None, first, None, first) in facts
    assert RULE.ranking(here.floor) == order


WINDOW = {"unit": UNIT, "opens": OPENS, "closes": OPENS + 60 * SECOND, "start_price": 1_000}
formulas = st.sampled_from(
    [
        {"formula": "LOWEST_RATIO"},
        {"formula": "LINEAR"},
        {"formula": "MEAN_DEDUCTION", "over_deduction": 150, "under_deduction": 70},
        {"formula": "MEAN_DEDUCTION", "over_deduction": 90, "mean_trimmed": True},
    ]
)
panels = st.sampled_from([(100, 0, False), (40, 1, False), (60, 3, False), (60, 3, True)])
amounts = st.sampled_from([1, 500, 500, 700, 899, 900, 1_000, 1_001])
offers = st.tuples(
    # Everybody asks once, so that an opening mostly comes about; then anybody, also too late.
    st.tuples(*(st.tuples(st.just(1), st.just(b), amounts) for b in BIDDERS)),
    st.lists(st.tuples(st.integers(0, 20), st.sampled_from(BIDDERS), amounts), max_size=5),
).map(lambda parts: [*parts[0], *parts[1]])
points = st.lists(st.integers(0, 4_100), min_size=12, max_size=12)


@settings(max_examples=100, deadline=None)
@given(formulas, panels, offers, points, st.sampled_from([None, *BIDDERS]))
def test_nobody_has_more_points_than_the_winner(formula, panel, plan, given_points, gone):
    weight, count, drop = panel
    experts = [f"E{n}" for n in range(count)]
    terms = {
        **WINDOW,
        **formula,
        "price_weight": weight,
        "experts": experts,
        "experts_trimmed": drop,
        "opening_seconds": 60,
    }
    asked: list[Asked] = [(seconds, f"bidder:{b}", Bid(amount)) for seconds, b, amount in plan]
    left = 61 - min(60, sum(seconds for seconds, _, _ in plan))
    asked.append((left, "staff:li", Withdraw(gone or "nobody", "revoked")))
    entries = [(e, b) for e in experts for b in BIDDERS]
    for n, ((expert, bidder), value) in enumerate(zip(entries, given_points, strict=False)):
        asked.append((0 if n else 120, f"staff:{expert}", Score(bidder, value)))
    here = attended("opening", terms, asked, experts or ["li"])
    judge_again(here)
    standing = here.state.standing
    prices = {b: o.amount for b, o in standing.offers.items()}
    if len(prices) < 3:
        assert standing.unsold == "INSUFFICIENT_BIDDERS"
        return
    totals = {}
    for bidder, price in prices.items():
        own = _price_points(formula, weight, price, sorted(prices.values()))
        entered = sorted(standing.scores[f"{e}/{bidder}"] for e in experts)
        entered = entered[1:-1] if drop else entered
        quality = _half_up(Fraction(sum(entered), len(entered))) if entered else 0
        assert standing.notes[f"price points {bidder}"] == own
        assert standing.notes[f"quality points {bidder}"] == quality
        totals[bidder] = (-own - quality, price)
    (award,) = standing.awards
    assert totals[award.bidder] == min(totals.values())
    assert award.price == prices[award.bidder]
    assert gone not in prices


def _half_up(value):
    return int(value + Fraction(1, 2))


def _price_points(formula, weight, price, prices):
    """The three formulas in fractions; points in hundredths."""
    most, low, high = weight * 100, prices[0], prices[-1]
    if formula["formula"] == "LOWEST_RATIO":
        return _half_up(Fraction(low * most, price))
    if formula["formula"] == "LINEAR":
        return most if low == high else _half_up(Fraction((high - price) * most, high - low))
    kept = prices[1:-1] if formula.get("mean_trimmed") else prices
    base = _half_up(Fraction(sum(kept), len(kept)))
    each = formula["over_deduction"] if price > base else formula.get("under_deduction", 0)
    return max(0, most - _half_up(Fraction(abs(price - base) * 100 * each, base)))


@pytest.mark.parametrize(
    ("tie", "points", "order"),
    [
        # 36.00 + 50, 40.00 + 46, both 86.00: the price, or the experts, or lots.
        ("LOWER_PRICE", {"A": 4_600, "B": 5_000, "C": 0}, "AB"),
        ("HIGHER_QUALITY", {"A": 4_600, "B": 5_000, "C": 0}, "BA"),
        ("DRAW", {"A": 4_600, "B": 5_000, "C": 0}, None),
        # More points in all come before everything that tells ties apart.
        ("HIGHER_QUALITY", {"A": 4_601, "B": 5_000, "C": 0}, "AB"),
    ],
)
def test_equal_totals_are_told_apart_as_the_terms_say(tie, points, order):
    here = table(THREE, tie=tie)
    here.bell()
    here.bell()
    for bidder, given_to in points.items():
        office(here, "E1", Score(bidder, given_to))
    here.bell()
    if order is None:
        assert here.standing.pool == ("A", "B")
        return
    assert RULE.ranking(here.floor)[:2] == tuple(order)
    assert here.standing.awards[0].bidder == order[0]


def test_more_quality_needs_experts():
    with pytest.raises(ValidationError):
        RULE.Config.model_validate(TERMS | ALONE | {"tie": "HIGHER_QUALITY"})
