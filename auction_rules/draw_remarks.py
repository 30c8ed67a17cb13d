"""Remarks on the source of chance: who could choose a result, and whether anything is drawn at all.

They look at the programme and at the record of `draw_terms`, so they serve every rule that draws,
also one from elsewhere. What it is not: a check; a centre may have its reasons.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from auction_rules.draw_terms import Draws, Source, draws_of
from auction_rules.remark import DRAW, Remark
from auction_rules.terms import RuleConfig


def of(rule: Any, terms: RuleConfig) -> Iterator[Remark]:
    """What the drafter should hear about draws under these terms of a `Rule`."""
    kinds = {line.kind for line in rule.programme(terms)}
    draws = draws_of(terms)
    if "draw" in kinds and draws.source is Source.OFFICERS:
        yield DRAW
    if draws.source is Source.COMMIT_REVEAL and draws.quorum < len(draws.parties):
        yield _last_chooses(draws)
    if getattr(terms, "draws", None) is not None and not kinds & {"draw", "seed"}:
        yield Remark(
            "NOTHING_IS_DRAWN",
            "约定了摇号方式，但按现有条款不会摇号：请核对同价处理方式，或删去摇号方式。",
            "A source of chance is named, and under these terms nothing is ever drawn: "
            "see how equal offers are told apart, or leave the source out.",
        )


def _last_chooses(draws: Draws) -> Remark:
    """docs/decisions/0014: the price of not depending on everybody."""
    count, needed = len(draws.parties), draws.quorum
    return Remark(
        "LAST_CAN_CHOOSE",
        f"{count} 方中有 {needed} 方揭示即可：最后一方先看到结果，"
        "可在揭示与不揭示之间挑选。能等齐的，应要求各方全部揭示。",
        f"{needed} of {count} parties {'suffices' if needed == 1 else 'suffice'}: the last one knows "
        "the result first, and can choose between showing its secret and keeping it. Ask for all of them where you can wait.",
    )
