"""Figures over many results: deals, amounts, premium (溢价), saving (节约资金), and their rates.

What it is: sums of whole lines, each of which says where it comes from. What it is not: a reader of
logs (replay/results.py is).

1. All amounts are fen. Sums are of unrounded values, whatever unit they are shown in afterwards.
2. 溢价率 is premium over the starts of the same lines, 节资率 is saving over the budgets of the same
   lines (DOMAIN §14); both in percent, two decimals, half away from zero. A line that was bought
   above its budget has no saving, and counts in neither.
3. A day is a civil day of the mainland, UTC+8.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal, TypeAlias

from auction_rules.facts import Amount, Instant
from auction_rules.money import rate
from auction_rules.terms import Choice

_DAY: Final = 86_400_000_000
_ZONE: Final = 8 * 3_600_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Source: TypeAlias = Literal["log", "entered"]


class Category(Choice):
    """What was traded, as centres publish their figures."""

    LAND = ("land", "土地使用权", "Land-use rights")
    MINING = ("mining", "矿业权", "Mining rights")
    PROPERTY = ("property", "产权", "Property rights")
    PROCUREMENT = ("procurement", "政府采购", "Government procurement")
    WORKS = ("works", "工程建设", "Construction works")
    QUOTA = ("quota", "指标与配额", "Quotas")
    INTERMEDIARY = ("intermediary", "中介服务", "Intermediary services")
    JUDICIAL = ("judicial", "司法拍卖", "Judicial sales")
    OTHER = ("other", "其他", "Other")


_OF_RULE: Final[dict[str, Category]] = {
    "land_listing": Category.LAND,
    "far_adjustment": Category.LAND,
    "mining_rights": Category.MINING,
    "property_rights": Category.PROPERTY,
    "reverse_procurement": Category.PROCUREMENT,
    "turn_rounds": Category.PROCUREMENT,
    "open_closed": Category.PROCUREMENT,
    "opening": Category.WORKS,
    "quota": Category.QUOTA,
    "car_plates": Category.QUOTA,
    "intermediary": Category.INTERMEDIARY,
    "judicial": Category.JUDICIAL,
}


CATEGORIES: Final[dict[str, Category]] = {str(one.value): one for one in Category}
"""By name."""


def category_of(rule: str) -> Category:
    """The category of a rule by its name; rules that sell anything, and plug-ins, are OTHER."""
    return _OF_RULE.get(rule, Category.OTHER)


@dataclass(frozen=True, slots=True)
class Line:
    """One session held here, or one result entered by hand. Amounts in fen.

    `start` where there is a premium to speak of, `budget` where something was bought; at most one
    of the two. `sessions` is 0 for what was entered: nothing is known of how it was held.
    """

    key: str
    source: Source
    category: Category
    centre: str
    closed: Instant
    deals: int
    amount: Amount
    start: Amount | None = None
    budget: Amount | None = None
    sessions: int = 1
    failed: bool = False
    pending: bool = False
    """Awarded and not confirmed yet: neither a deal nor a failure."""
    extensions: int = 0
    interventions: int = 0

    def __post_init__(self) -> None:
        assert self.start is None or self.budget is None, "a line sells or buys"

    @property
    def premium(self) -> Amount | None:
        """溢价: deal less start."""
        return None if self.start is None else self.amount - self.start

    @property
    def saved(self) -> Amount | None:
        """节约资金: budget less deal, if that is not below nought."""
        if self.budget is None or self.budget < self.amount:
            return None
        return self.budget - self.amount


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over lines."""

    deals: int = 0
    amount: Amount = 0
    premium: Amount = 0
    premium_base: Amount = 0
    saved: Amount = 0
    budget: Amount = 0
    sessions: int = 0
    failed: int = 0
    pending: int = 0
    extended: int = 0
    extensions: int = 0
    interventions: int = 0

    @property
    def premium_rate(self) -> str | None:
        """溢价率; None without a start."""
        return rate(self.premium, self.premium_base)

    @property
    def saving_rate(self) -> str | None:
        """节资率; None without a budget."""
        return rate(self.saved, self.budget)

    @property
    def failure_rate(self) -> str | None:
        """Sessions unsold, fallen through, terminated or void, over all sessions; None without any."""
        return rate(self.failed, self.sessions)

    @property
    def extension_rate(self) -> str | None:
        """Sessions whose end moved because of an offer, over all sessions; None without any."""
        return rate(self.extended, self.sessions)


def summed(lines: Iterable[Line]) -> Figures:
    """The sums; the order of the lines does not matter."""
    rows = list(lines)
    sold = [line for line in rows if line.premium is not None]
    bought = [line for line in rows if line.saved is not None]
    return Figures(
        deals=sum(line.deals for line in rows),
        amount=sum(line.amount for line in rows),
        premium=sum(line.premium or 0 for line in sold),
        premium_base=sum(line.start or 0 for line in sold),
        saved=sum(line.saved or 0 for line in bought),
        budget=sum(line.budget or 0 for line in bought),
        sessions=sum(line.sessions for line in rows),
        failed=sum(line.failed for line in rows),
        pending=sum(line.pending for line in rows),
        extended=sum(line.extensions > 0 for line in rows),
        extensions=sum(line.extensions for line in rows),
        interventions=sum(line.interventions for line in rows),
    )


def day_begins(day: str) -> Instant:
    """The first instant of a civil day, as `2020-06-30`; ValueError for what is no day."""
    found = date.fromisoformat(day)
    if found.isoformat() != day:
        raise ValueError(f"not a day as we write it: {day!r}")
    return (found - _EPOCH.date()).days * _DAY - _ZONE


def day_of(moment: Instant) -> str:
    """The civil day in which an instant lies."""
    return (_EPOCH + timedelta(microseconds=moment + _ZONE)).date().isoformat()


def within(lines: Iterable[Line], first: str | None, last: str | None) -> list[Line]:
    """The lines that closed from the first day to the last, both included; ValueError as above."""
    begins = None if first is None else day_begins(first)
    ends = None if last is None else day_begins(last) + _DAY
    return [
        line
        for line in lines
        if (begins is None or line.closed >= begins) and (ends is None or line.closed < ends)
    ]


__all__ = [
    "CATEGORIES",
    "Category",
    "Figures",
    "Line",
    "Source",
    "category_of",
    "day_begins",
    "day_of",
    "summed",
    "within",
]
