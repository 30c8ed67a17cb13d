"""Which terms a remark is about, so that a form can show it beside them.

A remark of `auction_rules.lint` is a sentence. Those that name a term by its title are found by
that; the others by their code. What it is not: a judgement; a remark that is about no single term
stands with the prose alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from auction_rules.remark import Remark
from auction_rules.terms import RuleConfig

ABOUT: Final[Mapping[str, tuple[str, ...]]] = {
    "ADDITIONS_OUTWEIGH_PRICE": ("point_addition", "price_weight"),
    "AVERAGE_INVITES_AGREEMENT": ("winner", "formula", "mode", "eligibility"),
    "AVERAGE_OF_FEW": ("min_bidders", "min_offers"),
    "BROADCAST_FOR_NOBODY": ("broadcasts",),
    "CAP_NOT_ALIGNED": ("cap_price", "ceiling"),
    "COUNT_HIDDEN": ("quoting", "min_bidders", "min_offers"),
    "DRAW_WITHOUT_CAP": ("cap_price", "equal"),
    "DRAW_NEEDS_WITNESS": (
        *("draws", "equal", "tie", "cap_sequel"),
        *("sealed_tie", "equal_ranks", "residue", "margin"),
    ),
    "ENDS_AT_ANOTHER_HOUR": ("duration_seconds",),
    "EXTENSION_INSIDE_WINDOW": ("trigger_window_seconds", "extension_seconds"),
    "FASTEST_AT_THE_CAP": ("cap_price", "cap_sequel"),
    "FEWER_THAN_THREE": ("min_offers",),
    "FIRST_ROUND_UNBOUND": ("eligibility_points", "eligibility"),
    "FREE_WITHDRAWAL": ("withdrawal_basis_points", "withdrawals"),
    "LARGE_STEP": ("step",),
    "LAST_LINE_SETS_PRICE": ("pricing",),
    "LATE_BROADCAST": ("broadcasts",),
    "LONE_FINALIST": ("least_finalists", "short_list"),
    "LOW_ACTIVITY": ("activity_basis_points",),
    "MATCHING_DETERS": ("best_offer", "first_refusal", "exercise"),
    "MEAN_OF_FEW": ("mean_trimmed", "formula"),
    "NEVER_FITS": ("parcels", "max_per_bidder"),
    "NEVER_SOLD": ("min_bidders",),
    "NO_EXTENSION": ("extension_seconds", "countdown_seconds"),
    "NO_LATE_CAP": ("last_average", "late_cap_from"),
    "NO_HARD_STOP": ("max_extensions", "max_extension_seconds"),
    "NO_PAUSE": ("pause_seconds",),
    "ONE_MAY_TAKE_ALL": ("max_per_bidder", "bidder_limit", "limit_quantity"),
    "ONE_ROUND": ("rounds",),
    "ONE_SUFFICES": ("min_offers", "min_bidders", "min_entrants", "single_bidder", "last_one"),
    "OUT_OF_REACH": ("items",),
    "POINTS_HANG_ON_OTHERS": ("formula",),
    "QUOTA_NOT_SCARCE": ("quota_area", "quota_parcels"),
    "REFUSAL_DETERS": ("first_refusal", "exercise"),
    "RESERVE_ABOVE_CAP": ("reserve",),
    "RESERVE_IDLE": ("reserve",),
    "SHARES_INVITE_OVERASKING": ("margin", "rationing"),
    "SHORT_CONFIRMATION": ("confirm_seconds",),
    "SHORT_LISTING": ("listing_closes", "quoting_closes", "closes"),
    "SHORT_TICK": ("tick_seconds", "round_seconds"),
    "SILENCE_BUYS": ("missing",),
    "TINY_STEP": ("step",),
}
"""By code: names of terms, of which the first that these terms have is meant."""


def about(remark: Remark, terms: RuleConfig) -> list[str]:
    """Names of the terms a remark is about; none where it is about the whole."""
    fields = type(terms).model_fields
    titled = [name for name, field in fields.items() if f"“{field.title}”" in remark.zh]
    if titled:
        return titled
    return list(_by_code(remark.code, fields))[:1]


def _by_code(code: str, fields: Mapping[str, object]) -> Iterator[str]:
    yield from (name for name in ABOUT.get(code, ()) if name in fields)
