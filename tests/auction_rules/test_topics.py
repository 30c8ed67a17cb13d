"""Every term of every rule is told under the topic a reader would look for it."""

import re
from pathlib import Path

import pytest

from auction_rules import prose
from auction_rules.registry import find
from auction_rules.topics import idle, topic_of

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("sealed_seconds", "when"),
        ("confirm_seconds", "when"),
        ("extension_seconds", "extension"),
        ("end_commit", "extension"),
        ("least_raise", "step"),
        ("start_price", "step"),
        ("opens", "when"),
        ("closes", "when"),
        ("cap_price", "ceiling"),
        ("ceiling", "ceiling"),
        ("one_price_least", "ceiling"),
        ("margin", "tie"),
        ("margin_basis_points", "other"),
        ("least_finalists", "other"),
        ("near_tie", "tie"),
        ("rivals", "sight"),
        ("mode", "result"),
        ("pricing", "result"),
        ("preference_basis_points", "result"),
        ("min_bidders", "failure"),
        ("fallback", "failure"),
        ("resume", "failure"),
        ("supply", "what"),
        ("funds", "other"),
        ("indicator_start", "ceiling"),
        ("indicator_step", "ceiling"),
        ("more_indicators", "ceiling"),
        ("one_price_quantum", "ceiling"),
        ("listing_extension_seconds", "failure"),
        ("listing_extensions", "failure"),
        ("after_extensions", "failure"),
        ("single_bidder", "failure"),
        ("eligibility", "when"),
        ("timed_needs", "when"),
        ("escrow", "sight"),
    ],
)
def test_the_topic_of_a_term(name, topic):
    assert topic_of(name) == topic


@pytest.mark.parametrize(
    ("rule", "terms", "name", "silent"),
    [
        ("sealed_bid", {}, "near_tie", True),
        ("sealed_bid", {"winner": "NEAREST_AVERAGE"}, "near_tie", False),
        ("volume", {}, "residue", True),
        ("volume", {"margin": "PRO_RATA"}, "residue", False),
        ("opening", {}, "mean_trimmed", True),
        ("opening", {}, "experts_trimmed", False),
        (
            "opening",
            {"experts": [], "price_weight": 100, "experts_trimmed": False},
            "experts_trimmed",
            True,
        ),
        ("english", {}, "proxy_equal", True),
        ("english", {"proxy": "ALLOWED"}, "proxy_equal", False),
        ("english", {}, "start_price", False),
        ("land_listing", {}, "cap_sequel", True),
        ("car_plates", {}, "late_cap_percent", True),
    ],
)
def test_a_term_is_idle_where_another_one_makes_it_so(rule, terms, name, silent):
    found = find(rule)
    config = found.Config.model_validate({**found.example, **terms})
    assert idle(config, name) is silent


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_form_and_the_notice_call_a_topic_by_one_name(lang):
    words = (ROOT / "desks" / "src" / "i18n" / f"wizard.{lang}.ts").read_text(encoding="utf-8")
    titles = dict(re.findall(r'"topic\.(\w+)": "([^"]+)"', words))
    rule = find("english")
    terms = rule.Config.model_validate(rule.example)
    colon = {"zh": "：", "en": ":"}[lang]
    heads = {name: prose.topic(rule, terms, name)[lang].partition(colon)[0] for name in titles}
    assert len(heads) == 10
    assert titles == heads
