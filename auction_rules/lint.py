"""Lint on terms: sentences for whoever drafts a notice, before it is published.

Terms that cannot be played are errors, and validation refuses them. A remark is about terms
that can be played and will probably be regretted. Remarks here look only at what a term is
called and what it counts, so they serve every rule; what a rule's terms mean is remarked on in
`remarks` for the built-in rules, and by any rule through its own `lint`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from auction_rules import draw_remarks, remarks
from auction_rules.facts import Amount, Instant
from auction_rules.remark import Remark
from auction_rules.terms import SECOND, AtInstant, RuleConfig

SHORT_SECONDS: Final = 60
"""A person behind a slow line needs about a minute to see, decide and confirm."""
_DAY: Final = 86_400 * SECOND
_NIGHT: Final = (8, 20)
"""Working hours in China Standard Time, generously; from the first up to the second."""


def lint(rule: Any, terms: RuleConfig) -> tuple[Remark, ...]:
    """Every remark on these terms of a `Rule`: those for all rules, then the rule's own."""
    general = [remark for look in _GENERAL for remark in look(terms)]
    if rule.direction(terms) > 0:
        general += _reserves(terms)
    general += draw_remarks.of(rule, terms)
    own = getattr(rule, "lint", None)
    return (*general, *(own(terms) if own is not None else ()), *remarks.of(rule, terms))


def _fields(terms: RuleConfig) -> Iterator[tuple[str, Any, str, str]]:
    """Name, value and both titles of every term that is a whole number."""
    for name, field in type(terms).model_fields.items():
        value = getattr(terms, name)
        if isinstance(value, int) and not isinstance(value, bool):
            extra = field.json_schema_extra
            en = str(extra.get("x-en", name)) if isinstance(extra, dict) else name
            yield name, value, field.title or name, en


def _short(terms: RuleConfig) -> Iterator[Remark]:
    for name, value, zh, en in _fields(terms):
        if not name.endswith("_seconds") or name.startswith(("max_", "preparation", "tick")):
            # Limits, waiting, and the pulse of a clock are no windows somebody must act in.
            continue
        if 0 < value < SHORT_SECONDS:
            yield Remark(
                "SHORT_WINDOW",
                f"“{zh}”只有 {value} 秒：网络慢的竞买人可能来不及操作。",
                f"“{en}” is {value} s: too short for a bidder on a slow line.",
            )


def _moments(terms: RuleConfig) -> Iterator[tuple[str, Instant, str, str]]:
    marks = {
        name
        for name, field in type(terms).model_fields.items()
        if any(isinstance(mark, AtInstant) for mark in field.metadata)
    }
    yield from (row for row in _fields(terms) if row[0] in marks)


def _night(terms: RuleConfig) -> Iterator[Remark]:
    for _, moment, zh, en in _moments(terms):
        # China Standard Time is eight hours ahead, without exception since 1992.
        hour = (moment + 8 * 3600 * SECOND) % _DAY // (3600 * SECOND)
        if not _NIGHT[0] <= hour < _NIGHT[1]:
            yield Remark(
                "OUT_OF_HOURS",
                f"“{zh}”在北京时间 {hour} 时，不在工作时间内，出现故障时可能无人处理。",
                f"“{en}” is at {hour} h China Standard Time: nobody may be there if something fails.",
            )


def _windows(terms: RuleConfig) -> Iterator[Remark]:
    found = {name: (moment, zh, en) for name, moment, zh, en in _moments(terms)}
    for name, (opens, zh, en) in found.items():
        closes = found.get(re.sub(r"opens$", "closes", name))
        if name.endswith("opens") and closes and closes[0] - opens < SHORT_SECONDS * SECOND:
            yield Remark(
                "SHORT_WINDOW",
                f"从“{zh}”到“{closes[1]}”不足 {SHORT_SECONDS} 秒。",
                f"from “{en}” to “{closes[2]}” is less than {SHORT_SECONDS} s.",
            )


def _amount(terms: RuleConfig, *names: str) -> Amount | None:
    for name in names:
        value = getattr(terms, name, None)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
    return None


CAPS: Final = ("cap_price", "cap", "price_cap", "ceiling_price", "ceiling")


def _steps(terms: RuleConfig) -> Iterator[Remark]:
    start = _amount(terms, "start_price", "start")
    step, cap = _amount(terms, "step"), _amount(terms, *CAPS)
    if start is None or step is None:
        return
    if step * 5 > start:
        yield Remark(
            "LARGE_STEP",
            "增价幅度超过起始价的 20%，会减少出价次数。",
            "The step is more than 20 % of the start price: there will be few offers.",
        )
    if step * 100_000 < start:
        yield Remark(
            "TINY_STEP",
            "增价幅度不足起始价的十万分之一，限时竞价可能拖得很久。",
            "The step is less than 1/100 000 of the start price: bidding may go on for very long.",
        )
    if cap is not None and (cap - start) % step:
        yield Remark(
            "CAP_NOT_ALIGNED",
            "最高限价与起始价之差不是增价幅度的整数倍：按幅度加价到不了限价。",
            "The cap is not whole steps from the start price: raising by steps never meets it.",
        )


def _reserves(terms: RuleConfig) -> Iterator[Remark]:
    reserve = _amount(terms, "reserve", "reserve_price")
    start, cap = _amount(terms, "start_price", "start"), _amount(terms, *CAPS)
    if reserve is None:
        return
    if cap is not None and start is not None and start < cap < reserve:
        yield Remark(
            "RESERVE_ABOVE_CAP",
            "保留价高于最高限价：不可能成交。",
            "The reserve is above the cap: nothing can be sold.",
        )
    if start is not None and reserve <= start and (cap is None or cap >= start):
        yield Remark(
            "RESERVE_IDLE",
            "保留价不高于起始价：不起作用。",
            "The reserve is not above the start price: it does nothing.",
        )


_GENERAL: Final[tuple[Callable[[RuleConfig], Iterator[Remark]], ...]] = (
    _short,
    _windows,
    _night,
    _steps,
)

__all__ = ["CAPS", "SHORT_SECONDS", "Remark", "lint"]
