"""What an indicator is and what it finds: exact values, the entries behind them, base rates.

1. Values are exact rationals; a root is kept as its square. They are rounded only when shown,
   towards zero, to four decimals.
2. A mark is a convention of this program that says when a value is shown as a lead. It is stated
   with the formula, and is no threshold of law.
3. Where there is too little to go on, that is what is said, and no number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from math import isqrt
from typing import Final, TypeAlias

from auction_rules.terms import Text
from bidding.core.said import both
from replay.indicators.course import Course

DECIMALS: Final = 4
BASE_LEAST: Final = 20
"""A rate out of fewer than this many is not given as a number."""

TOO_FEW: Final = both("样本太少，不作判断", "too few to say")


class Form(Enum):
    """How a value is read."""

    COUNT = "count"
    RATIO = "ratio"
    ROOT = "root"
    """The value is the root of `of`, with the sign of `of`."""
    SECONDS = "seconds"
    """`of` is in microseconds."""
    AMOUNT = "amount"
    """`of` is in the smallest unit of the session's prices, as the log has it."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact value."""

    of: Fraction
    form: Form = Form.RATIO

    def show(self) -> str:
        """For people: whole, or rounded towards zero to four decimals."""
        match self.form:
            case Form.COUNT:
                return str(self.of)
            case Form.ROOT:
                size = abs(self.of) * 10 ** (2 * DECIMALS)
                scaled = isqrt(size.numerator // size.denominator)
            case Form.SECONDS:
                scaled = int(abs(self.of) * 10**DECIMALS) // 1_000_000
            case _:
                scaled = int(abs(self.of) * 10**DECIMALS)
        whole, part = divmod(scaled, 10**DECIMALS)
        return f"{'-' if self.of < 0 and scaled else ''}{whole}.{part:0{DECIMALS}}"


def count(number: int) -> Quantity:
    """So many."""
    return Quantity(Fraction(number), Form.COUNT)


def ratio(of: Fraction) -> Quantity:
    """A share or another pure number."""
    return Quantity(of)


def root(square: Fraction) -> Quantity:
    """The root of a square; a negative square stands for a negative root."""
    return Quantity(square, Form.ROOT)


def seconds(micros: Fraction) -> Quantity:
    """A length of time."""
    return Quantity(micros, Form.SECONDS)


def amount(units: Fraction) -> Quantity:
    """So much money, in the smallest unit of the session's prices."""
    return Quantity(units, Form.AMOUNT)


@dataclass(frozen=True, slots=True)
class Input:
    """A number that a formula takes and no entry holds by itself; `of`: what it is set against."""

    title: Text
    value: Quantity
    of: Quantity


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """An entry: the log it stands in, and its index there."""

    log: str
    index: int


@dataclass(frozen=True, slots=True)
class Base:
    """How often it shows: `shown` out of `of` looked at, in so many `sessions`."""

    shown: int
    of: int
    sessions: int

    @property
    def rate(self) -> Fraction | None:
        """None where `of` is too few to say."""
        return Fraction(self.shown, self.of) if self.of >= BASE_LEAST else None


@dataclass(frozen=True, slots=True)
class Lead:
    """One value of one indicator: whom and which contest it is about, and what it rests on.

    `who` are numbers of bidders or officers in one session, tags of parties across sessions.
    `unsaid` tells why there is no value. `marked` says that the value reaches the mark. `takes` are
    the numbers that the formula takes, beside those which stand in the entries of `inputs`.
    """

    number: int
    part: str
    who: tuple[str, ...]
    value: Quantity | None
    marked: bool
    inputs: tuple[Place, ...]
    log: str | None = None
    """The session; None for what spans several."""
    where: str = ""
    unsaid: Text | None = None
    base: Base | None = None
    takes: tuple[Input, ...] = ()


def unsaid(number: int, part: str, why: Text = TOO_FEW, log: str | None = None) -> Lead:
    """That nothing can be said, and why."""
    return Lead(number, part, (), None, marked=False, inputs=(), log=log, unsaid=why)


def places(course: Course, indices: Iterable[int]) -> tuple[Place, ...]:
    """Entries of one session, each once, in order."""
    return tuple(Place(course.log, i) for i in sorted(set(indices)))


Single: TypeAlias = Callable[[Course], Iterable[Lead]]
Cross: TypeAlias = Callable[[Sequence[Course]], Iterable[Lead]]


@dataclass(frozen=True, slots=True)
class Indicator:
    """A formula with its mark, and what may explain it innocently.

    Exactly one of `single` (one session) and `cross` (a folder of sessions) is given.
    """

    number: int
    title: Text
    formula: Text
    caveat: Text
    single: Single | None = None
    cross: Cross | None = None
    only_found: bool = False
    """Whether a session of which it says nothing was looked at and showed nothing."""


def median(values: Sequence[Fraction]) -> Fraction:
    """The middle value, or the mean of the two middle ones."""
    row, half = sorted(values), len(values) // 2
    return row[half] if len(row) % 2 else (row[half - 1] + row[half]) / 2


def mean(values: Sequence[Fraction]) -> Fraction:
    """The arithmetic mean."""
    return sum(values, Fraction(0)) / len(values)


def variance(values: Sequence[Fraction]) -> Fraction:
    """The sample variance, over n - 1."""
    middle = mean(values)
    return sum(((v - middle) ** 2 for v in values), Fraction(0)) / (len(values) - 1)


__all__ = [
    "BASE_LEAST",
    "TOO_FEW",
    "Base",
    "Cross",
    "Form",
    "Indicator",
    "Input",
    "Lead",
    "Place",
    "Quantity",
    "Single",
    "amount",
    "count",
    "mean",
    "median",
    "places",
    "ratio",
    "root",
    "seconds",
    "unsaid",
    "variance",
]
