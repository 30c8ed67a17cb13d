"""Scenario files: a whole auction written as a play. Reading and checking the file.

Terms, bidders, steps, what each step must answer, and how it ends. Unknown keys are errors,
with the line. `play` runs it; the same file serves as test, worked example and dry run.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from auction_rules.facts import Instant
from auction_rules.terms import instant
from bidding.core.downtime import Downtime
from bidding.core.officers import TAKES_PROPOSAL, Officers
from replay.located import Unreadable, line_of, load
from replay.unfit import first_of, unfit

Amount = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$")]
BIDDERS_VERBS = (
    *("bid", "quote", "confirm", "accept", "exit", "exercise", "waive", "proxy"),
    *("seal", "reveal"),
)
DRAWS_VERBS = ("draw", "draw_commit", "draw_reveal", "draw_figure", "draw_balls")
VERBS = (
    *BIDDERS_VERBS,
    *DRAWS_VERBS,
    "staff",
    "deposit",
    "score",
    "trustee_key",
    "crash",
    "outage",
    "see",
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(_Strict):
    """The play's name in both languages."""

    zh: str
    en: str


class Bidder(_Strict):
    """Somebody on the floor; admitted at the start with the deposit paid unless said otherwise."""

    deposit: Literal["paid", "unpaid"] = "paid"
    admitted: bool = True
    priority: int = 0
    lot: str | None = None


class See(_Strict):
    """Through whose eyes: public, staff, auditor, or a bidder's name."""

    as_: str = Field(alias="as")


class Money(_Strict):
    """A bank notice: who paid how much, and when the bank received it."""

    of: str
    amount: Amount
    received: str | None = None
    ref: str | None = None


class Points(_Strict):
    """An expert's points for a bidder."""

    expert: str
    of: str
    points: Amount


class Secret(_Strict):
    """A party's secret, as a word of the play: its SHA-256 is what the party keeps and shows."""

    party: str
    secret: str
    raw: bool = False
    """The word itself is committed to or shown, whatever it is."""


class Figure(_Strict):
    """What an officer says was published under a number."""

    officer: str
    round: int
    value: str


class Balls(_Strict):
    """The order in which an officer says the balls came."""

    officer: str
    order: list[str]


class Step(_Strict):
    """One thing somebody does, and what must come of it."""

    at: str | None = None
    by: str | None = None
    bid: Amount | None = None
    quote: Amount | None = None
    lot: str | None = None
    quantity: Amount | None = None
    stage: str | None = None
    slot: str | None = None
    confirm: bool | None = None
    accept: bool | None = None
    exit: bool | None = None
    exercise: bool | None = None
    waive: bool | None = None
    proxy: Amount | Literal["cancel"] | None = None
    round: int | None = None
    seal: Amount | None = None
    reveal: Literal["key", "plain", "wrong"] | None = None
    trustee_key: str | None = None
    flaw: str | None = None
    draw: str | None = None
    draw_commit: Secret | None = None
    draw_reveal: Secret | None = None
    draw_figure: Figure | None = None
    draw_balls: Balls | None = None
    score: Points | None = None
    amount: Amount | None = None
    nonce: str = "00"
    staff: (
        Literal[
            "suspend",
            "resume",
            "terminate",
            "void",
            "admit",
            "exclude",
            "seal_reserve",
            "open_reserve",
            "withdraw",
            "announce",
            "extend",
            "surrogate",
            "review",
            "confirm_result",
            "publish",
            "default",
            "reaward",
            "confirm",
            "turn_down",
        ]
        | None
    ) = None
    propose: bool = False
    """One officer proposes the act; it happens when `confirm` follows."""
    officer: Literal["staff", "approver", "proposer"] = "approver"
    """Who of the house acts; the proposer of what waits, to see that he may not confirm it."""
    seconds: int | None = None
    who: str | None = None
    reason: str | None = None
    deposit: Money | None = None
    crash: bool | None = None
    outage: str | None = None
    """Since when nobody could be served; at the time of the step the house is there again."""
    see: See | None = None
    ref: str | None = None
    shows: dict[str, Any] | None = None
    hides: list[str] | None = None
    expect: str | None = None
    nearest: list[Amount] | None = None
    deadline: str | None = None

    @property
    def draws(self) -> bool:
        """Whether somebody brings in chance from a source that the terms name."""
        return any(getattr(self, verb) is not None for verb in DRAWS_VERBS[1:])

    @model_validator(mode="after")
    def _one_verb(self) -> Step:
        given = [verb for verb in VERBS if getattr(self, verb) is not None]
        if len(given) != 1:
            raise ValueError(f"a step has exactly one of {', '.join(VERBS)}; this has {given}")
        if (given[0] in BIDDERS_VERBS) != (self.by is not None):
            raise ValueError("`by` goes with what a bidder does")
        if self.flaw is not None and given[0] not in ("seal", "trustee_key"):
            raise ValueError("`flaw` goes with seal and trustee_key")
        named = (
            *("admit", "exclude", "withdraw", "seal_reserve", "open_reserve", "surrogate"),
            *("default", "reaward"),
        )
        if (self.staff in named) != (self.who is not None):
            raise ValueError(f"`who` goes with staff: {', '.join(named)}")
        amounts = ("seal_reserve", "open_reserve", "surrogate")
        if (self.staff in amounts) != (self.amount is not None):
            raise ValueError(f"`amount` goes with {', '.join(amounts)}")
        if (self.staff == "extend") != (self.seconds is not None):
            raise ValueError("`seconds` goes with extend")
        if self.propose and self.staff not in TAKES_PROPOSAL:
            raise ValueError(f"`propose` goes with staff: {', '.join(TAKES_PROPOSAL)}")
        return self


class Award(_Strict):
    """What somebody got; keys left out are not checked."""

    bidder: str
    lot: str | None = None
    price: Amount | None = None
    quantity: Amount | None = None
    total: Amount | None = None


class Figures(_Strict):
    """Figures of the settlement, in its unit; rates as printed."""

    total: Amount | None = None
    premium: Amount | None = None
    premium_rate: str | None = None
    unused: Amount | None = None
    saved: Amount | None = None
    saving_rate: str | None = None


class Outcome(_Strict):
    """How it must end, or stand when the steps are over."""

    at: str | None = None
    status: Literal["sold", "unsold", "announced", "running", "suspended", "terminated", "voided"]
    reason: str | None = None
    awards: list[Award] | None = None
    leader: str | None = None
    top: Amount | None = None
    deadline: str | None = None
    figures: Figures | None = None
    withdrawn: dict[str, str] | None = None


class Variant(_Strict):
    """The same play under other terms, cut after n steps, with other or further steps."""

    name: str | None = None
    terms: dict[str, Any] = {}
    steps: int | list[Step] | None = None
    then: list[Step] = []
    outcome: Outcome


class Scenario(_Strict):
    """A play. `provenance` says what is read in a source and what is constructed."""

    scenario: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,47}$")]
    title: Title
    source: str
    provenance: str
    rule: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(@[A-Za-z0-9.]+)?$")]
    terms: dict[str, Any]
    start: str
    deposit: Amount | None = None
    deposit_deadline: str | None = None
    officers: Officers | None = None
    downtime: Downtime | None = None
    bidders: dict[str, Bidder]
    trustee_keys: dict[str, str] = {}
    steps: list[Step]
    outcome: Outcome
    variants: list[Variant] = []

    _written: Any = PrivateAttr(default=None)
    _variant: int | None = PrivateAttr(default=None)

    def under(self, number: int) -> Scenario:
        """The same play under the terms of its variant of this number, from 0."""
        changed = {**self.terms, **self.variants[number].terms}
        play = self.model_copy(update={"terms": changed})
        play._variant = number  # noqa: SLF001 -- of the same class
        return play

    def line_of_term(self, path: tuple[int | str, ...]) -> int | None:
        """The line of the file at which a term stands, a variant's own before the play's.

        None where the play was not read from a file.
        """
        if self._written is None:
            return None
        where: tuple[int | str, ...] = ("terms",)
        own = None if self._variant is None else self.variants[self._variant].terms
        if own and (not path or path[0] in own):
            where = ("variants", cast("int", self._variant), "terms")
        return line_of(self._written, (*where, *path))

    @model_validator(mode="after")
    def _names(self) -> Scenario:
        instant(self.start)
        unknown = {s.by for s in self.steps if s.by and s.by not in self.bidders}
        if unknown:
            raise ValueError(f"no such bidder: {', '.join(sorted(unknown))}")
        return self


class Times:
    """Reads the times of one scenario: of day, `+N d`, or after the start."""

    def __init__(self, start: str) -> None:
        self.start = instant(start)
        self._day = datetime.fromisoformat(start).replace(hour=0, minute=0, second=0, microsecond=0)

    def read(self, text: str) -> Instant:
        """Microseconds; ValueError for what is no time."""
        if "T" in text:
            return instant(text)
        day, of_day = 0, text
        if text.startswith("+") and "d " in text:
            number, of_day = text[1:].split("d ", 1)
            day = int(number)
        elif text.startswith("+"):
            return self.start + self._span(text[1:])
        midnight = instant((self._day + timedelta(days=day)).isoformat())
        return midnight + self._span(of_day)

    @staticmethod
    def _span(text: str) -> int:
        hours, minutes, rest = text.split(":")
        whole, _, part = rest.partition(".")
        if len(part) > 6:
            raise ValueError(f"{text!r} is finer than a microsecond")
        seconds = int(hours) * 3600 + int(minutes) * 60 + int(whole)
        return seconds * 1_000_000 + int(part.ljust(6, "0") or 0)


def read(path: Path) -> Scenario:
    """The scenario in a file; Unreadable names the file's line and what is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as wrong:
        raise Unreadable(str(wrong), "不是 UTF-8 文本") from wrong
    except OSError as wrong:
        raise Unreadable(str(wrong), f"文件无法读取（{wrong.strerror}）") from wrong
    return parse(text)


def parse(text: str) -> Scenario:
    """The scenario in a text; Unreadable names the line and what is wrong with it."""
    document = load(text)
    try:
        scenario = Scenario.model_validate(document)
    except ValidationError as wrong:
        first = first_of(wrong)
        where, why = ".".join(map(str, first["loc"])) or "scenario", unfit(first)
        line = line_of(document, first["loc"])
        raise Unreadable.at(line, f"{where}: {why['en']}", f"{where}：{why['zh']}") from wrong
    scenario._written = document  # noqa: SLF001 -- the places are the reader's to give
    return scenario
