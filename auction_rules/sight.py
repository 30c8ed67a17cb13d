"""Who sees what in each stage, in words for the notice: by the kind of the stage, then by what is sealed.

What it is not: the disclosure, which the stages decide and the house keeps; nor what is told after
each tick or round of a clock, which the rule that runs the clock says itself (`says`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from auction_rules.program import Stage
from auction_rules.rule import Disclosure
from auction_rules.says import both
from auction_rules.stages.escrowed import Escrowed
from auction_rules.stages.one_price import OnePrice
from auction_rules.stages.outcry import Outcry
from auction_rules.stages.sealed import Sealed
from auction_rules.terms import Text

_OPEN: Final = both("报价公开，只显示竞买号牌", "offers are open, under bidder numbers only")
_KINDS: Final[Mapping[str, Text]] = {
    "draw": both(
        "名单在取得随机数之前固定并公布，随机数和摇号结果公开，任何人可以复核",
        "the pool is fixed and published before any entropy is known, the entropy and the order are "
        "public, and anybody can check them",
    ),
    "frozen": both(
        "不接受报价，此前的报价仍然公开，只显示竞买号牌",
        "no offer is taken, and those made before stay open, under bidder numbers only",
    ),
    "gate": both("各人的答复公开，只显示竞买号牌", "answers are open, under bidder numbers only"),
    "claim": both("各人的答复公开，只显示竞买号牌", "answers are open, under bidder numbers only"),
    "reserve": both(
        "报价已经公开，保留价录入时只公布其承诺值，至此由录入人揭示金额，与承诺值核对后公开",
        "offers are open, of a reserve only its commitment was shown when it was entered, and now "
        "whoever entered it shows the amount, which is checked against the commitment and public",
    ),
    "seed": both(
        "报价公开，只显示竞买号牌，种子揭示后公开，任何人可以复核",
        "offers are open, under bidder numbers only, and the seed is public once shown, so that "
        "anybody can check it",
    ),
}
_SEALED: Final = both(
    "报价密封，仅本人可见，报价人数也不公布",
    "offers are sealed, each sees his own, and not how many there are",
)
_SEALED_KINDS: Final[Mapping[str, Text]] = {
    "clock": both("答复密封，仅本人可见", "answers are sealed, and each sees his own"),
    "read_out": both(
        "解密时限届满之前报价仍然密封，届满时已解密的报价一并唱标公开",
        "offers stay sealed until the time for opening ends, and those that opened are then read "
        "out together",
    ),
    "unsealing": both(
        "全部解密或者最后一个解密阶段届满之前，报价仍然密封，其后已解密的报价一并公开",
        "offers stay sealed until all are opened or the last stage of opening ends, and those that "
        "opened are then shown together",
    ),
}
_OPENED: Final = both("，截止后一并公开", ", and all are opened together when it closes")
_ACTS: Final = both(
    "各人在本轮或本次发言中的操作仅本人可见，该轮或该次发言结束后公布",
    "what each does is told to him alone until the round, or his turn, is over",
)
_SCORES: Final = both(
    "评分密封至全部提交后公开", "points are sealed until all are in, and then open"
)
_CHOICE: Final = both("选取结果录入后公开", "the choice is public once it is entered")


def sight(kind: str, seen: Disclosure) -> Text:
    """What everybody sees of a stage of this kind, with its disclosure at its beginning."""
    if seen.sealed:
        return _SEALED_KINDS.get(kind, _SEALED)
    if kind in _KINDS:
        return _KINDS[kind]
    if seen.acts_sealed:
        return _ACTS
    if kind == "panel":
        return _SCORES if seen.scores_sealed else _CHOICE
    return _OPEN


def opened(told: Text, stage: Stage | None, seen: Disclosure) -> Text:
    """What is told of a sealed stage, with its opening where its own end is that."""
    ends = isinstance(stage, OnePrice) or (isinstance(stage, Outcry) and stage.sealed)
    ends = ends or (isinstance(stage, Sealed) and stage.open_at_end)
    if not seen.sealed or not ends or isinstance(stage, Escrowed):
        return told
    return {lang: told[lang] + _OPENED[lang] for lang in told}
