"""Sentences that several rules say about themselves in the notice (公告); see `prose`.

What it is: the wording of what a rule fixes and no term can change: who wins, how equal offers
are told apart, what follows when too few come. What it is not: a judgement; the rule judges.

A rule's `says` gives sentences by topic: `best` (which offer is the better one, where that is
not simply the higher or the lower), `result`, `step`, `extension`, `tie`, `ceiling`, `sight` and
`failure`. They stand before the lines of the terms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from auction_rules.terms import Text

Says: TypeAlias = Mapping[str, tuple[Text, ...]]


def both(zh: str, en: str) -> Text:
    """A clause in both languages, without its full stop."""
    return {"zh": zh, "en": en}


def joined(*parts: Says) -> Says:
    """What each part says, topic by topic, the first part first."""
    topics = dict.fromkeys(topic for part in parts for topic in part)
    return {topic: tuple(t for part in parts for t in part.get(topic, ())) for topic in topics}


def in_words(seconds: int) -> Text:
    """A length of time in the largest of hours, minutes and seconds that it is whole in.

    Whole days only beyond three of them: rules speak of 24 and of 72 hours, and of five days.
    """
    days, rest = divmod(seconds, 86_400)
    if days > 3 and not rest:
        return both(f"{days} 日", f"{days} days")
    for size, zh, en in ((3_600, "小时", "hour"), (60, "分钟", "minute"), (1, "秒", "second")):
        number, rest = divmod(seconds, size)
        if number and not rest:
            return both(f"{number} {zh}", f"{number} {en}{'' if number == 1 else 's'}")
    return both("0 秒", "0 seconds")


EARLIER: Final = both(
    "报价相同的，先到达服务器者优先", "of equal offers the one that reached the server first wins"
)
NEVER_EQUAL: Final = both(
    "每次有效报价须优于当前最优报价，故不会出现相同的最优报价",
    "a valid offer is better than the best before it, so the best is never reached twice",
)
HIGHER_EACH: Final = both(
    "其他竞买人的每次报价须高于当前最高报价",
    "anybody else's offer must be higher than the highest before it",
)
LOTS: Final = both(
    "相同的，以摇号确定；摇号名单在取得随机数之前固定并公布，任何人可以复核",
    "lots decide among equal ones; the pool is fixed and published before any entropy is known, "
    "and anybody can check the draw",
)
HIGHEST: Final = both(
    "报价最高者成交，按其报价付款", "the highest offer wins, and its price is paid"
)
LOWEST: Final = both("报价最低者成交，按其报价付款", "the lowest offer wins, and its price is paid")
CEILING: Final = both("高于最高限价的报价无效", "an offer above the ceiling is invalid")
CLOCK_STOPPED: Final = both(
    "每档结束时无人应价的，公布下一档价格；有人应价的，停钟并公布该档全部应价人",
    "at the end of a tick that nobody took the next price is told; of one that was taken the "
    "clock stops, and all who took it are told",
)
KEPT: Final = both(
    "未作新报价的，保留其原报价参加排序", "who makes no new offer is ranked by the one he has"
)
