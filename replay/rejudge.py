"""Ask the archived rule again, entry by entry, and stop at the first difference.

The request, its time and its asker come from the log; the decision, the facts, the nearest
amounts and the digest of the state are worked out anew and must give the very same bytes. Seeds,
opened reserves and trustees' keys come from the log too: what follows from them is worked out, so
draws, reserves and openings are verified from logged inputs and never drawn again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from pydantic import ValidationError

from auction_rules.facts import Instant, fact_to_json
from auction_rules.registry import UnknownRule, find, source_sha256
from auction_rules.rule import Rule
from auction_rules.terms import show_instant
from bidding.core.commands import Command
from bidding.core.officers import same_person
from bidding.core.record import bind, command_of, due, record, same_request
from bidding.core.state import BadEntry, State, evolve
from bidding.proof import canon
from bidding.proof.text import BilingualError
from replay.bare import rule_name
from replay.signed import verdict
from replay.unfit import first_of, unfit

VERIFIED: Final[Mapping[str, tuple[str, ...]]] = {
    "draws": ("drawn",),
    "reserves": ("reserve_opened",),
    "openings": ("offer_opened", "offer_voided"),
}
"""Facts that follow from something brought in from outside, which the log holds."""

_ABOUT_ZH: Final[Mapping[str, str]] = {
    "entry": "记录",
    "terms": "规则参数",
    "officers": "经办人员",
    "facts": "事实",
    "request": "请求",
    "time": "时间",
    "order": "次序",
    "state digest": "状态摘要",
    "decision": "裁决",
    "outcome": "结果",
    "ask": "请求内容",
    "reason": "理由",
    "detail": "理由细节",
    "nearest": "可报金额",
    "signature": "签名",
}


class Said(str):
    """Words in place of a value, in English as a string and in Chinese beside it."""

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, en: str, zh: str) -> Self:
        """Both; the string itself is the English."""
        made = super().__new__(cls, en)
        made.zh = zh
        return made


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the log and the rule disagree: the entry, what about it, expected and recorded."""

    index: int
    about: str
    expected: Any
    recorded: Any

    def line(self, lang: str = "en") -> str:
        """One line for a clerk."""
        expected, recorded = _short(self.expected, lang), _short(self.recorded, lang)
        if lang == "zh":
            return (
                f"编号 {self.index} 的记录：{_ABOUT_ZH[self.about]}不一致；"
                f"按规则应为 {expected}，记录为 {recorded}"
            )
        return (
            f"entry {self.index}: {self.about} differs; "
            f"the rule gives {expected}, the log has {recorded}"
        )

    def rows(self, lang: str = "en") -> Iterator[tuple[str, str, str]]:
        """Each place that differs: where, what the rule gives, what the log has."""
        yield from _apart(self.about, self.expected, self.recorded, lang)


@dataclass(frozen=True, slots=True)
class Rejudged:
    """How far it went and what was found."""

    entries: int
    rule: str
    same_source: bool
    difference: Difference | None
    verified: Mapping[str, int]
    """How many draws, reserves and openings follow from what was brought in, and signatures hold."""


class RuleMissing(BilingualError):
    """The rule version of the session is not installed here, so nothing can be re-judged."""


def _short(value: Any, lang: str) -> str:
    if value is ...:
        return "-"
    if isinstance(value, Said) and lang == "zh":
        return value.zh
    text = canon.fast(value).decode() if isinstance(value, dict | list | tuple) else str(value)
    return text if len(text) <= 400 else text[:400] + "..."


def _apart(place: str, expected: Any, recorded: Any, lang: str) -> Iterator[tuple[str, str, str]]:
    if expected == recorded:
        return
    if isinstance(expected, dict) and isinstance(recorded, dict):
        for key in (*expected, *(key for key in recorded if key not in expected)):
            given, had = expected.get(key, ...), recorded.get(key, ...)
            yield from _apart(f"{place}.{key}", given, had, lang)
    elif isinstance(expected, list) and isinstance(recorded, list):
        for number in range(max(len(expected), len(recorded))):
            given, had = (
                each[number] if number < len(each) else ... for each in (expected, recorded)
            )
            yield from _apart(f"{place}[{number}]", given, had, lang)
    else:
        yield place, _short(expected, lang), _short(recorded, lang)


def rejudge(origin: str, entries: Sequence[dict[str, Any]]) -> Rejudged:
    """Re-judge parsed entries in order. RuleMissing when the rule version is not installed."""
    document = entries[0]["data"]["document"]
    name = rule_name(document)
    try:
        rule = find(document["rule"], document["version"])
    except UnknownRule as missing:
        raise RuleMissing(
            f"the rule {name} is not installed here", f"未安装规则 {name}"
        ) from missing
    same = source_sha256(rule) == document.get("rule_sha256")
    found = _first_difference(origin, entries, rule)
    judged = len(entries) if found is None else found.index
    return Rejudged(judged, name, same, found, _verified(entries[:judged]))


def _verified(entries: Sequence[dict[str, Any]]) -> Mapping[str, int]:
    """What was found again among entries without a difference."""
    facts = [fact["fact"] for entry in entries for fact in entry["data"].get("facts", ())]
    counts = {what: sum(facts.count(name) for name in names) for what, names in VERIFIED.items()}
    return {**counts, "signatures": sum("sig" in entry["data"] for entry in entries)}


def _first_difference(
    origin: str, entries: Sequence[dict[str, Any]], rule: Rule
) -> Difference | None:
    try:
        state = bind(evolve(State(origin), entries[0]), rule)
    except BadEntry as wrong:
        wanted = Said("an opening that can be folded", "可以读取的开场记录")
        return Difference(0, "entry", wanted, Said(wrong.en, wrong.zh))
    except ValidationError as wrong:
        wanted = Said("terms this rule accepts", "本规则接受的参数")
        return Difference(0, "terms", wanted, Said(**unfit(first_of(wrong))))
    if (officers := _officers(entries[0])) is not None:
        return officers
    opened = [fact_to_json(f) for f in rule.open(State(origin, terms=state.terms).floor(), state.t)]
    if opened != entries[0]["data"]["facts"]:
        return Difference(0, "facts", opened, entries[0]["data"]["facts"])
    for _ in entries[1:]:
        found, state = _judge(state, entries, rule)
        if found is not None:
            return found
    return None


def _officers(opening: Mapping[str, Any]) -> Difference | None:
    """The house publishes what one officer proposed and another, an approver, approved."""
    data = opening["data"]
    by = {name: str(data.get(name) or "") for name in ("proposer", "approver")}
    acted = {"actor": opening["actor"], **by}
    two = all(officer.partition(":")[2] for officer in by.values())
    two = two and not same_person(by["proposer"], by["approver"])
    approved = by["approver"].startswith("approver:") and opening["actor"] == by["approver"]
    if two and approved and by["proposer"].startswith("staff:"):
        return None
    wanted = Said(
        "staff who proposed, and another person as approver who opened it",
        "由工作人员提出、由另一人作为审批人批准并开场",
    )
    return Difference(0, "officers", wanted, acted)


def _judge(
    state: State, entries: Sequence[dict[str, Any]], rule: Rule
) -> tuple[Difference | None, State]:
    """The first difference about the entry at `state.index`, and the state after it."""
    index, entry = state.index, entries[state.index]
    try:
        command = command_of(entry)
        own = verdict(state, entry)
    except _STRANGE as wrong:
        return Difference(
            index, "request", Said("a request we know", "可识别的请求"), str(wrong)
        ), state
    if own is not None and own.differs:
        # Never decided anew in silence: which signatures are valid may differ between libraries.
        return Difference(index, "signature", *map(_holds, (own.found, own.recorded))), state
    if entry["t"] < state.t:
        return Difference(index, "time", state.t, entry["t"]), state
    if missed := _missed_bell(state, entry, rule):
        return Difference(index, "order", missed, entry["type"]), state
    if "by" in entry and not _used_before(entries, entry, command):
        wanted, by = Said("a reference used before", "之前用过的请求编号"), f"by {entry['by']}"
        return Difference(index, "request", wanted, by), state
    try:
        again = record(state, command, entry["t"], rule, first=entry.get("by"))
    except _STRANGE as wrong:
        wanted = Said("a request the rule can be asked", "可以向规则提出的请求")
        return Difference(index, "request", wanted, str(wrong)), state
    if again.entry == entry:
        return None, again.state
    for key in ("ps", "type", "data"):
        if again.entry.get(key) != entry.get(key):
            return _detail(index, key, again.entry, entry), state
    return Difference(index, "entry", again.entry, entry), state


_STRANGE: Final = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    IndexError,
)
"""What a request that its owner signed and nobody could have made may end in."""


def _used_before(
    entries: Sequence[dict[str, Any]], entry: Mapping[str, Any], command: Command
) -> bool:
    """Whether the same asker asked something else under a reference of his at entry `by`."""
    by = entry["by"]
    if type(by) is not int or not 0 < by < entry["i"]:
        return False
    first = entries[by]
    mine = first["actor"] == command.actor and "cmd" in first
    return mine and not same_request(first, command)


def _holds(holds: bool) -> Said:
    return Said("holds", "成立") if holds else Said("does not hold", "不成立")


_ABOUT = {"ps": "state digest", "type": "decision", "data": "outcome"}


def _detail(index: int, key: str, again: dict[str, Any], entry: dict[str, Any]) -> Difference:
    if key != "data":
        return Difference(index, _ABOUT[key], again[key], entry.get(key))
    for field in ("ask", "facts", "reason", "detail", "nearest"):
        if again["data"].get(field) != entry["data"].get(field):
            got = entry["data"].get(field)
            return Difference(index, field, again["data"].get(field), got)
    return Difference(index, "outcome", again["data"], entry["data"])


def _missed_bell(state: State, entry: dict[str, Any], rule: Rule) -> Said | None:
    """A bell that was due and was not rung before this entry; the house's own stop may go first."""
    kind = entry["type"].partition(".")[0]
    if kind == "bell" or (kind == "suspend" and entry["actor"] == "system"):
        return None
    at: Instant | None = due(state, rule)
    if at is None or at > entry["t"] or (at == entry["t"] and _came_before(entry, at)):
        return None
    return Said(f"a bell at {show_instant(at)}", f"{show_instant(at)} 到时")


def _came_before(entry: dict[str, Any], at: Instant) -> bool:
    """Whether a door had it before the bell's instant, at which it had to be written.

    After an interruption both have one instant, and what came first goes first. At any later
    instant the bell has rung, whatever a door says it had.
    """
    received: Instant = entry["data"].get("received", at)
    return received < at


__all__ = ["BadEntry", "Difference", "Rejudged", "RuleMissing", "rejudge"]
