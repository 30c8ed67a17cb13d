"""What a rule noted, in a sentence a layman understands, in both languages.

What it is: one sentence for every key that the built-in rules note. What it is not: a judgement;
a key of a plug-in, which nobody here knows, is told as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from auction_rules.facts import Instant
from auction_rules.money import format_decimal
from auction_rules.rule import Rule
from auction_rules.terms import Text, Unit, show_instant

Pair: TypeAlias = tuple[str, str]
When: TypeAlias = Callable[[Instant], str]
"""How an instant is written."""

_WITHIN: Final = re.compile(r"(.+)/(.+)")


class _Note(NamedTuple):
    """A note: what its pattern found in the key, its value, and what the session is about."""

    found: tuple[str, ...]
    value: Any
    unit: Unit
    rule: Rule
    terms: Any
    when: When

    def title(self, lot: str) -> Text:
        """What the public list calls this lot."""
        named = {x.id: x.title for x in self.rule.lots(self.terms)}.get(lot)
        return {lang: (named or {}).get(lang) or lot for lang in ("zh", "en")}

    def amount(self, value: int) -> Pair:
        """In the price unit."""
        return self.unit.show(value, "zh"), self.unit.show(value, "en")


def noted(
    key: str, value: Any, unit: Unit, rule: Rule, terms: Any, *, when: When = show_instant
) -> Pair:
    """The sentence of a note; for a key nobody here knows, the key and its value."""
    for pattern, say in _SAY.items():
        if found := re.fullmatch(pattern, key):
            return say(_Note(found.groups(), value, unit, rule, terms, when))
    return f"{key}：{value}", f"{key}: {value}"


def known(key: str) -> bool:
    """Whether the key has a sentence of its own."""
    return any(re.fullmatch(pattern, key) for pattern in _SAY)


def _count(n: _Note) -> Pair:
    who, slot = n.found[0], ""
    if within := _WITHIN.fullmatch(who):
        who, slot = within.groups()
    zh = f"{who} 号第 {n.value} 次报价" + (f"（第 {slot} 项）" if slot else "")
    en = f"No. {who}: offer {n.value}" + (f" in line {slot}" if slot else "")
    return zh, en


def _price(n: _Note) -> Pair:
    title, (zh, en) = n.title(n.found[0]), n.amount(n.value)
    return f"{title['zh']}现价 {zh}", f"{title['en']} stands at {en}"


def _points(n: _Note) -> Pair:
    return (
        f"{n.found[0]} 号可用资格点数 {n.value}",
        f"No. {n.found[0]}: points of eligibility: {n.value}",
    )


def _lot_offer(n: _Note) -> Pair:
    title = n.title(n.found[1])
    if n.value is None:
        return (
            f"{n.found[0]} 号对{title['zh']}的本轮报价已公布",
            f"what No. {n.found[0]} offered for {title['en']} in the round is told",
        )
    zh, en = n.amount(int(str(n.value).partition(" ")[0]))
    return (
        f"{n.found[0]} 号本轮对{title['zh']}报价 {zh}",
        f"No. {n.found[0]} offers {en} for {title['en']} in this round",
    )


def _turn(n: _Note) -> Pair:
    if n.value is None:
        return "本次发言已无待公布的报价", "no offer of this turn waits to be told"
    zh, en = n.amount(n.value)
    return f"本次发言报价 {zh}，发言结束后公布", f"{en} offered in this turn, told when it ends"


def _evaluated(n: _Note) -> Pair:
    zh, en = n.amount(n.value)
    return f"{n.found[0]} 号评标价 {zh}", f"No. {n.found[0]}: evaluated at {en}"


def _in_stretch(n: _Note) -> Pair:
    elapsed, who = n.found
    if n.value is None:
        return f"{who} 号的报价时间重新计起", f"the time of No. {who}'s offer counts anew"
    zh, en = n.amount(n.value)
    if int(elapsed) < 0:
        return (
            f"{who} 号报价 {zh}，在随机截止时段之前作出",
            f"No. {who} offered {en} before the last stretch",
        )
    return (
        f"{who} 号报价 {zh}，在随机截止时段开始后 {_seconds(elapsed)} 秒作出",
        f"No. {who} offered {en}, {_seconds(elapsed)} s into the last stretch",
    )


def _seconds(micros: str) -> str:
    """Microseconds as seconds, to the last digit: it is they that decide."""
    told = format_decimal(int(micros), 6)
    return told.rstrip("0") if "." in told else told


def _indicator(n: _Note) -> Pair:
    quantity = n.rule.quantity_unit(n.terms)
    zh, en = (quantity.show(n.value, lang) if quantity else str(n.value) for lang in ("zh", "en"))
    number = int(n.found[0] or 1)
    return (
        f"第 {number} 项竞报指标已达上限 {zh}",
        f"indicator {number} was bid up to its end, {en}",
    )


_VOID: Final[Mapping[str, Pair]] = {
    "EXCLUDED_BY_MUTEX": ("已竞得互斥的标的", "a lot of the same exclusive group was won"),
    "QTY_OVER_LIMIT": ("超过每人上限", "it would exceed the limit of a bidder"),
}


def _void(n: _Note) -> Pair:
    title = n.title(n.found[1])
    zh, en = _VOID.get(str(n.value), (str(n.value), str(n.value)))
    return (
        f"{n.found[0]} 号对{title['zh']}的报价无效：{zh}",
        f"No. {n.found[0]}: the offer for {title['en']} is void, since {en}",
    )


def _drawn(n: _Note) -> Pair:
    title = n.title(n.found[0])
    return (
        f"{title['zh']}摇号得中者为 {n.value} 号",
        f"the draw for {title['en']} fell on No. {n.value}",
    )


def _left(n: _Note) -> Pair:
    unit = n.rule.quantity_unit(n.terms)
    zh, en = (unit.written(n.value, lang) if unit else str(n.value) for lang in ("zh", "en"))
    return f"剩余 {zh}", f"{en} left"


def _of_lot(zh: str, en: str) -> Callable[[_Note], Pair]:
    """Whose, which lot, how much: the last two found in the key are bidder and lot."""

    def say(n: _Note) -> Pair:
        (who, lot), value = n.found[:2], n.amount(n.value)
        title = n.title(lot)
        return zh.format(who, title["zh"], value[0]), en.format(who, title["en"], value[1])

    return say


def _reopens(n: _Note) -> Pair:
    title = n.title(n.found[0])
    if n.value is None:
        return f"{title['zh']}又有最高报价", f"{title['en']} has a high offer again"
    zh, en = n.amount(n.value)
    return f"{title['zh']}重新自 {zh} 起报价", f"{title['en']} can be had from {en} on again"


def _of(points: int) -> str:
    return f"{points // 100}.{points % 100:02}"


def _at(zh: str, en: str) -> Callable[[_Note], Pair]:
    def say(n: _Note) -> Pair:
        at = n.when(n.value)
        return zh.format(at), en.format(at)

    return say


def _plain(zh: str, en: str) -> Callable[[_Note], Pair]:
    def say(n: _Note) -> Pair:
        return zh.format(*n.found, value=n.value), en.format(*n.found, value=n.value)

    return say


_SAY: Final[Mapping[str, Callable[[_Note], Pair]]] = {
    r"(?:offers|finals|offers of round \d+) (\S+)": _count,
    r"price (\S+)": _price,
    r"eligibility (\S+)": _points,
    r"offer ([^/\s]+)/(\S+)": _lot_offer,
    r"waived (\S+)": _plain("{} 号豁免第 {value} 轮", "No. {} waives round {value}"),
    r"waivers (\S+)": _plain("{} 号剩余豁免 {value} 轮", "No. {}: waivers left: {value}"),
    r"out (\S+)": _plain("{} 号退出", "No. {} leaves"),
    r"withdraws (\S+)/(\S+)": _plain(
        "{} 号在第 {value} 轮撤回对 {} 的最高报价",
        "No. {} withdraws in round {value} the high offer for {}",
    ),
    r"withdrawals (\S+)": _plain(
        "{} 号已撤回 {value} 次", "No. {}: offers withdrawn so far: {value}"
    ),
    r"withdrawn (\S+)/(\S+) \d+": _of_lot(
        "{} 号撤回对{}的最高报价 {}", "No. {} withdrew the high offer for {}: {}"
    ),
    r"owes (\S+)/(\S+) \d+": _of_lot(
        "{} 号因撤回对{}的报价应付 {}", "No. {} owes for withdrawing the offer for {}: {}"
    ),
    r"reopens (\S+)": _reopens,
    r"phase": _plain("进入第 {value} 阶段", "phase {value} of activity begins"),
    r"last round": _plain("第 {value} 轮为最后一轮", "round {value} is the last one"),
    r"rounds": _plain(
        "第 {value} 轮结束，同价摇号", "round {value} is over; lots for equal offers"
    ),
    r"offer of the turn": _turn,
    r"offer made after (-?\d+) (\S+)": _in_stretch,
    r"indicator(?:_(\d+))?": _indicator,
    r"left": _left,
    r"drawn (\S+)": _drawn,
    r"void ([^/\s]+)/(\S+)": _void,
    r"price points (\S+)": lambda n: (
        f"{n.found[0]} 号价格分 {_of(n.value)}",
        f"No. {n.found[0]}: {_of(n.value)} points for the price",
    ),
    r"evaluated price (\S+)": _evaluated,
    r"quality points (\S+)": lambda n: (
        f"{n.found[0]} 号专家评分 {_of(n.value)}",
        f"No. {n.found[0]}: {_of(n.value)} points by the experts",
    ),
    r"reopens": _at("已预告，本阶段自 {} 恢复", "notice is given: this phase goes on at {}"),
    r"latest_start": _at("等待首个报价至 {}", "waits for a first offer until {}"),
    r"last stretch opened": _at("随机截止时段自 {} 起算", "the last stretch counts from {}"),
    # To the millisecond for everybody: offers of that very second fall on either side of it.
    r"random end": lambda n: (
        f"随机截止时刻为 {show_instant(n.value)}",
        f"the random end was {show_instant(n.value)}",
    ),
    r"seed": _plain("随机种子为 {value}", "the seed is {value}"),
    r"coefficient": _plain("抽得下浮系数 {value}%", "the coefficient drawn is {value} %"),
    r"staying": _plain("{value} 人继续", "{value} go on"),
    r"stopped_by": _plain("停钟者为 {value} 号", "No. {value} stopped the clock"),
    r"exercised": _plain("{value} 号行使优先购买权", "No. {value} exercised the first refusal"),
    r"passed_by": _plain(
        "{value} 号报价超过限价，公开竞价到此为止",
        "No. {value} offered more than the cap, and open bidding ends",
    ),
    r"listing extended": _plain("第 {value} 次延牌", "the listing is extended, time {value}"),
    r"last_winner_time": _plain(
        "最后一名成交者报价时间 {value}", "the last winner's offer came at {value}"
    ),
}
