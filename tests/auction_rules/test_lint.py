"""What is said about terms before they are published."""

import pytest

from auction_rules import english, far_adjustment
from auction_rules.english_terms import EnglishTerms
from auction_rules.lint import Remark, lint
from auction_rules.registry import rules
from auction_rules.terms import term

# Where the extensions have no limit there is a remark of its own (test_remarks.py).
LIMIT = {"max_extension_seconds": 7200}
ENGLISH = {**english.RULE.example, **LIMIT}
FAR = {**far_adjustment.RULE.example, **LIMIT}
ONE = {"id": "P1", "added_area": "100"}
TWO = {"id": "P2", "added_area": "50"}

CASES = [
    (ENGLISH, {}, []),
    (ENGLISH, {"extension_seconds": 59}, ["SHORT_WINDOW"]),
    (ENGLISH, {"extension_seconds": 60}, []),
    (ENGLISH, {"extension_seconds": 0}, ["NO_EXTENSION"]),
    (ENGLISH, {"trigger_window_seconds": 301}, ["EXTENSION_INSIDE_WINDOW"]),
    (ENGLISH, {"trigger_window_seconds": 301, "extension_mode": "EXTEND"}, []),
    (ENGLISH, {"trigger_window_seconds": 300}, []),
    (ENGLISH, {"max_extension_seconds": 30}, []),
    (ENGLISH, {"duration_seconds": 1}, ["SHORT_WINDOW"]),
    (ENGLISH, {"step": "200000"}, []),
    (ENGLISH, {"step": "200000.01"}, ["LARGE_STEP"]),
    (ENGLISH, {"step": "10"}, []),
    (ENGLISH, {"step": "9.99"}, ["TINY_STEP"]),
    (ENGLISH, {"reserve": "1000000"}, ["RESERVE_IDLE"]),
    (ENGLISH, {"reserve": "1000000.01"}, []),
    (ENGLISH, {"opens": "2026-03-02T07:59:59+08:00"}, ["OUT_OF_HOURS"]),
    (ENGLISH, {"opens": "2026-03-02T00:00:00Z"}, []),
    (ENGLISH, {"opens": "2026-03-02T20:00:00+08:00"}, ["OUT_OF_HOURS"]),
    (FAR, {}, []),
    (FAR, {"quoting_closes": "2026-03-02T09:00:59+08:00"}, ["SHORT_WINDOW"]),
    (FAR, {"quoting_closes": "2026-03-02T09:01:00+08:00"}, []),
    (FAR, {"quota_area": "55000"}, ["QUOTA_NOT_SCARCE"]),
    (FAR, {"quota_area": "54999"}, []),
    (FAR, {"quota_area": "29999"}, ["NEVER_FITS"]),
    (FAR, {"quota_area": "29999", "misfit": "PARTIAL"}, []),
    (FAR, {"min_bidders": 3}, ["NEVER_SOLD"]),
    (FAR, {"min_bidders": 2}, []),
    (FAR, {"parcels": [ONE, TWO], "quota_area": "49"}, ["NEVER_FITS", "NEVER_FITS"]),
    (FAR, {"grid": "MIN_STEP", "cap_price": "4150"}, ["CAP_NOT_ALIGNED"]),
    (FAR, {"grid": "MIN_STEP", "cap_price": "4100"}, []),
    (FAR, {"confirm_seconds": 30, "eligibility": "CONFIRMED"}, ["SHORT_WINDOW"]),
    (FAR, {"preparation_seconds": 30}, []),
]


@pytest.mark.parametrize(("example", "terms", "codes"), CASES)
def test_remarks(example, terms, codes):
    rule = english.RULE if example is ENGLISH else far_adjustment.RULE
    remarks = lint(rule, rule.Config.model_validate({**example, **terms}))
    assert [remark.code for remark in remarks] == codes


def test_reserve_above_a_cap():
    """No rule of these two has both; the terms of one that does are enough."""

    class Terms(EnglishTerms):
        cap_price: int = term("最高限价", "Cap", default=0)

    def codes(**terms):
        return [r.code for r in lint(english.RULE, Terms.model_validate({**ENGLISH, **terms}))]

    assert codes(cap_price=200_000_000, reserve=200_000_001) == ["RESERVE_ABOVE_CAP"]
    assert codes(cap_price=200_000_000, reserve=200_000_000) == []


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_remarks_on_examples_can_be_read(rule):
    terms = rule.Config.model_validate(rule.example)
    for remark in lint(rule, terms):
        assert remark.code.isupper()
        assert not remark.zh.isascii()
        assert remark.en.strip()
    assert lint(rule, terms) == lint(rule, rule.Config.model_validate(rule.example))


def test_a_rule_without_remarks_of_its_own():
    class Bare:
        direction = english.RULE.direction
        programme = english.RULE.programme

    terms = EnglishTerms.model_validate({**ENGLISH, "extension_seconds": 0})
    assert lint(Bare(), terms) == ()
    assert isinstance(lint(english.RULE, terms)[0], Remark)
