"""Where in the notice a term is told, and which terms say nothing under the others.

By the names of the terms, which are the same in all rules that mean the same. What is not here:
the wording, which is `prose`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from auction_rules.terms import RuleConfig

# A term belongs to the first topic whose pattern its name meets.
_TOPICS: Final[Mapping[str, str]] = {
    "other": r"^(least_finalists|margin_basis_points|trim_)",
    "step": r"^(least_raise|proxy|proxy_(overtake|keeps_time|to_reserve))$",
    "ceiling": r"^(cap_trigger|one_price_(least|most|quantum|entry)|total_(most|step)|"
    r"(more_)?indicator.*)$",
    "tie": r"^(margin|rationing)$|tie|equal|near_|^draw|residue",
    "what": r"^(sale|lot|lots|items|parcels|products|supply|quota|units$|lines|price$|basis|wins|form$)|"
    r"quantity",
    "result": r"^(pays|last_one|first_refusal|exercise|mode|winner|pricing|misfit|distance|best_offer|formula|price_weight|experts|"
    r"award)|_deduction$|_addition$|_trimmed$|preference",
    "failure": r"^(single_bidder|listing_extension|after_extensions|on_missing)",
    "extension": r"extension|countdown|trigger|restart|candle|random_|^end_commit$",
    "when": r"^(last_hour|eligibility|timed_needs)$|_seconds$|_open|_clos|^opens|^closes|start$|latest|rounds?($|_)|tick|^clock|pause|"
    r"begin|(^|_)ends?($|_)",
    "unsold": r"^resume(_|$)|^min_|least|reserve|undersubscribed|one_suffices|one_bidder|fallback",
    "sight": r"^(quoting|escrow|trustees|threshold)$|sealed|visib|broadcast|disclos|shown|told|commit|rivals",
    "more": r"cap|ceiling|limit_|upper|above",
    "rest": r"start|step|grid|jump|raise|last_price|amend|better|direction|withdraw",
}
_MEANT: Final[Mapping[str, str]] = {"more": "ceiling", "rest": "step", "unsold": "failure"}
"""Patterns that are tried late stand for a topic that others of its patterns are tried for early."""
# A term that says nothing under the value of another would only puzzle, or be taken for a promise.
_IDLE: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    (r"proxy_", "proxy", ("ALLOWED",)),
    (r"one_price_", "cap_sequel", ("ONE_PRICE",)),
    (r"total_", "cap_sequel", ("SEALED_TOTAL",)),
    (r"over_cap$", "cap_trigger", ("AT_CAP",)),
    (r"indicator", "cap_sequel", ("NEXT_INDICATOR",)),
    (r"(distance|near_tie|trim_)", "winner", ("NEAREST_AVERAGE",)),
    (r"(residue|rounding)$", "margin", ("PRO_RATA",)),
    (r"mean_trimmed$", "formula", ("MEAN_DEDUCTION",)),
    (r"price_weight$", "formula", ("LOWEST_RATIO", "LINEAR", "MEAN_DEDUCTION", "COEFFICIENT")),
    (r"escrow$", "quoting", ("SINGLE",)),
    (r"escrow$", "entry", ("QUOTE",)),
    (r"escrow$", "form", ("SEALED",)),
)
_NEEDS: Final[Mapping[str, str]] = {
    r"(cap_sequel|cap_trigger|over_cap)": "cap_price",
    r"late_cap": "last_average",
    r"experts_trimmed": "experts",
    r"tie$": "tick_seconds",
    r"(extension_|duration_seconds|grid$|min_bidders$)": "in_the_open",
    r"automatic_waivers": "waivers",
    r"(countdown_mode|trigger)$": "each_extension",
    r"one_suffices_told$": "one_suffices_told",
    r"trim_": "broadcasts",
}
"""Terms that say nothing where another one has no value."""


def topic_of(name: str) -> str:
    """The topic under which a term of this name is told; `other` where none claims it."""
    topic = next((t for t, pattern in _TOPICS.items() if re.search(pattern, name)), "other")
    return _MEANT.get(topic, topic)


def idle(terms: RuleConfig, name: str) -> bool:
    """Whether the term of this name says nothing under these terms."""
    for pattern, other, values in _IDLE:
        if re.match(pattern, name) and str(getattr(terms, other, values[0])) not in values:
            return True
    return any(
        re.match(pattern, name) and hasattr(terms, other) and not getattr(terms, other)
        for pattern, other in _NEEDS.items()
    )
