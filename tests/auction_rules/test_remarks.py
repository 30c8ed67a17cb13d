"""What each built-in rule remarks on in its own terms: said where it applies, and only there."""

import pytest

from auction_rules import remarks
from auction_rules.lint import lint
from auction_rules.registry import BUILT_IN, find
from tests.auction_rules.known import known

DAY = 86_400
LONG = {"max_extension_seconds": 3600}
OPEN = {"form": "OPEN", "step": "1", "confirm_seconds": 259_200}
ITEMS = [
    {"id": "L1", "start_price": "1000", "step": "10", "points": 1},
    {"id": "L2", "start_price": "1000", "step": "10", "points": 3},
]
CAP = {"cap_price": "15000", "grid": "MULTIPLE_OF_STEP"}
ONE_PRICE = {
    **CAP,
    "cap_sequel": "ONE_PRICE",
    "one_price_seconds": 300,
    "one_price_confirm_seconds": 300,
    "one_price_least": "15000",
    "one_price_most": "20000",
}
TOTALS = {
    **CAP,
    "max_jump_steps": 1,
    "cap_sequel": "SEALED_TOTAL",
    "total_seconds": 600,
    "total_equal": "LOTTERY",
}
BALLS = {"source": "BALLS"}


def joint(count, needed=0):
    """Chance from so many parties, of whom so many suffice."""
    parties = [{"id": f"p{n}", "zh": f"第{n}方", "en": f"Party {n}"} for n in range(count)]
    times = {"commit_seconds": 600, "reveal_seconds": 600}
    return {"source": "COMMIT_REVEAL", "parties": parties, "needed": needed, **times}


RANDOM_END = {"end_commit": None, "draws": joint(3, 2)}
MEAN = {"formula": "MEAN_DEDUCTION", "over_deduction": 60, "under_deduction": 30}
AFTER = {"first_refusal": "AFTER_BID", "equal_ranks": "EARLIER", "claim_seconds": 600}
IN_HALL = {"first_refusal": "IN_HALL_EQUAL", "equal_ranks": "EARLIER"}
LOTS = {"first_refusal": "IN_HALL_EQUAL", "equal_ranks": "DRAW", "claim_seconds": 600}
ONE_PHASE = {"quoting": "EXTENDED", "countdown_seconds": 0, "extension_seconds": 300}
SINGLE = {"quoting": "SINGLE", "countdown_seconds": 0}
LISTED = {"form": "LISTED", "closes": "2026-03-02T11:00:00+08:00", "countdown_seconds": 0}
SOCIAL = {"mode": "LOWEST", "funds": "SOCIAL"}
BROADCASTS = [{"at": "2026-03-25T10:00:00+08:00"}]
LATE = [{"at": "2026-03-25T14:56:00+08:00"}]
QUANTITY_CLOCK = {"form": "CLOCK", "tick_seconds": 30, "limit_quantity": "200"}

CASES = [
    ("english", {}, "NO_HARD_STOP", LONG),
    ("english", {}, "NO_HARD_STOP", {"max_extensions": 3}),
    ("english", {}, "NO_HARD_STOP", {"extension_seconds": 0}),
    ("far_adjustment", {}, "NO_HARD_STOP", LONG),
    ("far_adjustment", {}, "NO_HARD_STOP", {"cap_price": "6000"}),
    ("far_adjustment", {"quoting": "SEALED"}, "COUNT_HIDDEN", {"quoting": "OPEN"}),
    ("far_adjustment", {"quoting": "SEALED"}, "COUNT_HIDDEN", {"min_bidders": 2}),
    ("far_adjustment", {"equal": "DRAW"}, "DRAW_NEEDS_WITNESS", {"equal": "EARLIER"}),
    ("reverse_procurement", OPEN, "NO_EXTENSION", {**OPEN, "extension_seconds": 120}),
    ("reverse_procurement", OPEN, "NO_EXTENSION", {"form": "SEALED"}),
    ("reverse_procurement", {"min_offers": 2}, "FEWER_THAN_THREE", {"min_offers": 3}),
    (
        "reverse_procurement",
        {"confirm_seconds": 3 * DAY - 1},
        "SHORT_CONFIRMATION",
        {"confirm_seconds": 3 * DAY},
    ),
    ("turn_rounds", {"min_offers": 1}, "ONE_SUFFICES", {"min_offers": 2}),
    ("turn_rounds", {"pause_seconds": 0}, "NO_PAUSE", {"pause_seconds": 60}),
    ("turn_rounds", {"rounds": 1}, "ONE_ROUND", {"rounds": 2}),
    ("open_closed", {"least_finalists": 1}, "LONE_FINALIST", {"least_finalists": 2}),
    (
        "simultaneous",
        {"activity_basis_points": 4_999},
        "LOW_ACTIVITY",
        {"activity_basis_points": 5_000},
    ),
    ("simultaneous", {"items": ITEMS}, "OUT_OF_REACH", {"items": ITEMS, "eligibility_points": 3}),
    ("simultaneous", {"tie": "DRAWN_EACH_ROUND"}, "DRAW_NEEDS_WITNESS", {"tie": "EARLIER"}),
    (
        "simultaneous",
        {"withdrawals": 1},
        "FREE_WITHDRAWAL",
        {"withdrawals": 1, "withdrawal_basis_points": 300},
    ),
    ("multi_round", {"shortlist_count": 1}, "LONE_FINALIST", {"shortlist_count": 2}),
    ("car_plates", {"amendments": 0}, "BROADCAST_FOR_NOBODY", {"amendments": 1}),
    ("car_plates", {"broadcasts": LATE}, "LATE_BROADCAST", {"broadcasts": BROADCASTS}),
    ("quantity_bid", {"extension_seconds": 0}, "NO_EXTENSION", {"extension_seconds": 60}),
    ("quantity_bid", QUANTITY_CLOCK, "DRAW_NEEDS_WITNESS", {}),
    ("quantity_bid", {"extension_seconds": 0}, "NO_EXTENSION", QUANTITY_CLOCK),
    ("quantity_bid", {"step": 21}, "LARGE_STEP", {"step": 20}),
    ("quota", {"equal": "DRAW"}, "DRAW_NEEDS_WITNESS", {"equal": "EARLIER"}),
    ("quota", {"equal": "EARLIER"}, "FASTEST_AT_THE_CAP", {"equal": "DRAW"}),
    (
        "quota",
        {**LISTED, "bidder_limit": "99.9999"},
        "NEVER_FITS",
        {**LISTED, "bidder_limit": "100"},
    ),
    ("volume", {"bidder_limit": None}, "ONE_MAY_TAKE_ALL", {"bidder_limit": 999_999}),
    ("volume", {"margin": "DRAW"}, "DRAW_NEEDS_WITNESS", {"margin": "EARLIER"}),
    ("volume", {"margin": "PRO_RATA"}, "SHARES_INVITE_OVERASKING", {"margin": "EARLIER"}),
    ("volume", {"lines": 2}, "LAST_LINE_SETS_PRICE", {"lines": 1}),
    ("volume", {"lines": 2}, "LAST_LINE_SETS_PRICE", {"lines": 2, "pricing": "PAY_AS_BID"}),
    (
        "land_listing",
        {"listing_closes": "2026-03-12T08:59:59+08:00"},
        "SHORT_LISTING",
        {"listing_closes": "2026-03-12T09:00:00+08:00"},
    ),
    ("land_listing", CAP, "FASTEST_AT_THE_CAP", {}),
    ("land_listing", {**CAP, "cap_sequel": "POOL_LOTTERY"}, "DRAW_NEEDS_WITNESS", CAP),
    ("land_listing", TOTALS, "DRAW_NEEDS_WITNESS", {**TOTALS, "total_equal": "EARLIER"}),
    ("land_listing", ONE_PRICE, "AVERAGE_INVITES_AGREEMENT", CAP),
    (
        "mining_rights",
        {"listing_closes": "2026-03-16T08:59:59+08:00"},
        "SHORT_LISTING",
        {"listing_closes": "2026-03-16T09:00:00+08:00"},
    ),
    ("dutch", {"tick_seconds": 4}, "SHORT_TICK", {"tick_seconds": 5}),
    ("dutch", {"tie": "DRAW"}, "DRAW_NEEDS_WITNESS", {"draws": BALLS}),
    ("dutch", {"supply": 2}, "ONE_MAY_TAKE_ALL", {"supply": 2, "max_per_bidder": 1}),
    ("dutch", {"supply": 2}, "ONE_MAY_TAKE_ALL", {"supply": 1}),
    ("hybrid_dutch", {"tick_seconds": 4}, "SHORT_TICK", {"tick_seconds": 5}),
    ("hybrid_dutch", {"best_offer": "MATCH"}, "MATCHING_DETERS", {"best_offer": "EXCEED"}),
    ("japanese", {"tick_seconds": 14}, "SHORT_TICK", {"tick_seconds": 15}),
    ("japanese", {"tie": "DRAW"}, "DRAW_NEEDS_WITNESS", {"tie": "EARLIER"}),
    ("ascending_clock", {"rationing": "DRAW"}, "DRAW_NEEDS_WITNESS", {"rationing": "PRO_RATA"}),
    ("ascending_clock", {"missing": "AS_BEFORE"}, "SILENCE_BUYS", {"missing": "ZERO"}),
    ("ascending_clock", {"eligibility": 0}, "FIRST_ROUND_UNBOUND", {"eligibility": 10}),
    ("judicial", {"duration_seconds": DAY + 1}, "ENDS_AT_ANOTHER_HOUR", {"duration_seconds": DAY}),
    ("property_rights", SINGLE, "COUNT_HIDDEN", {"quoting": "REPEATED"}),
    ("property_rights", SINGLE, "COUNT_HIDDEN", {**SINGLE, "single_bidder": "NO_SALE"}),
    (
        "property_rights",
        AFTER,
        "REFUSAL_DETERS",
        {**AFTER, "raise_seconds": 300, "exercise": "AGAIN"},
    ),
    ("property_rights", LOTS, "DRAW_NEEDS_WITNESS", IN_HALL),
    ("property_rights", ONE_PHASE, "NO_HARD_STOP", {**ONE_PHASE, "max_extensions": 3}),
    ("property_rights", ONE_PHASE, "NO_HARD_STOP", {"quoting": "REPEATED"}),
    ("sealed_bid", {"min_bidders": 1}, "COUNT_HIDDEN", {"min_bidders": 2}),
    ("sealed_bid", {"tie": "DRAW"}, "DRAW_NEEDS_WITNESS", {"tie": "EARLIER"}),
    (
        "intermediary",
        {"mode": "RANDOM", "entry": "REGISTER"},
        "DRAW_NEEDS_WITNESS",
        {"mode": "LOWEST", "draws": BALLS},
    ),
    ("intermediary", {**SOCIAL, "min_bidders": 1}, "ONE_SUFFICES", {**SOCIAL, "min_bidders": 2}),
    # Equal in price and points: lots, whatever tells the others apart.
    ("opening", {"tie": "LOWER_PRICE"}, "DRAW_NEEDS_WITNESS", {"draws": BALLS}),
    ("hybrid_dutch", {}, "DRAW_NEEDS_WITNESS", {"draws": joint(3)}),
    ("hybrid_dutch", {"draws": joint(3, 2)}, "LAST_CAN_CHOOSE", {"draws": joint(3)}),
    ("sealed_bid", {"draws": BALLS}, "NOTHING_IS_DRAWN", {"tie": "DRAW", "draws": BALLS}),
    ("open_closed", RANDOM_END, "LAST_CAN_CHOOSE", {}),
    ("opening", MEAN, "AVERAGE_INVITES_AGREEMENT", {"formula": "LOWEST_RATIO"}),
    (
        "opening",
        {**MEAN, "mean_trimmed": True},
        "MEAN_OF_FEW",
        {**MEAN, "mean_trimmed": True, "min_bidders": 5},
    ),
]


def codes(name, terms):
    rule = find(name)
    return [r.code for r in lint(rule, rule.Config.model_validate({**rule.example, **terms}))]


@pytest.mark.parametrize(("name", "said", "code", "silent"), CASES)
def test_a_remark_is_made_where_it_applies_and_only_there(name, said, code, silent):
    assert code in codes(name, said)
    assert code not in codes(name, silent)


def test_every_built_in_rule_has_remarks_of_its_own_and_each_is_tested():
    assert set(remarks.BY_RULE) == {(rule.name, rule.version) for rule in BUILT_IN}
    assert {name for name, *_ in CASES} == {rule.name for rule in BUILT_IN}


@pytest.mark.parametrize(("rule", "terms"), [pytest.param(r, t, id=n) for n, r, t in known()])
def test_no_remark_is_made_twice_and_all_can_be_read(rule, terms):
    said = lint(rule, rule.Config.model_validate(terms))
    assert len(said) == len(set(said))
    for remark in said:
        assert remark.code.replace("_", "").isupper()
        assert remark.zh.endswith("。")
        assert not set(remark.zh) & set(",;:?!")
        assert remark.en.endswith(".")
        assert remark.en.isascii() or "“" in remark.en


def test_the_price_of_not_waiting_for_all_is_told_in_numbers():
    rule = find("hybrid_dutch")
    terms = rule.Config.model_validate({**rule.example, "draws": joint(5, 3)})
    (remark,) = [r for r in lint(rule, terms) if r.code == "LAST_CAN_CHOOSE"]
    assert remark.zh.startswith("5 方中有 3 方揭示即可：")
    assert remark.en.startswith("3 of 5 parties suffice: ")


def test_a_sealed_seed_for_a_random_end_is_no_draw():
    assert "DRAW_NEEDS_WITNESS" not in codes("open_closed", {})
    assert "NOTHING_IS_DRAWN" not in codes("open_closed", RANDOM_END)


def test_another_version_of_a_name_is_not_asked_about_terms_it_does_not_have():
    class Newer:
        name, version = "dutch", "2"

    assert remarks.of(Newer(), object()) == ()
