"""What is different in the room between two entries, as one party saw it: rows for people to read.

Both rooms are drawn by the archived rule and laid side by side. Every key that the room shows
anew while it runs is compared (bidding.core.views.PATCH), so nothing that moved is left out; what
has words of its own is told in them, the rest as canonical JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from auction_rules.terms import YUAN, Text, Unit, show_instant
from bidding.core import said, views
from bidding.proof import canon
from replay.film import Film

Room = Mapping[str, Any]

_PARCELS: Final = Unit(zh="宗", en="parcels")
_NONE: Final[Text] = {"zh": "无", "en": "none"}
_ANY: Final[Text] = {"zh": "不限", "en": "no limit"}
_STATUS: Final[Mapping[str, Text]] = {
    "announced": {"zh": "未开始", "en": "not begun"},
    "running": {"zh": "进行中", "en": "running"},
    "suspended": {"zh": "中止", "en": "suspended"},
    "closed": {"zh": "已结束", "en": "closed"},
    "terminated": {"zh": "终止", "en": "terminated"},
    "voided": {"zh": "结果作废", "en": "void"},
}
_ABOUT: Final[Mapping[str, Text]] = {
    "status": {"zh": "状态", "en": "status"},
    "stage": {"zh": "阶段", "en": "stage"},
    "closes": {"zh": "截止时间", "en": "deadline"},
    "extensions": {"zh": "延时次数", "en": "extensions"},
    "round": {"zh": "轮次", "en": "round"},
    "price": {"zh": "当前报价", "en": "price named"},
    "suspended": {"zh": "中止原因", "en": "why suspended"},
    "offers": {"zh": "有效报价", "en": "standing offers"},
    "top": {"zh": "最优报价", "en": "best offer"},
    "leaders": {"zh": "领先号牌", "en": "who leads"},
    "cutoff": {"zh": "入围底线", "en": "cut-off"},
    "quota": {"zh": "已用指标", "en": "quota used"},
    "next": {"zh": "新报价人最低可报", "en": "least for a newcomer"},
    "awards": {"zh": "成交结果", "en": "awards"},
    "pool": {"zh": "参加摇号", "en": "in the draw"},
    "order": {"zh": "摇号顺序", "en": "order drawn"},
    "entitled": {"zh": "有权操作的号牌", "en": "who may act"},
    "draw": {"zh": "摇号进度", "en": "progress of the draw"},
    "unsold": {"zh": "未成交原因", "en": "why unsold"},
    "figures": {"zh": "按当时情形的总价", "en": "total as things stood"},
    "opened_by": {"zh": "已公布密钥的保管人", "en": "trustees who opened"},
    "draws": {"zh": "摇号来源", "en": "source of the draw"},
    "entrants": {"zh": "取得资格的竞买人数", "en": "bidders admitted"},
    "excluded": {"zh": "被取消竞买资格的", "en": "excluded bidders"},
    "after": {"zh": "结果状态", "en": "what the result is worth"},
    "you.state": {"zh": "本人处境", "en": "his own place"},
    "you.rank": {"zh": "本人名次", "en": "his rank"},
    "you.offer": {"zh": "本人报价", "en": "his offer"},
    "you.minimum": {"zh": "本人最低可报", "en": "least he could offer"},
    "you.maximum": {"zh": "本人最高可报", "en": "most he could offer"},
    "you.blocked": {"zh": "本人不能操作的原因", "en": "why he could not act"},
    "you.deposit": {"zh": "本人保证金", "en": "his deposit"},
}


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is shown, at the first entry and at the second."""

    key: str
    about: Text
    then: Text
    now: Text

    @property
    def same(self) -> bool:
        """Whether it was shown the same."""
        return self.then == self.now


def between(film: Film, first: int, second: int, audience: str) -> list[Row]:
    """The rows, in the order of the room, those that are the same included.

    Raises IndexError where the film has no such entry, NoRule without the rule of the session.
    """
    tellers = _tellers(film)
    rooms = [_shown(film, index, audience) for index in (first, second)]
    return [
        Row(key, _ABOUT[key], *(tell(room) for room in rooms))
        for key, tell in tellers.items()
        if not key.startswith("you.") or audience.startswith("bidder:")
    ]


def _shown(film: Film, index: int, audience: str) -> Room:
    room = film.room(index, audience)
    role, _, bidder = audience.partition(":")
    return {**room, "you": film.panel(index, bidder)} if role == "bidder" else room


def _tellers(film: Film) -> Mapping[str, Callable[[Room], Text]]:
    """How each row is told; every key of the room's patch is among them or is told as JSON."""
    rule, state = film.asked(), film.state(0)
    unit, money = views.unit_of(state), rule.settlement_unit(state.terms)
    area = rule.quantity_unit(state.terms)
    own = dict(_own(unit))
    told: dict[str, Callable[[Room], Text]] = {
        "status": lambda r: _STATUS[r["status"]],
        "stage": lambda r: r["stage"]["title"] if r["stage"] else _NONE,
        "closes": lambda r: _instant(_of(r["stage"], "closes")),
        "extensions": lambda r: _plain(_of(r["stage"], "extensions")),
        "round": lambda r: _plain(_of(r["stage"], "round") or None),
        "price": lambda r: _amount(_of(r["stage"], "price"), unit),
        "suspended": lambda r: r["suspended"]["sentence"] if r["suspended"] else _NONE,
        "offers": lambda r: _listed([_offer(o, unit) for o in r["offers"]]),
        "top": lambda r: _amount(r["top"], unit),
        "leaders": lambda r: _numbers(r["leaders"]),
        "cutoff": lambda r: _amount(r["cutoff"], unit),
        "quota": lambda r: _quota(r["quota"], area),
        "next": lambda r: _amount(r["next"], unit),
        "awards": lambda r: _listed([_award(a, unit) for a in r["awards"]]),
        "pool": lambda r: _numbers(r["pool"]),
        "order": lambda r: _numbers(r["order"]),
        "entitled": lambda r: _numbers(r["entitled"]),
        "unsold": lambda r: r["unsold"]["sentence"] if r["unsold"] else _NONE,
        "figures": lambda r: _amount(_of(r["figures"], "total"), money),
        "opened_by": lambda r: _numbers(r["opened_by"]),
        "entrants": lambda r: _plain(r["entrants"]),
        "excluded": lambda r: _numbers([one["bidder"] for one in r["excluded"]]),
        "after": lambda r: _of(r["after"], "sentence") or _NONE,
    }
    for key in views.PATCH:
        told.setdefault(key, lambda r, key=key: _json(r[key]))  # type: ignore[misc]
    return told | own


def _own(unit: Unit) -> Iterator[tuple[str, Callable[[Room], Text]]]:
    """The rows of a bidder's own panel."""
    yield "you.state", lambda r: said.place(r["you"]["state"])
    yield "you.rank", lambda r: _plain(r["you"]["rank"])
    yield "you.offer", lambda r: _amount(_of(r["you"]["offer"], "amount"), unit)
    yield "you.minimum", lambda r: _amount(r["you"]["actions"]["minimum"], unit)
    yield "you.maximum", lambda r: _most(r["you"]["actions"], unit)
    yield "you.blocked", lambda r: _of(r["you"]["actions"]["blocked"], "sentence") or _NONE
    yield "you.deposit", lambda r: _amount(r["you"]["deposit"]["paid"], YUAN)


def _of(value: Mapping[str, Any] | None, key: str) -> Any:
    return None if value is None else value[key]


def _plain(value: int | None) -> Text:
    return _NONE if value is None else {"zh": str(value), "en": str(value)}


def _json(value: Any) -> Text:
    if value is None:
        return _NONE
    text = canon.fast(value).decode()
    return {"zh": text, "en": text}


def _instant(value: int | None) -> Text:
    if value is None:
        return _NONE
    return {"zh": show_instant(value), "en": show_instant(value)}


def _amount(value: int | None, unit: Unit) -> Text:
    if value is None:
        return _NONE
    return {"zh": unit.show(value, "zh"), "en": unit.show(value, "en")}


def _quota(quota: Mapping[str, Any] | None, area: Unit | None) -> Text:
    """Floor area in its own unit, or a number of parcels."""
    unit = area if area is not None and _of(quota, "kind") == "AREA" else _PARCELS
    return _amount(_of(quota, "used"), unit)


def _most(actions: Mapping[str, Any], unit: Unit) -> Text:
    """Where something may be offered and nothing is the most, any amount may."""
    most = actions["maximum"]
    return _ANY if most is None and actions["minimum"] is not None else _amount(most, unit)


def _numbers(values: Sequence[str] | None) -> Text:
    return _listed([{"zh": one, "en": one} for one in values or ()])


def _listed(parts: Sequence[Text]) -> Text:
    if not parts:
        return _NONE
    return {
        "zh": "、".join(part["zh"] for part in parts),
        "en": ", ".join(part["en"] for part in parts),
    }


def _offer(offer: Mapping[str, Any], unit: Unit) -> Text:
    lot = "" if offer["lot"] is None else f" ({offer['lot']})"
    shown = _amount(offer["amount"], unit)
    return {lang: f"{offer['bidder']}{lot} {shown[lang]}" for lang in ("zh", "en")}


def _award(award: Mapping[str, Any], unit: Unit) -> Text:
    return _offer({**award, "amount": award["price"]}, unit)


__all__ = ["Row", "between"]
