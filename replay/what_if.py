"""推演 / what-if: the same requests under other terms, or without a bidder, or without a bid.

Every request of the recorded session is asked again, in its order and at its time, of a
session that differs in what the caller names; bells ring where the changed session has them.
The result stands beside the recorded one. It is arithmetic, not history: people would have
bid differently, and everything made here says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from auction_rules.facts import Amount, Instant
from auction_rules.reasons import REASONS, say
from auction_rules.rule import Rule
from auction_rules.terms import RuleConfig, Scaled, Text, Unit, marks_of, show_instant
from auction_rules.wording import label, value
from bidding.core import commands as c
from bidding.core import views
from bidding.core.document import Document, Published
from bidding.core.record import command_of, due, open_session, record
from bidding.core.state import State
from bidding.proof.text import BilingualError
from replay.film import Film, NoRule
from replay.told import ENDED
from replay.unfit import first_of, unfit

MARK: Final[Text] = {"zh": "推演，非记录", "en": "hypothetical, not the record"}
CAVEAT: Final[Text] = {
    "zh": "推演只把已记录的请求按改变后的条件重新裁判一遍；条件若真的不同，各方会作出不同的报价，"
    "因此它不能说明本来会成交多少，也不是损失的计算。",
    "en": "This only judges the recorded requests again under the changed conditions. Had the "
    "conditions really been different, people would have bid differently: it does not say what "
    "the price would have been, and it is no measure of damage.",
}
_MOST_BELLS: Final = 10_000


class Impossible(BilingualError):
    """A change that cannot be played: terms the rule refuses, an entry that is no request."""


@dataclass(frozen=True)
class Change:
    """What is different: these terms replaced, these bidders and these entries left out."""

    terms: Mapping[str, Any] = field(default_factory=dict)
    without_bidders: frozenset[str] = frozenset()
    without_entries: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Course:
    """How a session went: enough to lay two side by side. Amounts in the smallest unit."""

    status: str
    ended: Instant | None
    """None while it goes on."""
    last: Instant
    """Of the last entry."""
    awards: tuple[Mapping[str, Any], ...]
    unsold: str | None
    total: Amount | None
    rate: str | None
    path: tuple[tuple[Instant, Amount], ...]
    """The best price, whenever it changed."""
    extensions: tuple[tuple[Instant, Instant], ...]
    """When the end moved, and to when."""
    accepted: int
    refused: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Otherwise:
    """One recorded request that is decided differently: its entry, then and now."""

    index: int
    actor: str
    recorded: str
    hypothetical: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison, as shown to people."""

    about: Text
    recorded: Text
    hypothetical: Text

    @property
    def same(self) -> bool:
        """Whether the change made no difference here."""
        return self.recorded == self.hypothetical


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The recorded course and the hypothetical one, and where they part."""

    change: Change
    recorded: Course
    hypothetical: Course
    otherwise: tuple[Otherwise, ...]
    rows: tuple[Row, ...]
    terms: tuple[Row, ...]
    """The terms that were replaced, from what to what."""
    film: Film
    """The hypothetical session, which can be watched like any other. Never signed."""


def what_if(film: Film, change: Change) -> WhatIf:
    """The comparison. Raises Impossible, or NoRule where the rule is not installed."""
    rule = film.rule
    if rule is None:
        film.room(0, "auditor")  # raises NoRule, naming the rule that is missing
        raise AssertionError
    _check(film, change)
    replayed = _Replayed(film, rule, change)
    replayed.run()
    recorded, hypothetical = course(film), course(replayed.film)
    rows = tuple(_rows(rule, film.end, recorded, hypothetical))
    terms = tuple(_replaced(rule, film.end.terms, replayed.film.end.terms, change))
    otherwise = tuple(replayed.otherwise)
    return WhatIf(change, recorded, hypothetical, otherwise, rows, terms, replayed.film)


def as_written(film: Film, terms: Mapping[str, Any]) -> dict[str, Any]:
    """Terms as people write them: a bare number for an amount counts whole units of the price.

    In the record the same number would count the smallest unit, as 200 fen are 2.00 yuan.
    """
    return _in_units(type(film.end.terms), terms)


def _in_units(model: type[BaseModel], terms: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(terms)
    for name in terms.keys() & model.model_fields.keys():
        field, given = model.model_fields[name], terms[name]
        if any(isinstance(mark, Scaled) for mark in marks_of(field)):
            number = isinstance(given, int) and not isinstance(given, bool)
            found[name] = str(given) if number else given
        elif (inner := _model_in(field.annotation)) is not None:
            found[name] = _in_each(inner, given)
    return found


def _in_each(model: type[BaseModel], given: Any) -> Any:
    if isinstance(given, list):
        return [_in_each(model, one) for one in given]
    return _in_units(model, given) if isinstance(given, Mapping) else given


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for part in get_args(annotation) if (m := _model_in(part))), None)


def _replaced(rule: Rule, then: RuleConfig, now: RuleConfig, change: Change) -> Iterator[Row]:
    """Each term that the change names, in words; each side in its own units."""
    for name in change.terms:
        field = type(then).model_fields[name]
        was, would = (_told(terms, field, name) for terms in (then, now))
        yield Row(label(field, name, rule.direction(then)), was, would)


def _told(terms: RuleConfig, field: FieldInfo, name: str) -> Text:
    given = getattr(terms, name)
    return _DASH if given is None or given == () else value(terms, field, name, given)


def _check(film: Film, change: Change) -> None:
    strangers = change.without_bidders - film.end.people.keys()
    if strangers:
        named = sorted(strangers)
        raise Impossible(
            f"no such bidder: {', '.join(named)}", f"没有这样的竞买人：{'、'.join(named)}"
        )
    for index in sorted(change.without_entries):
        if not 0 < index < len(film):
            raise Impossible(
                f"there is no request in entry {index}", f"编号 {index} 的记录中没有请求"
            )


class _Replayed:
    """The recorded requests, asked of the changed session."""

    def __init__(self, film: Film, rule: Rule, change: Change) -> None:
        self.recorded, self.rule, self.change = film, rule, change
        self.film = Film(film.origin)
        self.otherwise: list[Otherwise] = []
        self._moved: dict[int, int] = {}

    def run(self) -> None:
        self._open()
        for entry in self.recorded.entries[1:]:
            if entry["type"].startswith("bell.") or self._left_out(entry):
                continue
            self._ring(self._served_until(entry))
            self._ask(entry)
        # What was still running when the recording ends is not played beyond it.
        over = self.recorded.end.status in ENDED
        self._ring(None if over else self.recorded.end.t)

    def _open(self) -> None:
        opening = self.recorded.entries[0]
        data = opening["data"]
        document = {**data["document"]}
        # The hash of the source is the session's own; a hypothetical one has no other.
        document.pop("rule_sha256", None)
        lawful = _kind_of(document)
        document["terms"] = {**document["terms"], **self.change.terms}
        try:
            fresh = lawful.model_validate(document)
            made = open_session(
                self.recorded.origin, fresh, opening["t"], data["proposer"], data["approver"]
            )
        except ValueError as wrong:
            raise _unfit(wrong) from wrong
        self.film.add(made.entry)

    def _left_out(self, entry: Mapping[str, Any]) -> bool:
        if entry["i"] in self.change.without_entries:
            return True
        role, _, name = entry["actor"].partition(":")
        about = entry["data"]["ask"].get("bidder")
        gone = self.change.without_bidders
        return (role == "bidder" and name in gone) or about in gone

    def _served_until(self, entry: Mapping[str, Any]) -> Instant:
        """Until when bells could ring before this request: none rang while nobody was served."""
        since = entry["data"]["ask"].get("since")
        if since is None:
            return int(entry["t"])
        # One due at the very instant rang if the record has an entry of that instant.
        before = self.recorded.entries[entry["i"] - 1]["t"]
        return int(since) if before >= since else int(since) - 1

    def _ring(self, until: Instant | None) -> None:
        for _ in range(_MOST_BELLS):
            at = due(self.film.end, self.rule)
            if at is None or (until is not None and at > until):
                return
            self._write(c.Command("system", c.Bell()), at)
        raise Impossible("the changed session wakes up for ever", "按所设条件，本场会无休止地到时")

    def _ask(self, entry: Mapping[str, Any]) -> None:
        first = entry.get("by")
        command = command_of(entry)
        if isinstance(command.ask, c.Suspend) and command.ask.since is not None:
            # It cannot have stood still since before its own last entry.
            since = max(command.ask.since, self.film.end.t)
            command = c.Command(command.actor, c.Suspend(command.ask.reason, since), command.ref)
        made = self._write(command, entry["t"], self._moved.get(first) if first else None)
        self._moved[entry["i"]] = made["i"]
        then, now = _decision(entry), _decision(made)
        if then != now:
            self.otherwise.append(Otherwise(entry["i"], entry["actor"], then, now))

    def _write(
        self, command: c.Command, at: Instant, first: int | None = None
    ) -> Mapping[str, Any]:
        made = record(self.film.end, command, at, self.rule, first=first)
        self.film.add(made.entry)
        return made.entry


def _kind_of(document: Mapping[str, Any]) -> type[Document]:
    """What a changed document is held to: the law that the recorded one met, and no later one."""
    try:
        Document.model_validate(document).bound()
    except ValueError:
        return Published
    return Document


def _unfit(wrong: ValueError) -> Impossible:
    """Why the changed terms make no document, naming the term."""
    if isinstance(wrong, BilingualError):
        return Impossible(wrong.en, wrong.zh)
    if not isinstance(wrong, ValidationError):
        return Impossible(str(wrong), f"参数有误（{wrong}）")
    found = first_of(wrong)
    place = ".".join(map(str, found["loc"]))
    place, why = place or str(found.get("ctx", {}).get("term", "")) or "terms", unfit(found)
    if found["type"] in _OF_TERMS:
        return Impossible(f"{place}: {why['en']}", f"{place}：{_OF_TERMS[found['type']]}")
    return Impossible(f"{place}: {why['en']}", f"{place}：{why['zh']}")


_OF_TERMS: Final[Mapping[str, str]] = {
    "extra_forbidden": "本规则没有这一参数",
    "missing": "缺少这一参数",
}


def _decision(entry: Mapping[str, Any]) -> str:
    return str(entry["data"].get("reason", "accepted"))


def course(film: Film) -> Course:
    """How a session went, read from its film."""
    assert film.rule is not None
    best = max if film.rule.direction(film.end.terms) > 0 else min
    path: list[tuple[Instant, Amount]] = []
    extensions: list[tuple[Instant, Instant]] = []
    accepted, refused = 0, Counter[str]()
    top: Amount | None = None
    ended: Instant | None = None
    for entry in film.entries:
        is_bid = entry["actor"].startswith("bidder:")
        accepted += is_bid and entry["type"].endswith(".accepted")
        if is_bid and (reason := entry["data"].get("reason")):
            refused[reason] += 1
        for row in entry["data"].get("facts", ()):
            if row["fact"] in ENDED and ended is None:
                ended = entry["t"]
            elif row["fact"] == "deadline_moved":
                extensions.append((entry["t"], row["closes"]))
            elif row["fact"] == "offer_stood":
                price = row["amount"] if top is None else best(top, row["amount"])
                if price != top:
                    top = price
                    path.append((entry["t"], price))
    shown = views.patch(film.end, film.rule, "auditor")
    figures = shown["figures"] or {}
    return Course(
        status=shown["status"],
        ended=ended,
        last=film.end.t,
        awards=tuple(shown["awards"]),
        unsold=film.end.standing.unsold,
        total=figures.get("total"),
        rate=figures.get("premium_rate") or figures.get("saving_rate"),
        path=tuple(path),
        extensions=tuple(extensions),
        accepted=accepted,
        refused=dict(refused),
    )


_STATUS: Final[Mapping[str, Text]] = {
    "announced": {"zh": "未开始", "en": "not begun"},
    "running": {"zh": "进行中", "en": "running"},
    "suspended": {"zh": "中止", "en": "suspended"},
    "closed": {"zh": "已结束", "en": "closed"},
    "terminated": {"zh": "终止", "en": "terminated"},
    "voided": {"zh": "结果作废", "en": "void"},
}


def _unsold(code: str) -> Text:
    """Why nothing was sold, as everywhere; a plug-in may have a reason of its own."""
    if code not in REASONS:
        return {"zh": f"未成交（{code}）", "en": f"unsold ({code})"}
    told = say(code, {}, None)
    return {"zh": told["zh"].rstrip("。"), "en": told["en"].rstrip(".")}


_DASH: Final[Text] = {"zh": "无", "en": "none"}


def _rows(rule: Rule, end: State, then: Course, now: Course) -> list[Row]:
    unit, money = views.unit_of(end), rule.settlement_unit(end.terms)
    pairs: tuple[tuple[Text, Callable[[Course], Text]], ...] = (
        ({"zh": "状态", "en": "status"}, lambda x: _STATUS[x.status]),
        ({"zh": "结果", "en": "result"}, lambda x: _winners(x, unit)),
        ({"zh": "总价", "en": "total"}, lambda x: _shown(x.total, money)),
        ({"zh": "溢价率或节资率", "en": "premium or saving rate"}, lambda x: _plain(x.rate)),
        ({"zh": "最优报价", "en": "best offer"}, lambda x: _shown(_last(x.path), unit)),
        ({"zh": "结束时间", "en": "ended at"}, _ended),
        ({"zh": "延时次数", "en": "extensions"}, lambda x: _plain(len(x.extensions))),
        ({"zh": "有效请求", "en": "accepted requests"}, lambda x: _plain(x.accepted)),
        ({"zh": "被拒请求", "en": "refused requests"}, lambda x: _plain(sum(x.refused.values()))),
    )
    return [Row(about, told(then), told(now)) for about, told in pairs]


def _ended(found: Course) -> Text:
    """When it ended; of a session that goes on, how far its entries reach."""
    if found.ended is not None:
        return _plain(show_instant(found.ended))
    last = show_instant(found.last)
    return {"zh": f"未结束，记录至 {last}", "en": f"not over; last entry {last}"}


def _last(path: Sequence[tuple[Instant, Amount]]) -> Amount | None:
    return path[-1][1] if path else None


def _plain(value: Any) -> Text:
    return _DASH if value is None else {"zh": str(value), "en": str(value)}


def _shown(amount: Amount | None, unit: Unit) -> Text:
    return (
        _DASH if amount is None else {"zh": unit.show(amount, "zh"), "en": unit.show(amount, "en")}
    )


def _winners(found: Course, unit: Unit) -> Text:
    if found.unsold:
        return _unsold(found.unsold)
    if not found.awards:
        return _DASH
    zh = [f"{a['bidder']} 号 {unit.show(a['price'], 'zh')}" for a in found.awards]
    en = [f"No. {a['bidder']} at {unit.show(a['price'], 'en')}" for a in found.awards]
    return {"zh": "；".join(zh), "en": "; ".join(en)}


__all__ = ["CAVEAT", "MARK", "Change", "Course", "Impossible", "NoRule", "WhatIf", "what_if"]
