"""What the notice says of the source of chance; see `says` and `draw_terms`.

Where the terms name a source, their own line says which. Where they leave it out, an officer types
the seed, and a notice that is silent about that would hide who could choose a result. Balls are
drawn by hand: of them no sentence may speak as of a number. What it is not: the draw (`draw`).
"""

from __future__ import annotations

from typing import Any, Final

from auction_rules.draw_terms import QUICKNET_CHAIN, Beacon, Source, draws_of
from auction_rules.says import LOTS, Says, both
from auction_rules.terms import RuleConfig, Text

_OFFICER: Final = both(
    "摇号的随机种子由工作人员录入，记录载明录入人",
    "an officer types in the seed of the draw, and the record says who did",
)
_DRAND: Final = both(
    f"随机信标的每期签名可用其公钥核验，公钥由链散列 {QUICKNET_CHAIN} 确定",
    "the signature of each round of the beacon can be verified with its public key, which the chain "
    f"hash {QUICKNET_CHAIN} determines",
)
_LOTS_BY_HAND: Final = both(
    "相同的，以摇号确定；摇号名单在摇球之前固定并公布，摇出的次序由双人录入并公开",
    "lots decide among equal ones; the pool is fixed and published before any ball is drawn, and "
    "the order drawn is typed in by two and public",
)
_SEEN_BY_HAND: Final = both(
    "名单在摇球之前固定并公布，摇出的次序由双人录入并公开",
    "the pool is fixed and published before any ball is drawn, and the order drawn is typed in by "
    "two and public",
)


def sourced(rule: Any, terms: RuleConfig, said: Says) -> Says:
    """What a rule says of itself, with where the chance comes from when it draws."""
    if by_hand(terms):
        return {
            topic: tuple(_LOTS_BY_HAND if text == LOTS else text for text in texts)
            for topic, texts in said.items()
        }
    if draws_of(terms).beacon is Beacon.DRAND_QUICKNET:
        return {**said, "tie": (*said.get("tie", ()), _DRAND)}
    named = getattr(terms, "draws", None) is not None
    if named or all(line.kind != "draw" for line in rule.programme(terms)):
        return said
    return {**said, "tie": (*said.get("tie", ()), _OFFICER)}


def by_hand(terms: RuleConfig) -> bool:
    """Whether balls are drawn."""
    return draws_of(terms).source is Source.BALLS


def seen(terms: RuleConfig, kind: str, text: Text) -> Text:
    """What everybody sees of a stage; of balls no number is told."""
    return _SEEN_BY_HAND if kind == "draw" and by_hand(terms) else text
