"""What the notice says of taking an offer back: a recorded offer stands (DOMAIN §0, §11; M08, M20)."""

import pytest

from auction_rules.binding import binding, silence, tells
from auction_rules.prose import topic
from auction_rules.registry import find

OPEN = "报价一经受理，不得撤回"
ONCE = "每人只能报价一次，报出后不得更改或者撤回"
CAPPED = {
    "cap_price": "12000",
    "cap_sequel": "ONE_PRICE",
    "one_price_least": "12000",
    "one_price_most": "14000",
    "one_price_quantum": "1",
    "one_price_confirm_seconds": 300,
    "one_price_seconds": 300,
}


def bound(name, **terms):
    rule = find(name)
    return rule, rule.Config.model_validate({**rule.example, **terms})


def chinese(name, **terms):
    return [text["zh"] for text in binding(*bound(name, **terms))]


@pytest.mark.parametrize("name", ["english", "judicial"])
def test_an_open_offer_stands(name):
    assert chinese(name) == [OPEN]


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"amendments": 0}, ONCE),
        ({"amendments": 2}, "截止前可以更改报价 2 次，以最后一次有效报价为准，不得撤回"),
        ({"amendments": 0, "may_withdraw": True}, "报价提交后不得更改，截止前可以撤回"),
    ],
)
def test_a_sealed_offer_is_changed_as_often_as_the_terms_say(terms, said):
    assert chinese("sealed_bid", **{"tie": "EARLIER", **terms}) == [said]


def test_an_offer_to_a_tender_is_free_until_the_deadline():
    (said,) = chinese("opening")
    assert said == (
        "“递交投标文件”阶段：截止前可以更改报价，以最后一次有效报价为准，截止前可以撤回"
    )


def test_one_price_is_named_once_and_silence_is_a_waiver():
    rule, terms = bound("land_listing", **CAPPED)
    assert f"“一次报价”阶段：{ONCE}" in chinese("land_listing", **CAPPED)
    assert [text["zh"] for text in silence(rule, terms)] == [
        "“一次报价确认”阶段：在时限内未答复的，视为放弃"
    ]
    assert "视为放弃" in topic(rule, terms, "when")["zh"]


def test_who_goes_on_by_himself_waives_nothing():
    rule, terms = bound("land_listing", **CAPPED, one_price_entry="BIDDERS_AUTOMATIC")
    (said,) = silence(rule, terms)
    assert "自动进入的无须答复" in said["zh"]
    assert "by themselves need not answer" in said["en"]


def test_registering_is_no_question_that_silence_answers():
    assert list(silence(*bound("intermediary", entry="REGISTER", mode="RANDOM"))) == []


def test_what_can_be_taken_back_is_not_said_to_stand():
    """MECHANISMS M20: a no in the sealed window cancels; only the best offer stands."""
    assert chinese("hybrid_dutch") == [f"“停钟者最佳报价”阶段：{OPEN}"]


def test_a_rule_without_sealed_offers_keeps_its_lines():
    assert tells(*bound("english")) == frozenset()
    assert tells(*bound("sealed_bid")) == {"amendments", "may_withdraw"}


def test_a_rule_that_is_no_programme_is_not_spoken_for():
    assert list(binding(object(), bound("english")[1])) == []
