"""Every installed rule with every set of terms it comes with: its example, and its presets."""

from collections.abc import Iterator, Mapping
from typing import Any

from auction_rules.registry import rules
from auction_rules.rule import Rule

# What a preset leaves for the centre to fill in, because it follows from prices.
FILLED_IN: Mapping[str, Mapping[str, Any]] = {
    "cap_lottery": {"cap_price": "15000"},
    "one_price": {
        "cap_price": "15000",
        "one_price_least": "15000",
        "one_price_most": "20000",
    },
    "capped": {"cap_price": "4500"},
    "hangzhou": {"last_average": "7000", "late_cap_from": "2026-03-25T14:00:00+08:00"},
    "join_lottery": {"cap_price": "15000"},
    "one_price_taicang": {
        "cap_price": "12500",
        "one_price_least": "12500",
        "one_price_most": "13500",
    },
    "one_price_suzhou": {
        "cap_price": "12500",
        "one_price_least": "12500",
        "one_price_most": "15000",
    },
    "sealed_total": {"cap_price": "10400"},
    "indicators": {
        "cap_price": "10400",
        "indicator_start": "100",
        "indicator_step": "100",
        "indicator_most": "300",
        "more_indicators": [
            {"kind": "SELF_HELD_AREA", "start": "50", "step": "50", "most": "200"},
        ],
    },
    "housing_area": {
        "cap_price": "15000",
        "indicator_start": "1000",
        "indicator_step": "100",
        "indicator_most": "5000",
    },
}


def known() -> Iterator[tuple[str, Rule, Mapping[str, Any]]]:
    """Name, rule and terms; a preset gives what a published rule fixes, the example the rest."""
    for rule in rules():
        yield f"{rule.name}-example", rule, dict(rule.example)
        for name, preset in getattr(rule, "presets", {}).items():
            terms = {**FILLED_IN.get(name, {}), **preset["terms"]}
            yield f"{rule.name}-{name}", rule, {**rule.example, **terms}
