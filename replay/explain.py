"""Why: for any entry, the chain of facts and clauses behind it, in both languages.

Each line names what was so just before, the entry that made it so, and the clause of the
terms or of the law it rests on. The checks are told in the order in which they are made
(bidding.core.decide), up to the one that refused. It explains a decision; it makes none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from auction_rules import prose
from auction_rules.facts import Amount, Instant
from auction_rules.reasons import clause, say
from auction_rules.rule import Rule
from auction_rules.terms import Text, Unit, show_instant
from bidding.core import said, views
from bidding.core.right import may_act
from bidding.core.state import State
from replay.film import Film


@dataclass(frozen=True, slots=True)
class Line:
    """One link of the chain; `entries` are those it rests on, `clause` the text it rests on."""

    text: Text
    entries: tuple[int, ...] = ()
    clause: Text | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """The chain for one entry, from what was asked to what followed."""

    index: int
    lines: tuple[Line, ...]


def explain(film: Film, index: int) -> Why:
    """Why the entry at `index` is as it is. Raises IndexError, or NoRule without the rule."""
    after = film.state(index)
    if film.rule is None:
        film.room(0, "auditor")  # raises NoRule, naming the rule that is missing
        raise AssertionError
    before = film.state(index - 1) if index else after
    return Why(index, tuple(_Chain(film, film.rule, index, before, after).lines()))


_HOUSE_STOPS: Final = ("NOT_QUALIFIED", "SIGNATURE_MISSING", "SIGNATURE_INVALID", "EXCLUDED")
_DEPOSIT_STOPS: Final = ("DEPOSIT_NOT_CONFIRMED",)
_STATE_STOPS: Final = ("SUSPENDED", "NOT_BIDDABLE", "NOT_RUNNING", "AFTER_DEADLINE")

_TOPIC_OF: Final[Mapping[str, str]] = {
    "deadline_moved": "extension",
    "awarded": "tie",
    "unsold": "failure",
    "entitled": "when",
    "stage_opened": "when",
    "stage_closed": "when",
    "resumed": "failure",
}
"""The paragraph of the notice that a fact rests on."""


class _Chain:
    """The lines for one entry, told from the state before it and the entry itself."""

    def __init__(self, film: Film, rule: Rule, index: int, before: State, after: State) -> None:
        self.film, self.rule, self.before, self.after = film, rule, before, after
        self.entry = film.entries[index]
        self.data: Mapping[str, Any] = self.entry["data"]
        self.unit: Unit = views.unit_of(after)
        self.reason: str | None = self.data.get("reason")

    def lines(self) -> Iterator[Line]:
        yield self._asked()
        kind = self.entry["type"].partition(".")[0]
        if kind == "bell":
            yield from self._rang()
        elif self.entry["actor"].startswith("bidder:"):
            yield from self._bidder(self.entry["actor"].partition(":")[2])
        if self.reason is not None:
            yield self._refused(self.reason)
            return
        for row in self.data.get("facts", ()):
            yield from self._fact(row)
        yield from self._level()

    # What was asked -----------------------------------------------------------------------

    def _asked(self) -> Line:
        at, i = show_instant(self.entry["t"]), self.entry["i"]
        told, who = self.film.text(i), said.who(self.entry["actor"])
        return Line(
            {
                "zh": f"第 {i} 号记录，北京时间 {at} 到达服务器，请求方：{who['zh']}。{told['zh']}",
                "en": f"Entry {i} reached the server at {at} China Standard Time, "
                f"from {who['en']}: {told['en']}",
            },
            (i,),
        )

    def _rang(self) -> Iterator[Line]:
        stage, closes = self.before.standing.stage, self.before.standing.closes
        at = show_instant(self.entry["t"])
        opened = self._last("stage_opened", lambda row: row["stage"] == stage)
        moved = self._last("deadline_moved", lambda row: row["closes"] == closes)
        grounds = tuple(i for i in (opened, moved) if i is not None)
        yield Line(
            {
                "zh": f"到 {at}，此前没有请求改变应到的时点，由系统按时记录。",
                "en": f"It was due at {at}, and no request had changed that before then.",
            },
            grounds,
            prose.topic(self.rule, self.after.terms, "when"),
        )

    # The checks, in their order -----------------------------------------------------------

    def _bidder(self, bidder: str) -> Iterator[Line]:
        if self.reason in _HOUSE_STOPS or self.data.get("ask") is None:
            return
        admitted = self._last("admitted", lambda row: row["bidder"] == bidder)
        if admitted is not None:
            yield Line(
                {
                    "zh": f"{bidder} 号具有竞买资格（第 {admitted} 号记录）。",
                    "en": f"No. {bidder} was admitted (entry {admitted}).",
                },
                (admitted,),
            )
        if signed := self.data.get("sig"):
            yield self._signed(bidder, signed["key"])
        if self.reason in _DEPOSIT_STOPS:
            return
        paid = self._last("deposit_counted", lambda row: row["bidder"] == bidder and row["ok"])
        if paid is not None:
            yield Line(
                {
                    "zh": f"保证金已足额（第 {paid} 号记录）。",
                    "en": f"The deposit was complete (entry {paid}).",
                },
                (paid,),
            )
        if self.reason in _STATE_STOPS:
            return
        yield from self._window()
        yield from self._bounds(bidder)

    def _signed(self, bidder: str, key: str) -> Line:
        enrolled = self._last("key_enrolled", lambda row: row["key"] == key)
        return Line(
            {
                "zh": f"请求由 {bidder} 号登记的密钥 {key} 签名，验证通过。",
                "en": f"The request is signed by the key {key} of No. {bidder}, and it holds.",
            },
            () if enrolled is None else (enrolled,),
            clause("SIGNATURE_INVALID"),
        )

    def _window(self) -> Iterator[Line]:
        standing = self.before.standing
        if standing.stage is None or standing.opens is None:
            return
        title = next(
            s.title for s in self.rule.programme(self.after.terms) if s.id == standing.stage
        )
        opens = show_instant(standing.opens)
        until = _until(standing.closes, standing.kind)
        yield Line(
            {
                "zh": f"当时处于“{title['zh']}”阶段，可操作时段为 {opens} 至 {until['zh']}。",
                "en": f"The stage was “{title['en']}”, open from {opens} to {until['en']}.",
            },
            self._found("stage_opened", "deadline_moved"),
            clause("AFTER_DEADLINE"),
        )

    def _bounds(self, bidder: str) -> Iterator[Line]:
        amount = self.data["ask"].get("amount")
        if type(amount) is not int or may_act(self.before, bidder) is not None:
            return
        acts = self.rule.actions(self.before.floor(), bidder, self.entry["t"])
        if acts.minimum is None and acts.maximum is None:
            return
        much = _shown(self.unit, amount)
        could = self._range(acts.minimum, None if acts.open_ended else acts.maximum)
        yield Line(
            {
                "zh": f"当时可报 {could['zh']}；请求为 {much['zh']}。",
                "en": f"{could['en']} could be offered; asked was {much['en']}.",
            },
            self._best(),
            prose.topic(self.rule, self.after.terms, "step"),
        )

    def _range(self, low: Amount | None, high: Amount | None) -> Text:
        """From what to what; one of the two may be missing."""
        least, most = (None if end is None else _shown(self.unit, end) for end in (low, high))
        if least is None:
            assert most is not None, "asked for a range with an end"
            return {"zh": f"至多 {most['zh']}", "en": f"Up to {most['en']}"}
        if most is None:
            onward = "up" if self.rule.direction(self.after.terms) > 0 else "down"
            return {"zh": f"{least['zh']} 起", "en": f"From {least['en']} {onward}"}
        return {
            "zh": f"{least['zh']} 至 {most['zh']}",
            "en": f"From {least['en']} to {most['en']}",
        }

    def _best(self) -> tuple[int, ...]:
        """The offer to beat, where there is one."""
        if self.rule.disclosure(self.before.floor()).sealed:
            return ()
        first = self.rule.ranking(self.before.floor())[:1]
        return tuple(self.before.standing.offers[key].i for key in first)

    # What followed ------------------------------------------------------------------------

    def _refused(self, reason: str) -> Line:
        told = say(reason, self.data["detail"], self.unit, self.data["nearest"])
        first = (self.entry["by"],) if "by" in self.entry else ()
        return Line(told, first, clause(reason))

    def _fact(self, row: Mapping[str, Any]) -> Iterator[Line]:
        name = row["fact"]
        told = said.fact(row, self.unit, self.rule, self.after)
        topic = _TOPIC_OF.get(name)
        rests = prose.topic(self.rule, self.after.terms, topic) if topic else None
        match name:
            case "deadline_moved":
                was = _before(self.before.standing.closes)
                yield Line(
                    {lang: f"{told[lang]}{was[lang]}" for lang in ("zh", "en")},
                    (self.entry["i"],),
                    rests,
                )
            case "awarded":
                yield Line(told, self._offer_of(row), rests)
                yield from self._ranked()
            case _:
                yield Line(told, (), rests)

    def _level(self) -> Iterator[Line]:
        """Two at one price: what decides between them."""
        if (tie := said.level(self.data.get("facts", ()))) is not None:
            told = said.both(f"{tie[0]}。", f"{tie[1]}.")
            yield Line(told, (), prose.topic(self.rule, self.after.terms, "tie"))

    def _offer_of(self, row: Mapping[str, Any]) -> tuple[int, ...]:
        offers = self.after.standing.offers.values()
        return tuple(o.i for o in offers if o.bidder == row["bidder"])

    def _ranked(self) -> Iterator[Line]:
        order = self.rule.ranking(self.before.floor())
        offers = self.before.standing.offers
        ranked = [offers[key] for key in order if key in offers]
        if not ranked:
            return
        zh = [f"{o.bidder} 号 {self.unit.show(o.amount, 'zh')}（第 {o.i} 号）" for o in ranked]
        en = [f"No. {o.bidder} {self.unit.show(o.amount, 'en')} (entry {o.i})" for o in ranked]
        yield Line(
            {"zh": f"结束时的排序：{'；'.join(zh)}。", "en": f"The order then: {'; '.join(en)}."},
            tuple(o.i for o in ranked),
        )

    # Looking back -------------------------------------------------------------------------

    def _last(self, name: str, fits: Any) -> int | None:
        """The last entry before this one with such a fact."""
        for entry in reversed(self.film.entries[: self.entry["i"]]):
            for row in entry["data"].get("facts", ()):
                if row["fact"] == name and fits(row):
                    return int(entry["i"])
        return None

    def _found(self, *names: str) -> tuple[int, ...]:
        found = (self._last(name, lambda row: True) for name in names)  # noqa: ARG005
        return tuple(i for i in found if i is not None)


def _until(closes: Instant | None, kind: str | None) -> Text:
    if closes is None and kind in ("timed", "quoting"):
        return {"zh": "首个报价之后", "en": "after the first offer"}
    if closes is None:
        # Officers end it: they draw, give points, open a reserve.
        return {"zh": "办理完毕", "en": "whenever it is done"}
    return {"zh": f"{show_instant(closes)}（不含）", "en": f"{show_instant(closes)} (excluded)"}


def _before(closes: Instant | None) -> Text:
    if closes is None:
        return {"zh": "此前尚无截止时间。", "en": " No end was set before."}
    until = _until(closes, None)
    return {"zh": f"原截止时间为 {until['zh']}。", "en": f" It was {until['en']} before."}


def _shown(unit: Unit, amount: int) -> Text:
    return {"zh": unit.show(amount, "zh"), "en": unit.show(amount, "en")}


__all__ = ["Line", "Why", "explain"]
