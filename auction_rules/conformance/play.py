"""One play of a rule: what was asked, what was answered, and the floor before and after.

It stands in for the house at the smallest size: it rings every bell that is due before it lets
anybody speak, and folds facts. It has no people, no deposits and no log; entries are counted,
refused ones too, because an offer knows the index that brought it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from auction_rules.facts import Instant, fact_to_json
from auction_rules.floor import BidderAsk, Entrant, Floor, OfficerAsk, Standing
from auction_rules.rule import Accept, Judgement, Refuse, Rule

MOST_AT_ONCE: Final = 300
"""Bells at one instant after which a rule counts as never falling asleep."""
MOST_BELLS: Final = 5_000
"""Bells in one play after which it counts as never ending."""


class Broken(Exception):
    """The play cannot go on; `of` is the property that does not hold."""

    def __init__(self, of: str, told: str) -> None:
        super().__init__(told)
        self.of, self.told = of, told


@dataclass(frozen=True, slots=True)
class Act:
    """What reaches the rule: a bidder's ask, an officer's, a bell, or a resumption at `now`."""

    role: str
    now: Instant
    who: str = ""
    ask: BidderAsk | OfficerAsk | None = None
    since: Instant = 0

    def line(self) -> str:
        """For people."""
        asked = "" if self.ask is None else f" {self.ask}"
        return f"{self.now} {self.role} {self.who}{asked}".rstrip()


@dataclass(frozen=True, slots=True)
class Step:
    """An act with its answer. `mutated`: the rule wrote into the values it was shown."""

    act: Act
    before: Floor[Any]
    answer: Judgement
    after: Floor[Any]
    mutated: bool

    @property
    def refused(self) -> Refuse | None:
        """The refusal, where it is one."""
        return self.answer if isinstance(self.answer, Refuse) else None


@dataclass
class Play:
    """The whole play; `broken` says why it could not be played to its end."""

    name: str
    rule: Rule
    data: Mapping[str, Any]
    entrants: Mapping[str, Entrant]
    first: Floor[Any]
    began: Instant
    steps: list[Step] = field(default_factory=list)
    broken: Broken | None = None

    @property
    def floor(self) -> Floor[Any]:
        """Where it stands."""
        return self.steps[-1].after if self.steps else self.first

    @property
    def now(self) -> Instant:
        """The time of the last act."""
        return self.steps[-1].act.now if self.steps else self.began

    def do(self, act: Act) -> Step:
        """One act, kept."""
        step = perform(self.rule, self.floor, act)
        self.steps.append(step)
        return step

    def bells(self, until: Instant) -> None:
        """Every bell due at or before `until`; Broken when they do not stop."""
        at_once, last, rung = 0, -1, 0
        while (due := self.rule.due(self.floor)) is not None:
            at = max(due, self.now)
            if at > until:
                return
            at_once = at_once + 1 if at == last else 1
            last, rung = at, rung + 1
            if at_once > MOST_AT_ONCE:
                raise Broken("no_endless_waking", f"{MOST_AT_ONCE} bells at the instant {at}")
            if rung > MOST_BELLS:
                raise Broken("termination", f"{MOST_BELLS} bells and no end")
            self.do(Act("bell", at))


def begin(name: str, rule: Rule, data: Mapping[str, Any], entrants: Mapping[str, Entrant]) -> Play:
    """A play in fresh values: terms validated anew, an empty floor, ten seconds before the start."""
    floor: Floor[Any] = Floor(rule.Config.model_validate(data), Standing(), entrants, 1)
    due = rule.due(floor)
    began = max(0, (due or 0) - 10_000_000)
    floor = _later(floor, rule.open(floor, began), began)
    return Play(name, rule, data, entrants, floor, began)


def _later(floor: Floor[Any], facts: Sequence[Any], now: Instant) -> Floor[Any]:
    after = floor.after(facts, now)
    return Floor(after.terms, after.standing, after.entrants, floor.index + 1)


def perform(rule: Rule, floor: Floor[Any], act: Act) -> Step:
    """The rule's answer to one act; Broken when it raises, or moves a deadline back."""
    seen = repr(floor.standing)
    try:
        answer = _asked(rule, floor, act)
    except Exception as raised:
        raise Broken("answers", f"{act.line()}: {type(raised).__name__}: {raised}") from raised
    try:
        after = _later(floor, answer.facts if isinstance(answer, Accept) else (), act.now)
    except AssertionError as wrong:
        raise Broken("deadline", f"{act.line()}: {wrong}") from wrong
    except Exception as raised:
        # What the rule calls a fact cannot be folded.
        raise Broken("answers", f"{act.line()}: {type(raised).__name__}: {raised}") from raised
    return Step(act, floor, answer, after, repr(floor.standing) != seen)


def _asked(rule: Rule, floor: Floor[Any], act: Act) -> Judgement:
    match act.role:
        case "bidder":
            return rule.judge(floor, act.who, act.ask, act.now)  # type: ignore[arg-type]
        case "officer":
            return rule.office(floor, act.who, act.ask, act.now)  # type: ignore[arg-type]
        case "bell":
            return Accept(rule.lapse(floor, act.now))
        case _:
            return Accept(rule.resume(floor, act.since, act.now))


def told(answer: Judgement) -> list[Any]:
    """An answer as plain values, so that two of them can be compared and printed."""
    if isinstance(answer, Refuse):
        return ["refused", answer.reason, dict(answer.detail), list(answer.nearest)]
    return ["accepted", *(fact_to_json(fact) for fact in answer.facts)]


def again(play: Play, *, without_refused: bool = False) -> list[tuple[Step, Judgement]]:
    """The same acts in fresh values: each old step with its new answer.

    A refused act that is left out still takes its index, as its entry does in a log.
    """
    fresh = begin(play.name, play.rule, play.data, play.entrants).first
    compared = []
    for step in play.steps:
        if without_refused and step.refused:
            fresh = _later(fresh, (), step.act.now)
            continue
        made = perform(play.rule, fresh, step.act)
        compared.append((step, made.answer))
        fresh = made.after
    return compared
