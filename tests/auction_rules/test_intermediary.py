"""Intermediary services: each way of choosing, terms that clash, and a slow twin of the choice."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from auction_rules.conformance import check
from auction_rules.facts import Awarded, Closed, LeadersChanged, PoolFixed, Unsold
from auction_rules.floor import Bid, Confirm, Draw, Score
from auction_rules.intermediary import long_list, reference
from auction_rules.lint import lint
from auction_rules.registry import find
from auction_rules.rule import Accept, Settlement
from auction_rules.terms import SECOND
from tests.auction_rules.desk import attended
from tests.auction_rules.rejudged import BIDDERS, judge_again
from tests.auction_rules.table import Table
from tests.bidding.core.session import OPENS

RULE = find("intermediary")
UNIT = {"zh": "元", "en": "CNY", "scale": 0, "fen": 100}
TERMS = {"unit": UNIT, "opens": 10, "closes": 1_000, "start_price": 100, "entry": "QUOTE"}
CREDIT = {"mode": "CREDIT", "registrar": "R", "owner": "W", "short_list": 1}
OWNER = {"mode": "OWNER", "owner": "W"}


def table(quotes, **terms):
    here = Table(RULE, TERMS | terms, "A B C D E")
    here.bell()
    for n, (bidder, amount) in enumerate(quotes):
        assert here.bid(bidder, amount, 10 + n) == "accepted"
    return here


def office(here, officer, ask):
    judged = RULE.office(here.floor, officer, ask, 2_000)
    if isinstance(judged, Accept):
        here.happen(judged.facts, 2_000)
        return "accepted"
    return judged.reason


def test_a_whole_selection():
    here = table([("A", 80), ("B", 70), ("C", 60)], mode="LOWEST")
    assert here.bid("D", 101, 20) == "ABOVE_CEILING"
    assert here.bid("D", 50, 20, quantity=2) == "QUANTITY_FIXED"
    assert here.rule.disclosure(here.floor).sealed
    assert here.end()[-3:] == (
        LeadersChanged(("C",), 60),
        Awarded("C", None, 60, None, 60),
        Closed(),
    )
    assert RULE.settlement(here.floor) == Settlement(60, 40, "40.00%", 0, 40, "40.00%")
    assert RULE.ranking(here.floor) == ("C", "B", "A")


def test_the_coefficient_is_drawn_from_a_public_pool_and_rounds_once():
    here = table([("A", 90), ("B", 71), ("C", 72), ("D", 10)], mode="BEST_PRICE")
    assert here.bell()[-1] == PoolFixed("1/coefficient", ("95", "96", "97", "98"))
    assert reference(here.floor) is None
    assert office(here, "li", Draw("x|y")) == "BAD_SEED"
    assert office(here, "li", Draw("00")) == "accepted"
    here.end()
    drawn = int(here.standing.notes["coefficient"])
    # 71.5 is not rounded before the coefficient applies.
    assert reference(here.floor) == int(Fraction(143 * drawn, 200) + Fraction(1, 2))
    assert here.standing.awards == (Awarded("B", None, 71, None, 71),)


def test_the_owner_picks_once_and_only_he():
    here = table([("A", 80), ("B", 70)], **OWNER, min_bidders=2)
    here.bell()
    assert not RULE.disclosure(here.floor).scores_sealed
    assert office(here, "R", Score("A", 1)) == "NOT_ALLOWED"
    assert office(here, "W", Score("C", 1)) == "NOT_ON_LIST"
    assert office(here, "W", Score("A", 0)) == "POINTS_OUT_OF_RANGE"
    assert office(here, "W", Score("A", 1)) == "accepted"
    assert Awarded("A", None, 80, None, 80) in here.end()


def test_credit_stays_sealed_until_all_is_in():
    here = table([("A", 80), ("B", 70)], **CREDIT, min_bidders=2, credit_cut=50)
    here.bell()
    assert RULE.disclosure(here.floor).scores_sealed
    assert office(here, "R", Score("A", 49)) == "accepted"
    assert RULE.due(here.floor) is None
    assert office(here, "R", Score("B", 50)) == "accepted"
    here.bell()
    assert here.standing.stage == "choice"
    assert office(here, "W", Score("A", 1)) == "NOT_ON_LIST"
    assert here.bid("A", 1, 2_000) == "AFTER_DEADLINE"


@pytest.mark.parametrize(
    ("share", "cut", "listed"),
    [
        # Five came: two fifths are two, and whoever is level with the second comes in as well.
        (4_000, 0, "AB"),
        (4_001, 0, "ABCD"),
        (6_000, 0, "ABCD"),
        (8_001, 0, "ABCDE"),
        (1, 0, "A"),
        (0, 0, "ABCDE"),
        # Both count: the share of all who came, and the least credit.
        (4_000, 81, "A"),
        (10_000, 70, "ABCD"),
        (10_000, 91, ""),
    ],
)
def test_the_long_list_by_cut_off_and_in_proportion(share, cut, listed):
    terms = {**CREDIT, "credit_share_basis_points": share, "credit_cut": cut}
    here = table([(b, 50) for b in "ABCDE"], **terms)
    here.bell()
    for bidder, points in {"A": 90, "B": 80, "C": 70, "D": 70, "E": 60}.items():
        assert office(here, "R", Score(bidder, points)) == "accepted"
    assert long_list(here.floor) == tuple(listed)


scores = st.lists(st.integers(0, 6), min_size=1, max_size=5)


@given(scores, st.integers(0, 10_000), st.integers(0, 6))
def test_the_long_list_is_who_has_fewer_better_ones_than_there_are_places(points, share, cut):
    terms = {**CREDIT, "credit_share_basis_points": share, "credit_cut": cut, "min_bidders": 2}
    here = table([(b, 50) for b in "ABCDE"[: len(points)]], **terms)
    if len(points) < 2:
        assert Unsold("INSUFFICIENT_BIDDERS") in here.bell()
        return
    here.bell()
    given_to = dict(zip("ABCDE", points, strict=False))
    for bidder, score in given_to.items():
        assert office(here, "R", Score(bidder, score)) == "accepted"
    places = Fraction(share * len(points), 10_000) if share else len(points)
    for bidder, score in given_to.items():
        better = sum(other > score for other in points)
        assert (bidder in long_list(here.floor)) == (better < places and score >= cut)


@pytest.mark.parametrize("mode", ["RANDOM", "LOWEST", "BEST_PRICE", "AVERAGE"])
@pytest.mark.parametrize("came", [0, 1, 2])
def test_too_few_for_the_system_and_the_owner_picks(mode, came):
    terms = {"mode": mode, "funds": "SOCIAL", "fallback": "OWNER", "owner": "W"}
    here = table([("B", 80), ("A", 70)][:came], **terms)
    if not came:
        assert Unsold("INSUFFICIENT_BIDDERS") in here.bell()
        return
    here.bell()
    assert here.standing.stage == "choice"
    assert office(here, "W", Score("C", 1)) == "NOT_ON_LIST"
    assert office(here, "W", Score("B", 1)) == "accepted"
    assert Awarded("B", None, 80, None, 80) in here.end()


def test_enough_and_the_owner_is_not_asked():
    terms = {"mode": "LOWEST", "funds": "SOCIAL", "fallback": "OWNER", "owner": "W"}
    here = table([("A", 80), ("B", 70), ("C", 60)], **terms)
    assert Awarded("C", None, 60, None, 60) in here.end()


@pytest.mark.parametrize("mode", [{"mode": "RANDOM"}, OWNER, CREDIT])
def test_registration_for_the_fee(mode):
    here = Table(RULE, TERMS | mode | {"entry": "REGISTER", "min_bidders": 3}, "A B C")
    assert RULE.least(here.floor) is None
    here.bell()
    assert [here.confirm(b, 20) for b in "ABA"] == ["accepted", "accepted", "ALREADY_ANSWERED"]
    assert Unsold("INSUFFICIENT_BIDDERS") in here.end()


@pytest.mark.parametrize(
    "terms",
    [
        {"mode": "LOWEST", "closes": 10},
        {"mode": "LOWEST", "start_price": 0},
        {"mode": "LOWEST", "entry": "REGISTER"},
        {"mode": "LOWEST", "min_bidders": 2},
        {"mode": "LOWEST", "owner": "W"},
        {"mode": "LOWEST", "credit_cut": 1},
        {"mode": "LOWEST", "short_list": 1},
        {"mode": "OWNER"},
        OWNER | {"min_bidders": 1},
        CREDIT | {"registrar": ""},
        CREDIT | {"registrar": "W"},
        CREDIT | {"short_list": 0},
        {"mode": "LOWEST", "credit_share_basis_points": 1},
        CREDIT | {"credit_share_basis_points": 10_001},
        CREDIT | {"fallback": "OWNER", "funds": "SOCIAL"},
        {"mode": "LOWEST", "fallback": "OWNER", "funds": "SOCIAL"},
        {"mode": "LOWEST", "fallback": "OWNER", "owner": "W"},
    ],
)
def test_terms_that_do_not_go_together(terms):
    with pytest.raises(ValidationError):
        RULE.Config.model_validate(TERMS | terms)


@pytest.mark.parametrize(
    "terms",
    [
        {"mode": "RANDOM", "entry": "REGISTER"},
        {"mode": "LOWEST"},
        {"mode": "AVERAGE", "funds": "SOCIAL", "min_bidders": 1},
        {"mode": "OWNER", "owner": "O1"},
        {"mode": "LOWEST", "funds": "SOCIAL", "fallback": "OWNER", "owner": "O1"},
        {"mode": "CREDIT", "owner": "O1", "registrar": "O2", "short_list": 2, "credit_cut": 5_020},
    ],
    ids="-".join,
)
def test_the_kit_passes_in_every_mode(terms):
    assert [str(failure) for failure in check(RULE, {**RULE.example, **terms})] == []


@pytest.mark.parametrize(
    ("mode", "codes"),
    [
        ("LOWEST", []),
        ("AVERAGE", ["AVERAGE_INVITES_AGREEMENT"]),
        ("BEST_PRICE", ["AVERAGE_INVITES_AGREEMENT"]),
    ],
)
def test_a_mean_is_remarked_on(mode, codes):
    terms = {**RULE.example, "mode": mode, "draws": {"source": "BALLS"}}
    remarks = lint(RULE, RULE.Config.model_validate(terms))
    assert [remark.code for remark in remarks] == codes


WINDOW = {"unit": UNIT, "opens": OPENS, "closes": OPENS + 60 * SECOND, "start_price": 100}
modes = st.sampled_from(
    [
        {"mode": "RANDOM"},
        {"mode": "LOWEST"},
        {"mode": "BEST_PRICE"},
        {"mode": "AVERAGE"},
        OWNER,
        CREDIT | {"short_list": 2, "credit_cut": 5_066},
    ]
)
amounts = st.sampled_from([0, 50, 60, 60, 61, 70, 80, 100, 101])
quotes = st.tuples(
    # Everybody asks once, some in vain, so that a selection mostly comes about; then anybody.
    st.tuples(*(st.tuples(st.just(1), st.just(b), amounts) for b in BIDDERS)),
    st.lists(st.tuples(st.integers(0, 12), st.sampled_from(BIDDERS), amounts), max_size=5),
).map(lambda parts: [*parts[0], *parts[1]])


@settings(max_examples=100, deadline=None)
@given(modes, st.booleans(), quotes)
def test_the_choice_is_the_one_the_terms_say(mode, social, plan):
    least = 1 if social else 3
    terms = {**WINDOW, **mode, "funds": "SOCIAL" if social else "STATE", "min_bidders": least}
    quoting = mode["mode"] not in ("RANDOM", "OWNER") or social
    terms["entry"] = "QUOTE" if quoting else "REGISTER"
    asked = [
        (seconds, f"bidder:{b}", Bid(amount) if quoting else Confirm(amount > 50))
        for seconds, b, amount in plan
    ]
    here = attended("intermediary", terms, asked, ("R", "W"))
    judge_again(here)
    standing = here.state.standing
    came = {b: o.amount for b, o in standing.offers.items()}
    if not quoting:
        came = dict.fromkeys(standing.entitled or (), 100)
    if len(came) < least:
        assert standing.unsold == "INSUFFICIENT_BIDDERS"
        return
    if standing.unsold is not None:
        # With enough registrants only too little credit stops a selection.
        assert mode["mode"] == "CREDIT"
        assert all(standing.scores[f"R/{b}"] < 5_066 for b in came)
        return
    (award,) = standing.awards
    assert award.price == came[award.bidder]
    distances = _distances(mode["mode"], came, standing.notes.get("coefficient"))
    assert distances[award.bidder] == min(distances.values())
    if mode["mode"] == "CREDIT":
        assert standing.scores[f"R/{award.bidder}"] >= 5_066


def _distances(mode, came, coefficient):
    """The rule text in fractions, the reference rounded half up at the end."""
    prices = sorted(came.values())
    if mode == "LOWEST":
        return came
    if mode == "AVERAGE":
        target = Fraction(sum(prices), len(prices))
    elif mode == "BEST_PRICE" and len(prices) > 1:
        rest = prices[1:-1] or prices
        target = Fraction(sum(rest), len(rest)) * Fraction(coefficient, 100)
    else:
        return dict.fromkeys(came, 0)
    nearest = int(target + Fraction(1, 2))
    return {b: abs(price - nearest) for b, price in came.items()}
