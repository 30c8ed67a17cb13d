"""Whether an offer binds (不得撤回), in words for the notice: how often it may be changed, stage by stage.

What it is: for the stages that take offers, what each does when a bidder wants to take his offer back
or replace it (拍卖法 art. 36, DOMAIN §0 and §11: a recorded offer stands), and what silence means where
a stage asks who goes on. What it is not: the refusal itself, which is the stage's. Rounds and turns
have terms of their own for it, and a stage of a plug-in that is none of ours is not spoken for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from auction_rules.program import Stage, Staged
from auction_rules.says import both
from auction_rules.stages.cancel import Cancellable
from auction_rules.stages.candle import Candle
from auction_rules.stages.gate import Gate, nobody
from auction_rules.stages.indicator import Indicator
from auction_rules.stages.one_price import OnePrice
from auction_rules.stages.outcry import Outcry
from auction_rules.stages.sealed import Sealed
from auction_rules.terms import RuleConfig, Text

TOLD: Final = frozenset({"amendments", "may_withdraw"})
"""The terms that these sentences tell."""
_STANDS: Final = both("报价一经受理，不得撤回", "an offer that was accepted cannot be withdrawn")
_ONE_EACH: Final = both(
    "每人只能报价一次，报出后不得更改或者撤回",
    "each makes one offer, which can be neither changed nor withdrawn",
)
_SILENCE: Final = both(
    "在时限内未答复的，视为放弃", "whoever does not answer in time has waived his right"
)
_UNASKED: Final = both(
    "自动进入的无须答复，其他人在时限内未答复的，视为放弃",
    "those who go on by themselves need not answer, and whoever else does not answer in time has "
    "waived his right",
)


def binding(rule: Any, terms: RuleConfig) -> Iterator[Text]:
    """How far offers bind: one clause for all stages of which the same is true."""
    yield from _grouped(rule, terms, _offers)


def silence(rule: Any, terms: RuleConfig) -> Iterator[Text]:
    """What no answer means, where a stage asks who goes on; to register is another thing."""
    yield from _grouped(rule, terms, _answers)


def tells(rule: Any, terms: RuleConfig) -> frozenset[str]:
    """The terms that need no line of their own beside `binding`."""
    ours = isinstance(rule, Staged)
    return TOLD if ours and any(isinstance(s, Sealed) for s in rule.stages(terms)) else frozenset()


def _grouped(rule: Any, terms: RuleConfig, of: Any) -> Iterator[Text]:
    if not isinstance(rule, Staged):
        return
    stages = rule.stages(terms)
    found: dict[tuple[str, str], list[Text]] = {}
    for place, stage in enumerate(stages):
        said: Text | None = of(stage, place)
        titles = found.setdefault((said["zh"], said["en"]), []) if said else []
        if stage.title not in titles:
            titles.append(stage.title)
    for (zh, en), titles in found.items():
        if len(stages) == 1:
            yield both(zh, en)
            continue
        names = both(
            "".join(f"“{title['zh']}”" for title in titles),
            ", ".join(f"“{title['en']}”" for title in titles),
        )
        yield both(f"{names['zh']}阶段：{zh}", f"in {names['en']} {en}")


def _offers(stage: Stage, place: int) -> Text | None:
    del place
    if isinstance(stage, Cancellable):
        return None  # what may be done again there its rule says
    if isinstance(stage, Sealed):
        return _sealed(stage)
    if isinstance(stage, OnePrice):
        return _ONE_EACH
    return _STANDS if isinstance(stage, Outcry | Candle | Indicator) else None


def _sealed(stage: Sealed) -> Text:
    """How often an offer may be replaced; beside it, whether it may be taken back."""
    back = (
        both("截止前可以撤回", "it may be withdrawn until the close")
        if stage.cancels
        else both("不得撤回", "it cannot be withdrawn")
    )
    match stage.amendments:
        case 0 if not stage.slots and not stage.cancels:
            return _ONE_EACH
        case 0:
            changed = both("报价提交后不得更改", "an offer cannot be changed once it is made")
        case None:
            changed = both(
                "截止前可以更改报价，以最后一次有效报价为准",
                "until the close an offer may be replaced, and the last valid one counts",
            )
        case often:
            times = "once" if often == 1 else f"{often} times"
            changed = both(
                f"截止前可以更改报价 {often} 次，以最后一次有效报价为准",
                f"until the close an offer may be replaced {times}, and the last valid one counts",
            )
    return both(f"{changed['zh']}，{back['zh']}", f"{changed['en']}; {back['en']}")


def _answers(stage: Stage, place: int) -> Text | None:
    if not isinstance(stage, Gate) or place == 0:
        return None
    return _SILENCE if stage.automatic is nobody else _UNASKED


__all__ = ["binding", "silence", "tells"]
